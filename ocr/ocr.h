/* ocr.h - bytes of a scan to its reading, in confined processes.
 *
 * ocr_start() forks a process of its own (the zygote) that loads Tesseract's model once. It must
 * be called while the program has one thread and before ZeroMQ is used. For each scan and page
 * the zygote forks a child that is confined (base/sandbox.h) before it looks at a single byte of
 * the scan; only results come back, over a pipe, and are checked like everything from outside.
 *
 * The caller never blocks: it submits one scan at a time, polls ocr_file() for readability, and
 * takes events. OMP_THREAD_LIMIT=1 must stand in the environment before the program starts. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_OCR_H
#define OCR_OCR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/page_facts.h"
#include "base/reading.h"

struct ocr_options {
    const char *languages; /* Tesseract's, e.g. "deu" */
    const char *tessdata;  /* NULL: Tesseract's own default */
    int64_t page_wall_ms;  /* a child is killed after this, wall clock */
    int64_t page_ocr_ms;   /* recognition stops after this, processor time */
    int64_t page_cpu_s;
    int64_t page_memory; /* bytes of address space of a child */
    int64_t page_pixels_most;
    int64_t page_side_most; /* px */
    int64_t scan_bytes_most;
    int64_t scan_pages_most;
    int64_t render_dpi;
    /* Words parted by commas; NULL or "": none. */
    const char *separators; /* codes of sheets that part documents, besides our own */
    const char *stickers;   /* how codes begin whose page is the first of a document; "ASN#": and
                               a number follows */
    bool archive_1b;        /* PDF/A-1b instead of 2b */
    bool sandbox_required;  /* refuse to start when a layer of the sandbox is missing */
};

struct ocr;

/* STATUS_HALT with the reason when the model cannot be loaded or the sandbox is incomplete.
 * On STATUS_OK the caller owns *ret_ocr and ends it with ocr_stop(). */
enum status ocr_start(const struct ocr_options *options, struct ocr **ret_ocr, struct fault *fault);
/* Kills children and zygote. Accepts NULL; sets the pointer to NULL. */
void ocr_stop(struct ocr **ocr_p);

/* What computes the network that reads lines: "tesseract", or our own loops for a kind of processor
 * (ocr/series_forward.h). */
const char *ocr_network(const struct ocr *ocr);

/* Readable when ocr_take() has something. Hung up when the zygote died (the caller restarts). */
int ocr_file(const struct ocr *ocr);

/* Starts on a scan: `scan_file` is a descriptor of `size` bytes (a sealed memfd), duplicated for
 * the zygote; the caller may close its own. STATUS_LATER while another scan is being read. */
enum status ocr_submit(struct ocr *ocr, int scan_file, uint64_t size, struct fault *fault);
/* The same with documents that are to be put together of others' pages: the bytes are a block of
 * ocr/compose.h. The outcome is an OCR_EVENT_DONE without pages and page file. */
enum status ocr_compose(struct ocr *ocr, const void *bytes, size_t length, struct fault *fault);
/* Gives up the scan in hand; no further event comes from it. */
void ocr_cancel(struct ocr *ocr);

/* A document found in the scan (one until separators split it). Owned by the event. */
struct ocr_document {
    struct reading reading;
    char *text; /* NUL-terminated */
    size_t text_length;
    uint8_t *pdf; /* searchable, with the scan's own raster */
    size_t pdf_length;
};

enum ocr_event_kind {
    OCR_EVENT_NONE = 0, /* nothing to take */
    OCR_EVENT_PAGE,     /* page `page` of `page_count` is done */
    OCR_EVENT_DONE,     /* documents and pages are filled */
    OCR_EVENT_FAILED    /* `fault`: REFUSE (never readable), LATER (this attempt went wrong:
                           crash, time, memory), HALT (the zygote is gone) */
};

struct ocr_event {
    enum ocr_event_kind kind;
    uint32_t page, page_count;
    struct ocr_document *documents;
    uint32_t document_count;
    struct page_facts *pages;
    uint32_t scan_page_count;
    uint8_t *page_file; /* what the facts' spans point into */
    size_t page_file_length;
    /* For REFUSE the text is one German sentence for the mailroom. */
    struct fault fault;
};

void ocr_event_done(struct ocr_event *event);
/* Takes the next event. STATUS_HALT when the zygote is gone. */
enum status ocr_take(struct ocr *ocr, struct ocr_event *ret_event, struct fault *fault);

#endif
