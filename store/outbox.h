/* outbox.h - notices to people and machines outside: put in once, kept until they are out.
 *
 * Whoever has something to tell puts it in; posteingang-monitor sends it, tries again with
 * growing waits, and gives up in the end. A notice says that there is something to look at,
 * never what: mail is read by many. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/ledger.h"

enum {
    OUTBOX_ONCE_BYTES_MOST = 200,
    OUTBOX_RECIPIENT_BYTES_MOST = 1000,
    OUTBOX_TITLE_BYTES_MOST = 200,
    OUTBOX_BODY_BYTES_MOST = 16384
};

struct notice {
    const char *once;      /* key: the same notice to the same recipient is put in only once */
    const char *channel;   /* "mail" or "webhook" */
    const char *recipient; /* mail address, or URL */
    const char *title;     /* one line, UTF-8 */
    const char *body;      /* mail: plain text, lines ended by \n; webhook: JSON */
};

/* *ret_is_new (may be NULL) false: it was there already, and nothing changed. STATUS_REFUSE: too
 * long, no such channel, control characters in a line, or a recipient that is none. */
enum status outbox_put(struct ledger *ledger, const struct notice *notice, bool *ret_is_new,
                       struct fault *fault);

struct outbox_record {
    int64_t id;
    const char *channel, *recipient, *title, *body; /* borrowed */
    int64_t made_ms;
    uint32_t attempts; /* that failed so far */
};
typedef enum status outbox_callback(void *context, const struct outbox_record *record,
                                    struct fault *fault);
/* Notices that are due, the longest overdue first, at most `limit`. The callback must not use the
 * ledger. */
enum status outbox_due(struct ledger *ledger, uint32_t limit, outbox_callback *callback,
                       void *context, struct fault *fault);

struct outbox_rule {
    int64_t backoff_ms;      /* before the second attempt; doubles with each further one */
    int64_t backoff_most_ms; /* longest wait */
    int64_t give_up_ms;      /* after the notice was put in */
};
enum status outbox_sent(struct ledger *ledger, int64_t id, struct fault *fault);
/* `error` is one sentence. *ret_given_up (may be NULL): it is not tried again. */
enum status outbox_failed(struct ledger *ledger, int64_t id, const char *error,
                          const struct outbox_rule *rule, bool *ret_given_up, struct fault *fault);

struct outbox_counts {
    uint64_t waiting, overdue_attempts; /* of those that wait, how often they failed in all */
    uint64_t given_up;                  /* within the last day */
    int64_t oldest_ms;                  /* made_ms of the oldest that waits; 0: none */
};
enum status outbox_count(struct ledger *ledger, struct outbox_counts *ret_counts,
                         struct fault *fault);
/* Removes notices that ended before `before_ms`. */
enum status outbox_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                         struct fault *fault);

#endif
