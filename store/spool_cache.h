/* spool_cache.h - copies of a bucket's objects in a folder of this host, of bounded size.
 *
 * A cache that is lost, or was never there, loses nothing but time. Several processes share it.
 * What was used longest ago goes first. A copy is given only so long: what was removed from the
 * store is not shown from a copy for ever. Copies are not checked here; whoever reads one whole
 * checks it, and drops one that was damaged. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SPOOL_CACHE_H
#define STORE_SPOOL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"

struct spool_cache;

/* In the folder `path`, made when absent: objects/aa/<hex> and tmp/. */
enum status spool_cache_open(const char *path, int64_t bytes_most, int64_t age_ms_most,
                             struct spool_cache **ret_cache, struct fault *fault);
void spool_cache_close(struct spool_cache **cache_p);

/* A read-only descriptor, -1 when there is no copy. */
int spool_cache_find(struct spool_cache *cache, const struct digest *digest, uint64_t *ret_size);
/* Takes the file at `path` (below the cache's tmp/) over as the copy. Its bytes are made durable
 * first, so that no power cut leaves a copy that is torn. False: it stayed where it is. */
bool spool_cache_take(struct spool_cache *cache, const char *path, int file, uint64_t size,
                      const struct digest *digest);
/* True when there was a copy. */
bool spool_cache_drop(struct spool_cache *cache, const struct digest *digest);
/* Removes copies that are too old, and of the others what is more than the cache may hold. Adds the
 * former to *count. */
void spool_cache_trim(struct spool_cache *cache, uint32_t *count);

#endif
