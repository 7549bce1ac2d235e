/* receipt_date.h - on which day a document was received: made once, with its proofs.
 *
 * The date is made when the first decision about a document is kept, whether that is filed or sent
 * to clearing, from everything that is known by then: the drop of the scan, the batch's cover, the
 * emptying of the letterbox that the batch came out of, what the desk entered, the stamp and the
 * note of service that were read on the pages. law/receipt.h says which piece counts. Later
 * decisions keep it; only receipt_date_correct() changes it, with a reason, and both stay on
 * record. It has nothing to do with when the paper was scanned or filed. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_RECEIPT_DATE_H
#define STORE_RECEIPT_DATE_H

#include "law/day.h"
#include "law/receipt.h"
#include "store/ledger.h"

enum {
    RECEIPT_DAY_BYTES = DAY_TEXT_BYTES, /* "2026-03-02" */
    RECEIPT_REASON_BYTES_MOST = 500     /* of a correction */
};

struct receipt_date {
    char day[RECEIPT_DAY_BYTES];
    enum receipt_channel channel;
    char *site; /* where it arrived */
    enum receipt_evidence_kind evidence;
};

void receipt_date_done(struct receipt_date *date);
/* *ret_found false: nothing was decided about the document yet. */
enum status receipt_date_get(struct ledger *ledger, struct document_id document, bool *ret_found,
                             struct receipt_date *ret_date, struct fault *fault);

struct receipt_proof {
    enum receipt_evidence_kind kind;
    const char *day;
    const char *site;
    const char *reference; /* number of the batch, the emptying or the page; "" for none */
    int64_t noted_ms;
    const char *actor;
    const char *reason; /* of a correction; NULL for the others */
    bool proves;        /* false: shown, and does not count */
};
/* In the order in which they were noted; `proof` is borrowed. */
typedef enum status receipt_proof_callback(void *context, const struct receipt_proof *proof,
                                           struct fault *fault);
enum status receipt_date_proofs(struct ledger *ledger, struct document_id document,
                                receipt_proof_callback *callback, void *context,
                                struct fault *fault);

/* A person says otherwise, and why; what hangs on the date is reckoned anew. STATUS_REFUSE: no such
 * document or no date yet, no reason, or a day that is none or has not come yet. */
enum status receipt_date_correct(struct ledger *ledger, struct document_id document,
                                 const char *day, const char *reason, const char *actor,
                                 struct fault *fault);

/* What the person at the desk says of a scan, before anything is decided about its documents.
 * STATUS_REFUSE: no such scan, a day that is none or behind the drop, or it has been decided about:
 * then each document's date is to be corrected. Said again, the last word counts. */
enum status receipt_entry_keep(struct ledger *ledger, struct scan_id scan, const char *day,
                               enum receipt_channel channel, const char *actor,
                               struct fault *fault);

#endif
