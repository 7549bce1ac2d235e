/* mailroom.h - a scanning desk's day: its scans with what became of them, refused ones that were
 * dealt with, and receipts. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MAILROOM_H
#define STORE_MAILROOM_H

#include "store/ledger.h"

/* ---- the day ---------------------------------------------------------------------------------- */

struct day_scan {
    const struct scan_record *scan;
    int64_t changed_ms;                  /* when it came into its state */
    uint32_t documents[DOCUMENT_STATES]; /* that came of it, by state */
    uint32_t blanks;                     /* pages that were set aside */
    uint32_t page_done, page_count;      /* while it is read; 0 of 0 when unknown */
    const char *settled;                 /* "again", "withdrawn"; NULL: not dealt with */
};

struct day_query {
    const char *site;
    int64_t since_ms; /* received then or later … */
    int64_t until_ms; /* … and before this */
    bool has_after;   /* only behind this one */
    int64_t after_ms;
    struct uuid after;
    uint32_t limit;
};

/* Newest first; `day` is borrowed. The callback must not use the ledger. */
typedef enum status day_callback(void *context, const struct day_scan *day, struct fault *fault);
enum status day_scans(struct ledger *ledger, const struct day_query *query, day_callback *callback,
                      void *context, struct fault *fault);

struct day_counts {
    uint64_t scans[SCAN_STATES];
    uint64_t to_do; /* refused or failed, and nobody has dealt with it */
};
enum status day_count(struct ledger *ledger, const char *site, int64_t since_ms, int64_t until_ms,
                      struct day_counts *ret_counts, struct fault *fault);
/* received_ms of the newest scan of each site; sites without one are left out. */
typedef enum status site_callback(void *context, const char *site, int64_t last_ms,
                                  struct fault *fault);
enum status sites_seen(struct ledger *ledger, site_callback *callback, void *context,
                       struct fault *fault);

/* received_ms of the site's first scan from `since_ms` on and before `until_ms`; 0: there is none. */
enum status site_first_scan(struct ledger *ledger, const char *site, int64_t since_ms,
                            int64_t until_ms, int64_t *ret_received_ms, struct fault *fault);

/* ---- what came back ----------------------------------------------------------------------------- */

/* A person has dealt with a refused or failed scan: `how` is "again" or "withdrawn". STATUS_REFUSE:
 * it is neither refused nor failed, or somebody has dealt with it already. */
enum status scan_settle(struct ledger *ledger, struct scan_id id, const char *how,
                        const char *actor, struct fault *fault);

/* ---- receipts ----------------------------------------------------------------------------------- */

enum { RECEIPT_CODE_BYTES = 10, RECEIPT_SCANS_MOST = 50 };

/* Makes a receipt for scans of one site; its code has 40 random bits in letters that nobody
 * confuses. STATUS_REFUSE: a scan is not there or of another site. */
enum status receipt_make(struct ledger *ledger, const char *site, const struct scan_id *scans,
                         size_t count, uint32_t sheets, const char *actor,
                         char ret_code[RECEIPT_CODE_BYTES], struct fault *fault);

struct receipt_record {
    char code[RECEIPT_CODE_BYTES];
    char *site;
    int64_t created_ms;
    uint32_t sheets; /* 0: not counted */
    char *actor;
};
void receipt_record_done(struct receipt_record *record);
/* STATUS_REFUSE: there is none of that code. */
enum status receipt_get(struct ledger *ledger, const char *code, struct receipt_record *ret_record,
                        struct fault *fault);
/* Its scans, each with the kinds of its documents parted by blanks ("" for none known yet). */
typedef enum status receipt_callback(void *context, const struct scan_record *scan,
                                     const char *kinds, struct fault *fault);
enum status receipt_scans(struct ledger *ledger, const char *code, receipt_callback *callback,
                          void *context, struct fault *fault);

#endif
