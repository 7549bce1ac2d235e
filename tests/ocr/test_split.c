/* test_split.c - sheets and stickers part a scan as they say, blank pages are set aside, and every
 * page ends in exactly one way; codes are found where they are, and none where none is. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "base/code128.h"
#include "base/sheet.h"
#include "ocr/code_edges.h"
#include "ocr/codes.h"
#include "ocr/preview.h"
#include "ocr/split.h"
#include "tests/ocr/sheet.h"

enum { PAGES_MOST = 10, BLANK = READING_PAGE_BLANK };

static const struct ocr_options options = {.separators = "PATCHT, OTHER SHEET",
                                           .stickers = "ASN#,TAG:"};

static const char *separator(uint32_t number)
{
    static char codes[4][SHEET_CODE_BYTES];
    const struct sheet sheet = {.kind = SHEET_SEPARATOR, .number = number, .of = 3};
    assert_true(sheet_write(&sheet, codes[number]));
    return codes[number];
}

static const char *other(enum sheet_kind kind)
{
    static char codes[3][SHEET_CODE_BYTES];
    const struct sheet sheet = {.kind = kind, .batch = "B", .case_number = "50.1"};
    assert_true(sheet_write(&sheet, codes[kind]));
    return codes[kind];
}

/* A page of each: "" is text, " " is blank, anything else a code. The expected string has a letter
 * for each page: the number of its document, s(heet), b(lank), B(ack of a sheet), capital S when a
 * sheet before it is missing. */
static void expect(const char *name, const char *const *pages, const char *expected)
{
    struct page_result results[PAGES_MOST] = {0};
    struct reading_code codes[PAGES_MOST] = {0};
    struct page_facts facts[PAGES_MOST];
    char got[PAGES_MOST + 1] = "";
    uint32_t count = 0;
    for (; pages[count] != NULL; count++) {
        codes[count].text = (char *)(uintptr_t)pages[count];
        results[count].reading.number = count + 1;
        results[count].reading.flags = strcmp(pages[count], " ") == 0 ? BLANK : 0;
        results[count].reading.codes = &codes[count];
        results[count].reading.code_count = strlen(pages[count]) > 1;
    }
    uint32_t documents = split_pages(&options, results, count, facts);
    for (uint32_t i = 0; i < count; i++) {
        bool is_missing = (facts[i].notes & PAGE_NOTE_SHEET_MISSING) != 0;
        bool is_back = (facts[i].notes & PAGE_NOTE_SHEET_BACK) != 0;
        assert_true(facts[i].document <= documents);
        got[i] = facts[i].document != 0  ? (char)('0' + facts[i].document)
                 : facts[i].outcome == 1 ? (is_missing ? 'S' : 's')
                                         : (is_back ? 'B' : 'b');
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s: %s and not %s", name, got, expected);
}

static void scans_part_where_their_sheets_say(void **state)
{
    (void)state;
    const char *one = separator(1), *two = separator(2), *three = separator(3);
    const char *cover = other(SHEET_COVER), *back = other(SHEET_RETURN);
    // clang-format off
    const struct {
        const char *name;
        const char *pages[PAGES_MOST];
        const char *expected;
    } cases[] = {
        {"one letter", {"", "", NULL}, "11"},
        {"blank backs", {"", " ", "", " ", NULL}, "1b1b"},
        {"nothing but blank pages", {" ", " ", NULL}, "11"},
        {"patch T", {"", "PATCHT", "", "", NULL}, "1s22"},
        {"a sheet from the settings", {"", "OTHER SHEET", "", NULL}, "1s2"},
        {"a sheet at the front and at the end", {"PATCHT", "", "PATCHT", NULL}, "s1s"},
        {"two sheets in a row", {"", "PATCHT", "PATCHT", "", NULL}, "1ss2"},
        {"a duplex batch", {cover, " ", one, " ", "", " ", two, " ", "", NULL}, "sBsB1bsB2"},
        {"a sheet is missing", {cover, one, "", three, "", NULL}, "ss1S2"},
        {"the first sheet is missing", {cover, two, "", NULL}, "sS1"},
        {"the pile begins anew", {three, "", one, "", NULL}, "s1s2"},
        {"stickers", {"ASN00123", "", "ASN 124", "TAG:x", NULL}, "1123"},
        {"stickers that are none", {"", "ASNX", "ASN", "ASN4294967296", NULL}, "1111"},
        {"a return sheet", {"", back, "", NULL}, "122"},
        {"foreign codes", {"", "https://example.org", "4006381333931", NULL}, "111"},
        {"only sheets", {"PATCHT", " ", NULL}, "sB"},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i].name, cases[i].pages, cases[i].expected);
}

