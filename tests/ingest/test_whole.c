/* test_whole.c - promises of ingest/sniff.h and ingest/whole.h: what a file is, and whether all of
 * it is there. Files are made here, cut at every byte, and changed at random. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/whole.h"
#include "tests/ingest/small_files.h"

struct memory {
    const char *bytes;
    size_t length;
};

static ssize_t read_memory(void *context, uint64_t offset, void *ret_bytes, size_t length)
{
    const struct memory *memory = context;
    if (offset >= memory->length)
        return 0;
    size_t left = memory->length - (size_t)offset;
    size_t count = left < length ? left : length;
    memcpy(ret_bytes, memory->bytes + offset, count);
    return (ssize_t)count;
}

struct finding {
    enum file_format format;
    enum whole whole;
    uint64_t fetched;
};

static struct finding look(const char *bytes, size_t length)
{
    // A copy of exactly that size, so that a sanitizer sees any step too far.
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    struct memory memory = {.bytes = copy, .length = length};
    struct byte_source source;
    byte_source_init(&source, read_memory, &memory, length);
    struct finding finding;
    finding.format = sniff_format(&source);
    finding.whole = whole_check(finding.format, &source);
    finding.fetched = source.fetched;
    free(copy);
    return finding;
}

static void knows_formats_by_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t length;
        enum file_format format;
    } cases[] = {
        {"TIFF, Intel",                     "II*\0\10\0\0\0",                  8,  FILE_FORMAT_TIFF     },
        {"TIFF, Motorola",                  "MM\0*\0\0\0\10",                  8,  FILE_FORMAT_TIFF     },
        {"BigTIFF, Intel",                  "II+\0\10\0\0\0\20\0\0\0\0\0\0\0", 16, FILE_FORMAT_TIFF     },
        {"BigTIFF, Motorola",               "MM\0+\0\10\0\0\0\0\0\0\0\0\0\20", 16, FILE_FORMAT_TIFF     },
        {"BigTIFF with offsets of 4 bytes", "II+\0\4\0\0\0\20\0\0\0",          12, FILE_FORMAT_UNKNOWN  },
        {"TIFF of mixed order",             "IM*\0\10\0\0\0",                  8,  FILE_FORMAT_UNKNOWN  },
        {"PDF",                             "%PDF-1.7\n",                      9,  FILE_FORMAT_PDF      },
        {"PDF behind a mail header",        "From: x\r\n\r\n%PDF-1.4",         19, FILE_FORMAT_PDF      },
        {"PNG",                             "\x89PNG\r\n\x1A\n",               8,  FILE_FORMAT_PNG      },
        {"PNG that went through text mode", "\x89PNG\n\x1A\n\0",               8,  FILE_FORMAT_UNKNOWN  },
        {"JPEG",                            "\xFF\xD8\xFF\xE0",                4,  FILE_FORMAT_JPEG     },
        {"GIF",                             "GIF89a\1\0\1\0",                  10, FILE_FORMAT_UNKNOWN  },
        {"Word",                            "PK\3\4\24\0\6\0",                 8,  FILE_FORMAT_UNKNOWN  },
        {"text",                            "Sehr geehrte Damen und Herren",   29, FILE_FORMAT_UNKNOWN  },
        {"nothing",                         "",                                0,  FILE_FORMAT_UNDECIDED},
        {"one byte of a TIFF",              "I",                               1,  FILE_FORMAT_UNDECIDED},
        {"one byte of something else",      "X",                               1,  FILE_FORMAT_UNKNOWN  },
        {"room reserved",                   "\0\0\0\0\0\0\0\0\0",              9,  FILE_FORMAT_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (look(cases[i].bytes, cases[i].length).format != cases[i].format)
            fail_msg("%s: %d", cases[i].name, look(cases[i].bytes, cases[i].length).format);
}

static void finds_a_pdf_header_only_near_the_start(void **state)
{
    (void)state;
    char bytes[SNIFF_PDF_HEADER_BYTES + 16];
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes + SNIFF_PDF_HEADER_BYTES - 5, "%PDF-", 5);
    assert_int_equal(look(bytes, sizeof bytes).format, FILE_FORMAT_PDF);
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes + SNIFF_PDF_HEADER_BYTES - 4, "%PDF-", 5);
    assert_int_equal(look(bytes, sizeof bytes).format, FILE_FORMAT_UNKNOWN);
}

/* ---- every format, whole and cut ------------------------------------------------------------ */

