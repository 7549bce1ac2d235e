/* memory_part.c - see memory_part.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "workers/memory_part.h"

static enum status begin(void *context, uint32_t index, const struct wire_part *part,
                         struct fault *fault)
{
    struct memory_parts *parts = context;
    (void)index;
    struct memory_part *grown =
        realloc(parts->parts, ((size_t)parts->count + 1) * sizeof *parts->parts);
    if (grown == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    parts->parts = grown;
    struct memory_part *added = &grown[parts->count++];
    *added = (struct memory_part){.file = -1, .size = part->size};
    added->name = string_copy(part->name);
    added->file = memfd_create("part", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (added->name == NULL || added->file < 0)
        return fault_errno(fault, STATUS_LATER, "no memory for part %s", part->name);
    return STATUS_OK;
}

static enum status add(void *context, uint32_t index, const void *bytes, size_t length,
                       struct fault *fault)
{
    const struct memory_parts *parts = context;
    enum status status = durable_write(parts->parts[index].file, bytes, length, fault);
    return status == STATUS_OK ? STATUS_OK : fault_set(fault, STATUS_LATER, "no memory for a part");
}

static enum status end(void *context, uint32_t index, const struct wire_part *part,
                       struct fault *fault)
{
    const struct memory_parts *parts = context;
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(parts->parts[index].file, F_ADD_SEALS, seals) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot seal part %s", part->name);
    return STATUS_OK;
}

struct parcel_sink memory_parts_sink(struct memory_parts *parts)
{
    return (struct parcel_sink){.begin = begin, .add = add, .end = end, .context = parts};
}

void memory_parts_done(struct memory_parts *parts)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        struct memory_part *part = &parts->parts[i];
        if (part->bytes != NULL)
            (void)munmap((void *)(uintptr_t)part->bytes, (size_t)part->size);
        if (part->file >= 0)
            (void)close(part->file);
        free(part->name);
    }
    free(parts->parts);
    *parts = (struct memory_parts){0};
}

struct memory_part *memory_parts_find(struct memory_parts *parts, const char *name)
{
    for (uint32_t i = 0; i < parts->count; i++)
        if (string_equal(parts->parts[i].name, name))
            return &parts->parts[i];
    return NULL;
}

enum status memory_part_map(struct memory_part *part, struct fault *fault)
{
    if (part->size == 0 || part->bytes != NULL)
        return STATUS_OK;
    // Private: Linux before 6.7 gives no shared mapping of a file sealed against writing.
    void *bytes = mmap(NULL, (size_t)part->size, PROT_READ, MAP_PRIVATE, part->file, 0);
    if (bytes == MAP_FAILED)
        return fault_errno(fault, STATUS_LATER, "cannot map part %s", part->name);
    part->bytes = bytes;
    return STATUS_OK;
}
