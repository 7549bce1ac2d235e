/* tree.h - copies of files and folders that are still there after the power went. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdint.h>

#include "base/fault.h"

enum { TREE_DEPTH_MOST = 16 };

struct tree_copied {
    uint64_t files; /* written */
    uint64_t bytes;
    uint64_t kept; /* were there already, with the same size and time of change */
};

/* Copies a regular file whole, with mode and time of change, beside `to` first; durable. */
enum status tree_copy_file(const char *from, const char *to, struct fault *fault);
enum tree_rule {
    TREE_RENEW, /* files that are there with another size or time are replaced */
    TREE_ADD    /* files that are there stay as they are */
};

/* Copies what is below the folder `from` to the folder `to`, which is made; nothing is removed.
 * What vanishes meanwhile is passed over, and so is all that is neither file nor folder. Adds up
 * in *copied. */
enum status tree_copy(const char *from, const char *to, enum tree_rule rule,
                      struct tree_copied *copied, struct fault *fault);

#endif
