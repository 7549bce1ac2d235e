/* unread.c - see unread.h.
 *
 * How large letters are is known from the words that were read. What is left of the ink when the
 * sure ones of these are taken away is letters, and specks, drawings and signatures: letters are
 * those pieces that are about as large and stand in a row. Each row is read as a line, at a higher
 * resolution than the page was where the scan has it; small print gains most by that.
 *
 * What is made of a row that had no words counts when the model is sure of it. Where doubtful words
 * stood, the surer reading stays. Numbers of cases are left alone: they have alternatives
 * (number_zones.h).
 *
 * A line found beside another one, in the same row, goes on with it or comes before it, so that a
 * price follows what it is asked for; any other one stands by itself, below what is above it. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/number_zones.h"
#include "ocr/ruling.h"
#include "ocr/unread.h"

enum {
    WORDS_LEAST = 5,     /* to know the size of letters by */
    LETTERS_MOST = 4000, /* left over: more is no print */
    LETTERS_IN_LINE = 2,
    BAR_LETTERS_LEAST = 3,
    IN_VAIN_MOST = 16, /* lines that turned out to be no text before the rest is left */
    FINE_DPI = 300,    /* at which lines are read, where the page is as fine as that */
    COVER_PX = 1,      /* around words */
};

/* In heights of the page's words. */
static const double LETTER_LEAST = 0.3, LETTER_MOST = 2.5;
/* Wider pieces are letters that an underline joins; or rules, when they are lower than that. */
static const double JOINED_WIDTH = 3, JOINED_LEAST = 0.8;
static const double BAR_WIDTH_LEAST = 3, BAR_LEAST = 0.8, BAR_MOST = 6;
static const double BAR_INK_LEAST = 0.5; /* of its area */
static const double BAR_LETTER = 0.5;    /* of its height are letters high, more or less */
static const double GAP_MOST = 1.5, MARGIN = 0.35;
static const double ROW_OVERLAP = 0.5; /* of the lower one's height */
static const double SAME_INK = 0.3;    /* of the smaller one of a line and a word */
static const double BETTER = 1.05;     /* than what is to be replaced */
/* Words below IN_DOUBT get a second look. What is found where none were must be SURE, and where
 * others stood LIKELY on the average, without its DOUBTFUL words. */
static const float IN_DOUBT = 0.85F, SURE = 0.75F, LIKELY = 0.6F, DOUBTFUL = 0.25F;

static int compare_numbers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The median of the words' heights; 0 where there are too few. */
static int word_height(const struct word_list *list)
{
    int *heights = list->count < WORDS_LEAST ? NULL : malloc(list->count * sizeof *heights);
    if (heights == NULL)
        return 0;
    for (uint32_t i = 0; i < list->count; i++)
        heights[i] = list->words[i].box.height;
    qsort(heights, list->count, sizeof *heights, compare_numbers);
    int median = heights[list->count / 2];
    free(heights);
    return median;
}

/* Numbers had a second look of their own. */
static bool is_in_doubt(const struct reading_word *word)
{
    return word->confidence < IN_DOUBT && !number_zones_want(word->text, word->confidence);
}

/* The ink that no sure word covers. NULL: no memory. */
static PIX *uncovered(PIX *bits, const struct word_list *list)
{
    PIX *rest = pixCopy(NULL, bits);
    for (uint32_t i = 0; rest != NULL && i < list->count; i++) {
        struct reading_box box = list->words[i].box;
        if (is_in_doubt(&list->words[i]))
            continue;
        BOX *area = boxCreate(box.left - COVER_PX, box.top - COVER_PX, box.width + 2 * COVER_PX,
                              box.height + 2 * COVER_PX);
        if (area == NULL)
            pixDestroy(&rest);
        else
            pixClearInRect(rest, area);
        boxDestroy(&area);
    }
    return rest;
}

/* How many rows of pixels two boxes share. */
static int shared_rows(struct reading_box a, struct reading_box b)
{
    int top = a.top > b.top ? a.top : b.top;
    int bottom = a.top + a.height < b.top + b.height ? a.top + a.height : b.top + b.height;
    return bottom - top;
}

/* The same as a part of the lower one's height. */
static double row_overlap(struct reading_box a, struct reading_box b)
{
    int lower = a.height < b.height ? a.height : b.height;
    return lower <= 0 ? 0 : (double)shared_rows(a, b) / lower;
}

static struct reading_box both(struct reading_box a, struct reading_box b)
{
    int left = a.left < b.left ? a.left : b.left, top = a.top < b.top ? a.top : b.top;
    int right = a.left + a.width > b.left + b.width ? a.left + a.width : b.left + b.width;
    int bottom = a.top + a.height > b.top + b.height ? a.top + a.height : b.top + b.height;
    return (struct reading_box){left, top, right - left, bottom - top};
}

