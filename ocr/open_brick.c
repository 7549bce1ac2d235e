/* open_brick.c - Leptonica's pixOpenBrick(), by doubling.
 *
 * Tesseract looks for ruling lines by opening the page with bricks of up to 50 pixels, for which
 * Leptonica goes over the page a hundred times: 5 % of all the time that a page takes. This is the
 * same function: an object of the program stands before that of a shared library, so Tesseract
 * calls this one (the linker is told to take it along, see CMakeLists.txt). An erosion by n pixels
 * is one by n / 2 and the same shifted by n / 2, so that six passes do for 50.
 *
 * As in Leptonica paper surrounds the picture, and the result is the same to the last bit
 * (tests/ocr/test_open_brick.c holds it against the definition). */
// SPDX-License-Identifier: EUPL-1.2
#include <allheaders.h>
#include <stdbool.h>
#include <stddef.h>

enum { WORD_BITS = 32 };

struct bits {
    l_uint32 *data;
    size_t words, rows; /* of a row, and rows */
};

/* The word whose first pixel is `shift` pixels behind that of line[at]; paper beyond the end. */
static l_uint32 word_behind(const l_uint32 *line, size_t words, size_t at, size_t shift)
{
    size_t from = at + shift / WORD_BITS, rest = shift % WORD_BITS;
    l_uint32 first = from < words ? line[from] : 0;
    l_uint32 second = from + 1 < words ? line[from + 1] : 0;
    return rest == 0 ? first : first << rest | second >> (WORD_BITS - rest);
}

/* The word whose first pixel is `shift` pixels before that of line[at]. */
static l_uint32 word_before(const l_uint32 *line, size_t at, size_t shift)
{
    size_t back = shift / WORD_BITS, rest = shift % WORD_BITS;
    l_uint32 first = at >= back ? line[at - back] : 0;
    l_uint32 second = at >= back + 1 ? line[at - back - 1] : 0;
    return rest == 0 ? first : first >> rest | second << (WORD_BITS - rest);
}

static void erode_across(struct bits bits, size_t shift)
{
    for (size_t y = 0; y < bits.rows; y++) {
        l_uint32 *line = bits.data + y * bits.words;
        for (size_t word = 0; word < bits.words; word++)
            line[word] &= word_behind(line, bits.words, word, shift);
    }
}

static void dilate_across(struct bits bits, size_t shift)
{
    for (size_t y = 0; y < bits.rows; y++) {
        l_uint32 *line = bits.data + y * bits.words;
        for (size_t word = bits.words; word-- > 0;)
            line[word] |= word_before(line, word, shift);
    }
}

static void erode_down(struct bits bits, size_t shift)
{
    for (size_t y = 0; y < bits.rows; y++) {
        l_uint32 *line = bits.data + y * bits.words;
        for (size_t word = 0; word < bits.words; word++)
            line[word] &= y + shift < bits.rows ? line[word + shift * bits.words] : 0;
    }
}

static void dilate_down(struct bits bits, size_t shift)
{
    for (size_t y = bits.rows; y-- > shift;) {
        l_uint32 *line = bits.data + y * bits.words;
        const l_uint32 *above = bits.data + (y - shift) * bits.words;
        for (size_t word = 0; word < bits.words; word++)
            line[word] |= above[word];
    }
}

/* Makes `step` with shifts that add up to one less than `size`, each at most what is done. */
static void repeat(struct bits bits, size_t size, void (*step)(struct bits bits, size_t shift))
{
    for (size_t done = 1; done < size;) {
        size_t shift = done <= size - done ? done : size - done;
        step(bits, shift);
        done += shift;
    }
}

static void open_bits(PIX *pix, size_t width, size_t height)
{
    struct bits bits = {pixGetData(pix), (size_t)pixGetWpl(pix), (size_t)pixGetHeight(pix)};
    pixSetPadBits(pix, 0);
    repeat(bits, width, erode_across);
    repeat(bits, height, erode_down);
    repeat(bits, width, dilate_across);
    repeat(bits, height, dilate_down);
}

PIX *pixOpenBrick(PIX *pixd, PIX *pixs, l_int32 hsize, l_int32 vsize)
{
    if (pixs == NULL || pixGetDepth(pixs) != 1 || hsize < 1 || vsize < 1)
        return pixd;
    PIX *opened = pixCopy(pixd, pixs); // pixs itself when that is pixd
    if (opened != NULL)
        open_bits(opened, (size_t)hsize, (size_t)vsize);
    return opened;
}
