/* log.c - see log.h. A line is one write(2), so that lines of several processes do not mix. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

const char log_program_mark[] = "posteingang version " POSTEINGANG_VERSION;

enum { LOG_LINE_BYTES = 2048 };

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static const char *log_program = "posteingang";
static enum log_level log_threshold = LOG_LEVEL_INFO;

void log_open(const char *program, enum log_level level)
{
    log_program = program;
    log_threshold = level;
}

int log_level_from_name(const char *name, enum log_level *ret_level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    }
    return -1;
}

void log_event(enum log_level level, const char *subject, const char *format, ...)
{
    if (level > log_threshold)
        return;
    char line[LOG_LINE_BYTES];
    char stamp[TIMESTAMP_BYTES];
    timestamp_local(clock_wall_ms(clock_system()), stamp);
    int used =
        snprintf(line, sizeof line, "%s %-7s %s[%d]: %s%s", stamp, level_names[level], log_program,
                 (int)getpid(), subject == NULL ? "" : subject, subject == NULL ? "" : ": ");
    if (used < 0 || (size_t)used >= sizeof line - 2)
        return;
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, arguments);
    va_end(arguments);
    size_t length = (size_t)used + (more < 0 ? 0 : (size_t)more);
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; // a log that cannot be written has nobody left to tell
}
