/* server.c - see server.h. libmicrohttpd without a thread of its own: its epoll descriptor is one
 * of the loop's, so that pages are made where everything else happens. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/metrics.h"
#include "monitor/server.h"

enum {
    CONNECTIONS_MOST = 32,
    CONNECTION_BYTES = 16 * 1024,
    CONNECTION_TIMEOUT_S = 10,
    TURN_MS = 1000 /* how often connections that time out are looked for */
};

struct server {
    struct loop *loop;
    const struct server_pages *pages;
    struct MHD_Daemon *daemon;
    int epoll;
    unsigned timer;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              const char *media_type, struct text *page)
{
    const char *bytes = text_ok(page) ? text_string(page) : "out of memory\n";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(bytes), (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", media_type);
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result route(const struct server *server, struct MHD_Connection *connection,
                             const char *url, struct text *page)
{
    const struct server_pages *pages = server->pages;
    if (strcmp(url, "/metrics") == 0) {
        bool is_there = pages->metrics(pages->context, page);
        return answer(connection, is_there ? 200 : 503, METRICS_MEDIA_TYPE, page);
    }
    if (strcmp(url, "/health/ready") == 0) {
        bool is_ready = pages->ready(pages->context, page);
        return answer(connection, is_ready ? 200 : 503, "application/json", page);
    }
    if (strcmp(url, "/health/live") == 0) {
        text_append(page, "{\"live\":true}\n");
        return answer(connection, 200, "application/json", page);
    }
    text_append(page, "there are /metrics, /health/live and /health/ready\n");
    return answer(connection, 404, "text/plain; charset=utf-8", page);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request)
{
    static int seen; // only its address counts: the headers came before
    const struct server *server = context;
    (void)version;
    (void)upload;
    if (*request == NULL) {
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size != 0) {
        *upload_size = 0; // nobody wants it
        return MHD_YES;
    }
    struct text page = {0};
    enum MHD_Result result = MHD_NO;
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        result = route(server, connection, url, &page);
    } else {
        text_append(&page, "GET and HEAD only\n");
        result = answer(connection, 405, "text/plain; charset=utf-8", &page);
    }
    text_done(&page);
    return result;
}

static void turn(void *context)
{
    const struct server *server = context;
    (void)MHD_run(server->daemon);
}

/* The socket address; its length is 0 when it is none. */
static socklen_t parse(const char *address, uint16_t port, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
        memcpy(ret_address, &four, sizeof four);
        return sizeof four;
    }
    if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) {
        memcpy(ret_address, &six, sizeof six);
        return sizeof six;
    }
    return 0;
}

static enum status start_daemon(struct server *server, const char *address, uint16_t port,
                                struct fault *fault)
{
    struct sockaddr_storage where = {0};
    if (parse(address, port, &where) == 0)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not an address", address);
    unsigned flags = MHD_USE_EPOLL;
    if (where.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&where,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        server->daemon == NULL ? NULL
                               : MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return fault_errno(fault, STATUS_LATER, "cannot listen on %s port %u", address, port);
    server->epoll = info->epoll_fd;
    return STATUS_OK;
}

enum status server_open(struct loop *loop, const char *address, uint16_t port,
                        const struct server_pages *pages, struct server **ret_server,
                        struct fault *fault)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *server = (struct server){.loop = loop, .pages = pages, .epoll = -1};
    enum status status = start_daemon(server, address, port, fault);
    if (status == STATUS_OK)
        status = loop_add_file(loop, server->epoll, turn, server, fault);
    if (status == STATUS_OK) {
        server->timer = loop_add_timer(loop, TURN_MS, turn, server);
        *ret_server = server;
    } else {
        if (server->daemon != NULL)
            MHD_stop_daemon(server->daemon);
        free(server);
    }
    return status;
}

void server_close(struct server **server_p)
{
    struct server *server = *server_p;
    if (server == NULL)
        return;
    loop_remove_file(server->loop, server->epoll);
    loop_remove_timer(server->loop, server->timer);
    MHD_stop_daemon(server->daemon);
    free(server);
    *server_p = NULL;
}

uint16_t server_port(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL ? 0 : info->port;
}
