/* instance.h - a real instance with a real intake, for the tests: configuration, ledger and spool
 * in the current folder, the program as a process. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_INGEST_INSTANCE_H
#define TESTS_INGEST_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "store/ledger.h"

#define DROP_DEMMIN "drop/Demmin"
#define DROP_WAREN  "drop/Waren"

enum { INSTANCE_PATIENCE_MS = 60000 /* before a test gives up waiting */ };

struct instance_settings {
    const char *quiet;      /* e.g. "200ms" */
    const char *incomplete; /* e.g. "1s" */
    const char *free_space; /* NULL: none */
    const char *spool;      /* NULL: "spool" */
    const char *scan_size;  /* NULL: the default */
};

/* Writes posteingang.yaml with the sites Demmin and Waren, makes the ledger, and removes
 * what an instance of before left there. */
void instance_make(const struct instance_settings *settings);

/* Starts the program with --config and these further arguments (NULL-terminated), its log
 * appended to `intake.log`. */
pid_t instance_start(const char *const *arguments);
/* Ends it with SIGTERM and expects exit code 0. */
void instance_stop(pid_t intake);
void instance_kill(pid_t intake);
/* Runs the program to its end; standard output is appended to `output`. Returns the exit code. */
int instance_run(const char *const *arguments, struct text *output);

/* What the ledger has. */
struct instance_scans {
    struct scan_record records[4096];
    size_t count;
};
/* All scans, oldest first; free with instance_scans_done(). */
void instance_scans(struct instance_scans *ret_scans);
void instance_scans_done(struct instance_scans *scans);
size_t instance_count(enum scan_state state);
/* The state of the only scan of that source; fails the test when there are more or none. */
enum scan_state instance_state_of(const char *source);

/* Waits until `condition` holds; fails the test when the patience is over. */
void instance_wait(bool (*condition)(const void *context), const void *context, const char *what);
/* Waits until both drop folders hold nothing that the intake would still handle. */
void instance_wait_until_empty(void);
void instance_wait_for_log(const char *words);
bool instance_log_says(const char *words);
void sleep_ms(long ms);

void write_file(const char *path, const struct text *bytes);
bool file_is_there(const char *path);
/* Appends the file's content. */
void append_file(struct text *text, const char *path);

#endif
