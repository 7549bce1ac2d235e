/* bucket.c - see bucket.h: what a spool does with a bucket, in requests. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/bucket_request.h"
#include "store/bucket_upload.h"

enum { LIST_KEYS = 1000 };

/* ---- beginning and end ---------------------------------------------------------------------- */

/* What needs no escaping, in a URL and in a signature. */
static bool is_plain(const char *words, const char *more)
{
    for (const char *at = words; *at != '\0'; at++)
        if (!isascii((unsigned char)*at) ||
            (!isalnum((unsigned char)*at) && strchr(more, *at) == NULL))
            return false;
    return true;
}

/* Cuts "s3://BUCKET/PREFIX" up. */
static enum status cut_url(struct bucket *bucket, const struct spool_place *place,
                           struct fault *fault)
{
    struct text base = {0}, prefix = {0}, url = {0};
    const char *name = place->url + strlen("s3://");
    size_t name_length = strcspn(name, "/");
    const char *below = name + name_length;
    while (*below == '/')
        below++;
    size_t below_length = strlen(below);
    while (below_length > 0 && below[below_length - 1] == '/')
        below_length--;
    if (name_length == 0 || !is_plain(name, "-._/") || below_length > BUCKET_PREFIX_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE,
                         "\"%s\": write s3://BUCKET or s3://BUCKET/PREFIX, in letters, digits, "
                         "\"-\", \".\" and \"_\"",
                         place->url);
    text_append_format(&base, "%.*s/%.*s", (int)strcspn(place->endpoint, "?#"), place->endpoint,
                       (int)name_length, name);
    text_append_format(&prefix, "%.*s%s", (int)below_length, below, below_length > 0 ? "/" : "");
    text_append_format(&url, "s3://%.*s%s%.*s", (int)name_length, name, below_length > 0 ? "/" : "",
                       (int)below_length, below);
    bool is_whole = text_ok(&base) && text_ok(&prefix) && text_ok(&url);
    bucket->base = text_take(&base);
    bucket->prefix = text_take(&prefix);
    bucket->url = text_take(&url);
    return is_whole ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

static enum status begin_curl(struct bucket *bucket, struct fault *fault)
{
    static bool is_begun = false;
    if (!is_begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fault_set(fault, STATUS_LATER, "libcurl cannot begin");
    is_begun = true;
    (void)signal(SIGPIPE, SIG_IGN); // TLS writes without MSG_NOSIGNAL; a line that broke is no end
    bucket->curl = curl_easy_init();
    return bucket->curl == NULL ? fault_set(fault, STATUS_LATER, "out of memory") : STATUS_OK;
}

enum status bucket_open(const struct spool_place *place, struct bucket **ret_bucket,
                        struct fault *fault)
{
    if (place->endpoint == NULL || place->access_key == NULL || place->secret_file == NULL ||
        place->region == NULL || !is_plain(place->region, "-_"))
        return fault_set(fault, STATUS_REFUSE,
                         "\"%s\" needs endpoint, region, access key and secret file", place->url);
    struct bucket *bucket = calloc(1, sizeof *bucket);
    struct text signature = {0};
    if (bucket == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    text_append_format(&signature, "aws:amz:%s:s3", place->region);
    bucket->signature = text_take(&signature);
    bucket->access_key = string_copy(place->access_key);
    bucket->secret_file = string_copy(place->secret_file);
    bucket->authorities = string_copy(place->authorities);
    bucket->timeout_ms = place->timeout_ms;
    enum status status = cut_url(bucket, place, fault);
    if (status == STATUS_OK &&
        (bucket->signature == NULL || bucket->access_key == NULL || bucket->secret_file == NULL ||
         (place->authorities != NULL && bucket->authorities == NULL)))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = begin_curl(bucket, fault);
    if (status == STATUS_OK)
        *ret_bucket = bucket;
    else
        bucket_close(&bucket);
    return status;
}

void bucket_close(struct bucket **bucket_p)
{
    struct bucket *bucket = *bucket_p;
    *bucket_p = NULL;
    if (bucket == NULL)
        return;
    if (bucket->curl != NULL)
        curl_easy_cleanup(bucket->curl);
    if (bucket->secret != NULL)
        sodium_memzero(bucket->secret, strlen(bucket->secret));
    free(bucket->secret);
    free(bucket->secret_file);
    free(bucket->authorities);
    free(bucket->access_key);
    free(bucket->signature);
    free(bucket->prefix);
    free(bucket->base);
    free(bucket->url);
    free(bucket);
}

char *bucket_url(const struct bucket *bucket, const char *key)
{
    struct text url = {0};
    text_append_format(&url, "%s/%s", bucket->url, key);
    return text_take(&url);
}

/* ---- looking -------------------------------------------------------------------------------- */

/* HEAD does not say what is missing: when it is the bucket, no object may be taken for lost. */
static enum status check_bucket(struct bucket *bucket, struct fault *fault)
{
    struct bucket_request request = bucket_request("HEAD", NULL);
    enum status status = bucket_run(bucket, &request, fault);
    if (status == STATUS_OK && bucket_is_missing(&request))
        status =
            fault_set(fault, STATUS_LATER, "object store %s: there is no such bucket", bucket->url);
    bucket_request_done(&request);
    return status;
}

static enum status look(struct bucket *bucket, const char *key, struct bucket_object *ret_object,
                        char ret_tag[BUCKET_TAG_BYTES], struct fault *fault)
{
    struct bucket_request request = bucket_request("HEAD", key);
    enum status status = bucket_run(bucket, &request, fault);
    bucket_request_done(&request);
    if (status == STATUS_OK && bucket_is_missing(&request))
        status = check_bucket(bucket, fault);
    if (status != STATUS_OK)
        return status;
    *ret_object = (struct bucket_object){0};
    if (!bucket_is_missing(&request))
        *ret_object = (struct bucket_object){
            .is_there = true, .size = (uint64_t)request.length, .written_ms = request.written_ms};
    (void)snprintf(ret_tag, BUCKET_TAG_BYTES, "%s", request.tag);
    return STATUS_OK;
}

enum status bucket_look(struct bucket *bucket, const char *key, struct bucket_object *ret_object,
                        struct fault *fault)
{
    char tag[BUCKET_TAG_BYTES];
    return look(bucket, key, ret_object, tag, fault);
}

enum status bucket_ready(struct bucket *bucket, struct fault *fault)
{
    return bucket->pause_ms == 0 ? STATUS_OK : check_bucket(bucket, fault);
}

enum status bucket_remove(struct bucket *bucket, const char *key, struct fault *fault)
{
    struct bucket_object object = {0};
    struct bucket_request request = bucket_request("DELETE", key);
    enum status status = bucket_run(bucket, &request, fault);
    bucket_request_done(&request);
    if (status == STATUS_OK)
        status = bucket_look(bucket, key, &object, fault);
    if (status == STATUS_OK && object.is_there)
        status = fault_set(fault, STATUS_LATER,
                           "object store %s: %s was removed and is still there", bucket->url, key);
    return status;
}

/* ---- getting -------------------------------------------------------------------------------- */

static enum status get(struct bucket *bucket, struct bucket_request *request, bool *ret_there,
                       struct fault *fault)
{
    enum status status = bucket_run(bucket, request, fault);
    if (status == STATUS_OK)
        *ret_there = !bucket_is_missing(request);
    return status;
}

enum status bucket_get_file(struct bucket *bucket, const char *key, int file, bool *ret_there,
                            struct digest *ret_digest, uint64_t *ret_size, struct fault *fault)
{
    struct bucket_request request = bucket_request("GET", key);
    request.is_streamed = true;
    request.into = file;
    enum status status = get(bucket, &request, ret_there, fault);
    bucket_request_done(&request);
    if (status == STATUS_OK) {
        *ret_digest = request.got;
        *ret_size = request.got_size;
    }
    return status;
}

enum status bucket_digest(struct bucket *bucket, const char *key, bool *ret_there,
                          struct digest *ret_digest, struct fault *fault)
{
    uint64_t size = 0;
    return bucket_get_file(bucket, key, -1, ret_there, ret_digest, &size, fault);
}

enum status bucket_get(struct bucket *bucket, const char *key, char **ret_bytes, size_t *ret_length,
                       struct fault *fault)
{
    bool is_there = false;
    struct bucket_request request = bucket_request("GET", key);
    enum status status = get(bucket, &request, &is_there, fault);
    if (status == STATUS_OK) {
        *ret_length = is_there ? request.body.length : 0;
        text_append(&request.body, ""); // there is something to take
        *ret_bytes = is_there ? text_take(&request.body) : NULL;
        if (is_there && *ret_bytes == NULL)
            status = fault_set(fault, STATUS_LATER, "out of memory");
    }
    bucket_request_done(&request);
    return status;
}

/* ---- putting -------------------------------------------------------------------------------- */

/* Whether the store has these bytes: by its tag when that is their MD5, by reading them otherwise. */
static enum status verify(struct bucket *bucket, const char *key, uint64_t size, const char *md5,
                          const struct digest *digest, bool *ret_is_right, struct fault *fault)
{
    struct bucket_object object = {0};
    char tag[BUCKET_TAG_BYTES];
    struct digest kept = {0};
    bool is_there = false;
    *ret_is_right = false;
    enum status status = look(bucket, key, &object, tag, fault);
    if (status != STATUS_OK || !object.is_there || object.size != size)
        return status;
    *ret_is_right = md5[0] != '\0' && strcmp(tag, md5) == 0;
    if (*ret_is_right)
        return STATUS_OK;
    status = bucket_digest(bucket, key, &is_there, &kept, fault);
    *ret_is_right = status == STATUS_OK && is_there && digest_equal(&kept, digest);
    return status;
}

static enum status put_single(struct bucket *bucket, const char *key,
                              const struct bucket_request *what, char ret_md5[BUCKET_MD5_HEX_BYTES],
                              struct fault *fault)
{
    struct bucket_request request = *what;
    request.method = "PUT";
    request.key = key;
    request.sends = true;
    enum status status = bucket_run(bucket, &request, fault);
    if (status == STATUS_OK && bucket_is_missing(&request))
        status =
            fault_set(fault, STATUS_LATER, "object store %s: there is no such bucket", bucket->url);
    (void)snprintf(ret_md5, BUCKET_MD5_HEX_BYTES, "%s", request.sent_md5);
    bucket_request_done(&request);
    return status;
}

/* Puts what `what` says to send, until the store is seen to have it. */
static enum status put(struct bucket *bucket, const char *key, const struct bucket_request *what,
                       struct fault *fault)
{
    for (int tries = 0; tries < BUCKET_TRIES_MOST; tries++) {
        char md5[BUCKET_MD5_HEX_BYTES] = "";
        bool is_right = false;
        enum status status = what->size > BUCKET_SINGLE_BYTES_MOST
                                 ? bucket_upload(bucket, key, what->from, what->size, fault)
                                 : put_single(bucket, key, what, md5, fault);
        if (status == STATUS_OK)
            status = verify(bucket, key, what->size, md5, &what->digest, &is_right, fault);
        if (status != STATUS_OK || is_right)
            return status;
    }
    return fault_set(fault, STATUS_LATER, "object store %s: %s has other bytes than were put",
                     bucket->url, key);
}

enum status bucket_put_file(struct bucket *bucket, const char *key, int file, uint64_t size,
                            const struct digest *digest, struct fault *fault)
{
    struct bucket_request what = bucket_request("PUT", key);
    what.from = file;
    what.size = size;
    what.digest = *digest;
    return put(bucket, key, &what, fault);
}

enum status bucket_put(struct bucket *bucket, const char *key, const char *bytes, size_t length,
                       struct fault *fault)
{
    struct bucket_request what = bucket_request("PUT", key);
    what.bytes = bytes;
    what.size = length;
    what.digest = digest_of(bytes, length);
    return put(bucket, key, &what, fault);
}

/* ---- listing -------------------------------------------------------------------------------- */

/* "2026-11-23T19:00:00.000Z" */
static int64_t list_time_ms(const char *words)
{
    struct tm utc = {0};
    if (strptime(words, "%Y-%m-%dT%H:%M:%S", &utc) == NULL)
        return 0;
    return (int64_t)timegm(&utc) * 1000;
}

/* One of <Contents>; *ret_key is without the prefix. */
static bool read_entry(const struct bucket *bucket, const char *from, const char *end,
                       char ret_key[BUCKET_KEY_BYTES], struct bucket_object *ret_object)
{
    char number[32] = "", time[40] = "";
    const char *stop = NULL;
    const char *key = bucket_element(from, end, "Key", &stop);
    size_t prefix = strlen(bucket->prefix);
    if (key == NULL || (size_t)(stop - key) < prefix ||
        (size_t)(stop - key) - prefix >= BUCKET_KEY_BYTES)
        return false;
    (void)snprintf(ret_key, BUCKET_KEY_BYTES, "%.*s", (int)((size_t)(stop - key) - prefix),
                   key + prefix);
    const char *size = bucket_element(from, end, "Size", &stop);
    if (size != NULL)
        (void)snprintf(number, sizeof number, "%.*s", (int)(stop - size), size);
    const char *modified = bucket_element(from, end, "LastModified", &stop);
    if (modified != NULL)
        (void)snprintf(time, sizeof time, "%.*s", (int)(stop - modified), modified);
    *ret_object = (struct bucket_object){
        .is_there = true, .size = strtoull(number, NULL, 10), .written_ms = list_time_ms(time)};
    return true;
}

static enum status tell_page(const struct bucket *bucket, const struct text *page,
                             bucket_callback *callback, void *context, char last[BUCKET_KEY_BYTES],
                             struct fault *fault)
{
    const char *end = text_string(page) + page->length;
    const char *stop = NULL;
    enum status status = STATUS_OK;
    for (const char *at = bucket_element(text_string(page), end, "Contents", &stop);
         at != NULL && status == STATUS_OK; at = bucket_element(stop, end, "Contents", &stop)) {
        struct bucket_object object;
        if (!read_entry(bucket, at, stop, last, &object))
            return fault_set(fault, STATUS_LATER, "object store %s: a list that is none",
                             bucket->url);
        status = callback(context, last, &object, fault);
    }
    return status;
}

/* Parameters are sorted by their names, and "/" is escaped: so they are signed. */
static void append_escaped(struct text *query, const char *words)
{
    for (const char *at = words; *at != '\0'; at++)
        if (*at == '/')
            text_append(query, "%2F");
        else
            text_append_char(query, *at);
}

static enum status list_page(struct bucket *bucket, const char *beginning, const char *after,
                             struct bucket_request *request, struct fault *fault)
{
    struct text query = {0};
    text_append_format(&query, "list-type=2&max-keys=%d&prefix=", LIST_KEYS);
    append_escaped(&query, bucket->prefix);
    append_escaped(&query, beginning);
    if (after[0] != '\0') {
        text_append(&query, "&start-after=");
        append_escaped(&query, bucket->prefix);
        append_escaped(&query, after);
    }
    if (!text_ok(&query)) {
        text_done(&query);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    request->query = query.bytes;
    enum status status = bucket_run(bucket, request, fault);
    if (status == STATUS_OK && bucket_is_missing(request))
        status =
            fault_set(fault, STATUS_LATER, "object store %s: there is no such bucket", bucket->url);
    request->query = NULL;
    text_done(&query);
    return status;
}

enum status bucket_each(struct bucket *bucket, const char *beginning, const char *after,
                        bucket_callback *callback, void *context, struct fault *fault)
{
    char last[BUCKET_KEY_BYTES];
    bool more = true;
    enum status status = STATUS_OK;
    (void)snprintf(last, sizeof last, "%s", after);
    while (more && status == STATUS_OK) {
        char before[BUCKET_KEY_BYTES];
        struct bucket_request request = bucket_request("GET", NULL);
        (void)snprintf(before, sizeof before, "%s", last);
        status = list_page(bucket, beginning, last, &request, fault);
        if (status == STATUS_OK)
            status = tell_page(bucket, &request.body, callback, context, last, fault);
        more = strstr(text_string(&request.body), "<IsTruncated>true<") != NULL &&
               strcmp(last, before) != 0;
        bucket_request_done(&request);
    }
    return status;
}

/* ---- examining ------------------------------------------------------------------------------ */

enum status bucket_examine(struct bucket *bucket, struct bucket_health *ret_health,
                           struct fault *fault)
{
    // GET, because HEAD has no room for the store's words.
    struct bucket_request request = bucket_request("GET", NULL);
    request.query = "max-keys=1";
    enum status status = bucket_run_once(bucket, &request, fault);
    *ret_health = (struct bucket_health){.http_status = request.http_status};
    (void)snprintf(ret_health->code, sizeof ret_health->code, "%s", request.code);
    ret_health->has_clock = request.date_ms != 0;
    ret_health->ahead_ms = request.date_ms - clock_wall_ms(clock_system());
    if (status == STATUS_OK && bucket_is_missing(&request))
        status =
            fault_set(fault, STATUS_LATER, "object store %s: there is no such bucket", bucket->url);
    bucket_request_done(&request);
    if (status != STATUS_OK)
        return status;
    struct bucket_request versions = bucket_request("GET", NULL);
    versions.query = "versioning=";
    // A store that does not know the word keeps no versions.
    if (bucket_run_once(bucket, &versions, NULL) == STATUS_OK)
        ret_health->is_versioned =
            strstr(text_string(&versions.body), "<Status>Enabled</Status>") != NULL;
    else
        bucket->pause_ms = 0;
    bucket_request_done(&versions);
    return STATUS_OK;
}
