/* stage.c - see stage.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/workers/stage.h"

#include "base/clock.h"
#include "base/text.h"

enum { STEP_MS = 10, HEARTBEAT_MS = 300, VANISHED_MS = 3000 };

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

void stage_open(struct stage *stage, const char *address)
{
    struct fault fault = {0};
    if (address != stage->address)
        (void)snprintf(stage->address, sizeof stage->address, "%s", address);
    stage->answers_ready = true;
    stage->knows_peer = stage->was_greeted = false;
    if (messaging_open(&stage->messaging, &fault) != STATUS_OK ||
        messaging_router(stage->messaging, stage->address, &stage->socket, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

void stage_close(struct stage *stage)
{
    messaging_socket_close(&stage->socket);
    messaging_close(&stage->messaging);
}

void stage_start(struct stage *stage, const char *const *argv)
{
    char program[600];
    char log[128];
    (void)snprintf(program, sizeof program, "%s/%s", getenv("BIN_DIR"), argv[0]);
    (void)snprintf(log, sizeof log, "%s.log", argv[0]);
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log,
                                                      O_WRONLY | O_CREAT | O_APPEND, 0600),
                     0);
    extern char **environ;
    int error = posix_spawn(&stage->worker, program, &actions, NULL, (char *const *)(uintptr_t)argv,
                            environ);
    if (error != 0)
        fail_msg("cannot start %s: %s", program, strerror(error));
    (void)posix_spawn_file_actions_destroy(&actions);
}

int stage_end(struct stage *stage, int signal_number)
{
    pid_t process = stage->worker;
    int status = 0;
    stage->worker = 0;
    if (signal_number != 0)
        assert_int_equal(kill(process, signal_number), 0);
    int64_t until = now_ms() + STAGE_PATIENCE_MS;
    while (waitpid(process, &status, WNOHANG) == 0) {
        if (now_ms() > until) {
            (void)kill(process, SIGKILL);
            fail_msg("the worker does not end");
        }
        (void)poll(NULL, 0, STEP_MS);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- talking -------------------------------------------------------------------------------- */

void stage_say(struct stage *stage, const struct wire_message *message)
{
    struct byte_writer head = {0};
    wire_encode(message, &head);
    assert_false(head.failed);
    const struct messaging_frame frames[] = {
        {head.bytes,              head.length             },
        {message->as.chunk.bytes, message->as.chunk.length}
    };
    /* A peer that is gone hears nothing: that is for the test to notice. */
    (void)messaging_send(stage->socket, &stage->peer, frames,
                         message->command == WIRE_CHUNK ? 2 : 1, NULL, NULL);
    byte_writer_done(&head);
    stage->said_ms = now_ms();
}

void stage_welcome(struct stage *stage)
{
    struct wire_message welcome = {.command = WIRE_WELCOME};
    welcome.as.welcome = (struct wire_welcome){stage->session, HEARTBEAT_MS, VANISHED_MS};
    stage_say(stage, &welcome);
}

static void note_ready(struct stage *stage, const struct wire_message *message)
{
    stage->session = message->as.ready.session;
    stage->jobs = message->as.ready.jobs;
    stage->held_job = message->job;
    stage->readies++;
    stage->was_greeted = true;
    (void)snprintf(stage->name, sizeof stage->name, "%s", message->as.ready.worker);
    if (stage->answers_ready)
        stage_welcome(stage);
}

