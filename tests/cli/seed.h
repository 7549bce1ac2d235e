/* seed.h - an instance with one scan or document of each kind, made through the store alone. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_CLI_SEED_H
#define TESTS_CLI_SEED_H

#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"

/* Made by `posteingang init instance` in the current folder, with two cases in its register. */
struct seed {
    struct config *config;
    struct ledger *ledger;
    struct spool *spool;
    int64_t received_ms; /* of the next arrival; a minute later each */
};

void seed_open(struct seed *seed);
void seed_close(struct seed *seed);

/* A scan of `site` with its own bytes; it is received. */
struct scan_id seed_scan(struct seed *seed, const char *site, const char *source);
/* The same bytes as `of` had: it is a duplicate. */
struct scan_id seed_duplicate(struct seed *seed, const char *source, const char *of);
struct scan_id seed_refused(struct seed *seed, const char *source, const char *reason);
/* Reads the scan that has waited longest: one document of two pages; it is matching. */
struct document_id seed_read(struct seed *seed);
/* Lets the scan that has waited longest fail for good. */
void seed_fail(struct seed *seed, const char *reason);
/* Decides the document that has waited longest, with an explanation; files it when so decided. */
void seed_decide(struct seed *seed, bool to_file, const char *case_number);

#endif
