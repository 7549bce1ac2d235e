/* needed.c - see needed.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/needed.h"

static int compare(const void *one, const void *other)
{
    return memcmp(one, other, DIGEST_BYTES);
}

enum status needed_add(struct needed *needed, const struct digest *digest, struct fault *fault)
{
    if (needed->count == needed->room) {
        size_t room = needed->room == 0 ? 64 : needed->room * 2;
        struct digest *digests = reallocarray(needed->digests, room, sizeof *digests);
        if (digests == NULL)
            return ledger_out_of_memory(fault);
        needed->digests = digests;
        needed->room = room;
    }
    needed->digests[needed->count++] = *digest;
    return STATUS_OK;
}

void needed_done(struct needed *needed)
{
    free(needed->digests);
    free(needed->is_needed);
    *needed = (struct needed){0};
}

void needed_note(struct needed *needed, const struct digest *digest)
{
    const struct digest *found =
        needed->count == 0
            ? NULL
            : bsearch(digest, needed->digests, needed->count, sizeof *needed->digests, compare);
    if (found != NULL)
        needed->is_needed[found - needed->digests] = true;
}

/* What verify.c walks over. */
static const char *const lists[] = {
    "SELECT sha256 FROM scan WHERE has_bytes = 1",
    "SELECT page_file FROM scan WHERE page_file IS NOT NULL",
    "SELECT reading FROM document WHERE state <> 'purged'",
    "SELECT text FROM document WHERE state <> 'purged'",
    "SELECT pdf FROM document WHERE state <> 'purged'",
    "SELECT explanation FROM decision WHERE explanation IS NOT NULL",
    "SELECT note FROM filed_note_object",
};

static enum status note_list(struct ledger *ledger, const char *sql, struct needed *needed,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database, sql, NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct digest digest = rows_digest(rows, 0);
        needed_note(needed, &digest);
    }
    rows_done(&rows);
    return status;
}

enum status needed_find(struct ledger *ledger, struct needed *needed, struct fault *fault)
{
    enum status status = STATUS_OK;
    free(needed->is_needed);
    needed->is_needed = calloc(needed->count + 1, sizeof *needed->is_needed);
    if (needed->is_needed == NULL)
        return ledger_out_of_memory(fault);
    if (needed->count > 0)
        qsort(needed->digests, needed->count, sizeof *needed->digests, compare);
    for (size_t i = 0; status == STATUS_OK && i < sizeof lists / sizeof lists[0]; i++)
        status = note_list(ledger, lists[i], needed, fault);
    return status;
}
