/* instance.c - see instance.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/durable.h"
#include "tests/ingest/instance.h"

enum { POLL_MS = 20, ARGUMENTS_MOST = 24 };

void sleep_ms(long ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR)
        continue;
}

void instance_make(const struct instance_settings *settings)
{
    assert_int_equal(system("rm -rf drop drop.away ledger spool run cabinet intake.log"), 0);
    struct text yaml = {0};
    text_append(&yaml, "sites:\n");
    for (int i = 0; i < 2; i++)
        text_append_format(&yaml,
                           "  - name: %s\n    drop: %s\n    quiet: %s\n    incomplete_after: %s\n",
                           i == 0 ? "Demmin" : "Waren", i == 0 ? DROP_DEMMIN : DROP_WAREN,
                           settings->quiet, settings->incomplete);
    text_append_format(&yaml, "limits:\n  free_space: %s\n",
                       settings->free_space == NULL ? "0B" : settings->free_space);
    if (settings->scan_size != NULL)
        text_append_format(&yaml, "  scan_size: %s\n", settings->scan_size);
    text_append_format(&yaml, "store:\n  spool: %s\n",
                       settings->spool == NULL ? "spool" : settings->spool);
    write_file("posteingang.yaml", &yaml);
    text_done(&yaml);
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN, 0700, &fault), STATUS_OK);
    assert_int_equal(durable_make_folders(DROP_WAREN, 0700, &fault), STATUS_OK);
    assert_int_equal(durable_make_folders("ledger", 0700, &fault), STATUS_OK);
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open("ledger/posteingang.db", LEDGER_CREATE, clock_system(), &ledger, &fault),
        STATUS_OK);
    ledger_close(&ledger);
}

/* In the child: becomes the program. */
_Noreturn static void become_intake(const char *const *arguments)
{
    char program[4096];
    char config[] = "--config=posteingang.yaml";
    char *argv[ARGUMENTS_MOST] = {program, config};
    (void)snprintf(program, sizeof program, "%s/posteingang-intake", getenv("BIN_DIR"));
    for (int i = 0; arguments[i] != NULL && i < ARGUMENTS_MOST - 3; i++)
        argv[i + 2] = string_copy(arguments[i]);
    execv(program, argv);
    _exit(127);
}

static pid_t start(const char *const *arguments, int output)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves nothing running
    int log = open("intake.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || dup2(log, STDERR_FILENO) < 0 || (output >= 0 && dup2(output, STDOUT_FILENO) < 0))
        _exit(126);
    become_intake(arguments);
}

pid_t instance_start(const char *const *arguments)
{
    return start(arguments, -1);
}

static int wait_for_end(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void instance_stop(pid_t intake)
{
    assert_int_equal(kill(intake, SIGTERM), 0);
    assert_int_equal(wait_for_end(intake), 0);
}

void instance_kill(pid_t intake)
{
    assert_int_equal(kill(intake, SIGKILL), 0);
    (void)wait_for_end(intake);
}

int instance_run(const char *const *arguments, struct text *output)
{
    int file = open("output.txt", O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    int code = wait_for_end(start(arguments, file));
    assert_int_equal(close(file), 0);
    if (output != NULL)
        append_file(output, "output.txt");
    return code;
}

/* ---- the ledger ---------------------------------------------------------------------------- */

/* Takes over what `record` owns. */
static enum status keep_scan(void *context, const struct scan_record *scan,
                             const struct document_record *document, struct fault *fault)
{
    (void)document;
    struct instance_scans *scans = context;
    if (scan == NULL || scans->count == sizeof scans->records / sizeof scans->records[0])
        return fault_set(fault, STATUS_REFUSE, "more scans than expected, or a document");
    struct scan_record *copy = &scans->records[scans->count++];
    *copy = *scan;
    copy->site = string_copy(scan->site);
    copy->source = string_copy(scan->source);
    copy->format = string_copy(scan->format);
    copy->error = scan->error == NULL ? NULL : string_copy(scan->error);
    return STATUS_OK;
}

void instance_scans(struct instance_scans *ret_scans)
{
    ret_scans->count = 0;
    struct ledger *ledger = NULL;
    struct fault fault;
    struct list_filter filter = {0};
    enum status status =
        ledger_open("ledger/posteingang.db", LEDGER_READ, clock_system(), &ledger, &fault);
    if (status == STATUS_OK)
        status = ledger_list(ledger, &filter, keep_scan, ret_scans, &fault);
    ledger_close(&ledger);
    if (status != STATUS_OK)
        fail_msg("%s", fault.text);
}

void instance_scans_done(struct instance_scans *scans)
{
    for (size_t i = 0; i < scans->count; i++)
        scan_record_done(&scans->records[i]);
    scans->count = 0;
}

size_t instance_count(enum scan_state state)
{
    static struct instance_scans scans;
    instance_scans(&scans);
    size_t count = 0;
    for (size_t i = 0; i < scans.count; i++)
        count += scans.records[i].state == state;
    instance_scans_done(&scans);
    return count;
}

enum scan_state instance_state_of(const char *source)
{
    static struct instance_scans scans;
    instance_scans(&scans);
    size_t found = 0;
    enum scan_state state = SCAN_CORRUPT;
    for (size_t i = 0; i < scans.count; i++) {
        if (strcmp(scans.records[i].source, source) != 0)
            continue;
        state = scans.records[i].state;
        found++;
    }
    instance_scans_done(&scans);
    if (found != 1)
        fail_msg("%zu scans of \"%s\"", found, source);
    return state;
}

/* ---- waiting ------------------------------------------------------------------------------- */

void instance_wait(bool (*condition)(const void *context), const void *context, const char *what)
{
    for (int waited = 0; waited < INSTANCE_PATIENCE_MS; waited += POLL_MS) {
        if (condition(context))
            return;
        sleep_ms(POLL_MS);
    }
    struct text log = {0};
    append_file(&log, "intake.log");
    fail_msg("waited in vain: %s\n%s", what, text_string(&log));
}

static bool both_are_empty(const void *context)
{
    (void)context;
    uint64_t demmin = 1;
    uint64_t waren = 1;
    return drop_folder_pending(DROP_DEMMIN, &demmin, NULL) == STATUS_OK &&
           drop_folder_pending(DROP_WAREN, &waren, NULL) == STATUS_OK && demmin + waren == 0;
}

void instance_wait_until_empty(void)
{
    instance_wait(both_are_empty, NULL, "drop folders empty");
}

bool instance_log_says(const char *words)
{
    struct text log = {0};
    append_file(&log, "intake.log");
    bool says = strstr(text_string(&log), words) != NULL;
    text_done(&log);
    return says;
}

static bool log_says(const void *context)
{
    return instance_log_says(context);
}

void instance_wait_for_log(const char *words)
{
    instance_wait(log_says, words, words);
}

/* ---- files --------------------------------------------------------------------------------- */

void write_file(const char *path, const struct text *bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0)
        fail_msg("cannot write \"%s\": %s", path, strerror(errno));
    assert_int_equal(durable_write(file, text_string(bytes), bytes->length, NULL), STATUS_OK);
    assert_int_equal(close(file), 0);
}

bool file_is_there(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

void append_file(struct text *text, const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    if (file_read(path, SIZE_MAX / 2, &bytes, &length, NULL) != STATUS_OK)
        return;
    text_append_bytes(text, bytes, length);
    free(bytes);
}
