/* written.h - the values of a file as they are written, in the order of the settings table.
 *
 * The second pass, by libcyaml with a schema that is made from the table: after it, every value
 * has its row, and the lists have their entries. Call it only for what outline_read() and the
 * check of its kinds let through; lines are asked of the outline. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_WRITTEN_H
#define CONFIG_WRITTEN_H

#include "base/fault.h"
#include "config/settings.h"

/* Values by the index of their row in settings[]; NULL where the file is silent. */
struct written_entry {
    char *values[SETTINGS_MOST];
};

struct written {
    char *values[SETTINGS_MOST];
    struct written_entry *entries[SETTING_LISTS];
    unsigned entry_counts[SETTING_LISTS];
};

struct written_file;

/* On STATUS_OK the caller owns *ret_file (written_free()). */
enum status written_read(const char *bytes, size_t length, struct written_file **ret_file,
                         struct fault *fault);
void written_free(struct written_file **file_p);
const struct written *written_values(const struct written_file *file);

#endif
