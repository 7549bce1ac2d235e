/* whole_jpeg.c - JPEG: from SOI along the segments, through the coded data, to EOI (ITU T.81 B).
 *
 * A preview inside an APP segment has an EOI of its own; it is stepped over with its segment. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ingest/whole.h"

enum {
    JPEG_TEM = 0x01,
    JPEG_RST0 = 0xD0,
    JPEG_RST7 = 0xD7,
    JPEG_SOI = 0xD8,
    JPEG_EOI = 0xD9,
    JPEG_SOS = 0xDA
};

/* True for what may stand behind 0xFF without ending coded data: a stuffed zero, restarts. */
static bool is_part_of_data(uint8_t byte)
{
    return byte == 0x00 || (byte >= JPEG_RST0 && byte <= JPEG_RST7);
}

/* Moves *position to behind the next marker that is not part of coded data; false when the bytes
 * end before. Bytes between segments that belong to none are stepped over, as decoders do. */
static bool next_marker(struct byte_source *source, uint64_t *position, uint8_t *ret_marker)
{
    for (;;) {
        size_t there = 0;
        const uint8_t *span = byte_source_span(source, *position, &there);
        if (span == NULL)
            return false;
        const uint8_t *found = memchr(span, 0xFF, there);
        if (found == NULL) {
            *position += there;
            continue;
        }
        uint64_t at = *position + (uint64_t)(found - span);
        uint8_t marker = 0;
        if (!byte_source_get(source, at + 1, &marker, 1))
            return false;
        *position = at + (marker == 0xFF ? 1 : 2); // 0xFF may be repeated as filling
        if (marker == 0xFF || is_part_of_data(marker))
            continue;
        *ret_marker = marker;
        return true;
    }
}

enum whole whole_check_jpeg(struct byte_source *source)
{
    uint64_t position = 2; // behind SOI
    bool has_scan = false;
    for (uint32_t segment = 0; segment < WHOLE_JPEG_SEGMENTS_MOST; segment++) {
        uint8_t marker = 0;
        if (!next_marker(source, &position, &marker))
            return whole_without_bytes(source);
        if (marker == JPEG_EOI)
            return has_scan ? WHOLE_YES : WHOLE_ODD;
        if (marker == JPEG_TEM || marker == JPEG_SOI)
            continue;
        uint8_t length[2];
        if (!byte_source_get(source, position, length, sizeof length))
            return whole_without_bytes(source);
        uint64_t bytes = (uint64_t)length[0] << 8 | length[1];
        if (bytes < sizeof length)
            return WHOLE_ODD;
        if (!byte_source_holds(source, position, bytes))
            return WHOLE_NOT_YET;
        position += bytes;
        has_scan = has_scan || marker == JPEG_SOS;
    }
    return WHOLE_ODD;
}
