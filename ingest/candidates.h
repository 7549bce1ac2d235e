/* candidates.h - the files of one site that were noticed and not yet taken or refused: what was
 * seen of each, and when to look again.
 *
 * Lives in memory only: what is forgotten is found again by the next sweep. Times are on the
 * monotonic clock. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_CANDIDATES_H
#define INGEST_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "ingest/whole.h"

enum { CANDIDATES_MOST = 4096 }; /* a site; more wait until there is room */

struct candidate {
    char *source;
    struct stat seen; /* only what tells a change is kept up */
    bool was_seen;
    bool is_renamed_in; /* by its writer, and unchanged since */
    bool is_put_back;   /* by us: the event of that rename is still to come */
    bool was_judged;    /* `format` and `whole` are of what was seen */
    bool was_told;      /* that it is there and cannot be read */
    enum file_format format;
    enum whole whole;
    int64_t changed_ms; /* when the last change was seen */
    int64_t due_ms;     /* when to look again */
};

struct candidates {
    struct candidate *table; /* open addressing; NULL source: free slot */
    size_t slots;            /* a power of two */
    size_t count;
};

void candidates_init(struct candidates *candidates);
void candidates_done(struct candidates *candidates);

/* The candidate of that source, NULL when there is none. Pointers live until the next change of
 * the set. */
struct candidate *candidates_find(const struct candidates *candidates, const char *source);
/* The same, added and due now when there was none. NULL: no room or no memory. */
struct candidate *candidates_note(struct candidates *candidates, const char *source,
                                  int64_t now_ms);
void candidates_remove(struct candidates *candidates, struct candidate *candidate);
/* One that is due: those never looked at first, then the oldest by modification time and name, so
 * that a stack of scans is taken in its order. NULL for none. */
struct candidate *candidates_due(const struct candidates *candidates, int64_t now_ms);
/* Takes down what was seen. True when it differs from what was seen before. */
bool candidate_see(struct candidate *candidate, const struct stat *found, int64_t now_ms);

#endif
