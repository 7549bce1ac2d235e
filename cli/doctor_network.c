/* doctor_network.c - checks of doctor.h: keys of the door for other hosts, and what is listened on. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/keypair.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "store/remote_sites.h"
#include "store/worker_keys.h"

/* ---- keys ---------------------------------------------------------------------------------- */

void check_keys(struct checkup *checkup)
{
    const struct config_dispatch *dispatch = &checkup->config->dispatch;
    struct key_file key = {0};
    struct fault fault = {0};
    struct stat found;
    if (stat(dispatch->key, &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        checkup_bad(checkup,
                    "chmod 600 the file; when somebody may have read it, make a new key and enrol "
                    "the workers anew.",
                    "others may read the dispatcher's key %s", dispatch->key);
    } else if (dispatch->listen == NULL && checkup->config->reception.listen == NULL) {
        checkup_well(checkup, "no workers or desks on other hosts, no key needed");
    } else if (key_file_read(dispatch->key, &key, &fault) != STATUS_OK) {
        checkup_bad(
            checkup,
            "posteingang init makes the dispatcher's key, or restore keys/ from the backup.", "%s",
            fault.text);
    } else {
        checkup_well(checkup, "the dispatcher has its key");
    }
    key_file_wipe(&key);
}

/* ---- desks far away ------------------------------------------------------------------------ */

struct desks {
    const struct config_site *site; /* that is looked for */
    bool has_key;
    bool came, stands;
};

static enum status take_key(void *context, const struct worker_key *key, struct fault *fault)
{
    struct desks *desks = context;
    (void)fault;
    if (key->role == WORKER_ROLE_SITE && key->revoked_ms == 0 &&
        string_equal(key->site, desks->site->name))
        desks->has_key = true;
    return STATUS_OK;
}

static enum status take_line(void *context, const struct remote_site *line, struct fault *fault)
{
    struct desks *desks = context;
    (void)fault;
    if (string_equal(line->name, desks->site->name)) {
        desks->came = true;
        desks->stands = line->since_ms != 0;
    }
    return STATUS_OK;
}

static bool desk_is_well(struct checkup *checkup, const struct config_site *site)
{
    struct desks desks = {.site = site};
    struct fault fault = {0};
    if (worker_key_each(checkup->ledger, take_key, &desks, &fault) != STATUS_OK ||
        remote_sites_each(checkup->ledger, take_line, &desks, &fault) != STATUS_OK)
        checkup_bad(checkup, "posteingang verify", "%s: %s", site->name, fault.text);
    else if (!desks.has_key)
        checkup_bad(checkup,
                    "posteingang key new NAME, then posteingang key enrol NAME PUBLIC --role site "
                    "--site SITE.",
                    "%s: no key is enrolled for this site", site->name);
    else if (!desks.came)
        checkup_note(checkup, "At the desk: posteingang site --connect ADDRESS --key FILE.",
                     "%s: its desk never came", site->name);
    else if (!desks.stands)
        checkup_note(checkup, "It keeps what is scanned; at the desk: posteingang sites.",
                     "%s: the line of its desk is cut", site->name);
    else
        return true;
    return false;
}

/* At the desk itself. */
static void check_own_desk(struct checkup *checkup)
{
    const struct config_centre *centre = &checkup->config->centre;
    struct key_file key = {0};
    struct fault fault = {0};
    enum status status = key_file_read(centre->key, &key, &fault);
    if (status == STATUS_OK && !key.has_server)
        status =
            fault_set(&fault, STATUS_REFUSE, "%s is a dispatcher's key, not a desk's", centre->key);
    key_file_wipe(&key);
    if (status != STATUS_OK)
        checkup_bad(checkup, "Make it at the centre with posteingang key new, and carry it here.",
                    "%s", fault.text);
    else
        checkup_well(checkup, "this desk has its key, and sends to %s", centre->connect);
}

void check_desks(struct checkup *checkup)
{
    const struct config *config = checkup->config;
    size_t remote = 0;
    size_t well = 0;
    if (config->centre.connect != NULL) {
        check_own_desk(checkup);
        return;
    }
    for (size_t i = 0; i < config->site_count; i++)
        remote += config->sites[i].is_remote;
    if (remote > 0 && config->reception.listen == NULL) {
        checkup_bad(checkup, "Set reception.listen, and start posteingang-reception.",
                    "sites are remote, but no desk can reach this centre");
        return;
    }
    for (size_t i = 0; i < config->site_count; i++)
        if (config->sites[i].is_remote)
            well += desk_is_well(checkup, &config->sites[i]);
    if (well == remote)
        checkup_well(checkup, remote == 0 ? "no desks far away" : "every desk far away is there");
}

/* ---- ports --------------------------------------------------------------------------------- */

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

/* 0: neither an IPv4 nor an IPv6 address. */
static socklen_t parse_address(const char *written, uint16_t port, union address *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (inet_pton(AF_INET, written, &ret_address->four.sin_addr) == 1) {
        ret_address->four.sin_family = AF_INET;
        ret_address->four.sin_port = htons(port);
        return sizeof ret_address->four;
    }
    if (inet_pton(AF_INET6, written, &ret_address->six.sin6_addr) == 1) {
        ret_address->six.sin6_family = AF_INET6;
        ret_address->six.sin6_port = htons(port);
        return sizeof ret_address->six;
    }
    return 0;
}

/* 0: it can be listened on; else errno. */
static int try_listening(const union address *address, socklen_t length)
{
    int one = 1;
    int socket_file = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_file < 0)
        return errno;
    (void)setsockopt(socket_file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int why =
        bind(socket_file, &address->any, length) == 0 && listen(socket_file, 1) == 0 ? 0 : errno;
    (void)close(socket_file);
    return why;
}

static void tell_port(struct checkup *checkup, const char *setting, const char *written,
                      uint16_t port, int why)
{
    if (why == EADDRINUSE && checkup->is_running)
        checkup_well(checkup, "%s port %u: in use, as it should be", written, port);
    else if (why == EADDRINUSE)
        checkup_bad(checkup, "Stop the other program, or choose another port in the configuration.",
                    "%s: another program listens on %s port %u", setting, written, port);
    else if (why == EADDRNOTAVAIL)
        checkup_bad(checkup, "Give an address of this machine (ip addr), or 127.0.0.1.",
                    "%s: %s is no address of this machine", setting, written);
    else if (why != 0)
        checkup_bad(checkup, "Choose a port above 1023, or another address.", "%s: %s port %u: %s",
                    setting, written, port, strerror(why));
    else
        checkup_well(checkup, "%s port %u is free", written, port);
}

static bool is_loopback(const union address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->four.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&address->six.sin6_addr);
}

