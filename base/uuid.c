/* uuid.c - see uuid.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stddef.h>
#include <string.h>

#include "base/digest.h"
#include "base/uuid.h"

enum { TIME_BYTES = 6 };

static struct uuid mark_version(struct uuid uuid)
{
    uuid.bytes[6] = (uint8_t)(0x70U | (uuid.bytes[6] & 0x0FU));
    uuid.bytes[8] = (uint8_t)(0x80U | (uuid.bytes[8] & 0x3FU));
    return uuid;
}

struct uuid uuid_new(int64_t wall_ms)
{
    struct uuid uuid;
    randombytes_buf(uuid.bytes, sizeof uuid.bytes);
    for (int i = 0; i < TIME_BYTES; i++)
        uuid.bytes[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
    return mark_version(uuid);
}

struct uuid uuid_derived(const struct uuid *from, const void *purpose, size_t length)
{
    struct digest_stream stream;
    struct uuid uuid = *from;
    digest_begin(&stream);
    digest_add(&stream, from->bytes, UUID_BYTES);
    digest_add(&stream, purpose, length);
    struct digest digest = digest_end(&stream);
    memcpy(uuid.bytes + TIME_BYTES, digest.bytes, UUID_BYTES - TIME_BYTES);
    return mark_version(uuid);
}

static bool is_dash_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_to_text(const struct uuid *uuid, char ret_text[UUID_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char *out = ret_text;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (is_dash_before(i))
            *out++ = '-';
        *out++ = digits[uuid->bytes[i] >> 4];
        *out++ = digits[uuid->bytes[i] & 0x0F];
    }
    *out = '\0';
}

static int digit_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

bool uuid_from_text(const char *text, struct uuid *ret_uuid)
{
    struct uuid uuid;
    if (strlen(text) != UUID_TEXT_BYTES - 1)
        return false;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (is_dash_before(i) && *text++ != '-')
            return false;
        int high = digit_value(text[0]);
        int low = high < 0 ? -1 : digit_value(text[1]);
        if (low < 0)
            return false;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    *ret_uuid = uuid;
    return true;
}

bool uuid_equal(const struct uuid *left, const struct uuid *right)
{
    return memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

bool uuid_is_nil(const struct uuid *uuid)
{
    static const struct uuid nil;
    return uuid_equal(uuid, &nil);
}
