/* one_reader.c - see one_reader.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/workers/one_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/reading.h"

static const struct config_workers rule = {.lease_ms = LEASE_MS,
                                           .heartbeat_ms = BEAT_MS,
                                           .vanished_ms = VANISHED_MS,
                                           .content_attempts = 3,
                                           .lost_attempts = 10,
                                           .backoff_ms = 1,
                                           .backoff_most_ms = 1,
                                           .poll_ms = BEAT_MS};

#define MUST(call)                                                                                 \
    do {                                                                                           \
        struct fault fault = {0};                                                                  \
        if ((call) != STATUS_OK)                                                                   \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

static int64_t wall_ms(void *context)
{
    const struct scene *scene = context;
    return 1800000000000 + scene->now_ms;
}

static int64_t monotonic_ms(void *context)
{
    const struct scene *scene = context;
    return 1000000 + scene->now_ms;
}

/* What the dispatcher says; a JOB is remembered. */
static enum status take_words(void *context, const struct messaging_peer *peer,
                              const struct messaging_frame *frames, size_t count, bool *ret_gone,
                              struct fault *fault)
{
    struct scene *scene = context;
    struct wire_message message = {0};
    (void)peer;
    (void)fault;
    if (ret_gone != NULL)
        *ret_gone = false;
    assert_int_equal(wire_decode(frames, count, &message, NULL, NULL), STATUS_OK);
    if (message.command == WIRE_JOB) {
        scene->job = message.job;
        scene->attempt = message.attempt;
    }
    if (message.command == WIRE_SETTLED)
        scene->settled = message.as.settled.settlement;
    if (message.command == WIRE_UNKNOWN)
        scene->is_unknown = true;
    wire_message_done(&message);
    return STATUS_OK;
}

void scene_say(struct scene *scene, const struct wire_message *message)
{
    struct byte_writer writer = {0};
    wire_encode(message, &writer);
    assert_false(writer.failed);
    const struct messaging_frame frames[] = {
        {writer.bytes,            writer.length           },
        {message->as.chunk.bytes, message->as.chunk.length}
    };
    const struct caller caller = {
        .port = {.send = take_words, .context = scene},
          .id = {.bytes = {1},       .length = 1     }
    };
    dispatch_hear(scene->dispatch, &caller, frames, message->command == WIRE_CHUNK ? 2 : 1);
    byte_writer_done(&writer);
}

void scene_say_ready(struct scene *scene)
{
    static char worker[] = "reader-1", host[] = "here", version[] = "1";
    struct wire_message ready = {
        .command = WIRE_READY, .job = scene->job, .attempt = scene->attempt};
    ready.as.ready = (struct wire_ready){.worker = worker,
                                         .host = host,
                                         .version = version,
                                         .kind = WIRE_READER,
                                         .incarnation = 1,
                                         .session = 1,
                                         .jobs = 1};
    scene_say(scene, &ready);
}

void scene_say_heartbeat(struct scene *scene)
{
    const struct wire_message heartbeat = {
        .command = WIRE_HEARTBEAT, .job = scene->job, .attempt = scene->attempt};
    scene_say(scene, &heartbeat);
}

static void say_chunk(struct scene *scene, uint32_t part, const void *bytes, size_t length)
{
    struct wire_message chunk = {
        .command = WIRE_CHUNK, .job = scene->job, .attempt = scene->attempt};
    chunk.as.chunk = (struct wire_chunk){.part = part, .bytes = bytes, .length = length};
    scene_say(scene, &chunk);
}

