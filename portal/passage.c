/* passage.c - see passage.h.
 *
 * One thread of libmicrohttpd serves all connections and owns everything in struct service. A
 * log-in's connection is suspended while its credentials are checked elsewhere, and taken up again
 * in that one thread, so that nothing here needs a lock. Bodies are bounded and read whole; libmicrohttpd's own
 * parser of forms is never used. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "portal/passage.h"
#include "portal/routes.h"
#include "portal/stream.h"

enum { BODY_BYTES_MOST = 16 * 1024, ADDRESS_BYTES = 64 };

/* A request on its way. */
struct passage {
    const struct passage_server *server;
    struct MHD_Connection *connection;
    struct text body;
    bool is_too_large;
    bool is_begun;
    bool is_upload; /* its body is a file, which is not kept here */
    char address[ADDRESS_BYTES];
    struct exchange exchange;
};

/* ---- names that are written with % ------------------------------------------------------------ */

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t passage_unescape(void *context, struct MHD_Connection *connection, char *string)
{
    (void)context;
    (void)connection;
    char *to = string;
    for (const char *from = string; *from != '\0'; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1;
        int low = high < 0 ? -1 : hex_digit(from[2]);
        bool is_escape = low >= 0 && high * 16 + low != 0;
        *to++ = (char)(is_escape ? high * 16 + low : *from);
        from += is_escape ? 2 : 0;
    }
    *to = '\0';
    return (size_t)(to - string);
}

/* ---- what the request says -------------------------------------------------------------------- */

static struct MHD_Connection *connection_of(const void *passage)
{
    return ((const struct passage *)passage)->connection;
}

static const char *get_query(const void *passage, const char *name)
{
    return MHD_lookup_connection_value(connection_of(passage), MHD_GET_ARGUMENT_KIND, name);
}

static const char *get_header(const void *passage, const char *name)
{
    return MHD_lookup_connection_value(connection_of(passage), MHD_HEADER_KIND, name);
}

static const char *get_cookie(const void *passage, const char *name)
{
    return MHD_lookup_connection_value(connection_of(passage), MHD_COOKIE_KIND, name);
}

struct argument_walk {
    exchange_argument *callback;
    void *context;
};

static enum MHD_Result pass_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    (void)kind;
    const struct argument_walk *walk = context;
    walk->callback(walk->context, name, value);
    return MHD_YES;
}

static void each_query(const void *passage, exchange_argument *callback, void *context)
{
    struct argument_walk walk = {callback, context};
    (void)MHD_get_connection_values(connection_of(passage), MHD_GET_ARGUMENT_KIND, pass_argument,
                                    &walk);
}

static void peer_address(const struct passage *passage, char ret_address[ADDRESS_BYTES],
                         bool *ret_is_loopback)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(passage->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info == NULL ? NULL : info->client_addr;
    (void)snprintf(ret_address, ADDRESS_BYTES, "unknown");
    *ret_is_loopback = false;
    if (peer != NULL && peer->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, peer, sizeof four);
        (void)inet_ntop(AF_INET, &four.sin_addr, ret_address, ADDRESS_BYTES);
        *ret_is_loopback = (ntohl(four.sin_addr.s_addr) >> 24) == 127;
    } else if (peer != NULL && peer->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, peer, sizeof six);
        (void)inet_ntop(AF_INET6, &six.sin6_addr, ret_address, ADDRESS_BYTES);
        *ret_is_loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
}

/* A web server before us on the same host says who asked it, and whether over TLS. Nobody else is
 * believed. Of a list of addresses the last is the one that it added itself. */
static void believe_proxy(struct passage *passage, struct question *question)
{
    const char *forwarded = get_header(passage, "X-Forwarded-For");
    const char *scheme = get_header(passage, "X-Forwarded-Proto");
    question->is_https = question->is_https || (scheme != NULL && strcmp(scheme, "https") == 0);
    if (forwarded == NULL)
        return;
    const char *comma = strrchr(forwarded, ',');
    const char *last = comma == NULL ? forwarded : comma + 1;
    last += strspn(last, " ");
    struct in6_addr checked; // large enough for both families
    if (inet_pton(AF_INET, last, &checked) == 1 || inet_pton(AF_INET6, last, &checked) == 1)
        (void)snprintf(passage->address, sizeof passage->address, "%s", last);
}

static void ask(struct passage *passage, const char *method, const char *path)
{
    struct question *question = &passage->exchange.question;
    bool is_loopback = false;
    peer_address(passage, passage->address, &is_loopback);
    *question = (struct question){
        .method = method,
        .path = path,
        .body = text_string(&passage->body),
        .body_length = passage->body.length,
        .address = passage->address,
        .query = get_query,
        .header = get_header,
        .cookie = get_cookie,
        .each_query = each_query,
        .connection = passage,
        .is_https = passage->server->service->config->portal.certificate != NULL,
    };
    if (is_loopback)
        believe_proxy(passage, question);
}

