/* upload.h - one file on its way from a browser to the intake.
 *
 * Its bytes go to a file below store.runtime as they come, unseen; then posteingang-intake takes it
 * over for the site, as it takes a dropped file, and says when it is durable. The scan's id comes
 * with the request: who asks again after a lost connection, with the same id, is answered what
 * became of the first attempt, and nothing is taken over twice. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_UPLOAD_H
#define PORTAL_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "portal/errands.h"
#include "store/ids.h"

struct upload;

struct upload_order {
    const struct config *config;
    const char *programs; /* folder of posteingang-intake */
    const char *site;
    const char *name; /* of the file, as the sender calls it */
    const char *actor;
    struct scan_id id;
};

/* Opens the file. Everything in `order` is copied but the config. STATUS_REFUSE: the name is none;
 * STATUS_LATER: there is no room. */
enum status upload_open(const struct upload_order *order, struct upload **ret_upload,
                        struct fault *fault);
/* Appends; what is beyond limits.scan_bytes_most or has no room is dropped, and remembered. */
void upload_write(struct upload *upload, const char *bytes, size_t length);
bool upload_is_too_large(const struct upload *upload);
bool upload_has_failed(const struct upload *upload);
/* Its errand: the intake takes the file over. The caller sets `done` and `context`. */
struct errand *upload_errand(struct upload *upload);
/* How the intake ended, one of base/status.h's exit codes; -1: it was not run. */
int upload_exit_code(const struct upload *upload);
/* Removes the file. Accepts NULL; sets the pointer to NULL. */
void upload_free(struct upload **upload_p);
/* Removes what a portal before this one left behind. */
void upload_clear(const struct config *config);

#endif
