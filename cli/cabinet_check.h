/* cabinet_check.h - are the filed documents in the cabinet still what the ledger knows? */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_CABINET_CHECK_H
#define CLI_CABINET_CHECK_H

#include "store/ledger.h"

/* Told of a document that is damaged there, in words. */
typedef enum status cabinet_damage(void *context, const struct uuid *document, const char *words,
                                   struct fault *fault);

/* Reads every part of every filed document below `cabinet`: PDF, text and original against the
 * ledger's digests, dokument.json against its seal. *ret_count: documents that were checked. A
 * document that moves on meanwhile is not damaged. */
enum status cabinet_check(struct ledger *ledger, const char *cabinet, cabinet_damage *damage,
                          void *context, uint64_t *ret_count, struct fault *fault);

#endif
