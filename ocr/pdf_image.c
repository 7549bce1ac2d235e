/* pdf_image.c - see pdf_image.h.
 *
 * Lifted are images in DCTDecode, in CCITTFaxDecode group 4 (as a TIFF in memory, so that the
 * TIFF decoder's gate and its losses hold here too), and in the lossless filters that qpdf
 * unpacks, in grey or RGB. Masks, palettes, JPX, JBIG2 and Decode arrays other than the plain
 * ones are left to rendering. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/jpeg.h"
#include "ocr/pdf_image.h"
#include "ocr/tiff_memory.h"

/* How far the image's edges may lie from the page's, as a share of its side. */
static const double EDGE_TOLERANCE = 0.02;

enum {
    JBIG2_SEGMENTS_MOST = 10000,
    JBIG2_PAGE_ASSOCIATION_LARGE = 0x40,
    JBIG2_REFERRED_LONG = 7,
};

struct image {
    qpdf_data pdf;
    qpdf_oh stream, dictionary;
    int64_t width, height, bits;
    int colours; /* 1 or 3 */
    bool is_mask;
    bool is_inverted; /* Decode [1 0] */
};

static enum status leave(struct fault *fault, const char *why)
{
    return fault_set(fault, STATUS_REFUSE, "image not lifted: %s", why);
}

static qpdf_oh key(const struct image *image, const char *name)
{
    return qpdf_oh_get_key(image->pdf, image->dictionary, name);
}

static int64_t integer_of(qpdf_data pdf, qpdf_oh object, int64_t otherwise)
{
    return qpdf_oh_is_integer(pdf, object) ? (int64_t)qpdf_oh_get_int_value(pdf, object)
                                           : otherwise;
}

static bool is_name(qpdf_data pdf, qpdf_oh object, const char *name)
{
    return qpdf_oh_is_name(pdf, object) && strcmp(qpdf_oh_get_name(pdf, object), name) == 0;
}

/* The only filter, or the first parameters: an object or an array of one. */
static qpdf_oh only_one(qpdf_data pdf, qpdf_oh object)
{
    if (qpdf_oh_is_array(pdf, object) && qpdf_oh_get_array_n_items(pdf, object) == 1)
        return qpdf_oh_get_array_item(pdf, object, 0);
    return object;
}

/* Samples a pixel of the colour spaces that are plain; 0 for others. */
static int colours_of_space(qpdf_data pdf, qpdf_oh space)
{
    if (is_name(pdf, space, "/DeviceGray") || is_name(pdf, space, "/G"))
        return 1;
    if (is_name(pdf, space, "/DeviceRGB") || is_name(pdf, space, "/RGB"))
        return 3;
    if (!qpdf_oh_is_array(pdf, space) || qpdf_oh_get_array_n_items(pdf, space) < 2)
        return 0;
    qpdf_oh kind = qpdf_oh_get_array_item(pdf, space, 0);
    if (is_name(pdf, kind, "/CalGray"))
        return 1;
    if (is_name(pdf, kind, "/CalRGB"))
        return 3;
    qpdf_oh profile = qpdf_oh_get_array_item(pdf, space, 1);
    if (!is_name(pdf, kind, "/ICCBased") || !qpdf_oh_is_stream(pdf, profile))
        return 0;
    int64_t count = integer_of(pdf, qpdf_oh_get_key(pdf, qpdf_oh_get_dict(pdf, profile), "/N"), 0);
    return count == 1 || count == 3 ? (int)count : 0;
}

static bool read_image(qpdf_data pdf, qpdf_oh stream, struct image *image)
{
    *image = (struct image){.pdf = pdf, .stream = stream};
    image->dictionary = qpdf_oh_get_dict(pdf, stream);
    if (!is_name(pdf, key(image, "/Subtype"), "/Image"))
        return false;
    image->width = integer_of(pdf, key(image, "/Width"), 0);
    image->height = integer_of(pdf, key(image, "/Height"), 0);
    image->bits = integer_of(pdf, key(image, "/BitsPerComponent"), 1);
    qpdf_oh mask = key(image, "/ImageMask");
    image->is_mask = qpdf_oh_is_bool(pdf, mask) && qpdf_oh_get_bool_value(pdf, mask);
    image->colours = image->is_mask ? 1 : colours_of_space(pdf, key(image, "/ColorSpace"));
    double decode[2];
    if (pdf_numbers(pdf, key(image, "/Decode"), decode, 2))
        image->is_inverted = decode[0] > decode[1];
    return qpdf_oh_is_null(pdf, key(image, "/SMask")) && qpdf_oh_is_null(pdf, key(image, "/Mask"));
}

