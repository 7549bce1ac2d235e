/* assets.c - see assets.h. The one inline script of the page is its import map, which must be
 * inline; the policy allows it by its digest, computed here from the file itself. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/durable.h"
#include "base/text.h"
#include "portal/assets.h"

struct source {
    const char *url;
    const char *file; /* below the folder */
    const char *type;
    const char *better; /* taken instead of `file` when it is there; may be NULL */
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
        .file = KERN "fonts/fira-sans/FiraSans-" weight ".woff2", .type = "font/woff2",            \
        .better = "node_modules/.subset/FiraSans-" weight ".woff2"                                 \
    }

// NOLINTEND(bugprone-macro-parentheses)

static const struct source sources[] = {
    {"/",                     "index.html",                               "text/html; charset=utf-8", NULL},
    OWN("icon.svg", "image/svg+xml"),
    OWN("portal.css", STYLE),
    OWN("app.js", SCRIPT),
    OWN("pages.js", SCRIPT),
    OWN("api.js", SCRIPT),
    OWN("live.js", SCRIPT),
    OWN("words.js", SCRIPT),
    OWN("parts.js", SCRIPT),
    OWN("page_login.js", SCRIPT),
    OWN("page_inbox.js", SCRIPT),
    OWN("anomalies.js", SCRIPT),
    OWN("law.js", SCRIPT),
    OWN("guard.js", SCRIPT),
    OWN("page_rights.js", SCRIPT),
    OWN("letterbox.js", SCRIPT),
    OWN("whereabouts.js", SCRIPT),
    OWN("page_clearing.js", SCRIPT),
    OWN("page_search.js", SCRIPT),
    OWN("page_quality.js", SCRIPT),
    OWN("page_purge.js", SCRIPT),
    OWN("page_recalls.js", SCRIPT),
    OWN("page_requests.js", SCRIPT),
    OWN("viewer.js", SCRIPT),
    OWN("reasons.js", SCRIPT),
    OWN("actions.js", SCRIPT),
    OWN("page_document.js", SCRIPT),
    OWN("page_scans.js", SCRIPT),
    OWN("upload.js", SCRIPT),
    OWN("receipt.js", SCRIPT),
    OWN("batches.js", SCRIPT),
    OWN("page_operations.js", SCRIPT),
    OWN("page_people.js", SCRIPT),
    OWN("page_account.js", SCRIPT),
    OWN("arranged.js", SCRIPT),
    OWN("page_arrange.js", SCRIPT),
    OWN("page_audit.js", SCRIPT),
    OWN("page_configuration.js", SCRIPT),
    OWN("chart.js", SCRIPT),
    {"/assets/lib/preact.js", "node_modules/preact/dist/preact.mjs",      SCRIPT,                     NULL},
    {"/assets/lib/hooks.js",  "node_modules/preact/hooks/dist/hooks.mjs", SCRIPT,                     NULL},
    {"/assets/lib/htm.js",    "node_modules/htm/dist/htm.mjs",            SCRIPT,                     NULL},
    {"/assets/kern.css",      KERN "kern.min.css",                        STYLE,                      NULL},
    {"/assets/fira-sans.css", KERN "fonts/fira-sans.css",                 STYLE,                      NULL},
    FONT("Regular"),
    FONT("Medium"),
    FONT("SemiBold"),
    FONT("Bold"),
};

enum { SOURCES = sizeof sources / sizeof sources[0] };
_Static_assert((int)SOURCES <= (int)ASSETS_MOST, "raise ASSETS_MOST");

/* What is packed already stays as it is. */
static bool is_worth_packing(const struct asset *asset)
{
    return string_starts_with(asset->type, "text/") || string_starts_with(asset->type, "image/svg");
}

static enum status pack(struct asset *asset, struct fault *fault)
{
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 9 }; // zlib's way to ask for gzip's frame
    z_stream stream = {0};
    if (!is_worth_packing(asset))
        return STATUS_OK;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return fault_set(fault, STATUS_LATER, "no memory for the portal's pages");
    size_t room = deflateBound(&stream, asset->length);
    asset->packed = malloc(room);
    stream.next_in = (Bytef *)asset->bytes;
    stream.avail_in = (uInt)asset->length; // bounded by ASSET_BYTES_MOST
    stream.next_out = (Bytef *)asset->packed;
    stream.avail_out = (uInt)room;
    bool is_packed = asset->packed != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    asset->packed_length = stream.total_out;
    (void)deflateEnd(&stream);
    return is_packed ? STATUS_OK
                     : fault_set(fault, STATUS_LATER, "no memory for the portal's pages");
}

