/* searchable.c - see searchable.h.
 *
 * Rasters are embedded as they came (G4, JPEG, Flate), those of a PDF are taken over with their
 * streams; a page is turned by /Rotate alone, a
 * mirrored one by its drawing matrix. The words' pixels are mapped through that turn, so that
 * text lies on the picture in user space. qpdf writes the file: cross references, compression of
 * our own streams, and a document id that depends on the content alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/pdf_content.h"
#include "ocr/pdf_file.h"
#include "ocr/searchable.h"
#include "ocr/text_layer.h"

static const double POINTS_PER_INCH = 72;
static const double SIDE_POINTS_MOST = 14400; /* ISO 32000-1, annex C.2 */

/* A page's size before it is turned, and where its lower left corner lies. */
struct sheet {
    double left, bottom, width, height; /* pt */
    int turn;                           /* clockwise */
};

/* The page's pixels (from the top left of what a person reads) to user space. */
static struct affine pixels_to_user(const struct sheet *sheet, const struct reading_page *page)
{
    bool is_sideways = sheet->turn % 180 != 0;
    double seen_width = is_sideways ? sheet->height : sheet->width;
    double seen_height = is_sideways ? sheet->width : sheet->height;
    double across = page->width > 0 ? seen_width / page->width : 1;
    double down = page->height > 0 ? seen_height / page->height : 1;
    double left = sheet->left, bottom = sheet->bottom;
    double right = left + sheet->width, top = bottom + sheet->height;
    switch (sheet->turn) {
    case 90:
        return (struct affine){0, across, down, 0, left, bottom};
    case 180:
        return (struct affine){-across, 0, 0, down, right, bottom};
    case 270:
        return (struct affine){0, -across, -down, 0, right, top};
    default:
        return (struct affine){across, 0, 0, -down, left, top};
    }
}

static qpdf_oh add_content(qpdf_data pdf, const struct text *content)
{
    qpdf_oh stream = qpdf_oh_new_stream(pdf);
    qpdf_oh_replace_stream_data(pdf, stream, (const unsigned char *)text_string(content),
                                content->length, qpdf_oh_new_null(pdf), qpdf_oh_new_null(pdf));
    return stream;
}

static enum status write_out(qpdf_data pdf, enum archive_level level, uint8_t **ret_pdf,
                             size_t *ret_length, struct fault *fault)
{
    qpdf_init_write_memory(pdf);
    archive_prepare_writing(pdf, level);
    qpdf_set_preserve_encryption(pdf, QPDF_FALSE);
    qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
    if ((qpdf_write(pdf) & QPDF_ERRORS) != 0)
        return fault_set(fault, STATUS_LATER, "cannot write the PDF");
    size_t length = qpdf_get_buffer_length(pdf);
    uint8_t *bytes = malloc(length == 0 ? 1 : length);
    if (bytes == NULL || length == 0) {
        free(bytes);
        return fault_set(fault, STATUS_LATER, "out of memory for the PDF");
    }
    memcpy(bytes, qpdf_get_buffer(pdf), length);
    *ret_pdf = bytes;
    *ret_length = length;
    return STATUS_OK;
}

/* Decode parameters for the filter, or null. */
static qpdf_oh filter_parameters(qpdf_data pdf, const struct raster *raster)
{
    struct text text = {0};
    if (raster->filter == RASTER_G4)
        text_append_format(&text, "<< /K -1 /Columns %d /Rows %d /BlackIs1 %s >>", raster->width,
                           raster->height, raster->black_is_one ? "true" : "false");
    else if (raster->filter == RASTER_FLATE_PNG)
        text_append_format(&text, "<< /Predictor 15 /Colors %u /BitsPerComponent %u /Columns %d >>",
                           raster->colours, raster->bits, raster->width);
    qpdf_oh parameters =
        text.length > 0 ? qpdf_oh_parse(pdf, text_string(&text)) : qpdf_oh_new_null(pdf);
    text_done(&text);
    return parameters;
}

