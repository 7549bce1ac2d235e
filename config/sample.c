/* sample.c - the table of settings as text: the file that `init` writes, the effective settings,
 * and the reference for administrators. See config.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/settings.h"
#include "config/values.h"

enum { LINE_COLUMNS = 96 };

/* The county's two schemes: the current one with its check digit, and the one before. They are an
 * example for the first instance; the programs know no scheme by heart. */
static const char EXAMPLE_GRAMMARS[] =
    "  - name: current\n"
    "    pattern: '(?<![0-9])50[ ./-]{0,3}(?<area>[0-9]{2})[ ./-]{0,3}(?<number>[0-9]{6})"
    "[ ./-]{0,3}(?<check>[0-9])(?![0-9])'\n"
    "    canonical: 50.{area}.{number}-{check}\n"
    "    check:\n"
    "      algorithm: mod11_10\n"
    "      over: 50{area}{number}\n"
    "      group: check\n"
    "  - name: legacy\n"
    "    pattern: '(?<![0-9])(?:SG[ ]{0,3})?50[ ]?[.][ ]?(?<area>[0-9])[ ]{0,3}/[ ]{0,3}"
    "(?<number>[0-9]{5})[ ]{0,3}/[ ]{0,3}(?<year>[0-9]{2})(?![0-9])'\n"
    "    canonical: SG 50.{area}/{number}/{year}\n";

/* Also examples: an office has its own terms, neighbours and rules. */
static const char EXAMPLE_PURGE_RULES[] =
    "  - name: aussortiert\n    state: discarded\n    months: 3\n"
    "  - name: weitergeleitet\n    state: forwarded\n    months: 0\n"
    "  - name: akten\n    state: filed\n    months: 120\n";
static const char EXAMPLE_BODIES[] =
    "  - name: jobcenter\n    title: Jobcenter\n"
    "    words: 'jobcenter;agentur für arbeit'\n"
    "  - name: jugendamt\n    title: Jugendamt\n    words: 'jugendamt;unterhaltsvorschuss'\n"
    "  - name: wohngeldstelle\n    title: Wohngeldstelle Neubrandenburg\n"
    "    words: 'wohngeldstelle;wohngeldbehörde;stadt neubrandenburg'\n"
    "  - name: familienkasse\n    title: Familienkasse\n    words: familienkasse\n"
    "  - name: rostock\n    title: Landkreis Rostock\n    words: landkreis rostock\n"
    "  - name: vorpommern-greifswald\n    title: Landkreis Vorpommern-Greifswald\n"
    "    words: landkreis vorpommern\n";
static const char EXAMPLE_UNOPENED[] =
    "  - name: personalrat\n    title: Personalrat\n    handling: unopened\n"
    "    advice: Ungeöffnet in das Fach des Personalrats.\n    words: 'personalrat;betriebsrat'\n"
    "  - name: persoenlich\n    title: Persönlich oder vertraulich\n    handling: unopened\n"
    "    advice: Ungeöffnet an die genannte Person.\n"
    "    words: 'persönlich;vertraulich;schwerbehindertenvertretung;gleichstellungsbeauftragte;"
    "datenschutzbeauftragte'\n"
    "  - name: wahl\n    title: Wahlunterlagen\n    handling: unopened\n"
    "    advice: Ungeöffnet und sofort an die Wahlbehörde.\n"
    "    words: 'wahlbrief;wahlunterlagen;wahlamt;wahlbehörde'\n"
    "  - name: verschlusssache\n    title: Verschlusssache\n    handling: unscanned\n"
    "    advice: An die Geheimschutzbeauftragte Person; nie scannen.\n"
    "    words: 'verschlusssache;vs nur für den dienstgebrauch;vs vertraulich'\n";

static const char *example_of(enum setting_list list)
{
    return list == SETTING_PURGE_RULES ? EXAMPLE_PURGE_RULES
           : list == SETTING_BODIES    ? EXAMPLE_BODIES
           : list == SETTING_UNOPENED  ? EXAMPLE_UNOPENED
                                       : EXAMPLE_GRAMMARS;
}

/* ---- YAML ---------------------------------------------------------------------------------- */

static bool is_plain(const char *value)
{
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/%+- ";
    size_t length = strlen(value);
    if (length == 0 || strchr("-% .", value[0]) != NULL || value[length - 1] == ' ')
        return value[0] == '.' && length > 1 && strspn(value, allowed) == length &&
               value[length - 1] != ' ';
    for (const char *byte = value; *byte != '\0'; byte++)
        if ((unsigned char)*byte < 0x80 && strchr(allowed, *byte) == NULL)
            return false;
    return true;
}

