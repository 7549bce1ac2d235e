/* durable.c - see durable.h for the promise and its reasons. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"

enum status durable_status(int os_error)
{
    switch (os_error) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EINTR:
    case EAGAIN:
        return STATUS_LATER;
    default:
        return STATUS_HALT;
    }
}

enum status durable_write(int file, const void *bytes, size_t length, struct fault *fault)
{
    const char *next = bytes;
    while (length > 0) {
        ssize_t written = write(file, next, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fault_errno(fault, durable_status(errno), "cannot write");
        if (written == 0)
            return fault_set(fault, STATUS_LATER, "cannot write: the system took no bytes");
        next += written;
        length -= (size_t)written;
    }
    return STATUS_OK;
}

enum status durable_sync(int file, const char *path, struct fault *fault)
{
    if (fsync(file) != 0)
        return fault_errno(fault, errno == ENOSPC || errno == EDQUOT ? STATUS_LATER : STATUS_HALT,
                           "cannot fsync \"%s\"", path);
    return STATUS_OK;
}

enum status durable_sync_folder(const char *folder, struct fault *fault)
{
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return fault_errno(fault, durable_status(errno), "cannot open folder \"%s\"", folder);
    enum status status = durable_sync(file, folder, fault);
    (void)close(file);
    return status;
}

enum status durable_sync_parent(const char *path, struct fault *fault)
{
    char *copy = string_copy(path);
    if (copy == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = durable_sync_folder(dirname(copy), fault);
    free(copy);
    return status;
}

static enum status make_folder(const char *path, mode_t mode, struct fault *fault)
{
    struct stat found;
    if (stat(path, &found) == 0) {
        if (S_ISDIR(found.st_mode))
            return STATUS_OK;
        return fault_set(fault, STATUS_HALT, "\"%s\" is in the way: it is not a folder", path);
    }
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return fault_errno(fault, durable_status(errno), "cannot make folder \"%s\"", path);
    return durable_sync_parent(path, fault);
}

enum status durable_make_folders(const char *path, mode_t mode, struct fault *fault)
{
    char *partial = string_copy(path);
    if (partial == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = STATUS_OK;
    for (char *slash = partial + 1; status == STATUS_OK; slash++) {
        slash = strchr(slash, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
        status = make_folder(partial, mode, fault);
        *slash = '/';
    }
    if (status == STATUS_OK)
        status = make_folder(partial, mode, fault);
    free(partial);
    return status;
}

static enum status write_and_sync(int file, const char *path, const void *bytes, size_t length,
                                  mode_t mode, struct fault *fault)
{
    if (fchmod(file, mode) != 0)
        return fault_errno(fault, durable_status(errno), "cannot set the mode of \"%s\"", path);
    enum status status = durable_write(file, bytes, length, fault);
    if (status == STATUS_OK)
        status = durable_sync(file, path, fault);
    return status;
}

/* Gives the finished file its name. */
typedef enum status name_function(const char *partial, const char *path, struct fault *fault);

static enum status write_named(const char *path, const void *bytes, size_t length, mode_t mode,
                               name_function *name, struct fault *fault)
{
    struct text partial = {0};
    text_append_format(&partial, "%s.XXXXXX", path);
    if (!text_ok(&partial)) {
        text_done(&partial);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    enum status status = STATUS_OK;
    int file = mkostemp(partial.bytes, O_CLOEXEC);
    if (file < 0) {
        status = fault_errno(fault, durable_status(errno), "cannot make \"%s\"", partial.bytes);
    } else {
        status = write_and_sync(file, partial.bytes, bytes, length, mode, fault);
        if (close(file) != 0 && status == STATUS_OK)
            status = fault_errno(fault, durable_status(errno), "cannot close \"%s\"", path);
        if (status == STATUS_OK)
            status = name(partial.bytes, path, fault);
        if (status != STATUS_OK)
            (void)unlink(partial.bytes);
    }
    text_done(&partial);
    return status;
}

enum status durable_write_file(const char *path, const void *bytes, size_t length, mode_t mode,
                               struct fault *fault)
{
    return write_named(path, bytes, length, mode, durable_rename, fault);
}

/* link(2) fails where rename(2) would replace. */
static enum status name_new(const char *partial, const char *path, struct fault *fault)
{
    if (link(partial, path) != 0)
        return fault_errno(fault, errno == EEXIST ? STATUS_REFUSE : durable_status(errno),
                           "cannot make \"%s\"", path);
    return durable_remove(partial, fault); // fsyncs the folder of both names
}

enum status durable_create_file(const char *path, const void *bytes, size_t length, mode_t mode,
                                struct fault *fault)
{
    return write_named(path, bytes, length, mode, name_new, fault);
}

static bool same_parent(const char *left, const char *right)
{
    const char *left_end = strrchr(left, '/');
    const char *right_end = strrchr(right, '/');
    if (left_end == NULL || right_end == NULL)
        return left_end == right_end;
    return left_end - left == right_end - right &&
           strncmp(left, right, (size_t)(left_end - left)) == 0;
}

enum status durable_rename(const char *from, const char *to, struct fault *fault)
{
    if (rename(from, to) != 0)
        return fault_errno(fault, durable_status(errno), "cannot rename \"%s\" to \"%s\"", from,
                           to);
    enum status status = durable_sync_parent(to, fault);
    if (status == STATUS_OK && !same_parent(from, to))
        status = durable_sync_parent(from, fault);
    return status;
}

enum status durable_remove(const char *path, struct fault *fault)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return fault_errno(fault, durable_status(errno), "cannot remove \"%s\"", path);
    return durable_sync_parent(path, fault);
}

static enum status read_open_file(int file, const char *path, size_t most, char **ret_bytes,
                                  size_t *ret_length, struct fault *fault)
{
    struct stat found;
    if (fstat(file, &found) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot look at \"%s\"", path);
    if (!S_ISREG(found.st_mode))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not a regular file", path);
    if ((uint64_t)found.st_size > most)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" has %lld bytes, more than the %zu allowed",
                         path, (long long)found.st_size, most);
    size_t length = (size_t)found.st_size;
    char *bytes = malloc(length + 1);
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    size_t got = 0;
    while (got < length) {
        ssize_t count = read(file, bytes + got, length - got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            free(bytes);
            return count == 0 ? fault_set(fault, STATUS_LATER, "\"%s\" shrank while read", path)
                              : fault_errno(fault, STATUS_HALT, "cannot read \"%s\"", path);
        }
        got += (size_t)count;
    }
    bytes[length] = '\0';
    *ret_bytes = bytes;
    *ret_length = length;
    return STATUS_OK;
}

enum status file_read(const char *path, size_t most, char **ret_bytes, size_t *ret_length,
                      struct fault *fault)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fault_errno(fault, errno == ENOENT || errno == EACCES ? STATUS_REFUSE : STATUS_HALT,
                           "cannot open \"%s\"", path);
    enum status status = read_open_file(file, path, most, ret_bytes, ret_length, fault);
    (void)close(file);
    return status;
}

char *path_join(const char *folder, const char *name)
{
    struct text path = {0};
    text_append(&path, folder);
    if (!string_ends_with(folder, "/"))
        text_append_char(&path, '/');
    text_append(&path, name);
    return text_take(&path);
}