static qpdf_oh colour_space(qpdf_data pdf, const struct raster *raster)
{
    static const char *const names[] = {"/DeviceGray", "/DeviceGray", "/DeviceGray", "/DeviceRGB",
                                        "/DeviceCMYK"};
    if (raster->palette_count == 0)
        return qpdf_oh_new_name(pdf, names[raster->colours]);
    struct text text = {0};
    text_append_format(&text, "[ /Indexed /DeviceRGB %u <", raster->palette_count - 1U);
    for (size_t i = 0; i < (size_t)raster->palette_count * 3; i++)
        text_append_format(&text, "%02X", raster->palette[i]);
    text_append(&text, "> ]");
    qpdf_oh space = qpdf_oh_parse(pdf, text_string(&text));
    text_done(&text);
    return space;
}

static qpdf_oh add_image(qpdf_data pdf, const struct raster *raster)
{
    static const char *const filters[] = {
        [RASTER_NONE] = "/FlateDecode",
        [RASTER_G4] = "/CCITTFaxDecode",
        [RASTER_JPEG] = "/DCTDecode",
        [RASTER_FLATE_PNG] = "/FlateDecode",
    };
    qpdf_oh stream = qpdf_oh_new_stream(pdf);
    qpdf_oh_replace_stream_data(pdf, stream, raster->bytes, raster->length,
                                qpdf_oh_new_name(pdf, filters[raster->filter]),
                                filter_parameters(pdf, raster));
    qpdf_oh dictionary = qpdf_oh_get_dict(pdf, stream);
    qpdf_oh_replace_key(pdf, dictionary, "/Type", qpdf_oh_new_name(pdf, "/XObject"));
    qpdf_oh_replace_key(pdf, dictionary, "/Subtype", qpdf_oh_new_name(pdf, "/Image"));
    qpdf_oh_replace_key(pdf, dictionary, "/Width", qpdf_oh_new_integer(pdf, raster->width));
    qpdf_oh_replace_key(pdf, dictionary, "/Height", qpdf_oh_new_integer(pdf, raster->height));
    qpdf_oh_replace_key(pdf, dictionary, "/BitsPerComponent",
                        qpdf_oh_new_integer(pdf, raster->bits));
    qpdf_oh_replace_key(pdf, dictionary, "/ColorSpace", colour_space(pdf, raster));
    if (raster->is_inverted)
        qpdf_oh_replace_key(pdf, dictionary, "/Decode",
                            qpdf_oh_parse(pdf, raster->colours == 4   ? "[1 0 1 0 1 0 1 0]"
                                               : raster->colours == 3 ? "[1 0 1 0 1 0]"
                                                                      : "[1 0]"));
    return stream;
}

static struct sheet sheet_of_raster(const struct page_result *page)
{
    const struct raster *raster = &page->raster;
    double width = raster->width * POINTS_PER_INCH / raster->dpi_x;
    double height = raster->height * POINTS_PER_INCH / raster->dpi_y;
    double shrink = fmin(1, SIDE_POINTS_MOST / fmax(width, height));
    return (struct sheet){.width = width * shrink,
                          .height = height * shrink,
                          .turn = (page->placement.turn + page->reading.rotation) % 360};
}

