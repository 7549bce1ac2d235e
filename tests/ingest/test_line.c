/* test_line.c - the messages of the line between a desk and its centre: what is said arrives as it
 * was, and nothing else is taken for a message. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/line.h"

static const uint8_t piece[] = {1, 2, 3, 4, 5};
// A decoded message owns its strings, so that these cannot be constants.
static char site[] = "Demmin", host[] = "desk-1", program[] = "0.1", format[] = "tiff";
static char source[] = "Stapel 1/scan ä.tif", reason[] = "weil";
static char two_lines[] = "a\nb", not_utf8[] = "\xff";

/* Every field has a value of its own; which of them travel is the command's matter. */
static struct line_message full(enum line_command command)
{
    struct line_message message = {
        .command = command,
        .session = 77,
        .size = 1000,
        .offset = 500,
        .received_ms = 1700000000000,
        .clock_ms = 1700000000001,
        .waiting = 3,
        .waiting_bytes = 4000,
        .oldest_ms = 1690000000000,
        .rate = -1,
        .wait_ms = 30000,
        .parting = LINE_REPLACED,
        .site = site,
        .host = host,
        .version = program,
        .source = source,
        .format = format,
        .reason = reason,
        .piece = piece,
        .piece_length = sizeof piece,
    };
    memset(message.scan.bytes, 9, sizeof message.scan.bytes);
    memset(message.digest.bytes, 8, sizeof message.digest.bytes);
    return message;
}

struct packed {
    struct byte_writer writer;
    struct messaging_frame frames[LINE_FRAMES_MOST];
    size_t count;
};

static void pack(const struct line_message *message, struct packed *packed)
{
    *packed = (struct packed){0};
    line_encode(message, &packed->writer);
    packed->frames[0] = (struct messaging_frame){packed->writer.bytes, packed->writer.length};
    packed->frames[1] = (struct messaging_frame){message->piece, message->piece_length};
    packed->count = message->command == LINE_PIECE ? 2 : 1;
}

static void every_command_arrives_as_it_was(void **state)
{
    (void)state;
    for (int command = LINE_HELLO; command < LINE_COMMANDS; command++) {
        const struct line_message said = full((enum line_command)command);
        struct line_message heard = {0};
        struct packed first;
        struct packed second;
        unsigned version = 0;
        pack(&said, &first);
        assert_false(first.writer.failed);
        if (line_decode(first.frames, first.count, &heard, &version, NULL) != STATUS_OK)
            fail_msg("%s is not understood", line_command_name(said.command));
        assert_int_equal(version, LINE_VERSION);
        assert_int_equal(heard.command, said.command);
        assert_int_equal(heard.session, said.session);
        pack(&heard, &second);
        if (first.writer.length != second.writer.length ||
            memcmp(first.writer.bytes, second.writer.bytes, first.writer.length) != 0)
            fail_msg("%s arrives as another one", line_command_name(said.command));
        line_message_done(&heard);
        byte_writer_done(&first.writer);
        byte_writer_done(&second.writer);
    }
}

static void a_message_that_is_cut_or_longer_is_none(void **state)
{
    (void)state;
    for (int command = LINE_HELLO; command < LINE_COMMANDS; command++) {
        const struct line_message said = full((enum line_command)command);
        struct line_message heard = {0};
        struct packed packed;
        pack(&said, &packed);
        byte_writer_u8(&packed.writer, 0); // room for one byte too many
        packed.frames[0].bytes = packed.writer.bytes;
        for (size_t length = 0; length <= packed.writer.length; length++) {
            if (length == packed.writer.length - 1)
                continue; // that is the message itself
            packed.frames[0].length = length;
            if (line_decode(packed.frames, packed.count, &heard, NULL, NULL) != STATUS_REFUSE)
                fail_msg("%s of %zu bytes is taken", line_command_name(said.command), length);
        }
        byte_writer_done(&packed.writer);
    }
}

