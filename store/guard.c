/* guard.c - see guard.h: which guards a document has, and who sets them. The rights of accounts are
 * in guard_right.c.
 *
 * `document.guard` is reckoned anew, by guard_reckon(), wherever something changes that it follows
 * from: a decision, a case, a kind, a person's word. So lists ask one column. A case number stands
 * in the audit as a digest only. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/guard.h"
#include "store/ledger_private.h"

enum { FAMILY_MOST = 64 /* documents of one letter */ };

/* ---- classes ----------------------------------------------------------------------------------- */

static const struct {
    uint32_t guard;
    const char *name, *german;
} classes[GUARDS] = {
    {GUARD_ADDRESS, "address", "Sperrvermerk"    },
    {GUARD_STAFF,   "staff",   "Mitarbeiterfall" },
    {GUARD_MEDICAL, "medical", "Gesundheitsdaten"},
};

uint32_t guard_at(size_t place)
{
    return classes[place].guard;
}

const char *guard_name(uint32_t guard)
{
    for (size_t i = 0; i < GUARDS; i++)
        if (classes[i].guard == guard)
            return classes[i].name;
    return "?";
}

const char *guard_german(uint32_t guard)
{
    for (size_t i = 0; i < GUARDS; i++)
        if (classes[i].guard == guard)
            return classes[i].german;
    return "?";
}

bool guard_from_name(const char *name, uint32_t *ret_guard)
{
    for (size_t i = 0; i < GUARDS; i++) {
        if (!string_equal(classes[i].name, name))
            continue;
        *ret_guard = classes[i].guard;
        return true;
    }
    return false;
}

bool guard_is_seen(uint32_t guard, uint32_t rights)
{
    return (guard & ~rights) == 0;
}

/* ---- reckoning --------------------------------------------------------------------------------- */

/* The documents of one letter, of which $1 is the first one. */
#define FAMILY                                                                                     \
    "WITH family AS (SELECT f.id, f.state, f.kind, f.case_number, f.decision, f.guard,"            \
    " f.trace_guard FROM document f WHERE f.id = $1 UNION ALL SELECT f.id, f.state, f.kind,"       \
    " f.case_number, f.decision, f.guard, f.trace_guard FROM document f WHERE f.copy_of = $1)"
#define NAMED                                                                                      \
    "SELECT c.guard AS guard FROM family f JOIN named_case n ON n.document = f.id"                 \
    " JOIN case_guard c ON c.case_number = n.case_number"
/* A row for each class, once. */
#define GUARDS_OF_FAMILY                                                                           \
    "SELECT k.guard AS guard FROM family f JOIN kind_guard k ON k.kind = f.kind"                   \
    " UNION SELECT o.guard AS guard FROM family f JOIN document_guard o ON o.document = f.id"      \
    " UNION SELECT c.guard AS guard FROM family f JOIN case_guard c ON c.case_number ="            \
    " f.case_number UNION " NAMED " JOIN decision x ON x.id = f.decision WHERE x.to_file = 0"      \
    " AND n.is_candidate = 1"
#define SUM(rows) "CAST(COALESCE((SELECT sum(g.guard) FROM (" rows ") AS g), 0) AS INTEGER)"

struct guarded {
    struct uuid id;
    enum document_state state;
    uint32_t guard, trace;
};

static const char guards_due[] =
    FAMILY " SELECT " SUM(GUARDS_OF_FAMILY) ", " SUM(GUARDS_OF_FAMILY " UNION " NAMED);
static const char members_of_family[] =
    FAMILY " SELECT f.id, f.state, f.guard, f.trace_guard FROM family f";

/* Nearly every document is the root of its family. */
static enum status ask_ahead(struct ledger *ledger, const struct uuid *document,
                             struct fault *fault)
{
    enum status status =
        database_ask_ahead(ledger->database, guards_due, VALUES(value_uuid(document)), fault);
    return status == STATUS_OK ? database_ask_ahead(ledger->database, members_of_family,
                                                    VALUES(value_uuid(document)), fault)
                               : status;
}

