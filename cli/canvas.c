/* canvas.c - see canvas.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/canvas.h"

enum { PIECE_BYTES = 1024, EIGHTHS = 8 };

void canvas_init(struct canvas *canvas, size_t width, bool has_paints, bool has_blocks)
{
    memset(canvas, 0, sizeof *canvas);
    canvas->width = width;
    canvas->has_paints = has_paints;
    canvas->has_blocks = has_blocks;
}

void canvas_done(struct canvas *canvas)
{
    for (size_t i = 0; i < canvas->count; i++)
        text_done(&canvas->lines[i]);
    canvas->count = 0;
}

void canvas_line(struct canvas *canvas)
{
    if (canvas->count < CANVAS_LINES_MOST)
        canvas->used[canvas->count++] = 0;
}

static struct text *line_of(struct canvas *canvas)
{
    return &canvas->lines[canvas->count - 1];
}

static void begin_paint(struct canvas *canvas, enum paint paint)
{
    if (canvas->has_paints && paint != PAINT_NONE)
        text_append(line_of(canvas), terminal_paint(stdout, paint));
}

static void end_paint(struct canvas *canvas, enum paint paint)
{
    if (canvas->has_paints && paint != PAINT_NONE)
        text_append(line_of(canvas), terminal_paint(stdout, PAINT_NONE));
}

/* As many letters as there is room for; the last one becomes … when some are left out. */
static void append_cut(struct canvas *canvas, const char *words)
{
    size_t *used = &canvas->used[canvas->count - 1];
    size_t room = *used < canvas->width ? canvas->width - *used : 0;
    size_t columns = string_columns(words);
    size_t length = strlen(words);
    size_t position = 0;
    if (columns <= room) {
        text_append(line_of(canvas), words);
        *used += columns;
        return;
    }
    for (size_t i = 0; i + 1 < room; i++)
        (void)utf8_next(words, length, &position);
    text_append_bytes(line_of(canvas), words, position);
    if (room > 0)
        text_append(line_of(canvas), canvas->has_blocks ? "…" : "~");
    *used += room;
}

