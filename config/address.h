/* address.h - where workers of this host reach the dispatcher: the address as it is written to the one used. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>

#include "base/status.h"
#include "base/text.h"

/* sun_path of unix(7) without its NUL, and without the ".bell" of the socket beside it. */
enum { ADDRESS_SOCKET_PATH_BYTES_MOST = 102 };

/* `written` is the setting, or NULL for the socket in `runtime` (absolute). Relative ipc paths
 * start at `folder`. A path that is too long for a unix socket because the instance lies deep is
 * replaced by a short one below /tmp that every program of this instance derives alike, and
 * `note` says so; one that was written in full is refused. STATUS_REFUSE: `reason` continues the
 * quoted address. The caller owns *ret_address. */
enum status address_resolve(const char *written, const char *runtime, const char *folder,
                            char **ret_address, struct text *note, struct text *reason);

/* Whether `written` is tcp://HOST:PORT, HOST also "*" for every address of this host. */
bool address_is_tcp(const char *written);

#endif
