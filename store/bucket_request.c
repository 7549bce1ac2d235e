/* bucket_request.c - see bucket_request.h.
 *
 * What was learnt about libcurl 7.88 and signatures: `x-amz-content-sha256` has to be set here, or a
 * wrong one is signed; a header that is removed ("Expect:") breaks the signature; the query is
 * signed as it stands, so that it is sorted and escaped before; a key with a colon has to be given
 * by CURLOPT_USERNAME. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "store/bucket_request.h"

enum {
    SECRET_BYTES_MOST = 4096,
    URL_BYTES = 2048,
    SLOWEST_BYTES_S = 1024, /* slower than this for the whole of the time-out: nothing moves */
    SURE_BYTES_MS = 32      /* a request may take the time-out and this speed's time */
};

/* ---- the request ---------------------------------------------------------------------------- */

struct bucket_request bucket_request(const char *method, const char *key)
{
    return (struct bucket_request){
        .method = method, .key = key, .from = -1, .into = -1, .digest = digest_of("", 0)};
}

static void end_md5(struct bucket_request *request, uint8_t *bytes)
{
    if (request->md5 != NULL)
        gnutls_hash_deinit(request->md5, bytes);
    request->md5 = NULL;
}

void bucket_request_done(struct bucket_request *request)
{
    end_md5(request, NULL);
    text_done(&request->body);
}

bool bucket_is_missing(const struct bucket_request *request)
{
    return request->http_status == 404;
}

const char *bucket_element(const char *from, const char *end, const char *name,
                           const char **ret_end)
{
    char tag[48];
    int length = snprintf(tag, sizeof tag, "<%s>", name);
    const char *begin =
        from == NULL ? NULL : memmem(from, (size_t)(end - from), tag, (size_t)length);
    if (begin == NULL)
        return NULL;
    begin += length;
    length = snprintf(tag, sizeof tag, "</%s>", name);
    *ret_end = memmem(begin, (size_t)(end - begin), tag, (size_t)length);
    return *ret_end == NULL ? NULL : begin;
}

/* ---- what libcurl calls --------------------------------------------------------------------- */

static void begin_sending(struct bucket_request *request)
{
    gnutls_hash_hd_t md5 = NULL;
    request->sent = 0;
    end_md5(request, NULL);
    // Not for security: many stores name an object's tag by it. FIPS systems do without.
    if (request->sends && gnutls_hash_init(&md5, GNUTLS_DIG_MD5) == 0)
        request->md5 = md5;
}

static size_t give_bytes(char *buffer, size_t size, size_t count, void *context)
{
    struct bucket_request *request = context;
    uint64_t left = request->size - request->sent;
    size_t wanted = size * count < left ? size * count : (size_t)left;
    ssize_t got = (ssize_t)wanted;
    if (request->from < 0)
        memcpy(buffer, request->bytes + request->sent, wanted);
    else if (wanted > 0)
        got = pread(request->from, buffer, wanted, (off_t)(request->offset + request->sent));
    if (got < 0 || (got == 0 && wanted > 0)) {
        fault_errno(&request->local, STATUS_LATER, "cannot read what is to be put");
        return CURL_READFUNC_ABORT;
    }
    if (request->md5 != NULL && gnutls_hash(request->md5, buffer, (size_t)got) != 0)
        end_md5(request, NULL);
    request->sent += (uint64_t)got;
    return (size_t)got;
}

/* A connection that was kept too long is found dead when the request is half sent. */
static int begin_again(void *context, curl_off_t offset, int origin)
{
    struct bucket_request *request = context;
    if (offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    begin_sending(request);
    return CURL_SEEKFUNC_OK;
}

static bool has_name(const char *line, size_t length, const char *name, char ret_value[128])
{
    size_t name_length = strlen(name);
    if (length <= name_length || line[name_length] != ':' ||
        strncasecmp(line, name, name_length) != 0)
        return false;
    const char *at = line + name_length + 1;
    const char *end = line + length;
    while (at < end && (*at == ' ' || *at == '"'))
        at++;
    while (end > at && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == '"' || end[-1] == ' '))
        end--;
    (void)snprintf(ret_value, 128, "%.*s", (int)(end - at), at);
    return true;
}

static int64_t http_date_ms(const char *words)
{
    time_t seconds = curl_getdate(words, NULL);
    return seconds < 0 ? 0 : (int64_t)seconds * 1000;
}

