/* test_zygote.c - whatever happens to a child, the zygote goes on; whatever happens to the zygote
 * or the program, no process is left behind; and starting says what is missing. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ocr/child.h"
#include "ocr/network_kernels.h"
#include "ocr/ocr.h"
#include "tests/ocr/sheet.h"

enum { LOOKS_MOST = 60000 }; /* for a child to stop, a millisecond apart */

/* A sealed memory file, as the reader hands it in. */
static int scan_file(const struct byte_writer *bytes)
{
    int file = memfd_create("scan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes->bytes, bytes->length), bytes->length);
    return file;
}

static enum status submit(struct ocr *ocr, const struct byte_writer *bytes, struct fault *fault)
{
    int file = scan_file(bytes);
    enum status status = ocr_submit(ocr, file, bytes->length, fault);
    close(file);
    return status;
}

/* The event that ends the scan; HALT in *ret_status when the zygote is gone. */
static struct ocr_event await_end(struct ocr *ocr, enum status *ret_status, unsigned *ret_pages)
{
    struct ocr_event event = {0};
    struct fault fault = {0};
    *ret_pages = 0;
    for (;;) {
        struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
        assert_true(poll(&entry, 1, 240000) == 1);
        *ret_status = ocr_take(ocr, &event, &fault);
        if (*ret_status != STATUS_OK)
            return (struct ocr_event){0};
        *ret_pages += event.kind == OCR_EVENT_PAGE;
        if (event.kind == OCR_EVENT_DONE || event.kind == OCR_EVENT_FAILED)
            return event;
        ocr_event_done(&event);
    }
}

static struct ocr_event read_scan(struct ocr *ocr, const struct byte_writer *bytes)
{
    enum status status = STATUS_OK;
    unsigned pages = 0;
    struct fault fault = {0};
    assert_int_equal(submit(ocr, bytes, &fault), STATUS_OK);
    struct ocr_event event = await_end(ocr, &status, &pages);
    assert_int_equal(status, STATUS_OK);
    return event;
}

static struct ocr *start(const struct ocr_options *options)
{
    struct ocr *ocr = NULL;
    struct fault fault = {0};
    if (ocr_start(options, &ocr, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return ocr;
}

static void starting_says_what_is_missing(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    struct ocr *ocr = NULL;
    struct fault fault = {0};
    options.languages = "deu+xxx";
    assert_int_equal(ocr_start(&options, &ocr, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "xxx"));
    options.languages = "xxx";
    assert_int_equal(ocr_start(&options, &ocr, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "xxx"));
    options = sheet_options();
    options.tessdata = "/nowhere";
    assert_int_equal(ocr_start(&options, &ocr, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "/nowhere"));
    options = sheet_options();
    options.page_cpu_s = 0;
    assert_int_equal(ocr_start(&options, &ocr, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "page_cpu_s"));

    assert_int_equal(unsetenv("OMP_THREAD_LIMIT"), 0);
    options = sheet_options();
    assert_int_equal(ocr_start(&options, &ocr, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "OMP_THREAD_LIMIT=1"));
    assert_int_equal(setenv("OMP_THREAD_LIMIT", "1", 1), 0);
    assert_null(ocr);
}

static void *wait_for_byte(void *context)
{
    const int *file = context;
    char byte;
    (void)!read(*file, &byte, 1);
    return NULL;
}

static void a_program_with_threads_cannot_start(void **state)
{
    (void)state;
    int ends[2];
    pthread_t thread;
    struct ocr_options options = sheet_options();
    struct ocr *ocr = NULL;
    struct fault fault = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_byte, &ends[0]), 0);
    enum status status = ocr_start(&options, &ocr, &fault);
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
#ifndef POSTEINGANG_SANITIZED // ThreadSanitizer has threads of its own
    assert_non_null(strstr(fault.text, "threads"));
#endif
    assert_int_equal(status, STATUS_HALT);
}

static void a_page_that_cannot_be_decoded_is_flagged_among_good_ones(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    struct ocr *ocr = start(&options);
    // Both lines of the sheet that is read first came out the same here and there.
    assert_string_equal(ocr_network(ocr), network_kernels_at(0)->name);
    PIX *letter = sheet_letter();
    struct sheet_tiff how = {.compression = COMPRESSION_CCITTFAX4};
    struct byte_writer file = sheet_tiff_file(letter, &how, 3);
    file.length -= 40; // into the last directory
    unsigned pages = 0;
    enum status status = STATUS_OK;
    assert_int_equal(submit(ocr, &file, NULL), STATUS_OK);
    struct ocr_event event = await_end(ocr, &status, &pages);
    assert_int_equal(event.kind, OCR_EVENT_DONE);
    assert_int_equal(pages, 3);
    assert_int_equal(event.scan_page_count, 3);
    const struct reading *reading = &event.documents[0].reading;
    assert_int_equal(reading->page_count, 3);
    assert_int_equal(reading->pages[1].flags & READING_PAGE_UNREADABLE, 0);
    assert_int_equal(reading->pages[2].flags & READING_PAGE_UNREADABLE, READING_PAGE_UNREADABLE);
    assert_int_equal(event.pages[2].outcome, 0);
    assert_int_equal(event.pages[2].document, 1);
    ocr_event_done(&event);
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&letter);
}

