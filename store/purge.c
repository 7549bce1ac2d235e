/* purge.c - proposing and approving: see purge.h; the deletion itself is in purge_run.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "law/day.h"
#include "store/ledger_private.h"
#include "store/purge.h"

/* ---- may it be deleted? ---------------------------------------------------------------------- */

/* A document, as far as it matters for its deletion. */
struct matter {
    struct uuid id;
    enum document_state state;
    char kind[64];
    int64_t since_ms; /* kept since then; 0: not yet (the receiver has not confirmed it) */
    bool is_held, is_open_case, is_proposed;
};

/* Columns for read_matter(). A case is open when the register knows it and one of its rows is not
 * closed (bit 0 of standing, store/register.c). */
#define MATTER                                                                                     \
    "SELECT d.id, d.state, d.kind, CASE d.state WHEN 'filed' THEN d.received_ms WHEN 'discarded'"  \
    " THEN (SELECT max(h.at_ms) FROM handover h WHERE h.document = d.id) ELSE"                     \
    " (SELECT max(h.confirmed_ms) FROM handover h WHERE h.document = d.id) END,"                   \
    " (SELECT count(*) FROM hold x WHERE x.document = d.id), CASE WHEN d.state = 'filed' THEN"     \
    " (SELECT count(*) FROM " REGISTER_ROWS_OF_CASE(                                               \
        "d.case_number") " AND (r.standing & 1) = 0) ELSE 0 END,"                                  \
                         " (SELECT count(*) FROM purge_item i WHERE i.document = d.id AND "        \
                         "i.state IN ('waiting',"                                                  \
                         " 'leaving', 'erasing')) FROM document d"

static struct matter read_matter(struct rows *rows)
{
    struct matter matter = {.id = rows_uuid(rows, 0),
                            .since_ms = rows_integer(rows, 3),
                            .is_held = rows_integer(rows, 4) > 0,
                            .is_open_case = rows_integer(rows, 5) > 0,
                            .is_proposed = rows_integer(rows, 6) > 0};
    const char *kind = rows_text(rows, 2);
    if (!document_state_from_name(rows_text(rows, 1), &matter.state))
        matter.state = DOCUMENT_CORRUPT;
    (void)snprintf(matter.kind, sizeof matter.kind, "%s", kind == NULL ? "" : kind);
    return matter;
}

static enum document_state state_of(const struct retention_rule *rule)
{
    static const enum document_state states[] = {[RETENTION_FILED] = DOCUMENT_FILED,
                                                 [RETENTION_FORWARDED] = DOCUMENT_FORWARDED,
                                                 [RETENTION_DISCARDED] = DOCUMENT_DISCARDED};
    return states[rule->state];
}

static bool is_about(const struct retention_rule *rule, const struct matter *matter)
{
    return state_of(rule) == matter->state &&
           (rule->kind == NULL || string_equal(rule->kind, matter->kind));
}

/* The months since that moment are over. */
static bool is_over(const struct ledger *ledger, int64_t since_ms, int64_t months)
{
    int32_t until = day_add_months(day_of_wall_ms(since_ms), (int)months);
    return day_of_wall_ms(ledger_wall_ms(ledger)) >= until;
}

/* Whatever the rule is. */
static enum purge_verdict judge_standing(const struct matter *matter)
{
    bool is_settled = matter->state == DOCUMENT_FILED || matter->state == DOCUMENT_FORWARDED ||
                      matter->state == DOCUMENT_DISCARDED;
    if (!is_settled || matter->since_ms == 0)
        return PURGE_UNSETTLED;
    if (matter->is_held)
        return PURGE_HELD;
    return matter->is_open_case ? PURGE_OPEN_CASE : PURGE_DONE;
}

static enum purge_verdict judge(const struct ledger *ledger, const struct retention_rule *rule,
                                const struct matter *matter)
{
    enum purge_verdict verdict = judge_standing(matter);
    if (verdict != PURGE_DONE)
        return verdict;
    if (matter->is_proposed)
        return PURGE_PROPOSED;
    return is_over(ledger, matter->since_ms, rule->months) ? PURGE_DONE : PURGE_TOO_EARLY;
}

