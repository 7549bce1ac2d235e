/* reading_fuzzer.c - readings come from sandboxed readers and over the wire: nothing is trusted.
 *
 * Promises: whatever the bytes are, decoding ends with a reading or a refusal; what was decoded is
 * encoded to the very same bytes again; its text is UTF-8. The first byte of an input chooses
 * between a whole reading and one page. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/reading.h"
#include "tests/fuzz/fuzzer.h"

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    return 0;
}

static void try_reading(const uint8_t *bytes, size_t length)
{
    struct reading reading = {0};
    struct fault fault = {0};
    enum status status = reading_decode(bytes, length, &reading, &fault);
    if (status != STATUS_OK) {
        PROMISE(reading.page_count == 0 && fault.text[0] != '\0');
        return;
    }
    struct byte_writer writer = {0};
    reading_encode(&reading, &writer);
    PROMISE(!writer.failed && writer.length == length);
    PROMISE(memcmp(writer.bytes, bytes, length) == 0);
    byte_writer_done(&writer);

    struct text text = {0};
    reading_append_text(&reading, &text);
    PROMISE(text_ok(&text) && utf8_is_valid(text_string(&text), text.length));
    text_done(&text);
    reading_done(&reading);
}

static void try_page(const uint8_t *bytes, size_t length)
{
    struct reading_page page = {0};
    if (reading_page_decode(bytes, length, &page, NULL) != STATUS_OK)
        return;
    struct byte_writer writer = {0};
    reading_page_encode(&page, &writer);
    PROMISE(!writer.failed && writer.length == length);
    PROMISE(memcmp(writer.bytes, bytes, length) == 0);
    byte_writer_done(&writer);
    reading_page_done(&page);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length == 0)
        try_reading(bytes, 0);
    else if (bytes[0] == 'P')
        try_page(bytes + 1, length - 1);
    else
        try_reading(bytes + 1, length - 1);
    return 0;
}
