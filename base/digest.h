/* digest.h - SHA-256 of bytes and files (libsodium). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_BYTES = 65 };

struct digest {
    uint8_t bytes[DIGEST_BYTES];
};

/* A running digest; digest_begin() before, digest_end() gives the result. */
struct digest_stream {
    crypto_hash_sha256_state state;
};

void digest_begin(struct digest_stream *stream);
void digest_add(struct digest_stream *stream, const void *bytes, size_t length);
struct digest digest_end(struct digest_stream *stream);
struct digest digest_of(const void *bytes, size_t length);

bool digest_equal(const struct digest *left, const struct digest *right);
/* 64 lower-case hex digits and NUL. */
void digest_to_hex(const struct digest *digest, char ret_hex[DIGEST_HEX_BYTES]);
/* Exactly 64 hex digits, either case; false otherwise. */
bool digest_from_hex(const char *hex, struct digest *ret_digest);

#endif
