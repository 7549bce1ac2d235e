/* claim.h - a file that the intake has in hand: drop/F while it is drop/.taken/<scan id>/F.
 *
 * The scan's id and the file's own path are in the path of the claim, so that after a crash the
 * folder alone tells which scan it was and where the file belongs; the ledger tells the rest. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_CLAIM_H
#define INGEST_CLAIM_H

#include <stdbool.h>

#include "base/fault.h"
#include "store/ids.h"

struct claim {
    struct scan_id id;
    char id_text[UUID_TEXT_BYTES];
    char *source; /* path below the drop folder, where it came from */
    char *folder; /* path of the claimed file's folder below the drop folder */
};

/* Claims `source` for the scan `id`, durably. On STATUS_OK the caller ends *ret_claim with
 * claim_done(). STATUS_LATER with fault.os_error ENOENT: it is gone. */
enum status claim_take(int root, const char *source, struct scan_id id, struct claim *ret_claim,
                       struct fault *fault);
/* A descriptor of the claimed file's folder; the caller closes it. */
enum status claim_open_folder(int root, const struct claim *claim, int *ret_folder,
                              struct fault *fault);
/* Gives the file back to its place, or, where another is there by now, beside it under a
 * numbered name. *ret_source: where it is now; the caller owns it. */
enum status claim_put_back(int root, const struct claim *claim, char **ret_source,
                           struct fault *fault);
/* Removes the file, which is in the spool. That is durable after the next folder_sync() of
 * `.taken`, for which there is time: were it to come back, recovery would remove it again. */
enum status claim_remove(int root, const struct claim *claim, struct fault *fault);
/* Removes the claim's folders, which hold nothing any more. */
void claim_clear(int root, const struct claim *claim);
void claim_done(struct claim *claim);

/* Tells of every claim that is there, and clears away the empty ones. What lies in `.taken` and
 * is no claim goes back to the drop folder's top. A callback's status other than STATUS_OK ends
 * the walk. */
typedef enum status claim_callback(void *context, const struct claim *claim, struct fault *fault);
enum status claims_each(int root, claim_callback *callback, void *context, struct fault *fault);

#endif
