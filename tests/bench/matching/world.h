/* world.h - a made-up county: people, their cases and a register of them.
 *
 * Households are what makes matching hard: couples with a case each and one account, twins under
 * one roof, father and son of one name, namesakes in other towns. A world has one of several
 * schemes of case numbers; the matcher is told of it by its grammar and nothing else. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_WORLD_H
#define TESTS_BENCH_MATCHING_WORLD_H

#include "classify/classify.h"
#include "tests/bench/matching/chance.h"

enum { WORLD_NUMBER_BYTES = 32, WORLD_NAME_BYTES = 48, WORLD_IDS_BYTES = 64, WORLD_NONE = -1 };

enum world_shape {
    WORLD_COUNTY,  /* 50.21.004711-7 with a check digit, and SG 50.2/04711/09 without one */
    WORLD_LETTERS, /* HL-19-04711-3, Damm's check digit */
    WORLD_PLAIN,   /* 5021 00012345 SGBXII, no check digit at all */
    WORLD_SHAPES
};

/* How a person is related to `relative`. */
enum world_tie {
    TIE_NONE,
    TIE_COUPLE,    /* one address and account, a case each */
    TIE_TWIN,      /* one surname, birth date and address */
    TIE_SAME_NAME, /* father and son of one name under one roof */
    TIE_SIBLING,   /* one surname and address */
    TIE_HOUSEHOLD, /* two persons of one case */
    TIE_NAMESAKE   /* one name, elsewhere */
};

struct citizen {
    char number[WORLD_NUMBER_BYTES]; /* of the case; "" for people we do not know */
    char surname[WORLD_NAME_BYTES];
    char given_names[WORLD_NAME_BYTES];
    int year, month, day; /* of birth */
    char street[WORLD_NAME_BYTES];
    char house[8];
    char postcode[8];
    char city[WORLD_NAME_BYTES];
    char iban[24];
    char bg_number[24];
    char insurance_number[16];
    enum world_tie tie;
    int relative; /* index, WORLD_NONE without */
};

struct world {
    enum world_shape shape;
    struct citizen *citizens;
    size_t count;
    size_t capacity;
    struct chance chance;
    uint32_t serial;
    const struct citizen *likely; /* who is likely to turn up in the next letter; NULL: anybody */
    const struct citizen *picked; /* who was the first to; NULL: nobody yet */
};

/* A register of `households` households; false on no memory. world_done() in any case. */
bool world_init(struct world *world, enum world_shape shape, size_t households, uint64_t seed);
void world_done(struct world *world);
/* Somebody who is not in the register. */
struct citizen world_stranger(struct world *world);
/* A number that nobody has, of the world's scheme. */
void world_new_number(struct world *world, char ret_number[WORLD_NUMBER_BYTES]);
/* The grammars of the world's numbers; static. */
const struct case_grammar *world_grammars(enum world_shape shape, size_t *ret_count);
/* The index of all citizens, in an order shuffled by `seed`; NULL on no memory. */
struct register_index *world_index(const struct world *world, const struct rules *rules,
                                   uint64_t seed);

#endif
