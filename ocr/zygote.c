/* zygote.c - see zygote.h.
 *
 * A scan goes through three kinds of children: one that counts its pages, one for each page, one
 * that puts the results together. The zygote itself never looks at the scan or at a result: it
 * maps the bytes, passes them on by fork, and keeps results as bytes for the last child.
 *
 * A page that is refused is replaced by a placeholder that its child made; when no page could be
 * read the scan is refused with the first page's reason. A crash or lack of memory
 * ends the attempt with LATER; but a page whose time ran out gets a second child that only keeps
 * its picture, so that one page never holds up a scan.
 *
 * It ends when its socket is hung up, and is killed with its parent (PDEATHSIG); its children are
 * killed with it. Signals that a terminal or supervisor sends to the group are left to the
 * program: it decides when reading stops. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "ocr/child.h"
#include "ocr/compose.h"
#include "ocr/engine.h"
#include "ocr/finish.h"
#include "ocr/format.h"
#include "ocr/message.h"
#include "ocr/page.h"
#include "ocr/series_forward.h"
#include "ocr/warm_up.h"
#include "ocr/zygote.h"

enum {
    INSPECTION_BYTES_MOST = 4096,
    ENTRIES = 3, /* to poll: the socket, and two of the child */
};

/* A page's result may be longer than the scan: pixels that PDF cannot hold as they came. */
static const uint64_t PAGE_BYTES_MOST = 512ULL << 20;
static const uint64_t RESULT_BYTES_MOST = 2ULL << 30;

enum step { STEP_IDLE, STEP_INSPECT, STEP_PAGE, STEP_FINISH };

struct zygote {
    int socket;
    const struct ocr_options *options;
    struct engine *engine;
    struct child child;
    enum step step;
    uint64_t scan; /* the caller's number of it */
    struct source source;
    uint32_t page_count, page; /* the one in work, from 0 */
    bool is_page_kept_unread;  /* the one in work took too long once */
    uint32_t unreadable_count;
    struct fault first_refusal;
    struct page_bytes *pages;
    uint64_t page_bytes;
};

/* --- the children's work; runs confined --- */

static enum status inspect_scan(void *context, struct byte_writer *payload, struct fault *fault)
{
    const struct zygote *zygote = context;
    const struct format *format = format_of(&zygote->source);
    if (format == NULL)
        return format_refuse_unknown(&zygote->source, fault);
    uint32_t pages = 0;
    enum status status = format->count(&zygote->source, zygote->options, &pages, fault);
    byte_writer_u32(payload, pages);
    return status;
}

static enum status work_on_page(void *context, struct byte_writer *payload, struct fault *fault)
{
    const struct zygote *zygote = context;
    const struct format *format = format_of(&zygote->source);
    struct page_result result;
    enum status status = page_read(zygote->engine, format, &zygote->source, zygote->options,
                                   zygote->page, &result, fault);
    bool is_refused = status == STATUS_REFUSE;
    if (is_refused)
        status = page_unreadable(zygote->page, &result, NULL);
    if (status == STATUS_OK) {
        page_result_encode(&result, payload);
        page_result_done(&result);
    }
    return status == STATUS_OK && is_refused ? STATUS_REFUSE : status;
}

static enum status keep_page_unread(void *context, struct byte_writer *payload, struct fault *fault)
{
    const struct zygote *zygote = context;
    struct page_result result;
    enum status status = page_keep(format_of(&zygote->source), &zygote->source, zygote->options,
                                   zygote->page, &result, fault);
    if (status == STATUS_OK) {
        page_result_encode(&result, payload);
        page_result_done(&result);
    }
    return status;
}

static enum status finish(void *context, struct byte_writer *payload, struct fault *fault)
{
    const struct zygote *zygote = context;
    return finish_scan(zygote->engine, zygote->options, &zygote->source, zygote->pages,
                       zygote->page_count, payload, fault);
}

