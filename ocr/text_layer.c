/* text_layer.c - see text_layer.h.
 *
 * The font is the one Tesseract installs for this purpose: one empty glyph, half an em wide. All
 * characters of the Basic Multilingual Plane are mapped to it (Identity-H, a CIDToGIDMap of ones)
 * and back to themselves (ToUnicode), so that searching and copying work in every viewer; what
 * lies beyond that plane is written as U+FFFD. A word is stretched (Tz) to the width of its box,
 * and its size is the height of its line, so that viewers see lines.
 *
 * Every word ends in a blank, but poppler drops blanks and looks at distances alone. Boxes as read
 * may touch or overlap, so a word is made shorter until GAP_EM is left before the next one. Where
 * that leaves nothing of the word, or presses its letters into each other, its size is lowered too,
 * for distances count in its em. No word's start is moved. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/text_layer.h"

enum {
    CHARACTERS = 65536,
    GLYPH_OF_ALL = 1,
    REPLACEMENT = 0xFFFD,
};

static const double GLYPH_WIDTH_EM = 0.5;
static const double STRETCH_MOST = 10000; /* percent */
/* Between words of a line. poppler sees a blank beyond 0.15 em (minWordSpacing) and a new line when
 * the next word starts more than 0.1 em (minDupBreakOverlap) before this one's end. */
static const double GAP_EM = 0.2;
/* Between the starts of a word's letters: equal ones less than 0.1 em apart (dupMaxPriDelta) are
 * one letter to poppler, painted twice to look bold. */
static const double PITCH_LEAST_EM = 0.125;

static const char to_unicode[] =
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
    "1 beginbfrange\n<0000> <FFFF> <0000>\nendbfrange\n"
    "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";

static qpdf_oh add_stream(qpdf_data pdf, const void *bytes, size_t length)
{
    qpdf_oh stream = qpdf_oh_new_stream(pdf);
    qpdf_oh_replace_stream_data(pdf, stream, bytes, length, qpdf_oh_new_null(pdf),
                                qpdf_oh_new_null(pdf));
    return stream;
}

static qpdf_oh add_glyph_map(qpdf_data pdf)
{
    size_t length = (size_t)CHARACTERS * 2;
    uint8_t *map = calloc(length, 1);
    if (map == NULL)
        return qpdf_oh_new_null(pdf);
    for (size_t i = 1; i < length; i += 2)
        map[i] = GLYPH_OF_ALL;
    qpdf_oh stream = add_stream(pdf, map, length);
    free(map);
    return stream;
}

qpdf_oh text_layer_add_font(qpdf_data pdf, const uint8_t *font, size_t length)
{
    qpdf_oh file = add_stream(pdf, font, length);
    qpdf_oh_replace_key(pdf, qpdf_oh_get_dict(pdf, file), "/Length1",
                        qpdf_oh_new_integer(pdf, (long long)length));
    qpdf_oh descriptor = qpdf_oh_parse(
        pdf, "<< /Type /FontDescriptor /FontName /GlyphLessFont /Flags 5 /Ascent 1000 "
             "/Descent -1 /CapHeight 1000 /ItalicAngle 0 /StemV 80 /FontBBox [0 0 500 1000] >>");
    qpdf_oh_replace_key(pdf, descriptor, "/FontFile2", file);
    qpdf_oh descendant = qpdf_oh_parse(
        pdf, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /GlyphLessFont /DW 500 "
             "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>");
    qpdf_oh_replace_key(pdf, descendant, "/CIDToGIDMap", add_glyph_map(pdf));
    qpdf_oh_replace_key(pdf, descendant, "/FontDescriptor",
                        qpdf_make_indirect_object(pdf, descriptor));
    qpdf_oh type0 = qpdf_oh_parse(pdf, "<< /Type /Font /Subtype /Type0 /BaseFont /GlyphLessFont "
                                       "/Encoding /Identity-H >>");
    qpdf_oh_replace_key(pdf, type0, "/DescendantFonts",
                        qpdf_oh_wrap_in_array(pdf, qpdf_make_indirect_object(pdf, descendant)));
    qpdf_oh_replace_key(pdf, type0, "/ToUnicode",
                        add_stream(pdf, to_unicode, sizeof to_unicode - 1));
    return qpdf_make_indirect_object(pdf, type0);
}

