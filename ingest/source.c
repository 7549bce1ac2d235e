/* source.c - see source.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/source.h"

static const struct range {
    uint32_t first, last;
} not_plain[] = {
    {0x0000, 0x001F}, // C0 controls
    {0x007F, 0x009F}, // DEL and C1 controls
    {0x061C, 0x061C}, // Arabic letter mark
    {0x200E, 0x200F}, // left-to-right and right-to-left marks
    {0x2028, 0x202E}, // line and paragraph separator, embeddings and overrides
    {0x2066, 0x2069}, // isolates
    {0xFFFD, 0xFFFD}, // what malformed bytes read as
};

static bool is_plain(uint32_t code_point)
{
    for (size_t i = 0; i < sizeof not_plain / sizeof not_plain[0]; i++)
        if (code_point >= not_plain[i].first && code_point <= not_plain[i].last)
            return false;
    return true;
}

bool source_is_plain(const char *source)
{
    size_t length = strlen(source);
    size_t position = 0;
    while (position < length)
        if (!is_plain(utf8_next(source, length, &position)))
            return false;
    return true;
}

/* The most bytes of `name`, of `length`, that fit into `most` without cutting a character. */
static size_t cut_length(const char *name, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)name[most] & 0xC0) == 0x80)
        most--;
    return most;
}

static void append_escaped_part(struct text *text, const char *part, size_t length)
{
    struct text escaped = {0};
    size_t position = 0;
    while (position < length) {
        size_t first = position;
        uint32_t code_point = utf8_next(part, length, &position);
        if (is_plain(code_point) && code_point != '%') {
            text_append_bytes(&escaped, part + first, position - first);
            continue;
        }
        for (size_t i = first; i < position; i++)
            text_append_format(&escaped, "%%%02X", (unsigned char)part[i]);
    }
    text_append_bytes(text, text_string(&escaped),
                      cut_length(text_string(&escaped), escaped.length, SOURCE_NAME_BYTES_MOST));
    text->failed = text->failed || escaped.failed;
    text_done(&escaped);
}

static void append_part(struct text *text, const char *part, size_t length)
{
    text_append_bytes(text, part, cut_length(part, length, SOURCE_NAME_BYTES_MOST));
}

char *source_escaped(const char *source)
{
    struct text text = {0};
    bool plain = source_is_plain(source);
    for (;;) {
        size_t length = strcspn(source, "/");
        if (plain)
            append_part(&text, source, length);
        else
            append_escaped_part(&text, source, length);
        if (source[length] == '\0')
            return text_take(&text);
        text_append_char(&text, '/');
        source += length + 1;
    }
}

const char *source_name(const char *source)
{
    const char *slash = strrchr(source, '/');
    return slash == NULL ? source : slash + 1;
}

char *source_folder(const char *source)
{
    const char *slash = strrchr(source, '/');
    return string_copy_bytes(source, slash == NULL ? 0 : (size_t)(slash - source));
}

char *source_numbered(const char *name, unsigned number)
{
    struct text text = {0};
    const char *dot = strrchr(name, '.');
    size_t length = strlen(name);
    // An ending is short; a dot far from the end, or at the start, is part of the name.
    size_t ending = dot == NULL || dot == name || strlen(dot) > 16 ? 0 : strlen(dot);
    size_t stem = length - ending;
    append_part(&text, name, cut_length(name, stem, SOURCE_NAME_BYTES_MOST - ending));
    if (number > 1)
        text_append_format(&text, " (%u)", number);
    text_append(&text, name + stem);
    return text_take(&text);
}
