/* states.h - the states of scans, documents and jobs, and which moves between them are legal.
 *
 * The table is in states.c; the ledger refuses a move that is not in it. The picture is in
 * docs/architecture.md. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_STATES_H
#define STORE_STATES_H

#include <stdbool.h>

enum scan_state {
    SCAN_RECEIVED = 0, /* durable here; the promise is given */
    SCAN_READING,      /* a reader holds the lease */
    SCAN_READ,         /* final: its documents go on alone */
    SCAN_FAILED,       /* three attempts were in vain: a person looks */
    SCAN_REFUSED,      /* final: not a document we can read; the reason stands beside it */
    SCAN_DUPLICATE,    /* final: the same bytes came before; linked to the first */
    SCAN_CORRUPT,      /* the ledger or spool contradicts itself here; a person looks */
    SCAN_PURGED,       /* final: deleted by two persons, with the last of its documents */
    SCAN_SENT          /* final, at a desk: the centre has it */
};

enum document_state {
    DOCUMENT_MATCHING = 0, /* being matched, or decided and being filed */
    DOCUMENT_FILED,
    DOCUMENT_CLEARING, /* a person decides */
    DOCUMENT_FORWARDED,
    DOCUMENT_DISCARDED,
    DOCUMENT_RECALLED, /* on its way out of the cabinet, to where a person sent it */
    DOCUMENT_CORRUPT,
    DOCUMENT_ARRANGING, /* its pages are being put together anew */
    DOCUMENT_REPLACED,  /* final: its pages are in other documents now */
    DOCUMENT_PURGED     /* final: deleted by two persons; what is left is the proof */
};

enum job_kind { JOB_READ = 0, JOB_MATCH, JOB_FILE, JOB_COMPOSE };
enum job_state { JOB_READY = 0, JOB_LEASED, JOB_DONE, JOB_DEAD };

/* How a page of a scan ended. */
/* How a scanned side ends: exactly one of these. PAGE_DUPLICATE: it was scanned before, as a person
 * says of its document; a reader never says so. */
enum page_outcome {
    PAGE_IN_DOCUMENT = 0,
    PAGE_SEPARATOR,
    PAGE_BLANK_SET_ASIDE,
    PAGE_REFUSED,
    PAGE_DUPLICATE
};

/* The words of the contract ("received", "filed", …); static, never NULL. */
const char *scan_state_name(enum scan_state state);
const char *document_state_name(enum document_state state);
const char *job_kind_name(enum job_kind kind);
const char *job_state_name(enum job_state state);
const char *page_outcome_name(enum page_outcome outcome);
bool scan_state_from_name(const char *name, enum scan_state *ret_state);
bool document_state_from_name(const char *name, enum document_state *ret_state);
bool page_outcome_from_name(const char *name, enum page_outcome *ret_outcome);
bool job_kind_from_name(const char *name, enum job_kind *ret_kind);

bool scan_move_is_legal(enum scan_state from, enum scan_state to);
bool document_move_is_legal(enum document_state from, enum document_state to);
bool job_move_is_legal(enum job_state from, enum job_state to);
/* Nothing more will happen to it unless a person acts. */
bool scan_state_is_final(enum scan_state state);
bool document_state_is_final(enum document_state state);

#endif
