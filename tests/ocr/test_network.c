/* test_network.c - lines computed here and by Tesseract come out the same to the last bit, and
 * broken models do no harm. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <allheaders.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

#include "base/bytes.h"
#include "ocr/network_file.h"
#include "ocr/series_forward.h"

enum { LINE_HEIGHT = 36, MODEL_BYTES_MOST = 32 << 20, LEARNING_RATES = 64 };

static unsigned state_of_chance = 20261;

static int chance(int below)
{
    state_of_chance = state_of_chance * 1103515245U + 12345U;
    return (int)(state_of_chance >> 16) % below;
}

static TessBaseAPI *start_tesseract(const char *language)
{
    TessBaseAPI *api = TessBaseAPICreate();
    assert_int_equal(TessBaseAPIInit2(api, NULL, language, OEM_LSTM_ONLY), 0);
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    TessBaseAPISetPageSegMode(api, PSM_RAW_LINE);
    return api;
}

static void stop_tesseract(TessBaseAPI *api)
{
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
    series_forward_release();
    series_forward_compare_all(false);
}

/* Tesseract's own file of a language; the caller frees. */
static uint8_t *read_model(const TessBaseAPI *api, const char *language, size_t *ret_length)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.traineddata",
                   TessBaseAPIGetDatapath((TessBaseAPI *)(uintptr_t)api), language);
    FILE *file = fopen(path, "rbe");
    uint8_t *bytes = malloc(MODEL_BYTES_MOST);
    assert_non_null(file);
    assert_non_null(bytes);
    *ret_length = fread(bytes, 1, MODEL_BYTES_MOST, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void offer(const TessBaseAPI *api, const char *language)
{
    size_t length = 0;
    uint8_t *bytes = read_model(api, language, &length);
    struct network *network = NULL;
    assert_int_equal(network_file_read(bytes, length, &network, NULL), STATUS_OK);
    series_forward_offer(network);
    free(bytes);
}

/* Words, as wide as asked for, on greys that are not even, with specks. */
static PIX *draw_line(int width, int noise)
{
    PIX *pix = pixCreate(width, LINE_HEIGHT, 8);
    L_BMF *font = bmfCreate(NULL, 4 + 2 * chance(8));
    assert_non_null(pix);
    assert_non_null(font);
    for (int y = 0; y < LINE_HEIGHT; y++)
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y, (l_uint32)(255 - chance(noise + 1)));
    for (int x = chance(20); x < width; x += 90 + chance(40)) {
        char word[16];
        (void)snprintf(word, sizeof word, "%c%c%d", 'A' + chance(26), 'a' + chance(26),
                       chance(1000));
        pixSetTextline(pix, font, word, (l_uint32)chance(100), x, 26 + chance(6), NULL, NULL);
    }
    bmfDestroy(&font);
    return pix;
}

static char *read_line(TessBaseAPI *api, PIX *pix)
{
    TessBaseAPISetImage2(api, pix);
    TessBaseAPISetSourceResolution(api, 300);
    assert_int_equal(TessBaseAPIRecognize(api, NULL), 0);
    return TessBaseAPIGetUTF8Text(api);
}

static void tesseract_calls_the_functions_of_the_program(void **state)
{
    (void)state;
    const char *names[] = {
        "_ZN9tesseract6Series7ForwardEbRKNS_9NetworkIOEPKNS_15TransposedArrayEPNS_14Network"
        "ScratchEPS1_",
        "_ZN9tesseract8Plumbing13SetRandomizerEPNS_5TRandE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *called = dlsym(RTLD_DEFAULT, names[i]), *next = dlsym(RTLD_NEXT, names[i]);
        assert_non_null(called);
        assert_non_null(next);
        if (called == next)
            fail_msg("%s is the library's", names[i]);
    }
}

static void the_curves_are_those_of_tesseract(void **state)
{
    (void)state;
    const struct network_curves *curves = network_curves();
    const float *theirs = dlsym(RTLD_DEFAULT, "_ZN9tesseract9TanhTableE");
    assert_non_null(theirs);
    assert_memory_equal(curves->tanh, theirs, sizeof curves->tanh);
    theirs = dlsym(RTLD_DEFAULT, "_ZN9tesseract13LogisticTableE");
    assert_non_null(theirs);
    assert_memory_equal(curves->logistic, theirs, sizeof curves->logistic);
}

