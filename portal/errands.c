/* errands.c - see errands.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdlib.h>

#include "portal/errands.h"

struct errands {
    pthread_t thread;
    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    struct errand *first, *last;
    unsigned waiting, waiting_most;
    bool is_stopping;
};

static struct errand *take(struct errands *errands)
{
    struct errand *errand = errands->first;
    if (errand == NULL)
        return NULL;
    errands->first = errand->next;
    if (errands->first == NULL)
        errands->last = NULL;
    errands->waiting--;
    return errand;
}

static void *work(void *context)
{
    struct errands *errands = context;
    (void)pthread_mutex_lock(&errands->lock);
    for (;;) {
        struct errand *errand = take(errands);
        bool is_stopping = errands->is_stopping;
        if (errand == NULL && is_stopping)
            break;
        if (errand == NULL) {
            (void)pthread_cond_wait(&errands->changed, &errands->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&errands->lock);
        errand->was_run = !is_stopping;
        if (errand->was_run)
            errand->run(errand);
        errand->done(errand->context);
        (void)pthread_mutex_lock(&errands->lock);
    }
    (void)pthread_mutex_unlock(&errands->lock);
    return NULL;
}

enum status errands_start(unsigned waiting_most, struct errands **ret_errands, struct fault *fault)
{
    struct errands *errands = calloc(1, sizeof *errands);
    if (errands == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for errands");
    errands->waiting_most = waiting_most;
    (void)pthread_mutex_init(&errands->lock, NULL);
    (void)pthread_cond_init(&errands->changed, NULL);
    if (pthread_create(&errands->thread, NULL, work, errands) != 0) {
        free(errands);
        return fault_set(fault, STATUS_LATER, "no thread for errands");
    }
    *ret_errands = errands;
    return STATUS_OK;
}

void errands_drain(struct errands *errands)
{
    if (errands == NULL)
        return;
    (void)pthread_mutex_lock(&errands->lock);
    bool was_stopping = errands->is_stopping;
    errands->is_stopping = true;
    (void)pthread_cond_signal(&errands->changed);
    (void)pthread_mutex_unlock(&errands->lock);
    if (!was_stopping)
        (void)pthread_join(errands->thread, NULL);
}

void errands_free(struct errands **errands_p)
{
    struct errands *errands = *errands_p;
    if (errands == NULL)
        return;
    errands_drain(errands);
    (void)pthread_cond_destroy(&errands->changed);
    (void)pthread_mutex_destroy(&errands->lock);
    free(errands);
    *errands_p = NULL;
}

bool errands_submit(struct errands *errands, struct errand *errand)
{
    (void)pthread_mutex_lock(&errands->lock);
    bool has_place = errands->waiting < errands->waiting_most && !errands->is_stopping;
    if (has_place) {
        errand->next = NULL;
        if (errands->last == NULL)
            errands->first = errand;
        else
            errands->last->next = errand;
        errands->last = errand;
        errands->waiting++;
        (void)pthread_cond_signal(&errands->changed);
    }
    (void)pthread_mutex_unlock(&errands->lock);
    return has_place;
}
