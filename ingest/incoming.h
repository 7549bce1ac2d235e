/* incoming.h - the bytes of one scan of which only a part has come: a file at the centre that grows.
 *
 * One a site at a time: opening the next removes what is left of others there. A name is the scan's
 * id and the beginning of its digest, so that bytes of one offer never go on in another's. What is
 * durable here is what the desk need not send again; whether it is right shows the digest at the
 * end. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_INCOMING_H
#define INGEST_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/uuid.h"

struct incoming {
    int file; /* -1: none is open */
    char *path;
    uint64_t size;    /* bytes that it will have */
    uint64_t written; /* that are there */
    uint64_t durable; /* … and stay when the power goes */
};

/* Opens the beginning of a scan of `size` bytes in `folder`/`site`, making what is missing. On
 * STATUS_OK what was there already is durable, and the caller ends it with incoming_close(). */
enum status incoming_open(const char *folder, const char *site, const struct uuid *scan,
                          const struct digest *digest, uint64_t size, struct incoming *ret_incoming,
                          struct fault *fault);
/* Adds bytes at the end; there must be room for them in `size`. */
enum status incoming_add(struct incoming *incoming, const void *bytes, size_t length,
                         struct fault *fault);
enum status incoming_sync(struct incoming *incoming, struct fault *fault);
/* Closes it; the file stays. Nothing when none is open. */
void incoming_close(struct incoming *incoming);
/* Closes and removes it. */
enum status incoming_discard(struct incoming *incoming, struct fault *fault);

#endif
