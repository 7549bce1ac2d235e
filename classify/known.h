/* known.h - what the office knows of a letter before it is read, as lines of text.
 *
 * The dispatcher writes them (store/match_context.h), the matcher takes them, and the explanation
 * of a decision keeps those that mattered: given back, they lead to the same decision again. One
 * fact a line, fields parted by tabs, "" where a field means nothing:
 *
 *     excluded   <case number>            it was taken out of this case: no candidate
 *     expected   <case number> <kind> <n> request n asked for a paper of this kind ("": any)
 *     batch      <case number> "" <id>    document <id> of this case came in the same batch
 *     envelope   <case number> "" <id>    … in the same envelope
 *     submission <case number> "" <id>    … was handed in at the desk together with it */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_KNOWN_H
#define CLASSIFY_KNOWN_H

#include "classify/classify.h"

struct known_facts {
    char *text;                      /* the lines, cut up */
    struct known_fact *list;         /* points into it */
    struct classify_context context; /* points to the list */
};

/* STATUS_REFUSE: lines of another form. The caller ends it with known_facts_done(), also after a
 * failure. */
enum status known_facts_read(const void *lines, size_t length, struct known_facts *ret_facts,
                             struct fault *fault);
void known_facts_done(struct known_facts *facts);

void known_fact_append(struct text *lines, const struct known_fact *fact);
/* The word that its line begins with; static. */
const char *known_word(enum known what);

#endif
