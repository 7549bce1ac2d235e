/* arrivals.c - see arrivals.h.
 *
 * A line: id, digest, size, time, format, site, source and check, parted by tabs; bytes below 33,
 * above 126 and "%" are written as %XX. Each is written by one write(2) to a file that is open for
 * appending, with its newline in front: a torn one spoils itself and not the next. One that
 * withdraws another has its id, the word "withdrawn" and a check. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/arrivals.h"

enum { FIELDS = 8, CHECK_DIGITS = 16, NAME_BYTES = 32, FOLDER_MODE = 0750, FILE_MODE = 0640 };

static const char suffix[] = ".log";
static const char withdrawn_word[] = "withdrawn";

static char *folder_of(const struct spool *spool)
{
    return path_join(spool_folder(spool), "arrivals");
}

/* "2026-11.log"; names sort by time. */
static void name_of_month(int64_t wall_ms, char ret_name[NAME_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(ret_name, NAME_BYTES, "%Y-%m", &utc);
    (void)strncat(ret_name, suffix, NAME_BYTES - strlen(ret_name) - 1);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void append_escaped(struct text *line, const char *field)
{
    for (const char *at = field; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte > 32 && byte < 127 && byte != '%')
            text_append_char(line, *at);
        else
            text_append_format(line, "%%%02X", byte);
    }
}

static void append_check(struct text *line)
{
    char hex[DIGEST_HEX_BYTES];
    struct digest digest = digest_of(line->bytes + 1, line->length - 1);
    digest_to_hex(&digest, hex);
    text_append_format(line, "\t%.*s", CHECK_DIGITS, hex);
}

static void append_line(struct text *line, const struct scan_arrival *arrival)
{
    char id[UUID_TEXT_BYTES];
    char hex[DIGEST_HEX_BYTES];
    uuid_to_text(&arrival->id.uuid, id);
    digest_to_hex(&arrival->digest, hex);
    text_append_format(line, "\n%s\t%s\t%" PRIu64 "\t%" PRId64 "\t", id, hex, arrival->size,
                       arrival->received_ms);
    append_escaped(line, arrival->format);
    text_append_char(line, '\t');
    append_escaped(line, arrival->site);
    text_append_char(line, '\t');
    append_escaped(line, arrival->source);
    if (text_ok(line))
        append_check(line);
}

/* The month's file, made with a durable name when it is the first of the month. */
static enum status open_month(const char *folder, const char *path, int *ret_file,
                              struct fault *fault)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    enum status status = STATUS_OK;
    if (file < 0 && errno == ENOENT) {
        status = durable_make_folders(folder, FOLDER_MODE, fault);
        if (status == STATUS_OK)
            file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
        if (status == STATUS_OK && file >= 0)
            status = durable_sync_folder(folder, fault);
    }
    if (status == STATUS_OK && file < 0)
        status = fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    if (status == STATUS_OK)
        *ret_file = file;
    else if (file >= 0)
        (void)close(file);
    return status;
}

static enum status add_line(const struct spool *spool, int64_t received_ms, const struct text *line,
                            struct fault *fault)
{
    char name[NAME_BYTES];
    name_of_month(received_ms, name);
    char *folder = folder_of(spool);
    char *path = folder == NULL ? NULL : path_join(folder, name);
    int file = -1;
    enum status status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : open_month(folder, path, &file, fault);
    if (status == STATUS_OK)
        status = durable_write(file, line->bytes, line->length, fault);
    if (status == STATUS_OK)
        status = durable_sync(file, path, fault);
    if (file >= 0)
        (void)close(file);
    free(path);
    free(folder);
    return status;
}

/* Adds the line to the file of its month; it is freed. */
static enum status keep_line(struct spool *spool, int64_t wall_ms, struct text *line,
                             struct fault *fault)
{
    enum status status = spool_ready(spool, fault);
    if (status == STATUS_OK && !text_ok(line))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = add_line(spool, wall_ms, line, fault);
    text_done(line);
    if (status == STATUS_HALT)
        spool_halt(spool);
    return status;
}

enum status arrivals_note(struct spool *spool, const struct scan_arrival *arrival,
                          struct fault *fault)
{
    struct text line = {0};
    append_line(&line, arrival);
    return keep_line(spool, arrival->received_ms, &line, fault);
}

enum status arrivals_withdraw(struct spool *spool, struct scan_id id, int64_t wall_ms,
                              struct fault *fault)
{
    struct text line = {0};
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&id.uuid, text);
    text_append_format(&line, "\n%s\t%s", text, withdrawn_word);
    if (text_ok(&line))
        append_check(&line);
    return keep_line(spool, wall_ms, &line, fault);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int hex_value(char digit)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Takes the escapes out of `field`, in place. */
