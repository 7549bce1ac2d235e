/* desk.h - what caseworkers do at their desk: find documents, look at one, decide about it.
 *
 * Who may see what is a desk_scope: everything, or the documents of some teams and of the person's
 * own cases. Lists keep to it; every other function here expects that the caller has made sure that
 * the person may see the document.
 *
 * Lists are walks along an index from a place on, never counted or skipped through, so that the
 * last page costs what the first one does, with a million documents as with ten.
 *
 * Every action is one transaction with its audit row, names who acts and for what reason, and
 * checks what it starts from: a state that allows it, and the document's revision as the person
 * saw it, so that two people never decide the same thing twice. What does not hold comes back as a
 * verdict, and nothing has changed then. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DESK_H
#define STORE_DESK_H

#include "store/ledger.h"

enum {
    DESK_TEAMS_MOST = 8,          /* of one person */
    DESK_LIST_MOST = 200,         /* documents in one page of a list */
    DESK_REASON_BYTES_MOST = 500, /* why, and whom a document is forwarded to */
    DESK_NOTE_BYTES_MOST = 4000,
    DESK_SIGHT_MS = 300000 /* looks of one person at one thing within this are one look */
};

/* How far somebody sees. */
enum desk_reach {
    DESK_SEES_NOTHING = 0,
    DESK_SEES_UNSETTLED, /* what waits for a person or still moves, and what they decided */
    DESK_SEES_TEAMS,     /* what is meant for one of their teams or for a case of theirs */
    DESK_SEES_ALL
};

struct desk_scope {
    enum desk_reach reach;
    const char *person;                 /* a user's name */
    const char *caseworker;             /* what the register calls them; NULL: no case is theirs */
    const char *teams[DESK_TEAMS_MOST]; /* of DESK_SEES_TEAMS */
    size_t team_count;
    uint32_t rights; /* classes of store/guard.h that the person may see */
    /* In lists of what was done with documents (recall.h, purge.h, paper.h, forwarding.h): also what
     * was never meant for a team, such as misdirected mail and advertising. */
    bool sees_unassigned;
};

/* All of the office, for the command line. */
extern const struct desk_scope desk_everything;

/* ---- lists ---------------------------------------------------------------------------------- */

enum desk_view {
    DESK_INBOX = 0, /* filed, and nobody took note yet: the urgent first, then the newest */
    DESK_CLEARING,  /* a person must decide: the urgent first, then the oldest */
    DESK_NEW_CASES, /* in clearing, waiting for their case: the urgent first, then the oldest */
    DESK_DONE,      /* somebody took note: the newest first */
    DESK_ALL        /* in every state: the newest first */
};

struct desk_filter {
    enum desk_view view;
    bool is_own;    /* of cases whose caseworker is the person */
    bool is_unread; /* the person has not looked at it */
    /* NULL for all: */
    const char *team;
    const char *kind;
    const char *site;
    const char *case_number;
    const char *flag; /* "deadline" or "urgent" */
    int64_t from_ms;  /* received then or later; 0 for all */
    int64_t until_ms; /* received before; 0 for all */
    bool has_state;   /* of DESK_ALL */
    enum document_state state;
};

/* Where a list has got to. */
struct desk_place {
    int32_t urgency;
    int64_t received_ms;
    struct uuid id;
};

struct desk_item {
    struct document_record document;
    bool is_unread;
    struct desk_place place; /* to go on behind it */
};

/* `item` is borrowed. The callback may use the ledger. */
typedef enum status desk_callback(void *context, const struct desk_item *item, struct fault *fault);
/* At most `limit` documents behind `after` (NULL: from the start). *ret_more: there are more. */
enum status desk_list(struct ledger *ledger, const struct desk_scope *scope,
                      const struct desk_filter *filter, const struct desk_place *after,
                      uint32_t limit, desk_callback *callback, void *context, bool *ret_more,
                      struct fault *fault);
/* How many there are, counted up to `most`. */
enum status desk_count(struct ledger *ledger, const struct desk_scope *scope,
                       const struct desk_filter *filter, uint32_t most, uint32_t *ret_count,
                       struct fault *fault);

/* ---- looking -------------------------------------------------------------------------------- */

