/* test_portal_guard.c - a guarded document under every route, with the right and without: whoever
 * lacks it gets the answer that they get for what is not there, and no list, count, search, case or
 * stranger's history tells of it.
 *
 * The routes about a document come from the table of routes: a new one is asked without a line
 * here. */
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
#include "store/guard.h"
#include "tests/portal/desk.h"

static struct desk desk;

/* Everybody who sees documents, with one whom only the guard keeps from them. */
static const char *const people[USER_ROLES] = {
    [USER_CASEWORKER] = "bernd", [USER_LEAD] = "lena",    [USER_QUALITY] = "quirin",
    [USER_REGISTRY] = "rita",    [USER_AUDITOR] = "rolf",
};
static char *cookies[USER_ROLES];

/* ---- behind the portal's back ------------------------------------------------------------------ */

typedef void with_ledger(struct ledger *ledger, const void *context);

static void change(with_ledger *work, const void *context)
{
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    work(ledger, context);
    ledger_close(&ledger);
}

static void give_rights(struct ledger *ledger, const void *context)
{
    const uint32_t *rights = context;
    enum guard_right_verdict verdict = GUARD_RIGHT_DONE;
    for (size_t role = 0; role < USER_ROLES; role++)
        for (size_t i = 0; i < GUARDS && people[role] != NULL; i++) {
            (void)guard_right_withdraw(ledger, people[role], guard_at(i), "clara", &verdict, NULL);
            if ((*rights & guard_at(i)) == 0)
                continue;
            assert_int_equal(
                guard_right_propose(ledger, people[role], guard_at(i), "clara", &verdict, NULL),
                STATUS_OK);
            assert_int_equal(verdict, GUARD_RIGHT_DONE);
            assert_int_equal(
                guard_right_confirm(ledger, people[role], guard_at(i), "leo", &verdict, NULL),
                STATUS_OK);
            assert_int_equal(verdict, GUARD_RIGHT_DONE);
        }
}

struct guarding {
    struct document_id document;
    const char *case_number; /* NULL: the document alone */
    uint32_t guard;
    bool is_set;
};

static void set_guard(struct ledger *ledger, const void *context)
{
    const struct guarding *guarding = context;
    const struct guard_act act = {
        .actor = "leo", .reason = "Kollegin", .guard = guarding->guard, .is_set = guarding->is_set};
    enum guard_verdict verdict = GUARD_NO_CASE;
    if (guarding->case_number != NULL)
        assert_int_equal(guard_set_case(ledger, guarding->case_number, &act, &verdict, NULL),
                         STATUS_OK);
    else
        assert_int_equal(guard_set_document(ledger, guarding->document, &act, &verdict, NULL),
                         STATUS_OK);
    assert_int_equal(verdict, GUARD_DONE);
}

static void rights_are(uint32_t rights)
{
    change(give_rights, &rights);
}

static void guard(struct document_id document, uint32_t guard, bool is_set)
{
    const struct guarding guarding = {.document = document, .guard = guard, .is_set = is_set};
    change(set_guard, &guarding);
}

static void guard_case(const char *number, uint32_t guard, bool is_set)
{
    const struct guarding guarding = {.case_number = number, .guard = guard, .is_set = is_set};
    change(set_guard, &guarding);
}

/* ---- asking ------------------------------------------------------------------------------------ */

/* The route's path with the id in it. */
static char *path_of(const struct route *route, const struct uuid *id)
{
    char written[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(id, written);
    text_append(&path, API);
    for (const char *part = route->path; *part == '/';) {
        size_t length = strcspn(++part, "/");
        text_append_char(&path, '/');
        if (length == 3 && strncmp(part, ":id", 3) == 0)
            text_append(&path, written);
        else if (part[0] == ':')
            text_append(&path, "1");
        else
            text_append_bytes(&path, part, length);
        part += length;
    }
    return text_take(&path);
}

static struct reply ask(const struct route *route, size_t role, const struct uuid *id)
{
    char *path = path_of(route, id);
    struct reply reply = strcmp(route->method, "POST") == 0
                             ? desk_post(&desk, cookies[role], path, "{}")
                             : desk_get(&desk, cookies[role], path);
    free(path);
    return reply;
}

static void every_route_about_a_document_asks_for_the_right(void **state)
{
    (void)state;
    const struct uuid unknown = uuid_new(1);
    const struct route *route = NULL;
    size_t asked = 0;
    guard(desk.seed.clearing, GUARD_STAFF, true);
    rights_are(GUARD_ALL & ~GUARD_STAFF);
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        for (size_t role = 0; role < USER_ROLES; role++) {
            bool is_asked = route->about == ABOUT_DOCUMENT && people[role] != NULL &&
                            (route->roles & (1U << role)) != 0;
            if (!is_asked)
                continue;
            struct reply none = ask(route, role, &unknown);
            struct reply hidden = ask(route, role, &desk.seed.clearing.uuid);
            if (hidden.status != 404 || strcmp(hidden.body, none.body) != 0)
                fail_msg("%s %s as %s without the right: %d %s", route->method, route->path,
                         people[role], hidden.status, hidden.body);
            reply_done(&none);
            reply_done(&hidden);
            asked++;
        }
    }
    assert_true(asked > 60);
    rights_are(GUARD_STAFF);
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        bool is_look = route->about == ABOUT_DOCUMENT && strcmp(route->method, "GET") == 0 &&
                       strstr(route->path, ":number") == NULL;
        for (size_t role = 0; role < USER_ROLES && is_look; role++) {
            if (people[role] == NULL || (route->roles & (1U << role)) == 0)
                continue;
            struct reply seen = ask(route, role, &desk.seed.clearing.uuid);
            if (seen.status != 200 && seen.status != 204)
                fail_msg("%s %s as %s with the right: %d %s", route->method, route->path,
                         people[role], seen.status, seen.body);
            reply_done(&seen);
        }
    }
    rights_are(0);
    guard(desk.seed.clearing, GUARD_STAFF, false);
}

