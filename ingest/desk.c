/* desk.c - see desk.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "ingest/desk.h"
#include "ingest/source.h"
#include "store/reserve.h"

static enum status check_disk(const char *path, uint64_t bytes, uint64_t least, struct fault *fault)
{
    struct statvfs disk;
    if (statvfs(path, &disk) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot ask for the room left at \"%s\"", path);
    uint64_t unit = disk.f_frsize;
    uint64_t left =
        unit > 0 && disk.f_bavail > UINT64_MAX / unit ? UINT64_MAX : disk.f_bavail * unit;
    if (left < bytes || left - bytes < least)
        return fault_set(fault, STATUS_LATER,
                         "the disk of \"%s\" has %llu bytes left, and %llu must stay free", path,
                         (unsigned long long)left, (unsigned long long)least);
    // Some file systems make inodes as they need them, and count none.
    if (disk.f_files > 0 && disk.f_favail < DESK_INODES_LEAST)
        return fault_set(fault, STATUS_LATER, "the disk of \"%s\" has hardly any inodes left",
                         path);
    return STATUS_OK;
}

/* What is on this host's disks; an address of something elsewhere is not ours to measure. */
static bool is_path(const char *place)
{
    return place[0] == '/';
}

enum status desk_check_room(const struct desk *desk, uint64_t bytes, struct fault *fault)
{
    uint64_t least = (uint64_t)desk->config->limits.free_bytes_least;
    const struct config_store *store = &desk->config->store;
    enum status status = STATUS_OK;
    const char *spool = config_spool_folder(desk->config);
    if (is_path(spool))
        status = check_disk(spool, bytes, least, fault);
    if (status == STATUS_OK && is_path(store->ledger)) {
        char *folder = source_folder(store->ledger);
        status = folder == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                : check_disk(folder[0] == '\0' ? "/" : folder, 0, least, fault);
        free(folder);
    }
    if (status == STATUS_OK && desk->spool != NULL)
        status = spool_ready(desk->spool, fault);
    if (status == STATUS_OK && reserve_is_used(store->ledger))
        status = fault_set(fault, STATUS_LATER,
                           "the disk of the ledger was full, and its reserve is in use");
    return status;
}

void desk_report(enum log_level level, const char *id, const char *site, const char *source,
                 const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct text where = {0};
    text_append_quoted(&where, site);
    if (source != NULL) {
        text_append_char(&where, ' ');
        text_append_quoted(&where, source);
    }
    log_event(level, id, "%s: %s", text_string(&where), message);
    text_done(&where);
}
