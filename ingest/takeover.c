/* takeover.c - see takeover.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <unistd.h>

#include "ingest/takeover.h"
#include "store/arrivals.h"

enum { COPY_BYTES = 256 * 1024 };

bool takeover_is_unchanged(int file, const struct stat *seen)
{
    struct stat now;
    return fstat(file, &now) == 0 && now.st_dev == seen->st_dev && now.st_ino == seen->st_ino &&
           now.st_size == seen->st_size && now.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec && now.st_nlink == seen->st_nlink;
}

/* Copies until the end of the file; never more than `bytes_most`, whatever it grows to. */
static enum status copy_bytes(struct spool_writer *writer, int file, uint64_t bytes_most,
                              enum takeover_outcome *outcome, struct fault *fault)
{
    static uint8_t bytes[COPY_BYTES]; // too large for a stack; one thread
    uint64_t copied = 0;
    while (copied <= bytes_most) {
        ssize_t count = pread(file, bytes, sizeof bytes, (off_t)copied);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            *outcome = TAKEOVER_UNREADABLE;
        if (count <= 0)
            break;
        enum status status = spool_writer_add(writer, bytes, (size_t)count, fault);
        if (status != STATUS_OK)
            return status;
        copied += (uint64_t)count;
    }
    if (*outcome == TAKEOVER_ACCEPTED && copied != bytes_most)
        *outcome = TAKEOVER_CHANGED;
    return STATUS_OK;
}

enum status takeover_copy(const struct desk *desk, int file, const struct stat *seen,
                          enum takeover_outcome *ret_outcome, struct digest *ret_digest,
                          struct fault *fault)
{
    struct spool_writer *writer = NULL;
    enum status status = spool_writer_open(desk->spool, &writer, fault);
    if (status != STATUS_OK)
        return status;
    enum takeover_outcome outcome = TAKEOVER_ACCEPTED;
    status = copy_bytes(writer, file, (uint64_t)seen->st_size, &outcome, fault);
    if (outcome == TAKEOVER_ACCEPTED && !takeover_is_unchanged(file, seen))
        outcome = TAKEOVER_CHANGED;
    uint64_t size = 0;
    if (status == STATUS_OK && outcome == TAKEOVER_ACCEPTED)
        status = spool_writer_commit(&writer, ret_digest, &size, fault);
    else
        spool_writer_abandon(&writer);
    if (status == STATUS_OK)
        *ret_outcome = outcome;
    return status;
}

enum status takeover_run(const struct desk *desk, int file, const struct stat *seen,
                         struct scan_arrival *arrival, enum takeover_outcome *ret_outcome,
                         struct scan_acceptance *ret_acceptance, struct fault *fault)
{
    enum takeover_outcome outcome = TAKEOVER_ACCEPTED;
    enum status status = takeover_copy(desk, file, seen, &outcome, &arrival->digest, fault);
    if (status == STATUS_OK && outcome == TAKEOVER_ACCEPTED) {
        arrival->size = (uint64_t)seen->st_size;
        status = arrivals_note(desk->spool, arrival, fault);
        if (status == STATUS_OK)
            status = ledger_scan_accept(desk->ledger, arrival, ret_acceptance, fault);
    }
    if (status == STATUS_OK)
        *ret_outcome = outcome;
    return status;
}