static enum status find_root(struct ledger *ledger, const struct uuid *document,
                             struct uuid *ret_root, bool *ret_found, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database, "SELECT COALESCE(copy_of, id) FROM document WHERE id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        *ret_root = rows_uuid(rows, 0);
    rows_done(&rows);
    return status;
}

/* What the letter's documents have to have. */
static enum status read_due(struct ledger *ledger, const struct uuid *root, uint32_t *ret_guard,
                            uint32_t *ret_trace, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, guards_due, VALUES(value_uuid(root)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        *ret_guard = (uint32_t)rows_integer(rows, 0);
        *ret_trace = (uint32_t)rows_integer(rows, 1);
    }
    rows_done(&rows);
    return status;
}

static enum status read_family(struct ledger *ledger, const struct uuid *root,
                               struct guarded members[FAMILY_MOST], size_t *ret_count,
                               struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    *ret_count = 0;
    enum status status =
        database_query(ledger->database, members_of_family, VALUES(value_uuid(root)), &rows, fault);
    while (status == STATUS_OK && *ret_count < FAMILY_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct guarded *member = &members[(*ret_count)++];
        *member = (struct guarded){.id = rows_uuid(rows, 0),
                                   .guard = (uint32_t)rows_integer(rows, 2),
                                   .trace = (uint32_t)rows_integer(rows, 3)};
        if (!document_state_from_name(rows_text(rows, 1), &member->state))
            member->state = DOCUMENT_CORRUPT;
    }
    rows_done(&rows);
    return status;
}

