/* register_csv.h - an export of the case register, from bytes to checked rows. A pure function of
 * its bytes: no files, no ledger. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REGISTER_CSV_H
#define STORE_REGISTER_CSV_H

#include "store/register.h"

struct register_csv {
    const char *columns[REGISTER_FIELDS]; /* as in struct register_import */
    struct register_words words;
    /* Told of each accepted row; a status other than STATUS_OK ends the parse. May be NULL. */
    enum status (*accepted)(void *context, uint64_t line, const struct register_row *row,
                            struct fault *fault);
    /* The same for rows that say that they are taken out. May be NULL. */
    enum status (*removed)(void *context, uint64_t line, const struct register_row *row,
                           struct fault *fault);
    /* Told of each rejected row; may be NULL. */
    void (*rejected)(void *context, uint64_t line, const char *reason);
    void *context;
};

struct register_csv_counts {
    uint64_t persons;  /* accepted rows */
    uint64_t cases;    /* distinct case numbers among them */
    uint64_t rejected; /* rows set aside */
    uint64_t folded;   /* rows equal to one before, which count once */
    uint64_t removed;  /* rows that are taken out */
};

/* STATUS_REFUSE: no register at all (a required column is missing, UTF-16, nothing in it). */
enum status register_csv_parse(const char *bytes, size_t length, const struct register_csv *csv,
                               struct register_csv_counts *ret_counts, struct fault *fault);

/* A birth date as YYYY-MM-DD from YYYY-MM-DD or D.M.YYYY; "" for an empty, unknown or partly
 * unknown one (00.00.1950). False: it is none, or no day of the calendar. */
bool register_birth_date(const char *text, char ret_date[11]);

#endif