static void check_pages(struct checkup *checkup)
{
    const char *given = checkup->config->portal.web;
    char *page = given == NULL ? NULL : path_join(given, "index.html");
    if (page != NULL && access(page, R_OK) != 0)
        checkup_bad(
            checkup,
            "Leave portal.web empty, so that the pages that came with the program are used.",
            "portal.web: there are no pages in %s", given);
    free(page);
}

void check_portal(struct checkup *checkup)
{
    const struct config_portal *portal = &checkup->config->portal;
    uint16_t port = (uint16_t)portal->port;
    union address address;
    if (!portal->enabled) {
        checkup_well(checkup, "is switched off");
        return;
    }
    socklen_t length = parse_address(portal->address, port, &address);
    check_pages(checkup);
    if (length == 0) {
        checkup_bad(checkup, "Give a numeric address, e.g. 127.0.0.1.",
                    "portal.address: %s is no address", portal->address);
        return;
    }
    if (!is_loopback(&address) && portal->certificate == NULL)
        checkup_note(checkup,
                     "Give it a certificate (portal.certificate), or let it listen on 127.0.0.1 "
                     "behind a web server with TLS.",
                     "portal.address: passwords go over the network in clear text");
    if (port == 0)
        checkup_well(checkup, "%s, any free port", portal->address);
    else
        tell_port(checkup, "portal.port", portal->address, port, try_listening(&address, length));
}

/* "tcp://ADDRESS:PORT", or "*" for every address. */
static socklen_t parse_endpoint(const char *endpoint, char ret_written[INET6_ADDRSTRLEN],
                                uint16_t *ret_port, union address *ret_address)
{
    const char *begin = strstr(endpoint, "://");
    const char *colon = strrchr(endpoint, ':');
    if (begin == NULL || colon <= begin + 3)
        return 0;
    begin += 3;
    size_t length = (size_t)(colon - begin);
    if (*begin == '[' && length > 2) {
        begin++;
        length -= 2;
    }
    if (length >= INET6_ADDRSTRLEN)
        return 0;
    memcpy(ret_written, begin, length);
    ret_written[length] = '\0';
    if (strcmp(ret_written, "*") == 0)
        memcpy(ret_written, "0.0.0.0", sizeof "0.0.0.0");
    *ret_port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return parse_address(ret_written, *ret_port, ret_address);
}

void check_listening(struct checkup *checkup)
{
    const char *endpoint = checkup->config->dispatch.listen;
    char written[INET6_ADDRSTRLEN];
    union address address;
    uint16_t port = 0;
    if (endpoint == NULL) {
        checkup_well(checkup, "workers of this host only");
        return;
    }
    socklen_t length = parse_endpoint(endpoint, written, &port, &address);
    if (length == 0)
        checkup_note(checkup, "Give a numeric address, or tcp://*:PORT for every one.",
                     "dispatch.listen: %s cannot be tried", endpoint);
    else
        tell_port(checkup, "dispatch.listen", written, port, try_listening(&address, length));
}

void check_metrics(struct checkup *checkup)
{
    const struct config_monitor *monitor = &checkup->config->monitor;
    uint16_t port = (uint16_t)monitor->port;
    union address address;
    socklen_t length = parse_address(monitor->address, port, &address);
    if (!monitor->enabled || length == 0) {
        checkup_well(checkup, "are switched off");
        return;
    }
    if (!is_loopback(&address))
        checkup_note(checkup, "Let a firewall admit your Prometheus alone.",
                     "monitor.address: whoever reaches %s may read the numbers", monitor->address);
    if (port == 0)
        checkup_well(checkup, "%s, any free port", monitor->address);
    else
        tell_port(checkup, "monitor.port", monitor->address, port, try_listening(&address, length));
}
