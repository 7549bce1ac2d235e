/* certificates.h - a test authority and certificates of it, made by openssl. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_PORTAL_CERTIFICATES_H
#define TESTS_PORTAL_CERTIFICATES_H

/* NAME.pem and NAME.key of an authority. Each ends the test program when it does not work. */
void certificate_authority(const char *name);
/* NAME.pem (with its chain) and NAME.key for 127.0.0.1, signed by the authority of that name, for
 * so many days. */
void certificate_make(const char *name, const char *authority, int days);
/* Runs a program with these words, NULL at the end, its output dropped; its exit code. */
int run_program(const char *const *words);

#endif
