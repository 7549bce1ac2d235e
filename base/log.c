/* log.c - see log.h. A line is one write(2) or one datagram, so that lines of several processes do
 * not mix. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

const char log_program_mark[] = "posteingang version " POSTEINGANG_VERSION;

enum { REPEAT_SLOTS = 64 };

static const char *const level_names[] = {"error", "warning", "info", "debug", NULL};
static const char *const format_names[] = {"auto", "text", "json", "journal", NULL};
static const int priorities[] = {3, 4, 6, 7}; // syslog(3)'s numbers

/* An event that came before: how often within its window, and how often it was left out. */
struct repeat {
    uint64_t key; /* 0: free */
    int64_t since_ms;
    unsigned count, left_out;
    enum log_level level;
    char words[96]; /* how the last one that was left out began */
};

static struct {
    pthread_mutex_t lock;
    const char *program;
    enum log_level threshold;
    enum log_format format; /* never AUTO */
    int journal;            /* a connected socket, or -1 */
    struct repeat repeats[REPEAT_SLOTS];
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .program = "posteingang",
          .threshold = LOG_LEVEL_INFO,
          .format = LOG_FORMAT_TEXT,
          .journal = -1};

static int index_of(const char *name, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

int log_level_from_name(const char *name, enum log_level *ret_level)
{
    int index = index_of(name, level_names);
    if (index < 0)
        return -1;
    *ret_level = (enum log_level)index;
    return 0;
}

int log_format_from_name(const char *name, enum log_format *ret_format)
{
    int index = index_of(name, format_names);
    if (index < 0)
        return -1;
    *ret_format = (enum log_format)index;
    return 0;
}

/* ---- where to ------------------------------------------------------------------------------------ */

/* Whether standard error is what $JOURNAL_STREAM names: "device:inode" (systemd.exec(5)). */
static bool error_is_journal(void)
{
    struct stat found;
    unsigned long long device = 0, inode = 0;
    const char *stream = getenv("JOURNAL_STREAM");
    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &found) == 0 && found.st_dev == device && found.st_ino == inode;
}

static int connect_journal(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file >= 0 && connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(file);
        file = -1;
    }
    return file;
}

void log_write_as(enum log_format format, const char *journal)
{
    (void)pthread_mutex_lock(&sink.lock);
    if (sink.journal >= 0)
        (void)close(sink.journal);
    sink.journal = -1;
    if (format == LOG_FORMAT_JOURNAL || (format == LOG_FORMAT_AUTO && error_is_journal()))
        sink.journal = connect_journal(journal);
    sink.format = sink.journal >= 0           ? LOG_FORMAT_JOURNAL
                  : format == LOG_FORMAT_JSON ? LOG_FORMAT_JSON
                                              : LOG_FORMAT_TEXT;
    (void)pthread_mutex_unlock(&sink.lock);
}

/* ---- how ------------------------------------------------------------------------------------------- */

/* JSON (RFC 8259) without its controls; malformed UTF-8 becomes U+FFFD. */
static void append_json(struct text *line, const char *string)
{
    size_t length = strlen(string);
    for (size_t position = 0; position < length;) {
        uint32_t code_point = utf8_next(string, length, &position);
        if (code_point == '"' || code_point == '\\')
            text_append_char(line, '\\');
        if (code_point < ' ')
            text_append_format(line, "\\u%04x", (unsigned)code_point);
        else
            text_append_code_point(line, code_point);
    }
}

static void append_as_json(struct text *line, enum log_level level, const char *subject,
                           const char *words)
{
    char stamp[TIMESTAMP_BYTES];
    timestamp_utc(clock_wall_ms(clock_system()), stamp);
    text_append_format(line, "{\"at\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"process\":%d",
                       stamp, level_names[level], sink.program, (int)getpid());
    if (subject != NULL) {
        text_append(line, ",\"subject\":\"");
        append_json(line, subject);
        text_append(line, "\"");
    }
    text_append(line, ",\"message\":\"");
    append_json(line, words);
    text_append(line, "\"}\n");
}

static void append_as_text(struct text *line, enum log_level level, const char *subject,
                           const char *words)
{
    char stamp[TIMESTAMP_BYTES];
    timestamp_local(clock_wall_ms(clock_system()), stamp);
    text_append_format(line, "%s %-7s %s[%d]: %s%s%s\n", stamp, level_names[level], sink.program,
                       (int)getpid(), subject == NULL ? "" : subject, subject == NULL ? "" : ": ",
                       words);
}

