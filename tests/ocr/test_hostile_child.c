/* test_hostile_child.c - a document that takes over the process that reads it gets nowhere.
 *
 * Here format_of(), the first function that looks at a scan's bytes, is replaced by one that obeys
 * them: a scan that begins with "HOSTILE " and a name lets the child try the attack of that name,
 * in the very process, with the very rights and descriptors, that a decoder with a hole in it
 * would have. After each one the next scan must be read as if nothing had happened. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/durable.h"
#include "base/text.h"
#include "ocr/format.h"
#include "ocr/ocr.h"
#include "tests/base/attacks.h"

enum { SCAN_BYTES_MOST = 64 << 20, WALL_MS = 3000 };

static const char order[] = "HOSTILE ";
static const char got_through[] = "the attack got through";

/* ---- the hostile child ---------------------------------------------------------------------- */

const struct format *__real_format_of(const struct source *source);
const struct format *__wrap_format_of(const struct source *source);

/* What the attack came to, as the words of a refusal. */
static enum status tell_success(const struct source *source, const struct ocr_options *options,
                                uint32_t *ret_pages, struct fault *fault)
{
    (void)source;
    (void)options;
    (void)ret_pages;
    return fault_set(fault, STATUS_REFUSE, "%s", got_through);
}

static bool spins(void)
{
    for (volatile bool goes_on = true; goes_on;) {
    }
    return true;
}

/* Uses no processor time: only the wall clock ends it. */
static bool sleeps_through_its_time(void)
{
    static uint32_t word;
    for (volatile bool goes_on = true; goes_on;)
        (void)syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
    return true;
}

#ifndef POSTEINGANG_SANITIZED // they have their own say about these two
static bool eats_memory(void)
{
    for (size_t sum = 0; sum < (size_t)8 << 30; sum += 64 << 20) {
        char *memory = malloc(64 << 20);
        if (memory == NULL)
            return false; // was told no
        memset(memory, 1, 64 << 20);
    }
    return true;
}

static bool recurses(unsigned depth);
static bool (*volatile deeper)(unsigned depth) = recurses;

static bool recurses(unsigned depth)
{
    volatile char block[4096] = {0};
    block[depth % sizeof block] = 1;
    return deeper(depth + 1) || block[0] == 2;
}

static bool overflows_its_stack(void)
{
    return recurses(0);
}
#endif

static bool crashes(void)
{
    static volatile uintptr_t nowhere = 8; // the compiler must not see through it
    *(volatile int *)nowhere = 1;
    return true;
}

static bool aborts(void)
{
    abort();
}

/* More than a result may be, straight into the pipe. */
static bool floods_its_parent(void)
{
    static const char junk[65536];
    for (int file = 3; file < 16; file++)
        for (uint64_t sent = 0; sent < (uint64_t)1 << 32;) {
            ssize_t written = write(file, junk, sizeof junk);
            if (written <= 0)
                break;
            sent += (uint64_t)written;
        }
    return false;
}

/* What does not reach out but only stands in the way. */
static const struct attack burdens[] = {
    {"spinning",         spins,                   false},
    {"waiting",          sleeps_through_its_time, false},
#ifndef POSTEINGANG_SANITIZED
    {"eating memory",    eats_memory,             false},
    {"stack overflow",   overflows_its_stack,     false},
#endif
    {"crash",            crashes,                 false},
    {"abort",            aborts,                  false},
    {"flood of results", floods_its_parent,       false},
};
enum { BURDENS = sizeof burdens / sizeof burdens[0] };

static const struct attack *find(const struct attack *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (string_equal(table[i].name, name))
            return &table[i];
    return NULL;
}

const struct format *__wrap_format_of(const struct source *source)
{
    static const struct format hostile = {.name = "hostile", .count = tell_success};
    char name[64];
    size_t head = strlen(order);
    if (source->length <= head || source->length >= head + sizeof name ||
        memcmp(source->bytes, order, head) != 0)
        return __real_format_of(source);
    (void)snprintf(name, sizeof name, "%.*s", (int)(source->length - head), source->bytes + head);
    const struct attack *attack = find(attacks, attack_count, name);
    if (attack == NULL)
        attack = find(burdens, BURDENS, name);
    if (attack == NULL)
        return &hostile;
    return attack->run() ? &hostile : NULL; // NULL: refused like any unknown file
}

