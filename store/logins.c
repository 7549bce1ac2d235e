/* logins.c - see logins.h. Secrets of machines have 256 random bits, so that a plain digest of them
 * can be kept: there is nothing to guess that would have to be made dear. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/logins.h"

static enum status note(struct ledger *ledger, const char *actor, const char *action,
                        const char *subject, int64_t *ret_audit, struct fault *fault)
{
    return audit_append(ledger, actor, action, subject, "{}", ret_audit, fault);
}

/* ---- sessions --------------------------------------------------------------------------------- */

static enum status begin_session(struct ledger *ledger, const struct login_session *session,
                                 int64_t idle_before_ms, int64_t begun_before_ms,
                                 struct fault *fault)
{
    int64_t audit = 0;
    enum status status = database_run(
        ledger->database, "DELETE FROM session WHERE used_ms < $1 OR begun_ms < $2",
        VALUES(value_integer(idle_before_ms), value_integer(begun_before_ms)), NULL, fault);
    if (status == STATUS_OK)
        status = note(ledger, session->account, "session.begin", session->account, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO session (token, account, epoch, begun_ms, used_ms, address)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        VALUES(value_digest(&session->token), value_text(session->account),
                               value_integer(session->epoch), value_integer(session->begun_ms),
                               value_integer(session->used_ms), value_text(session->address)),
                        NULL, fault);
}

enum status login_begin(struct ledger *ledger, const struct login_session *session,
                        int64_t idle_before_ms, int64_t begun_before_ms, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(
        ledger, begin_session(ledger, session, idle_before_ms, begun_before_ms, fault), fault);
}

enum status login_purge(struct ledger *ledger, int64_t idle_before_ms, int64_t begun_before_ms,
                        uint64_t *ret_removed, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(
        ledger->database, "DELETE FROM session WHERE used_ms < $1 OR begun_ms < $2",
        VALUES(value_integer(idle_before_ms), value_integer(begun_before_ms)), ret_removed, fault);
    return ledger_end(ledger, status, fault);
}

enum status login_touch(struct ledger *ledger, const struct digest *token, int64_t used_ms,
                        struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database, "UPDATE session SET used_ms = $2 WHERE token = $1",
                          VALUES(value_digest(token), value_integer(used_ms)), NULL, fault);
    return ledger_end(ledger, status, fault);
}

/* Whose session it is; "" when there is none. */
static enum status session_account(struct ledger *ledger, const struct digest *token,
                                   char ret_account[USER_NAME_BYTES_MOST + 1], struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    ret_account[0] = '\0';
    enum status status =
        database_query(ledger->database, "SELECT account FROM session WHERE token = $1",
                       VALUES(value_digest(token)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    const char *account = status == STATUS_OK && is_there ? rows_text(rows, 0) : NULL;
    if (account != NULL && strlen(account) <= USER_NAME_BYTES_MOST)
        memcpy(ret_account, account, strlen(account) + 1);
    rows_done(&rows);
    return status;
}

static enum status end_session(struct ledger *ledger, const struct digest *token, const char *actor,
                               struct fault *fault)
{
    int64_t audit = 0;
    char account[USER_NAME_BYTES_MOST + 1];
    enum status status = session_account(ledger, token, account, fault);
    if (status != STATUS_OK || account[0] == '\0')
        return status;
    status = note(ledger, actor, "session.end", account, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "DELETE FROM session WHERE token = $1",
                              VALUES(value_digest(token)), NULL, fault);
    return status;
}

enum status login_end(struct ledger *ledger, const struct digest *token, const char *actor,
                      struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, end_session(ledger, token, actor, fault), fault);
}

enum status login_each(struct ledger *ledger, login_callback *callback, void *context,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT token, account, epoch, begun_ms, used_ms, address FROM session ORDER BY begun_ms",
        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const struct login_session session = {
            .token = rows_digest(rows, 0),
            .account = rows_text(rows, 1),
            .epoch = rows_integer(rows, 2),
            .begun_ms = rows_integer(rows, 3),
            .used_ms = rows_integer(rows, 4),
            .address = rows_text(rows, 5),
        };
        status = callback(context, &session, fault);
    }
    rows_done(&rows);
    return status;
}

/* Names one after the other, each ended by a NUL. */
static enum status read_names(struct ledger *ledger, struct text *names, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT DISTINCT s.account FROM session s JOIN account a ON a.name = s.account"
        " WHERE a.origin = 'directory' ORDER BY s.account",
        NO_VALUES, &rows, fault);
    while (status == STATUS_OK && is_there) {
        status = rows_next(rows, &is_there, fault);
        const char *name = status == STATUS_OK && is_there ? rows_text(rows, 0) : NULL;
        if (name != NULL)
            text_append_bytes(names, name, strlen(name) + 1);
    }
    rows_done(&rows);
    return status == STATUS_OK && names->failed ? ledger_out_of_memory(fault) : status;
}

enum status login_each_of_directory(struct ledger *ledger, login_name_callback *callback,
                                    void *context, struct fault *fault)
{
    struct text names = {0};
    enum status status = read_names(ledger, &names, fault);
    for (size_t at = 0; at < names.length && status == STATUS_OK;) {
        const char *name = names.bytes + at;
        status = callback(context, name, fault);
        at += strlen(name) + 1;
    }
    text_done(&names);
    return status;
}

