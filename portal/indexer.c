/* indexer.c - see indexer.h. What fails is logged once and tried again: search is a moment behind
 * then, and nothing else suffers. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "base/log.h"
#include "portal/indexer.h"
#include "portal/rounds.h"
#include "store/search.h"

enum { PORTION = 200, PAUSE_MS = 1000, FAILURE_PAUSE_MS = 10000 };

struct indexer {
    struct ledger *ledger;
    struct spool *spool;
    struct search *search;
    struct rounds *rounds;
    bool has_failed; /* in the last round */
};

static int64_t follow(void *context)
{
    struct indexer *indexer = context;
    struct fault fault = {0};
    uint32_t taken = 0;
    enum status status =
        search_follow(indexer->search, indexer->ledger, indexer->spool, PORTION, &taken, &fault);
    if (status != STATUS_OK && !indexer->has_failed)
        log_warning(NULL, "the search index is behind: %s", fault.text);
    indexer->has_failed = status != STATUS_OK;
    if (indexer->has_failed)
        return FAILURE_PAUSE_MS;
    return taken == PORTION ? 0 : PAUSE_MS;
}

static enum status open_all(struct indexer *indexer, const struct config *config,
                            const struct clock *clock, struct fault *fault)
{
    char *folder = config_ledger_folder(config);
    char *path = search_path(folder);
    free(folder);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the search");
    enum status status = search_open(path, &indexer->search, fault);
    free(path);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_READ, clock, &indexer->ledger, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &indexer->spool, fault);
    return status;
}

enum status indexer_start(const struct config *config, const struct clock *clock,
                          struct indexer **ret_indexer, struct fault *fault)
{
    struct indexer *indexer = calloc(1, sizeof *indexer);
    if (indexer == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the search");
    enum status status = open_all(indexer, config, clock, fault);
    if (status == STATUS_OK)
        status = rounds_start(follow, indexer, &indexer->rounds, fault);
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
    rounds_stop(&indexer->rounds);
    search_close(&indexer->search);
    ledger_close(&indexer->ledger);
    spool_close(&indexer->spool);
    free(indexer);
    *indexer_p = NULL;
}
