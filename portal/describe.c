/* describe.c - see describe.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "portal/describe.h"
#include "store/guard.h"

json_t *describe_time(int64_t wall_ms)
{
    char text[TIMESTAMP_BYTES];
    if (wall_ms == 0)
        return json_null();
    timestamp_local(wall_ms, text);
    return json_string(text);
}

json_t *describe_uuid(const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(uuid, text);
    return json_string(text);
}

/* Words parted by blanks, as a list. */
static json_t *describe_words(const char *words)
{
    json_t *list = json_array();
    for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
        size_t length = strcspn(words, " ");
        (void)json_array_append_new(list, json_stringn(words, length));
        words += length;
    }
    return list;
}

static json_t *describe_pages(const struct document_record *document)
{
    json_t *pages = json_array();
    for (uint32_t i = 0; i < document->page_count; i++)
        (void)json_array_append_new(pages, json_integer(document->pages[i]));
    return pages;
}

/* Only who may see all of them sees the document. */
static json_t *describe_guards(const struct document_record *document)
{
    json_t *guards = json_array();
    for (size_t i = 0; i < GUARDS; i++)
        if ((document->guard & guard_at(i)) != 0)
            (void)json_array_append_new(guards, json_string(guard_name(guard_at(i))));
    return guards;
}

json_t *describe_document(const struct document_record *document)
{
    return json_pack(
        "{s:o, s:o, s:s, s:s, s:o, s:s, s:s?, s:f, s:f, s:s?, s:s?, s:s?, s:f, s:o, s:s?, s:o, "
        "s:s?, s:b, s:I, s:b, s:b, s:s?, s:s?, s:s?, s:o, s:o, s:b, s:b, s:o}",
        "document", describe_uuid(&document->id.uuid), "scan", describe_uuid(&document->scan.uuid),
        "site", document->site, "source", document->source, "received",
        describe_time(document->received_ms), "state", document_state_name(document->state),
        "case_number", document->case_number, "confidence", document->confidence, "runner_up",
        document->runner_up, "decided_by", document->decided_by, "reason", document->reason, "kind",
        document->kind, "kind_confidence", document->kind_confidence, "flags",
        describe_words(document->flags == NULL ? "" : document->flags), "team", document->team,
        "pages", describe_pages(document), "error", document->error, "has_explanation",
        !digest_equal(&document->explanation, &(struct digest){0}), "revision",
        (json_int_t)document->revision, "done", document->is_done, "waiting", document->is_waiting,
        "caseworker", document->caseworker, "receipt_day", document->receipt_day, "due",
        document->due, "flagged", describe_time(document->flagged_ms), "escalated",
        describe_time(document->escalated_ms), "arranged",
        (int)(document->arrangement != 0 || document->state == DOCUMENT_ARRANGING ||
              document->state == DOCUMENT_REPLACED),
        "has_transfer_note", !digest_equal(&document->filed_note, &(struct digest){0}), "guards",
        describe_guards(document));
}

json_t *describe_scan(const struct scan_record *scan)
{
    return json_pack("{s:o, s:s, s:s, s:o, s:s, s:i, s:s?, s:o}", "scan",
                     describe_uuid(&scan->id.uuid), "site", scan->site, "source", scan->source,
                     "received", describe_time(scan->received_ms), "state",
                     scan_state_name(scan->state), "pages", (int)scan->page_count, "error",
                     scan->error, "documents", json_array());
}

json_t *describe_worker(const struct worker_record *worker)
{
    bool is_busy = worker->job != 0;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s?, s:s?, s:i, s:i, s:I}", "name",
                     worker->name, "kind", worker->kind, "host", worker->host, "version",
                     worker->version, "since", describe_time(worker->since_ms), "gone",
                     describe_time(worker->gone_ms), "job", is_busy ? worker->job_kind : NULL,
                     "source", is_busy ? worker->source : NULL, "page_done", (int)worker->page_done,
                     "page_count", (int)worker->page_count, "jobs_done",
                     (json_int_t)worker->jobs_done);
}