enum { SAMPLES = 13 };

/* Bytes at the end that may be missing without anything being lost. */
struct sample {
    const char *name;
    enum file_format format;
    size_t spare;
    struct text file;
};

static void make_samples(struct sample samples[SAMPLES])
{
    static const struct small_tiff tiffs[] = {
        {false, false, SMALL_TIFF_IMAGE_FIRST,     1, 1,  1 },
        {true,  false, SMALL_TIFF_IMAGE_FIRST,     2, 4,  2 },
        {false, true,  SMALL_TIFF_IMAGE_FIRST,     2, 4,  3 },
        {true,  true,  SMALL_TIFF_IMAGE_FIRST,     1, 1,  4 },
        {false, false, SMALL_TIFF_DIRECTORY_FIRST, 1, 1,  5 },
        {true,  false, SMALL_TIFF_DIRECTORY_FIRST, 3, 2,  6 },
        {false, true,  SMALL_TIFF_DIRECTORY_FIRST, 2, 8,  7 },
        {true,  true,  SMALL_TIFF_DIRECTORY_FIRST, 1, 1,  8 },
        {false, false, SMALL_TIFF_DIRECTORY_FIRST, 1, 16, 9 },
        {true,  false, SMALL_TIFF_IMAGE_FIRST,     9, 1,  10},
    };
    size_t count = sizeof tiffs / sizeof tiffs[0];
    memset(samples, 0, SAMPLES * sizeof samples[0]);
    for (size_t i = 0; i < count; i++) {
        samples[i].name = "TIFF";
        samples[i].format = FILE_FORMAT_TIFF;
        small_tiff(&samples[i].file, &tiffs[i]);
    }
    samples[count].name = "PNG";
    samples[count].format = FILE_FORMAT_PNG;
    small_png(&samples[count].file, 1);
    samples[count + 1].name = "JPEG";
    samples[count + 1].format = FILE_FORMAT_JPEG;
    small_jpeg(&samples[count + 1].file, 1);
    samples[count + 2].name = "PDF";
    samples[count + 2].format = FILE_FORMAT_PDF;
    samples[count + 2].spare = 1; // the last line break
    small_pdf(&samples[count + 2].file, "Hallo");
    assert_int_equal(count + 3, SAMPLES);
}

static void free_samples(struct sample samples[SAMPLES])
{
    for (size_t i = 0; i < SAMPLES; i++)
        text_done(&samples[i].file);
}

static void calls_whole_files_whole(void **state)
{
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        struct finding finding = look(samples[i].file.bytes, samples[i].file.length);
        if (finding.format != samples[i].format || finding.whole != WHOLE_YES)
            fail_msg("%s, number %zu: format %d, whole %d", samples[i].name, i, finding.format,
                     finding.whole);
    }
    free_samples(samples);
}

static void calls_no_cut_file_whole(void **state)
{
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        for (size_t length = 0; length + samples[i].spare < samples[i].file.length; length++) {
            struct finding finding = look(samples[i].file.bytes, length);
            if (finding.whole != WHOLE_NOT_YET || finding.format == FILE_FORMAT_UNKNOWN)
                fail_msg("%s, number %zu, cut at %zu of %zu: format %d, whole %d", samples[i].name,
                         i, length, samples[i].file.length, finding.format, finding.whole);
        }
    }
    free_samples(samples);
}

