/* assets.h - the files of the web application: an allow-list, read once at the start.
 *
 * A request's path is compared with the list and never becomes a path of a file, so that there is
 * nothing to climb out of. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ASSETS_H
#define PORTAL_ASSETS_H

#include <stddef.h>

#include "base/digest.h"
#include "base/fault.h"

enum { ASSETS_MOST = 40, ASSET_BYTES_MOST = 4 << 20, ASSET_POLICY_BYTES = 640 };

struct asset {
    const char *url;  /* static */
    const char *type; /* static */
    char *bytes;
    size_t length;
    char tag[DIGEST_HEX_BYTES + 2]; /* for ETag, with its quotes */
};

struct assets {
    struct asset items[ASSETS_MOST];
    size_t count;
    char policy[ASSET_POLICY_BYTES]; /* Content-Security-Policy of the page */
};

/* Reads them from `folder`. STATUS_REFUSE names the one that is missing and what to do. */
enum status assets_load(const char *folder, struct assets *assets, struct fault *fault);
void assets_done(struct assets *assets);
/* NULL when there is none of that URL. */
const struct asset *assets_find(const struct assets *assets, const char *url);
/* Every URL, for tests; NULL-terminated, static. */
const char *const *assets_urls(void);

#endif
