/* silence.h - does a site that usually has scanned by now not scan today?
 *
 * Usual is what the last four weeks' same weekdays say: on at least three of those that were
 * working days there was a scan, and the latest of their first scans lies `grace_ms` back. On days
 * that are no working days nobody is missed. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_SILENCE_H
#define MONITOR_SILENCE_H

#include <stdbool.h>

#include "store/ledger.h"

enum { SILENCE_WEEKS = 4, SILENCE_DAYS_LEAST = 3 };

struct silence_past {
    bool was_working_day[SILENCE_WEEKS];
    int64_t first_ms[SILENCE_WEEKS]; /* of the day, since its midnight; -1: no scan on it */
};

/* `today_ms`: since midnight. False when there is too little to go by. */
bool silence_is_unusual(const struct silence_past *past, bool has_scanned_today, int64_t today_ms,
                        int64_t grace_ms);

/* Asks the ledger. *ret_since_ms: when it usually has scanned, as wall-clock time of today. */
enum status silence_look(struct ledger *ledger, const char *site, int64_t now_ms, int64_t grace_ms,
                         bool *ret_is_silent, int64_t *ret_since_ms, struct fault *fault);

#endif
