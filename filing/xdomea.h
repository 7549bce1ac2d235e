/* xdomea.h - handing documents to a document management system: xdomea message 0605
 * (FVDaten.SGOAblegen, "file these") as a ZIP with its primary documents, and the answer 0630
 * (FVDaten.ImportBestaetigen) read back.
 *
 * The standard: xdomea 3.0.0 and 3.1.0 (KoSIT, urn:xoev-de:xdomea:kosit:standard:xdomea), whose
 * two versions of this message differ in the namespace alone. 4.0.0 follows its published example
 * messages; its schema was not at hand. The same message gives the same bytes, so that a system
 * that gets it twice sees one process id twice and answers "already processed" (0000009). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_XDOMEA_H
#define FILING_XDOMEA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/uuid.h"

enum xdomea_version { XDOMEA_3_0_0, XDOMEA_3_1_0, XDOMEA_4_0_0, XDOMEA_VERSIONS };

/* "3.1.0"; and back: false for others. */
const char *xdomea_version_text(enum xdomea_version version);
bool xdomea_version_from_text(const char *text, enum xdomea_version *ret_version);

enum xdomea_format { XDOMEA_PDF_A, XDOMEA_PDF, XDOMEA_TIFF, XDOMEA_PNG, XDOMEA_XML, XDOMEA_OTHER };

/* A primary document. All strings are UTF-8 and borrowed; optional ones may be NULL. */
struct xdomea_file {
    struct uuid id;   /* begins its name in the package; not that of the document */
    const char *name; /* the rest of its name, e.g. "dokument.pdf" */
    enum xdomea_format format;
    const char *format_version; /* e.g. "PDF/A-2b"; "" when there is none */
    const void *bytes;
    size_t length;
};

/* What was done with the paper, by whom, when. */
struct xdomea_event {
    const char *actor;
    int64_t wall_ms;
    const char *action;
};

/* Facts that the standard has no element for, e.g. those of the Transfervermerk. */
struct xdomea_field {
    const char *name;
    const char *value;
};

struct xdomea_document {
    struct uuid id;
    const char *object_id;   /* by which we know it: comes back in the answer */
    const char *case_number; /* of the file that it belongs to */
    const char *subject;
    const char *kind;
    const char *sender_reference; /* optional: "Unser Zeichen" of the sender */
    const char *receipt_day;      /* "2026-03-02" */
    const char *letter_day;       /* optional */
    const char *caseworker;       /* optional */
    const struct xdomea_event *events;
    size_t event_count;
    const struct xdomea_file *files;
    size_t file_count;
    const struct xdomea_field *fields;
    size_t field_count;
};

struct xdomea_message {
    enum xdomea_version version;
    struct uuid process;
    int64_t created_ms;
    const char *sender;    /* organisational unit, e.g. "Scanstelle Demmin" */
    const char *recipient; /* e.g. "SG 50.2" */
    const char *creator;   /* the account by which the system knows us */
    const struct xdomea_document *documents;
    size_t document_count; /* at least 1 */
};

/* Appends the XML. STATUS_REFUSE: no document, or a string that XML cannot carry (control
 * characters, malformed UTF-8). STATUS_LATER: no memory. */
enum status xdomea_append(const struct xdomea_message *message, struct text *xml,
                          struct fault *fault);

/* Appends "<process id>_FVDaten.SGOAblegen.0605" (4.0.0: "<process id>_0605_1"), to which ".zip"
 * and, inside of it, ".xml" are added. */
void xdomea_append_name(const struct xdomea_message *message, struct text *name);

/* Appends the name of a primary document in the package: "<its id>_<its name>". */
void xdomea_append_file_name(const struct xdomea_file *file, struct text *name);

/* Writes the package, XML and primary documents, into the open file. As xdomea_append(); also
 * STATUS_LATER when the disk is full, STATUS_HALT when it fails. The caller makes it durable. */
enum status xdomea_write_package(const struct xdomea_message *message, int file,
                                 struct fault *fault);

enum {
    XDOMEA_XML_BYTES_MOST = 16 * 1024 * 1024, /* larger messages are refused */
    XDOMEA_DEPTH_MOST = 32,                   /* elements inside one another */
    XDOMEA_REASON_BYTES = 256
};

/* Whether the bytes are a well-formed 0605 as we send it: elements, their order and number, and
 * the values that the schema constrains. STATUS_REFUSE with line and reason when not. */
enum status xdomea_check(const void *xml, size_t length, struct fault *fault);

/* The answer to a message. */
struct xdomea_answer {
    struct uuid process;
    bool is_success;
    char reason[XDOMEA_REASON_BYTES]; /* code or words of the first failure; "" on success */
};

/* Reads an 0630. STATUS_REFUSE with line and reason when it is none. */
enum status xdomea_read_answer(const void *xml, size_t length, struct xdomea_answer *ret_answer,
                               struct fault *fault);

#endif