static int gap_between(struct reading_box left, struct reading_box right)
{
    return right.left - left.left - left.width;
}

/* Letters in a row, as they are gathered from left to right. */
struct row {
    struct reading_box box;
    unsigned letters;
};

struct rows {
    struct row *list;
    unsigned count;
};

static void add_letter(struct rows *rows, struct reading_box letter, double height)
{
    struct row *best = NULL;
    for (unsigned i = 0; i < rows->count; i++) {
        struct row *row = &rows->list[i];
        if (gap_between(row->box, letter) > GAP_MOST * height ||
            row_overlap(row->box, letter) < ROW_OVERLAP)
            continue;
        // A comma below the line is no line of its own for what follows.
        if (best == NULL || shared_rows(row->box, letter) > shared_rows(best->box, letter))
            best = row;
    }
    unsigned letters = letter.width > JOINED_WIDTH * height ? LETTERS_IN_LINE : 1;
    if (best == NULL)
        rows->list[rows->count++] = (struct row){letter, letters};
    else
        *best = (struct row){both(best->box, letter), best->letters + letters};
}

static struct reading_box box_at(BOXA *boxes, int index)
{
    l_int32 left = 0, top = 0, width = 0, height = 0;
    boxaGetBoxGeometry(boxes, index, &left, &top, &width, &height);
    return (struct reading_box){left, top, width, height};
}

static bool is_letter(struct reading_box box, double height)
{
    double least = box.width > JOINED_WIDTH * height ? JOINED_LEAST : LETTER_LEAST;
    return box.height >= least * height && box.height <= LETTER_MOST * height;
}

static int compare_tops(const void *a, const void *b)
{
    return ((const struct unread_line *)a)->box.top - ((const struct unread_line *)b)->box.top;
}

static void add_line(struct unread *unread, struct reading_box box, bool is_white)
{
    if (unread->count < UNREAD_LINES_MOST)
        unread->lines[unread->count++] = (struct unread_line){box, is_white};
}

static void take_rows(const struct rows *rows, double height, struct unread *unread)
{
    for (unsigned i = 0; i < rows->count; i++)
        if (rows->list[i].letters >= LETTERS_IN_LINE &&
            rows->list[i].box.height <= LETTER_MOST * height)
            add_line(unread, rows->list[i].box, false);
}

/* Whether the piece is black with holes that may be letters. False also when memory is out. */
static bool is_bar(PIX *rest, struct reading_box box, double height)
{
    if (box.width < BAR_WIDTH_LEAST * height || box.height < BAR_LEAST * height ||
        box.height > BAR_MOST * height)
        return false;
    l_int32 ink = 0;
    int letters = 0;
    BOX *area = boxCreate(box.left, box.top, box.width, box.height);
    PIX *bar = area == NULL ? NULL : pixClipRectangle(rest, area, NULL);
    if (bar != NULL && pixCountPixels(bar, &ink, NULL) == 0 &&
        ink >= BAR_INK_LEAST * box.width * box.height && pixInvert(bar, bar) != NULL) {
        BOXA *holes = pixConnCompBB(bar, 8);
        for (int i = 0; holes != NULL && i < boxaGetCount(holes); i++)
            letters += is_letter(box_at(holes, i), box.height * BAR_LETTER);
        boxaDestroy(&holes);
    }
    pixDestroy(&bar);
    boxDestroy(&area);
    return letters >= BAR_LETTERS_LEAST;
}

/* The pieces that may be letters, from left to right; bars become lines. NULL: no memory. */
static BOXA *letters_of(PIX *rest, BOXA *pieces, double height, struct unread *unread)
{
    BOXA *letters = boxaCreate(0);
    for (int i = 0; letters != NULL && i < boxaGetCount(pieces); i++)
        if (is_bar(rest, box_at(pieces, i), height))
            add_line(unread, box_at(pieces, i), true);
        else if (is_letter(box_at(pieces, i), height))
            boxaAddBox(letters, boxaGetBox(pieces, i, L_CLONE), L_INSERT);
    if (letters == NULL || boxaGetCount(letters) == 0)
        return letters;
    BOXA *sorted = boxaSort(letters, L_SORT_BY_X, L_SORT_INCREASING, NULL);
    boxaDestroy(&letters);
    return sorted;
}

static bool find_rows(BOXA *letters, double height, struct unread *unread)
{
    int count = boxaGetCount(letters);
    struct rows rows = {.list = calloc((size_t)count + 1, sizeof *rows.list)};
    for (int i = 0; rows.list != NULL && count <= LETTERS_MOST && i < count; i++)
        add_letter(&rows, box_at(letters, i), height);
    if (rows.list == NULL)
        return false;
    take_rows(&rows, height, unread);
    free(rows.list);
    return true;
}

