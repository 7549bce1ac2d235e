/* worker_keys.c - see worker_keys.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/worker_keys.h"

_Static_assert((int)KEY_BYTES == (int)DIGEST_BYTES,
               "a key travels as the 32 bytes that a digest has");

static const char *const role_names[WORKER_ROLES] = {"reader", "filer", "site"};

const char *worker_role_name(enum worker_role role)
{
    return (size_t)role < WORKER_ROLES ? role_names[role] : "?";
}

bool worker_role_from_name(const char *name, enum worker_role *ret_role)
{
    for (size_t role = 0; role < WORKER_ROLES; role++) {
        if (strcmp(role_names[role], name) == 0) {
            *ret_role = (enum worker_role)role;
            return true;
        }
    }
    return false;
}

bool worker_key_name_is_fit(const char *name)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t length = strlen(name);
    return length >= 2 && length <= WORKER_KEY_NAME_BYTES_MOST && strspn(name, inner) == length &&
           name[0] >= 'a' && name[0] <= 'z';
}

static struct digest as_digest(const struct public_key *key)
{
    struct digest digest;
    memcpy(digest.bytes, key->bytes, sizeof digest.bytes);
    return digest;
}

/* ---- looking ------------------------------------------------------------------------------- */

#define KEY_COLUMNS "id, name, role, public_key, since_ms, revoked_ms, site"

static enum status read_key(struct rows *rows, struct worker_key *ret_key, struct fault *fault)
{
    struct worker_key key = {.id = rows_integer(rows, 0),
                             .since_ms = rows_integer(rows, 4),
                             .revoked_ms = rows_integer(rows, 5)};
    const char *name = rows_text(rows, 1);
    const char *role = rows_text(rows, 2);
    const char *site = rows_text(rows, 6);
    struct digest bytes = rows_digest(rows, 3);
    if (name == NULL || !worker_key_name_is_fit(name) || role == NULL ||
        !worker_role_from_name(role, &key.role) || site == NULL ||
        (key.role == WORKER_ROLE_SITE) != (site[0] != '\0'))
        return fault_set(fault, STATUS_HALT, "the ledger holds a worker's key that is none");
    (void)snprintf(key.name, sizeof key.name, "%s", name);
    (void)snprintf(key.site, sizeof key.site, "%s", site);
    memcpy(key.public_key.bytes, bytes.bytes, sizeof key.public_key.bytes);
    *ret_key = key;
    return STATUS_OK;
}

/* The first row of a query over KEY_COLUMNS. Takes the rows. */
static enum status read_one(enum status status, struct rows *rows, bool *ret_found,
                            struct worker_key *ret_key, struct fault *fault)
{
    bool is_there = false;
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        status = read_key(rows, ret_key, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = is_there;
    return status;
}

enum status worker_key_find(struct ledger *ledger, const struct public_key *public_key,
                            bool *ret_found, struct worker_key *ret_key, struct fault *fault)
{
    struct rows *rows = NULL;
    struct digest bytes = as_digest(public_key);
    enum status status = database_query(ledger->database,
                                        "SELECT " KEY_COLUMNS
                                        " FROM worker_key WHERE public_key = $1 AND revoked_ms = 0",
                                        VALUES(value_digest(&bytes)), &rows, fault);
    return read_one(status, rows, ret_found, ret_key, fault);
}

enum status worker_key_get(struct ledger *ledger, int64_t id, bool *ret_found,
                           struct worker_key *ret_key, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database, "SELECT " KEY_COLUMNS " FROM worker_key WHERE id = $1 AND revoked_ms = 0",
        VALUES(value_integer(id)), &rows, fault);
    return read_one(status, rows, ret_found, ret_key, fault);
}

static enum status find_name(struct ledger *ledger, const char *name, bool *ret_found,
                             struct worker_key *ret_key, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT " KEY_COLUMNS " FROM worker_key WHERE name = $1 AND revoked_ms = 0",
                       VALUES(value_text(name)), &rows, fault);
    return read_one(status, rows, ret_found, ret_key, fault);
}

