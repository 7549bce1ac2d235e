/* test_portal_access.c - every route for every role, and what no request gets past. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "portal/assets.h"
#include "portal/routes.h"
#include "tests/portal/desk.h"

static struct desk desk;

static void a_made_up_cookie_is_nobody(void **state)
{
    (void)state;
    char token[65];
    memset(token, 'a', 64);
    token[64] = '\0';
    char cookie[128];
    (void)snprintf(cookie, sizeof cookie, "Cookie: posteingang=%s\r\n", token);
    struct reply reply = desk_get(&desk, cookie, "/api/v1/documents");
    assert_int_equal(reply.status, 401);
    reply_done(&reply);
}

static void a_change_must_come_from_our_pages(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"",                                                                             403},
        {"Content-Type: application/json\r\n",                                           403},
        {"X-Posteingang: person\r\n",                                                    400},
        {"X-Posteingang: person\r\nContent-Type: text/plain\r\n",                        400},
        {"X-Posteingang: person\r\nContent-Type: application/x-www-form-urlencoded\r\n", 400},
        {OUR_PAGES "Origin: https://boese.example\r\n",                                  403},
        {OUR_PAGES "Origin: null\r\n",                                                   403},
        {OUR_PAGES "Origin: http://127.0.0.1:1\r\n",                                     403},
        {OUR_PAGES,                                                                      200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text headers = {0};
        text_append_format(&headers, "%s%s", cookie, cases[i].headers);
        struct reply reply =
            client_ask(desk.port, "POST", "/api/v1/logout", text_string(&headers), "{}");
        print_message("%s -> %d\n", cases[i].headers, reply.status);
        assert_int_equal(reply.status, cases[i].status);
        reply_done(&reply);
        text_done(&headers);
    }
    free(cookie);
    char own[160];
    (void)snprintf(own, sizeof own, OUR_PAGES "Origin: http://127.0.0.1:%u\r\n",
                   (unsigned)desk.port);
    struct reply reply = client_ask(desk.port, "POST", "/api/v1/logout", own, "{}");
    assert_int_equal(reply.status, 200);
    reply_done(&reply);
}

static void bodies_are_small_objects(void **state)
{
    (void)state;
    static const char *const bodies[] = {"",
                                         "[]",
                                         "1",
                                         "{",
                                         "{\"a\":1,\"a\":2}",
                                         "\xFF",
                                         "{\"name\":\"a\\u0000b\",\"password\":\"x\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct reply reply = desk_post(&desk, "", "/api/v1/login", bodies[i]);
        assert_int_equal(reply.status, 400);
        reply_done(&reply);
    }
    struct text large = {0};
    text_append(&large, "{\"name\":\"");
    for (int i = 0; i < 20000; i++)
        text_append_char(&large, 'x');
    text_append(&large, "\"}");
    struct reply reply = desk_post(&desk, "", "/api/v1/login", text_string(&large));
    assert_int_equal(reply.status, 413);
    reply_done(&reply);
    text_done(&large);
}

static void wrong_methods_and_paths_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        int status;
        const char *allow;
    } cases[] = {
        {"POST",   "/api/v1/documents",                                               405, "GET, HEAD"      },
        {"GET",    "/api/v1/login",                                                   405, "POST"           },
        {"DELETE", "/api/v1/users",                                                   405, "GET, HEAD, POST"},
        {"PUT",    "/",                                                               404, NULL             },
        {"GET",    "/api",                                                            404, NULL             },
        {"GET",    "/api/v1/documents/",                                              404, NULL             },
        {"GET",    "/api/v1/documents/not-an-id",                                     404, NULL             },
        {"GET",    "/api/v1/documents/00000000-0000-7000-8000-000000000000/nonsense", 404, NULL             },
        {"HEAD",   "/api/v1/health",                                                  200, NULL             },
        {"HEAD",   "/",                                                               200, NULL             },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply reply = client_ask(desk.port, cases[i].method, cases[i].path, "", NULL);
        print_message("%s %s -> %d\n", cases[i].method, cases[i].path, reply.status);
        assert_int_equal(reply.status, cases[i].status);
        if (cases[i].allow != NULL)
            assert_true(reply_has_header(&reply, "Allow", cases[i].allow));
        reply_done(&reply);
    }
}

static void nothing_but_the_listed_files_is_served(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/assets/../index.html",
        "/assets/..%2f..%2fportal.c",
        "/assets/%2e%2e/%2e%2e/posteingang.yaml",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/assets/app.js/",
        "/assets/app.js%00.png",
        "/assets/App.js",
        "/assets/package.json",
        "/package.json",
        "/node_modules/preact/dist/preact.mjs",
        "/assets/lib/../app.js",
        "/./",
        "/posteingang.yaml",
        "/ledger/posteingang.db",
        "/..",
        "/assets",
        "/assets/",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct reply reply = desk_get(&desk, "", paths[i]);
        print_message("%s -> %d\n", paths[i], reply.status);
        assert_int_equal(reply.status, 404);
        assert_null(strstr(reply.body, "root:"));
        reply_done(&reply);
    }
}

static void every_listed_file_is_served_and_known_again(void **state)
{
    (void)state;
    const char *const *urls = assets_urls();
    for (size_t i = 0; urls[i] != NULL; i++) {
        struct reply reply = desk_get(&desk, "", urls[i]);
        print_message("%s -> %d, %zu bytes\n", urls[i], reply.status, reply.body_length);
        assert_int_equal(reply.status, 200);
        assert_true(reply.body_length > 0);
        const char *tag = strstr(reply.head, "ETag: ");
        assert_non_null(tag);
        char again[160];
        (void)snprintf(again, sizeof again, "If-None-Match: %.66s\r\n", tag + strlen("ETag: "));
        struct reply known = desk_get(&desk, again, urls[i]);
        assert_int_equal(known.status, 304);
        assert_int_equal(known.body_length, 0);
        reply_done(&known);
        reply_done(&reply);
    }
}

static void every_answer_carries_the_security_headers(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    static const char *const paths[] = {
        "/",        "/assets/app.js", "/api/v1/session", "/api/v1/documents", "/api/v1/users",
        "/nothing", "/api/v1/login"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct reply reply = desk_get(&desk, cookie, paths[i]);
        print_message("%s\n%s\n", paths[i], reply.head);
        assert_true(reply_has_header(&reply, "X-Content-Type-Options", "nosniff"));
        assert_true(reply_has_header(&reply, "X-Frame-Options", "DENY"));
        assert_true(reply_has_header(&reply, "Referrer-Policy", "no-referrer"));
        assert_true(reply_has_header(&reply, "Cross-Origin-Opener-Policy", "same-origin"));
        assert_true(reply_has_header(&reply, "Content-Security-Policy", "default-src 'none'"));
        assert_non_null(strstr(reply.head, "frame-ancestors 'none'"));
        assert_null(strstr(reply.head, "unsafe-inline"));
        assert_null(strstr(reply.head, "unsafe-eval"));
        bool is_page = paths[i][1] == '\0' || string_starts_with(paths[i], "/assets/");
        assert_true(reply_has_header(&reply, "Cache-Control", is_page ? "no-cache" : "no-store"));
        assert_null(strstr(reply.head, "Strict-Transport-Security"));
        reply_done(&reply);
    }
    struct reply secure = desk_get(&desk, "X-Forwarded-Proto: https\r\n", "/");
    assert_true(reply_has_header(&secure, "Strict-Transport-Security", "max-age="));
    reply_done(&secure);
    free(cookie);
}

static char *example_of(const struct route *route)
{
    struct text path = {0};
    text_append(&path, API);
    for (const char *part = route->path; *part == '/';) {
        size_t length = strcspn(++part, "/");
        text_append_char(&path, '/');
        if (*part != ':')
            text_append_bytes(&path, part, length);
        else
            text_append(&path, strncmp(part, ":id", 3) == 0 ? "00000000-0000-7000-8000-000000000000"
                                                            : "1");
        part += length;
    }
    return text_take(&path);
}

static void check_answer(const struct route *route, const struct reply *reply, int status)
{
    if (reply->status != status)
        print_error("%s %s: %d, not %d\n", route->method, route->path, reply->status, status);
    assert_int_equal(reply->status, status);
    assert_true(reply_has_header(reply, "X-Content-Type-Options", "nosniff"));
    assert_true(reply_has_header(reply, "X-Frame-Options", "DENY"));
    assert_true(reply_has_header(reply, "Content-Security-Policy", "default-src 'none'"));
    assert_null(strstr(reply->head, "unsafe-inline"));
    assert_true(reply_has_header(reply, "Cache-Control", "no-store"));
}

/* Of the whole table: no change by another page, none by a method that is not the route's, and the
 * headers on each answer, refusals too. */