/* The last value of each piece is not above the first of the next, as bytes. */
static void the_hyperbolic_tangent_never_falls(void **state)
{
    (void)state;
    const float *points = network_curves()->tanh;
    for (int i = 0; i + 1 < CURVE_POINTS; i++) {
        float rise = points[i + 1] - points[i];
        assert_true(rise >= 0);
        float last = points[i] + rise * nextafterf(1, 0);
        assert_true((int)(last * BYTE_MOST + 0.5F) <= (int)(points[i + 1] * BYTE_MOST + 0.5F));
    }
    assert_true((int)(points[CURVE_POINTS - 1] * BYTE_MOST + 0.5F) <= BYTE_MOST);
}

static uint64_t kernels_here(void)
{
    uint64_t count = 0;
    while (network_kernels_at(count) != NULL)
        count++;
    return count;
}

static void assert_lines_are_equal(const char *language)
{
    const int widths[] = {1,  2,  3,   5,   24,  25,   47,   48,  95,  96,  97,
                          98, 99, 145, 333, 777, 1200, 1801, 300, 301, 302, 4999};
    TessBaseAPI *api = start_tesseract(language);
    offer(api, language);
    series_forward_compare_all(true);
    struct series_forward_counts before = series_forward_counts();
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        PIX *pix = draw_line(widths[i], i % 3 == 0 ? 0 : chance(200));
        char *text = read_line(api, pix);
        struct series_forward_counts counts = series_forward_counts();
        if (counts.unequal != before.unequal)
            fail_msg("%s: a line of %d pixels is computed otherwise", language, widths[i]);
        TessDeleteText(text);
        pixDestroy(&pix);
    }
    struct series_forward_counts counts = series_forward_counts();
    assert_true(counts.lines - before.lines >= 18);
    assert_true(counts.compared - before.compared >= 15 * kernels_here());
    assert_int_equal(counts.ours, before.ours);
    assert_string_equal(series_forward_by(), network_kernels_at(0)->name);
    stop_tesseract(api);
}

static void every_set_of_kernels_computes_what_tesseract_does(void **state)
{
    (void)state;
    assert_lines_are_equal("deu");
    assert_lines_are_equal("eng");
}

static void proved_networks_are_computed_here_and_read_the_same(void **state)
{
    (void)state;
    TessBaseAPI *theirs = start_tesseract("deu"), *ours = start_tesseract("deu");
    PIX *pix = draw_line(900, 0);
    char *expected = read_line(theirs, pix);
    offer(ours, "deu");
    struct series_forward_counts before = series_forward_counts();
    for (int i = 0; i < 5; i++) {
        char *text = read_line(ours, pix);
        assert_string_equal(text, expected);
        TessDeleteText(text);
    }
    struct series_forward_counts after = series_forward_counts();
    assert_int_equal(after.unequal, before.unequal);
    assert_int_equal(after.compared - before.compared, 2);
    assert_true(after.ours - before.ours >= 3);
    assert_true(strlen(expected) > 5);
    TessDeleteText(expected);
    pixDestroy(&pix);
    stop_tesseract(ours);
    stop_tesseract(theirs);
}

/* English is offered where German is loaded. */
static void another_network_is_never_used(void **state)
{
    (void)state;
    TessBaseAPI *api = start_tesseract("deu");
    offer(api, "eng");
    PIX *pix = draw_line(900, 0);
    struct series_forward_counts before = series_forward_counts();
    for (int i = 0; i < 4; i++)
        TessDeleteText(read_line(api, pix));
    struct series_forward_counts after = series_forward_counts();
    assert_true(after.lines - before.lines >= 4);
    assert_int_equal(after.ours, before.ours);
    assert_string_equal(series_forward_by(), "tesseract");
    pixDestroy(&pix);
    stop_tesseract(api);
}

static void without_a_network_tesseract_computes(void **state)
{
    (void)state;
    TessBaseAPI *api = start_tesseract("deu");
    PIX *pix = draw_line(300, 10);
    struct series_forward_counts before = series_forward_counts();
    TessDeleteText(read_line(api, pix));
    struct series_forward_counts after = series_forward_counts();
    assert_true(after.lines > before.lines);
    assert_int_equal(after.ours, before.ours);
    assert_int_equal(after.compared, before.compared);
    series_forward_offer(NULL);
    pixDestroy(&pix);
    stop_tesseract(api);
}

/* Sizes of a small model. */
struct plan {
    uint32_t height, cell, values, down, along[3], classes;
};

