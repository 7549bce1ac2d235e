/* format_pdf.c - pages of PDFs, each by the cheapest way that loses nothing.
 *
 * 1. A page that shows one image and nothing else is a scan: its image is lifted as it is.
 * 2. A page with a sane text layer that is not mostly image was born digital: its own words.
 * 3. Everything else is rendered by poppler: JPX and JBIG2 images, palettes, several images,
 *    drawings, and text whose fonts say nothing about its characters.
 *
 * Limits: fonts that are not embedded cannot be loaded in the sandbox, so that their text is
 * missing from a rendered page; their text layer is there all the same. */
// SPDX-License-Identifier: EUPL-1.2
#include <cairo.h>
#include <math.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/pdf_content.h"
#include "ocr/pdf_file.h"
#include "ocr/pdf_image.h"
#include "ocr/pdf_text.h"

enum {
    HEADER_SEARCH_BYTES = 1024, /* viewers accept the header that far in */
    RENDER_PIXELS_MOST = 40 << 20,
    RENDER_DPI_LEAST = 70,
    PREVIEW_DPI = 100, /* of pages that are not recognised … */
    CODES_DPI = 200,   /* … and may have codes on them */
};

/* A page that an image covers to this share is read as a scan, whatever text it brings. */
static const double MOSTLY_IMAGE = 0.5;

static int bid(const struct source *source)
{
    size_t search =
        source->length < HEADER_SEARCH_BYTES ? source->length : (size_t)HEADER_SEARCH_BYTES;
    if (search >= 5 && memcmp(source->bytes, "%PDF-", 5) == 0)
        return 40;
    return search > 0 && memmem(source->bytes, search, "%PDF-", 5) != NULL ? 20 : 0;
}

static enum status open_document(const struct source *source, PopplerDocument **ret_document,
                                 struct fault *fault)
{
    GBytes *bytes = g_bytes_new_static(source->bytes, source->length);
    GError *error = NULL;
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, &error);
    g_bytes_unref(bytes);
    if (document != NULL) {
        *ret_document = document;
        return STATUS_OK;
    }
    bool is_locked = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
    g_clear_error(&error);
    if (is_locked)
        return fault_set(fault, STATUS_REFUSE,
                         "Die PDF-Datei ist mit einem Kennwort verschlüsselt. Bitte beim Absender "
                         "ohne Kennwort anfordern oder ausdrucken und scannen.");
    return fault_set(fault, STATUS_REFUSE,
                     "Die PDF-Datei ist beschädigt und lässt sich nicht öffnen. Bitte neu "
                     "scannen.");
}

static enum status count(const struct source *source, const struct ocr_options *options,
                         uint32_t *ret_pages, struct fault *fault)
{
    PopplerDocument *document = NULL;
    enum status status = open_document(source, &document, fault);
    if (status != STATUS_OK)
        return status;
    int pages = poppler_document_get_n_pages(document);
    g_object_unref(document);
    if (pages < 1)
        return fault_set(fault, STATUS_REFUSE,
                         "Die PDF-Datei hat keine Seiten. Bitte neu scannen.");
    if (pages > options->scan_pages_most)
        return fault_set(fault, STATUS_REFUSE,
                         "Der Scan hat %d Seiten, gelesen werden höchstens %lld. Bitte in "
                         "kleineren Stapeln scannen.",
                         pages, (long long)options->scan_pages_most);
    *ret_pages = (uint32_t)pages;
    return STATUS_OK;
}

/* What qpdf sees of the page: fills picture and answers OK when its image was lifted. */
static enum status lift(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct pdf_content *ret_content, struct picture *picture,
                        struct fault *fault)
{
    qpdf_data pdf = NULL;
    enum status status = pdf_file_open(source->bytes, source->length, &pdf, fault);
    if (status != STATUS_OK)
        return status;
    qpdf_oh page = qpdf_get_page_n(pdf, index);
    unsigned char *bytes = NULL;
    size_t length = 0;
    bool has_content =
        (qpdf_oh_get_page_content_data(pdf, page, &bytes, &length) & QPDF_ERRORS) == 0;
    if (has_content)
        pdf_content_read(bytes, length, ret_content);
    free(bytes);
    status = has_content ? pdf_image_lift(pdf, page, ret_content, options, picture, fault)
                         : fault_set(fault, STATUS_REFUSE, "no content");
    picture->is_symbol_coded = pdf_page_is_symbol_coded(pdf, page);
    picture->has_hidden_text = ret_content->has_hidden_text;
    qpdf_cleanup(&pdf);
    return status;
}

