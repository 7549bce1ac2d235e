/* grammar_check.h - whether a case-number grammar can work: pattern, templates, check digit. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_GRAMMAR_CHECK_H
#define CONFIG_GRAMMAR_CHECK_H

#include "base/status.h"
#include "base/text.h"
#include "config/config.h"

/* Told of each fault: the key below the grammar ("pattern", "check.over") and the sentence. */
typedef void grammar_fault_callback(void *context, const char *key, const char *words);

void grammar_check(const struct config_case_grammar *grammar, grammar_fault_callback *found,
                   void *context);

#endif
