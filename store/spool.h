/* spool.h - content-addressed bytes: scans, readings, texts, PDFs, explanations.
 *
 * An object's name is the SHA-256 of its bytes, so writing it twice is harmless and reading it
 * can be checked. Durable in the order of the commit protocol: temporary name, write, fsync,
 * rename, fsync the folder. Nothing here deletes an object. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"

struct spool;
struct spool_writer;

/* Opens the spool at `url`: the path of a folder, made when absent. On STATUS_OK the caller owns
 * *ret_spool and ends it with spool_close(). */
enum status spool_open(const char *url, struct spool **ret_spool, struct fault *fault);
void spool_close(struct spool **spool_p);

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

/* Reads a whole object of at most `most` bytes and checks its digest. The caller owns *ret_bytes
 * (NUL-terminated behind *ret_length). STATUS_REFUSE: not there, too large, or the bytes no
 * longer match their name (the fault says which). */
enum status spool_get(struct spool *spool, const struct digest *digest, size_t most,
                      char **ret_bytes, size_t *ret_length, struct fault *fault);
/* A read-only descriptor (the caller closes it) and the size. The digest is not checked. */
enum status spool_open_object(struct spool *spool, const struct digest *digest, int *ret_file,
                              uint64_t *ret_size, struct fault *fault);
/* The spool's folder; borrowed. */
const char *spool_folder(const struct spool *spool);
/* STATUS_HALT after a failure of the storage that was final; for what else is kept in the folder. */
enum status spool_ready(const struct spool *spool, struct fault *fault);
/* From now on nothing can be written any more. */
void spool_halt(struct spool *spool);
bool spool_has(struct spool *spool, const struct digest *digest);
/* Path of the object's file, for `list --json`; the caller owns it, NULL on no memory. */
char *spool_path(const struct spool *spool, const struct digest *digest);
/* Reads the object and compares: STATUS_OK, or STATUS_REFUSE (missing or changed). */
enum status spool_check(struct spool *spool, const struct digest *digest, struct fault *fault);
/* Removes temporary files that are older than `age_ms` (their writers are dead). */
enum status spool_sweep(struct spool *spool, int64_t age_ms, uint32_t *ret_count,
                        struct fault *fault);

#endif
