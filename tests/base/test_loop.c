/* test_loop.c - descriptors, timers and signals call back, one at a time. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "base/loop.h"

/* What happened, as letters in order, and the loop to end. */
struct diary {
    struct loop *loop;
    char letters[32];
    int file;
    void *socket;
    unsigned timer;
};

static void write_letter(struct diary *diary, char letter)
{
    size_t length = strlen(diary->letters);
    assert_true(length + 1 < sizeof diary->letters);
    diary->letters[length] = letter;
}

static struct loop *new_loop(void)
{
    struct loop *loop = NULL;
    assert_int_equal(loop_new(clock_system(), &loop, NULL), STATUS_OK);
    return loop;
}

static void take_byte(void *context)
{
    struct diary *diary = context;
    char byte = 0;
    assert_int_equal(read(diary->file, &byte, 1), 1);
    write_letter(diary, byte);
    if (byte == '.')
        loop_stop(diary->loop);
}

static void a_readable_descriptor_calls_back_until_it_is_empty(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct diary diary = {.loop = new_loop(), .file = ends[0]};
    assert_int_equal(loop_add_file(diary.loop, ends[0], take_byte, &diary, NULL), STATUS_OK);
    assert_int_equal(write(ends[1], "ab.", 3), 3);
    assert_int_equal(loop_run(diary.loop, NULL), STATUS_OK);
    assert_string_equal(diary.letters, "ab.");
    assert_true(loop_is_stopping(diary.loop));
    loop_free(&diary.loop);
    assert_null(diary.loop);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void take_message(void *context)
{
    struct diary *diary = context;
    char byte = 0;
    while (zmq_recv(diary->socket, &byte, 1, ZMQ_DONTWAIT) == 1)
        write_letter(diary, byte);
    if (byte == '.')
        loop_stop(diary->loop);
}

static void a_socket_calls_back(void **state)
{
    (void)state;
    void *zmq = zmq_ctx_new();
    void *in = zmq_socket(zmq, ZMQ_PAIR);
    void *out = zmq_socket(zmq, ZMQ_PAIR);
    assert_int_equal(zmq_bind(in, "inproc://loop"), 0);
    assert_int_equal(zmq_connect(out, "inproc://loop"), 0);
    struct diary diary = {.loop = new_loop(), .socket = in};
    assert_int_equal(loop_add_socket(diary.loop, in, take_message, &diary, NULL), STATUS_OK);
    assert_int_equal(zmq_send(out, "z", 1, 0), 1);
    assert_int_equal(zmq_send(out, ".", 1, 0), 1);
    assert_int_equal(loop_run(diary.loop, NULL), STATUS_OK);
    assert_string_equal(diary.letters, "z.");
    loop_remove_socket(diary.loop, in);
    loop_free(&diary.loop);
    (void)zmq_close(in);
    (void)zmq_close(out);
    (void)zmq_ctx_term(zmq);
}

static void tick(void *context)
{
    struct diary *diary = context;
    write_letter(diary, 't');
    if (strlen(diary->letters) == 3)
        loop_remove_timer(diary->loop, diary->timer);
}

static void end(void *context)
{
    struct diary *diary = context;
    write_letter(diary, '.');
    loop_stop(diary->loop);
}

/* A clock that a test moves: each look at it is a millisecond later. */
static int64_t creep(void *context)
{
    int64_t *now = context;
    return (*now)++;
}

static void a_timer_comes_again_until_it_is_removed(void **state)
{
    (void)state;
    int64_t now = 0;
    const struct clock clock = {creep, creep, &now};
    struct diary diary = {0};
    assert_int_equal(loop_new(&clock, &diary.loop, NULL), STATUS_OK);
    diary.timer = loop_add_timer(diary.loop, 1, tick, &diary);
    assert_int_not_equal(diary.timer, 0);
    assert_int_not_equal(loop_add_timer(diary.loop, 60, end, &diary), 0);
    assert_int_equal(loop_run(diary.loop, NULL), STATUS_OK);
    assert_string_equal(diary.letters, "ttt.");
    loop_free(&diary.loop);
}

static void remove_and_end(void *context)
{
    struct diary *diary = context;
    write_letter(diary, 'r');
    loop_remove_file(diary->loop, diary->file);
    (void)loop_add_timer(diary->loop, 0, end, diary);
}

static void a_source_removed_in_its_callback_is_silent(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct diary diary = {.loop = new_loop(), .file = ends[0]};
    assert_int_equal(loop_add_file(diary.loop, ends[0], remove_and_end, &diary, NULL), STATUS_OK);
    assert_int_equal(write(ends[1], "ab", 2), 2);
    assert_int_equal(loop_run(diary.loop, NULL), STATUS_OK);
    assert_string_equal(diary.letters, "r.");
    loop_free(&diary.loop);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void note_signal(void *context, int signal_number)
{
    struct diary *diary = context;
    write_letter(diary, signal_number == SIGHUP ? 'h' : signal_number == SIGTERM ? 't' : '?');
    if (signal_number == SIGTERM)
        loop_stop(diary->loop);
}

static void signals_arrive_in_the_loop(void **state)
{
    (void)state;
    struct diary diary = {.loop = new_loop()};
    assert_int_equal(loop_catch_signals(diary.loop, note_signal, &diary, NULL), STATUS_OK);
    assert_int_equal(raise(SIGHUP), 0);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(loop_run(diary.loop, NULL), STATUS_OK);
    assert_int_equal(strlen(diary.letters), 2);
    assert_non_null(strchr(diary.letters, 'h'));
    assert_non_null(strchr(diary.letters, 't'));
    loop_free(&diary.loop);
}

static void ignore(void *context)
{
    (void)context;
}

static void more_sources_than_it_holds_are_refused(void **state)
{
    (void)state;
    struct loop *loop = new_loop();
    struct fault fault = {0};
    enum status status = STATUS_OK;
    int added = 0;
    while (status == STATUS_OK && added < 1000) {
        status = loop_add_file(loop, STDIN_FILENO, ignore, NULL, &fault);
        added += status == STATUS_OK ? 1 : 0;
    }
    assert_int_equal(status, STATUS_LATER);
    assert_int_equal(added, 64);
    int timers = 0;
    while (timers < 1000 && loop_add_timer(loop, 1000, ignore, NULL) != 0)
        timers++;
    assert_int_equal(timers, 32);
    loop_free(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_readable_descriptor_calls_back_until_it_is_empty),
        cmocka_unit_test(a_socket_calls_back),
        cmocka_unit_test(a_timer_comes_again_until_it_is_removed),
        cmocka_unit_test(a_source_removed_in_its_callback_is_silent),
        cmocka_unit_test(signals_arrive_in_the_loop),
        cmocka_unit_test(more_sources_than_it_holds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
