/* documents.c - see documents.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/documents.h"

enum { PROBABILITY_DIGITS = 6 }; /* significant digits of numbers in JSON */

bool digest_is_zero(const struct digest *digest)
{
    static const struct digest zero;
    return digest_equal(digest, &zero);
}

json_t *json_moment(int64_t wall_ms)
{
    if (wall_ms == 0)
        return json_null();
    char stamp[TIMESTAMP_BYTES];
    timestamp_local(wall_ms, stamp);
    return json_string(stamp);
}

static json_t *json_id(const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(uuid, text);
    return json_string(text);
}

static json_t *json_words(const char *words)
{
    json_t *list = json_array();
    while (words != NULL && *words != '\0') {
        size_t length = strcspn(words, " ");
        if (length > 0)
            (void)json_array_append_new(list, json_stringn(words, length));
        words += length + (words[length] == ' ' ? 1 : 0);
    }
    return list;
}

static json_t *json_numbers(const uint32_t *numbers, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_integer((json_int_t)numbers[i]));
    return list;
}

static json_t *json_object_path(const struct spool *spool, const struct digest *digest)
{
    if (digest_is_zero(digest))
        return json_null();
    char *path = spool_path(spool, digest);
    json_t *value = json_string(path);
    free(path);
    return value;
}

/* null for NULL. A file name need not be UTF-8: one that is not is taken for Windows-1252. */
static json_t *json_text(const char *string)
{
    if (string == NULL)
        return json_null();
    if (utf8_is_valid(string, strlen(string)))
        return json_string(string);
    struct text text = {0};
    text_append_windows_1252(&text, string, strlen(string));
    json_t *value = json_string(text_string(&text));
    text_done(&text);
    return value;
}

static json_t *json_number(bool is_known, double number)
{
    return is_known ? json_real(number) : json_null();
}

json_t *document_to_json(const struct document_record *document, const struct spool *spool)
{
    bool is_decided = document->decided_by != NULL;
    bool has_kind = document->kind != NULL;
    const struct {
        const char *key;
        json_t *value; /* taken by the object */
    } members[] = {
        {"document",                       json_id(&document->id.uuid)                      },
        {"scan",                           json_id(&document->scan.uuid)                    },
        {"site",                           json_text(document->site)                        },
        {"source",                         json_text(document->source)                      },
        {"received",                       json_moment(document->received_ms)               },
        {"state",                          json_string(document_state_name(document->state))},
        {"case_number",                    json_text(document->case_number)                 },
        {"confidence",                     json_number(is_decided,                            document->confidence)},
        {"runner_up",                                json_number(is_decided,                                                                       document->runner_up)},
        {"decided_by",            json_text(document->decided_by)},
        {"kind",json_text(document->kind)                                                },
        {"kind_confidence",                  json_number(has_kind,                   document->kind_confidence)},
        {"flags",json_words(document->flags)},
        {"team",                          json_text(document->team)                                                     },
        {"pages",                           json_numbers(document->pages,                          document->page_count)},
        {"text_file",                          document->is_copy ? json_null() : json_object_path(spool,                     &document->text)},
        {"pdf",                                json_object_path(spool,                                                                       &document->pdf)},
        {"error",                json_text(document->error)                                            },
    };
    json_t *object = json_object();
    bool is_whole = object != NULL;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        is_whole &= json_object_set_new(object, members[i].key, members[i].value) == 0;
    // The text of a copy is that of the letter, which has a line of its own.
    if (is_whole && document->is_copy)
        is_whole = json_object_set_new(object, "copy_of", json_id(&document->copy_of.uuid)) == 0;
    if (is_whole)
        return object;
    json_decref(object);
    return NULL;
}

const char *scan_shown_state(enum scan_state state)
{
    return scan_state_name(state == SCAN_DUPLICATE ? SCAN_REFUSED : state);
}

void scan_append_error(const struct scan_record *scan, struct ledger *ledger, struct text *text)
{
    if (scan->state != SCAN_DUPLICATE) {
        text_append(text, scan->error == NULL ? "" : scan->error);
        return;
    }
    struct scan_record first = {0};
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&scan->duplicate_of.uuid, id);
    if (ledger_scan_get(ledger, scan->duplicate_of, &first, NULL) != STATUS_OK) {
        text_append_format(text, "Doppelt eingegangen: dieselbe Datei wie Scan %s.", id);
        return;
    }
    char stamp[TIMESTAMP_BYTES];
    timestamp_local(first.received_ms, stamp);
    text_append_format(text,
                       "Doppelt eingegangen: dieselbe Datei wie „%s“ (%s, %.10s %.5s), Scan %s.",
                       first.source, first.site, stamp, stamp + strlen("2026-03-02T"), id);
    scan_record_done(&first);
}

json_t *scan_to_json(const struct scan_record *scan, struct ledger *ledger)
{
    struct text error = {0};
    scan_append_error(scan, ledger, &error);
    json_t *object =
        json_pack("{sn so so so so ss sn sn sn sn sn sn s[] sn s[] sn sn so}", "document", "scan",
                  json_id(&scan->id.uuid), "site", json_text(scan->site), "source",
                  json_text(scan->source), "received", json_moment(scan->received_ms), "state",
                  scan_shown_state(scan->state), "case_number", "confidence", "runner_up",
                  "decided_by", "kind", "kind_confidence", "flags", "team", "pages", "text_file",
                  "pdf", "error", json_text(error.length == 0 ? NULL : text_string(&error)));
    text_done(&error);
    if (object != NULL && scan->state == SCAN_DUPLICATE)
        (void)json_object_set_new(object, "duplicate_of", json_id(&scan->duplicate_of.uuid));
    return object;
}

bool json_print_line(json_t *object, FILE *stream)
{
    if (object == NULL)
        return false;
    bool is_written =
        json_dumpf(object, stream, JSON_COMPACT | JSON_REAL_PRECISION(PROBABILITY_DIGITS)) == 0 &&
        fputc('\n', stream) != EOF;
    json_decref(object);
    return is_written;
}