/* A copy over the network may have its full length from the beginning. */
static void calls_no_file_whole_whose_rest_is_still_blank(void **state)
{
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t all = samples[i].file.length;
        // The image of a TIFF may end in zeros of its own; its directory cannot.
        size_t tried = samples[i].format == FILE_FORMAT_TIFF ? 9 : all - 4;
        char *bytes = calloc(1, all);
        assert_non_null(bytes);
        for (size_t length = 0; length < tried; length++) {
            memcpy(bytes, samples[i].file.bytes, length);
            struct finding finding = look(bytes, all);
            if (finding.whole == WHOLE_YES)
                fail_msg("%s, number %zu, blank from %zu on", samples[i].name, i, length);
        }
        free(bytes);
    }
    free_samples(samples);
}

static void takes_what_follows_the_end_calmly(void **state)
{
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < WHOLE_PDF_TAIL_BYTES - 16; j++)
            text_append_char(&samples[i].file, j % 80 == 0 ? '\n' : '\0');
        struct finding finding = look(samples[i].file.bytes, samples[i].file.length);
        if (finding.whole != WHOLE_YES)
            fail_msg("%s, number %zu: whole %d", samples[i].name, i, finding.whole);
    }
    free_samples(samples);
}

/* ---- what a cut PDF can look like ----------------------------------------------------------- */

static void waits_for_the_revision_that_has_begun(void **state)
{
    (void)state;
    struct text file = {0};
    small_pdf(&file, "eins");
    size_t first = file.length;
    text_append(&file, "6 0 obj\n<< /Type /Annot >>\nendobj\n");
    size_t table = file.length;
    text_append(&file, "xref\n6 1\n0000000000 00000 n \n");
    text_append(&file, "trailer\n<< /Size 7 /Root 1 0 R /Prev 9 >>\nstartxref\n");
    text_append_format(&file, "%zu\n%%%%EOF\n", table);
    assert_int_equal(look(file.bytes, file.length).whole, WHOLE_YES);
    for (size_t length = first + 1; length + 1 < file.length; length++)
        if (look(file.bytes, length).whole != WHOLE_NOT_YET)
            fail_msg("cut at %zu of %zu", length, file.length);
    text_done(&file);
}

static void believes_the_length_a_linearized_pdf_states(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *stated;
        enum whole whole;
    } cases[] = {
        {"as long as it is", "/L 200",                        WHOLE_ODD    },
        {"longer",           "/L 201",                        WHOLE_NOT_YET},
        {"no number",        "/L x",                          WHOLE_ODD    },
        {"absurd",           "/L 99999999999999999999999999", WHOLE_ODD    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text file = {0};
        text_append_format(&file, "%%PDF-1.4\n1 0 obj << /Linearized 1 %s >> endobj\n",
                           cases[i].stated);
        text_append(&file, "startxref\n0\n%%EOF\n");
        while (file.length < 200)
            text_append_char(&file, ' ');
        enum whole whole = look(file.bytes, file.length).whole;
        if (whole != cases[i].whole)
            fail_msg("%s: %d", cases[i].name, whole);
        text_done(&file);
    }
}

static void is_not_deceived_by_an_attached_pdf(void **state)
{
    (void)state;
    struct text file = {0};
    text_append(&file, "%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile >>\nstream\n");
    small_pdf(&file, "Anlage");
    size_t cut = file.length;
    assert_int_equal(look(file.bytes, cut).whole, WHOLE_ODD);
    text_append(&file, "endstream\n");
    assert_int_equal(look(file.bytes, file.length).whole, WHOLE_NOT_YET);
    text_done(&file);
}

/* ---- strange and hostile files -------------------------------------------------------------- */

static void append_little(struct text *file, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        text_append_char(file, (char)(unsigned char)(number >> 8 * i));
}

static void append_entry(struct text *file, unsigned tag, unsigned type, uint64_t count,
                         uint64_t value)
{
    append_little(file, tag, 2);
    append_little(file, type, 2);
    append_little(file, count, 4);
    append_little(file, value, 4);
}