enum status worker_key_each(struct ledger *ledger, worker_key_callback *callback, void *context,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = true;
    enum status status =
        database_query(ledger->database, "SELECT " KEY_COLUMNS " FROM worker_key ORDER BY name, id",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        struct worker_key key = {0};
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = read_key(rows, &key, fault);
        if (status == STATUS_OK)
            status = callback(context, &key, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- enrolling ----------------------------------------------------------------------------- */

static enum status audit_key(struct ledger *ledger, const char *actor, const char *action,
                             const struct worker_key *key, int64_t leases, int64_t *ret_audit,
                             struct fault *fault)
{
    struct text detail = {0};
    struct digest bytes = as_digest(&key->public_key);
    detail_open(&detail);
    detail_word(&detail, "role", worker_role_name(key->role));
    if (key->site[0] != '\0')
        detail_word(&detail, "site", key->site);
    detail_digest(&detail, "public_key", &bytes);
    if (leases >= 0)
        detail_number(&detail, "leases", leases);
    enum status status =
        audit_append(ledger, actor, action, key->name, detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* Neither the name nor the key is taken. */
static enum status check_free(struct ledger *ledger, const struct worker_key *key,
                              struct fault *fault)
{
    struct worker_key other = {0};
    struct digest bytes = as_digest(&key->public_key);
    bool is_taken = false;
    int64_t known = 0;
    enum status status = find_name(ledger, key->name, &is_taken, &other, fault);
    if (status == STATUS_OK && is_taken)
        return fault_set(fault, STATUS_REFUSE,
                         "there is a key of %s already; revoke it before another one is enrolled",
                         key->name);
    if (status == STATUS_OK)
        status = database_number(ledger->database,
                                 "SELECT count(*) FROM worker_key WHERE public_key = $1",
                                 VALUES(value_digest(&bytes)), 0, &known, fault);
    if (status == STATUS_OK && known > 0)
        return fault_set(fault, STATUS_REFUSE, "this key was enrolled before: make a new one");
    return status;
}

static enum status enrol(struct ledger *ledger, const struct worker_key *key, const char *actor,
                         struct fault *fault)
{
    int64_t audit = 0;
    struct digest bytes = as_digest(&key->public_key);
    enum status status = check_free(ledger, key, fault);
    if (status == STATUS_OK)
        status = audit_key(ledger, actor, "key.enrol", key, -1, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO worker_key (name, role, public_key, since_ms, audit, site)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        VALUES(value_text(key->name), value_text(worker_role_name(key->role)),
                               value_digest(&bytes), value_integer(ledger_wall_ms(ledger)),
                               value_integer(audit), value_text(key->site)),
                        NULL, fault);
}

static enum status enrol_as(struct ledger *ledger, const char *name, enum worker_role role,
                            const char *site, const struct public_key *public_key,
                            const char *actor, struct fault *fault)
{
    if (!worker_key_name_is_fit(name))
        return fault_set(fault, STATUS_REFUSE,
                         "a name has 2 to %d lower-case letters, digits, dots, dashes and "
                         "underlines, and begins with a letter",
                         WORKER_KEY_NAME_BYTES_MOST);
    struct worker_key key = {.role = role, .public_key = *public_key};
    (void)snprintf(key.name, sizeof key.name, "%s", name);
    (void)snprintf(key.site, sizeof key.site, "%s", site);
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, enrol(ledger, &key, actor, fault), fault);
    return status;
}

enum status worker_key_enrol(struct ledger *ledger, const char *name, enum worker_role role,
                             const struct public_key *public_key, const char *actor,
                             struct fault *fault)
{
    if (role == WORKER_ROLE_SITE)
        return fault_set(fault, STATUS_REFUSE, "a desk's key is enrolled for a site");
    return enrol_as(ledger, name, role, "", public_key, actor, fault);
}

enum status worker_key_enrol_site(struct ledger *ledger, const char *name, const char *site,
                                  const struct public_key *public_key, const char *actor,
                                  struct fault *fault)
{
    if (site[0] == '\0' || strlen(site) > WORKER_KEY_SITE_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "the name of a site has 1 to %d bytes",
                         WORKER_KEY_SITE_BYTES_MOST);
    return enrol_as(ledger, name, WORKER_ROLE_SITE, site, public_key, actor, fault);
}

/* ---- revoking ------------------------------------------------------------------------------ */

static enum status revoke(struct ledger *ledger, const char *name, const char *actor,
                          uint32_t *ret_leases, struct fault *fault)
{
    struct worker_key key = {0};
    bool is_there = false;
    int64_t audit = 0;
    enum status status = find_name(ledger, name, &is_there, &key, fault);
    if (status == STATUS_OK && !is_there)
        return fault_set(fault, STATUS_REFUSE, "there is no enrolled key of %s", name);
    if (status == STATUS_OK)
        status = leases_take_back(ledger, name, actor, ret_leases, fault);
    if (status == STATUS_OK)
        status = audit_key(ledger, actor, "key.revoke", &key, *ret_leases, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database, "UPDATE worker_key SET revoked_ms = $2, audit = $3 WHERE id = $1",
        VALUES(value_integer(key.id), value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
        NULL, fault);
}

enum status worker_key_revoke(struct ledger *ledger, const char *name, const char *actor,
                              uint32_t *ret_leases, struct fault *fault)
{
    uint32_t leases = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, revoke(ledger, name, actor, &leases, fault), fault);
    if (status == STATUS_OK)
        *ret_leases = leases;
    return status;
}

/* ---- the door ------------------------------------------------------------------------------ */

static enum status note(struct ledger *ledger, const char *why, const char *who, uint64_t count,
                        struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "why", why);
    detail_number(&detail, "count", (int64_t)count);
    enum status status =
        audit_append(ledger, ledger_dispatcher, "worker.refuse", who[0] == '\0' ? "stranger" : who,
                     detail_close(&detail), &audit, fault);
    text_done(&detail);
    return status;
}

enum status worker_key_note_refusals(struct ledger *ledger, const char *why, const char *who,
                                     uint64_t count, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, note(ledger, why, who, count, fault), fault);
    return status;
}
