/* test_portal_requests.c - papers that are asked for over the API: whose cases, what is refused, and
 * what a person closes and opens again. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/portal/desk.h"

#define API   "/api/v1"
#define ITEMS "\"items\":[{\"kind\":\"kontoauszug\",\"words\":\"Kontoauszüge\"}]"
#define DUE   "\"due_day\":\"2099-01-31\""

static struct desk desk;

static json_t *answer(struct reply reply, int status)
{
    if (reply.status != status)
        fail_msg("%d: %s", reply.status, reply.body);
    json_t *json = json_loads(reply.body, 0, NULL);
    reply_done(&reply);
    return json;
}

static void post(const char *cookie, const char *path, const char *body, int status)
{
    json_decref(answer(desk_post(&desk, cookie, path, body), status));
}

static void what_is_no_request_is_refused(void **state)
{
    static const struct {
        const char *who, *body;
        int status;
    } wishes[] = {
        {"bernd", "{}",                                                                        400},
        {"bernd", "{\"case_number\":\"50.21.000815-1\"," DUE "}",                              400},
        {"bernd", "{\"case_number\":\"50.21.000815-1\"," DUE ",\"items\":[]}",                 400},
        {"bernd", "{\"case_number\":\"50.21.000815-1\"," DUE ",\"items\":[{\"kind\":\"x\"}]}", 400},
        {"bernd", "{\"case_number\":\"50.21.000815-1\",\"due_day\":\"2001-01-31\"," ITEMS "}", 400},
        {"bernd", "{\"case_number\":\"50.99.999999-9\"," DUE "," ITEMS "}",                    409},
        {"emil",  "{\"case_number\":\"50.21.000815-1\"," DUE "," ITEMS "}",                    409},
        {"rita",  "{\"case_number\":\"50.21.000815-1\"," DUE "," ITEMS "}",                    403},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        char *cookie = desk_cookie(&desk, wishes[i].who);
        post(cookie, API "/requests", wishes[i].body, wishes[i].status);
        free(cookie);
    }
}

static void a_caseworker_asks_closes_and_opens_again(void **state)
{
    (void)state;
    char *bernd = desk_cookie(&desk, "bernd"), *emil = desk_cookie(&desk, "emil");
    post(bernd, API "/requests", "{\"case_number\":\"50.21.000815-1\"," DUE "," ITEMS "}", 200);
    json_t *list = answer(desk_get(&desk, bernd, API "/requests?only=open"), 200);
    assert_int_equal(json_integer_value(json_object_get(list, "count")), 1);
    json_decref(list);
    list = answer(desk_get(&desk, emil, API "/requests"), 200);
    assert_int_equal(json_integer_value(json_object_get(list, "count")), 0);
    json_decref(list);
    json_decref(answer(desk_get(&desk, emil, API "/requests/1"), 404));
    post(emil, API "/requests/1/close", "{\"reason\":\"Fremd.\"}", 404);
    post(bernd, API "/requests/1/close", "{}", 400);
    post(bernd, API "/requests/1/items", "{\"item\":1}", 400);
    post(bernd, API "/requests/1/items", "{\"item\":2,\"came\":true}", 400);
    post(bernd, API "/requests/1/items", "{\"item\":1,\"came\":true}", 200);
    post(bernd, API "/requests/1/items", "{\"item\":1,\"came\":false}", 400);
    post(bernd, API "/requests/1/items", "{\"item\":1,\"came\":false,\"reason\":\"Leer.\"}", 200);
    post(bernd, API "/requests/1/close", "{\"reason\":\"Versagt.\"}", 200);
    post(bernd, API "/requests/1/close", "{\"reason\":\"Versagt.\"}", 409);
    json_t *request = answer(desk_get(&desk, bernd, API "/requests/1"), 200);
    assert_string_equal(json_string_value(json_object_get(request, "reason")), "Versagt.");
    // Made, came, closed by itself, reopened, closed.
    assert_int_equal(json_array_size(json_object_get(request, "events")), 5);
    json_decref(request);
    free(bernd);
    free(emil);
}

static void before_a_refusal_the_letter_in_clearing_is_shown(void **state)
{
    (void)state;
    char *bernd = desk_cookie(&desk, "bernd"), *emil = desk_cookie(&desk, "emil");
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&desk.seed.clearing.uuid, id);
    json_decref(answer(desk_get(&desk, emil, API "/missing?case=50.21.000815-1"), 409));
    json_t *found = answer(desk_get(&desk, bernd, API "/missing?case=50.21.000815-1"), 200);
    json_t *first = json_array_get(json_object_get(found, "results"), 0);
    assert_non_null(first);
    assert_string_equal(json_string_value(json_object_get(first, "document")), id);
    assert_true(json_is_true(json_object_get(json_object_get(first, "hints"), "case")));
    json_decref(found);
    free(bernd);
    free(emil);
}

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(a_caseworker_asks_closes_and_opens_again),
        cmocka_unit_test(before_a_refusal_the_letter_in_clearing_is_shown),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