static void put_head(struct byte_writer *file, const char *kind, uint32_t inputs, uint32_t outputs,
                     uint32_t flags)
{
    byte_writer_u8(file, 0);
    byte_writer_string(file, kind);
    byte_writer_u8(file, 0);
    byte_writer_u8(file, 1);
    byte_writer_u32(file, flags);
    byte_writer_u32(file, inputs);
    byte_writer_u32(file, outputs);
    byte_writer_u32(file, 0);
    byte_writer_string(file, "name");
}

static void put_weights(struct byte_writer *file, uint32_t outputs, uint32_t inputs)
{
    byte_writer_u8(file, 129);
    byte_writer_u32(file, outputs);
    byte_writer_u32(file, inputs + 1);
    byte_writer_u8(file, 0);
    for (uint32_t i = 0; i < outputs * (inputs + 1); i++)
        byte_writer_u8(file, (uint8_t)chance(256));
    byte_writer_u32(file, outputs);
    for (uint32_t i = 0; i < outputs; i++) {
        double scale = (1 + chance(1000)) / 20000.0;
        uint64_t bits = 0;
        memcpy(&bits, &scale, sizeof bits);
        byte_writer_u64(file, bits);
    }
}

static void put_lstm(struct byte_writer *file, const char *kind, uint32_t inputs, uint32_t states)
{
    put_head(file, kind, inputs, states, 0);
    byte_writer_u32(file, inputs + states);
    for (int gate = 0; gate < GATES; gate++)
        put_weights(file, states, inputs + states);
}

static void put_front(struct byte_writer *file, const struct plan *plan)
{
    put_head(file, "Input", plan->height, 1, 0);
    const uint32_t shape[] = {1, plan->height, 0, 1, 0};
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++)
        byte_writer_u32(file, shape[i]);
    put_head(file, "Series", 1, plan->values, LEARNING_RATES);
    byte_writer_u32(file, 2);
    put_head(file, "Convolve", 1, 9, 0);
    byte_writer_u32(file, 1);
    byte_writer_u32(file, 1);
    put_head(file, "Tanh", 9, plan->values, 0);
    put_weights(file, plan->values, 9);
    byte_writer_u32(file, 1); // learning rates
    byte_writer_float(file, 0.5F);
    put_head(file, "Maxpool", plan->values, plan->values, 0);
    byte_writer_u32(file, plan->cell);
    byte_writer_u32(file, plan->cell);
}

/* The caller ends it with byte_writer_done(). */
static struct byte_writer model_file(const struct plan *plan)
{
    struct byte_writer file = {0};
    byte_writer_u32(&file, 18);
    for (int part = 0; part < 18; part++)
        byte_writer_i64(&file, part == 17 ? 4 + 18 * 8 : -1);
    put_head(&file, "Series", plan->height, plan->classes, 0);
    byte_writer_u32(&file, 8);
    put_front(&file, plan);
    put_head(&file, "XYTranspose", plan->values, plan->down, 0);
    byte_writer_u32(&file, 1);
    put_lstm(&file, "SummLSTM", plan->values, plan->down);
    put_lstm(&file, "LSTM", plan->down, plan->along[0]);
    put_head(&file, "RTLReversed", plan->along[0], plan->along[1], 0);
    byte_writer_u32(&file, 1);
    put_lstm(&file, "LSTM", plan->along[0], plan->along[1]);
    put_lstm(&file, "LSTM", plan->along[1], plan->along[2]);
    put_head(&file, "Softmax", plan->along[2], plan->classes, 0);
    put_weights(&file, plan->classes, plan->along[2]);
    assert_false(file.failed);
    return file;
}

static float *compute(const struct network *network, const struct network_kernels *kernels,
                      const int8_t *pixels, size_t width, uint64_t *ret_random)
{
    size_t values = network_steps(network, width) * network->classes;
    float *probabilities = calloc(values + 1, sizeof *probabilities);
    void *scratch = malloc(network_scratch_bytes(network, width));
    assert_non_null(probabilities);
    assert_non_null(scratch);
    *ret_random = 4711;
    network_compute(network, kernels, pixels, width, ret_random, scratch, probabilities);
    for (size_t i = 0; i < values; i++)
        assert_true(probabilities[i] >= 0 && probabilities[i] <= 1);
    free(scratch);
    return probabilities;
}

