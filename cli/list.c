/* list.c - `posteingang list`: documents, and scans that have given none (yet). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"

enum { STATE_ROWS_MOST = SCAN_STATES + DOCUMENT_STATES };

static const double SURE_SHOWN_MOST = 0.9995;

/* How many of the rows shown are in each state; the names are static. */
struct tally {
    const char *state[STATE_ROWS_MOST];
    size_t count[STATE_ROWS_MOST];
    size_t states;
    size_t rows;
};

struct listing {
    struct instance *instance;
    const char *state; /* only what is shown as this; NULL: all */
    bool as_json;
    int64_t now_ms;
    struct table table;
    struct tally tally;
};

static const struct table_column columns[] = {
    {"ID",     false, 0 },
    {"TIME",   false, 0 },
    {"SITE",   false, 8 },
    {"SOURCE", false, 12},
    {"STATE",  false, 0 },
    {"CASE",   false, 0 },
    {"SURE %", true,  0 },
    {"KIND",   false, 8 },
};

static void tally_add(struct tally *tally, const char *state)
{
    size_t i = 0;
    while (i < tally->states && strcmp(tally->state[i], state) != 0)
        i++;
    if (i == tally->states && i < STATE_ROWS_MOST)
        tally->state[tally->states++] = state;
    tally->count[i]++;
    tally->rows++;
}

static size_t tally_of(const struct tally *tally, const char *state)
{
    for (size_t i = 0; i < tally->states; i++)
        if (strcmp(tally->state[i], state) == 0)
            return tally->count[i];
    return 0;
}

static void begin_row(struct listing *listing, const struct uuid *id, int64_t received_ms,
                      const char *site, const char *source)
{
    char short_id[LOOKUP_SHORT_LETTERS + 1];
    char received[TIMES_BYTES];
    lookup_short(id, short_id);
    times_moment(received_ms, listing->now_ms, received);
    table_cell(&listing->table, short_id);
    table_cell(&listing->table, received);
    table_cell(&listing->table, site);
    table_cell(&listing->table, source);
}

static void add_document_row(struct listing *listing, const struct document_record *document)
{
    begin_row(listing, &document->id.uuid, document->received_ms, document->site, document->source);
    bool is_suggestion = document->state == DOCUMENT_CLEARING && document->case_number != NULL;
    table_cell(&listing->table, document_state_name(document->state));
    table_cell_format(&listing->table, "%s%s",
                      document->case_number == NULL ? "" : document->case_number,
                      is_suggestion ? " ?" : "");
    if (document->decided_by == NULL || document->case_number == NULL)
        table_cell(&listing->table, "");
    else if (document->confidence >= SURE_SHOWN_MOST)
        table_cell(&listing->table, ">99.9"); // nobody is ever 100.0 % sure
    else
        table_cell_format(&listing->table, "%.1f", document->confidence * 100);
    table_cell(&listing->table, document->kind);
    if (document->error != NULL)
        table_note(&listing->table, document->error);
}

static void add_scan_row(struct listing *listing, const struct scan_record *scan)
{
    begin_row(listing, &scan->id.uuid, scan->received_ms, scan->site, scan->source);
    table_cell(&listing->table, scan_shown_state(scan->state));
    for (size_t i = 5; i < sizeof columns / sizeof columns[0]; i++)
        table_cell(&listing->table, "");
    struct text error = {0};
    scan_append_error(scan, listing->instance->ledger, &error);
    if (error.length > 0)
        table_note(&listing->table, text_string(&error));
    text_done(&error);
}

static enum status add_record(void *context, const struct scan_record *scan,
                              const struct document_record *document, struct fault *fault)
{
    struct listing *listing = context;
    const struct instance *instance = listing->instance;
    const char *state =
        document != NULL ? document_state_name(document->state) : scan_shown_state(scan->state);
    if (listing->state != NULL && strcmp(state, listing->state) != 0)
        return STATUS_OK;
    tally_add(&listing->tally, state);
    if (listing->as_json) {
        json_t *object = document != NULL ? document_to_json(document, instance->spool)
                                          : scan_to_json(scan, instance->ledger);
        return json_print_line(object, stdout)
                   ? STATUS_OK
                   : fault_set(fault, STATUS_LATER, "cannot write the list");
    }
    if (document != NULL)
        add_document_row(listing, document);
    else
        add_scan_row(listing, scan);
    return STATUS_OK;
}

