/* sweep.c - see sweep.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/folder.h"
#include "ingest/sweep.h"

bool sweep_is_going_on(const struct sweep *sweep)
{
    return sweep->depth > 0;
}

void sweep_end(struct sweep *sweep)
{
    while (sweep->depth > 0)
        (void)closedir(sweep->folders[--sweep->depth]);
    text_done(&sweep->path);
}

static void leave_out(const struct sweep *sweep, const char *path, const struct fault *why)
{
    sweep->callbacks->left_out(sweep->callbacks->context, path, why);
}

/* Goes one level down, into the folder of the descriptor `folder`, which is taken, and whose path
 * is in sweep->path. */
static enum status push(struct sweep *sweep, int folder, struct fault *fault)
{
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        enum status status = fault_errno(fault, STATUS_LATER, "cannot list a folder");
        (void)close(folder);
        return status;
    }
    sweep->folders[sweep->depth] = entries;
    sweep->lengths[sweep->depth] = sweep->path.length;
    sweep->depth++;
    sweep->callbacks->entered(sweep->callbacks->context, text_string(&sweep->path));
    return STATUS_OK;
}

enum status sweep_begin(struct sweep *sweep, int root, const struct sweep_callbacks *callbacks,
                        struct fault *fault)
{
    sweep_end(sweep);
    sweep->callbacks = callbacks;
    int folder = -1;
    enum status status = folder_open(root, "", &folder, fault);
    return status == STATUS_OK ? push(sweep, folder, fault) : status;
}

/* The path of the current folder, which stands first in sweep->path, and nothing behind it. */
static void cut_path(struct sweep *sweep)
{
    if (sweep->path.bytes == NULL)
        return;
    sweep->path.length = sweep->lengths[sweep->depth - 1];
    sweep->path.bytes[sweep->path.length] = '\0';
}

static void enter(struct sweep *sweep, int above, const char *name)
{
    struct fault fault;
    enum status status = STATUS_OK;
    int folder = -1;
    if (sweep->depth > DROP_DEPTH_MOST)
        status = fault_set(&fault, STATUS_LATER, "deeper than %d folders", DROP_DEPTH_MOST);
    else if ((folder = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        status = fault_errno(&fault, STATUS_LATER, "cannot open it");
    else
        status = push(sweep, folder, &fault);
    bool is_gone = status != STATUS_OK && (fault.os_error == ENOENT || fault.os_error == ENOTDIR ||
                                           fault.os_error == ELOOP);
    if (status != STATUS_OK && !is_gone)
        leave_out(sweep, text_string(&sweep->path), &fault);
}

static bool is_folder(int above, const struct dirent *entry)
{
    struct stat found;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(above, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(found.st_mode);
}

/* False when the sweep must end here. */
static bool take_entry(struct sweep *sweep, int above, const struct dirent *entry)
{
    bool is_top = sweep->depth == 1;
    if (is_top ? drop_top_name_is_ignored(entry->d_name) : drop_name_is_ignored(entry->d_name))
        return true;
    if (!is_top)
        text_append_char(&sweep->path, '/');
    text_append(&sweep->path, entry->d_name);
    if (!text_ok(&sweep->path))
        return false;
    if (is_folder(above, entry)) {
        enter(sweep, above, entry->d_name);
        cut_path(sweep);
        return true;
    }
    bool goes_on = sweep->callbacks->found(sweep->callbacks->context, sweep->path.bytes);
    cut_path(sweep);
    return goes_on;
}

bool sweep_step(struct sweep *sweep, size_t entries)
{
    for (size_t i = 0; i < entries && sweep->depth > 0; i++) {
        DIR *folder = sweep->folders[sweep->depth - 1];
        errno = 0; // readdir() tells an error from the end only by errno
        const struct dirent *entry = readdir(folder);
        if (entry != NULL) {
            if (!take_entry(sweep, dirfd(folder), entry))
                sweep_end(sweep);
            continue;
        }
        if (errno != 0) {
            struct fault fault;
            fault_errno(&fault, STATUS_LATER, "cannot list it");
            leave_out(sweep, text_string(&sweep->path), &fault);
        }
        (void)closedir(folder);
        sweep->depth--;
        if (sweep->depth > 0)
            cut_path(sweep);
    }
    if (sweep->depth == 0)
        sweep_end(sweep);
    return sweep->depth > 0;
}
