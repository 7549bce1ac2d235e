/* worker_keys.h - enrolled workers: whose key opens the door for workers on other hosts.
 *
 * Enrolling and revoking are transactions with their audit rows, like everything in the ledger.
 * A worker of an enrolled key is called "NAME/" and what it calls itself: NAME is what it was
 * authenticated as, and its leases are bound to that. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_WORKER_KEYS_H
#define STORE_WORKER_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/keypair.h"
#include "store/ledger.h"

enum { WORKER_KEY_NAME_BYTES_MOST = 32, WORKER_KEY_SITE_BYTES_MOST = 64 };

/* WORKER_ROLE_SITE: a desk that sends scans of one site to the reception; no worker at all. */
enum worker_role { WORKER_ROLE_READER = 0, WORKER_ROLE_FILER, WORKER_ROLE_SITE };
enum { WORKER_ROLES = WORKER_ROLE_SITE + 1 };

/* "reader", "filer" or "site", as in struct worker_record; static. */
const char *worker_role_name(enum worker_role role);
bool worker_role_from_name(const char *name, enum worker_role *ret_role);

struct worker_key {
    int64_t id; /* of the enrolment */
    char name[WORKER_KEY_NAME_BYTES_MOST + 1];
    enum worker_role role;
    char site[WORKER_KEY_SITE_BYTES_MOST + 1]; /* "" but for WORKER_ROLE_SITE */
    struct public_key public_key;
    int64_t since_ms;
    int64_t revoked_ms; /* 0: it stands */
};

/* Lower-case letters, digits, '.', '-' and '_', a letter first, 2 to 32 of them. */
bool worker_key_name_is_fit(const char *name);

/* STATUS_REFUSE: the name is not fit or another standing key has it, or the key was enrolled
 * before (revoked keys included). */
enum status worker_key_enrol(struct ledger *ledger, const char *name, enum worker_role role,
                             const struct public_key *public_key, const char *actor,
                             struct fault *fault);
/* The same for a desk, which may send scans of `site` and nothing else. */
enum status worker_key_enrol_site(struct ledger *ledger, const char *name, const char *site,
                                  const struct public_key *public_key, const char *actor,
                                  struct fault *fault);
/* From its commit on the key opens nothing: its workers get no further lease, and those that they
 * hold go back in the same transaction, so that no result of theirs is taken any more.
 * *ret_leases: how many. STATUS_REFUSE: no standing key has this name. */
enum status worker_key_revoke(struct ledger *ledger, const char *name, const char *actor,
                              uint32_t *ret_leases, struct fault *fault);

/* The standing key with these bytes: for the door. */
enum status worker_key_find(struct ledger *ledger, const struct public_key *public_key,
                            bool *ret_found, struct worker_key *ret_key, struct fault *fault);
/* The standing key of this enrolment: for every message. */
enum status worker_key_get(struct ledger *ledger, int64_t id, bool *ret_found,
                           struct worker_key *ret_key, struct fault *fault);

/* Every enrolment by name, then time; `key` is borrowed. */
typedef enum status worker_key_callback(void *context, const struct worker_key *key,
                                        struct fault *fault);
enum status worker_key_each(struct ledger *ledger, worker_key_callback *callback, void *context,
                            struct fault *fault);

/* One audit row that says how often somebody was turned away at the door since the last one;
 * `why` is a word of ours, `who` an enrolled name or "" for strangers. */
enum status worker_key_note_refusals(struct ledger *ledger, const char *why, const char *who,
                                     uint64_t count, struct fault *fault);

#endif