/* One message, or none (command 0). */
static void hear_once(struct stage *stage, struct wire_message *ret_message,
                      struct byte_writer *keep)
{
    struct messaging_message *raw = NULL;
    struct fault fault = {0};
    *ret_message = (struct wire_message){0};
    assert_int_equal(messaging_receive(stage->socket, &raw, &fault), STATUS_OK);
    if (raw == NULL)
        return;
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = messaging_message_frames(raw);
    assert_true(count <= WIRE_FRAMES_MOST);
    for (size_t i = 0; i < count; i++)
        frames[i] = messaging_message_frame(raw, i);
    stage->peer = *messaging_message_peer(raw);
    stage->knows_peer = true;
    if (wire_decode(frames, count, ret_message, NULL, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    if (ret_message->command == WIRE_CHUNK && keep != NULL)
        byte_writer_raw(keep, ret_message->as.chunk.bytes, ret_message->as.chunk.length);
    messaging_message_done(&raw);
    if (ret_message->command == WIRE_READY) {
        note_ready(stage, ret_message);
    } else if (!stage->was_greeted) {
        stage_say(stage, &(struct wire_message){.command = WIRE_UNKNOWN});
        wire_message_done(ret_message);
    }
}

static void live(struct stage *stage)
{
    if (stage->knows_peer && now_ms() - stage->said_ms >= HEARTBEAT_MS)
        stage_say(stage, &(struct wire_message){.command = WIRE_HEARTBEAT});
    (void)poll(NULL, 0, STEP_MS);
}

void stage_pass(struct stage *stage, int64_t milliseconds)
{
    int64_t until = now_ms() + milliseconds;
    while (now_ms() < until) {
        struct wire_message message;
        hear_once(stage, &message, NULL);
        wire_message_done(&message);
        live(stage);
    }
}

void stage_hear(struct stage *stage, struct wire_message *ret_message, struct byte_writer *keep)
{
    int64_t until = now_ms() + STAGE_PATIENCE_MS;
    for (;;) {
        hear_once(stage, ret_message, keep);
        bool is_greeting =
            ret_message->command == WIRE_HEARTBEAT || ret_message->command == WIRE_READY;
        if (ret_message->command != 0 && !is_greeting)
            return;
        wire_message_done(ret_message);
        if (now_ms() > until)
            fail_msg("the worker says nothing");
        live(stage);
    }
}

void stage_expect(struct stage *stage, enum wire_command command, struct wire_message *ret_message)
{
    stage_hear(stage, ret_message, NULL);
    while (ret_message->command == WIRE_PROGRESS || ret_message->command == WIRE_CREDIT ||
           (ret_message->command == WIRE_CHUNK && command != WIRE_CHUNK))
        stage_hear(stage, ret_message, NULL);
    if (ret_message->command == command)
        return;
    fail_msg("the worker said %s instead of %s%s%s", wire_command_name(ret_message->command),
             wire_command_name(command), ret_message->command == WIRE_FAIL ? ": " : "",
             ret_message->command == WIRE_FAIL ? ret_message->as.fail.reason : "");
}

void stage_await_ready(struct stage *stage, unsigned count)
{
    int64_t until = now_ms() + STAGE_PATIENCE_MS;
    while (stage->readies < count) {
        if (waitpid(stage->worker, NULL, WNOHANG) == stage->worker) {
            stage->worker = 0;
            fail_msg("the worker ended; its log says why");
        }
        if (now_ms() > until)
            fail_msg("the worker does not say READY");
        stage_pass(stage, STEP_MS);
    }
}

/* ---- jobs and results ----------------------------------------------------------------------- */

static void send_part(struct stage *stage, const struct wire_message *job, uint32_t index,
                      const struct stage_part *part, uint32_t *credits)
{
    for (size_t offset = 0; offset < part->length;) {
        for (; *credits == 0;) {
            struct wire_message credit = {0};
            stage_hear(stage, &credit, NULL);
            if (credit.command == WIRE_FAIL)
                fail_msg("the worker fails the job: %s", credit.as.fail.reason);
            assert_int_equal(credit.command, WIRE_CREDIT);
            *credits += credit.as.credit.chunks;
        }
        size_t left = part->length - offset;
        struct wire_message chunk = {
            .command = WIRE_CHUNK, .job = job->job, .attempt = job->attempt};
        chunk.as.chunk = (struct wire_chunk){
            .part = index,
            .offset = offset,
            .bytes = (const char *)part->bytes + offset,
            .length = left < WIRE_CHUNK_BYTES_MOST ? left : WIRE_CHUNK_BYTES_MOST};
        stage_say(stage, &chunk);
        offset += chunk.as.chunk.length;
        (*credits)--;
    }
}

int64_t stage_give(struct stage *stage, struct wire_message *job, const struct stage_part *parts,
                   size_t count)
{
    struct wire_part directory[STAGE_PARTS_MOST] = {0};
    assert_true(count <= STAGE_PARTS_MOST);
    for (size_t i = 0; i < count; i++)
        directory[i] = (struct wire_part){.name = (char *)(uintptr_t)parts[i].name,
                                          .size = parts[i].length,
                                          .digest = digest_of(parts[i].bytes, parts[i].length)};
    job->job = ++stage->last_job;
    job->attempt = 1;
    job->as.job.lease_ms = 60000;
    job->as.job.directory = (struct wire_directory){directory, (uint32_t)count};
    stage_say(stage, job);
    job->as.job.directory = (struct wire_directory){0};
    uint32_t credits = PARCEL_CREDITS;
    for (size_t i = 0; i < count; i++)
        send_part(stage, job, (uint32_t)i, &parts[i], &credits);
    return job->job;
}

static void give_credit(struct stage *stage, const struct wire_message *about, uint32_t chunks)
{
    struct wire_message credit = {
        .command = WIRE_CREDIT, .job = about->job, .attempt = about->attempt};
    credit.as.credit.chunks = chunks;
    stage_say(stage, &credit);
}

void stage_take_parts(struct stage *stage, const struct wire_message *result,
                      const struct wire_directory *directory, struct byte_writer *ret_parts)
{
    assert_true(directory->count <= STAGE_PARTS_MOST);
    for (uint32_t i = 0; i < directory->count; i++) {
        ret_parts[i] = (struct byte_writer){0};
        while (ret_parts[i].length < directory->parts[i].size) {
            struct wire_message chunk = {0};
            uint64_t offset = ret_parts[i].length;
            stage_hear(stage, &chunk, &ret_parts[i]);
            assert_int_equal(chunk.command, WIRE_CHUNK);
            assert_int_equal(chunk.as.chunk.part, i);
            assert_true(chunk.as.chunk.offset == offset);
            give_credit(stage, result, 1);
        }
        struct digest digest = digest_of(ret_parts[i].bytes, ret_parts[i].length);
        assert_true(digest_equal(&digest, &directory->parts[i].digest));
    }
}

void stage_settle(struct stage *stage, const struct wire_message *about,
                  enum wire_settlement settlement)
{
    static char why[] = "test";
    struct wire_message settled = {
        .command = WIRE_SETTLED, .job = about->job, .attempt = about->attempt};
    settled.as.settled = (struct wire_settled){(uint8_t)settlement, why};
    stage_say(stage, &settled);
}
