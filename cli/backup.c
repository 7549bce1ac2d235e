/* backup.c - `posteingang backup DIR`: a copy of everything, while everything works.
 *
 * The order makes the copy whole: first the cabinet, then the ledger as it is at one moment, then
 * the spool (from a folder or a bucket, into a folder), whose objects never change, so that it
 * holds all that the ledger names, then what came into the cabinet meanwhile. Last the copy is checked as `verify`
 * does it, and only then marked as whole. Used again on the same folder it copies what is new. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "base/text.h"
#include "base/tree.h"
#include "cli/backup_marker.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "store/spool_copy.h"

enum { BACKUP_MODE = 0700 };

struct backup {
    const struct instance *instance;
    const char *folder;
    struct tree_copied copied;
};

static enum status copy_below(struct backup *backup, const char *from, const char *name,
                              struct fault *fault)
{
    char *to = path_join(backup->folder, name);
    enum status status = to == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                    : tree_copy(from, to, TREE_RENEW, &backup->copied, fault);
    free(to);
    return status;
}

static enum status copy_config(struct backup *backup, struct fault *fault)
{
    const struct config *config = backup->instance->config;
    char *to = path_join(backup->folder, BACKUP_CONFIG);
    char *keys = path_join(config->folder, BACKUP_KEYS);
    enum status status = to == NULL || keys == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : tree_copy_file(config->path, to, fault);
    if (status == STATUS_OK && access(keys, F_OK) == 0)
        status = copy_below(backup, keys, BACKUP_KEYS, fault);
    free(keys);
    free(to);
    return status;
}

/* Beside the one of an earlier backup first. */
static enum status copy_ledger(struct backup *backup, const char *path, struct fault *fault)
{
    struct text partial = {0};
    text_append_format(&partial, "%s.new", path);
    if (!text_ok(&partial)) {
        text_done(&partial);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    enum status status = durable_remove(partial.bytes, fault);
    if (status == STATUS_OK)
        status = ledger_copy_to(backup->instance->ledger, partial.bytes, fault);
    if (status == STATUS_OK)
        status = durable_rename(partial.bytes, path, fault);
    text_done(&partial);
    return status;
}

/* Only a whole backup may have the marker: an old one goes first. */
static enum status begin(struct backup *backup, struct fault *fault)
{
    char *marker = path_join(backup->folder, BACKUP_MARKER);
    enum status status = marker == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                        : durable_make_folders(backup->folder, BACKUP_MODE, fault);
    if (status == STATUS_OK)
        status = durable_remove(marker, fault);
    free(marker);
    return status;
}

static enum status copy_spool(struct backup *backup, const char *path, struct fault *fault)
{
    struct spool_copied copied = {0};
    struct spool *to = NULL;
    enum status status = spool_open(path, &to, fault);
    if (status == STATUS_OK)
        status = spool_copy(backup->instance->spool, to, &copied, fault);
    spool_close(&to);
    backup->copied.files += copied.objects;
    backup->copied.bytes += copied.bytes;
    backup->copied.kept += copied.kept;
    return status;
}

static enum status make(struct backup *backup, const char *ledger_path, const char *spool_path,
                        struct fault *fault)
{
    const struct config *config = backup->instance->config;
    enum status status = begin(backup, fault);
    if (status == STATUS_OK)
        status = copy_config(backup, fault);
    if (status == STATUS_OK)
        status = copy_below(backup, config->store.cabinet, BACKUP_CABINET, fault);
    if (status == STATUS_OK)
        status = copy_ledger(backup, ledger_path, fault);
    if (status == STATUS_OK)
        status = copy_spool(backup, spool_path, fault);
    if (status == STATUS_OK)
        status = copy_below(backup, config->store.cabinet, BACKUP_CABINET, fault);
    return status;
}

static int conclude(const struct backup *backup, const struct verify_result *result,
                    struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&result->state, hex);
    if (result->faults > 0) {
        complain("the backup is not whole: %llu faults, the first: %s",
                 (unsigned long long)result->faults, result->first_fault);
        return EXIT_FOUND;
    }
    if (backup_marker_write(backup->folder, result, fault) != STATUS_OK)
        return outcome_of(fault);
    printf("%llu files with %.1f MB copied, %llu were there already.\n"
           "%llu audit rows and %llu spool files checked: all is well.\nState %s\n",
           (unsigned long long)backup->copied.files, (double)backup->copied.bytes / 1e6,
           (unsigned long long)backup->copied.kept, (unsigned long long)result->audit_rows,
           (unsigned long long)result->objects, hex);
    return EXIT_DONE;
}

static int run(struct backup *backup)
{
    struct verify_result result = {0};
    struct fault fault = {0};
    char *ledger_path = path_join(backup->folder, BACKUP_LEDGER);
    char *spool_path = path_join(backup->folder, BACKUP_SPOOL);
    enum status status = ledger_path == NULL || spool_path == NULL
                             ? fault_set(&fault, STATUS_LATER, "out of memory")
                             : make(backup, ledger_path, spool_path, &fault);
    if (status == STATUS_OK)
        status =
            backup_check(ledger_path, (struct spool_place){.url = spool_path, .folder = spool_path},
                         &result, &fault);
    int exit_code = status == STATUS_OK ? conclude(backup, &result, &fault) : outcome_of(&fault);
    free(spool_path);
    free(ledger_path);
    return exit_code;
}

int verb_backup(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE) {
        struct backup backup = {.instance = &instance, .folder = rest.values[0]};
        exit_code = run(&backup);
    }
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
