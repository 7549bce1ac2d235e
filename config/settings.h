/* settings.h - every setting there is: its key, kind, default, limits, sentence and place.
 *
 * The one table behind the checks of the loader, the sample file, `config show` and
 * docs/settings.md. To add a setting: a member in its struct in config.h and a row here. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stddef.h>

#include "config/config.h"

enum setting_kind {
    SETTING_COUNT,       /* int64_t: a whole number, of `unit` */
    SETTING_DURATION,    /* int64_t, ms; written "500ms", "2s", "10min", "1h", "1d" */
    SETTING_SECONDS,     /* int64_t, s; written like a duration, of whole seconds */
    SETTING_SIZE,        /* int64_t, bytes; written "200MB", "1GiB" */
    SETTING_SHARE,       /* double, 0 to 1; written "10 %" or "0.1" */
    SETTING_PROBABILITY, /* the same, shown as 0.99 */
    SETTING_TEXT,        /* char *, owned */
    SETTING_OPTION_TEXT, /* char *, owned; NULL when written as "" */
    SETTING_PATH,        /* char *, owned, absolute; relative ones start at the file's folder */
    SETTING_OPTION_PATH, /* the same; NULL when written as "" */
    SETTING_LEDGER,      /* like SETTING_PATH, or a postgresql:// URL as it is written */
    SETTING_SPOOL,       /* like SETTING_PATH, or an s3:// URL as it is written */
    SETTING_CHOICE,      /* an enum: the index of the word in `words` */
    SETTING_SWITCH       /* bool: words[0] is false, words[1] true */
};

/* Lists of the file, each a list of small mappings. */
enum setting_list {
    SETTING_SITES = 0,
    SETTING_TEAMS,
    SETTING_GRAMMARS,
    SETTING_KINDS,
    SETTING_SCAN_PROFILES,
    SETTING_DIRECTORY_GROUPS,
    SETTING_PURGE_RULES,
    SETTING_BODIES,
    SETTING_UNOPENED,
    SETTING_LISTS,
    SETTING_SINGLE = SETTING_LISTS /* not in a list */
};

enum {
    SETTINGS_MOST = 256,         /* rows of the table */
    SETTING_ITEM_KEYS_MOST = 12, /* keys in an entry of a list */
    SETTING_ENTRIES_MOST = 500,  /* entries in a list */
    SETTING_KEY_BYTES = 96
};

struct setting {
    const char *key;     /* in the file, dotted; in a list: below its entry */
    const char *initial; /* the default, as one would write it; NULL: `otherwise` says */
    const char *sentence;
    const char *unit;         /* SETTING_COUNT: of what, for people; NULL for none */
    const char *const *words; /* CHOICE, SWITCH: NULL-terminated; TEXT: NULL */
    const char *otherwise;    /* what stands in for a missing default; NULL: must be written */
    enum setting_list list;
    enum setting_kind kind;
    double least, most; /* in the unit of what is stored; TEXT and PATH: bytes */
    size_t offset;      /* in struct config, or in the entry's struct */
};

extern const struct setting settings[];
extern const size_t setting_count;

/* A section of the file or one of its lists, in the order of the sample. */
struct setting_section {
    const char *key; /* "store", "matching.identifiers", "sites" */
    const char *sentence;
    enum setting_list list; /* SETTING_SINGLE for a section */
};

extern const struct setting_section setting_sections[];
extern const size_t setting_section_count;

/* "sites", "teams", "case_numbers", "kinds", "scan_profiles", "directory_groups", "purge_rules",
 * "bodies" or "unopened"; static. */
const char *setting_list_key(enum setting_list list);

#endif
