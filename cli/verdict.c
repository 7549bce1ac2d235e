/* verdict.c - see verdict.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "cli/verdict.h"
#include "base/status.h"
#include "cli/outcome.h"

int verdict_explain(enum desk_verdict verdict)
{
    static const char *const words[] = {
        [DESK_TOO_LATE] = "the document is in no state that allows this",
        [DESK_BUSY] = "the document is being filed at this moment: try again",
        [DESK_UNKNOWN_CASE] = "the case register does not know this case, or it has no team",
    };
    if (verdict == DESK_HAPPENED || verdict == DESK_NO_CHANGE)
        return EXIT_DONE;
    complain("%s", words[verdict]);
    return EXIT_FOUND;
}
