/* keyring.h - the instance's own key, by which workers on other hosts know its dispatcher. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_KEYRING_H
#define CLI_KEYRING_H

#include "base/keypair.h"
#include "config/config.h"

/* Makes the dispatcher's key when there is none; *ret_made says whether. */
enum status keyring_make(const struct config *config, bool *ret_made, struct fault *fault);
/* The public half of it. */
enum status keyring_server(const struct config *config, struct public_key *ret_server,
                           struct fault *fault);

#endif
