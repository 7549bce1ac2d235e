/* dropfolder.c - see dropfolder.h.
 *
 * Folders are opened one below the other with O_NOFOLLOW, so that a folder that is exchanged for
 * a symbolic link meanwhile leads nowhere. A folder or file that vanishes while it is being
 * counted has been taken, and does not count. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dropfolder.h"

static const char *const ignored_endings[] = {".tmp", ".part", ".filepart", "~"};
static const char *const ignored_names[] = {"thumbs.db", "desktop.ini"};

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t wanted = strlen(ending);
    return length >= wanted && strcasecmp(name + length - wanted, ending) == 0;
}

bool drop_name_is_ignored(const char *name)
{
    if (name[0] == '.' || name[0] == '~')
        return true;
    for (size_t i = 0; i < sizeof ignored_endings / sizeof ignored_endings[0]; i++)
        if (ends_with(name, ignored_endings[i]))
            return true;
    for (size_t i = 0; i < sizeof ignored_names / sizeof ignored_names[0]; i++)
        if (strcasecmp(name, ignored_names[i]) == 0)
            return true;
    return false;
}

bool drop_top_name_is_ignored(const char *name)
{
    return strcmp(name, DROP_REFUSED_FOLDER) == 0 || drop_name_is_ignored(name);
}

/* Where in the drop folder a folder is: what is ignored in it depends on that. */
enum place { PLACE_TOP, PLACE_BELOW, PLACE_TAKEN };

static bool is_left_alone(enum place place, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    switch (place) {
    case PLACE_TOP:
        return strcmp(name, DROP_TAKEN_FOLDER) != 0 && drop_top_name_is_ignored(name);
    case PLACE_BELOW:
        return drop_name_is_ignored(name);
    case PLACE_TAKEN:
        break;
    }
    return false;
}

static enum place place_below(enum place place, const char *name)
{
    if (place == PLACE_TOP)
        return strcmp(name, DROP_TAKEN_FOLDER) == 0 ? PLACE_TAKEN : PLACE_BELOW;
    return place;
}

/* 1: a folder, 0: something else, -1: gone meanwhile. */
static int is_folder(int folder, const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    struct stat found;
    if (fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    return S_ISDIR(found.st_mode);
}

static enum status count_folder(int folder, enum place place, int depth, uint64_t *count,
                                struct fault *fault);

static enum status count_below(int folder, const char *name, enum place place, int depth,
                               uint64_t *count, struct fault *fault)
{
    // A claim holds a whole path again, below its own folder.
    int depth_most = place == PLACE_TAKEN ? DROP_DEPTH_MOST + 2 : DROP_DEPTH_MOST;
    if (depth >= depth_most)
        return STATUS_OK;
    int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below >= 0)
        return count_folder(below, place, depth + 1, count, fault);
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return STATUS_OK;
    return fault_errno(fault, STATUS_LATER, "cannot look into a sub-folder");
}

static enum status count_entries(DIR *entries, enum place place, int depth, uint64_t *count,
                                 struct fault *fault)
{
    for (;;) {
        errno = 0; // readdir() tells an error from the end only by errno
        const struct dirent *entry = readdir(entries);
        if (entry == NULL && errno != 0)
            return fault_errno(fault, STATUS_LATER, "cannot list a folder");
        if (entry == NULL)
            return STATUS_OK;
        if (is_left_alone(place, entry->d_name))
            continue;
        int kind = is_folder(dirfd(entries), entry);
        if (kind == 0)
            (*count)++;
        if (kind != 1)
            continue;
        enum status status = count_below(dirfd(entries), entry->d_name,
                                         place_below(place, entry->d_name), depth, count, fault);
        if (status != STATUS_OK)
            return status;
    }
}

/* Takes the descriptor `folder`. */
static enum status count_folder(int folder, enum place place, int depth, uint64_t *count,
                                struct fault *fault)
{
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        (void)close(folder);
        return fault_errno(fault, STATUS_LATER, "cannot list a folder");
    }
    enum status status = count_entries(entries, place, depth, count, fault);
    (void)closedir(entries);
    return status;
}

enum status drop_folder_pending(const char *path, uint64_t *ret_count, struct fault *fault)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_errno(fault, STATUS_LATER, "cannot open drop folder \"%s\"", path);
    uint64_t count = 0;
    enum status status = count_folder(folder, PLACE_TOP, 0, &count, fault);
    if (status != STATUS_OK) {
        fault_within(fault, "drop folder \"%s\"", path);
        return status;
    }
    *ret_count = count;
    return STATUS_OK;
}
