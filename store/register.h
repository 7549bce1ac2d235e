/* register.h - the case register: who has which case, imported whole from a CSV export.
 *
 * Kept in the ledger's database, versioned. An import writes the new version beside the old one in
 * portions, so that the work of others goes on, and then points at it in one transaction: others
 * see the old register or the new one, never a part, whatever happens on the way. The version
 * before stays until the next import. When two imports run at once, the one that began last wins
 * and the other one gets STATUS_LATER.
 *
 * A full import replaces the register. An incremental one replaces the cases that stand in its
 * file, each with all its persons, and leaves all others as they are; a case whose rows all say
 * that they are removed is taken out. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REGISTER_H
#define STORE_REGISTER_H

#include "store/ledger.h"

/* Fields of a register row. The first nine are required columns. */
enum register_field {
    REGISTER_CASE_NUMBER = 0,
    REGISTER_SURNAME,
    REGISTER_GIVEN_NAMES,
    REGISTER_BIRTH_DATE,
    REGISTER_STREET,
    REGISTER_HOUSE_NUMBER,
    REGISTER_POSTCODE,
    REGISTER_CITY,
    REGISTER_TEAM,
    REGISTER_BENEFIT,
    REGISTER_CASEWORKER,
    REGISTER_SITE,
    REGISTER_STATUS,
    REGISTER_OTHER_IDS,
    REGISTER_OLD_NUMBERS, /* numbers that the case had before, parted by ; */
    REGISTER_BLOCKED,     /* Sperrvermerk, as the register writes it */
    REGISTER_FIELDS
};

/* The contract's name of a field, e.g. "given_names"; static. */
const char *register_field_name(enum register_field field);

/* One person in one case. Strings are UTF-8; absent ones are "". Borrowed in callbacks. */
struct register_row {
    const char *fields[REGISTER_FIELDS]; /* birth_date as YYYY-MM-DD, "" when it is not or only
                                            partly known; other_ids ;-separated */
    bool is_closed;                      /* the case is over */
    bool is_blocked; /* Sperrvermerk: not everybody may see it, and nothing is filed unseen */
    bool is_staff;   /* blocked as the case of somebody who works for the office */
};

/* What the register's words mean: beginnings parted by `;`, upper and lower case alike, that end
 * where a word ends. NULL: none. */
struct register_words {
    const char *closed;      /* in the status column: the case is over */
    const char *blocked;     /* in the status column: the case is blocked */
    const char *staff;       /* in either of the two: it is blocked as that of the office's staff */
    const char *not_blocked; /* in the column blocked; anything else in it, but "", blocks */
    const char *removed;     /* in the status column: the row is taken out of the register */
};

struct register_import {
    const char *csv_path;
    /* The file's column for each field; NULL: the field's name. Several columns that together are
     * other_ids stand parted by `;`. */
    const char *columns[REGISTER_FIELDS];
    struct register_words words;
    bool is_incremental;    /* the file's cases take the place of theirs; all others stay */
    bool dry_run;           /* check everything, change nothing */
    bool force;             /* accept a drop of more than `drop_share_most` */
    double drop_share_most; /* 0.10: refuse when more than 10 % of rows are gone */
    const char *actor;
    /* Told of each rejected row (1-based line of the file, one sentence); may be NULL. */
    void (*rejected)(void *context, uint64_t line, const char *reason);
    void *context;
};

struct register_import_result {
    uint64_t persons, cases; /* of the register after the import */
    uint64_t rejected;       /* rows set aside */
    uint64_t folded;         /* rows equal to one before, which count once */
    uint64_t removed;        /* rows that say that they are taken out */
    uint64_t persons_before; /* of the version that was current */
    /* Cases against the version before: */
    uint64_t cases_new, cases_changed, cases_gone, cases_same;
    int64_t version; /* the new current one; 0 on a dry run */
};

/* STATUS_REFUSE: the file cannot be a register (missing columns, not CSV, nearly all rows
 * rejected) or dropped too much; the old version stays. Delimiter `;` or `,` and encoding UTF-8
 * or Windows-1252, BOM or not, are found by looking. */
enum status register_import_csv(struct ledger *ledger, const struct register_import *import,
                                struct register_import_result *ret_result, struct fault *fault);

/* The current version; 0 when there is none. It grows with each import. */
enum status register_version(struct ledger *ledger, int64_t *ret_version, struct fault *fault);
typedef enum status register_row_callback(void *context, const struct register_row *row,
                                          struct fault *fault);
/* Every row of the current version, in the order of the file, as it was when the walk began. A
 * callback that does not return STATUS_OK ends the walk with its status; it may look into the
 * ledger but must not change it. */
enum status register_each(struct ledger *ledger, register_row_callback *callback, void *context,
                          struct fault *fault);
/* The rows of one case; none calls back never. */
enum status register_case(struct ledger *ledger, const char *case_number,
                          register_row_callback *callback, void *context, struct fault *fault);

/* The other cases of a household, by their numbers (borrowed), a handful at most. The callback may
 * look into the ledger. */
typedef enum status register_case_callback(void *context, const char *case_number,
                                           struct fault *fault);
enum status register_household(struct ledger *ledger, const char *case_number,
                               register_case_callback *callback, void *context,
                               struct fault *fault);

#endif
