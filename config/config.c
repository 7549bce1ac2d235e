/* config.c - see config.h. Three passes over the file: outline.c finds keys and lines, written.c
 * the values, check.c what cannot be meant together. Each adds all it finds to one list. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "config/address.h"
#include "config/check.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/reload.h"
#include "config/settings.h"
#include "config/values.h"
#include "config/written.h"

static const char DEFAULT_FILE[] = "posteingang.yaml";
static const char SYSTEM_FILE[] = "/etc/posteingang/posteingang.yaml";

enum { PLACE_BYTES = 128 };

struct load {
    struct config *config;
    struct outline outline;
    struct problems problems;
    struct text notes;
    bool no_memory;
};

bool config_ledger_is_on_server(const struct config *config)
{
    return value_is_server(config->store.ledger);
}

char *config_ledger_folder(const struct config *config)
{
    const char *slash = strrchr(config->store.ledger, '/');
    if (config_ledger_is_on_server(config))
        return path_join(config->folder, "ledger");
    return slash == NULL
               ? string_copy(".")
               : string_copy_bytes(config->store.ledger, (size_t)(slash - config->store.ledger));
}

const char *config_spool_folder(const struct config *config)
{
    return spool_place_is_bucket(config->store.spool) ? config->store.s3.cache
                                                      : config->store.spool;
}

struct spool_place config_spool_place(const struct config *config)
{
    const struct config_s3 *s3 = &config->store.s3;
    return (struct spool_place){.url = config->store.spool,
                                .folder = config_spool_folder(config),
                                .endpoint = s3->endpoint,
                                .region = s3->region,
                                .access_key = s3->access_key,
                                .secret_file = s3->secret_file,
                                .authorities = s3->authorities,
                                .timeout_ms = s3->timeout_ms,
                                .cache_bytes = s3->cache_bytes,
                                .cache_age_ms = s3->cache_age_ms};
}

/* ---- values -------------------------------------------------------------------------------- */

static size_t entry_bytes(enum setting_list list)
{
    static const size_t bytes[] = {
        sizeof(struct config_site),         sizeof(struct config_team),
        sizeof(struct config_case_grammar), sizeof(struct config_kind),
        sizeof(struct config_scan_profile), sizeof(struct config_directory_group),
        sizeof(struct retention_rule),      sizeof(struct config_body),
        sizeof(struct config_unopened)};
    return bytes[list];
}

/* Where the entries of a list begin in the configuration; NULL when it has none. */
static void *entries_of(const struct config *config, enum setting_list list, size_t *ret_count)
{
    switch (list) {
    case SETTING_SITES:
        *ret_count = config->site_count;
        return config->sites;
    case SETTING_TEAMS:
        *ret_count = config->team_count;
        return config->teams;
    case SETTING_GRAMMARS:
        *ret_count = config->grammar_count;
        return config->grammars;
    case SETTING_KINDS:
        *ret_count = config->kind_count;
        return config->kinds;
    case SETTING_SCAN_PROFILES:
        *ret_count = config->scan_profile_count;
        return config->scan_profiles;
    case SETTING_DIRECTORY_GROUPS:
        *ret_count = config->directory_group_count;
        return config->directory_groups;
    case SETTING_PURGE_RULES:
        *ret_count = config->purge_rule_count;
        return config->purge_rules;
    case SETTING_BODIES:
        *ret_count = config->body_count;
        return config->bodies;
    case SETTING_UNOPENED:
        *ret_count = config->unopened_count;
        return config->unopened;
    case SETTING_LISTS:
        break;
    }
    *ret_count = 0;
    return NULL;
}

static void tell_bad_value(struct load *load, const char *place, const char *written,
                           const struct text *reason)
{
    struct text quoted = {0};
    text_append_quoted(&quoted, written);
    problems_add(&load->problems, outline_line(&load->outline, place), "%s: %s%s", place,
                 text_string(&quoted), text_string(reason));
    text_done(&quoted);
}

/* Stores the default first, so that what is checked later is whole even after a bad value. */
static void store(struct load *load, const struct setting *setting, const char *written,
                  const char *place, void *base)
{
    const char *values[] = {setting->initial, written};
    for (size_t i = 0; i < 2; i++) {
        struct text reason = {0};
        enum status status = STATUS_OK;
        if (values[i] != NULL)
            status = value_store(setting, values[i], load->config->folder, base, &reason);
        if (status == STATUS_REFUSE)
            tell_bad_value(load, place, values[i], &reason);
        load->no_memory |= status == STATUS_LATER;
        text_done(&reason);
    }
}

