/* requests_private.h - what requests.c and requests_follow.c share. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REQUESTS_PRIVATE_H
#define STORE_REQUESTS_PRIVATE_H

#include "store/ledger_private.h"
#include "store/requests.h"

/* One thing that happens to a request; strings are borrowed. */
struct request_change {
    int64_t number;
    const char *actor, *what;
    uint32_t item;        /* 0: the request as a whole */
    struct uuid document; /* nil: none */
    const char *way;      /* NULL: a person says so */
    const char *reason;   /* NULL: none */
};

/* All inside a transaction; each but the first two writes its audit row and its event. */
enum status request_audit(struct ledger *ledger, const struct request_change *change,
                          int64_t *ret_audit, struct fault *fault);
enum status request_event_keep(struct ledger *ledger, const struct request_change *change,
                               int64_t audit, struct fault *fault);
/* The request is closed. */
enum status request_end(struct ledger *ledger, const struct request_change *change,
                        struct fault *fault);
/* The item came; the request is closed with its last one. */
enum status request_item_close(struct ledger *ledger, const struct request_change *change,
                               struct fault *fault);
/* The item did not come after all; the request is open again. */
enum status request_item_open(struct ledger *ledger, const struct request_change *change,
                              struct fault *fault);

#endif
