/* uuid.h - identifiers that sort by the time they were made (UUID version 7, RFC 9562 5.7). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_BYTES = 16, UUID_TEXT_BYTES = 37 };

struct uuid {
    uint8_t bytes[UUID_BYTES];
};

/* A new one: `wall_ms` (milliseconds since 1970-01-01 UTC) in front, 74 random bits behind. */
struct uuid uuid_new(int64_t wall_ms);
/* Always the same one for `from` and the `length` bytes at `purpose`: the time of `from` in front,
 * 74 bits of a digest of both behind. */
struct uuid uuid_derived(const struct uuid *from, const void *purpose, size_t length);
/* 36 characters, lower case, and NUL. */
void uuid_to_text(const struct uuid *uuid, char ret_text[UUID_TEXT_BYTES]);
/* Exactly the 36-character form, either case; false otherwise. */
bool uuid_from_text(const char *text, struct uuid *ret_uuid);
bool uuid_equal(const struct uuid *left, const struct uuid *right);
bool uuid_is_nil(const struct uuid *uuid);

#endif
