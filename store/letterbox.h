/* letterbox.h - when the letterbox of a site was emptied, and for which day its letters count.
 *
 * A night letterbox parts the letters from before midnight from those after it; each compartment is
 * an emptying of its own. Where nothing parts them, the site's rule says for which day they count
 * (law/receipt.h). Nothing is changed or deleted: a wrong row is followed by a right one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LETTERBOX_H
#define STORE_LETTERBOX_H

#include "law/day.h"
#include "law/receipt.h"
#include "store/ledger.h"

enum letterbox_compartment {
    COMPARTMENT_ALL, /* nothing parts the letters */
    COMPARTMENT_BEFORE_MIDNIGHT,
    COMPARTMENT_AFTER_MIDNIGHT,
    LETTERBOX_COMPARTMENTS
};

const char *letterbox_compartment_name(enum letterbox_compartment compartment);
bool letterbox_compartment_from_name(const char *name, enum letterbox_compartment *ret_compartment);

enum {
    LETTERBOX_DAY_BYTES = DAY_TEXT_BYTES,
    LETTERBOX_TIME_BYTES = 6,
    LETTERBOX_PIECES_MOST = 100000
};

struct letterbox_draft {
    const char *site;
    enum letterbox_compartment compartment;
    enum letterbox_rule rule; /* of the site, for COMPARTMENT_ALL */
    const char *day;          /* YYYY-MM-DD; NULL or "": today */
    const char *time;         /* HH:MM; NULL or "": not said */
    uint32_t pieces;          /* 0: not counted */
};

struct letterbox_record {
    int64_t number;
    char *site;
    enum letterbox_compartment compartment;
    char day[LETTERBOX_DAY_BYTES];
    char time[LETTERBOX_TIME_BYTES];
    char counts_for[LETTERBOX_DAY_BYTES];
    enum letterbox_rule rule;
    uint32_t pieces;
    char *actor;
    int64_t noted_ms;
};
void letterbox_record_done(struct letterbox_record *record);

/* Writes the emptying down. STATUS_REFUSE: a day or time that is none or has not come yet, or too
 * many pieces. */
enum status letterbox_empty(struct ledger *ledger, const struct letterbox_draft *draft,
                            const char *actor, struct letterbox_record *ret_record,
                            struct fault *fault);

/* The newest first, at most `most` (0: all); `site` NULL: of all. `record` is borrowed. */
typedef enum status letterbox_callback(void *context, const struct letterbox_record *record,
                                       struct fault *fault);
enum status letterbox_log(struct ledger *ledger, const char *site, uint32_t most,
                          letterbox_callback *callback, void *context, struct fault *fault);

#endif
