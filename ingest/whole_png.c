/* whole_png.c - PNG: from the signature along the chunks to IEND (ISO 15948 5.3).
 *
 * Checksums are the reader's business; here only lengths count. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ingest/whole.h"

enum { PNG_SIGNATURE_BYTES = 8, PNG_CHUNK_HEAD_BYTES = 8, PNG_CHUNK_CHECKSUM_BYTES = 4 };

static bool is_letter(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_chunk_type(const uint8_t type[4])
{
    return is_letter(type[0]) && is_letter(type[1]) && is_letter(type[2]) && is_letter(type[3]);
}

enum whole whole_check_png(struct byte_source *source)
{
    uint64_t position = PNG_SIGNATURE_BYTES;
    for (uint32_t chunk = 0; chunk < WHOLE_PNG_CHUNKS_MOST; chunk++) {
        uint8_t head[PNG_CHUNK_HEAD_BYTES];
        if (!byte_source_get(source, position, head, sizeof head))
            return whole_without_bytes(source);
        static const uint8_t not_written[PNG_CHUNK_HEAD_BYTES];
        if (memcmp(head, not_written, sizeof head) == 0)
            return WHOLE_NOT_YET;
        uint32_t length = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 |
                          (uint32_t)head[2] << 8 | (uint32_t)head[3];
        if (length > INT32_MAX || !is_chunk_type(head + 4))
            return WHOLE_ODD;
        uint64_t all = (uint64_t)length + PNG_CHUNK_HEAD_BYTES + PNG_CHUNK_CHECKSUM_BYTES;
        if (!byte_source_holds(source, position, all))
            return WHOLE_NOT_YET;
        if (memcmp(head + 4, "IEND", 4) == 0)
            return WHOLE_YES;
        position += all;
    }
    return WHOLE_ODD;
}
