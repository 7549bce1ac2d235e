/* test_portal_mailroom.c - a scanning desk's day: uploads, what came back, batches, receipts. */
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
#include <sys/stat.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "tests/portal/desk.h"

static struct desk desk;
static char *cookie; /* anna's, who is of Demmin */

/* A PNG of one grey dot: whole, as the intake wants it. */
static const unsigned char png[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
    0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

static struct reply upload(const char *headers, const char *query, const void *bytes, size_t length)
{
    struct text request = {0};
    text_append_format(&request,
                       "POST /api/v1/scans?%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                       "Connection: close\r\nContent-Type: application/octet-stream\r\n"
                       "Content-Length: %zu\r\n%s\r\n",
                       query, (unsigned)desk.port, length, headers);
    text_append_bytes(&request, bytes, length);
    struct reply reply = client_send(desk.port, request.bytes, request.length);
    print_message("%s -> %d %s\n", query, reply.status, reply.body == NULL ? "" : reply.body);
    text_done(&request);
    return reply;
}

static struct reply upload_as_anna(const char *name, const char *id, const void *bytes,
                                   size_t length)
{
    char query[256];
    struct text headers = {0};
    (void)snprintf(query, sizeof query, "name=%s&id=%s", name, id);
    text_append_format(&headers, "X-Posteingang: person\r\n%s", cookie);
    struct reply reply = upload(text_string(&headers), query, bytes, length);
    text_done(&headers);
    return reply;
}

static void new_id(char id[UUID_TEXT_BYTES])
{
    struct uuid uuid = uuid_new(clock_wall_ms(clock_system()));
    uuid_to_text(&uuid, id);
}

static json_t *body_of(struct reply *reply, int expected)
{
    assert_int_equal(reply->status, expected);
    json_t *json = json_loads(reply->body, 0, NULL);
    assert_non_null(json);
    reply_done(reply);
    return json;
}

static json_t *get_json(const char *path)
{
    struct reply reply = desk_get(&desk, cookie, path);
    print_message("%s -> %d %s\n", path, reply.status, reply.body);
    return body_of(&reply, 200);
}

static json_t *post_json(const char *path, const char *body, int expected)
{
    struct reply reply = desk_post(&desk, cookie, path, body);
    print_message("%s -> %d %s\n", path, reply.status, reply.body);
    return body_of(&reply, expected);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* ---- uploads --------------------------------------------------------------------------------- */

static void an_upload_is_answered_once_it_is_durable(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    new_id(id);
    struct reply reply = upload_as_anna("brief.png", id, png, sizeof png);
    json_t *json = body_of(&reply, 201);
    assert_string_equal(text_of(json, "scan"), id);
    assert_string_equal(text_of(json_object_get(json, "result"), "state"), "received");
    assert_string_equal(text_of(json_object_get(json, "result"), "source"), "brief.png");
    json_decref(json);
}

/* The connection was lost behind the intake: the same id again is the same scan. */
static void the_same_upload_again_is_taken_over_once(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    unsigned char other[sizeof png + 1];
    memcpy(other, png, sizeof png);
    other[sizeof png] = 'x'; // bytes of its own
    new_id(id);
    for (int i = 0; i < 2; i++) {
        struct reply reply = upload_as_anna("noch-einer.png", id, other, sizeof other);
        json_t *json = body_of(&reply, 201);
        assert_string_equal(text_of(json_object_get(json, "result"), "state"), "received");
        json_decref(json);
    }
    new_id(id);
    struct reply reply = upload_as_anna("kopie.png", id, other, sizeof other);
    json_t *json = body_of(&reply, 201);
    assert_string_equal(text_of(json_object_get(json, "result"), "state"), "duplicate");
    json_decref(json);
}

static void what_is_no_scan_is_refused_in_plain_words(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    new_id(id);
    for (int i = 0; i < 2; i++) {
        struct reply reply = upload_as_anna("vertrag.docx", id, "PK\003\004 kein Scan", 15);
        json_t *json = body_of(&reply, 422);
        assert_non_null(strstr(text_of(json, "error"), "TIFF"));
        json_decref(json);
    }
}

static void an_upload_without_the_right_leaves_nothing(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    char query[128];
    static const struct {
        const char *headers; /* besides anna's cookie, when `has_cookie` */
        bool has_cookie;
        const char *query;
        int status;
    } cases[] = {
        {"X-Posteingang: person\r\n", false, "name=a.png",            401},
        {"",                          true,  "name=a.png",            403},
        {"X-Posteingang: person\r\n", true,  "name=a.png&site=Waren", 404},
        {"X-Posteingang: person\r\n", true,  "name=.versteckt",       400},
        {"X-Posteingang: person\r\n", true,  "name=..",               400},
        {"X-Posteingang: person\r\n", true,  "name=",                 400},
        {"X-Posteingang: person\r\n", true,  "name=a%0ab.png",        400},
        {"X-Posteingang: person\r\n", true,  "name=ordner%2f..%2f..", 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text headers = {0};
        new_id(id);
        (void)snprintf(query, sizeof query, "%s&id=%s", cases[i].query, id);
        text_append_format(&headers, "%s%s", cases[i].headers, cases[i].has_cookie ? cookie : "");
        struct reply reply = upload(text_string(&headers), query, png, sizeof png);
        assert_int_equal(reply.status, cases[i].status);
        reply_done(&reply);
        text_done(&headers);
    }
    struct reply reply = upload_as_anna("a.png", "keine-kennung", png, sizeof png);
    assert_int_equal(reply.status, 400);
    reply_done(&reply);
}

static void a_name_with_folders_is_only_its_last_part(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    new_id(id);
    struct reply reply = upload_as_anna("C:%5cScans%5cM%C3%BCller.png", id, png, sizeof png);
    json_t *json = body_of(&reply, 201);
    assert_string_equal(text_of(json_object_get(json, "result"), "source"), "Müller.png");
    json_decref(json);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    int64_t most = desk.config->limits.scan_bytes_most;
    new_id(id);
    desk.config->limits.scan_bytes_most = 20;
    struct reply reply = upload_as_anna("gross.png", id, png, sizeof png);
    assert_int_equal(reply.status, 413);
    reply_done(&reply);
    desk.config->limits.scan_bytes_most = most;
}

/* ---- the day ----------------------------------------------------------------------------------- */

static void the_day_is_walked_in_portions(void **state)
{
    (void)state;
    json_t *first = get_json("/api/v1/scans?limit=1");
    assert_int_equal(json_array_size(json_object_get(first, "results")), 1);
    assert_true(json_integer_value(json_object_get(first, "count")) >= 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(first, "counts"), "read")),
                     1);
    json_t *second = get_json(text_of(first, "next"));
    const json_t *one = json_array_get(json_object_get(first, "results"), 0);
    const json_t *other = json_array_get(json_object_get(second, "results"), 0);
    assert_string_not_equal(text_of(one, "scan"), text_of(other, "scan"));
    json_decref(first);
    json_decref(second);
    json_t *empty = get_json("/api/v1/scans?day=2020-01-01");
    assert_int_equal(json_array_size(json_object_get(empty, "results")), 0);
    json_decref(empty);
}

/* ---- what came back ---------------------------------------------------------------------------- */

static char *refused_path(const char *rest)
{
    char id[UUID_TEXT_BYTES];
    struct text path = {0};
    uuid_to_text(&desk.seed.refused.uuid, id);
    text_append_format(&path, "/api/v1/scans/%s%s", id, rest);
    return text_take(&path);
}

/* As the intake leaves it: the file, and a note that names the scan. */
static void lay_down_refused(void)
{
    char id[UUID_TEXT_BYTES];
    struct text note = {0};
    uuid_to_text(&desk.seed.refused.uuid, id);
    text_append_format(&note, "Kein Scan.\r\nKennung: %s\r\n", id);
    assert_int_equal(durable_make_folders("drop/Demmin/_refused", 0700, NULL), STATUS_OK);
    assert_int_equal(durable_write_file("drop/Demmin/_refused/vertrag.docx", "docx", 4, 0600, NULL),
                     STATUS_OK);
    assert_int_equal(durable_write_file("drop/Demmin/_refused/vertrag.docx.txt", note.bytes,
                                        note.length, 0600, NULL),
                     STATUS_OK);
    text_done(&note);
}

static void a_refused_file_is_saved_and_dropped_again(void **state)
{
    (void)state;
    char *file = refused_path("/file");
    char *again = refused_path("/again");
    struct stat seen;
    assert_int_equal(durable_make_folders("drop/Demmin", 0700, NULL), STATUS_OK);
    struct reply reply = desk_get(&desk, cookie, file);
    assert_int_equal(reply.status, 409); // it is not there
    reply_done(&reply);
    lay_down_refused();
    reply = desk_get(&desk, cookie, file);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "docx");
    assert_true(reply_has_header(&reply, "Content-Disposition", "attachment"));
    assert_true(reply_has_header(&reply, "Content-Type", "application/octet-stream"));
    reply_done(&reply);
    json_decref(post_json(again, "{}", 200));
    assert_int_equal(stat("drop/Demmin/vertrag.docx", &seen), 0);
    assert_int_not_equal(stat("drop/Demmin/_refused/vertrag.docx", &seen), 0);
    assert_int_not_equal(stat("drop/Demmin/_refused/vertrag.docx.txt", &seen), 0);
    json_decref(post_json(again, "{}", 409));
    char *withdraw = refused_path("/withdraw");
    json_decref(post_json(withdraw, "{}", 409)); // somebody has dealt with it
    free(withdraw);
    free(file);
    free(again);
}

