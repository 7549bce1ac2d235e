/* forwarding.h - misdirected mail that went to another body, until its receiver has confirmed it.
 *
 * § 16(2) SGB I: an application for another body is passed on without delay, and its date of receipt
 * here counts. Where it went and on which day is kept as the proof (store/desk.h,
 * desk_forward()). What the receiver confirmed is then proposed for deletion by who passed it on
 * and approved by who keeps the confirmation, another person: our copy is deleted with proof
 * (store/purge.h), day and receiver stay. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_FORWARDING_H
#define STORE_FORWARDING_H

#include "store/desk.h"

enum { FORWARDING_WORDS_BYTES_MOST = 200 };

/* Strings are borrowed for the call back. */
struct forwarding_record {
    struct document_id document;
    const char *target;
    const char *day;         /* on which it was passed on, YYYY-MM-DD */
    const char *receipt_day; /* on which it had been received here; NULL: unknown */
    const char *kind;        /* NULL: unknown */
    const char *actor;
    int64_t confirmed_ms; /* 0: not yet */
    const char *confirmed_by;
    const char *confirmation; /* what the receiver said; NULL: nothing (any more) */
    bool is_overdue;          /* not confirmed within the days that the office gives it */
    bool is_deleted;          /* our copy is gone */
};
typedef enum status forwarding_callback(void *context, const struct forwarding_record *record,
                                        struct fault *fault);
/* Those that are not taken back and in the scope, the newest first; `days`: until a confirmation is
 * overdue. */
enum status forwardings_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t days,
                             bool is_open_only, forwarding_callback *callback, void *context,
                             struct fault *fault);

enum forwarding_verdict {
    FORWARDING_KEPT = 0,
    FORWARDING_NONE,   /* the document was not passed on, was taken back, or is out of the scope */
    FORWARDING_BEFORE, /* it is confirmed already */
    FORWARDING_SAME_PERSON,
    FORWARDING_HELD /* it is held: confirmed, but the copy stays */
};
/* The receiver has confirmed it: `words` say how. The copy is to be deleted from then on; by the
 * next purge_run(). STATUS_REFUSE: no words. */
enum status forwarding_confirm(struct ledger *ledger, struct document_id document,
                               const char *words, const char *actor, const struct desk_scope *scope,
                               enum forwarding_verdict *ret_verdict, struct fault *fault);

#endif
