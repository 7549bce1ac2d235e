/* exchange.c - see exchange.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "portal/exchange.h"

enum { REAL_DIGITS = 6 }; /* of probabilities */

/* Answers of the API are never pages: nothing in them may run, load or be framed. */
static const char api_policy[] = "default-src 'none'; frame-ancestors 'none'; sandbox";

static void drop_answer(struct answer *answer)
{
    free(answer->bytes);
    if (answer->file >= 0)
        (void)close(answer->file);
    *answer = (struct answer){.file = -1};
}

void exchange_init(struct exchange *exchange)
{
    memset(exchange, 0, sizeof *exchange);
    exchange->answer.file = -1;
}

void exchange_done(struct exchange *exchange)
{
    credentials_free(&exchange->credentials);
    json_decref(exchange->body);
    exchange->body = NULL;
    user_record_done(&exchange->user);
    document_record_done(&exchange->document);
    scan_record_done(&exchange->scan);
    upload_free(&exchange->upload);
    drop_answer(&exchange->answer);
}

/* ---- asking -------------------------------------------------------------------------------- */

const char *exchange_query(const struct exchange *exchange, const char *name)
{
    return exchange->question.query(exchange->question.connection, name);
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    return exchange->question.header(exchange->question.connection, name);
}

const char *exchange_text(const struct exchange *exchange, const char *key)
{
    return json_string_value(json_object_get(exchange->body, key));
}

int64_t exchange_number(const struct exchange *exchange, const char *name, int64_t otherwise,
                        int64_t least, int64_t most)
{
    const char *written = exchange_query(exchange, name);
    int64_t number = 0;
    if (written == NULL || *written == '\0' || strlen(written) > 12)
        return otherwise;
    for (; *written != '\0'; written++) {
        if (*written < '0' || *written > '9')
            return otherwise;
        number = number * 10 + (*written - '0');
    }
    if (number < least)
        return least;
    return number > most ? most : number;
}

/* ---- answering ----------------------------------------------------------------------------- */

/* What survives a new answer: the cookie that a log-in or log-out has set. */
static void begin_answer(struct exchange *exchange, enum answer_kind kind, unsigned status)
{
    struct answer *answer = &exchange->answer;
    char cookie[sizeof answer->cookie];
    memcpy(cookie, answer->cookie, sizeof cookie);
    drop_answer(answer);
    memcpy(answer->cookie, cookie, sizeof cookie);
    answer->kind = kind;
    answer->status = status;
    answer->policy = api_policy;
}

/* Takes `bytes`; NULL when memory ran out on the way. */
static enum status take_json_bytes(struct exchange *exchange, unsigned status, char *bytes,
                                   struct fault *fault)
{
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for an answer");
    begin_answer(exchange, ANSWER_BYTES, status);
    exchange->answer.bytes = bytes;
    exchange->answer.length = strlen(bytes);
    exchange->answer.type = "application/json; charset=utf-8";
    return STATUS_OK;
}

enum status answer_json(struct exchange *exchange, unsigned status, json_t *json,
                        struct fault *fault)
{
    char *bytes =
        json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(json);
    return take_json_bytes(exchange, status, bytes, fault);
}

enum status list_add(json_t *list, json_t *object, struct fault *fault)
{
    return json_array_append_new(list, object) == 0
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "no memory for a list");
}

enum status answer_whole_list(struct exchange *exchange, enum status status, json_t *results,
                              struct fault *fault)
{
    if (status == STATUS_OK)
        return answer_json(exchange, 200,
                           json_pack("{s:i, s:n, s:o}", "count", (int)json_array_size(results),
                                     "next", "results", results),
                           fault);
    json_decref(results);
    return status;
}

enum status answer_json_bytes(struct exchange *exchange, unsigned status, const char *bytes,
                              struct fault *fault)
{
    return take_json_bytes(exchange, status, string_copy(bytes), fault);
}

enum status answer_bytes(struct exchange *exchange, const void *bytes, size_t length,
                         const char *type, struct fault *fault)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for an answer");
    memcpy(copy, bytes, length);
    begin_answer(exchange, ANSWER_BYTES, 200);
    exchange->answer.bytes = copy;
    exchange->answer.length = length;
    exchange->answer.type = type;
    return STATUS_OK;
}

enum status answer_error(struct exchange *exchange, unsigned status, const char *words,
                         struct fault *fault)
{
    return answer_json(exchange, status, json_pack("{s:s}", "error", words), fault);
}

enum status answer_wait(struct exchange *exchange, int64_t wait_ms, struct fault *fault)
{
    int64_t seconds = (wait_ms + 999) / 1000;
    char words[160];
    (void)snprintf(words, sizeof words,
                   "Zu viele Versuche. Bitte warten Sie %" PRId64 " %s und versuchen Sie es dann "
                   "noch einmal.",
                   seconds, seconds == 1 ? "Sekunde" : "Sekunden");
    enum status status = answer_error(exchange, 429, words, fault);
    exchange->answer.retry_after_s = (unsigned)seconds;
    return status;
}

enum status answer_nothing_there(struct exchange *exchange, struct fault *fault)
{
    return answer_error(exchange, 404, "Hier ist nichts.", fault);
}

enum status answer_file(struct exchange *exchange, int file, uint64_t size, const char *type)
{
    begin_answer(exchange, ANSWER_FILE, 200);
    exchange->answer.file = file;
    exchange->answer.size = size;
    exchange->answer.type = type;
    return STATUS_OK;
}

enum status answer_stream(struct exchange *exchange)
{
    begin_answer(exchange, ANSWER_STREAM, 200);
    exchange->answer.type = "text/event-stream";
    return STATUS_OK;
}

/* Whether the browser reads gzip; whoever names it with "q=0" does not exist. */
static bool takes_packed(const struct exchange *exchange, const struct asset *asset)
{
    const char *encodings = exchange_header(exchange, "Accept-Encoding");
    return asset->packed != NULL && encodings != NULL && strstr(encodings, "gzip") != NULL;
}

enum status answer_piece(struct exchange *exchange, int file, uint64_t offset, uint64_t size,
                         const char *type)
{
    enum status status = answer_file(exchange, file, size, type);
    exchange->answer.offset = offset;
    return status;
}

enum status answer_asset(struct exchange *exchange, const struct assets *assets,
                         const struct asset *asset, bool is_fixed)
{
    const char *known = exchange_header(exchange, "If-None-Match");
    bool is_packed = takes_packed(exchange, asset);
    bool is_known = known != NULL && strcmp(known, is_packed ? asset->packed_tag : asset->tag) == 0;
    begin_answer(exchange, ANSWER_ASSET, is_known ? 304 : 200);
    exchange->answer.asset = asset;
    exchange->answer.is_packed = is_packed;
    exchange->answer.is_fixed = is_fixed;
    exchange->answer.type = asset->type;
    exchange->answer.policy = assets->policy;
    return STATUS_OK;
}
