/* identifiers.h - numbers that others give a person: IBAN, BG number, insurance number and more.
 *
 * Whether a kind is looked for at all is the office's decision, kind by kind (struct
 * classify_options): a kind set to "never" is neither indexed nor searched nor shown. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_IDENTIFIERS_H
#define CLASSIFY_IDENTIFIERS_H

#include <stdbool.h>
#include <stddef.h>

#include "classify/classify.h"
#include "classify/fold.h"
#include "classify/pattern.h"

/* One that was found in a text. */
struct identifier {
    enum identifier_kind kind;
    size_t start, end; /* bytes of the text */
    char folded[FOLD_KEY_BYTES];
    bool is_checked; /* the kind has a check digit, and it agrees */
};

/* The patterns of all kinds, by kind. */
struct identifier_patterns {
    struct pattern *patterns[IDENTIFIER_KINDS];
};

enum status identifier_patterns_init(struct identifier_patterns *patterns, struct fault *fault);
void identifier_patterns_done(struct identifier_patterns *patterns);
/* The next of a kind at or after `from`. */
bool identifier_find(const struct identifier_patterns *patterns, enum identifier_kind kind,
                     const char *text, size_t length, size_t from,
                     struct identifier *ret_identifier);
/* What kind a register's entry is; false when it is none that we know. */
bool identifier_recognise(const struct identifier_patterns *patterns, const char *entry,
                          struct identifier *ret_identifier);
/* Evidence kind, e.g. "iban"; static. */
const char *identifier_name(enum identifier_kind kind);

#endif