/* ---- its victim ----------------------------------------------------------------------------- */

static int setup(void **state)
{
    const struct ocr_options options = {
        .languages = "deu",
        .page_wall_ms = WALL_MS,
        .page_ocr_ms = WALL_MS / 2,
        .page_cpu_s = 2,
        .page_memory = 256LL << 20,
        .page_pixels_most = 1000000,
        .page_side_most = 4000,
        .scan_bytes_most = SCAN_BYTES_MOST,
        .scan_pages_most = 3,
        .render_dpi = 150,
    };
    struct fault fault = {0};
    if (ocr_start(&options, (struct ocr **)state, &fault) == STATUS_OK)
        return 0;
    fprintf(stderr, "%s\n", fault.text);
    return -1;
}

static int teardown(void **state)
{
    ocr_stop((struct ocr **)state);
    return 0;
}

/* Submits the bytes and waits for the end. The caller frees the event. */
static void read_scan(struct ocr *ocr, const void *bytes, size_t length, struct ocr_event *event)
{
    struct fault fault = {0};
    int file = memfd_create("scan", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(durable_write(file, bytes, length, &fault), STATUS_OK);
    assert_int_equal(ocr_submit(ocr, file, length, &fault), STATUS_OK);
    close(file);
    for (;;) {
        struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
        assert_true(poll(&entry, 1, -1) > 0 || errno == EINTR);
        if (ocr_take(ocr, event, &fault) != STATUS_OK)
            fail_msg("the zygote is gone: %s", fault.text);
        if (event->kind == OCR_EVENT_DONE || event->kind == OCR_EVENT_FAILED)
            return;
        ocr_event_done(event);
    }
}

/* What became of the scan whose child tried `name`. */
static struct fault attempt(struct ocr *ocr, const char *name)
{
    char scan[96];
    struct ocr_event event = {0};
    int length = snprintf(scan, sizeof scan, "%s%s", order, name);
    read_scan(ocr, scan, (size_t)length, &event);
    if (event.kind != OCR_EVENT_FAILED)
        fail_msg("%s: the scan was read", name);
    struct fault fault = event.fault;
    ocr_event_done(&event);
    return fault;
}

/* A plain one: 8 by 8 pixels of PNG are refused or read, but by an answer, not a crash. */
static void assert_next_scan_is_heard(struct ocr *ocr, const char *after)
{
    static const char text[] = "This is no picture.";
    struct ocr_event event = {0};
    read_scan(ocr, text, sizeof text, &event);
    if (event.kind != OCR_EVENT_FAILED || event.fault.status != STATUS_REFUSE)
        fail_msg("after %s the next scan went wrong: %s", after, event.fault.text);
    ocr_event_done(&event);
}

static void every_attack_from_a_page_child_gets_nowhere(void **state)
{
    for (size_t i = 0; i < attack_count; i++) {
        struct fault fault = attempt(*state, attacks[i].name);
        if (string_equal(fault.text, got_through))
            fail_msg("%s got through", attacks[i].name);
        bool was_killed = strstr(fault.text, "tried a forbidden system call") != NULL;
        bool was_told_no = fault.status == STATUS_REFUSE;
        if (!was_killed && !(was_told_no && !attacks[i].must_be_killed))
            fail_msg("%s: %s (%s)", attacks[i].name, fault.text, status_name(fault.status));
        assert_next_scan_is_heard(*state, attacks[i].name);
    }
}

static void a_child_that_stands_in_the_way_is_ended(void **state)
{
    for (size_t i = 0; i < BURDENS; i++) {
        struct fault fault = attempt(*state, burdens[i].name);
        if (string_equal(fault.text, got_through) || fault.status == STATUS_HALT)
            fail_msg("%s: %s", burdens[i].name, fault.text);
        assert_next_scan_is_heard(*state, burdens[i].name);
    }
}

/* The test can see an attack that gets through. */
static void an_attack_that_gets_through_would_be_seen(void **state)
{
    struct fault fault = attempt(*state, "no attack of that name");
    assert_string_equal(fault.text, got_through);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_from_a_page_child_gets_nowhere),
        cmocka_unit_test(a_child_that_stands_in_the_way_is_ended),
        cmocka_unit_test(an_attack_that_gets_through_would_be_seen),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