/* ---- what is answered --------------------------------------------------------------------------- */

static struct MHD_Response *make_response(struct passage *passage)
{
    struct answer *answer = &passage->exchange.answer;
    struct MHD_Response *response = NULL;
    if (answer->kind == ANSWER_STREAM)
        return stream_response(passage->server->service, passage->connection, &passage->exchange);
    if (answer->kind == ANSWER_ASSET) {
        const struct asset *asset = answer->asset;
        size_t length = answer->is_packed ? asset->packed_length : asset->length;
        return MHD_create_response_from_buffer(answer->status == 304 ? 0 : length,
                                               answer->is_packed ? asset->packed : asset->bytes,
                                               MHD_RESPMEM_PERSISTENT);
    }
    if (answer->kind == ANSWER_FILE) {
        response =
            MHD_create_response_from_fd_at_offset64(answer->size, answer->file, answer->offset);
        if (response != NULL)
            answer->file = -1; // closed with the response
        return response;
    }
    response =
        MHD_create_response_from_buffer(answer->length, answer->bytes, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        answer->bytes = NULL; // freed with the response
    return response;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

/* On every answer, whatever it is. */
static void add_security_headers(struct MHD_Response *response, const struct passage *passage)
{
    const struct answer *answer = &passage->exchange.answer;
    add(response, "Content-Security-Policy", answer->policy);
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "X-Frame-Options", answer->may_be_framed ? "SAMEORIGIN" : "DENY");
    add(response, "Referrer-Policy", "no-referrer");
    add(response, "Cross-Origin-Opener-Policy", "same-origin");
    add(response, "Cross-Origin-Resource-Policy", "same-origin");
    add(response, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if (passage->exchange.question.is_https)
        add(response, "Strict-Transport-Security", "max-age=63072000");
}

/* Pages may be kept if they are asked for each time, an edition's files for a year; nothing else
 * may be kept anywhere. */
static const char *may_be_kept(const struct answer *answer)
{
    if (answer->kind != ANSWER_ASSET)
        return "no-store";
    return answer->is_fixed ? "public, max-age=31536000, immutable" : "no-cache";
}

static void add_headers(struct MHD_Response *response, const struct passage *passage)
{
    const struct answer *answer = &passage->exchange.answer;
    char number[16];
    add_security_headers(response, passage);
    add(response, "Content-Type", answer->type);
    add(response, "Cache-Control", may_be_kept(answer));
    if (answer->kind == ANSWER_ASSET) {
        add(response, "ETag", answer->is_packed ? answer->asset->packed_tag : answer->asset->tag);
        add(response, "Vary", "Accept-Encoding");
        if (answer->is_packed)
            add(response, "Content-Encoding", "gzip");
    }
    if (answer->disposition[0] != '\0')
        add(response, "Content-Disposition", answer->disposition);
    if (answer->cookie[0] != '\0')
        add(response, "Set-Cookie", answer->cookie);
    if (answer->allow != NULL)
        add(response, "Allow", answer->allow);
    if (answer->retry_after_s > 0) {
        (void)snprintf(number, sizeof number, "%u", answer->retry_after_s);
        add(response, "Retry-After", number);
    }
}

static enum MHD_Result send_answer(struct passage *passage)
{
    struct answer *answer = &passage->exchange.answer;
    if (answer->kind == ANSWER_NOTHING)
        return MHD_NO; // no memory even for the reason
    struct MHD_Response *response = make_response(passage);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, passage);
    enum MHD_Result result = MHD_queue_response(passage->connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- on the way ------------------------------------------------------------------------------ */

static void halt(const struct passage_server *server)
{
    uint64_t one = 1;
    ssize_t written = write(server->halt_file, &one, sizeof one);
    (void)written; // an eventfd takes a one at any time
}

/* In the errand's thread. */
static void take_up_again(void *context)
{
    struct passage *passage = context;
    MHD_resume_connection(passage->connection);
}

/* Hands an errand over, and lets the connection wait until it was done. When there is no place,
 * the answer says so, and is sent when the connection is taken up again. */
static enum MHD_Result wait_for(struct passage *passage, struct errands *errands,
                                struct errand *errand, unsigned status, const char *words,
                                unsigned retry_after_s)
{
    struct exchange *exchange = &passage->exchange;
    errand->done = take_up_again;
    errand->context = passage;
    MHD_suspend_connection(passage->connection);
    if (errands_submit(errands, errand))
        return MHD_YES;
    MHD_resume_connection(passage->connection);
    exchange->work = WORK_NOTHING;
    (void)answer_error(exchange, status, words, NULL);
    exchange->answer.retry_after_s = retry_after_s;
    passage->is_begun = true;
    return MHD_YES;
}

static enum MHD_Result wait_for_credentials(struct passage *passage)
{
    struct credentials *credentials = passage->exchange.credentials;
    const struct passage_server *server = passage->server;
    return wait_for(passage, credentials->asks_directory ? server->lookups : server->hashing,
                    &credentials->errand, 429,
                    "Gerade melden sich viele an. Bitte gleich noch einmal.", 1);
}

/* Lets the intake take the file over. */
static enum MHD_Result wait_for_intake(struct passage *passage)
{
    return wait_for(passage, passage->server->intaking, upload_errand(passage->exchange.upload),
                    503, "Gerade kommen sehr viele Dateien. Bitte gleich noch einmal.", 5);
}

/* All bytes of a file are there, or it was refused before they came. */
static enum MHD_Result end_upload(struct passage *passage)
{
    struct exchange *exchange = &passage->exchange;
    if (exchange->work != WORK_UPLOAD)
        return send_answer(passage);
    if (!upload_is_too_large(exchange->upload) && !upload_has_failed(exchange->upload)) {
        exchange->work = WORK_DONE; // by the time that it is taken up again
        return wait_for_intake(passage);
    }
    exchange->work = WORK_NOTHING;
    if (upload_is_too_large(exchange->upload))
        (void)answer_error(exchange, 413, "Die Datei ist zu groß.", NULL);
    else
        (void)answer_error(exchange, 507,
                           "Der Speicher ist voll. Bitte verständigen Sie die Verwaltung.", NULL);
    return send_answer(passage);
}

/* Asks whether a file may come, before its first byte. */
static void begin_upload(struct passage *passage, const char *method, const char *path)
{
    ask(passage, method, path);
    passage->is_upload = routes_takes_file(&passage->exchange);
    if (!passage->is_upload)
        return;
    if (routes_answer(passage->server->service, &passage->exchange, NULL) == STATUS_HALT)
        halt(passage->server);
}

static enum MHD_Result answer_request(struct passage *passage, const char *method, const char *path)
{
    struct exchange *exchange = &passage->exchange;
    if (passage->is_upload && exchange->work != WORK_DONE)
        return end_upload(passage);
    if (passage->is_begun && exchange->work == WORK_NOTHING)
        return send_answer(passage);
    if (passage->is_begun) {
        exchange->work = WORK_DONE;
    } else if (!passage->is_upload) {
        ask(passage, method, path);
    }
    passage->is_begun = true;
    enum status status = STATUS_OK;
    if (passage->is_too_large)
        (void)answer_error(exchange, 413, "Diese Anfrage ist zu groß.", NULL);
    else
        status = routes_answer(passage->server->service, exchange, NULL);
    if (status == STATUS_HALT)
        halt(passage->server);
    if (exchange->work == WORK_CREDENTIALS)
        return wait_for_credentials(passage);
    return send_answer(passage);
}

static void take_body(struct passage *passage, const char *bytes, size_t length)
{
    if (passage->is_upload) {
        if (passage->exchange.work == WORK_UPLOAD)
            upload_write(passage->exchange.upload, bytes, length);
        return;
    }
    if (passage->body.length + length > BODY_BYTES_MOST)
        passage->is_too_large = true;
    else
        text_append_bytes(&passage->body, bytes, length);
    passage->is_too_large |= passage->body.failed;
}

enum MHD_Result passage_on_request(void *context, struct MHD_Connection *connection,
                                   const char *path, const char *method, const char *version,
                                   const char *upload, size_t *upload_length, void **passage_p)
{
    (void)version;
    struct passage *passage = *passage_p;
    if (passage == NULL) {
        passage = calloc(1, sizeof *passage);
        if (passage == NULL)
            return MHD_NO;
        passage->server = context;
        passage->connection = connection;
        exchange_init(&passage->exchange);
        *passage_p = passage;
        begin_upload(passage, method, path);
        return MHD_YES;
    }
    if (*upload_length > 0) {
        take_body(passage, upload, *upload_length);
        *upload_length = 0;
        return MHD_YES;
    }
    return answer_request(passage, method, path);
}

void passage_on_completed(void *context, struct MHD_Connection *connection, void **passage_p,
                          enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct passage *passage = *passage_p;
    if (passage == NULL)
        return;
    exchange_done(&passage->exchange);
    if (passage->body.bytes != NULL) // it may hold a password
        sodium_memzero(passage->body.bytes, passage->body.capacity);
    text_done(&passage->body);
    free(passage);
    *passage_p = NULL;
}
