/* test_portal_documents.c - the inbox, a document, its clearing, the scanning desk, operations. */
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

/* "/api/v1/documents/<id>" and what follows it; owned by the caller. */
static char *document_path(struct document_id document, const char *rest)
{
    char id[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(&document.uuid, id);
    text_append_format(&path, "/api/v1/documents/%s%s", id, rest);
    return text_take(&path);
}

/* The JSON that `path` answers with 200. */
static json_t *get_json(const char *cookie, const char *path)
{
    struct reply reply = desk_get(&desk, cookie, path);
    print_message("%s -> %d %s\n", path, reply.status, reply.body);
    assert_int_equal(reply.status, 200);
    json_t *json = json_loads(reply.body, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    reply_done(&reply);
    return json;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static void the_inbox_shows_the_newest_first(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "quirin");
    json_t *list = get_json(cookie, "/api/v1/documents");
    json_t *documents = json_object_get(list, "documents");
    assert_int_equal(json_array_size(documents), 3);
    assert_string_equal(text_of(json_array_get(documents, 0), "site"), "Neustrelitz");
    assert_string_equal(text_of(json_array_get(documents, 1), "site"), "Demmin");
    assert_string_equal(text_of(json_array_get(documents, 2), "site"), "Waren");
    assert_int_equal(json_integer_value(json_object_get(list, "total")), 3);
    json_decref(list);
    free(cookie);
}

static void the_inbox_is_filtered_and_paged(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t count;
        int total;
        const char *first; /* site of the first */
    } cases[] = {
        {"?state=clearing",          1, 1, "Demmin"     },
        {"?state=filed",             1, 1, "Waren"      },
        {"?state=discarded",         0, 0, NULL         },
        {"?site=Neustrelitz",        1, 1, "Neustrelitz"},
        {"?site=Demmin&state=filed", 0, 0, NULL         },
        {"?site=Nirgendwo",          0, 0, NULL         },
        {"?limit=1",                 1, 3, "Neustrelitz"},
        {"?limit=1&offset=2",        1, 3, "Waren"      },
        {"?limit=2&offset=1",        2, 3, "Demmin"     },
        {"?offset=99",               0, 3, NULL         },
        {"?limit=0&offset=-1",       1, 3, "Neustrelitz"},
        {"?state=&site=",            3, 3, "Neustrelitz"},
    };
    char *cookie = desk_cookie(&desk, "quirin");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "/api/v1/documents%s", cases[i].query);
        json_t *list = get_json(cookie, path);
        json_t *documents = json_object_get(list, "documents");
        assert_int_equal(json_array_size(documents), cases[i].count);
        assert_int_equal(json_integer_value(json_object_get(list, "total")), cases[i].total);
        if (cases[i].first != NULL)
            assert_string_equal(text_of(json_array_get(documents, 0), "site"), cases[i].first);
        json_decref(list);
    }
    struct reply reply = desk_get(&desk, cookie, "/api/v1/documents?state=nonsense");
    assert_int_equal(reply.status, 400);
    reply_done(&reply);
    free(cookie);
}

static void a_document_shows_its_facts(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char *path = document_path(desk.seed.clearing, "");
    json_t *document = get_json(cookie, path);
    assert_string_equal(text_of(document, "state"), "clearing");
    assert_string_equal(text_of(document, "case_number"), seed_case);
    assert_string_equal(text_of(document, "kind"), "widerspruch");
    assert_string_equal(text_of(document, "source"), "widerspruch-0412.tif");
    assert_string_equal(text_of(document, "decided_by"), "auto");
    assert_non_null(strstr(text_of(document, "reason"), "Anschrift"));
    assert_int_equal(json_array_size(json_object_get(document, "pages")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(document, "flags"), 0)),
                        "deadline");
    json_decref(document);
    free(path);
    free(cookie);
}

