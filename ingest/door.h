/* door.h - may this file come in now? The rule alone, without looking at any file system.
 *
 * A file is taken when it is all there: it has rested (nothing about it changed for the site's
 * quiet time, or it was renamed in, which programs do when they are done), it is whole by its own
 * structure, and nobody has it open for writing. One that will never be is refused with a reason.
 * Everything but that is a matter of waiting. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_DOOR_H
#define INGEST_DOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "ingest/refusal.h"
#include "ingest/whole.h"

struct door_rule {
    int64_t quiet_ms;      /* of the site */
    int64_t incomplete_ms; /* of the site */
    uint64_t bytes_most;
};

/* What is known of a file from outside. */
struct door_view {
    mode_t mode; /* of lstat(2) */
    nlink_t links;
    uint64_t bytes;
    bool is_plain;      /* source_is_plain() */
    bool is_long;       /* the path is longer than DROP_SOURCE_BYTES_MOST */
    bool is_renamed_in; /* and nothing has changed since */
    int64_t rested_ms;  /* since the last change that was seen */
};

/* And from inside. */
struct door_look {
    bool is_openable;
    enum file_format format;
    enum whole whole;
    bool has_writer; /* someone has it open for writing, as far as the system tells */
};

enum door_answer { DOOR_WAIT, DOOR_LOOK, DOOR_TAKE, DOOR_REFUSE };

/* DOOR_LOOK: ask door_inside() with what is in the file. *ret_refusal only with DOOR_REFUSE. */
enum door_answer door_outside(const struct door_rule *rule, const struct door_view *view,
                              enum refusal *ret_refusal);
enum door_answer door_inside(const struct door_rule *rule, const struct door_view *view,
                             const struct door_look *look, enum refusal *ret_refusal);

#endif
