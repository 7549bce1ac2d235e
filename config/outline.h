/* outline.h - which keys stand in a YAML file, on which line, with what kind of value.
 *
 * The first pass over the file, by libyaml's events: it knows the lines, finds what YAML itself
 * forbids, and refuses what a configuration has no use for and an attacker would: anchors,
 * aliases, tags, several documents, NULs, deep nesting, floods of entries. What it lets through
 * is small and flat enough for any second pass. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_OUTLINE_H
#define CONFIG_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "config/problems.h"

enum {
    OUTLINE_FILE_BYTES_MOST = 1 << 20,
    OUTLINE_NODES_MOST = 5000,
    OUTLINE_DEPTH_MOST = 8,
    OUTLINE_VALUE_BYTES_MOST = 4096
};

enum outline_kind { OUTLINE_VALUE, OUTLINE_MAPPING, OUTLINE_LIST };

struct outline_node {
    char *path; /* "store.ledger", "sites[2].drop"; "" for the whole document */
    char *name; /* last part of the path, as it was written; "" for an entry of a list */
    enum outline_kind kind;
    unsigned line; /* from 1 */
    bool is_empty; /* a value of nothing, not even quotes */
};

struct outline {
    struct outline_node *nodes; /* in the order of the file, parents first */
    size_t count;
    size_t capacity;
};

/* Adds to `problems` what it finds. STATUS_REFUSE when the file cannot be read as YAML to its
 * end (the reason is among the problems), STATUS_LATER on no memory; `outline` holds what was
 * read until then. */
enum status outline_read(const char *bytes, size_t length, struct outline *outline,
                         struct problems *problems, struct fault *fault);
void outline_done(struct outline *outline);

/* NULL when nothing of that path is in the file. */
const struct outline_node *outline_find(const struct outline *outline, const char *path);
/* The line of `path`, or of the closest thing above it that is in the file, or 1. */
unsigned outline_line(const struct outline *outline, const char *path);

#endif
