/* receipt.h - on which day a document was received: the earliest proven day, by the evidence.
 *
 * Receipt is arrival in the authority's sphere, at whichever of its sites (§ 16(2) SGB I, § 84(2)
 * SGG); it has nothing to do with when the paper was scanned. Each piece of evidence names a day;
 * the earliest that proves something counts, and a person's correction counts before all. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_RECEIPT_H
#define LAW_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum receipt_evidence_kind {
    RECEIPT_DROP,        /* the scan was dropped: it was here by then */
    RECEIPT_STAMP,       /* a receipt stamp that was read on the page */
    RECEIPT_OPERATOR,    /* the operator's entry for the batch or at the desk */
    RECEIPT_COVER_SHEET, /* the batch's cover sheet */
    RECEIPT_LETTERBOX,   /* the emptying of the letterbox that the batch came from */
    RECEIPT_SERVICE,     /* formal service, as the envelope says */
    RECEIPT_CORRECTION,  /* a person's, with a reason */
    RECEIPT_EVIDENCE_KINDS
};

/* "drop", "stamp" …: for records. And back: false for other words. */
const char *receipt_evidence_name(enum receipt_evidence_kind kind);
bool receipt_evidence_from_name(const char *name, enum receipt_evidence_kind *ret_kind);
/* "Abwurf des Scans", "Eingangsstempel" …: for people. */
const char *receipt_evidence_german(enum receipt_evidence_kind kind);

/* How a letter came. */
enum receipt_channel {
    CHANNEL_SCAN, /* by a scanner, and nobody said how it had come to the site */
    CHANNEL_POST,
    CHANNEL_LETTERBOX,
    CHANNEL_NIGHT_LETTERBOX,
    CHANNEL_DESK, /* handed over by somebody */
    CHANNEL_SERVICE,
    CHANNEL_INTERNAL, /* from another place of the authority: its day counts, not this one's */
    CHANNEL_FAX,
    CHANNEL_EMAIL,
    CHANNEL_UPLOAD,
    RECEIPT_CHANNELS
};

/* "scan", "post", …; and "Scanner (Weg nicht angegeben)", "Post" … for people. */
const char *receipt_channel_name(enum receipt_channel channel);
const char *receipt_channel_german(enum receipt_channel channel);
bool receipt_channel_from_name(const char *name, enum receipt_channel *ret_channel);

enum {
    /* A stamp that is older than the drop by more days is taken for misread: it is shown, and a
     * person may make it a correction. Unit: days. */
    RECEIPT_STAMP_DAYS_MOST = 14
};

struct receipt_evidence {
    enum receipt_evidence_kind kind;
    int32_t day;
    int64_t noted_ms; /* when it was noted: of several corrections the last counts */
};

/* Whether the piece proves a day at all, beside a drop on `drop_day`: no day behind the drop
 * does, no stamp that is too old. */
bool receipt_is_proof(const struct receipt_evidence *evidence, int32_t drop_day);

/* The index of the piece that gives the date of receipt. There is at least the drop; of the same
 * day the first piece in the list counts. */
size_t receipt_decide(const struct receipt_evidence *evidence, size_t count);

/* What a letter counts for that was found in the letterbox at the first emptying of a day. */
enum letterbox_rule {
    LETTERBOX_SAME_DAY,      /* a night letterbox parts the days */
    LETTERBOX_PREVIOUS_DAY,  /* none does: it lay there the evening before */
    LETTERBOX_LAST_EMPTYING, /* it may have come right after the last one, in the sender's favour */
    LETTERBOX_RULES
};

bool letterbox_rule_from_name(const char *name, enum letterbox_rule *ret_rule);
const char *letterbox_rule_name(enum letterbox_rule rule);

/* The day of receipt of what was found on `emptied`; `last_emptied` is the emptying before it, or
 * DAY_UNKNOWN. A second emptying on one day always counts for that day. */
int32_t letterbox_day(enum letterbox_rule rule, int32_t emptied, int32_t last_emptied);

#endif
