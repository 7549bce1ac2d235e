/* parcel.c - see parcel.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "workers/parcel.h"

/* ---- out ------------------------------------------------------------------------------------ */

static void source_done(struct outgoing_source *source)
{
    if (source->file >= 0)
        (void)close(source->file);
    free(source->bytes);
}

/* One more element in both arrays; the name is the part's last chance to fail. */
static bool grow(struct outgoing *outgoing, const char *name)
{
    size_t count = (size_t)outgoing->directory.count + 1;
    struct wire_part *parts = realloc(outgoing->directory.parts, count * sizeof *parts);
    if (parts == NULL)
        return false;
    outgoing->directory.parts = parts;
    struct outgoing_source *sources = realloc(outgoing->sources, count * sizeof *sources);
    if (sources == NULL)
        return false;
    outgoing->sources = sources;
    parts[count - 1] = (struct wire_part){.name = string_copy(name)};
    return parts[count - 1].name != NULL;
}

static enum status add(struct outgoing *outgoing, const char *name, struct outgoing_source source,
                       uint64_t size, const struct digest *digest, struct fault *fault)
{
    enum status status = STATUS_OK;
    if (outgoing->directory.count == WIRE_PARTS_MOST)
        status = fault_set(fault, STATUS_REFUSE, "more than %d parts", WIRE_PARTS_MOST);
    else if (size > WIRE_PART_BYTES_MOST)
        status = fault_set(fault, STATUS_REFUSE, "part %s is too long to send", name);
    else if (!grow(outgoing, name))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status != STATUS_OK) {
        source_done(&source);
        return status;
    }
    uint32_t index = outgoing->directory.count++;
    outgoing->directory.parts[index].size = size;
    outgoing->directory.parts[index].digest = *digest;
    outgoing->sources[index] = source;
    return STATUS_OK;
}

enum status outgoing_add_file(struct outgoing *outgoing, const char *name, int file, uint64_t size,
                              const struct digest *digest, struct fault *fault)
{
    struct outgoing_source source = {.file = file};
    return add(outgoing, name, source, size, digest, fault);
}

enum status outgoing_add_bytes(struct outgoing *outgoing, const char *name, uint8_t *bytes,
                               size_t length, struct fault *fault)
{
    struct outgoing_source source = {.file = -1, .bytes = bytes};
    struct digest digest = digest_of(bytes, length);
    return add(outgoing, name, source, length, &digest, fault);
}

uint32_t parcel_advance(unsigned version)
{
    return version == 0 || version >= 5 ? PARCEL_CREDITS : 0;
}

void outgoing_rewind(struct outgoing *outgoing)
{
    outgoing->part = 0;
    outgoing->offset = 0;
    outgoing->credits = 0;
}

void outgoing_credit(struct outgoing *outgoing, uint32_t chunks)
{
    uint32_t room = WIRE_CREDITS_MOST - outgoing->credits;
    outgoing->credits += chunks < room ? chunks : room;
}

/* Moves over parts that have no more bytes to give. */
static void skip_finished(struct outgoing *outgoing)
{
    while (outgoing->part < outgoing->directory.count &&
           outgoing->offset == outgoing->directory.parts[outgoing->part].size) {
        outgoing->part++;
        outgoing->offset = 0;
    }
}

bool outgoing_is_complete(const struct outgoing *outgoing)
{
    struct outgoing ahead = *outgoing;
    skip_finished(&ahead);
    return ahead.part == ahead.directory.count;
}

static enum status read_exactly(int file, uint8_t *buffer, size_t length, uint64_t offset,
                                struct fault *fault)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(file, buffer + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_errno(fault, STATUS_LATER, "cannot read what is to be sent");
        if (got == 0)
            return fault_set(fault, STATUS_REFUSE, "the file ends before its part does");
        done += (size_t)got;
    }
    return STATUS_OK;
}

