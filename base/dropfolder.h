/* dropfolder.h - what counts as waiting in a drop folder: the rule that the intake and those who
 * ask "is there still something to take?" share.
 *
 * A drop folder may have sub-folders (one a scanner, say). Two folders at its top are not the
 * scanners': `.taken` holds the files the intake has in hand, `_refused` those that were given
 * back. Names that programs use for files in the making are left alone. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_DROPFOLDER_H
#define BASE_DROPFOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

#define DROP_TAKEN_FOLDER   ".taken"
#define DROP_REFUSED_FOLDER "_refused"

enum {
    DROP_DEPTH_MOST = 16,         /* folders below each other; what lies deeper is not looked at */
    DROP_SOURCE_BYTES_MOST = 1024 /* of a path below the drop folder */
};

/* A name that the intake leaves alone in any folder: dot files, *.tmp, *.part, *.filepart, names
 * that begin or end with `~`, and what Windows puts into every folder (Thumbs.db, desktop.ini).
 * Upper and lower case are the same. */
bool drop_name_is_ignored(const char *name);
/* The same for an entry at the top of a drop folder, where `_refused` is left alone as well. */
bool drop_top_name_is_ignored(const char *name);

/* Counts what the intake still has to handle in the drop folder `path`: every entry that is not a
 * folder, of any kind, unless its name or a folder above it is ignored; and everything in
 * `.taken`. Follows no symbolic link but `path` itself. STATUS_LATER: the folder or one in it
 * cannot be read. */
enum status drop_folder_pending(const char *path, uint64_t *ret_count, struct fault *fault);

#endif