/* Values hold no control characters, so that single quotes carry them all. */
static void append_scalar(struct text *text, const char *value)
{
    if (is_plain(value)) {
        text_append(text, value);
        return;
    }
    text_append_char(text, '\'');
    for (; *value != '\0'; value++) {
        if (*value == '\'')
            text_append_char(text, '\'');
        text_append_char(text, *value);
    }
    text_append_char(text, '\'');
}

static void append_indent(struct text *text, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        text_append_char(text, ' ');
}

/* `words` as comment lines of at most LINE_COLUMNS, each behind `indent` blanks. */
static void append_comment(struct text *text, size_t indent, const char *words)
{
    size_t used = LINE_COLUMNS + 1;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (used + 1 + length > LINE_COLUMNS) {
            if (used <= LINE_COLUMNS)
                text_append_char(text, '\n');
            append_indent(text, indent);
            text_append_char(text, '#');
            used = indent + 1;
        }
        text_append_char(text, ' ');
        text_append_bytes(text, words, length);
        used += 1 + length;
        words += length + (words[length] == ' ');
    }
    text_append_char(text, '\n');
}

/* ---- limits in words ------------------------------------------------------------------------- */

static bool is_measured(const struct setting *setting)
{
    return setting->words == NULL && !value_is_owned(setting);
}

/* "2s to 1h", "never, hint or match", or nothing for strings. */
static void append_limits(struct text *text, const struct setting *setting)
{
    if (is_measured(setting)) {
        value_append_number(setting, setting->least, text);
        text_append(text, " to ");
        value_append_number(setting, setting->most, text);
        return;
    }
    for (size_t i = 0; setting->words != NULL && setting->words[i] != NULL; i++) {
        if (i > 0)
            text_append(text, setting->words[i + 1] == NULL ? " or " : ", ");
        text_append(text, setting->words[i]);
    }
}

/* The sentence and, behind it, the limits. */
static void append_explanation(struct text *text, size_t indent, const struct setting *setting)
{
    struct text words = {0};
    struct text limits = {0};
    append_limits(&limits, setting);
    text_append(&words, setting->sentence);
    if (limits.length > 0)
        text_append_format(&words, " (%s)", text_string(&limits));
    append_comment(text, indent, text_string(&words));
    text_done(&limits);
    text_done(&words);
}

/* ---- sections ------------------------------------------------------------------------------ */

static size_t depth_of(const char *key)
{
    size_t depth = 0;
    for (; *key != '\0'; key++)
        depth += *key == '.';
    return depth;
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot == NULL ? key : dot + 1;
}

/* Whether the setting stands right in the section, not in one below it. */
static bool is_in(const struct setting *setting, const struct setting_section *section)
{
    size_t length = strlen(section->key);
    return setting->list == SETTING_SINGLE && strncmp(setting->key, section->key, length) == 0 &&
           setting->key[length] == '.' && strchr(setting->key + length + 1, '.') == NULL;
}

/* The value of a setting as it is written: from `config`, or its default when that is NULL. */
static void append_value(struct text *text, const struct setting *setting, const void *base)
{
    struct text value = {0};
    if (base != NULL)
        value_append(setting, base, &value);
    else if (setting->initial != NULL)
        text_append(&value, setting->initial);
    append_scalar(text, text_string(&value));
    text_done(&value);
}

static void append_setting(struct text *text, const struct setting *setting,
                           const struct config *config)
{
    size_t indent = 2 * depth_of(setting->key);
    if (config == NULL)
        append_explanation(text, indent, setting);
    append_indent(text, indent);
    if (config == NULL && setting->initial == NULL) {
        // Without a default of its own: shown, but not in force.
        text_append_format(text, "# %s: ipc://run/dispatch.sock\n", last_part(setting->key));
        return;
    }
    text_append_format(text, "%s: ", last_part(setting->key));
    append_value(text, setting, config);
    text_append_char(text, '\n');
}

static void append_section(struct text *text, const struct setting_section *section,
                           const struct config *config)
{
    size_t depth = depth_of(section->key);
    if (depth == 0)
        text_append_char(text, '\n');
    if (config == NULL)
        append_comment(text, 2 * depth, section->sentence);
    append_indent(text, 2 * depth);
    text_append_format(text, "%s:\n", last_part(section->key));
    for (size_t i = 0; i < setting_count; i++)
        if (is_in(&settings[i], section))
            append_setting(text, &settings[i], config);
}