static void a_scan_without_a_good_page_is_refused(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    options.page_pixels_most = 200000; // enough for the page that it tries itself on
    struct ocr *ocr = start(&options);
    PIX *letter = sheet_letter();
    struct byte_writer file = sheet_tiff_file(letter, &(struct sheet_tiff){0}, 2);
    struct ocr_event event = read_scan(ocr, &file);
    assert_int_equal(event.kind, OCR_EVENT_FAILED);
    assert_int_equal(event.fault.status, STATUS_REFUSE);
    assert_non_null(strstr(event.fault.text, "zu gro"));
    ocr_event_done(&event);
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&letter);
}

static void late_children_end_the_attempt_and_the_zygote_goes_on(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    options.page_wall_ms = 1;
    struct ocr *ocr = start(&options);
    PIX *letter = sheet_letter();
    // On a busy machine one child may be done before the zygote looks at the clock; not each of so many.
    struct byte_writer file = sheet_tiff_file(letter, &(struct sheet_tiff){0}, 12);
    for (int i = 0; i < 3; i++) {
        struct ocr_event event = read_scan(ocr, &file);
        assert_int_equal(event.kind, OCR_EVENT_FAILED);
        assert_int_equal(event.fault.status, STATUS_LATER);
        ocr_event_done(&event);
    }
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&letter);
}

/* The same letter many times on one page: seconds of work for recognition. */
static PIX *long_page(PIX *letter)
{
    enum { COPIES = 5 };
    int width = pixGetWidth(letter), height = pixGetHeight(letter);
    PIX *page = pixCreate(width * COPIES, height * COPIES, 1);
    assert_non_null(page);
    for (int i = 0; i < COPIES * COPIES; i++)
        pixRasterop(page, i % COPIES * width, i / COPIES * height, width, height, PIX_SRC, letter,
                    0, 0);
    return page;
}

static void a_page_whose_time_runs_out_is_kept_without_words(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    options.page_cpu_s = 1;
    struct ocr *ocr = start(&options);
    PIX *letter = sheet_letter(), *page = long_page(letter);
    struct sheet_tiff how = {.compression = COMPRESSION_CCITTFAX4};
    struct byte_writer file = sheet_tiff_file(page, &how, 1);
    struct ocr_event event = read_scan(ocr, &file);
    if (event.kind != OCR_EVENT_DONE)
        fail_msg("%s", event.fault.text);
    const struct reading_page *read = &event.documents[0].reading.pages[0];
    assert_int_equal(read->flags, READING_PAGE_CUT_SHORT);
    assert_int_equal(read->word_count, 0);
    assert_int_equal(read->width, pixGetWidth(page));
    assert_true(event.documents[0].pdf_length > file.length / 2);
    ocr_event_done(&event);
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&page);
    pixDestroy(&letter);
}

