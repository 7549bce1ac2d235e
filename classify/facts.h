/* facts.h - everything in a letter that can speak for or against a case, found once. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_FACTS_H
#define CLASSIFY_FACTS_H

#include "classify/addresses.h"
#include "classify/dates.h"
#include "classify/identifiers.h"
#include "classify/letter.h"
#include "classify/names.h"
#include "classify/numbers.h"
#include "classify/subjects.h"

enum { FACTS_DATES_MOST = 512, FACTS_IDENTIFIERS_MOST = 64, FACTS_CODES_MOST = 64 };

struct date_sighting {
    struct date date;
    uint32_t first, last; /* tokens */
    bool is_birth;        /* the words before it say so */
    uint32_t name_before; /* where the last name before it begins, LETTER_NONE without */
};

struct identifier_sighting {
    struct identifier identifier;
    uint32_t first, last; /* tokens */
};

/* A bar code that names a case. */
struct code_sighting {
    const struct reading_code *code; /* borrowed */
    uint32_t page;                   /* number in the scan */
    uint32_t case_id;                /* CASE_NONE: not in the register */
    bool is_sheet; /* of a return sheet, as far as can be told: not only a number as bars */
};

struct facts {
    struct letter letter;
    struct numbers numbers;
    struct names names;
    struct addresses addresses;
    struct subjects subjects;
    struct date_sighting dates[FACTS_DATES_MOST];
    size_t date_count;
    struct identifier_sighting identifiers[FACTS_IDENTIFIERS_MOST];
    size_t identifier_count;
    struct code_sighting codes[FACTS_CODES_MOST];
    size_t code_count;
};

/* On STATUS_OK the caller owns *ret_facts (facts_free()). STATUS_LATER on no memory. */
enum status facts_new(const struct reading *reading, const struct register_index *index,
                      struct facts **ret_facts, struct fault *fault);
void facts_free(struct facts **facts_p);
/* Where the last name (mention with a given name, or subject) before a token begins, or
 * LETTER_NONE. What stands at the token is said of that person. */
uint32_t facts_name_before(const struct facts *facts, uint32_t token);

#endif
