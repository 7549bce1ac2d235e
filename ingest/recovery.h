/* recovery.h - what became of a file in hand: the ledger knows its scan, or it does not.
 *
 * Asked after a crash for everything in `.taken`, and after a failure for the one claim. Safe to
 * repeat at any point. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_RECOVERY_H
#define INGEST_RECOVERY_H

#include "ingest/claim.h"
#include "ingest/site.h"

/* Finishes the claim: accepted -> the spool's bytes are checked against it (and written again
 * from it when they are damaged), then it is removed; refused -> it is given back; unknown -> it
 * is put back in its place. STATUS_LATER: the ledger or the drop folder cannot be had now. */
enum status recovery_settle(const struct desk *desk, struct site *site, const struct claim *claim,
                            struct fault *fault);
/* The same for everything in the site's `.taken`; what cannot be finished now is left over
 * (site_leave_over()). STATUS_LATER: the folder itself cannot be read. */
enum status recovery_of_site(const struct desk *desk, struct site *site, struct fault *fault);
/* Gives the claimed file back to the site's `_refused`, with a note. Trouble is the site's.
 * Afterwards ledger_scan_returned() is due. `reason` and `advice` are German. */
enum status recovery_give_back(const struct desk *desk, struct site *site,
                               const struct claim *claim, const char *source, const char *reason,
                               const char *advice, struct fault *fault);

#endif
