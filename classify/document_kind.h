/* document_kind.h - what kind of paper a letter is, and what must not be overlooked in it.
 *
 * Kinds compete: trigger words are weighted (kind_triggers.h), a learned model has its say in
 * proportion to how many documents of a kind it has seen (kind_model.h), and the best wins when it
 * is far enough ahead; otherwise the kind is unknown. Flags do not compete: a word that means a
 * deadline raises it wherever it stands, on any page. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_DOCUMENT_KIND_H
#define CLASSIFY_DOCUMENT_KIND_H

#include "base/text.h"
#include "classify/kind_triggers.h"
#include "classify/letter.h"

struct document_kind {
    const char *kind; /* static, or as long as `rules`; NULL for unknown */
    double confidence;
};

/* `rules` may be NULL: the program's own tables only. */
struct document_kind document_kind_find(const struct letter *letter,
                                        const struct kind_rules *rules);
/* Appends the flags' words, parted by blanks, each once. */
void document_flags_append(const struct letter *letter, const struct kind_rules *rules,
                           struct text *flags);

#endif
