/* test_wire.c - the words on the wire: every one comes back as it was said, and nothing malformed
 * gets through. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "store/ledger.h"
#include "workers/wire.h"

enum { HEAD_BYTES = 20, VERSION_AT = 4, SAMPLES = WIRE_COMMANDS - 1, MUTATIONS = 60000 };

/* Not const, because the messages' strings are not. */
static char word_worker[] = "reader-host-4711", word_host[] = "host", word_version[] = "0.1.0";
static char word_site[] = "Demmin", word_source[] = "a\xff b/scan 1.tif", word_format[] = "tiff";
static char word_case[] = "SG 50.2/563800/12", word_team[] = "SG 50.2", word_empty[] = "";
static char word_reason[] = "Die Anschrift widerspricht sich: Müller, Straße 1.";
static char word_kind[] = "widerspruch", word_flags[] = "deadline urgent", word_rules[] = "3/abc";
static char word_copies[] = "[[\"50.31.000002-2\",\"SG 50.3\",0.99]]";
static char word_days[] = "stamp:2026-03-02:1", word_digest[] = "00ff";
static char name_first[] = "1/reading", name_second[] = "1/pdf";
static struct wire_part two_parts[] = {
    {name_first,  5,                    {{1, 2, 3}}},
    {name_second, WIRE_PART_BYTES_MOST, {{4, 5, 6}}}
};
static struct page_facts two_pages[] = {
    {.number = 1,
     .document = 1,
     .rotation = 90,
     .notes = PAGE_NOTE_SHEET_MISSING,
     .width = 2480,
     .height = 3508,
     .dpi = 300,
     .preview = {{7, 100}, PAGE_MEDIA_PNG, 1240, 1754},
     .thumbnail = {{107, 50}, PAGE_MEDIA_JPEG, 200, 283},
     .sheet = "PT1:S:0001:AB"},
    {.number = 2,  .outcome = 2, .reading = {157, 3}, .text = {160, 4},         .pdf = {164, 5}}
};

/* One message of every command, all fields filled. */
static struct wire_message sample(enum wire_command command)
{
    struct wire_message message = {.command = command, .job = 77, .attempt = 3};
    const struct wire_directory directory = {two_parts, 2};
    switch ((int)command) {
    case WIRE_READY:
        message.as.ready = (struct wire_ready){word_worker, word_host, word_version,  WIRE_FILER,
                                               UINT64_MAX,  9,         WIRE_JOBS_MOST};
        break;
    case WIRE_WELCOME:
        message.as.welcome = (struct wire_welcome){9, 1000, 5000};
        break;
    case WIRE_JOB:
        message.as.job =
            (struct wire_job){WIRE_JOB_FILE, 60000, {{1, 2}},  {{3, 4}},  word_site, word_source,
                              word_format,   -1,    word_case, word_team, directory};
        break;
    case WIRE_CHUNK:
        message.as.chunk = (struct wire_chunk){7, UINT64_MAX, "bytes", 5};
        break;
    case WIRE_CREDIT:
        message.as.credit.chunks = WIRE_CREDITS_MOST;
        break;
    case WIRE_PROGRESS:
        message.as.progress = (struct wire_progress){3, WIRE_PAGES_MOST};
        break;
    case WIRE_RESULT_READ:
        message.as.result_read = (struct wire_result_read){
            {two_pages, 2},
            1, directory
        };
        break;
    case WIRE_RESULT_MATCH:
        message.as.result_match = (struct wire_result_match){
            1,   word_case,  word_team,  1.0,       0.0,         word_reason, word_kind,
            0.5, word_flags, word_rules, INT64_MAX, word_copies, word_days,   directory};
        break;
    case WIRE_RESULT_FILE:
        message.as.result_file = (struct wire_result_file){word_case, word_digest, word_digest};
        break;
    case WIRE_RESULT_COMPOSE:
        message.as.result_compose = (struct wire_result_compose){WIRE_PAGES_MOST, directory};
        break;
    case WIRE_FAIL:
        message.as.fail = (struct wire_fail){WIRE_FAILURE_LOST, word_reason};
        break;
    case WIRE_SETTLED:
        message.as.settled = (struct wire_settled){WIRE_REPEAT, word_empty};
        break;
    case WIRE_BYE:
        message.as.bye = (struct wire_bye){WIRE_MALFORMED, word_reason};
        break;
    default:
        break;
    }
    return message;
}

