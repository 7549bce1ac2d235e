/* spool_place.h - where a spool is: a folder of this host, or a bucket of an object store.
 *
 * The configuration fills it in, store/spool.h opens it; neither has to know the other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SPOOL_PLACE_H
#define BASE_SPOOL_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Strings are borrowed; what stands behind `folder` is for buckets only. */
struct spool_place {
    const char *url;    /* absolute path of a folder, or s3://BUCKET[/PREFIX] */
    const char *folder; /* of this host: the spool itself, or the cache of a bucket */
    const char *endpoint;
    const char *region;
    const char *access_key;
    const char *secret_file;
    const char *authorities; /* file of certificates (PEM); NULL: the system's */
    int64_t timeout_ms;      /* nothing has moved for this long: the request is given up */
    int64_t cache_bytes;
    int64_t cache_age_ms; /* a copy is fetched anew after this */
};

/* Whether the spool that is written so is a bucket. */
static inline bool spool_place_is_bucket(const char *url)
{
    return url[0] == 's' && url[1] == '3' && url[2] == ':' && url[3] == '/' && url[4] == '/';
}

#endif
