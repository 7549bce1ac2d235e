/* desk.c - see desk.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "tests/portal/desk.h"
#include "tests/support/server.h"

/* 2026-03-02 11:00 UTC: noon in the office, far from any midnight. */
static const int64_t NOON_MS = INT64_C(1772449200000);
static atomic_llong passed_ms;

static int64_t wall(void *context)
{
    (void)context;
    return NOON_MS + passed_ms;
}

static int64_t monotonic(void *context)
{
    (void)context;
    return 1000000 + passed_ms;
}

const struct clock *desk_clock(void)
{
    static const struct clock clock = {wall, monotonic, NULL};
    return &clock;
}

void desk_wait(int64_t milliseconds)
{
    passed_ms += milliseconds;
}

static void must(enum status status, const char *what, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, fault->text);
    exit(1);
}

static void start(struct desk *desk)
{
    struct fault fault = {0};
    must(portal_start(desk->config, desk_clock(), &desk->portal, &fault), "start", &fault);
    desk->port = portal_port(desk->portal);
}

void desk_open(struct desk *desk)
{
    desk_open_with(desk, "", "");
}

void desk_open_with(struct desk *desk, const char *portal, const char *more)
{
    struct fault fault = {0};
    struct text file = {0};
    char place[SERVER_PLACE_BYTES];
    *desk = (struct desk){0};
    text_append_format(&file,
                       "sites:\n  - name: Neubrandenburg\n  - name: Neustrelitz\n  - name: Waren\n"
                       "  - name: Demmin\nportal:\n  port: 0\n  web: \"%s/portal/web\"\n%s"
                       "log: {level: error}\n%s",
                       getenv("SOURCE_DIR"), portal, more);
    if (server_place(place))
        text_append_format(&file, "store: {ledger: \"%s\"}\n", place);
    must(durable_write_file("posteingang.yaml", file.bytes, file.length, 0600, &fault), "write",
         &fault);
    text_done(&file);
    must(config_load("posteingang.yaml", &desk->config, NULL, &fault), "load", &fault);
    must(seed_office(desk->config, desk_clock(), &desk->seed, &fault), "seed", &fault);
    start(desk);
}

void desk_close(struct desk *desk)
{
    portal_stop(&desk->portal);
    config_free(&desk->config);
}

void desk_restart(struct desk *desk)
{
    portal_stop(&desk->portal);
    start(desk);
}

struct reply desk_login(const struct desk *desk, const char *name, const char *password)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    return client_ask(desk->port, "POST", "/api/v1/login", OUR_PAGES, body);
}

char *desk_cookie(const struct desk *desk, const char *name)
{
    struct text cookie = {0};
    struct reply reply = desk_login(desk, name, seed_password);
    if (reply.status != 200) {
        (void)fprintf(stderr, "%s cannot log in: %d %s\n", name, reply.status,
                      reply.body == NULL ? "" : reply.body);
        exit(1);
    }
    text_append_format(&cookie, "Cookie: posteingang=%s\r\n", reply_token(&reply));
    reply_done(&reply);
    return text_take(&cookie);
}

struct reply desk_get(const struct desk *desk, const char *cookie, const char *path)
{
    return client_ask(desk->port, "GET", path, cookie, NULL);
}

struct reply desk_post(const struct desk *desk, const char *cookie, const char *path,
                       const char *body)
{
    struct text headers = {0};
    text_append_format(&headers, "%s%s", OUR_PAGES, cookie);
    struct reply reply = client_ask(desk->port, "POST", path, text_string(&headers), body);
    text_done(&headers);
    return reply;
}
