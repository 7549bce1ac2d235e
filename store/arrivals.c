/* arrivals.c - see arrivals.h.
 *
 * A line: id, digest, size, time, format, site, source and check, parted by tabs; bytes below 33,
 * above 126 and "%" are written as %XX. One that withdraws another has its id, the word "withdrawn"
 * and a check. A line's name in the journal is its id, with "-withdrawn" behind it for the latter. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/arrivals.h"

enum { FIELDS = 8, CHECK_DIGITS = 16, NAME_BYTES = UUID_TEXT_BYTES + 16 };

static const char withdrawn_word[] = "withdrawn";

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

/* Adds the line to the journal; it is freed. */
static enum status keep_line(struct spool *spool, int64_t wall_ms, const char *name,
                             struct text *line, struct fault *fault)
{
    enum status status =
        text_ok(line) ? spool_journal_add(spool, wall_ms, name, line->bytes, line->length, fault)
                      : fault_set(fault, STATUS_LATER, "out of memory");
    text_done(line);
    return status;
}

enum status arrivals_note(struct spool *spool, const struct scan_arrival *arrival,
                          struct fault *fault)
{
    struct text line = {0};
    char name[UUID_TEXT_BYTES];
    uuid_to_text(&arrival->id.uuid, name);
    append_line(&line, arrival);
    return keep_line(spool, arrival->received_ms, name, &line, fault);
}

enum status arrivals_withdraw(struct spool *spool, struct scan_id id, int64_t wall_ms,
                              struct fault *fault)
{
    struct text line = {0};
    char text[UUID_TEXT_BYTES];
    char name[NAME_BYTES];
    uuid_to_text(&id.uuid, text);
    (void)snprintf(name, sizeof name, "%s-%s", text, withdrawn_word);
    text_append_format(&line, "\n%s\t%s", text, withdrawn_word);
    if (text_ok(&line))
        append_check(&line);
    return keep_line(spool, wall_ms, name, &line, fault);
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
    arrivals_filter *is_wanted; /* NULL: all are */
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

/* The id that the name of a line begins with. */
static bool id_of_name(const char *name, struct uuid *ret_id, bool *ret_is_withdrawal)
{
    char id[UUID_TEXT_BYTES];
    (void)snprintf(id, sizeof id, "%s", name);
    *ret_is_withdrawal = string_ends_with(name, withdrawn_word);
    return uuid_from_text(id, ret_id);
}

static bool may_be_withdrawal(void *context, const char *name)
{
    const struct walk *walk = context;
    struct uuid id = {0};
    bool is_withdrawal = false;
    return !id_of_name(name, &id, &is_withdrawal) || is_withdrawal ||
           find_withdrawn(walk, &id) < walk->count;
}

/* The last word about an id counts. */
static enum status see_withdrawal(void *context, char *line, struct fault *fault)
{
    struct walk *walk = context;
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

static bool may_be_told(void *context, const char *name)
{
    const struct walk *walk = context;
    struct uuid id = {0};
    bool is_withdrawal = false;
    if (!id_of_name(name, &id, &is_withdrawal))
        return true;
    return !is_withdrawal && find_withdrawn(walk, &id) == walk->count &&
           (walk->is_wanted == NULL || walk->is_wanted(walk->context, (struct scan_id){id}));
}

static enum status tell(void *context, char *line, struct fault *fault)
{
    struct walk *walk = context;
    struct scan_arrival arrival = {0};
    if (!parse_line(line, &arrival) || find_withdrawn(walk, &arrival.id.uuid) < walk->count ||
        (walk->is_wanted != NULL && !walk->is_wanted(walk->context, arrival.id)))
        return STATUS_OK;
    return walk->callback(walk->context, &arrival, fault);
}

enum status arrivals_each(struct spool *spool, int64_t since_ms, arrivals_filter *is_wanted,
                          arrivals_callback *callback, void *context, struct fault *fault)
{
    struct walk walk = {.is_wanted = is_wanted, .callback = callback, .context = context};
    enum status status = spool_journal_each(spool, since_ms, ARRIVALS_LINE_BYTES_MOST,
                                            may_be_withdrawal, see_withdrawal, &walk, fault);
    if (status == STATUS_OK)
        status = spool_journal_each(spool, since_ms, ARRIVALS_LINE_BYTES_MOST, may_be_told, tell,
                                    &walk, fault);
    free(walk.withdrawn);
    return status;
}
