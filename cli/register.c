/* register.c - `posteingang register import` and `register status`. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "store/register.h"

enum { REJECTED_SHOWN_MOST = 10 };

_Static_assert((int)CONFIG_REGISTER_COLUMNS == (int)REGISTER_FIELDS, "the columns are the fields");

/* The first rejected rows, in words. */
struct rejected {
    struct text lines;
    uint64_t count;
};

static void keep_rejected(void *context, uint64_t line, const char *reason)
{
    struct rejected *rejected = context;
    if (rejected->count++ < REJECTED_SHOWN_MOST)
        text_append_format(&rejected->lines, "  line %llu: %s\n", (unsigned long long)line, reason);
}

static void print_rejected(const struct rejected *rejected)
{
    if (rejected->count == 0)
        return;
    printf("\n%s%llu row%s set aside:%s\n%s", terminal_paint(stdout, PAINT_ATTENTION),
           (unsigned long long)rejected->count, rejected->count == 1 ? " was" : "s were",
           terminal_paint(stdout, PAINT_NONE), text_string(&rejected->lines));
    if (rejected->count > REJECTED_SHOWN_MOST)
        printf("  … and %llu more\n", (unsigned long long)(rejected->count - REJECTED_SHOWN_MOST));
}

static void print_result(const struct register_import_result *result, bool dry_run, int64_t took_ms)
{
    if (dry_run)
        printf("Nothing was changed. The file would give:\n");
    else
        printf("The register is now version %lld (%lld.%lld s):\n", (long long)result->version,
               (long long)(took_ms / 1000), (long long)(took_ms % 1000 / 100));
    printf("  persons   %8llu   before %llu\n", (unsigned long long)result->persons,
           (unsigned long long)result->persons_before);
    printf("  cases     %8llu   %llu new, %llu changed, %llu gone, %llu as before\n",
           (unsigned long long)result->cases, (unsigned long long)result->cases_new,
           (unsigned long long)result->cases_changed, (unsigned long long)result->cases_gone,
           (unsigned long long)result->cases_same);
    if (result->removed > 0)
        printf("  taken out %8llu\n", (unsigned long long)result->removed);
    printf("  rejected  %8llu\n", (unsigned long long)result->rejected);
}

/* Without standing still: a person sees that something happens. */
static void say_reading(const char *path)
{
    struct text line = {0};
    text_append_format(&line, "Reading %s …", path);
    if (terminal_is(stderr))
        terminal_redraw_line(stderr, text_string(&line));
    text_done(&line);
}

static int import_file(struct instance *instance, struct register_import *import)
{
    struct rejected rejected = {0};
    struct register_import_result result = {0};
    struct fault fault = {0};
    for (size_t i = 0; i < REGISTER_FIELDS; i++)
        import->columns[i] = instance->config->register_columns[i];
    import->words =
        (struct register_words){.closed = instance->config->register_closed_words,
                                .blocked = instance->config->register_blocked_words,
                                .staff = instance->config->register_staff_words,
                                .not_blocked = instance->config->register_unblocked_words,
                                .removed = instance->config->register_removed_words};
    import->drop_share_most = instance->config->register_drop_share_most;
    import->actor = outcome_actor();
    import->rejected = keep_rejected;
    import->context = &rejected;
    int64_t before_ms = clock_monotonic_ms(clock_system());
    say_reading(import->csv_path);
    enum status status = register_import_csv(instance->ledger, import, &result, &fault);
    int64_t took_ms = clock_monotonic_ms(clock_system()) - before_ms;
    if (terminal_is(stderr))
        terminal_redraw_line(stderr, "");
    int exit_code = rejected.count > 0 ? EXIT_FOUND : EXIT_DONE;
    if (status == STATUS_OK)
        print_result(&result, import->dry_run, took_ms);
    print_rejected(&rejected);
    if (status != STATUS_OK)
        exit_code = outcome_of(&fault);
    text_done(&rejected.lines);
    return exit_code;
}

int verb_register_import(struct call *call)
{
    struct register_import import = {0};
    struct argument_list rest = {0};
    bool is_full = false;
    const struct argument table[] = {
        {"dry-run",     NULL, "checks the whole file and changes nothing",                       ARGUMENT_FLAG,
         &import.dry_run                                                                                                              },
        {"full",        NULL, "the file is the whole register, whatever the configuration says",
         ARGUMENT_FLAG,                                                                                         &is_full              },
        {"incremental", NULL, "the file holds the cases that changed; all others stay",
         ARGUMENT_FLAG,                                                                                         &import.is_incremental},
        {"force",       NULL, "takes a file that loses more of the register than is allowed",
         ARGUMENT_FLAG,                                                                                         &import.force         },
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, sizeof table / sizeof table[0], 1, 1, &rest, &exit_code))
        return exit_code;
    if (is_full && import.is_incremental) {
        complain("register import: either --full or --incremental");
        argument_list_done(&rest);
        return EXIT_USAGE;
    }
    import.csv_path = rest.values[0];
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE && !is_full && !import.is_incremental)
        import.is_incremental = instance.config->register_is_incremental;
    if (exit_code == EXIT_DONE)
        exit_code = import_file(&instance, &import);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static void print_status(const struct ledger_summary *summary)
{
    if (summary->register_version == 0) {
        printf("There is no register yet: posteingang register import FILE.csv\n");
        return;
    }
    int64_t now_ms = clock_wall_ms(clock_system());
    char when[TIMES_BYTES];
    char age[TIMES_BYTES];
    times_moment(summary->register_imported_ms, now_ms, when);
    times_duration(now_ms - summary->register_imported_ms, age);
    printf("%llu cases, %llu persons\nversion %lld, imported %s (%s ago)\n",
           (unsigned long long)summary->register_cases,
           (unsigned long long)summary->register_persons, (long long)summary->register_version,
           when, age);
}

static bool print_status_json(const struct ledger_summary *summary)
{
    return json_print_line(json_pack("{sI sI sI so}", "cases", (json_int_t)summary->register_cases,
                                     "persons", (json_int_t)summary->register_persons, "version",
                                     (json_int_t)summary->register_version, "imported",
                                     json_moment(summary->register_imported_ms)),
                           stdout);
}

int verb_register_status(struct call *call)
{
    bool as_json = false;
    const struct argument table[] = {
        {"json", NULL, "prints one JSON object", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    struct ledger_summary summary = {0};
    struct fault fault = {0};
    if (ledger_summarise(instance.ledger, &summary, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (as_json)
        exit_code = print_status_json(&summary) ? EXIT_DONE : EXIT_STORAGE;
    else
        print_status(&summary);
    instance_close(&instance);
    return exit_code;
}
