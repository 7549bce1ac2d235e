/* folder.c - see folder.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ingest/folder.h"
#include "ingest/source.h"

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Opens `name` in `folder`, making it first when `make` says so. -1 and errno as open(2). */
static int enter(int folder, const char *name, bool make, mode_t mode)
{
    int below = openat(folder, name, FOLDER_FLAGS);
    if (below >= 0 || errno != ENOENT || !make)
        return below;
    if (mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    below = openat(folder, name, FOLDER_FLAGS);
    if (below >= 0 && mode != 0700)
        (void)fchmod(below, mode); // mkdir() would have applied the umask
    return below;
}

static enum status walk(int root, const char *path, bool make, mode_t mode, int *ret_folder,
                        struct fault *fault)
{
    char *parts = string_copy(path);
    if (parts == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    int folder = openat(root, ".", FOLDER_FLAGS);
    char *rest = parts;
    while (folder >= 0 && rest != NULL && rest[0] != '\0') {
        const char *name = strsep(&rest, "/");
        int below = enter(folder, name, make, mode);
        int os_error = errno;
        (void)close(folder);
        folder = below;
        errno = os_error;
    }
    enum status status = STATUS_OK;
    if (folder < 0)
        status = fault_errno(fault, STATUS_LATER,
                             make ? "cannot make a folder" : "cannot open a folder");
    else
        *ret_folder = folder;
    free(parts);
    return status;
}

enum status folder_open(int root, const char *path, int *ret_folder, struct fault *fault)
{
    return walk(root, path, false, 0, ret_folder, fault);
}

enum status folder_make(int root, const char *path, mode_t mode, int *ret_folder,
                        struct fault *fault)
{
    return walk(root, path, true, mode, ret_folder, fault);
}

enum status folder_sync_open(int folder, struct fault *fault)
{
    if (fsync(folder) != 0 && errno != EINVAL && errno != ENOTSUP && errno != ENOSYS)
        return fault_errno(fault, STATUS_LATER, "cannot fsync a folder");
    return STATUS_OK;
}

static enum status sync_one(int root, const char *path, struct fault *fault)
{
    int folder = -1;
    enum status status = folder_open(root, path, &folder, fault);
    if (status != STATUS_OK)
        return status;
    status = folder_sync_open(folder, fault);
    (void)close(folder);
    return status;
}

/* Cuts the last part off `path`; false when there was none left. */
static bool go_up(char *path)
{
    if (path[0] == '\0')
        return false;
    char *slash = strrchr(path, '/');
    *(slash == NULL ? path : slash) = '\0';
    return true;
}

enum status folder_sync(int root, const char *path, struct fault *fault)
{
    char *rest = string_copy(path);
    if (rest == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = sync_one(root, rest, fault);
    while (status == STATUS_OK && go_up(rest) && rest[0] != '\0')
        status = sync_one(root, rest, fault);
    free(rest);
    return status;
}

enum status folder_move(int from_folder, const char *from, int to_folder, const char *to,
                        struct fault *fault)
{
    if (renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0)
        return STATUS_OK;
    if (errno == EEXIST)
        return fault_errno(fault, STATUS_REFUSE, "a name is taken");
    if (errno != EINVAL && errno != ENOSYS)
        return fault_errno(fault, STATUS_LATER, "cannot rename");
    // NFS, for one, cannot rename without replacing: look first.
    struct stat found;
    if (fstatat(to_folder, to, &found, AT_SYMLINK_NOFOLLOW) == 0)
        return fault_set(fault, STATUS_REFUSE, "a name is taken");
    if (errno != ENOENT || renameat(from_folder, from, to_folder, to) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot rename");
    return STATUS_OK;
}

void folder_remove_empty(int root, const char *path, const char *stop)
{
    char *rest = string_copy(path);
    if (rest == NULL)
        return;
    do {
        if (strcmp(rest, stop) == 0)
            break;
        char *above = source_folder(rest);
        int folder = -1;
        bool removed = above != NULL && folder_open(root, above, &folder, NULL) == STATUS_OK &&
                       unlinkat(folder, source_name(rest), AT_REMOVEDIR) == 0;
        if (folder >= 0)
            (void)close(folder);
        free(above);
        if (!removed)
            break;
    } while (go_up(rest));
    free(rest);
}

enum status folder_look(int root, const char *path, struct stat *ret_found, struct fault *fault)
{
    char *above = source_folder(path);
    if (above == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    int folder = -1;
    enum status status = folder_open(root, above, &folder, fault);
    free(above);
    if (status != STATUS_OK)
        return status;
    if (fstatat(folder, source_name(path), ret_found, AT_SYMLINK_NOFOLLOW) != 0)
        status = fault_errno(fault, STATUS_LATER, "cannot look at a file");
    (void)close(folder);
    return status;
}
