/* arrival.h - what happens to one file that arrived in a drop folder: waited for, taken over, or
 * refused. The commit protocol in its order is in arrival.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_ARRIVAL_H
#define INGEST_ARRIVAL_H

#include "ingest/site.h"

/* Looks at the candidate and does what is to be done, or notes when to look again. The candidate
 * may be gone afterwards. Trouble with the drop folder is the site's (site_trouble()) and gives
 * STATUS_OK. STATUS_LATER: the spool or the ledger cannot take anything now; the file is where it
 * was, or recovery has it. STATUS_HALT: as everywhere. */
enum status arrival_handle(const struct desk *desk, struct site *site, struct candidate *candidate,
                           struct fault *fault);

/* Looks into an open regular file; `*file` is borrowed. */
void arrival_look_inside(int *file, uint64_t bytes, enum file_format *ret_format,
                         enum whole *ret_whole);

#endif
