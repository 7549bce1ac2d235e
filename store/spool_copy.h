/* spool_copy.h - everything in one spool to another: for backups, and to move from files to an
 * object store and back. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SPOOL_COPY_H
#define STORE_SPOOL_COPY_H

#include "store/spool.h"

struct spool_copied {
    uint64_t objects, bytes; /* that were copied */
    uint64_t kept;           /* were there already */
    uint64_t damaged;        /* could not be copied: their bytes are not those of their names */
    uint64_t lines;          /* of the journal that were new */
};

/* Adds what `to` does not have. Repeatable: an interrupted copy goes on where it stopped. Objects
 * that are there already are told by name and size; who needs to be sure checks them afterwards
 * (ledger_verify). What is damaged is left out and counted. */
enum status spool_copy(struct spool *from, struct spool *to, struct spool_copied *ret_copied,
                       struct fault *fault);

#endif
