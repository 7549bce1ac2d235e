/* bucket_upload.c - see bucket_upload.h.
 *
 * Each piece is signed with its own digest and put again by itself. An answer to the last request
 * that got lost is no harm: asked again, the store does not know the upload any more, and the
 * look at the object that follows every put says whether it is there. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/bucket_upload.h"

enum { UPLOAD_ID_BYTES = 512, QUERY_BYTES = 2048, READ_BYTES = 1 << 18 };

/* Appends with every byte escaped that is not plain (RFC 3986). */
static void append_escaped(struct text *query, const char *from, const char *end)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *at = from; at < end; at++)
        if (memchr(plain, *at, sizeof plain - 1) != NULL)
            text_append_char(query, *at);
        else
            text_append_format(query, "%%%02X", (unsigned char)*at);
}

/* The upload's id, escaped; it ends with the text. */
static enum status begin(struct bucket *bucket, const char *key, struct text *id,
                         struct fault *fault)
{
    struct bucket_request request = bucket_request("POST", key);
    request.query = "uploads=";
    request.sends = true;
    request.bytes = "";
    enum status status = bucket_run(bucket, &request, fault);
    const char *body = text_string(&request.body);
    const char *end = NULL;
    const char *from = status == STATUS_OK
                           ? bucket_element(body, body + request.body.length, "UploadId", &end)
                           : NULL;
    if (from != NULL && end - from < UPLOAD_ID_BYTES)
        append_escaped(id, from, end);
    if (status == STATUS_OK && (id->length == 0 || !text_ok(id)))
        status = fault_set(fault, STATUS_LATER, "object store %s: an upload cannot be begun",
                           bucket->url);
    bucket_request_done(&request);
    return status;
}

