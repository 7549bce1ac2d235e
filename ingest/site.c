/* site.c - see site.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/durable.h"
#include "ingest/folder.h"
#include "ingest/site.h"

enum { DROP_FOLDER_MODE = 0770, TAKEN_FOLDER_MODE = 0700 };

static bool found_in_sweep(void *context, const char *source)
{
    struct site *site = context;
    site->was_cut = !site_note(site, source, false);
    return !site->was_cut;
}

static void entered_in_sweep(void *context, const char *path)
{
    struct site *site = context;
    struct fault fault;
    if (site->watch == NULL ||
        watch_add(site->watch, site->index, site->root, path, &fault) == STATUS_OK)
        return;
    if (!site->told_unwatched)
        desk_report(LOG_LEVEL_WARNING, NULL, site->config->name, path,
                    "not watched, only swept: %s", fault.text);
    site->told_unwatched = true;
}

static void left_out_in_sweep(void *context, const char *path, const struct fault *why)
{
    struct site *site = context;
    if (!site->told_left_out)
        desk_report(LOG_LEVEL_WARNING, NULL, site->config->name, path,
                    "folder not looked into, files in it are not taken: %s", why->text);
    site->told_left_out = true;
}

void site_init(struct site *site, const struct config_site *config, const struct clock *clock,
               size_t index, struct watch *watch, int64_t sweep_ms)
{
    *site = (struct site){.config = config,
                          .clock = clock,
                          .index = index,
                          .watch = watch,
                          .sweep_ms = sweep_ms,
                          .root = -1,
                          .sweep_due_ms = clock_monotonic_ms(clock)};
    site->sweep_callbacks = (struct sweep_callbacks){.found = found_in_sweep,
                                                     .entered = entered_in_sweep,
                                                     .left_out = left_out_in_sweep,
                                                     .context = site};
    candidates_init(&site->candidates);
}

static void close_folder(struct site *site)
{
    sweep_end(&site->sweep);
    if (site->watch != NULL)
        watch_forget(site->watch, site->index);
    if (site->root >= 0)
        (void)close(site->root);
    site->root = -1;
    site->is_recovered = false;
}

void site_leave_over(struct site *site, const char *id, const char *source,
                     const struct fault *fault)
{
    if (!site->told_leftovers)
        desk_report(LOG_LEVEL_ERROR, id, site->config->name, source,
                    "stays in " DROP_TAKEN_FOLDER " for now, tried again every %d ms: %s",
                    SITE_RECOVER_MS, fault->text);
    site->told_leftovers = true;
    site->has_leftovers = true;
    site->recover_due_ms = clock_monotonic_ms(site->clock) + SITE_RECOVER_MS;
}

bool site_wants_recovery(const struct site *site)
{
    if (site->root < 0)
        return false;
    return !site->is_recovered ||
           (site->has_leftovers && clock_monotonic_ms(site->clock) >= site->recover_due_ms);
}

void site_sync(struct site *site)
{
    struct fault fault;
    if (!site->is_unsynced || site->root < 0)
        return;
    site->is_unsynced = false;
    if (folder_sync(site->root, DROP_TAKEN_FOLDER, &fault) != STATUS_OK)
        site_trouble(site, &fault);
}

void site_done(struct site *site)
{
    site_sync(site);
    close_folder(site);
    candidates_done(&site->candidates);
}

void site_trouble(struct site *site, const struct fault *fault)
{
    if (!site->is_troubled)
        desk_report(LOG_LEVEL_ERROR, NULL, site->config->name, site->config->drop,
                    "drop folder cannot be used, tried again every %lld ms: %s",
                    (long long)site->sweep_ms, fault->text);
    site->is_troubled = true;
    close_folder(site);
    site->sweep_due_ms = clock_monotonic_ms(site->clock) + site->sweep_ms;
}

/* The folder of the path, made when it is absent. */
static enum status open_path(const char *path, int *ret_root, struct fault *fault)
{
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 && errno == ENOENT) {
        enum status status = durable_make_folders(path, DROP_FOLDER_MODE, fault);
        if (status != STATUS_OK)
            return STATUS_LATER;
        root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (root < 0)
        return fault_errno(fault, STATUS_LATER, "cannot open it");
    *ret_root = root;
    return STATUS_OK;
}

