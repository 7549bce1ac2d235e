/* document_kind.h - what kind of paper a letter is, and what must not be overlooked in it.
 *
 * Kinds compete: trigger words are weighted, more in a heading or subject line, and the best wins
 * when it is far enough ahead; otherwise the kind is unknown. Flags do not compete: a word that
 * means a deadline raises it wherever it stands, on any page. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_DOCUMENT_KIND_H
#define CLASSIFY_DOCUMENT_KIND_H

#include "base/text.h"
#include "classify/letter.h"

struct document_kind {
    const char *kind; /* static; NULL for unknown */
    double confidence;
};

struct document_kind document_kind_find(const struct letter *letter);
/* Appends the flags' words, parted by blanks, each once, in a fixed order. */
void document_flags_append(const struct letter *letter, struct text *flags);

#endif
