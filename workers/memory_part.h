/* memory_part.h - received parts as sealed files in memory: what a worker works on.
 *
 * Sealed, so that whoever gets the descriptor can rely on bytes that never change. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_MEMORY_PART_H
#define WORKERS_MEMORY_PART_H

#include "workers/parcel.h"

struct memory_part {
    char *name;
    int file; /* memfd, sealed; -1 until the part is begun */
    uint64_t size;
    const void *bytes; /* mapped by memory_part_map(); NULL before, and for no bytes */
};

struct memory_parts {
    struct memory_part *parts;
    uint32_t count;
};

/* A sink that fills `parts` (which must be {0}; the caller frees with memory_parts_done()). */
struct parcel_sink memory_parts_sink(struct memory_parts *parts);
void memory_parts_done(struct memory_parts *parts);
/* The part of that name, or NULL. */
struct memory_part *memory_parts_find(struct memory_parts *parts, const char *name);
/* Makes part->bytes readable. */
enum status memory_part_map(struct memory_part *part, struct fault *fault);

#endif
