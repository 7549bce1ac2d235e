/* register_index.h - the case register in memory, asked backwards: from what was read to who it
 * could be.
 *
 * Persons hold small numbers of dictionaries; lookups (hash to person or case) are sorted once.
 * Case numbers are found with one slip (deletion neighbourhood of the folded number), names and
 * streets through near words of their dictionaries, birth dates and other identifiers exactly.
 * About 250 bytes a person. Read-only after register_index_finish(). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_REGISTER_INDEX_H
#define CLASSIFY_REGISTER_INDEX_H

#include "classify/classify.h"
#include "classify/dictionary.h"
#include "classify/lookup.h"
#include "classify/rules.h"

enum {
    PERSON_GIVEN_NAMES_MOST = 4, /* further given names are not looked for */
    CASE_NONE = 0
};

/* Fields that an explanation shows as the register has them. */
enum person_field {
    PERSON_SURNAME,
    PERSON_GIVEN_NAMES,
    PERSON_BIRTH_DATE,
    PERSON_STREET,
    PERSON_HOUSE_NUMBER,
    PERSON_POSTCODE,
    PERSON_CITY,
    PERSON_IDENTIFIERS, /* kind letter and folded number each, parted by blanks */
    PERSON_FIELDS
};

struct person {
    uint32_t case_id;
    uint32_t surname; /* numbers of the dictionaries */
    uint32_t given_names[PERSON_GIVEN_NAMES_MOST];
    uint32_t given_count;
    uint32_t street;
    uint32_t house_number;
    uint32_t city;
    uint32_t postcode;   /* 0: unknown */
    uint32_t birth_date; /* YYYYMMDD, 0: unknown */
    size_t words;        /* start of PERSON_FIELDS strings in `words` */
};

/* A number that a case has or had. */
struct case_key {
    uint32_t case_id;
    uint32_t key; /* start of the folded number in `keys` */
};

/* Case ids are 1 to case_count. */
struct case_file {
    uint32_t team; /* number in `teams` */
    uint32_t first_person;
    uint32_t person_count;
    uint32_t key; /* start of the folded number in `keys` */
    bool is_closed;
    bool is_blocked; /* Sperrvermerk */
};

struct register_index {
    const struct rules *rules; /* borrowed */
    struct person *persons;    /* sorted by case after register_index_finish() */
    size_t person_count;
    size_t person_capacity;
    struct case_file *cases; /* [0] unused */
    size_t case_capacity;
    uint32_t case_count;
    struct case_key *case_keys;
    size_t case_key_count;
    size_t case_key_capacity;
    struct dictionary numbers; /* case numbers as the register writes them: number = case id */
    struct dictionary teams;
    struct dictionary surnames;
    struct dictionary given_names;
    struct dictionary streets;
    struct dictionary house_numbers;
    struct dictionary cities;
    struct dictionary number_words; /* words that stand in case numbers, e.g. "sg" */
    struct text words;
    struct text keys;
    uint64_t key_lengths;        /* bit n: there are folded numbers of n characters */
    struct lookup by_number;     /* folded number, whole and one character left out: case_keys */
    struct lookup by_name;       /* surname and given name: person */
    struct lookup by_birth;      /* birth date and surname: person */
    struct lookup by_address;    /* street and house number: person */
    struct lookup by_identifier; /* kind and folded identifier: person */
    bool is_finished;
};

const char *register_index_number(const struct register_index *index, uint32_t case_id);
const char *register_index_team(const struct register_index *index, uint32_t case_id);
const char *register_index_key(const struct register_index *index, uint32_t case_id);
const char *register_index_field(const struct register_index *index, uint32_t person,
                                 enum person_field field);
/* The case with exactly this number, CASE_NONE when there is none. */
uint32_t register_index_case(const struct register_index *index, const char *case_number);
/* Whether the person has this identifier. */
bool register_index_has_identifier(const struct register_index *index, uint32_t person,
                                   const struct identifier *identifier);

struct lookup_range register_index_by_name(const struct register_index *index, uint32_t surname,
                                           uint32_t given_name);
struct lookup_range register_index_by_birth(const struct register_index *index, uint32_t birth_date,
                                            uint32_t surname);
struct lookup_range register_index_by_address(const struct register_index *index, uint32_t street,
                                              uint32_t house_number);
struct lookup_range register_index_by_identifier(const struct register_index *index,
                                                 const struct identifier *identifier);

/* A registered number that marks could have been. */
struct number_hit {
    uint32_t case_id;
    unsigned cost; /* edit_distance.h */
};
/* Cases whose number is at most `most_cost` from the folded marks: exact, with one slip, or with
 * one slip and one digit that recognition confuses. Returns how many were written. */
size_t register_index_by_number(const struct register_index *index, const char *key,
                                unsigned most_cost, struct number_hit *ret_hits, size_t most);

#endif
