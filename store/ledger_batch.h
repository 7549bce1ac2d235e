/* ledger_batch.h - batches: stacks of paper that were prepared, counted and scanned together.
 *
 * A batch begins with its cover sheet: every page behind the cover, up to the next cover in the
 * same scan, belongs to it. Pages of scans without a cover can be added by hand. A batch may be
 * closed when as many pages were scanned as were prepared and each of them rests somewhere, or
 * with a reason; either way with a name (TR-03138 A.DV.2, A.NB.3). Pages that arrive for a closed
 * batch open it again. What is filed gets a new Transfervermerk when its batch is closed or it is
 * put into one; its date of receipt stays what it was decided to be. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEDGER_BATCH_H
#define STORE_LEDGER_BATCH_H

#include "base/sheet.h"
#include "store/ledger.h"

enum { BATCH_ID_BYTES = SHEET_WORD_BYTES, BATCH_DAY_BYTES = 11 };

struct batch_draft {
    const char *site;          /* name; "" for unknown */
    const char *operator_name; /* who prepared it */
    uint32_t prepared;         /* pages (sides to be scanned); 0: not counted */
    const char *received_day;  /* date of receipt, YYYY-MM-DD; "" when open */
    const char *channel;       /* how it came (law/receipt.h); NULL or "": not said */
    int64_t letterbox;         /* number of the emptying it came out of; 0: none */
};

/* Makes an open batch and its id, which is printed on the cover: "20260302-7KQ4M" (the day and five
 * random letters or digits). STATUS_REFUSE: a part that a cover sheet cannot carry, an emptying of
 * another site or of none. */
enum status ledger_batch_create(struct ledger *ledger, const struct batch_draft *draft,
                                const char *actor, char ret_id[BATCH_ID_BYTES],
                                struct fault *fault);

struct batch_counts {
    uint32_t prepared;  /* pages that were counted before scanning */
    uint32_t scanned;   /* pages that were scanned, without our sheets and their backs */
    uint32_t accounted; /* of these: blank set aside, refused, a duplicate, or in a document that is
                           filed, forwarded, discarded or in a person's hands (clearing) */
    uint32_t duplicates;   /* scanned twice, as a person says: they were counted once */
    uint32_t refused;      /* could not be read */
    uint32_t in_documents; /* what is left of `scanned` is blank and set aside */
    uint32_t sheets;       /* separators and covers */
    uint32_t blanks;       /* set aside */
    uint32_t missing;      /* places where the separators' numbers jump */
    uint32_t documents;
    uint32_t scans;
};

struct batch_record {
    char id[BATCH_ID_BYTES];
    char *site;
    char *operator_name;
    char received_day[BATCH_DAY_BYTES]; /* "" when open */
    char *channel;                      /* "" when nobody said */
    int64_t letterbox;                  /* 0: out of none that is known */
    int64_t made_ms;
    bool is_closed;
    int64_t closed_ms; /* 0 while open */
    char *closed_by;   /* NULL while open */
    char *reason;      /* NULL when the counts agreed */
    struct batch_counts counts;
};

void batch_record_done(struct batch_record *record);
/* Whether it may be closed without a reason. */
bool batch_is_complete(const struct batch_counts *counts);

/* STATUS_REFUSE when there is none of that id. */
enum status ledger_batch_get(struct ledger *ledger, const char *id, struct batch_record *ret_record,
                             struct fault *fault);

struct batch_filter {
    const char *site; /* NULL: all */
    bool open_only;
    int64_t before_ms; /* made before this; 0: from the newest */
    uint32_t most;     /* records; 0: all */
};
/* Newest first. `filter` may be NULL. The callback may use the ledger. */
typedef enum status ledger_batch_callback(void *context, const struct batch_record *record,
                                          struct fault *fault);
enum status ledger_batches(struct ledger *ledger, const struct batch_filter *filter,
                           ledger_batch_callback *callback, void *context, struct fault *fault);
/* The scans that have pages of the batch, oldest first. */
enum status ledger_batch_scans(struct ledger *ledger, const char *id,
                               ledger_scan_callback *callback, void *context, struct fault *fault);

/* STATUS_REFUSE: no such batch, closed already, or the counts differ and `reason` (may be NULL)
 * says nothing. */
enum status ledger_batch_close(struct ledger *ledger, const char *id, const char *actor,
                               const char *reason, struct fault *fault);
/* The pages of a read scan that are in no batch yet belong to this one. STATUS_REFUSE: no such
 * batch or scan, not read yet, or no page is left. */
enum status ledger_batch_add_scan(struct ledger *ledger, const char *id, struct scan_id scan,
                                  const char *actor, struct fault *fault);
/* The batch of a document's first page that has one; *ret_found false: it has none. */
enum status ledger_batch_of(struct ledger *ledger, struct document_id document, bool *ret_found,
                            char ret_id[BATCH_ID_BYTES], struct fault *fault);

#endif
