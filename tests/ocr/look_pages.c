/* look_pages.c - what a look at pages tells before anything on them is recognised.
 *
 * For benchmarks of blank backs, of codes and of which way up: the very steps of a page child up
 * to the recognition, in this process, without confinement. Files from nobody knows where are none
 * of its business. One JSON object a page goes to standard output: file, page, blank, turn, skew,
 * codes and, of a photographed sheet, its corners; what cannot be read has a reason instead. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arguments.h"
#include "ocr/blank.h"
#include "ocr/cleanup.h"
#include "ocr/codes.h"
#include "ocr/format.h"
#include "ocr/page.h"
#include "ocr/photo.h"
#include "ocr/ruling.h"
#include "ocr/survey.h"

static const struct ocr_options options = {
    .page_pixels_most = 100000000,
    .page_side_most = 32768,
    .scan_bytes_most = 200000000,
    .scan_pages_most = 500,
    .render_dpi = 300,
};

static json_t *describe_codes(const struct reading_page *page)
{
    json_t *codes = json_array();
    for (uint32_t i = 0; i < page->code_count; i++)
        json_array_append_new(
            codes, json_pack("[i,s]", (int)page->codes[i].symbology, page->codes[i].text));
    return codes;
}

static enum status look_at(PIX *pix, const struct clean_picture *clean, const struct survey *survey,
                           struct reading_page *page, json_t *line, struct fault *fault)
{
    struct survey_lie lie = {0};
    const struct codes_sight sight = {pix, clean->pix, survey->bits, clean->to_page};
    PIX *grey = pixGetDepth(pix) > 1 ? clean->pix : NULL;
    enum status status = codes_find(&sight, page, fault);
    if (status == STATUS_OK)
        status = survey_find_lie(survey, &lie, fault);
    if (status != STATUS_OK)
        return status;
    json_object_set_new(line, "codes", describe_codes(page));
    json_object_set_new(line, "blank", json_boolean(blank_page(survey, grey, clean->dpi)));
    json_object_set_new(line, "turn", json_integer(lie.turn));
    json_object_set_new(line, "sure", json_boolean(lie.is_sure));
    json_object_set_new(line, "skew", json_real(survey_find_skew(survey)));
    return STATUS_OK;
}

/* As read_pixels() in ocr/page.c. */
static enum status look_at_pixels(PIX *pix, double dpi, json_t *line, struct fault *fault)
{
    struct reading_page page = {.width = pixGetWidth(pix), .height = pixGetHeight(pix)};
    struct clean_picture clean;
    struct survey survey;
    bool is_grey = pixGetDepth(pix) > 1;
    if (!is_grey)
        ruling_erase_streaks(pix, dpi);
    enum status status = clean_picture_init(pix, dpi, &clean, fault);
    if (status != STATUS_OK)
        return status;
    status = survey_init(is_grey ? clean.pix : pix, is_grey ? clean.dpi : dpi, &survey, fault);
    if (status == STATUS_OK) {
        status = look_at(pix, &clean, &survey, &page, line, fault);
        survey_done(&survey);
    }
    reading_page_done(&page);
    clean_picture_done(&clean);
    return status;
}

/* As a page child does; what follows looks at the photograph. */
static void look_for_sheet(const struct picture *picture, json_t *line)
{
    struct corners corners;
    if (!photo_is_likely(picture) || !photo_find_corners(picture, &corners))
        return;
    json_t *points = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(points, json_pack("[f,f]", corners.points[i].x, corners.points[i].y));
    json_object_set_new(line, "corners", points);
}

static void look_at_page(const char *path, const struct format *format, const struct source *source,
                         uint32_t index)
{
    struct picture picture = {0};
    struct fault fault = {0};
    double dpi = 0;
    json_t *line = json_pack("{s:s,s:i}", "file", path, "page", (int)index + 1);
    enum status status = format->load(source, &options, index, &picture, &fault);
    if (status == STATUS_OK && picture.has_words)
        status = fault_set(&fault, STATUS_REFUSE, "brings its own words");
    if (status == STATUS_OK)
        status = page_straighten(&picture, &dpi, &fault);
    if (status == STATUS_OK)
        look_for_sheet(&picture, line);
    if (status == STATUS_OK)
        status = look_at_pixels(picture.pix, dpi, line, &fault);
    if (status != STATUS_OK)
        json_object_set_new(line, "reason", json_string(fault.text));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
    picture_done(&picture);
}

static enum status look_at_bytes(const char *path, const struct source *source, struct fault *fault)
{
    const struct format *format = format_of(source);
    uint32_t pages = 0;
    if (format == NULL)
        return format_refuse_unknown(source, fault);
    enum status status = format->count(source, &options, &pages, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < pages; i++)
        look_at_page(path, format, source, i);
    return status;
}

static void look_at_file(const char *path)
{
    struct fault fault = {0};
    struct source source = {0};
    uint8_t *bytes = l_binaryRead(path, &source.length);
    source.bytes = bytes;
    enum status status = bytes == NULL ? fault_set(&fault, STATUS_REFUSE, "cannot be opened")
                                       : look_at_bytes(path, &source, &fault);
    if (status != STATUS_OK) {
        json_t *line = json_pack("{s:s,s:i,s:s}", "file", path, "page", 0, "reason", fault.text);
        json_dumpf(line, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(line);
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        look_at_file(argv[i]);
    return EXIT_DONE;
}
