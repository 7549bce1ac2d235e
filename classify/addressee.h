/* addressee.h - whether a letter is addressed to somebody else: a body of the office's routing table,
 * or, on an envelope that was scanned, somebody whose mail is not opened.
 *
 * A name counts where an address stands: on the first page, at the beginning of a line of its upper
 * half, behind "An das" or the like, or in the field of DIN 5008 with a postcode below. Lines with
 * digits are none (return addresses), nor is anything when the field names our own office first. On an
 * envelope, a page of few words, a name counts wherever it stands. It is a hint for a person, who
 * decides. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_ADDRESSEE_H
#define CLASSIFY_ADDRESSEE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "classify/letter.h"

enum { ADDRESSEE_ENVELOPE_WORDS_MOST = 60 /* of a page that may be an envelope */ };

struct addressee_option {
    const char *name;  /* without blanks */
    const char *title; /* for people */
    const char *words; /* beginnings of lines, parted by `;`; NULL: none */
    bool is_sealed;    /* looked for on envelopes: its mail is not opened or scanned */
};

struct addressee {
    char *name, *title;
    bool is_sealed;
    char *phrase; /* folded words, parted by blanks */
};

struct addressees {
    struct addressee *list; /* one for each phrase */
    size_t count;
};

/* Copies. False when memory ran out; addressees_done() in any case. */
bool addressees_init(struct addressees *addressees, const struct addressee_option *options,
                     size_t count);
void addressees_done(struct addressees *addressees);
/* The first that the letter is addressed to; NULL: none. `authority`: our own folded name. */
const struct addressee *addressee_find(const struct addressees *addressees,
                                       const struct letter *letter, const char *authority);

#endif
