/* format_tiff.c - every directory of a TIFF is a page.
 *
 * Before anything is decoded the header must pass a gate: size, depth, number of samples, kind of
 * colours, and a codec of the allow-list (the exotic ones hold most of libtiff's past holes). A
 * directory that cannot be read still counts as a page, so that a scan is never silently shorter
 * than it was; libtiff notices directories that loop.
 *
 * The archive gets a single strip of CCITT G4 and all JPEG as they came; other pages are packed
 * anew without loss. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/tiff_memory.h"
#include "ocr/tiff_page.h"
#include "ocr/tiff_samples.h"

enum {
    BITS_A_PIXEL_MOST = 512,
    SAMPLES_MOST = 16,
};

static const double LEAST_DPI = 20, MOST_DPI = 4800, CM_PER_INCH = 2.54;

static int bid(const struct source *source)
{
    static const char starts[][4] = {
        {'I', 'I', 42, 0 },
        {'M', 'M', 0,  42},
        {'I', 'I', 43, 0 },
        {'M', 'M', 0,  43}
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (source->length >= 8 && memcmp(source->bytes, starts[i], sizeof starts[i]) == 0)
            return 32;
    return 0;
}

static enum status refuse_broken(const struct tiff_memory *memory, struct fault *fault)
{
    return fault_set(fault, STATUS_REFUSE,
                     "Die TIFF-Datei ist beschädigt (%s). Bitte das Blatt neu scannen.",
                     memory->first_error[0] != '\0' ? memory->first_error : "unlesbar");
}

static enum status count_directories(TIFF *tiff, const struct ocr_options *options,
                                     uint32_t *ret_pages, struct fault *fault)
{
    uint32_t pages = 1;
    while (TIFFLastDirectory(tiff) == 0) {
        pages++;
        if (pages > (uint32_t)options->scan_pages_most)
            return fault_set(fault, STATUS_REFUSE,
                             "Der Scan hat mehr als %lld Seiten. Bitte in kleineren Stapeln "
                             "scannen.",
                             (long long)options->scan_pages_most);
        if (TIFFReadDirectory(tiff) != 1)
            break;
    }
    *ret_pages = pages;
    return STATUS_OK;
}

static enum status count(const struct source *source, const struct ocr_options *options,
                         uint32_t *ret_pages, struct fault *fault)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_read(&memory, source->bytes, source->length);
    if (tiff == NULL)
        return refuse_broken(&memory, fault);
    enum status status = count_directories(tiff, options, ret_pages, fault);
    TIFFClose(tiff);
    return status;
}

static double resolution(TIFF *tiff, uint32_t tag)
{
    float value = 0;
    uint16_t unit = RESUNIT_NONE;
    if (TIFFGetField(tiff, tag, &value) != 1)
        return 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    double dpi = unit == RESUNIT_CENTIMETER ? (double)value * CM_PER_INCH
                 : unit == RESUNIT_INCH     ? (double)value
                                            : 0;
    return dpi >= LEAST_DPI && dpi <= MOST_DPI ? dpi : 0;
}

static void read_header(TIFF *tiff, struct tiff_page *page)
{
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page->width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page->height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &page->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &page->sample_format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &page->orientation);
    // Fax servers leave the photometric out; white paper is what they mean.
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page->photometric) != 1)
        page->photometric = page->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISWHITE;
    page->is_tiled = TIFFIsTiled(tiff) != 0;
    if (page->is_tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &page->tile_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &page->tile_height);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &page->rows_per_strip);
    }
    uint16_t extra_count = 0;
    uint16_t *extra = NULL;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
    page->alpha = extra_count > 0 && extra != NULL ? extra[0] : EXTRASAMPLE_UNSPECIFIED;
}

static bool is_codec_allowed(uint16_t compression)
{
    static const uint16_t allowed[] = {
        COMPRESSION_NONE,      COMPRESSION_PACKBITS,      COMPRESSION_CCITTRLE,
        COMPRESSION_CCITTRLEW, COMPRESSION_CCITTFAX3,     COMPRESSION_CCITTFAX4,
        COMPRESSION_LZW,       COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE,
        COMPRESSION_JPEG,      COMPRESSION_OJPEG,
    };
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (allowed[i] == compression)
            return TIFFIsCODECConfigured(compression) != 0;
    return false;
}

static bool is_depth_allowed(const struct tiff_page *page)
{
    return tiff_samples_are_known(page->bits, page->sample_format) && page->samples >= 1 &&
           page->samples <= SAMPLES_MOST &&
           (unsigned)page->bits * page->samples <= BITS_A_PIXEL_MOST;
}

static enum tiff_colours colours_of(const struct tiff_page *page)
{
    switch (page->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MASK:
        return page->bits == 1 && page->samples == 1 ? TIFF_BILEVEL : TIFF_GREY;
    case PHOTOMETRIC_PALETTE:
        return page->bits <= 8 ? TIFF_PALETTE : TIFF_COLOURS_UNKNOWN;
    case PHOTOMETRIC_RGB:
        return page->samples >= 3 ? TIFF_RGB : TIFF_COLOURS_UNKNOWN;
    case PHOTOMETRIC_YCBCR:
        if (page->samples != 3 || page->bits != 8)
            return TIFF_COLOURS_UNKNOWN;
        return page->compression == COMPRESSION_JPEG ? TIFF_RGB : TIFF_YCBCR;
    case PHOTOMETRIC_SEPARATED:
        return page->samples >= 4 ? TIFF_CMYK : TIFF_COLOURS_UNKNOWN;
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
        return page->samples >= 3 ? TIFF_CIELAB : TIFF_GREY;
    default:
        return TIFF_COLOURS_UNKNOWN;
    }
}

static enum status check_header(const struct tiff_page *page, const struct ocr_options *options,
                                struct fault *fault)
{
    enum status status = format_check_size(options, page->width, page->height, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_codec_allowed(page->compression))
        return fault_set(fault, STATUS_REFUSE,
                         "Das TIFF ist auf eine Art gepackt (%u), die nicht gelesen wird. Bitte "
                         "den Scanner auf CCITT G4, LZW oder JPEG einstellen und neu scannen.",
                         page->compression);
    if (!is_depth_allowed(page) || page->colours == TIFF_COLOURS_UNKNOWN)
        return fault_set(fault, STATUS_REFUSE,
                         "Die Farben des TIFF (Art %u, %u × %u Bit) werden nicht gelesen. Bitte "
                         "schwarzweiß, in Grau oder in Farbe (RGB) neu scannen.",
                         page->photometric, page->samples, page->bits);
    if (page->is_tiled &&
        (page->tile_width == 0 || page->tile_width % 8 != 0 || page->tile_height == 0 ||
         page->tile_width > (uint32_t)options->page_side_most ||
         page->tile_height > (uint32_t)options->page_side_most))
        return fault_set(fault, STATUS_REFUSE,
                         "Die Kacheln des TIFF sind beschädigt. Bitte das Blatt neu scannen.");
    return STATUS_OK;
}

static enum status load_open(TIFF *tiff, struct tiff_memory *memory,
                             const struct ocr_options *options, struct picture *picture,
                             struct fault *fault)
{
    struct tiff_page page = {.tiff = tiff, .memory = memory};
    read_header(tiff, &page);
    page.colours = colours_of(&page);
    enum status status = check_header(&page, options, fault);
    if (status != STATUS_OK)
        return status;
    picture->dpi_x = resolution(tiff, TIFFTAG_XRESOLUTION);
    picture->dpi_y = resolution(tiff, TIFFTAG_YRESOLUTION);
    picture->placement = placement_of_orientation(page.orientation);
    return tiff_page_decode(&page, options, picture, fault);
}

static enum status load(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_read(&memory, source->bytes, source->length);
    if (tiff == NULL)
        return refuse_broken(&memory, fault);
    struct picture picture = {0};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < index && status == STATUS_OK; i++)
        if (TIFFReadDirectory(tiff) != 1)
            status = refuse_broken(&memory, fault);
    if (status == STATUS_OK)
        status = load_open(tiff, &memory, options, &picture, fault);
    TIFFClose(tiff);
    if (status == STATUS_OK)
        *ret_picture = picture;
    else
        picture_done(&picture);
    return status;
}

const struct format format_tiff = {.name = "TIFF", .bid = bid, .count = count, .load = load};