/* ---- proposing ------------------------------------------------------------------------------- */

static enum status insert_purge(struct ledger *ledger, const struct purge_order *order,
                                const char *rule, size_t documents, int64_t *ret_number,
                                struct fault *fault)
{
    struct text detail = {0};
    char subject[32];
    int64_t audit = 0;
    enum status status = database_number(ledger->database, "SELECT max(id) + 1 FROM purge",
                                         NO_VALUES, 1, ret_number, fault);
    (void)snprintf(subject, sizeof subject, "purge %lld", (long long)*ret_number);
    detail_open(&detail);
    detail_number(&detail, "documents", (int64_t)documents);
    detail_digest_of(&detail, "reason_sha256", order->reason);
    if (status == STATUS_OK)
        status = audit_append(ledger, order->actor, "purge.propose", subject, detail_close(&detail),
                              &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database,
                         "INSERT INTO purge (id, rule, reason, proposed_by, proposed_ms, audit)"
                         " VALUES ($1, $2, $3, $4, $5, $6)",
                         VALUES(value_integer(*ret_number), value_text(rule),
                                value_text(order->reason), value_text(order->actor),
                                value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                         NULL, fault);
    return status;
}

static enum status propose(struct ledger *ledger, const struct purge_order *order, const char *rule,
                           const struct uuid *documents, size_t count, int64_t *ret_number,
                           struct fault *fault)
{
    enum status status = insert_purge(ledger, order, rule, count, ret_number, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = database_run(
            ledger->database,
            "INSERT INTO purge_item (purge, document, state) VALUES ($1, $2, 'waiting')",
            VALUES(value_integer(*ret_number), value_uuid(&documents[i])), NULL, fault);
    return status;
}

/* Documents that are due by the rule. */
static enum status gather(struct ledger *ledger, const struct retention_rule *rule,
                          const struct desk_scope *scope, struct uuid documents[PURGE_ITEMS_MOST],
                          size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    *ret_count = 0;
    struct value values[SCOPE_VALUES] = {value_text(document_state_name(state_of(rule))),
                                         value_text(rule->kind)};
    scope_fill(scope, values);
    enum status status =
        database_query(ledger->database,
                       MATTER " WHERE d.state = $1 AND ($2 IS NULL OR d.kind = $2) AND " SCOPE_SEES
                              " ORDER BY d.received_ms, d.id",
                       values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK && *ret_count < PURGE_ITEMS_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct matter matter = read_matter(rows);
        if (judge(ledger, rule, &matter) == PURGE_DONE)
            documents[(*ret_count)++] = matter.id;
    }
    rows_done(&rows);
    return status;
}

static enum status propose_rule(struct ledger *ledger, const struct purge_order *order,
                                const struct retention_rule *rule, int64_t *ret_number,
                                enum purge_verdict *ret_verdict, struct fault *fault)
{
    struct uuid documents[PURGE_ITEMS_MOST];
    size_t count = 0;
    enum status status = gather(ledger, rule, order->scope, documents, &count, fault);
    *ret_verdict = count == 0 ? PURGE_NOTHING : PURGE_DONE;
    if (status == STATUS_OK && count > 0)
        status = propose(ledger, order, rule->name, documents, count, ret_number, fault);
    return status;
}

static enum status refuse_without(const char *reason, struct fault *fault)
{
    if (reason == NULL || reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "this needs its reason");
    return STATUS_OK;
}

enum status purge_propose_rule(struct ledger *ledger, const struct purge_order *order,
                               const struct retention_rule *rule, int64_t *ret_number,
                               enum purge_verdict *ret_verdict, struct fault *fault)
{
    enum status status = refuse_without(order->reason, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, propose_rule(ledger, order, rule, ret_number, ret_verdict, fault), fault);
    return status;
}

static enum status find_matter(struct ledger *ledger, const struct uuid *document,
                               struct matter *ret_matter, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database, MATTER " WHERE d.id = $1",
                                        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK)
        *ret_matter = read_matter(rows);
    rows_done(&rows);
    return status;
}

static enum status propose_document(struct ledger *ledger, const struct purge_order *order,
                                    const struct uuid *document, int64_t *ret_number,
                                    enum purge_verdict *ret_verdict, struct fault *fault)
{
    struct matter matter = {0};
    const struct retention_rule *rule = NULL;
    enum status status = find_matter(ledger, document, &matter, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < order->rule_count && rule == NULL; i++)
        if (is_about(&order->rules[i], &matter))
            rule = &order->rules[i];
    *ret_verdict = judge_standing(&matter);
    if (*ret_verdict == PURGE_DONE)
        *ret_verdict = rule == NULL ? PURGE_NO_RULE : judge(ledger, rule, &matter);
    if (*ret_verdict != PURGE_DONE)
        return STATUS_OK;
    return propose(ledger, order, rule->name, document, 1, ret_number, fault);
}

enum status purge_propose_document(struct ledger *ledger, const struct purge_order *order,
                                   struct document_id document, int64_t *ret_number,
                                   enum purge_verdict *ret_verdict, struct fault *fault)
{
    enum status status = refuse_without(order->reason, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, propose_document(ledger, order, &document.uuid, ret_number, ret_verdict, fault),
            fault);
    return status;
}

/* A proposal p is as hidden as the most hidden of its documents. */
#define SEEN                                                                                       \
    " AND NOT EXISTS (SELECT 1 FROM purge_item x JOIN document d ON d.id = x.document WHERE"       \
    " x.purge = p.id AND CASE WHEN " SCOPE_SEES " THEN 0 ELSE 1 END = 1)"

/* ---- approving ------------------------------------------------------------------------------- */

enum { ITEMS_A_LOOK = 128 };

/* Documents of the proposal behind `after`. */
static enum status read_items(struct ledger *ledger, int64_t number, const struct uuid *after,
                              struct uuid documents[ITEMS_A_LOOK], size_t *ret_count,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    *ret_count = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT document FROM purge_item WHERE purge = $1 AND document > $2 ORDER BY document"
        " LIMIT $3",
        VALUES(value_integer(number), value_uuid(after), value_integer(ITEMS_A_LOOK)), &rows,
        fault);
    while (status == STATUS_OK && *ret_count < ITEMS_A_LOOK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        documents[(*ret_count)++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    return status;
}

static enum status spare(struct ledger *ledger, int64_t number, const struct uuid *document,
                         enum purge_verdict verdict, struct fault *fault)
{
    static const char *const reasons[PURGE_VERDICTS] = {
        [PURGE_HELD] = "Es wird festgehalten.",
        [PURGE_OPEN_CASE] = "Sein Fall ist nicht abgeschlossen.",
        [PURGE_UNSETTLED] = "Es ist wieder in Bearbeitung."};
    return database_run(
        ledger->database,
        "UPDATE purge_item SET state = 'spared', why = $3 WHERE purge = $1"
        " AND document = $2",
        VALUES(value_integer(number), value_uuid(document), value_text(reasons[verdict])), NULL,
        fault);
}

/* Looks at one document again; *ret_own: this person made its scan. */
static enum status look_again(struct ledger *ledger, int64_t number, const struct uuid *document,
                              const char *actor, bool *ret_own, struct fault *fault)
{
    struct matter matter = {0};
    enum status status = find_matter(ledger, document, &matter, fault);
    enum purge_verdict verdict = judge_standing(&matter);
    if (status == STATUS_OK && verdict != PURGE_DONE)
        return spare(ledger, number, document, verdict, fault);
    if (status == STATUS_OK)
        status = quality_made_by(ledger, document, actor, ret_own, fault);
    return status;
}

static enum status look_at_all(struct ledger *ledger, int64_t number, const char *actor,
                               bool *ret_own, struct fault *fault)
{
    struct uuid documents[ITEMS_A_LOOK];
    struct uuid after = {0};
    size_t count = ITEMS_A_LOOK;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == ITEMS_A_LOOK && !*ret_own) {
        status = read_items(ledger, number, &after, documents, &count, fault);
        for (size_t i = 0; status == STATUS_OK && i < count && !*ret_own; i++)
            status = look_again(ledger, number, &documents[i], actor, ret_own, fault);
        if (count > 0)
            after = documents[count - 1];
    }
    return status;
}

/* *ret_verdict PURGE_DONE: it waits, and this person did not propose it. */
static enum status find_proposal(struct ledger *ledger, int64_t number, const char *actor,
                                 const struct desk_scope *scope, enum purge_verdict *ret_verdict,
                                 struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    struct value values[SCOPE_VALUES] = {value_integer(number)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT p.proposed_by FROM purge p WHERE p.id = $1 AND p.approved_ms = 0" SEEN, values,
        SCOPE_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK)
        *ret_verdict = !there                                    ? PURGE_UNKNOWN
                       : string_equal(rows_text(rows, 0), actor) ? PURGE_SAME_PERSON
                                                                 : PURGE_DONE;
    rows_done(&rows);
    return status;
}

static enum status keep_approval(struct ledger *ledger, int64_t number, const char *actor,
                                 struct fault *fault)
{
    char subject[32];
    int64_t audit = 0;
    (void)snprintf(subject, sizeof subject, "purge %lld", (long long)number);
    enum status status = audit_append(ledger, actor, "purge.approve", subject, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE purge SET approved_by = $2, approved_ms = $3, approval = $4"
                              " WHERE id = $1",
                              VALUES(value_integer(number), value_text(actor),
                                     value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                              NULL, fault);
    return status;
}

static enum status approve(struct ledger *ledger, int64_t number, const char *actor,
                           const struct desk_scope *scope, enum purge_verdict *ret_verdict,
                           bool *ret_own, struct fault *fault)
{
    enum status status = find_proposal(ledger, number, actor, scope, ret_verdict, fault);
    if (status != STATUS_OK || *ret_verdict != PURGE_DONE)
        return status;
    status = look_at_all(ledger, number, actor, ret_own, fault);
    if (status == STATUS_OK && *ret_own) // rolled back: nothing is spared by a refusal
        return fault_set(fault, STATUS_REFUSE, "who made a scan does not approve its deletion");
    return status == STATUS_OK ? keep_approval(ledger, number, actor, fault) : status;
}

enum status purge_approve(struct ledger *ledger, int64_t number, const char *actor,
                          const struct desk_scope *scope, enum purge_verdict *ret_verdict,
                          struct fault *fault)
{
    bool is_own = false;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, approve(ledger, number, actor, scope, ret_verdict, &is_own, fault), fault);
    if (is_own && status == STATUS_REFUSE) {
        *ret_verdict = PURGE_SAME_PERSON;
        fault_clear(fault);
        return STATUS_OK;
    }
    return status;
}

enum status purge_make_approved(struct ledger *ledger, const struct uuid *document,
                                const char *rule, const char *reason, const char *proposed_by,
                                const char *approved_by, struct fault *fault)
{
    const struct purge_order order = {.reason = reason, .actor = proposed_by};
    int64_t number = 0;
    enum status status = propose(ledger, &order, rule, document, 1, &number, fault);
    return status == STATUS_OK ? keep_approval(ledger, number, approved_by, fault) : status;
}

/* ---- holding --------------------------------------------------------------------------------- */

static enum status hold(struct ledger *ledger, const struct uuid *document, const char *reason,
                        const char *actor, struct fault *fault)
{
    struct matter matter = {0};
    int64_t audit = 0;
    enum status status = find_matter(ledger, document, &matter, fault);
    if (status == STATUS_OK && matter.is_held)
        status = fault_set(fault, STATUS_REFUSE, "the document is held already");
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "purge.hold", document, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO hold (document, reason, actor, at_ms, audit) VALUES ($1, $2, $3, $4, $5)",
            VALUES(value_uuid(document), value_text(reason), value_text(actor),
                   value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
            NULL, fault);
    return status;
}

enum status purge_hold(struct ledger *ledger, struct document_id document, const char *reason,
                       const char *actor, struct fault *fault)
{
    enum status status = refuse_without(reason, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, hold(ledger, &document.uuid, reason, actor, fault), fault);
    return status;
}

static enum status unhold(struct ledger *ledger, const struct uuid *document, const char *actor,
                          struct fault *fault)
{
    uint64_t changed = 0;
    int64_t audit = 0;
    enum status status = database_run(ledger->database, "DELETE FROM hold WHERE document = $1",
                                      VALUES(value_uuid(document)), &changed, fault);
    if (status == STATUS_OK && changed == 0)
        status = fault_set(fault, STATUS_REFUSE, "nobody holds this document");
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "purge.unhold", document, "{}", &audit, fault);
    return status;
}

