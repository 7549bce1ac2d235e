/* spool_bucket.c - the spool in a bucket of an object store, with copies in a cache of this host.
 *
 * Objects are sha256/<first two hex digits>/<64 hex digits> below the place's prefix; the journal is
 * arrivals/<month>/<milliseconds>-<name>, an object a line, so that the keys say the order and whom
 * they are about. Several hosts may use the bucket; each has a cache of its own.
 *
 * An object is durable when the store has answered and was then looked at (bucket.h): only after
 * that a writer hears STATUS_OK, and may tell the ledger. What a writer left that died in between is
 * an object that nobody names; `posteingang spool orphans` finds it.
 *
 * The store never fails for good: whatever it does is STATUS_LATER, and nothing has been promised. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/bucket.h"
#include "store/spool_cache.h"
#include "store/spool_engine.h"

enum {
    FETCHES_MOST = 3,       /* of one object whose bytes come changed */
    CLOCK_MS_MOST = 300000, /* stores refuse signatures that are 15 minutes off */
    CLOCK_MS_REFUSED = 900000
};

static const char objects_beginning[] = "sha256/";

struct bucket_spool {
    struct spool base;
    struct bucket *bucket;
    struct spool_cache *cache;
};

static struct bucket_spool *own(struct spool *spool)
{
    return (struct bucket_spool *)spool;
}

static void object_key(const struct digest *digest, char ret_key[BUCKET_KEY_BYTES])
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    (void)snprintf(ret_key, BUCKET_KEY_BYTES, "%s%.2s/%s", objects_beginning, hex, hex);
}

static void close_bucket(struct spool *spool)
{
    struct bucket_spool *kept = own(spool);
    bucket_close(&kept->bucket);
    spool_cache_close(&kept->cache);
    free(kept->base.temporary);
    free(kept);
}

/* ---- writing -------------------------------------------------------------------------------- */

static enum status keep(struct spool *spool, struct spool_draft *draft, struct fault *fault)
{
    struct bucket_spool *kept = own(spool);
    char key[BUCKET_KEY_BYTES];
    object_key(&draft->digest, key);
    enum status status =
        bucket_put_file(kept->bucket, key, draft->file, draft->size, &draft->digest, fault);
    if (status == STATUS_OK &&
        !spool_cache_take(kept->cache, draft->path, draft->file, draft->size, &draft->digest))
        (void)unlink(draft->path);
    return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Fetches the object into `file`, until its bytes are those of the digest. The same wrong bytes
 * twice are those that the store has. */
static enum status fetch_right(struct bucket_spool *kept, const struct digest *digest, int file,
                               uint64_t *ret_size, struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    struct digest before = {0};
    object_key(digest, key);
    for (int tries = 0; tries < FETCHES_MOST; tries++) {
        bool is_there = false;
        struct digest got = {0};
        enum status status =
            bucket_get_file(kept->bucket, key, file, &is_there, &got, ret_size, fault);
        if (status != STATUS_OK)
            return status;
        if (!is_there)
            return spool_missing(digest, fault);
        if (digest_equal(&got, digest))
            return STATUS_OK;
        if (tries > 0 && digest_equal(&got, &before))
            return spool_damaged(digest, fault);
        before = got;
    }
    return fault_set(fault, STATUS_LATER,
                     "the line to the object store changes bytes: %s came as something else each "
                     "time",
                     key);
}

static enum status fetch(struct bucket_spool *kept, const struct digest *digest, int *ret_file,
                         uint64_t *ret_size, struct fault *fault)
{
    uint64_t size = 0;
    char *path = path_join(kept->base.temporary, "XXXXXX");
    int file = path == NULL ? -1 : mkostemp(path, O_CLOEXEC);
    enum status status = STATUS_OK;
    if (path == NULL)
        status = spool_no_memory(fault);
    else if (file < 0)
        status = fault_errno(fault, durable_status(errno), "cannot make a file in \"%s\"",
                             kept->base.temporary);
    else
        status = fetch_right(kept, digest, file, &size, fault);
    int reading = status == STATUS_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (status == STATUS_OK && reading < 0)
        status = fault_errno(fault, durable_status(errno), "cannot open a file in \"%s\"",
                             kept->base.temporary);
    if (file >= 0 &&
        (status != STATUS_OK || !spool_cache_take(kept->cache, path, file, size, digest)))
        (void)unlink(path);
    if (file >= 0)
        (void)close(file);
    free(path);
    if (status == STATUS_OK) {
        *ret_file = reading;
        *ret_size = size;
    }
    return status;
}

static enum status open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                               uint64_t *ret_size, struct fault *fault)
{
    struct bucket_spool *kept = own(spool);
    int copy = spool_cache_find(kept->cache, digest, ret_size);
    if (copy < 0)
        return fetch(kept, digest, ret_file, ret_size, fault);
    *ret_file = copy;
    return STATUS_OK;
}

