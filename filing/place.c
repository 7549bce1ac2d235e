/* place.c - see place.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "filing/place.h"

static bool is_misleading(char character)
{
    unsigned char byte = (unsigned char)character;
    return byte < 0x20 || byte == 0x7f || strchr("%/\\:*?\"<>|", character) != NULL;
}

static bool is_at_bad_end(const char *name, size_t index, size_t length)
{
    bool is_last = index + 1 == length;
    return (name[index] == '.' && (index == 0 || is_last)) || (name[index] == ' ' && is_last);
}

/* Number of bytes of the whole UTF-8 sequence at `index`; 0 when it is none. */
static size_t sequence_length(const char *name, size_t index, size_t length)
{
    size_t next = index;
    (void)utf8_next(name, length, &next);
    return utf8_is_valid(name + index, next - index) ? next - index : 0;
}

bool place_append(struct text *place, const char *name)
{
    size_t before = place->length;
    size_t length = strlen(name);
    if (length == 0)
        text_append_char(place, '%');
    for (size_t i = 0; i < length;) {
        size_t sequence = sequence_length(name, i, length);
        if (sequence == 0 || is_misleading(name[i]) || is_at_bad_end(name, i, length)) {
            text_append_format(place, "%%%02X", (unsigned)(unsigned char)name[i]);
            i++;
        } else {
            text_append_bytes(place, name + i, sequence);
            i += sequence;
        }
    }
    return place->length - before <= PLACE_NAME_BYTES_MOST;
}