/* Raw or unpacked bytes of the stream; the caller frees. */
static bool stream_bytes(const struct image *image, enum qpdf_stream_decode_level_e level,
                         uint8_t **ret_bytes, size_t *ret_length)
{
    QPDF_BOOL is_filtered = QPDF_FALSE;
    unsigned char *bytes = NULL;
    size_t length = 0;
    QPDF_ERROR_CODE code =
        qpdf_oh_get_stream_data(image->pdf, image->stream, level, &is_filtered, &bytes, &length);
    if ((code & QPDF_ERRORS) != 0 || bytes == NULL) {
        free(bytes);
        return false;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return true;
}

static enum status lift_jpeg(const struct image *image, const struct ocr_options *options,
                             struct picture *picture, struct fault *fault)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    struct jpeg_header header;
    if (image->is_inverted || image->is_mask)
        return leave(fault, "inverted JPEG");
    if (!stream_bytes(image, qpdf_dl_none, &bytes, &length))
        return leave(fault, "no data");
    enum status status = STATUS_REFUSE;
    if (jpeg_header_read(bytes, length, &header) && header.components != 4 &&
        header.width == image->width && header.height == image->height)
        status = jpeg_check(&header, options, fault);
    if (status == STATUS_OK)
        status = jpeg_decode(bytes, length, &header, picture, fault);
    free(bytes);
    return status;
}

/* A TIFF in memory around the group 4 data, so that the TIFF decoder can read it. */
static bool wrap_g4(const struct image *image, const uint8_t *bytes, size_t length,
                    bool black_is_one, struct tiff_memory *memory)
{
    TIFF *tiff = tiff_memory_write(memory);
    if (tiff == NULL)
        return false;
    bool is_white_zero = black_is_one == image->is_inverted;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)image->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)image->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, (uint32_t)image->height);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 is_white_zero ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK);
    // libtiff wants a writable buffer, and leaves it as it is.
    uint8_t *copy = malloc(length);
    bool good = copy != NULL && memcpy(copy, bytes, length) != NULL &&
                TIFFWriteRawStrip(tiff, 0, copy, (tmsize_t)length) == (tmsize_t)length &&
                TIFFFlush(tiff) == 1;
    free(copy);
    TIFFClose(tiff);
    return good;
}

static enum status lift_g4(const struct image *image, const struct ocr_options *options,
                           struct picture *picture, struct fault *fault)
{
    qpdf_data pdf = image->pdf;
    qpdf_oh parameters = only_one(pdf, key(image, "/DecodeParms"));
    if (!qpdf_oh_is_dictionary(pdf, parameters))
        return leave(fault, "CCITT without parameters");
    qpdf_oh aligned = qpdf_oh_get_key(pdf, parameters, "/EncodedByteAlign");
    qpdf_oh black = qpdf_oh_get_key(pdf, parameters, "/BlackIs1");
    if (integer_of(pdf, qpdf_oh_get_key(pdf, parameters, "/K"), 0) >= 0 ||
        integer_of(pdf, qpdf_oh_get_key(pdf, parameters, "/Columns"), 1728) != image->width ||
        (qpdf_oh_is_bool(pdf, aligned) && qpdf_oh_get_bool_value(pdf, aligned)))
        return leave(fault, "CCITT other than group 4");
    bool black_is_one = qpdf_oh_is_bool(pdf, black) && qpdf_oh_get_bool_value(pdf, black);
    uint8_t *bytes = NULL;
    size_t length = 0;
    if (!stream_bytes(image, qpdf_dl_none, &bytes, &length) || length == 0) {
        free(bytes);
        return leave(fault, "no data");
    }
    struct tiff_memory memory;
    enum status status = leave(fault, "no TIFF around it");
    if (wrap_g4(image, bytes, length, black_is_one, &memory)) {
        struct source source = {memory.written.bytes, memory.written.length};
        status = format_tiff.load(&source, options, 0, picture, fault);
        raster_done(&picture->raster); // the page is in the PDF already
    }
    tiff_memory_done(&memory);
    free(bytes);
    return status;
}

/* Rows of unpacked samples into a pix: 1 or 8 bit grey, or RGB. */
static PIX *pix_of_samples(const struct image *image, const uint8_t *bytes, size_t length)
{
    size_t row_bytes =
        ((size_t)image->width * (size_t)image->colours * (size_t)image->bits + 7) / 8;
    if (length < row_bytes * (size_t)image->height)
        return NULL;
    int depth = image->bits == 1 ? 1 : image->colours == 1 ? 8 : 32;
    PIX *pix = pixCreate((int)image->width, (int)image->height, depth);
    // In a 1-bit pix 1 is black, in PDF it is white.
    uint8_t flip = (depth == 1) != image->is_inverted ? 0xFF : 0;
    for (size_t y = 0; pix != NULL && y < (size_t)image->height; y++) {
        l_uint32 *line = pixGetData(pix) + y * (size_t)pixGetWpl(pix);
        const uint8_t *row = bytes + y * row_bytes;
        for (size_t i = 0; i < row_bytes; i++)
            SET_DATA_BYTE(line, depth == 32 ? i / 3 * 4 + i % 3 : i, row[i] ^ flip);
    }
    if (pix != NULL)
        pixSetPadBits(pix, 0);
    return pix;
}

