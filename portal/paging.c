/* paging.c - see paging.h. A key is written as number.id.ordinal: it says nothing that the row it
 * comes from did not say. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "portal/paging.h"

enum { KEY_BYTES = 80 };

static bool read_key(const char *written, struct paging_key *ret_key)
{
    char id[UUID_TEXT_BYTES] = "";
    struct paging_key key = {0};
    int end = 0;
    if (strlen(written) >= KEY_BYTES ||
        sscanf(written, "%20" SCNd64 ".%36[0-9a-f-].%9" SCNu32 "%n", &key.number, id, &key.ordinal,
               &end) != 3 || // NOLINT(cert-err34-c): widths are bounded, the end is checked
        written[end] != '\0' ||
        !uuid_from_text(id, &key.id))
        return false;
    *ret_key = key;
    return true;
}

bool paging_read(const struct exchange *exchange, struct paging *ret_paging)
{
    struct paging paging = {
        .limit = (size_t)exchange_number(exchange, "limit", PAGING_LIMIT, 1, PAGING_LIMIT_MOST)};
    const char *after = exchange_query(exchange, "after");
    paging.has_after = after != NULL && after[0] != '\0';
    if (paging.has_after && !read_key(after, &paging.after))
        return false;
    *ret_paging = paging;
    return true;
}

/* ---- the next portion's address ---------------------------------------------------------------- */

static void append_escaped(struct text *address, const char *words)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (; *words != '\0'; words++) {
        if (strchr(plain, *words) != NULL)
            text_append_char(address, *words);
        else
            text_append_format(address, "%%%02X", (unsigned)(unsigned char)*words);
    }
}

/* Every argument but the old key. */
static void append_argument(void *context, const char *name, const char *value)
{
    struct text *address = context;
    if (strcmp(name, "after") == 0 || value == NULL)
        return;
    append_escaped(address, name);
    text_append_char(address, '=');
    append_escaped(address, value);
    text_append_char(address, '&');
}

static json_t *next_address(const struct exchange *exchange, const struct paging_key *last)
{
    char id[UUID_TEXT_BYTES];
    struct text address = {0};
    uuid_to_text(&last->id, id);
    text_append_format(&address, "%s?", exchange->question.path);
    exchange->question.each_query(exchange->question.connection, append_argument, &address);
    text_append_format(&address, "after=%" PRId64 ".%s.%" PRIu32, last->number, id, last->ordinal);
    json_t *next = json_string(text_string(&address));
    text_done(&address);
    return next;
}

json_t *paging_list(const struct exchange *exchange, json_t *results, int64_t count,
                    const struct paging_key *last)
{
    json_t *amount = count < 0 ? json_null() : json_integer(count);
    json_t *next = last == NULL ? json_null() : next_address(exchange, last);
    return json_pack("{s:o, s:o, s:o}", "count", amount, "next", next, "results", results);
}

enum status paging_answer(struct exchange *exchange, json_t *results, int64_t count,
                          const struct paging_key *last, struct fault *fault)
{
    return answer_json(exchange, 200, paging_list(exchange, results, count, last), fault);
}
