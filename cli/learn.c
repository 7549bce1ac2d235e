/* learn.c - `posteingang learn`: train, list the models, put one back.
 *
 * Training needs the matcher: this verb becomes the program posteingang-learn for it. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/roles.h"
#include "cli/times.h"
#include "store/models.h"

enum { WORDS_MOST = 10 };

struct learn_call {
    bool as_list, as_json;
    const char *use, *tried;
};

/* Becomes `posteingang-learn …`; returns only when that fails. */
static int become_learn(const struct call *call, const struct learn_call *options)
{
    const char *words[WORDS_MOST + 1] = {0};
    size_t count = 0;
    char *folder = roles_folder();
    char *program = folder == NULL ? NULL : path_join(folder, "posteingang-learn");
    if (program == NULL) {
        free(folder);
        complain("cannot find the folder of this program");
        return EXIT_STORAGE;
    }
    words[count++] = program;
    words[count++] = "--config";
    words[count++] = config_find(call->config);
    words[count++] = "--actor";
    words[count++] = outcome_actor();
    if (options->tried != NULL) {
        words[count++] = "--try";
        words[count++] = options->tried;
    }
    if (options->as_json)
        words[count++] = "--json";
    const char *const *list = words;
    char **argv = NULL;
    memcpy(&argv, &list, sizeof argv); // execv() takes char *const *, and changes nothing
    (void)execv(program, argv);
    complain("cannot start %s: %s", program, strerror(errno));
    free(program);
    free(folder);
    return EXIT_CONFIGURATION;
}

/* ---- the list ------------------------------------------------------------------------------- */

struct listing {
    bool as_json;
    uint64_t count;
};

static enum status print_model(void *context, const struct model_record *record,
                               struct fault *fault)
{
    struct listing *listing = context;
    char when[TIMES_BYTES];
    listing->count++;
    times_moment(record->made_ms, clock_wall_ms(clock_system()), when);
    if (!listing->as_json) {
        if (listing->count == 1)
            printf("version  state     trained           by            size\n");
        printf("%7lld  %-8s  %-16s  %-12s  %llu KB\n", (long long)record->version,
               model_state_name(record->state), when, record->actor,
               (unsigned long long)(record->bytes + 999) / 1000);
        return STATUS_OK;
    }
    json_t *figures = json_loads(record->figures, 0, NULL);
    json_t *line =
        json_pack("{sI ss so ss sI so}", "version", (json_int_t)record->version, "state",
                  model_state_name(record->state), "trained", json_moment(record->made_ms), "by",
                  record->actor, "bytes", (json_int_t)record->bytes, "figures",
                  figures == NULL ? json_null() : figures);
    return json_print_line(line, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write to standard output");
}

static int list_models(struct instance *instance, bool as_json)
{
    struct listing listing = {.as_json = as_json};
    struct fault fault = {0};
    if (models_each(instance->ledger, print_model, &listing, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (listing.count == 0 && !as_json)
        printf("Nothing has been learned yet: the program's standard decides.\n");
    return EXIT_DONE;
}

/* ---- putting one back ------------------------------------------------------------------------ */

static int use_model(struct instance *instance, const char *version)
{
    char *end = NULL;
    struct fault fault = {0};
    errno = 0;
    long long number = strtoll(version, &end, 10);
    if (errno != 0 || end == version || *end != '\0' || number < 0) {
        complain("learn: --use wants the number of a version, or 0 for the program's standard");
        return EXIT_USAGE;
    }
    if (model_use(instance->ledger, number, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (number == 0)
        printf("The program's standard decides now; filers see it within seconds.\n");
    else
        printf("Model %lld decides now; filers see it within seconds.\n", number);
    return EXIT_DONE;
}

int verb_learn(struct call *call)
{
    struct learn_call options = {0};
    const struct argument table[] = {
        {"list", NULL,      "shows the models there are",                          ARGUMENT_FLAG,   &options.as_list},
        {"use",  "VERSION", "puts a model back to use; 0: the program's standard", ARGUMENT_STRING,
         &options.use                                                                                               },
        {"try",  "FILE",    "measures the model in FILE instead of training one",  ARGUMENT_STRING,
         &options.tried                                                                                             },
        {"json", NULL,      "prints JSON",                                         ARGUMENT_FLAG,   &options.as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code))
        return exit_code;
    if (options.as_list + (options.use != NULL) + (options.tried != NULL) > 1) {
        complain("learn: --list, --use and --try are for one at a time");
        return EXIT_USAGE;
    }
    if (!options.as_list && options.use == NULL)
        return become_learn(call, &options);
    struct instance instance = {0};
    exit_code = instance_open(call, options.as_list ? LEDGER_READ : LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE && options.as_list)
        exit_code = list_models(&instance, options.as_json);
    else if (exit_code == EXIT_DONE)
        exit_code = use_model(&instance, options.use);
    instance_close(&instance);
    return exit_code;
}
