/* zip.h - a ZIP file written in one go, for people to take away: files as they are, not packed
 * (what goes in is PDF for the most part, which is packed already).
 *
 * Names are UTF-8. No encryption, no ZIP64: an archive or file of 4 GiB, or of more than
 * ZIP_FILES_MOST files, is refused. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum { ZIP_FILES_MOST = 65000, ZIP_NAME_BYTES_MOST = 200 };

struct zip;

/* Writes to `file`, from where it stands; borrowed. `wall_ms`: the time of every file in it. The
 * caller owns *ret_zip and ends it with zip_close() or zip_abandon(). */
enum status zip_open(int file, int64_t wall_ms, struct zip **ret_zip, struct fault *fault);
enum status zip_add(struct zip *zip, const char *name, const void *bytes, size_t length,
                    struct fault *fault);
/* Writes the directory behind the files, and ends the writer in any case. *ret_size: of the whole
 * archive. */
enum status zip_close(struct zip **zip_p, uint64_t *ret_size, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void zip_abandon(struct zip **zip_p);

#endif
