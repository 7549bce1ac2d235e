/* ocr.c - see ocr.h: the program's side. Starts the zygote, hands it scans, checks and hands on
 * what comes back. It never blocks, except in ocr_start(), and never parses a scan. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "base/text.h"
#include "ocr/finish.h"
#include "ocr/message.h"
#include "ocr/ocr.h"
#include "ocr/zygote.h"

enum {
    START_WAIT_MS = 120000, /* loading models from a slow disk */
    NETWORK_NAME_BYTES = 32,
};

struct ocr {
    pid_t zygote;
    int socket;
    uint64_t scan; /* number of the last one submitted */
    bool is_busy;
    char network[NETWORK_NAME_BYTES];
};

static enum status check_environment(struct fault *fault)
{
    const char *limit = getenv("OMP_THREAD_LIMIT");
    if (limit == NULL || strcmp(limit, "1") != 0)
        return fault_set(fault, STATUS_HALT,
                         "OMP_THREAD_LIMIT=1 must stand in the environment before the program "
                         "starts: Tesseract's threads are not allowed in the sandbox");
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return fault_errno(fault, STATUS_HALT, "cannot count the program's threads");
    unsigned count = 0;
    for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        count += entry->d_name[0] != '.';
    closedir(tasks);
    if (count != 1)
        return fault_set(fault, STATUS_HALT,
                         "reading must be started before the program has threads; it has %u",
                         count);
    return STATUS_OK;
}

static enum status check_options(const struct ocr_options *options, struct fault *fault)
{
    const struct {
        const char *name;
        int64_t value, most;
    } rows[] = {
        {"page_wall_ms",     options->page_wall_ms,     86400000                    },
        {"page_ocr_ms",      options->page_ocr_ms,      86400000                    },
        {"page_cpu_s",       options->page_cpu_s,       86400                       },
        {"page_memory",      options->page_memory,      INT64_MAX / 2               },
        {"page_pixels_most", options->page_pixels_most, INT32_MAX                   },
        {"page_side_most",   options->page_side_most,   READING_PIXELS_PER_SIDE_MOST},
        {"scan_bytes_most",  options->scan_bytes_most,  INT32_MAX                   },
        {"scan_pages_most",  options->scan_pages_most,  READING_PAGES_MOST          },
        {"render_dpi",       options->render_dpi,       1200                        },
    };
    if (options->languages == NULL || options->languages[0] == '\0')
        return fault_set(fault, STATUS_HALT, "no language to read in");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value < 1 || rows[i].value > rows[i].most)
            return fault_set(fault, STATUS_HALT, "%s must be from 1 to %lld, not %lld",
                             rows[i].name, (long long)rows[i].most, (long long)rows[i].value);
    return STATUS_OK;
}

static enum status check_sandbox(const struct ocr_options *options, struct fault *fault)
{
    unsigned layers = 0;
    enum status status = sandbox_probe(&layers, fault);
    if (status != STATUS_OK || !options->sandbox_required || layers == SANDBOX_ALL)
        return status;
    char missing[128];
    sandbox_layer_names(SANDBOX_ALL & ~layers, missing, sizeof missing);
    return fault_set(fault, STATUS_HALT,
                     "this kernel lacks a layer of the sandbox: %s (reading.sandbox: preferred "
                     "would read without it)",
                     missing);
}

/* Waits for the zygote's word that it is ready. */
static enum status await_ready(struct ocr *ocr, struct fault *fault)
{
    struct pollfd entry = {.fd = ocr->socket, .events = POLLIN};
    int ready;
    do
        ready = poll(&entry, 1, START_WAIT_MS);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return fault_set(fault, STATUS_HALT, "the reading process does not get ready");
    struct message message;
    enum status status = message_receive(ocr->socket, false, &message, fault);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_HALT, "the reading process died while it was starting");
    if (message.kind != MESSAGE_READY)
        return fault_set(fault, STATUS_HALT, "the reading process says nonsense");
    if (message.fault.status != STATUS_OK)
        return fault_set(fault, STATUS_HALT, "%s", message.fault.text);
    (void)snprintf(ocr->network, sizeof ocr->network, "%.*s", NETWORK_NAME_BYTES - 1,
                   message.fault.text);
    return STATUS_OK;
}

static enum status start_zygote(struct ocr *ocr, const struct ocr_options *options,
                                struct fault *fault)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot make a socket for the reading process");
    pid_t parent = getpid();
    ocr->zygote = fork();
    if (ocr->zygote == 0)
        zygote_run(ends[1], parent, options);
    close(ends[1]);
    ocr->socket = ends[0];
    if (ocr->zygote < 0)
        return fault_errno(fault, STATUS_HALT, "cannot fork the reading process");
    return await_ready(ocr, fault);
}

