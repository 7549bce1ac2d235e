/* subjects.h - who a letter says it is from or about, whether or not the register knows them.
 *
 * Persons are recognised by their place: behind a label ("Bewohner/in:"), before "geb." or
 * "wohnhaft", above an address, below the greeting. They are asked for one thing: whether the
 * person of a case is among them. If a letter names its persons and ours is not one of them, a
 * case number in it proves nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_SUBJECTS_H
#define CLASSIFY_SUBJECTS_H

#include "classify/letter.h"
#include "classify/register_index.h"

enum { SUBJECTS_MOST = 64, SUBJECT_TOKENS_MOST = 5 };

struct subject {
    uint32_t first, last;             /* tokens */
    uint32_t given_first, given_last; /* in another row of a form; LETTER_NONE without */
};

struct subjects {
    struct subject list[SUBJECTS_MOST];
    size_t count;
    bool is_hinted; /* words that label a person are there, whether or not a name could be read */
};

void subjects_find(struct subjects *subjects, const struct letter *letter);
enum subject_fit {
    SUBJECT_OTHER,   /* somebody else's name */
    SUBJECT_STRANGE, /* one word behind a label, unlike this person's name */
    SUBJECT_UNREAD,  /* too garbled to tell, or only a given name that is right */
    SUBJECT_SAME     /* that person's name, given name included */
};

/* Whether the words are that person's name. */
enum subject_fit subject_fits(const struct subject *subject, const struct letter *letter,
                              const struct register_index *index, uint32_t person);

/* A word of an office's or a firm's name, folded ("sozialamt", "ggmbh", "sparkasse" …). */
bool is_institution_word(const char *folded);
/* A word that an address of a person follows ("wohnhaft"). */
bool is_dwelling_word(const char *folded);

#endif