static bool unescape(char *field)
{
    char *out = field;
    for (const char *at = field; *at != '\0'; at++) {
        if (*at != '%') {
            *out++ = *at;
            continue;
        }
        int high = hex_value(at[1]);
        int low = high < 0 ? -1 : hex_value(at[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *out++ = (char)(high * 16 + low);
        at += 2;
    }
    *out = '\0';
    return true;
}

static bool check_is_right(const char *line)
{
    char hex[DIGEST_HEX_BYTES];
    const char *tab = strrchr(line, '\t');
    if (tab == NULL)
        return false;
    struct digest digest = digest_of(line, (size_t)(tab - line));
    digest_to_hex(&digest, hex);
    return strlen(tab + 1) == CHECK_DIGITS && strncmp(tab + 1, hex, CHECK_DIGITS) == 0;
}

/* Cuts `line` into the arrival, which borrows it. False: it is torn, or no line of ours. */
static bool parse_line(char *line, struct scan_arrival *ret_arrival)
{
    char *fields[FIELDS];
    if (!check_is_right(line))
        return false;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&line, "\t");
        if (fields[i] == NULL)
            return false;
    }
    *ret_arrival = (struct scan_arrival){.size = strtoull(fields[2], NULL, 10),
                                         .received_ms = strtoll(fields[3], NULL, 10),
                                         .format = fields[4],
                                         .site = fields[5],
                                         .source = fields[6],
                                         .actor = "recovery"};
    return uuid_from_text(fields[0], &ret_arrival->id.uuid) &&
           digest_from_hex(fields[1], &ret_arrival->digest) && unescape(fields[4]) &&
           unescape(fields[5]) && unescape(fields[6]);
}

/* The id of a line that withdraws another. `line` is left as it is. */
static bool parse_withdrawal(const char *line, struct uuid *ret_id)
{
    char id[UUID_TEXT_BYTES];
    const char *tab = strchr(line, '\t');
    if (tab == NULL || (size_t)(tab - line) >= sizeof id || !check_is_right(line))
        return false;
    (void)snprintf(id, sizeof id, "%.*s", (int)(tab - line), line);
    size_t length = sizeof withdrawn_word - 1;
    return strncmp(tab + 1, withdrawn_word, length) == 0 && tab[1 + length] == '\t' &&
           uuid_from_text(id, ret_id);
}

/* A walk over all lines, made twice: to see what is withdrawn, and to tell of the rest. */
struct walk {
    arrivals_callback *callback;
    void *context;
    struct uuid *withdrawn; /* few, if any */
    size_t count, room;
};

static size_t find_withdrawn(const struct walk *walk, const struct uuid *id)
{
    size_t i = 0;
    while (i < walk->count && !uuid_equal(&walk->withdrawn[i], id))
        i++;
    return i;
}

static enum status add_withdrawn(struct walk *walk, const struct uuid *id, struct fault *fault)
{
    if (walk->count == walk->room) {
        size_t room = walk->room == 0 ? 16 : 2 * walk->room;
        struct uuid *more = reallocarray(walk->withdrawn, room, sizeof *more);
        if (more == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        walk->withdrawn = more;
        walk->room = room;
    }
    walk->withdrawn[walk->count++] = *id;
    return STATUS_OK;
}

typedef enum status line_function(struct walk *walk, char *line, struct fault *fault);

/* The last word about an id counts. */
static enum status see_withdrawal(struct walk *walk, char *line, struct fault *fault)
{
    struct uuid id = {0};
    struct scan_arrival arrival = {0};
    if (parse_withdrawal(line, &id))
        return add_withdrawn(walk, &id, fault);
    if (walk->count == 0 || !parse_line(line, &arrival))
        return STATUS_OK;
    size_t found = find_withdrawn(walk, &arrival.id.uuid);
    if (found < walk->count)
        walk->withdrawn[found] = walk->withdrawn[--walk->count];
    return STATUS_OK;
}

static enum status tell(struct walk *walk, char *line, struct fault *fault)
{
    struct scan_arrival arrival = {0};
    if (!parse_line(line, &arrival) || find_withdrawn(walk, &arrival.id.uuid) < walk->count)
        return STATUS_OK;
    return walk->callback(walk->context, &arrival, fault);
}

static enum status read_month(const char *path, line_function *take, struct walk *walk,
                              struct fault *fault)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    enum status status = STATUS_OK;
    char *line = NULL;
    size_t size = 0;
    ssize_t length = 0;
    while (status == STATUS_OK && (length = getline(&line, &size, file)) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        if (length <= ARRIVALS_LINE_BYTES_MOST)
            status = take(walk, line, fault);
    }
    if (status == STATUS_OK && ferror(file))
        status = fault_set(fault, STATUS_HALT, "cannot read \"%s\"", path);
    free(line);
    (void)fclose(file);
    return status;
}

static int is_month(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length == strlen("2026-11.log") && strcmp(entry->d_name + length - 4, suffix) == 0;
}

/* Every month from that of `since_ms` on. */
static enum status read_months(const char *folder, int64_t since_ms, line_function *take,
                               struct walk *walk, struct fault *fault)
{
    char first[NAME_BYTES];
    name_of_month(since_ms, first);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_month, alphasort);
    enum status status = STATUS_OK;
    if (count < 0 && errno != ENOENT)
        status = fault_errno(fault, durable_status(errno), "cannot list \"%s\"", folder);
    for (int i = 0; i < count; i++) {
        char *path = path_join(folder, entries[i]->d_name);
        if (path == NULL && status == STATUS_OK)
            status = fault_set(fault, STATUS_LATER, "out of memory");
        if (status == STATUS_OK && strcmp(entries[i]->d_name, first) >= 0)
            status = read_month(path, take, walk, fault);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum status arrivals_each(const struct spool *spool, int64_t since_ms, arrivals_callback *callback,
                          void *context, struct fault *fault)
{
    struct walk walk = {.callback = callback, .context = context};
    char *folder = folder_of(spool);
    if (folder == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = read_months(folder, since_ms, see_withdrawal, &walk, fault);
    if (status == STATUS_OK)
        status = read_months(folder, since_ms, tell, &walk, fault);
    free(walk.withdrawn);
    free(folder);
    return status;
}