/* "163 shown: 120 filed, 40 clearing, 3 refused", and what a person can do about them. */
static void print_closing(const struct tally *tally)
{
    if (tally->rows == 0) {
        printf("Nothing to show.\n");
        return;
    }
    printf("\n%zu shown: ", tally->rows);
    for (size_t i = 0; i < tally->states; i++)
        printf("%s%zu %s", i == 0 ? "" : ", ", tally->count[i], tally->state[i]);
    printf("\n");
    static const struct {
        const char *state;
        const char *advice;
    } advices[] = {
        {"clearing", "posteingang explain ID, then posteingang assign ID --case NO"      },
        {"failed",   "posteingang show ID, then posteingang retry ID"                    },
        {"refused",  "the reason lies beside each file in its site's _refused folder"    },
        {"corrupt",  "posteingang verify; the ledger and the spool contradict themselves"},
    };
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        size_t count = tally_of(tally, advices[i].state);
        if (count > 0)
            printf("%s%zu %s%s: %s\n", terminal_paint(stdout, PAINT_ATTENTION), count,
                   advices[i].state, terminal_paint(stdout, PAINT_NONE), advices[i].advice);
    }
}

static int print_list(struct listing *listing, const struct list_filter *filter)
{
    struct fault fault = {0};
    table_init(&listing->table, columns, sizeof columns / sizeof columns[0]);
    int exit_code = EXIT_DONE;
    if (ledger_list(listing->instance->ledger, filter, add_record, listing, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (!listing->as_json) {
        if (listing->tally.rows > 0)
            (void)table_print(&listing->table, stdout, terminal_columns(stdout));
        print_closing(&listing->tally);
    }
    table_done(&listing->table);
    return exit_code;
}

/* False: there is no such state, which has been said. */
static bool check_state(const char *state)
{
    enum scan_state scan_state;
    enum document_state document_state;
    if (state == NULL || scan_state_from_name(state, &scan_state) ||
        document_state_from_name(state, &document_state))
        return true;
    struct text names = {0};
    for (int i = 0; i < SCAN_STATES; i++)
        if (i != SCAN_READ && i != SCAN_CORRUPT)
            text_append_format(&names, "%s, ", scan_state_name((enum scan_state)i));
    for (int i = 0; i < DOCUMENT_STATES; i++)
        text_append_format(&names, "%s%s", i == 0 ? "" : ", ",
                           document_state_name((enum document_state)i));
    complain("list: there is no state \"%s\"; the states are: %s", state, text_string(&names));
    text_done(&names);
    return false;
}

/* Duplicates show as refused: that word filters what is shown, any other what is looked for. */
static void split_state(const char *state, struct list_filter *filter, struct listing *listing)
{
    if (state != NULL && strcmp(state, scan_state_name(SCAN_REFUSED)) == 0)
        listing->state = state;
    else
        filter->state = state;
}

/* A site that the configuration does not know gives an empty list: more likely a slip. */
static void warn_of_unknown_site(const struct config *config, const char *site)
{
    if (site == NULL || config_site(config, site) != NULL)
        return;
    complain("list: the configuration has no site \"%s\"", site);
}

int verb_list(struct call *call)
{
    const char *state = NULL;
    const char *site = NULL;
    bool as_json = false;
    const struct argument table[] = {
        {"state", "STATE", "only those in this state, e.g. clearing", ARGUMENT_STRING, &state  },
        {"site",  "SITE",  "only those of this site",                 ARGUMENT_STRING, &site   },
        {"json",  NULL,    "prints JSON Lines, one object a line",    ARGUMENT_FLAG,   &as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 3, &exit_code))
        return exit_code;
    if (!check_state(state))
        return EXIT_USAGE;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    struct list_filter filter = {.site = site};
    struct listing listing = {
        .instance = &instance, .as_json = as_json, .now_ms = clock_wall_ms(clock_system())};
    split_state(state, &filter, &listing);
    warn_of_unknown_site(instance.config, site);
    exit_code = print_list(&listing, &filter);
    instance_close(&instance);
    return exit_code;
}
