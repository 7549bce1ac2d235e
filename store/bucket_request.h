/* bucket_request.h - one request to an object store, signed, made again where that may help. Only
 * bucket*.c include this. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_BUCKET_REQUEST_H
#define STORE_BUCKET_REQUEST_H

#include <curl/curl.h>

#include "base/text.h"
#include "store/bucket.h"

enum { BUCKET_TAG_BYTES = 80, BUCKET_MD5_HEX_BYTES = 33 };

struct bucket {
    CURL *curl;   /* its connections are kept from request to request */
    char *url;    /* s3://BUCKET[/PREFIX], for people */
    char *base;   /* ENDPOINT/BUCKET */
    char *prefix; /* "" or "a/b/" */
    char *signature;
    char *access_key, *secret_file;
    char *authorities; /* NULL: the system's */
    char *secret;      /* NULL: not read yet */
    int64_t timeout_ms;

    /* 0: the last request was answered. */
    int64_t pause_ms;
    int64_t away_until_ms, away_since_ms; /* monotonic */
    char away_words[FAULT_TEXT_BYTES];
    char curl_words[CURL_ERROR_SIZE]; /* of the request at hand; "": none */
};

struct bucket_request {
    const char *method;
    const char *key;   /* with the place's prefix in front; NULL: the bucket itself */
    const char *query; /* sorted and escaped; NULL: none */

    /* What is sent: `size` bytes of memory, or of `from` beginning at `offset`. */
    bool sends;
    const char *bytes;
    int from; /* -1: memory */
    uint64_t offset, size;
    struct digest digest; /* of what is sent; of nothing, when nothing is */

    /* Where a good answer's body goes: into memory; or into a file, or nowhere, and its digest. */
    bool is_streamed;
    int into; /* -1: nowhere */

    /* The answer. */
    long http_status; /* 0: none came */
    char code[BUCKET_CODE_BYTES];
    char tag[BUCKET_TAG_BYTES]; /* without quotes */
    int64_t length;             /* as the answer's head says; -1: it does not */
    int64_t date_ms, written_ms;
    struct text body;
    struct digest got; /* of the streamed body */
    uint64_t got_size;
    char sent_md5[BUCKET_MD5_HEX_BYTES]; /* "" when MD5 is not to be had */

    /* Of the try at hand. */
    uint64_t sent;
    struct digest_stream stream;
    void *md5;          /* gnutls_hash_hd_t */
    struct fault local; /* why the bytes could not be read or written here; "" for none */
};

/* A request for `method` that sends nothing. bucket_request_done() it. */
struct bucket_request bucket_request(const char *method, const char *key);
void bucket_request_done(struct bucket_request *request);

/* STATUS_OK: answered with 2xx, or with 404 about the key (not about the bucket, except that HEAD
 * does not tell the two apart). */
enum status bucket_run(struct bucket *bucket, struct bucket_request *request, struct fault *fault);
/* The same, once, whether the store is away or not. */
enum status bucket_run_once(struct bucket *bucket, struct bucket_request *request,
                            struct fault *fault);
bool bucket_is_missing(const struct bucket_request *request);

/* The text between <NAME> and </NAME> in [from, end), which begins behind the first tag; NULL: there
 * is none. What we look for has no entities in it: keys are ours, the rest is numbers. */
const char *bucket_element(const char *from, const char *end, const char *name,
                           const char **ret_end);

#endif
