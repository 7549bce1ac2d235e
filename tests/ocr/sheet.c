/* sheet.c - see sheet.h. Text is drawn with the font that Leptonica has inside. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/tiff_memory.h"
#include "tests/ocr/sheet.h"

enum {
    LETTER_WIDTH = 1400,
    LETTER_HEIGHT = 1000,
    LEFT = 120,
    TOP = 140,
    LINE_STEP = 70,
    FONT_SIZE = 8, /* at 300 dpi, so 12 at 200 */
};

static const char *const letter_lines[] = {
    "Sehr geehrte Damen und Herren,",
    "hiermit beantrage ich die Hilfe zum Lebensunterhalt",
    "ab dem 1. Juli 2026 und lege die Bescheinigung bei.",
    "Das Aktenzeichen lautet 50.21.004711 und gilt weiter.",
    "Bitte teilen Sie mir mit, welche Unterlagen noch fehlen",
    "und bis wann ich diese nachreichen kann.",
    "Der Bescheid liegt diesem Schreiben im Original bei.",
};

const char *const sheet_words[] = {"hiermit",  "beantrage", "Lebensunterhalt", "Aktenzeichen",
                                   "Bescheid", "Original",  "Unterlagen",      NULL};

static void draw(PIX *pix, L_BMF *font, const char *text, int line)
{
    pixSetTextline(pix, font, text, 1, LEFT, TOP + line * LINE_STEP, NULL, NULL);
}

/* An empty sheet. */
static PIX *paper(int width, int height)
{
    PIX *pix = pixCreate(width, height, 1);
    assert(pix != NULL);
    pixSetResolution(pix, SHEET_DPI, SHEET_DPI);
    return pix;
}

PIX *sheet_letter(void)
{
    PIX *pix = paper(LETTER_WIDTH, LETTER_HEIGHT);
    L_BMF *font = bmfCreate(NULL, FONT_SIZE);
    assert(font != NULL);
    for (int i = 0; i < (int)(sizeof letter_lines / sizeof letter_lines[0]); i++)
        draw(pix, font, letter_lines[i], i);
    bmfDestroy(&font);
    return pix;
}

enum { PHOTO_PAPER = 235, PHOTO_INK = 30 };

/* The inverse, up to a factor that does not matter. */
static struct projection backwards(const struct projection *map)
{
    struct projection back;
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++) {
            int a = (column + 1) % 3, b = (column + 2) % 3, c = (row + 1) % 3, d = (row + 2) % 3;
            back.m[row][column] = map->m[a][c] * map->m[b][d] - map->m[a][d] * map->m[b][c];
        }
    return back;
}

static int seen_at(PIX *sheet, struct point at, int table)
{
    l_uint32 bit = 0;
    if (!(at.x >= 0 && at.y >= 0 && at.x < pixGetWidth(sheet) && at.y < pixGetHeight(sheet)))
        return table;
    pixGetPixel(sheet, (int)at.x, (int)at.y, &bit);
    return bit != 0 ? PHOTO_INK : PHOTO_PAPER;
}

PIX *sheet_photograph(PIX *sheet, const struct corners *corners, int width, int height, int table)
{
    struct projection map, back;
    PIX *photo = pixCreate(width, height, 8);
    bool good = projection_of_corners(pixGetWidth(sheet), pixGetHeight(sheet), corners, &map);
    assert(photo != NULL && good);
    (void)good;
    back = backwards(&map);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            struct point at = projection_point(&back, (struct point){x + 0.5, y + 0.5});
            int light = seen_at(sheet, at, table) * (3 * width - x) / (3 * width);
            pixSetPixel(photo, x, y, (l_uint32)light);
        }
    return photo;
}

PIX *sheet_line(const char *text)
{
    PIX *pix = paper(LETTER_WIDTH, LETTER_HEIGHT / 2);
    L_BMF *font = bmfCreate(NULL, FONT_SIZE);
    assert(font != NULL);
    draw(pix, font, text, 1);
    bmfDestroy(&font);
    return pix;
}

/* Sample `plane` of the pixel, 0 to 255, as the photometric wants it. */
static unsigned sample_of(PIX *pix, uint32_t x, uint32_t y, unsigned plane,
                          const struct sheet_tiff *how)
{
    l_uint32 value = 0;
    pixGetPixel(pix, (int)x, (int)y, &value);
    unsigned grey = pixGetDepth(pix) == 1 ? (value != 0 ? 0 : 255) : value;
    if (how->photometric == PHOTOMETRIC_MINISWHITE)
        return 255 - grey;
    if (how->photometric == PHOTOMETRIC_SEPARATED)
        return plane == 3 ? 255 - grey : 0;
    return grey;
}

