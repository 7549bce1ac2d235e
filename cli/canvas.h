/* canvas.h - lines of a page that is drawn anew: pieces with a paint, bars and small charts, each
 * line cut at the canvas's width.
 *
 * Knows columns, not bytes: paints take none. Without UTF-8 in the locale, bars are drawn in ASCII. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_CANVAS_H
#define CLI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "cli/terminal.h"

enum { CANVAS_LINES_MOST = 200 };

struct canvas {
    struct text lines[CANVAS_LINES_MOST];
    size_t used[CANVAS_LINES_MOST]; /* columns of each */
    size_t count;
    size_t width; /* columns */
    bool has_paints;
    bool has_blocks; /* block characters can be shown */
};

/* {0} but for the width and what the terminal can do; canvas_done() frees the lines. */
void canvas_init(struct canvas *canvas, size_t width, bool has_paints, bool has_blocks);
void canvas_done(struct canvas *canvas);

/* Begins a line; what follows goes to it. Beyond CANVAS_LINES_MOST nothing is added. */
void canvas_line(struct canvas *canvas);
void canvas_put(struct canvas *canvas, enum paint paint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Blanks up to `column` of the line. */
void canvas_move(struct canvas *canvas, size_t column);
/* So that it ends at `column`. */
void canvas_put_right(struct canvas *canvas, size_t column, enum paint paint, const char *words);
/* `share` (0 to 1) of `width` columns filled, in eighths; the rest a faint ground. */
void canvas_bar(struct canvas *canvas, enum paint paint, double share, size_t width);
/* A column for each value, as high as its share of the largest. */
void canvas_chart(struct canvas *canvas, enum paint paint, const int64_t *values, size_t count);
/* The same over `height` lines of their own, each value `step` columns wide, behind a scale. */
void canvas_high_chart(struct canvas *canvas, enum paint paint, const int64_t *values, size_t count,
                       size_t height, size_t step);
/* The whole line, or up to `width` columns, of a rule. */
void canvas_rule(struct canvas *canvas, size_t width);

/* Puts `right` beside `left` with a rule between; both are kept. `left` is padded to its width. */
void canvas_beside(struct canvas *canvas, const struct canvas *left, const struct canvas *right);
/* The lines of `part` below. */
void canvas_below(struct canvas *canvas, const struct canvas *part);

#endif
