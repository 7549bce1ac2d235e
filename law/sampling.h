/* sampling.h - which documents of a batch another person looks at, so that anybody can draw the
 * same sample again from the recorded seed.
 *
 * BSI TR-03138 (RESISCAN) 1.5, A.SC.8 and A.NB.2: sampling is allowed at the protection class
 * normal, its size is fixed beforehand; the unit is the document. A finding makes the whole batch
 * be looked at, and the next batches of the site more closely until several in a row are clean:
 * the switching rule of ISO 2859-1 (tightened until five lots in a row are accepted). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_SAMPLING_H
#define LAW_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

enum protection_class {
    PROTECTION_NORMAL,
    PROTECTION_HIGH,
    PROTECTION_VERY_HIGH,
    PROTECTION_CLASSES
};

/* "normal", "high", "very_high"; and back. */
const char *protection_class_name(enum protection_class protection);
bool protection_class_from_name(const char *name, enum protection_class *ret_class);

enum {
    SAMPLING_SEED_BYTES = 32,
    SAMPLING_PER_MILLE = 1000,
    SAMPLING_NORMAL_RATE = 40,     /* per mille of the documents of a batch */
    SAMPLING_HIGH_RATE = 1000,     /* every one */
    SAMPLING_TIGHTENED_RATE = 250, /* after a finding, at the class normal */
    SAMPLING_LEAST = 1,            /* documents of each batch */
    SAMPLING_CLEAN_BATCHES = 5     /* in a row, until the rate is the class's again */
};

/* What the office has fixed beforehand; {0} in a member: the default above. */
struct sampling_rule {
    enum protection_class protection;
    unsigned rate;          /* per mille at the class normal */
    unsigned tightened;     /* after a finding, at the class normal */
    unsigned clean_batches; /* in a row, until the rate is `rate` again */
};

/* Per mille of the next batch's documents that are drawn; `clean_batches` is the number of batches
 * without a finding since the site's last finding, or UINT_MAX when it never had one. */
unsigned sampling_rate(const struct sampling_rule *rule, unsigned clean_batches);

/* How many of `count` documents are drawn: the rate rounded up, at least SAMPLING_LEAST, at most
 * all. */
size_t sampling_size(size_t count, unsigned rate);

/* Marks the documents that are drawn. A document's rank is SHA-256(seed, batch's id in 16 bytes,
 * its index in 8 bytes, most significant first); the lowest ranks are drawn. false: no memory. */
bool sampling_draw(const uint8_t seed[SAMPLING_SEED_BYTES], const struct uuid *batch, size_t count,
                   unsigned rate, bool *ret_drawn);

#endif