/* A TIFF with one directory of one entry, and where it leads. */
static void judges_strange_directories(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned tag, type;
        uint32_t count, value, next;
        enum whole whole;
    } cases[] = {
        {"one strip, at the start",       273, 4,  1,          8,    0,          WHOLE_YES    },
        {"a strip begins at the end",     273, 4,  1,          26,   0,          WHOLE_YES    },
        {"a strip begins behind the end", 273, 4,  1,          27,   0,          WHOLE_NOT_YET},
        {"a strip that is nowhere",       273, 4,  1,          0,    0,          WHOLE_NOT_YET},
        {"more strips than bytes",        273, 4,  UINT32_MAX, 8,    0,          WHOLE_NOT_YET},
        {"values behind the end",         700, 1,  5,          26,   0,          WHOLE_ODD    },
        {"values without end",            700, 12, UINT32_MAX, 8,    0,          WHOLE_ODD    },
        {"a type to come",                700, 99, UINT32_MAX, 26,   0,          WHOLE_YES    },
        {"leads to itself",               256, 3,  1,          1,    8,          WHOLE_ODD    },
        {"leads out of the file",         256, 3,  1,          1,    UINT32_MAX, WHOLE_NOT_YET},
        {"sub-directory is itself",       330, 4,  1,          8,    0,          WHOLE_ODD    },
        {"sub-directory is nowhere",      330, 4,  1,          4000, 0,          WHOLE_ODD    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text file = {0};
        text_append_bytes(&file, "II*\0\10\0\0\0\1\0", 10);
        append_entry(&file, cases[i].tag, cases[i].type, cases[i].count, cases[i].value);
        append_little(&file, cases[i].next, 4);
        enum whole whole = look(file.bytes, file.length).whole;
        if (whole != cases[i].whole)
            fail_msg("%s: %d", cases[i].name, whole);
        text_done(&file);
    }
}

/* The chain goes on for longer than the limit, one directory after the other. */
static void follows_no_chain_without_end(void **state)
{
    (void)state;
    struct text file = {0};
    text_append_bytes(&file, "II*\0\10\0\0\0", 8);
    for (uint32_t i = 0; i < WHOLE_TIFF_DIRECTORIES_MOST + 1; i++) {
        append_little(&file, 1, 2);
        append_entry(&file, 256, 3, 1, 1);
        append_little(&file, i == WHOLE_TIFF_DIRECTORIES_MOST ? 0 : file.length + 4, 4);
    }
    assert_int_equal(look(file.bytes, file.length).whole, WHOLE_ODD);
    text_done(&file);
}

/* Thousands of directories that all share one large array, or each other's entries: reading each
 * in full would take the square of the size. */
static void spends_no_more_than_a_few_readings(void **state)
{
    (void)state;
    enum { BYTES = 4 * 1024 * 1024, DIRECTORIES = 4000, DIRECTORY_BYTES = 18 };
    struct text file = {0};
    text_append_bytes(&file, "II*\0\10\0\0\0", 8);
    for (int i = 0; i < DIRECTORIES; i++) {
        append_little(&file, 1, 2);
        append_entry(&file, 273, 1, BYTES / 2, BYTES / 4);
        append_little(&file, i + 1 == DIRECTORIES ? 0 : file.length + 4, 4);
    }
    assert_int_equal(file.length, 8 + DIRECTORIES * DIRECTORY_BYTES);
    while (file.length < BYTES)
        append_little(&file, 1, 8);
    struct finding finding = look(file.bytes, file.length);
    assert_int_equal(finding.whole, WHOLE_ODD);
    assert_true(finding.fetched <= (uint64_t)BYTES * BYTE_SOURCE_READINGS_MOST +
                                       BYTE_SOURCE_EXTRA_BYTES + BYTE_SOURCE_WINDOW);
    text_done(&file);
}

