/* slapd.h - a real directory for tests: Debian's slapd on the loopback, all of it in one folder.
 *
 * It speaks plain LDAP, StartTLS and ldaps with a certificate of a test authority, and, unlike its
 * default, takes a name without a password for a log-in of nobody, as Active Directory does. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_PORTAL_SLAPD_H
#define TESTS_PORTAL_SLAPD_H

#include <stdint.h>
#include <sys/types.h>

#define SLAPD_BASE           "dc=kreis,dc=example"
#define SLAPD_ADMIN          "cn=leitung," SLAPD_BASE
#define SLAPD_ADMIN_PASSWORD "nur fuer den Test"

struct slapd {
    pid_t process; /* 0: it does not run */
    uint16_t port, tls_port;
};

/* Fills the folder "directory" with certificates (ca.pem, other-ca.pem) and the entries of an LDIF
 * file, and starts. Ends the test program when it does not work. */
void slapd_make(struct slapd *slapd, const char *ldif);
void slapd_start(struct slapd *slapd);
void slapd_stop(struct slapd *slapd);
/* As the directory's admin: adds or removes one value of an attribute, or removes an entry
 * (`attribute` NULL). */
void slapd_change(const struct slapd *slapd, const char *dn, const char *attribute,
                  const char *value, int is_added);

#endif