/* The word as hexadecimal codes with a blank behind it. */
static void append_codes(const char *word, struct text *content)
{
    size_t length = strlen(word);
    text_append(content, "<");
    for (size_t at = 0; at < length;) {
        uint32_t character = utf8_next(word, length, &at);
        text_append_format(content, "%04X", character < CHARACTERS ? character : REPLACEMENT);
    }
    text_append(content, "0020> Tj\n");
}

static unsigned count_characters(const char *word)
{
    unsigned characters = 0;
    size_t length = strlen(word);
    for (size_t at = 0; at < length; characters++)
        (void)utf8_next(word, length, &at);
    return characters;
}

/* How a word is written. */
struct fit {
    double width, size; /* px */
};

/* The word beside words[i], to be kept apart from it; NULL when there is none. Cells of a table that
 * are read as blocks of their own stand beside each other too. */
static const struct reading_word *find_beside(const struct reading_page *page, uint32_t i)
{
    if (i + 1 >= page->word_count)
        return NULL;
    const struct reading_word *next = &page->words[i + 1];
    const struct reading_box *one = &page->words[i].box, *two = &next->box;
    bool is_level = two->top < one->top + one->height && one->top < two->top + two->height;
    return page->words[i].break_after == READING_BREAK_NONE || is_level ? next : NULL;
}

/* Keeps GAP_EM free between the word and the start of `next`, and its letters apart. */
static struct fit fit_word(const struct reading_word *word, const struct reading_word *next,
                           int32_t line_size)
{
    struct fit fit = {.width = word->box.width > 0 ? word->box.width : 1, .size = line_size};
    if (next != NULL) {
        double room = (double)next->box.left - word->box.left;
        if (room > 0)
            fit.width = fmin(fit.width, fmax(room - GAP_EM * line_size, room / 4));
        // Behind the next word's start the two overlap, and that is seen when it is far enough.
        fit.size = fmin(fit.size, fabs(room - fit.width) / GAP_EM);
    }
    unsigned characters = count_characters(word->text);
    if (characters > 1)
        fit.size = fmin(fit.size, fmax(fit.width / (PITCH_LEAST_EM * characters), 1));
    return fit;
}

static void append_word(const struct reading_word *word, struct fit fit, int32_t line_bottom,
                        int32_t line_size, struct text *content)
{
    double natural = GLYPH_WIDTH_EM * fit.size * count_characters(word->text);
    double stretch = fmin(100 * fit.width / natural, STRETCH_MOST), scale = fit.size / line_size;
    text_append_format(content, "%.6f 0 0 -%.6f %d %d Tm %.2f Tz ", scale, scale, word->box.left,
                       line_bottom, stretch);
    append_codes(word->text, content);
}

/* Words first…end - 1 stand on one line. */
static void append_line(const struct reading_page *page, uint32_t first, uint32_t end,
                        struct text *content)
{
    int32_t top = INT32_MAX, bottom = 0, tallest = 1, lowest = INT32_MAX;
    for (uint32_t i = first; i < end; i++) {
        const struct reading_box *box = &page->words[i].box;
        tallest = box->height > tallest ? box->height : tallest;
        lowest = box->height < lowest ? box->height : lowest;
        top = box->top < top ? box->top : top;
        bottom = box->top + box->height > bottom ? box->top + box->height : bottom;
    }
    // On a page that lies askew a line climbs: its words then stand each on their own, or viewers
    // take the letters for larger than the gaps between them.
    bool is_askew = (bottom - top) * 4 > tallest * 5;
    int32_t upright = lowest * 3 > tallest ? lowest : tallest / 3 + 1;
    int32_t size = is_askew || bottom <= top ? upright : bottom - top;
    text_append_format(content, TEXT_LAYER_FONT " %d Tf\n", size);
    for (uint32_t i = first; i < end; i++) {
        const struct reading_word *word = &page->words[i];
        append_word(word, fit_word(word, find_beside(page, i), size),
                    is_askew ? word->box.top + word->box.height : bottom, size, content);
    }
}

void text_layer_append(const struct reading_page *page, struct affine to_user, struct text *content)
{
    if (page->word_count == 0)
        return;
    text_append_format(content, "q %.6f %.6f %.6f %.6f %.4f %.4f cm\nBT 3 Tr\n", to_user.a,
                       to_user.b, to_user.c, to_user.d, to_user.e, to_user.f);
    uint32_t first = 0;
    for (uint32_t i = 0; i < page->word_count; i++) {
        if (page->words[i].break_after == READING_BREAK_NONE && i + 1 < page->word_count)
            continue;
        append_line(page, first, i + 1, content);
        first = i + 1;
    }
    text_append(content, "ET Q\n");
}
