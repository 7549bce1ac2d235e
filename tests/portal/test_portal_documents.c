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
#include <time.h>

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

static void the_list_shows_the_newest_first(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "quirin");
    json_t *list = get_json(cookie, "/api/v1/documents");
    json_t *documents = json_object_get(list, "results");
    assert_int_equal(json_array_size(documents), 3);
    assert_string_equal(text_of(json_array_get(documents, 0), "site"), "Neustrelitz");
    assert_string_equal(text_of(json_array_get(documents, 1), "site"), "Demmin");
    assert_string_equal(text_of(json_array_get(documents, 2), "site"), "Waren");
    assert_int_equal(json_integer_value(json_object_get(list, "count")), 3);
    assert_true(json_is_null(json_object_get(list, "next")));
    json_decref(list);
    free(cookie);
}

static void the_list_is_filtered(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int count;
        const char *first; /* site of the first */
    } cases[] = {
        {"?state=clearing",                   1, "Demmin"     },
        {"?view=clearing",                    1, "Demmin"     },
        {"?view=clearing&flag=deadline",      1, "Demmin"     },
        {"?view=clearing&flag=urgent",        0, NULL         },
        {"?view=new_cases",                   0, NULL         },
        {"?view=inbox",                       1, "Waren"      },
        {"?view=inbox&unread=1",              1, "Waren"      },
        {"?view=inbox&own=1",                 0, NULL         },
        {"?view=done",                        0, NULL         },
        {"?state=filed",                      1, "Waren"      },
        {"?state=discarded",                  0, NULL         },
        {"?site=Neustrelitz",                 1, "Neustrelitz"},
        {"?site=Demmin&state=filed",          0, NULL         },
        {"?site=Nirgendwo",                   0, NULL         },
        {"?kind=widerspruch",                 1, "Demmin"     },
        {"?team=SG%2050.2",                   2, "Demmin"     },
        {"?case_number=50.22.104477-0",       1, "Waren"      },
        {"?from=2026-03-02&until=2026-03-02", 3, "Neustrelitz"},
        {"?until=2026-03-01",                 0, NULL         },
        {"?from=2026-03-03",                  0, NULL         },
        {"?state=&site=&view=&from=&until=",  3, "Neustrelitz"},
    };
    static const char *const wrong[] = {"state=nonsense", "view=nonsense",  "flag=blue",
                                        "from=gestern",   "until=2026-3-1", "after=x"};
    char *cookie = desk_cookie(&desk, "quirin");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "/api/v1/documents%s", cases[i].query);
        json_t *list = get_json(cookie, path);
        json_t *documents = json_object_get(list, "results");
        assert_int_equal(json_array_size(documents), cases[i].count);
        assert_int_equal(json_integer_value(json_object_get(list, "count")), cases[i].count);
        if (cases[i].first != NULL)
            assert_string_equal(text_of(json_array_get(documents, 0), "site"), cases[i].first);
        json_decref(list);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "/api/v1/documents?%s", wrong[i]);
        struct reply reply = desk_get(&desk, cookie, path);
        print_message("%s -> %d\n", path, reply.status);
        assert_int_equal(reply.status, 400);
        reply_done(&reply);
    }
    free(cookie);
}

static void the_list_goes_on_where_it_stopped(void **state)
{
    (void)state;
    static const char *const sites[] = {"Neustrelitz", "Demmin", "Waren"};
    char *cookie = desk_cookie(&desk, "quirin");
    char *path = string_copy("/api/v1/documents?limit=1");
    for (size_t i = 0; i < 3; i++) {
        json_t *list = get_json(cookie, path);
        json_t *documents = json_object_get(list, "results");
        assert_int_equal(json_array_size(documents), 1);
        assert_string_equal(text_of(json_array_get(documents, 0), "site"), sites[i]);
        free(path);
        path = string_copy(text_of(list, "next"));
        json_decref(list);
    }
    assert_string_equal(path, ""); // that was the last one
    free(path);
    free(cookie);
}

static void a_caseworker_sees_the_own_team_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int documents, clearing;
    } cases[] = {
        {"bernd", 2, 1},
        {"emil",  0, 0},
        {"lena",  2, 1},
        {"leo",   0, 0},
        {"rita",  2, 1}, // what waits, and what still moves
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *cookie = desk_cookie(&desk, cases[i].name);
        json_t *list = get_json(cookie, "/api/v1/documents");
        assert_int_equal(json_array_size(json_object_get(list, "results")), cases[i].documents);
        json_decref(list);
        json_t *counts = get_json(cookie, "/api/v1/desk");
        assert_int_equal(json_integer_value(json_object_get(counts, "clearing")),
                         cases[i].clearing);
        json_decref(counts);
        free(cookie);
    }
}

