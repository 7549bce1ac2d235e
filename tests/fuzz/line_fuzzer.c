/* line_fuzzer.c - messages between a desk and its centre.
 *
 * The first byte says how many bytes the second frame has (0: there is none), the rest is the first
 * frame. Promises: what is taken for a message is written to the very same bytes again (but a BYE of
 * another version), and its numbers and strings are ones that a ledger keeps. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/text.h"
#include "ingest/line.h"
#include "tests/fuzz/fuzzer.h"

static void check_same(const struct line_message *message, const uint8_t *bytes, size_t length)
{
    struct byte_writer writer = {0};
    line_encode(message, &writer);
    PROMISE(!writer.failed);
    PROMISE(writer.length == length);
    PROMISE(bytes[0] != LINE_VERSION || memcmp(writer.bytes, bytes, length) == 0);
    byte_writer_done(&writer);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const uint8_t piece[256];
    struct line_message message = {0};
    unsigned version = 0;
    if (length < 1)
        return 0;
    const struct messaging_frame frames[] = {
        {bytes + 1, length - 1},
        {piece,     bytes[0]  }
    };
    enum status status = line_decode(frames, bytes[0] == 0 ? 1 : 2, &message, &version, NULL);
    PROMISE(status == STATUS_OK || status == STATUS_REFUSE);
    if (status != STATUS_OK)
        return 0;
    PROMISE(version == LINE_VERSION || message.command == LINE_BYE);
    PROMISE((message.command == LINE_PIECE) == (message.piece_length > 0));
    PROMISE(message.received_ms >= 0 && message.clock_ms >= 0 && message.oldest_ms >= 0);
    PROMISE(message.rate >= -1 && (int64_t)message.size >= 0 && (int64_t)message.offset >= 0);
    PROMISE(message.source == NULL || utf8_is_valid(message.source, strlen(message.source)));
    PROMISE(message.reason == NULL || strlen(message.reason) <= LINE_REASON_BYTES_MOST);
    check_same(&message, bytes + 1, length - 1);
    line_message_done(&message);
    return 0;
}
