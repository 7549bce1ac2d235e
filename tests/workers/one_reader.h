/* one_reader.h - a dispatcher in the test's own process, with one scan in its ledger and one reader
 * that the test plays. The clock is the test's, so that no wait is real. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_WORKERS_ONE_READER_H
#define TESTS_WORKERS_ONE_READER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/dispatch_state.h"

enum { BEAT_MS = 1000, VANISHED_MS = 5000, LEASE_MS = 20000, SCENE_PLACE_BYTES = 512 };

struct scene {
    struct clock clock;
    int64_t now_ms;
    struct ledger *ledger;
    struct spool *spool;
    struct dispatch *dispatch;
    struct scan_id scan;           /* accepted last */
    int accepted;                  /* so many */
    int64_t job;                   /* that the reader was given last; 0: none */
    uint32_t attempt;              /* of it */
    bool is_unknown;               /* the dispatcher said that it does not know the reader */
    int settled;                   /* enum wire_settlement that it said last; -1: none yet */
    char place[SCENE_PLACE_BYTES]; /* of the ledger */
};

/* The scene, its scan accepted, as *state; and its end. For cmocka. With LEDGER_SERVER set the ledger
 * lies in a schema of its own there. */
int one_reader_set_up(void **state);
int one_reader_tear_down(void **state);

void scene_accept(struct scene *scene);
enum scan_state scene_state(const struct scene *scene);
/* What the reader says. */
void scene_say(struct scene *scene, const struct wire_message *message);
void scene_say_ready(struct scene *scene);
void scene_say_heartbeat(struct scene *scene);
/* A reading of one page, whole, for the job that was given last. */
void scene_say_reading(struct scene *scene);

#endif
