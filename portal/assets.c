/* assets.c - see assets.h. The one inline script of the page is its import map, which must be
 * inline; the policy allows it by its digest, computed here from the file itself. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "portal/assets.h"

struct source {
    const char *url;
    const char *file; /* below the folder */
    const char *type;
};

#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE  "text/css; charset=utf-8"
#define KERN   "node_modules/@kern-ux/native/dist/"

// Designated initialisers cannot be put in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
/* A file of our own; a weight of KERN's font. */
#define OWN(name, kind)                                                                            \
    {                                                                                              \
        .url = "/assets/" name, .file = name, .type = kind                                         \
    }
#define FONT(weight)                                                                               \
    {                                                                                              \
        .url = "/assets/fira-sans/FiraSans-" weight ".woff2",                                      \
        .file = KERN "fonts/fira-sans/FiraSans-" weight ".woff2", .type = "font/woff2"             \
    }

// NOLINTEND(bugprone-macro-parentheses)

static const struct source sources[] = {
    {"/",                     "index.html",                               "text/html; charset=utf-8"},
    OWN("icon.svg", "image/svg+xml"),
    OWN("portal.css", STYLE),
    OWN("app.js", SCRIPT),
    OWN("api.js", SCRIPT),
    OWN("words.js", SCRIPT),
    OWN("parts.js", SCRIPT),
    OWN("page_login.js", SCRIPT),
    OWN("page_inbox.js", SCRIPT),
    OWN("page_document.js", SCRIPT),
    OWN("page_scans.js", SCRIPT),
    OWN("page_operations.js", SCRIPT),
    {"/assets/lib/preact.js", "node_modules/preact/dist/preact.mjs",      SCRIPT                    },
    {"/assets/lib/hooks.js",  "node_modules/preact/hooks/dist/hooks.mjs", SCRIPT                    },
    {"/assets/lib/htm.js",    "node_modules/htm/dist/htm.mjs",            SCRIPT                    },
    {"/assets/kern.css",      KERN "kern.min.css",                        STYLE                     },
    {"/assets/fira-sans.css", KERN "fonts/fira-sans.css",                 STYLE                     },
    FONT("Regular"),
    FONT("Medium"),
    FONT("SemiBold"),
    FONT("Bold"),
};

enum { SOURCES = sizeof sources / sizeof sources[0] };
_Static_assert((int)SOURCES <= (int)ASSETS_MOST, "raise ASSETS_MOST");

static enum status load_one(const char *folder, const struct source *source, struct asset *asset,
                            struct fault *fault)
{
    char *path = path_join(folder, source->file);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the portal's pages");
    enum status status = file_read(path, ASSET_BYTES_MOST, &asset->bytes, &asset->length, fault);
    free(path);
    if (status == STATUS_REFUSE && string_starts_with(source->file, "node_modules/"))
        fault_within(fault, "the portal's libraries are not there; run `npm ci` in \"%s\"", folder);
    if (status != STATUS_OK)
        return status;
    struct digest digest = digest_of(asset->bytes, asset->length);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&digest, hex);
    (void)snprintf(asset->tag, sizeof asset->tag, "\"%s\"", hex);
    asset->url = source->url;
    asset->type = source->type;
    return STATUS_OK;
}

/* The digest of what stands between the tags of the import map, as CSP writes it. */
static enum status import_map_digest(const struct asset *page, char *ret_base64, size_t size,
                                     struct fault *fault)
{
    static const char open[] = "<script type=\"importmap\">";
    const char *start = strstr(page->bytes, open);
    const char *end = start == NULL ? NULL : strstr(start, "</script>");
    if (end == NULL)
        return fault_set(fault, STATUS_REFUSE, "index.html has no import map");
    start += sizeof open - 1;
    struct digest digest = digest_of(start, (size_t)(end - start));
    sodium_bin2base64(ret_base64, size, digest.bytes, sizeof digest.bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    return STATUS_OK;
}

static enum status make_policy(struct assets *assets, struct fault *fault)
{
    char base64[64];
    enum status status = import_map_digest(&assets->items[0], base64, sizeof base64, fault);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(assets->policy, sizeof assets->policy,
                   "default-src 'none'; script-src 'self' 'sha256-%s'; style-src 'self'; "
                   "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; "
                   "form-action 'self'; base-uri 'none'; object-src 'none'; "
                   "frame-ancestors 'none'",
                   base64);
    return STATUS_OK;
}

enum status assets_load(const char *folder, struct assets *assets, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < SOURCES && status == STATUS_OK; i++) {
        status = load_one(folder, &sources[i], &assets->items[i], fault);
        assets->count += status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = make_policy(assets, fault);
    if (status != STATUS_OK)
        assets_done(assets);
    return status;
}

void assets_done(struct assets *assets)
{
    for (size_t i = 0; i < assets->count; i++)
        free(assets->items[i].bytes);
    assets->count = 0;
}

const struct asset *assets_find(const struct assets *assets, const char *url)
{
    for (size_t i = 0; i < assets->count; i++)
        if (string_equal(assets->items[i].url, url))
            return &assets->items[i];
    return NULL;
}

const char *const *assets_urls(void)
{
    static const char *urls[SOURCES + 1];
    for (size_t i = 0; i < SOURCES; i++)
        urls[i] = sources[i].url;
    return urls;
}
