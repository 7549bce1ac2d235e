/* merkle.h - one digest for a whole list, so that one time stamp proves every entry of it.
 *
 * The Merkle tree hash of RFC 6962, section 2.1, with SHA-256: leaves and inner nodes are hashed
 * with different first bytes, and the path of an entry is enough to recompute the root. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_MERKLE_H
#define BASE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

enum { MERKLE_PATH_MOST = 64 /* digests: enough for 2^64 leaves */ };

/* The digest of a leaf with this content. */
struct digest merkle_leaf(const void *bytes, size_t length);
/* The root over leaves, in their order. No leaf: the digest of nothing. */
struct digest merkle_root(const struct digest *leaves, size_t count);

/* The root over leaves as they come, in little memory, with a look at any moment: {0} before. */
struct merkle_stream {
    struct digest subtrees[MERKLE_PATH_MOST]; /* roots of whole subtrees, the largest first */
    size_t depth;                             /* how many of them there are */
    uint64_t count;                           /* leaves so far */
};

void merkle_add(struct merkle_stream *stream, const struct digest *leaf);
/* merkle_root() of the leaves so far. */
struct digest merkle_so_far(const struct merkle_stream *stream);

/* The path of leaf `index` of `count` (RFC 6962, 2.1.1), from the leaf upwards. Returns its length
 * in digests. `index` is below `count`. */
size_t merkle_path(const struct digest *leaves, size_t count, size_t index,
                   struct digest ret_path[MERKLE_PATH_MOST]);
/* Whether leaf `index` of `count` with this path has this root. */
bool merkle_holds(const struct digest *leaf, size_t index, size_t count, const struct digest *path,
                  size_t path_length, const struct digest *root);

#endif