static void its_text_evidence_and_pdf_are_streamed_harmlessly(void **state)
{
    (void)state;
    static const struct {
        const char *rest;
        const char *type;
        const char *holds;
        const char *disposition; /* NULL: none */
    } cases[] = {
        {"/text",           "text/plain; charset=utf-8",       "lege ich Widerspruch ein", NULL                     },
        {"/explanation",    "application/json; charset=utf-8", "\"candidates\":[",         NULL                     },
        {"/pdf",            "application/pdf",                 "%PDF-1.4",                 "inline; filename=\""    },
        {"/pdf?download=1", "application/pdf",                 "%PDF-1.4",                 "attachment; filename=\""},
    };
    char *cookie = desk_cookie(&desk, "bernd");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = document_path(desk.seed.clearing, cases[i].rest);
        struct reply reply = desk_get(&desk, cookie, path);
        print_message("%s\n%s\n", path, reply.head);
        assert_int_equal(reply.status, 200);
        assert_true(reply_has_header(&reply, "Content-Type", cases[i].type));
        assert_true(reply_has_header(&reply, "X-Content-Type-Options", "nosniff"));
        assert_true(reply_has_header(&reply, "Cache-Control", "no-store"));
        assert_true(reply_has_header(&reply, "Content-Security-Policy", "default-src 'none'"));
        assert_non_null(strstr(reply.body, cases[i].holds));
        if (cases[i].disposition != NULL)
            assert_true(reply_has_header(&reply, "Content-Disposition", cases[i].disposition));
        assert_null(strstr(reply.head, "widerspruch")); // file names tell nobody anything
        reply_done(&reply);
        free(path);
    }
    free(cookie);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const rests[] = {"", "/text", "/pdf", "/explanation"};
    char *cookie = desk_cookie(&desk, "bernd");
    const struct document_id unknown = {uuid_new(1)};
    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        char *path = document_path(unknown, rests[i]);
        struct reply reply = desk_get(&desk, cookie, path);
        assert_int_equal(reply.status, 404);
        reply_done(&reply);
        free(path);
    }
    char *path = document_path(unknown, "/assign");
    struct reply reply = desk_post(&desk, cookie, path, "{\"case_number\":\"50.21.000815-1\"}");
    assert_int_equal(reply.status, 404);
    reply_done(&reply);
    free(path);
    free(cookie);
}

static void a_case_shows_who_it_belongs_to_and_no_address(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    json_t *found = get_json(cookie, "/api/v1/case?number=50.21.000815-1");
    json_t *persons = json_object_get(found, "persons");
    assert_int_equal(json_array_size(persons), 2);
    assert_string_equal(text_of(json_array_get(persons, 0), "surname"), "Krögermann");
    assert_string_equal(text_of(json_array_get(persons, 0), "birth_date"), "1951-03-12");
    assert_null(json_object_get(json_array_get(persons, 0), "street"));
    json_decref(found);
    struct reply reply = desk_get(&desk, cookie, "/api/v1/case?number=50.99.000000-0");
    assert_int_equal(reply.status, 404);
    reply_done(&reply);
    reply = desk_get(&desk, cookie, "/api/v1/case");
    assert_int_equal(reply.status, 400);
    reply_done(&reply);
    free(cookie);
}