/* Frames of a message; the first is the caller's writer. */
static size_t frames_of(const struct wire_message *message, struct byte_writer *head,
                        struct messaging_frame *frames)
{
    wire_encode(message, head);
    assert_false(head->failed);
    frames[0] = (struct messaging_frame){head->bytes, head->length};
    if (message->command != WIRE_CHUNK)
        return 1;
    frames[1] = (struct messaging_frame){message->as.chunk.bytes, message->as.chunk.length};
    return 2;
}

static void every_command_comes_back_as_it_was_said(void **state)
{
    (void)state;
    for (unsigned command = WIRE_READY; command < WIRE_COMMANDS; command++) {
        struct wire_message said = sample((enum wire_command)command);
        struct byte_writer head = {0};
        struct messaging_frame frames[WIRE_FRAMES_MOST];
        size_t count = frames_of(&said, &head, frames);
        struct wire_message heard = {0};
        struct fault fault = {0};
        unsigned version = 0;
        if (wire_decode(frames, count, &heard, &version, &fault) != STATUS_OK)
            fail_msg("%s: %s", wire_command_name(said.command), fault.text);
        assert_int_equal(version, WIRE_VERSION);
        assert_int_equal(heard.command, said.command);
        assert_int_equal(heard.job, 77);
        assert_int_equal(heard.attempt, 3);
        struct byte_writer again = {0};
        wire_encode(&heard, &again);
        if (again.length != head.length || memcmp(again.bytes, head.bytes, head.length) != 0)
            fail_msg("%s is not the same again", wire_command_name(said.command));
        if (said.command == WIRE_CHUNK)
            assert_memory_equal(heard.as.chunk.bytes, "bytes", 5);
        wire_message_done(&heard);
        byte_writer_done(&again);
        byte_writer_done(&head);
    }
}

/* Every message is understood and said in it; a BYE in any. */
static void the_version_before_is_spoken(void **state)
{
    (void)state;
    for (unsigned command = WIRE_READY; command < WIRE_COMMANDS; command++) {
        struct wire_message said = sample((enum wire_command)command);
        struct byte_writer head = {0};
        struct messaging_frame frames[WIRE_FRAMES_MOST];
        size_t count = frames_of(&said, &head, frames);
        struct wire_message heard = {0};
        unsigned version = 0;
        head.bytes[VERSION_AT] = WIRE_VERSION_OLDEST;
        print_message("%s\n", wire_command_name(said.command));
        assert_int_equal(wire_decode(frames, count, &heard, &version, NULL), STATUS_OK);
        assert_int_equal(version, WIRE_VERSION_OLDEST);
        struct byte_writer again = {0};
        wire_encode_as(&said, WIRE_VERSION_OLDEST, &again);
        assert_false(again.failed);
        assert_int_equal(again.length, head.length);
        assert_memory_equal(again.bytes, head.bytes, head.length);
        wire_message_done(&heard);
        byte_writer_done(&again);
        byte_writer_done(&head);
    }
    assert_false(wire_speaks(WIRE_VERSION_OLDEST - 1) || wire_speaks(WIRE_VERSION + 1));
}

