/* slapd.c - see slapd.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <fcntl.h>
#include <ldap.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "tests/portal/certificates.h"
#include "tests/portal/slapd.h"

static const char PROGRAM[] = "/usr/sbin/slapd";
static const char ADDER[] = "/usr/sbin/slapadd";

enum { PATIENCE = 1000 /* of 20 ms: a slow machine under a sanitizer */ };

static void give_up(const char *what)
{
    (void)fprintf(stderr, "the test directory: %s\n", what);
    exit(1);
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0 || bind(file, (struct sockaddr *)&address, length) != 0 ||
        getsockname(file, (struct sockaddr *)&address, &length) != 0)
        give_up("no free port");
    (void)close(file);
    return ntohs(address.sin_port);
}

static void write_settings(void)
{
    static const char settings[] = "include /etc/ldap/schema/core.schema\n"
                                   "include /etc/ldap/schema/cosine.schema\n"
                                   "include /etc/ldap/schema/inetorgperson.schema\n"
                                   "modulepath /usr/lib/ldap\n"
                                   "moduleload back_mdb\n"
                                   "allow bind_anon_cred\n"
                                   "pidfile directory/slapd.pid\n"
                                   "TLSCertificateFile directory/server.pem\n"
                                   "TLSCertificateKeyFile directory/server.key\n"
                                   "database mdb\n"
                                   "maxsize 10485760\n"
                                   "suffix \"" SLAPD_BASE "\"\n"
                                   "rootdn \"" SLAPD_ADMIN "\"\n"
                                   "rootpw \"" SLAPD_ADMIN_PASSWORD "\"\n"
                                   "directory directory/data\n";
    if (durable_write_file("directory/slapd.conf", settings, sizeof settings - 1, 0600, NULL) !=
        STATUS_OK)
        give_up("its settings cannot be written");
}

void slapd_make(struct slapd *slapd, const char *ldif)
{
    if (access(PROGRAM, X_OK) != 0)
        give_up("slapd is not there: apt-get install slapd");
    if (mkdir("directory", 0700) != 0 || mkdir("directory/data", 0700) != 0)
        give_up("its folder cannot be made");
    certificate_authority("directory/ca");
    certificate_authority("directory/other-ca");
    certificate_make("directory/server", "directory/ca", 30);
    write_settings();
    if (run_program((const char *const[]){ADDER, "-q", "-f", "directory/slapd.conf", "-l", ldif,
                                          NULL}) != 0)
        give_up("its entries cannot be added");
    *slapd = (struct slapd){.port = free_port(), .tls_port = free_port()};
    slapd_start(slapd);
}

static int can_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int is_there = connect(file, (struct sockaddr *)&address, sizeof address) == 0;
    (void)close(file);
    return is_there;
}

void slapd_start(struct slapd *slapd)
{
    char urls[128];
    (void)snprintf(urls, sizeof urls, "ldap://127.0.0.1:%u/ ldaps://127.0.0.1:%u/", slapd->port,
                   slapd->tls_port);
    slapd->process = fork();
    if (slapd->process == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(nothing, STDERR_FILENO);
        (void)execl(PROGRAM, PROGRAM, "-f", "directory/slapd.conf", "-h", urls, "-d", "0",
                    (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < PATIENCE && !(can_connect(slapd->port) && can_connect(slapd->tls_port));
         i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    if (!can_connect(slapd->port))
        give_up("slapd does not start");
}

void slapd_stop(struct slapd *slapd)
{
    if (slapd->process <= 0)
        return;
    (void)kill(slapd->process, SIGTERM);
    (void)waitpid(slapd->process, NULL, 0);
    slapd->process = 0;
}

static LDAP *open_as_admin(const struct slapd *slapd)
{
    char url[64];
    LDAP *connection = NULL;
    const int version = LDAP_VERSION3;
    char password[] = SLAPD_ADMIN_PASSWORD;
    struct berval secret = {sizeof password - 1, password};
    (void)snprintf(url, sizeof url, "ldap://127.0.0.1:%u", slapd->port);
    if (ldap_initialize(&connection, url) != LDAP_SUCCESS ||
        ldap_set_option(connection, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
        ldap_sasl_bind_s(connection, SLAPD_ADMIN, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL) !=
            LDAP_SUCCESS)
        give_up("its admin cannot log in");
    return connection;
}

void slapd_change(const struct slapd *slapd, const char *dn, const char *attribute,
                  const char *value, int is_added)
{
    LDAP *connection = open_as_admin(slapd);
    int code = 0;
    if (attribute == NULL) {
        code = ldap_delete_ext_s(connection, dn, NULL, NULL);
    } else {
        char *name = string_copy(attribute);
        char *text = string_copy(value);
        char *values[] = {text, NULL};
        LDAPMod change = {.mod_op = is_added ? LDAP_MOD_ADD : LDAP_MOD_DELETE,
                          .mod_type = name,
                          .mod_vals = {.modv_strvals = values}};
        LDAPMod *changes[] = {&change, NULL};
        code = ldap_modify_ext_s(connection, dn, changes, NULL, NULL);
        free(name);
        free(text);
    }
    (void)ldap_unbind_ext_s(connection, NULL, NULL);
    if (code != LDAP_SUCCESS)
        give_up(ldap_err2string(code));
}
