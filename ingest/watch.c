/* watch.c - see watch.h.
 *
 * A watch is on a folder, whatever its path becomes; the path is what the last sweep called it.
 * When a folder was moved, notices from it name a path where nothing is, which does no harm, and
 * the next sweep puts the path right. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"
#include "ingest/folder.h"
#include "ingest/watch.h"

enum {
    WATCHED = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MOVE_SELF | IN_DELETE_SELF,
    NOTICE_BYTES = 16 * 1024, /* taken at a time */
    NOTICE_READS_MOST = 4     /* a call */
};

struct watched {
    int number; /* the kernel's */
    size_t site;
    char *path;
};

struct watch {
    int file;
    size_t site_count;
    const struct watch_callbacks *callbacks;
    struct watched folders[WATCH_FOLDERS_MOST];
    size_t count;
};

enum status watch_open(size_t site_count, const struct watch_callbacks *callbacks,
                       struct watch **ret_watch, struct fault *fault)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    watch->site_count = site_count;
    watch->callbacks = callbacks;
    watch->file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->file < 0) {
        enum status status = fault_errno(fault, STATUS_LATER, "cannot watch folders");
        free(watch);
        return status;
    }
    *ret_watch = watch;
    return STATUS_OK;
}

void watch_close(struct watch **watch_p)
{
    struct watch *watch = *watch_p;
    if (watch == NULL)
        return;
    (void)close(watch->file);
    for (size_t i = 0; i < watch->count; i++)
        free(watch->folders[i].path);
    free(watch);
    *watch_p = NULL;
}

int watch_file(const struct watch *watch)
{
    return watch->file;
}

static struct watched *find(struct watch *watch, int number)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->folders[i].number == number)
            return &watch->folders[i];
    return NULL;
}

static void forget(struct watch *watch, struct watched *folder)
{
    free(folder->path);
    *folder = watch->folders[--watch->count];
}

static enum status remember(struct watch *watch, int number, size_t site, const char *path,
                            struct fault *fault)
{
    struct watched *folder = find(watch, number);
    if (folder != NULL && folder->site == site && strcmp(folder->path, path) == 0)
        return STATUS_OK;
    char *copy = string_copy(path);
    if (copy == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (folder != NULL)
        free(folder->path);
    else
        folder = &watch->folders[watch->count++];
    *folder = (struct watched){.number = number, .site = site, .path = copy};
    return STATUS_OK;
}

enum status watch_add(struct watch *watch, size_t site, int root, const char *path,
                      struct fault *fault)
{
    if (watch->count == WATCH_FOLDERS_MOST)
        return fault_set(fault, STATUS_LATER, "more than %d folders", WATCH_FOLDERS_MOST);
    int folder = -1;
    enum status status = folder_open(root, path, &folder, fault);
    if (status != STATUS_OK)
        return status;
    // By descriptor, so that what is watched is what was opened, and no link.
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
    int number = inotify_add_watch(watch->file, name, WATCHED | IN_ONLYDIR);
    if (number < 0)
        status = fault_errno(fault, STATUS_LATER, "cannot watch a folder");
    else
        status = remember(watch, number, site, path, fault);
    (void)close(folder);
    return status;
}

void watch_forget(struct watch *watch, size_t site)
{
    for (size_t i = 0; i < watch->count;) {
        if (watch->folders[i].site != site) {
            i++;
            continue;
        }
        (void)inotify_rm_watch(watch->file, watch->folders[i].number);
        forget(watch, &watch->folders[i]);
    }
}

static void tell_arrival(const struct watch *watch, const struct watched *folder,
                         const struct inotify_event *notice)
{
    struct text source = {0};
    text_append_format(&source, "%s%s%s", folder->path, folder->path[0] == '\0' ? "" : "/",
                       notice->name);
    if (text_ok(&source))
        watch->callbacks->arrived(watch->callbacks->context, folder->site, source.bytes,
                                  (notice->mask & IN_MOVED_TO) != 0);
    text_done(&source);
}

static void take_notice(struct watch *watch, const struct inotify_event *notice)
{
    const struct watch_callbacks *callbacks = watch->callbacks;
    if ((notice->mask & IN_Q_OVERFLOW) != 0) {
        for (size_t site = 0; site < watch->site_count; site++)
            callbacks->unclear(callbacks->context, site);
        return;
    }
    struct watched *folder = find(watch, notice->wd);
    if (folder == NULL)
        return;
    if ((notice->mask & IN_IGNORED) != 0)
        forget(watch, folder);
    else if ((notice->mask & (IN_ISDIR | IN_MOVE_SELF | IN_DELETE_SELF)) != 0)
        callbacks->unclear(callbacks->context, folder->site);
    else if ((notice->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0)
        tell_arrival(watch, folder, notice);
}

void watch_take(struct watch *watch)
{
    static char bytes[NOTICE_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    for (int i = 0; i < NOTICE_READS_MOST; i++) {
        ssize_t count = read(watch->file, bytes, sizeof bytes);
        if (count <= 0)
            return;
        for (size_t at = 0; at < (size_t)count;) {
            struct inotify_event head;
            memcpy(&head, bytes + at, sizeof head);
            take_notice(watch, (const void *)(bytes + at));
            at += sizeof head + head.len;
        }
    }
}