static void fields_have_their_values(void **state)
{
    (void)state;
    struct wire_message said = sample(WIRE_JOB);
    struct byte_writer head = {0};
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = frames_of(&said, &head, frames);
    struct wire_message heard = {0};
    assert_int_equal(wire_decode(frames, count, &heard, NULL, NULL), STATUS_OK);
    const struct wire_job *job = &heard.as.job;
    assert_int_equal(job->kind, WIRE_JOB_FILE);
    assert_int_equal(job->lease_ms, 60000);
    assert_int_equal(job->scan.bytes[1], 2);
    assert_int_equal(job->document.bytes[1], 4);
    assert_string_equal(job->source, word_source);
    assert_string_equal(job->case_number, word_case);
    assert_int_equal(job->received_ms, -1);
    assert_int_equal(job->directory.count, 2);
    assert_string_equal(job->directory.parts[1].name, name_second);
    assert_true(job->directory.parts[1].size == WIRE_PART_BYTES_MOST);
    assert_int_equal(job->directory.parts[1].digest.bytes[2], 6);
    assert_true(wire_directory_bytes(&job->directory) == WIRE_PART_BYTES_MOST + 5);
    wire_message_done(&heard);
    byte_writer_done(&head);
}

/* The head is fixed for all versions: magic, version, command, job, attempt. */
static void head_is_laid_out_as_documented(void **state)
{
    (void)state;
    const struct wire_message message = {
        .command = WIRE_HEARTBEAT, .job = 0x0102030405060708, .attempt = 0x0a0b0c0d};
    static const uint8_t expected[HEAD_BYTES] = {
        'P', 'P', 'E', 'G', WIRE_VERSION, 0,    WIRE_HEARTBEAT, 0,   8, 7, 6, 5,
        4,   3,   2,   1,   0x0d,         0x0c, 0x0b,           0x0a};
    struct byte_writer head = {0};
    wire_encode(&message, &head);
    assert_int_equal(head.length, HEAD_BYTES);
    assert_memory_equal(head.bytes, expected, HEAD_BYTES);
    byte_writer_done(&head);
}

static void every_shortened_message_is_refused(void **state)
{
    (void)state;
    for (unsigned command = WIRE_READY; command < WIRE_COMMANDS; command++) {
        struct wire_message said = sample((enum wire_command)command);
        struct byte_writer head = {0};
        struct messaging_frame frames[WIRE_FRAMES_MOST];
        size_t count = frames_of(&said, &head, frames);
        for (size_t length = 0; length < head.length; length++) {
            frames[0].length = length;
            struct wire_message heard = {0};
            if (wire_decode(frames, count, &heard, NULL, NULL) != STATUS_REFUSE)
                fail_msg("%s with %zu of %zu bytes", wire_command_name(said.command), length,
                         head.length);
        }
        byte_writer_u8(&head, 0);
        frames[0] = (struct messaging_frame){head.bytes, head.length};
        struct wire_message heard = {0};
        assert_int_equal(wire_decode(frames, count, &heard, NULL, NULL), STATUS_REFUSE);
        byte_writer_done(&head);
    }
}

static void wrong_numbers_of_frames_are_refused(void **state)
{
    (void)state;
    for (unsigned command = WIRE_READY; command < WIRE_COMMANDS; command++) {
        struct wire_message said = sample((enum wire_command)command);
        struct byte_writer head = {0};
        struct messaging_frame frames[3] = {
            {"",  0},
            {"x", 1},
            {"y", 1}
        };
        size_t right = frames_of(&said, &head, frames);
        for (size_t count = 0; count <= 3; count++) {
            struct wire_message heard = {0};
            if (count != right && wire_decode(frames, count, &heard, NULL, NULL) != STATUS_REFUSE)
                fail_msg("%s of %zu frames", wire_command_name(said.command), count);
        }
        byte_writer_done(&head);
    }
}

static void chunks_have_a_length(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_CHUNK_BYTES_MOST + 1];
    static const struct {
        size_t length;
        enum status status;
    } cases[] = {
        {0,                         STATUS_REFUSE},
        {1,                         STATUS_OK    },
        {WIRE_CHUNK_BYTES_MOST,     STATUS_OK    },
        {WIRE_CHUNK_BYTES_MOST + 1, STATUS_REFUSE}
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_message said = {.command = WIRE_CHUNK};
        said.as.chunk.bytes = bytes;
        said.as.chunk.length = cases[i].length;
        struct byte_writer head = {0};
        struct messaging_frame frames[WIRE_FRAMES_MOST];
        size_t count = frames_of(&said, &head, frames);
        struct wire_message heard = {0};
        assert_int_equal(wire_decode(frames, count, &heard, NULL, NULL), cases[i].status);
        wire_message_done(&heard);
        byte_writer_done(&head);
    }
}

