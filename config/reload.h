/* reload.h - SIGHUP asks a program to read its configuration anew.
 *
 * It does so by beginning anew: it ends as orderly as for SIGTERM, giving back what it has in hand,
 * with EXIT_AGAIN, and whoever supervises it starts it again. A configuration that cannot be used
 * is said, and everything goes on with the old one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_RELOAD_H
#define CONFIG_RELOAD_H

#include <stdbool.h>

#include "base/status.h"

/* The file that is looked at; called when the configuration was loaded. Copies it. */
void reload_from(const char *path);
/* For a handler of signals: true when this is SIGHUP and the configuration, as it is now, can be
 * used. End in order then. */
bool reload_is_asked(int signal_number);
/* EXIT_AGAIN instead of EXIT_DONE when a reload was asked for. */
int reload_exit_code(int exit_code);

#endif