/* A value of journald's protocol ends with its line: line breaks become blanks. */
static void append_field(struct text *record, const char *name, const char *value)
{
    text_append_format(record, "%s=", name);
    for (; *value != '\0'; value++)
        text_append_char(record, *value == '\n' ? ' ' : *value);
    text_append_char(record, '\n');
}

static void append_as_journal(struct text *record, enum log_level level, const char *subject,
                              const char *words)
{
    text_append_format(record, "PRIORITY=%d\n", priorities[level]);
    append_field(record, "SYSLOG_IDENTIFIER", sink.program);
    if (subject != NULL)
        append_field(record, "POSTEINGANG_SUBJECT", subject);
    text_append_format(record, "MESSAGE=%s%s", subject == NULL ? "" : subject,
                       subject == NULL ? "" : ": ");
    for (; *words != '\0'; words++)
        text_append_char(record, *words == '\n' ? ' ' : *words);
    text_append_char(record, '\n');
}

static void write_line(enum log_level level, const char *subject, const char *words)
{
    struct text line = {0};
    if (sink.format == LOG_FORMAT_JOURNAL)
        append_as_journal(&line, level, subject, words);
    else if (sink.format == LOG_FORMAT_JSON)
        append_as_json(&line, level, subject, words);
    else
        append_as_text(&line, level, subject, words);
    ssize_t written = 0;
    if (text_ok(&line) && sink.format == LOG_FORMAT_JOURNAL)
        written = send(sink.journal, line.bytes, line.length, MSG_NOSIGNAL);
    else if (text_ok(&line))
        written = write(STDERR_FILENO, line.bytes, line.length);
    (void)written; // a log that cannot be written has nobody left to tell
    text_done(&line);
}

/* ---- repeats ----------------------------------------------------------------------------------------- */

/* FNV-1a over the subject, begun with the event's own address. */
static uint64_t key_of(const char *format, const char *subject)
{
    uint64_t key = 14695981039346656037ULL ^ (uint64_t)(uintptr_t)format;
    for (; subject != NULL && *subject != '\0'; subject++)
        key = (key ^ (unsigned char)*subject) * 1099511628211ULL;
    return key == 0 ? 1 : key;
}

static void tell_left_out(struct repeat *repeat)
{
    char words[160];
    if (repeat->left_out == 0)
        return;
    (void)snprintf(words, sizeof words, "%u more of: %.95s", repeat->left_out, repeat->words);
    write_line(repeat->level, NULL, words);
    repeat->left_out = 0;
}

static void settle_repeats(int64_t now_ms)
{
    for (size_t i = 0; i < REPEAT_SLOTS; i++) {
        struct repeat *repeat = &sink.repeats[i];
        if (repeat->key == 0 || now_ms - repeat->since_ms < LOG_REPEATS_MS)
            continue;
        tell_left_out(repeat);
        repeat->key = 0;
    }
}

/* Its own slot, a free one, or that of another event, which is settled. */
static struct repeat *repeat_of(uint64_t key, int64_t now_ms)
{
    struct repeat *repeat = &sink.repeats[key % REPEAT_SLOTS];
    if (repeat->key == key)
        return repeat;
    tell_left_out(repeat);
    *repeat = (struct repeat){.key = key, .since_ms = now_ms};
    return repeat;
}

static bool is_too_often(enum log_level level, const char *subject, const char *format,
                         const char *words)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());
    settle_repeats(now_ms);
    struct repeat *repeat = repeat_of(key_of(format, subject), now_ms);
    if (++repeat->count <= LOG_REPEATS_MOST)
        return false;
    repeat->left_out++;
    repeat->level = level;
    (void)snprintf(repeat->words, sizeof repeat->words, "%.90s", words);
    return true;
}

static void settle_at_exit(void)
{
    settle_repeats(INT64_MAX);
}

void log_open(const char *program, enum log_level level)
{
    static bool is_registered;
    (void)pthread_mutex_lock(&sink.lock);
    sink.program = program;
    sink.threshold = level;
    if (!is_registered)
        is_registered = atexit(settle_at_exit) == 0;
    (void)pthread_mutex_unlock(&sink.lock);
}

void log_event(enum log_level level, const char *subject, const char *format, ...)
{
    if (level > sink.threshold)
        return;
    char words[LOG_LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    (void)pthread_mutex_lock(&sink.lock);
    if (!is_too_often(level, subject, format, words))
        write_line(level, subject, words);
    (void)pthread_mutex_unlock(&sink.lock);
}