static enum status digest_piece(int file, uint64_t offset, uint64_t size, struct digest *ret_digest,
                                struct fault *fault)
{
    struct digest_stream stream;
    char *bytes = malloc(READ_BYTES);
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    uint64_t done = 0;
    digest_begin(&stream);
    while (done < size) {
        size_t wanted = size - done < READ_BYTES ? (size_t)(size - done) : READ_BYTES;
        ssize_t got = pread(file, bytes, wanted, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        digest_add(&stream, bytes, (size_t)got);
        done += (uint64_t)got;
    }
    free(bytes);
    *ret_digest = digest_end(&stream);
    return done == size ? STATUS_OK
                        : fault_errno(fault, STATUS_LATER, "cannot read what is to be put");
}

/* Puts piece `number` (from 1), and adds it to the list that ends the upload. */
static enum status put_piece(struct bucket *bucket, const char *key, const char *id,
                             unsigned number, int file, uint64_t size, struct text *list,
                             struct fault *fault)
{
    char query[QUERY_BYTES];
    struct bucket_request request = bucket_request("PUT", key);
    (void)snprintf(query, sizeof query, "partNumber=%u&uploadId=%s", number, id);
    request.query = query;
    request.sends = true;
    request.from = file;
    request.offset = (uint64_t)(number - 1) * BUCKET_PIECE_BYTES;
    request.size =
        size - request.offset < BUCKET_PIECE_BYTES ? size - request.offset : BUCKET_PIECE_BYTES;
    enum status status = digest_piece(file, request.offset, request.size, &request.digest, fault);
    if (status == STATUS_OK)
        status = bucket_run(bucket, &request, fault);
    if (status == STATUS_OK && (bucket_is_missing(&request) || request.tag[0] == '\0'))
        status =
            fault_set(fault, STATUS_LATER, "object store %s: it forgot an upload", bucket->url);
    if (status == STATUS_OK)
        text_append_format(list, "<Part><PartNumber>%u</PartNumber><ETag>\"%s\"</ETag></Part>",
                           number, request.tag);
    bucket_request_done(&request);
    return status;
}

static enum status finish(struct bucket *bucket, const char *key, const char *id,
                          const struct text *list, struct fault *fault)
{
    char query[QUERY_BYTES];
    struct bucket_request request = bucket_request("POST", key);
    (void)snprintf(query, sizeof query, "uploadId=%s", id);
    request.query = query;
    request.sends = true;
    request.bytes = text_string(list);
    request.size = list->length;
    request.digest = digest_of(list->bytes, list->length);
    enum status status = bucket_run(bucket, &request, fault); // 404: finished before, or looked at
    bucket_request_done(&request);
    return status;
}

static enum status abort_upload(struct bucket *bucket, const char *key, const char *id,
                                struct fault *fault)
{
    char query[QUERY_BYTES];
    struct bucket_request request = bucket_request("DELETE", key);
    (void)snprintf(query, sizeof query, "uploadId=%s", id);
    request.query = query;
    enum status status = bucket_run(bucket, &request, fault);
    bucket_request_done(&request);
    return status;
}

enum status bucket_upload(struct bucket *bucket, const char *key, int file, uint64_t size,
                          struct fault *fault)
{
    struct text id = {0}, list = {0};
    enum status status = begin(bucket, key, &id, fault);
    bool is_begun = status == STATUS_OK;
    text_append(&list, "<CompleteMultipartUpload>");
    for (unsigned number = 1;
         status == STATUS_OK && (uint64_t)(number - 1) * BUCKET_PIECE_BYTES < size; number++)
        status = put_piece(bucket, key, id.bytes, number, file, size, &list, fault);
    text_append(&list, "</CompleteMultipartUpload>");
    if (status == STATUS_OK && !text_ok(&list))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = finish(bucket, key, id.bytes, &list, fault);
    if (status != STATUS_OK && is_begun)
        (void)abort_upload(bucket, key, id.bytes, NULL); // else it is swept
    text_done(&list);
    text_done(&id);
    return status;
}

/* ---- what was never finished ---------------------------------------------------------------- */

static int64_t begun_ms(const char *from, const char *end)
{
    struct tm utc = {0};
    char time[40] = "";
    const char *stop = NULL;
    const char *words = bucket_element(from, end, "Initiated", &stop);
    if (words != NULL)
        (void)snprintf(time, sizeof time, "%.*s", (int)(stop - words), words);
    return strptime(time, "%Y-%m-%dT%H:%M:%S", &utc) == NULL ? INT64_MAX
                                                             : (int64_t)timegm(&utc) * 1000;
}

/* One of <Upload>: aborted when it is ours and old. */
static enum status settle(struct bucket *bucket, const char *from, const char *end,
                          int64_t before_ms, uint32_t *count, struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    const char *key_end = NULL, *id_end = NULL;
    const char *found = bucket_element(from, end, "Key", &key_end);
    const char *id = bucket_element(from, end, "UploadId", &id_end);
    size_t prefix = strlen(bucket->prefix);
    if (found == NULL || id == NULL || id_end - id >= UPLOAD_ID_BYTES ||
        (size_t)(key_end - found) <= prefix || (size_t)(key_end - found) - prefix >= sizeof key ||
        memcmp(found, bucket->prefix, prefix) != 0 || begun_ms(from, end) > before_ms)
        return STATUS_OK;
    (void)snprintf(key, sizeof key, "%.*s", (int)((size_t)(key_end - found) - prefix),
                   found + prefix);
    struct text escaped = {0};
    append_escaped(&escaped, id, id_end);
    enum status status = text_ok(&escaped) ? abort_upload(bucket, key, escaped.bytes, fault)
                                           : fault_set(fault, STATUS_LATER, "out of memory");
    *count += status == STATUS_OK ? 1 : 0;
    text_done(&escaped);
    return status;
}

/* The first thousand: others come with the next sweep. */
enum status bucket_abort_uploads(struct bucket *bucket, int64_t before_ms, uint32_t *count,
                                 struct fault *fault)
{
    struct bucket_request request = bucket_request("GET", NULL);
    request.query = "uploads=";
    enum status status = bucket_run(bucket, &request, fault);
    const char *end = text_string(&request.body) + request.body.length;
    const char *stop = NULL;
    for (const char *at = bucket_element(text_string(&request.body), end, "Upload", &stop);
         at != NULL && status == STATUS_OK; at = bucket_element(stop, end, "Upload", &stop))
        status = settle(bucket, at, stop, before_ms, count, fault);
    bucket_request_done(&request);
    return status;
}
