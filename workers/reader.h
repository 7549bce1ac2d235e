/* reader.h - reads scans for a dispatcher: a link on one side, ocr on the other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_READER_H
#define WORKERS_READER_H

#include "base/loop.h"
#include "workers/reader_options.h"

struct reader;

enum {
    READER_FINISH_MS = 15000, /* after SIGTERM, for the scan in hand */
    READER_LEAVE_MS = 2000    /* then, for a scan given back to be settled */
};

/* `ocr` is running already (before ZeroMQ, and before keys are read); the reader borrows it,
 * `loop`, `clock` and `options`. */
enum status reader_new(struct loop *loop, const struct clock *clock,
                       const struct reader_options *options, struct ocr *ocr,
                       struct reader **ret_reader, struct fault *fault);
void reader_free(struct reader **reader_p);

/* Finishes the scan in hand when there is time, gives it back otherwise, and stops the loop. */
void reader_stop(struct reader *reader);
/* After the loop: EXIT_DONE, or what is to be told to the supervisor. */
enum exit_code reader_outcome(const struct reader *reader);

#endif