#ifndef POSTEINGANG_SANITIZED
static void too_little_memory_ends_the_attempt_and_the_zygote_goes_on(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    options.page_memory = 1 << 20;
    struct ocr *ocr = start(&options);
    PIX *letter = sheet_letter();
    struct byte_writer file = sheet_tiff_file(letter, &(struct sheet_tiff){0}, 1);
    for (int i = 0; i < 2; i++) {
        struct ocr_event event = read_scan(ocr, &file);
        assert_int_equal(event.kind, OCR_EVENT_FAILED);
        assert_int_equal(event.fault.status, STATUS_LATER);
        ocr_event_done(&event);
    }
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&letter);
}
#endif

/* The first child of a process; 0 when it has none. */
static pid_t child_of(pid_t parent)
{
    char path[64];
    int child = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *children = fopen(path, "re");
    assert_non_null(children);
    if (fscanf(children, "%d", &child) != 1)
        child = 0;
    (void)fclose(children);
    return child;
}

/* The zygote is the only child of this process. */
static pid_t only_child(void)
{
    pid_t child = child_of(getpid());
    assert_int_not_equal(child, 0);
    return child;
}

/* Whether /proc/PROCESS/status holds a line. */
static bool has_status(pid_t process, const char *line)
{
    char path[64];
    char found[256];
    bool has = false;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *status = fopen(path, "re");
    while (status != NULL && !has && fgets(found, sizeof found, status) != NULL)
        has = strcmp(found, line) == 0;
    if (status != NULL)
        (void)fclose(status);
    return has;
}

/* A page child in its sandbox, that is in the middle of its work, stopped so that it cannot end by
 * itself any more. */
static pid_t stop_page_child(pid_t zygote)
{
    pid_t child = 0;
    for (int looks = 0; child == 0 || !has_status(child, "Seccomp:\t2\n") ||
                        kill(child, SIGSTOP) != 0 || !has_status(child, "State:\tT (stopped)\n");
         looks++) {
        if (looks > LOOKS_MOST)
            fail_msg("no child of the zygote could be stopped");
        (void)usleep(1000);
        child = child_of(zygote);
    }
    return child;
}

static void a_dead_zygote_is_noticed(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    struct ocr *ocr = start(&options);
    assert_int_equal(kill(only_child(), SIGKILL), 0);
    struct ocr_event event = {0};
    struct fault fault = {0};
    struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
    assert_int_equal(poll(&entry, 1, 10000), 1);
    assert_int_equal(ocr_take(ocr, &event, &fault), STATUS_HALT);
    PIX *line = sheet_line("Seite");
    struct byte_writer file = sheet_tiff_file(line, &(struct sheet_tiff){0}, 1);
    assert_int_equal(submit(ocr, &file, &fault), STATUS_HALT);
    ocr_stop(&ocr);
    byte_writer_done(&file);
    pixDestroy(&line);
}

static void stopping_leaves_no_process_behind(void **state)
{
    (void)state;
    // Orphans of the zygote come to this process, which can then see how they end.
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    struct ocr_options options = sheet_options();
    struct ocr *ocr = start(&options);
    PIX *letter = sheet_letter();
    struct byte_writer file = sheet_tiff_file(letter, &(struct sheet_tiff){0}, 4);
    assert_int_equal(submit(ocr, &file, NULL), STATUS_OK);
    pid_t page_child = stop_page_child(only_child());
    ocr_stop(&ocr);
    assert_null(ocr);
    int ended = 0;
    assert_int_equal(waitpid(page_child, &ended, 0), page_child); // for ever, if nobody kills it
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    while (waitpid(-1, &ended, 0) > 0) // those that had ended before
        ;
    assert_int_equal(errno, ECHILD);
    byte_writer_done(&file);
    pixDestroy(&letter);
}

