/* filed_place.h - where a filed document lies, as its row says it in one string.
 *
 * It is the folder in the cabinet, or the package that was handed to a document management system,
 * or both:
 *
 *     <team>/<case number>/<document id>
 *     xdomea:<team>/<case number>/<process id>
 *     <team>/<case number>/<document id>|xdomea:<team>/<case number>/<process id>
 *
 * Names of teams and cases are escaped (filing/place.h), so that neither holds a colon or a bar. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_FILED_PLACE_H
#define STORE_FILED_PLACE_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/uuid.h"

#define FILED_PLACE_BAR    "|"
#define FILED_PLACE_XDOMEA "xdomea:"

struct filed_place {
    char *cabinet;       /* folder below the cabinet; NULL: none */
    char *package;       /* "<team>/<case number>/<process id>"; NULL: none */
    struct uuid process; /* of the package; nil: none */
};

/* NULL or "" is nowhere. STATUS_REFUSE: no such string. The caller ends it with
 * filed_place_done(), also after a failure. */
enum status filed_place_read(const char *place, struct filed_place *ret_place, struct fault *fault);
void filed_place_done(struct filed_place *place);

#endif
