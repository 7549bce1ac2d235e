/* ledger_move.c - `posteingang ledger move URL`: the ledger to another engine or place.
 *
 * `run` must have ended; other programs that still have the old ledger open cannot change it any
 * more when this is done, and say where it went when they begin again. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/log.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/outcome.h"
#include "cli/run_lock.h"
#include "cli/verbs.h"
#include "config/config.h"
#include "store/ledger_move.h"

static int move(const struct config *config, const char *to)
{
    struct ledger_moved moved = {0};
    struct fault fault = {0};
    if (string_equal(config->store.ledger, to)) {
        complain("the ledger is there already");
        return EXIT_USAGE;
    }
    if (ledger_move(config->store.ledger, to, clock_system(), &moved, &fault) != STATUS_OK)
        return outcome_of(&fault);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&moved.content, hex);
    printf("%llu rows of %llu tables moved; both sides hold %s.\n"
           "The old ledger is kept, and cannot be used any more. Now write into %s:\n"
           "  store:\n    ledger: \"%s\"\n"
           "then `posteingang verify` shows the state that it showed before.\n",
           (unsigned long long)moved.rows, (unsigned long long)moved.tables, hex, config->path, to);
    return EXIT_DONE;
}

/* The place as it has to stand in the configuration. The caller owns it; NULL: no memory. */
static char *whole_place(const char *place)
{
    char here[4096];
    bool is_whole = place[0] == '/' || strstr(place, "://") != NULL;
    if (is_whole || getcwd(here, sizeof here) == NULL)
        return string_copy(place);
    return path_join(here, place);
}

static int move_to(const struct config *config, const char *written)
{
    char *place = whole_place(written);
    if (place == NULL) {
        complain("out of memory");
        return EXIT_STORAGE;
    }
    int exit_code = move(config, place);
    free(place);
    return exit_code;
}

int verb_ledger_move(struct call *call)
{
    int exit_code = EXIT_DONE;
    int lock = -1;
    struct argument_list rest = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    struct config *config = config_load_or_explain(call->config);
    exit_code = config == NULL ? EXIT_CONFIGURATION : EXIT_DONE;
    if (config != NULL)
        log_open("posteingang", config->log_level);
    if (exit_code == EXIT_DONE)
        exit_code = run_lock_take(config, &lock);
    if (exit_code == EXIT_DONE)
        exit_code = move_to(config, rest.values[0]);
    if (lock >= 0)
        (void)close(lock);
    config_free(&config);
    argument_list_done(&rest);
    return exit_code;
}
