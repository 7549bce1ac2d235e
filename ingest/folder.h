/* folder.h - folders strangers can write to, entered without being led astray.
 *
 * Every path here is relative to a folder that is open already, and each of its parts is opened
 * by itself without following symbolic links, so that exchanging a folder for a link meanwhile
 * leads nowhere. All trouble with such a folder is STATUS_LATER (a share that went away, a full
 * disk): it concerns one site, never the promise. Faults carry os_error and no names. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_FOLDER_H
#define INGEST_FOLDER_H

#include <sys/stat.h>

#include "base/fault.h"

/* Opens the folder `path` below `root`; "" is a second descriptor of `root`. The caller closes
 * *ret_folder. */
enum status folder_open(int root, const char *path, int *ret_folder, struct fault *fault);
/* The same, making with `mode` what is missing. What was made is durable after folder_sync() of
 * the folders above. */
enum status folder_make(int root, const char *path, mode_t mode, int *ret_folder,
                        struct fault *fault);
/* fsync of the folder `path` below `root` and of those above it, without `root` itself (which is
 * ""). File systems that cannot sync folders are taken as they are: nothing that is promised
 * hangs on a drop folder. */
enum status folder_sync(int root, const char *path, struct fault *fault);
/* fsync of one open folder, with the same leniency. On file systems with a journal it makes
 * durable all that was done before, in other folders too. */
enum status folder_sync_open(int folder, struct fault *fault);
/* rename(2) that replaces nothing. STATUS_REFUSE: `to` is there already. */
enum status folder_move(int from_folder, const char *from, int to_folder, const char *to,
                        struct fault *fault);
/* Removes the folder `path` below `root` and those above it, as long as they are empty; stops at
 * the folder `stop`, which is above `path`. */
void folder_remove_empty(int root, const char *path, const char *stop);
/* lstat(2) of `path` below `root`. */
enum status folder_look(int root, const char *path, struct stat *ret_found, struct fault *fault);

#endif