bool unread_find(PIX *bits, const struct word_list *list, struct unread *ret_unread)
{
    *ret_unread = (struct unread){.count = 0};
    double height = word_height(list);
    if (height <= 0)
        return true;
    PIX *rest = uncovered(bits, list);
    BOXA *pieces = rest == NULL ? NULL : pixConnCompBB(rest, 8);
    BOXA *letters = pieces == NULL ? NULL : letters_of(rest, pieces, height, ret_unread);
    bool good = letters != NULL && find_rows(letters, height, ret_unread);
    qsort(ret_unread->lines, ret_unread->count, sizeof ret_unread->lines[0], compare_tops);
    pixDestroy(&rest);
    boxaDestroy(&pieces);
    boxaDestroy(&letters);
    return good;
}

/* A line of the list, and its words. */
struct line {
    struct reading_box box;
    uint32_t first, last;
};

static struct line line_from(const struct word_list *list, uint32_t first)
{
    struct line line = {list->words[first].box, first, first};
    while (line.last + 1 < list->count && list->words[line.last].break_after == READING_BREAK_NONE)
        line.box = both(line.box, list->words[++line.last].box);
    return line;
}

static double middle(struct reading_box box)
{
    return box.left + box.width / 2.0;
}

/* Where a line that was found goes: in which place, and on which line's side. */
struct target {
    uint32_t place;
    bool goes_on, is_followed; /* the line before it goes on; the line behind it is the same one */
};

static struct target target_of(const struct word_list *list, struct reading_box box)
{
    struct target target = {0};
    double nearest = INFINITY;
    int lowest = -1;
    for (uint32_t first = 0; first < list->count;) {
        struct line line = line_from(list, first);
        double distance = fabs(middle(line.box) - middle(box)) - line.box.width / 2.0;
        if (row_overlap(line.box, box) >= ROW_OVERLAP && distance < nearest) {
            bool is_behind = middle(box) > middle(line.box);
            nearest = distance;
            target = (struct target){is_behind ? line.last + 1 : line.first, is_behind, !is_behind};
        } else if (isinf(nearest) && line.box.top < box.top && line.box.top >= lowest) {
            lowest = line.box.top;
            target = (struct target){.place = line.last + 1};
        }
        first = line.last + 1;
    }
    return target;
}

/* The words of one line that was found go into the list. */
static void put(struct word_list *list, const struct word_list *found, struct target target)
{
    uint8_t end = READING_BREAK_BLOCK;
    if (target.goes_on) {
        end = list->words[target.place - 1].break_after;
        list->words[target.place - 1].break_after = READING_BREAK_NONE;
    }
    for (uint32_t i = 0; i < found->count; i++) {
        struct reading_word *word = word_list_insert(list, target.place + i, found->words[i].text);
        if (word == NULL)
            return;
        bool is_last = i + 1 == found->count;
        word->box = found->words[i].box;
        word->confidence = found->words[i].confidence;
        word->from = found->words[i].from;
        word->break_after = is_last && !target.is_followed ? end : READING_BREAK_NONE;
    }
}

static bool has_text(const char *text)
{
    for (; *text != '\0'; text++)
        if (isalnum((unsigned char)*text) || (unsigned char)*text >= 0xC0)
            return true;
    return false;
}

/* A piece of the page while it is being read. */
struct piece {
    struct reading_box area; /* of the picture */
    double scale;            /* of the piece, against the picture */
};

static void take_word(TessResultIterator *results, const struct piece *piece,
                      struct word_list *found)
{
    const TessPageIterator *at = TessResultIteratorGetPageIteratorConst(results);
    float confidence = TessResultIteratorConfidence(results, RIL_WORD) / 100;
    char *text = TessResultIteratorGetUTF8Text(results, RIL_WORD);
    int left = 0, top = 0, right = 0, bottom = 0;
    struct reading_word *word = NULL;
    if (text != NULL && has_text(text) &&
        TessPageIteratorBoundingBox(at, RIL_WORD, &left, &top, &right, &bottom))
        word = word_list_add(found, text);
    TessDeleteText(text);
    if (word == NULL)
        return;
    const struct affine to_picture = {1 / piece->scale, 0, 0, 1 / piece->scale, piece->area.left,
                                      piece->area.top};
    word->box = affine_box(to_picture, (struct reading_box){left, top, right - left, bottom - top});
    word->confidence = confidence < 0 ? 0 : confidence > 1 ? 1 : confidence;
    word->from = READING_SOURCE_OCR;
}

static void take_words(TessBaseAPI *api, const struct piece *piece, struct word_list *found)
{
    TessResultIterator *results = TessBaseAPIGetIterator(api);
    if (results == NULL)
        return;
    do {
        take_word(results, piece, found);
    } while (TessResultIteratorNext(results, RIL_WORD));
    TessResultIteratorDelete(results);
}

