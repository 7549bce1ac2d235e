/* users.c - see users.h. The cost of a hash is libsodium's INTERACTIVE one (64 MiB, 2 passes),
 * which is above the least that OWASP asks for argon2id (19 MiB, 2 passes). */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/users.h"

_Static_assert(PASSWORD_HASH_BYTES >= crypto_pwhash_STRBYTES, "a hash must fit");

static const char *const role_names[USER_ROLES] = {"mailroom", "caseworker", "lead", "quality",
                                                   "registry", "auditor",    "admin"};

const char *user_role_name(enum user_role role)
{
    return (size_t)role < USER_ROLES ? role_names[role] : "?";
}

const char *user_role_names(void)
{
    return "mailroom, caseworker, lead, quality, registry, auditor or admin";
}

bool user_role_from_name(const char *name, enum user_role *ret_role)
{
    for (size_t role = 0; role < USER_ROLES; role++) {
        if (strcmp(role_names[role], name) == 0) {
            *ret_role = (enum user_role)role;
            return true;
        }
    }
    return false;
}

void user_record_done(struct user_record *record)
{
    free(record->name);
    free(record->site);
    free(record->team);
    free(record->caseworker);
    free(record->password_hash);
    free(record->title);
    free(record->mail);
    *record = (struct user_record){0};
}

/* ---- what is taken ------------------------------------------------------------------------- */

static bool is_fit_name(const char *name)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t length = strlen(name);
    return length >= 2 && length <= USER_NAME_BYTES_MOST && strspn(name, inner) == length &&
           name[0] >= 'a' && name[0] <= 'z';
}

static size_t count_letters(const char *string)
{
    size_t letters = 0;
    size_t length = strlen(string);
    for (size_t position = 0; position < length; letters++)
        (void)utf8_next(string, length, &position);
    return letters;
}

/* Length decides, as NIST SP 800-63B 5.1.1.2 has it: no rules on digits and signs. */
static enum status check_password(const char *name, const char *password, struct fault *fault)
{
    if (count_letters(password) < PASSWORD_LETTERS_LEAST)
        return fault_set(fault, STATUS_REFUSE, "the password must have at least %d characters",
                         PASSWORD_LETTERS_LEAST);
    if (strlen(password) > PASSWORD_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "the password may have at most %d bytes",
                         PASSWORD_BYTES_MOST);
    if (strstr(password, name) != NULL)
        return fault_set(fault, STATUS_REFUSE, "the password must not contain the name");
    if (strspn(password, (const char[]){password[0], '\0'}) == strlen(password))
        return fault_set(fault, STATUS_REFUSE, "the password is one character again and again");
    return STATUS_OK;
}

static bool is_given(const char *word)
{
    return word != NULL && word[0] != '\0';
}

static enum status check_place(const struct user_place *place, struct fault *fault)
{
    bool has_team = place->role == USER_CASEWORKER || place->role == USER_LEAD;
    if (place->role == USER_MAILROOM && !is_given(place->site))
        return fault_set(fault, STATUS_REFUSE, "mailroom staff needs a site");
    if (place->role != USER_MAILROOM && is_given(place->site))
        return fault_set(fault, STATUS_REFUSE, "only mailroom staff has a site");
    if (has_team && !is_given(place->team))
        return fault_set(fault, STATUS_REFUSE, "caseworkers and team leads need a team");
    if (!has_team && is_given(place->team))
        return fault_set(fault, STATUS_REFUSE, "only caseworkers and team leads have a team");
    if (place->role != USER_CASEWORKER && is_given(place->caseworker))
        return fault_set(fault, STATUS_REFUSE, "only caseworkers have cases in the register");
    return STATUS_OK;
}

enum status user_check(const char *name, const struct user_place *place, struct fault *fault)
{
    if (!is_fit_name(name))
        return fault_set(fault, STATUS_REFUSE,
                         "a name has 2 to %d lower-case letters, digits, dots, dashes and "
                         "underlines, and begins with a letter",
                         USER_NAME_BYTES_MOST);
    return check_place(place, fault);
}

/* ---- hashes -------------------------------------------------------------------------------- */

