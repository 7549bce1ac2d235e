/* init.c - `posteingang init`: a ready instance in a folder.
 *
 * The configuration is written first and then read back: the folders are made where it says, so
 * that a second run on an edited configuration makes what that one asks for. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dropfolder.h"
#include "base/durable.h"
#include "base/secret.h"
#include "base/share.h"
#include "base/sheet.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/keyring.h"
#include "cli/outcome.h"
#include "cli/verbs.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/second_factor.h"
#include "store/spool.h"

enum { MODE_PRIVATE = 0700, MODE_DROP = 0770, MODE_CABINET = 0750, MODE_CONFIGURATION = 0640 };

static const char configuration_name[] = "posteingang.yaml";
static const char *const example_sites[] = {"Neubrandenburg", "Neustrelitz", "Waren", "Demmin"};

/* Whether there is nothing in the folder, or no folder. STATUS_REFUSE: it cannot be looked at. */
static enum status folder_is_empty(const char *path, bool *ret_is_empty, struct fault *fault)
{
    DIR *folder = opendir(path);
    *ret_is_empty = true;
    if (folder == NULL && errno == ENOENT)
        return STATUS_OK;
    if (folder == NULL)
        return fault_errno(fault, STATUS_REFUSE, "cannot make an instance in %s", path);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            *ret_is_empty = false;
    (void)closedir(folder);
    return STATUS_OK;
}

static enum status write_configuration(const char *path, const struct argument_list *sites,
                                       struct fault *fault)
{
    struct text sample = {0};
    if (sites->count > 0)
        config_append_sample(&sample, sites->values, sites->count);
    else
        config_append_sample(&sample, example_sites,
                             sizeof example_sites / sizeof example_sites[0]);
    enum status status = text_ok(&sample) ? durable_write_file(path, sample.bytes, sample.length,
                                                               MODE_CONFIGURATION, fault)
                                          : fault_set(fault, STATUS_LATER, "out of memory");
    text_done(&sample);
    return status;
}

static enum status make_folder(const char *path, mode_t mode, unsigned *made, struct fault *fault)
{
    if (access(path, F_OK) == 0)
        return STATUS_OK;
    (*made)++;
    return durable_make_folders(path, mode, fault);
}

static enum status make_folder_below(const char *folder, const char *name, mode_t mode,
                                     unsigned *made, struct fault *fault)
{
    char *path = path_join(folder, name);
    enum status status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : make_folder(path, mode, made, fault);
    free(path);
    return status;
}

/* The folder that holds the ledger's file. */
static enum status make_ledger_folder(const struct config *config, unsigned *made,
                                      struct fault *fault)
{
    char *folder = config_ledger_folder(config);
    enum status status = folder == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : make_folder(folder, share_mode(MODE_PRIVATE), made, fault);
    free(folder);
    return status;
}

static enum status make_folders(const struct config *config, unsigned *made, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < config->site_count && status == STATUS_OK; i++) {
        if (config->sites[i].is_remote)
            continue;
        status = make_folder(config->sites[i].drop, MODE_DROP, made, fault);
        if (status == STATUS_OK)
            status = make_folder_below(config->sites[i].drop, DROP_REFUSED_FOLDER, MODE_DROP, made,
                                       fault);
    }
    if (status == STATUS_OK)
        status = make_ledger_folder(config, made, fault);
    if (status == STATUS_OK)
        status = make_folder(config_spool_folder(config), share_mode(MODE_PRIVATE), made, fault);
    if (status == STATUS_OK)
        status = make_folder(config->store.runtime, share_mode(MODE_PRIVATE), made, fault);
    if (status == STATUS_OK)
        status = make_folder(config->store.cabinet, MODE_CABINET, made, fault);
    if (status == STATUS_OK)
        status = make_folder_below(config->folder, "keys", MODE_PRIVATE, made, fault);
    return status;
}

/* The portal need not be able to write beside the other keys. One that is gone while second factors
 * are sealed with it is not made anew: it has to come back from the backup. */
static enum status make_factor_key(const struct config *config, bool is_in_use, unsigned *made,
                                   struct fault *fault)
{
    uint8_t key[SECRET_BYTES];
    bool is_there = access(config->portal.factor_key, F_OK) == 0;
    if (is_there || is_in_use)
        return STATUS_OK;
    *made += 1;
    enum status status = secret_make(config->portal.factor_key, key, fault);
    sodium_memzero(key, sizeof key);
    return status;
}