static enum status audit_guard(struct ledger *ledger, const struct guarded *member,
                               const char *actor, const char *action, uint32_t guard,
                               int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(member->state));
    detail_number(&detail, "guard", guard);
    enum status status = audit_append_about(ledger, actor, action, &member->id,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* `actor` NULL: whoever changed the document writes its audit row. */
static enum status keep_guards(struct ledger *ledger, const struct guarded *member, uint32_t guard,
                               uint32_t trace, const char *actor, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = STATUS_OK;
    if (member->guard == guard && member->trace == trace)
        return STATUS_OK;
    if (actor != NULL)
        status = audit_guard(ledger, member, actor, "document.guarded", guard, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE document SET guard = $2, trace_guard = $3, audit = CASE WHEN $4 > 0 THEN $4"
            " ELSE audit END WHERE id = $1",
            VALUES(value_uuid(&member->id), value_integer(guard), value_integer(trace),
                   value_integer(audit)),
            NULL, fault);
    return status;
}

enum status guard_reckon(struct ledger *ledger, const struct uuid *document, const char *actor,
                         struct fault *fault)
{
    struct guarded members[FAMILY_MOST];
    struct uuid root = {0};
    uint32_t guard = 0, trace = 0;
    size_t count = 0;
    bool is_found = false;
    enum status status = ask_ahead(ledger, document, fault);
    if (status == STATUS_OK)
        status = find_root(ledger, document, &root, &is_found, fault);
    if (status == STATUS_OK && is_found)
        status = read_due(ledger, &root, &guard, &trace, fault);
    if (status == STATUS_OK && is_found)
        status = read_family(ledger, &root, members, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        bool is_self = uuid_equal(&members[i].id, document);
        status = keep_guards(ledger, &members[i], guard, trace,
                             is_self || actor != NULL ? actor : "auto", fault);
    }
    return status;
}

/* Documents by the hundred, of which none must be forgotten. */
struct gathering {
    struct uuid *ids;
    size_t count, room;
};

static enum status gather(struct ledger *ledger, const char *sql, const char *word,
                          struct gathering *gathering, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database, sql, VALUES(value_text(word)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        if (gathering->count == gathering->room) {
            size_t room = gathering->room == 0 ? 256 : gathering->room * 2;
            struct uuid *grown = realloc(gathering->ids, room * sizeof *grown);
            if (grown == NULL) {
                status = ledger_out_of_memory(fault);
                break;
            }
            gathering->ids = grown;
            gathering->room = room;
        }
        gathering->ids[gathering->count++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    return status;
}

/* Every document that `sql` gives for the word. */
static enum status reckon_all(struct ledger *ledger, const char *sql, const char *word,
                              const char *actor, struct fault *fault)
{
    struct gathering gathering = {.count = 0};
    enum status status = gather(ledger, sql, word, &gathering, fault);
    for (size_t i = 0; status == STATUS_OK && i < gathering.count; i++)
        status = guard_reckon(ledger, &gathering.ids[i], actor, fault);
    free(gathering.ids);
    return status;
}

static enum status reckon_case(struct ledger *ledger, const char *case_number, const char *actor,
                               struct fault *fault)
{
    return reckon_all(ledger,
                      "SELECT d.id FROM document d WHERE d.case_number = $1"
                      " UNION SELECT n.document FROM named_case n WHERE n.case_number = $1",
                      case_number, actor, fault);
}

/* ---- what explanations name --------------------------------------------------------------------- */

/* Appends what a string of JSON holds, up to its closing quotation mark, which is returned; NULL
 * when there is none. Explanations escape quotation marks, backslashes and control characters;
 * of the latter no case number has one. */
static const char *append_member(const char *at, const char *end, struct text *value)
{
    for (; at < end && *at != '"'; at++) {
        if (*at == '\\' && ++at == end)
            return NULL;
        text_append_char(value, *at);
    }
    return at < end ? at : NULL;
}

void guard_named_cases(const char *explanation, size_t length, struct text *lines)
{
    static const char member[] = "\"case_number\":\"";
    const char *end = explanation + length;
    const char *at = explanation;
    struct text number = {0};
    // Within a string of JSON the quotation marks of this would be escaped.
    while (at != NULL && (at = memmem(at, (size_t)(end - at), member, sizeof member - 1)) != NULL) {
        bool is_first = at > explanation && at[-1] == '{'; // so candidates and copies begin
        text_clear(&number);
        at = append_member(at + sizeof member - 1, end, &number);
        if (at != NULL && number.length > 0) {
            text_append(lines, is_first ? "1" : "0");
            text_append_bytes(lines, text_string(&number), number.length);
            text_append_char(lines, '\n');
        }
    }
    text_done(&number);
}

/* A case that is named twice is a candidate when it is one the first time or later. */
static enum status keep_named(struct ledger *ledger, const struct uuid *document, const char *line,
                              size_t length, struct fault *fault)
{
    char *number = length < 2 ? NULL : string_copy_bytes(line + 1, length - 1);
    if (number == NULL)
        return length < 2 ? STATUS_OK : ledger_out_of_memory(fault);
    enum status status = database_run(
        ledger->database,
        "INSERT INTO named_case (document, case_number, is_candidate) VALUES ($1, $2, $3)"
        " ON CONFLICT (document, case_number) DO UPDATE SET is_candidate ="
        " CASE WHEN excluded.is_candidate = 1 THEN 1 ELSE named_case.is_candidate END",
        VALUES(value_uuid(document), value_text(number), value_integer(line[0] == '1')), NULL,
        fault);
    free(number);
    return status;
}

enum status guard_keep_named(struct ledger *ledger, const struct uuid *document, const char *lines,
                             struct fault *fault)
{
    enum status status =
        database_run(ledger->database, "DELETE FROM named_case WHERE document = $1",
                     VALUES(value_uuid(document)), NULL, fault);
    while (status == STATUS_OK && *lines != '\0') {
        size_t length = strcspn(lines, "\n");
        status = keep_named(ledger, document, lines, length, fault);
        lines += length + (lines[length] == '\n' ? 1 : 0);
    }
    return status;
}

/* ---- cases ------------------------------------------------------------------------------------- */

enum status guard_of_case(struct ledger *ledger, const char *case_number, uint32_t *ret_guard,
                          struct fault *fault)
{
    int64_t guard = 0;
    enum status status = STATUS_OK;
    if (case_number != NULL)
        status = database_number(
            ledger->database,
            "SELECT CAST(COALESCE(sum(g.guard), 0) AS INTEGER) FROM (SELECT DISTINCT c.guard"
            " FROM case_guard c WHERE c.case_number = $1) AS g",
            VALUES(value_text(case_number)), 0, &guard, fault);
    if (status == STATUS_OK)
        *ret_guard = (uint32_t)guard;
    return status;
}

static enum status audit_case(struct ledger *ledger, const char *case_number,
                              const struct guard_act *act, int64_t *ret_audit, struct fault *fault)
{
    char subject[DIGEST_HEX_BYTES];
    struct text detail = {0};
    struct digest digest = digest_of(case_number, strlen(case_number));
    digest_to_hex(&digest, subject);
    detail_open(&detail);
    detail_word(&detail, "class", guard_name(act->guard));
    enum status status =
        audit_append(ledger, act->actor, act->is_set ? "case.guard" : "case.unguard", subject,
                     detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status set_case(struct ledger *ledger, const char *case_number,
                            const struct guard_act *act, enum guard_verdict *ret_verdict,
                            struct fault *fault)
{
    int64_t there = 0, audit = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM case_guard WHERE case_number = $1 AND guard = $2"
        " AND source = 'person'",
        VALUES(value_text(case_number), value_integer(act->guard)), 0, &there, fault);
    *ret_verdict = (there > 0) == act->is_set ? GUARD_NO_CHANGE : GUARD_DONE;
    if (status != STATUS_OK || *ret_verdict != GUARD_DONE)
        return status;
    status = audit_case(ledger, case_number, act, &audit, fault);
    if (status == STATUS_OK && act->is_set)
        status = database_run(
            ledger->database,
            "INSERT INTO case_guard (case_number, guard, source, actor, at_ms, reason, audit)"
            " VALUES ($1, $2, 'person', $3, $4, $5, $6)",
            VALUES(value_text(case_number), value_integer(act->guard), value_text(act->actor),
                   value_integer(ledger_wall_ms(ledger)), value_text(act->reason),
                   value_integer(audit)),
            NULL, fault);
    else if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "DELETE FROM case_guard WHERE case_number = $1 AND guard = $2 AND source = 'person'",
            VALUES(value_text(case_number), value_integer(act->guard)), NULL, fault);
    return status == STATUS_OK ? reckon_case(ledger, case_number, act->actor, fault) : status;
}

static enum status check_act(const struct guard_act *act, struct fault *fault)
{
    bool is_class = false;
    for (size_t i = 0; i < GUARDS; i++)
        is_class = is_class || classes[i].guard == act->guard;
    if (!is_class)
        return fault_set(fault, STATUS_REFUSE, "there is no such class of guard");
    if (act->reason == NULL || act->reason[0] == '\0' ||
        strlen(act->reason) > GUARD_REASON_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a guard is set and lifted with a reason");
    return STATUS_OK;
}

enum status guard_set_case(struct ledger *ledger, const char *case_number,
                           const struct guard_act *act, enum guard_verdict *ret_verdict,
                           struct fault *fault)
{
    enum status status = check_act(act, fault);
    if (status == STATUS_OK && case_number[0] == '\0')
        status = fault_set(fault, STATUS_REFUSE, "a case has a number");
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, set_case(ledger, case_number, act, ret_verdict, fault), fault);
    return status;
}

/* ---- documents --------------------------------------------------------------------------------- */

static enum status find_document(struct ledger *ledger, const struct uuid *document,
                                 struct guarded *ret_guarded, char **ret_case, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, failed = false;
    enum status status =
        database_query(ledger->database, "SELECT state, case_number FROM document WHERE id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        *ret_guarded = (struct guarded){.id = *document};
        if (!document_state_from_name(rows_text(rows, 0), &ret_guarded->state))
            ret_guarded->state = DOCUMENT_CORRUPT;
        *ret_case = rows_text_copy(rows, 1, &failed);
    }
    rows_done(&rows);
    return failed ? ledger_out_of_memory(fault) : status;
}

static enum status keep_own(struct ledger *ledger, const struct uuid *document,
                            const struct guard_act *act, int64_t audit, struct fault *fault)
{
    enum status status =
        act->is_set
            ? database_run(ledger->database,
                           "INSERT INTO document_guard (document, guard, actor, at_ms, reason,"
                           " audit) VALUES ($1, $2, $3, $4, $5, $6)",
                           VALUES(value_uuid(document), value_integer(act->guard),
                                  value_text(act->actor), value_integer(ledger_wall_ms(ledger)),
                                  value_text(act->reason), value_integer(audit)),
                           NULL, fault)
            : database_run(ledger->database,
                           "DELETE FROM document_guard WHERE document = $1 AND guard = $2",
                           VALUES(value_uuid(document), value_integer(act->guard)), NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "UPDATE document SET audit = $2 WHERE id = $1",
                              VALUES(value_uuid(document), value_integer(audit)), NULL, fault);
    return status == STATUS_OK ? guard_reckon(ledger, document, NULL, fault) : status;
}

static enum status set_document(struct ledger *ledger, const struct uuid *document,
                                const struct guard_act *act, enum guard_verdict *ret_verdict,
                                struct fault *fault)
{
    struct guarded guarded = {0};
    char *case_number = NULL;
    int64_t there = 0, audit = 0;
    enum status status = find_document(ledger, document, &guarded, &case_number, fault);
    free(case_number);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "SELECT count(*) FROM document_guard WHERE document = $1 AND guard = $2",
            VALUES(value_uuid(document), value_integer(act->guard)), 0, &there, fault);
    *ret_verdict = (there > 0) == act->is_set ? GUARD_NO_CHANGE : GUARD_DONE;
    if (status != STATUS_OK || *ret_verdict != GUARD_DONE)
        return status;
    status =
        audit_guard(ledger, &guarded, act->actor,
                    act->is_set ? "document.guard" : "document.unguard", act->guard, &audit, fault);
    return status == STATUS_OK ? keep_own(ledger, document, act, audit, fault) : status;
}

enum status guard_set_document(struct ledger *ledger, struct document_id document,
                               const struct guard_act *act, enum guard_verdict *ret_verdict,
                               struct fault *fault)
{
    enum status status = check_act(act, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, set_document(ledger, &document.uuid, act, ret_verdict, fault),
                            fault);
    return status;
}

static enum status set_case_of(struct ledger *ledger, const struct uuid *document,
                               const struct guard_act *act, enum guard_verdict *ret_verdict,
                               struct fault *fault)
{
    struct guarded guarded = {0};
    char *case_number = NULL;
    enum status status = find_document(ledger, document, &guarded, &case_number, fault);
    *ret_verdict = GUARD_NO_CASE;
    if (status == STATUS_OK && case_number != NULL && case_number[0] != '\0')
        status = set_case(ledger, case_number, act, ret_verdict, fault);
    free(case_number);
    return status;
}

enum status guard_set_case_of(struct ledger *ledger, struct document_id document,
                              const struct guard_act *act, enum guard_verdict *ret_verdict,
                              struct fault *fault)
{
    enum status status = check_act(act, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, set_case_of(ledger, &document.uuid, act, ret_verdict, fault), fault);
    return status;
}

enum status guard_inherit(struct ledger *ledger, int64_t arrangement, const struct uuid *document,
                          struct fault *fault)
{
    enum status status =
        database_run(ledger->database,
                     "INSERT INTO document_guard (document, guard, actor, at_ms, reason, audit)"
                     " SELECT $2, o.guard, min(o.actor), min(o.at_ms), min(o.reason), min(o.audit)"
                     " FROM arrangement_source s JOIN document_guard o ON o.document = s.document"
                     " WHERE s.arrangement = $1 GROUP BY o.guard",
                     VALUES(value_integer(arrangement), value_uuid(document)), NULL, fault);
    return status == STATUS_OK ? guard_reckon(ledger, document, NULL, fault) : status;
}

/* ---- why --------------------------------------------------------------------------------------- */

/* Columns: guard, source, actor, reason, at_ms, order. */
#define CAUSES                                                                                     \
    FAMILY " SELECT c.guard, CASE c.source WHEN 'person' THEN 'case' ELSE 'register' END,"         \
           " CASE c.source WHEN 'person' THEN c.actor END, c.reason, c.at_ms, 1"                   \
           " FROM family f JOIN case_guard c ON c.case_number = f.case_number"                     \
           " UNION SELECT k.guard, 'kind', NULL, NULL, 0, 2 FROM family f"                         \
           " JOIN kind_guard k ON k.kind = f.kind"                                                 \
           " UNION SELECT o.guard, 'document', o.actor, o.reason, o.at_ms, 3 FROM family f"        \
           " JOIN document_guard o ON o.document = f.id"                                           \
           " UNION SELECT c.guard, 'candidate', NULL, NULL, 0, 4 FROM family f"                    \
           " JOIN decision x ON x.id = f.decision AND x.to_file = 0"                               \
           " JOIN named_case n ON n.document = f.id AND n.is_candidate = 1"                        \
           " JOIN case_guard c ON c.case_number = n.case_number ORDER BY 6, 1, 5"

enum status guard_causes(struct ledger *ledger, struct document_id document,
                         guard_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    struct uuid root = {0};
    bool there = false;
    enum status status = find_root(ledger, &document.uuid, &root, &there, fault);
    if (status == STATUS_OK)
        status = database_query(ledger->database, CAUSES, VALUES(value_uuid(&root)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct guard_cause cause = {.guard = (uint32_t)rows_integer(rows, 0),
                                          .source = rows_text(rows, 1),
                                          .actor = rows_text(rows, 2),
                                          .reason = rows_text(rows, 3),
                                          .at_ms = rows_integer(rows, 4)};
        status = callback(context, &cause, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- kinds ------------------------------------------------------------------------------------- */

static enum status count_kind(struct ledger *ledger, const struct guard_kind *kind,
                              int64_t *ret_count, struct fault *fault)
{
    return database_number(
        ledger->database, "SELECT count(*) FROM kind_guard WHERE kind = $1 AND guard = $2",
        VALUES(value_text(kind->kind), value_integer(kind->guard)), 0, ret_count, fault);
}

/* What is there already, and whether that is all. */
static enum status are_settled(struct ledger *ledger, const struct guard_kind *kinds, size_t count,
                               bool *ret_are, struct fault *fault)
{
    int64_t all = 0, there = 0;
    enum status status = database_number(ledger->database, "SELECT count(*) FROM kind_guard",
                                         NO_VALUES, 0, &all, fault);
    *ret_are = all == (int64_t)count;
    for (size_t i = 0; status == STATUS_OK && *ret_are && i < count; i++) {
        status = count_kind(ledger, &kinds[i], &there, fault);
        *ret_are = there > 0;
    }
    return status;
}

static enum status settle_kinds(struct ledger *ledger, const struct guard_kind *kinds, size_t count,
                                const char *actor, struct fault *fault)
{
    struct gathering gathering = {.count = 0};
    static const char of_kinds[] =
        "SELECT d.id FROM kind_guard k JOIN document d ON d.kind = k.kind WHERE k.kind <> $1";
    // Those that have it until now, and those that have it from now on.
    enum status status = gather(ledger, of_kinds, "", &gathering, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "DELETE FROM kind_guard", NO_VALUES, NULL, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = database_run(
            ledger->database,
            "INSERT INTO kind_guard (kind, guard) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            VALUES(value_text(kinds[i].kind), value_integer(kinds[i].guard)), NULL, fault);
    if (status == STATUS_OK)
        status = gather(ledger, of_kinds, "", &gathering, fault);
    for (size_t i = 0; status == STATUS_OK && i < gathering.count; i++)
        status = guard_reckon(ledger, &gathering.ids[i], actor, fault);
    free(gathering.ids);
    return status;
}

enum status guard_settle_kinds(struct ledger *ledger, const struct guard_kind *kinds, size_t count,
                               const char *actor, struct fault *fault)
{
    bool are = false;
    enum status status = are_settled(ledger, kinds, count, &are, fault);
    if (status != STATUS_OK || are)
        return status;
    status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, settle_kinds(ledger, kinds, count, actor, fault), fault);
    return status;
}

/* ---- the register ------------------------------------------------------------------------------ */

/* Bits of register_row.standing: 2 blocked, 8 staff. */
#define REGISTER_GUARD "CASE WHEN (r.standing & 8) <> 0 THEN 2 ELSE 1 END"

/* One line for each case that `sql` gives. */
static enum status list_cases(struct ledger *ledger, const char *sql, int64_t number,
                              struct text *lines, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database, sql, VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        text_append(lines, rows_text(rows, 0));
        text_append_char(lines, '\n');
    }
    rows_done(&rows);
    return status == STATUS_OK && !text_ok(lines) ? ledger_out_of_memory(fault) : status;
}

/* A case that the register no longer knows keeps its guard. */
#define LIFTED                                                                                     \
    " FROM case_guard WHERE source = 'register' AND EXISTS (SELECT 1 FROM register_by_case k"      \
    " WHERE k.version = $1 AND k.case_number = case_guard.case_number) AND NOT EXISTS"             \
    " (SELECT 1 FROM register_by_case k JOIN register_row r ON r.version = k.version"              \
    " AND r.line = k.line WHERE k.version = $1 AND k.case_number = case_guard.case_number"         \
    " AND (r.standing & 2) <> 0 AND " REGISTER_GUARD " = case_guard.guard)"

static enum status take_over(struct ledger *ledger, int64_t version, int64_t audit,
                             struct text *changed, struct fault *fault)
{
    enum status status =
        list_cases(ledger, "SELECT DISTINCT case_number" LIFTED, version, changed, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "DELETE" LIFTED, VALUES(value_integer(version)),
                              NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO case_guard (case_number, guard, source, actor, at_ms, audit)"
            " SELECT DISTINCT r.case_number, " REGISTER_GUARD ", 'register', 'register', $2, $3"
            " FROM register_row r WHERE r.version = $1 AND (r.standing & 2) <> 0"
            " ON CONFLICT (case_number, guard, source) DO NOTHING",
            VALUES(value_integer(version), value_integer(ledger_wall_ms(ledger)),
                   value_integer(audit)),
            NULL, fault);
    if (status == STATUS_OK)
        status = list_cases(ledger,
                            "SELECT DISTINCT case_number FROM case_guard WHERE source ="
                            " 'register' AND audit = $1",
                            audit, changed, fault);
    return status;
}

enum status guard_follow_register(struct ledger *ledger, int64_t version, int64_t audit,
                                  const char *actor, struct fault *fault)
{
    struct text changed = {0};
    enum status status = take_over(ledger, version, audit, &changed, fault);
    char *rest = (char *)changed.bytes, *number = NULL;
    while (status == STATUS_OK && rest != NULL && (number = strsep(&rest, "\n")) != NULL)
        if (number[0] != '\0')
            status = reckon_case(ledger, number, actor, fault);
    text_done(&changed);
    return status;
}
