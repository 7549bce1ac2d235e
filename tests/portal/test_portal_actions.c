/* test_portal_actions.c - what a person decides over the API, on one office from morning on. */
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

#include "base/text.h"
#include "tests/portal/desk.h"

static struct desk desk;

static char *path_of(struct document_id document, const char *rest)
{
    char id[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(&document.uuid, id);
    text_append_format(&path, "/api/v1/documents/%s%s", id, rest);
    return text_take(&path);
}

static json_t *get(const char *cookie, struct document_id document, const char *rest)
{
    char *path = path_of(document, rest);
    struct reply reply = desk_get(&desk, cookie, path);
    print_message("%s -> %d %s\n", path, reply.status, reply.body);
    assert_int_equal(reply.status, 200);
    json_t *json = json_loads(reply.body, 0, NULL);
    reply_done(&reply);
    free(path);
    return json;
}

static void post(const char *cookie, struct document_id document, const char *rest,
                 const char *body, int status)
{
    char *path = path_of(document, rest);
    struct reply reply = desk_post(&desk, cookie, path, body);
    print_message("%s %s -> %d %s\n", path, body, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    reply_done(&reply);
    free(path);
}

static void expect(const char *cookie, struct document_id document, const char *key,
                   const char *value)
{
    json_t *json = get(cookie, document, "");
    const char *is = json_string_value(json_object_get(json, key));
    if (value == NULL)
        assert_null(is);
    else
        assert_string_equal(is, value);
    json_decref(json);
}

static int64_t revision_of(const char *cookie, struct document_id document)
{
    json_t *json = get(cookie, document, "");
    int64_t revision = json_integer_value(json_object_get(json, "revision"));
    json_decref(json);
    return revision;
}

static void what_is_said_too_little_or_too_much_is_refused(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    static const struct {
        const char *rest, *body;
    } cases[] = {
        {"/release", "{}"                                            },
        {"/release", "{\"reason\":\"  \"}"                           },
        {"/release", "{\"reason\":\"a\\u0007b\"}"                    },
        {"/discard", "{\"reason\":5}"                                },
        {"/forward", "{\"target\":\"Jobcenter\"}"                    },
        {"/forward", "{\"target\":\"Jobcenter\",\"day\":\"gestern\"}"},
        {"/forward", "{\"day\":\"2026-03-02\"}"                      },
        {"/done",    "{}"                                            },
        {"/done",    "{\"done\":1}"                                  },
        {"/wait",    "{\"waiting\":\"ja\"}"                          },
        {"/kind",    "{\"kind\":\"Klage!\"}"                         },
        {"/note",    "{\"words\":\"\"}"                              },
        {"/undo",    "{}"                                            },
        {"/assign",  "{\"case_number\":\"50.21.000815-1\"}"          }, // no reason
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        post(cookie, desk.seed.filed, cases[i].rest, cases[i].body, 400);
    char long_note[5000];
    (void)snprintf(long_note, sizeof long_note, "{\"words\":\"%04200d\"}", 1);
    post(cookie, desk.seed.filed, "/note", long_note, 400);
    free(cookie);
}

static void quality_looks_and_decides_nothing(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "quirin");
    post(cookie, desk.seed.filed, "/done", "{\"done\":true}", 403);
    free(cookie);
}

static void a_caseworker_takes_note_and_corrects(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char body[256];
    struct document_id id = desk.seed.filed;
    int64_t revision = revision_of(cookie, id);
    post(cookie, id, "/note", "{\"words\":\"Bitte Original anfordern\"}", 200);
    (void)snprintf(body, sizeof body, "{\"done\":true,\"revision\":%lld}", (long long)revision);
    post(cookie, id, "/done", body, 200); // a note is no change
    post(cookie, id, "/done", "{\"done\":false}", 200);
    post(cookie, id, "/done", body, 409);
    post(cookie, id, "/kind", "{\"kind\":\"rentenbescheid\"}", 200);
    expect(cookie, id, "kind", "rentenbescheid");
    expect(cookie, id, "state", "matching");
    post(cookie, id, "/release", "{\"reason\":\"Nicht meins\"}", 409); // it is being filed
    json_t *history = get(cookie, id, "/history");
    assert_int_equal(json_array_size(json_object_get(history, "results")), 3);
    json_decref(history);
    free(cookie);
}

/* The body of a wish about the letter in clearing: its two pages, and another source. */
static char *wish_of(struct document_id document, int64_t revision, const char *other,
                     const char *outcomes)
{
    char id[UUID_TEXT_BYTES];
    struct text body = {0};
    uuid_to_text(&document.uuid, id);
    text_append_format(&body,
                       "{\"sources\":[{\"document\":\"%s\",\"revision\":%lld}%s],\"outcomes\":%s}",
                       id, (long long)revision, other, outcomes);
    return text_take(&body);
}

static const char *arrangement_state(const char *cookie, struct document_id document,
                                     char state[16])
{
    json_t *json = get(cookie, document, "/arrangement");
    const json_t *last = json_object_get(json, "arrangement");
    const char *said = json_string_value(json_object_get(last, "state"));
    (void)snprintf(state, 16, "%s", said == NULL ? "none" : said);
    json_decref(json);
    return state;
}

static void pages_are_arranged_and_it_is_taken_back(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char *stranger = desk_cookie(&desk, "emil");
    struct document_id id = desk.seed.clearing;
    int64_t revision = revision_of(cookie, id);
    static const struct {
        const char *other, *outcomes;
        int status;
    } cases[] = {
        {"",                                                                        "[]",                                             400},
        {"",                                                                        "[{\"pages\":[]}]",                               400},
        {"",                                                                        "[{\"pages\":[[0,1,0]]}]",                        400}, // a page is left out
        {"",                                                                        "[{\"pages\":[[0,1,0],[0,1,0]]}]",                400}, // one stands twice
        {"",                                                                        "[{\"pages\":[[0,1,0],[0,2,45]]}]",               400}, // half turned
        {"",                                                                        "[{\"pages\":[[0,1,0],[0,2,-90]]}]",              400},
        {"",                                                                        "[{\"pages\":[[0,1],[0,2]]}]",                    400},
        {"",                                                                        "[{\"pages\":\"all\"}]",                          400},
        {",{\"document\":\"018f0000-0000-7000-8000-000000000000\",\"revision\":1}",
         "[{\"pages\":[[0,1,0],[0,2,0]]}]",                                                                                           404},
        {",{\"document\":\"x\",\"revision\":1}",                                    "[{\"pages\":[[0,1,0],[0,2,0]]}]",                400},
        {"",                                                                        "[{\"pages\":[[0,2,90]]},{\"pages\":[[0,1,0]]}]", 200},
        {"",                                                                        "[{\"pages\":[[0,2,90]]},{\"pages\":[[0,1,0]]}]", 409}, // it is being arranged
    };
    char is[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *body = wish_of(id, revision, cases[i].other, cases[i].outcomes);
        post(cookie, id, "/arrange", body, cases[i].status);
        if (i == 0)
            post(stranger, id, "/arrange", body, 404);
        free(body);
    }
    expect(cookie, id, "state", "arranging");
    assert_string_equal(arrangement_state(cookie, id, is), "open");
    json_t *json = get(cookie, id, "/arrangement");
    json_int_t number =
        json_integer_value(json_object_get(json_object_get(json, "arrangement"), "number"));
    assert_true(json_is_true(json_object_get(json_object_get(json, "arrangement"), "may_undo")));
    json_decref(json);
    char body[64];
    (void)snprintf(body, sizeof body, "{\"number\":%lld}", (long long)number + 1);
    post(cookie, id, "/arrange_back", "{}", 400);
    post(cookie, id, "/arrange_back", body, 409);
    (void)snprintf(body, sizeof body, "{\"number\":%lld}", (long long)number);
    post(cookie, id, "/arrange_back", body, 200);
    expect(cookie, id, "state", "clearing");
    assert_string_equal(arrangement_state(cookie, id, is), "undone");
    post(cookie, id, "/arrange_back", body, 409);
    free(cookie);
    free(stranger);
}

static void the_registry_clears_and_takes_back(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "rita");
    char body[256];
    struct document_id id = desk.seed.clearing;
    post(cookie, id, "/wait", "{\"waiting\":true}", 200);
    post(cookie, id, "/wait", "{\"waiting\":false}", 200);
    post(cookie, id, "/forward",
         "{\"target\":\"Jobcenter Nord\",\"day\":\"2026-03-02\",\"reason\":\"SGB II\"}", 200);
    expect(cookie, id, "state", "forwarded");
    (void)snprintf(body, sizeof body, "{\"revision\":%lld}", (long long)revision_of(cookie, id));
    post(cookie, id, "/undo", body, 200);
    expect(cookie, id, "state", "clearing");
    expect(cookie, id, "decided_by", "auto");
    expect(cookie, id, "case_number", seed_case);
    post(cookie, id, "/undo", body, 409); // once
    post(cookie, id, "/assign", "{\"case_number\":\"50.21.000816-0\"}", 200);
    expect(cookie, id, "state", "matching");
    json_t *history = get(cookie, id, "/history");
    json_t *events = json_object_get(history, "results");
    assert_int_equal(json_array_size(events), 5);
    assert_string_equal(json_string_value(json_object_get(json_array_get(events, 4), "target")),
                        "Jobcenter Nord");
    json_decref(history);
    free(cookie);
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
        cmocka_unit_test(what_is_said_too_little_or_too_much_is_refused),
        cmocka_unit_test(quality_looks_and_decides_nothing),
        cmocka_unit_test(a_caseworker_takes_note_and_corrects),
        cmocka_unit_test(pages_are_arranged_and_it_is_taken_back),
        cmocka_unit_test(the_registry_clears_and_takes_back),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