static enum status compose(void *context, struct byte_writer *payload, struct fault *fault)
{
    const struct zygote *zygote = context;
    return compose_documents(zygote->options, &zygote->source, payload, fault);
}

/* --- the zygote --- */

static void forget_scan(struct zygote *zygote)
{
    child_end(&zygote->child);
    for (uint32_t i = 0; zygote->pages != NULL && i < zygote->page_count; i++)
        free(zygote->pages[i].bytes);
    free(zygote->pages);
    zygote->pages = NULL;
    if (zygote->source.bytes != NULL)
        munmap((void *)(uintptr_t)zygote->source.bytes, zygote->source.length);
    zygote->source = (struct source){0};
    zygote->page_count = zygote->page = zygote->unreadable_count = 0;
    zygote->is_page_kept_unread = false;
    zygote->page_bytes = 0;
    fault_clear(&zygote->first_refusal);
    zygote->step = STEP_IDLE;
}

/* Without the program there is nobody to serve. */
static void tell(const struct zygote *zygote, struct message *message)
{
    message->scan = zygote->scan;
    if (message_send(zygote->socket, message, NULL) == STATUS_HALT)
        _exit(EXIT_DONE);
}

static void fail_scan(struct zygote *zygote, const struct fault *fault)
{
    struct message message = {.kind = MESSAGE_FAILED, .file = -1, .fault = *fault};
    forget_scan(zygote);
    tell(zygote, &message);
}

static void start_child_within(struct zygote *zygote, enum step step, child_work *work,
                               uint64_t most, const struct ocr_options *limits)
{
    struct fault fault = {0};
    child_end(&zygote->child);
    zygote->step = step;
    if (child_start(&zygote->child, work, zygote, limits, most, &fault) != STATUS_OK)
        fail_scan(zygote, &fault);
}

static void start_child(struct zygote *zygote, enum step step, child_work *work, uint64_t most)
{
    start_child_within(zygote, step, work, most, zygote->options);
}

static void start_scan(struct zygote *zygote, const struct message *message)
{
    struct fault fault = {0};
    struct stat facts;
    forget_scan(zygote);
    zygote->scan = message->scan;
    if (message->size == 0) {
        format_refuse_unknown(&zygote->source, &fault);
    } else if (message->kind == MESSAGE_SCAN &&
               message->size > (uint64_t)zygote->options->scan_bytes_most) {
        fault_set(&fault, STATUS_REFUSE,
                  "Die Datei ist mit %llu MB zu groß. Bitte in kleineren Stapeln scannen.",
                  (unsigned long long)(message->size / 1000000));
    } else if (fstat(message->file, &facts) != 0 || (uint64_t)facts.st_size < message->size) {
        fault_set(&fault, STATUS_LATER, "the scan is shorter than was said");
    } else {
        void *bytes = mmap(NULL, message->size, PROT_READ, MAP_PRIVATE, message->file, 0);
        if (bytes == MAP_FAILED)
            fault_errno(&fault, STATUS_LATER, "cannot map the scan");
        else
            zygote->source = (struct source){bytes, message->size};
    }
    if (fault.status != STATUS_OK)
        fail_scan(zygote, &fault);
    else if (message->kind == MESSAGE_COMPOSE)
        start_child(zygote, STEP_FINISH, compose, RESULT_BYTES_MOST);
    else
        start_child(zygote, STEP_INSPECT, inspect_scan, INSPECTION_BYTES_MOST);
}

static void take_message(struct zygote *zygote)
{
    struct message message;
    if (message_receive(zygote->socket, false, &message, NULL) != STATUS_OK) {
        forget_scan(zygote);
        _exit(EXIT_DONE);
    }
    bool is_work = message.kind == MESSAGE_SCAN || message.kind == MESSAGE_COMPOSE;
    if (is_work && message.file >= 0)
        start_scan(zygote, &message);
    else if (message.kind == MESSAGE_CANCEL && message.scan == zygote->scan)
        forget_scan(zygote);
    if (message.file >= 0)
        close(message.file);
}

