/* remote_sites.h - at the centre: desks far away, and what each said last of itself.
 *
 * Written by the reception every few seconds while a desk is there, and not audited: nothing hangs
 * on it but what people see. What came is in the ledger's scans, like all others. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REMOTE_SITES_H
#define STORE_REMOTE_SITES_H

#include "store/ledger.h"

/* Strings are borrowed; times are wall-clock milliseconds here, `oldest_ms` by the desk's clock. */
struct remote_site {
    const char *name;
    const char *worker_key; /* name of the key by which it came */
    const char *host, *version;
    int64_t since_ms, seen_ms;
    int64_t skew_ms; /* its clock less ours */
    uint64_t waiting, waiting_bytes;
    int64_t oldest_ms;   /* 0: none waits there */
    int64_t rate;        /* bytes a second that it may send; -1: as fast as it goes */
    const char *source;  /* what is being sent; "" for nothing */
    uint64_t size, done; /* bytes of that: in all, and durable here */
    const char *trouble; /* why nothing is taken now; "" for nothing */
    uint64_t taken;      /* scans that ever came; kept by remote_site_took() */
    int64_t taken_ms;    /* the last one; 0: none yet */
};

/* Keeps everything but `taken` and `taken_ms`. */
enum status remote_site_keep(struct ledger *ledger, const struct remote_site *site,
                             struct fault *fault);
/* One more scan came from there. */
enum status remote_site_took(struct ledger *ledger, const char *name, struct fault *fault);

/* By name. The callback must not use the ledger. */
typedef enum status remote_site_callback(void *context, const struct remote_site *site,
                                         struct fault *fault);
enum status remote_sites_each(struct ledger *ledger, remote_site_callback *callback, void *context,
                              struct fault *fault);

#endif
