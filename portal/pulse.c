/* pulse.c - see pulse.h. What a row of the audit is about is told by the first word of its action;
 * looks and log-ins change nothing that anybody watches. Progress within a lease has no audit row:
 * it is seen in the sum of pages done over the open leases. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "portal/pulse.h"
#include "store/watch.h"

struct pulse {
    pthread_t thread;
    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    char *url;
    struct pulse_state state;
    struct pulse_listener *first;
    unsigned listeners;
    unsigned rounds; /* since the last beat */
};

const char *const *pulse_topic_names(void)
{
    static const char *const names[PULSE_TOPICS + 1] = {"documents", "scans",    "machine",
                                                        "people",    "accounts", NULL};
    return names;
}

/* ---- what a change is about ------------------------------------------------------------------ */

#define TOPIC(topic) (1U << (topic))

static unsigned topics_of(const char *action)
{
    static const struct {
        const char *prefix;
        unsigned topics;
    } prefixes[] = {
        {"document.view", 0                                                                 },
        {"access.",       0                                                                 },
        {"document.",     TOPIC(PULSE_DOCUMENTS) | TOPIC(PULSE_SCANS)                       },
        {"scan.",         TOPIC(PULSE_SCANS) | TOPIC(PULSE_DOCUMENTS)                       },
        {"arrangement.",  TOPIC(PULSE_DOCUMENTS) | TOPIC(PULSE_SCANS)                       },
        {"job.",          TOPIC(PULSE_SCANS) | TOPIC(PULSE_MACHINE) | TOPIC(PULSE_DOCUMENTS)},
        {"batch.",        TOPIC(PULSE_SCANS)                                                },
        {"page.",         TOPIC(PULSE_SCANS)                                                },
        {"letterbox.",    TOPIC(PULSE_SCANS)                                                },
        {"purge.",        TOPIC(PULSE_DOCUMENTS)                                            },
        {"forwarding.",   TOPIC(PULSE_DOCUMENTS)                                            },
        {"quality.",      TOPIC(PULSE_DOCUMENTS)                                            },
        {"paper.",        TOPIC(PULSE_DOCUMENTS)                                            },
        {"request.",      TOPIC(PULSE_DOCUMENTS)                                            },
        {"case.",         TOPIC(PULSE_DOCUMENTS)                                            },
        {"worker.",       TOPIC(PULSE_MACHINE)                                              },
        {"alarm.",        TOPIC(PULSE_MACHINE)                                              },
        {"register.",     TOPIC(PULSE_MACHINE)                                              },
        {"user.",         TOPIC(PULSE_PEOPLE) | TOPIC(PULSE_ACCOUNTS)                       },
        {"session.",      TOPIC(PULSE_PEOPLE)                                               },
        {"token.",        TOPIC(PULSE_PEOPLE) | TOPIC(PULSE_ACCOUNTS)                       },
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (string_starts_with(action, prefixes[i].prefix))
            return prefixes[i].topics;
    return TOPIC(PULSE_TOPICS) - 1; // unknown words may be about anything
}

static enum status take_action(void *context, const char *action, struct fault *fault)
{
    (void)fault;
    *(unsigned *)context |= topics_of(action);
    return STATUS_OK;
}

struct watch {
    struct ledger *ledger;
    int64_t audit;    /* newest row that was seen */
    int64_t progress; /* of all open leases */
};

/* The topics that moved since the last look; all of them when looking is not possible now, so that
 * nobody misses anything. */
static unsigned look(struct watch *watch, const char *url)
{
    unsigned topics = 0;
    int64_t progress = 0;
    struct fault fault = {0};
    enum status status = STATUS_OK;
    if (watch->ledger == NULL)
        status = ledger_open(url, LEDGER_READ, clock_system(), &watch->ledger, &fault);
    if (status == STATUS_OK)
        status = watch_actions(watch->ledger, &watch->audit, take_action, &topics, &fault);
    if (status == STATUS_OK)
        status = watch_progress(watch->ledger, &progress, &fault);
    if (status == STATUS_OK && progress != watch->progress)
        topics |= TOPIC(PULSE_MACHINE) | TOPIC(PULSE_SCANS);
    watch->progress = progress;
    if (status == STATUS_OK)
        return topics;
    if (status == STATUS_HALT)
        ledger_close(&watch->ledger); // a new one may do better
    return 0;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void wake_all(struct pulse *pulse)
{
    for (struct pulse_listener *each = pulse->first; each != NULL; each = each->next) {
        if (!each->is_waiting)
            continue;
        each->is_waiting = false;
        each->wake(each->context);
    }
}

/* Waits until the next round is due, or the end; while nobody listens, until somebody does. True
 * when nobody did: all who listen now were let in just now. */
static bool wait_for_round(struct pulse *pulse)
{
    bool was_alone = pulse->listeners == 0;
    while (pulse->listeners == 0 && !pulse->state.is_over)
        (void)pthread_cond_wait(&pulse->changed, &pulse->lock);
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PULSE_MS / 1000;
    while (!pulse->state.is_over &&
           pthread_cond_timedwait(&pulse->changed, &pulse->lock, &until) != ETIMEDOUT)
        continue;
    return was_alone;
}

static void take_round(struct pulse *pulse, unsigned topics)
{
    for (size_t i = 0; i < PULSE_TOPICS; i++)
        pulse->state.topics[i] += (topics >> i) & 1U;
    bool is_beat = ++pulse->rounds >= PULSE_BEAT_MS / PULSE_MS;
    if (is_beat) {
        pulse->rounds = 0;
        pulse->state.beat++;
    }
    if (is_beat || topics != 0)
        wake_all(pulse);
}

static void *work(void *context)
{
    struct pulse *pulse = context;
    struct watch watch = {0};
    (void)pthread_mutex_lock(&pulse->lock);
    while (!pulse->state.is_over) {
        bool was_alone = wait_for_round(pulse);
        if (pulse->state.is_over)
            break;
        (void)pthread_mutex_unlock(&pulse->lock);
        unsigned topics = look(&watch, pulse->url);
        if (was_alone)
            topics &= ~TOPIC(PULSE_ACCOUNTS);
        (void)pthread_mutex_lock(&pulse->lock);
        take_round(pulse, topics);
    }
    (void)pthread_mutex_unlock(&pulse->lock);
    ledger_close(&watch.ledger);
    return NULL;
}

/* ---- from outside ---------------------------------------------------------------------------- */

static enum status begin(struct pulse *pulse, const char *ledger, struct fault *fault)
{
    pthread_condattr_t attributes;
    pulse->url = string_copy(ledger);
    if (pulse->url == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to watch the ledger");
    // Beginning at the time keeps the numbers of a portal apart from those of the one before.
    for (size_t i = 0; i < PULSE_TOPICS; i++)
        pulse->state.topics[i] = (uint64_t)clock_wall_ms(clock_system());
    (void)pthread_mutex_init(&pulse->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&pulse->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&pulse->thread, NULL, work, pulse) != 0)
        return fault_set(fault, STATUS_LATER, "no thread to watch the ledger");
    return STATUS_OK;
}

enum status pulse_start(const char *ledger, struct pulse **ret_pulse, struct fault *fault)
{
    struct pulse *pulse = calloc(1, sizeof *pulse);
    if (pulse == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to watch the ledger");
    enum status status = begin(pulse, ledger, fault);
    if (status == STATUS_OK) {
        *ret_pulse = pulse;
        return STATUS_OK;
    }
    free(pulse->url);
    free(pulse);
    return status;
}

void pulse_drain(struct pulse *pulse)
{
    (void)pthread_mutex_lock(&pulse->lock);
    bool was_over = pulse->state.is_over;
    pulse->state.is_over = true;
    wake_all(pulse);
    (void)pthread_cond_signal(&pulse->changed);
    (void)pthread_mutex_unlock(&pulse->lock);
    if (!was_over)
        (void)pthread_join(pulse->thread, NULL);
}

void pulse_free(struct pulse **pulse_p)
{
    struct pulse *pulse = *pulse_p;
    if (pulse == NULL)
        return;
    pulse_drain(pulse);
    (void)pthread_cond_destroy(&pulse->changed);
    (void)pthread_mutex_destroy(&pulse->lock);
    free(pulse->url);
    free(pulse);
    *pulse_p = NULL;
}

void pulse_join(struct pulse *pulse, struct pulse_listener *listener)
{
    (void)pthread_mutex_lock(&pulse->lock);
    listener->is_waiting = false;
    listener->previous = NULL;
    listener->next = pulse->first;
    if (pulse->first != NULL)
        pulse->first->previous = listener;
    pulse->first = listener;
    pulse->listeners++;
    (void)pthread_cond_signal(&pulse->changed);
    (void)pthread_mutex_unlock(&pulse->lock);
}

void pulse_leave(struct pulse *pulse, struct pulse_listener *listener)
{
    (void)pthread_mutex_lock(&pulse->lock);
    if (listener->previous != NULL)
        listener->previous->next = listener->next;
    else
        pulse->first = listener->next;
    if (listener->next != NULL)
        listener->next->previous = listener->previous;
    pulse->listeners--;
    (void)pthread_mutex_unlock(&pulse->lock);
}

bool pulse_look(struct pulse *pulse, struct pulse_listener *listener,
                const struct pulse_state *seen, void (*suspend)(void *context),
                struct pulse_state *ret_state)
{
    (void)pthread_mutex_lock(&pulse->lock);
    bool is_new = pulse->state.is_over || pulse->state.beat != seen->beat ||
                  memcmp(pulse->state.topics, seen->topics, sizeof seen->topics) != 0;
    if (is_new) {
        *ret_state = pulse->state;
    } else {
        suspend(listener->context); // before anybody can be woken
        listener->is_waiting = true;
    }
    (void)pthread_mutex_unlock(&pulse->lock);
    return is_new;
}

unsigned pulse_listeners(struct pulse *pulse)
{
    (void)pthread_mutex_lock(&pulse->lock);
    unsigned listeners = pulse->listeners;
    (void)pthread_mutex_unlock(&pulse->lock);
    return listeners;
}
