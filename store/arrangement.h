/* arrangement.h - documents put together anew by a person: split, merged, reordered, pages turned.
 *
 * Nothing is changed in place. A person names the documents whose pages are to be arranged
 * (sources) and, for each document that is to come of it (outcome), its pages in their order; each
 * page of the sources stands in exactly one outcome. From then on the sources are `arranging`, and
 * a compose job makes reading, text and PDF of each outcome from theirs, without touching a
 * picture. When it is done, the outcomes are new documents (filed where their first page was
 * filed, or matched), and the sources are `replaced`: at once, or by way of `recalled` when they
 * lie in the cabinet. When it cannot be done the sources are again what they were.
 *
 * An outcome that is a source as it stands is left out: that document keeps its id. All of it can
 * be taken back as long as the outcomes are filed or in clearing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_ARRANGEMENT_H
#define STORE_ARRANGEMENT_H

#include "base/composition.h"
#include "store/desk.h"

enum { ARRANGEMENT_SOURCES_MOST = COMPOSITION_SOURCES_MOST };

enum arrangement_state {
    ARRANGEMENT_OPEN = 0, /* its job waits or is being done */
    ARRANGEMENT_DONE,
    ARRANGEMENT_FAILED, /* the reason is for people */
    ARRANGEMENT_UNDONE  /* taken back, before or after it was done */
};

/* ---- asking ---------------------------------------------------------------------------------- */

struct arrangement_source {
    struct document_id document;
    int64_t revision; /* as the person saw it; 0: as it is */
};

struct arrangement_place {
    uint32_t source; /* from 0 */
    uint32_t place;  /* in that document's order, from 1 */
    uint16_t turn;   /* clockwise degrees more than now: 0, 90, 180, 270 */
};

struct arrangement_outcome {
    bool keeps_case; /* where the first page's document was filed; else it is matched */
    const struct arrangement_place *pages;
    uint32_t page_count;
};

struct arrangement_wish {
    const char *actor;
    const struct arrangement_source *sources;
    uint32_t source_count;
    const struct arrangement_outcome *outcomes;
    uint32_t outcome_count;
};

/* DESK_HAPPENED: *ret_number is the arrangement's. DESK_NO_CHANGE: everything is so already.
 * DESK_TOO_LATE: a source is not as the person saw it, or neither filed nor in clearing.
 * DESK_SHARED: one is a copy for a further case, or has one. STATUS_REFUSE: the wish does not
 * account for every page of its sources once, or is beyond the limits. */
enum status arrangement_ask(struct ledger *ledger, const struct arrangement_wish *wish,
                            enum desk_verdict *ret_verdict, int64_t *ret_number,
                            struct fault *fault);
/* Takes it back: an open one at once; one that is done by way of the cabinet. DESK_TOO_LATE: it is
 * over, or an outcome left the house since. DESK_BUSY: an outcome is being matched or filed, or
 * a source still leaves the cabinet. */
enum status arrangement_undo(struct ledger *ledger, int64_t number, const char *actor,
                             enum desk_verdict *ret_verdict, struct fault *fault);

/* ---- looking --------------------------------------------------------------------------------- */

struct arrangement_record {
    int64_t number;
    enum arrangement_state state;
    char *actor;
    char *reason; /* NULL unless it failed */
    int64_t made_ms;
    int64_t ended_ms; /* 0 while open */
    struct document_id *sources;
    uint32_t source_count;
    struct document_id *outcomes; /* nil until it is done */
    uint32_t outcome_count;
};

const char *arrangement_state_name(enum arrangement_state state);
void arrangement_record_done(struct arrangement_record *record);
/* STATUS_REFUSE when there is none. */
enum status arrangement_get(struct ledger *ledger, int64_t number,
                            struct arrangement_record *ret_record, struct fault *fault);
/* The last one that takes or took the document's pages, or else the one that made it, or else the
 * last one that came to nothing; 0: none. */
enum status arrangement_of(struct ledger *ledger, struct document_id document, int64_t *ret_number,
                           struct fault *fault);
/* Documents that the pages of this one may belong to: of the same scan and the same batches, filed
 * or in clearing, at most `most`. */
typedef enum status arrangement_neighbour(void *context, struct document_id document,
                                          struct fault *fault);
enum status arrangement_neighbours(struct ledger *ledger, struct document_id document,
                                   uint32_t most, arrangement_neighbour *callback, void *context,
                                   struct fault *fault);

/* ---- the compose job ------------------------------------------------------------------------- */

/* What a reader needs for it. */
struct arrangement_order {
    struct composition composition;
    struct read_document *sources; /* their objects in the spool */
};

/* Of that compose job. STATUS_REFUSE: nothing is open for it. */
enum status arrangement_order(struct ledger *ledger, struct job_id job,
                              struct arrangement_order *ret_order, struct fault *fault);
void arrangement_order_done(struct arrangement_order *order);
/* The job's end: the outcomes, in their order. *ret_held false: the attempt is stale. */
enum status ledger_compose_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                    const struct read_document *documents, uint32_t count,
                                    bool *ret_held, struct fault *fault);

#endif
