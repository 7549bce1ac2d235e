/* certificates.c - see certificates.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "monitor/certificates.h"

static int64_t end_of(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    time_t end = (time_t)-1;
    gnutls_x509_crt_t certificate = NULL;
    if (file_read(path, CERTIFICATE_BYTES_MOST, &bytes, &length, NULL) != STATUS_OK)
        return 0;
    const gnutls_datum_t pem = {.data = (unsigned char *)bytes, .size = (unsigned)length};
    if (gnutls_x509_crt_init(&certificate) == 0) {
        if (gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM) == 0)
            end = gnutls_x509_crt_get_expiration_time(certificate);
        gnutls_x509_crt_deinit(certificate);
    }
    free(bytes);
    return end == (time_t)-1 ? 0 : (int64_t)end * 1000;
}

size_t certificates_look(const char *files, struct certificate_state *ret_states)
{
    size_t count = 0;
    for (const char *at = files; at != NULL && *at != '\0' && count < CERTIFICATES_MOST;) {
        at += strspn(at, ", ");
        size_t length = strcspn(at, ",");
        char *path = length == 0 ? NULL : string_copy_bytes(at, length);
        if (path != NULL) {
            const char *slash = strrchr(path, '/');
            struct certificate_state *state = &ret_states[count++];
            (void)snprintf(state->name, sizeof state->name, "%.90s",
                           slash == NULL ? path : slash + 1);
            state->end_ms = end_of(path);
        }
        free(path);
        at += length;
    }
    return count;
}
