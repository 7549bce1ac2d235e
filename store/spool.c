/* spool.c - what is the same for every spool: writing by way of a draft, reading whole and checked,
 * halting; the rest is asked of the engine (spool_engine.h).
 *
 * A draft is a file in the folder `temporary` of this host: bytes come in pieces, and their name is
 * known at the end only. After an fsync failed nothing more is accepted: Linux forgets the failure,
 * and a second fsync would lie (docs/decisions/0003). Drafts whose writers died are removed by
 * spool_sweep(). */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/spool_engine.h"

struct spool_writer {
    struct spool *spool; /* borrowed */
    struct spool_draft draft;
    struct digest_stream digest;
    bool failed; /* a piece was not written: must not be committed */
};

enum status spool_no_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "out of memory");
}

/* ---- beginning and end ---------------------------------------------------------------------- */

enum status spool_open(const char *path, struct spool **ret_spool, struct fault *fault)
{
    if (strstr(path, "://") != NULL)
        return fault_set(fault, STATUS_REFUSE, "\"%s\": not a folder; give its path", path);
    return spool_folder_open(path, ret_spool, fault);
}

enum status spool_open_at(struct spool_place place, struct spool **ret_spool, struct fault *fault)
{
    return spool_place_is_bucket(place.url) ? spool_bucket_open(&place, ret_spool, fault)
                                            : spool_folder_open(place.url, ret_spool, fault);
}

static void draft_done(struct spool_draft *draft)
{
    if (draft->file >= 0)
        (void)close(draft->file);
    free(draft->path);
}

/* Those that wait: `is_kept`, or gone for good. */
static void forget_waiting(struct spool *spool, bool is_kept)
{
    for (size_t i = 0; i < spool->waiting_count; i++) {
        if (!is_kept)
            (void)unlink(spool->waiting[i].path);
        draft_done(&spool->waiting[i]);
    }
    spool->waiting_count = 0;
}

void spool_close(struct spool **spool_p)
{
    struct spool *spool = *spool_p;
    *spool_p = NULL;
    if (spool == NULL)
        return;
    forget_waiting(spool, false);
    free(spool->waiting);
    spool->engine->close(spool);
}

/* STATUS_HALT after a failure that was final. */
static enum status refuse_halted(const struct spool *spool, struct fault *fault)
{
    if (spool->halted)
        return fault_set(fault, STATUS_HALT,
                         "spool: an earlier failure of the storage was final; this process must "
                         "end");
    return STATUS_OK;
}

static enum status noted(struct spool *spool, enum status status)
{
    if (status == STATUS_HALT)
        spool->halted = true;
    return status;
}

enum status spool_ready(struct spool *spool, struct fault *fault)
{
    enum status status = refuse_halted(spool, fault);
    return status == STATUS_OK && spool->engine->ready != NULL ? spool->engine->ready(spool, fault)
                                                               : status;
}

enum status spool_ask(struct spool_place place, struct fault *fault)
{
    return spool_place_is_bucket(place.url) ? spool_bucket_ask(&place, fault) : STATUS_OK;
}