static void put_sample(uint8_t *row, unsigned bits, size_t index, unsigned value)
{
    uint16_t wide = (uint16_t)(value * 257);
    switch (bits) {
    case 1:
        row[index / 8] = (uint8_t)(row[index / 8] | (value >> 7) << (7 - index % 8));
        break;
    case 2:
        row[index / 4] = (uint8_t)(row[index / 4] | (value >> 6) << (6 - 2 * (index % 4)));
        break;
    case 4:
        row[index / 2] = (uint8_t)(row[index / 2] | (value >> 4) << (4 - 4 * (index % 2)));
        break;
    case 16:
        memcpy(row + 2 * index, &wide, sizeof wide);
        break;
    default:
        row[index] = (uint8_t)value;
    }
}

/* One row (or a tile's row from `left`) of one plane, or of all side by side (plane -1). */
static void fill_row(PIX *pix, const struct sheet_tiff *how, uint8_t *row, size_t size,
                     uint32_t left, uint32_t width, uint32_t y, int plane)
{
    memset(row, 0, size);
    uint32_t there = (uint32_t)pixGetWidth(pix);
    for (uint32_t x = 0; x < width && left + x < there; x++)
        for (unsigned sample = 0; sample < how->samples; sample++) {
            if (plane >= 0 && sample != (unsigned)plane)
                continue;
            size_t index = plane >= 0 ? x : (size_t)x * how->samples + sample;
            put_sample(row, how->bits, index, sample_of(pix, left + x, y, sample, how));
        }
}

static void write_rows(TIFF *tiff, PIX *pix, const struct sheet_tiff *how, int plane)
{
    size_t size = (size_t)TIFFScanlineSize(tiff);
    uint8_t *row = malloc(size);
    assert(row != NULL);
    for (uint32_t y = 0; y < (uint32_t)pixGetHeight(pix); y++) {
        fill_row(pix, how, row, size, 0, (uint32_t)pixGetWidth(pix), y, plane);
        TIFFWriteScanline(tiff, row, y, plane < 0 ? 0 : (uint16_t)plane);
    }
    free(row);
}

static void write_tiles(TIFF *tiff, PIX *pix, const struct sheet_tiff *how, int plane)
{
    size_t size = (size_t)TIFFTileSize(tiff), row_size = (size_t)TIFFTileRowSize(tiff);
    uint8_t *tile = malloc(size);
    assert(tile != NULL);
    for (uint32_t y = 0; y < (uint32_t)pixGetHeight(pix); y += how->tile)
        for (uint32_t x = 0; x < (uint32_t)pixGetWidth(pix); x += how->tile) {
            memset(tile, 0, size);
            for (uint32_t i = 0; i < how->tile && y + i < (uint32_t)pixGetHeight(pix); i++)
                fill_row(pix, how, tile + i * row_size, row_size, x, how->tile, y + i, plane);
            TIFFWriteTile(tiff, tile, x, y, 0, plane < 0 ? 0 : (uint16_t)plane);
        }
    free(tile);
}

static void write_palette(TIFF *tiff, const struct sheet_tiff *how)
{
    uint16_t grey[256];
    unsigned count = 1U << how->bits;
    for (unsigned i = 0; i < count; i++)
        grey[i] = (uint16_t)(i * 65535 / (count - 1));
    TIFFSetField(tiff, TIFFTAG_COLORMAP, grey, grey, grey);
}

static void write_tags(TIFF *tiff, PIX *pix, const struct sheet_tiff *how)
{
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)pixGetWidth(pix));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)pixGetHeight(pix));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, how->samples);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, how->compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, how->photometric);
    if (how->photometric == PHOTOMETRIC_PALETTE)
        write_palette(tiff, how);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, how->planar);
    if (how->orientation != 0)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, how->orientation);
    if (how->fill_order != 0)
        TIFFSetField(tiff, TIFFTAG_FILLORDER, how->fill_order);
    if (!how->no_dpi) {
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, (double)how->dpi_x);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, (double)how->dpi_y);
    }
    if (how->tile > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, how->tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, how->tile);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, how->rows_per_strip);
    }
}

/* Fills in the plainest where `how` says nothing. */
static struct sheet_tiff complete(const struct sheet_tiff *how, PIX *pix)
{
    struct sheet_tiff all = *how;
    all.compression = all.compression == 0 ? COMPRESSION_NONE : all.compression;
    all.bits = all.bits == 0 ? (uint16_t)(pixGetDepth(pix) == 1 ? 1 : 8) : all.bits;
    all.samples = all.samples == 0 ? 1 : all.samples;
    all.planar = all.planar == 0 ? PLANARCONFIG_CONTIG : all.planar;
    all.rows_per_strip = all.rows_per_strip == 0 ? (uint32_t)pixGetHeight(pix) : all.rows_per_strip;
    all.dpi_x = all.dpi_x > 0 ? all.dpi_x : SHEET_DPI;
    all.dpi_y = all.dpi_y > 0 ? all.dpi_y : all.dpi_x;
    return all;
}

