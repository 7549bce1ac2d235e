/* rounds.c - see rounds.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "portal/rounds.h"

struct rounds {
    rounds_work *work;
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool must_stop;
};

/* Waits, or less when it must stop. */
static bool wait_for(struct rounds *rounds, int64_t milliseconds)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&rounds->mutex);
    int waited = 0;
    while (!rounds->must_stop && milliseconds > 0 && waited == 0)
        waited = pthread_cond_timedwait(&rounds->stop, &rounds->mutex, &until);
    bool goes_on = !rounds->must_stop;
    (void)pthread_mutex_unlock(&rounds->mutex);
    return goes_on;
}

static void *go_round(void *context)
{
    struct rounds *rounds = context;
    int64_t pause_ms = 0;
    while (wait_for(rounds, pause_ms))
        pause_ms = rounds->work(rounds->context);
    return NULL;
}

enum status rounds_start(rounds_work *work, void *context, struct rounds **ret_rounds,
                         struct fault *fault)
{
    pthread_condattr_t attributes;
    struct rounds *rounds = calloc(1, sizeof *rounds);
    if (rounds == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a thread");
    rounds->work = work;
    rounds->context = context;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&rounds->mutex, NULL);
    (void)pthread_cond_init(&rounds->stop, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&rounds->thread, NULL, go_round, rounds) != 0) {
        free(rounds);
        return fault_set(fault, STATUS_LATER, "no thread to be had");
    }
    *ret_rounds = rounds;
    return STATUS_OK;
}

void rounds_stop(struct rounds **rounds_p)
{
    struct rounds *rounds = *rounds_p;
    if (rounds == NULL)
        return;
    (void)pthread_mutex_lock(&rounds->mutex);
    rounds->must_stop = true;
    (void)pthread_cond_signal(&rounds->stop);
    (void)pthread_mutex_unlock(&rounds->mutex);
    (void)pthread_join(rounds->thread, NULL);
    (void)pthread_cond_destroy(&rounds->stop);
    (void)pthread_mutex_destroy(&rounds->mutex);
    free(rounds);
    *rounds_p = NULL;
}
