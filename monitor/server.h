/* server.h - serves /metrics and /health to whoever reaches the port, in the caller's loop.
 *
 *   GET /metrics       Prometheus' text format
 *   GET /health/live   200: this program answers
 *   GET /health/ready  200, or 503 with the reasons, as JSON */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_SERVER_H
#define MONITOR_SERVER_H

#include "base/loop.h"
#include "base/text.h"

struct server;

struct server_pages {
    /* Each appends a page; false: 503. */
    bool (*metrics)(void *context, struct text *page);
    bool (*ready)(void *context, struct text *page);
    void *context;
};

/* Listens when it returns; `loop` and `pages` are borrowed until server_close(). STATUS_LATER: the
 * address is taken. STATUS_REFUSE: it is none. */
enum status server_open(struct loop *loop, const char *address, uint16_t port,
                        const struct server_pages *pages, struct server **ret_server,
                        struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void server_close(struct server **server_p);
uint16_t server_port(const struct server *server);

#endif
