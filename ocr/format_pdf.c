/* format_pdf.c - pages of PDFs, each by the cheapest way that loses nothing.
 *
 * 1. A page that shows one image and nothing else is a scan: its image is lifted as it is.
 * 2. A page with a sane text layer that is not mostly image was born digital: its own words.
 * 3. Everything else is rendered by poppler: JPX and JBIG2 images, palettes, several images,
 *    drawings, and text whose fonts say nothing about its characters.
 *
 * The archive takes the image of the first kind as it is, and of the others what they look like
 * (pdf_render.h): fonts, transparency and scripts of strangers are none that PDF/A could promise
 * anything of. The file itself is kept as it came, beside. Fonts that are not embedded are given
 * (spare_fonts.h) before a page is drawn; where there is none, the page is flagged. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/archive.h"
#include "ocr/format.h"
#include "ocr/pdf_content.h"
#include "ocr/pdf_file.h"
#include "ocr/pdf_image.h"
#include "ocr/pdf_render.h"
#include "ocr/pdf_text.h"
#include "ocr/spare_fonts.h"

enum {
    HEADER_SEARCH_BYTES = 1024, /* viewers accept the header that far in */
    RENDER_PIXELS_MOST = 40 << 20,
    RENDER_DPI_LEAST = 70,
    NATIVE_DPI_LEAST = 100, /* of images that are drawn pixel by pixel */
    NATIVE_DPI_MOST = 600,
    PREVIEW_DPI = 150, /* of pages that are not recognised … */
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

/* What qpdf sees of the page: fills picture and answers OK when its image was lifted, and is of a
 * kind that the archive can take over. */
static enum status lift(qpdf_data pdf, const struct ocr_options *options, uint32_t index,
                        struct pdf_content *ret_content, struct picture *picture,
                        struct fault *fault)
{
    qpdf_oh page = qpdf_get_page_n(pdf, index);
    unsigned char *bytes = NULL;
    size_t length = 0;
    bool has_content =
        (qpdf_oh_get_page_content_data(pdf, page, &bytes, &length) & QPDF_ERRORS) == 0;
    if (has_content)
        pdf_content_read(bytes, length, ret_content);
    free(bytes);
    bool is_symbol_coded = pdf_page_is_symbol_coded(pdf, page);
    enum status status = has_content && archive_can_lift(pdf, page, ret_content->image_name)
                             ? pdf_image_lift(pdf, page, ret_content, options, picture, fault)
                             : fault_set(fault, STATUS_REFUSE, "nothing to lift");
    picture->is_symbol_coded = is_symbol_coded;
    picture->is_lifted = status == STATUS_OK;
    return status;
}

/* The resolution at which a page of that size is rendered: the image's own when it is nothing but
 * one (`native`), else the one that is set; 0 when it would be too coarse. */
static double render_dpi(const struct ocr_options *options, double native, double width,
                         double height)
{
    bool is_sound = native >= NATIVE_DPI_LEAST && native <= NATIVE_DPI_MOST;
    double wanted = is_sound ? native : (double)options->render_dpi;
    double most_pixels = fmin(RENDER_PIXELS_MOST, (double)options->page_pixels_most);
    double most = fmin(72 * sqrt(most_pixels / (width * height)),
                       72 * (double)options->page_side_most / fmax(width, height));
    if (wanted <= most)
        return wanted;
    return most >= RENDER_DPI_LEAST ? floor(most) : 0;
}

/* The page alone in a document in memory, which lives as long as `pdf`; NULL: it cannot be made. */
static PopplerDocument *write_alone(qpdf_data pdf, uint32_t index)
{
    for (int i = qpdf_get_num_pages(pdf) - 1; i >= 0; i--)
        if (i != (int)index &&
            (qpdf_remove_page(pdf, qpdf_get_page_n(pdf, (size_t)i)) & QPDF_ERRORS) != 0)
            return NULL;
    qpdf_init_write_memory(pdf);
    qpdf_set_preserve_encryption(pdf, QPDF_FALSE);
    qpdf_set_compress_streams(pdf, QPDF_FALSE);
    if ((qpdf_write(pdf) & QPDF_ERRORS) != 0)
        return NULL;
    struct source source = {qpdf_get_buffer(pdf), qpdf_get_buffer_length(pdf)};
    PopplerDocument *document = NULL;
    return open_document(&source, &document, NULL) == STATUS_OK ? document : NULL;
}

