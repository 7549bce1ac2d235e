/* paging.h - long lists in portions: `{"count", "next", "results"}`, by keyset.
 *
 * A list is in the order of a number (mostly a time) and an id. The portion after the last row that
 * somebody has is found through an index however far down it is, and rows that came meanwhile shift
 * nothing. `next` is the address of the next portion, with the same filters, or null. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_PAGING_H
#define PORTAL_PAGING_H

#include "portal/exchange.h"

enum { PAGING_LIMIT = 50, PAGING_LIMIT_MOST = 200 };

/* A row's place in the order. */
struct paging_key {
    int64_t number;
    struct uuid id;
    uint32_t ordinal; /* among rows of the same number and id */
};

struct paging {
    size_t limit; /* rows to give; ask for one more to know whether there is a next portion */
    bool has_after;
    struct paging_key after; /* the rows behind this one */
};

/* From "?limit=" and "?after=". False: "after" is none of ours (answer 400). */
bool paging_read(const struct exchange *exchange, struct paging *ret_paging);
/* The list as an object, for more to be added; NULL when memory is out. Parameters as below. */
json_t *paging_list(const struct exchange *exchange, json_t *results, int64_t count,
                    const struct paging_key *last);
/* Answers the list. `results` (an array) is taken. `last` is the key of the last row given when
 * there are more, NULL otherwise. `count` -1: not known (null). */
enum status paging_answer(struct exchange *exchange, json_t *results, int64_t count,
                          const struct paging_key *last, struct fault *fault);

#endif
