/* portal.c - see portal.h. Starts and stops; what happens to a request is in passage.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "portal/certificate.h"
#include "portal/credentials.h"
#include "portal/indexer.h"
#include "portal/openapi.h"
#include "portal/passage.h"
#include "portal/portal.h"
#include "portal/recheck.h"
#include "portal/upload.h"
#include "store/logins.h"
#include "store/second_factor.h"

enum {
    CONNECTIONS_MOST = 1024,
    CONNECTION_BYTES = 32 * 1024, /* for a request's line and headers */
    CONNECTION_TIMEOUT_S = 20,
    UPLOADS_WAITING_MOST = 64
};

struct portal {
    struct service service;
    struct passage_server server;
    struct indexer *indexer;
    struct recheck *recheck;
    struct MHD_Daemon *daemon;
    struct certificate certificate;
    char priorities[64]; /* of TLS, as GnuTLS has it; libmicrohttpd wants it writable */
};

/* TLS 1.2 and 1.3 with forward secrecy alone, as BSI TR-02102-2 advises. */
static const char PRIORITIES[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA";
_Static_assert(sizeof PRIORITIES <= 64, "as in struct portal");

/* `rest` beside the folder of this program: bin/../rest. NULL: no memory, or unknown. */
static char *beside_programs(const char *rest)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    for (int parts = 0; parts < 2; parts++)
        if (strrchr(program, '/') != NULL)
            *strrchr(program, '/') = '\0';
    return path_join(program, rest);
}

/* The folder of the pages: as configured, or beside the program (share/posteingang/web). */
static char *web_folder(const struct config *config)
{
    return config->portal.web != NULL ? string_copy(config->portal.web)
                                      : beside_programs("share/posteingang/web");
}

static enum status open_search(struct service *service, struct fault *fault)
{
    char *folder = config_ledger_folder(service->config);
    char *path = search_path(folder);
    free(folder);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the portal");
    enum status status = search_open(path, &service->search, fault);
    free(path);
    return status;
}

static enum status restore_session(void *context, const struct login_session *kept,
                                   struct fault *fault)
{
    (void)fault;
    struct service *service = context;
    struct session session = {
        .is_open = true,
        .token = kept->token,
        .epoch = kept->epoch,
        .begun_ms = kept->begun_ms,
        .used_ms = kept->used_ms,
        .kept_ms = kept->used_ms,
    };
    (void)snprintf(session.user, sizeof session.user, "%s", kept->account);
    (void)snprintf(session.address, sizeof session.address, "%s", kept->address);
    sessions_restore(&service->sessions, &session, clock_wall_ms(service->clock));
    return STATUS_OK;
}

/* Without the key nobody's second factor can be checked, which the log says; it is made when the
 * first person asks for one. */
static enum status load_factor_key(struct service *service, struct fault *fault)
{
    struct fault why = {0};
    int64_t count = 0;
    const char *path = service->config->portal.factor_key;
    service->has_factor_key = secret_load(path, service->factor_key, &why) == STATUS_OK;
    enum status status = second_factor_count(service->ledger, &count, fault);
    if (status == STATUS_OK && count > 0 && !service->has_factor_key)
        log_error(NULL, "%s; nobody with a second factor can log in", why.text);
    return status;
}

static enum status open_service(struct service *service, const struct config *config,
                                const struct clock *clock, struct fault *fault)
{
    service->config = config;
    service->clock = clock;
    sessions_init(&service->sessions, config->portal.idle_ms, config->portal.absolute_ms);
    char *web = web_folder(config);
    service->programs = beside_programs("bin");
    upload_clear(config);
    if (web == NULL || service->programs == NULL) {
        free(web);
        return fault_set(fault, STATUS_LATER, "no memory for the portal");
    }
    enum status status = assets_load(web, &service->assets, fault);
    if (status == STATUS_OK)
        status = openapi_make(web, &service->openapi, fault);
    free(web);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_WRITE, clock, &service->ledger, fault);
    if (status == STATUS_OK)
        status = load_factor_key(service, fault);
    if (status == STATUS_OK)
        status = login_each(service->ledger, restore_session, service, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &service->spool, fault);
    if (status == STATUS_OK)
        status = open_search(service, fault);
    return status;
}

static void close_service(struct service *service)
{
    ledger_close(&service->ledger);
    spool_close(&service->spool);
    search_close(&service->search);
    assets_done(&service->assets);
    memo_done(&service->lists);
    sodium_memzero(service->factor_key, sizeof service->factor_key);
    free(service->openapi);
    free(service->programs);
}