/* Last but for what looks at the outcome: it changes the one document in clearing. */
static void a_person_assigns_a_document_once(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char *path = document_path(desk.seed.clearing, "/assign");
    json_t *before = get_json(cookie, "/api/v1/changes");
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{}",                                   400},
        {"{\"case_number\":\"\"}",               400},
        {"{\"case_number\":5}",                  400},
        {"{\"case_number\":\"50.99.000000-0\"}", 422},
        {"{\"case_number\":\"50.21.000816-0\"}", 200},
        {"{\"case_number\":\"50.21.000815-1\"}", 409}, // somebody was faster
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply reply = desk_post(&desk, cookie, path, cases[i].body);
        print_message("%s -> %d %s\n", cases[i].body, reply.status, reply.body);
        assert_int_equal(reply.status, cases[i].status);
        reply_done(&reply);
    }
    json_t *after = get_json(cookie, "/api/v1/changes");
    assert_string_not_equal(text_of(before, "version"), text_of(after, "version"));
    assert_int_equal(json_integer_value(json_object_get(after, "clearing")), 0);
    char *document_at = document_path(desk.seed.clearing, "");
    json_t *document = get_json(cookie, document_at);
    assert_string_equal(text_of(document, "case_number"), seed_other_case);
    assert_string_equal(text_of(document, "decided_by"), "bernd");
    json_decref(before);
    json_decref(after);
    json_decref(document);
    free(document_at);
    free(path);
    free(cookie);
}

static void the_mailroom_sees_its_own_site_only(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "anna");
    json_t *day = get_json(cookie, "/api/v1/scans");
    assert_string_equal(text_of(day, "site"), "Demmin");
    json_t *scans = json_object_get(day, "scans");
    assert_int_equal(json_array_size(scans), 2);
    json_t *refused = json_array_get(scans, 0);
    assert_string_equal(text_of(refused, "state"), "refused");
    assert_string_equal(text_of(refused, "source"), "vertrag.docx");
    assert_non_null(strstr(text_of(refused, "error"), "kein Scan"));
    json_t *read = json_array_get(scans, 1);
    assert_string_equal(text_of(read, "state"), "read");
    assert_int_equal(json_integer_value(json_object_get(read, "pages")), 2);
    assert_null(json_object_get(read, "case_number"));
    json_decref(day);
    struct reply other = desk_get(&desk, cookie, "/api/v1/scans?site=Waren");
    assert_int_equal(other.status, 404);
    reply_done(&other);
    free(cookie);
}

static void yesterdays_scans_are_gone_from_the_desk(void **state)
{
    (void)state;
    desk_wait(INT64_C(24) * 60 * 60 * 1000);
    char *cookie = desk_cookie(&desk, "anna");
    json_t *day = get_json(cookie, "/api/v1/scans");
    assert_int_equal(json_array_size(json_object_get(day, "scans")), 0);
    assert_true(string_starts_with(text_of(day, "since"), "2026-03-03T00:00:00"));
    json_decref(day);
    free(cookie);
}

static void an_admin_sees_the_machine_and_no_content(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "clara");
    json_t *operations = get_json(cookie, "/api/v1/operations");
    assert_int_equal(json_array_size(json_object_get(operations, "workers")), 2);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(operations, "register"), "cases")), 4);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(operations, "documents"), "filed")), 1);
    char *written = json_dumps(operations, 0);
    assert_null(strstr(written, seed_case));
    assert_null(strstr(written, "Krögermann"));
    free(written);
    json_decref(operations);
    json_t *waren = get_json(cookie, "/api/v1/scans?site=Waren");
    assert_string_equal(text_of(waren, "site"), "Waren");
    json_decref(waren);
    json_t *people = get_json(cookie, "/api/v1/users");
    written = json_dumps(people, 0);
    assert_int_equal(json_array_size(json_object_get(people, "users")), 10);
    assert_null(strstr(written, "argon2"));
    free(written);
    json_decref(people);
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
        cmocka_unit_test(the_inbox_shows_the_newest_first),
        cmocka_unit_test(the_inbox_is_filtered_and_paged),
        cmocka_unit_test(a_document_shows_its_facts),
        cmocka_unit_test(its_text_evidence_and_pdf_are_streamed_harmlessly),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_case_shows_who_it_belongs_to_and_no_address),
        cmocka_unit_test(the_mailroom_sees_its_own_site_only),
        cmocka_unit_test(an_admin_sees_the_machine_and_no_content),
        cmocka_unit_test(a_person_assigns_a_document_once),
        cmocka_unit_test(yesterdays_scans_are_gone_from_the_desk),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
