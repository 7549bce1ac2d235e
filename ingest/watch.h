/* watch.h - the kernel's notices about drop folders (inotify): a shortcut, never relied on.
 *
 * One for all sites. Folders are watched as sweeps enter them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_WATCH_H
#define INGEST_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum { WATCH_FOLDERS_MOST = 4096 }; /* over all sites; further ones are only swept */

struct watch;

struct watch_callbacks {
    /* A file was renamed into, or closed after writing in, a folder of `site`; its path. */
    void (*arrived)(void *context, size_t site, const char *source, bool is_renamed_in);
    /* Something else happened, or was missed: sweep the site soon. */
    void (*unclear)(void *context, size_t site);
    void *context;
};

/* `callbacks` is borrowed. On STATUS_OK the caller owns *ret_watch, ends it with watch_close(). */
enum status watch_open(size_t site_count, const struct watch_callbacks *callbacks,
                       struct watch **ret_watch, struct fault *fault);
void watch_close(struct watch **watch_p);
/* For loop_add_file(). */
int watch_file(const struct watch *watch);
/* Watches the folder `path` below the open folder `root` of `site`. Doing it again is cheap.
 * STATUS_LATER: no more can be watched; the folder is only swept. */
enum status watch_add(struct watch *watch, size_t site, int root, const char *path,
                      struct fault *fault);
/* Forgets the folders of a site, whose drop folder is another one now. */
void watch_forget(struct watch *watch, size_t site);
/* Calls back for a bounded number of the notices that are there. */
void watch_take(struct watch *watch);

#endif
