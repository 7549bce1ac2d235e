/* childlog.c - see childlog.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/childlog.h"
#include "cli/terminal.h"

enum { CHILDLOG_LINE_BYTES = 4096 };

struct childlog {
    struct loop *loop;
    int ends[2]; /* of the pipe: ours, the programs' */
    char line[CHILDLOG_LINE_BYTES];
    size_t length; /* of the line so far */
};

/* Lines of log.h carry their level as the second word; other lines are a program's last words. */
static bool concerns_a_person(const char *line)
{
    const char *blank = strchr(line, ' ');
    return blank == NULL ||
           (strncmp(blank + 1, "info ", 5) != 0 && strncmp(blank + 1, "debug ", 6) != 0);
}

static void end_line(struct childlog *log)
{
    log->line[log->length] = '\0';
    if (log->length > 0 && concerns_a_person(log->line)) {
        terminal_redraw_line(stderr, "");
        fprintf(stderr, "%s\n", log->line);
    }
    log->length = 0;
}

static void take_lines(void *context)
{
    struct childlog *log = context;
    char bytes[CHILDLOG_LINE_BYTES];
    ssize_t count = read(log->ends[0], bytes, sizeof bytes);
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == '\n' || log->length + 1 == sizeof log->line)
            end_line(log);
        if (bytes[i] != '\n')
            log->line[log->length++] = bytes[i];
    }
}

enum status childlog_open(struct loop *loop, struct childlog **ret_log, struct fault *fault)
{
    struct childlog *log = calloc(1, sizeof *log);
    if (log == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    log->loop = loop;
    enum status status = pipe2(log->ends, O_CLOEXEC) == 0
                             ? STATUS_OK
                             : fault_errno(fault, STATUS_LATER, "cannot open a pipe");
    if (status == STATUS_OK)
        status = loop_add_file(loop, log->ends[0], take_lines, log, fault);
    if (status != STATUS_OK) {
        free(log);
        return status;
    }
    *ret_log = log;
    return STATUS_OK;
}

int childlog_file(const struct childlog *log)
{
    return log->ends[1];
}

void childlog_close(struct childlog **log_p)
{
    struct childlog *log = *log_p;
    if (log == NULL)
        return;
    loop_remove_file(log->loop, log->ends[0]);
    (void)close(log->ends[1]);
    if (fcntl(log->ends[0], F_SETFL, O_NONBLOCK) == 0)
        take_lines(log);
    end_line(log);
    (void)close(log->ends[0]);
    free(log);
    *log_p = NULL;
}