/* ---- paper ------------------------------------------------------------------------------------- */

static void assert_adding(const char *batch, const struct uuid *scan, int status, int scanned)
{
    char id[UUID_TEXT_BYTES], path[128], body[128];
    uuid_to_text(scan, id);
    (void)snprintf(path, sizeof path, "/api/v1/batches/%s/scans", batch);
    (void)snprintf(body, sizeof body, "{\"scan\":\"%s\"}", id);
    json_t *answer = post_json(path, body, status);
    if (status == 200)
        assert_int_equal(json_integer_value(json_object_get(answer, "scanned")), scanned);
    json_decref(answer);
}

/* One's own site's scans that are in none, and that are read; others are not even there. */
static void assert_scans_are_added(const char *batch)
{
    const struct uuid nobody = {{7}};
    assert_adding(batch, &desk.seed.scan.uuid, 200, 2);
    assert_adding(batch, &desk.seed.scan.uuid, 409, 0);
    assert_adding(batch, &desk.seed.refused.uuid, 409, 0);
    assert_adding(batch, &desk.seed.foreign_scan.uuid, 404, 0);
    assert_adding(batch, &nobody, 404, 0);
    assert_adding("nosuch", &desk.seed.scan.uuid, 404, 0);
    char path[128];
    (void)snprintf(path, sizeof path, "/api/v1/batches/%s/scans", batch);
    json_decref(post_json(path, "{}", 400));
}

