/* anomaly.h - what is unusual about a document's paper or its scan, as people state it, for the
 * Transfervermerk (TR-03138, A.NB.4 c; codes after the BSI's generic scan concept).
 *
 * What the program sees by itself (blank pages, a date that was corrected …) is not stated here;
 * see filing/transfer_note.h. A filed document is filed anew with a new note when something is
 * stated or withdrawn. Every statement and withdrawal is a row of the audit, without its words. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_ANOMALY_H
#define STORE_ANOMALY_H

#include "store/desk.h"

enum { ANOMALY_WORDS_BYTES_MOST = 300 };

/* The code of `place`, from 0; NULL behind the last one. */
const char *anomaly_code_at(size_t place);
/* A German sentence; NULL for what is no code. */
const char *anomaly_german(const char *code);

/* Strings are borrowed for the time of a call back. */
struct anomaly_record {
    const char *code;
    const char *words; /* NULL: none */
    const char *actor;
    int64_t at_ms;
};

typedef enum status anomaly_callback(void *context, const struct anomaly_record *record,
                                     struct fault *fault);
/* In the order of the codes' names. */
enum status anomalies_each(struct ledger *ledger, struct document_id document,
                           anomaly_callback *callback, void *context, struct fault *fault);

/* One for each code; stated again, with other words, it replaces the one before. `words` NULL:
 * none. STATUS_REFUSE: no such document or code, or the words are too long, not
 * UTF-8, or hold control characters other than tab and newline.
 * DESK_BUSY while it is being filed, DESK_TOO_LATE unless it is filed or in clearing, and
 * DESK_NO_CHANGE when it is stated already in the same words. */
enum status anomaly_state(struct ledger *ledger, struct document_id document, const char *code,
                          const char *words, const char *actor, enum desk_verdict *ret_verdict,
                          struct fault *fault);
/* DESK_NO_CHANGE when it is not stated. */
enum status anomaly_withdraw(struct ledger *ledger, struct document_id document, const char *code,
                             const char *actor, enum desk_verdict *ret_verdict,
                             struct fault *fault);

#endif