/* The two folders of our own at its top, durably: what they hold hangs on them. */
static enum status make_own_folders(int root, const struct stat *top, struct fault *fault)
{
    int folder = -1;
    enum status status = folder_make(root, DROP_TAKEN_FOLDER, TAKEN_FOLDER_MODE, &folder, fault);
    if (status != STATUS_OK)
        return status;
    (void)close(folder);
    mode_t mode = (top->st_mode & 07777) | S_IRWXU;
    status = folder_make(root, DROP_REFUSED_FOLDER, mode, &folder, fault);
    if (status != STATUS_OK)
        return status;
    (void)close(folder);
    if (faccessat(root, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return fault_errno(fault, STATUS_LATER, "files cannot be taken out of it");
    return folder_sync(root, "", fault);
}

static bool is_still_there(const struct site *site)
{
    struct stat found;
    return site->root >= 0 && stat(site->config->drop, &found) == 0 &&
           found.st_dev == site->device && found.st_ino == site->inode;
}

bool site_open(struct site *site)
{
    if (is_still_there(site))
        return true;
    close_folder(site);
    struct fault fault;
    struct stat top;
    int root = -1;
    enum status status = open_path(site->config->drop, &root, &fault);
    if (status == STATUS_OK && fstat(root, &top) != 0)
        status = fault_errno(&fault, STATUS_LATER, "cannot look at it");
    if (status == STATUS_OK)
        status = make_own_folders(root, &top, &fault);
    if (status != STATUS_OK) {
        if (root >= 0)
            (void)close(root);
        site_trouble(site, &fault);
        return false;
    }
    site->root = root;
    site->device = top.st_dev;
    site->inode = top.st_ino;
    return true;
}

bool site_wants_sweep(const struct site *site)
{
    if (sweep_is_going_on(&site->sweep))
        return true;
    // Cut short for want of room: on with it as soon as half of the room is free again.
    if (site->was_cut && site->candidates.count < CANDIDATES_MOST / 2)
        return true;
    return clock_monotonic_ms(site->clock) >= site->sweep_due_ms;
}

void site_sweep_step(struct site *site)
{
    if (!sweep_is_going_on(&site->sweep)) {
        struct fault fault;
        site->was_cut = false;
        site->sweep_due_ms = clock_monotonic_ms(site->clock) + site->sweep_ms;
        if (sweep_begin(&site->sweep, site->root, &site->sweep_callbacks, &fault) != STATUS_OK) {
            site_trouble(site, &fault);
            return;
        }
    }
    if (sweep_step(&site->sweep, SITE_SWEEP_ENTRIES))
        return;
    site->sweep_due_ms = clock_monotonic_ms(site->clock) + site->sweep_ms;
}

void site_sweep_soon(struct site *site, int64_t in_ms)
{
    int64_t due = clock_monotonic_ms(site->clock) + in_ms;
    if (due < site->sweep_due_ms)
        site->sweep_due_ms = due;
}

bool site_note(struct site *site, const char *source, bool is_renamed_in)
{
    int64_t now = clock_monotonic_ms(site->clock);
    bool is_new = candidates_find(&site->candidates, source) == NULL;
    struct candidate *candidate = candidates_note(&site->candidates, source, now);
    if (candidate == NULL)
        return false;
    if (is_renamed_in && candidate->is_put_back) {
        candidate->is_put_back = false;
    } else if (is_renamed_in) {
        candidate->is_renamed_in = true;
        candidate->was_seen = false; // another file than the one that was seen, perhaps
        candidate->due_ms = now;
    } else if (is_new) {
        candidate->due_ms = now;
    }
    return true;
}

void site_note_put_back(struct site *site, const char *source)
{
    int64_t now = clock_monotonic_ms(site->clock);
    struct candidate *candidate = candidates_note(&site->candidates, source, now);
    if (candidate == NULL)
        return; // the next sweep finds it
    candidate->is_put_back = true;
    candidate->is_renamed_in = false;
    candidate->was_seen = false;
    candidate->due_ms = now;
}
