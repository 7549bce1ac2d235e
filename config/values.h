/* values.h - one written value to what a setting stores, and back. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include "base/status.h"
#include "base/text.h"
#include "config/settings.h"

/* Reads `written` as `setting` wants it and stores it at `base` + setting->offset, freeing an
 * owned string that is there. Relative paths start at `folder`. STATUS_REFUSE: `reason` says what
 * is wrong and what to write instead; STATUS_LATER on no memory. */
enum status value_store(const struct setting *setting, const char *written, const char *folder,
                        void *base, struct text *reason);

/* Appends what stands at `base` + setting->offset in the form in which it is written, without
 * YAML's quotes. value_store() reads it back to the same value. */
void value_append(const struct setting *setting, const void *base, struct text *text);
/* The same for a number in the unit of what is stored: for limits. */
void value_append_number(const struct setting *setting, double number, struct text *text);

/* Whether the setting stores a string that its struct owns. */
bool value_is_owned(const struct setting *setting);
/* Whether the ledger that is written so is a database on a server. */
bool value_is_server(const char *written);

/* Lexical: absolute, without ".", ".." and doubled slashes. The caller owns it. */
char *value_absolute_path(const char *folder, const char *path);

#endif