static enum status make_stores(const struct config *config, unsigned *made, struct fault *fault)
{
    struct ledger *ledger = NULL;
    struct spool *spool = NULL;
    int64_t factors = 0;
    if (!config_ledger_is_on_server(config))
        *made += access(config->store.ledger, F_OK) == 0 ? 0 : 1;
    enum status status =
        ledger_open(config->store.ledger, LEDGER_CREATE, clock_system(), &ledger, fault);
    if (status == STATUS_OK)
        status = second_factor_count(ledger, &factors, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &spool, fault);
    spool_close(&spool);
    ledger_close(&ledger);
    bool is_key_made = false;
    if (status == STATUS_OK)
        status = keyring_make(config, &is_key_made, fault);
    *made += is_key_made ? 1 : 0;
    // Made now, the running filer knows the key of the first return sheet that is printed.
    struct sheet_key sheet_key;
    *made += access(config->sheets.key, F_OK) == 0 ? 0 : 1;
    if (status == STATUS_OK)
        status = sheet_key_make(config->sheets.key, &sheet_key, fault);
    if (status == STATUS_OK)
        status = make_factor_key(config, factors > 0, made, fault);
    return status;
}

/* Sites asked for that the configuration, which was there before, does not have. */
static int explain_missing_sites(const struct config *config, const struct argument_list *sites)
{
    int exit_code = EXIT_DONE;
    for (size_t i = 0; i < sites->count; i++) {
        if (config_site(config, sites->values[i]) != NULL)
            continue;
        complain("the site %s is not in %s, which is yours and was left as it is: add it under "
                 "sites and run init again",
                 sites->values[i], config->path);
        exit_code = EXIT_FOUND;
    }
    return exit_code;
}

static void print_next_steps(const char *folder, const struct config *config, bool is_new,
                             unsigned made)
{
    if (!is_new && made == 0) {
        printf("%s is an instance already; nothing was missing.\n", folder);
        return;
    }
    if (!is_new) {
        printf("%s is an instance already; %u missing folder%s or file%s added.\n", folder, made,
               made == 1 ? "" : "s", made == 1 ? "" : "s");
        return;
    }
    printf("A new instance in %s\n\n  sites  ", folder);
    for (size_t i = 0; i < config->site_count; i++)
        printf("%s%s", i == 0 ? "" : ", ", config->sites[i].name);
    printf("\n  drop   %s\n\nNext:\n", config->sites[0].drop);
    printf("  posteingang --config %s register import FILE.csv\n", config->path);
    printf("  posteingang --config %s run\n", config->path);
}

static int check_site_names(const struct argument_list *sites)
{
    for (size_t i = 0; i < sites->count; i++) {
        if (config_site_name_is_fit(sites->values[i]))
            continue;
        complain("init: a site cannot be called \"%s\": its name becomes that of a folder",
                 sites->values[i]);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* The folder is an instance, or may become one. */
static int check_folder(const char *folder, bool is_new)
{
    struct fault fault = {0};
    bool is_empty = true;
    if (folder_is_empty(folder, &is_empty, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (!is_new || is_empty)
        return EXIT_DONE;
    complain("%s is not empty and not an instance: choose a new folder", folder);
    return EXIT_FOUND;
}

static int make_instance(const char *folder, const char *path, const struct argument_list *sites,
                         bool is_new)
{
    struct fault fault = {0};
    unsigned made = 0;
    if (durable_make_folders(folder, MODE_CABINET, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (is_new && write_configuration(path, sites, &fault) != STATUS_OK)
        return outcome_of(&fault);
    struct config *config = config_load_or_explain(path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    int exit_code = EXIT_DONE;
    if (make_folders(config, &made, &fault) != STATUS_OK ||
        make_stores(config, &made, &fault) != STATUS_OK) {
        exit_code = outcome_of(&fault);
    } else {
        print_next_steps(folder, config, is_new, made);
        exit_code = explain_missing_sites(config, sites);
    }
    config_free(&config);
    return exit_code;
}

int verb_init(struct call *call)
{
    struct argument_list sites = {0};
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"site", "NAME", "a site with a drop folder of its own; may be given several times",
         ARGUMENT_LIST, &sites}
    };
    int exit_code = EXIT_DONE;
    if (call_read(call, table, 1, 1, 1, &rest, &exit_code)) {
        const char *folder = rest.values[0];
        char *path = path_join(folder, configuration_name);
        bool is_new = path != NULL && access(path, F_OK) != 0;
        exit_code = path == NULL ? EXIT_STORAGE : check_site_names(&sites);
        if (exit_code == EXIT_DONE)
            exit_code = check_folder(folder, is_new);
        if (exit_code == EXIT_DONE)
            exit_code = make_instance(folder, path, &sites, is_new);
        free(path);
    }
    argument_list_done(&rest);
    argument_list_done(&sites);
    return exit_code;
}
