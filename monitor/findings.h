/* findings.h - what of an observation is to be warned of: a table of rules. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_FINDINGS_H
#define MONITOR_FINDINGS_H

#include "monitor/observation.h"
#include "monitor/suspicion.h"

struct findings {
    const struct config *config;
    const struct observation *seen;
    const struct meters *meters;
    struct ledger *ledger;
    struct suspicions *suspicions; /* where what is found goes */
};

/* Sees everything that holds now. */
enum status findings_make(const struct findings *findings, struct fault *fault);

#endif
