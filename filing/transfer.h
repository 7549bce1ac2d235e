/* transfer.h - the folder in which a document management system finds its packages.
 *
 * A package is put into the folder exactly once, whatever dies when: it is written under a name of
 * ours and made durable, then its process id is noted durably in .sent, then it is renamed into
 * sight. Who comes after a crash finds the note and, as long as the rename did not happen, the
 * package, and only renames; with the note and without the package it is done, also when the system
 * has taken the package away meanwhile.
 *
 * What is withdrawn leaves the folder if it is still there; in any case a withdrawal note is put
 * beside, <process id>_Ruecknahme.json, likewise once: the standard has no message for this. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_TRANSFER_H
#define FILING_TRANSFER_H

#include "filing/xdomea.h"

/* The folder is made when absent. STATUS_REFUSE: the message cannot be written (xdomea_append()).
 * STATUS_LATER: the disk is full; STATUS_HALT: it fails. */
enum status transfer_put(const char *folder, const struct xdomea_message *message,
                         struct fault *fault);

struct transfer_withdrawal {
    struct uuid process;  /* of the package that no longer holds */
    struct uuid document; /* as the message named it */
    enum xdomea_version version;
    int64_t wall_ms;
};

enum status transfer_withdraw(const char *folder, const struct transfer_withdrawal *withdrawal,
                              struct fault *fault);

#endif
