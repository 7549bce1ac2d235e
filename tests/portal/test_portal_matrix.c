/* test_portal_matrix.c - every route, asked as every role, about own, foreign, deleted and unknown
 * things. Made from the table of routes: a new row is asked without a line here.
 *
 * What is expected of a row is in its `roles` and `about`:
 *     nobody logged in           401, unless anybody may
 *     a role that may not        403, whatever the path names
 *     a role that may, own       anything but 401, 403, 404 and 5xx
 *     foreign, deleted, unknown  404 in the same words, and a foreign one leaves a row in the audit
 * Changes are sent with an empty object, which names no decision and decides nothing.
 *
 * What a path names by number or name (a batch, a request) has no `about`: it stands in the table
 * `named` below, and a route whose thing is in neither fails. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/routes.h"
#include "store/database.h"
#include "store/users.h"
#include "tests/portal/desk.h"

enum whose { OWN, FOREIGN, DELETED, UNKNOWN, WHOSE };
static const char *const whose_names[WHOSE] = {"own", "foreign", "deleted", "unknown"};

/* For each role somebody who sees the letter in clearing, and somebody who does not (NULL: the
 * role sees all or none). */
struct person {
    const char *name;
    const char *stranger;
};
static const struct person people[USER_ROLES] = {
    [USER_MAILROOM] = {"anna",   "anna"},
      [USER_CASEWORKER] = {"bernd",  "emil"},
    [USER_LEAD] = {"lena",   "leo" },
      [USER_QUALITY] = {"quirin", NULL  },
    [USER_REGISTRY] = {"rita",   "rita"},
      [USER_AUDITOR] = {"rolf",   NULL  },
    [USER_ADMIN] = {"clara",  NULL  },
};

static struct desk desk;
static char *cookies[USER_ROLES];
static char *stranger_cookies[USER_ROLES];
static struct document_id deleted;
static struct scan_id deleted_scan;

/* ---- what a path names --------------------------------------------------------------------- */

/* The thing that a route is about. The registry sees all that waits: the filed letter is foreign
 * to it; to others the same letter is foreign through who asks. */
static struct uuid id_of(const struct route *route, enum user_role role, enum whose whose)
{
    if (whose == UNKNOWN)
        return uuid_new(1);
    if (route->about == ABOUT_SCAN && whose == DELETED)
        return deleted_scan.uuid;
    if (route->about == ABOUT_SCAN)
        return whose == OWN ? desk.seed.scan.uuid : desk.seed.foreign_scan.uuid;
    if (whose == DELETED)
        return deleted.uuid;
    if (whose == FOREIGN && role == USER_REGISTRY)
        return desk.seed.filed.uuid;
    return desk.seed.clearing.uuid;
}

static char *path_of(const struct route *route, const struct uuid *id)
{
    static const struct {
        const char *mark;
        const char *value; /* NULL: the id */
    } marks[] = {
        {":id",     NULL       },
        {":name",   "unbekannt"},
        {":number", "1"        },
    };
    char written[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(id, written);
    text_append(&path, API);
    for (const char *part = route->path; *part == '/';) {
        size_t length = strcspn(++part, "/");
        const char *value = NULL;
        bool is_mark = false;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            if (strlen(marks[i].mark) != length || strncmp(marks[i].mark, part, length) != 0)
                continue;
            is_mark = true;
            value = marks[i].value == NULL ? written : marks[i].value;
        }
        text_append_char(&path, '/');
        if (is_mark)
            text_append(&path, value);
        else
            text_append_bytes(&path, part, length);
        part += length;
    }
    return text_take(&path);
}

static struct reply ask(const struct route *route, const char *cookie, const struct uuid *id)
{
    char *path = path_of(route, id);
    struct reply reply = strcmp(route->method, "POST") == 0 ? desk_post(&desk, cookie, path, "{}")
                                                            : desk_get(&desk, cookie, path);
    free(path);
    return reply;
}