/* ---- the sample ---------------------------------------------------------------------------- */

/* The keys of an entry, one comment line each, above the list. */
static void append_entry_keys(struct text *text, enum setting_list list)
{
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        if (setting->list != list)
            continue;
        struct text words = {0};
        struct text limits = {0};
        append_limits(&limits, setting);
        text_append_format(&words, "%s: %s", setting->key, setting->sentence);
        if (limits.length > 0)
            text_append_format(&words, " (%s)", text_string(&limits));
        if (setting->initial != NULL && setting->initial[0] != '\0')
            text_append_format(&words, " Default: %s.", setting->initial);
        else if (setting->otherwise != NULL)
            text_append_format(&words, " Default: %s.", setting->otherwise);
        append_comment(text, 0, text_string(&words));
        text_done(&limits);
        text_done(&words);
    }
}

static void append_sample_sites(struct text *text, const char *const *sites, size_t count)
{
    text_append(text, count == 0 ? "sites: []\n" : "sites:\n");
    for (size_t site = 0; site < count; site++) {
        for (size_t i = 0; i < setting_count; i++) {
            if (settings[i].list != SETTING_SITES)
                continue;
            struct text value = {0};
            if (settings[i].initial != NULL)
                text_append(&value, settings[i].initial);
            else
                text_append_format(&value, "%s%s", settings[i].otherwise == NULL ? "" : "drop/",
                                   sites[site]);
            text_append_format(
                text, "%s%s: ",
                settings[i].otherwise == NULL && settings[i].initial == NULL ? "  - " : "    ",
                settings[i].key);
            append_scalar(text, text_string(&value));
            text_append_char(text, '\n');
            text_done(&value);
        }
    }
}

static void append_sample_list(struct text *text, const struct setting_section *section,
                               const char *const *sites, size_t site_count)
{
    text_append_char(text, '\n');
    append_comment(text, 0, section->sentence);
    append_entry_keys(text, section->list);
    if (section->list == SETTING_SITES)
        append_sample_sites(text, sites, site_count);
    else if (section->list == SETTING_TEAMS || section->list == SETTING_KINDS ||
             section->list == SETTING_SCAN_PROFILES || section->list == SETTING_DIRECTORY_GROUPS)
        text_append_format(text, "%s: []\n", section->key);
    else
        text_append_format(text, "%s:\n%s", section->key, example_of(section->list));
}

void config_append_sample(struct text *text, const char *const *sites, size_t site_count)
{
    append_comment(text, 0,
                   "Settings of Posteingang, all with their defaults, which hold as well when "
                   "a line is left out; sites and case_numbers are this office's own. Times are "
                   "written 500ms, 2s, 10min, 1h, sizes 200MB, "
                   "1GiB, shares 10 % or 0.1. Relative paths start at the folder of this file. "
                   "`posteingang config check` says what is wrong with it, "
                   "`posteingang config show` what is in force.");
    for (size_t i = 0; i < setting_section_count; i++) {
        if (setting_sections[i].list == SETTING_SINGLE)
            append_section(text, &setting_sections[i], NULL);
        else
            append_sample_list(text, &setting_sections[i], sites, site_count);
    }
}

/* ---- the effective settings ------------------------------------------------------------------ */

/* One entry; a key with a dot opens the mapping that it stands in. */
static void append_entry(struct text *text, enum setting_list list, const void *base)
{
    const char *open = "";
    bool is_first = true;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        if (setting->list != list)
            continue;
        const char *dot = strchr(setting->key, '.');
        if (dot != NULL && strncmp(open, setting->key, (size_t)(dot + 1 - setting->key)) != 0) {
            text_append_format(text, "    %.*s:\n", (int)(dot - setting->key), setting->key);
            open = setting->key;
        }
        text_append(text, is_first ? "  - " : dot == NULL ? "    " : "      ");
        text_append_format(text, "%s: ", last_part(setting->key));
        append_value(text, setting, base);
        text_append_char(text, '\n');
        is_first = false;
    }
}

static void append_entries(struct text *text, const struct setting_section *section,
                           const void *entries, size_t count, size_t bytes)
{
    text_append_format(text, "\n%s:%s\n", section->key, count == 0 ? " []" : "");
    for (size_t i = 0; i < count; i++)
        append_entry(text, section->list, (const char *)entries + i * bytes);
}