static void a_spoilt_sheet_is_noted_and_parts_nothing(void **state)
{
    (void)state;
    char code[SHEET_CODE_BYTES];
    (void)snprintf(code, sizeof code, "%s", separator(1));
    code[strlen(code) - 1] = code[strlen(code) - 1] == '0' ? '1' : '0';
    struct reading_code codes[] = {{.text = code}, {.text = (char *)(uintptr_t)separator(1)}};
    struct reading_page page = {.codes = codes, .code_count = 1};
    char sheet[PAGE_SHEET_BYTES_MOST] = "";
    uint8_t notes = 0;
    assert_int_equal(split_role_of(&options, &page, &notes, sheet), PAGE_ROLE_PLAIN);
    assert_int_equal(notes, PAGE_NOTE_SHEET_MALFORMED);
    page.code_count = 2;
    assert_int_equal(split_role_of(&options, &page, &notes, sheet), PAGE_ROLE_SHEET);
    assert_int_equal(notes, 0);
    assert_string_equal(sheet, separator(1));
}

/* ---- codes on a page ------------------------------------------------------------------------- */

enum { PAGE_WIDTH = 1860, PAGE_HEIGHT = 2630 }; /* A4 at 225 dpi */

static void fill(PIX *page, int left, int top, int width, int height)
{
    BOX *box = boxCreate(left, top, width, height);
    pixSetInRectArbitrary(page, box, 0);
    boxDestroy(&box);
}

static void draw_qr(PIX *page, const char *code, int left, int top, int module)
{
    QRcode *qr = QRcode_encodeString8bit(code, 0, QR_ECLEVEL_M);
    assert_non_null(qr);
    for (int i = 0; i < qr->width * qr->width; i++)
        if ((qr->data[i] & 1) != 0)
            fill(page, left + i % qr->width * module, top + i / qr->width * module, module, module);
    QRcode_free(qr);
}

struct pen {
    PIX *page;
    int left, top, module;
};

static void draw_bar(void *context, unsigned start, unsigned width)
{
    const struct pen *pen = context;
    fill(pen->page, pen->left + (int)start * pen->module, pen->top, (int)width * pen->module, 90);
}

static PIX *white_page(void)
{
    PIX *page = pixCreate(PAGE_WIDTH, PAGE_HEIGHT, 8);
    assert_non_null(page);
    pixSetAll(page);
    return page;
}

static void find(PIX *grey, struct reading_page *page)
{
    PIX *bits = pixThresholdToBinary(grey, 150);
    PIX *small = pixReduceRankBinary2(bits, 2, NULL);
    *page = (struct reading_page){.width = PAGE_WIDTH, .height = PAGE_HEIGHT};
    const struct codes_sight sight = {NULL, grey, small, affine_identity};
    assert_int_equal(codes_find(&sight, page, NULL), STATUS_OK);
    pixDestroy(&small);
    pixDestroy(&bits);
}

static void codes_of_any_size_and_turn_are_found_where_they_are(void **state)
{
    (void)state;
    const int modules[] = {3, 5, 12, 30};
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        PIX *page = white_page();
        struct reading_page found;
        draw_qr(page, "PE1:T", 300, 400, modules[i]);
        struct pen pen = {page, 300, 2000, 3};
        assert_true(code128_draw("PATCHT", draw_bar, &pen) > 0);
        for (int turn = 0; turn < 2; turn++) {
            PIX *turned =
                pixRotate(page, (float)turn * 0.12F, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
            find(turned, &found);
            if (found.code_count != 2)
                fail_msg("modules of %d px, turn %d: %u codes", modules[i], turn, found.code_count);
            reading_page_done(&found);
            pixDestroy(&turned);
        }
        find(page, &found);
        for (uint32_t k = 0; k < found.code_count; k++)
            if (strcmp(found.codes[k].text, "PE1:T") == 0)
                assert_in_range(found.codes[k].box.left, 280, 330);
        reading_page_done(&found);
        pixDestroy(&page);
    }
}

/* What recognition gets of a small picture is stretched, and bars of one pixel blur. */
static void thin_bars_of_a_small_picture_are_read_from_its_own_pixels(void **state)
{
    (void)state;
    PIX *scanned = pixCreate(180, 110, 8);
    pixSetAll(scanned);
    struct pen pen = {scanned, 20, 10, 1};
    assert_true(code128_draw("PATCHT", draw_bar, &pen) > 0);
    PIX *stretched = pixScale(scanned, 1.7F, 1.7F);
    PIX *blurred = pixBlockconv(stretched, 2, 2);
    PIX *bits = pixThresholdToBinary(blurred, 150);
    for (int with = 0; with < 2; with++) {
        struct reading_page found = {.width = 180, .height = 110};
        const struct codes_sight sight = {
            with ? scanned : NULL, blurred, bits, {1 / 1.7, 0, 0, 1 / 1.7, 0, 0}
        };
        assert_int_equal(codes_find(&sight, &found, NULL), STATUS_OK);
        assert_int_equal(found.code_count, with);
        if (with)
            assert_in_range(found.codes[0].box.left, 15, 25);
        reading_page_done(&found);
    }
    pixDestroy(&bits);
    pixDestroy(&blurred);
    pixDestroy(&stretched);
    pixDestroy(&scanned);
}

