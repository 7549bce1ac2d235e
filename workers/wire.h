/* wire.h - what dispatcher and workers say to each other, as bytes. docs/wire.md has every field.
 *
 * A pure codec: no sockets, no files. A message is one frame of fixed little-endian fields; CHUNK
 * has a second frame with the bytes. wire_decode() trusts nothing: counts and lengths are checked
 * against limits and against the bytes that are there before anything is allocated, every string
 * is checked for what may stand in it, and a message must end where its fields end.
 *
 * To change anything: raise WIRE_VERSION. A dispatcher also speaks the version before its own, to
 * readers of other hosts, which are upgraded after it; all others are told in a BYE, whose layout
 * (head and fields) stays as it is for ever. What changed from version to version: wire.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_WIRE_H
#define WORKERS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/messaging.h"
#include "base/page_facts.h"
#include "base/reading.h"
#include "base/uuid.h"

enum {
    WIRE_VERSION = 5,
    WIRE_VERSION_OLDEST = 4,            /* in which a dispatcher still talks to readers */
    WIRE_CHUNK_BYTES_MOST = 256 * 1024, /* bytes in one CHUNK that is taken */
    WIRE_CHUNK_BYTES = 32 * 1024,       /* in one that is sent, see parcel.h */
    WIRE_PARTS_MOST = 1536,             /* parts in one directory */
    WIRE_PART_NAME_BYTES_MOST = 64,     /* e.g. "12/reading" */
    WIRE_NAME_BYTES_MOST = 128,         /* worker, host, program version */
    WIRE_TEXT_BYTES_MOST = 8192,        /* reasons, paths, case numbers */
    WIRE_PAGES_MOST = READING_PAGES_MOST,
    WIRE_JOBS_MOST = 64,              /* jobs a worker may hold at once */
    WIRE_CREDITS_MOST = 64,           /* chunks on the way at once */
    WIRE_INTERVAL_MS_MOST = 86400000, /* lease, heartbeat: a day */
    WIRE_FRAMES_MOST = 2
};

/* Bytes in one part. */
#define WIRE_PART_BYTES_MOST (UINT64_C(1) << 32)

/* The arrows say who may send it: worker -> dispatcher, or back. */
enum wire_command {
    WIRE_READY = 1,      /* ->  here I am, and this job is in my hand (head; 0: none) */
    WIRE_WELCOME,        /* <-  I know you now */
    WIRE_UNKNOWN,        /* <-  I do not know you: say READY */
    WIRE_JOB,            /* <-  do this; its parts follow, see parcel.h */
    WIRE_CHUNK,          /* <-> a piece of a part */
    WIRE_CREDIT,         /* <-> send so many more chunks */
    WIRE_PROGRESS,       /* ->  page n of m is done */
    WIRE_RESULT_READ,    /* ->  done; the parts follow */
    WIRE_RESULT_MATCH,   /* ->  done; the parts follow */
    WIRE_RESULT_FILE,    /* ->  done */
    WIRE_FAIL,           /* ->  not done, and why */
    WIRE_SETTLED,        /* <-  what became of a RESULT or FAIL: it may be forgotten, or not */
    WIRE_HEARTBEAT,      /* <-> I live (head: a job in hand) */
    WIRE_DRAIN,          /* ->  no more jobs for me; <- I go down, keep your results */
    WIRE_BYE,            /* ->  I leave; <- go away, and why */
    WIRE_RESULT_COMPOSE, /* ->  done; the parts follow */
    WIRE_COMMANDS
};

enum wire_worker_kind { WIRE_READER = 0, WIRE_FILER, WIRE_WORKER_KINDS };

/* The numbers of enum job_kind (store/states.h). */
enum wire_job_kind {
    WIRE_JOB_READ = 0,
    WIRE_JOB_MATCH,
    WIRE_JOB_FILE,
    WIRE_JOB_COMPOSE,
    WIRE_JOB_KINDS
};

/* The numbers of enum job_failure (store/ledger.h). */
enum wire_failure {
    WIRE_FAILURE_CONTENT = 0, /* the document's doing */
    WIRE_FAILURE_REFUSED,     /* it can never be read; the reason is for the mailroom, German */
    WIRE_FAILURE_SYSTEM,      /* the worker's or machine's doing */
    WIRE_FAILURE_LOST,        /* the worker broke down over it */
    WIRE_FAILURES
};

enum wire_settlement {
    WIRE_ACCEPTED = 0, /* in the ledger: forget it */
    WIRE_STALE,        /* the lease is another's by now: stop, forget it */
    WIRE_REJECTED,     /* not usable: forget it, the reason is for the log */
    WIRE_REPEAT,       /* could not be stored now: keep it, send it again in a while */
    WIRE_SETTLEMENTS
};

enum wire_parting {
    WIRE_LEAVING = 0,   /* an orderly end */
    WIRE_OTHER_VERSION, /* of the protocol */
    WIRE_NAME_TAKEN,    /* another worker of that name is there */
    WIRE_MALFORMED,     /* a message could not be understood */
    WIRE_NOT_ENROLLED,  /* its key is revoked, or enrolled for another kind of worker */
    WIRE_PARTINGS
};

struct wire_part {
    char *name; /* visible ASCII */
    uint64_t size;
    struct digest digest; /* of the whole part */
};

struct wire_directory {
    struct wire_part *parts;
    uint32_t count;
};

struct wire_pages {
    struct page_facts *pages;
    uint32_t count;
};

