/* law_facts.h - a document's date of receipt with its proofs, and its deadlines, for people and as
 * JSON. What the office's people wrote or read stays German. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_LAW_FACTS_H
#define CLI_LAW_FACTS_H

#include <jansson.h>

#include "store/ledger.h"

/* Lines like those of `show`; nothing of a document that nothing was decided about. EXIT_DONE, or
 * the exit code: what was wrong has been said. */
int law_facts_print(struct ledger *ledger, struct document_id document);
/* Adds "receipt" (null before the first decision) and "deadlines" to the object. */
int law_facts_to_json(struct ledger *ledger, struct document_id document, json_t *object);

#endif