/* What must not be said is not said either: the same limits hold on both sides. */
static void what_is_beyond_its_limits_is_not_said(void **state)
{
    (void)state;
    static char control[] = "a\nb",
                c1_control[] = "a\xc2\x85"
                               "b",
                no_utf8[] = "a\xff";
    static char blank[] = "a b", umlaut[] = "\xc3\xa4", long_name[WIRE_NAME_BYTES_MOST + 2];
    static char long_text[WIRE_TEXT_BYTES_MOST + 2];
    memset(long_name, 'x', sizeof long_name - 1);
    memset(long_text, 'x', sizeof long_text - 1);
    struct wire_message bad[24];
    size_t count = 0;
    char *const bad_names[] = {word_empty, blank, umlaut, control, long_name};
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++) {
        bad[count] = sample(WIRE_READY);
        bad[count++].as.ready.worker = bad_names[i];
    }
    char *const bad_texts[] = {control, c1_control, no_utf8, long_text};
    for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
        bad[count] = sample(WIRE_FAIL);
        bad[count++].as.fail.reason = bad_texts[i];
    }
    const double bad_shares[] = {-0.1, 1.1, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof bad_shares / sizeof bad_shares[0]; i++) {
        bad[count] = sample(WIRE_RESULT_MATCH);
        bad[count++].as.result_match.confidence = bad_shares[i];
    }
    bad[count] = sample(WIRE_READY);
    bad[count++].as.ready.session = 0;
    bad[count] = sample(WIRE_READY);
    bad[count++].as.ready.kind = WIRE_WORKER_KINDS;
    bad[count] = sample(WIRE_JOB);
    bad[count++].as.job.lease_ms = 0;
    bad[count] = sample(WIRE_CREDIT);
    bad[count++].as.credit.chunks = WIRE_CREDITS_MOST + 1;
    bad[count] = sample(WIRE_SETTLED);
    bad[count++].as.settled.settlement = WIRE_SETTLEMENTS;
    bad[count] = sample(WIRE_RESULT_READ);
    bad[count++].as.result_read.pages.count = WIRE_PAGES_MOST + 1;
    bad[count] = sample(WIRE_JOB);
    bad[count++].as.job.directory.count = WIRE_PARTS_MOST + 1;
    for (size_t i = 0; i < count; i++)
        if (wire_fits(&bad[i]))
            fail_msg("case %zu (%s) was said", i, wire_command_name(bad[i].command));
}

/* A sender that does not keep to the limits: bytes of a good message, changed. */
static void counts_are_held_against_the_bytes_that_are_there(void **state)
{
    (void)state;
    struct wire_message said = {.command = WIRE_RESULT_READ};
    struct byte_writer head = {0};
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = frames_of(&said, &head, frames);
    static const uint32_t counts[] = {1, WIRE_PAGES_MOST, WIRE_PAGES_MOST + 1, UINT32_MAX};
    for (size_t place = HEAD_BYTES; place <= HEAD_BYTES + 8; place += 8) {
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            uint8_t before[4];
            memcpy(before, head.bytes + place, 4);
            for (size_t k = 0; k < 4; k++)
                head.bytes[place + k] = (uint8_t)(counts[i] >> (8 * k));
            struct wire_message heard = {0};
            assert_int_equal(wire_decode(frames, count, &heard, NULL, NULL), STATUS_REFUSE);
            memcpy(head.bytes + place, before, 4);
        }
    }
    byte_writer_done(&head);
}

