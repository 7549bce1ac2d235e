/* certificate.h - the portal's own certificate and key, when it speaks TLS itself. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_CERTIFICATE_H
#define PORTAL_CERTIFICATE_H

#include <stdint.h>

#include "base/fault.h"
#include "config/config.h"

enum { CERTIFICATE_FILE_BYTES_MOST = 1 << 20 };

/* As the web server wants them: PEM, the certificate with its chain, for as long as it runs. */
struct certificate {
    char *chain; /* NULL: none is configured */
    char *key;
    int64_t end_ms; /* wall clock */
};

/* STATUS_REFUSE: a file cannot be read or is none, or the key is not the certificate's. A
 * certificate that has run out is loaded all the same: people can be told, and it is better than no
 * portal. Without a configured one *ret_certificate is {0}. */
enum status certificate_load(const struct config *config, struct certificate *ret_certificate,
                             struct fault *fault);
/* Wipes the key. */
void certificate_done(struct certificate *certificate);

#endif
