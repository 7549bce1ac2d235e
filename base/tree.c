/* tree.c - see tree.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/tree.h"

enum { PIECE_BYTES = 1 << 16 };

static enum status out_of_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "out of memory");
}

/* ---- a file --------------------------------------------------------------------------------- */

static enum status copy_bytes(int in, int out, const char *from, struct fault *fault)
{
    char piece[PIECE_BYTES];
    for (;;) {
        ssize_t count = read(in, piece, sizeof piece);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_errno(fault, STATUS_HALT, "cannot read \"%s\"", from);
        if (count == 0)
            return STATUS_OK;
        enum status status = durable_write(out, piece, (size_t)count, fault);
        if (status != STATUS_OK)
            return status;
    }
}

static enum status fill(int in, int out, const char *from, const struct stat *found,
                        struct fault *fault)
{
    const struct timespec times[2] = {found->st_atim, found->st_mtim};
    enum status status = copy_bytes(in, out, from, fault);
    if (status == STATUS_OK && (fchmod(out, found->st_mode & 0777) != 0 || futimens(out, times)))
        status = fault_errno(fault, durable_status(errno), "cannot set mode and time of a copy");
    if (status == STATUS_OK)
        status = durable_sync(out, from, fault);
    return status;
}

static enum status copy_open_file(int in, const char *from, const char *to, struct fault *fault)
{
    struct stat found;
    struct text partial = {0};
    if (fstat(in, &found) != 0 || !S_ISREG(found.st_mode))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not a regular file", from);
    text_append_format(&partial, "%s.XXXXXX", to);
    int out = text_ok(&partial) ? mkostemp(partial.bytes, O_CLOEXEC) : -1;
    enum status status = out >= 0 ? fill(in, out, from, &found, fault)
                                  : fault_errno(fault, durable_status(errno), "cannot make \"%s\"",
                                                text_string(&partial));
    if (out >= 0 && close(out) != 0 && status == STATUS_OK)
        status = fault_errno(fault, durable_status(errno), "cannot close \"%s\"", partial.bytes);
    if (status == STATUS_OK && rename(partial.bytes, to) != 0)
        status = fault_errno(fault, durable_status(errno), "cannot rename to \"%s\"", to);
    if (status == STATUS_OK)
        status = durable_sync_parent(to, fault);
    else if (out >= 0)
        (void)unlink(partial.bytes);
    text_done(&partial);
    return status;
}

enum status tree_copy_file(const char *from, const char *to, struct fault *fault)
{
    int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0)
        return fault_errno(fault, durable_status(errno), "cannot open \"%s\"", from);
    enum status status = copy_open_file(in, from, to, fault);
    (void)close(in);
    return status;
}

/* ---- a folder ------------------------------------------------------------------------------- */

static bool is_same(const struct stat *left, const char *path)
{
    struct stat right;
    return lstat(path, &right) == 0 && S_ISREG(right.st_mode) && left->st_size == right.st_size &&
           left->st_mtim.tv_sec == right.st_mtim.tv_sec &&
           left->st_mtim.tv_nsec == right.st_mtim.tv_nsec;
}

static enum status copy_folder(const char *from, const char *to, int depth, enum tree_rule rule,
                               struct tree_copied *copied, struct fault *fault);

static enum status copy_entry(const char *from, const char *to, int depth, enum tree_rule rule,
                              struct tree_copied *copied, struct fault *fault)
{
    struct stat found;
    if (lstat(from, &found) != 0)
        return errno == ENOENT
                   ? STATUS_OK
                   : fault_errno(fault, durable_status(errno), "cannot look at \"%s\"", from);
    if (S_ISDIR(found.st_mode))
        return copy_folder(from, to, depth + 1, rule, copied, fault);
    if (!S_ISREG(found.st_mode))
        return STATUS_OK;
    if (rule == TREE_ADD ? access(to, F_OK) == 0 : is_same(&found, to)) {
        copied->kept++;
        return STATUS_OK;
    }
    struct fault why = {0};
    enum status status = tree_copy_file(from, to, &why);
    if (status != STATUS_OK && access(from, F_OK) != 0 && errno == ENOENT)
        return STATUS_OK;
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why.text);
    copied->files++;
    copied->bytes += (uint64_t)found.st_size;
    return STATUS_OK;
}

static enum status copy_entries(DIR *entries, const char *from, const char *to, int depth,
                                enum tree_rule rule, struct tree_copied *copied,
                                struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (entry == NULL)
            return errno == 0
                       ? STATUS_OK
                       : fault_errno(fault, durable_status(errno), "cannot list \"%s\"", from);
        if (string_equal(entry->d_name, ".") || string_equal(entry->d_name, ".."))
            continue;
        char *below = path_join(from, entry->d_name);
        char *target = path_join(to, entry->d_name);
        status = below == NULL || target == NULL
                     ? out_of_memory(fault)
                     : copy_entry(below, target, depth, rule, copied, fault);
        free(below);
        free(target);
    }
    return status;
}

static enum status copy_folder(const char *from, const char *to, int depth, enum tree_rule rule,
                               struct tree_copied *copied, struct fault *fault)
{
    struct stat found;
    if (depth > TREE_DEPTH_MOST)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" lies too deep to be copied", from);
    DIR *entries = opendir(from);
    if (entries == NULL)
        return errno == ENOENT && depth > 0
                   ? STATUS_OK
                   : fault_errno(fault, durable_status(errno), "cannot list \"%s\"", from);
    mode_t mode = fstat(dirfd(entries), &found) == 0 ? found.st_mode & 0777 : 0700;
    enum status status = durable_make_folders(to, mode | 0700, fault);
    if (status == STATUS_OK)
        status = copy_entries(entries, from, to, depth, rule, copied, fault);
    (void)closedir(entries);
    return status;
}

enum status tree_copy(const char *from, const char *to, enum tree_rule rule,
                      struct tree_copied *copied, struct fault *fault)
{
    return copy_folder(from, to, 0, rule, copied, fault);
}
