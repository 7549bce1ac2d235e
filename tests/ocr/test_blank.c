/* test_blank.c - what shines through, punch holes, staples, edges and streaks leave a page blank; a
 * stroke of a pen or a faint pencil, a word, a page's number do not. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <allheaders.h>
#include <cmocka.h>
#include <math.h>

#include "ocr/blank.h"

enum { DPI = 200, PAPER = 235, FONT_SIZE = 20 };

static int px(double mm)
{
    return (int)lround(mm * DPI / 25.4);
}

/* A4 of even light. */
static PIX *sheet_new(void)
{
    PIX *page = pixCreate(px(210), px(297), 8);
    assert_non_null(page);
    pixSetAllArbitrary(page, PAPER);
    return page;
}

static void draw_line(PIX *page, double x, double y, double to_x, double to_y, double wide,
                      int grey)
{
    PTA *line = generatePtaWideLine(px(x), px(y), px(to_x), px(to_y), px(wide));
    for (int i = 0; i < ptaGetCount(line); i++) {
        int at_x = 0, at_y = 0;
        ptaGetIPt(line, i, &at_x, &at_y);
        if (at_x >= 0 && at_y >= 0 && at_x < pixGetWidth(page) && at_y < pixGetHeight(page))
            pixSetPixel(page, at_x, at_y, (l_uint32)grey);
    }
    ptaDestroy(&line);
}

/* Between two radii, in mm. */
static void draw_ring(PIX *page, double x, double y, double inner, double outer, int grey)
{
    for (int down = px(y - outer); down <= px(y + outer); down++)
        for (int across = px(x - outer); across <= px(x + outer); across++) {
            double distance = hypot(across - px(x), down - px(y));
            if (distance >= px(inner) && distance <= px(outer))
                pixSetPixel(page, across, down, (l_uint32)grey);
        }
}

static void draw_words(PIX *page, const char *words, double x, double y, int grey)
{
    L_BMF *font = bmfCreate(NULL, FONT_SIZE);
    assert_non_null(font);
    assert_int_equal(pixSetTextline(page, font, words, (l_uint32)grey, px(x), px(y), NULL, NULL),
                     0);
    bmfDestroy(&font);
}

static void nothing(PIX *page)
{
    (void)page;
}

static void shine_through(PIX *page)
{
    for (int line = 0; line < 30; line++)
        draw_words(page, "hiermit lege ich gegen den Bescheid Widerspruch ein", 25, 60 + 6 * line,
                   PAPER * 86 / 100);
}

static void holes(PIX *page)
{
    draw_ring(page, 198, 108, 0, 3, 20);
    draw_ring(page, 198, 188, 0, 3, 20);
}

static void rims_of_holes(PIX *page)
{
    draw_ring(page, 12, 108, 2.7, 3.1, 150);
    draw_ring(page, 12, 188, 2.7, 3.1, 190);
}

/* Some 40 degrees of a hole's rim. */
static void draw_piece(PIX *page, double x, double y)
{
    for (double angle = -0.3; angle < 0.4; angle += 0.02)
        for (double radius = 2.6; radius < 3.2; radius += 0.1)
            pixSetPixel(page, px(x + radius * cos(angle)), px(y + radius * sin(angle)), 130);
}

/* Of four holes, on a sheet that was fed a little too low. */
static void pieces_of_rims(PIX *page)
{
    draw_piece(page, 13, 31.5);
    draw_piece(page, 13, 271.5);
}

static void prick_at_the_margin(PIX *page)
{
    draw_ring(page, 195, 9.6, 0, 0.9, 60);
}

static void staple(PIX *page)
{
    draw_line(page, 190, 12, 199, 17, 0.5, 80);
}

static void bed(PIX *page)
{
    for (int i = 0; i < 10; i++)
        draw_line(page, 0.9 * i, 0, 0.9 * i - 4, 297, 1, 10);
}

static void streak(PIX *page)
{
    draw_line(page, 70, 0, 70, 297, 0.1, 150);
}

/* Seen as dark as a pencil only where a line shines through. */
static void faint_streak(PIX *page)
{
    draw_line(page, 140, 0, 140, 297, 0.4, PAPER * 85 / 100);
    for (int line = 0; line < 8; line++)
        draw_line(page, 140, 60 + 20 * line, 140, 65 + 20 * line, 0.4, PAPER * 70 / 100);
}

static void dust(PIX *page)
{
    for (int i = 0; i < 60; i++)
        draw_ring(page, 10 + i * 37 % 190, 10 + i * 83 % 270, 0, 0.2, 60);
}

