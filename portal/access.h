/* access.h - what of the documents and scans a person may see: one place, asked by everything.
 *
 * Denied by default. The roles of a route say who may ask at all; this says about what. Somebody
 * sees a document when
 *     caseworker  it is meant for the own team, or for a case that the register gives to them
 *     lead        it is meant for the own team
 *     quality     always
 *     registry    it waits for a person or still moves, or they decided about it themselves
 * and nobody else sees any; and what is guarded (store/guard.h) only with the right for it, which
 * no role brings along. A document is meant for the team of the decision that counts. Sites are
 * open to mailroom staff of that site and to admins. What one may not see answers like what is not
 * there: 404. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ACCESS_H
#define PORTAL_ACCESS_H

#include <stdbool.h>

#include "portal/exchange.h"
#include "portal/service.h"
#include "store/desk.h"

enum { ACCESS_TEAMS_MOST = DESK_TEAMS_MOST, ACCESS_TEAM_BYTES = 64 };

/* How far somebody sees, for lists that the ledger filters. */
enum access_reach {
    REACH_NOTHING = 0,
    REACH_CLEARING, /* what is not at rest, and what `person` decided */
    REACH_TEAM,     /* what is meant for one of `teams`, or for a case of `caseworker` */
    REACH_ALL
};

/* Pointers are borrowed from the user record. */
struct access {
    enum access_reach reach;
    const char *person; /* as decided_by has it */
    char teams[ACCESS_TEAMS_MOST][ACCESS_TEAM_BYTES];
    size_t team_count;
    const char *caseworker; /* as the register's column has it; NULL: none */
    uint32_t rights;        /* classes of store/guard.h that they may see */
};

struct access access_of(const struct user_record *user);
/* The same as lists of documents take it; borrows from `access`. */
struct desk_scope access_scope(const struct access *access);
/* Of lists of what was done with documents (passed on, deleted, called back, their paper): registry,
 * quality and auditors oversee the office, all others what is meant for their teams; leads besides
 * what is meant for none, since two persons decide about it. */
struct desk_scope access_oversight(const struct user_record *user, struct access *ret_access);

/* Whether this person may see this document: every route, list and stream asks here. */
bool access_may_see_document(const struct user_record *user,
                             const struct document_record *document);
/* Whether this person must first get the second factor that the settings ask of their role. */
bool access_lacks_factor(const struct config *config, const struct user_record *user);
/* Whether the machine's explanation, which names other cases, may be seen besides the document. */
bool access_may_see_trace(const struct user_record *user, const struct document_record *document);
/* The same of a case, whatever its team is. */
enum status access_may_see_case(struct service *service, const struct user_record *user,
                                const char *case_number, bool *ret_may, struct fault *fault);
bool access_may_see_site(const struct user_record *user, const char *site);

/* Writes "who looked at this, when" into the audit: `action` such as "document.view". Of the same
 * person looking at the same thing again within LOOK_MS it writes nothing, so that a page's
 * ten images are one look. */
enum status access_note_look(struct service *service, const struct exchange *exchange,
                             const char *action, struct fault *fault);
/* Answers 404 to who asked for something that has an owner and no UUID ("request", "17"), and is
 * not theirs: what it is goes to the audit, as it does for documents and scans. */
enum status access_answer_foreign(struct service *service, struct exchange *exchange,
                                  const char *noun, const char *name, struct fault *fault);

#endif
