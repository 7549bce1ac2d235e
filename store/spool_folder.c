/* spool_folder.c - the spool in a folder: tmp/… while objects are written, then
 * objects/<first two hex digits>/<64 hex digits>; arrivals/<month>.log, the journal.
 *
 * The order of a commit, none of which may be left out: write, mode 0440, fsync the file, close
 * (checked), rename, fsync the folder. Before the first object of a folder in the life of this
 * process the folder is made and the one above it is fsynced, even when it was there already: the
 * process that made it may have died before its own fsync. Several objects at once take each step
 * together: all files are synced before the first is renamed, and each folder is synced once.
 *
 * The same bytes again are written and renamed over the old object, which is harmless (they are
 * the same bytes) and mends an object that was damaged meanwhile.
 *
 * The journal has one file a month. A line is written by one write(2) to a file that is open for
 * appending, with its newline in front: a torn one spoils itself and not the next. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/spool_engine.h"

enum { JOURNAL_MODE = 0640, JOURNAL_NAME_BYTES = 32 };

static const char journal_suffix[] = ".log";

struct folder_spool {
    struct spool base;
    char *folder;
    char *objects;
    bool is_durable[SPOOL_SHARDS]; /* the shard's folder is there and was fsynced by this process */
};

static struct folder_spool *own(struct spool *spool)
{
    return (struct folder_spool *)spool;
}

static const struct folder_spool *own_const(const struct spool *spool)
{
    return (const struct folder_spool *)spool;
}

/* ---- the folder ----------------------------------------------------------------------------- */

static void close_folder(struct spool *spool)
{
    struct folder_spool *folder = own(spool);
    free(folder->folder);
    free(folder->objects);
    free(folder->base.temporary);
    free(folder);
}

/* "objects/aa", the folder of an object. */
static char *shard_path(const struct folder_spool *folder, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    hex[2] = '\0';
    return path_join(folder->objects, hex);
}

static char *object_path(const struct spool *spool, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    char *shard = shard_path(own_const(spool), digest);
    char *path = shard == NULL ? NULL : path_join(shard, hex);
    free(shard);
    return path;
}

static enum status make_shard(struct folder_spool *folder, const struct digest *digest,
                              const char *shard, struct fault *fault)
{
    uint8_t number = digest->bytes[0];
    if (folder->is_durable[number])
        return STATUS_OK;
    if (mkdir(shard, share_mode(SPOOL_FOLDER_MODE)) != 0 && errno != EEXIST)
        return fault_errno(fault, durable_status(errno), "cannot make folder \"%s\"", shard);
    enum status status = durable_sync_folder(folder->objects, fault);
    if (status == STATUS_OK)
        folder->is_durable[number] = true;
    return status;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* The file's part of a commit: its mode … */
static enum status set_mode(struct spool_draft *draft, struct fault *fault)
{
    if (fchmod(draft->file, SPOOL_OBJECT_MODE) != 0)
        return fault_errno(fault, durable_status(errno), "cannot set the mode of \"%s\"",
                           draft->path);
    return STATUS_OK;
}

/* … fsync and close. */
static enum status seal(struct spool_draft *draft, struct fault *fault)
{
    enum status status = durable_sync(draft->file, draft->path, fault);
    int closed = close(draft->file);
    draft->file = -1;
    if (status == STATUS_OK && closed != 0)
        status = fault_errno(fault, durable_status(errno), "cannot close \"%s\"", draft->path);
    return status;
}

/* Half of the name's part of a commit: into its shard. */
static enum status name_draft(struct spool *spool, const struct spool_draft *draft,
                              struct fault *fault)
{
    struct folder_spool *folder = own(spool);
    char *shard = shard_path(folder, &draft->digest);
    char *path = object_path(spool, &draft->digest);
    enum status status = STATUS_OK;
    if (shard == NULL || path == NULL)
        status = spool_no_memory(fault);
    if (status == STATUS_OK)
        status = make_shard(folder, &draft->digest, shard, fault);
    if (status == STATUS_OK && rename(draft->path, path) != 0)
        status = fault_errno(fault, durable_status(errno), "cannot rename \"%s\" to \"%s\"",
                             draft->path, path);
    free(shard);
    free(path);
    return status;
}

/* The other half: fsync the shard. */
static enum status sync_shard(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    char *shard = shard_path(own(spool), digest);
    enum status status = shard == NULL ? spool_no_memory(fault) : durable_sync_folder(shard, fault);
    free(shard);
    return status;
}

/* Every shard once. */
static enum status sync_shards(struct spool *spool, const struct spool_draft *drafts, size_t count,
                               struct fault *fault)
{
    bool is_synced[SPOOL_SHARDS] = {false};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        uint8_t number = drafts[i].digest.bytes[0];
        if (!is_synced[number])
            status = sync_shard(spool, &drafts[i].digest, fault);
        is_synced[number] = true;
    }
    return status;
}

