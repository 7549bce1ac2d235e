/* rates.c - the table of hours of a desk's line: see config_rates_read().
 *
 * Entries are parted by semicolons; of two about the same hour the later one counts. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"
#include "config/values.h"

enum { ENTRY_BYTES_MOST = 64 };

/* The size that stands for bytes a second; the words are those of every other size. */
static bool read_size(const char *written, int64_t *ret_size, struct text *reason)
{
    static const struct setting size = {.key = "centre.rates",
                                        .sentence = "",
                                        .list = SETTING_SINGLE,
                                        .kind = SETTING_SIZE,
                                        .least = 0,
                                        .most = 1e12};
    return value_store(&size, written, "/", ret_size, reason) == STATUS_OK;
}

/* "7-17 64kB", with blanks around. */
static bool read_entry(const char *entry, int64_t rates[CONFIG_HOURS], struct text *reason)
{
    unsigned from = 0;
    unsigned until = 0;
    int used = 0;
    char size[ENTRY_BYTES_MOST];
    int64_t rate = 0;
    if (sscanf(entry, " %2u-%2u %n", &from, &until, &used) != 2 || used == 0 || from >= until ||
        until > CONFIG_HOURS || strlen(entry + used) >= sizeof size) {
        text_append_format(reason,
                           "\"%s\" is not HOUR-HOUR SIZE, e.g. 7-17 64kB, with hours from 0 to %d",
                           entry, CONFIG_HOURS);
        return false;
    }
    (void)snprintf(size, sizeof size, "%s", entry + used);
    for (size_t end = strlen(size); end > 0 && size[end - 1] == ' '; end--)
        size[end - 1] = '\0';
    if (!read_size(size, &rate, reason))
        return false;
    for (unsigned hour = from; hour < until; hour++)
        rates[hour] = rate;
    return true;
}

bool config_rates_read(const char *text, int64_t ret_rates[CONFIG_HOURS], struct text *reason)
{
    int64_t rates[CONFIG_HOURS];
    bool is_good = true;
    for (size_t hour = 0; hour < CONFIG_HOURS; hour++)
        rates[hour] = CONFIG_RATE_UNLIMITED;
    while (is_good && text != NULL && *text != '\0') {
        size_t length = strcspn(text, ";");
        char *entry = string_copy_bytes(text, length);
        if (entry == NULL)
            text_append(reason, "out of memory");
        is_good = entry != NULL && read_entry(entry, rates, reason);
        free(entry);
        text += length + (text[length] == ';' ? 1U : 0U);
    }
    if (is_good)
        memcpy(ret_rates, rates, sizeof rates);
    return is_good;
}
