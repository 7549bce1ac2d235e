/* assets.h - the files of the web application: an allow-list, read once at the start.
 *
 * A request's path is compared with the list and never becomes a path of a file, so that there is
 * nothing to climb out of. The first page names the others with the edition in their address
 * (/assets/EDITION/app.js), so that browsers keep them until there is another one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ASSETS_H
#define PORTAL_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/fault.h"

enum {
    ASSETS_MOST = 64,
    ASSET_BYTES_MOST = 4 << 20,
    ASSET_POLICY_BYTES = 640,
    ASSET_EDITION_BYTES = 17
};

struct asset {
    const char *url;  /* static */
    const char *type; /* static */
    char *bytes;
    size_t length;
    char *packed; /* the same for "Content-Encoding: gzip"; NULL where it would save nothing */
    size_t packed_length;
    char tag[DIGEST_HEX_BYTES + 8];        /* for ETag, with its quotes */
    char packed_tag[DIGEST_HEX_BYTES + 8]; /* of the packed form */
};

struct assets {
    struct asset items[ASSETS_MOST];
    size_t count;
    char policy[ASSET_POLICY_BYTES];   /* Content-Security-Policy of the page */
    char edition[ASSET_EDITION_BYTES]; /* hexadecimal: another one when any file is another */
};

/* Reads them from `folder`. STATUS_REFUSE names the one that is missing and what to do. */
enum status assets_load(const char *folder, struct assets *assets, struct fault *fault);
void assets_done(struct assets *assets);
/* NULL when there is none of that URL, which may have an edition behind "/assets/". *ret_is_fixed:
 * it names this edition, and the answer may be kept for ever. */
const struct asset *assets_find(const struct assets *assets, const char *url, bool *ret_is_fixed);
/* Every URL, for tests; NULL-terminated, static. */
const char *const *assets_urls(void);

#endif
