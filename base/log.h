/* log.h - one event a line on standard error, the document's id first.
 *
 * Libraries do not log above debug: they return a status and a fault, and the program that asked
 * logs once. Paths and other foreign strings go through text_append_quoted() or %s of something
 * already quoted; never any document text. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* "posteingang version X": stands in every program, so that one can be told from another's. */
extern const char log_program_mark[];

/* `program` (borrowed) stands in every line; events below `level` are dropped. */
void log_open(const char *program, enum log_level level);
/* "error", "warning", "info" or "debug" to a level; 0, or -1 for another word. */
int log_level_from_name(const char *name, enum log_level *ret_level);

/* `subject` is the id of the scan, document or job the event is about, or NULL. */
void log_event(enum log_level level, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(subject, ...)   log_event(LOG_LEVEL_ERROR, (subject), __VA_ARGS__)
#define log_warning(subject, ...) log_event(LOG_LEVEL_WARNING, (subject), __VA_ARGS__)
#define log_info(subject, ...)    log_event(LOG_LEVEL_INFO, (subject), __VA_ARGS__)
#define log_debug(subject, ...)   log_event(LOG_LEVEL_DEBUG, (subject), __VA_ARGS__)

#endif
