/* rematch.c - see rematch.h. A document with a job that was given up on stays with its person. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/rematch.h"
#include "store/ledger_private.h"

enum { REMATCH_MOST = 256 };

enum status ledger_rematch_mark(struct ledger *ledger, struct rematch_mark *ret_mark,
                                struct fault *fault)
{
    struct rematch_mark mark = {0};
    enum status status =
        database_number(ledger->database, "SELECT id FROM register_version WHERE state = 'current'",
                        NO_VALUES, 0, &mark.register_version, fault);
    if (status == STATUS_OK)
        status =
            database_number(ledger->database, "SELECT since_ms FROM model WHERE state = 'current'",
                            NO_VALUES, 0, &mark.model_since_ms, fault);
    if (status == STATUS_OK)
        *ret_mark = mark;
    return status;
}

struct waiting {
    struct uuid id, scan;
    int64_t site;
};

/* Up to `most` of them; the list is read whole before anything is changed. */
static enum status find_waiting(struct ledger *ledger, uint32_t most, struct waiting *ret_waiting,
                                uint32_t *ret_count, struct fault *fault)
{
    struct rematch_mark mark = {0};
    struct rows *rows = NULL;
    bool there = true;
    uint32_t count = 0;
    enum status status = ledger_rematch_mark(ledger, &mark, fault);
    if (status == STATUS_OK)
        status = database_query(
            ledger->database,
            "SELECT d.id, d.scan, d.site FROM document d JOIN decision c ON c.id = d.decision"
            " WHERE d.state = 'clearing' AND c.decided_by = 'auto'"
            " AND ((c.register_version < $1 AND (c.made_ms <= $2 OR c.made_ms <="
            " (SELECT v.imported_ms FROM register_version v WHERE v.id = $1)))"
            " OR c.made_ms < $3)"
            " AND NOT EXISTS (SELECT 1 FROM correction k WHERE k.document = d.id)"
            " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.scan = d.scan AND j.document = d.id"
            " AND j.state <> 'done') ORDER BY d.received_ms, d.scan, d.ordinal LIMIT $4",
            VALUES(value_integer(mark.register_version),
                   value_integer(ledger_wall_ms(ledger) - REMATCH_PAUSE_MS),
                   value_integer(mark.model_since_ms), value_integer(most)),
            &rows, fault);
    while (status == STATUS_OK && count < most) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ret_waiting[count++] =
            (struct waiting){rows_uuid(rows, 0), rows_uuid(rows, 1), rows_integer(rows, 2)};
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

static enum status match_again(struct ledger *ledger, const struct waiting *waiting,
                               struct fault *fault)
{
    int64_t audit = 0;
    enum status status = audit_append_about(ledger, "register", "document.rematch", &waiting->id,
                                            "{\"document\":\"matching\"}", &audit, fault);
    if (status == STATUS_OK)
        status =
            document_move(ledger, &waiting->id, DOCUMENT_CLEARING, DOCUMENT_MATCHING, audit, fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_MATCH, waiting->site, &waiting->scan, &waiting->id, audit,
                            fault);
    return status;
}

static enum status rematch(struct ledger *ledger, uint32_t most, uint32_t *ret_count,
                           struct fault *fault)
{
    struct waiting waiting[REMATCH_MOST];
    uint32_t count = 0;
    enum status status =
        find_waiting(ledger, most < REMATCH_MOST ? most : REMATCH_MOST, waiting, &count, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
        status = match_again(ledger, &waiting[i], fault);
    *ret_count = count;
    return status;
}

enum status ledger_rematch(struct ledger *ledger, uint32_t most, uint32_t *ret_count,
                           struct fault *fault)
{
    uint32_t count = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, rematch(ledger, most, &count, fault), fault);
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
