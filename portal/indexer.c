/* indexer.c - see indexer.h. What fails is logged once and tried again: search is a moment behind
 * then, and nothing else suffers. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "portal/indexer.h"
#include "store/search.h"

enum { PORTION = 200, PAUSE_MS = 1000, FAILURE_PAUSE_MS = 10000 };

struct indexer {
    struct ledger *ledger;
    struct spool *spool;
    struct search *search;
    pthread_t thread;
    bool is_running;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool must_stop;
};

/* Waits, or less when it must stop. */
static bool wait_for(struct indexer *indexer, int64_t milliseconds)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&indexer->mutex);
    if (!indexer->must_stop && milliseconds > 0)
        (void)pthread_cond_timedwait(&indexer->stop, &indexer->mutex, &until);
    bool goes_on = !indexer->must_stop;
    (void)pthread_mutex_unlock(&indexer->mutex);
    return goes_on;
}

static void *follow(void *context)
{
    struct indexer *indexer = context;
    int64_t pause_ms = 0;
    bool has_failed = false;
    while (wait_for(indexer, pause_ms)) {
        struct fault fault = {0};
        uint32_t taken = 0;
        enum status status = search_follow(indexer->search, indexer->ledger, indexer->spool,
                                           PORTION, &taken, &fault);
        if (status != STATUS_OK && !has_failed)
            log_warning(NULL, "the search index is behind: %s", fault.text);
        has_failed = status != STATUS_OK;
        pause_ms = taken == PORTION ? 0 : PAUSE_MS;
        if (has_failed)
            pause_ms = FAILURE_PAUSE_MS;
    }
    return NULL;
}

static enum status open_all(struct indexer *indexer, const struct config *config,
                            const struct clock *clock, struct fault *fault)
{
    char *path = search_path(config->store.ledger);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the search");
    enum status status = search_open(path, &indexer->search, fault);
    free(path);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_READ, clock, &indexer->ledger, fault);
    if (status == STATUS_OK)
        status = spool_open(config->store.spool, &indexer->spool, fault);
    return status;
}

enum status indexer_start(const struct config *config, const struct clock *clock,
                          struct indexer **ret_indexer, struct fault *fault)
{
    pthread_condattr_t attributes;
    struct indexer *indexer = calloc(1, sizeof *indexer);
    if (indexer == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the search");
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&indexer->mutex, NULL);
    (void)pthread_cond_init(&indexer->stop, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    enum status status = open_all(indexer, config, clock, fault);
    if (status == STATUS_OK && pthread_create(&indexer->thread, NULL, follow, indexer) != 0)
        status = fault_set(fault, STATUS_LATER, "no thread for the search");
    indexer->is_running = status == STATUS_OK;
    if (status == STATUS_OK)
        *ret_indexer = indexer;
    else
        indexer_stop(&indexer);
    return status;
}

void indexer_stop(struct indexer **indexer_p)
{
    struct indexer *indexer = *indexer_p;
    if (indexer == NULL)
        return;
    (void)pthread_mutex_lock(&indexer->mutex);
    indexer->must_stop = true;
    (void)pthread_cond_signal(&indexer->stop);
    (void)pthread_mutex_unlock(&indexer->mutex);
    if (indexer->is_running)
        (void)pthread_join(indexer->thread, NULL);
    search_close(&indexer->search);
    ledger_close(&indexer->ledger);
    spool_close(&indexer->spool);
    (void)pthread_cond_destroy(&indexer->stop);
    (void)pthread_mutex_destroy(&indexer->mutex);
    free(indexer);
    *indexer_p = NULL;
}
