/* spool.h - content-addressed bytes: scans, readings, texts, PDFs, explanations.
 *
 * An object's name is the SHA-256 of its bytes, so writing it twice is harmless and reading it
 * can be checked. Objects lie in a folder (store/spool_folder.c) or in a bucket of an object store
 * (store/spool_bucket.c); which it is nobody needs to ask but spool_open_at(). What was put is
 * durable when STATUS_OK comes back.
 *
 * STATUS_LATER: the storage cannot do it now (a full disk, an object store that is away or does not
 * let us in); the same call may be made again. STATUS_REFUSE: the object is not there, or is not
 * what its name says. STATUS_HALT: the storage failed for good (docs/decisions/0003).
 *
 * One struct spool belongs to one thread; several processes may use the same place. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/spool_place.h"

struct spool;
struct spool_writer;

/* Opens the spool in the folder `path`, made when absent. On STATUS_OK the caller owns *ret_spool
 * and ends it with spool_close(). */
enum status spool_open(const char *path, struct spool **ret_spool, struct fault *fault);
/* The same at any place. An object store is not asked yet: it may be away. `place` is copied. */
enum status spool_open_at(struct spool_place place, struct spool **ret_spool, struct fault *fault);
void spool_close(struct spool **spool_p);

/* ---- writing -------------------------------------------------------------------------------- */

/* Writing in pieces. Nothing is visible until spool_writer_commit() returned STATUS_OK, and then
 * it is durable. _commit() and _abandon() both end the writer and set the pointer to NULL. */
enum status spool_writer_open(struct spool *spool, struct spool_writer **ret_writer,
                              struct fault *fault);
enum status spool_writer_add(struct spool_writer *writer, const void *bytes, size_t length,
                             struct fault *fault);
enum status spool_writer_commit(struct spool_writer **writer_p, struct digest *ret_digest,
                                uint64_t *ret_size, struct fault *fault);
void spool_writer_abandon(struct spool_writer **writer_p);
/* The three in one. */
enum status spool_put(struct spool *spool, const void *bytes, size_t length,
                      struct digest *ret_digest, struct fault *fault);

/* Several objects that become durable together cost a few waits for the disk instead of two each.
 * What was put by one of the two below is there, and durable, when the next spool_settle() returns
 * STATUS_OK; nobody may be told of it before. With any other status none of them counts, and all
 * have to be put again. A bucket, and a folder for which SPOOL_TOGETHER_MOST wait already, keep the
 * object at once. A spool that is closed forgets those that wait. */
enum { SPOOL_TOGETHER_MOST = 128 /* each holds a descriptor */ };
enum status spool_writer_commit_later(struct spool_writer **writer_p, struct digest *ret_digest,
                                      uint64_t *ret_size, struct fault *fault);
enum status spool_put_later(struct spool *spool, const void *bytes, size_t length,
                            struct digest *ret_digest, struct fault *fault);
enum status spool_settle(struct spool *spool, struct fault *fault);

/* ---- reading -------------------------------------------------------------------------------- */

/* Reads a whole object of at most `most` bytes and checks its digest. The caller owns *ret_bytes
 * (NUL-terminated behind *ret_length). STATUS_REFUSE: not there, too large, or the bytes no
 * longer match their name (the fault says which). */
enum status spool_get(struct spool *spool, const struct digest *digest, size_t most,
                      char **ret_bytes, size_t *ret_length, struct fault *fault);
/* A read-only descriptor (the caller closes it) and the size. The digest is not checked. */
enum status spool_open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                              uint64_t *ret_size, struct fault *fault);
/* Reads the object where it is kept and compares: STATUS_OK, or STATUS_REFUSE (missing or
 * changed). */
enum status spool_check(struct spool *spool, const struct digest *digest, struct fault *fault);

enum { SPOOL_CLOCK_GRAIN_MS = 1000 };

struct spool_object {
    bool is_there;
    uint64_t size;      /* bytes */
    int64_t written_ms; /* by the clock of the storage, which may round it up to the second */
};

/* Whether the object is there, without its bytes; that it is not is no fault. */
enum status spool_look(struct spool *spool, const struct digest *digest,
                       struct spool_object *ret_object, struct fault *fault);
/* The same in a word; false too when the storage does not say. */
bool spool_has(struct spool *spool, const struct digest *digest);
/* Where the object lies, for people: a path or an s3:// URL. The caller owns it, NULL on no
 * memory. */
char *spool_path(const struct spool *spool, const struct digest *digest);

/* A status other than STATUS_OK ends the walk. */
typedef enum status spool_each_callback(void *context, const struct digest *digest,
                                        const struct spool_object *object, struct fault *fault);
/* Every object there is, in the order of the digests. The callback may remove the object. */
enum status spool_each(struct spool *spool, spool_each_callback *callback, void *context,
                       struct fault *fault);

/* ---- the storage ---------------------------------------------------------------------------- */

/* STATUS_HALT after a failure of the storage that was final, STATUS_LATER while it is known to be
 * away: nothing can be written now. After a failure the storage is asked again, at most so often
 * that nobody has to wait for it for long. */
enum status spool_ready(struct spool *spool, struct fault *fault);
/* Asks the storage at `place` once, without opening anything; of a folder it is not asked. For who
 * watches it. STATUS_LATER: it does not answer, or does not let us in. */
enum status spool_ask(struct spool_place place, struct fault *fault);
/* Removes the object, for good; one that is not there is fine. Copies in caches of other hosts end
 * with their age. */
enum status spool_remove(struct spool *spool, const struct digest *digest, struct fault *fault);
/* Removes what writers that died `age_ms` ago or earlier left unfinished, and what caches keep too
 * long. */
enum status spool_sweep(struct spool *spool, int64_t age_ms, uint32_t *ret_count,
                        struct fault *fault);

enum spool_finding_kind { SPOOL_WELL = 0, SPOOL_NOTE, SPOOL_BAD };
/* `advice`: what to do about it; NULL when all is well. */
typedef void spool_finding(void *context, enum spool_finding_kind kind, const char *words,
                           const char *advice);
/* Tries everything that the spool needs of its storage: is it there, may we, is its clock right. A
 * folder is not tried. STATUS_LATER on no memory only. */
enum status spool_examine(struct spool *spool, spool_finding *finding, void *context,
                          struct fault *fault);

/* ---- the journal: store/arrivals.h ------------------------------------------------------------ */

/* Adds a line (with a newline in front and none behind) that is durable when STATUS_OK comes back.
 * `name` tells it from the others of its millisecond: letters, digits and "-". */
enum status spool_journal_add(struct spool *spool, int64_t wall_ms, const char *name,
                              const char *line, size_t length, struct fault *fault);
/* False: a line of this name is not wanted; it may be told of all the same. */
typedef bool spool_journal_filter(void *context, const char *name);
/* `line` is without newlines and may be changed. */
typedef enum status spool_journal_callback(void *context, char *line, struct fault *fault);
/* Every line that was added since `since_ms`, and perhaps older ones of that month, oldest first.
 * Lines of more than `bytes_most` are passed over. */
enum status spool_journal_each(struct spool *spool, int64_t since_ms, size_t bytes_most,
                               spool_journal_filter *filter, spool_journal_callback *callback,
                               void *context, struct fault *fault);

#endif
