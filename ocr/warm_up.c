/* warm_up.c - see warm_up.h.
 *
 * Tesseract builds its tables on the first page, poppler asks fontconfig for the fonts that PDFs
 * may leave out, GLib and libgomp look around in /proc and /sys: none of this can happen in a
 * confined child. So the zygote reads a page that it made itself, and a PDF with and without a
 * text layer, by the same way as the children do. */
// SPDX-License-Identifier: EUPL-1.2
#include <cairo.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/page.h"
#include "ocr/warm_up.h"

enum {
    SHEET_WIDTH = 600,
    SHEET_HEIGHT = 200,
    SHEET_DPI = 150,
    SHEET_LEFT = 40,
    SHEET_TOP = 80,
    LINE_STEP = 40,
    FONT_SIZE = 20,
};

/* Two lines: so many does it take to trust our own network (ocr/series_forward.c). */
static const char *const lines[] = {"Posteingang 0123456789", "Landkreis und Sozialamt"};

/* One page with one line; repaired by the readers, as it has no cross references. */
static const char small_pdf[] =
    "%PDF-1.4\n"
    "1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
    "2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
    "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R\n"
    "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>\n"
    "endobj\n"
    "4 0 obj << /Length 52 >> stream\n"
    "BT /F 12 Tf 10 50 Td (Posteingang Posteingang) Tj ET\nendstream endobj\n"
    "trailer << /Root 1 0 R >>\n";

static PIX *draw_sheet(void)
{
    PIX *pix = pixCreate(SHEET_WIDTH, SHEET_HEIGHT, 8);
    L_BMF *font = bmfCreate(NULL, FONT_SIZE);
    if (pix != NULL && font != NULL) {
        pixSetAll(pix);
        for (int i = 0; i < (int)(sizeof lines / sizeof lines[0]); i++)
            pixSetTextline(pix, font, lines[i], 0, SHEET_LEFT, SHEET_TOP + i * LINE_STEP, NULL,
                           NULL);
        pixSetResolution(pix, SHEET_DPI, SHEET_DPI);
    } else {
        pixDestroy(&pix);
    }
    bmfDestroy(&font);
    return pix;
}

static enum status read_once(struct engine *engine, const struct ocr_options *options,
                             const struct format *format, const uint8_t *bytes, size_t length,
                             struct fault *fault)
{
    struct source source = {bytes, length};
    struct page_result result;
    uint32_t pages = 0;
    enum status status = format->count(&source, options, &pages, fault);
    if (status == STATUS_OK)
        status = page_read(engine, format, &source, options, 0, &result, fault);
    if (status == STATUS_OK)
        page_result_done(&result);
    return status;
}

static enum status read_png(struct engine *engine, const struct ocr_options *options,
                            struct fault *fault)
{
    PIX *pix = draw_sheet();
    l_uint8 *png = NULL;
    size_t length = 0;
    enum status status = pix != NULL && pixWriteMemPng(&png, &length, pix, 0) == 0
                             ? read_once(engine, options, &format_png, png, length, fault)
                             : fault_set(fault, STATUS_HALT, "out of memory");
    free(png);
    pixDestroy(&pix);
    return status;
}

/* Fonts are looked for when text is drawn. */
static void render_text(void)
{
    GBytes *bytes = g_bytes_new_static(small_pdf, sizeof small_pdf - 1);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    PopplerPage *page = document == NULL ? NULL : poppler_document_get_page(document, 0);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 200, 100);
    cairo_t *canvas = cairo_create(surface);
    if (page != NULL)
        poppler_page_render(page, canvas);
    cairo_destroy(canvas);
    cairo_surface_destroy(surface);
    if (page != NULL)
        g_object_unref(page);
    if (document != NULL)
        g_object_unref(document);
}

enum status warm_up(struct engine *engine, const struct ocr_options *options, struct fault *fault)
{
    enum status status = read_png(engine, options, fault);
    if (status == STATUS_OK)
        status = read_once(engine, options, &format_pdf, (const uint8_t *)small_pdf,
                           sizeof small_pdf - 1, fault);
    render_text();
    if (status != STATUS_OK) {
        fault_within(fault, "a page made for trying cannot be read");
        return STATUS_HALT;
    }
    return STATUS_OK;
}
