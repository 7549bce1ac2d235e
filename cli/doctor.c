/* doctor.c - `posteingang doctor`: runs the checks of doctor.h and tells what they found. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/status.h"
#include "cli/doctor.h"
#include "cli/outcome.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

enum { TITLE_COLUMNS = 16 };

struct check {
    const char *name;
    const char *title;
    void (*look)(struct checkup *checkup);
    bool needs_ledger;
};

static const struct check CHECKS[] = {
    {"programs",      "programs",       check_programs,       false},
    {"configuration", "configuration",  check_settings_file,  false},
    {"drop",          "drop folders",   check_drop_folders,   false},
    {"storage",       "storage",        check_storage,        false},
    {"space",         "free space",     check_space,          false},
    {"object_store",  "object store",   check_object_store,   false},
    {"reserve",       "ledger reserve", check_reserve,        false},
    {"shares",        "network shares", check_shares,         false},
    {"watches",       "file watches",   check_watches,        false},
    {"limits",        "process limits", check_process_limits, false},
    {"memory",        "memory",         check_memory,         false},
    {"sandbox",       "sandbox",        check_sandbox,        false},
    {"models",        "reading models", check_models,         false},
    {"clock",         "clock",          check_clock,          false},
    {"ledger",        "ledger",         check_ledger,         false},
    {"register",      "case register",  check_register,       true },
    {"people",        "people",         check_people,         true },
    {"waiting",       "waiting",        check_waiting,        true },
    {"keys",          "keys",           check_keys,           false},
    {"desks",         "desks far away", check_desks,          true },
    {"portal",        "portal",         check_portal,         false},
    {"certificate",   "certificate",    check_certificate,    false},
    {"directory",     "directory",      check_directory,      false},
    {"listening",     "listening",      check_listening,      false},
    {"metrics",       "metrics",        check_metrics,        false},
    {"handover",      "other systems",  check_handover,       false},
    {"seals",         "seals",          check_seals,          false},
    {"mail",          "mail",           check_mail,           false},
    {"warnings",      "warnings",       check_warnings,       true },
};

/* ---- findings ------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    const char *mark;
    enum paint paint;
} LOOKS[FINDINGS] = {
    [FINDING_WELL] = {"well", "✓", PAINT_GOOD     },
    [FINDING_NOTE] = {"note", "!",   PAINT_ATTENTION},
    [FINDING_BAD] = {"bad",  "✗", PAINT_BAD      },
};

static void print_json(const struct checkup *checkup, enum finding finding, const char *seen,
                       const char *remedy)
{
    json_t *line = json_pack("{s:s, s:s, s:s, s:s?}", "check", checkup->name, "finding",
                             LOOKS[finding].word, "seen", seen, "remedy", remedy);
    char *bytes = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
    if (bytes != NULL)
        puts(bytes);
    free(bytes);
    json_decref(line);
}

static void print_line(const struct checkup *checkup, enum finding finding, const char *seen,
                       const char *remedy)
{
    const char *plain = terminal_paint(stdout, PAINT_NONE);
    printf("%s%s%s %-*s %s\n", terminal_paint(stdout, LOOKS[finding].paint), LOOKS[finding].mark,
           plain, TITLE_COLUMNS, checkup->title, seen);
    if (remedy != NULL)
        printf("  %*s → %s\n", TITLE_COLUMNS, "", remedy);
}

static void report(struct checkup *checkup, enum finding finding, const char *remedy,
                   const char *format, va_list arguments)
{
    char seen[FAULT_TEXT_BYTES];
    (void)vsnprintf(seen, sizeof seen, format, arguments);
    checkup->counts[finding]++;
    (checkup->as_json ? print_json : print_line)(checkup, finding, seen, remedy);
}

void checkup_well(struct checkup *checkup, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(checkup, FINDING_WELL, NULL, format, arguments);
    va_end(arguments);
}

void checkup_note(struct checkup *checkup, const char *remedy, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(checkup, FINDING_NOTE, remedy, format, arguments);
    va_end(arguments);
}

void checkup_bad(struct checkup *checkup, const char *remedy, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(checkup, FINDING_BAD, remedy, format, arguments);
    va_end(arguments);
}

/* ---- the verb ------------------------------------------------------------------------------ */

/* Whether another process holds the lock in the runtime folder. */
static bool is_held(const struct config *config, const char *lock)
{
    char *path = path_join(config->store.runtime, lock);
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    free(path);
    if (file < 0)
        return false;
    bool held = flock(file, LOCK_EX | LOCK_NB) != 0;
    (void)close(file);
    return held;
}

static uid_t owner_of(const struct config *config)
{
    struct stat found;
    return stat(config->folder, &found) == 0 ? found.st_uid : geteuid();
}

static void run_checks(struct checkup *checkup)
{
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++) {
        checkup->name = CHECKS[i].name;
        checkup->title = CHECKS[i].title;
        if (!CHECKS[i].needs_ledger || checkup->ledger != NULL)
            CHECKS[i].look(checkup);
    }
}

static int conclude(const struct checkup *checkup)
{
    size_t bad = checkup->counts[FINDING_BAD], notes = checkup->counts[FINDING_NOTE];
    if (!checkup->as_json && bad + notes == 0)
        printf("\nAll is well.\n");
    else if (!checkup->as_json)
        printf("\n%zu to mend, %zu to know.\n", bad, notes);
    return bad == 0 ? EXIT_DONE : EXIT_FOUND;
}

int verb_doctor(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct checkup checkup = {.now_ms = clock_wall_ms(clock_system())};
    const struct argument table[] = {
        {"json", NULL, "one JSON object a line", ARGUMENT_FLAG, &checkup.as_json},
    };
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    checkup.config = config;
    checkup.owner = owner_of(config);
    checkup.is_running = is_held(config, "dispatch.lock");
    (void)ledger_open(config->store.ledger, LEDGER_READ, clock_system(), &checkup.ledger, NULL);
    run_checks(&checkup);
    exit_code = conclude(&checkup);
    ledger_close(&checkup.ledger);
    config_free(&config);
    return exit_code;
}
