/* purge.h - documents are deleted for good: by a rule, by two persons, and with proof.
 *
 * One person proposes, by a rule of the office (kind of datum and how long it is kept) or a single
 * document; another one approves. Then purge_run() works: what lies in the cabinet leaves it
 * by way of a filer, the words that people and programs wrote about the document leave the ledger,
 * it leaves the search, and its objects leave the spool, unless another document needs the same
 * bytes. A scan's own bytes go with the last document that has pages of it; until then the pictures
 * of the deleted pages are blackened in its page file.
 *
 * What a document was put together of (store/arrangement.h), or what was made of it and taken back,
 * has its words, too: such documents go with it, under the same proposal. What else was made of
 * them stays.
 *
 * What stays is the proof: ids, states, days, digests, who proposed and approved why, and the audit
 * chain, which never held more. Old daily roots can still be computed. Copies in backups
 * are not reached: they end with the backups.
 *
 * Nothing is deleted that is held (by a person, with a reason), whose case is not closed in the
 * register, or that has not been kept as long as its rule says; and nobody approves what they
 * proposed or scanned. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_PURGE_H
#define STORE_PURGE_H

#include "base/retention.h"
#include "store/desk.h"
#include "store/search.h"
#include "store/spool.h"

enum purge_verdict {
    PURGE_DONE = 0,
    PURGE_NOTHING,   /* no document is due */
    PURGE_NO_RULE,   /* no rule is about such a document */
    PURGE_HELD,      /* somebody holds it */
    PURGE_OPEN_CASE, /* its case is not closed */
    PURGE_UNSETTLED, /* it moves, waits for a person, or the receiver has not confirmed it */
    PURGE_TOO_EARLY, /* it is to be kept for longer */
    PURGE_PROPOSED,  /* it is in another proposal */
    PURGE_SAME_PERSON,
    PURGE_UNKNOWN, /* there is no such proposal, or it is approved already */
    PURGE_VERDICTS
};

struct purge_order {
    const struct retention_rule *rules;
    size_t rule_count;
    const char *reason;
    const char *actor;
    const struct desk_scope *scope; /* of the actor: nobody proposes what they do not see */
};

/* Proposes every document that is due by one rule; at most PURGE_ITEMS_MOST. STATUS_REFUSE: no
 * reason. *ret_number: of the proposal, when PURGE_DONE. */
enum { PURGE_ITEMS_MOST = 1000 };
enum status purge_propose_rule(struct ledger *ledger, const struct purge_order *order,
                               const struct retention_rule *rule, int64_t *ret_number,
                               enum purge_verdict *ret_verdict, struct fault *fault);
/* The same for one document, by the first rule that is about it. */
enum status purge_propose_document(struct ledger *ledger, const struct purge_order *order,
                                   struct document_id document, int64_t *ret_number,
                                   enum purge_verdict *ret_verdict, struct fault *fault);
/* What has changed since the proposal (held, case opened again) is spared and says why. A proposal
 * of which somebody does not see every document is not there for them. */
enum status purge_approve(struct ledger *ledger, int64_t number, const char *actor,
                          const struct desk_scope *scope, enum purge_verdict *ret_verdict,
                          struct fault *fault);

/* Nothing deletes the document from now on, or no longer. STATUS_REFUSE: no reason, no such
 * document, is held already or is not. */
enum status purge_hold(struct ledger *ledger, struct document_id document, const char *reason,
                       const char *actor, struct fault *fault);
enum status purge_unhold(struct ledger *ledger, struct document_id document, const char *actor,
                         struct fault *fault);

/* ---- doing it ------------------------------------------------------------------------------- */

struct purge_place {
    struct spool *spool;
    struct search *search; /* NULL: there is no index */
    /* Objects that were written later than this long ago are left for the next run: their writer
     * may not have told the ledger yet. */
    int64_t quiet_ms;
};

struct purge_progress {
    uint32_t erased;  /* documents */
    uint32_t objects; /* that are gone */
    uint32_t leaving; /* documents that a filer takes out of the cabinet first */
    uint32_t waiting; /* objects that are too young */
};
/* Does as much of what was approved as can be done now; again later for the rest. */
enum status purge_run(struct ledger *ledger, const struct purge_place *place,
                      struct purge_progress *ret_progress, struct fault *fault);

/* ---- looking -------------------------------------------------------------------------------- */

/* Strings are borrowed for the call back. */
struct purge_record {
    int64_t number;
    const char *rule, *reason, *proposed_by;
    int64_t proposed_ms;
    const char *approved_by; /* NULL: not yet */
    int64_t approved_ms;
    int64_t done_ms; /* 0: not yet */
    uint32_t documents, erased, spared;
};
typedef enum status purge_callback(void *context, const struct purge_record *record,
                                   struct fault *fault);
/* The newest first; here and below without those that are not there for who asks. */
enum status purges_each(struct ledger *ledger, const struct desk_scope *scope,
                        purge_callback *callback, void *context, struct fault *fault);

struct purge_item {
    struct document_id document;
    const char *state;
    const char *why; /* it was spared; NULL: it is not */
    int64_t erased_ms;
    uint32_t objects, gone, kept;
    struct digest proof;
};
typedef enum status purge_item_callback(void *context, const struct purge_item *item,
                                        struct fault *fault);
enum status purge_items_each(struct ledger *ledger, int64_t number, const struct desk_scope *scope,
                             purge_item_callback *callback, void *context, struct fault *fault);

#endif
