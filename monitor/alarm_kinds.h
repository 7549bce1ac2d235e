/* alarm_kinds.h - every kind of alarm: what it is called, and what to do about it.
 *
 * docs/operations.md has a row for each. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_ALARM_KINDS_H
#define MONITOR_ALARM_KINDS_H

#include <stdbool.h>
#include <stddef.h>

struct alarm_kind {
    const char *name;
    const char *title;  /* a few words */
    const char *remedy; /* one sentence or two */
    bool is_ours;       /* found by this program; the others are reported by those they befall */
};

extern const struct alarm_kind alarm_kinds[];
extern const size_t alarm_kind_count;

/* Never NULL: for a kind that is not in the table, a row that says so. */
const struct alarm_kind *alarm_kind_of(const char *name);

#endif
