/* plant_forgetful.c - a planted bug: a match is said to be taken, and is not, now and then.
 *
 * Linked in by --wrap, so that the real code has no switch for it. The simulator must find it. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/ledger.h"
#include "tests/simulator/chance.h"

enum status __real_ledger_match_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                         const struct decision *decision, bool *ret_held,
                                         struct fault *fault);
enum status __wrap_ledger_match_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                         const struct decision *decision, bool *ret_held,
                                         struct fault *fault);

enum status __wrap_ledger_match_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                         const struct decision *decision, bool *ret_held,
                                         struct fault *fault)
{
    if (!chance_of(20))
        return __real_ledger_match_complete(ledger, id, attempt, decision, ret_held, fault);
    *ret_held = true;
    return STATUS_OK;
}