static enum status lift_samples(const struct image *image, struct picture *picture,
                                struct fault *fault)
{
    bool is_plain = (image->bits == 1 && image->colours == 1) ||
                    (image->bits == 8 && (image->colours == 1 || image->colours == 3));
    if (!is_plain)
        return leave(fault, "colours");
    uint8_t *bytes = NULL;
    size_t length = 0;
    if (!stream_bytes(image, qpdf_dl_specialized, &bytes, &length))
        return leave(fault, "no data");
    PIX *pix = pix_of_samples(image, bytes, length);
    free(bytes);
    if (pix != NULL && pixGetDepth(pix) == 32) {
        enum status status = picture_take_colours(picture, pix, fault);
        pixDestroy(&pix);
        return status;
    }
    picture->pix = pix;
    return pix == NULL ? leave(fault, "too few samples") : STATUS_OK;
}

static enum status lift_pixels(const struct image *image, const struct ocr_options *options,
                               struct picture *picture, struct fault *fault)
{
    if (image->colours == 0 || image->width <= 0 || image->height <= 0)
        return leave(fault, "colour space");
    enum status status =
        format_check_size(options, (uint64_t)image->width, (uint64_t)image->height, fault);
    if (status != STATUS_OK)
        return status;
    qpdf_oh filter = only_one(image->pdf, key(image, "/Filter"));
    if (is_name(image->pdf, filter, "/DCTDecode"))
        return lift_jpeg(image, options, picture, fault);
    if (is_name(image->pdf, filter, "/CCITTFaxDecode"))
        return lift_g4(image, options, picture, fault);
    if (qpdf_oh_is_null(image->pdf, filter) || is_name(image->pdf, filter, "/FlateDecode") ||
        is_name(image->pdf, filter, "/LZWDecode") ||
        is_name(image->pdf, filter, "/RunLengthDecode"))
        return lift_samples(image, picture, fault);
    return leave(fault, "filter");
}

/* How the matrix turns the image clockwise, for those that neither mirror nor slant; -1. */
static int turn_of_matrix(const struct affine *matrix)
{
    double slack =
        EDGE_TOLERANCE * (fabs(matrix->a) + fabs(matrix->b) + fabs(matrix->c) + fabs(matrix->d));
    if (fabs(matrix->b) <= slack && fabs(matrix->c) <= slack)
        return matrix->a > 0 && matrix->d > 0 ? 0 : matrix->a < 0 && matrix->d < 0 ? 180 : -1;
    if (fabs(matrix->a) <= slack && fabs(matrix->d) <= slack)
        return matrix->b < 0 && matrix->c > 0 ? 90 : matrix->b > 0 && matrix->c < 0 ? 270 : -1;
    return -1;
}

static bool is_near(double left, double right, double side)
{
    return fabs(left - right) <= EDGE_TOLERANCE * side;
}

static bool fills_page(const struct affine *matrix, const struct pdf_rectangle *box)
{
    double left = matrix->e + fmin(0, matrix->a) + fmin(0, matrix->c);
    double right = matrix->e + fmax(0, matrix->a) + fmax(0, matrix->c);
    double bottom = matrix->f + fmin(0, matrix->b) + fmin(0, matrix->d);
    double top = matrix->f + fmax(0, matrix->b) + fmax(0, matrix->d);
    double width = box->right - box->left, height = box->top - box->bottom;
    return is_near(left, box->left, width) && is_near(right, box->right, width) &&
           is_near(bottom, box->bottom, height) && is_near(top, box->top, height);
}

static qpdf_oh image_of_page(qpdf_data pdf, qpdf_oh page, const char *name)
{
    qpdf_oh resources = pdf_page_attribute(pdf, page, "/Resources");
    if (!qpdf_oh_is_dictionary(pdf, resources))
        return qpdf_oh_new_null(pdf);
    qpdf_oh objects = qpdf_oh_get_key(pdf, resources, "/XObject");
    return qpdf_oh_is_dictionary(pdf, objects) ? qpdf_oh_get_key(pdf, objects, name)
                                               : qpdf_oh_new_null(pdf);
}