/* The resolution at which a page of that size is rendered; 0 when it would be too coarse. */
static double render_dpi(const struct ocr_options *options, double width, double height)
{
    double most_pixels = fmin(RENDER_PIXELS_MOST, (double)options->page_pixels_most);
    double dpi = fmin((double)options->render_dpi, 72 * sqrt(most_pixels / (width * height)));
    dpi = fmin(dpi, 72 * (double)options->page_side_most / fmax(width, height));
    return dpi >= RENDER_DPI_LEAST ? floor(dpi) : 0;
}

static PIX *grey_of_surface(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const uint8_t *data = cairo_image_surface_get_data(surface);
    PIX *pix = pixCreateNoInit(width, height, 8);
    for (int y = 0; pix != NULL && y < height; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const uint8_t *row = data + (size_t)y * stride;
        for (int x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, row + 4 * (size_t)x, sizeof pixel);
            uint32_t grey =
                (77 * (pixel >> 16 & 0xFFU) + 151 * (pixel >> 8 & 0xFFU) + 28 * (pixel & 0xFFU)) >>
                8;
            SET_DATA_BYTE(line, x, (l_uint8)grey);
        }
    }
    return pix;
}

static enum status render(PopplerPage *page, double dpi, PIX **ret_pix, struct fault *fault)
{
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)fmax(1, ceil(width * dpi / 72)),
                                   (int)fmax(1, ceil(height * dpi / 72)));
    cairo_t *canvas = cairo_create(surface);
    cairo_set_source_rgb(canvas, 1, 1, 1);
    cairo_paint(canvas);
    cairo_scale(canvas, dpi / 72, dpi / 72);
    poppler_page_render(page, canvas);
    cairo_surface_flush(surface);
    bool good = cairo_status(canvas) == CAIRO_STATUS_SUCCESS;
    PIX *pix = good ? grey_of_surface(surface) : NULL;
    cairo_destroy(canvas);
    cairo_surface_destroy(surface);
    if (pix == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while rendering a PDF page");
    *ret_pix = pix;
    return STATUS_OK;
}

/* A page that is not one image: its own words, or what it looks like. */
static enum status read_page(PopplerPage *page, const struct ocr_options *options,
                             const struct pdf_content *content, struct picture *picture,
                             struct fault *fault)
{
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    double dpi = width > 0 && height > 0 ? render_dpi(options, width, height) : 0;
    if (dpi <= 0)
        return fault_set(fault, STATUS_REFUSE,
                         "Die PDF-Seite ist mit %.0f × %.0f mm zu groß. Bitte kleiner ausgeben "
                         "oder scannen.",
                         width / 72 * 25.4, height / 72 * 25.4);
    if (!pdf_text_read(page, dpi, &picture->words))
        return fault_set(fault, STATUS_LATER, "out of memory for the text of a PDF page");
    bool is_scan = pdf_text_image_share(page) >= MOSTLY_IMAGE;
    bool is_empty = picture->words.word_count == 0 && content->images == 0 &&
                    !content->has_drawing && !content->has_visible_text;
    if (is_empty || (!is_scan && pdf_text_is_sane(&picture->words))) {
        picture->has_words = true;
        picture->may_have_codes = content->images > 0 || content->has_drawing;
        return render(page, fmin(dpi, picture->may_have_codes ? CODES_DPI : PREVIEW_DPI),
                      &picture->pix, fault);
    }
    reading_page_done(&picture->words);
    picture->dpi_x = picture->dpi_y = dpi;
    return render(page, dpi, &picture->pix, fault);
}

static enum status load(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault)
{
    struct picture picture = {0};
    struct pdf_content content = {0};
    enum status status = lift(source, options, index, &content, &picture, fault);
    if (status == STATUS_OK) {
        picture.is_lifted = true;
        *ret_picture = picture;
        return STATUS_OK;
    }
    PopplerDocument *document = NULL;
    status = open_document(source, &document, fault);
    PopplerPage *page =
        status == STATUS_OK ? poppler_document_get_page(document, (int)index) : NULL;
    if (page != NULL)
        status = read_page(page, options, &content, &picture, fault);
    else if (status == STATUS_OK)
        status = fault_set(fault, STATUS_REFUSE,
                           "Die PDF-Seite ist beschädigt. Bitte das Blatt neu scannen.");
    if (page != NULL)
        g_object_unref(page);
    if (document != NULL)
        g_object_unref(document);
    if (status == STATUS_OK)
        *ret_picture = picture;
    else
        picture_done(&picture);
    return status;
}

const struct format format_pdf = {
    .name = "PDF", .bid = bid, .count = count, .load = load, .is_document = true};
