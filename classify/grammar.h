/* grammar.h - a configured scheme of case numbers: finding one, writing it as the register does.
 *
 * Nothing here knows a scheme: pattern, canonical form and check digit come from the options. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_GRAMMAR_H
#define CLASSIFY_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "classify/classify.h"
#include "classify/pattern.h"

enum { GRAMMAR_NUMBER_BYTES = 96 }; /* a number in canonical form and its NUL */

struct grammar {
    char *name;
    char *canonical;
    char *check_over;
    enum check_algorithm check;
    int check_group; /* -1 without */
    struct pattern *pattern;
};

/* A number that the grammar found in a text. */
struct grammar_match {
    size_t start, end; /* bytes of the text */
    char canonical[GRAMMAR_NUMBER_BYTES];
    bool is_checked; /* the grammar has a check digit, and it agrees */
    bool is_wrong;   /* the grammar has a check digit, and it does not agree */
};

/* Copies what it needs. STATUS_REFUSE says what is wrong; the grammar is {0} then. */
enum status grammar_init(struct grammar *grammar, const struct case_grammar *options,
                         struct fault *fault);
void grammar_done(struct grammar *grammar);
bool grammar_find(const struct grammar *grammar, const char *text, size_t length, size_t from,
                  struct grammar_match *ret_match);

#endif
