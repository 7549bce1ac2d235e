/* certificate.c - see certificate.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "portal/certificate.h"

static gnutls_datum_t datum_of(const char *pem)
{
    union {
        const char *read;
        unsigned char *bytes; // GnuTLS takes it so, and changes nothing
    } same = {.read = pem};
    return (gnutls_datum_t){.data = same.bytes, .size = (unsigned)strlen(pem)};
}

/* The end of the first certificate, which is the server's own. */
static enum status read_end(const char *path, const char *pem, int64_t *ret_end_ms,
                            struct fault *fault)
{
    gnutls_x509_crt_t first = NULL;
    const gnutls_datum_t datum = datum_of(pem);
    int why = gnutls_x509_crt_init(&first);
    if (why == 0)
        why = gnutls_x509_crt_import(first, &datum, GNUTLS_X509_FMT_PEM);
    if (why == 0)
        *ret_end_ms = (int64_t)gnutls_x509_crt_get_expiration_time(first) * 1000;
    gnutls_x509_crt_deinit(first);
    if (why != 0)
        return fault_set(fault, STATUS_REFUSE, "%s is no certificate (PEM): %s", path,
                         gnutls_strerror(why));
    return STATUS_OK;
}

/* GnuTLS itself compares the two. */
static enum status check_pair(const struct config_portal *portal,
                              const struct certificate *certificate, struct fault *fault)
{
    gnutls_certificate_credentials_t credentials = NULL;
    const gnutls_datum_t chain = datum_of(certificate->chain);
    const gnutls_datum_t key = datum_of(certificate->key);
    int why = gnutls_certificate_allocate_credentials(&credentials);
    if (why == 0)
        why = gnutls_certificate_set_x509_key_mem(credentials, &chain, &key, GNUTLS_X509_FMT_PEM);
    if (credentials != NULL)
        gnutls_certificate_free_credentials(credentials);
    if (why < 0)
        return fault_set(fault, STATUS_REFUSE, "%s is not the key of %s: %s", portal->key,
                         portal->certificate, gnutls_strerror(why));
    return STATUS_OK;
}

static enum status read_text(const char *path, char **ret_text, struct fault *fault)
{
    size_t length = 0;
    struct fault why = {0};
    if (file_read(path, CERTIFICATE_FILE_BYTES_MOST, ret_text, &length, &why) != STATUS_OK)
        return fault_set(fault, STATUS_REFUSE, "%s", why.text);
    return STATUS_OK;
}

enum status certificate_load(const struct config *config, struct certificate *ret_certificate,
                             struct fault *fault)
{
    const struct config_portal *portal = &config->portal;
    struct certificate certificate = {0};
    *ret_certificate = certificate;
    if (portal->certificate == NULL)
        return STATUS_OK;
    enum status status = read_text(portal->certificate, &certificate.chain, fault);
    if (status == STATUS_OK)
        status = read_text(portal->key, &certificate.key, fault);
    if (status == STATUS_OK)
        status = read_end(portal->certificate, certificate.chain, &certificate.end_ms, fault);
    if (status == STATUS_OK)
        status = check_pair(portal, &certificate, fault);
    if (status == STATUS_OK)
        *ret_certificate = certificate;
    else
        certificate_done(&certificate);
    return status;
}

void certificate_done(struct certificate *certificate)
{
    if (certificate->key != NULL)
        sodium_memzero(certificate->key, strlen(certificate->key));
    free(certificate->key);
    free(certificate->chain);
    *certificate = (struct certificate){0};
}
