/* spool_cache.c - see spool_cache.h.
 *
 * The time of a copy's last change says when it was fetched, that of its last use when it was given
 * last. The sum of all sizes is counted by looking, when this process has added a sixteenth of what
 * the cache may hold: so it may hold that much more for each process that uses it. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/spool_cache.h"

enum { FOLDER_MODE = 0750, COPY_MODE = 0640, SHARDS = 256, TRIM_PARTS = 16 };

struct spool_cache {
    char *objects;
    int64_t bytes_most, age_ms_most;
    int64_t added; /* bytes since the last trim; negative: never trimmed */
};

/* ---- beginning and end ---------------------------------------------------------------------- */

enum status spool_cache_open(const char *path, int64_t bytes_most, int64_t age_ms_most,
                             struct spool_cache **ret_cache, struct fault *fault)
{
    struct spool_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    cache->objects = path_join(path, "objects");
    cache->bytes_most = bytes_most;
    cache->age_ms_most = age_ms_most;
    cache->added = bytes_most; // what others left is looked at with the first copy
    enum status status = cache->objects == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : durable_make_folders(cache->objects, share_mode(FOLDER_MODE), fault);
    if (status == STATUS_OK)
        *ret_cache = cache;
    else
        spool_cache_close(&cache);
    return status;
}

void spool_cache_close(struct spool_cache **cache_p)
{
    struct spool_cache *cache = *cache_p;
    *cache_p = NULL;
    if (cache == NULL)
        return;
    free(cache->objects);
    free(cache);
}

static char *shard_path(const struct spool_cache *cache, unsigned number)
{
    char name[4];
    (void)snprintf(name, sizeof name, "%02x", number & 0xFF);
    return path_join(cache->objects, name);
}

static char *copy_path(const struct spool_cache *cache, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    char *shard = shard_path(cache, digest->bytes[0]);
    char *path = shard == NULL ? NULL : path_join(shard, hex);
    free(shard);
    return path;
}

/* ---- copies --------------------------------------------------------------------------------- */

static int64_t milliseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* A clock that was set back makes no copy eternal. */
static bool is_too_old(const struct spool_cache *cache, const struct stat *found)
{
    int64_t age_ms = clock_wall_ms(clock_system()) - milliseconds(&found->st_mtim);
    return age_ms > cache->age_ms_most || age_ms < -cache->age_ms_most;
}

int spool_cache_find(struct spool_cache *cache, const struct digest *digest, uint64_t *ret_size)
{
    static const struct timespec used[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
    struct stat found;
    char *path = copy_path(cache, digest);
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file >= 0 &&
        (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || is_too_old(cache, &found))) {
        (void)close(file);
        (void)unlink(path);
        file = -1;
    }
    if (file >= 0) {
        (void)futimens(file, used); // of another user's copy the file system keeps the time
        *ret_size = (uint64_t)found.st_size;
    }
    free(path);
    return file;
}

bool spool_cache_take(struct spool_cache *cache, const char *path, int file, uint64_t size,
                      const struct digest *digest)
{
    char *shard = shard_path(cache, digest->bytes[0]);
    char *copy = copy_path(cache, digest);
    bool is_taken = shard != NULL && copy != NULL && fchmod(file, share_mode(COPY_MODE)) == 0 &&
                    fdatasync(file) == 0 &&
                    (mkdir(shard, share_mode(FOLDER_MODE)) == 0 || errno == EEXIST) &&
                    rename(path, copy) == 0;
    free(shard);
    free(copy);
    if (!is_taken)
        return false;
    cache->added += (int64_t)size;
    if (cache->added > cache->bytes_most / TRIM_PARTS)
        spool_cache_trim(cache, NULL);
    return true;
}

bool spool_cache_drop(struct spool_cache *cache, const struct digest *digest)
{
    char *path = copy_path(cache, digest);
    bool was_there = path != NULL && unlink(path) == 0;
    free(path);
    return was_there;
}

/* ---- trimming ------------------------------------------------------------------------------- */

struct copy {
    struct digest digest;
    int64_t used_ms;
    int64_t bytes;
};

struct copies {
    struct copy *items;
    size_t count, room;
    int64_t bytes;
};

static bool add_copy(struct copies *copies, const struct digest *digest, const struct stat *found)
{
    if (copies->count == copies->room) {
        size_t room = copies->room == 0 ? 1024 : 2 * copies->room;
        struct copy *more = reallocarray(copies->items, room, sizeof *more);
        if (more == NULL)
            return false;
        copies->items = more;
        copies->room = room;
    }
    int64_t used_ms = milliseconds(&found->st_atim), fetched_ms = milliseconds(&found->st_mtim);
    copies->items[copies->count++] =
        (struct copy){.digest = *digest,
                      .used_ms = used_ms > fetched_ms ? used_ms : fetched_ms,
                      .bytes = (int64_t)found->st_size};
    copies->bytes += (int64_t)found->st_size;
    return true;
}

/* Lists one shard, without what is too old: that goes at once. */
static void list_shard(const struct spool_cache *cache, const char *path, struct copies *copies,
                       uint32_t *count)
{
    DIR *folder = opendir(path);
    const struct dirent *entry = NULL;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        struct stat found;
        struct digest digest;
        if (!digest_from_hex(entry->d_name, &digest) ||
            fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (is_too_old(cache, &found))
            *count += unlinkat(dirfd(folder), entry->d_name, 0) == 0 ? 1 : 0;
        else
            (void)add_copy(copies, &digest, &found); // what is not listed stays this time
    }
    if (folder != NULL)
        (void)closedir(folder);
}

static int compare_use(const void *left, const void *right)
{
    int64_t one = ((const struct copy *)left)->used_ms;
    int64_t other = ((const struct copy *)right)->used_ms;
    return (one > other) - (one < other);
}

void spool_cache_trim(struct spool_cache *cache, uint32_t *count)
{
    struct copies copies = {0};
    uint32_t old = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        char *path = shard_path(cache, i);
        if (path != NULL)
            list_shard(cache, path, &copies, &old);
        free(path);
    }
    if (copies.count > 0)
        qsort(copies.items, copies.count, sizeof *copies.items, compare_use);
    for (size_t i = 0; i < copies.count && copies.bytes > cache->bytes_most; i++) {
        (void)spool_cache_drop(cache, &copies.items[i].digest);
        copies.bytes -= copies.items[i].bytes;
    }
    free(copies.items);
    cache->added = 0;
    if (count != NULL)
        *count += old;
}
