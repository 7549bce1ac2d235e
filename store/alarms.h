/* alarms.h - what an admin is warned of: raised while it holds, cleared when it does not.
 *
 * Any program may report what it sees; an alarm that holds already is not raised again, and one
 * that does not hold is not cleared. posteingang-monitor evaluates most kinds, and puts notices of
 * beginnings and ends into the outbox. The words are for admins: no names, no file names. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_ALARMS_H
#define STORE_ALARMS_H

#include "store/ledger.h"

enum alarm_severity { ALARM_WARNING = 0, ALARM_CRITICAL, ALARM_SEVERITIES };

struct alarm_report {
    const char *kind;    /* one of our words, e.g. "disk" */
    const char *subject; /* a site, a worker; "" when there is only one of the kind */
    enum alarm_severity severity;
    const char *words; /* one sentence; while it holds, the newest one is kept */
};

/* "warning" or "critical"; static. */
const char *alarm_severity_name(enum alarm_severity severity);

/* It holds. *ret_is_new (may be NULL) true: it did not before. Costs one look when nothing changes;
 * newer words alone are written, too, but nobody is told of them. */
enum status alarm_raise(struct ledger *ledger, const struct alarm_report *report, bool *ret_is_new,
                        struct fault *fault);
/* It does not hold. *ret_did (may be NULL) true: it did until now. */
enum status alarm_clear(struct ledger *ledger, const char *kind, const char *subject, bool *ret_did,
                        struct fault *fault);

struct alarm_record {
    const char *kind, *subject, *words; /* borrowed */
    enum alarm_severity severity;
    int64_t raised_ms;
    int64_t cleared_ms; /* 0 while it holds */
};
typedef enum status alarm_callback(void *context, const struct alarm_record *record,
                                   struct fault *fault);
/* Those that hold, the worst and oldest first. The callback must not use the ledger. */
enum status alarms_standing(struct ledger *ledger, alarm_callback *callback, void *context,
                            struct fault *fault);

/* Calls back with each beginning and end that nobody was told of, up to 100, and marks them as told
 * in the same transaction in which the callback puts notices in by alarm_tell(). An alarm that
 * came and went before anybody was told is told as both. */
struct alarm_telling;
typedef enum status alarm_tell_callback(void *context, struct alarm_telling *telling,
                                        const struct alarm_record *record, bool is_end,
                                        struct fault *fault);
struct notice;
enum status alarm_tell(struct alarm_telling *telling, const struct notice *notice,
                       struct fault *fault);
enum status alarms_to_tell(struct ledger *ledger, alarm_tell_callback *callback, void *context,
                           struct fault *fault);
/* Removes alarms that ended, and were told, before `before_ms`. */
enum status alarms_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                         struct fault *fault);

#endif