/* --- one child at a time --- */

static enum status answers(void *context, struct byte_writer *payload, struct fault *fault)
{
    byte_writer_string(payload, context);
    return fault_set(fault, STATUS_OK, "gut");
}

static enum status refuses(void *context, struct byte_writer *payload, struct fault *fault)
{
    (void)context;
    byte_writer_u8(payload, 7);
    return fault_set(fault, STATUS_REFUSE, "nein");
}

static enum status crashes(void *context, struct byte_writer *payload, struct fault *fault)
{
    (void)payload;
    (void)fault;
    raise(*(int *)context);
    return STATUS_OK;
}

static enum status leaves(void *context, struct byte_writer *payload, struct fault *fault)
{
    (void)context;
    (void)payload;
    (void)fault;
    _exit(3);
}

static enum status floods(void *context, struct byte_writer *payload, struct fault *fault)
{
    (void)context;
    static const uint8_t block[4096];
    for (int i = 0; i < 1000; i++)
        byte_writer_raw(payload, block, sizeof block);
    return fault_set(fault, STATUS_OK, "viel");
}

static enum status opens_a_socket(void *context, struct byte_writer *payload, struct fault *fault)
{
    (void)context;
    (void)payload;
    (void)fault;
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? STATUS_OK : STATUS_REFUSE;
}

static void a_childs_end_is_told_apart(void **state)
{
    (void)state;
    static int abort_signal = SIGABRT;
    static char word[] = "Ergebnis";
    static const struct {
        const char *name;
        child_work *work;
        void *context;
        enum status status;
        const char *says;
        size_t payload;
    } rows[] = {
        {"answers", answers,        word,          STATUS_OK,     "gut",         12},
        {"refuses", refuses,        NULL,          STATUS_REFUSE, "nein",        1 },
        {"aborts",  crashes,        &abort_signal, STATUS_LATER,  "crashed",     0 },
        {"leaves",  leaves,         NULL,          STATUS_LATER,  "ended early", 0 },
        {"floods",  floods,         NULL,          STATUS_LATER,  "more than",   0 },
        {"socket",  opens_a_socket, NULL,          STATUS_LATER,  "forbidden",   0 },
    };
    struct ocr_options options = sheet_options();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct child child;
        struct child_outcome outcome;
        assert_int_equal(child_start(&child, rows[i].work, rows[i].context, &options, 100000, NULL),
                         STATUS_OK);
        do {
            struct pollfd entries[2];
            int64_t wait_ms = 0;
            nfds_t count = child_poll(&child, entries, &wait_ms);
            (void)poll(entries, count, (int)wait_ms);
        } while (!child_step(&child));
        child_outcome(&child, &outcome);
        if (outcome.fault.status != rows[i].status ||
            strstr(outcome.fault.text, rows[i].says) == NULL || outcome.length != rows[i].payload)
            fail_msg("%s: %s, \"%s\", %zu bytes", rows[i].name, status_name(outcome.fault.status),
                     outcome.fault.text, outcome.length);
        child_end(&child);
        assert_false(child_is_running(&child));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starting_says_what_is_missing),
        cmocka_unit_test(a_program_with_threads_cannot_start),
        cmocka_unit_test(a_page_that_cannot_be_decoded_is_flagged_among_good_ones),
        cmocka_unit_test(a_scan_without_a_good_page_is_refused),
        cmocka_unit_test(late_children_end_the_attempt_and_the_zygote_goes_on),
        cmocka_unit_test(a_page_whose_time_runs_out_is_kept_without_words),
#ifndef POSTEINGANG_SANITIZED
        cmocka_unit_test(too_little_memory_ends_the_attempt_and_the_zygote_goes_on),
#endif
        cmocka_unit_test(a_dead_zygote_is_noticed),
        cmocka_unit_test(stopping_leaves_no_process_behind),
        cmocka_unit_test(a_childs_end_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
