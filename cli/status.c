/* status.c - `posteingang status`: the queue, the speed, and what needs a person. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/dashboard.h"
#include "cli/documents.h"
#include "cli/outcome.h"
#include "cli/pace.h"
#include "cli/sites.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/workers.h"

enum { WATCH_MS = 1000 };

/* What stands in a line of the page, and how loud. */
struct line {
    const char *words;
    uint64_t count;
    enum paint paint; /* of a count that is not 0 */
    bool is_always;   /* shown even when 0 */
};

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

static uint64_t waiting(const struct ledger_summary *summary)
{
    return summary->scans[SCAN_RECEIVED];
}

static void print_counts(const struct ledger_summary *summary)
{
    const uint64_t *scans = summary->scans;
    const uint64_t *documents = summary->documents;
    const struct line lines[] = {
        {"waiting to be read",      waiting(summary),                                  PAINT_NONE,      true },
        {"being read",              scans[SCAN_READING],                               PAINT_NONE,      true },
        {"being matched and filed", documents[DOCUMENT_MATCHING],                      PAINT_NONE,      true },
        {"filed",                   documents[DOCUMENT_FILED],                         PAINT_GOOD,      true },
        {"in clearing",             documents[DOCUMENT_CLEARING],                      PAINT_ATTENTION, true },
        {"forwarded",               documents[DOCUMENT_FORWARDED],                     PAINT_NONE,      false},
        {"discarded",               documents[DOCUMENT_DISCARDED],                     PAINT_NONE,      false},
        {"recalled",                documents[DOCUMENT_RECALLED],                      PAINT_ATTENTION, false},
        {"refused",                 scans[SCAN_REFUSED],                               PAINT_NONE,      true },
        {"duplicates",              scans[SCAN_DUPLICATE],                             PAINT_NONE,      false},
        {"failed",                  scans[SCAN_FAILED],                                PAINT_BAD,       false},
        {"corrupt",                 scans[SCAN_CORRUPT] + documents[DOCUMENT_CORRUPT], PAINT_BAD,       false},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (lines[i].count == 0 && !lines[i].is_always)
            continue;
        enum paint paint = lines[i].count == 0 ? PAINT_NONE : lines[i].paint;
        printf("  %s%8llu%s  %s\n", paint == PAINT_NONE ? "" : terminal_paint(stdout, paint),
               (unsigned long long)lines[i].count,
               paint == PAINT_NONE ? "" : terminal_paint(stdout, PAINT_NONE), lines[i].words);
    }
}

static void print_speed(const struct ledger_summary *summary, const struct pace *pace,
                        int64_t now_ms)
{
    char age[TIMES_BYTES];
    printf("\n  %8llu  pages read", (unsigned long long)summary->pages_read);
    double minute = pace_pages_a_minute(pace);
    if (minute >= 0)
        printf(", %.0f a minute", minute);
    if (summary->oldest_waiting_ms != 0) {
        times_duration(now_ms - summary->oldest_waiting_ms, age);
        printf("; the oldest waits for %s", age);
    }
    printf("\n");
}

static void print_register(const struct ledger_summary *summary, int64_t now_ms)
{
    char age[TIMES_BYTES];
    if (summary->register_version == 0)
        return;
    times_duration(now_ms - summary->register_imported_ms, age);
    printf("  %8llu  cases in the register, imported %s ago\n",
           (unsigned long long)summary->register_cases, age);
}

/* One line for each thing that a person has to do; nothing when there is nothing. */
static void print_advice(const struct ledger_summary *summary,
                         const struct workers_present *present)
{
    const struct {
        bool applies;
        const char *advice;
    } advices[] = {
        {summary->register_version == 0,
         "There is no case register, so that nothing can be filed: posteingang register import"
         " FILE.csv"                                                                              },
        {waiting(summary) > 0 && present->readers == 0,
         "Scans wait, and no reader is there: posteingang run"                                    },
        {summary->documents[DOCUMENT_CLEARING] > 0,
         "In clearing: posteingang list --state clearing, then explain ID and assign ID --case NO"},
        {summary->scans[SCAN_FAILED] > 0,
         "Failed: posteingang list --state failed, then posteingang retry ID"                     },
        {summary->scans[SCAN_CORRUPT] + summary->documents[DOCUMENT_CORRUPT] > 0,
         "Corrupt: posteingang verify names the fault"                                            },
    };
    for (size_t i = 0, shown = 0; i < sizeof advices / sizeof advices[0]; i++)
        if (advices[i].applies)
            printf("%s%s%s%s\n", shown++ == 0 ? "\n" : "", terminal_paint(stdout, PAINT_ATTENTION),
                   advices[i].advice, terminal_paint(stdout, PAINT_NONE));
}

