/* world.h - an instance in the test's own folder, its dispatcher as a real program, and workers
 * played by the test, frame by frame. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_WORKERS_WORLD_H
#define TESTS_WORKERS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "store/worker_keys.h"
#include "workers/parcel.h"

enum { PATIENCE_MS = 30000, ACTORS_MOST = 8, INBOX_MOST = 64 };

/* What an actor heard and the test has not looked at yet; never what means nothing: a HEARTBEAT, a
 * second WELCOME of the same session, an answer about a job that is not in hand. */
struct heard {
    struct wire_message message;
    struct byte_writer bytes; /* of a chunk */
};

/* A worker that the test plays. */
struct actor {
    struct messaging_socket *socket;
    struct heard inbox[INBOX_MOST];
    size_t inbox_count;
    unsigned version;        /* of the protocol, in which it talks; 0: the newest */
    struct wire_ready ready; /* strings are borrowed */
    int64_t job;             /* in hand; 0 for none: for heartbeats */
    uint32_t attempt;
    bool is_mute;           /* says no heartbeats and hears nothing: it sleeps */
    int64_t chunk_pause_ms; /* before each chunk it delivers */
    int64_t said_ms;
    uint32_t welcomed; /* the session that was */
    int64_t answered;  /* nobody's job that was asked about last and is answered */
};

struct world {
    struct config *config;
    struct ledger *ledger;
    struct spool *spool;
    struct messaging *messaging;
    struct actor actors[ACTORS_MOST];
    size_t actor_count;
    pid_t dispatcher; /* 0: none runs */
};

/* Opens the dispatcher's door to other hosts; before world_start(). */
void world_open_door(struct world *world);
/* A new key that trusts this dispatcher; enrolled under `name` unless that is NULL. */
struct key_file world_new_key(struct world *world, const char *name, enum worker_role role);

/* The cmocka fixtures. The dispatcher is not started. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* Starts a program of BIN_DIR; its words go to PROGRAM.log. */
pid_t world_spawn(const char *const *argv);
/* Waits for its end: the exit code, or 128 + signal. */
int world_wait(pid_t process);
void world_start(struct world *world);
/* `signal_number` to the dispatcher, and its exit code. */
int world_end(struct world *world, int signal_number);

/* Lets time pass in small steps: actors listen and say heartbeats meanwhile. */
void world_pass(struct world *world, int64_t milliseconds);

/* A scan of these bytes, accepted. */
struct scan_id world_scan(struct world *world, const void *bytes, size_t length);
/* Waits until the scan is in this state. */
void world_await_scan(struct world *world, struct scan_id id, enum scan_state state);
enum scan_state world_scan_state(struct world *world, struct scan_id id);
/* How many documents are in this state. */
uint64_t world_documents(struct world *world, enum document_state state);
void world_await_documents(struct world *world, enum document_state state, uint64_t count);
/* Number of audit rows: what was written. */
uint64_t world_writes(void);

/* ---- actors --------------------------------------------------------------------------------- */

/* Connects; says nothing yet. `name` is borrowed. */
struct actor *actor_new(struct world *world, const char *name, enum wire_worker_kind kind);
/* The same from another host, by this key, to the dispatcher's door. */
struct actor *actor_new_far(struct world *world, const char *name, enum wire_worker_kind kind,
                            const struct key_file *key);
/* Vanishes without a word. */
void actor_vanish(struct actor *actor);
void actor_say(struct world *world, struct actor *actor, const struct wire_message *message);
/* READY with what is in hand, until WELCOME. */
void actor_join(struct world *world, struct actor *actor);
/* Until the dispatcher has taken everything that the actor said so far; changes nothing. */
void actor_await_heard(struct world *world, struct actor *actor);
/* The next message that is not a HEARTBEAT; fails when none comes. The caller frees it with
 * wire_message_done(); a chunk's bytes are not there any more. */
void actor_hear(struct world *world, struct actor *actor, struct wire_message *ret_message);
/* The same, and it must be this command. */
void actor_expect(struct world *world, struct actor *actor, enum wire_command command,
                  struct wire_message *ret_message);
/* Nothing but heartbeats for so long. */
void actor_hears_nothing(struct world *world, struct actor *actor, int64_t milliseconds);
/* Takes a JOB and all its parts, checking digests; keeps the job in hand. The caller frees. */
void actor_take_job(struct world *world, struct actor *actor, struct wire_message *ret_job);
void actor_settlement(struct world *world, struct actor *actor, enum wire_settlement expected);
void actor_fail(struct world *world, struct actor *actor, enum wire_failure failure,
                const char *reason);

struct result_part {
    const char *name;
    const void *bytes;
    size_t length;
};
/* Says `result` for the job in hand with these parts, which travel against credit. Stops after
 * `chunks_most` chunks. Returns the number of chunks sent. */
unsigned actor_deliver(struct world *world, struct actor *actor, struct wire_message *result,
                       const struct result_part *parts, size_t count, unsigned chunks_most);
/* A reading of one page for the job in hand, whole, with a PDF of `pdf_length` bytes; does not
 * wait for what becomes of it. */
void actor_deliver_reading(struct world *world, struct actor *actor, size_t pdf_length,
                           unsigned chunks_most);
/* Appends an encoded reading of one page that says "Hallo". */
void sample_reading(struct byte_writer *writer);

#endif
