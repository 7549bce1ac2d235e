/* guard_right.c - which accounts may see what is guarded: given by two persons, see guard.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/guard.h"
#include "store/ledger_private.h"

struct value value_lacking(uint32_t rights)
{
    return value_integer((int64_t)(GUARD_ALL & ~rights));
}

const char *guard_right_words(enum guard_right_verdict verdict)
{
    static const char *const words[GUARD_RIGHT_VERDICTS] = {
        [GUARD_RIGHT_NOBODY] = "Ein solches Konto gibt es nicht, oder seine Rolle sieht keine "
                               "Dokumente.",
        [GUARD_RIGHT_IS_SO] = "Das ist schon so, oder es gibt nichts zu bestätigen.",
        [GUARD_RIGHT_SAME_PERSON] = "Niemand gibt sich selbst ein Recht, und wer es vorgeschlagen "
                                    "hat, bestätigt es nicht. Das macht eine andere Person.",
    };
    return words[verdict];
}

/* A right as it stands before a change, and who would change it. */
struct standing {
    bool is_there, is_confirmed, is_proposer;
    bool can_hold; /* the account is open, and of a role that sees documents or lists of them */
    bool is_self;  /* who acts is the account */
};

static enum status find_right(struct ledger *ledger, const char *account, uint32_t guard,
                              const char *actor, struct standing *standing, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT proposed_by, confirmed_ms FROM account_right"
                       " WHERE account = $1 AND guard = $2",
                       VALUES(value_text(account), value_integer(guard)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &standing->is_there, fault);
    if (status == STATUS_OK && standing->is_there) {
        standing->is_confirmed = rows_integer(rows, 1) != 0;
        standing->is_proposer = string_equal(rows_text(rows, 0), actor);
    }
    rows_done(&rows);
    return status;
}

static enum status find_standing(struct ledger *ledger, const char *account, uint32_t guard,
                                 const char *actor, struct standing *ret_standing,
                                 struct fault *fault)
{
    struct standing standing = {.is_self = string_equal(account, actor)};
    int64_t count = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT count(*) FROM account WHERE name = $1 AND disabled = 0 AND role IN"
                        " ('caseworker', 'lead', 'quality', 'registry', 'auditor')",
                        VALUES(value_text(account)), 0, &count, fault);
    standing.can_hold = count > 0;
    if (status == STATUS_OK)
        status = find_right(ledger, account, guard, actor, &standing, fault);
    if (status == STATUS_OK)
        *ret_standing = standing;
    return status;
}

