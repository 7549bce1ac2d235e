/* verdict.h - what a person's decision came to, as the command says it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "store/desk.h"

/* EXIT_DONE when it happened or was so already; else EXIT_FOUND, and why has been said. */
int verdict_explain(enum desk_verdict verdict);

#endif