static int status_of(const struct route *route, const char *cookie, const struct uuid *id)
{
    struct reply reply = ask(route, cookie, id);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

/* Whether the path has an id whose owner counts. */
static bool names_something(const struct route *route)
{
    return route->about == ABOUT_DOCUMENT || route->about == ABOUT_SCAN;
}

/* What is not logged out by its own row, or by design open. */
static bool ends_session(const struct route *route)
{
    return strcmp(route->path, "/login") == 0 || strcmp(route->path, "/logout") == 0;
}

/* ---- the audit ----------------------------------------------------------------------------- */

static int64_t count_denied(void)
{
    struct database *database = NULL;
    int64_t count = 0;
    assert_int_equal(database_open(desk.config->store.ledger, DATABASE_READ, &database, NULL),
                     STATUS_OK);
    assert_int_equal(database_number(database,
                                     "SELECT count(*) FROM audit WHERE action = 'access.denied'",
                                     NO_VALUES, 0, &count, NULL),
                     STATUS_OK);
    database_close(&database);
    return count;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void nobody_gets_past_the_door(void **state)
{
    (void)state;
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        int status = status_of(route, "", &desk.seed.clearing.uuid);
        print_message("%s %s: %d\n", route->method, route->path, status);
        if (route->roles != ANYBODY)
            assert_int_equal(status, 401);
    }
}

static void roles_without_the_right_are_refused(void **state)
{
    (void)state;
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        for (size_t role = 0; role < USER_ROLES; role++) {
            if (route->roles == ANYBODY || (route->roles & (1U << role)) != 0)
                continue;
            for (size_t whose = 0; whose < WHOSE; whose++) {
                struct uuid id = id_of(route, (enum user_role)role, (enum whose)whose);
                int status = status_of(route, cookies[role], &id);
                if (status != 403)
                    print_message("%s %s, %s, %s: %d\n", route->method, route->path,
                                  user_role_name((enum user_role)role), whose_names[whose], status);
                assert_int_equal(status, 403);
            }
        }
    }
}

/* Whether this role has something foreign of that kind. */
static const char *stranger_of(const struct route *route, size_t role)
{
    if (route->about == ABOUT_SCAN)
        return role == USER_MAILROOM ? stranger_cookies[role] : NULL;
    return stranger_cookies[role];
}

static void check_hidden(const struct route *route, size_t role, const char *cookie,
                         enum whose whose, const char *expected)
{
    struct uuid id = id_of(route, (enum user_role)role, whose);
    struct reply reply = ask(route, cookie, &id);
    if (reply.status != 404)
        print_message("%s %s, %s, %s: %d\n", route->method, route->path,
                      user_role_name((enum user_role)role), whose_names[whose], reply.status);
    assert_int_equal(reply.status, 404);
    assert_string_equal(reply.body, expected);
    reply_done(&reply);
}

static void foreign_deleted_and_unknown_things_are_not_there(void **state)
{
    (void)state;
    bool was_denied[USER_ROLES] = {false}; // looking again soon is the same look
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        if (!names_something(route))
            continue;
        for (size_t role = 0; role < USER_ROLES; role++) {
            if ((route->roles & (1U << role)) == 0)
                continue;
            struct uuid unknown = id_of(route, (enum user_role)role, UNKNOWN);
            struct reply first = ask(route, cookies[role], &unknown);
            check_hidden(route, role, cookies[role], DELETED, first.body);
            const char *stranger = stranger_of(route, role);
            int64_t before = count_denied();
            bool is_new = stranger != NULL && !was_denied[role];
            if (stranger != NULL)
                check_hidden(route, role, stranger, FOREIGN, first.body);
            assert_int_equal(first.status, 404);
            assert_int_equal(count_denied(), before + is_new);
            was_denied[role] |= is_new;
            reply_done(&first);
        }
    }
}