/* Every list there is, as everybody who may ask for it: the document's id and its case are nowhere,
 * and the whole answer is the one that there is when the ledger does not have it at all. */
static void no_list_tells_of_it(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/desk",
        "/documents",
        "/documents?view=clearing",
        "/documents?view=inbox",
        "/documents?view=all&state=clearing",
        "/documents?kind=widerspruch",
        "/documents?site=Demmin",
        "/documents?flag=deadline",
        "/documents?case_number=50.21.000815-1",
        "/deadlines",
        "/search?q=widerspruch",
        "/search?q=typ:widerspruch",
        "/quality",
        "/lots",
        "/paper",
        "/purges",
        "/forwardings",
        "/recalls",
        "/requests",
        "/case?number=50.21.000815-1",
        "/register?q=Kr%C3%B6germann",
        "/missing?case=50.21.000816-0",
        "/missing?case=50.21.000815-1",
        "/disclosure?case=50.21.000815-1&reason=Antrag",
    };
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&desk.seed.clearing.uuid, id);
    guard_case(seed_case, GUARD_ADDRESS, true);
    rights_are(GUARD_STAFF | GUARD_MEDICAL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (size_t role = 0; role < USER_ROLES; role++) {
            if (people[role] == NULL)
                continue;
            struct text path = {0};
            text_append_format(&path, API "%s", paths[i]);
            struct reply reply = desk_get(&desk, cookies[role], text_string(&path));
            if (reply.status >= 500 || strstr(reply.body, id) != NULL ||
                strstr(reply.body, "Wilhelmine") != NULL || strstr(reply.body, "\"hidden\":1"))
                fail_msg("%s as %s: %d %s", paths[i], people[role], reply.status, reply.body);
            text_done(&path);
            reply_done(&reply);
        }
    }
    rights_are(0);
    guard_case(seed_case, GUARD_ADDRESS, false);
}

static json_t *get(size_t role, const char *path, int status)
{
    struct reply reply = desk_get(&desk, cookies[role], path);
    if (reply.status != status)
        fail_msg("%s: %d %s", path, reply.status, reply.body);
    json_t *json = json_loads(reply.body, JSON_DECODE_ANY, NULL);
    reply_done(&reply);
    return json;
}