static enum status hash_password(const char *password, char ret_hash[PASSWORD_HASH_BYTES],
                                 struct fault *fault)
{
    if (sodium_init() < 0 ||
        crypto_pwhash_str(ret_hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return fault_set(fault, STATUS_LATER, "no memory to hash the password");
    return STATUS_OK;
}

bool user_password_fits(const char *hash, const char *password)
{
    char whole[PASSWORD_HASH_BYTES] = {0}; // libsodium asks for an array of this size
    if (strlen(hash) >= sizeof whole || sodium_init() < 0)
        return false;
    memcpy(whole, hash, strlen(hash));
    return crypto_pwhash_str_verify(whole, password, strlen(password)) == 0;
}

/* The salt and hash are all zero bits: found by no password that one can type, and as dear. */
const char *user_nobodys_hash(void)
{
    return "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

/* ---- changes ------------------------------------------------------------------------------- */

static const char DIRECTORY_ORIGIN[] = "directory";
static const char NO_PASSWORD[] = "-";

static enum status exists(struct ledger *ledger, const char *name, bool *ret_exists,
                          struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM account WHERE name = $1",
                        VALUES(value_text(name)), 0, &count, fault);
    *ret_exists = count > 0;
    return status;
}

static enum status audit_user(struct ledger *ledger, const char *actor, const char *action,
                              const char *name, const char *role, int64_t *ret_audit,
                              struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    if (role != NULL)
        detail_word(&detail, "role", role);
    enum status status =
        audit_append(ledger, actor, action, name, detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* NULL for what is missing or empty. */
static struct value given(const char *word)
{
    return value_text(is_given(word) ? word : NULL);
}

static enum status add(struct ledger *ledger, const struct user_addition *addition,
                       const char *hash, const char *actor, struct fault *fault)
{
    bool is_taken = false;
    int64_t audit = 0;
    enum status status = exists(ledger, addition->name, &is_taken, fault);
    if (status == STATUS_OK && is_taken)
        return fault_set(fault, STATUS_REFUSE, "there is a user %s already", addition->name);
    const struct user_place *place = &addition->place;
    const char *role = user_role_name(place->role);
    if (status == STATUS_OK)
        status = audit_user(ledger, actor, "user.add", addition->name, role, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO account (name, role, site, team, caseworker, password,"
                        " created_ms, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        VALUES(value_text(addition->name), value_text(role), given(place->site),
                               given(place->team), given(place->caseworker), value_text(hash),
                               value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                        NULL, fault);
}

enum status user_add(struct ledger *ledger, const struct user_addition *addition, const char *actor,
                     struct fault *fault)
{
    char hash[PASSWORD_HASH_BYTES];
    enum status status = user_check(addition->name, &addition->place, fault);
    if (status == STATUS_OK)
        status = check_password(addition->name, addition->password, fault);
    // Before the transaction: hashing takes as long as many transactions do.
    if (status == STATUS_OK)
        status = hash_password(addition->password, hash, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, add(ledger, addition, hash, actor, fault), fault);
    return status;
}

/* Refuses what only the directory may say of its accounts. */
static enum status check_is_own(struct ledger *ledger, const char *name, struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        ledger->database, "SELECT count(*) FROM account WHERE name = $1 AND origin = $2",
        VALUES(value_text(name), value_text(DIRECTORY_ORIGIN)), 0, &count, fault);
    if (status == STATUS_OK && count > 0)
        return fault_set(fault, STATUS_REFUSE, "%s is an account of the directory: change it there",
                         name);
    return status;
}

/* Changes one column of somebody who must be there; `sql` takes name, value and audit row. */
static enum status change(struct ledger *ledger, const char *sql, const char *name,
                          struct value value, const char *action, const char *actor,
                          struct fault *fault)
{
    bool is_there = false;
    int64_t audit = 0;
    enum status status = exists(ledger, name, &is_there, fault);
    if (status == STATUS_OK && !is_there)
        return fault_set(fault, STATUS_REFUSE, "there is no user %s", name);
    if (status == STATUS_OK)
        status = audit_user(ledger, actor, action, name, NULL, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database, sql,
                        VALUES(value_text(name), value, value_integer(audit)), NULL, fault);
}

enum status user_set_disabled(struct ledger *ledger, const char *name, bool is_disabled,
                              const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = change(ledger,
                    "UPDATE account SET disabled = $2, audit = $3, epoch = epoch + 1"
                    " WHERE name = $1",
                    name, value_integer(is_disabled ? 1 : 0),
                    is_disabled ? "user.disable" : "user.enable", actor, fault);
    return ledger_end(ledger, status, fault);
}

static enum status change_place(struct ledger *ledger, const char *name,
                                const struct user_place *place, const char *actor,
                                struct fault *fault)
{
    bool is_there = false;
    int64_t audit = 0;
    const char *role = user_role_name(place->role);
    enum status status = exists(ledger, name, &is_there, fault);
    if (status == STATUS_OK && !is_there)
        return fault_set(fault, STATUS_REFUSE, "there is no user %s", name);
    if (status == STATUS_OK)
        status = check_is_own(ledger, name, fault);
    if (status == STATUS_OK)
        status = audit_user(ledger, actor, "user.place", name, role, &audit, fault);
    if (status == STATUS_OK)
        status = guard_rights_end(ledger, name, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "UPDATE account SET role = $2, site = $3, team = $4, caseworker = $5,"
                        " audit = $6, epoch = epoch + 1 WHERE name = $1",
                        VALUES(value_text(name), value_text(role), given(place->site),
                               given(place->team), given(place->caseworker), value_integer(audit)),
                        NULL, fault);
}

enum status user_set_place(struct ledger *ledger, const char *name, const struct user_place *place,
                           const char *actor, struct fault *fault)
{
    enum status status = check_place(place, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, change_place(ledger, name, place, actor, fault), fault);
}

enum status user_set_password(struct ledger *ledger, const char *name, const char *password,
                              const char *actor, struct fault *fault)
{
    char hash[PASSWORD_HASH_BYTES];
    enum status status = check_password(name, password, fault);
    if (status == STATUS_OK)
        status = hash_password(password, hash, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = check_is_own(ledger, name, fault);
    if (status == STATUS_OK)
        status = change(ledger,
                        "UPDATE account SET password = $2, audit = $3, epoch = epoch + 1"
                        " WHERE name = $1",
                        name, value_text(hash), "user.password", actor, fault);
    return ledger_end(ledger, status, fault);
}

/* ---- people of a directory ------------------------------------------------------------------- */

static enum status add_card(struct ledger *ledger, const struct user_card *card,
                            struct fault *fault)
{
    int64_t audit = 0;
    const struct user_place *place = &card->place;
    const char *role = user_role_name(place->role);
    enum status status =
        audit_user(ledger, DIRECTORY_ORIGIN, "user.add", card->name, role, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO account (name, role, site, team, caseworker, password,"
                        " created_ms, audit, origin, title, mail)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                        VALUES(value_text(card->name), value_text(role), given(place->site),
                               given(place->team), given(place->caseworker),
                               value_text(NO_PASSWORD), value_integer(ledger_wall_ms(ledger)),
                               value_integer(audit), value_text(DIRECTORY_ORIGIN),
                               given(card->title), given(card->mail)),
                        NULL, fault);
}

static bool is_same_word(const char *kept, const char *said)
{
    return is_given(kept) == is_given(said) && (!is_given(said) || strcmp(kept, said) == 0);
}

static bool is_same_place(const struct user_record *kept, const struct user_place *place)
{
    return kept->role == place->role && is_same_word(kept->site, place->site) &&
           is_same_word(kept->team, place->team) &&
           is_same_word(kept->caseworker, place->caseworker);
}

static enum status update_card(struct ledger *ledger, const struct user_record *kept,
                               const struct user_card *card, struct fault *fault)
{
    const struct user_place *place = &card->place;
    int64_t audit = 0;
    if (!is_same_place(kept, place)) {
        const char *role = user_role_name(place->role);
        enum status status =
            audit_user(ledger, DIRECTORY_ORIGIN, "user.place", card->name, role, &audit, fault);
        if (status == STATUS_OK)
            status = guard_rights_end(ledger, card->name, fault);
        if (status == STATUS_OK)
            status = database_run(
                ledger->database,
                "UPDATE account SET role = $2, site = $3, team = $4, caseworker = $5, audit = $6,"
                " epoch = epoch + 1 WHERE name = $1",
                VALUES(value_text(card->name), value_text(role), given(place->site),
                       given(place->team), given(place->caseworker), value_integer(audit)),
                NULL, fault);
        if (status != STATUS_OK)
            return status;
    }
    if (is_same_word(kept->title, card->title) && is_same_word(kept->mail, card->mail))
        return STATUS_OK;
    return database_run(
        ledger->database, "UPDATE account SET title = $2, mail = $3 WHERE name = $1",
        VALUES(value_text(card->name), given(card->title), given(card->mail)), NULL, fault);
}

static enum status settle(struct ledger *ledger, const struct user_card *card, struct fault *fault)
{
    struct user_record kept = {0};
    bool is_found = false;
    enum status status = user_get(ledger, card->name, &is_found, &kept, fault);
    if (status == STATUS_OK && !is_found)
        return add_card(ledger, card, fault);
    if (status == STATUS_OK && !kept.is_of_directory)
        status = fault_set(fault, STATUS_REFUSE,
                           "%s is in the directory, and an account of this ledger's own, too",
                           card->name);
    if (status == STATUS_OK)
        status = update_card(ledger, &kept, card, fault);
    user_record_done(&kept);
    return status;
}

enum status user_settle(struct ledger *ledger, const struct user_card *card, struct fault *fault)
{
    enum status status = user_check(card->name, &card->place, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, settle(ledger, card, fault), fault);
}

static enum status put_out(struct ledger *ledger, const char *name, const char *action,
                           const char *actor, struct fault *fault)
{
    bool is_there = false;
    int64_t audit = 0;
    enum status status = exists(ledger, name, &is_there, fault);
    if (status != STATUS_OK || !is_there)
        return status;
    status = audit_user(ledger, actor, action, name, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "DELETE FROM session WHERE account = $1",
                              VALUES(value_text(name)), NULL, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "UPDATE account SET audit = $2, epoch = epoch + 1 WHERE name = $1",
                        VALUES(value_text(name), value_integer(audit)), NULL, fault);
}

enum status user_put_out(struct ledger *ledger, const char *name, const char *action,
                         const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, put_out(ledger, name, action, actor, fault), fault);
}

/* ---- looking ------------------------------------------------------------------------------- */

#define USER_COLUMNS                                                                               \
    "name, role, site, password, disabled, epoch, created_ms, team, caseworker, title, mail,"      \
    " origin, (SELECT count(*) FROM second_factor f WHERE f.account = account.name"                \
    " AND f.confirmed_ms > 0), notices, (SELECT CAST(COALESCE(sum(g.guard), 0) AS INTEGER)"        \
    " FROM account_right g WHERE g.account = account.name AND g.confirmed_ms > 0)"

static enum status read_record(struct rows *rows, struct user_record *ret_record,
                               struct fault *fault)
{
    bool failed = false;
    struct user_record record = {
        .name = rows_text_copy(rows, 0, &failed),
        .site = rows_text_copy(rows, 2, &failed),
        .team = rows_text_copy(rows, 7, &failed),
        .caseworker = rows_text_copy(rows, 8, &failed),
        .password_hash = rows_text_copy(rows, 3, &failed),
        .title = rows_text_copy(rows, 9, &failed),
        .mail = rows_text_copy(rows, 10, &failed),
        .is_of_directory = string_equal(rows_text(rows, 11), DIRECTORY_ORIGIN),
        .has_factor = rows_integer(rows, 12) > 0,
        .wants_notices = rows_integer(rows, 13) != 0,
        .rights = (uint32_t)rows_integer(rows, 14),
        .is_disabled = rows_integer(rows, 4) != 0,
        .epoch = rows_integer(rows, 5),
        .created_ms = rows_integer(rows, 6),
    };
    const char *role = rows_text(rows, 1);
    enum status status = STATUS_OK;
    if (failed)
        status = ledger_out_of_memory(fault);
    else if (role == NULL || !user_role_from_name(role, &record.role))
        status = fault_set(fault, STATUS_HALT, "the ledger has a user of an unknown role");
    if (status == STATUS_OK)
        *ret_record = record;
    else
        user_record_done(&record);
    return status;
}

enum status user_get(struct ledger *ledger, const char *name, bool *ret_found,
                     struct user_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database, "SELECT " USER_COLUMNS " FROM account WHERE name = $1",
                       VALUES(value_text(name)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        status = read_record(rows, ret_record, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = is_there;
    return status;
}

enum status user_each(struct ledger *ledger, user_callback *callback, void *context,
                      struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database, "SELECT " USER_COLUMNS " FROM account ORDER BY name",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        struct user_record record = {0};
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = read_record(rows, &record, fault);
        if (status == STATUS_OK)
            status = callback(context, &record, fault);
        user_record_done(&record);
    }
    rows_done(&rows);
    return status;
}