struct wire_ready {
    char *worker; /* unique among workers */
    char *host;
    char *version;        /* of the program */
    uint8_t kind;         /* enum wire_worker_kind */
    uint64_t incarnation; /* random, new with every start of the program */
    uint32_t session;     /* grows when the worker starts the conversation anew */
    uint32_t jobs;        /* how many it will hold at once; 0: none any more */
};

struct wire_welcome {
    uint32_t session;      /* that of the READY it answers */
    uint32_t heartbeat_ms; /* say HEARTBEAT this often; so will I */
    uint32_t vanished_ms;  /* whoever is silent this long is given up */
};

struct wire_job {
    uint8_t kind; /* enum wire_job_kind */
    uint32_t lease_ms;
    struct uuid scan;
    struct uuid document; /* nil for a read job */
    char *site;
    char *source; /* path below the site's drop folder, any bytes */
    char *format; /* of the scan: "tiff", "pdf", … */
    int64_t received_ms;
    char *case_number; /* of the committed decision, for a file job; else "" */
    char *team;        /* likewise */
    struct wire_directory directory;
};

struct wire_chunk {
    uint32_t part; /* index in the directory */
    uint64_t offset;
    const void *bytes; /* borrowed from the frame */
    size_t length;     /* 1 to WIRE_CHUNK_BYTES_MOST */
};

struct wire_credit {
    uint32_t chunks;
};

struct wire_progress {
    uint32_t page;       /* pages done */
    uint32_t page_count; /* in all; 0 when unknown */
};

struct wire_result_read {
    struct wire_pages pages;
    uint32_t document_count;
    struct wire_directory directory; /* "1/reading", "1/text", "1/pdf", "2/reading", …, and "pages",
                                        the page file that the pages' spans point into */
};

struct wire_result_match {
    uint8_t to_file;   /* 0: a person decides */
    char *case_number; /* "" for none */
    char *team;        /* "" for unknown */
    double confidence; /* 0 to 1 */
    double runner_up;  /* 0 to 1 */
    char *reason;      /* one German sentence */
    char *kind;        /* "" for unknown */
    double kind_confidence;
    char *flags; /* words parted by blanks */
    char *rules_version;
    int64_t register_version;
    char *copies; /* JSON [["case number","team",confidence], …]; "" for none */
    char *days;   /* read on the pages: "stamp:2026-03-02:1 posted:2026-02-12:1"; "" for none */
    struct wire_directory directory; /* "explanation" */
};

struct wire_result_file {
    char *place; /* in the cabinet */
    char *pdf;   /* SHA-256 of the PDF there, with its note, in hex; "" when it is taken out */
    char *note;  /* of the note beside it, likewise */
};

struct wire_result_compose {
    uint32_t document_count;
    struct wire_directory directory; /* "1/reading", "1/text", "1/pdf", "2/reading", … */
};

struct wire_settled {
    uint8_t settlement; /* enum wire_settlement */
    char *reason;       /* "" when accepted */
};

struct wire_fail {
    uint8_t failure; /* enum wire_failure */
    char *reason;    /* one sentence */
};

struct wire_bye {
    uint8_t parting; /* enum wire_parting */
    char *reason;    /* "" when leaving */
};

/* One message. `job` and `attempt` are in every head; 0 where they mean nothing. Strings and
 * arrays are owned by the message only when wire_decode() made it. */
struct wire_message {
    enum wire_command command;
    int64_t job;
    uint32_t attempt;
    union {
        struct wire_ready ready;
        struct wire_welcome welcome;
        struct wire_job job;
        struct wire_chunk chunk;
        struct wire_credit credit;
        struct wire_progress progress;
        struct wire_result_read result_read;
        struct wire_result_match result_match;
        struct wire_result_file result_file;
        struct wire_result_compose result_compose;
        struct wire_settled settled;
        struct wire_fail fail;
        struct wire_bye bye;
    } as;
};

/* "READY" and so on; "?" for a number that is none. Static. */
const char *wire_command_name(enum wire_command command);

/* Appends the first frame to `writer`; the second of a CHUNK is its `bytes`. writer->failed when
 * memory ran out or a field is beyond its limits, which the other side would not take. */
void wire_encode(const struct wire_message *message, struct byte_writer *writer);
/* The same in a version that wire_speaks(); failed when that one does not have the command. */
void wire_encode_as(const struct wire_message *message, unsigned version,
                    struct byte_writer *writer);
/* Whether messages of this version are understood. */
bool wire_speaks(unsigned version);

/* Whether wire_encode() can say it. */
bool wire_fits(const struct wire_message *message);

/* On STATUS_OK the caller frees what is below with wire_message_done(); a chunk's bytes are
 * borrowed from `frames`. STATUS_REFUSE: not a message. *ret_version (may be NULL) is the protocol
 * version it was written in, 0 when even that is not known. LATER on no memory. */
enum status wire_decode(const struct messaging_frame *frames, size_t count,
                        struct wire_message *ret_message, unsigned *ret_version,
                        struct fault *fault);
void wire_message_done(struct wire_message *message);

/* Where the message has its directory; NULL for commands that have none. */
struct wire_directory *wire_message_directory(struct wire_message *message);
/* A copy of `text` that may stand in any string field for people: controls and malformed bytes
 * become U+FFFD, the end is cut when it is too long. The caller owns it; NULL on no memory. */
char *wire_text(const char *text);

/* Moves the directory out of a decoded message: the caller frees with wire_directory_done(). */
struct wire_directory wire_directory_take(struct wire_directory *directory);
void wire_directory_done(struct wire_directory *directory);
/* Bytes of all parts. */
uint64_t wire_directory_bytes(const struct wire_directory *directory);

#endif
