/* metrics.h - the numbers of an instance in Prometheus' text format, version 0.0.4.
 *
 * No names of people, no file names; sites and reasons of refusals are labels. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_METRICS_H
#define MONITOR_METRICS_H

#include "base/text.h"
#include "monitor/observation.h"

#define METRICS_MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* `standing`: how many alarms hold, by enum alarm_severity. */
void metrics_append(struct text *text, const struct observation *seen, const struct meters *meters,
                    const uint64_t standing[]);

#endif