static void after_inspection(struct zygote *zygote, const struct child_outcome *outcome)
{
    struct byte_reader reader = byte_reader_over(outcome->payload, outcome->length);
    uint32_t pages = byte_reader_u32(&reader);
    struct fault fault = outcome->fault;
    if (fault.status == STATUS_OK &&
        (!byte_reader_finished(&reader) || pages == 0 ||
         pages > (uint32_t)zygote->options->scan_pages_most || pages > READING_PAGES_MOST))
        fault_set(&fault, STATUS_LATER, "the count of pages came back broken");
    if (fault.status == STATUS_OK)
        zygote->pages = calloc(pages, sizeof *zygote->pages);
    if (fault.status == STATUS_OK && zygote->pages == NULL)
        fault_set(&fault, STATUS_LATER, "out of memory for %u pages", pages);
    if (fault.status != STATUS_OK) {
        fail_scan(zygote, &fault);
        return;
    }
    zygote->page_count = pages;
    start_child(zygote, STEP_PAGE, work_on_page, PAGE_BYTES_MOST);
}

/* Keeps a page's bytes for the last child. */
static bool keep_page(struct zygote *zygote, const struct child_outcome *outcome)
{
    uint8_t *bytes = malloc(outcome->length == 0 ? 1 : outcome->length);
    if (bytes == NULL)
        return false;
    if (outcome->length > 0)
        memcpy(bytes, outcome->payload, outcome->length);
    zygote->pages[zygote->page] = (struct page_bytes){bytes, outcome->length};
    zygote->page_bytes += outcome->length;
    return true;
}

/* What keeping a page without its words may take, of the limit for reading it. */
static int64_t part_of(int64_t limit, int64_t least)
{
    enum { KEEPING_PART = 4 };
    return limit / KEEPING_PART > least ? limit / KEEPING_PART : least;
}

/* Layout analysis knows no deadline: a page that was stopped is passed on without its words. That is
 * a small part of the work: a page that cannot even be drawn in time costs little more for it. */
static bool has_second_chance(struct zygote *zygote, const struct child_outcome *outcome)
{
    if (!outcome->is_out_of_time || zygote->is_page_kept_unread)
        return false;
    zygote->is_page_kept_unread = true;
    struct ocr_options limits = *zygote->options;
    limits.page_wall_ms = part_of(limits.page_wall_ms, 1000);
    limits.page_cpu_s = part_of(limits.page_cpu_s, 1);
    start_child_within(zygote, STEP_PAGE, keep_page_unread, PAGE_BYTES_MOST, &limits);
    return true;
}

static void after_page(struct zygote *zygote, const struct child_outcome *outcome)
{
    struct fault fault = outcome->fault;
    if (has_second_chance(zygote, outcome))
        return;
    zygote->is_page_kept_unread = false;
    if (fault.status == STATUS_REFUSE && zygote->unreadable_count++ == 0)
        zygote->first_refusal = fault;
    if (fault.status == STATUS_LATER)
        fault_within(&fault, "page %u of %u", zygote->page + 1, zygote->page_count);
    else if (!keep_page(zygote, outcome))
        fault_set(&fault, STATUS_LATER, "out of memory for the result of page %u",
                  zygote->page + 1);
    else if (zygote->page_bytes > RESULT_BYTES_MOST)
        fault_set(&fault, STATUS_REFUSE,
                  "Der Scan ist ausgepackt zu groß. Bitte in kleineren Stapeln scannen.");
    else
        fault_clear(&fault);
    if (fault.status != STATUS_OK) {
        fail_scan(zygote, &fault);
        return;
    }
    struct message message = {.kind = MESSAGE_PAGE,
                              .file = -1,
                              .page = zygote->page + 1,
                              .page_count = zygote->page_count};
    tell(zygote, &message);
    zygote->page++;
    if (zygote->page < zygote->page_count)
        start_child(zygote, STEP_PAGE, work_on_page, PAGE_BYTES_MOST);
    else if (zygote->unreadable_count == zygote->page_count)
        fail_scan(zygote, &zygote->first_refusal);
    else
        start_child(zygote, STEP_FINISH, finish, RESULT_BYTES_MOST);
}

