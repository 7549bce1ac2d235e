/* whole_fuzzer.c - files in a drop folder, looked at before anything else is known about them.
 *
 * Promises: whatever the file holds, it is told what it is and whether it is all there, within the
 * bytes that may be fetched; asking again gives the same answer. The checks of all formats are
 * tried, not only that of the format that was sniffed. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ingest/whole.h"
#include "tests/fuzz/fuzzer.h"

struct input {
    const uint8_t *bytes;
    size_t length;
};

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    return 0;
}

static ssize_t read_input(void *context, uint64_t offset, void *ret_bytes, size_t length)
{
    const struct input *input = context;
    if (offset >= input->length)
        return 0;
    size_t there = input->length - (size_t)offset;
    size_t taken = there < length ? there : length;
    memcpy(ret_bytes, input->bytes + offset, taken);
    return (ssize_t)taken;
}

static enum whole check(struct input *input, enum file_format format)
{
    struct byte_source source;
    byte_source_init(&source, read_input, input, input->length);
    enum whole whole = whole_check(format, &source);
    uint64_t most = (uint64_t)input->length * BYTE_SOURCE_READINGS_MOST + BYTE_SOURCE_EXTRA_BYTES;
    PROMISE(source.fetched <= most + BYTE_SOURCE_WINDOW);
    PROMISE(whole != WHOLE_UNREADABLE || source.failed || source.exhausted);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const enum file_format formats[] = {FILE_FORMAT_TIFF, FILE_FORMAT_PDF, FILE_FORMAT_JPEG,
                                               FILE_FORMAT_PNG};
    struct input input = {bytes, length};
    struct byte_source source;
    byte_source_init(&source, read_input, &input, length);
    enum file_format sniffed = sniff_format(&source);
    PROMISE(file_format_name(sniffed) != NULL);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        PROMISE(check(&input, formats[i]) == check(&input, formats[i]));
    return 0;
}
