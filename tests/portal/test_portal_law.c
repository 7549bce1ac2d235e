/* test_portal_law.c - the date of receipt, its deadlines and the letterbox, over the API: shown,
 * corrected with a reason, acknowledged by one person, and written down by the site's own people. */
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
#include "law/day.h"
#include "tests/portal/desk.h"

static struct desk desk;

static char *address(const char *noun, const struct uuid *id, const char *rest)
{
    char written[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(id, written);
    text_append_format(&path, "/api/v1/%s/%s%s", noun, written, rest);
    return text_take(&path);
}

static json_t *ask(const char *person, const char *path, const char *body, int status)
{
    char *cookie = desk_cookie(&desk, person);
    struct reply reply =
        body == NULL ? desk_get(&desk, cookie, path) : desk_post(&desk, cookie, path, body);
    print_message("%s %s -> %d %s\n", person, path, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    json_t *json = json_loads(reply.body, JSON_DECODE_ANY, NULL);
    reply_done(&reply);
    free(cookie);
    return json;
}

static json_t *ask_document(const char *person, const char *rest, const char *body, int status)
{
    char *path = address("documents", &desk.seed.clearing.uuid, rest);
    json_t *json = ask(person, path, body, status);
    free(path);
    return json;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static void day_before(char ret_day[DAY_TEXT_BYTES], int days)
{
    day_to_text(day_of_wall_ms(clock_wall_ms(desk_clock())) - days, ret_day);
}

static void a_correction_needs_a_day_and_a_reason(void **state)
{
    (void)state;
    char future[64];
    char day[DAY_TEXT_BYTES];
    day_before(day, -2);
    (void)snprintf(future, sizeof future, "{\"day\":\"%s\",\"reason\":\"Weil.\"}", day);
    const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{}",                                            400},
        {"{\"day\":\"2026-02-30\",\"reason\":\"Weil.\"}", 400},
        {"{\"day\":\"2025-01-02\"}",                      400},
        {"{\"day\":\"2025-01-02\",\"reason\":\"  \"}",    400},
        {future,                                          409},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        json_decref(ask_document("bernd", "/receipt", cases[i].body, cases[i].status));
    json_decref(ask_document("quirin", "/receipt", "{}", 403));
}

static void a_correction_stands_beside_the_proofs_and_moves_the_deadlines(void **state)
{
    (void)state;
    char day[DAY_TEXT_BYTES];
    char body[128];
    json_t *before = ask_document("bernd", "/receipt", NULL, 200);
    assert_string_equal(text_of(before, "evidence"), "drop");
    assert_int_equal(json_array_size(json_object_get(before, "proofs")), 1);
    day_before(day, 3);
    (void)snprintf(body, sizeof body, "{\"day\":\"%s\",\"reason\":\"Umschlag lag bei.\"}", day);
    json_t *after = ask_document("bernd", "/receipt", body, 200);
    const json_t *proofs = json_object_get(after, "proofs");
    assert_string_equal(text_of(after, "day"), day);
    assert_string_equal(text_of(after, "evidence"), "correction");
    assert_int_equal(json_array_size(proofs), 2);
    assert_string_equal(text_of(json_array_get(proofs, 1), "actor"), "bernd");
    assert_string_equal(text_of(json_array_get(proofs, 1), "reason"), "Umschlag lag bei.");
    json_t *document = ask_document("bernd", "", NULL, 200);
    assert_string_equal(text_of(document, "receipt_day"), day);
    json_decref(before);
    json_decref(after);
    json_decref(document);
}

static void a_deadline_waits_until_one_person_took_note(void **state)
{
    (void)state;
    json_t *list = ask("lena", "/api/v1/deadlines", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(list, "results")), 1);
    json_t *foreign = ask("leo", "/api/v1/deadlines", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(foreign, "results")), 0);
    json_t *standing = ask_document("lena", "/deadlines", NULL, 200);
    assert_true(json_is_true(json_object_get(standing, "waiting")));
    const json_t *hint = json_array_get(json_object_get(standing, "hints"), 0);
    assert_string_equal(text_of(hint, "rule"), "widerspruch");
    assert_non_null(strstr(text_of(hint, "source"), "SGG"));
    assert_true(strlen(text_of(hint, "words")) > 20);
    json_decref(ask_document("quirin", "/acknowledge", "{}", 403));
    json_t *noted = ask_document("lena", "/acknowledge", "{}", 200);
    assert_string_equal(text_of(noted, "acknowledged_by"), "lena");
    assert_true(json_is_false(json_object_get(noted, "waiting")));
    json_decref(ask_document("bernd", "/acknowledge", "{}", 409));
    json_t *empty = ask("lena", "/api/v1/deadlines", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(empty, "results")), 0);
    json_decref(list);
    json_decref(foreign);
    json_decref(standing);
    json_decref(noted);
    json_decref(empty);
}