/* The line as the page shows it, black on white. NULL: no memory. */
static PIX *cut_out(const struct unread_line *line, const struct original *original,
                    const struct piece *piece, int dpi)
{
    PIX *pix = original_piece(original, piece->area, piece->scale);
    bool good = pix != NULL && (!line->is_white || pixInvert(pix, pix) != NULL) &&
                ruling_erase_rules(pix, dpi, NULL) == STATUS_OK;
    if (!good)
        pixDestroy(&pix);
    return pix;
}

/* What stands in `line`, with boxes of the whole picture. */
static void read_line(const struct unread_line *line, TessBaseAPI *api,
                      const struct original *original, int dpi, struct word_list *found)
{
    struct reading_box box = line->box;
    int margin = line->is_white ? 0 : (int)lround(MARGIN * box.height) + 1;
    const struct piece piece = {
        .area = {box.left - margin, box.top - margin, box.width + 2 * margin,
                 box.height + 2 * margin},
        .scale = fmax(1, fmin(original->dpi, FINE_DPI) / dpi),
    };
    int fine_dpi = (int)lround(dpi * piece.scale);
    PIX *pix = cut_out(line, original, &piece, fine_dpi);
    if (pix == NULL) {
        found->failed = true;
        return;
    }
    TessBaseAPISetImage2(api, pix);
    TessBaseAPISetSourceResolution(api, fine_dpi);
    if (TessBaseAPIRecognize(api, NULL) == 0)
        take_words(api, &piece, found);
    pixDestroy(&pix);
}

/* What a word counts when two readings of the same ink are weighed. */
static double worth(const struct reading_word *word)
{
    return (double)word->confidence * (double)strlen(word->text);
}

static double area_of(struct reading_box box)
{
    return (double)box.width * box.height;
}

/* Whether a word in doubt was made of the ink of a line. */
static bool is_of_line(const struct reading_word *word, struct reading_box line)
{
    struct reading_box around = both(word->box, line);
    double across = (double)word->box.width + line.width - around.width;
    double down = (double)word->box.height + line.height - around.height;
    double smaller = fmin(area_of(word->box), area_of(line));
    return is_in_doubt(word) && across > 0 && down > 0 && across * down >= SAME_INK * smaller;
}

/* The first doubtful word of the line; the list's count when there is none. */
static uint32_t first_of_line(const struct word_list *list, struct reading_box line)
{
    uint32_t first = 0;
    while (first < list->count && !is_of_line(&list->words[first], line))
        first++;
    return first;
}

/* What was found, in the place of the line's doubtful words, of which `first` is the first. */
static void replace(struct word_list *list, const struct word_list *found, struct reading_box line,
                    uint32_t first)
{
    uint32_t before = list->count;
    put(list, found, (struct target){.place = first, .is_followed = true});
    uint32_t behind = first + list->count - before;
    for (uint32_t i = list->count; i-- > behind;)
        if (is_of_line(&list->words[i], line))
            word_list_remove(list, i);
}

static void drop_below(struct word_list *found, float least)
{
    for (uint32_t i = found->count; i-- > 0;)
        if (found->words[i].confidence < least)
            word_list_remove(found, i);
}

/* Puts the words of a line into the list, if they are better than what is there. */
static bool take_line(struct reading_box line, struct word_list *found, struct word_list *list)
{
    uint32_t first = first_of_line(list, line);
    bool is_new = first == list->count;
    double before = 0, after = 0, letters = 0;
    drop_below(found, is_new ? SURE : DOUBTFUL);
    for (uint32_t i = first; i < list->count; i++)
        before += is_of_line(&list->words[i], line) ? worth(&list->words[i]) : 0;
    for (uint32_t i = 0; i < found->count; i++) {
        after += worth(&found->words[i]);
        letters += (double)strlen(found->words[i].text);
    }
    if (after <= before * BETTER || after < letters * (double)LIKELY)
        return false;
    if (is_new)
        put(list, found, target_of(list, line));
    else
        replace(list, found, line, first);
    return true;
}

bool unread_read(const struct unread *unread, TessBaseAPI *api, const struct original *original,
                 int dpi, const struct time_limit *limit, struct word_list *list)
{
    unsigned in_vain = 0;
    bool good = true;
    TessBaseAPISetPageSegMode(api, PSM_SINGLE_LINE);
    for (unsigned i = 0; good && i < unread->count && in_vain < IN_VAIN_MOST; i++) {
        struct word_list found = {0};
        if (time_limit_is_over(limit))
            break;
        read_line(&unread->lines[i], api, original, dpi, &found);
        in_vain += !take_line(unread->lines[i].box, &found, list);
        good = !found.failed && !list->failed;
        word_list_done(&found);
    }
    return good;
}
