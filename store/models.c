/* models.c - see models.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/models.h"

static const char *const state_names[] = {
    [MODEL_KEPT] = "kept", [MODEL_CURRENT] = "current", [MODEL_REFUSED] = "refused"};

const char *model_state_name(enum model_state state)
{
    return (size_t)state < sizeof state_names / sizeof *state_names ? state_names[state] : "?";
}

static enum model_state state_of(const char *name)
{
    for (int state = MODEL_KEPT; state <= MODEL_REFUSED; state++)
        if (string_equal(state_names[state], name))
            return (enum model_state)state;
    return MODEL_REFUSED;
}

static enum status retire(struct ledger *ledger, int64_t audit, struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE model SET state = 'kept', audit = $1 WHERE state = 'current'",
                        VALUES(value_integer(audit)), NULL, fault);
}

static struct value value_blob(const void *bytes, size_t length)
{
    return (struct value){.kind = VALUE_BYTES, .bytes = bytes, .length = length};
}

static enum status add(struct ledger *ledger, const struct model_offer *offer, int64_t *ret_version,
                       struct fault *fault)
{
    struct text detail = {0};
    struct digest digest = digest_of(offer->bytes, offer->length);
    int64_t audit = 0;
    int64_t now = ledger_wall_ms(ledger);
    const char *state = state_names[offer->is_accepted ? MODEL_CURRENT : MODEL_REFUSED];
    detail_open(&detail);
    detail_word(&detail, "model", state);
    detail_digest(&detail, "sha256", &digest);
    enum status status = audit_append(ledger, offer->actor, "model.add", "model",
                                      detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK && offer->is_accepted)
        status = retire(ledger, audit, fault);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "INSERT INTO model (state, made_ms, since_ms, actor, bytes, sha256, figures, audit)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            VALUES(value_text(state), value_integer(now),
                   value_integer(offer->is_accepted ? now : 0), value_text(offer->actor),
                   value_blob(offer->bytes, offer->length), value_digest(&digest),
                   value_text(offer->figures), value_integer(audit)),
            0, ret_version, fault);
    return status;
}

enum status model_add(struct ledger *ledger, const struct model_offer *offer, int64_t *ret_version,
                      struct fault *fault)
{
    int64_t version = 0;
    if (offer->length == 0 || offer->length > MODELS_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a model of %zu bytes", offer->length);
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, add(ledger, offer, &version, fault), fault);
    if (status == STATUS_OK)
        *ret_version = version;
    return status;
}

static enum status use(struct ledger *ledger, int64_t version, const char *actor,
                       struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    uint64_t changed = 0;
    detail_open(&detail);
    detail_number(&detail, "version", version);
    enum status status =
        audit_append(ledger, actor, "model.use", "model", detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = retire(ledger, audit, fault);
    if (status != STATUS_OK || version == 0)
        return status;
    status = database_run(
        ledger->database,
        "UPDATE model SET state = 'current', since_ms = $2, audit = $3"
        " WHERE id = $1 AND state <> 'refused'",
        VALUES(value_integer(version), value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
        &changed, fault);
    if (status == STATUS_OK && changed != 1)
        return fault_set(fault, STATUS_REFUSE,
                         "there is no model %" PRId64 " that could be used; see: posteingang "
                         "learn --list",
                         version);
    return status;
}

enum status model_use(struct ledger *ledger, int64_t version, const char *actor,
                      struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, use(ledger, version, actor, fault), fault);
    return status;
}

enum status model_current(struct ledger *ledger, int64_t *ret_version, struct fault *fault)
{
    return database_number(ledger->database, "SELECT id FROM model WHERE state = 'current'",
                           NO_VALUES, 0, ret_version, fault);
}

static enum status take_bytes(struct rows *rows, int64_t version, void **ret_bytes,
                              size_t *ret_length, struct fault *fault)
{
    size_t length = 0;
    const void *stored = rows_bytes(rows, 0, &length);
    struct digest expected = rows_digest(rows, 1);
    if (stored == NULL || length == 0)
        return fault_set(fault, STATUS_REFUSE, "the model %" PRId64 " is empty", version);
    struct digest found = digest_of(stored, length);
    if (!digest_equal(&expected, &found))
        return fault_set(fault, STATUS_REFUSE,
                         "the model %" PRId64 " is not what was learned: its digest differs",
                         version);
    void *bytes = malloc(length);
    if (bytes == NULL)
        return ledger_out_of_memory(fault);
    memcpy(bytes, stored, length);
    *ret_bytes = bytes;
    *ret_length = length;
    return STATUS_OK;
}

enum status model_bytes(struct ledger *ledger, int64_t version, void **ret_bytes,
                        size_t *ret_length, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT bytes, sha256 FROM model WHERE id = $1",
                       VALUES(value_integer(version)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "there is no model %" PRId64, version);
    if (status == STATUS_OK)
        status = take_bytes(rows, version, ret_bytes, ret_length, fault);
    rows_done(&rows);
    return status;
}

enum status models_each(struct ledger *ledger, model_callback *callback, void *context,
                        struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database,
                                        "SELECT id, state, made_ms, since_ms, actor, figures,"
                                        " length(bytes) FROM model ORDER BY id DESC",
                                        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct model_record record = {
            .version = rows_integer(rows, 0),
            .state = state_of(rows_text(rows, 1)),
            .made_ms = rows_integer(rows, 2),
            .since_ms = rows_integer(rows, 3),
            .actor = rows_text(rows, 4),
            .figures = rows_text(rows, 5),
            .bytes = (uint64_t)rows_integer(rows, 6),
        };
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}