static void the_site_writes_down_its_own_letterbox(void **state)
{
    (void)state;
    char yesterday[DAY_TEXT_BYTES], today[DAY_TEXT_BYTES];
    char body[256];
    day_before(yesterday, 1);
    day_before(today, 0);
    static const char *const wrong[] = {
        "{}",
        "{\"compartment\":\"oben\"}",
        "{\"compartment\":\"all\",\"day\":\"gestern\"}",
        "{\"compartment\":\"all\",\"time\":\"25:00\"}",
        "{\"compartment\":\"all\",\"pieces\":-1}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        json_decref(ask("anna", "/api/v1/letterbox", wrong[i], 400));
    json_decref(ask("bernd", "/api/v1/letterbox", "{\"compartment\":\"all\"}", 403));
    json_t *night =
        ask("anna", "/api/v1/letterbox",
            "{\"compartment\":\"before_midnight\",\"time\":\"07:30\",\"pieces\":12}", 200);
    assert_string_equal(text_of(night, "site"), "Demmin");
    assert_string_equal(text_of(night, "counts_for"), yesterday);
    json_t *morning = ask("anna", "/api/v1/letterbox", "{\"compartment\":\"after_midnight\"}", 200);
    assert_string_equal(text_of(morning, "counts_for"), today);
    json_t *log = ask("anna", "/api/v1/letterbox", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(log, "results")), 2);
    (void)snprintf(body, sizeof body, "{\"prepared\":3,\"letterbox\":%lld,\"channel\":\"%s\"}",
                   json_integer_value(json_object_get(night, "number")), "night_letterbox");
    json_t *batch = ask("anna", "/api/v1/batches", body, 200);
    assert_string_equal(text_of(batch, "channel"), "night_letterbox");
    assert_int_equal(json_integer_value(json_object_get(batch, "letterbox")),
                     json_integer_value(json_object_get(night, "number")));
    json_decref(ask("anna", "/api/v1/batches", "{\"prepared\":3,\"letterbox\":999}", 400));
    json_decref(ask("anna", "/api/v1/batches", "{\"prepared\":3,\"channel\":\"Brieftaube\"}", 400));
    json_decref(night);
    json_decref(morning);
    json_decref(log);
    json_decref(batch);
}

static void the_desk_says_how_a_scan_came_until_it_is_decided_about(void **state)
{
    (void)state;
    char *own = address("scans", &desk.seed.scan.uuid, "/receipt");
    char *foreign = address("scans", &desk.seed.foreign_scan.uuid, "/receipt");
    char *refused = address("scans", &desk.seed.refused.uuid, "/receipt");
    char body[128], day[DAY_TEXT_BYTES];
    day_before(day, 1);
    (void)snprintf(body, sizeof body, "{\"day\":\"%s\",\"channel\":\"desk\"}", day);
    json_decref(ask("anna", own, "{}", 400));
    json_decref(ask("anna", own, "{\"day\":\"2026-01-02\",\"channel\":\"Taube\"}", 400));
    json_decref(ask("anna", own, body, 409)); // it is in clearing: decided
    json_decref(ask("anna", foreign, body, 404));
    json_t *kept = ask("anna", refused, body, 200);
    assert_string_equal(text_of(kept, "channel"), "desk");
    json_decref(kept);
    free(own);
    free(foreign);
    free(refused);
}

/* Any desk answers, at whichever site the papers came in; nothing of the letter is said. */
static void where_a_letter_is_answered_by_its_code_alone(void **state)
{
    (void)state;
    char body[128], path[64], id[UUID_TEXT_BYTES];
    uuid_to_text(&desk.seed.scan.uuid, id);
    (void)snprintf(body, sizeof body, "{\"scans\":[\"%s\"],\"sheets\":2}", id);
    json_t *receipt = ask("anna", "/api/v1/receipts", body, 200);
    (void)snprintf(path, sizeof path, "/api/v1/whereabouts?code=%s", text_of(receipt, "code"));
    static const char *const people[] = {"anna", "emil", "rita"};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        json_t *answer = ask(people[i], path, NULL, 200);
        const json_t *letter = json_array_get(json_object_get(answer, "letters"), 0);
        assert_string_equal(text_of(letter, "where"), "being_sorted");
        char *whole = json_dumps(answer, 0);
        assert_null(strstr(whole, "widerspruch"));
        assert_null(strstr(whole, "50.2"));
        assert_null(strstr(whole, id));
        free(whole);
        json_decref(answer);
    }
    json_decref(ask("rolf", path, NULL, 403));
    json_decref(ask("anna", "/api/v1/whereabouts", NULL, 400));
    json_decref(ask("anna", "/api/v1/whereabouts?code=0000-0000", NULL, 404));
    json_decref(receipt);
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

static void anomalies_are_stated_and_withdrawn(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
    } refused[] = {
        {"{}",                                               400},
        {"{\"code\":\"KLEBEBAND\"}",                         400},
        {"{\"code\":\"KLEBEZETTEL\",\"words\":\"\\u0007\"}", 400},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        json_decref(ask_document("bernd", "/anomalies", refused[i].body, refused[i].status));
    json_decref(ask_document("quirin", "/anomalies", "{\"code\":\"KLEBEZETTEL\"}", 403));
    json_decref(ask_document("bernd", "/anomalies",
                             "{\"code\":\"KLEBEZETTEL\",\"words\":\"Auf Seite 1.\"}", 200));
    json_t *all = ask_document("lena", "/anomalies", NULL, 200);
    const json_t *stated = json_array_get(json_object_get(all, "stated"), 0);
    assert_string_equal(text_of(stated, "words"), "Auf Seite 1.");
    assert_string_equal(text_of(stated, "actor"), "bernd");
    assert_true(json_array_size(json_object_get(all, "codes")) > 10);
    json_decref(
        ask_document("lena", "/anomalies", "{\"code\":\"KLEBEZETTEL\",\"withdraw\":true}", 200));
    json_t *none = ask_document("bernd", "/anomalies", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(none, "stated")), 0);
    json_decref(all);
    json_decref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_needs_a_day_and_a_reason),
        cmocka_unit_test(a_correction_stands_beside_the_proofs_and_moves_the_deadlines),
        cmocka_unit_test(a_deadline_waits_until_one_person_took_note),
        cmocka_unit_test(the_site_writes_down_its_own_letterbox),
        cmocka_unit_test(the_desk_says_how_a_scan_came_until_it_is_decided_about),
        cmocka_unit_test(where_a_letter_is_answered_by_its_code_alone),
        cmocka_unit_test(anomalies_are_stated_and_withdrawn),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
