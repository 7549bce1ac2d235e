/* refusal.h - why the intake gives a file back, in words for the mailroom. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_REFUSAL_H
#define INGEST_REFUSAL_H

#include <stdint.h>

#include "base/text.h"

enum refusal {
    REFUSAL_LINK = 0,  /* a symbolic link */
    REFUSAL_SPECIAL,   /* FIFO, socket, device */
    REFUSAL_HARD_LINK, /* the file has a second name somewhere */
    REFUSAL_NAME,      /* control characters or malformed UTF-8 in its path */
    REFUSAL_PATH,      /* path longer than DROP_SOURCE_BYTES_MOST */
    REFUSAL_TOO_LARGE,
    REFUSAL_EMPTY,
    REFUSAL_FORMAT,     /* none of those that are read */
    REFUSAL_INCOMPLETE, /* its end never came */
    REFUSAL_UNREADABLE  /* we may not open it */
};

/* One German sentence: the ledger's reason. Static. */
const char *refusal_reason(enum refusal refusal);
/* One or two German sentences: what to do now. Static. */
const char *refusal_advice(enum refusal refusal);
/* What to do about a reader's refusal, whose reason is the reader's. Static. */
const char *refusal_advice_after_reading(void);

struct refusal_slip {
    const char *site;
    const char *source; /* plain, as source_escaped() has it */
    const char *scan;   /* its id */
    const char *reason;
    const char *advice;
    int64_t wall_ms;
};

/* Appends the note that lies beside a refused file: plain German text, lines ended for Windows. */
void refusal_slip_append(struct text *text, const struct refusal_slip *slip);

#endif