static void frames_too_many_or_too_few_are_none(void **state)
{
    (void)state;
    struct line_message heard = {0};
    struct packed packed;
    struct line_message said = full(LINE_PIECE);
    pack(&said, &packed);
    assert_int_equal(line_decode(packed.frames, 0, &heard, NULL, NULL), STATUS_REFUSE);
    assert_int_equal(line_decode(packed.frames, 1, &heard, NULL, NULL), STATUS_REFUSE);
    packed.frames[1].length = 0;
    assert_int_equal(line_decode(packed.frames, 2, &heard, NULL, NULL), STATUS_REFUSE);
    packed.frames[1].length = LINE_PIECE_BYTES_MOST + 1;
    assert_int_equal(line_decode(packed.frames, 2, &heard, NULL, NULL), STATUS_REFUSE);
    byte_writer_done(&packed.writer);
    said = full(LINE_HEARD);
    pack(&said, &packed);
    packed.frames[1] = (struct messaging_frame){piece, sizeof piece};
    assert_int_equal(line_decode(packed.frames, 2, &heard, NULL, NULL), STATUS_REFUSE);
    byte_writer_done(&packed.writer);
}

static void fields_beyond_their_limits_are_not_said(void **state)
{
    (void)state;
    char *longest = malloc(LINE_SOURCE_BYTES_MOST + 2);
    assert_non_null(longest);
    memset(longest, 'a', LINE_SOURCE_BYTES_MOST + 1);
    longest[LINE_SOURCE_BYTES_MOST + 1] = '\0';
    struct line_message long_source = full(LINE_OFFER);
    long_source.source = longest;
    struct line_message control = full(LINE_OFFER);
    control.source = two_lines;
    struct line_message malformed = full(LINE_HELLO);
    malformed.host = not_utf8;
    struct line_message huge = full(LINE_OFFER);
    huge.size = UINT64_MAX;
    const struct line_message *const cases[] = {&long_source, &control, &malformed, &huge};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct packed packed;
        pack(cases[i], &packed);
        if (!packed.writer.failed)
            fail_msg("case %zu was said", i);
        byte_writer_done(&packed.writer);
    }
    free(longest);
}

/* Offsets of a field in an encoded message are known: the head has six bytes. */
static void numbers_that_no_ledger_keeps_are_not_taken(void **state)
{
    (void)state;
    struct line_message heard = {0};
    struct line_message said = full(LINE_WANT);
    struct packed packed;
    pack(&said, &packed);
    packed.writer.bytes[6 + UUID_BYTES + 7] = 0x80; // the highest byte of the offset
    assert_int_equal(line_decode(packed.frames, 1, &heard, NULL, NULL), STATUS_REFUSE);
    byte_writer_done(&packed.writer);
    said = full(LINE_WELCOME);
    pack(&said, &packed);
    packed.writer.bytes[6 + 7] = 0x80; // a moment before 1970
    assert_int_equal(line_decode(packed.frames, 1, &heard, NULL, NULL), STATUS_REFUSE);
    byte_writer_done(&packed.writer);
    said = full(LINE_BYE);
    pack(&said, &packed);
    packed.writer.bytes[6] = LINE_PARTINGS;
    assert_int_equal(line_decode(packed.frames, 1, &heard, NULL, NULL), STATUS_REFUSE);
    byte_writer_done(&packed.writer);
}

static void of_another_version_only_bye_is_understood(void **state)
{
    (void)state;
    for (int command = LINE_HELLO; command < LINE_COMMANDS; command++) {
        const struct line_message said = full((enum line_command)command);
        struct line_message heard = {0};
        struct packed packed;
        unsigned version = 0;
        pack(&said, &packed);
        packed.writer.bytes[0] = LINE_VERSION + 1;
        enum status status = line_decode(packed.frames, packed.count, &heard, &version, NULL);
        assert_int_equal(version, LINE_VERSION + 1);
        assert_int_equal(status, command == LINE_BYE ? STATUS_OK : STATUS_REFUSE);
        if (status == STATUS_OK)
            line_message_done(&heard);
        byte_writer_done(&packed.writer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_arrives_as_it_was),
        cmocka_unit_test(a_message_that_is_cut_or_longer_is_none),
        cmocka_unit_test(frames_too_many_or_too_few_are_none),
        cmocka_unit_test(fields_beyond_their_limits_are_not_said),
        cmocka_unit_test(numbers_that_no_ledger_keeps_are_not_taken),
        cmocka_unit_test(of_another_version_only_bye_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