static json_int_t number_of(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static void counts_and_badges_leave_it_out(void **state)
{
    (void)state;
    json_t *before = get(USER_CASEWORKER, API "/desk", 200);
    guard_case(seed_case, GUARD_ADDRESS, true);
    json_t *without = get(USER_CASEWORKER, API "/desk", 200);
    rights_are(GUARD_ADDRESS);
    json_t *with = get(USER_CASEWORKER, API "/desk", 200);
    assert_int_equal(number_of(before, "clearing"), 1);
    assert_int_equal(number_of(without, "clearing"), 0);
    assert_int_equal(number_of(with, "clearing"), 1);
    json_t *found = get(USER_CASEWORKER, API "/case?number=50.21.000815-1", 200);
    rights_are(0);
    json_t *lost = get(USER_CASEWORKER, API "/case?number=50.21.000815-1", 404);
    json_t *unknown = get(USER_CASEWORKER, API "/case?number=50.99.000000-0", 404);
    assert_true(json_equal(lost, unknown));
    guard_case(seed_case, GUARD_ADDRESS, false);
    json_decref(before);
    json_decref(without);
    json_decref(with);
    json_decref(found);
    json_decref(lost);
    json_decref(unknown);
}

/* The letter is seen; that another case was thought of is not. */
static void the_trace_of_a_guarded_case_is_not_seen(void **state)
{
    (void)state;
    char path[128], id[UUID_TEXT_BYTES];
    struct database *database = NULL;
    uuid_to_text(&desk.seed.filed.uuid, id);
    assert_int_equal(database_open(desk.config->store.ledger, DATABASE_WRITE, &database, NULL),
                     STATUS_OK);
    assert_int_equal(database_run(database,
                                  "INSERT INTO named_case (document, case_number, is_candidate)"
                                  " VALUES ($1, $2, 1)",
                                  VALUES(value_uuid(&desk.seed.filed.uuid), value_text(seed_case)),
                                  NULL, NULL),
                     STATUS_OK);
    database_close(&database);
    guard_case(seed_case, GUARD_STAFF, true);
    (void)snprintf(path, sizeof path, API "/documents/%s", id);
    json_decref(get(USER_CASEWORKER, path, 200));
    (void)snprintf(path, sizeof path, API "/documents/%s/explanation", id);
    json_decref(get(USER_CASEWORKER, path, 404));
    (void)snprintf(path, sizeof path, API "/documents/%s/history", id);
    json_t *history = get(USER_CASEWORKER, path, 200);
    const json_t *event = json_array_get(json_object_get(history, "results"), 0);
    assert_true(json_is_null(json_object_get(event, "words")));
    assert_string_equal(json_string_value(json_object_get(event, "case_number")), "50.22.104477-0");
    json_decref(history);
    rights_are(GUARD_STAFF);
    (void)snprintf(path, sizeof path, API "/documents/%s/explanation", id);
    json_decref(get(USER_CASEWORKER, path, 200));
    rights_are(0);
    guard_case(seed_case, GUARD_STAFF, false);
}

static int post(size_t role, const char *path, const char *body)
{
    struct reply reply = desk_post(&desk, cookies[role], path, body);
    print_message("%s %s: %d %s\n", path, body, reply.status, reply.body);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

static void a_person_sets_and_lifts_with_a_reason(void **state)
{
    (void)state;
    char path[128], id[UUID_TEXT_BYTES], page[128];
    uuid_to_text(&desk.seed.filed.uuid, id);
    (void)snprintf(path, sizeof path, API "/documents/%s/guard", id);
    (void)snprintf(page, sizeof page, API "/documents/%s", id);
    static const struct {
        const char *body;
        int status;
    } refused[] = {
        {"{}",                                                                 400},
        {"{\"class\":\"staff\",\"set\":true}",                                 400},
        {"{\"class\":\"geheim\",\"set\":true,\"reason\":\"x\"}",               400},
        {"{\"class\":\"staff\",\"reason\":\"x\"}",                             400},
        {"{\"class\":\"staff\",\"set\":false,\"reason\":\"x\"}",               409},
        {"{\"class\":\"staff\",\"set\":false,\"case\":true,\"reason\":\"x\"}", 409},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(post(USER_CASEWORKER, path, refused[i].body), refused[i].status);
    // Who has no right to it closes it for themselves.
    assert_int_equal(
        post(USER_CASEWORKER, path, "{\"class\":\"staff\",\"set\":true,\"reason\":\"Kollegin\"}"),
        200);
    json_decref(get(USER_CASEWORKER, page, 404));
    json_decref(get(USER_QUALITY, page, 404));
    rights_are(GUARD_STAFF);
    json_t *document = get(USER_CASEWORKER, page, 200);
    assert_string_equal(json_string_value(json_array_get(json_object_get(document, "guards"), 0)),
                        "staff");
    json_t *causes = get(USER_QUALITY, path, 200);
    const json_t *cause = json_array_get(json_object_get(causes, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(cause, "source")), "document");
    assert_string_equal(json_string_value(json_object_get(cause, "actor")), "bernd");
    assert_string_equal(json_string_value(json_object_get(cause, "reason")), "Kollegin");
    assert_int_equal(
        post(USER_CASEWORKER, path, "{\"class\":\"staff\",\"set\":false,\"reason\":\"Irrtum\"}"),
        200);
    // Of the whole case anybody sets one, and the lead lifts it.
    assert_int_equal(post(USER_CASEWORKER, path,
                          "{\"class\":\"staff\",\"set\":true,\"case\":true,\"reason\":\"x\"}"),
                     200);
    assert_int_equal(post(USER_CASEWORKER, path,
                          "{\"class\":\"staff\",\"set\":false,\"case\":true,\"reason\":\"x\"}"),
                     409);
    assert_int_equal(
        post(USER_LEAD, path, "{\"class\":\"staff\",\"set\":false,\"case\":true,\"reason\":\"x\"}"),
        200);
    rights_are(0);
    json_decref(get(USER_CASEWORKER, page, 200));
    json_decref(document);
    json_decref(causes);
}

static void rights_are_given_by_two_persons(void **state)
{
    (void)state;
    char *clara = desk_cookie(&desk, "clara");
    static const struct {
        const char *who, *path, *body;
        int status;
    } steps[] = {
        {"lena",  API "/rights",          "{\"account\":\"bernd\",\"class\":\"staff\"}",  403},
        {"clara", API "/rights",          "{\"account\":\"bernd\"}",                      400},
        {"clara", API "/rights",          "{\"account\":\"bernd\",\"class\":\"alles\"}",  400},
        {"clara", API "/rights",          "{\"account\":\"clara\",\"class\":\"staff\"}",  409},
        {"clara", API "/rights",          "{\"account\":\"anna\",\"class\":\"staff\"}",   409},
        {"clara", API "/rights",          "{\"account\":\"bernd\",\"class\":\"staff\"}",  200},
        {"clara", API "/rights/confirm",  "{\"account\":\"bernd\",\"class\":\"staff\"}",  409},
        {"bernd", API "/rights/confirm",  "{\"account\":\"bernd\",\"class\":\"staff\"}",  403},
        {"rolf",  API "/rights/confirm",  "{\"account\":\"bernd\",\"class\":\"staff\"}",  200},
        {"rolf",  API "/rights/confirm",  "{\"account\":\"bernd\",\"class\":\"staff\"}",  409},
        {"clara", API "/rights",          "{\"account\":\"lena\",\"class\":\"medical\"}", 200},
        {"lena",  API "/rights/confirm",  "{\"account\":\"lena\",\"class\":\"medical\"}", 409},
        {"lena",  API "/rights/withdraw", "{\"account\":\"lena\",\"class\":\"medical\"}", 200},
        {"lena",  API "/rights/withdraw", "{\"account\":\"bernd\",\"class\":\"staff\"}",  200},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char *cookie = desk_cookie(&desk, steps[i].who);
        struct reply reply = desk_post(&desk, cookie, steps[i].path, steps[i].body);
        if (reply.status != steps[i].status)
            fail_msg("%s as %s %s: %d %s", steps[i].path, steps[i].who, steps[i].body, reply.status,
                     reply.body);
        reply_done(&reply);
        free(cookie);
    }
    struct reply list = desk_get(&desk, clara, API "/rights");
    assert_int_equal(list.status, 200);
    assert_non_null(strstr(list.body, "\"count\":0"));
    reply_done(&list);
    free(clara);
}

/* Last: it sends the letter away. Everybody of these roles sees all forwarded letters else. */
static void a_letter_that_was_passed_on_stays_guarded(void **state)
{
    (void)state;
    char forward[128], confirm[128], id[UUID_TEXT_BYTES];
    uuid_to_text(&desk.seed.clearing.uuid, id);
    (void)snprintf(forward, sizeof forward, API "/documents/%s/forward", id);
    (void)snprintf(confirm, sizeof confirm, API "/forwardings/%s/confirm", id);
    assert_int_equal(post(USER_CASEWORKER, forward,
                          "{\"target\":\"Jobcenter\",\"day\":\"2026-03-02\",\"reason\":\"\"}"),
                     200);
    static const size_t overseers[] = {USER_REGISTRY, USER_AUDITOR};
    guard(desk.seed.clearing, GUARD_STAFF, true);
    for (size_t i = 0; i < 2; i++) {
        json_t *hidden = get(overseers[i], API "/forwardings", 200);
        assert_int_equal(number_of(hidden, "count"), 0);
        json_decref(hidden);
    }
    assert_int_equal(post(USER_REGISTRY, confirm, "{\"words\":\"Mail\"}"), 404);
    rights_are(GUARD_STAFF);
    for (size_t i = 0; i < 2; i++) {
        json_t *seen = get(overseers[i], API "/forwardings", 200);
        assert_int_equal(number_of(seen, "count"), 1);
        json_decref(seen);
    }
    assert_int_equal(post(USER_REGISTRY, confirm, "{\"words\":\"Mail\"}"), 200);
}

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    for (size_t role = 0; role < USER_ROLES; role++)
        if (people[role] != NULL)
            cookies[role] = desk_cookie(&desk, people[role]);
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    for (size_t role = 0; role < USER_ROLES; role++)
        free(cookies[role]);
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_about_a_document_asks_for_the_right),
        cmocka_unit_test(no_list_tells_of_it),
        cmocka_unit_test(counts_and_badges_leave_it_out),
        cmocka_unit_test(the_trace_of_a_guarded_case_is_not_seen),
        cmocka_unit_test(a_person_sets_and_lifts_with_a_reason),
        cmocka_unit_test(rights_are_given_by_two_persons),
        cmocka_unit_test(a_letter_that_was_passed_on_stays_guarded),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