static void a_batch_closes_when_it_agrees_or_with_a_reason(void **state)
{
    (void)state;
    char path[128];
    json_decref(post_json("/api/v1/batches", "{}", 400));
    json_t *batch =
        post_json("/api/v1/batches", "{\"prepared\":12,\"received_day\":\"2026-03-02\"}", 200);
    assert_int_equal(json_integer_value(json_object_get(batch, "prepared")), 12);
    assert_string_equal(text_of(batch, "operator"), "anna");
    (void)snprintf(path, sizeof path, "/api/v1/batches/%s/cover", text_of(batch, "batch"));
    struct reply cover = desk_get(&desk, cookie, path);
    assert_int_equal(cover.status, 200);
    assert_memory_equal(cover.body, "%PDF-", 5);
    reply_done(&cover);
    assert_scans_are_added(text_of(batch, "batch"));
    (void)snprintf(path, sizeof path, "/api/v1/batches/%s/close", text_of(batch, "batch"));
    json_decref(post_json(path, "{}", 409));
    json_t *closed = post_json(path, "{\"reason\":\"zwei Seiten waren leer\"}", 200);
    assert_true(json_is_true(json_object_get(closed, "closed")));
    json_decref(closed);
    json_decref(batch);
    json_t *list = get_json("/api/v1/batches");
    assert_int_equal(json_array_size(json_object_get(list, "results")), 1);
    json_decref(list);
}

static void a_receipt_names_what_was_handed_in(void **state)
{
    (void)state;
    char id[UUID_TEXT_BYTES];
    char body[128];
    char path[64];
    uuid_to_text(&desk.seed.scan.uuid, id);
    (void)snprintf(body, sizeof body, "{\"scans\":[\"%s\"],\"sheets\":3}", id);
    json_t *receipt = post_json("/api/v1/receipts", body, 200);
    assert_int_equal(strlen(text_of(receipt, "code")), 9);
    (void)snprintf(path, sizeof path, "/api/v1/receipts/%s", text_of(receipt, "code"));
    json_t *again = get_json(path);
    const json_t *scan = json_array_get(json_object_get(again, "scans"), 0);
    assert_string_equal(text_of(scan, "kinds"), "widerspruch");
    assert_int_equal(json_integer_value(json_object_get(again, "sheets")), 3);
    assert_int_equal(json_integer_value(json_object_get(scan, "pages")), 2);
    json_decref(again);
    json_decref(receipt);
    uuid_to_text(&desk.seed.foreign_scan.uuid, id);
    (void)snprintf(body, sizeof body, "{\"scans\":[\"%s\"]}", id);
    json_decref(post_json("/api/v1/receipts", body, 409));
    json_decref(post_json("/api/v1/receipts", "{\"scans\":[]}", 400));
    json_decref(post_json("/api/v1/receipts", "{\"scans\":[5]}", 400));
}

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    cookie = desk_cookie(&desk, "anna");
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    free(cookie);
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_day_is_walked_in_portions),
        cmocka_unit_test(an_upload_is_answered_once_it_is_durable),
        cmocka_unit_test(the_same_upload_again_is_taken_over_once),
        cmocka_unit_test(what_is_no_scan_is_refused_in_plain_words),
        cmocka_unit_test(an_upload_without_the_right_leaves_nothing),
        cmocka_unit_test(a_name_with_folders_is_only_its_last_part),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(a_refused_file_is_saved_and_dropped_again),
        cmocka_unit_test(a_batch_closes_when_it_agrees_or_with_a_reason),
        cmocka_unit_test(a_receipt_names_what_was_handed_in),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