static size_t take_head(char *line, size_t size, size_t count, void *context)
{
    struct bucket_request *request = context;
    char value[128];
    size_t length = size * count;
    if (has_name(line, length, "ETag", value))
        (void)snprintf(request->tag, sizeof request->tag, "%.*s", BUCKET_TAG_BYTES - 1, value);
    else if (has_name(line, length, "Date", value))
        request->date_ms = http_date_ms(value);
    else if (has_name(line, length, "Last-Modified", value))
        request->written_ms = http_date_ms(value);
    else if (has_name(line, length, "Content-Length", value))
        request->length = strtoll(value, NULL, 10);
    return length;
}

struct answer {
    CURL *curl;
    struct bucket_request *request;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    const struct answer *answer = context;
    struct bucket_request *request = answer->request;
    size_t length = size * count;
    long http_status = 0;
    (void)curl_easy_getinfo(answer->curl, CURLINFO_RESPONSE_CODE, &http_status);
    if (!request->is_streamed || http_status / 100 != 2) {
        if (request->body.length + length > BUCKET_ANSWER_BYTES_MOST)
            return 0;
        text_append_bytes(&request->body, bytes, length);
        return text_ok(&request->body) ? length : 0;
    }
    digest_add(&request->stream, bytes, length);
    request->got_size += length;
    if (request->into >= 0 &&
        durable_write(request->into, bytes, length, &request->local) != STATUS_OK)
        return 0;
    return length;
}

/* ---- one try -------------------------------------------------------------------------------- */

static enum status read_secret(struct bucket *bucket, bool *ret_is_new, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = file_read(bucket->secret_file, SECRET_BYTES_MOST, &bytes, &length, fault);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_LATER, "the object store's key: %s",
                         fault == NULL ? "cannot be read" : fault->text);
    char *line = string_copy_bytes(bytes, strcspn(bytes, "\r\n"));
    sodium_memzero(bytes, length);
    free(bytes);
    if (line == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *ret_is_new = bucket->secret == NULL || strcmp(bucket->secret, line) != 0;
    if (bucket->secret != NULL)
        sodium_memzero(bucket->secret, strlen(bucket->secret));
    free(bucket->secret);
    bucket->secret = line;
    return STATUS_OK;
}

static bool set_address(const struct bucket *bucket, const struct bucket_request *request)
{
    char url[URL_BYTES];
    bool has_key = request->key != NULL;
    int length =
        snprintf(url, sizeof url, "%s%s%s%s%s%s", bucket->base, has_key ? "/" : "",
                 has_key ? bucket->prefix : "", has_key ? request->key : "",
                 request->query == NULL ? "" : "?", request->query == NULL ? "" : request->query);
    return length > 0 && length < URL_BYTES &&
           curl_easy_setopt(bucket->curl, CURLOPT_URL, url) == CURLE_OK;
}

/* A store whose certificate is not trusted is one that does not answer; libcurl says why. */
static void set_trust(struct bucket *bucket)
{
    bucket->curl_words[0] = '\0';
    (void)curl_easy_setopt(bucket->curl, CURLOPT_ERRORBUFFER, bucket->curl_words);
    if (bucket->authorities == NULL)
        return;
    (void)curl_easy_setopt(bucket->curl, CURLOPT_CAINFO, bucket->authorities);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_CAPATH, NULL);
}

static bool is_distrust(CURLcode result)
{
    return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
           result == CURLE_SSL_ISSUER_ERROR;
}

static void set_limits(const struct bucket *bucket, const struct bucket_request *request)
{
    CURL *curl = bucket->curl;
    long timeout_s = (long)((bucket->timeout_ms + 999) / 1000);
    long connect_ms = bucket->timeout_ms < BUCKET_CONNECT_MS_MOST ? (long)bucket->timeout_ms
                                                                  : BUCKET_CONNECT_MS_MOST;
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST_BYTES_S);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, timeout_s);
    // Without streaming nothing large comes or goes: the time-out is that of the whole.
    if (!request->is_streamed)
        (void)curl_easy_setopt(
            curl, CURLOPT_TIMEOUT_MS,
            (long)(2 * bucket->timeout_ms + (int64_t)(request->size / SURE_BYTES_MS)));
    (void)curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
}

