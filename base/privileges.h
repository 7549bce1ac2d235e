/* privileges.h - takes from a whole program what it never needs, before it meets the world.
 *
 * The confinement of those who look at strangers' bytes is in sandbox.h; this is for the programs
 * around them, so that a hole in one of them is worth less: no capabilities (also as root), no new
 * privileges, no core files, no starting of programs, none of the kernel's parts that only
 * administrators use, and where nothing is to be written, nothing can be (Landlock, where the
 * kernel has it). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_PRIVILEGES_H
#define BASE_PRIVILEGES_H

#include <stdbool.h>

#include "base/fault.h"

struct privileges_kept {
    bool writes_files; /* may make, change and remove files */
};

/* For good, for this process and all it starts; while it has one thread. STATUS_HALT when
 * something could not be given up that the kernel lets one give up. */
enum status privileges_drop(const struct privileges_kept *kept, struct fault *fault);

/* No core files: what programs have in memory are letters and names. privileges_drop() does this,
 * too; this is for those that need the rest. */
enum status privileges_forbid_core(struct fault *fault);

/* As many open files as the system lets this process have: libzmq aborts when it cannot open one. */
enum status privileges_raise_files(struct fault *fault);

#endif
