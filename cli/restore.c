/* restore.c - `posteingang restore DIR`: an instance from its backup.
 *
 * The ledger comes last, so that an interrupted one is begun again and never looks like a whole
 * instance. A spool that is there already, newer than the backup, is kept and added to: what it
 * holds and the ledger does not know is taken in again when the intake begins. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/log.h"
#include "base/status.h"
#include "base/text.h"
#include "base/tree.h"
#include "cli/backup_marker.h"
#include "cli/outcome.h"
#include "cli/verbs.h"
#include "config/config.h"
#include "store/ledger_move.h"
#include "store/spool_copy.h"

enum { FOLDER_MODE = 0750 };

static enum status make_parent(const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return STATUS_OK;
    char *folder = string_copy_bytes(path, (size_t)(slash - path));
    enum status status = folder == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                        : durable_make_folders(folder, FOLDER_MODE, fault);
    free(folder);
    return status;
}

/* The part `name` of the backup to `to`; a part that the backup does not have is left out. */
static enum status bring_back(const char *backup, const char *name, const char *to, bool is_folder,
                              struct fault *fault)
{
    struct tree_copied copied = {0};
    char *from = path_join(backup, name);
    enum status status = STATUS_OK;
    if (from == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else if (access(from, F_OK) == 0)
        status = make_parent(to, fault);
    if (status == STATUS_OK && from != NULL && access(from, F_OK) == 0)
        status = is_folder ? tree_copy(from, to, TREE_ADD, &copied, fault)
                           : tree_copy_file(from, to, fault);
    free(from);
    return status;
}

/* An instance that has lost its configuration as well gets that of the backup. */
static enum status bring_back_config(const char *backup, const char *path, struct fault *fault)
{
    if (path == NULL || access(path, F_OK) == 0)
        return STATUS_OK;
    return bring_back(backup, BACKUP_CONFIG, path, false, fault);
}

static enum status refuse_occupied(const struct config *config, struct fault *fault)
{
    if (config_ledger_is_on_server(config) ||
        (access(config->store.ledger, F_OK) != 0 && errno == ENOENT))
        return STATUS_OK; // ledger_copy() looks into a database itself
    return fault_set(fault, STATUS_REFUSE,
                     "there is a ledger at %s: move it away first, with its -wal and -shm",
                     config->store.ledger);
}

static enum status bring_back_to_server(const char *backup, const char *url, struct fault *fault)
{
    struct ledger_moved moved;
    char *from = path_join(backup, BACKUP_LEDGER);
    enum status status = from == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : ledger_copy(from, url, clock_system(), &moved, fault);
    free(from);
    return status;
}

/* A backup without one has nothing in it. */
static enum status bring_back_spool(const char *backup, const struct config *config,
                                    struct fault *fault)
{
    struct spool_copied copied = {0};
    struct spool *from = NULL, *to = NULL;
    char *path = path_join(backup, BACKUP_SPOOL);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = STATUS_OK;
    if (access(path, F_OK) == 0)
        status = spool_open(path, &from, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &to, fault);
    if (status == STATUS_OK && from != NULL)
        status = spool_copy(from, to, &copied, fault);
    spool_close(&from);
    spool_close(&to);
    free(path);
    return status;
}

static enum status bring_back_all(const char *backup, const struct config *config,
                                  struct fault *fault)
{
    char *keys = path_join(config->folder, BACKUP_KEYS);
    enum status status = keys == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : refuse_occupied(config, fault);
    if (status == STATUS_OK)
        status = bring_back(backup, BACKUP_KEYS, keys, true, fault);
    if (status == STATUS_OK)
        status = bring_back_spool(backup, config, fault);
    if (status == STATUS_OK)
        status = bring_back(backup, BACKUP_CABINET, config->store.cabinet, true, fault);
    if (status == STATUS_OK)
        status = config_ledger_is_on_server(config)
                     ? bring_back_to_server(backup, config->store.ledger, fault)
                     : bring_back(backup, BACKUP_LEDGER, config->store.ledger, false, fault);
    free(keys);
    return status;
}

static int conclude(const struct digest *state, const struct verify_result *result)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&result->state, hex);
    printf("%llu audit rows and %llu spool files checked.\nState %s\n",
           (unsigned long long)result->audit_rows, (unsigned long long)result->objects, hex);
    if (result->faults > 0) {
        complain("%llu faults, the first: %s", (unsigned long long)result->faults,
                 result->first_fault);
        return EXIT_FOUND;
    }
    if (!digest_equal(state, &result->state)) {
        complain("this is not the state that the backup was made with");
        return EXIT_FOUND;
    }
    printf("All is as it was when the backup was made.\n");
    return EXIT_DONE;
}

static int restore(const char *backup, const struct config *config, const struct digest *state)
{
    struct fault fault = {0};
    struct verify_result result = {0};
    enum status status = bring_back_all(backup, config, &fault);
    if (status == STATUS_OK)
        status = backup_check(config->store.ledger, config_spool_place(config), &result, &fault);
    return status == STATUS_OK ? conclude(state, &result) : outcome_of(&fault);
}

int verb_restore(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct fault fault = {0};
    struct digest state = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    enum status status = backup_marker_read(rest.values[0], &state, &fault);
    if (status == STATUS_OK)
        status = bring_back_config(rest.values[0], call->config, &fault);
    if (status != STATUS_OK) {
        argument_list_done(&rest);
        return outcome_of(&fault);
    }
    struct config *config = config_load_or_explain(call->config);
    if (config != NULL)
        log_open("posteingang", config->log_level);
    exit_code = config == NULL ? EXIT_CONFIGURATION : restore(rest.values[0], config, &state);
    config_free(&config);
    argument_list_done(&rest);
    return exit_code;
}
