/* check.h - whether settings that are right one by one can be meant together. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"
#include "config/outline.h"
#include "config/problems.h"

/* Adds what cannot be meant: names twice, folders inside each other, leases shorter than their
 * heartbeats, grammars that do not compile. `config` is complete, defaults included. */
void config_check(const struct config *config, const struct outline *outline,
                  struct problems *problems);

#endif