static void set_body(const struct bucket *bucket, struct bucket_request *request)
{
    CURL *curl = bucket->curl;
    bool posts = strcmp(request->method, "POST") == 0;
    if (strcmp(request->method, "HEAD") == 0)
        (void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (posts) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                               request->bytes == NULL ? "" : request->bytes);
    } else if (request->sends) {
        (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->size);
        (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_bytes);
        (void)curl_easy_setopt(curl, CURLOPT_READDATA, request);
        (void)curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, begin_again);
        (void)curl_easy_setopt(curl, CURLOPT_SEEKDATA, request);
    } else if (strcmp(request->method, "GET") != 0)
        (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static struct curl_slist *set_signature(const struct bucket *bucket,
                                        const struct bucket_request *request)
{
    char hex[DIGEST_HEX_BYTES];
    char line[DIGEST_HEX_BYTES + 32];
    digest_to_hex(&request->digest, hex);
    (void)snprintf(line, sizeof line, "x-amz-content-sha256: %s", hex);
    struct curl_slist *lines = curl_slist_append(NULL, line);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_HTTPHEADER, lines);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_AWS_SIGV4, bucket->signature);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_USERNAME, bucket->access_key);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_PASSWORD, bucket->secret);
    return lines;
}

/* Everything that an earlier try left is forgotten. */
static enum status begin_try(struct bucket_request *request, struct fault *fault)
{
    text_clear(&request->body);
    request->http_status = 0;
    request->length = -1;
    request->date_ms = request->written_ms = 0;
    request->code[0] = request->tag[0] = request->sent_md5[0] = '\0';
    request->got_size = 0;
    request->local = (struct fault){0};
    digest_begin(&request->stream);
    begin_sending(request);
    if (request->into >= 0 &&
        (ftruncate(request->into, 0) != 0 || lseek(request->into, 0, SEEK_SET) < 0))
        return fault_errno(fault, durable_status(errno), "cannot empty a file of the cache");
    return STATUS_OK;
}

/* What came, in words that other modules can use. */
static void end_try(const struct bucket *bucket, struct bucket_request *request)
{
    uint8_t md5[16];
    (void)curl_easy_getinfo(bucket->curl, CURLINFO_RESPONSE_CODE, &request->http_status);
    request->got = digest_end(&request->stream);
    if (request->md5 != NULL) {
        end_md5(request, md5);
        for (size_t i = 0; i < sizeof md5; i++)
            (void)snprintf(request->sent_md5 + 2 * i, 3, "%02x", md5[i]);
    }
    const char *body = text_string(&request->body);
    const char *end = NULL;
    const char *code = bucket_element(body, body + request->body.length, "Code", &end);
    if (code != NULL && end - code < BUCKET_CODE_BYTES)
        (void)snprintf(request->code, sizeof request->code, "%.*s", (int)(end - code), code);
}

static enum status attempt(struct bucket *bucket, struct bucket_request *request,
                           CURLcode *ret_result, struct fault *fault)
{
    bool is_new = false;
    struct answer answer = {.curl = bucket->curl, .request = request};
    enum status status = begin_try(request, fault);
    if (status == STATUS_OK && bucket->secret == NULL)
        status = read_secret(bucket, &is_new, fault);
    if (status != STATUS_OK)
        return status;
    curl_easy_reset(bucket->curl);
    if (!set_address(bucket, request))
        return fault_set(fault, STATUS_LATER, "out of memory");
    set_trust(bucket);
    set_limits(bucket, request);
    set_body(bucket, request);
    struct curl_slist *lines = set_signature(bucket, request);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_HEADERFUNCTION, take_head);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_HEADERDATA, request);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(bucket->curl, CURLOPT_WRITEDATA, &answer);
    *ret_result = lines == NULL ? CURLE_OUT_OF_MEMORY : curl_easy_perform(bucket->curl);
    end_try(bucket, request);
    if (is_distrust(*ret_result))
        (void)snprintf(request->code, sizeof request->code, BUCKET_CODE_CERTIFICATE);
    curl_slist_free_all(lines);
    return STATUS_OK;
}

/* ---- what to make of it --------------------------------------------------------------------- */

enum verdict {
    DONE,
    AGAIN,   /* the line, or the moment */
    REFUSED, /* not let in, or asked for what there is not */
    OURS     /* something on this host */
};

static enum verdict judge(const struct bucket_request *request, CURLcode result)
{
    static const char *const passing[] = {"BadDigest",        "XAmzContentSHA256Mismatch",
                                          "IncompleteBody",   "RequestTimeout",
                                          "OperationAborted", "SlowDown"};
    if (request->local.text[0] != '\0' || result == CURLE_OUT_OF_MEMORY)
        return OURS;
    if (result != CURLE_OK)
        return AGAIN;
    if (request->http_status / 100 == 2)
        // The end of an upload in pieces may say 200 and tell of an error in its body.
        return request->code[0] == '\0' || request->is_streamed ? DONE : AGAIN;
    if (request->http_status == 404 && strcmp(request->code, "NoSuchBucket") != 0)
        return DONE;
    if (request->http_status >= 500 || request->http_status == 408 || request->http_status == 429)
        return AGAIN;
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strcmp(request->code, passing[i]) == 0)
            return AGAIN;
    return REFUSED;
}