static void assert_kernels_agree(const struct network *network, size_t width)
{
    int8_t *pixels = malloc(network->height * width);
    assert_non_null(pixels);
    for (size_t i = 0; i < network->height * width; i++)
        pixels[i] = (int8_t)(chance(255) - 127);
    uint64_t random = 0, random_expected = 0;
    float *expected = compute(network, &network_kernels_plain, pixels, width, &random_expected);
    const struct network_kernels *kernels = NULL;
    for (size_t rank = 0; (kernels = network_kernels_at(rank)) != NULL; rank++) {
        float *found = compute(network, kernels, pixels, width, &random);
        size_t values = network_steps(network, width) * network->classes;
        if (memcmp(found, expected, values * sizeof *found) != 0 || random != random_expected)
            fail_msg("%s computes a line of %zu pixels otherwise", kernels->name, width);
        free(found);
    }
    free(expected);
    free(pixels);
}

static void networks_of_any_size_are_computed(void **state)
{
    (void)state;
    const struct plan plans[] = {
        {36, 3, 16, 48, {96, 32, 64}, 100},
        {6,  2, 1,  1,  {1, 1, 1},    1  },
        {8,  4, 7,  17, {5, 31, 18},  33 },
        {12, 6, 15, 16, {65, 3, 47},  16 },
        {2,  1, 9,  2,  {130, 2, 9},  129},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct byte_writer file = model_file(&plans[i]);
        struct network *network = NULL;
        struct fault fault = {0};
        if (network_file_read(file.bytes, file.length, &network, &fault) != STATUS_OK)
            fail_msg("%zu: %s", i, fault.text);
        for (size_t width = 1; width < 12; width++)
            assert_kernels_agree(network, width);
        assert_kernels_agree(network, 400 + i);
        network_free(network);
        byte_writer_done(&file);
    }
}

static void lines_that_are_too_wide_are_left_to_tesseract(void **state)
{
    (void)state;
    struct network network = {.across = 3};
    assert_int_equal(network_steps(&network, 2), 0);
    assert_int_equal(network_steps(&network, NETWORK_LINE_WIDTH_MOST), NETWORK_LINE_WIDTH_MOST / 3);
    assert_int_equal(network_steps(&network, NETWORK_LINE_WIDTH_MOST + 1), 0);
}

static bool is_read(const uint8_t *bytes, size_t length)
{
    // Its own memory, so that a look beyond the end is seen.
    uint8_t *copy = malloc(length + 1);
    struct network *network = NULL;
    struct fault fault = {0};
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    enum status status = network_file_read(copy, length, &network, &fault);
    if (status == STATUS_OK)
        assert_kernels_agree(network, 7);
    else
        assert_true(status == STATUS_REFUSE && fault.text[0] != '\0');
    network_free(network);
    free(copy);
    return status == STATUS_OK;
}

static void a_model_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    struct byte_writer file = model_file(&(struct plan){
        6, 2, 2, 3, {2, 1, 3},
            4
    });
    assert_true(is_read(file.bytes, file.length));
    for (size_t length = 0; length < file.length; length++)
        if (is_read(file.bytes, length))
            fail_msg("read although only %zu of %zu bytes are there", length, file.length);
    byte_writer_done(&file);
}

static void a_model_with_wrong_bytes_does_no_harm(void **state)
{
    (void)state;
    struct byte_writer file = model_file(&(struct plan){
        6, 2, 2, 3, {2, 1, 3},
            4
    });
    size_t refused = 0;
    for (size_t at = 0; at < file.length; at++) {
        const uint8_t kept = file.bytes[at], wrong[] = {0, 0x7F, 0xFF, (uint8_t)chance(256)};
        for (size_t i = 0; i < sizeof wrong; i++) {
            file.bytes[at] = wrong[i];
            refused += !is_read(file.bytes, file.length);
        }
        file.bytes[at] = kept;
    }
    assert_true(refused > 500);
    byte_writer_done(&file);
}

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[3000];
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)chance(256);
        assert_false(is_read(bytes, (size_t)chance((int)sizeof bytes)));
    }
}

int main(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tesseract_calls_the_functions_of_the_program),
        cmocka_unit_test(the_curves_are_those_of_tesseract),
        cmocka_unit_test(the_hyperbolic_tangent_never_falls),
        cmocka_unit_test(every_set_of_kernels_computes_what_tesseract_does),
        cmocka_unit_test(proved_networks_are_computed_here_and_read_the_same),
        cmocka_unit_test(another_network_is_never_used),
        cmocka_unit_test(without_a_network_tesseract_computes),
        cmocka_unit_test(networks_of_any_size_are_computed),
        cmocka_unit_test(lines_that_are_too_wide_are_left_to_tesseract),
        cmocka_unit_test(a_model_that_is_cut_off_is_refused),
        cmocka_unit_test(a_model_with_wrong_bytes_does_no_harm),
        cmocka_unit_test(what_is_no_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
