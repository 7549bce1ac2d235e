/* wire_fuzzer.c - messages between dispatcher and workers, who may be on another host.
 *
 * Promises: whatever the frames are, decoding ends with a message or a refusal; what was decoded
 * is encoded to the very same frame again, but for the version of a BYE, which alone is understood
 * from other versions. An input is the length of the first frame (u16, little
 * endian), the first frame, and what is left as a second frame; none left is no second frame. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "tests/fuzz/fuzzer.h"
#include "workers/wire.h"

enum { VERSION_AT = 4, VERSION_BYTES = 2 }; // docs/wire.md: after the magic number

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    return 0;
}

/* A copy of exactly that size, so that the sanitizer sees one byte too far. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    PROMISE(copy != NULL);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

static void try_message(const struct messaging_frame *frames, size_t count)
{
    struct wire_message message;
    memset(&message, 0, sizeof message);
    unsigned version = 0;
    struct fault fault = {0};
    if (wire_decode(frames, count, &message, &version, &fault) != STATUS_OK) {
        PROMISE(fault.text[0] != '\0');
        return;
    }
    PROMISE(wire_command_name(message.command)[0] != '?');
    struct byte_writer writer = {0};
    wire_encode(&message, &writer);
    PROMISE(!writer.failed && writer.length == frames[0].length);
    PROMISE(message.command == WIRE_BYE || wire_speaks(version));
    const uint8_t *frame = frames[0].bytes;
    if (version != WIRE_VERSION)
        memcpy(writer.bytes + VERSION_AT, frame + VERSION_AT, VERSION_BYTES);
    PROMISE(memcmp(writer.bytes, frame, writer.length) == 0);
    byte_writer_done(&writer);
    wire_message_done(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 2)
        return 0;
    size_t first = (size_t)bytes[0] | (size_t)bytes[1] << 8;
    if (first > length - 2)
        first = length - 2;
    size_t second = length - 2 - first;
    uint8_t *copies[] = {copy_of(bytes + 2, first), copy_of(bytes + 2 + first, second)};
    const struct messaging_frame frames[] = {
        {copies[0], first },
        {copies[1], second},
    };
    try_message(frames, second > 0 ? 2 : 1);
    free(copies[0]);
    free(copies[1]);
    return 0;
}