static void say_parts(struct scene *scene, const void *reading, size_t reading_length)
{
    static char names[][16] = {"1/reading", "1/text", "1/pdf", "pages"};
    const struct {
        const void *bytes;
        size_t length;
    } contents[] = {
        {reading,      reading_length},
        {"Hallo\n",    6             },
        {"%PDF-1.7\n", 9             },
        {"",           0             }
    };
    struct wire_part parts[4];
    struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    for (size_t i = 0; i < 4; i++)
        parts[i] = (struct wire_part){.name = names[i],
                                      .size = contents[i].length,
                                      .digest = digest_of(contents[i].bytes, contents[i].length)};
    struct wire_message result = {
        .command = WIRE_RESULT_READ, .job = scene->job, .attempt = scene->attempt};
    result.as.result_read.pages = (struct wire_pages){&page, 1};
    result.as.result_read.document_count = 1;
    *wire_message_directory(&result) = (struct wire_directory){parts, 4};
    scene_say(scene, &result);
    for (uint32_t i = 0; i < 3; i++) // the last one has no bytes
        say_chunk(scene, i, contents[i].bytes, contents[i].length);
}

void scene_say_reading(struct scene *scene)
{
    static char engine[] = "test 1";
    struct byte_writer writer = {0};
    struct reading_page page = {.number = 1, .width = 1000, .height = 1400, .dpi = 120};
    const struct reading reading = {.engine = engine, .pages = &page, .page_count = 1};
    reading_encode(&reading, &writer);
    assert_false(writer.failed);
    say_parts(scene, writer.bytes, writer.length);
    byte_writer_done(&writer);
}

void scene_accept(struct scene *scene)
{
    struct scan_arrival arrival = {.id = {uuid_new(wall_ms(scene))},
                                   .site = "Demmin",
                                   .source = "scan.tif",
                                   .format = "tiff",
                                   .size = 5,
                                   .received_ms = wall_ms(scene),
                                   .actor = "intake"};
    struct scan_acceptance acceptance = {0};
    char bytes[] = "bytes"; // no two scans have the same
    bytes[0] = (char)('A' + scene->accepted++ % 26);
    MUST(spool_put(scene->spool, bytes, 5, &arrival.digest, &fault));
    MUST(ledger_scan_accept(scene->ledger, &arrival, &acceptance, &fault));
    scene->scan = arrival.id;
}

/* A file in the test's folder, or a new schema on the server. */
static void choose_place(struct scene *scene)
{
    static int number;
    char command[2 * SCENE_PLACE_BYTES];
    const char *server = getenv("LEDGER_SERVER");
    if (server == NULL) {
        (void)snprintf(scene->place, sizeof scene->place, "ledger.db");
        (void)unlink(scene->place); // of the test before
        return;
    }
    (void)snprintf(command, sizeof command, "psql -qX '%s' -c 'CREATE SCHEMA reader%d_%d'", server,
                   (int)getpid(), ++number);
    assert_int_equal(system(command), 0);
    (void)snprintf(scene->place, sizeof scene->place, "%s&options=-csearch_path%%3Dreader%d_%d",
                   server, (int)getpid(), number);
}

int one_reader_set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->clock = (struct clock){wall_ms, monotonic_ms, scene};
    scene->settled = -1;
    choose_place(scene);
    MUST(ledger_open(scene->place, LEDGER_CREATE, &scene->clock, &scene->ledger, &fault));
    MUST(spool_open("spool", &scene->spool, &fault));
    scene->dispatch = dispatch_make(&scene->clock, &rule);
    assert_non_null(scene->dispatch);
    scene->dispatch->ledger = scene->ledger;
    scene->dispatch->spool = scene->spool;
    MUST(dispatch_take_over(scene->dispatch, &fault));
    scene_accept(scene);
    dispatch_beat(scene->dispatch);
    *state = scene;
    return 0;
}

int one_reader_tear_down(void **state)
{
    struct scene *scene = *state;
    dispatch_free(&scene->dispatch); // with ledger and spool
    free(scene);
    return 0;
}

enum scan_state scene_state(const struct scene *scene)
{
    struct scan_record record = {0};
    MUST(ledger_scan_get(scene->ledger, scene->scan, &record, &fault));
    enum scan_state state = record.state;
    scan_record_done(&record);
    return state;
}
