/* plant_unfenced.c - a planted bug: results count whatever the attempt they are of.
 *
 * Linked in by --wrap, so that the real code has no switch for it. The simulator must find it. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/assignments.h"

struct assignment *__wrap_assignments_find(const struct assignments *assignments,
                                           const struct peer *peer, int64_t job, uint32_t attempt);

/* Without the attempt's number: whoever names the job may end it. */
struct assignment *__wrap_assignments_find(const struct assignments *assignments,
                                           const struct peer *peer, int64_t job, uint32_t attempt)
{
    (void)peer;
    (void)attempt;
    for (struct assignment *one = assignments->first; one != NULL; one = one->next)
        if (one->job.number == job)
            return one;
    return NULL;
}
