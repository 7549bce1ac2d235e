/* proof.h - one digest a day over all documents, so that one time stamp from outside proves when
 * each of them was there, unchanged.
 *
 * Every document is one line of text, in the order in which documents came to be:
 *
 *     <document id> <SHA-256 of scan> <of PDF> <of text> <of reading>
 *
 * with blanks between and no line end. The lines are the leaves of a Merkle tree as in RFC 6962
 * (base/merkle.h); the root of a day covers every document up to its end. What is in a line never
 * changes, so an old root can be computed again at any time, by anybody who has the lines. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "base/merkle.h"
#include "base/text.h"
#include "store/ledger.h"

enum { PROOF_LINE_BYTES = 320, PROOF_DAY_BYTES = 11 };

struct proof_root {
    char day[PROOF_DAY_BYTES]; /* "2026-03-02", local */
    int64_t until_ms;          /* documents that came before this moment are covered */
    uint64_t documents;        /* how many */
    struct digest root;
    int64_t made_ms;
};

/* The lines of the first `most` documents (0: of all), in order. */
typedef enum status proof_line_callback(void *context, uint64_t index, const char *line,
                                        struct fault *fault);
enum status proof_lines(struct ledger *ledger, uint64_t most, proof_line_callback *callback,
                        void *context, struct fault *fault);

/* Keeps the root of `day`, which ended at `until_ms`, with its audit row. A day that has its root
 * already keeps it: *ret_root is then that one. STATUS_REFUSE: the day has not ended, or a later
 * one has its root. */
enum status proof_seal_day(struct ledger *ledger, const char *day, int64_t until_ms,
                           struct proof_root *ret_root, struct fault *fault);

/* Every day's root, oldest first; `root` is borrowed. */
typedef enum status proof_root_callback(void *context, const struct proof_root *root,
                                        struct fault *fault);
enum status proof_roots(struct ledger *ledger, proof_root_callback *callback, void *context,
                        struct fault *fault);

/* What a provider gave for a day's root: `kind` is "seal" or "stamp". Kept once; a day without a root
 * gives STATUS_REFUSE. */
enum status proof_keep(struct ledger *ledger, const char *day, const char *kind, const void *bytes,
                       size_t length, struct fault *fault);
enum status proof_has(struct ledger *ledger, const char *day, const char *kind, bool *ret_has,
                      struct fault *fault);
/* *ret_has false: there is none. *ret_bytes: owned by the caller. */
enum status proof_read(struct ledger *ledger, const char *day, const char *kind, bool *ret_has,
                       struct text *ret_bytes, struct fault *fault);

/* Computes every day's root again. *ret_days: how many there are; *ret_bad_day: the first whose
 * root does not follow from the documents, "" when all do. */
enum status proof_check(struct ledger *ledger, uint64_t *ret_days,
                        char ret_bad_day[PROOF_DAY_BYTES], struct fault *fault);

#endif