enum show { SHOW_PAGE, SHOW_DASHBOARD, SHOW_JSON };

/* What one look at the ledger gave. */
struct look {
    struct ledger_summary summary;
    struct workers_present present;
};

static enum status look_at(struct ledger *ledger, struct look *ret_look, struct fault *fault)
{
    struct look look = {0};
    enum status status = ledger_summarise(ledger, &look.summary, fault);
    if (status == STATUS_OK)
        status = workers_count(ledger, &look.present, fault);
    if (status == STATUS_OK)
        *ret_look = look;
    return status;
}

/* Desks far away, or, at one, its own line. */
static void print_desks(const struct instance *instance)
{
    struct fault fault = {0};
    size_t count = 0;
    bool is_bad = false;
    bool has_any = sites_is_desk(instance->config);
    for (size_t i = 0; i < instance->config->site_count; i++)
        has_any = has_any || instance->config->sites[i].is_remote;
    if (!has_any)
        return;
    printf("\n");
    if (sites_print(instance->ledger, false, &count, &is_bad, &fault) != STATUS_OK)
        complain("%s", fault.text);
    else if (count == 0)
        printf("No desk far away ever came: posteingang doctor\n");
}

static void print_page(const struct instance *instance, const struct look *look,
                       const struct pace *pace, bool with_workers)
{
    int64_t now_ms = clock_wall_ms(clock_system());
    char when[TIMES_BYTES];
    times_moment(now_ms, now_ms, when);
    printf("%s%s, %s%s   %s\n\n", terminal_paint(stdout, PAINT_BOLD), instance->config->authority,
           instance->config->office_name, terminal_paint(stdout, PAINT_NONE), when);
    print_counts(&look->summary);
    print_speed(&look->summary, pace, now_ms);
    print_register(&look->summary, now_ms);
    printf("  %8u  reader%s and %u filer%s there\n", look->present.readers,
           look->present.readers == 1 ? "" : "s", look->present.filers,
           look->present.filers == 1 ? "" : "s");
    if (!sites_is_desk(instance->config))
        print_advice(&look->summary, &look->present);
    print_desks(instance);
    if (with_workers && look->present.readers + look->present.filers > 0) {
        printf("\n");
        (void)workers_print(instance->ledger, stdout, false, NULL);
    }
}

static json_t *json_scan_counts(const struct ledger_summary *summary)
{
    json_t *counts = json_object();
    for (int i = 0; i < SCAN_STATES; i++)
        (void)json_object_set_new(counts, scan_state_name((enum scan_state)i),
                                  json_integer((json_int_t)summary->scans[i]));
    return counts;
}

static json_t *json_document_counts(const struct ledger_summary *summary)
{
    json_t *counts = json_object();
    for (int i = 0; i < DOCUMENT_STATES; i++)
        (void)json_object_set_new(counts, document_state_name((enum document_state)i),
                                  json_integer((json_int_t)summary->documents[i]));
    return counts;
}

static json_t *json_alarms(const struct dashboard *dashboard)
{
    json_t *alarms = json_array();
    for (size_t i = 0; i < dashboard->alarm_count; i++)
        (void)json_array_append_new(
            alarms, json_pack("{s:s, s:s, s:o}", "severity",
                              dashboard->alarms[i].is_critical ? "critical" : "warning", "text",
                              dashboard->alarms[i].words, "since",
                              json_moment(dashboard->alarms[i].raised_ms)));
    return alarms;
}

static json_t *json_sites(const struct dashboard *dashboard)
{
    json_t *sites = json_array();
    for (size_t i = 0; i < dashboard->site_count; i++)
        (void)json_array_append_new(
            sites, json_pack("{s:s, s:o, s:o, s:b, s:I}", "site", dashboard->sites[i].name,
                             "last_scan", json_moment(dashboard->sites[i].last_ms), "swept",
                             json_moment(dashboard->sites[i].swept_ms), "remote",
                             dashboard->sites[i].is_remote, "waiting",
                             (json_int_t)dashboard->sites[i].waiting));
    return sites;
}