void canvas_put(struct canvas *canvas, enum paint paint, const char *format, ...)
{
    char piece[PIECE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (canvas->count == 0)
        return;
    begin_paint(canvas, paint);
    append_cut(canvas, piece);
    end_paint(canvas, paint);
}

void canvas_move(struct canvas *canvas, size_t column)
{
    if (canvas->count == 0)
        return;
    size_t *used = &canvas->used[canvas->count - 1];
    for (; *used < column && *used < canvas->width; (*used)++)
        text_append_char(line_of(canvas), ' ');
}

void canvas_put_right(struct canvas *canvas, size_t column, enum paint paint, const char *words)
{
    size_t columns = string_columns(words);
    canvas_move(canvas, column > columns ? column - columns : 0);
    canvas_put(canvas, paint, "%s", words);
}

static const char *block(const struct canvas *canvas, size_t eighths)
{
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    if (!canvas->has_blocks)
        return eighths >= EIGHTHS / 2 ? "#" : "";
    return blocks[eighths];
}

void canvas_bar(struct canvas *canvas, enum paint paint, double share, size_t width)
{
    if (share < 0)
        share = 0;
    size_t eighths = share >= 1 ? width * EIGHTHS : (size_t)(share * (double)(width * EIGHTHS));
    if (share > 0 && eighths == 0)
        eighths = canvas->has_blocks ? 1 : EIGHTHS / 2; // a little is not nothing
    struct text filled = {0};
    struct text ground = {0};
    for (size_t i = 0; i < eighths / EIGHTHS; i++)
        text_append(&filled, block(canvas, EIGHTHS));
    text_append(&filled, block(canvas, eighths % EIGHTHS));
    for (size_t i = string_columns(text_string(&filled)); i < width; i++)
        text_append(&ground, canvas->has_blocks ? "·" : ".");
    canvas_put(canvas, paint, "%s", text_string(&filled));
    canvas_put(canvas, PAINT_DIM, "%s", text_string(&ground));
    text_done(&filled);
    text_done(&ground);
}

void canvas_chart(struct canvas *canvas, enum paint paint, const int64_t *values, size_t count)
{
    static const char *const high[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {"_", "_", ".", ".", "-", "-", "=", "#"};
    int64_t most = 1;
    struct text chart = {0};
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < count; i++) {
        size_t level = (size_t)(values[i] * (EIGHTHS - 1) / most);
        text_append(&chart, values[i] == 0 ? (canvas->has_blocks ? "·" : ".")
                                           : (canvas->has_blocks ? high : plain)[level]);
    }
    canvas_put(canvas, paint, "%s", text_string(&chart));
    text_done(&chart);
}

/* One cell of a column that is `eighths` high, in the line that begins at `floor` eighths. */
static const char *cell(const struct canvas *canvas, size_t eighths, size_t floor)
{
    static const char *const high[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    size_t above = eighths > floor ? eighths - floor : 0;
    if (!canvas->has_blocks)
        return above >= EIGHTHS / 2 ? "#" : " ";
    return high[above < EIGHTHS ? above : EIGHTHS];
}

static void append_chart_line(struct canvas *canvas, const int64_t *values, size_t count,
                              size_t floor, size_t height, size_t step, int64_t most,
                              struct text *line)
{
    for (size_t i = 0; i < count; i++) {
        size_t eighths = (size_t)(values[i] * (int64_t)(height * EIGHTHS) / most);
        if (values[i] > 0 && eighths == 0)
            eighths = 1;
        for (size_t column = 0; column + 1 < step; column++)
            text_append(line, cell(canvas, eighths, floor));
        text_append_char(line, ' ');
    }
}

void canvas_high_chart(struct canvas *canvas, enum paint paint, const int64_t *values, size_t count,
                       size_t height, size_t step)
{
    int64_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < height; i++) {
        struct text line = {0};
        bool has_label = i == 0 || (i == height / 2 && most > 1);
        append_chart_line(canvas, values, count, (height - 1 - i) * EIGHTHS, height, step, most,
                          &line);
        canvas_line(canvas);
        if (has_label)
            canvas_put(canvas, PAINT_DIM, "%6lld ",
                       (long long)(most * (int64_t)(height - i) / (int64_t)height));
        canvas_move(canvas, 7);
        canvas_put(canvas, PAINT_DIM, "%s", canvas->has_blocks ? "│" : "|");
        canvas_put(canvas, paint, "%s", text_string(&line));
        text_done(&line);
    }
}

void canvas_rule(struct canvas *canvas, size_t width)
{
    struct text rule = {0};
    for (size_t i = 0; i < width; i++)
        text_append(&rule, canvas->has_blocks ? "─" : "-");
    canvas_put(canvas, PAINT_DIM, "%s", text_string(&rule));
    text_done(&rule);
}

/* A line of another canvas, whose columns are known, behind what stands in the newest line. */
static void append_line(struct canvas *canvas, const struct canvas *part, size_t line)
{
    text_append(line_of(canvas), text_string(&part->lines[line]));
    canvas->used[canvas->count - 1] += part->used[line];
}

void canvas_beside(struct canvas *canvas, const struct canvas *left, const struct canvas *right)
{
    size_t lines = left->count > right->count ? left->count : right->count;
    for (size_t i = 0; i < lines && canvas->count < CANVAS_LINES_MOST; i++) {
        canvas_line(canvas);
        if (i < left->count)
            append_line(canvas, left, i);
        canvas_move(canvas, left->width + 1);
        canvas_put(canvas, PAINT_DIM, "%s", canvas->has_blocks ? "│" : "|");
        canvas_move(canvas, left->width + 3);
        if (i < right->count)
            append_line(canvas, right, i);
    }
}

void canvas_below(struct canvas *canvas, const struct canvas *part)
{
    for (size_t i = 0; i < part->count && canvas->count < CANVAS_LINES_MOST; i++) {
        canvas_line(canvas);
        append_line(canvas, part, i);
    }
}
