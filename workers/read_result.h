/* read_result.h - whether what a reader delivers is a reading, before the ledger hears of it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_READ_RESULT_H
#define WORKERS_READ_RESULT_H

#include "base/composition.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/wire.h"

enum {
    READ_RESULT_PARTS = 3,      /* of one document: reading, text, pdf */
    READ_RESULT_SCAN_PARTS = 1, /* of the scan, behind them: pages */
};

/* Bytes of one part. A reading is checked in memory. */
enum {
    READ_RESULT_READING_BYTES_MOST = 64 << 20,
    READ_RESULT_TEXT_BYTES_MOST = 64 << 20,
    READ_RESULT_PDF_BYTES_MOST = 1 << 30,
    READ_RESULT_PAGES_BYTES_MOST = 1 << 30
};

/* Before its parts travel: the page table accounts for every page once and in order, and the
 * directory has the three parts of each document, in order, and the page file, within their
 * limits, and the pages' spans lie in the page file.
 * STATUS_REFUSE says what is wrong. */
enum status read_result_check(const struct wire_result_read *result,
                              const struct wire_directory *directory, struct fault *fault);

/* After they came: decodes every reading, looks at texts, PDFs and pictures. On STATUS_OK the caller owns
 * *ret_result (read_result_done()). STATUS_REFUSE: not usable. */
enum status read_result_open(struct spool *spool, const struct wire_result_read *result,
                             const struct wire_directory *directory, struct read_result *ret_result,
                             struct fault *fault);
void read_result_done(struct read_result *result);

/* The same two looks at what a compose job brings: three parts for each document, and a reading of
 * as many pages as were asked for. The caller frees *ret_documents. */
enum status compose_result_check(const struct wire_result_compose *result,
                                 const struct wire_directory *directory, struct fault *fault);
enum status compose_result_open(struct spool *spool, const struct composition *composition,
                                const struct wire_directory *directory,
                                struct read_document **ret_documents, struct fault *fault);

#endif