enum status spool_examine(struct spool *spool, spool_finding *finding, void *context,
                          struct fault *fault)
{
    return spool->engine->examine == NULL ? STATUS_OK
                                          : spool->engine->examine(spool, finding, context, fault);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void free_writer(struct spool_writer *writer)
{
    draft_done(&writer->draft);
    free(writer);
}

void spool_writer_abandon(struct spool_writer **writer_p)
{
    struct spool_writer *writer = *writer_p;
    *writer_p = NULL;
    if (writer == NULL)
        return;
    if (writer->draft.path != NULL)
        (void)unlink(writer->draft.path);
    free_writer(writer);
}

enum status spool_writer_open(struct spool *spool, struct spool_writer **ret_writer,
                              struct fault *fault)
{
    enum status ready = refuse_halted(spool, fault);
    if (ready != STATUS_OK)
        return ready;
    struct spool_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return spool_no_memory(fault);
    struct spool_draft *draft = &writer->draft;
    writer->spool = spool;
    draft->path = path_join(spool->temporary, "XXXXXX");
    draft->file = draft->path == NULL ? -1 : mkostemp(draft->path, O_CLOEXEC);
    if (draft->file < 0) {
        enum status status = draft->path == NULL
                                 ? spool_no_memory(fault)
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
    enum status status = durable_write(writer->draft.file, bytes, length, fault);
    if (status != STATUS_OK) {
        writer->failed = true;
        return fault == NULL ? status : fault_within(fault, "spool");
    }
    digest_add(&writer->digest, bytes, length);
    writer->draft.size += length;
    return STATUS_OK;
}

/* Whether there is room for one more to wait for the others. */
static bool can_wait(struct spool *spool)
{
    if (spool->engine->keep_all == NULL || spool->waiting_count == SPOOL_TOGETHER_MOST)
        return false;
    if (spool->waiting == NULL)
        spool->waiting = calloc(SPOOL_TOGETHER_MOST, sizeof *spool->waiting);
    return spool->waiting != NULL;
}

static enum status keep(struct spool *spool, struct spool_draft *draft, bool waits,
                        struct fault *fault)
{
    if (!waits || !can_wait(spool))
        return noted(spool, spool->engine->keep(spool, draft, fault));
    spool->waiting[spool->waiting_count++] = *draft;
    draft->path = NULL; // the list owns both
    draft->file = -1;
    return STATUS_OK;
}

static enum status commit(struct spool_writer **writer_p, bool waits, struct digest *ret_digest,
                          uint64_t *ret_size, struct fault *fault)
{
    struct spool_writer *writer = *writer_p;
    writer->draft.digest = digest_end(&writer->digest);
    enum status status =
        writer->failed
            ? fault_set(fault, STATUS_LATER, "an earlier piece of this object was not written")
            : keep(writer->spool, &writer->draft, waits, fault);
    if (status != STATUS_OK) {
        spool_writer_abandon(writer_p);
        return status;
    }
    *ret_digest = writer->draft.digest;
    if (ret_size != NULL)
        *ret_size = writer->draft.size;
    free_writer(writer);
    *writer_p = NULL;
    return STATUS_OK;
}

enum status spool_writer_commit(struct spool_writer **writer_p, struct digest *ret_digest,
                                uint64_t *ret_size, struct fault *fault)
{
    return commit(writer_p, false, ret_digest, ret_size, fault);
}

enum status spool_writer_commit_later(struct spool_writer **writer_p, struct digest *ret_digest,
                                      uint64_t *ret_size, struct fault *fault)
{
    return commit(writer_p, true, ret_digest, ret_size, fault);
}

static enum status put(struct spool *spool, const void *bytes, size_t length, bool waits,
                       struct digest *ret_digest, struct fault *fault)
{
    struct spool_writer *writer = NULL;
    enum status status = spool_writer_open(spool, &writer, fault);
    if (status == STATUS_OK)
        status = spool_writer_add(writer, bytes, length, fault);
    if (status == STATUS_OK)
        return commit(&writer, waits, ret_digest, NULL, fault);
    spool_writer_abandon(&writer);
    return status;
}

enum status spool_put(struct spool *spool, const void *bytes, size_t length,
                      struct digest *ret_digest, struct fault *fault)
{
    return put(spool, bytes, length, false, ret_digest, fault);
}

enum status spool_put_later(struct spool *spool, const void *bytes, size_t length,
                            struct digest *ret_digest, struct fault *fault)
{
    return put(spool, bytes, length, true, ret_digest, fault);
}

enum status spool_settle(struct spool *spool, struct fault *fault)
{
    if (spool->waiting_count == 0)
        return STATUS_OK;
    enum status status = refuse_halted(spool, fault);
    if (status == STATUS_OK)
        status = noted(spool,
                       spool->engine->keep_all(spool, spool->waiting, spool->waiting_count, fault));
    forget_waiting(spool, status == STATUS_OK);
    return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

enum status spool_damaged(const struct digest *digest, struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    return fault_set(fault, STATUS_REFUSE,
                     "spool object %s is damaged: its bytes do not match its name", hex);
}

enum status spool_missing(const struct digest *digest, struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    return fault_set(fault, STATUS_REFUSE, "spool object %s is missing", hex);
}

enum status spool_open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                              uint64_t *ret_size, struct fault *fault)
{
    return spool->engine->open_object(spool, digest, ret_file, ret_size, fault);
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

/* *ret_is_damaged: they are not the bytes of the digest. */
static enum status read_whole(int file, const struct digest *digest, size_t size, char **ret_bytes,
                              bool *ret_is_damaged, struct fault *fault)
{
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        return spool_no_memory(fault);
    size_t got = 0;
    enum status status = read_piece(file, bytes, size, &got, fault);
    if (status == STATUS_OK) {
        struct digest found = digest_of(bytes, got);
        *ret_is_damaged = got != size || !digest_equal(&found, digest);
        if (*ret_is_damaged)
            status = spool_damaged(digest, fault);
    }
    if (status != STATUS_OK) {
        free(bytes);
        return status;
    }
    bytes[size] = '\0';
    *ret_bytes = bytes;
    return STATUS_OK;
}

static enum status get_once(struct spool *spool, const struct digest *digest, size_t most,
                            char **ret_bytes, size_t *ret_length, bool *ret_is_damaged,
                            struct fault *fault)
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
        status = read_whole(file, digest, (size_t)size, ret_bytes, ret_is_damaged, fault);
    (void)close(file);
    if (status == STATUS_OK)
        *ret_length = (size_t)size;
    return status;
}

enum status spool_get(struct spool *spool, const struct digest *digest, size_t most,
                      char **ret_bytes, size_t *ret_length, struct fault *fault)
{
    bool is_damaged = false;
    enum status status = get_once(spool, digest, most, ret_bytes, ret_length, &is_damaged, fault);
    if (is_damaged && spool->engine->distrust != NULL && spool->engine->distrust(spool, digest))
        status = get_once(spool, digest, most, ret_bytes, ret_length, &is_damaged, fault);
    return status;
}

static enum status check_pieces(int file, const struct digest *digest, char *piece,
                                struct fault *fault)
{
    struct digest_stream stream;
    size_t length = SPOOL_PIECE_BYTES;
    digest_begin(&stream);
    while (length == SPOOL_PIECE_BYTES) {
        enum status status = read_piece(file, piece, SPOOL_PIECE_BYTES, &length, fault);
        if (status != STATUS_OK)
            return status;
        digest_add(&stream, piece, length);
    }
    struct digest found = digest_end(&stream);
    return digest_equal(&found, digest) ? STATUS_OK : spool_damaged(digest, fault);
}

enum status spool_check_file(int file, const struct digest *digest, struct fault *fault)
{
    char *piece = malloc(SPOOL_PIECE_BYTES);
    enum status status =
        piece == NULL ? spool_no_memory(fault) : check_pieces(file, digest, piece, fault);
    free(piece);
    return status;
}

enum status spool_check(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    return spool->engine->check(spool, digest, fault);
}

enum status spool_look(struct spool *spool, const struct digest *digest,
                       struct spool_object *ret_object, struct fault *fault)
{
    return spool->engine->look(spool, digest, ret_object, fault);
}

bool spool_has(struct spool *spool, const struct digest *digest)
{
    struct spool_object object = {0};
    return spool_look(spool, digest, &object, NULL) == STATUS_OK && object.is_there;
}

char *spool_path(const struct spool *spool, const struct digest *digest)
{
    return spool->engine->path(spool, digest);
}

enum status spool_each(struct spool *spool, spool_each_callback *callback, void *context,
                       struct fault *fault)
{
    return spool->engine->each(spool, callback, context, fault);
}

/* ---- the journal ---------------------------------------------------------------------------- */

void spool_month(int64_t wall_ms, char ret_month[SPOOL_MONTH_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(ret_month, SPOOL_MONTH_BYTES, "%Y-%m", &utc);
}

enum status spool_journal_add(struct spool *spool, int64_t wall_ms, const char *name,
                              const char *line, size_t length, struct fault *fault)
{
    enum status status = refuse_halted(spool, fault);
    return status != STATUS_OK ? status
                               : noted(spool, spool->engine->journal_add(spool, wall_ms, name, line,
                                                                         length, fault));
}

enum status spool_journal_each(struct spool *spool, int64_t since_ms, size_t bytes_most,
                               spool_journal_filter *filter, spool_journal_callback *callback,
                               void *context, struct fault *fault)
{
    return spool->engine->journal_each(spool, since_ms, bytes_most, filter, callback, context,
                                       fault);
}

/* ---- removing ------------------------------------------------------------------------------- */

enum status spool_remove(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    enum status status = refuse_halted(spool, fault);
    return status != STATUS_OK ? status : noted(spool, spool->engine->remove(spool, digest, fault));
}

/* Removes one entry when it is a file that was last written before `before_ms`. */
static bool sweep_one(int folder, const char *name, int64_t before_ms)
{
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(found.st_mode))
        return false;
    int64_t written_ms = (int64_t)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000;
    return written_ms <= before_ms && unlinkat(folder, name, 0) == 0;
}

enum status spool_sweep_folder(const char *path, int64_t before_ms, uint32_t *count,
                               struct fault *fault)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return fault_errno(fault, durable_status(errno), "cannot open folder \"%s\"", path);
    enum status status = STATUS_OK;
    for (;;) {
        errno = 0; // readdir() tells an error from the end by errno alone
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            if (errno != 0)
                status = fault_errno(fault, durable_status(errno), "cannot list \"%s\"", path);
            break;
        }
        if (sweep_one(dirfd(folder), entry->d_name, before_ms))
            *count += 1;
    }
    (void)closedir(folder);
    return status;
}

enum status spool_sweep(struct spool *spool, int64_t age_ms, uint32_t *ret_count,
                        struct fault *fault)
{
    uint32_t count = 0;
    int64_t before_ms = clock_wall_ms(clock_system()) - age_ms;
    enum status status = spool_sweep_folder(spool->temporary, before_ms, &count, fault);
    if (status == STATUS_OK && spool->engine->sweep != NULL)
        status = spool->engine->sweep(spool, age_ms, &count, fault);
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
