/* housekeeping.c - see housekeeping.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "monitor/housekeeping.h"
#include "store/alarms.h"
#include "store/logins.h"
#include "store/operations.h"
#include "store/outbox.h"

const char *housekeeping_name(enum housekeeping_job job)
{
    static const char *const names[HOUSEKEEPING_JOBS] = {"notices", "alarms", "activity",
                                                         "sessions", "uploads"};
    return names[job];
}

/* ---- uploads ------------------------------------------------------------------------------------------- */

static bool is_old(int folder, const char *name, int64_t before_ms)
{
    struct stat found;
    return name[0] != '.' && fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           (int64_t)found.st_mtim.tv_sec * 1000 < before_ms;
}

/* Removes the files of one upload, and its folder. */
static bool remove_upload(int uploads, const char *name)
{
    int file = openat(uploads, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = file < 0 ? NULL : fdopendir(file);
    const struct dirent *entry = NULL;
    if (folder == NULL)
        return file < 0 ? unlinkat(uploads, name, 0) == 0 : close(file) != 0;
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    (void)closedir(folder);
    return unlinkat(uploads, name, AT_REMOVEDIR) == 0;
}

static void remove_uploads(const struct config *config, int64_t before_ms, uint64_t *removed)
{
    char *path = path_join(config->store.runtime, "uploads");
    DIR *uploads = path == NULL ? NULL : opendir(path);
    const struct dirent *entry = NULL;
    while (uploads != NULL && (entry = readdir(uploads)) != NULL)
        if (is_old(dirfd(uploads), entry->d_name, before_ms) &&
            remove_upload(dirfd(uploads), entry->d_name))
            (*removed)++;
    if (uploads != NULL)
        (void)closedir(uploads);
    free(path);
}

/* ---- a round --------------------------------------------------------------------------------------------- */

static enum status do_job(enum housekeeping_job job, const struct config *config,
                          struct ledger *ledger, int64_t now_ms, uint64_t *removed,
                          struct fault *fault)
{
    const struct config_retention *keep = &config->retention;
    switch (job) {
    case HOUSEKEEPING_NOTICES:
        return outbox_purge(ledger, now_ms - keep->notices_ms, removed, fault);
    case HOUSEKEEPING_ALARMS:
        return alarms_purge(ledger, now_ms - keep->notices_ms, removed, fault);
    case HOUSEKEEPING_ACTIVITY:
        return activity_purge(ledger, now_ms - keep->activity_ms, removed, fault);
    case HOUSEKEEPING_SESSIONS:
        return login_purge(ledger, now_ms - config->portal.idle_ms,
                           now_ms - config->portal.absolute_ms, removed, fault);
    case HOUSEKEEPING_UPLOADS:
        remove_uploads(config, now_ms - keep->uploads_ms, removed);
        return STATUS_OK;
    case HOUSEKEEPING_JOBS:
    default:
        return STATUS_OK;
    }
}

enum status housekeeping_do(const struct config *config, struct ledger *ledger, bool leads,
                            int64_t now_ms, struct housekeeping *housekeeping, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (int job = 0; job < HOUSEKEEPING_JOBS && status == STATUS_OK; job++) {
        uint64_t removed = 0;
        if (!leads && job != HOUSEKEEPING_UPLOADS)
            continue;
        status = do_job((enum housekeeping_job)job, config, ledger, now_ms, &removed, fault);
        housekeeping->removed[job] += removed;
        if (removed > 0)
            log_info(NULL, "cleared away: %" PRIu64 " of %s", removed,
                     housekeeping_name((enum housekeeping_job)job));
    }
    if (status == STATUS_OK)
        housekeeping->done_ms = now_ms;
    return status;
}