static void each_route_is_guarded(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        char *path = example_of(route);
        struct reply wrong = client_ask(desk.port, "DELETE", path, cookie, NULL);
        check_answer(route, &wrong, 405);
        reply_done(&wrong);
        if (strcmp(route->method, "POST") == 0) {
            struct reply forged = client_ask(desk.port, "POST", path, cookie, "{}");
            check_answer(route, &forged, 403);
            reply_done(&forged);
        }
        free(path);
    }
    free(cookie);
}

/* What is not HTTP must not disturb those who speak it. */
static void survives_what_is_not_http(void **state)
{
    (void)state;
    static const char *const noise[] = {
        "GET / HTTP/9.9\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon here\r\nConnection: close\r\n\r\n",
        "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        "\x16\x03\x01\x02 \xFF HTTP/1.1\r\nConnection: close\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
        struct reply reply = client_send(desk.port, noise[i], strlen(noise[i]));
        print_message("%zu -> %d\n", i, reply.status);
        assert_true(reply.status == 0 || reply.status >= 400);
        reply_done(&reply);
    }
    struct reply reply = desk_get(&desk, "", "/api/v1/health");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "{\"ok\":true}");
    reply_done(&reply);
}

static void a_taken_port_is_said(void **state)
{
    (void)state;
    struct portal *second = NULL;
    struct fault fault = {0};
    int64_t configured = desk.config->portal.port;
    desk.config->portal.port = desk.port;
    assert_int_equal(portal_start(desk.config, desk_clock(), &second, &fault), STATUS_LATER);
    print_message("%s\n", fault.text);
    assert_null(second);
    assert_non_null(strstr(fault.text, "cannot listen on 127.0.0.1 port"));
    desk.config->portal.port = configured;
}

/* A person who sets the pages up wrongly is told what to do. */
static void missing_pages_are_said(void **state)
{
    (void)state;
    struct portal *second = NULL;
    struct fault fault = {0};
    char *web = desk.config->portal.web;
    char nowhere[] = "/nowhere";
    desk.config->portal.web = nowhere;
    assert_int_equal(portal_start(desk.config, desk_clock(), &second, &fault), STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "/nowhere/index.html"));
    desk.config->portal.web = web;
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
        cmocka_unit_test(a_made_up_cookie_is_nobody),
        cmocka_unit_test(a_change_must_come_from_our_pages),
        cmocka_unit_test(bodies_are_small_objects),
        cmocka_unit_test(wrong_methods_and_paths_are_told_apart),
        cmocka_unit_test(nothing_but_the_listed_files_is_served),
        cmocka_unit_test(every_listed_file_is_served_and_known_again),
        cmocka_unit_test(every_answer_carries_the_security_headers),
        cmocka_unit_test(each_route_is_guarded),
        cmocka_unit_test(survives_what_is_not_http),
        cmocka_unit_test(a_taken_port_is_said),
        cmocka_unit_test(missing_pages_are_said),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