static struct digest tag_asset(struct asset *asset)
{
    char hex[DIGEST_HEX_BYTES];
    struct digest digest = digest_of(asset->bytes, asset->length);
    digest_to_hex(&digest, hex);
    (void)snprintf(asset->tag, sizeof asset->tag, "\"%s\"", hex);
    (void)snprintf(asset->packed_tag, sizeof asset->packed_tag, "\"%s-gz\"", hex);
    return digest;
}

static enum status read_file(const char *folder, const char *file, struct asset *asset,
                             struct fault *fault)
{
    char *path = path_join(folder, file);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the portal's pages");
    enum status status = file_read(path, ASSET_BYTES_MOST, &asset->bytes, &asset->length, fault);
    free(path);
    return status;
}

static enum status load_one(const char *folder, const struct source *source, struct asset *asset,
                            struct fault *fault)
{
    enum status status = STATUS_REFUSE;
    if (source->better != NULL)
        status = read_file(folder, source->better, asset, NULL);
    if (status == STATUS_REFUSE)
        status = read_file(folder, source->file, asset, fault);
    if (status == STATUS_REFUSE && string_starts_with(source->file, "node_modules/"))
        fault_within(fault, "the portal's libraries are not there; run `npm ci` in \"%s\"", folder);
    asset->url = source->url;
    asset->type = source->type;
    return status;
}

/* The edition is a digest over all files; the first page is given it in its addresses. */
static enum status name_edition(struct assets *assets, struct fault *fault)
{
    struct digest_stream stream;
    char hex[DIGEST_HEX_BYTES];
    digest_begin(&stream);
    for (size_t i = 0; i < assets->count; i++) {
        struct digest digest = tag_asset(&assets->items[i]);
        digest_add(&stream, digest.bytes, sizeof digest.bytes);
    }
    struct digest all = digest_end(&stream);
    digest_to_hex(&all, hex);
    memcpy(assets->edition, hex, ASSET_EDITION_BYTES - 1);
    struct text page = {0};
    for (const char *from = assets->items[0].bytes; *from != '\0'; from++) {
        text_append_char(&page, *from);
        if (string_ends_with(text_string(&page), "\"/assets/"))
            text_append_format(&page, "%s/", assets->edition);
    }
    if (!text_ok(&page)) {
        text_done(&page);
        return fault_set(fault, STATUS_LATER, "no memory for the portal's pages");
    }
    free(assets->items[0].bytes);
    assets->items[0].length = page.length;
    assets->items[0].bytes = text_take(&page);
    (void)tag_asset(&assets->items[0]);
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
        status = name_edition(assets, fault);
    for (size_t i = 0; i < assets->count && status == STATUS_OK; i++)
        status = pack(&assets->items[i], fault);
    if (status == STATUS_OK)
        status = make_policy(assets, fault);
    if (status != STATUS_OK)
        assets_done(assets);
    return status;
}

void assets_done(struct assets *assets)
{
    for (size_t i = 0; i < assets->count; i++) {
        free(assets->items[i].bytes);
        free(assets->items[i].packed);
    }
    assets->count = 0;
}

/* Where an address goes on behind "/assets/EDITION", of any edition; NULL when it has none. */
static const char *behind_edition(const char *url)
{
    static const char folder[] = "/assets/";
    if (!string_starts_with(url, folder) ||
        strspn(url + sizeof folder - 1, "0123456789abcdef") != ASSET_EDITION_BYTES - 1)
        return NULL;
    const char *rest = url + sizeof folder - 1 + ASSET_EDITION_BYTES - 1;
    return *rest == '/' ? rest : NULL;
}

/* A page of an older edition that fetches one more part gets today's: better than none. */
const struct asset *assets_find(const struct assets *assets, const char *url, bool *ret_is_fixed)
{
    static const char folder[] = "/assets";
    const char *rest = behind_edition(url);
    *ret_is_fixed =
        rest != NULL && strncmp(url + sizeof folder, assets->edition, ASSET_EDITION_BYTES - 1) == 0;
    for (size_t i = 0; i < assets->count; i++) {
        const char *own = assets->items[i].url;
        bool is_it = rest == NULL ? strcmp(own, url) == 0
                                  : string_starts_with(own, folder) &&
                                        strcmp(own + sizeof folder - 1, rest) == 0;
        if (is_it)
            return &assets->items[i];
    }
    return NULL;
}

const char *const *assets_urls(void)
{
    static const char *urls[SOURCES + 1];
    for (size_t i = 0; i < SOURCES; i++)
        urls[i] = sources[i].url;
    return urls;
}
