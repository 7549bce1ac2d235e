/* seal.c - see seal.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/digest.h"
#include "base/seal.h"

static const char opening[] = ",\n  \"seal\": \"";
static const char closing[] = "\"\n}\n";

enum { SEAL_BYTES = sizeof opening - 1 + DIGEST_HEX_BYTES - 1 + sizeof closing - 1 };

void seal_append(struct text *json)
{
    char hex[DIGEST_HEX_BYTES];
    size_t end = json->length;
    if (!text_ok(json))
        return;
    for (int braces = 1; end > 0 && strchr(braces > 0 ? "\n }" : "\n ", json->bytes[end - 1]);
         end--)
        braces -= json->bytes[end - 1] == '}';
    json->length = end;
    json->bytes[end] = '\0';
    struct digest digest = digest_of(json->bytes, end);
    digest_to_hex(&digest, hex);
    text_append_format(json, "%s%s%s", opening, hex, closing);
}

bool seal_is_intact(const char *bytes, size_t length)
{
    char hex[DIGEST_HEX_BYTES];
    if (length < SEAL_BYTES)
        return false;
    size_t sealed = length - SEAL_BYTES;
    struct digest digest = digest_of(bytes, sealed);
    digest_to_hex(&digest, hex);
    const char *seal = bytes + sealed;
    return memcmp(seal, opening, sizeof opening - 1) == 0 &&
           memcmp(seal + sizeof opening - 1, hex, DIGEST_HEX_BYTES - 1) == 0 &&
           memcmp(bytes + length - (sizeof closing - 1), closing, sizeof closing - 1) == 0;
}
