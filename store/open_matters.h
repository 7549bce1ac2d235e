/* open_matters.h - how much waits for people besides clearing: numbers for who looks after the
 * machine, without a name or a case. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_OPEN_MATTERS_H
#define STORE_OPEN_MATTERS_H

#include "store/ledger.h"

enum open_matter {
    MATTER_REQUESTS = 0,        /* requests for papers that are open */
    MATTER_REQUESTS_OVERDUE,    /* … of which the day has passed */
    MATTER_DEADLINES,           /* documents with a deadline that nobody has acknowledged */
    MATTER_DEADLINES_ESCALATED, /* … that went to the lead */
    MATTER_SAMPLES,             /* documents that are to be checked against their paper */
    MATTER_DELETIONS_PROPOSED,  /* proposals that another person has to approve */
    MATTER_DELETIONS_APPROVED,  /* documents that the next run of the deletion takes */
    MATTER_RECALLS,     /* misfiled documents that the data protection officer has to judge */
    MATTER_FORWARDINGS, /* misdirected mail whose receiver has not confirmed it */
    MATTER_PACKAGES,    /* packages that the document management system has not answered */
    OPEN_MATTERS
};

enum { OPEN_MATTERS_MOST = 100000 /* counted of each: more is told as this many */ };

/* "requests", "requests_overdue" …; static. */
const char *open_matter_name(enum open_matter matter);

/* Counted along indexes of what is open alone. */
enum status open_matters_count(struct ledger *ledger, uint64_t ret_counts[OPEN_MATTERS],
                               struct fault *fault);

#endif