static enum status keep_all(struct spool *spool, struct spool_draft *drafts, size_t count,
                            struct fault *fault)
{
    enum status status = STATUS_OK;
    // sync_file_range() is no more than a wish: what the first fsync waits for then has the bytes of
    // all of them, and the others find little left to do. What goes wrong they say.
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = set_mode(&drafts[i], fault);
        if (count > 1)
            (void)sync_file_range(drafts[i].file, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = seal(&drafts[i], fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = name_draft(spool, &drafts[i], fault);
    return status == STATUS_OK ? sync_shards(spool, drafts, count, fault) : status;
}

static enum status keep(struct spool *spool, struct spool_draft *draft, struct fault *fault)
{
    return keep_all(spool, draft, 1, fault);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum status open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                               uint64_t *ret_size, struct fault *fault)
{
    struct stat found = {0};
    char *path = object_path(spool, digest);
    if (path == NULL)
        return spool_no_memory(fault);
    enum status status = STATUS_OK;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        status = errno == ENOENT
                     ? spool_missing(digest, fault)
                     : fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    else if (fstat(file, &found) != 0)
        status = fault_errno(fault, STATUS_HALT, "cannot look at \"%s\"", path);
    else if (!S_ISREG(found.st_mode))
        status = spool_damaged(digest, fault);
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

static enum status check(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    enum status status = open_object(spool, digest, &file, &size, fault);
    if (status != STATUS_OK)
        return status;
    status = spool_check_file(file, digest, fault);
    (void)close(file);
    return status;
}

static struct spool_object describe(const struct stat *found)
{
    return (struct spool_object){.is_there = true,
                                 .size = (uint64_t)found->st_size,
                                 .written_ms = (int64_t)found->st_mtim.tv_sec * 1000 +
                                               found->st_mtim.tv_nsec / 1000000};
}

static enum status look(struct spool *spool, const struct digest *digest,
                        struct spool_object *ret_object, struct fault *fault)
{
    struct stat found;
    char *path = object_path(spool, digest);
    if (path == NULL)
        return spool_no_memory(fault);
    enum status status = STATUS_OK;
    *ret_object = (struct spool_object){0};
    if (lstat(path, &found) == 0 && S_ISREG(found.st_mode))
        *ret_object = describe(&found);
    else if (access(path, F_OK) != 0 && errno != ENOENT && errno != ELOOP)
        status = fault_errno(fault, durable_status(errno), "cannot look at \"%s\"", path);
    free(path);
    return status;
}

static int is_object(const struct dirent *entry)
{
    struct digest digest;
    return digest_from_hex(entry->d_name, &digest);
}

/* Tells of one object of a shard, unless it went meanwhile. */
static enum status tell(const char *shard, const char *name, spool_each_callback *callback,
                        void *context, struct fault *fault)
{
    struct stat found;
    struct digest digest;
    struct spool_object object = {0};
    char *path = path_join(shard, name);
    if (path == NULL)
        return spool_no_memory(fault);
    if (lstat(path, &found) == 0 && S_ISREG(found.st_mode))
        object = describe(&found);
    free(path);
    return object.is_there && digest_from_hex(name, &digest)
               ? callback(context, &digest, &object, fault)
               : STATUS_OK;
}

static enum status each_of_shard(const char *shard, spool_each_callback *callback, void *context,
                                 struct fault *fault)
{
    struct dirent **entries = NULL;
    int count = scandir(shard, &entries, is_object, alphasort);
    enum status status = STATUS_OK;
    if (count < 0 && errno != ENOENT)
        status = fault_errno(fault, durable_status(errno), "cannot list \"%s\"", shard);
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK)
            status = tell(shard, entries[i]->d_name, callback, context, fault);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum status each(struct spool *spool, spool_each_callback *callback, void *context,
                        struct fault *fault)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < SPOOL_SHARDS && status == STATUS_OK; i++) {
        const struct digest first = {.bytes = {(uint8_t)i}};
        char *shard = shard_path(own_const(spool), &first);
        status =
            shard == NULL ? spool_no_memory(fault) : each_of_shard(shard, callback, context, fault);
        free(shard);
    }
    return status;
}

static enum status remove_object(struct spool *spool, const struct digest *digest,
                                 struct fault *fault)
{
    struct stat found;
    char *path = object_path(spool, digest);
    if (path == NULL)
        return spool_no_memory(fault);
    enum status status = STATUS_OK;
    if (lstat(path, &found) == 0)
        status = durable_remove(path, fault);
    free(path);
    return status;
}

/* ---- the journal ---------------------------------------------------------------------------- */

static char *journal_folder(const struct spool *spool)
{
    return path_join(own_const(spool)->folder, "arrivals");
}

/* "2026-11.log"; names sort by time. */
static void name_of_month(int64_t wall_ms, char ret_name[JOURNAL_NAME_BYTES])
{
    char month[SPOOL_MONTH_BYTES];
    spool_month(wall_ms, month);
    (void)snprintf(ret_name, JOURNAL_NAME_BYTES, "%s%s", month, journal_suffix);
}

/* The month's file, made with a durable name when it is the first of the month. */
static enum status open_month(const char *folder, const char *path, int *ret_file,
                              struct fault *fault)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    enum status status = STATUS_OK;
    if (file < 0 && errno == ENOENT) {
        status = durable_make_folders(folder, SPOOL_FOLDER_MODE, fault);
        if (status == STATUS_OK)
            file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, JOURNAL_MODE);
        if (status == STATUS_OK && file >= 0)
            status = durable_sync_folder(folder, fault);
    }
    if (status == STATUS_OK && file < 0)
        status = fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    if (status == STATUS_OK)
        *ret_file = file;
    else if (file >= 0)
        (void)close(file);
    return status;
}

