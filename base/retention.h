/* retention.h - an office's rule of how long documents of a kind of datum are kept, as the
 * configuration reads it and the ledger follows it (store/purge.h). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_RETENTION_H
#define BASE_RETENTION_H

#include <stdint.h>

enum retention_state { RETENTION_FILED = 0, RETENTION_FORWARDED, RETENTION_DISCARDED };

struct retention_rule {
    char *name;
    enum retention_state state;
    char *kind;     /* kind of document; NULL: any */
    int64_t months; /* since it was received (filed), discarded, or the receiver confirmed it */
};

#endif
