/* lookup.h - from what a person types for an ID to a document or scan.
 *
 * Ids begin with their time, so that the last characters tell them apart; a whole id or any
 * ending of at least LOOKUP_LETTERS_LEAST characters that only one has is taken. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_LOOKUP_H
#define CLI_LOOKUP_H

#include "cli/instance.h"

enum { LOOKUP_LETTERS_LEAST = 4, LOOKUP_SHORT_LETTERS = 8 };

struct lookup {
    struct uuid id;
    bool is_document; /* else a scan */
};

/* EXIT_DONE, or the exit code to return; what was wrong has been said. */
int lookup_id(struct ledger *ledger, const char *typed, struct lookup *ret_lookup);
/* The same for verbs that want a document; a scan that gave exactly one stands for it. */
int lookup_document(struct ledger *ledger, const char *typed, struct document_record *ret_document);
/* Writes into the audit that whoever called looks at the document, as the portal does for its
 * people; `what` as desk_note_sight() has it. */
int lookup_note_sight(struct ledger *ledger, struct document_id id, const char *what);
/* What tables show of an id: its last LOOKUP_SHORT_LETTERS characters. */
void lookup_short(const struct uuid *id, char ret_text[LOOKUP_SHORT_LETTERS + 1]);

#endif
