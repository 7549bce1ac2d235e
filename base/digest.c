/* digest.c - see digest.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/digest.h"

void digest_begin(struct digest_stream *stream)
{
    (void)crypto_hash_sha256_init(&stream->state);
}

void digest_add(struct digest_stream *stream, const void *bytes, size_t length)
{
    if (length > 0)
        (void)crypto_hash_sha256_update(&stream->state, bytes, length);
}

struct digest digest_end(struct digest_stream *stream)
{
    struct digest digest;
    (void)crypto_hash_sha256_final(&stream->state, digest.bytes);
    return digest;
}

struct digest digest_of(const void *bytes, size_t length)
{
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, bytes, length);
    return digest_end(&stream);
}

bool digest_equal(const struct digest *left, const struct digest *right)
{
    return memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

void digest_to_hex(const struct digest *digest, char ret_hex[DIGEST_HEX_BYTES])
{
    (void)sodium_bin2hex(ret_hex, DIGEST_HEX_BYTES, digest->bytes, sizeof digest->bytes);
}

bool digest_from_hex(const char *hex, struct digest *ret_digest)
{
    struct digest digest;
    size_t written = 0;
    const char *end = NULL;
    if (strlen(hex) != 2 * DIGEST_BYTES ||
        sodium_hex2bin(digest.bytes, sizeof digest.bytes, hex, strlen(hex), NULL, &written, &end) !=
            0 ||
        written != sizeof digest.bytes)
        return false;
    *ret_digest = digest;
    return true;
}
