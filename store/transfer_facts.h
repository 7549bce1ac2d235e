/* transfer_facts.h - what the ledger knows of how a document came from paper into a file, for its
 * Transfervermerk (TR-03138, A.NB.4): who scanned it, when, completely or not, checked or not.
 *
 * The same ledger gives the same facts. What the office knows and the ledger does not (scanner,
 * profile, procedure) comes from the configuration. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_TRANSFER_FACTS_H
#define STORE_TRANSFER_FACTS_H

#include "law/day.h"
#include "law/receipt.h"
#include "store/ledger.h"
#include "store/ledger_batch.h"

/* How it is known who scanned it. */
enum transfer_creator {
    CREATOR_UNKNOWN = 0, /* by a scanner's folder, without a cover */
    CREATOR_BATCH,       /* the operator on the batch's cover */
    CREATOR_DESK,        /* who said at the desk when and how it came */
    CREATOR_SENDER,      /* who handed the file over by the portal or the command */
    TRANSFER_CREATORS
};

struct transfer_page {
    uint32_t number; /* in its scan */
    uint16_t turned; /* clockwise degrees, to be read or by a person */
    int32_t width, height, dpi;
    bool is_of_other_scan;
};

/* Stated by a person (store/anomaly.h). */
struct transfer_anomaly {
    char *code;
    char *words; /* NULL: none */
};

struct transfer_facts {
    enum transfer_creator creator;
    char *creator_name; /* NULL when unknown */
    int64_t scanned_ms; /* when the file was dropped */
    int64_t read_ms;
    int64_t decided_ms;
    char receipt_day[DAY_TEXT_BYTES]; /* "" when there is none yet */
    enum receipt_channel channel;
    enum receipt_evidence_kind evidence;
    bool was_corrected; /* the date of receipt, by a person */
    bool has_batch;
    struct batch_record batch;   /* when it has one */
    struct transfer_page *pages; /* in the document's order */
    uint32_t page_count;
    uint32_t scan_pages; /* of its scan, all told */
    char *blanks;        /* numbers of the scan's pages that were set aside, "2, 4"; "" for none */
    char *refused;       /* of those that could not be read, likewise */
    char *symbol_coded;  /* of the document's own that came as JBIG2 with symbols, likewise */
    struct transfer_anomaly *anomalies;
    size_t anomaly_count;
    char *quality; /* the last check: "good", "bad", "" (not yet), NULL (not drawn) */
    char *quality_person, *quality_findings, *quality_words; /* NULL: none */
    int64_t quality_ms;
};

void transfer_facts_done(struct transfer_facts *facts);
/* STATUS_REFUSE: there is no such document. In any case the caller frees. */
enum status transfer_facts_find(struct ledger *ledger, const struct document_record *document,
                                struct transfer_facts *ret_facts, struct fault *fault);

#endif
