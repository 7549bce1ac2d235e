/* second_factor.c - see second_factor.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/second_factor.h"

static struct value value_of_bytes(const uint8_t *bytes, size_t length)
{
    return (struct value){.kind = VALUE_BYTES, .bytes = bytes, .length = length};
}

static enum status note(struct ledger *ledger, const char *actor, const char *action,
                        const char *account, int64_t *ret_audit, struct fault *fault)
{
    return audit_append(ledger, actor, action, account, "{}", ret_audit, fault);
}

/* ---- looking ------------------------------------------------------------------------------- */

static bool read_bytes(struct rows *rows, int column, uint8_t *to, size_t length)
{
    size_t found = 0;
    const void *bytes = rows_bytes(rows, column, &found);
    if (bytes == NULL || found != length)
        return false;
    memcpy(to, bytes, length);
    return true;
}

static enum status read_factor(struct rows *rows, struct second_factor *ret_factor,
                               struct fault *fault)
{
    struct second_factor factor = {
        .confirmed_ms = rows_integer(rows, 2),
        .last_step = rows_integer(rows, 3),
        .codes_left = (uint32_t)rows_integer(rows, 4),
    };
    if (!read_bytes(rows, 0, factor.sealed, sizeof factor.sealed) ||
        !read_bytes(rows, 1, factor.salt, sizeof factor.salt))
        return fault_set(fault, STATUS_HALT, "the ledger has a second factor of a wrong length");
    *ret_factor = factor;
    return STATUS_OK;
}

enum status second_factor_get(struct ledger *ledger, const char *account, bool *ret_found,
                              struct second_factor *ret_factor, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT secret, salt, confirmed_ms, last_step, (SELECT count(*) FROM recovery_code c"
        " WHERE c.account = f.account AND c.used_ms = 0) FROM second_factor f WHERE account = $1",
        VALUES(value_text(account)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        status = read_factor(rows, ret_factor, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = is_there;
    return status;
}

enum status second_factor_count(struct ledger *ledger, int64_t *ret_count, struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT count(*) FROM second_factor WHERE confirmed_ms > 0", NO_VALUES,
                           0, ret_count, fault);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static enum status begin(struct ledger *ledger, const char *account,
                         const struct second_factor *factor, struct fault *fault)
{
    int64_t confirmed = 0;
    int64_t audit = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM second_factor WHERE account = $1 AND confirmed_ms > 0",
        VALUES(value_text(account)), 0, &confirmed, fault);
    if (status == STATUS_OK && confirmed > 0)
        return fault_set(fault, STATUS_REFUSE, "%s has a second factor already", account);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "DELETE FROM second_factor WHERE account = $1",
                              VALUES(value_text(account)), NULL, fault);
    if (status == STATUS_OK)
        status = note(ledger, account, "user.factor_begin", account, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database,
        "INSERT INTO second_factor (account, secret, salt, audit) VALUES ($1, $2, $3, $4)",
        VALUES(value_text(account), value_of_bytes(factor->sealed, sizeof factor->sealed),
               value_of_bytes(factor->salt, sizeof factor->salt), value_integer(audit)),
        NULL, fault);
}

enum status second_factor_begin(struct ledger *ledger, const char *account,
                                const struct second_factor *factor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, begin(ledger, account, factor, fault), fault);
}

/* ---- taking codes ---------------------------------------------------------------------------- */

enum status second_factor_take_step(struct ledger *ledger, const char *account, int64_t step,
                                    bool *ret_taken, struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(
        ledger->database,
        "UPDATE second_factor SET last_step = $2 WHERE account = $1 AND last_step < $2",
        VALUES(value_text(account), value_integer(step)), &changed, fault);
    status = ledger_end(ledger, status, fault);
    if (status == STATUS_OK)
        *ret_taken = changed == 1;
    return status;
}

static enum status take_code(struct ledger *ledger, const char *account, const struct digest *hash,
                             uint64_t *ret_changed, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = database_run(
        ledger->database,
        "UPDATE recovery_code SET used_ms = $3 WHERE account = $1 AND hash = $2 AND used_ms = 0",
        VALUES(value_text(account), value_digest(hash), value_integer(ledger_wall_ms(ledger))),
        ret_changed, fault);
    if (status == STATUS_OK && *ret_changed == 1)
        status = note(ledger, account, "user.recovery_code", account, &audit, fault);
    return status;
}

enum status second_factor_take_code(struct ledger *ledger, const char *account,
                                    const struct digest *hash, bool *ret_taken, struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = ledger_end(ledger, take_code(ledger, account, hash, &changed, fault), fault);
    if (status == STATUS_OK)
        *ret_taken = changed == 1;
    return status;
}

/* ---- codes on paper -------------------------------------------------------------------------- */

static enum status set_codes(struct ledger *ledger, const char *account,
                             const struct digest hashes[SECOND_FACTOR_CODES], struct fault *fault)
{
    int64_t audit = 0;
    enum status status =
        database_run(ledger->database, "DELETE FROM recovery_code WHERE account = $1",
                     VALUES(value_text(account)), NULL, fault);
    if (status == STATUS_OK)
        status = note(ledger, account, "user.factor", account, &audit, fault);
    for (size_t i = 0; i < SECOND_FACTOR_CODES && status == STATUS_OK; i++)
        status = database_run(ledger->database,
                              "INSERT INTO recovery_code (account, hash) VALUES ($1, $2)",
                              VALUES(value_text(account), value_digest(&hashes[i])), NULL, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database,
        "UPDATE second_factor SET audit = $2, confirmed_ms ="
        " CASE WHEN confirmed_ms = 0 THEN $3 ELSE confirmed_ms END"
        " WHERE account = $1",
        VALUES(value_text(account), value_integer(audit), value_integer(ledger_wall_ms(ledger))),
        NULL, fault);
}

enum status second_factor_set_codes(struct ledger *ledger, const char *account,
                                    const struct digest hashes[SECOND_FACTOR_CODES],
                                    struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, set_codes(ledger, account, hashes, fault), fault);
}

/* ---- taking it away -------------------------------------------------------------------------- */

static enum status forget(struct ledger *ledger, const char *account, uint64_t *ret_removed,
                          struct fault *fault)
{
    enum status status =
        database_run(ledger->database, "DELETE FROM recovery_code WHERE account = $1",
                     VALUES(value_text(account)), NULL, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database, "DELETE FROM second_factor WHERE account = $1",
                        VALUES(value_text(account)), ret_removed, fault);
}

static enum status remove_factor(struct ledger *ledger, const char *account, const char *actor,
                                 struct fault *fault)
{
    int64_t audit = 0;
    uint64_t removed = 0;
    bool is_own = strcmp(account, actor) == 0;
    enum status status = forget(ledger, account, &removed, fault);
    if (status == STATUS_OK && removed == 0)
        return fault_set(fault, STATUS_REFUSE, "%s has no second factor", account);
    if (status == STATUS_OK)
        status = note(ledger, actor, is_own ? "user.factor_remove" : "user.factor_reset", account,
                      &audit, fault);
    if (status != STATUS_OK || is_own)
        return status;
    return database_run(ledger->database,
                        "UPDATE account SET audit = $2, epoch = epoch + 1 WHERE name = $1",
                        VALUES(value_text(account), value_integer(audit)), NULL, fault);
}

enum status second_factor_remove(struct ledger *ledger, const char *account, const char *actor,
                                 struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, remove_factor(ledger, account, actor, fault), fault);
}
