/* audit.h - the hash-chained record of every change, and the check of everything at rest.
 *
 * Row n's hash is SHA-256 over row n-1's hash and row n's own fields, so that altering, removing
 * or reordering any row is found. Rows hold who, when, what and digests; no names, no text. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/ledger.h"
#include "store/spool.h"

/* Writes one row about something that changed nothing: a look, a refused request, a log-in.
 * `subject` is an id or the name of an account, `action` one of our words; nothing else is kept. */
enum status audit_note(struct ledger *ledger, const char *actor, const char *action,
                       const char *subject, struct fault *fault);

struct verify_result {
    uint64_t audit_rows;
    uint64_t objects; /* spool objects whose digest was checked */
    uint64_t purged;  /* documents that two persons have deleted, each with its proof */
    char purges[128]; /* the numbers of their proposals, e.g. "1, 3"; "" for none */
    uint64_t faults;
    char first_fault[FAULT_TEXT_BYTES]; /* "" when clean */
    /* Of the head of the audit chain, which stands for every change there was, and of every object
     * that was checked: the same for the same truth, e.g. in a backup and what was restored. */
    struct digest state;
};

/* Checks the database's own integrity and foreign keys, the audit chain, every state against the
 * legal ones and its jobs, the pages of every read scan, and the digest of every object that a
 * row points to. STATUS_OK also when faults were found. `progress` (may be NULL) is told objects
 * done and in all. */
enum status ledger_verify(struct ledger *ledger, struct spool *spool,
                          void (*progress)(void *context, uint64_t done, uint64_t all),
                          void *context, struct verify_result *ret_result, struct fault *fault);

/* Told of damage in words: of the scan or document that it is in, or NULL for anything else. A
 * status other than STATUS_OK ends the check. */
typedef enum status damage_found(void *context, const struct uuid *scan_or_document,
                                 const char *words, struct fault *fault);
/* The same check, which tells of every object that is damaged. */
enum status ledger_scrub(struct ledger *ledger, struct spool *spool,
                         void (*progress)(void *context, uint64_t done, uint64_t all),
                         damage_found *damage, void *context, struct verify_result *ret_result,
                         struct fault *fault);

#endif
