/* byte_source.c - see byte_source.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ingest/byte_source.h"

void byte_source_init(struct byte_source *source, byte_source_read *read, void *context,
                      uint64_t size)
{
    source->read = read;
    source->context = context;
    source->size = size;
    source->fetched = 0;
    source->failed = false;
    source->exhausted = false;
    source->window_start = 0;
    source->window_length = 0;
}

static ssize_t read_file(void *context, uint64_t offset, void *ret_bytes, size_t length)
{
    const int *file = context;
    if (offset > INT64_MAX)
        return 0;
    ssize_t count = 0;
    do
        count = pread(*file, ret_bytes, length, (off_t)offset);
    while (count < 0 && errno == EINTR);
    return count;
}

void byte_source_init_file(struct byte_source *source, int *file, uint64_t size)
{
    byte_source_init(source, read_file, file, size);
}

static bool may_fetch(const struct byte_source *source)
{
    uint64_t most =
        source->size > (UINT64_MAX - BYTE_SOURCE_EXTRA_BYTES) / BYTE_SOURCE_READINGS_MOST
            ? UINT64_MAX
            : source->size * BYTE_SOURCE_READINGS_MOST + BYTE_SOURCE_EXTRA_BYTES;
    return source->fetched < most;
}

/* Fills the window with the aligned piece that holds `offset`, which is inside the file. */
static bool fetch(struct byte_source *source, uint64_t offset)
{
    if (!may_fetch(source)) {
        source->exhausted = true;
        return false;
    }
    uint64_t start = offset - offset % BYTE_SOURCE_WINDOW;
    size_t wanted = BYTE_SOURCE_WINDOW;
    if (source->size - start < wanted)
        wanted = (size_t)(source->size - start);
    source->window_start = start;
    source->window_length = 0;
    while (source->window_length < wanted) {
        ssize_t count =
            source->read(source->context, start + source->window_length,
                         source->window + source->window_length, wanted - source->window_length);
        if (count <= 0) {
            source->failed = true;
            return false;
        }
        source->window_length += (size_t)count;
    }
    source->fetched += wanted;
    return true;
}

const uint8_t *byte_source_span(struct byte_source *source, uint64_t offset, size_t *ret_length)
{
    if (source->failed || source->exhausted || offset >= source->size)
        return NULL;
    bool at_hand =
        offset >= source->window_start && offset - source->window_start < source->window_length;
    if (!at_hand && !fetch(source, offset))
        return NULL;
    size_t skip = (size_t)(offset - source->window_start);
    *ret_length = source->window_length - skip;
    return source->window + skip;
}

bool byte_source_get(struct byte_source *source, uint64_t offset, void *ret_bytes, size_t length)
{
    uint8_t *next = ret_bytes;
    if (!byte_source_holds(source, offset, length))
        return false;
    while (length > 0) {
        size_t there = 0;
        const uint8_t *span = byte_source_span(source, offset, &there);
        if (span == NULL)
            return false;
        size_t count = there < length ? there : length;
        memcpy(next, span, count);
        next += count;
        offset += count;
        length -= count;
    }
    return true;
}

bool byte_source_holds(const struct byte_source *source, uint64_t offset, uint64_t length)
{
    return offset <= source->size && length <= source->size - offset;
}