static enum status audit_right(struct ledger *ledger, const char *account, uint32_t guard,
                               const char *actor, const char *action, int64_t *ret_audit,
                               struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "class", guard_name(guard));
    enum status status =
        audit_append(ledger, actor, action, account, detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* ---- changes ----------------------------------------------------------------------------------- */

typedef enum status right_work(struct ledger *ledger, const char *account, uint32_t guard,
                               const char *actor, enum guard_right_verdict *ret_verdict,
                               struct fault *fault);

static enum status change(struct ledger *ledger, const char *account, uint32_t guard,
                          const char *actor, right_work *work,
                          enum guard_right_verdict *ret_verdict, struct fault *fault)
{
    enum guard_right_verdict verdict = GUARD_RIGHT_DONE;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, work(ledger, account, guard, actor, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

static enum status propose(struct ledger *ledger, const char *account, uint32_t guard,
                           const char *actor, enum guard_right_verdict *ret_verdict,
                           struct fault *fault)
{
    struct standing standing = {.is_there = false};
    int64_t audit = 0;
    enum status status = find_standing(ledger, account, guard, actor, &standing, fault);
    *ret_verdict = !standing.can_hold  ? GUARD_RIGHT_NOBODY
                   : standing.is_self  ? GUARD_RIGHT_SAME_PERSON
                   : standing.is_there ? GUARD_RIGHT_IS_SO
                                       : GUARD_RIGHT_DONE;
    if (status != STATUS_OK || *ret_verdict != GUARD_RIGHT_DONE)
        return status;
    status = audit_right(ledger, account, guard, actor, "user.right_propose", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO account_right (account, guard, proposed_by, proposed_ms, audit)"
            " VALUES ($1, $2, $3, $4, $5)",
            VALUES(value_text(account), value_integer(guard), value_text(actor),
                   value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
            NULL, fault);
    return status;
}

enum status guard_right_propose(struct ledger *ledger, const char *account, uint32_t guard,
                                const char *actor, enum guard_right_verdict *ret_verdict,
                                struct fault *fault)
{
    return change(ledger, account, guard, actor, propose, ret_verdict, fault);
}

static enum status confirm(struct ledger *ledger, const char *account, uint32_t guard,
                           const char *actor, enum guard_right_verdict *ret_verdict,
                           struct fault *fault)
{
    struct standing standing = {.is_there = false};
    int64_t audit = 0;
    enum status status = find_standing(ledger, account, guard, actor, &standing, fault);
    bool is_same = standing.is_proposer || standing.is_self;
    *ret_verdict = !standing.can_hold                            ? GUARD_RIGHT_NOBODY
                   : !standing.is_there || standing.is_confirmed ? GUARD_RIGHT_IS_SO
                   : is_same                                     ? GUARD_RIGHT_SAME_PERSON
                                                                 : GUARD_RIGHT_DONE;
    if (status != STATUS_OK || *ret_verdict != GUARD_RIGHT_DONE)
        return status;
    status = audit_right(ledger, account, guard, actor, "user.right_confirm", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE account_right SET confirmed_by = $3, confirmed_ms = $4,"
                              " audit = $5 WHERE account = $1 AND guard = $2",
                              VALUES(value_text(account), value_integer(guard), value_text(actor),
                                     value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                              NULL, fault);
    return status;
}

enum status guard_right_confirm(struct ledger *ledger, const char *account, uint32_t guard,
                                const char *actor, enum guard_right_verdict *ret_verdict,
                                struct fault *fault)
{
    return change(ledger, account, guard, actor, confirm, ret_verdict, fault);
}

static enum status withdraw(struct ledger *ledger, const char *account, uint32_t guard,
                            const char *actor, enum guard_right_verdict *ret_verdict,
                            struct fault *fault)
{
    struct standing standing = {.is_there = false};
    int64_t audit = 0;
    enum status status = find_standing(ledger, account, guard, actor, &standing, fault);
    *ret_verdict = standing.is_there ? GUARD_RIGHT_DONE : GUARD_RIGHT_IS_SO;
    if (status != STATUS_OK || !standing.is_there)
        return status;
    status = audit_right(ledger, account, guard, actor, "user.right_withdraw", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "DELETE FROM account_right WHERE account = $1 AND guard = $2",
                              VALUES(value_text(account), value_integer(guard)), NULL, fault);
    return status;
}

enum status guard_right_withdraw(struct ledger *ledger, const char *account, uint32_t guard,
                                 const char *actor, enum guard_right_verdict *ret_verdict,
                                 struct fault *fault)
{
    return change(ledger, account, guard, actor, withdraw, ret_verdict, fault);
}

enum status guard_rights_end(struct ledger *ledger, const char *account, struct fault *fault)
{
    return database_run(ledger->database, "DELETE FROM account_right WHERE account = $1",
                        VALUES(value_text(account)), NULL, fault);
}

/* ---- looking ----------------------------------------------------------------------------------- */

enum status guard_rights_each(struct ledger *ledger, guard_right_callback *callback, void *context,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database,
                       "SELECT account, guard, proposed_by, proposed_ms, confirmed_by,"
                       " confirmed_ms FROM account_right ORDER BY account, guard",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct guard_right right = {.account = rows_text(rows, 0),
                                          .guard = (uint32_t)rows_integer(rows, 1),
                                          .proposed_by = rows_text(rows, 2),
                                          .proposed_ms = rows_integer(rows, 3),
                                          .confirmed_by = rows_text(rows, 4),
                                          .confirmed_ms = rows_integer(rows, 5)};
        status = callback(context, &right, fault);
    }
    rows_done(&rows);
    return status;
}

enum status guard_waiting(struct ledger *ledger, uint32_t guard, uint64_t *ret_documents,
                          uint64_t *ret_people, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT (SELECT count(*) FROM document d WHERE d.state = 'clearing'"
        " AND (d.guard & $1) <> 0), (SELECT count(*) FROM account_right r JOIN account a"
        " ON a.name = r.account WHERE r.guard = $1 AND r.confirmed_ms > 0 AND a.disabled = 0"
        " AND a.role IN ('caseworker', 'lead', 'registry'))",
        VALUES(value_integer(guard)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        *ret_documents = (uint64_t)rows_integer(rows, 0);
        *ret_people = (uint64_t)rows_integer(rows, 1);
    }
    rows_done(&rows);
    return status;
}
