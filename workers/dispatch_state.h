/* dispatch_state.h - what the files of the dispatcher share: its state, and each one's verbs.
 *
 * groups.c: one commit for several changes · notices.c: new work on other hosts ·
 * door.c: workers of other hosts · admission.c: who is there · grants.c: jobs out · leases.c: how
 * long · results.c: results in · others.c: the other dispatchers of the ledger · rematches.c: what
 * is tried again after a change of the register · escalations.c: deadlines that nobody
 * acknowledged. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_DISPATCH_STATE_H
#define WORKERS_DISPATCH_STATE_H

#include "base/bell.h"
#include "base/log.h"
#include "store/leadership.h"
#include "store/rematch.h"
#include "store/reserve.h"
#include "store/work_notice.h"
#include "workers/assignments.h"
#include "workers/dispatch.h"
#include "workers/peers.h"

enum { JOB_KINDS = JOB_COMPOSE + 1 };

struct dispatch {
    struct loop *loop;
    const struct clock *clock;
    const struct config_workers *rule;
    struct retry_rule retry;
    int lock; /* descriptor of the lock file */
    struct ledger *ledger;
    char *name;                    /* of this dispatcher among those of the ledger */
    struct leadership *leadership; /* NULL in tests: it leads */
    bool leads;                    /* it does what only one dispatcher may do */
    bool is_one_of_several;        /* others may work on the ledger: it is on a server */
    int64_t signed_ms;             /* monotonic: when it last gave a sign of life; 0: never */
    int64_t signs_since_ms;        /* monotonic: since when it has given them without a pause */
    int64_t others_looked_ms;      /* monotonic */
    struct spool *spool;
    struct reserve *reserve; /* NULL: none */
    struct messaging *messaging;
    struct messaging_socket *socket; /* for the workers of this host */
    struct door *door;               /* for those of others; NULL when there are none */
    struct bell *bell;
    struct work_notice *notice; /* NULL: the ledger is a file, or the server was away */
    bool is_grouping;           /* grants have to wait: for group_end(), or for what is said */
    int64_t group_ms;           /* monotonic: since when */
    int64_t careful_ms;         /* monotonic: until then every change has a commit of its own */
    bool wants_grants;          /* somebody has room, or there is work */
    enum wire_worker_kind turn; /* whose the next group is, when both have something */
    bool has_renewals;          /* leases that are to be put off */
    bool has_results;           /* some that are whole: the ledger is to take them */
    unsigned beat_timer, pulse_timer, poll_timer, stop_timer;
    struct peers peers;
    struct assignments assignments;
    bool nothing_due[JOB_KINDS]; /* the ledger said so; until the next bell or poll */
    int64_t expired_ms;          /* monotonic: when leases were last looked through */
    int64_t foreign_logged_ms;   /* monotonic: when junk was last logged */
    int64_t beat_ms;             /* monotonic: of the last beat; 0: none yet */
    int64_t stopping_ms;         /* monotonic: since when; 0: not stopping */
    int64_t busy_ms;             /* monotonic: while stopping, when a job was last in hand */
    int64_t rematch_looked_ms, rematch_settled_ms; /* monotonic; 0: never */
    struct rematch_mark rematch_mark;              /* when everything was settled */
    const struct config *config;                   /* borrowed; NULL in tests that have none */
    int64_t escalate_ms;           /* deadlines are escalated after this; 0: never */
    int64_t escalations_looked_ms; /* monotonic; 0: not yet */
    enum status outcome;
    uint8_t *buffer; /* of one chunk */
};

/* ---- dispatch.c ---- */
int64_t dispatch_now(const struct dispatch *dispatch);
/* Logs and stops the loop: storage cannot be trusted any more. */
void dispatch_halt(struct dispatch *dispatch, const struct fault *fault);
/* STATUS_OK or LATER as they are; halts on STATUS_HALT. For what the ledger and spool say. When the
 * ledger's disk is full its reserve is given up here, so that what comes again can be written. */
enum status dispatch_storage(struct dispatch *dispatch, enum status status,
                             const struct fault *fault);
/* Something changed that may make jobs of this kind due. */
void dispatch_expect(struct dispatch *dispatch, enum job_kind kind);
/* Which workers an admin has drained or resumed since the last look. false: the ledger cannot be
 * asked. */
bool dispatch_look_at_drained(struct dispatch *dispatch);
/* To one worker. false: it is gone, and has been dropped with all it held. */
bool dispatch_say(struct dispatch *dispatch, struct peer *peer, const struct wire_message *message);

/* One message from somebody, in frames; which version it is in is found out here. */
void dispatch_hear(struct dispatch *dispatch, const struct caller *from,
                   const struct messaging_frame *frames, size_t count);
/* Time passes: heartbeats, leases, grants; and a look for work without a bell. */
void dispatch_beat(struct dispatch *dispatch);
void dispatch_poll(struct dispatch *dispatch);
/* With what configuration and clock say, and nothing open; NULL on no memory. Ends with
 * dispatch_free(). For dispatch_new(), and for a simulator, which brings ledger and spool. */
struct dispatch *dispatch_make(const struct clock *clock, const struct config_workers *rule);
/* The start of a dispatcher as the ledger has it: nobody is with it, its leases get their grace. */
enum status dispatch_take_over(struct dispatch *dispatch, struct fault *fault);
/* Takes what waits at the socket; of a guarded one through the door. */
void dispatch_take_messages(struct dispatch *dispatch, struct messaging_socket *socket);

/* Looks for work of every kind, and gives it out. */
void dispatch_look_for_work(struct dispatch *dispatch);

