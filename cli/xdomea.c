/* xdomea.c - `posteingang xdomea …`: what was handed over to a document management system, and
 * its answers. Reading those takes libxml2, which this command does not carry: the verb becomes the
 * program posteingang-answers for it. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/roles.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "store/packages.h"

/* ---- xdomea list --------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"DOCUMENT", false, 0 },
    {"SENT",     false, 0 },
    {"STATE",    false, 0 },
    {"TEAM",     false, 8 },
    {"CASE",     false, 8 },
    {"REASON",   false, 16},
};

struct listing {
    struct table table;
    bool as_json;
};

static bool print_json(const struct package_record *record)
{
    char process[UUID_TEXT_BYTES], document[UUID_TEXT_BYTES];
    uuid_to_text(&record->process, process);
    uuid_to_text(&record->document.uuid, document);
    return json_print_line(json_pack("{ss ss ss ss ss so so ss?}", "process", process, "document",
                                     document, "case_number", record->case_number, "team",
                                     record->team, "state", package_state_name(record->state),
                                     "sent", json_moment(record->sent_ms), "answered",
                                     json_moment(record->answered_ms), "reason", record->reason),
                           stdout);
}

static enum status add_package(void *context, const struct package_record *record,
                               struct fault *fault)
{
    struct listing *listing = context;
    char id[LOOKUP_SHORT_LETTERS + 1], sent[TIMES_BYTES];
    if (listing->as_json)
        return print_json(record) ? STATUS_OK
                                  : fault_set(fault, STATUS_LATER, "cannot write the packages");
    lookup_short(&record->document.uuid, id);
    times_moment(record->sent_ms, clock_wall_ms(clock_system()), sent);
    table_cell(&listing->table, id);
    table_cell(&listing->table, sent);
    table_cell(&listing->table, package_state_name(record->state));
    table_cell(&listing->table, record->team);
    table_cell(&listing->table, record->case_number);
    table_cell(&listing->table, record->reason);
    return STATUS_OK;
}

static int list(struct ledger *ledger, bool as_json)
{
    struct listing listing = {.as_json = as_json};
    struct fault fault = {0};
    table_init(&listing.table, columns, sizeof columns / sizeof columns[0]);
    enum status status = packages_each(ledger, NULL, NULL, add_package, &listing, &fault);
    if (status == STATUS_OK && !as_json)
        (void)table_print(&listing.table, stdout, terminal_columns(stdout));
    table_done(&listing.table);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

int verb_xdomea_list(struct call *call)
{
    bool as_json = false;
    const struct argument table[] = {
        {"json", NULL, "prints JSON Lines, one object a line", ARGUMENT_FLAG, &as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = list(instance.ledger, as_json);
    instance_close(&instance);
    return exit_code;
}

/* ---- xdomea answers ------------------------------------------------------------------------- */

int verb_xdomea_answers(struct call *call)
{
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    char *folder = roles_folder();
    char *program = folder == NULL ? NULL : path_join(folder, "posteingang-answers");
    const char *const words[] = {program, "--once", "--config", config_find(call->config), NULL};
    const char *const *list_of_words = words;
    char **argv = NULL;
    memcpy(&argv, &list_of_words, sizeof argv); // execv() takes char *const *, and changes nothing
    if (program != NULL)
        (void)execv(program, argv);
    complain("cannot start posteingang-answers: %s", strerror(errno));
    free(program);
    free(folder);
    return EXIT_CONFIGURATION;
}
