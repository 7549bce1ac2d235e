/* suspicion.h - what holds for long enough to be an alarm, and what is away for long enough to have
 * ended: so that nothing that flickers wakes anybody.
 *
 * Each round names all that is seen now; what is not named any more is away. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_SUSPICION_H
#define MONITOR_SUSPICION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/alarms.h"

enum { SUSPICION_KIND_BYTES = 32, SUSPICION_SUBJECT_BYTES = 160, SUSPICION_WORDS_BYTES = 400 };

struct suspicion {
    char kind[SUSPICION_KIND_BYTES];
    char subject[SUSPICION_SUBJECT_BYTES];
    char words[SUSPICION_WORDS_BYTES];
    enum alarm_severity severity;
    bool is_seen;       /* in this round */
    bool holds;         /* seen in the newest round */
    int64_t changed_ms; /* monotonic: since when it holds or is away */
};

struct suspicions {
    struct suspicion *items;
    size_t count, capacity;
};

void suspicions_done(struct suspicions *suspicions);
/* It is seen now. False on no memory. */
bool suspicion_see(struct suspicions *suspicions, const char *kind, const char *subject,
                   enum alarm_severity severity, const char *words);
/* Ends a round: what was not seen in it is away from now on. */
void suspicions_settle(struct suspicions *suspicions, int64_t monotonic_ms);
/* An alarm that held when this program began. */
bool suspicion_restore(struct suspicions *suspicions, const struct alarm_record *record,
                       int64_t monotonic_ms);
/* Raises what has held for `hold_ms` and clears what has been away as long. `told` is called for
 * each that really changed. */
typedef void suspicion_told(void *context, const struct suspicion *suspicion, bool is_raised);
enum status suspicions_report(struct suspicions *suspicions, struct ledger *ledger,
                              int64_t monotonic_ms, int64_t hold_ms, suspicion_told *told,
                              void *context, struct fault *fault);

#endif