static bool print_json(const struct look *look, const struct dashboard *dashboard,
                       const struct pace *pace)
{
    const struct ledger_summary *summary = &look->summary;
    double minute = pace_pages_a_minute(pace);
    json_t *line = json_pack(
        "{so so s{sI sI sI} sI so so sI s{sI sI sI so} s{si si}}", "scans",
        json_scan_counts(summary), "documents", json_document_counts(summary), "jobs", "ready",
        (json_int_t)summary->jobs_ready, "leased", (json_int_t)summary->jobs_leased, "dead",
        (json_int_t)summary->jobs_dead, "pages_read", (json_int_t)summary->pages_read,
        "pages_a_minute", minute < 0 ? json_null() : json_real(minute), "oldest_waiting",
        json_moment(summary->oldest_waiting_ms), "refused_to_return",
        (json_int_t)summary->refused_to_return, "register", "cases",
        (json_int_t)summary->register_cases, "persons", (json_int_t)summary->register_persons,
        "version", (json_int_t)summary->register_version, "imported",
        json_moment(summary->register_imported_ms), "workers", "readers",
        (int)look->present.readers, "filers", (int)look->present.filers);
    (void)json_object_set_new(line, "pages_waiting", json_real(dashboard->pages_waiting));
    (void)json_object_set_new(line, "expected_end", json_moment(dashboard->expected_end_ms));
    (void)json_object_set_new(line, "oldest_clearing", json_moment(summary->oldest_clearing_ms));
    (void)json_object_set_new(line, "free_bytes", json_integer((json_int_t)dashboard->free_bytes));
    (void)json_object_set_new(line, "sites", json_sites(dashboard));
    (void)json_object_set_new(line, "alarms", json_alarms(dashboard));
    return json_print_line(line, stdout);
}

static void draw(const struct dashboard *dashboard)
{
    struct canvas canvas;
    size_t rows = terminal_rows(stdout);
    size_t columns = terminal_columns(stdout);
    canvas_init(&canvas, columns, true, terminal_has_blocks());
    dashboard_draw(dashboard, columns, rows, &canvas);
    terminal_page_draw(stdout, canvas.lines, canvas.count < rows ? canvas.count : rows);
    canvas_done(&canvas);
}

/* A page, a dashboard or a JSON line. False: the ledger could not be looked at. */
static bool show(struct instance *instance, struct pace *pace, enum show show, struct fault *fault)
{
    struct look look = {0};
    struct dashboard dashboard = {0};
    int64_t now_ms = clock_wall_ms(clock_system());
    if (look_at(instance->ledger, &look, fault) != STATUS_OK)
        return false;
    pace_add(pace, clock_monotonic_ms(clock_system()), look.summary.pages_read);
    if (show == SHOW_PAGE) {
        print_page(instance, &look, pace, true);
        return true;
    }
    if (dashboard_look(instance->ledger, instance->config, pace, now_ms, &dashboard, fault) !=
        STATUS_OK)
        return false;
    if (show == SHOW_JSON)
        (void)print_json(&look, &dashboard, pace);
    else
        draw(&dashboard);
    dashboard_done(&dashboard);
    return true;
}

/* Draws until q, Ctrl-C or, without a terminal, for ever: one page or JSON line a second. */
static int watch(struct instance *instance, bool as_json)
{
    struct fault fault = {0};
    struct pace pace = {0};
    enum show how = as_json ? SHOW_JSON : terminal_is(stdout) ? SHOW_DASHBOARD : SHOW_PAGE;
    bool has_looked = true;
    (void)signal(SIGINT, on_interrupt);
    (void)signal(SIGTERM, on_interrupt);
    terminal_keys_begin();
    if (how == SHOW_DASHBOARD)
        terminal_page_begin(stdout);
    for (int key = 0; !is_interrupted && key != 'q' && key != 'Q' && !ferror(stdout);) {
        has_looked = show(instance, &pace, how, &fault);
        if (!has_looked)
            break;
        (void)fflush(stdout);
        key = terminal_key(WATCH_MS);
    }
    if (how == SHOW_DASHBOARD)
        terminal_page_end(stdout);
    terminal_keys_end();
    return has_looked ? EXIT_DONE : outcome_of(&fault);
}

static int print_once(struct instance *instance, bool as_json)
{
    struct fault fault = {0};
    struct look look = {0};
    struct pace pace = {0};
    if (as_json)
        return show(instance, &pace, SHOW_JSON, &fault) ? EXIT_DONE : outcome_of(&fault);
    if (look_at(instance->ledger, &look, &fault) != STATUS_OK)
        return outcome_of(&fault);
    print_page(instance, &look, &pace, false);
    return EXIT_DONE;
}

int verb_status(struct call *call)
{
    bool is_watch = false;
    bool as_json = false;
    const struct argument table[] = {
        {"watch", NULL, "draws anew every second until q or Ctrl-C",           ARGUMENT_FLAG, &is_watch},
        {"json",  NULL, "prints JSON, one object (with --watch one a second)", ARGUMENT_FLAG,
         &as_json                                                                                      },
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 2, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = is_watch ? watch(&instance, as_json) : print_once(&instance, as_json);
    instance_close(&instance);
    return exit_code;
}