/* The index is made beside the portal: asked until it has the letters. */
static json_t *search_until_found(const char *cookie, const char *path)
{
    for (int i = 0; i < 200; i++) {
        struct timespec pause = {.tv_nsec = 50000000};
        json_t *found = get_json(cookie, path);
        if (json_array_size(json_object_get(found, "results")) > 0)
            return found;
        json_decref(found);
        (void)nanosleep(&pause, NULL);
    }
    fail_msg("%s finds nothing", path);
    return NULL;
}

static void a_search_marks_what_was_found_and_keeps_to_the_own_team(void **state)
{
    (void)state;
    static const char path[] = "/api/v1/search?q=zeichen%2050.22.104477-0";
    char *cookie = desk_cookie(&desk, "bernd");
    json_t *found = search_until_found(cookie, path);
    json_t *hit = json_array_get(json_object_get(found, "results"), 0);
    assert_string_equal(text_of(hit, "kind"), "kontoauszug");
    json_t *pieces = json_array_get(json_object_get(hit, "context"), 0);
    bool is_marked = false;
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        json_t *piece = json_array_get(pieces, i);
        is_marked |= strcmp(json_string_value(json_array_get(piece, 0)), "Zeichen") == 0 &&
                     json_is_true(json_array_get(piece, 1));
    }
    assert_true(is_marked);
    json_decref(found);
    struct reply reply = desk_get(&desk, cookie, "/api/v1/search?q=farbe:rot");
    assert_int_equal(reply.status, 400);
    reply_done(&reply);
    free(cookie);
    cookie = desk_cookie(&desk, "emil");
    found = get_json(cookie, path);
    assert_int_equal(json_array_size(json_object_get(found, "results")), 0);
    json_decref(found);
    free(cookie);
}

static void the_register_shows_little_and_only_when_asked_properly(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "rita");
    json_t *found = search_until_found(cookie, "/api/v1/register?q=kroegerm");
    json_t *persons = json_object_get(found, "results");
    assert_int_equal(json_array_size(persons), 2);
    assert_string_equal(text_of(json_array_get(persons, 0), "case_number"), seed_case);
    assert_null(json_object_get(json_array_get(persons, 0), "street"));
    json_decref(found);
    struct reply reply = desk_get(&desk, cookie, "/api/v1/register?q=kr");
    assert_int_equal(reply.status, 400);
    reply_done(&reply);
    free(cookie);
    cookie = desk_cookie(&desk, "quirin");
    reply = desk_get(&desk, cookie, "/api/v1/register?q=kroegerm");
    assert_int_equal(reply.status, 403);
    reply_done(&reply);
    free(cookie);
}

static void the_words_of_a_page_have_their_boxes(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char *path = document_path(desk.seed.clearing, "/pages");
    json_t *pages = get_json(cookie, path);
    assert_int_equal(json_array_size(json_object_get(pages, "results")), 2);
    json_decref(pages);
    free(path);
    path = document_path(desk.seed.clearing, "/pages/1/words");
    json_t *page = get_json(cookie, path);
    json_t *words = json_object_get(page, "words");
    assert_int_equal(json_integer_value(json_object_get(page, "width")), 1240);
    assert_string_equal(json_string_value(json_array_get(json_array_get(words, 0), 0)),
                        "Wilhelmine");
    assert_int_equal(json_integer_value(json_array_get(json_array_get(words, 0), 1)), 120);
    json_decref(page);
    free(path);
    path = document_path(desk.seed.clearing, "/pages/3/words");
    struct reply reply = desk_get(&desk, cookie, path);
    assert_int_equal(reply.status, 404);
    reply_done(&reply);
    free(path);
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
    json_t *scans = json_object_get(day, "results");
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
    assert_int_equal(json_array_size(json_object_get(day, "results")), 0);
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
    assert_true(json_is_array(json_object_get(operations, "dispatchers")));
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
    assert_int_equal(json_array_size(json_object_get(people, "results")), 10);
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
        cmocka_unit_test(the_list_shows_the_newest_first),
        cmocka_unit_test(the_list_is_filtered),
        cmocka_unit_test(the_list_goes_on_where_it_stopped),
        cmocka_unit_test(a_caseworker_sees_the_own_team_alone),
        cmocka_unit_test(the_words_of_a_page_have_their_boxes),
        cmocka_unit_test(a_search_marks_what_was_found_and_keeps_to_the_own_team),
        cmocka_unit_test(the_register_shows_little_and_only_when_asked_properly),
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
