/* requests.h - papers that the office asked for: which, until when, and what came.
 *
 * A request belongs to a case and has items, each a kind of document with the words that the person
 * reads. A document that is filed to the case closes the open item of its kind: of the request that
 * its return sheet names, or of the oldest open one. With a return sheet, the only open item is
 * closed whatever the kind; otherwise it is kept that something arrived, and a person says what it
 * was. When the document leaves the case, its items are open again. Everything that happens is an
 * event with the document; what the machine did has "auto" as its actor. A request whose items all
 * came is closed; it opens again with an item. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REQUESTS_H
#define STORE_REQUESTS_H

#include "store/ledger.h"
#include "store/spool.h"

enum {
    REQUEST_ITEMS_MOST = 40,
    REQUEST_WORDS_BYTES_MOST = 300, /* of an item, with its NUL */
    REQUEST_KIND_BYTES_MOST = 64,
    REQUEST_REASON_BYTES_MOST = 1000,
    REQUESTS_LISTED_MOST = 1000
};

enum request_verdict {
    REQUEST_HAPPENED = 0,
    REQUEST_NO_CASE,     /* the register does not know it */
    REQUEST_NO_ITEMS,    /* none, or too many */
    REQUEST_BAD_ITEM,    /* neither kind nor words, too long, or of an unknown number */
    REQUEST_BAD_DAY,     /* no day, or one that is over */
    REQUEST_NO_REASON,   /* none, or too long */
    REQUEST_UNKNOWN,     /* there is none of this number */
    REQUEST_IS_SO,       /* closed, open or come already */
    REQUEST_NO_DOCUMENT, /* it is not filed to the request's case */
    REQUEST_VERDICTS
};
/* One German sentence. */
const char *request_verdict_words(enum request_verdict verdict);

struct request_item {
    uint32_t number; /* from 1; not looked at in a draft */
    char *kind;      /* of document; "" for what has none */
    char *words;
    bool is_open;
    struct document_id document; /* that it came with; nil: none */
    int64_t changed_ms;
    char *changed_by;
};

struct request_draft {
    const char *case_number;
    const char *due_day; /* YYYY-MM-DD */
    const struct request_item *items;
    size_t item_count;
    const char *actor;
};
enum status request_create(struct ledger *ledger, const struct request_draft *draft,
                           int64_t *ret_number, enum request_verdict *ret_verdict,
                           struct fault *fault);

struct request_record {
    int64_t number;
    char *case_number;
    char *team;
    char *due_day;
    bool is_open;
    bool is_overdue; /* open, and the day is over */
    int64_t made_ms;
    char *made_by;
    int64_t ended_ms; /* 0 while open */
    char *ended_by;
    char *reason;
    struct request_item items[REQUEST_ITEMS_MOST];
    uint32_t item_count;
    uint32_t open_count; /* items */
};
void request_record_done(struct request_record *record);

/* *ret_found false: there is none of that number. */
enum status request_get(struct ledger *ledger, int64_t number, bool *ret_found,
                        struct request_record *ret_record, struct fault *fault);

struct request_filter {
    const char *case_number; /* NULL: all */
    bool only_open;
    bool only_overdue;
};
typedef enum status request_callback(void *context, const struct request_record *record,
                                     struct fault *fault);
/* Up to REQUESTS_LISTED_MOST: those of a case newest first, of all the earliest day first. */
enum status requests_each(struct ledger *ledger, const struct request_filter *filter,
                          request_callback *callback, void *context, struct fault *fault);

/* Borrowed for the call. */
struct request_event {
    int64_t at_ms;
    const char *actor, *what;
    uint32_t item;
    struct document_id document; /* nil: none */
    const char *way;             /* NULL: a person said so */
    const char *reason;          /* NULL: none */
};
typedef enum status request_event_callback(void *context, const struct request_event *event,
                                           struct fault *fault);
/* The guards (store/guard.h) of its case, and of all that came with it. */
enum status request_guard(struct ledger *ledger, int64_t number, uint32_t *ret_guard,
                          struct fault *fault);
enum status request_events(struct ledger *ledger, int64_t number, request_event_callback *callback,
                           void *context, struct fault *fault);

/* A person ends it: `reason` is needed. */
enum status request_close(struct ledger *ledger, int64_t number, const char *reason,
                          const char *actor, enum request_verdict *ret_verdict,
                          struct fault *fault);
/* A person says that the item came, with this document of the case (nil: on another way). */
enum status request_item_came(struct ledger *ledger, int64_t number, uint32_t item,
                              struct document_id document, const char *actor,
                              enum request_verdict *ret_verdict, struct fault *fault);
/* … or that it did not, after all; `reason` is needed. The request is open again. */
enum status request_item_reopen(struct ledger *ledger, int64_t number, uint32_t item,
                                const char *reason, const char *actor,
                                enum request_verdict *ret_verdict, struct fault *fault);

/* ---- before a refusal ------------------------------------------------------------------------ */

/* Why a document that waits for a person might be one of the missing papers. */
enum request_hint {
    REQUEST_HINT_CASE = 1U << 0,      /* the matcher thinks most of this case */
    REQUEST_HINT_CANDIDATE = 1U << 1, /* the case is one of its candidates */
    REQUEST_HINT_KIND = 1U << 2       /* it is of a kind that is asked for */
};
typedef enum status request_perhaps_callback(void *context, const struct document_record *document,
                                             unsigned hints, struct fault *fault);
/* Documents that no one has filed yet and that name the case, or are of a kind that is still
 * missing from it; those that name the case first. Up to REQUESTS_LISTED_MOST are looked at. */
enum status request_perhaps(struct ledger *ledger, struct spool *spool, const char *case_number,
                            request_perhaps_callback *callback, void *context, struct fault *fault);

#endif