static void append_effective_list(struct text *text, const struct setting_section *section,
                                  const struct config *config)
{
    if (section->list == SETTING_SITES)
        append_entries(text, section, config->sites, config->site_count, sizeof *config->sites);
    else if (section->list == SETTING_TEAMS)
        append_entries(text, section, config->teams, config->team_count, sizeof *config->teams);
    else if (section->list == SETTING_DIRECTORY_GROUPS)
        append_entries(text, section, config->directory_groups, config->directory_group_count,
                       sizeof *config->directory_groups);
    else if (section->list == SETTING_KINDS)
        append_entries(text, section, config->kinds, config->kind_count, sizeof *config->kinds);
    else if (section->list == SETTING_PURGE_RULES)
        append_entries(text, section, config->purge_rules, config->purge_rule_count,
                       sizeof *config->purge_rules);
    else if (section->list == SETTING_BODIES)
        append_entries(text, section, config->bodies, config->body_count, sizeof *config->bodies);
    else if (section->list == SETTING_UNOPENED)
        append_entries(text, section, config->unopened, config->unopened_count,
                       sizeof *config->unopened);
    else if (section->list == SETTING_SCAN_PROFILES)
        append_entries(text, section, config->scan_profiles, config->scan_profile_count,
                       sizeof *config->scan_profiles);
    else
        append_entries(text, section, config->grammars, config->grammar_count,
                       sizeof *config->grammars);
}

void config_append_effective(const struct config *config, struct text *text)
{
    text_append_format(text, "# %s\n", config->path);
    for (size_t i = 0; i < setting_section_count; i++) {
        if (setting_sections[i].list == SETTING_SINGLE)
            append_section(text, &setting_sections[i], config);
        else
            append_effective_list(text, &setting_sections[i], config);
    }
}

/* ---- the reference --------------------------------------------------------------------------- */

static const char *kind_words(const struct setting *setting)
{
    static const char *const words[] = {
        [SETTING_COUNT] = "number",       [SETTING_DURATION] = "time",
        [SETTING_SECONDS] = "time",       [SETTING_SIZE] = "size",
        [SETTING_SHARE] = "share",        [SETTING_PROBABILITY] = "probability",
        [SETTING_TEXT] = "text",          [SETTING_OPTION_TEXT] = "text",
        [SETTING_PATH] = "path",          [SETTING_OPTION_PATH] = "path",
        [SETTING_LEDGER] = "path or URL", [SETTING_SPOOL] = "path or URL",
        [SETTING_CHOICE] = "choice",      [SETTING_SWITCH] = "choice",
    };
    return setting->unit == NULL ? words[setting->kind] : setting->unit;
}

static void append_row(struct text *text, const struct setting *setting)
{
    struct text limits = {0};
    append_limits(&limits, setting);
    text_append_format(text, "| `%s` | %s | ", setting->key, kind_words(setting));
    if (setting->initial != NULL && setting->initial[0] != '\0')
        text_append_format(text, "`%s`", setting->initial);
    else if (setting->initial != NULL)
        text_append(text, "empty");
    else
        text_append(text, setting->otherwise == NULL ? "must be written" : setting->otherwise);
    text_append_format(text, " | %s | %s |\n", text_string(&limits), setting->sentence);
    text_done(&limits);
}

static void append_table(struct text *text, const struct setting_section *section)
{
    text_append_format(text, "\n## %s%s\n\n%s\n\n", section->key,
                       section->list == SETTING_SINGLE ? "" : " (list)", section->sentence);
    text_append(text, "| setting | kind | default | allowed | what it does |\n");
    text_append(text, "|---|---|---|---|---|\n");
    for (size_t i = 0; i < setting_count; i++)
        if (section->list == SETTING_SINGLE ? is_in(&settings[i], section)
                                            : settings[i].list == section->list)
            append_row(text, &settings[i]);
}

void config_append_reference(struct text *text)
{
    text_append(text,
                "# Settings\n\n"
                "Made from the table in `config/settings.c`; `ctest -R test_sample` says when it "
                "is out of date\nand how to write it anew.\n\n"
                "Times are written `500ms`, `2s`, `10min`, `1h`, `1d`; sizes `200MB` (decimal) or "
                "`1GiB` (binary);\nshares `10 %` or `0.1`. Relative paths start at the folder of "
                "`posteingang.yaml`. Anchors, aliases and\ntags of YAML are not read.\n");
    for (size_t i = 0; i < setting_section_count; i++)
        append_table(text, &setting_sections[i]);
}