/* ---- groups.c ---- */
void group_begin(struct dispatch *dispatch);
/* It has changed something, and others who want to write have waited for long enough. */
bool group_is_old(const struct dispatch *dispatch);
/* Whether the message has to wait for the group's commit. */
bool group_keeps(const struct dispatch *dispatch, const struct wire_message *message);
/* Whether it has changed something that is not committed. */
bool group_is_open(const struct dispatch *dispatch);
/* Makes what is sent durable, commits, and sends what waited for it. false: nothing of it happened,
 * and workers are asked for their results again. */
bool group_end(struct dispatch *dispatch);

/* Forgets whom it knows, and goes on like one that starts: workers come back with what they hold,
 * and the ledger says whose it is. */
void dispatch_forget_everybody(struct dispatch *dispatch);

/* ---- others.c ---- */
/* Finds out who does what only one dispatcher may do. */
void others_look_who_leads(struct dispatch *dispatch);
/* Gives a sign of life, and takes back the leases of dispatchers that give none. */
void others_look(struct dispatch *dispatch);

/* ---- notices.c ---- */
/* Listens for new work when the ledger is on a server and nobody listens yet. */
void notices_open(struct dispatch *dispatch);
void notices_close(struct dispatch *dispatch);

/* ---- door.c ---- */
/* Listens for workers of other hosts when the configuration says so. */
enum status door_open(struct dispatch *dispatch, const struct config *config, struct fault *fault);
void door_close(struct dispatch *dispatch);
/* The standing key that a message came in by. false: it is revoked, or cannot be looked up now;
 * whoever came by it has been dropped and told. */
bool door_admits(struct dispatch *dispatch, struct caller *caller, const char *user,
                 struct worker_key *ret_key);
/* The worker's key stands, or it is one of this host. false: it has been dropped and told. */
bool door_lets_stay(struct dispatch *dispatch, struct peer *peer);
/* Workers whose key was revoked are dropped; refusals are noted. */
void door_beat(struct dispatch *dispatch);

/* ---- admission.c ---- */
void admission_ready(struct dispatch *dispatch, const struct caller *caller,
                     const struct wire_message *message);
/* To someone who is no known worker; may be lost. */
void admission_answer_stranger(const struct caller *caller, enum wire_command command,
                               enum wire_parting parting, const char *reason);
/* Forgets the worker; its leases go back at once. */
void admission_drop(struct dispatch *dispatch, struct peer *peer, const char *why);
/* Drops who is gone or silent, and says a heartbeat to whom nothing else was said. */
void admission_beat(struct dispatch *dispatch);
/* Says it somewhat early, to at most so many of those to whom nothing was said lately: all at once
 * would keep everybody waiting who has something to say. */
void admission_pulse(struct dispatch *dispatch, size_t most);

/* ---- grants.c ---- */
/* Gives the ledger the results that are whole, and due jobs to workers that have room: at once, or
 * after what is being done. */
void grants_make(struct dispatch *dispatch);
/* As much of it as goes with one commit, so that messages are heard in between. false: that was all,
 * or it did not happen. */
bool grants_make_some(struct dispatch *dispatch);
void grants_credit(struct dispatch *dispatch, struct peer *peer,
                   const struct wire_message *message);
/* Sends chunks as far as credit goes; of all, where nothing else waits to be sent. */
void grants_pump(struct dispatch *dispatch, struct assignment *assignment);
void grants_pump_all(struct dispatch *dispatch);

/* ---- leases.c ---- */
/* The worker lives, and is at `page`: the end of the lease is put off soon, when that is worth a
 * write. */
void leases_renew(struct dispatch *dispatch, struct assignment *assignment, uint32_t page,
                  uint32_t page_count);
/* Within a group: puts off the ends of up to `most` leases. Who does not hold his any more is told. */
void leases_put_off(struct dispatch *dispatch, int most);
/* Gives back what ran out, and cuts transfers that do not move. */
void leases_look(struct dispatch *dispatch);
/* Ends an assignment as a failure in the ledger. LATER: the ledger could not take it. */
enum status leases_fail(struct dispatch *dispatch, struct assignment *assignment,
                        enum job_failure failure, const char *reason, bool *ret_held);

/* The spool does not have what the job is about: a person looks. */
void leases_corrupt(struct dispatch *dispatch, struct assignment *assignment, const char *reason);

/* ---- rematches.c ---- */
/* Lets documents in clearing be matched again when register or model have changed. */
void rematches_look(struct dispatch *dispatch);

/* ---- escalations.c ---- */
/* Escalates the deadlines that nobody has acknowledged in time. */
void escalations_look(struct dispatch *dispatch);

/* ---- results.c ---- */
void results_begin(struct dispatch *dispatch, struct peer *peer, struct wire_message *message);
void results_chunk(struct dispatch *dispatch, struct peer *peer,
                   const struct wire_message *message);
void results_failed(struct dispatch *dispatch, struct peer *peer,
                    const struct wire_message *message);
/* The worker keeps its result and comes again: nothing is wrong with it. */
void results_ask_again(struct dispatch *dispatch, struct assignment *assignment,
                       const char *reason);
/* Makes durable what was put into the spool since the last time: parts of results, whole or not, and
 * what jobs are sent with. When that fails, who delivers is asked for his result again. */
enum status results_store(struct dispatch *dispatch, struct fault *fault);
/* Within a group, and behind results_store(): gives the ledger up to `most` of the results of such
 * workers that are whole, and says what became of them. dispatch->has_results says whether there
 * are more of anybody. */
void results_complete(struct dispatch *dispatch, enum wire_worker_kind of, int most);
/* Whether some are whole. */
bool results_are_whole(const struct dispatch *dispatch, enum wire_worker_kind of);
/* Tells the worker what became of a job that it asks about. */
bool results_settle(struct dispatch *dispatch, struct peer *peer, int64_t job, uint32_t attempt,
                    enum wire_settlement settlement, const char *reason);

#endif