static void other_versions_are_told_apart_from_junk(void **state)
{
    (void)state;
    struct wire_message said = sample(WIRE_READY);
    struct byte_writer head = {0};
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = frames_of(&said, &head, frames);
    head.bytes[4] = 200;
    struct wire_message heard = {0};
    struct fault fault = {0};
    unsigned version = 0;
    assert_int_equal(wire_decode(frames, count, &heard, &version, &fault), STATUS_REFUSE);
    assert_int_equal(version, 200);
    assert_non_null(strstr(fault.text, "version 200"));
    head.bytes[0] = 'x';
    assert_int_equal(wire_decode(frames, count, &heard, &version, NULL), STATUS_REFUSE);
    assert_int_equal(version, 0);
    byte_writer_done(&head);
}

static void farewell_is_understood_in_every_version(void **state)
{
    (void)state;
    struct wire_message said = sample(WIRE_BYE);
    struct byte_writer head = {0};
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = frames_of(&said, &head, frames);
    head.bytes[4] = 200;
    struct wire_message heard = {0};
    assert_int_equal(wire_decode(frames, count, &heard, NULL, NULL), STATUS_OK);
    assert_string_equal(heard.as.bye.reason, word_reason);
    wire_message_done(&heard);
    byte_writer_done(&head);
}

/* A small generator of its own, so that every run sees the same bytes. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void mutations_are_refused_or_understood_and_never_harm(void **state)
{
    (void)state;
    uint32_t seed = 20260302;
    unsigned understood = 0;
    unsigned refused = 0;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct wire_message said = sample((enum wire_command)(WIRE_READY + i % SAMPLES));
        struct byte_writer head = {0};
        struct messaging_frame frames[WIRE_FRAMES_MOST];
        size_t count = frames_of(&said, &head, frames);
        unsigned changes = 1 + next_random(&seed) % 4;
        for (unsigned k = 0; k < changes; k++)
            head.bytes[next_random(&seed) % head.length] = (uint8_t)next_random(&seed);
        struct wire_message heard = {0};
        enum status status = wire_decode(frames, count, &heard, NULL, NULL);
        assert_true(status == STATUS_OK || status == STATUS_REFUSE);
        if (status == STATUS_OK) {
            assert_true(wire_fits(&heard));
            understood++;
        } else {
            refused++;
        }
        wire_message_done(&heard);
        byte_writer_done(&head);
    }
    assert_true(understood > 0 && refused > 0);
}

static void words_for_people_are_made_to_fit(void **state)
{
    (void)state;
    static const struct {
        const char *given, *made;
    } cases[] = {
        {"",              ""                     },
        {"Größe",       "Größe"              },
        {"two\nlines",    "two\xef\xbf\xbdlines" },
        {"bad \xff byte", "bad \xef\xbf\xbd byte"},
        {"c1 \xc2\x85",   "c1 \xef\xbf\xbd"      }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *made = wire_text(cases[i].given);
        assert_string_equal(made, cases[i].made);
        free(made);
    }
    char *long_words = malloc(3 * WIRE_TEXT_BYTES_MOST);
    memset(long_words, 0xff, 3 * WIRE_TEXT_BYTES_MOST - 1);
    long_words[3 * WIRE_TEXT_BYTES_MOST - 1] = '\0';
    struct wire_message fail = sample(WIRE_FAIL);
    fail.as.fail.reason = wire_text(long_words);
    assert_true(wire_fits(&fail));
    free(fail.as.fail.reason);
    free(long_words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_comes_back_as_it_was_said),
        cmocka_unit_test(the_version_before_is_spoken),
        cmocka_unit_test(fields_have_their_values),
        cmocka_unit_test(head_is_laid_out_as_documented),
        cmocka_unit_test(every_shortened_message_is_refused),
        cmocka_unit_test(wrong_numbers_of_frames_are_refused),
        cmocka_unit_test(chunks_have_a_length),
        cmocka_unit_test(what_is_beyond_its_limits_is_not_said),
        cmocka_unit_test(counts_are_held_against_the_bytes_that_are_there),
        cmocka_unit_test(other_versions_are_told_apart_from_junk),
        cmocka_unit_test(farewell_is_understood_in_every_version),
        cmocka_unit_test(mutations_are_refused_or_understood_and_never_harm),
        cmocka_unit_test(words_for_people_are_made_to_fit),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