static void ask_own(size_t role, const char *method)
{
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        if (strcmp(route->method, method) != 0 || (route->roles & (1U << role)) == 0 ||
            ends_session(route))
            continue;
        struct uuid id = id_of(route, (enum user_role)role, OWN);
        int status = status_of(route, cookies[role], &id);
        print_message("%s %s, %s: %d\n", route->method, route->path,
                      user_role_name((enum user_role)role), status);
        bool names_somebody = strstr(route->path, ":name") != NULL;
        assert_true(status == 404 ? !names_something(route) || names_somebody
                                  : status != 401 && status != 403 && status < 500);
    }
}

/* The registry first: what others decide about leaves its sight. */
static void own_things_are_there(void **state)
{
    (void)state;
    for (size_t role = 0; role < USER_ROLES; role++)
        ask_own(role, "GET");
    ask_own(USER_REGISTRY, "POST");
    for (size_t role = 0; role < USER_ROLES; role++)
        if (role != USER_REGISTRY)
            ask_own(role, "POST");
}

/* ---- what is named by number or name --------------------------------------------------------- */

enum {
    DEMMINS_BATCH,
    WARENS_BATCH,
    WARENS_RECEIPT,
    REQUEST_OF_SG_50_2,
    DONE_OF_SG_50_2,      /* number of a recall and of a purge */
    FORWARDED_OF_SG_50_2, /* id of a document, and of its lot */
    NAMES_MADE
};
static char names_made[NAMES_MADE][64];

/* What of these has an owner is made in open_desk(); `foreign` names it (-1: nobody's alone). */
static const struct {
    const char *path;
    int foreign;
    const char *unknown;
    const char *body;    /* of a POST that would be taken */
    unsigned foreign_to; /* roles; 0: all that may */
} named[] = {
    {"/account/sessions/:name/end", -1,                   "0123456789abcdef",                     "{}",                                     0   },
    {"/batches/:name",              WARENS_BATCH,         "20260302-ZZZZZ",                       NULL,                                     0   },
    {"/batches/:name/cover",        WARENS_BATCH,         "20260302-ZZZZZ",                       NULL,                                     0   },
    {"/batches/:name/close",        WARENS_BATCH,         "20260302-ZZZZZ",                       "{\"reason\":\"Fremd.\"}",                0   },
    {"/batches/:name/scans",        WARENS_BATCH,         "20260302-ZZZZZ",                       "{\"scan\":\"\"}",                        0   },
    {"/receipts/:name",             WARENS_RECEIPT,       "ZZZZ-ZZZZ",                            NULL,                                     0   },
    {"/users/:name/role",           -1,                   "niemand",                              "{\"role\":\"registry\"}",                0   },
    {"/users/:name/disable",        -1,                   "niemand",                              "{}",                                     0   },
    {"/users/:name/enable",         -1,                   "niemand",                              "{}",                                     0   },
    {"/users/:name/factor/reset",   -1,                   "niemand",                              "{}",                                     0   },
    {"/sessions/:name/end",         -1,                   "0123456789abcdef",                     "{}",                                     0   },
    {"/tokens/:name/revoke",        -1,                   "niemand",                              "{}",                                     0   },
    {"/purges/:number",             DONE_OF_SG_50_2,      "4711",                                 NULL,                                     LEAD},
    {"/purges/:number/approve",     DONE_OF_SG_50_2,      "4711",                                 "{}",                                     LEAD},
    {"/forwardings/:id/confirm",    FORWARDED_OF_SG_50_2, "00000000-0000-7000-8000-000000000000",
     "{\"words\":\"Da.\"}",                                                                                                                 LEAD},
    {"/lots/:id/release",           FORWARDED_OF_SG_50_2, "00000000-0000-7000-8000-000000000000", "{}",                                     LEAD},
    {"/recalls/:number/note",       DONE_OF_SG_50_2,      "4711",                                 NULL,                                     LEAD},
    {"/recalls/:number/settle",     DONE_OF_SG_50_2,      "4711",                                 "{\"reported\":true,\"reason\":\"So.\"}",
     LEAD                                                                                                                                       },
    {"/requests/:number",           REQUEST_OF_SG_50_2,   "4711",                                 NULL,                                     0   },
    {"/requests/:number/sheet",     REQUEST_OF_SG_50_2,   "4711",                                 NULL,                                     0   },
    {"/requests/:number/close",     REQUEST_OF_SG_50_2,   "4711",                                 "{\"reason\":\"Fremd.\"}",                0   },
    {"/requests/:number/items",     REQUEST_OF_SG_50_2,   "4711",                                 "{\"item\":1,\"came\":true}",             0   },
};
enum { NAMED = sizeof named / sizeof named[0] };

