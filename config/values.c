/* values.c - see values.h. Numbers are read by hand: strtod() would listen to the locale. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/spool_place.h"
#include "config/values.h"

/* ---- units --------------------------------------------------------------------------------- */

struct unit {
    const char *name;
    int64_t factor;
    const char *mistaken; /* what people write for it, in any case, between blanks */
};

static const struct unit durations[] = {
    {"ms",  1,        " msec millis millisecond milliseconds "          },
    {"s",   1000,     " s sec secs second seconds sek sekunde sekunden "},
    {"min", 60000,    " m mins minute minutes minuten "                 },
    {"h",   3600000,  " h hr hrs hour hours std stunde stunden "        },
    {"d",   86400000, " d day days tag tage "                           },
    {NULL,  0,        NULL                                              },
};

static const struct unit sizes[] = {
    {"B",   1,                      " b byte bytes "},
    {"kB",  1000,                   " k kb "        },
    {"KiB", INT64_C(1) << 10,       " kib "         },
    {"MB",  1000000,                " m mb "        },
    {"MiB", INT64_C(1) << 20,       " mib "         },
    {"GB",  1000000000,             " g gb "        },
    {"GiB", INT64_C(1) << 30,       " gib "         },
    {"TB",  INT64_C(1000000000000), " t tb "        },
    {"TiB", INT64_C(1) << 40,       " tib "         },
    {NULL,  0,                      NULL            },
};

static const struct unit *units_of(enum setting_kind kind)
{
    return kind == SETTING_SIZE ? sizes : durations;
}