/* Draws the page with fonts of ours where it brings none. */
static enum status draw_page(PopplerPage *page, qpdf_data pdf, uint32_t index, double dpi,
                             struct picture *picture, struct fault *fault)
{
    unsigned given = 0;
    if (pdf != NULL && index < (uint32_t)qpdf_get_num_pages(pdf))
        picture->lacks_fonts = !spare_fonts_give(pdf, qpdf_get_page_n(pdf, index), &given);
    PopplerDocument *alone = given > 0 ? write_alone(pdf, index) : NULL;
    PopplerPage *dressed = alone == NULL ? NULL : poppler_document_get_page(alone, 0);
    picture->lacks_fonts = picture->lacks_fonts || (given > 0 && dressed == NULL);
    enum status status = pdf_render(dressed == NULL ? page : dressed, dpi, picture, fault);
    if (dressed != NULL)
        g_object_unref(dressed);
    if (alone != NULL)
        g_object_unref(alone);
    return status;
}

/* A smaller picture is enough of a page that is not recognised. */
static enum status shrink_picture(struct picture *picture, double dpi, struct fault *fault)
{
    float scale = (float)(dpi / picture->dpi_x);
    PIX *small = scale < 1 ? pixScaleAreaMap(picture->pix, scale, scale) : pixClone(picture->pix);
    if (small == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a small copy of a page");
    pixDestroy(&picture->pix);
    picture->pix = small;
    return STATUS_OK;
}

/* A page that is not one image: its own words, or what it looks like. `pdf` may be NULL. */
static enum status read_page(PopplerPage *page, qpdf_data pdf, const struct ocr_options *options,
                             uint32_t index, const struct pdf_content *content,
                             struct picture *picture, struct fault *fault)
{
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    double native = pdf == NULL ? 0 : pdf_image_dpi(pdf, qpdf_get_page_n(pdf, index), content);
    double dpi = width > 0 && height > 0 ? render_dpi(options, native, width, height) : 0;
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
    picture->has_words = is_empty || (!is_scan && pdf_text_is_sane(&picture->words));
    picture->may_have_codes = content->images > 0 || content->has_drawing;
    if (!picture->has_words)
        reading_page_done(&picture->words);
    enum status status = draw_page(page, pdf, index, dpi, picture, fault);
    if (status == STATUS_OK && picture->has_words)
        status = shrink_picture(picture, picture->may_have_codes ? CODES_DPI : PREVIEW_DPI, fault);
    return status;
}

static enum status render(const struct source *source, qpdf_data pdf,
                          const struct ocr_options *options, uint32_t index,
                          const struct pdf_content *content, struct picture *picture,
                          struct fault *fault)
{
    PopplerDocument *document = NULL;
    enum status status = open_document(source, &document, fault);
    if (status != STATUS_OK)
        return status;
    PopplerPage *page = poppler_document_get_page(document, (int)index);
    status = page == NULL ? fault_set(fault, STATUS_REFUSE,
                                      "Die PDF-Seite ist beschädigt. Bitte das Blatt neu scannen.")
                          : read_page(page, pdf, options, index, content, picture, fault);
    if (page != NULL)
        g_object_unref(page);
    g_object_unref(document);
    return status;
}

static enum status load(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault)
{
    struct picture picture = {0};
    struct pdf_content content = {0};
    qpdf_data pdf = NULL;
    enum status status = pdf_file_open(source->bytes, source->length, &pdf, fault);
    if (status == STATUS_OK)
        status = lift(pdf, options, index, &content, &picture, fault);
    if (status != STATUS_OK)
        status = render(source, pdf, options, index, &content, &picture, fault);
    if (pdf != NULL)
        qpdf_cleanup(&pdf);
    if (status == STATUS_OK)
        *ret_picture = picture;
    else
        picture_done(&picture);
    return status;
}

const struct format format_pdf = {.name = "PDF", .bid = bid, .count = count, .load = load};