static bool distrust(struct spool *spool, const struct digest *digest)
{
    return spool_cache_drop(own(spool)->cache, digest);
}

/* Past the cache, whose copy says nothing about what the store has. */
static enum status check(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    uint64_t size = 0;
    return fetch_right(own(spool), digest, -1, &size, fault);
}

static enum status look(struct spool *spool, const struct digest *digest,
                        struct spool_object *ret_object, struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    struct bucket_object object = {0};
    object_key(digest, key);
    enum status status = bucket_look(own(spool)->bucket, key, &object, fault);
    if (status == STATUS_OK)
        *ret_object = (struct spool_object){object.is_there, object.size, object.written_ms};
    return status;
}

static char *object_url(const struct spool *spool, const struct digest *digest)
{
    char key[BUCKET_KEY_BYTES];
    object_key(digest, key);
    return bucket_url(((const struct bucket_spool *)spool)->bucket, key);
}

struct object_walk {
    spool_each_callback *callback;
    void *context;
};

static enum status tell_object(void *context, const char *key, const struct bucket_object *object,
                               struct fault *fault)
{
    const struct object_walk *walk = context;
    struct digest digest;
    const char *name = strrchr(key, '/');
    const struct spool_object found = {object->is_there, object->size, object->written_ms};
    if (name == NULL || !digest_from_hex(name + 1, &digest))
        return STATUS_OK; // none of ours
    return walk->callback(walk->context, &digest, &found, fault);
}

static enum status each(struct spool *spool, spool_each_callback *callback, void *context,
                        struct fault *fault)
{
    struct object_walk walk = {callback, context};
    return bucket_each(own(spool)->bucket, objects_beginning, "", tell_object, &walk, fault);
}

/* ---- the storage ---------------------------------------------------------------------------- */

static enum status ready(struct spool *spool, struct fault *fault)
{
    return bucket_ready(own(spool)->bucket, fault);
}

static enum status remove_object(struct spool *spool, const struct digest *digest,
                                 struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    object_key(digest, key);
    (void)spool_cache_drop(own(spool)->cache, digest);
    return bucket_remove(own(spool)->bucket, key, fault);
}

static enum status sweep(struct spool *spool, int64_t age_ms, uint32_t *count, struct fault *fault)
{
    spool_cache_trim(own(spool)->cache, count);
    return bucket_abort_uploads(own(spool)->bucket, clock_wall_ms(clock_system()) - age_ms, count,
                                fault);
}

/* ---- examining ------------------------------------------------------------------------------ */

