/* tiff_jpeg.c - joins the JPEG parts of a TIFF page into one JPEG, bit for bit the same pixels.
 *
 * TIFF Technical Note 2 keeps the tables apart and codes each strip as a JPEG of its own. The
 * entropy-coded data of a strip starts with cleared predictors, as data behind a restart marker
 * does (ITU-T T.81, F.1.2.3); so strips of whole block rows become one scan when RSTn markers
 * are put between them and the restart interval is declared. An Adobe marker says what TIFF says
 * by its photometric: RGB or YCbCr. Pages of old-style JPEG that have a whole JPEG in the file give
 * that one. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ocr/tiff_page.h"

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    DRI = 0xDD,
    SOF_BASELINE = 0xC0,
    SOF_EXTENDED = 0xC1,
    SOF_LAST = 0xCF,
    RST_FIRST = 0xD0,
    BLOCK = 8,
    INTERVAL_MOST = 65535,
    STRIPS_MOST = 65536,
    BEHIND_START_MOST = 16,
    FRAME_BYTES_LEAST = 9, /* behind the length: of one component */
};

/* One strip's JPEG, taken apart. */
struct part {
    const uint8_t *bytes;
    size_t length;
    size_t frame; /* where the frame header's marker stands */
    size_t scan;  /* where the scan header's marker stands */
    size_t data;  /* where the entropy-coded data starts */
    size_t end;   /* behind the data: at EOI */
};

static size_t length_at(const struct part *part, size_t at)
{
    return (size_t)part->bytes[at + 2] << 8 | part->bytes[at + 3];
}

static bool is_frame_marker(uint8_t marker)
{
    return marker >= SOF_BASELINE && marker <= SOF_LAST && marker != 0xC4 && marker != 0xC8 &&
           marker != 0xCC;
}

/* Finds the parts of the part; false when it is not a JPEG we can join. */
static bool take_apart(struct part *part)
{
    if (part->length < 4 || part->bytes[0] != 0xFF || part->bytes[1] != SOI)
        return false;
    size_t at = 2;
    while (at + 4 <= part->length && part->bytes[at] == 0xFF && part->scan == 0) {
        uint8_t marker = part->bytes[at + 1];
        size_t segment = length_at(part, at);
        if (segment < 2 || segment > part->length - at - 2)
            return false;
        if (is_frame_marker(marker) && segment >= FRAME_BYTES_LEAST)
            part->frame = at;
        if (marker == SOS)
            part->scan = at;
        at += 2 + segment;
    }
    part->data = at;
    part->end = part->length;
    // Strips may be padded behind their EOI.
    while (part->end > part->data + 1 &&
           !(part->bytes[part->end - 2] == 0xFF && part->bytes[part->end - 1] == EOI))
        part->end--;
    part->end = part->end > part->data + 1 ? part->end - 2 : part->length;
    return part->frame != 0 && part->scan != 0;
}

/* Blocks a part's restart interval holds; 0 when the strips do not end at block rows. */
static unsigned interval_of(const struct part *first, const struct tiff_page *page)
{
    const uint8_t *frame = first->bytes + first->frame;
    unsigned components = frame[9], across = 1, down = 1;
    if (length_at(first, first->frame) < 8U + 3U * components)
        return 0;
    for (unsigned i = 0; components > 1 && i < components; i++) {
        unsigned factors = frame[11 + 3 * i];
        across = factors >> 4 > across ? factors >> 4 : across;
        down = (factors & 15U) > down ? factors & 15U : down;
    }
    if (page->rows_per_strip % (BLOCK * down) != 0)
        return 0;
    uint64_t in_row = (page->width + BLOCK * across - 1) / (BLOCK * across);
    uint64_t interval = in_row * (page->rows_per_strip / (BLOCK * down));
    return interval <= INTERVAL_MOST ? (unsigned)interval : 0;
}

/* The same tables and frame, up to the height. */
static bool has_same_head(const struct part *first, const struct part *other)
{
    if (first->data != other->data || first->frame != other->frame)
        return false;
    size_t height = first->frame + 5;
    return memcmp(first->bytes, other->bytes, height) == 0 &&
           memcmp(first->bytes + height + 2, other->bytes + height + 2, first->data - height - 2) ==
               0;
}

static bool has_restarts(const struct part *part)
{
    for (size_t at = 2; at < part->scan; at += 2 + length_at(part, at))
        if (part->bytes[at + 1] == DRI)
            return true;
    return false;
}

