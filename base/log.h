/* log.h - one event a line on standard error or to journald, the document's id first.
 *
 * Libraries do not log above debug: they return a status and a fault, and the program that asked
 * logs once. Paths and other foreign strings go through text_append_quoted() or %s of something
 * already quoted; never any document text.
 *
 * The same event about the same subject (or the same event about none) is said at most
 * LOG_REPEATS_MOST times within LOG_REPEATS_MS; then how often it came. Any thread may log. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_format {
    LOG_FORMAT_AUTO = 0, /* journald's fields when standard error is the journal, else text */
    LOG_FORMAT_TEXT,     /* moment, level, program[process]: id: words */
    LOG_FORMAT_JSON,     /* one object a line: at, level, program, process, subject, message */
    LOG_FORMAT_JOURNAL   /* journald's fields: MESSAGE, PRIORITY, POSTEINGANG_SUBJECT … */
};

enum {
    LOG_REPEATS_MOST = 20,
    LOG_REPEATS_MS = 60000,
    LOG_LINE_BYTES = 2048 /* what is longer is cut */
};

#define LOG_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* "posteingang version X": stands in every program, so that one can be told from another's. */
extern const char log_program_mark[];

/* `program` (borrowed) stands in every line; events below `level` are dropped. */
void log_open(const char *program, enum log_level level);
/* How events are written from now on. `journal` is the path of journald's socket; when it cannot
 * be reached, lines of text go to standard error. Call it before privileges are given up. */
void log_write_as(enum log_format format, const char *journal);
/* "error", "warning", "info" or "debug" to a level; 0, or -1 for another word. */
int log_level_from_name(const char *name, enum log_level *ret_level);
/* "auto", "text", "json" or "journal"; likewise. */
int log_format_from_name(const char *name, enum log_format *ret_format);

/* `subject` is the id of the scan, document or job the event is about, or NULL. */
void log_event(enum log_level level, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(subject, ...)   log_event(LOG_LEVEL_ERROR, (subject), __VA_ARGS__)
#define log_warning(subject, ...) log_event(LOG_LEVEL_WARNING, (subject), __VA_ARGS__)
#define log_info(subject, ...)    log_event(LOG_LEVEL_INFO, (subject), __VA_ARGS__)
#define log_debug(subject, ...)   log_event(LOG_LEVEL_DEBUG, (subject), __VA_ARGS__)

#endif