static void tell_refusal(const struct bucket_health *health, const struct fault *fault,
                         spool_finding *finding, void *context)
{
    static const struct {
        const char *code, *advice;
    } advices[] = {
        {"NoSuchBucket",          "Make the bucket, or correct store.spool."                          },
        {"InvalidAccessKeyId",    "Correct store.s3.access_key."                                      },
        {"SignatureDoesNotMatch",
         "Correct store.s3.access_key, the secret in store.s3.secret_file, or store.s3.region."       },
        {"AccessDenied",          "Give the key the right to list, get, put and delete in the bucket."},
        {BUCKET_CODE_CERTIFICATE,
         "Put the certificates of its authority into the file that store.s3.authorities names, or "
         "correct the host in store.s3.endpoint. Until then nothing is sent."                         },
        {"RequestTimeTooSkewed",  "Set this host's clock, or the object store's."                     },
    };
    const char *advice = health->http_status == 0
                             ? "Start the object store, or correct store.s3.endpoint. Until then "
                               "scans stay in the drop folders, and nothing is lost."
                             : "See the object store's log.";
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
        if (strcmp(health->code, advices[i].code) == 0)
            advice = advices[i].advice;
    finding(context, SPOOL_BAD, fault->text, advice);
}

static void tell_clock(const struct bucket_health *health, spool_finding *finding, void *context)
{
    char words[160];
    int64_t off_ms = health->ahead_ms < 0 ? -health->ahead_ms : health->ahead_ms;
    if (!health->has_clock || off_ms < CLOCK_MS_MOST)
        return;
    (void)snprintf(words, sizeof words, "the object store's clock is %lld s %s ours",
                   (long long)off_ms / 1000, health->ahead_ms < 0 ? "behind" : "ahead of");
    finding(context, off_ms < CLOCK_MS_REFUSED ? SPOOL_NOTE : SPOOL_BAD, words,
            "Let both take the time from the same server (NTP): signatures that are 15 minutes off "
            "are refused.");
}

/* Puts, gets and removes an object of its own. */
static enum status try_rights(struct bucket *bucket, struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    char *back = NULL;
    size_t length = 0;
    int64_t now_ms = clock_wall_ms(clock_system());
    (void)snprintf(key, sizeof key, "examined/%lld-%d", (long long)now_ms, (int)getpid());
    enum status status = bucket_put(bucket, key, key, strlen(key), fault);
    if (status == STATUS_OK)
        status = bucket_get(bucket, key, &back, &length, fault);
    if (status == STATUS_OK &&
        (back == NULL || length != strlen(key) || memcmp(back, key, length) != 0))
        status = fault_set(fault, STATUS_LATER, "the object store gives other bytes than were put");
    free(back);
    enum status removed = bucket_remove(bucket, key, status == STATUS_OK ? fault : NULL);
    return status == STATUS_OK ? removed : status;
}

static enum status examine(struct spool *spool, spool_finding *finding, void *context,
                           struct fault *fault)
{
    struct bucket *bucket = own(spool)->bucket;
    struct bucket_health health = {0};
    char *url = bucket_url(bucket, "");
    struct text words = {0};
    struct fault why = {0};
    if (url == NULL)
        return spool_no_memory(fault);
    if (bucket_examine(bucket, &health, &why) != STATUS_OK)
        tell_refusal(&health, &why, finding, context);
    else if (try_rights(bucket, &why) != STATUS_OK)
        finding(context, SPOOL_BAD, why.text,
                "Give the key the right to list, get, put and delete in the bucket.");
    else {
        text_append_format(&words, "%s answers; objects can be put, got and removed", url);
        finding(context, SPOOL_WELL, text_string(&words), NULL);
        text_done(&words);
    }
    tell_clock(&health, finding, context);
    if (health.is_versioned)
        finding(context, SPOOL_BAD, "the bucket keeps versions: what is deleted stays there",
                "Suspend versioning, and let a rule of the bucket remove old versions: a deletion "
                "must be complete.");
    free(url);
    return STATUS_OK;
}