/* Writes into the audit that `person` looked at the document; `what` is a word of ours
 * ("document", "text", "pdf", "page", "explanation"). */
enum status desk_note_sight(struct ledger *ledger, struct document_id id, const char *person,
                            const char *what, struct fault *fault);

/* What happened to a document, oldest first: decisions, notes, handovers. */
enum desk_event_kind { DESK_DECISION = 0, DESK_NOTE, DESK_HANDOVER };
struct desk_event {
    enum desk_event_kind kind;
    int64_t at_ms;
    const char *actor;       /* "auto" for the machine */
    const char *words;       /* reason or note */
    const char *case_number; /* of a decision; NULL for none */
    const char *outcome;     /* of a handover: "forwarded" or "discarded" */
    const char *target;      /* of a handover; NULL for none */
    const char *day;         /* of a handover; NULL for none */
};
typedef enum status desk_event_callback(void *context, const struct desk_event *event,
                                        struct fault *fault);
enum status desk_history(struct ledger *ledger, struct document_id id,
                         desk_event_callback *callback, void *context, struct fault *fault);

/* ---- deciding ------------------------------------------------------------------------------- */

/* Who does something to which document, and why. */
struct desk_act {
    struct document_id id;
    const char *actor;
    int64_t revision;   /* of the document as the person saw it; 0: as it is */
    const char *reason; /* one German sentence; NULL where none is needed */
    uint32_t rights;    /* of the actor: a case that they do not see is not in the register */
};

enum desk_verdict {
    DESK_HAPPENED = 0,
    DESK_TOO_LATE,     /* the document is no longer as the person saw it, or not in such a state */
    DESK_BUSY,         /* it is being filed at this very moment: again in a second */
    DESK_UNKNOWN_CASE, /* not in the register, or without a team */
    DESK_NO_CHANGE,    /* it is there already */
    DESK_SHARED        /* the letter lies in several cases */
};

/* Puts a document of clearing into a case, or moves a filed one to another. */
enum status desk_assign(struct ledger *ledger, const struct desk_act *act, const char *case_number,
                        enum desk_verdict *ret_verdict, struct fault *fault);
/* "Not mine": a filed document leaves the cabinet and goes back to clearing. */
enum status desk_release(struct ledger *ledger, const struct desk_act *act,
                         enum desk_verdict *ret_verdict, struct fault *fault);
/* Misdirected mail goes to `target` on `day` (YYYY-MM-DD); a filed document leaves the cabinet. */
enum status desk_forward(struct ledger *ledger, const struct desk_act *act, const char *target,
                         const char *day, enum desk_verdict *ret_verdict, struct fault *fault);
/* Of no use; the bytes stay in the spool. A filed document leaves the cabinet. */
enum status desk_discard(struct ledger *ledger, const struct desk_act *act,
                         enum desk_verdict *ret_verdict, struct fault *fault);
/* The same of one that was scanned before: in the page ledger its pages end as duplicates. */
enum status desk_discard_duplicate(struct ledger *ledger, const struct desk_act *act,
                                   enum desk_verdict *ret_verdict, struct fault *fault);
/* A document of clearing whose case is not in the register yet is put aside, or back. */
enum status desk_set_waiting(struct ledger *ledger, const struct desk_act *act, bool is_waiting,
                             enum desk_verdict *ret_verdict, struct fault *fault);
/* Takes back what a person decided last: the document is in clearing again, on the machine's own
 * decision. What was filed meanwhile leaves the cabinet first. */
enum status desk_undo(struct ledger *ledger, const struct desk_act *act,
                      enum desk_verdict *ret_verdict, struct fault *fault);
/* Somebody took note of a filed document, or not after all. */
enum status desk_set_done(struct ledger *ledger, const struct desk_act *act, bool is_done,
                          enum desk_verdict *ret_verdict, struct fault *fault);
/* What kind of document it is; a filed one gets a new dokument.json in its folder. */
enum status desk_set_kind(struct ledger *ledger, const struct desk_act *act, const char *kind,
                          enum desk_verdict *ret_verdict, struct fault *fault);
enum status desk_add_note(struct ledger *ledger, const struct desk_act *act, const char *words,
                          struct fault *fault);

#endif