static const struct unit *unit_named(const struct unit *units, const char *name)
{
    for (; units->name != NULL; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

/* The unit that somebody who wrote `name` may have meant, or NULL. */
static const struct unit *unit_meant(const struct unit *units, const char *name)
{
    char sought[16];
    if ((size_t)snprintf(sought, sizeof sought, " %s ", name) >= sizeof sought)
        return NULL;
    for (; units->name != NULL; units++)
        if (strcasestr(units->mistaken, sought) != NULL)
            return units;
    return NULL;
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* Reads digits at *cursor and moves past them; false when there is none or they are too many. */
static bool take_whole(const char **cursor, int64_t *ret_number)
{
    int64_t number = 0;
    const char *start = *cursor;
    for (; **cursor >= '0' && **cursor <= '9'; (*cursor)++) {
        int digit = **cursor - '0';
        if (number > (INT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return *cursor != start;
}

static void skip_blanks(const char **cursor)
{
    while (**cursor == ' ')
        (*cursor)++;
}

static enum status out_of_range(const struct setting *setting, double number, struct text *reason)
{
    bool below = number < setting->least;
    text_append(reason, below ? " is below the least, " : " is above the most, ");
    value_append_number(setting, below ? setting->least : setting->most, reason);
    return STATUS_REFUSE;
}

static enum status store_number(const struct setting *setting, int64_t number, void *target,
                                struct text *reason)
{
    if ((double)number < setting->least || (double)number > setting->most)
        return out_of_range(setting, (double)number, reason);
    memcpy(target, &number, sizeof number);
    return STATUS_OK;
}

static enum status store_count(const struct setting *setting, const char *written, void *target,
                               struct text *reason)
{
    const char *cursor = written;
    int64_t number = 0;
    if (!take_whole(&cursor, &number) || *cursor != '\0') {
        text_append(reason, " is not a whole number");
        if (setting->unit != NULL)
            text_append_format(reason, " of %s; write it without a unit", setting->unit);
        return STATUS_REFUSE;
    }
    return store_number(setting, number, target, reason);
}

static enum status unit_missing(const struct setting *setting, int64_t number, struct text *reason)
{
    text_append_format(reason, " has no unit; did you mean \"%" PRId64 "%s\"?", number,
                       setting->kind == SETTING_SIZE ? "MB" : "s");
    return STATUS_REFUSE;
}

static enum status unit_unknown(const struct unit *units, int64_t number, const char *given,
                                struct text *reason)
{
    const struct unit *meant = unit_meant(units, given);
    if (meant != NULL) {
        text_append_format(reason, " has an unknown unit; did you mean \"%" PRId64 "%s\"?", number,
                           meant->name);
        return STATUS_REFUSE;
    }
    text_append(reason, " has an unknown unit; there are");
    for (; units->name != NULL; units++)
        text_append_format(reason, " %s", units->name);
    return STATUS_REFUSE;
}

static enum status store_measured(const struct setting *setting, const char *written, void *target,
                                  struct text *reason)
{
    const struct unit *units = units_of(setting->kind);
    const char *cursor = written;
    int64_t number = 0;
    if (!take_whole(&cursor, &number)) {
        text_append_format(reason, " is not a whole number and a unit, like \"%s\"",
                           setting->kind == SETTING_SIZE ? "200MB" : "30s");
        return STATUS_REFUSE;
    }
    skip_blanks(&cursor);
    if (*cursor == '\0' && number != 0)
        return unit_missing(setting, number, reason);
    const struct unit *unit = *cursor == '\0' ? units : unit_named(units, cursor);
    if (unit == NULL)
        return unit_unknown(units, number, cursor, reason);
    if (number > INT64_MAX / unit->factor)
        return out_of_range(setting, (double)number * (double)unit->factor, reason);
    number *= unit->factor;
    if (setting->kind == SETTING_SECONDS && number % 1000 != 0) {
        text_append(reason, " is not a whole number of seconds");
        return STATUS_REFUSE;
    }
    return store_number(setting, setting->kind == SETTING_SECONDS ? number / 1000 : number, target,
                        reason);
}

/* "0.1", "10 %", "99.9%"; false when it is neither. */
static bool take_share(const char *cursor, double *ret_share)
{
    int64_t digits = 0;
    double scale = 1;
    if (!take_whole(&cursor, &digits) || digits > 1000)
        return false;
    if (*cursor == '.') {
        for (cursor++; *cursor >= '0' && *cursor <= '9' && scale < 1e6; cursor++) {
            digits = digits * 10 + (*cursor - '0');
            scale *= 10;
        }
    }
    skip_blanks(&cursor);
    if (*cursor == '%') {
        scale *= 100;
        cursor++;
    }
    // One division: the closest number to what was written.
    *ret_share = (double)digits / scale;
    return *cursor == '\0';
}

static enum status store_share(const struct setting *setting, const char *written, void *target,
                               struct text *reason)
{
    double share = 0;
    if (!take_share(written, &share)) {
        text_append(reason, strchr(written, ',') != NULL
                                ? " is not a share; write the decimals behind a point, like 0.1"
                                : " is not a share, like \"10 %\" or 0.1");
        return STATUS_REFUSE;
    }
    if (share > 1 && strchr(written, '%') == NULL) {
        text_append_format(reason, " is more than the whole; did you mean \"%s %%\"?", written);
        return STATUS_REFUSE;
    }
    if (share < setting->least || share > setting->most)
        return out_of_range(setting, share, reason);
    memcpy(target, &share, sizeof share);
    return STATUS_OK;
}

/* ---- words --------------------------------------------------------------------------------- */

static enum status store_word(const struct setting *setting, const char *written, void *target,
                              struct text *reason)
{
    for (unsigned i = 0; setting->words[i] != NULL; i++) {
        if (strcmp(setting->words[i], written) != 0)
            continue;
        bool is_second = i == 1;
        if (setting->kind == SETTING_SWITCH)
            memcpy(target, &is_second, sizeof is_second);
        else
            memcpy(target, &i, sizeof i);
        return STATUS_OK;
    }
    text_append(reason, " is not one of");
    for (unsigned i = 0; setting->words[i] != NULL; i++)
        text_append_format(reason, "%s %s", i == 0 ? "" : ",", setting->words[i]);
    const char *closest = string_closest(written, setting->words);
    if (closest != NULL)
        text_append_format(reason, "; did you mean \"%s\"?", closest);
    return STATUS_REFUSE;
}

/* ---- strings ------------------------------------------------------------------------------- */

static void drop_last_part(struct text *path)
{
    while (path->length > 0 && path->bytes[path->length - 1] != '/')
        path->length--;
    if (path->length > 0)
        path->length--;
    if (path->bytes != NULL)
        path->bytes[path->length] = '\0';
}

static void append_parts(struct text *absolute, const char *path)
{
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0) {
            drop_last_part(absolute);
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            text_append(absolute, "/");
            text_append_bytes(absolute, path, length);
        }
        path += length + (path[length] == '/');
    }
}

char *value_absolute_path(const char *folder, const char *path)
{
    struct text absolute = {0};
    if (path[0] != '/')
        append_parts(&absolute, folder);
    append_parts(&absolute, path);
    if (absolute.length == 0)
        text_append(&absolute, "/");
    return text_take(&absolute);
}

static bool is_path(const struct setting *setting)
{
    return setting->kind == SETTING_PATH || setting->kind == SETTING_OPTION_PATH ||
           setting->kind == SETTING_LEDGER || setting->kind == SETTING_SPOOL;
}

bool value_is_owned(const struct setting *setting)
{
    return is_path(setting) || setting->kind == SETTING_TEXT ||
           setting->kind == SETTING_OPTION_TEXT;
}

/* Without control characters and what YAML or a terminal takes for the end of a line. */
static bool is_one_line(const char *string)
{
    size_t length = strlen(string);
    for (size_t position = 0; position < length;) {
        uint32_t letter = utf8_next(string, length, &position);
        if (letter < 0x20 || (letter >= 0x7F && letter < 0xA0) || letter == 0x2028 ||
            letter == 0x2029 || letter == 0xFEFF)
            return false;
    }
    return true;
}

bool value_is_server(const char *written)
{
    return string_starts_with(written, "postgresql://");
}

/* The configuration is copied, printed and backed up: it is no place for a password. */
static enum status check_server(const char *written, struct text *reason)
{
    const char *host = written + strlen("postgresql://");
    size_t length = strcspn(host, "/?");
    const char *at = memchr(host, '@', length);
    bool has_password = (at != NULL && memchr(host, ':', (size_t)(at - host)) != NULL) ||
                        strstr(written, "password=") != NULL;
    if (!has_password)
        return STATUS_OK;
    text_append(reason, " holds a password; keep it in a file of its own, named by ?passfile=FILE");
    return STATUS_REFUSE;
}

/* Whether what is written is no path, for a setting that may be one. */
static bool is_elsewhere(const struct setting *setting, const char *written)
{
    return (setting->kind == SETTING_LEDGER && value_is_server(written)) ||
           (setting->kind == SETTING_SPOOL && spool_place_is_bucket(written));
}

static enum status check_string(const struct setting *setting, const char *written,
                                struct text *reason)
{
    size_t length = strlen(written);
    if ((double)length < setting->least) {
        text_append(reason, length == 0 ? " is empty" : " is too short");
        return STATUS_REFUSE;
    }
    if ((double)length > setting->most) {
        text_append_format(reason, " is too long; at most %.0f bytes are taken", setting->most);
        return STATUS_REFUSE;
    }
    if (!is_one_line(written)) {
        text_append(reason, " holds a line break or another control character");
        return STATUS_REFUSE;
    }
    if (setting->kind == SETTING_LEDGER && value_is_server(written))
        return check_server(written, reason);
    if (is_path(setting) && !is_elsewhere(setting, written) && strstr(written, "://") != NULL) {
        text_append(reason, setting->kind == SETTING_LEDGER
                                ? " is neither a path nor postgresql://…"
                            : setting->kind == SETTING_SPOOL
                                ? " is neither a path nor s3://…"
                                : " is an address; this is kept in files, give a path");
        return STATUS_REFUSE;
    }
    return STATUS_OK;
}

static enum status store_string(const struct setting *setting, const char *written,
                                const char *folder, void *target, struct text *reason)
{
    enum status status = check_string(setting, written, reason);
    if (status != STATUS_OK)
        return status;
    bool is_none = written[0] == '\0' &&
                   (setting->kind == SETTING_OPTION_TEXT || setting->kind == SETTING_OPTION_PATH);
    char *kept = NULL;
    if (!is_none) {
        kept = is_path(setting) && !is_elsewhere(setting, written)
                   ? value_absolute_path(folder, written)
                   : string_copy(written);
        if (kept == NULL)
            return STATUS_LATER;
    }
    char *before = NULL;
    memcpy(&before, target, sizeof before);
    free(before);
    memcpy(target, &kept, sizeof kept);
    return STATUS_OK;
}

/* ---- both ways ----------------------------------------------------------------------------- */

enum status value_store(const struct setting *setting, const char *written, const char *folder,
                        void *base, struct text *reason)
{
    void *target = (char *)base + setting->offset;
    switch (setting->kind) {
    case SETTING_COUNT:
        return store_count(setting, written, target, reason);
    case SETTING_DURATION:
    case SETTING_SECONDS:
    case SETTING_SIZE:
        return store_measured(setting, written, target, reason);
    case SETTING_SHARE:
    case SETTING_PROBABILITY:
        return store_share(setting, written, target, reason);
    case SETTING_CHOICE:
    case SETTING_SWITCH:
        return store_word(setting, written, target, reason);
    case SETTING_TEXT:
    case SETTING_OPTION_TEXT:
    case SETTING_PATH:
    case SETTING_OPTION_PATH:
    case SETTING_LEDGER:
    case SETTING_SPOOL:
        return store_string(setting, written, folder, target, reason);
    }
    return STATUS_REFUSE;
}

/* With the unit that gives the smallest whole number. */
static void append_measured(const struct unit *units, int64_t number, struct text *text)
{
    const struct unit *best = units;
    for (const struct unit *unit = units; unit->name != NULL; unit++)
        if (number != 0 && number % unit->factor == 0 && unit->factor > best->factor)
            best = unit;
    text_append_format(text, "%" PRId64 "%s", number / best->factor, best->name);
}

void value_append_number(const struct setting *setting, double number, struct text *text)
{
    if (setting->kind == SETTING_SHARE)
        text_append_format(text, "%.10g %%", number * 100);
    else if (setting->kind == SETTING_PROBABILITY)
        text_append_format(text, "%.10g", number);
    else if (setting->kind == SETTING_DURATION || setting->kind == SETTING_SIZE)
        append_measured(units_of(setting->kind), (int64_t)number, text);
    else if (setting->kind == SETTING_SECONDS)
        append_measured(durations, (int64_t)number * 1000, text);
    else
        text_append_format(text, "%" PRId64, (int64_t)number);
}

static void append_word(const struct setting *setting, const void *source, struct text *text)
{
    bool is_second = false;
    unsigned index = 0;
    if (setting->kind == SETTING_SWITCH) {
        memcpy(&is_second, source, sizeof is_second);
        index = is_second ? 1 : 0;
    } else {
        memcpy(&index, source, sizeof index);
    }
    text_append(text, setting->words[index]);
}

void value_append(const struct setting *setting, const void *base, struct text *text)
{
    const void *source = (const char *)base + setting->offset;
    if (value_is_owned(setting)) {
        const char *string = NULL;
        memcpy(&string, source, sizeof string);
        text_append(text, string == NULL ? "" : string);
    } else if (setting->words != NULL) {
        append_word(setting, source, text);
    } else if (setting->kind == SETTING_SHARE || setting->kind == SETTING_PROBABILITY) {
        double share = 0;
        memcpy(&share, source, sizeof share);
        value_append_number(setting, share, text);
    } else {
        int64_t number = 0;
        memcpy(&number, source, sizeof number);
        value_append_number(setting, (double)number, text);
    }
}
