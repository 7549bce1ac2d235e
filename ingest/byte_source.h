/* byte_source.h - the bytes of a file that strangers made, read at any place, within bounds.
 *
 * Over memory (tests, fuzzing) or a descriptor (pread: a file on a share may shrink at any time,
 * and a mapping of it would kill us then). Keeps one window of the file. How much may be fetched
 * in all is bounded by the file's size, so that no arrangement of offsets costs more than a few
 * readings of the file. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_BYTE_SOURCE_H
#define INGEST_BYTE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BYTE_SOURCE_WINDOW = 16 * 1024,       /* bytes */
    BYTE_SOURCE_READINGS_MOST = 4,        /* times the file's size that may be fetched … */
    BYTE_SOURCE_EXTRA_BYTES = 1024 * 1024 /* … and this much more */
};

/* Reads up to `length` bytes at `offset`: how many, 0 at the end, -1 on an error. */
typedef ssize_t byte_source_read(void *context, uint64_t offset, void *ret_bytes, size_t length);

struct byte_source {
    byte_source_read *read;
    void *context; /* borrowed */
    uint64_t size;
    uint64_t fetched;
    bool failed;    /* reading failed, or the file is shorter than its size */
    bool exhausted; /* more was asked for than may be fetched */
    uint64_t window_start;
    size_t window_length;
    uint8_t window[BYTE_SOURCE_WINDOW];
};

void byte_source_init(struct byte_source *source, byte_source_read *read, void *context,
                      uint64_t size);
/* `*file` is borrowed and must stay open. */
void byte_source_init_file(struct byte_source *source, int *file, uint64_t size);

/* The bytes from `offset` on, as far as they are at hand: *ret_length is at least 1. NULL beyond
 * the end, and after failed or exhausted. Valid until the next call. */
const uint8_t *byte_source_span(struct byte_source *source, uint64_t offset, size_t *ret_length);
/* All `length` bytes at `offset`, or false. */
bool byte_source_get(struct byte_source *source, uint64_t offset, void *ret_bytes, size_t length);
/* True when all of [offset, offset + length) is inside the file; nothing overflows. */
bool byte_source_holds(const struct byte_source *source, uint64_t offset, uint64_t length);

#endif