/* How square the edges in the middle of the picture are when it lies askew. */
static double square_when_turned(PIX *grey, double degrees)
{
    PIX *turned = pixRotate(grey, (float)(degrees * M_PI / 180), L_ROTATE_AREA_MAP,
                            L_BRING_IN_WHITE, pixGetWidth(grey), pixGetHeight(grey));
    BOX *all = boxCreate(0, 0, pixGetWidth(turned), pixGetHeight(turned));
    double square = code_edges_square(turned, all);
    boxDestroy(&all);
    pixDestroy(&turned);
    return square;
}

static void edges_of_codes_are_square_and_those_of_letters_are_not(void **state)
{
    (void)state;
    const double turns[] = {0, 7, 20, 45, 77};
    PIX *qr = white_page(), *bars = white_page(), *bits = sheet_letter();
    PIX *letter = pixConvertTo8(bits, 0), *blurred = pixBlockconv(letter, 1, 1);
    struct pen pen = {bars, 300, 2000, 2};
    draw_qr(qr, "PE1:T", 300, 400, 3);
    assert_true(code128_draw("PATCHT", draw_bar, &pen) > 0);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        if (square_when_turned(qr, turns[i]) < 0.55 || square_when_turned(bars, turns[i]) < 0.8)
            fail_msg("at %.0f degrees a code's edges are not square", turns[i]);
        if (square_when_turned(blurred, turns[i]) > 0.5)
            fail_msg("at %.0f degrees letters' edges are square", turns[i]);
    }
    BOX *outside = boxCreate(PAGE_WIDTH, 0, 10, 10), *empty = boxCreate(0, 0, 100, 100);
    assert_true(code_edges_square(qr, outside) >= 1);
    assert_true(code_edges_square(qr, empty) >= 1);
    boxDestroy(&outside);
    boxDestroy(&empty);
    pixDestroy(&blurred);
    pixDestroy(&letter);
    pixDestroy(&bits);
    pixDestroy(&bars);
    pixDestroy(&qr);
}

static void lines_and_blots_are_no_codes(void **state)
{
    (void)state;
    PIX *page = white_page();
    struct reading_page found;
    for (int y = 300; y < 2400; y += 60)
        fill(page, 200, y, 1400, 4);
    for (int i = 0; i < 400; i++)
        fill(page, 300 + i * 37 % 700, 1200 + i * 53 % 500, 5 + i % 9, 5 + i % 7);
    find(page, &found);
    assert_int_equal(found.code_count, 0);
    reading_page_done(&found);
    pixDestroy(&page);
}

/* ---- previews -------------------------------------------------------------------------------- */

static void previews_are_upright_small_and_of_their_kind(void **state)
{
    (void)state;
    PIX *grey = white_page();
    fill(grey, 100, 100, 300, 50);
    PIX *bits = pixThresholdToBinary(grey, 128);
    PIX *const pages[] = {grey, bits};
    const enum page_media media[] = {PAGE_MEDIA_JPEG, PAGE_MEDIA_PNG};
    for (size_t i = 0; i < 2; i++) {
        struct preview preview = {0}, thumbnail = {0};
        assert_int_equal(preview_make(pages[i], NULL, 90, &preview, &thumbnail, NULL), STATUS_OK);
        assert_int_equal(preview.media, media[i]);
        assert_true(page_media_matches(media[i], preview.bytes, preview.length));
        assert_in_range(preview.height, PREVIEW_SHORT_SIDE - 2, PREVIEW_SHORT_SIDE);
        assert_true(preview.width > preview.height);
        assert_in_range(thumbnail.height, THUMBNAIL_SHORT_SIDE - 2, THUMBNAIL_SHORT_SIDE);
        assert_true(thumbnail.length < 20000);
        preview_done(&preview);
        preview_done(&thumbnail);
    }
    pixDestroy(&grey);
    pixDestroy(&bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans_part_where_their_sheets_say),
        cmocka_unit_test(a_spoilt_sheet_is_noted_and_parts_nothing),
        cmocka_unit_test(codes_of_any_size_and_turn_are_found_where_they_are),
        cmocka_unit_test(thin_bars_of_a_small_picture_are_read_from_its_own_pixels),
        cmocka_unit_test(edges_of_codes_are_square_and_those_of_letters_are_not),
        cmocka_unit_test(lines_and_blots_are_no_codes),
        cmocka_unit_test(previews_are_upright_small_and_of_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