enum status purge_unhold(struct ledger *ledger, struct document_id document, const char *actor,
                         struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, unhold(ledger, &document.uuid, actor, fault), fault);
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

enum status purges_each(struct ledger *ledger, const struct desk_scope *scope,
                        purge_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    struct value values[SCOPE_VALUES] = {value_null()};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT p.id, p.rule, p.reason, p.proposed_by, p.proposed_ms, p.approved_by,"
        " p.approved_ms, p.done_ms, (SELECT count(*) FROM purge_item i WHERE i.purge = p.id),"
        " (SELECT count(*) FROM purge_item i WHERE i.purge = p.id AND i.state = 'erased'),"
        " (SELECT count(*) FROM purge_item i WHERE i.purge = p.id AND i.state = 'spared')"
        " FROM purge p WHERE 1 = 1" SEEN " ORDER BY p.id DESC",
        values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct purge_record record = {.number = rows_integer(rows, 0),
                                            .rule = rows_text(rows, 1),
                                            .reason = rows_text(rows, 2),
                                            .proposed_by = rows_text(rows, 3),
                                            .proposed_ms = rows_integer(rows, 4),
                                            .approved_by = rows_text(rows, 5),
                                            .approved_ms = rows_integer(rows, 6),
                                            .done_ms = rows_integer(rows, 7),
                                            .documents = (uint32_t)rows_integer(rows, 8),
                                            .erased = (uint32_t)rows_integer(rows, 9),
                                            .spared = (uint32_t)rows_integer(rows, 10)};
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

#define COUNT_OBJECTS(outcome)                                                                     \
    "(SELECT count(*) FROM purge_object o WHERE o.purge = i.purge AND o.document = i.document"     \
    " AND o.outcome = '" outcome "')"

enum status purge_items_each(struct ledger *ledger, int64_t number, const struct desk_scope *scope,
                             purge_item_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    struct value values[SCOPE_VALUES] = {value_integer(number)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT i.document, i.state, i.why, i.erased_ms, i.objects, " COUNT_OBJECTS(
            "gone") ", " COUNT_OBJECTS("kept") ", i.proof FROM purge p JOIN purge_item i ON"
                                               " i.purge = p.id WHERE p.id = $1" SEEN
                                               " ORDER BY i.document",
        values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct purge_item item = {.document = {rows_uuid(rows, 0)},
                                        .state = rows_text(rows, 1),
                                        .why = rows_text(rows, 2),
                                        .erased_ms = rows_integer(rows, 3),
                                        .objects = (uint32_t)rows_integer(rows, 4),
                                        .gone = (uint32_t)rows_integer(rows, 5),
                                        .kept = (uint32_t)rows_integer(rows, 6),
                                        .proof = rows_digest(rows, 7)};
        status = callback(context, &item, fault);
    }
    rows_done(&rows);
    return status;
}
