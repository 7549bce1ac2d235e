/* share.h - who may use the sockets, locks and folders that the programs of an instance make: the
 * one user that all of them run as, or every program of their common group.
 *
 * Set once, when the configuration has been read; before that, and by default, it is the user
 * alone. Nobody outside of the group ever may. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include <stdbool.h>
#include <sys/types.h>

/* Also sets the process's umask, so that what libraries make follows. Not thread-safe: call it
 * before threads begin. */
void share_with_group(bool is_shared);
bool share_is_with_group(void);

/* `alone` (e.g. 0600), with the owner's rights for the group too when the instance is shared. */
mode_t share_mode(mode_t alone);

#endif