static size_t named_row(const struct route *route)
{
    size_t i = 0;
    while (i < NAMED && strcmp(named[i].path, route->path) != 0)
        i++;
    return i;
}

/* A thing without a row would be asked about by nobody. */
static void every_thing_that_a_path_names_is_known_here(void **state)
{
    (void)state;
    const struct route *route = NULL;
    bool is_used[NAMED] = {false};
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        size_t row = named_row(route);
        bool has_mark = strchr(route->path, ':') != NULL;
        print_message("%s %s\n", route->method, route->path);
        assert_true(!has_mark || names_something(route) || row < NAMED);
        if (row < NAMED)
            is_used[row] = true;
    }
    for (size_t i = 0; i < NAMED; i++)
        assert_true(is_used[i]);
}

static struct reply ask_named(const struct route *route, const char *cookie, const char *name)
{
    struct text path = {0};
    const char *body = named[named_row(route)].body;
    size_t before = strcspn(route->path, ":");
    text_append(&path, API);
    text_append_bytes(&path, route->path, before);
    text_append(&path, name);
    text_append(&path, route->path + before + strcspn(route->path + before, "/"));
    struct reply reply = strcmp(route->method, "POST") == 0
                             ? desk_post(&desk, cookie, text_string(&path), body)
                             : desk_get(&desk, cookie, text_string(&path));
    text_done(&path);
    return reply;
}

/* The first row about the same noun: "/recalls/:number/settle" is about what "/recalls/:number/note"
 * is about. */
static size_t first_of_noun(size_t row)
{
    size_t length = strcspn(named[row].path + 1, "/") + 2;
    size_t first = 0;
    while (strncmp(named[first].path, named[row].path, length) != 0)
        first++;
    return first;
}

/* What nobody has, and what somebody else has, is told from nothing else. */
static void check_named(const struct route *route, size_t role)
{
    size_t row = named_row(route);
    struct reply unknown = ask_named(route, cookies[role], named[row].unknown);
    print_message("%s %s, %s: %d\n", route->method, route->path,
                  user_role_name((enum user_role)role), unknown.status);
    assert_int_equal(unknown.status, 404);
    unsigned foreign_to = named[row].foreign_to == 0 ? EVERY_ROLE : named[row].foreign_to;
    if (named[row].foreign >= 0 && (foreign_to & (1U << role)) != 0) {
        static bool was_denied[NAMED][USER_ROLES]; // looking again soon is the same look
        bool *known = &was_denied[first_of_noun(row)][role];
        int64_t before = count_denied();
        struct reply foreign =
            ask_named(route, stranger_cookies[role], names_made[named[row].foreign]);
        assert_int_equal(foreign.status, 404);
        assert_string_equal(foreign.body, unknown.body);
        assert_int_equal(count_denied(), before + !*known);
        *known = true;
        reply_done(&foreign);
    }
    reply_done(&unknown);
}

static void what_is_named_is_there_for_its_owner_only(void **state)
{
    (void)state;
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++)
        for (size_t role = 0; role < USER_ROLES; role++)
            if (named_row(route) < NAMED && (route->roles & (1U << role)) != 0)
                check_named(route, role);
}

/* ---- what was done with documents ----------------------------------------------------------------- */

static const char made_id[] = "018f0000-0000-7000-8000-000000000077";

/* A letter of SG 50.2 that was called back, is proposed for deletion, lies in a lot, and was passed
 * on, as if it had been through all of it. */