static void after_finish(struct zygote *zygote, const struct child_outcome *outcome)
{
    struct fault fault = outcome->fault;
    if (fault.status != STATUS_OK) {
        fault.status = STATUS_LATER;
        fail_scan(zygote, &fault);
        return;
    }
    int file = message_file(outcome->payload, outcome->length);
    if (file < 0) {
        fault_errno(&fault, STATUS_LATER, "no memory file for the outcome");
        fail_scan(zygote, &fault);
        return;
    }
    struct message message = {.kind = MESSAGE_DONE, .file = file, .size = outcome->length};
    tell(zygote, &message);
    close(file);
    forget_scan(zygote);
}

static void take_outcome(struct zygote *zygote)
{
    typedef void after_function(struct zygote *, const struct child_outcome *);
    static after_function *const after[] = {
        [STEP_IDLE] = NULL,
        [STEP_INSPECT] = after_inspection,
        [STEP_PAGE] = after_page,
        [STEP_FINISH] = after_finish,
    };
    struct child_outcome outcome;
    child_outcome(&zygote->child, &outcome);
    after[zygote->step](zygote, &outcome);
}

_Noreturn static void serve(struct zygote *zygote)
{
    for (;;) {
        struct pollfd entries[ENTRIES] = {
            {.fd = zygote->socket, .events = POLLIN}
        };
        nfds_t count = 1;
        int64_t wait_ms = -1;
        if (child_is_running(&zygote->child))
            count += child_poll(&zygote->child, entries + 1, &wait_ms);
        if (poll(entries, count, (int)wait_ms) < 0 && errno != EINTR)
            _exit(EXIT_STORAGE);
        if (entries[0].revents != 0)
            take_message(zygote);
        else if (child_is_running(&zygote->child) && child_step(&zygote->child))
            take_outcome(zygote);
    }
}

/* The program's handlers have nothing to do here: they would act on what is no longer theirs. The
 * sanitizers' own, which describe a crash, stay. */
static void forget_handlers(void)
{
#ifdef POSTEINGANG_SANITIZED
    const int kept[] = {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
#else
    const int kept[] = {SIGKILL};
#endif
    for (int number = 1; number < NSIG; number++) {
        bool is_kept = false;
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            is_kept = is_kept || kept[i] == number;
        if (!is_kept)
            signal(number, SIG_DFL); // fails for those that nobody may change
    }
}

/* A process of its own: no signals of the group, no descriptors of the program's. */
static void settle(int *socket, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(EXIT_DONE);
    prctl(PR_SET_NAME, "posteingang-ocr", 0, 0, 0);
    forget_handlers();
    const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    int kept = fcntl(*socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    dup2(kept, STDERR_FILENO + 1);
    (void)fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC);
    *socket = STDERR_FILENO + 1;
    close_range((unsigned)*socket + 1, ~0U, 0);
}

_Noreturn void zygote_run(int socket, pid_t parent, const struct ocr_options *options)
{
    settle(&socket, parent);
    struct zygote zygote = {.socket = socket, .options = options};
    child_init(&zygote.child);
    struct message ready = {.kind = MESSAGE_READY, .file = -1};
    enum status status = engine_open(options, &zygote.engine, &ready.fault);
    if (status == STATUS_OK)
        status = warm_up(zygote.engine, options, &ready.fault);
    if (status == STATUS_OK)
        (void)fault_set(&ready.fault, STATUS_OK, "%s", series_forward_by());
    ready.fault.status = status;
    if (message_send(socket, &ready, NULL) != STATUS_OK || status != STATUS_OK)
        _exit(EXIT_CONFIGURATION);
    serve(&zygote);
}
