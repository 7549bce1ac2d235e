/* hasher.c - see hasher.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "portal/hasher.h"

struct hasher {
    pthread_t thread;
    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    struct hasher_job *first, *last;
    unsigned waiting;
    bool is_stopping;
};

static struct hasher_job *take(struct hasher *hasher)
{
    struct hasher_job *job = hasher->first;
    if (job == NULL)
        return NULL;
    hasher->first = job->next;
    if (hasher->first == NULL)
        hasher->last = NULL;
    hasher->waiting--;
    return job;
}

static void answer(struct hasher_job *job, bool may_check)
{
    job->fits = may_check && user_password_fits(job->hash, job->password);
    sodium_memzero(job->password, sizeof job->password);
    job->done(job->context);
}

static void *work(void *context)
{
    struct hasher *hasher = context;
    (void)pthread_mutex_lock(&hasher->lock);
    for (;;) {
        struct hasher_job *job = take(hasher);
        bool is_stopping = hasher->is_stopping;
        if (job == NULL && is_stopping)
            break;
        if (job == NULL) {
            (void)pthread_cond_wait(&hasher->changed, &hasher->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&hasher->lock);
        answer(job, !is_stopping);
        (void)pthread_mutex_lock(&hasher->lock);
    }
    (void)pthread_mutex_unlock(&hasher->lock);
    return NULL;
}

enum status hasher_start(struct hasher **ret_hasher, struct fault *fault)
{
    struct hasher *hasher = calloc(1, sizeof *hasher);
    if (hasher == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to check passwords");
    (void)pthread_mutex_init(&hasher->lock, NULL);
    (void)pthread_cond_init(&hasher->changed, NULL);
    if (pthread_create(&hasher->thread, NULL, work, hasher) != 0) {
        free(hasher);
        return fault_set(fault, STATUS_LATER, "no thread to check passwords");
    }
    *ret_hasher = hasher;
    return STATUS_OK;
}

void hasher_drain(struct hasher *hasher)
{
    (void)pthread_mutex_lock(&hasher->lock);
    bool was_stopping = hasher->is_stopping;
    hasher->is_stopping = true;
    (void)pthread_cond_signal(&hasher->changed);
    (void)pthread_mutex_unlock(&hasher->lock);
    if (!was_stopping)
        (void)pthread_join(hasher->thread, NULL);
}

void hasher_free(struct hasher **hasher_p)
{
    struct hasher *hasher = *hasher_p;
    if (hasher == NULL)
        return;
    hasher_drain(hasher);
    (void)pthread_cond_destroy(&hasher->changed);
    (void)pthread_mutex_destroy(&hasher->lock);
    free(hasher);
    *hasher_p = NULL;
}

bool hasher_submit(struct hasher *hasher, struct hasher_job *job)
{
    (void)pthread_mutex_lock(&hasher->lock);
    bool has_place = hasher->waiting < HASHER_WAITING_MOST && !hasher->is_stopping;
    if (has_place) {
        job->next = NULL;
        if (hasher->last == NULL)
            hasher->first = job;
        else
            hasher->last->next = job;
        hasher->last = job;
        hasher->waiting++;
        (void)pthread_cond_signal(&hasher->changed);
    }
    (void)pthread_mutex_unlock(&hasher->lock);
    return has_place;
}