enum status ocr_start(const struct ocr_options *options, struct ocr **ret_ocr, struct fault *fault)
{
    enum status status = check_environment(fault);
    if (status == STATUS_OK)
        status = check_options(options, fault);
    if (status == STATUS_OK)
        status = check_sandbox(options, fault);
    if (status != STATUS_OK)
        return status;
    struct ocr *ocr = calloc(1, sizeof *ocr);
    if (ocr == NULL)
        return fault_set(fault, STATUS_HALT, "out of memory");
    ocr->socket = -1;
    status = start_zygote(ocr, options, fault);
    if (status == STATUS_OK)
        *ret_ocr = ocr;
    else
        ocr_stop(&ocr);
    return status;
}

void ocr_stop(struct ocr **ocr_p)
{
    struct ocr *ocr = *ocr_p;
    if (ocr == NULL)
        return;
    if (ocr->zygote > 0) {
        kill(ocr->zygote, SIGKILL);
        while (waitpid(ocr->zygote, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (ocr->socket >= 0)
        close(ocr->socket);
    free(ocr);
    *ocr_p = NULL;
}

const char *ocr_network(const struct ocr *ocr)
{
    return ocr->network;
}

int ocr_file(const struct ocr *ocr)
{
    return ocr->socket;
}

static enum status submit(struct ocr *ocr, enum message_kind kind, int file, uint64_t size,
                          struct fault *fault)
{
    if (ocr->is_busy)
        return fault_set(fault, STATUS_LATER, "another scan is being read");
    struct message message = {.kind = kind, .scan = ocr->scan + 1, .size = size, .file = file};
    enum status status = message_send(ocr->socket, &message, fault);
    if (status != STATUS_OK)
        return status;
    ocr->scan++;
    ocr->is_busy = true;
    return STATUS_OK;
}

enum status ocr_submit(struct ocr *ocr, int scan_file, uint64_t size, struct fault *fault)
{
    return submit(ocr, MESSAGE_SCAN, scan_file, size, fault);
}

enum status ocr_compose(struct ocr *ocr, const void *bytes, size_t length, struct fault *fault)
{
    int file = message_file(bytes, length);
    if (file < 0)
        return fault_errno(fault, STATUS_LATER, "no memory for the pages to put together");
    enum status status = submit(ocr, MESSAGE_COMPOSE, file, length, fault);
    close(file);
    return status;
}

void ocr_cancel(struct ocr *ocr)
{
    if (!ocr->is_busy)
        return;
    struct message message = {.kind = MESSAGE_CANCEL, .scan = ocr->scan, .file = -1};
    // When the zygote is gone, ocr_take() says so.
    (void)message_send(ocr->socket, &message, NULL);
    ocr->is_busy = false;
}

void ocr_event_done(struct ocr_event *event)
{
    for (uint32_t i = 0; event->documents != NULL && i < event->document_count; i++) {
        reading_done(&event->documents[i].reading);
        free(event->documents[i].text);
        free(event->documents[i].pdf);
    }
    free(event->documents);
    free(event->pages);
    free(event->page_file);
    *event = (struct ocr_event){0};
}

/* Maps the outcome's file, checks and copies what is in it. */
static void open_outcome(const struct message *message, struct ocr_event *event)
{
    struct fault fault = {0};
    struct stat facts;
    void *bytes = MAP_FAILED;
    if (message->file >= 0 && fstat(message->file, &facts) == 0 && message->size > 0 &&
        (uint64_t)facts.st_size == message->size)
        bytes = mmap(NULL, message->size, PROT_READ, MAP_PRIVATE, message->file, 0);
    enum status status = STATUS_LATER;
    if (bytes == MAP_FAILED)
        fault_set(&fault, STATUS_LATER, "the outcome of the scan cannot be mapped");
    else
        status = finish_decode(bytes, message->size, event, &fault);
    if (bytes != MAP_FAILED)
        munmap(bytes, message->size);
    if (status != STATUS_OK)
        *event = (struct ocr_event){.kind = OCR_EVENT_FAILED, .fault = fault};
}

static void event_of_message(struct ocr *ocr, const struct message *message,
                             struct ocr_event *event)
{
    *event = (struct ocr_event){0};
    if (!ocr->is_busy || message->scan != ocr->scan)
        return; // of a scan that was given up
    if (message->kind == MESSAGE_PAGE) {
        event->kind = OCR_EVENT_PAGE;
        event->page = message->page;
        event->page_count = message->page_count;
    } else if (message->kind == MESSAGE_FAILED) {
        event->kind = OCR_EVENT_FAILED;
        event->fault = message->fault;
    } else if (message->kind == MESSAGE_DONE) {
        open_outcome(message, event);
    }
    if (event->kind == OCR_EVENT_DONE || event->kind == OCR_EVENT_FAILED)
        ocr->is_busy = false;
}

enum status ocr_take(struct ocr *ocr, struct ocr_event *ret_event, struct fault *fault)
{
    struct ocr_event event = {0};
    struct message message = {0};
    do {
        enum status status = message_receive(ocr->socket, false, &message, fault);
        if (status != STATUS_OK)
            return STATUS_HALT;
        if (message.kind == MESSAGE_NONE)
            break;
        event_of_message(ocr, &message, &event);
        if (message.file >= 0)
            close(message.file);
    } while (event.kind == OCR_EVENT_NONE);
    *ret_event = event;
    return STATUS_OK;
}