static bool build_page(qpdf_data pdf, qpdf_oh font, const struct page_result *page)
{
    if (page->raster.filter == RASTER_NONE)
        return false;
    struct sheet sheet = sheet_of_raster(page);
    struct text text = {0};
    text_append_format(&text,
                       "<< /Type /Page /MediaBox [0 0 %.4f %.4f] /Rotate %d /Resources << "
                       "/XObject << >> /Font << >> >> >>",
                       sheet.width, sheet.height, sheet.turn);
    qpdf_oh object = qpdf_oh_parse(pdf, text_string(&text));
    qpdf_oh resources = qpdf_oh_get_key(pdf, object, "/Resources");
    qpdf_oh_replace_key(pdf, qpdf_oh_get_key(pdf, resources, "/XObject"), "/Scan",
                        add_image(pdf, &page->raster));
    qpdf_oh_replace_key(pdf, qpdf_oh_get_key(pdf, resources, "/Font"), TEXT_LAYER_FONT, font);

    text_clear(&text);
    bool is_mirrored = page->placement.is_mirrored;
    text_append_format(&text, "q %.4f 0 0 %.4f %.4f 0 cm /Scan Do Q\n",
                       is_mirrored ? -sheet.width : sheet.width, sheet.height,
                       is_mirrored ? sheet.width : 0);
    text_layer_append(&page->reading, pixels_to_user(&sheet, &page->reading), &text);
    bool good = text_ok(&text);
    qpdf_oh_replace_key(pdf, object, "/Contents", add_content(pdf, &text));
    text_done(&text);
    return good && (qpdf_add_page(pdf, pdf, qpdf_make_indirect_object(pdf, object), QPDF_FALSE) &
                    QPDF_ERRORS) == 0;
}

static qpdf_data new_pdf(void)
{
    qpdf_data pdf = qpdf_init();
    if (pdf == NULL)
        return NULL;
    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    if ((qpdf_empty_pdf(pdf) & QPDF_ERRORS) != 0)
        qpdf_cleanup(&pdf);
    return pdf;
}

/* ---- pages of somebody else's PDF ------------------------------------------------------------- */

/* The page's content in two parts: its image, drawn as it was, and the words. */
static bool replace_content(qpdf_data pdf, qpdf_oh page, const struct sheet *sheet,
                            const struct reading_page *reading, char image_name[PDF_NAME_BYTES])
{
    unsigned char *bytes = NULL;
    size_t length = 0;
    if ((qpdf_oh_get_page_content_data(pdf, page, &bytes, &length) & QPDF_ERRORS) != 0)
        return false;
    struct pdf_content content;
    pdf_content_read(bytes, length, &content);
    free(bytes);
    if (content.images != 1)
        return false;
    const struct affine *matrix = &content.image_matrix;
    struct text text = {0};
    text_append_format(&text, "q %.6f %.6f %.6f %.6f %.6f %.6f cm %s Do Q\n", matrix->a, matrix->b,
                       matrix->c, matrix->d, matrix->e, matrix->f, content.image_name);
    text_layer_append(reading, pixels_to_user(sheet, reading), &text);
    bool good = text_ok(&text);
    qpdf_oh_replace_key(pdf, page, "/Contents", add_content(pdf, &text));
    text_done(&text);
    memcpy(image_name, content.image_name, PDF_NAME_BYTES);
    return good;
}

/* The page of `whole` with its image and our words, and nothing else. */
static bool lift_page(qpdf_data pdf, qpdf_data whole, qpdf_oh font,
                      const struct page_result *result)
{
    uint32_t index = result->reading.number - 1;
    if (whole == NULL || index >= (uint32_t)qpdf_get_num_pages(whole) ||
        (qpdf_add_page(pdf, whole, qpdf_get_page_n(whole, index), QPDF_FALSE) & QPDF_ERRORS) != 0)
        return false;
    qpdf_oh page = qpdf_get_page_n(pdf, (size_t)qpdf_get_num_pages(pdf) - 1);
    struct pdf_rectangle box = pdf_page_box(pdf, page);
    struct sheet sheet = {.left = box.left,
                          .bottom = box.bottom,
                          .width = box.right - box.left,
                          .height = box.top - box.bottom,
                          .turn = (pdf_page_rotation(pdf, page) + result->reading.rotation) % 360};
    char image_name[PDF_NAME_BYTES];
    if (!replace_content(pdf, page, &sheet, &result->reading, image_name))
        return false;
    archive_clean_page(pdf, page, image_name);
    qpdf_oh fonts = qpdf_oh_new_dictionary(pdf);
    qpdf_oh_replace_key(pdf, fonts, TEXT_LAYER_FONT, font);
    qpdf_oh_replace_key(pdf, qpdf_oh_get_key(pdf, page, "/Resources"), "/Font", fonts);
    qpdf_oh_replace_key(pdf, page, "/Rotate", qpdf_oh_new_integer(pdf, sheet.turn));
    return true;
}

