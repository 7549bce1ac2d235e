/* candidates.h - the cases a letter could belong to, each with what speaks for and against it.
 *
 * A finding's weight is the natural logarithm of a likelihood ratio: how much more likely it is
 * to be found when the letter belongs to the case than when it belongs to another case or to
 * nobody we know (Fellegi and Sunter 1969). Weights of what is rare in the register (a name, an
 * address) come from the register's own frequencies. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_CANDIDATES_H
#define CLASSIFY_CANDIDATES_H

#include "classify/facts.h"

enum { FINDINGS_MOST = 10, CANDIDATES_MOST = 512, NAMED_AT_MOST = 16 };

/* Kinds of evidence that a candidate has, as bits. */
enum support {
    SUPPORT_CODE = 1U << 0,
    SUPPORT_NUMBER = 1U << 1,        /* the marks read exactly as the case's number */
    SUPPORT_NUMBER_NEAR = 1U << 2,   /* all but a slip or what scanners confuse */
    SUPPORT_NUMBER_THEIRS = 1U << 3, /* only as the sender's own reference */
    SUPPORT_NAME = 1U << 4,          /* surname and given name */
    SUPPORT_NAME_PARTLY = 1U << 5,
    SUPPORT_SURNAME = 1U << 6,
    SUPPORT_BIRTH_DATE = 1U << 7,
    SUPPORT_BIRTH_WEAK =
        1U << 8, /* its year has two digits, or no word says that it is a birth date */
    SUPPORT_ADDRESS = 1U << 9,
    SUPPORT_IDENTIFIER = 1U << 10,
    SUPPORT_NAME_NEAR = 1U << 11,     /* the name is one edit away */
    SUPPORT_BIRTH_LATER = 1U << 12,   /* the birth date is not said of the first mention */
    SUPPORT_ADDRESS_LATER = 1U << 13, /* nor does the address */
    SUPPORT_BIRTH_NEAR = 1U << 14,    /* the birth date is one digit off, as read */
    SUPPORT_ADDRESS_WHOLE = 1U << 15, /* street, house number and postcode, nothing misread */

    AGAINST_NAME = 1U << 16,    /* the surname only with other given names */
    AGAINST_SUBJECT = 1U << 17, /* the letter names its persons, and this is none of them */
    AGAINST_BIRTH_DATE = 1U << 18,
    AGAINST_NUMBER = 1U << 19,  /* another case number is in the letter */
    AGAINST_ADDRESS = 1U << 20, /* persons live here, but not at the registered address */
    AGAINST_UNREAD = 1U << 21,  /* the letter names a person that could not be read */
    AGAINST_OTHERS = 1U << 22,  /* it names somebody else, too */
    AGAINST_ANY = AGAINST_NAME | AGAINST_SUBJECT | AGAINST_BIRTH_DATE | AGAINST_NUMBER
};

struct finding {
    const char *kind;     /* static, as struct evidence has it */
    uint32_t first, last; /* tokens; LETTER_NONE when it is not in the text */
    bool is_broken;       /* only first and last belong to it */
    const struct code_sighting *code;
    const char *source; /* of what was known before; NULL: it is on the page */
    int field;          /* enum person_field that the register has, -1: the case number */
    double weight;
};

struct scored {
    uint32_t case_id;
    const char *case_number;          /* borrowed from the index */
    uint32_t person;                  /* the person of the case that fits best */
    uint32_t mention;                 /* index of the agreeing name mention, LETTER_NONE without */
    uint32_t named_at[NAMED_AT_MOST]; /* the first mentions that can be this person */
    size_t named_count;
    unsigned support;     /* enum support */
    unsigned number_cost; /* of the number found, EDIT_FAR without */
    double score;         /* sum of the weights */
    double known;         /* the part of it that was known before the letter was read */
    double log_odds;      /* score and prior, against "nobody we know" at candidates.nobody */
    double probability;
    bool is_excluded; /* the letter was taken out of this case before */
    struct finding findings[FINDINGS_MOST];
    size_t finding_count;
};

struct candidates {
    struct scored *list; /* most likely first */
    size_t count;
    double nobody;     /* log of the prior of a person we do not know */
    struct text known; /* lines of known.h: what was known of those that came into question */
};

/* Finds and weighs, knowing `context` (NULL: nothing) and the letter's own kind (NULL: unknown).
 * STATUS_LATER on no memory. candidates_done() in any case. */
enum status candidates_find(struct candidates *candidates, const struct facts *facts,
                            const struct register_index *index,
                            const struct classify_context *context, const char *kind,
                            struct fault *fault);
void candidates_done(struct candidates *candidates);

/* The probability of the candidate at `at`, taken to have the log-odds `own`, when those of `excluded` (indexes) are no rivals of it,
 * because the letter belongs to them, too. */
double candidates_probability(const struct candidates *candidates,
                              const struct evidence_weights *weights, size_t at, double own,
                              const size_t *excluded, size_t excluded_count);

/* The sighting is a reference to us that is not this case's number, not even miswritten. */
bool number_is_another(const struct register_index *index, const struct number_sighting *sighting,
                       uint32_t case_id);
/* The sighting can be the case's number, miswritten or misread at most. */
bool number_explains(const struct register_index *index, const struct number_sighting *sighting,
                     uint32_t case_id);

#endif
