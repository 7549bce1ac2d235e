/* child.h - one confined process that does one thing with strangers' bytes.
 *
 * The child is forked from the zygote, so that it finds everything loaded; it is confined before
 * the work starts, and only bytes come back, over a pipe. The zygote never waits for it: it polls
 * the two descriptors, and kills what is late. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CHILD_H
#define OCR_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "ocr/ocr.h"

/* The child's work: appends its payload; OK or REFUSE is passed on with it, LATER and HALT end
 * the attempt. */
typedef enum status child_work(void *context, struct byte_writer *payload, struct fault *fault);

struct child {
    pid_t process;               /* 0: none */
    int process_file;            /* readable when the process has ended */
    int pipe;                    /* -1 when it was read to its end */
    int64_t deadline_ms;         /* monotonic */
    uint64_t most;               /* bytes that are taken from it */
    struct byte_writer received; /* status, text, payload */
    bool has_ended, is_late, is_too_long;
    int wait_status;
};

/* What came of it. `payload` points into the child's buffer. */
struct child_outcome {
    struct fault fault;  /* status OK, REFUSE (with a German text), or LATER */
    bool is_out_of_time; /* LATER because wall or processor time ran out */
    const uint8_t *payload;
    size_t length;
};

/* {0} with descriptors that are none. */
void child_init(struct child *child);
/* Forks and confines. At most `most` bytes will be taken. LATER when the system has no room. */
enum status child_start(struct child *child, child_work *work, void *context,
                        const struct ocr_options *options, uint64_t most, struct fault *fault);
bool child_is_running(const struct child *child);
/* Fills two entries to poll and returns how many; *ret_wait_ms is the time to its deadline. */
nfds_t child_poll(const struct child *child, struct pollfd *entries, int64_t *ret_wait_ms);
/* Takes what is there, kills when late; true when the child is over and child_outcome() may be
 * asked. */
bool child_step(struct child *child);
void child_outcome(const struct child *child, struct child_outcome *ret_outcome);
/* Kills what runs, waits for it, frees. The child is as after child_init(). */
void child_end(struct child *child);

#endif
