/* test_parcel.c - parts arrive whole, in order and with the right digest, or not at all. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/durable.h"
#include "base/text.h"
#include "workers/memory_part.h"
#include "workers/parcel.h"

enum { BIG = 2 * WIRE_CHUNK_BYTES + 100 };

static uint8_t *pattern(size_t length, uint8_t seed)
{
    uint8_t *bytes = malloc(length + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(seed + i * 13 + i / 257);
    return bytes;
}

/* Parts from memory and from a file, with empty ones at both ends and in the middle. */
static void fill(struct outgoing *outgoing)
{
    assert_int_equal(outgoing_add_bytes(outgoing, "empty", NULL, 0, NULL), STATUS_OK);
    assert_int_equal(outgoing_add_bytes(outgoing, "big", pattern(BIG, 1), BIG, NULL), STATUS_OK);
    assert_int_equal(outgoing_add_bytes(outgoing, "none", NULL, 0, NULL), STATUS_OK);
    uint8_t *bytes = pattern(1000, 2);
    assert_int_equal(durable_write_file("part", bytes, 1000, 0600, NULL), STATUS_OK);
    struct digest digest = digest_of(bytes, 1000);
    free(bytes);
    int file = open("part", O_RDONLY | O_CLOEXEC);
    assert_int_equal(outgoing_add_file(outgoing, "file", file, 1000, &digest, NULL), STATUS_OK);
    assert_int_equal(outgoing_add_bytes(outgoing, "last", NULL, 0, NULL), STATUS_OK);
}

/* The directory as it would come out of a message. */
static struct wire_directory copy_directory(const struct wire_directory *directory)
{
    struct wire_directory copy = {calloc(directory->count, sizeof *copy.parts), directory->count};
    for (uint32_t i = 0; i < copy.count; i++) {
        copy.parts[i] = directory->parts[i];
        copy.parts[i].name = string_copy(directory->parts[i].name);
    }
    return copy;
}

static void parts_arrive_as_they_were_sent(void **state)
{
    (void)state;
    static uint8_t buffer[WIRE_CHUNK_BYTES];
    struct outgoing outgoing = {0};
    fill(&outgoing);
    struct wire_directory directory = copy_directory(&outgoing.directory);
    struct memory_parts parts = {0};
    struct parcel_sink sink = memory_parts_sink(&parts);
    struct incoming incoming = {0};
    assert_int_equal(incoming_begin(&incoming, &directory, &sink, NULL), STATUS_OK);
    assert_false(outgoing_is_complete(&outgoing));
    unsigned chunks = 0;
    while (!incoming_is_complete(&incoming)) {
        struct wire_chunk chunk = {0};
        bool some = false;
        outgoing_credit(&outgoing, 1);
        assert_int_equal(outgoing_next(&outgoing, buffer, &some, &chunk, NULL), STATUS_OK);
        assert_true(some);
        assert_int_equal(incoming_take(&incoming, &chunk, NULL), STATUS_OK);
        chunks++;
    }
    assert_int_equal(chunks, 4);
    assert_true(outgoing_is_complete(&outgoing));
    assert_int_equal(parts.count, 5);
    struct memory_part *big = memory_parts_find(&parts, "big");
    assert_non_null(big);
    assert_int_equal(memory_part_map(big, NULL), STATUS_OK);
    uint8_t *expected = pattern(BIG, 1);
    assert_memory_equal(big->bytes, expected, BIG);
    free(expected);
    assert_null(memory_parts_find(&parts, "other"));
    memory_parts_done(&parts);
    incoming_done(&incoming);
    outgoing_done(&outgoing);
}

static void received_parts_can_never_change(void **state)
{
    (void)state;
    struct outgoing outgoing = {0};
    assert_int_equal(outgoing_add_bytes(&outgoing, "x", pattern(10, 0), 10, NULL), STATUS_OK);
    struct wire_directory directory = copy_directory(&outgoing.directory);
    struct memory_parts parts = {0};
    struct parcel_sink sink = memory_parts_sink(&parts);
    struct incoming incoming = {0};
    assert_int_equal(incoming_begin(&incoming, &directory, &sink, NULL), STATUS_OK);
    const struct wire_chunk chunk = {0, 0, outgoing.sources[0].bytes, 10};
    assert_int_equal(incoming_take(&incoming, &chunk, NULL), STATUS_OK);
    assert_int_equal(write(parts.parts[0].file, "y", 1), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(parts.parts[0].file, 0), -1);
    memory_parts_done(&parts);
    incoming_done(&incoming);
    outgoing_done(&outgoing);
}