/* The socket address that is configured; the length is 0 when it is none. */
static socklen_t listen_address(const struct config *config, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in four = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)config->portal.port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)config->portal.port)};
    if (inet_pton(AF_INET, config->portal.address, &four.sin_addr) == 1) {
        memcpy(ret_address, &four, sizeof four);
        return sizeof four;
    }
    if (inet_pton(AF_INET6, config->portal.address, &six.sin6_addr) == 1) {
        memcpy(ret_address, &six, sizeof six);
        return sizeof six;
    }
    return 0;
}

static enum status start_daemon(struct portal *portal, const struct config *config,
                                struct fault *fault)
{
    struct sockaddr_storage address = {0};
    socklen_t length = listen_address(config, &address);
    if (length == 0)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not an address", config->portal.address);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (address.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    if (portal->certificate.chain != NULL)
        flags |= MHD_USE_TLS;
    memcpy(portal->priorities, PRIORITIES, sizeof PRIORITIES);
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT,   0, portal->certificate.chain},
        {MHD_OPTION_HTTPS_MEM_KEY,    0, portal->certificate.key  },
        {MHD_OPTION_HTTPS_PRIORITIES, 0, portal->priorities       },
        {MHD_OPTION_END,              0, NULL                     },
    };
    const struct MHD_OptionItem none[] = {
        {MHD_OPTION_END, 0, NULL}
    };
    errno = 0;
    portal->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, passage_on_request, &portal->server, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, passage_on_completed, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_S,
        MHD_OPTION_UNESCAPE_CALLBACK, passage_unescape, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, portal->certificate.chain == NULL ? none : tls, MHD_OPTION_END);
    if (portal->daemon == NULL)
        return fault_errno(fault, STATUS_LATER, "cannot listen on %s port %d",
                           config->portal.address, (int)config->portal.port);
    return STATUS_OK;
}

enum status portal_start(const struct config *config, const struct clock *clock,
                         struct portal **ret_portal, struct fault *fault)
{
    struct portal *portal = calloc(1, sizeof *portal);
    if (portal == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the portal");
    portal->server.service = &portal->service;
    portal->server.halt_file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum status status = STATUS_OK;
    if (portal->server.halt_file < 0 || sodium_init() < 0)
        status = fault_errno(fault, STATUS_LATER, "the portal cannot start");
    if (status == STATUS_OK)
        status = open_service(&portal->service, config, clock, fault);
    if (status == STATUS_OK)
        status = pulse_start(config->store.ledger, &portal->service.pulse, fault);
    if (status == STATUS_OK)
        status = errands_start(UPLOADS_WAITING_MOST, &portal->server.intaking, fault);
    if (status == STATUS_OK)
        status = errands_start(CREDENTIALS_WAITING_MOST, &portal->server.hashing, fault);
    if (status == STATUS_OK)
        status = errands_start(CREDENTIALS_WAITING_MOST, &portal->server.lookups, fault);
    if (status == STATUS_OK)
        status = recheck_start(config, clock, &portal->recheck, fault);
    if (status == STATUS_OK)
        status = indexer_start(config, clock, &portal->indexer, fault);
    if (status == STATUS_OK)
        status = certificate_load(config, &portal->certificate, fault);
    if (status == STATUS_OK)
        status = start_daemon(portal, config, fault);
    if (status == STATUS_OK)
        *ret_portal = portal;
    else
        portal_stop(&portal);
    return status;
}

void portal_stop(struct portal **portal_p)
{
    struct portal *portal = *portal_p;
    if (portal == NULL)
        return;
    // First nothing may be suspended any more; the daemon's thread may still have errands.
    errands_drain(portal->server.hashing);
    errands_drain(portal->server.lookups);
    errands_drain(portal->server.intaking);
    if (portal->service.pulse != NULL)
        pulse_drain(portal->service.pulse);
    if (portal->daemon != NULL)
        MHD_stop_daemon(portal->daemon);
    errands_free(&portal->server.hashing);
    errands_free(&portal->server.lookups);
    errands_free(&portal->server.intaking);
    recheck_stop(&portal->recheck);
    pulse_free(&portal->service.pulse);
    indexer_stop(&portal->indexer);
    close_service(&portal->service);
    certificate_done(&portal->certificate);
    if (portal->server.halt_file >= 0)
        (void)close(portal->server.halt_file);
    free(portal);
    *portal_p = NULL;
}

uint16_t portal_port(const struct portal *portal)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(portal->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL ? 0 : info->port;
}

int portal_halt_file(const struct portal *portal)
{
    return portal->server.halt_file;
}