static enum status journal_add(struct spool *spool, int64_t wall_ms, const char *name,
                               const char *line, size_t length, struct fault *fault)
{
    char month[JOURNAL_NAME_BYTES];
    (void)name; // the file keeps the order by itself
    name_of_month(wall_ms, month);
    char *folder = journal_folder(spool);
    char *path = folder == NULL ? NULL : path_join(folder, month);
    int file = -1;
    enum status status =
        path == NULL ? spool_no_memory(fault) : open_month(folder, path, &file, fault);
    if (status == STATUS_OK)
        status = durable_write(file, line, length, fault);
    if (status == STATUS_OK)
        status = durable_sync(file, path, fault);
    if (file >= 0)
        (void)close(file);
    free(path);
    free(folder);
    return status;
}

static enum status read_month(const char *path, size_t bytes_most, spool_journal_callback *callback,
                              void *context, struct fault *fault)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    enum status status = STATUS_OK;
    char *line = NULL;
    size_t size = 0;
    ssize_t length = 0;
    while (status == STATUS_OK && (length = getline(&line, &size, file)) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        if ((size_t)length <= bytes_most)
            status = callback(context, line, fault);
    }
    if (status == STATUS_OK && ferror(file))
        status = fault_set(fault, STATUS_HALT, "cannot read \"%s\"", path);
    free(line);
    (void)fclose(file);
    return status;
}

static int is_month(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length == strlen("2026-11.log") &&
           strcmp(entry->d_name + length - strlen(journal_suffix), journal_suffix) == 0;
}

/* Every month from that of `since_ms` on; lines have no names here, so that all are told. */
static enum status journal_each(struct spool *spool, int64_t since_ms, size_t bytes_most,
                                spool_journal_filter *filter, spool_journal_callback *callback,
                                void *context, struct fault *fault)
{
    (void)filter;
    char first[JOURNAL_NAME_BYTES];
    name_of_month(since_ms, first);
    struct dirent **entries = NULL;
    char *folder = journal_folder(spool);
    if (folder == NULL)
        return spool_no_memory(fault);
    int count = scandir(folder, &entries, is_month, alphasort);
    enum status status = STATUS_OK;
    if (count < 0 && errno != ENOENT)
        status = fault_errno(fault, durable_status(errno), "cannot list \"%s\"", folder);
    for (int i = 0; i < count; i++) {
        char *path = path_join(folder, entries[i]->d_name);
        if (path == NULL && status == STATUS_OK)
            status = spool_no_memory(fault);
        if (status == STATUS_OK && strcmp(entries[i]->d_name, first) >= 0)
            status = read_month(path, bytes_most, callback, context, fault);
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(folder);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct spool_engine folder_engine = {
    .close = close_folder,
    .keep = keep,
    .keep_all = keep_all,
    .open_object = open_object,
    .check = check,
    .look = look,
    .path = object_path,
    .each = each,
    .remove = remove_object,
    .journal_add = journal_add,
    .journal_each = journal_each,
};

enum status spool_folder_open(const char *path, struct spool **ret_spool, struct fault *fault)
{
    struct folder_spool *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        return spool_no_memory(fault);
    folder->base.engine = &folder_engine;
    folder->folder = string_copy(path);
    folder->objects = path_join(path, "objects");
    folder->base.temporary = path_join(path, "tmp");
    enum status status = STATUS_OK;
    if (folder->folder == NULL || folder->objects == NULL || folder->base.temporary == NULL)
        status = spool_no_memory(fault);
    if (status == STATUS_OK)
        status = durable_make_folders(folder->objects, share_mode(SPOOL_FOLDER_MODE), fault);
    if (status == STATUS_OK)
        status = durable_make_folders(folder->base.temporary, share_mode(SPOOL_FOLDER_MODE), fault);
    if (status == STATUS_OK)
        *ret_spool = &folder->base;
    else
        close_folder(&folder->base);
    return status;
}