static void nothing_goes_out_without_credit(void **state)
{
    (void)state;
    static uint8_t buffer[WIRE_CHUNK_BYTES];
    struct outgoing outgoing = {0};
    fill(&outgoing);
    struct wire_chunk chunk = {0};
    bool some = true;
    assert_int_equal(outgoing_next(&outgoing, buffer, &some, &chunk, NULL), STATUS_OK);
    assert_false(some);
    for (int i = 0; i < 10; i++)
        outgoing_credit(&outgoing, WIRE_CREDITS_MOST);
    assert_int_equal(outgoing.credits, WIRE_CREDITS_MOST);
    outgoing_rewind(&outgoing);
    assert_int_equal(outgoing.credits, 0);
    outgoing_done(&outgoing);
}

static void shortened_file_is_noticed(void **state)
{
    (void)state;
    static uint8_t buffer[WIRE_CHUNK_BYTES];
    struct outgoing outgoing = {0};
    fill(&outgoing);
    assert_int_equal(truncate("part", 10), 0);
    outgoing_credit(&outgoing, 10);
    enum status status = STATUS_OK;
    bool some = true;
    while (status == STATUS_OK && some) {
        struct wire_chunk chunk = {0};
        status = outgoing_next(&outgoing, buffer, &some, &chunk, NULL);
    }
    assert_int_equal(status, STATUS_REFUSE);
    outgoing_done(&outgoing);
}

struct wrong_chunk {
    const char *name;
    struct wire_chunk chunk;
};

static void wrong_chunks_are_refused(void **state)
{
    (void)state;
    static const struct wrong_chunk cases[] = {
        {"of another part",      {1, 0, "abc", 3}   },
        {"from the middle",      {0, 1, "bc", 2}    },
        {"longer than the part", {0, 0, "abcdef", 6}},
        {"with other bytes",     {0, 0, "abX", 3}   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outgoing outgoing = {0};
        uint8_t *bytes = (uint8_t *)string_copy("abc");
        assert_int_equal(outgoing_add_bytes(&outgoing, "x", bytes, 3, NULL), STATUS_OK);
        assert_int_equal(outgoing_add_bytes(&outgoing, "y", pattern(3, 0), 3, NULL), STATUS_OK);
        struct wire_directory directory = copy_directory(&outgoing.directory);
        struct memory_parts parts = {0};
        struct parcel_sink sink = memory_parts_sink(&parts);
        struct incoming incoming = {0};
        assert_int_equal(incoming_begin(&incoming, &directory, &sink, NULL), STATUS_OK);
        if (incoming_take(&incoming, &cases[i].chunk, NULL) != STATUS_REFUSE)
            fail_msg("a chunk %s was taken", cases[i].name);
        memory_parts_done(&parts);
        incoming_done(&incoming);
        outgoing_done(&outgoing);
    }
}

static void nothing_is_taken_after_the_end(void **state)
{
    (void)state;
    struct wire_directory none = {0};
    struct memory_parts parts = {0};
    struct parcel_sink sink = memory_parts_sink(&parts);
    struct incoming incoming = {0};
    assert_int_equal(incoming_begin(&incoming, &none, &sink, NULL), STATUS_OK);
    assert_true(incoming_is_complete(&incoming));
    const struct wire_chunk chunk = {0, 0, "a", 1};
    assert_int_equal(incoming_take(&incoming, &chunk, NULL), STATUS_REFUSE);
    incoming_done(&incoming);
}

static void empty_part_with_a_wrong_digest_is_refused(void **state)
{
    (void)state;
    struct wire_part *part = calloc(1, sizeof *part);
    part->name = string_copy("x");
    struct wire_directory directory = {part, 1};
    struct memory_parts parts = {0};
    struct parcel_sink sink = memory_parts_sink(&parts);
    struct incoming incoming = {0};
    assert_int_equal(incoming_begin(&incoming, &directory, &sink, NULL), STATUS_REFUSE);
    assert_null(directory.parts);
    memory_parts_done(&parts);
    incoming_done(&incoming);
}

static void there_is_an_end_to_parts(void **state)
{
    (void)state;
    struct outgoing outgoing = {0};
    for (int i = 0; i < WIRE_PARTS_MOST; i++)
        assert_int_equal(outgoing_add_bytes(&outgoing, "x", NULL, 0, NULL), STATUS_OK);
    assert_int_equal(outgoing_add_bytes(&outgoing, "x", pattern(1, 0), 1, NULL), STATUS_REFUSE);
    struct digest digest = {{0}};
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(
        outgoing_add_file(&outgoing, "x", file, WIRE_PART_BYTES_MOST + 1, &digest, NULL),
        STATUS_REFUSE);
    assert_int_equal(fcntl(file, F_GETFD), -1);
    outgoing_done(&outgoing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_arrive_as_they_were_sent),
        cmocka_unit_test(received_parts_can_never_change),
        cmocka_unit_test(nothing_goes_out_without_credit),
        cmocka_unit_test(shortened_file_is_noticed),
        cmocka_unit_test(wrong_chunks_are_refused),
        cmocka_unit_test(nothing_is_taken_after_the_end),
        cmocka_unit_test(empty_part_with_a_wrong_digest_is_refused),
        cmocka_unit_test(there_is_an_end_to_parts),
    };
    return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
