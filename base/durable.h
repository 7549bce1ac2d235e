/* durable.h - files that are still there after the power went.
 *
 * A name is durable after: write, fsync the file, rename, fsync the folder. The functions here
 * are the only ones in the project that do these four; every count and every return value is
 * checked, and a failed fsync is final: EIO gives STATUS_HALT and must never be tried again on
 * the same file (Linux marks the pages clean; see docs/decisions/0003). Full disks (ENOSPC,
 * EDQUOT) give STATUS_LATER. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_DURABLE_H
#define BASE_DURABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"

/* The status that an errno of a file operation deserves: ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE,
 * ENOMEM, EINTR, EAGAIN -> LATER; everything else -> HALT. */
enum status durable_status(int os_error);

/* Writes all of `bytes` at the descriptor's position, through short counts and EINTR. */
enum status durable_write(int file, const void *bytes, size_t length, struct fault *fault);
/* fsync with the rule above. `path` is for the words only. */
enum status durable_sync(int file, const char *path, struct fault *fault);
/* Opens the folder, fsyncs it, closes it. */
enum status durable_sync_folder(const char *folder, struct fault *fault);
/* fsyncs the folder that holds `path`. */
enum status durable_sync_parent(const char *path, struct fault *fault);

/* Makes `path` (and what is missing above it) with `mode`, each new one made durable. One that
 * is already there is fine. */
enum status durable_make_folders(const char *path, mode_t mode, struct fault *fault);

/* Writes `path` whole: a temporary name beside it, fsync, rename over, fsync the folder. Readers
 * see the old file or the new one, never a part. */
enum status durable_write_file(const char *path, const void *bytes, size_t length, mode_t mode,
                               struct fault *fault);

/* The same for a file that must not be there yet: STATUS_REFUSE when it is, and it stays. */
enum status durable_create_file(const char *path, const void *bytes, size_t length, mode_t mode,
                                struct fault *fault);

/* rename(2) and fsync of both folders. */
enum status durable_rename(const char *from, const char *to, struct fault *fault);
/* unlink(2) and fsync of the folder; a name that is already gone is fine. */
enum status durable_remove(const char *path, struct fault *fault);

/* Reads a whole regular file of at most `most` bytes; the caller owns *ret_bytes (NUL-terminated
 * behind *ret_length). A larger or missing file gives STATUS_REFUSE. */
enum status file_read(const char *path, size_t most, char **ret_bytes, size_t *ret_length,
                      struct fault *fault);

/* "folder/name"; the caller owns it, NULL on no memory. */
char *path_join(const char *folder, const char *name);

#endif