static void store_singles(struct load *load, const struct written *written)
{
    for (size_t i = 0; i < setting_count; i++)
        if (settings[i].list == SETTING_SINGLE)
            store(load, &settings[i], written == NULL ? NULL : written->values[i], settings[i].key,
                  load->config);
}

/* A value that must be written and is not: told, and "" stands in for it. */
static void tell_missing(struct load *load, const struct setting *setting, const char *entry,
                         void *base)
{
    char *stored = NULL;
    memcpy(&stored, (char *)base + setting->offset, sizeof stored);
    if (stored != NULL)
        return;
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s.%s", entry, setting->key);
    if (outline_find(&load->outline, place) == NULL)
        problems_add(&load->problems, outline_line(&load->outline, entry),
                     "%s: \"%s\" is missing (%s)", entry, setting->key, setting->sentence);
    stored = string_copy("");
    memcpy((char *)base + setting->offset, &stored, sizeof stored);
    load->no_memory |= stored == NULL;
}

static void store_entry(struct load *load, enum setting_list list,
                        const struct written_entry *written, size_t index, void *base)
{
    char entry[PLACE_BYTES / 2];
    char place[PLACE_BYTES];
    (void)snprintf(entry, sizeof entry, "%s[%zu]", setting_list_key(list), index);
    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].list != list)
            continue;
        (void)snprintf(place, sizeof place, "%s.%s", entry, settings[i].key);
        store(load, &settings[i], written->values[i], place, base);
        if (settings[i].initial == NULL && settings[i].otherwise == NULL)
            tell_missing(load, &settings[i], entry, base);
    }
}

static void *store_list(struct load *load, const struct written *written, enum setting_list list,
                        size_t *ret_count)
{
    size_t count = written->entry_counts[list];
    char *entries = calloc(count == 0 ? 1 : count, entry_bytes(list));
    load->no_memory |= entries == NULL;
    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        store_entry(load, list, &written->entries[list][i], i, entries + i * entry_bytes(list));
    *ret_count = count;
    return entries;
}

static void store_lists(struct load *load, const struct written *written)
{
    struct config *config = load->config;
    config->sites = store_list(load, written, SETTING_SITES, &config->site_count);
    config->teams = store_list(load, written, SETTING_TEAMS, &config->team_count);
    config->grammars = store_list(load, written, SETTING_GRAMMARS, &config->grammar_count);
    config->kinds = store_list(load, written, SETTING_KINDS, &config->kind_count);
    config->scan_profiles =
        store_list(load, written, SETTING_SCAN_PROFILES, &config->scan_profile_count);
    config->directory_groups =
        store_list(load, written, SETTING_DIRECTORY_GROUPS, &config->directory_group_count);
    config->purge_rules = store_list(load, written, SETTING_PURGE_RULES, &config->purge_rule_count);
    config->bodies = store_list(load, written, SETTING_BODIES, &config->body_count);
    config->unopened = store_list(load, written, SETTING_UNOPENED, &config->unopened_count);
}

/* ---- defaults that depend on other values ---------------------------------------------------- */

/* Without a title people call it by its name. */
static void settle_title(struct load *load, const char *name, char **title)
{
    if (*title == NULL)
        *title = string_copy(name);
    load->no_memory |= *title == NULL;
}

static void settle_lists(struct load *load)
{
    struct config *config = load->config;
    for (size_t i = 0; i < config->site_count && !load->no_memory; i++) {
        struct config_site *site = &config->sites[i];
        if (site->drop != NULL)
            continue;
        struct text drop = {0};
        text_append_format(&drop, "drop/%s", site->name);
        site->drop = value_absolute_path(config->folder, text_string(&drop));
        load->no_memory |= site->drop == NULL || drop.failed;
        text_done(&drop);
    }
    for (size_t i = 0; i < config->team_count && !load->no_memory; i++) {
        struct config_team *team = &config->teams[i];
        if (team->title == NULL)
            team->title = string_copy(team->name);
        if (team->xdomea == NULL && team->destination != CONFIG_FOLDER)
            team->xdomea = string_copy(config->xdomea.folder);
        load->no_memory |=
            team->title == NULL || (team->xdomea == NULL && team->destination != CONFIG_FOLDER);
    }
    for (size_t i = 0; i < config->kind_count && !load->no_memory; i++) {
        struct config_kind *kind = &config->kinds[i];
        if (kind->title == NULL)
            kind->title = string_copy(kind->name);
        load->no_memory |= kind->title == NULL;
    }
    for (size_t i = 0; i < config->body_count && !load->no_memory; i++)
        settle_title(load, config->bodies[i].name, &config->bodies[i].title);
    for (size_t i = 0; i < config->unopened_count && !load->no_memory; i++)
        settle_title(load, config->unopened[i].name, &config->unopened[i].title);
}

