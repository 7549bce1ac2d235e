/* test_sheet_print.c - what is printed is a PDF whose codes are drawn as they should be. That
 * scanners read them is tested in tests/ocr. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/code128.h"
#include "base/sheet_print.h"

static void collect(void *context, unsigned start, unsigned width)
{
    char *modules = context;
    memset(modules + start, '#', width);
}

/* "A": start B, A (33), check (104 + 33) mod 103 = 34, stop; by hand from ISO/IEC 15417. */
static void bars_are_as_the_standard_has_them(void **state)
{
    (void)state;
    char modules[128];
    memset(modules, '.', sizeof modules);
    unsigned width = code128_draw("A", collect, modules);
    assert_int_equal(width, 11 + 11 + 11 + 13);
    assert_memory_equal(modules,
                        "##.#..#...."
                        "#.#...##..."
                        "#...#.##..."
                        "##...###.#.##",
                        width);
}

static void what_cannot_be_a_code_128_is_not_drawn(void **state)
{
    (void)state;
    assert_int_equal(code128_draw("", NULL, NULL), 0);
    assert_int_equal(code128_draw("\xC3\xA4", NULL, NULL), 0);
    assert_int_equal(code128_draw("0123456789012345678901234567890123456789x", NULL, NULL), 0);
}

static void sheets_become_a_pdf(void **state)
{
    (void)state;
    const struct sheet sheets[] = {
        {.kind = SHEET_SEPARATOR, .number = 1, .of = 2},
        {.kind = SHEET_RETURN,                       .case_number = "50.21.004711-7"              },
    };
    struct byte_writer pdf = {0};
    assert_int_equal(sheet_print(sheets, 2, "Landkreis", &pdf, NULL), STATUS_OK);
    assert_memory_equal(pdf.bytes, "%PDF-1.4", 8);
    assert_memory_equal(pdf.bytes + pdf.length - 6, "%%EOF\n", 6);
    assert_non_null(memmem(pdf.bytes, pdf.length, "/Count 2", 8));
    byte_writer_done(&pdf);
}

static void unusable_sheets_are_refused(void **state)
{
    (void)state;
    const struct sheet sheet = {.kind = SHEET_RETURN};
    struct byte_writer pdf = {0};
    assert_int_equal(sheet_print(&sheet, 1, "", &pdf, NULL), STATUS_REFUSE);
    assert_int_equal(sheet_print(&sheet, 0, "", &pdf, NULL), STATUS_REFUSE);
    assert_int_equal(sheet_print(&sheet, SHEET_PRINT_MOST + 1, "", &pdf, NULL), STATUS_REFUSE);
    byte_writer_done(&pdf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_as_the_standard_has_them),
        cmocka_unit_test(what_cannot_be_a_code_128_is_not_drawn),
        cmocka_unit_test(sheets_become_a_pdf),
        cmocka_unit_test(unusable_sheets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