/* SOI, what the page shares, and the first part's head with the page's height. */
static void write_head(const struct tiff_page *page, const struct part *first, unsigned interval,
                       struct byte_writer *out)
{
    uint32_t table_bytes = 0;
    const uint8_t *tables = NULL;
    byte_writer_raw(out, "\xFF\xD8", 2);
    if (page->samples == 3) {
        byte_writer_raw(out,
                        "\xFF\xEE\x00\x0E"
                        "Adobe\x00\x64\x00\x00\x00\x00",
                        15);
        byte_writer_u8(out, page->photometric == PHOTOMETRIC_YCBCR ? 1 : 0);
    }
    if (TIFFGetField(page->tiff, TIFFTAG_JPEGTABLES, &table_bytes, &tables) == 1 &&
        table_bytes > 4 && tables != NULL)
        byte_writer_raw(out, tables + 2, table_bytes - 4);
    byte_writer_raw(out, first->bytes + 2, first->frame + 5 - 2);
    byte_writer_u8(out, (uint8_t)(page->height >> 8));
    byte_writer_u8(out, (uint8_t)page->height);
    byte_writer_raw(out, first->bytes + first->frame + 7, first->scan - first->frame - 7);
    if (interval > 0) {
        byte_writer_raw(out, "\xFF\xDD\x00\x04", 4);
        byte_writer_u8(out, (uint8_t)(interval >> 8));
        byte_writer_u8(out, (uint8_t)interval);
    }
    byte_writer_raw(out, first->bytes + first->scan, first->data - first->scan);
}

/* Appends strip `index`; `first` is filled by strip 0 and compared with by the others. */
static bool join_strip(const struct tiff_page *page, uint32_t index, uint32_t count, uint8_t *room,
                       size_t size, struct part *first, uint8_t *kept, struct byte_writer *out)
{
    tmsize_t got = TIFFReadRawStrip(page->tiff, index, room, (tmsize_t)size);
    struct part part = {.bytes = room, .length = got > 0 ? (size_t)got : 0};
    if (!take_apart(&part))
        return false;
    if (index == 0) {
        unsigned interval = count > 1 ? interval_of(&part, page) : 0;
        uint8_t kind = part.bytes[part.frame + 1];
        bool is_simple = kind == SOF_BASELINE || kind == SOF_EXTENDED;
        if (count > 1 && (interval == 0 || !is_simple || has_restarts(&part)))
            return false;
        write_head(page, &part, interval, out);
        memcpy(kept, part.bytes, part.data);
        *first = part;
        first->bytes = kept;
    } else {
        if (!has_same_head(first, &part))
            return false;
        byte_writer_u8(out, 0xFF);
        byte_writer_u8(out, (uint8_t)(RST_FIRST + (index - 1) % 8));
    }
    byte_writer_raw(out, part.bytes + part.data, part.end - part.data);
    return true;
}

static bool join(const struct tiff_page *page, struct byte_writer *out)
{
    uint32_t count = TIFFNumberOfStrips(page->tiff);
    if (page->is_tiled || count == 0 || count > STRIPS_MOST ||
        (page->samples > 1 && page->planar == PLANARCONFIG_SEPARATE) ||
        (page->samples != 1 && page->samples != 3))
        return false;
    size_t largest = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t size = TIFFRawStripSize64(page->tiff, i);
        if (size == 0 || size > page->memory->length)
            return false;
        largest = size > largest ? size : largest;
    }
    uint8_t *room = malloc(largest), *kept = malloc(largest);
    struct part first = {0};
    bool good = room != NULL && kept != NULL;
    for (uint32_t i = 0; good && i < count; i++)
        good = join_strip(page, i, count, room, largest, &first, kept, out);
    free(room);
    free(kept);
    byte_writer_raw(out, "\xFF\xD9", 2);
    return good && !out->failed;
}

/* Old-style JPEG (TIFF 6.0, section 22): most writers put a whole JPEG into the file. */
static bool copy_old(const struct tiff_page *page, struct byte_writer *out)
{
    const struct tiff_memory *memory = page->memory;
    uint64_t start = 0, length = 0;
    if (TIFFGetField(page->tiff, TIFFTAG_JPEGIFOFFSET, &start) != 1 || start >= memory->length)
        return false;
    if (TIFFGetField(page->tiff, TIFFTAG_JPEGIFBYTECOUNT, &length) != 1 || length == 0 ||
        length > memory->length - start)
        length = memory->length - start;
    // Some writers point a few bytes behind the beginning, at what JFIF calls its identifier.
    for (uint64_t back = 0; back <= BEHIND_START_MOST && back <= start; back++)
        if (length + back >= 3 && memcmp(memory->bytes + start - back, "\xFF\xD8\xFF", 3) == 0) {
            byte_writer_raw(out, memory->bytes + start - back, (size_t)(length + back));
            return !out->failed;
        }
    return false;
}

enum status tiff_page_join_jpeg(const struct tiff_page *page, uint8_t **ret_bytes,
                                size_t *ret_length, struct fault *fault)
{
    struct byte_writer out = {0};
    bool is_old = page->compression == COMPRESSION_OJPEG;
    if (!(is_old ? copy_old(page, &out) : join(page, &out))) {
        byte_writer_done(&out);
        return fault_set(fault, STATUS_REFUSE, "JPEG parts that cannot be joined");
    }
    *ret_bytes = out.bytes;
    *ret_length = out.length;
    return STATUS_OK;
}
