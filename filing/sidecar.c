/* sidecar.c - see sidecar.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "filing/sidecar.h"

enum { SIDECAR_FORMAT = 1 };

/* File names and other foreign strings may not be UTF-8, which JSON must be. */
static json_t *json_words(const char *words)
{
    if (words == NULL)
        return json_null();
    if (utf8_is_valid(words, strlen(words)))
        return json_string(words);
    struct text quoted = {0};
    text_append_quoted(&quoted, words);
    json_t *value = text_ok(&quoted) ? json_string(text_string(&quoted)) : NULL;
    text_done(&quoted);
    return value;
}

static json_t *json_digest(const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    return json_string(hex);
}

static json_t *json_uuid(const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(uuid, text);
    return json_string(text);
}

static json_t *json_time(int64_t wall_ms)
{
    char text[TIMESTAMP_BYTES];
    timestamp_local(wall_ms, text);
    return json_string(text);
}

static json_t *json_pages(const struct document_record *document)
{
    json_t *pages = json_array();
    for (uint32_t i = 0; i < document->page_count; i++)
        if (json_array_append_new(pages, json_integer(document->pages[i])) != 0) {
            json_decref(pages);
            return NULL;
        }
    return pages;
}

/* Of a document that a person put together: where each of its pages is from. */
static json_t *json_sources(const struct document_record *document)
{
    json_t *sources = json_array();
    for (uint32_t i = 0; document->arrangement != 0 && i < document->page_count; i++) {
        const struct document_page *page = &document->places[i];
        json_t *source = json_pack("{s:o, s:i, s:i, s:o}", "scan", json_uuid(&page->scan.uuid),
                                   "page", (int)page->number, "turned", (int)page->turned, "sha256",
                                   json_digest(&page->digest));
        if (source == NULL || json_array_append_new(sources, source) != 0) {
            json_decref(sources);
            return NULL;
        }
    }
    return sources;
}

static json_t *json_files(const struct document_record *document)
{
    json_t *files = json_object();
    bool whole = json_object_set_new(files, "pdf", json_digest(&document->pdf)) == 0 &&
                 json_object_set_new(files, "text", json_digest(&document->text)) == 0 &&
                 json_object_set_new(files, "original", json_digest(&document->scan_digest)) == 0;
    if (whole)
        return files;
    json_decref(files);
    return NULL;
}

struct member {
    const char *key;
    json_t *value; /* NULL: out of memory */
};

/* Takes over all values. */
static json_t *json_of(const struct member *members, size_t count)
{
    json_t *object = json_object();
    bool whole = object != NULL;
    for (size_t i = 0; i < count; i++)
        whole = json_object_set_new(object, members[i].key, members[i].value) == 0 && whole;
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

enum status sidecar_append(const struct document_record *document, const struct scan_record *scan,
                           struct text *json, struct fault *fault)
{
    const struct member members[] = {
        {"format",           json_integer(SIDECAR_FORMAT)            },
        {"document",         json_uuid(&document->id.uuid)           },
        {"scan",             json_uuid(&document->scan.uuid)         },
        {"ordinal",          json_integer(document->ordinal)         },
        {"pages",            json_pages(document)                    },
        {"sources",          json_sources(document)                  },
        {"site",             json_words(document->site)              },
        {"source",           json_words(document->source)            },
        {"source_format",    json_words(scan->format)                },
        {"received",         json_time(document->received_ms)        },
        {"receipt_day",      json_words(document->receipt_day)       },
        {"case_number",      json_words(document->case_number)       },
        {"team",             json_words(document->team)              },
        {"kind",             json_words(document->kind)              },
        {"kind_confidence",  json_real(document->kind_confidence)    },
        {"flags",            json_words(document->flags)             },
        {"confidence",       json_real(document->confidence)         },
        {"runner_up",        json_real(document->runner_up)          },
        {"decided_by",       json_words(document->decided_by)        },
        {"reason",           json_words(document->reason)            },
        {"rules_version",    json_words(document->rules_version)     },
        {"register_version", json_integer(document->register_version)},
        {"sha256",           json_files(document)                    },
    };
    json_t *object = json_of(members, sizeof members / sizeof members[0]);
    char *bytes = object == NULL ? NULL : json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    if (bytes != NULL) {
        text_append(json, bytes);
        text_append_char(json, '\n');
        seal_append(json);
    }
    free(bytes);
    if (bytes == NULL || !text_ok(json))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}