static void settle_address(struct load *load)
{
    struct config *config = load->config;
    struct text reason = {0};
    char *resolved = NULL;
    enum status status = address_resolve(config->workers.address, config->store.runtime,
                                         config->folder, &resolved, &load->notes, &reason);
    if (status == STATUS_REFUSE)
        problems_add(&load->problems, outline_line(&load->outline, "workers.address"),
                     "workers.address: \"%s\"%s", config->workers.address, text_string(&reason));
    load->no_memory |= status == STATUS_LATER;
    if (status == STATUS_OK) {
        free(config->workers.address);
        config->workers.address = resolved;
    }
    text_done(&reason);
}

static void settle_reception(struct load *load)
{
    struct config *config = load->config;
    char *folder =
        config->reception.folder == NULL && !load->no_memory ? config_ledger_folder(config) : NULL;
    if (folder != NULL)
        config->reception.folder = path_join(folder, "incoming");
    load->no_memory |= config->reception.folder == NULL;
    free(folder);
}

/* ---- the file ------------------------------------------------------------------------------ */

static unsigned line_of_bad_utf8(const char *bytes, size_t length)
{
    unsigned line = 1;
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n')
            continue;
        if (!utf8_is_valid(bytes + start, i - start))
            return line;
        start = i + 1;
        line++;
    }
    return line;
}

/* The values of a file whose keys and shapes are right. */
static void read_values(struct load *load, const char *bytes, size_t length, struct fault *fault)
{
    struct written_file *file = NULL;
    enum status status = written_read(bytes, length, &file, fault);
    if (status != STATUS_OK) {
        load->no_memory |= status == STATUS_LATER;
        problems_add(&load->problems, 1, "%s", fault->text);
        return;
    }
    store_singles(load, written_values(file));
    store_lists(load, written_values(file));
    written_free(&file);
    if (load->no_memory)
        return;
    settle_lists(load);
    settle_address(load);
    settle_reception(load);
    if (!load->no_memory)
        config_check(load->config, &load->outline, &load->problems);
}

