/* letterbox.c - `posteingang letterbox …`: when letterboxes were emptied. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "store/letterbox.h"

static int empty(const struct instance *instance, struct letterbox_draft *draft)
{
    static const enum letterbox_rule rules[] = {
        [CONFIG_LETTERBOX_SAME_DAY] = LETTERBOX_SAME_DAY,
        [CONFIG_LETTERBOX_PREVIOUS_DAY] = LETTERBOX_PREVIOUS_DAY,
        [CONFIG_LETTERBOX_LAST_EMPTYING] = LETTERBOX_LAST_EMPTYING,
    };
    struct letterbox_record record = {0};
    struct fault fault = {0};
    const struct config_site *site = config_site(instance->config, draft->site);
    if (site == NULL) {
        complain("the configuration knows no site \"%s\"", draft->site);
        return EXIT_FOUND;
    }
    draft->rule = rules[site->letterbox];
    if (letterbox_empty(instance->ledger, draft, outcome_actor(), &record, &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("Emptying %" PRId64 ": what was in it was received on %s.\n", record.number,
           record.counts_for);
    letterbox_record_done(&record);
    return EXIT_DONE;
}

int verb_letterbox_empty(struct call *call)
{
    struct letterbox_draft draft = {0};
    long pieces = 0;
    const char *part = "all";
    const struct argument table[] = {
        {"day",         "YYYY-MM-DD", "The day of the emptying (default: today)", ARGUMENT_STRING,
         &draft.day                                                                                           },
        {"time",        "HH:MM",      "Its time of day",                          ARGUMENT_STRING, &draft.time},
        {"compartment", "PART",       "all, before_midnight or after_midnight",   ARGUMENT_STRING, &part      },
        {"pieces",      "NUMBER",     "How many letters there were",              ARGUMENT_COUNT,  &pieces    },
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 4, 1, 1, &rest, &exit_code))
        return exit_code;
    if (!letterbox_compartment_from_name(part, &draft.compartment) ||
        pieces > LETTERBOX_PIECES_MOST) {
        complain("letterbox empty: a compartment of that name, or so many pieces, there are not");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    draft.site = rest.values[0];
    draft.pieces = (uint32_t)pieces;
    if (exit_code == EXIT_DONE)
        exit_code = empty(&instance, &draft);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- the log --------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"NUMBER",      true,  0},
    {"SITE",        false, 0},
    {"EMPTIED",     false, 0},
    {"COMPARTMENT", false, 0},
    {"COUNTS FOR",  false, 0},
    {"RULE",        false, 0},
    {"PIECES",      true,  0},
    {"BY",          false, 0},
};

static enum status add_row(void *context, const struct letterbox_record *record,
                           struct fault *fault)
{
    struct table *table = context;
    (void)fault;
    table_cell_format(table, "%" PRId64, record->number);
    table_cell(table, record->site);
    table_cell_format(table, "%s %s", record->day, record->time);
    table_cell(table, letterbox_compartment_name(record->compartment));
    table_cell(table, record->counts_for);
    table_cell(table, letterbox_rule_name(record->rule));
    table_cell_format(table, "%u", record->pieces);
    table_cell(table, record->actor);
    return STATUS_OK;
}

static enum status print_json(void *context, const struct letterbox_record *record,
                              struct fault *fault)
{
    (void)context;
    json_t *object = json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "number", (json_int_t)record->number,
        "site", record->site, "compartment", letterbox_compartment_name(record->compartment), "day",
        record->day, "time", record->time, "counts_for", record->counts_for, "rule",
        letterbox_rule_name(record->rule), "pieces", (json_int_t)record->pieces, "by",
        record->actor, "noted", json_moment(record->noted_ms));
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the emptyings");
}

int verb_letterbox_list(struct call *call)
{
    bool as_json = false;
    const struct argument options[] = {
        {"json", NULL, "prints a line of JSON for each", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct table table = {0};
    struct fault fault = {0};
    if (!call_read(call, options, 1, 0, 1, &rest, &exit_code))
        return exit_code;
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        letterbox_log(instance.ledger, rest.count == 0 ? NULL : rest.values[0], 0,
                      as_json ? print_json : add_row, &table, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    if (exit_code == EXIT_DONE && !as_json &&
        !table_print(&table, stdout, terminal_columns(stdout)))
        exit_code = EXIT_STORAGE;
    table_done(&table);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
