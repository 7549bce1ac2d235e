/* learn_main.c - posteingang-learn: trains from people's decisions, once, and ends.
 *
 * Started by `posteingang learn`, because training needs the matcher, which that command does not
 * carry (docs/decisions/0011). It may run while everything else does. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>

#include "base/arguments.h"
#include "base/log.h"
#include "base/privileges.h"
#include "workers/learn.h"

struct learn_call {
    const char *config, *actor, *tried;
    bool as_json;
};

static void print_row(const char *what, uint64_t before, uint64_t after, uint64_t of)
{
    printf("  %-26s %8" PRIu64 " %8" PRIu64 "   of %" PRIu64 "\n", what, before, after, of);
}

static void print_outcome(const struct learn_outcome *outcome)
{
    const struct lesson_score *before = &outcome->score_before;
    const struct lesson_score *after = &outcome->score_after;
    printf("%" PRIu64 " documents, people stated something of %" PRIu64 "; %" PRIu64
           " are held back to measure.\n",
           outcome->lessons, outcome->stated, outcome->held_back);
    printf("  on those                     before      new\n");
    print_row("filed to a wrong case", before->misfiled, after->misfiled, before->cases);
    print_row("filed to the right case", before->filed - before->misfiled,
              after->filed - after->misfiled, before->cases);
    print_row("kind of document right", before->kinds_right, after->kinds_right, before->kinds);
    if (outcome->is_accepted)
        printf("Model %" PRId64 " is in use now; back with: posteingang learn --use %" PRId64 "\n",
               outcome->version, outcome->before);
    else
        printf("Model %" PRId64 " is worse and was refused; nothing changes.\n", outcome->version);
}

static void print_score_json(const char *name, const struct lesson_score *score)
{
    printf(",\"%s\":{\"cases\":%" PRIu64 ",\"filed\":%" PRIu64 ",\"misfiled\":%" PRIu64
           ",\"kinds\":%" PRIu64 ",\"kinds_right\":%" PRIu64 "}",
           name, score->cases, score->filed, score->misfiled, score->kinds, score->kinds_right);
}

static void print_json(const struct learn_outcome *outcome)
{
    printf("{\"version\":%" PRId64 ",\"accepted\":%s,\"version_before\":%" PRId64
           ",\"lessons\":%" PRIu64 ",\"stated\":%" PRIu64 ",\"held_back\":%" PRIu64
           ",\"kinds_learned\":%" PRIu64,
           outcome->version, outcome->is_accepted ? "true" : "false", outcome->before,
           outcome->lessons, outcome->stated, outcome->held_back, outcome->kinds_learned);
    print_score_json("before", &outcome->score_before);
    print_score_json("after", &outcome->score_after);
    printf("}\n");
}

static int learn_once(const struct config *config, const struct learn_call *call)
{
    struct learn_options options = {
        .config = config, .tried_path = call->tried, .actor = call->actor};
    struct learn_outcome outcome = {0};
    struct fault fault = {0};
    enum status status =
        ledger_open(config->store.ledger, LEDGER_WRITE, clock_system(), &options.ledger, &fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &options.spool, &fault);
    if (status == STATUS_OK)
        status = learn(&options, &outcome, &fault);
    ledger_close(&options.ledger);
    spool_close(&options.spool);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "posteingang: %s\n", fault.text);
        return status == STATUS_REFUSE ? EXIT_FOUND : EXIT_STORAGE;
    }
    if (call->as_json)
        print_json(&outcome);
    else
        print_outcome(&outcome);
    return outcome.is_accepted ? EXIT_DONE : EXIT_FOUND;
}

static int run(const struct learn_call *call)
{
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-learn", config->log_level);
    int code = learn_once(config, call);
    config_free(&config);
    return code;
}

int main(int argc, char **argv)
{
    struct learn_call call = {.actor = "learn"};
    const struct argument table[] = {
        {"config", "FILE", "The configuration (default: see posteingang --help)", ARGUMENT_STRING,
         &call.config                                                                                           },
        {"try",    "FILE", "Measures the model in FILE instead of training one",  ARGUMENT_STRING,
         &call.tried                                                                                            },
        {"actor",  "NAME", "Who has it done, for the audit",                      ARGUMENT_STRING, &call.actor  },
        {"json",   NULL,   "Prints one JSON object",                              ARGUMENT_FLAG,   &call.as_json},
    };
    const struct program_line line = {
        .program = "posteingang-learn",
        .usage = "posteingang-learn [--config FILE] [--json]",
        .about = "Trains the matcher from people's decisions and puts the model to "
                 "use when it is no worse than the one before.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    if (privileges_forbid_core(NULL) != STATUS_OK)
        log_warning(NULL, "core files cannot be forbidden");
    return run(&call);
}
