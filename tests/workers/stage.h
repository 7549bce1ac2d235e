/* stage.h - a dispatcher played by the test, frame by frame, for one real worker program. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_WORKERS_STAGE_H
#define TESTS_WORKERS_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "workers/parcel.h"

enum { STAGE_PATIENCE_MS = 60000, STAGE_PARTS_MOST = 16 };

struct stage {
    char address[600];
    struct messaging *messaging;
    struct messaging_socket *socket;
    struct messaging_peer peer; /* whoever spoke last */
    bool knows_peer;
    bool was_greeted;   /* since it listens, a READY came; what comes before is UNKNOWN */
    bool answers_ready; /* READY is answered with WELCOME by itself; the last one is in `ready` */
    uint32_t session;   /* of the last READY */
    uint32_t jobs;      /* of the last READY */
    int64_t held_job;   /* in the head of the last READY */
    unsigned readies;   /* how many came */
    char name[WIRE_NAME_BYTES_MOST + 1];
    int64_t said_ms;
    int64_t last_job;
    pid_t worker; /* 0: none runs */
};

/* Listens at `address`. */
void stage_open(struct stage *stage, const char *address);
void stage_close(struct stage *stage);
/* Starts a program of BIN_DIR as the worker; its words go to PROGRAM.log. */
void stage_start(struct stage *stage, const char *const *argv);
/* `signal_number` (0: none), and its exit code; 128 + signal when it was killed. */
int stage_end(struct stage *stage, int signal_number);

void stage_say(struct stage *stage, const struct wire_message *message);
void stage_welcome(struct stage *stage);
/* Lets time pass: heartbeats are said, what comes is dropped but for READY. */
void stage_pass(struct stage *stage, int64_t milliseconds);
/* The next message that is no HEARTBEAT and no READY (when those are answered). The caller frees
 * it; a chunk's bytes are added to `keep` when given. */
void stage_hear(struct stage *stage, struct wire_message *ret_message, struct byte_writer *keep);
/* Skips PROGRESS, CREDIT and what is left of a transfer; the next must be this command. */
void stage_expect(struct stage *stage, enum wire_command command, struct wire_message *ret_message);
/* Waits until the worker said READY `count` times in all. */
void stage_await_ready(struct stage *stage, unsigned count);

struct stage_part {
    const char *name;
    const void *bytes;
    size_t length;
};
/* Gives a job with these parts, sent against credit. `job` needs command, kind and facts; its
 * number is the next one, attempt 1. Returns its number. */
int64_t stage_give(struct stage *stage, struct wire_message *job, const struct stage_part *parts,
                   size_t count);
/* Takes the parts of a result, checking digests. The caller frees each with
 * byte_writer_done(). */
void stage_take_parts(struct stage *stage, const struct wire_message *result,
                      const struct wire_directory *directory, struct byte_writer *ret_parts);
void stage_settle(struct stage *stage, const struct wire_message *about,
                  enum wire_settlement settlement);

#endif