static void counts_chunks_and_segments(void **state)
{
    (void)state;
    struct text png = {0};
    text_append_bytes(&png, "\x89PNG\r\n\x1A\n", 8);
    for (int i = 0; i < WHOLE_PNG_CHUNKS_MOST; i++)
        text_append_bytes(&png, "\0\0\0\0tEXt\0\0\0\0", 12);
    text_append_bytes(&png, "\0\0\0\0IEND\xAE\x42\x60\x82", 12);
    assert_int_equal(look(png.bytes, png.length).whole, WHOLE_ODD);
    text_done(&png);
    struct text jpeg = {0};
    text_append_bytes(&jpeg, "\xFF\xD8", 2);
    for (int i = 0; i <= WHOLE_JPEG_SEGMENTS_MOST; i++)
        text_append_bytes(&jpeg, "\xFF\xFE\0\2", 4);
    text_append_bytes(&jpeg, "\xFF\xDA\0\2\xFF\xD9", 6);
    assert_int_equal(look(jpeg.bytes, jpeg.length).whole, WHOLE_ODD);
    text_done(&jpeg);
}

static ssize_t read_nothing(void *context, uint64_t offset, void *ret_bytes, size_t length)
{
    (void)context;
    (void)offset;
    (void)ret_bytes;
    (void)length;
    return -1;
}

static void says_when_reading_fails(void **state)
{
    (void)state;
    for (int format = FILE_FORMAT_TIFF; format <= FILE_FORMAT_PNG; format++) {
        struct byte_source source;
        byte_source_init(&source, read_nothing, NULL, 4711);
        assert_int_equal(sniff_format(&source), FILE_FORMAT_UNDECIDED);
        byte_source_init(&source, read_nothing, NULL, 4711);
        assert_int_equal(whole_check((enum file_format)format, &source), WHOLE_UNREADABLE);
    }
}

/* Whatever the bytes are: an answer, within bounds. Wrong answers are found by the sanitizers and
 * by the time limit; the seed is printed so that a run can be had again. */
static void survives_random_changes(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t length = samples[i].file.length;
        char *bytes = malloc(length);
        assert_non_null(bytes);
        for (int round = 0; round < 3000; round++) {
            memcpy(bytes, samples[i].file.bytes, length);
            for (long change = random() % 8; change >= 0; change--) {
                size_t where = (size_t)random() % length;
                bytes[where] = (char)(random() % 3 == 0 ? -1 : random() % 256);
            }
            size_t kept = random() % 4 == 0 ? (size_t)random() % length : length;
            struct finding finding = look(bytes, kept);
            assert_true(finding.whole <= WHOLE_ODD);
            assert_true(finding.fetched <= kept * BYTE_SOURCE_READINGS_MOST +
                                               BYTE_SOURCE_EXTRA_BYTES + BYTE_SOURCE_WINDOW);
        }
        free(bytes);
    }
    free_samples(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_formats_by_their_bytes),
        cmocka_unit_test(finds_a_pdf_header_only_near_the_start),
        cmocka_unit_test(calls_whole_files_whole),
        cmocka_unit_test(calls_no_cut_file_whole),
        cmocka_unit_test(calls_no_file_whole_whose_rest_is_still_blank),
        cmocka_unit_test(takes_what_follows_the_end_calmly),
        cmocka_unit_test(waits_for_the_revision_that_has_begun),
        cmocka_unit_test(believes_the_length_a_linearized_pdf_states),
        cmocka_unit_test(is_not_deceived_by_an_attached_pdf),
        cmocka_unit_test(judges_strange_directories),
        cmocka_unit_test(follows_no_chain_without_end),
        cmocka_unit_test(spends_no_more_than_a_few_readings),
        cmocka_unit_test(counts_chunks_and_segments),
        cmocka_unit_test(says_when_reading_fails),
        cmocka_unit_test(survives_random_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
