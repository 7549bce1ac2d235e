/* lookup.c - see lookup.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/desk.h"

struct search {
    char ending[UUID_TEXT_BYTES]; /* lower case */
    struct lookup found;
    size_t count;
};

void lookup_short(const struct uuid *id, char ret_text[LOOKUP_SHORT_LETTERS + 1])
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(id, text);
    memcpy(ret_text, text + UUID_TEXT_BYTES - 1 - LOOKUP_SHORT_LETTERS, LOOKUP_SHORT_LETTERS + 1);
}

static void try_id(struct search *search, const struct uuid *id, bool is_document)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(id, text);
    bool is_known = search->count > 0 && uuid_equal(&search->found.id, id);
    if (is_known || !string_ends_with(text, search->ending))
        return;
    search->found = (struct lookup){.id = *id, .is_document = is_document};
    search->count++;
}

static enum status try_record(void *context, const struct scan_record *scan,
                              const struct document_record *document, struct fault *fault)
{
    (void)fault;
    struct search *search = context;
    if (document != NULL) {
        try_id(search, &document->id.uuid, true);
        try_id(search, &document->scan.uuid, false);
    } else {
        try_id(search, &scan->id.uuid, false);
    }
    return STATUS_OK;
}

static int lookup_ending(struct ledger *ledger, const char *typed, struct lookup *ret_lookup)
{
    struct search search = {0};
    size_t length = strlen(typed);
    bool is_plausible = length >= LOOKUP_LETTERS_LEAST && length < sizeof search.ending &&
                        strspn(typed, "0123456789abcdefABCDEF-") == length;
    if (!is_plausible) {
        complain("\"%s\" is not an id: give it whole, or at least its last %d characters", typed,
                 LOOKUP_LETTERS_LEAST);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < length; i++)
        search.ending[i] = (char)tolower((unsigned char)typed[i]);
    struct list_filter all = {0};
    struct fault fault = {0};
    if (ledger_list(ledger, &all, try_record, &search, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (search.count == 1) {
        *ret_lookup = search.found;
        return EXIT_DONE;
    }
    if (search.count == 0)
        complain("there is no document or scan with the id %s", typed);
    else
        complain("%zu ids end in %s: give more characters", search.count, typed);
    return EXIT_FOUND;
}

static int lookup_whole(struct ledger *ledger, const struct uuid *id, struct lookup *ret_lookup)
{
    struct fault fault = {0};
    struct document_record document = {0};
    enum status status = ledger_document_get(ledger, (struct document_id){*id}, &document, &fault);
    if (status == STATUS_REFUSE) {
        struct scan_record scan = {0};
        status = ledger_scan_get(ledger, (struct scan_id){*id}, &scan, &fault);
        scan_record_done(&scan);
        *ret_lookup = (struct lookup){.id = *id};
    } else {
        document_record_done(&document);
        *ret_lookup = (struct lookup){.id = *id, .is_document = true};
    }
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

int lookup_id(struct ledger *ledger, const char *typed, struct lookup *ret_lookup)
{
    struct uuid id;
    if (uuid_from_text(typed, &id))
        return lookup_whole(ledger, &id, ret_lookup);
    return lookup_ending(ledger, typed, ret_lookup);
}

/* The documents of one scan. */
struct siblings {
    struct uuid scan;
    struct uuid document;
    size_t count;
};

static enum status count_sibling(void *context, const struct scan_record *scan,
                                 const struct document_record *document, struct fault *fault)
{
    (void)scan;
    (void)fault;
    struct siblings *siblings = context;
    if (document != NULL && uuid_equal(&document->scan.uuid, &siblings->scan)) {
        siblings->document = document->id.uuid;
        siblings->count++;
    }
    return STATUS_OK;
}

static int only_document_of(struct ledger *ledger, const char *typed, struct lookup *lookup)
{
    struct siblings siblings = {.scan = lookup->id};
    struct list_filter all = {0};
    struct fault fault = {0};
    if (ledger_list(ledger, &all, count_sibling, &siblings, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (siblings.count == 0) {
        complain("the scan %s has given no document; see: posteingang show %s", typed, typed);
        return EXIT_FOUND;
    }
    if (siblings.count > 1) {
        complain("the scan %s has given %zu documents: name one of them; see: posteingang show %s",
                 typed, siblings.count, typed);
        return EXIT_FOUND;
    }
    *lookup = (struct lookup){.id = siblings.document, .is_document = true};
    return EXIT_DONE;
}

int lookup_document(struct ledger *ledger, const char *typed, struct document_record *ret_document)
{
    struct lookup lookup = {0};
    int exit_code = lookup_id(ledger, typed, &lookup);
    if (exit_code == EXIT_DONE && !lookup.is_document)
        exit_code = only_document_of(ledger, typed, &lookup);
    if (exit_code != EXIT_DONE)
        return exit_code;
    struct fault fault = {0};
    struct document_id id = {lookup.id};
    if (ledger_document_get(ledger, id, ret_document, &fault) != STATUS_OK)
        return outcome_of(&fault);
    return EXIT_DONE;
}

int lookup_note_sight(struct ledger *ledger, struct document_id id, const char *what)
{
    struct fault fault = {0};
    return desk_note_sight(ledger, id, outcome_actor(), what, &fault) == STATUS_OK
               ? EXIT_DONE
               : outcome_of(&fault);
}
