/* guard.h - cases and documents that only those may see who have a right to, whatever their role.
 *
 * A class of guard is a bit. A document has the guards
 *     of its case                from the register (Sperrvermerk, staff), or set by a person
 *     of its kind                as the configuration says (medical papers)
 *     of its own                 set by a person
 *     of the cases it may belong to, as long as a person has yet to decide
 *     of the other documents of the same letter, when it lies in several cases
 * and shows itself to those alone who have the right for every one of them. To all others it is
 * not there: not in a list, a count, a search, nor under its own address.
 *
 * Sources: sections 51 and 52 BMG (address), section 35 (1) sentence 3 SGB I (staff), section 76
 * SGB X (what comes from physicians).
 *
 * One condition holds this: GUARD_SEEN() of ledger_private.h in what the ledger filters, and
 * guard_is_seen() of what was read. Rights are zero unless somebody was given them: a scope, an act
 * or an account that says nothing sees nothing that is guarded. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "store/ledger.h"

enum {
    GUARD_ADDRESS = 1, /* Sperrvermerk */
    GUARD_STAFF = 2,   /* a case of somebody who works for the office */
    GUARD_MEDICAL = 4,
    GUARD_ALL = GUARD_ADDRESS | GUARD_STAFF | GUARD_MEDICAL,
    GUARDS = 3, /* how many classes there are */
    GUARD_REASON_BYTES_MOST = 500
};

/* Of one class, by its place 0 to GUARDS - 1. */
uint32_t guard_at(size_t place);
/* "address", "staff", "medical", and their German names; static. */
const char *guard_name(uint32_t guard);
const char *guard_german(uint32_t guard);
bool guard_from_name(const char *name, uint32_t *ret_guard);
/* Whether somebody with `rights` sees what has the guards `guard`. */
bool guard_is_seen(uint32_t guard, uint32_t rights);

/* ---- what is guarded --------------------------------------------------------------------------- */

/* The guards of a case; 0 for one that nobody knows. */
enum status guard_of_case(struct ledger *ledger, const char *case_number, uint32_t *ret_guard,
                          struct fault *fault);

enum guard_verdict {
    GUARD_DONE = 0,
    GUARD_NO_CHANGE, /* it is so already, or is not to be lifted here: another source says it */
    GUARD_NO_CASE    /* the document is in none */
};

struct guard_act {
    const char *actor;
    const char *reason;
    uint32_t guard; /* one class */
    bool is_set;    /* false: it is lifted */
};
/* Sets or lifts a class. Anybody who sees the document may set one, also one that hides it from
 * them; who lifts one sees it. STATUS_REFUSE: no reason, no class, or no such document. */
enum status guard_set_document(struct ledger *ledger, struct document_id document,
                               const struct guard_act *act, enum guard_verdict *ret_verdict,
                               struct fault *fault);
/* The same for the case that the document is in, with all that is in it or comes. */
enum status guard_set_case_of(struct ledger *ledger, struct document_id document,
                              const struct guard_act *act, enum guard_verdict *ret_verdict,
                              struct fault *fault);
/* The same for a case of this number, which the register need not know. */
enum status guard_set_case(struct ledger *ledger, const char *case_number,
                           const struct guard_act *act, enum guard_verdict *ret_verdict,
                           struct fault *fault);

/* Why a document has its guards. Strings are borrowed. */
struct guard_cause {
    uint32_t guard;
    const char *source; /* "register", "case", "kind", "document", or "candidate" */
    const char *actor;  /* of a person; NULL otherwise */
    const char *reason; /* of a person; NULL otherwise */
    int64_t at_ms;      /* 0: not known */
};
typedef enum status guard_callback(void *context, const struct guard_cause *cause,
                                   struct fault *fault);
enum status guard_causes(struct ledger *ledger, struct document_id document,
                         guard_callback *callback, void *context, struct fault *fault);

/* What the configuration says of a kind of document. */
struct guard_kind {
    const char *kind;
    uint32_t guard;
};
/* Takes over all of it in place of what was said before, with every document of such a kind. */
enum status guard_settle_kinds(struct ledger *ledger, const struct guard_kind *kinds, size_t count,
                               const char *actor, struct fault *fault);

/* Collects the cases that an explanation names, a line each: "1" for a candidate or "0", and the
 * number. */
void guard_named_cases(const char *explanation, size_t length, struct text *lines);

/* ---- who may ------------------------------------------------------------------------------------ */

/* A right of an account. Strings are borrowed. */
struct guard_right {
    const char *account;
    uint32_t guard;
    const char *proposed_by;
    int64_t proposed_ms;
    const char *confirmed_by; /* NULL: not yet, and of no effect */
    int64_t confirmed_ms;
};
typedef enum status guard_right_callback(void *context, const struct guard_right *right,
                                         struct fault *fault);
enum status guard_rights_each(struct ledger *ledger, guard_right_callback *callback, void *context,
                              struct fault *fault);

enum guard_right_verdict {
    GUARD_RIGHT_DONE = 0,
    GUARD_RIGHT_NOBODY,      /* there is no such account, or its role sees no documents */
    GUARD_RIGHT_IS_SO,       /* proposed or given already; or there is nothing to confirm */
    GUARD_RIGHT_SAME_PERSON, /* nobody gives themselves a right, nor confirms what they proposed */
    GUARD_RIGHT_VERDICTS
};
/* One German sentence; NULL for GUARD_RIGHT_DONE. Static. */
const char *guard_right_words(enum guard_right_verdict verdict);
/* One person proposes, another one confirms; from then on the account sees what has the class.
 * Anybody who may do either can take it away again. It ends with the account's role and team. */
enum status guard_right_propose(struct ledger *ledger, const char *account, uint32_t guard,
                                const char *actor, enum guard_right_verdict *ret_verdict,
                                struct fault *fault);
enum status guard_right_confirm(struct ledger *ledger, const char *account, uint32_t guard,
                                const char *actor, enum guard_right_verdict *ret_verdict,
                                struct fault *fault);
enum status guard_right_withdraw(struct ledger *ledger, const char *account, uint32_t guard,
                                 const char *actor, enum guard_right_verdict *ret_verdict,
                                 struct fault *fault);

/* How many documents of a class wait in clearing, and how many people who clear have its right. */
enum status guard_waiting(struct ledger *ledger, uint32_t guard, uint64_t *ret_documents,
                          uint64_t *ret_people, struct fault *fault);

#endif
