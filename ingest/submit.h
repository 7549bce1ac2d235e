/* submit.h - files named on a command line, taken over as if they had been dropped. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_SUBMIT_H
#define INGEST_SUBMIT_H

#include "ingest/desk.h"

enum { SUBMIT_CHANGES_MOST = 5 /* times a file may change while it is copied */ };

/* Takes the file over for the site and prints its scan id on standard output once it is durable;
 * what else there is to say goes to standard error. The file stays where it is. *ret_refused:
 * the file was refused, and recorded so. STATUS_LATER, STATUS_HALT: the storage's. */
enum status submit_file(const struct desk *desk, const struct config_site *site, const char *path,
                        bool *ret_refused, struct fault *fault);
/* The same for a scan whose id was made by who asks: repeated with that id and the same bytes, it
 * is taken over once. `name`: what the file is called where it comes from; NULL: as in `path`. */
enum status submit_file_as(const struct desk *desk, const struct config_site *site,
                           const char *path, const char *name, struct scan_id id, bool *ret_refused,
                           struct fault *fault);

#endif
