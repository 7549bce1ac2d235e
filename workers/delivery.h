/* delivery.h - where a filed document goes: into the cabinet, as an xdomea package into the folder
 * of a document management system, or both, as the team's `destination` says; and out again.
 *
 * Everything here may be repeated: a second attempt of the same job changes nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_DELIVERY_H
#define WORKERS_DELIVERY_H

#include "config/config.h"
#include "filing/cabinet.h"
#include "workers/wire.h"

struct delivery {
    const struct config *config; /* borrowed, like all else */
    struct cabinet *cabinet;
    int64_t wall_ms; /* now */
};

/* Puts the document where its team wants it. `process` identifies the package and stays the same
 * for every attempt; nil: the job brought none, which is refused when the team wants packages.
 * *ret_place (store/filed_place.h): the caller owns it. */
enum status delivery_put(const struct delivery *delivery, const struct cabinet_document *document,
                         const struct wire_job *job, const struct uuid *process, char **ret_place,
                         struct fault *fault);

/* Takes it out of `old_place`, but for what `place` (NULL: nowhere) still names. */
enum status delivery_take_out(const struct delivery *delivery, const struct uuid *document,
                              const char *place, const char *old_place, struct fault *fault);

#endif