/* ---- tokens ------------------------------------------------------------------------------------ */

static struct digest digest_of_secret(const char *secret)
{
    return digest_of(secret, strlen(secret));
}

static void make_secret(char ret_secret[LOGIN_TOKEN_BYTES])
{
    uint8_t random[32];
    randombytes_buf(random, sizeof random);
    memcpy(ret_secret, "pe_", 3);
    sodium_bin2base64(ret_secret + 3, LOGIN_TOKEN_BYTES - 3, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof random);
}

static enum status add_token(struct ledger *ledger, const char *name,
                             const struct user_place *place, const char *secret, const char *actor,
                             struct fault *fault)
{
    int64_t audit = 0;
    int64_t taken = 0;
    struct digest digest = digest_of_secret(secret);
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM token WHERE name = $1",
                        VALUES(value_text(name)), 0, &taken, fault);
    if (status == STATUS_OK && taken > 0)
        return fault_set(fault, STATUS_REFUSE, "there is a token %s already", name);
    if (status == STATUS_OK)
        status = note(ledger, actor, "token.add", name, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO token (name, secret, role, site, team, created_ms, audit)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        VALUES(value_text(name), value_digest(&digest),
                               value_text(user_role_name(place->role)), value_text(place->site),
                               value_text(place->team), value_integer(ledger_wall_ms(ledger)),
                               value_integer(audit)),
                        NULL, fault);
}

enum status login_token_add(struct ledger *ledger, const char *name, const struct user_place *place,
                            const char *actor, char ret_secret[LOGIN_TOKEN_BYTES],
                            struct fault *fault)
{
    char secret[LOGIN_TOKEN_BYTES] = "";
    if (sodium_init() < 0)
        return fault_set(fault, STATUS_LATER, "no random numbers");
    enum status status = user_check(name, place, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    make_secret(secret);
    status = ledger_end(ledger, add_token(ledger, name, place, secret, actor, fault), fault);
    if (status == STATUS_OK)
        memcpy(ret_secret, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return status;
}

static enum status revoke_token(struct ledger *ledger, const char *name, const char *actor,
                                struct fault *fault)
{
    int64_t audit = 0;
    uint64_t changed = 0;
    enum status status = note(ledger, actor, "token.revoke", name, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE token SET revoked_ms = $2, audit = $3 WHERE name = $1"
            " AND revoked_ms = 0",
            VALUES(value_text(name), value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
            &changed, fault);
    if (status == STATUS_OK && changed == 0)
        status =
            fault_set(fault, STATUS_REFUSE, "there is no token %s that could be revoked", name);
    return status;
}

enum status login_token_revoke(struct ledger *ledger, const char *name, const char *actor,
                               struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, revoke_token(ledger, name, actor, fault), fault);
}

#define TOKEN_COLUMNS "name, role, site, team, created_ms, revoked_ms"

static enum status read_token(struct rows *rows, struct login_token *ret_token, struct fault *fault)
{
    struct login_token token = {
        .name = rows_text(rows, 0),
        .place = {.site = rows_text(rows, 2), .team = rows_text(rows, 3)},
        .created_ms = rows_integer(rows, 4),
        .revoked_ms = rows_integer(rows, 5),
    };
    const char *role = rows_text(rows, 1);
    if (role == NULL || !user_role_from_name(role, &token.place.role))
        return fault_set(fault, STATUS_HALT, "the ledger has a token of an unknown role");
    *ret_token = token;
    return STATUS_OK;
}

/* A token as a person of that name and place. */
static enum status become_user(const struct login_token *token, struct user_record *ret_record,
                               struct fault *fault)
{
    struct text name = {0};
    text_append_format(&name, "token:%s", token->name);
    struct user_record record = {
        .name = text_take(&name),
        .role = token->place.role,
        .site = token->place.site == NULL ? NULL : string_copy(token->place.site),
        .team = token->place.team == NULL ? NULL : string_copy(token->place.team),
        .created_ms = token->created_ms,
    };
    if (record.name == NULL || (token->place.site != NULL && record.site == NULL) ||
        (token->place.team != NULL && record.team == NULL)) {
        user_record_done(&record);
        return ledger_out_of_memory(fault);
    }
    *ret_record = record;
    return STATUS_OK;
}

enum status login_token_find(struct ledger *ledger, const char *secret, bool *ret_found,
                             struct user_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    struct login_token token = {0};
    bool is_there = false;
    struct digest digest = digest_of_secret(secret);
    enum status status = database_query(ledger->database,
                                        "SELECT " TOKEN_COLUMNS " FROM token WHERE secret = $1"
                                        " AND revoked_ms = 0",
                                        VALUES(value_digest(&digest)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        status = read_token(rows, &token, fault);
    if (status == STATUS_OK && is_there)
        status = become_user(&token, ret_record, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = is_there;
    return status;
}

enum status login_token_each(struct ledger *ledger, login_token_callback *callback, void *context,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database, "SELECT " TOKEN_COLUMNS " FROM token ORDER BY name",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        struct login_token token = {0};
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = read_token(rows, &token, fault);
        if (status == STATUS_OK)
            status = callback(context, &token, fault);
    }
    rows_done(&rows);
    return status;
}
