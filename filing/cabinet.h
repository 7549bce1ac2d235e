/* cabinet.h - the files of the central team: cabinet/<team>/<case number>/<document id>/.
 *
 * A document's folder holds dokument.pdf, text.txt, original.<format> and dokument.json. It is
 * written under a temporary name, made durable, and renamed into place whole, so that a reader
 * of the cabinet never sees a part. Idempotent by document id: the same content again is a
 * success; where parts may change, a new folder takes the old one's place in one step (on file
 * systems that cannot, part by part); other content under the same id is refused. Team and case number are escaped
 * reversibly (place.h), so that two cases can never share a folder.
 *
 * Temporary folders are in cabinet/.tmp; each is locked by its writer, and those whose writer is
 * dead are removed by cabinet_open(). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_CABINET_H
#define FILING_CABINET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/uuid.h"

struct cabinet;

/* `path` is made when absent. */
enum status cabinet_open(const char *path, struct cabinet **ret_cabinet, struct fault *fault);
void cabinet_close(struct cabinet **cabinet_p);

struct cabinet_part {
    const char *name; /* file name in the document's folder */
    const void *bytes;
    size_t length;
    bool may_change; /* another content replaces the one that is there (dokument.json) */
    size_t fixed;    /* so it does when both begin with the same bytes, this many; 0: no matter */
};

struct cabinet_document {
    struct uuid id;
    const char *team;
    const char *case_number;
    const struct cabinet_part *parts;
    size_t part_count;
};

/* *ret_place: path of the folder relative to the cabinet; the caller owns it. STATUS_LATER when
 * the disk is full, with nothing left behind. STATUS_REFUSE: a name that cannot be a file's, or
 * the document is there with other content. STATUS_HALT: the disk fails. */
enum status cabinet_put(struct cabinet *cabinet, const struct cabinet_document *document,
                        char **ret_place, struct fault *fault);

/* Takes a document out of the cabinet: the folder at `place`, as cabinet_put() gave it, is gone when
 * STATUS_OK comes back; one that is not there is a success. STATUS_REFUSE: `place` is not one of
 * this document. */
enum status cabinet_withdraw(struct cabinet *cabinet, const struct uuid *document,
                             const char *place, struct fault *fault);

#endif