static void make_done_letter(void)
{
    static const char *const statements[] = {
        "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text, pdf,"
        " decision, born, audit, team, kind, decider) SELECT $1, d.scan, 77, d.site,"
        " d.received_ms, 'forwarded', d.reading, d.text, d.pdf, d.decision, d.born, d.audit,"
        " 'SG 50.2', d.kind, d.decider FROM document d WHERE d.state = 'clearing' LIMIT 1",
        "INSERT INTO recall (id, document, case_number, team, filed_ms, made_ms, known_ms, actor,"
        " reason, audit) VALUES (1, $1, '50.21.000815-1', 'SG 50.2', 1, 2, 2, 'lena', 'x', 1)",
        "INSERT INTO purge (id, rule, reason, proposed_by, proposed_ms, audit) VALUES"
        " (1, 'alt', 'x', 'lena', 1, 1)",
        "INSERT INTO purge_item (purge, document, state) VALUES (1, $1, 'waiting')",
        "INSERT INTO quality_lot (id, site, day, protection, rate, seed, documents, made_ms,"
        " open_checks, audit) VALUES ($1, 'Demmin', '2026-03-02', 'high', 1000, $2, 1,"
        " 1, 0, 1)",
        "INSERT INTO quality_item (lot, number, document) VALUES ($1, 0, $1)",
        "INSERT INTO handover (document, at_ms, author, outcome, target, day, reason, audit) VALUES"
        " ($1, 1, 'lena', 'forwarded', 'Jobcenter', '2026-03-02', 'x', 1)",
    };
    struct database *database = NULL;
    struct fault fault = {0};
    assert_int_equal(database_open(desk.config->store.ledger, DATABASE_WRITE, &database, NULL),
                     STATUS_OK);
    struct uuid made = {0};
    struct digest seed = {0};
    assert_true(uuid_from_text(made_id, &made));
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (database_run(database, statements[i], VALUES(value_uuid(&made), value_digest(&seed)),
                         NULL, &fault) != STATUS_OK)
            fail_msg("%s: %s", statements[i], fault.text);
    database_close(&database);
    (void)snprintf(names_made[DONE_OF_SG_50_2], sizeof names_made[0], "1");
    (void)snprintf(names_made[FORWARDED_OF_SG_50_2], sizeof names_made[0], "%s", made_id);
}

static void lists_of_what_was_done_keep_to_the_team(void **state)
{
    (void)state;
    static const char *const paths[] = {"/forwardings", "/purges", "/recalls", "/lots", "/paper"};
    const struct {
        const char *who, *cookie;
        bool sees;
    } rows[] = {
        {"the lead of the team",    cookies[USER_LEAD],          true },
        {"the lead of another one", stranger_cookies[USER_LEAD], false},
        {"the registry",            cookies[USER_REGISTRY],      true },
        {"an auditor",              cookies[USER_AUDITOR],       true },
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            char path[64];
            (void)snprintf(path, sizeof path, API "%s", paths[i]);
            struct reply reply = desk_get(&desk, rows[k].cookie, path);
            assert_int_equal(reply.status, 200);
            bool is_there =
                strstr(reply.body, made_id) != NULL || strstr(reply.body, "\"number\":1,") != NULL;
            if (is_there != rows[k].sees)
                fail_msg("%s, %s: %s", paths[i], rows[k].who, reply.body);
            reply_done(&reply);
        }
}

/* What such an answer says under `key`. */
static void keep_name(int which, const char *cookie, const char *path, const char *body,
                      const char *key)
{
    struct reply reply = desk_post(&desk, cookie, path, body);
    json_t *answer = json_loads(reply.body, 0, NULL);
    const json_t *value = json_object_get(answer, key);
    print_message("%s: %d %s\n", path, reply.status, reply.body);
    assert_non_null(value);
    if (json_is_string(value))
        (void)snprintf(names_made[which], sizeof names_made[which], "%s", json_string_value(value));
    else
        (void)snprintf(names_made[which], sizeof names_made[which], "%lld",
                       (long long)json_integer_value(value));
    json_decref(answer);
    reply_done(&reply);
}

