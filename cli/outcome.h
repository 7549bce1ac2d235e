/* outcome.h - how the command speaks when something did not work, and with which exit code. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include "base/fault.h"

/* Prints "posteingang: " and the sentence on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what the fault says and returns the exit code it deserves: EXIT_FOUND for what can never
 * pass, EXIT_NOT_PERMITTED for missing rights, EXIT_STORAGE for the rest. */
int outcome_of(const struct fault *fault);

/* Who decides, for the audit: the name of the user who typed the command. Static. */
const char *outcome_actor(void);

#endif
