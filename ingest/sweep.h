/* sweep.h - a walk through a drop folder in small steps: nothing notifies us on a network share,
 * and what notifies can lose things.
 *
 * Holds one open folder a level, and reads a bounded number of entries a step, so that a folder
 * with a million files keeps nobody waiting. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_SWEEP_H
#define INGEST_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/dropfolder.h"
#include "base/fault.h"
#include "base/text.h"

struct sweep_callbacks {
    /* An entry that is not a folder and not to be ignored; `source` is borrowed. False: no more
     * now, end the sweep here. */
    bool (*found)(void *context, const char *source);
    /* A folder is about to be read: its path below the drop folder ("" for itself). */
    void (*entered)(void *context, const char *path);
    /* A folder that was not looked into: too deep, or it cannot be read. */
    void (*left_out)(void *context, const char *path, const struct fault *why);
    void *context;
};

struct sweep {
    const struct sweep_callbacks *callbacks; /* borrowed */
    void *folders[DROP_DEPTH_MOST + 1];      /* DIR * */
    size_t lengths[DROP_DEPTH_MOST + 1];     /* of the path of each */
    size_t depth;                            /* 0: no sweep is going on */
    struct text path;                        /* of the folder that is being read */
};

/* Begins at the top; one that is going on is ended. */
enum status sweep_begin(struct sweep *sweep, int root, const struct sweep_callbacks *callbacks,
                        struct fault *fault);
/* Reads up to `entries` entries. False when the sweep is at its end. */
bool sweep_step(struct sweep *sweep, size_t entries);
bool sweep_is_going_on(const struct sweep *sweep);
void sweep_end(struct sweep *sweep);

#endif