/* Waren has a mailroom of its own for this, as the command line adds one. */
static char *warens_cookie(void)
{
    static const struct user_addition willi = {
        "willi", {.role = USER_MAILROOM, .site = "Waren"},
         seed_password
    };
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    assert_int_equal(user_add(ledger, &willi, "test", NULL), STATUS_OK);
    ledger_close(&ledger);
    return desk_cookie(&desk, "willi");
}

static void make_names(void)
{
    static const char batch[] = "{\"operator\":\"x\",\"prepared\":3,\"received_day\":"
                                "\"2026-03-02\",\"channel\":\"post\",\"letterbox\":0}";
    char receipt[128];
    char *willi = warens_cookie();
    struct reply seen = desk_get(&desk, willi, API "/scans");
    json_t *scans = json_loads(seen.body, 0, NULL);
    const json_t *first = json_array_get(json_object_get(scans, "results"), 0);
    (void)snprintf(receipt, sizeof receipt, "{\"scans\":[\"%s\"],\"sheets\":1}",
                   json_string_value(json_object_get(first, "scan")));
    keep_name(DEMMINS_BATCH, cookies[USER_MAILROOM], API "/batches", batch, "batch");
    keep_name(WARENS_BATCH, willi, API "/batches", batch, "batch");
    keep_name(WARENS_RECEIPT, willi, API "/receipts", receipt, "code");
    keep_name(REQUEST_OF_SG_50_2, cookies[USER_CASEWORKER], API "/requests",
              "{\"case_number\":\"50.21.000815-1\",\"due_day\":\"2099-01-31\",\"items\":"
              "[{\"kind\":\"kontoauszug\",\"words\":\"Kontoauszug\"}]}",
              "request");
    make_done_letter();
    json_decref(scans);
    reply_done(&seen);
    free(willi);
}

/* ---- the office ----------------------------------------------------------------------------- */

/* Removes the letter from Neustrelitz from the ledger, rows and all. */
static void delete_a_letter(void)
{
    struct database *database = NULL;
    struct rows *rows = NULL;
    bool is_there = false;
    assert_int_equal(database_open(desk.config->store.ledger, DATABASE_WRITE, &database, NULL),
                     STATUS_OK);
    assert_int_equal(database_query(database,
                                    "SELECT id, scan FROM document WHERE state = 'matching'",
                                    NO_VALUES, &rows, NULL),
                     STATUS_OK);
    assert_int_equal(rows_next(rows, &is_there, NULL), STATUS_OK);
    assert_true(is_there);
    deleted.uuid = rows_uuid(rows, 0);
    deleted_scan.uuid = rows_uuid(rows, 1);
    rows_done(&rows);
    static const char *const statements[] = {
        "DELETE FROM page WHERE scan = $1",
        "DELETE FROM job WHERE scan = $1",
        "DELETE FROM document WHERE scan = $1",
        "DELETE FROM scan WHERE id = $1",
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        assert_int_equal(database_run(database, statements[i],
                                      VALUES(value_uuid(&deleted_scan.uuid)), NULL, NULL),
                         STATUS_OK);
    database_close(&database);
}

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    delete_a_letter();
    for (size_t role = 0; role < USER_ROLES; role++) {
        cookies[role] = desk_cookie(&desk, people[role].name);
        if (people[role].stranger != NULL)
            stranger_cookies[role] = desk_cookie(&desk, people[role].stranger);
    }
    make_names();
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    for (size_t role = 0; role < USER_ROLES; role++) {
        free(cookies[role]);
        free(stranger_cookies[role]);
    }
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gets_past_the_door),
        cmocka_unit_test(roles_without_the_right_are_refused),
        cmocka_unit_test(foreign_deleted_and_unknown_things_are_not_there),
        cmocka_unit_test(every_thing_that_a_path_names_is_known_here),
        cmocka_unit_test(lists_of_what_was_done_keep_to_the_team),
        cmocka_unit_test(what_is_named_is_there_for_its_owner_only),
        cmocka_unit_test(own_things_are_there),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