enum status outgoing_next(struct outgoing *outgoing, uint8_t *buffer, bool *ret_some,
                          struct wire_chunk *ret_chunk, struct fault *fault)
{
    skip_finished(outgoing);
    *ret_some = outgoing->credits > 0 && outgoing->part < outgoing->directory.count;
    if (!*ret_some)
        return STATUS_OK;
    uint64_t left = outgoing->directory.parts[outgoing->part].size - outgoing->offset;
    size_t length = left < WIRE_CHUNK_BYTES ? (size_t)left : WIRE_CHUNK_BYTES;
    const struct outgoing_source *source = &outgoing->sources[outgoing->part];
    const uint8_t *bytes = buffer;
    if (source->file >= 0) {
        enum status status = read_exactly(source->file, buffer, length, outgoing->offset, fault);
        if (status != STATUS_OK)
            return status;
    } else {
        bytes = source->bytes + outgoing->offset;
    }
    *ret_chunk = (struct wire_chunk){
        .part = outgoing->part, .offset = outgoing->offset, .bytes = bytes, .length = length};
    outgoing->offset += length;
    outgoing->credits--;
    return STATUS_OK;
}

void outgoing_done(struct outgoing *outgoing)
{
    for (uint32_t i = 0; i < outgoing->directory.count; i++)
        source_done(&outgoing->sources[i]);
    free(outgoing->sources);
    wire_directory_done(&outgoing->directory);
    *outgoing = (struct outgoing){0};
}

/* ---- in ------------------------------------------------------------------------------------- */

static const struct wire_part *current(const struct incoming *incoming)
{
    return &incoming->directory.parts[incoming->part];
}

static enum status begin_part(struct incoming *incoming, struct fault *fault)
{
    incoming->offset = 0;
    digest_begin(&incoming->digest);
    return incoming->sink.begin(incoming->sink.context, incoming->part, current(incoming), fault);
}

static enum status end_part(struct incoming *incoming, struct fault *fault)
{
    const struct wire_part *part = current(incoming);
    struct digest digest = digest_end(&incoming->digest);
    if (!digest_equal(&digest, &part->digest))
        return fault_set(fault, STATUS_REFUSE, "the bytes of part %s do not match their digest",
                         part->name);
    enum status status = incoming->sink.end(incoming->sink.context, incoming->part, part, fault);
    incoming->part++;
    return status;
}

/* Ends the part at hand when it is full, and begins the next one that has bytes. */
static enum status advance(struct incoming *incoming, struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !incoming_is_complete(incoming) &&
           incoming->offset == current(incoming)->size) {
        status = end_part(incoming, fault);
        if (status == STATUS_OK && !incoming_is_complete(incoming))
            status = begin_part(incoming, fault);
    }
    return status;
}

enum status incoming_begin(struct incoming *incoming, struct wire_directory *directory,
                           const struct parcel_sink *sink, struct fault *fault)
{
    *incoming = (struct incoming){.directory = wire_directory_take(directory), .sink = *sink};
    if (incoming_is_complete(incoming))
        return STATUS_OK;
    enum status status = begin_part(incoming, fault);
    if (status == STATUS_OK)
        status = advance(incoming, fault);
    return status;
}

enum status incoming_take(struct incoming *incoming, const struct wire_chunk *chunk,
                          struct fault *fault)
{
    if (incoming_is_complete(incoming) || chunk->part != incoming->part ||
        chunk->offset != incoming->offset)
        return fault_set(fault, STATUS_REFUSE, "a CHUNK out of order");
    if (chunk->length > current(incoming)->size - incoming->offset)
        return fault_set(fault, STATUS_REFUSE, "part %s is longer than announced",
                         current(incoming)->name);
    digest_add(&incoming->digest, chunk->bytes, chunk->length);
    enum status status = incoming->sink.add(incoming->sink.context, incoming->part, chunk->bytes,
                                            chunk->length, fault);
    if (status != STATUS_OK)
        return status;
    incoming->offset += chunk->length;
    return advance(incoming, fault);
}

bool incoming_is_complete(const struct incoming *incoming)
{
    return incoming->part == incoming->directory.count;
}

void incoming_done(struct incoming *incoming)
{
    wire_directory_done(&incoming->directory);
    *incoming = (struct incoming){0};
}