/* ---- the document ----------------------------------------------------------------------------- */

/* facts->level sinks when a page is beyond it. */
static bool add_pages(const struct engine *engine, qpdf_data pdf, qpdf_data whole,
                      struct archive_facts *facts)
{
    size_t font_length = 0;
    const uint8_t *font_file = engine_font(engine, &font_length);
    qpdf_oh font = text_layer_add_font(pdf, font_file, font_length);
    bool good = true;
    for (uint32_t i = 0; good && i < facts->page_count; i++) {
        const struct page_result *page = &facts->pages[i];
        good = page->is_lifted ? lift_page(pdf, whole, font, page) : build_page(pdf, font, page);
        if (!archive_can_hold(&page->raster, facts->level))
            facts->level = ARCHIVE_NONE;
    }
    return good && archive_describe(pdf, facts);
}

/* The file that lifted pages are in; NULL when there are none. */
static enum status open_whole(const struct archive_facts *facts, const struct source *source,
                              qpdf_data *ret_whole, struct fault *fault)
{
    bool has_lifted = false;
    for (uint32_t i = 0; i < facts->page_count; i++)
        has_lifted = has_lifted || facts->pages[i].is_lifted;
    if (!has_lifted)
        return STATUS_OK;
    if (pdf_file_open(source->bytes, source->length, ret_whole, fault) == STATUS_OK)
        return STATUS_OK;
    return fault_set(fault, STATUS_LATER, "cannot open the PDF again");
}

enum status searchable_build(const struct engine *engine, const struct archive_facts *facts,
                             const struct source *source, uint8_t **ret_pdf, size_t *ret_length,
                             struct fault *fault)
{
    struct archive_facts own = *facts;
    qpdf_data whole = NULL; // lives until the new one is written
    enum status status = open_whole(facts, source, &whole, fault);
    if (status != STATUS_OK)
        return status;
    qpdf_data pdf = new_pdf();
    bool good = pdf != NULL && add_pages(engine, pdf, whole, &own);
    status = good ? write_out(pdf, own.level, ret_pdf, ret_length, fault)
                  : fault_set(fault, STATUS_LATER, "cannot build the PDF");
    if (pdf != NULL)
        qpdf_cleanup(&pdf);
    if (whole != NULL)
        qpdf_cleanup(&whole);
    return status;
}

/* ---- pages that were written before ---------------------------------------------------------- */

static bool add_pick(qpdf_data pdf, const struct searchable_pick *pick, uint32_t index)
{
    if (pick->page >= (uint32_t)qpdf_get_num_pages(pick->pdf) ||
        (qpdf_add_page(pdf, pick->pdf, qpdf_get_page_n(pick->pdf, pick->page), QPDF_FALSE) &
         QPDF_ERRORS) != 0)
        return false;
    qpdf_oh page = qpdf_get_page_n(pdf, index);
    int turn = (pdf_page_rotation(pdf, page) + pick->turn) % 360;
    if (pick->turn != 0)
        qpdf_oh_replace_key(pdf, page, "/Rotate", qpdf_oh_new_integer(pdf, turn));
    return true;
}

enum status searchable_pick(const struct archive_facts *facts, const struct searchable_pick *picks,
                            uint8_t **ret_pdf, size_t *ret_length, struct fault *fault)
{
    qpdf_data pdf = new_pdf();
    if (pdf == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a PDF");
    bool good = true;
    for (uint32_t i = 0; good && i < facts->page_count; i++)
        good = add_pick(pdf, &picks[i], i);
    good = good && archive_describe(pdf, facts);
    enum status status = good ? write_out(pdf, facts->level, ret_pdf, ret_length, fault)
                              : fault_set(fault, STATUS_LATER, "cannot put the pages together");
    qpdf_cleanup(&pdf);
    return status;
}