static void read_file(struct load *load, const char *bytes, size_t length, struct fault *fault)
{
    if (!utf8_is_valid(bytes, length)) {
        problems_add(&load->problems, line_of_bad_utf8(bytes, length),
                     "bytes that are not UTF-8; save the file as UTF-8");
        return;
    }
    enum status status = outline_read(bytes, length, &load->outline, &load->problems, fault);
    load->no_memory |= status == STATUS_LATER;
    if (status != STATUS_OK)
        return;
    if (load->outline.count == 0 || load->outline.nodes[0].is_empty) {
        problems_add(&load->problems, 1,
                     "the file says nothing; at least \"sites:\" and a name below it are needed");
        return;
    }
    if (keys_check(&load->outline, &load->problems))
        read_values(load, bytes, length, fault);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* What the passes found, as status, words and `problems`. */
static enum status conclude(struct load *load, struct text *problems, struct fault *fault)
{
    if (load->no_memory || load->problems.failed)
        return fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    if (load->problems.count == 0) {
        if (load->notes.length > 0)
            load->config->notes = text_take(&load->notes);
        return STATUS_OK;
    }
    const char *name = base_name(load->config->path);
    if (problems != NULL)
        problems_append(&load->problems, name, problems);
    return fault_set(fault, STATUS_REFUSE, "%s:%u: %s", name, load->problems.items[0].line,
                     load->problems.items[0].words);
}

static struct config *config_new(const char *path)
{
    struct config *config = calloc(1, sizeof *config);
    char *here = getcwd(NULL, 0);
    if (config != NULL) {
        config->path = value_absolute_path(here == NULL ? "/" : here, path);
        config->folder = config->path == NULL ? NULL : string_copy(config->path);
    }
    free(here);
    if (config == NULL || config->folder == NULL) {
        config_free(&config);
        return NULL;
    }
    char *slash = strrchr(config->folder, '/');
    slash[slash == config->folder] = '\0';
    return config;
}

static enum status load_bytes(struct config *config, const char *bytes, size_t length,
                              struct text *problems, struct fault *fault)
{
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    load->config = config;
    read_file(load, bytes, length, fault);
    enum status status = conclude(load, problems, fault);
    problems_done(&load->problems);
    outline_done(&load->outline);
    text_done(&load->notes);
    free(load);
    return status;
}

enum status config_load(const char *path, struct config **ret_config, struct text *problems,
                        struct fault *fault)
{
    struct fault own = {0};
    if (fault == NULL)
        fault = &own;
    char *bytes = NULL;
    size_t length = 0;
    enum status status = file_read(path, OUTLINE_FILE_BYTES_MOST, &bytes, &length, fault);
    if (status != STATUS_OK) {
        if (problems != NULL)
            text_append_format(problems, "%s:1: %s\n", base_name(path), fault->text);
        return status;
    }
    struct config *config = config_new(path);
    if (config == NULL)
        status = fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    else
        status = load_bytes(config, bytes, length, problems, fault);
    free(bytes);
    if (status == STATUS_OK)
        *ret_config = config;
    else
        config_free(&config);
    return status;
}

/* ---- owning -------------------------------------------------------------------------------- */

static void free_strings(enum setting_list list, void *base)
{
    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].list != list || !value_is_owned(&settings[i]))
            continue;
        char *string = NULL;
        memcpy(&string, (char *)base + settings[i].offset, sizeof string);
        free(string);
    }
}

void config_free(struct config **config_p)
{
    struct config *config = *config_p;
    if (config == NULL)
        return;
    for (enum setting_list list = 0; list < SETTING_LISTS; list++) {
        size_t count = 0;
        char *entries = entries_of(config, list, &count);
        for (size_t i = 0; i < count; i++)
            free_strings(list, entries + i * entry_bytes(list));
        free(entries);
    }
    free_strings(SETTING_SINGLE, config);
    free(config->path);
    free(config->folder);
    free(config->notes);
    free(config);
    *config_p = NULL;
}

/* ---- finding ------------------------------------------------------------------------------- */

const char *config_find(const char *given)
{
    if (given != NULL)
        return given;
    const char *named = getenv("POSTEINGANG_CONFIG");
    if (named != NULL && named[0] != '\0')
        return named;
    return access(DEFAULT_FILE, F_OK) == 0 ? DEFAULT_FILE : SYSTEM_FILE;
}

struct config *config_load_or_explain(const char *given)
{
    const char *path = config_find(given);
    struct config *config = NULL;
    struct text problems = {0};
    struct fault fault = {0};
    if (config_load(path, &config, &problems, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "The configuration \"%s\" cannot be used:\n%s", path,
                      problems.length == 0 ? fault.text : text_string(&problems));
        if (problems.length == 0)
            (void)fputc('\n', stderr);
        if (given == NULL && access(path, F_OK) != 0)
            (void)fputs("Name it with --config FILE, or make an instance with "
                        "`posteingang init DIR`.\n",
                        stderr);
    }
    text_done(&problems);
    if (config != NULL) {
        share_with_group(config->store.is_shared);
        reload_from(path);
        log_write_as(config->log_format, LOG_JOURNAL_SOCKET);
    }
    return config;
}

const struct config_site *config_site(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->site_count; i++)
        if (string_equal(config->sites[i].name, name))
            return &config->sites[i];
    return NULL;
}

const struct config_team *config_team(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->team_count; i++)
        if (string_equal(config->teams[i].name, name))
            return &config->teams[i];
    return NULL;
}

const struct config_scan_profile *config_scan_profile_of(const struct config *config,
                                                         const char *site)
{
    const struct config_site *place = config_site(config, site);
    for (size_t i = 0;
         place != NULL && place->scan_profile != NULL && i < config->scan_profile_count; i++)
        if (string_equal(config->scan_profiles[i].name, place->scan_profile))
            return &config->scan_profiles[i];
    return NULL;
}

int64_t config_reader_count(const struct config *config)
{
    if (config->workers.readers > 0)
        return config->workers.readers;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores;
}
