/* spool.c - content-addressed bytes in files: tmp/… while they are written, then
 * objects/<first two hex digits>/<64 hex digits>.
 *
 * The order of a commit, none of which may be left out: write, mode 0400, fsync the file, close
 * (checked), rename, fsync the folder. Before the first object of a folder in the life of this
 * process the folder is made and the one above it is fsynced, even when it was there already: the
 * process that made it may have died before its own fsync.
 *
 * The same bytes again are written and renamed over the old object, which is harmless (they are
 * the same bytes) and mends an object that was damaged meanwhile.
 *
 * After an fsync failed nothing more is accepted: Linux forgets the failure, and a second fsync
 * would lie (docs/decisions/0003). Files in tmp/ whose writers died are removed by spool_sweep().
 *
 * One struct spool belongs to one thread; several processes may use the same folder. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/spool.h"

enum {
    FOLDER_MODE = 0750,
    OBJECT_MODE = 0440, /* read-only from the moment it is whole; the programs share a group */
    SHARDS = 256,
    READ_BYTES = 1 << 18 /* a piece when an object is only checked */
};

struct spool {
    char *folder;
    char *objects;
    char *temporary;
    bool is_durable[SHARDS]; /* the shard's folder is there and was fsynced by this process */
    bool halted;
};

struct spool_writer {
    struct spool *spool; /* borrowed */
    char *path;          /* in tmp/ */
    int file;
    struct digest_stream digest;
    uint64_t size;
    bool failed; /* a piece was not written: must not be committed */
};

static enum status out_of_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "out of memory");
}

/* ---- the folder ----------------------------------------------------------------------------- */

static enum status make_folders(const struct spool *spool, struct fault *fault)
{
    enum status status = durable_make_folders(spool->objects, share_mode(FOLDER_MODE), fault);
    if (status == STATUS_OK)
        status = durable_make_folders(spool->temporary, share_mode(FOLDER_MODE), fault);
    return status;
}

enum status spool_open(const char *url, struct spool **ret_spool, struct fault *fault)
{
    if (strstr(url, "://") != NULL)
        return fault_set(fault, STATUS_REFUSE,
                         "\"%s\": this program keeps its spool in a folder; give its path", url);
    struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL)
        return out_of_memory(fault);
    spool->folder = string_copy(url);
    spool->objects = path_join(url, "objects");
    spool->temporary = path_join(url, "tmp");
    enum status status = STATUS_OK;
    if (spool->folder == NULL || spool->objects == NULL || spool->temporary == NULL)
        status = out_of_memory(fault);
    else
        status = make_folders(spool, fault);
    if (status == STATUS_OK)
        *ret_spool = spool;
    else
        spool_close(&spool);
    return status;
}

void spool_close(struct spool **spool_p)
{
    struct spool *spool = *spool_p;
    *spool_p = NULL;
    if (spool == NULL)
        return;
    free(spool->folder);
    free(spool->objects);
    free(spool->temporary);
    free(spool);
}

/* "objects/aa", the folder of an object. */
static char *shard_path(const struct spool *spool, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    hex[2] = '\0';
    return path_join(spool->objects, hex);
}

char *spool_path(const struct spool *spool, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    char *shard = shard_path(spool, digest);
    char *path = shard == NULL ? NULL : path_join(shard, hex);
    free(shard);
    return path;
}