static void fold(PIX *page)
{
    draw_line(page, 0, 99, 210, 99.5, 0.6, PAPER * 92 / 100);
}

static void pencil(PIX *page)
{
    draw_line(page, 60, 120, 120, 131, 0.4, PAPER * 78 / 100);
}

static void pencil_tick(PIX *page)
{
    draw_line(page, 100, 60, 103, 64, 0.4, PAPER * 75 / 100);
    draw_line(page, 103, 64, 109, 55, 0.4, PAPER * 75 / 100);
}

static void pen(PIX *page)
{
    draw_line(page, 30, 250, 55, 240, 0.5, 60);
}

static void number_of_page(PIX *page)
{
    draw_words(page, "- 2 -", 102, 284, 40);
}

static void word(PIX *page)
{
    draw_words(page, "Anlage", 25, 20, 90);
}

static void piece_of_a_ring_in_the_text(PIX *page)
{
    draw_piece(page, 60, 108.5);
}

static void ring_in_the_middle(PIX *page)
{
    draw_ring(page, 105, 150, 2.7, 3.1, 60);
}

static bool is_blank(PIX *page, bool is_bilevel)
{
    struct survey survey = {0};
    PIX *bits = is_bilevel ? pixThresholdToBinary(page, 150) : pixClone(page);
    assert_int_equal(survey_init(bits, DPI, &survey, NULL), STATUS_OK);
    bool answer = blank_page(&survey, is_bilevel ? NULL : page, DPI);
    survey_done(&survey);
    pixDestroy(&bits);
    return answer;
}

typedef void draw(PIX *page);

/* Each alone, and all that is nothing together with it. */
static const struct {
    const char *name;
    draw *draw;
    bool is_blank;
    bool is_bilevel; /* dark enough to be seen in black and white */
} cases[] = {
    {"nothing",               nothing,                     true,  true },
    {"what shines through",   shine_through,               true,  true },
    {"punch holes",           holes,                       true,  true },
    {"rims of punch holes",   rims_of_holes,               true,  true },
    {"pieces of rims",        pieces_of_rims,              true,  true },
    {"a staple",              staple,                      true,  true },
    {"a prick at the margin", prick_at_the_margin,         true,  true },
    {"the bed, askew",        bed,                         true,  true },
    {"a streak",              streak,                      true,  true },
    {"a faint streak",        faint_streak,                true,  false},
    {"dust",                  dust,                        true,  true },
    {"a fold",                fold,                        true,  true },
    {"a faint pencil line",   pencil,                      false, false},
    {"a faint pencil tick",   pencil_tick,                 false, false},
    {"a stroke of a pen",     pen,                         false, true },
    {"a page's number",       number_of_page,              false, true },
    {"a word",                word,                        false, true },
    {"a ring in the middle",  ring_in_the_middle,          false, true },
    {"a piece of a ring",     piece_of_a_ring_in_the_text, false, true },
};

static void check_all(bool with_all, bool is_bilevel)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_last_blank = cases[i].is_blank && !cases[i + 1].is_blank;
        if ((is_bilevel && !cases[i].is_bilevel) ||
            (with_all && cases[i].is_blank && !is_last_blank))
            continue;
        PIX *page = sheet_new();
        for (size_t other = 0; with_all && other < i; other++)
            if (cases[other].is_blank)
                cases[other].draw(page);
        cases[i].draw(page);
        if (is_blank(page, is_bilevel) != cases[i].is_blank)
            fail_msg("%s (%s, %s)", cases[i].name, is_bilevel ? "black and white" : "grey",
                     with_all ? "with all before" : "alone");
        pixDestroy(&page);
    }
}

static void marks_are_told_from_what_blank_backs_have(void **state)
{
    (void)state;
    check_all(false, false);
    check_all(false, true);
}

static void nothing_of_it_hides_a_mark(void **state)
{
    (void)state;
    check_all(true, false);
    check_all(true, true);
}

static void a_small_picture_is_looked_at_as_well(void **state)
{
    (void)state;
    PIX *page = pixCreate(60, 40, 8);
    pixSetAllArbitrary(page, PAPER);
    assert_false(is_blank(page, false)); // too small to tell edge from middle: in doubt, not blank
    pixDestroy(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_told_from_what_blank_backs_have),
        cmocka_unit_test(nothing_of_it_hides_a_mark),
        cmocka_unit_test(a_small_picture_is_looked_at_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