enum status spool_bucket_ask(const struct spool_place *place, struct fault *fault)
{
    struct bucket *bucket = NULL;
    struct bucket_health health = {0};
    enum status status = bucket_open(place, &bucket, fault);
    if (status == STATUS_OK)
        status = bucket_examine(bucket, &health, fault);
    bucket_close(&bucket);
    return status;
}

/* ---- the journal ---------------------------------------------------------------------------- */

static void journal_key(int64_t wall_ms, const char *name, char ret_key[BUCKET_KEY_BYTES])
{
    char month[SPOOL_MONTH_BYTES];
    spool_month(wall_ms, month);
    (void)snprintf(ret_key, BUCKET_KEY_BYTES, "arrivals/%s/%013" PRId64 "%s%s", month, wall_ms,
                   name[0] == '\0' ? "" : "-", name);
}

static enum status journal_add(struct spool *spool, int64_t wall_ms, const char *name,
                               const char *line, size_t length, struct fault *fault)
{
    char key[BUCKET_KEY_BYTES];
    journal_key(wall_ms, name, key);
    return bucket_put(own(spool)->bucket, key, line, length, fault);
}

struct journal_walk {
    struct bucket_spool *kept;
    size_t bytes_most;
    spool_journal_filter *filter;
    spool_journal_callback *callback;
    void *context;
};

/* The list is at hand while this asks for an object: the two are requests of their own. */
static enum status tell_line(void *context, const char *key, const struct bucket_object *object,
                             struct fault *fault)
{
    const struct journal_walk *walk = context;
    const char *slash = strrchr(key, '/');
    const char *name = slash == NULL ? NULL : strchr(slash, '-');
    if (name == NULL || object->size > walk->bytes_most ||
        (walk->filter != NULL && !walk->filter(walk->context, name + 1)))
        return STATUS_OK;
    char *line = NULL;
    size_t length = 0;
    enum status status = bucket_get(walk->kept->bucket, key, &line, &length, fault);
    if (status == STATUS_OK && line != NULL) {
        char *begin = line[0] == '\n' ? line + 1 : line;
        begin[strcspn(begin, "\n")] = '\0';
        status = walk->callback(walk->context, begin, fault);
    }
    free(line);
    return status;
}

static enum status journal_each(struct spool *spool, int64_t since_ms, size_t bytes_most,
                                spool_journal_filter *filter, spool_journal_callback *callback,
                                void *context, struct fault *fault)
{
    struct journal_walk walk = {own(spool), bytes_most, filter, callback, context};
    char after[BUCKET_KEY_BYTES];
    journal_key(since_ms, "", after);
    return bucket_each(own(spool)->bucket, "arrivals/", after, tell_line, &walk, fault);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct spool_engine bucket_engine = {
    .close = close_bucket,
    .keep = keep,
    .open_object = open_object,
    .distrust = distrust,
    .check = check,
    .look = look,
    .path = object_url,
    .each = each,
    .ready = ready,
    .remove = remove_object,
    .sweep = sweep,
    .examine = examine,
    .journal_add = journal_add,
    .journal_each = journal_each,
};

enum status spool_bucket_open(const struct spool_place *place, struct spool **ret_spool,
                              struct fault *fault)
{
    struct bucket_spool *kept = calloc(1, sizeof *kept);
    if (kept == NULL)
        return spool_no_memory(fault);
    kept->base.engine = &bucket_engine;
    kept->base.temporary = path_join(place->folder, "tmp");
    enum status status = kept->base.temporary == NULL ? spool_no_memory(fault)
                                                      : bucket_open(place, &kept->bucket, fault);
    if (status == STATUS_OK)
        status = spool_cache_open(place->folder, place->cache_bytes, place->cache_age_ms,
                                  &kept->cache, fault);
    if (status == STATUS_OK)
        status = durable_make_folders(kept->base.temporary, share_mode(SPOOL_FOLDER_MODE), fault);
    if (status == STATUS_OK)
        *ret_spool = &kept->base;
    else
        close_bucket(&kept->base);
    return status;
}
