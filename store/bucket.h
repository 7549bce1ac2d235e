/* bucket.h - the requests of the S3 interface that a spool needs of an object store: put, get, look,
 * remove, list.
 *
 * Requests are signed (AWS Signature Version 4, by libcurl) with the digest of what they carry.
 * What was put is looked at before STATUS_OK is said: its length and its entity tag, when that is
 * the MD5 of the bytes; its bytes otherwise. A put is never made conditional: not every store
 * knows that, and the same bytes under the same key do no harm.
 *
 * A request that met a broken line, a server that is busy (429) or in trouble (5xx), or whose bytes
 * were changed on the way is made again, with growing pauses, BUCKET_TRIES_MOST times. After that
 * the store is away: further requests fail at once for a pause that grows up to
 * BUCKET_PAUSE_MS_MOST, so that nobody waits for each of them. Everything that a store answers is
 * STATUS_LATER, also that it does not let us in: a key may be given a right, or be replaced in its
 * file, which is read again.
 *
 * Keys are ours: ASCII without anything that has to be escaped, below the place's prefix. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_BUCKET_H
#define STORE_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/spool_place.h"

enum {
    BUCKET_TRIES_MOST = 4,
    BUCKET_BACKOFF_MS = 100, /* before the second try; doubled for each further one */
    BUCKET_PAUSE_MS = 1000,
    BUCKET_PAUSE_MS_MOST = 30000,
    BUCKET_CONNECT_MS_MOST = 3000,
    BUCKET_KEY_BYTES = 256,
    BUCKET_PREFIX_BYTES_MOST = 100,
    BUCKET_CODE_BYTES = 64,
    BUCKET_ANSWER_BYTES_MOST = 1 << 22, /* of a list or an error; a list of 1,000 has 300 kB */
    BUCKET_PIECE_BYTES = 1 << 24        /* of a multipart upload */
};

/* In the place of a store's word for a refusal: its certificate is none that we trust. */
#define BUCKET_CODE_CERTIFICATE  "certificate"
#define BUCKET_SINGLE_BYTES_MOST (UINT64_C(64) << 20) /* larger ones go in pieces */

struct bucket;

/* Asks nothing of the store. STATUS_REFUSE: the place cannot be meant. */
enum status bucket_open(const struct spool_place *place, struct bucket **ret_bucket,
                        struct fault *fault);
void bucket_close(struct bucket **bucket_p);

/* Puts the first `size` bytes of `file`, whose digest is known. Verified, see above. */
enum status bucket_put_file(struct bucket *bucket, const char *key, int file, uint64_t size,
                            const struct digest *digest, struct fault *fault);
/* The same with a few bytes of memory. */
enum status bucket_put(struct bucket *bucket, const char *key, const char *bytes, size_t length,
                       struct fault *fault);

struct bucket_object {
    bool is_there;
    uint64_t size;
    int64_t written_ms; /* by the store's clock */
};

/* Writes the object's bytes into `file`, from its beginning. *ret_there false: there is none. The
 * digest is that of the bytes as they came. */
enum status bucket_get_file(struct bucket *bucket, const char *key, int file, bool *ret_there,
                            struct digest *ret_digest, uint64_t *ret_size, struct fault *fault);
/* Only its digest. */
enum status bucket_digest(struct bucket *bucket, const char *key, bool *ret_there,
                          struct digest *ret_digest, struct fault *fault);
/* A small one into memory; the caller owns *ret_bytes, which is NULL when there is none. */
enum status bucket_get(struct bucket *bucket, const char *key, char **ret_bytes, size_t *ret_length,
                       struct fault *fault);
enum status bucket_look(struct bucket *bucket, const char *key, struct bucket_object *ret_object,
                        struct fault *fault);
/* One that is not there is fine; on STATUS_OK it has been looked at: it is gone. */
enum status bucket_remove(struct bucket *bucket, const char *key, struct fault *fault);

/* `key` without the place's prefix. A status other than STATUS_OK ends the walk. */
typedef enum status bucket_callback(void *context, const char *key,
                                    const struct bucket_object *object, struct fault *fault);
/* Every key that begins with `beginning` and is behind `after` ("": all), in their order. */
enum status bucket_each(struct bucket *bucket, const char *beginning, const char *after,
                        bucket_callback *callback, void *context, struct fault *fault);
/* Ends uploads in pieces that were begun before `before_ms` and never finished; adds to *count. */
enum status bucket_abort_uploads(struct bucket *bucket, int64_t before_ms, uint32_t *count,
                                 struct fault *fault);

/* Whether the store answers and lets us in. Asks only when the last request failed, and not while a
 * pause lasts. */
enum status bucket_ready(struct bucket *bucket, struct fault *fault);

struct bucket_health {
    char code[BUCKET_CODE_BYTES]; /* the store's own word for a refusal; "" for none */
    long http_status;             /* 0: nobody answered */
    bool has_clock;
    int64_t ahead_ms; /* the store's clock against ours */
    bool is_versioned;
};

/* Asks in any case, once and without a pause: the bucket, its clock, whether it keeps what is
 * removed. STATUS_LATER with words: not all is well; `ret_health` is filled as far as it is known. */
enum status bucket_examine(struct bucket *bucket, struct bucket_health *ret_health,
                           struct fault *fault);

/* s3://BUCKET/PREFIX/key; the caller owns it, NULL on no memory. */
char *bucket_url(const struct bucket *bucket, const char *key);

#endif