static enum status make_shard(struct spool *spool, const struct digest *digest, const char *shard,
                              struct fault *fault)
{
    uint8_t number = digest->bytes[0];
    if (spool->is_durable[number])
        return STATUS_OK;
    if (mkdir(shard, share_mode(FOLDER_MODE)) != 0 && errno != EEXIST)
        return fault_errno(fault, durable_status(errno), "cannot make folder \"%s\"", shard);
    enum status status = durable_sync_folder(spool->objects, fault);
    if (status == STATUS_OK)
        spool->is_durable[number] = true;
    return status;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void free_writer(struct spool_writer *writer)
{
    if (writer->file >= 0)
        (void)close(writer->file);
    free(writer->path);
    free(writer);
}

void spool_writer_abandon(struct spool_writer **writer_p)
{
    struct spool_writer *writer = *writer_p;
    *writer_p = NULL;
    if (writer == NULL)
        return;
    if (writer->path != NULL)
        (void)unlink(writer->path);
    free_writer(writer);
}

const char *spool_folder(const struct spool *spool)
{
    return spool->folder;
}

enum status spool_ready(const struct spool *spool, struct fault *fault)
{
    if (spool->halted)
        return fault_set(fault, STATUS_HALT,
                         "spool: an earlier failure of the storage was final; this process must "
                         "end");
    return STATUS_OK;
}

void spool_halt(struct spool *spool)
{
    spool->halted = true;
}

enum status spool_writer_open(struct spool *spool, struct spool_writer **ret_writer,
                              struct fault *fault)
{
    enum status ready = spool_ready(spool, fault);
    if (ready != STATUS_OK)
        return ready;
    struct spool_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return out_of_memory(fault);
    writer->spool = spool;
    writer->path = path_join(spool->temporary, "XXXXXX");
    writer->file = writer->path == NULL ? -1 : mkostemp(writer->path, O_CLOEXEC);
    if (writer->file < 0) {
        enum status status = writer->path == NULL
                                 ? out_of_memory(fault)
                                 : fault_errno(fault, durable_status(errno),
                                               "cannot make a file in \"%s\"", spool->temporary);
        free_writer(writer);
        return status;
    }
    digest_begin(&writer->digest);
    *ret_writer = writer;
    return STATUS_OK;
}

enum status spool_writer_add(struct spool_writer *writer, const void *bytes, size_t length,
                             struct fault *fault)
{
    if (writer->failed)
        return fault_set(fault, STATUS_LATER, "an earlier piece of this object was not written");
    enum status status = durable_write(writer->file, bytes, length, fault);
    if (status != STATUS_OK) {
        writer->failed = true;
        return fault == NULL ? status : fault_within(fault, "spool");
    }
    digest_add(&writer->digest, bytes, length);
    writer->size += length;
    return STATUS_OK;
}

/* The file's part of a commit: mode, fsync, close. */
static enum status seal(struct spool_writer *writer, struct fault *fault)
{
    if (writer->failed)
        return fault_set(fault, STATUS_LATER, "an earlier piece of this object was not written");
    if (fchmod(writer->file, OBJECT_MODE) != 0)
        return fault_errno(fault, durable_status(errno), "cannot set the mode of \"%s\"",
                           writer->path);
    enum status status = durable_sync(writer->file, writer->path, fault);
    int closed = close(writer->file);
    writer->file = -1;
    if (status == STATUS_OK && closed != 0)
        status = fault_errno(fault, durable_status(errno), "cannot close \"%s\"", writer->path);
    return status;
}

/* The name's part of a commit: rename into the shard, fsync the shard. */
static enum status publish(struct spool_writer *writer, const struct digest *digest,
                           struct fault *fault)
{
    char *shard = shard_path(writer->spool, digest);
    char *path = spool_path(writer->spool, digest);
    enum status status = STATUS_OK;
    if (shard == NULL || path == NULL)
        status = out_of_memory(fault);
    if (status == STATUS_OK)
        status = make_shard(writer->spool, digest, shard, fault);
    if (status == STATUS_OK && rename(writer->path, path) != 0)
        status = fault_errno(fault, durable_status(errno), "cannot rename \"%s\" to \"%s\"",
                             writer->path, path);
    else if (status == STATUS_OK)
        status = durable_sync_folder(shard, fault);
    free(shard);
    free(path);
    return status;
}

enum status spool_writer_commit(struct spool_writer **writer_p, struct digest *ret_digest,
                                uint64_t *ret_size, struct fault *fault)
{
    struct spool_writer *writer = *writer_p;
    struct digest digest = digest_end(&writer->digest);
    enum status status = seal(writer, fault);
    if (status == STATUS_OK)
        status = publish(writer, &digest, fault);
    if (status == STATUS_HALT)
        writer->spool->halted = true;
    if (status != STATUS_OK) {
        spool_writer_abandon(writer_p);
        return status;
    }
    *ret_digest = digest;
    if (ret_size != NULL)
        *ret_size = writer->size;
    free_writer(writer);
    *writer_p = NULL;
    return STATUS_OK;
}

enum status spool_put(struct spool *spool, const void *bytes, size_t length,
                      struct digest *ret_digest, struct fault *fault)
{
    struct spool_writer *writer = NULL;
    enum status status = spool_writer_open(spool, &writer, fault);
    if (status == STATUS_OK)
        status = spool_writer_add(writer, bytes, length, fault);
    if (status == STATUS_OK)
        return spool_writer_commit(&writer, ret_digest, NULL, fault);
    spool_writer_abandon(&writer);
    return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum status changed(const struct digest *digest, struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    return fault_set(fault, STATUS_REFUSE,
                     "spool object %s is damaged: its bytes do not match its name", hex);
}

static enum status missing(const struct digest *digest, struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    return fault_set(fault, STATUS_REFUSE, "spool object %s is missing", hex);
}

enum status spool_open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                              uint64_t *ret_size, struct fault *fault)
{
    struct stat found = {0};
    char *path = spool_path(spool, digest);
    if (path == NULL)
        return out_of_memory(fault);
    enum status status = STATUS_OK;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        status = errno == ENOENT
                     ? missing(digest, fault)
                     : fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    else if (fstat(file, &found) != 0)
        status = fault_errno(fault, STATUS_HALT, "cannot look at \"%s\"", path);
    else if (!S_ISREG(found.st_mode))
        status = changed(digest, fault);
    free(path);
    if (status != STATUS_OK) {
        if (file >= 0)
            (void)close(file);
        return status;
    }
    *ret_file = file;
    *ret_size = (uint64_t)found.st_size;
    return STATUS_OK;
}

/* Reads up to `length` bytes; *ret_length is less at the end only. */
static enum status read_piece(int file, char *bytes, size_t length, size_t *ret_length,
                              struct fault *fault)
{
    size_t got = 0;
    while (got < length) {
        ssize_t count = read(file, bytes + got, length - got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_errno(fault, STATUS_HALT, "cannot read a spool object");
        if (count == 0)
            break;
        got += (size_t)count;
    }
    *ret_length = got;
    return STATUS_OK;
}

static enum status read_whole(int file, const struct digest *digest, size_t size, char **ret_bytes,
                              struct fault *fault)
{
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        return out_of_memory(fault);
    size_t got = 0;
    enum status status = read_piece(file, bytes, size, &got, fault);
    if (status == STATUS_OK) {
        struct digest found = digest_of(bytes, got);
        if (got != size || !digest_equal(&found, digest))
            status = changed(digest, fault);
    }
    if (status != STATUS_OK) {
        free(bytes);
        return status;
    }
    bytes[size] = '\0';
    *ret_bytes = bytes;
    return STATUS_OK;
}

enum status spool_get(struct spool *spool, const struct digest *digest, size_t most,
                      char **ret_bytes, size_t *ret_length, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_open_object(spool, digest, &file, &size, fault);
    if (status != STATUS_OK)
        return status;
    if (size > most)
        status = fault_set(fault, STATUS_REFUSE,
                           "a spool object has %llu bytes, more than the %zu allowed",
                           (unsigned long long)size, most);
    else
        status = read_whole(file, digest, (size_t)size, ret_bytes, fault);
    (void)close(file);
    if (status == STATUS_OK)
        *ret_length = (size_t)size;
    return status;
}

bool spool_has(struct spool *spool, const struct digest *digest)
{
    struct stat found;
    char *path = spool_path(spool, digest);
    bool has = path != NULL && lstat(path, &found) == 0 && S_ISREG(found.st_mode);
    free(path);
    return has;
}

static enum status check_pieces(int file, const struct digest *digest, char *piece,
                                struct fault *fault)
{
    struct digest_stream stream;
    size_t length = READ_BYTES;
    digest_begin(&stream);
    while (length == READ_BYTES) {
        enum status status = read_piece(file, piece, READ_BYTES, &length, fault);
        if (status != STATUS_OK)
            return status;
        digest_add(&stream, piece, length);
    }
    struct digest found = digest_end(&stream);
    return digest_equal(&found, digest) ? STATUS_OK : changed(digest, fault);
}

enum status spool_check(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    char *piece = malloc(READ_BYTES);
    if (piece == NULL)
        return out_of_memory(fault);
    enum status status = spool_open_object(spool, digest, &file, &size, fault);
    if (status == STATUS_OK) {
        status = check_pieces(file, digest, piece, fault);
        (void)close(file);
    }
    free(piece);
    return status;
}

/* ---- sweeping ------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Removes one entry of tmp/ when it is a file that was last written before `before_ms`. */
static bool sweep_one(int folder, const char *name, int64_t before_ms)
{
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(found.st_mode))
        return false;
    int64_t written_ms = (int64_t)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000;
    return written_ms <= before_ms && unlinkat(folder, name, 0) == 0;
}

enum status spool_sweep(struct spool *spool, int64_t age_ms, uint32_t *ret_count,
                        struct fault *fault)
{
    DIR *folder = opendir(spool->temporary);
    if (folder == NULL)
        return fault_errno(fault, durable_status(errno), "cannot open folder \"%s\"",
                           spool->temporary);
    int64_t before_ms = now_ms() - age_ms;
    uint32_t count = 0;
    enum status status = STATUS_OK;
    for (;;) {
        errno = 0; // readdir() tells an error from the end by errno alone
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            if (errno != 0)
                status = fault_errno(fault, durable_status(errno), "cannot list \"%s\"",
                                     spool->temporary);
            break;
        }
        if (sweep_one(dirfd(folder), entry->d_name, before_ms))
            count++;
    }
    (void)closedir(folder);
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