void sheet_write_tiff(TIFF *tiff, PIX *pix, const struct sheet_tiff *how)
{
    struct sheet_tiff all = complete(how, pix);
    write_tags(tiff, pix, &all);
    bool is_apart = all.planar == PLANARCONFIG_SEPARATE && all.samples > 1;
    for (int plane = is_apart ? 0 : -1; plane < (is_apart ? (int)all.samples : 0); plane++) {
        if (all.tile > 0)
            write_tiles(tiff, pix, &all, plane);
        else
            write_rows(tiff, pix, &all, plane);
    }
    TIFFWriteDirectory(tiff);
}

struct byte_writer sheet_tiff_file(PIX *pix, const struct sheet_tiff *how, unsigned count)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_write(&memory);
    assert(tiff != NULL);
    for (unsigned i = 0; i < count; i++)
        sheet_write_tiff(tiff, pix, how);
    TIFFClose(tiff);
    return memory.written;
}

static struct byte_writer take(l_uint8 *bytes, size_t length)
{
    struct byte_writer writer = {0};
    assert(bytes != NULL);
    byte_writer_raw(&writer, bytes, length);
    free(bytes);
    return writer;
}

struct byte_writer sheet_png_file(PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    pixWriteMemPng(&bytes, &length, pix, 0);
    return take(bytes, length);
}

struct byte_writer sheet_jpeg_file(PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    PIX *plain = pixGetDepth(pix) == 32 ? pixCopy(NULL, pix) : pixConvertTo8(pix, 0);
    pixSetResolution(plain, SHEET_DPI, SHEET_DPI);
    pixWriteMemJpeg(&bytes, &length, plain, 80, 0);
    pixDestroy(&plain);
    return take(bytes, length);
}

static void print(struct byte_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void print(struct byte_writer *writer, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof line);
    byte_writer_raw(writer, line, (size_t)length);
}

static void print_image(struct byte_writer *pdf, PIX *pix)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    enum status status = tiff_memory_encode_g4(pix, &bytes, &length, NULL);
    assert(status == STATUS_OK);
    (void)status;
    print(pdf,
          "3 0 obj << /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 "
          "/ColorSpace /DeviceGray /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d "
          ">> /Length %zu >> stream\n",
          pixGetWidth(pix), pixGetHeight(pix), pixGetWidth(pix), length);
    byte_writer_raw(pdf, bytes, length);
    print(pdf, "\nendstream endobj\n");
    free(bytes);
}

struct byte_writer sheet_pdf_file(PIX *pix, const char *text, unsigned count)
{
    struct byte_writer pdf = {0};
    double width = pix == NULL ? 400 : pixGetWidth(pix) * 72.0 / SHEET_DPI;
    double height = pix == NULL ? 200 : pixGetHeight(pix) * 72.0 / SHEET_DPI;
    print(&pdf,
          "%%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
          "2 0 obj << /Type /Pages /Count %u /Kids [",
          count);
    for (unsigned i = 0; i < count; i++)
        print(&pdf, "%u 0 R ", 10 + 2 * i);
    print(&pdf, "] >> endobj\n");
    if (pix != NULL)
        print_image(&pdf, pix);
    for (unsigned i = 0; i < count; i++) {
        char content[256];
        int length =
            pix != NULL
                ? snprintf(content, sizeof content, "q %.3f 0 0 %.3f 0 0 cm /I Do Q", width, height)
                : snprintf(content, sizeof content, "BT /F 12 Tf 40 100 Td (%s) Tj ET", text);
        print(&pdf,
              "%u 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %u 0 R "
              "/Resources << /XObject << %s >> /Font << /F << /Type /Font /Subtype /Type1 "
              "/BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> >> endobj\n",
              10 + 2 * i, width, height, 11 + 2 * i, pix != NULL ? "/I 3 0 R" : "");
        print(&pdf, "%u 0 obj << /Length %d >> stream\n%s\nendstream endobj\n", 11 + 2 * i, length,
              content);
    }
    print(&pdf, "trailer << /Root 1 0 R /Size %u >>\n%%%%EOF\n", 12 + 2 * count);
    return pdf;
}

struct ocr_options sheet_options(void)
{
    return (struct ocr_options){
        .languages = "deu",
        .page_wall_ms = 120000,
        .page_ocr_ms = 45000,
        .page_cpu_s = 60,
        .page_memory = 1LL << 30,
        .page_pixels_most = 100000000,
        .page_side_most = 32768,
        .scan_bytes_most = 200000000,
        .scan_pages_most = 500,
        .render_dpi = 300,
        .separators = "PATCHT,ADAR-NEXTDOC",
        .stickers = "ASN#,TAG:",
    };
}

#ifdef POSTEINGANG_SANITIZED
/* fontconfig, asked by poppler for a font that a PDF leaves out, forgets a pattern when certain
 * fonts are installed; the leak sanitizer calls this by name. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
#endif