enum status pdf_image_lift(qpdf_data pdf, qpdf_oh page, const struct pdf_content *content,
                           const struct ocr_options *options, struct picture *picture,
                           struct fault *fault)
{
    int turn = turn_of_matrix(&content->image_matrix);
    struct pdf_rectangle box = pdf_page_box(pdf, page);
    if (content->images != 1 || content->has_visible_text || content->has_drawing || turn < 0 ||
        !fills_page(&content->image_matrix, &box))
        return leave(fault, "the page is not one image");
    qpdf_oh stream = image_of_page(pdf, page, content->image_name);
    struct image image;
    if (!qpdf_oh_is_stream(pdf, stream) || !read_image(pdf, stream, &image))
        return leave(fault, "mask");
    if (image.is_mask && content->has_colour)
        return leave(fault, "coloured mask");
    struct picture lifted = {0};
    enum status status = lift_pixels(&image, options, &lifted, fault);
    if (status != STATUS_OK) {
        picture_done(&lifted);
        return status;
    }
    lifted.placement.turn = (uint16_t)((turn + pdf_page_rotation(pdf, page)) % 360);
    const struct affine *matrix = &content->image_matrix;
    lifted.dpi_x = 72 * (double)image.width / hypot(matrix->a, matrix->b);
    lifted.dpi_y = 72 * (double)image.height / hypot(matrix->c, matrix->d);
    *picture = lifted;
    return STATUS_OK;
}

double pdf_image_dpi(qpdf_data pdf, qpdf_oh page, const struct pdf_content *content)
{
    const struct affine *matrix = &content->image_matrix;
    double across = hypot(matrix->a, matrix->b);
    struct image image;
    if (content->images != 1 || content->has_visible_text || content->has_drawing || across < 1)
        return 0;
    qpdf_oh stream = image_of_page(pdf, page, content->image_name);
    if (!qpdf_oh_is_stream(pdf, stream))
        return 0;
    (void)read_image(pdf, stream, &image);
    return image.width > 0 ? 72 * (double)image.width / across : 0;
}

/* T.88, 7.2: whether a segment header names a kind that is not a plain generic region. */
static bool is_suspicious_segment(unsigned kind)
{
    static const uint8_t plain[] = {36, 38, 39, 48, 49, 50, 51, 52, 62};
    return memchr(plain, (int)kind, sizeof plain) == NULL;
}

static uint32_t big_endian(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static bool has_symbols(const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    for (unsigned i = 0; i < JBIG2_SEGMENTS_MOST && length - at >= 11; i++) {
        uint32_t segment = big_endian(bytes + at, 4);
        uint8_t flags = bytes[at + 4];
        if (is_suspicious_segment(flags & 63U))
            return true;
        uint32_t referred = bytes[at + 5] >> 5;
        if (referred == JBIG2_REFERRED_LONG)
            return true; // only text regions refer to so many others
        size_t reference = segment <= 256 ? 1 : segment <= 65536 ? 2 : 4;
        size_t header =
            6 + referred * reference + ((flags & JBIG2_PAGE_ASSOCIATION_LARGE) != 0 ? 4 : 1) + 4;
        if (header > length - at)
            return false;
        uint32_t data = big_endian(bytes + at + header - 4, 4);
        if (data > length - at - header)
            return false;
        at += header + data;
    }
    return false;
}

static bool is_symbol_coded(qpdf_data pdf, qpdf_oh stream)
{
    struct image image = {.pdf = pdf, .stream = stream};
    image.dictionary = qpdf_oh_get_dict(pdf, stream);
    if (!is_name(pdf, only_one(pdf, key(&image, "/Filter")), "/JBIG2Decode"))
        return false;
    qpdf_oh parameters = only_one(pdf, key(&image, "/DecodeParms"));
    if (qpdf_oh_is_dictionary(pdf, parameters) && qpdf_oh_has_key(pdf, parameters, "/JBIG2Globals"))
        return true;
    uint8_t *bytes = NULL;
    size_t length = 0;
    bool found = stream_bytes(&image, qpdf_dl_none, &bytes, &length) && has_symbols(bytes, length);
    free(bytes);
    return found;
}

bool pdf_page_is_symbol_coded(qpdf_data pdf, qpdf_oh page)
{
    qpdf_oh resources = pdf_page_attribute(pdf, page, "/Resources");
    if (!qpdf_oh_is_dictionary(pdf, resources))
        return false;
    qpdf_oh objects = qpdf_oh_get_key(pdf, resources, "/XObject");
    if (!qpdf_oh_is_dictionary(pdf, objects))
        return false;
    bool found = false;
    qpdf_oh_begin_dict_key_iter(pdf, objects);
    while (qpdf_oh_dict_more_keys(pdf)) {
        qpdf_oh object = qpdf_oh_get_key(pdf, objects, qpdf_oh_dict_next_key(pdf));
        found = (qpdf_oh_is_stream(pdf, object) && is_symbol_coded(pdf, object)) || found;
    }
    return found;
}