static enum status explain(const struct bucket *bucket, const struct bucket_request *request,
                           CURLcode result, struct fault *fault)
{
    if (request->local.text[0] != '\0')
        return fault_set(fault, STATUS_LATER, "%s", request->local.text);
    if (result != CURLE_OK)
        return fault_set(fault, STATUS_LATER, "object store %s: %s%s", bucket->url,
                         is_distrust(result) ? "its certificate is not trusted: " : "",
                         bucket->curl_words[0] == '\0' ? curl_easy_strerror(result)
                                                       : bucket->curl_words);
    return fault_set(fault, STATUS_LATER, "object store %s: %s of %s answered with %ld%s%s",
                     bucket->url, request->method,
                     request->key == NULL ? "the bucket" : request->key, request->http_status,
                     request->code[0] == '\0' ? "" : " ", request->code);
}

static void note_answer(struct bucket *bucket)
{
    bucket->pause_ms = 0;
    bucket->away_since_ms = bucket->away_until_ms = 0;
}

static void note_silence(struct bucket *bucket, const char *words)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());
    if (bucket->pause_ms == 0)
        bucket->away_since_ms = now_ms;
    bucket->pause_ms = bucket->pause_ms == 0 ? BUCKET_PAUSE_MS : 2 * bucket->pause_ms;
    if (bucket->pause_ms > BUCKET_PAUSE_MS_MOST)
        bucket->pause_ms = BUCKET_PAUSE_MS_MOST;
    bucket->away_until_ms = now_ms + bucket->pause_ms;
    (void)snprintf(bucket->away_words, sizeof bucket->away_words, "%s", words);
}

static enum status refuse_away(const struct bucket *bucket, struct fault *fault)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());
    if (bucket->pause_ms == 0 || now_ms >= bucket->away_until_ms)
        return STATUS_OK;
    return fault_set(fault, STATUS_LATER, "away for %lld s: %s",
                     (long long)(now_ms - bucket->away_since_ms) / 1000, bucket->away_words);
}

/* Doubled each time, and by up to a half more: several programs do not come back at once. */
static void wait_before(int tries)
{
    int64_t wait_ms = (int64_t)BUCKET_BACKOFF_MS << (tries - 1);
    wait_ms += randombytes_uniform((uint32_t)wait_ms / 2 + 1);
    struct timespec pause = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

static enum status run(struct bucket *bucket, struct bucket_request *request, int tries_most,
                       struct fault *fault)
{
    struct fault own = {0};
    CURLcode result = CURLE_OK;
    enum verdict verdict = AGAIN;
    bool is_new = false;
    for (int tries = 1; verdict == AGAIN && (tries <= tries_most || is_new); tries++) {
        if (tries > 1 && !is_new)
            wait_before(tries - 1);
        is_new = false;
        enum status status = attempt(bucket, request, &result, fault);
        if (status != STATUS_OK)
            return status;
        verdict = judge(request, result);
        // The key may have been replaced: its file is read anew, and a new one is tried at once.
        if (request->http_status == 403 && read_secret(bucket, &is_new, NULL) == STATUS_OK &&
            is_new)
            verdict = AGAIN;
    }
    if (verdict == DONE) {
        note_answer(bucket);
        return STATUS_OK;
    }
    enum status status = explain(bucket, request, result, &own);
    // Bytes that were changed on their way are no silence.
    if (verdict != OURS && (result != CURLE_OK || request->http_status != 400))
        note_silence(bucket, own.text);
    return fault_set(fault, status, "%s", own.text);
}

enum status bucket_run(struct bucket *bucket, struct bucket_request *request, struct fault *fault)
{
    enum status status = refuse_away(bucket, fault);
    // One that was away is tried once: who asks after it should not wait for it.
    return status == STATUS_OK
               ? run(bucket, request, bucket->pause_ms > 0 ? 1 : BUCKET_TRIES_MOST, fault)
               : status;
}

enum status bucket_run_once(struct bucket *bucket, struct bucket_request *request,
                            struct fault *fault)
{
    return run(bucket, request, 1, fault);
}
