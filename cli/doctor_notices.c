/* doctor_notices.c - checks of doctor.h: can anybody be warned? */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "store/outbox.h"

enum { ANSWER_MS = 5000, ADDRESS_BYTES = 300 };

/* ---- the mail server ------------------------------------------------------------------------------- */

/* A connection that stands, or -1 with the reason in *ret_error. */
static int connect_within(const struct addrinfo *address, int *ret_error)
{
    socklen_t length = sizeof *ret_error;
    int file = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                      address->ai_protocol);
    struct pollfd ready = {.fd = file, .events = POLLOUT};
    *ret_error = file < 0 ? errno : 0;
    if (file >= 0 && connect(file, address->ai_addr, address->ai_addrlen) != 0)
        *ret_error = errno;
    if (*ret_error == EINPROGRESS) {
        *ret_error = ETIMEDOUT;
        if (poll(&ready, 1, ANSWER_MS) == 1)
            (void)getsockopt(file, SOL_SOCKET, SO_ERROR, ret_error, &length);
    }
    if (*ret_error == 0)
        return file;
    if (file >= 0)
        (void)close(file);
    return -1;
}

static int connect_to(const struct addrinfo *addresses, int *ret_error)
{
    int file = -1;
    *ret_error = EADDRNOTAVAIL;
    for (const struct addrinfo *at = addresses; at != NULL && file < 0; at = at->ai_next)
        file = connect_within(at, ret_error);
    return file;
}

/* A mail server speaks first, and begins with 220 (RFC 5321, 3.1). With TLS from the first byte it
 * waits for us, so that the connection has to do. */
static bool greets(int file)
{
    char greeting[4] = "";
    struct pollfd ready = {.fd = file, .events = POLLIN};
    return poll(&ready, 1, ANSWER_MS) == 1 && recv(file, greeting, 3, 0) == 3 &&
           strcmp(greeting, "220") == 0;
}

static void try_server(struct checkup *checkup, const struct config_mail *mail)
{
    char host[ADDRESS_BYTES];
    int error = 0;
    struct addrinfo *addresses = NULL;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(mail->server, ':');
    size_t length = (size_t)(colon - mail->server);
    if (length >= sizeof host)
        return;
    memcpy(host, mail->server, length);
    host[length] = '\0';
    int unknown = getaddrinfo(host, colon + 1, &wanted, &addresses);
    if (unknown != 0) {
        checkup_bad(checkup, "Write the server's name right, and let this machine look names up.",
                    "mail.server: %s is not known: %s", host, gai_strerror(unknown));
        return;
    }
    int file = connect_to(addresses, &error);
    freeaddrinfo(addresses);
    if (file < 0)
        checkup_bad(checkup, "Write the port right, and let the firewall admit us.",
                    "mail.server: %s cannot be reached: %s", mail->server, strerror(error));
    else if (mail->encryption != CONFIG_ENCRYPTION_TLS && !greets(file))
        checkup_bad(checkup, "Choose the port of the mail server's submission, mostly 587.",
                    "mail.server: what listens on %s is no mail server", mail->server);
    else
        checkup_well(checkup, "%s takes mail", mail->server);
    if (file >= 0)
        (void)close(file);
}

static void check_password(struct checkup *checkup, const struct config_mail *mail)
{
    struct stat found;
    if (mail->password == NULL)
        return;
    if (stat(mail->password, &found) != 0)
        checkup_bad(checkup, "Put the password of mail.user into the file, mode 0640.",
                    "mail.password: %s: %s", mail->password, strerror(errno));
    else if ((found.st_mode & S_IRWXO) != 0)
        checkup_bad(checkup, "chmod 640 the file, and change the password.",
                    "mail.password: everybody may read %s", mail->password);
}

static bool is_this_host(const char *server)
{
    static const char *const names[] = {"localhost:", "127.", "[::1]:", "::1:"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (string_starts_with(server, names[i]))
            return true;
    return false;
}

void check_mail(struct checkup *checkup)
{
    const struct config_mail *mail = &checkup->config->mail;
    if (mail->server == NULL) {
        checkup_well(checkup, "no mail is sent");
        return;
    }
    check_password(checkup, mail);
    if (mail->authorities != NULL && access(mail->authorities, R_OK) != 0)
        checkup_bad(checkup, "Name a file of certificates, or leave it empty for the system's.",
                    "mail.authorities: %s: %s", mail->authorities, strerror(errno));
    if (mail->encryption == CONFIG_ENCRYPTION_NONE && !is_this_host(mail->server))
        checkup_bad(checkup, "Set mail.encryption to starttls, or use a mail server on this host.",
                    "mail.encryption: mail to %s goes over the network in clear text",
                    mail->server);
    try_server(checkup, mail);
}

/* ---- who is warned, and whether it comes through ------------------------------------------------------ */

void check_warnings(struct checkup *checkup)
{
    struct outbox_counts counts = {0};
    const struct config_alarms *alarms = &checkup->config->alarms;
    if (!checkup->config->monitor.enabled)
        checkup_note(checkup, "Set monitor.enabled, or start posteingang-monitor by other means.",
                     "nobody looks after the instance");
    if (alarms->mail == NULL && alarms->webhook == NULL)
        checkup_note(checkup, "Set alarms.mail (with mail.server), or alarms.webhook.",
                     "nobody is warned when something is wrong");
    if (outbox_count(checkup->ledger, &counts, NULL) != STATUS_OK)
        return;
    if (counts.given_up > 0)
        checkup_bad(checkup, "See the lines on mail, and journalctl -u posteingang-monitor.",
                    "%llu notices were given up within the last day",
                    (unsigned long long)counts.given_up);
    else if (counts.overdue_attempts > 0)
        checkup_bad(checkup, "See the lines on mail, and journalctl -u posteingang-monitor.",
                    "%llu notices wait, after %llu attempts that failed",
                    (unsigned long long)counts.waiting,
                    (unsigned long long)counts.overdue_attempts);
    else
        checkup_well(checkup, "%llu notices wait to be sent", (unsigned long long)counts.waiting);
}
