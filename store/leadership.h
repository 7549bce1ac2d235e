/* leadership.h - what only one program of a kind may do at a time, on whatever host.
 *
 * On a server the leader holds an advisory lock in a session of its own, which the server ends when
 * it hears nothing of it for LEADER_SILENCE_MS: also of a leader that is stopped, whose connection
 * stands. Such a one does not know that another leads by now. So each new leader raises the duty's
 * epoch, and the changes of a leader are made between ledger_lead() and ledger_follow(), where every
 * transaction looks whether the epoch is still its own. Of a ledger in a file all programs are on
 * one host, and the lock is that of a file beside it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEADERSHIP_H
#define STORE_LEADERSHIP_H

#include "store/ledger.h"

struct leadership;

enum {
    LEADER_SILENCE_MS = 10000,
    LEADER_LOOK_MS = 2000 /* leadership_look() does nothing more often */
};

/* "HOST:RUNTIME FOLDER": what a program of an instance is called among those of other hosts. The
 * caller frees; NULL on no memory. */
char *leadership_holder(const char *runtime);
/* `url` of the ledger; `duty` ("dispatch", "monitor") and `holder`, who asks, for people. Nothing is
 * held yet. */
enum status leadership_new(const char *url, const char *duty, const char *holder,
                           const struct clock *clock, struct leadership **ret_leadership,
                           struct fault *fault);
/* Lets go of it. Accepts NULL. */
void leadership_free(struct leadership **leadership_p);

/* Asks for it, or makes sure of it. *ret_leads: whether the duty is this program's. LATER: that
 * cannot be found out now, and it is not. */
enum status leadership_look(struct leadership *leadership, struct ledger *ledger, bool *ret_leads,
                            struct fault *fault);
/* Of the last time that it led; 0: never. */
int64_t leadership_epoch(const struct leadership *leadership);

/* Every change of the ledger until ledger_follow() is this leader's: STATUS_LATER, and nothing has
 * changed, when another one leads by now. Borrowed. */
void ledger_lead(struct ledger *ledger, const struct leadership *leadership);
void ledger_follow(struct ledger *ledger);

#endif
