/* looks.h - who looked at what a short while ago, so that one look is one row of the audit. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_LOOKS_H
#define PORTAL_LOOKS_H

#include <stdint.h>

#include "base/digest.h"

enum { LOOKS_MOST = 256, LOOK_MS = 10 * 60 * 1000 };

struct look {
    struct digest digest; /* of person, action and id */
    int64_t at_ms;        /* monotonic; 0: the place is free */
};

struct looks {
    struct look items[LOOKS_MOST];
};

#endif
