/* spool_move.c - `posteingang spool move URL`: the spool to an object store, or back to a folder.
 *
 * `run` must have ended. The old spool stays as it is; the new one is checked against the ledger as
 * `verify` does it before the move is said to be done. Interrupted, it goes on when it is called
 * again. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/run_lock.h"
#include "store/audit.h"
#include "store/spool_copy.h"

/* The place as it has to stand in the configuration. The caller owns it; NULL: no memory. */
static char *whole_place(const char *place)
{
    char here[4096];
    bool is_whole = place[0] == '/' || strstr(place, "://") != NULL;
    if (is_whole || getcwd(here, sizeof here) == NULL)
        return string_copy(place);
    return path_join(here, place);
}

static int conclude(const struct instance *instance, const char *url,
                    const struct spool_copied *copied, const struct verify_result *result)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&result->state, hex);
    printf("%llu objects with %.1f MB copied, %llu were there already; %llu lines of arrivals.\n",
           (unsigned long long)copied->objects, (double)copied->bytes / 1e6,
           (unsigned long long)copied->kept, (unsigned long long)copied->lines);
    if (copied->damaged > 0 || result->faults > 0) {
        complain("%llu objects of the old spool are damaged, and %llu faults were found in the new "
                 "one, the first: %s",
                 (unsigned long long)copied->damaged, (unsigned long long)result->faults,
                 result->faults > 0 ? result->first_fault : "none that the ledger needs");
        if (result->faults > 0)
            return EXIT_FOUND;
    }
    printf("%llu objects checked in the new place.\nState %s\n"
           "The old spool is kept. Now write into %s:\n"
           "  store:\n    spool: \"%s\"\n"
           "then `posteingang verify` shows the same state.\n",
           (unsigned long long)result->objects, hex, instance->config->path, url);
    return EXIT_DONE;
}

static int move(const struct instance *instance, const char *url)
{
    struct spool_copied copied = {0};
    struct verify_result result = {0};
    struct fault fault = {0};
    struct spool *to = NULL;
    struct spool_place place = config_spool_place(instance->config);
    if (string_equal(place.url, url)) {
        complain("the spool is there already");
        return EXIT_USAGE;
    }
    place.url = url;
    place.folder = spool_place_is_bucket(url) ? instance->config->store.s3.cache : url;
    enum status status = spool_open_at(place, &to, &fault);
    if (status == STATUS_OK)
        status = spool_copy(instance->spool, to, &copied, &fault);
    if (status == STATUS_OK)
        status = ledger_verify(instance->ledger, to, NULL, NULL, &result, &fault);
    spool_close(&to);
    return status == STATUS_OK ? conclude(instance, url, &copied, &result) : outcome_of(&fault);
}

int verb_spool_move(struct call *call)
{
    int exit_code = EXIT_DONE;
    int lock = -1;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    char *url = whole_place(rest.values[0]);
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = run_lock_take(instance.config, &lock);
    if (exit_code == EXIT_DONE && url != NULL)
        exit_code = move(&instance, url);
    if (lock >= 0)
        (void)close(lock);
    free(url);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
