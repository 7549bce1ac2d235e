/* spool_engine.h - what a kind of storage does for spool.h.
 *
 * Each engine is a table of functions of the meanings that spool.h gives them; spool.c asks the
 * table of the spool at hand, after it has checked what does not depend on the engine. A struct of
 * an engine begins with the struct here. Only spool*.c include this. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SPOOL_ENGINE_H
#define STORE_SPOOL_ENGINE_H

#include "store/spool.h"

enum {
    SPOOL_FOLDER_MODE = 0750,
    SPOOL_OBJECT_MODE =
        0440, /* read-only from the moment it is whole; the programs share a group */
    SPOOL_SHARDS = 256,
    SPOOL_PIECE_BYTES = 1 << 18
};

/* Bytes that are whole and not yet kept, in a file below spool->temporary. */
struct spool_draft {
    char *path;
    int file; /* open for reading and writing; -1 once it was closed */
    struct digest digest;
    uint64_t size;
};

struct spool_engine {
    void (*close)(struct spool *spool);
    /* Makes the draft an object. On STATUS_OK its file has got another name or is gone. */
    enum status (*keep)(struct spool *spool, struct spool_draft *draft, struct fault *fault);
    /* The same for several at once, which costs less than one after the other; NULL: it does not. */
    enum status (*keep_all)(struct spool *spool, struct spool_draft *drafts, size_t count,
                            struct fault *fault);
    enum status (*open_object)(struct spool *spool, const struct digest *digest, int *ret_file,
                               uint64_t *ret_size, struct fault *fault);
    /* The bytes that open_object() gave were not those of the digest. True: it was a copy that is
     * gone now, and opening the object again may help. */
    bool (*distrust)(struct spool *spool, const struct digest *digest);
    enum status (*check)(struct spool *spool, const struct digest *digest, struct fault *fault);
    enum status (*look)(struct spool *spool, const struct digest *digest,
                        struct spool_object *ret_object, struct fault *fault);
    char *(*path)(const struct spool *spool, const struct digest *digest);
    enum status (*each)(struct spool *spool, spool_each_callback *callback, void *context,
                        struct fault *fault);
    enum status (*ready)(struct spool *spool, struct fault *fault);
    enum status (*remove)(struct spool *spool, const struct digest *digest, struct fault *fault);
    enum status (*sweep)(struct spool *spool, int64_t age_ms, uint32_t *count, struct fault *fault);
    enum status (*examine)(struct spool *spool, spool_finding *finding, void *context,
                           struct fault *fault);
    enum status (*journal_add)(struct spool *spool, int64_t wall_ms, const char *name,
                               const char *line, size_t length, struct fault *fault);
    enum status (*journal_each)(struct spool *spool, int64_t since_ms, size_t bytes_most,
                                spool_journal_filter *filter, spool_journal_callback *callback,
                                void *context, struct fault *fault);
};

struct spool {
    const struct spool_engine *engine;
    char *temporary; /* folder of drafts */
    bool halted;
    struct spool_draft
        *waiting; /* for spool_settle(); owned, SPOOL_TOGETHER_MOST of them or NULL */
    size_t waiting_count;
};

enum status spool_folder_open(const char *path, struct spool **ret_spool, struct fault *fault);
enum status spool_bucket_open(const struct spool_place *place, struct spool **ret_spool,
                              struct fault *fault);

enum status spool_bucket_ask(const struct spool_place *place, struct fault *fault);

enum { SPOOL_MONTH_BYTES = 16 };
/* "2026-11", of the time in UTC. */
void spool_month(int64_t wall_ms, char ret_month[SPOOL_MONTH_BYTES]);

enum status spool_no_memory(struct fault *fault);
/* STATUS_REFUSE with words for an object that is not there, or not what its name says. */
enum status spool_missing(const struct digest *digest, struct fault *fault);
enum status spool_damaged(const struct digest *digest, struct fault *fault);
/* STATUS_OK or spool_damaged(): reads from the descriptor's position to the end. */
enum status spool_check_file(int file, const struct digest *digest, struct fault *fault);
/* Removes the files in `folder` (not in folders below it) that were last written before
 * `before_ms`; adds to *count. */
enum status spool_sweep_folder(const char *folder, int64_t before_ms, uint32_t *count,
                               struct fault *fault);

#endif
