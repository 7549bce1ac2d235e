/* page_facts.c - see page_facts.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/page_facts.h"
#include "base/reading.h"

enum { OUTCOMES = 4, DPI_MOST = 100000 };

static void encode_span(const struct page_span *span, struct byte_writer *writer)
{
    byte_writer_u64(writer, span->offset);
    byte_writer_u64(writer, span->length);
}

static void encode_image(const struct page_image *image, struct byte_writer *writer)
{
    encode_span(&image->span, writer);
    byte_writer_u8(writer, image->media);
    byte_writer_u32(writer, image->width);
    byte_writer_u32(writer, image->height);
}

void page_health_encode(const struct page_health *health, struct byte_writer *writer)
{
    byte_writer_i32(writer, health->skew);
    byte_writer_u8(writer, health->contrast);
    byte_writer_u16(writer, health->streak);
}

struct page_health page_health_decode(struct byte_reader *reader)
{
    struct page_health health = {0};
    int32_t skew = byte_reader_i32(reader);
    health.contrast = byte_reader_u8(reader);
    health.streak = byte_reader_u16(reader);
    if (skew < -PAGE_SKEW_MOST || skew > PAGE_SKEW_MOST || health.contrast > PAGE_CONTRAST_MOST ||
        health.streak > PAGE_STREAK_MOST)
        reader->failed = true;
    else
        health.skew = (int16_t)skew;
    return health;
}

void page_facts_encode(const struct page_facts *page, struct byte_writer *writer)
{
    byte_writer_u32(writer, page->number);
    byte_writer_u8(writer, page->outcome);
    byte_writer_u32(writer, page->document);
    byte_writer_u16(writer, page->rotation);
    byte_writer_u8(writer, page->notes);
    byte_writer_i32(writer, page->width);
    byte_writer_i32(writer, page->height);
    byte_writer_i32(writer, page->dpi);
    page_health_encode(&page->health, writer);
    encode_image(&page->preview, writer);
    encode_image(&page->thumbnail, writer);
    encode_span(&page->reading, writer);
    encode_span(&page->text, writer);
    encode_span(&page->pdf, writer);
    byte_writer_string(writer, page->sheet);
}

static struct page_span decode_span(struct byte_reader *reader)
{
    struct page_span span = {0};
    span.offset = byte_reader_u64(reader);
    span.length = byte_reader_u64(reader);
    if (span.offset > UINT64_MAX - span.length)
        reader->failed = true;
    return span;
}

static struct page_image decode_image(struct byte_reader *reader)
{
    struct page_image image = {0};
    image.span = decode_span(reader);
    image.media = byte_reader_u8(reader);
    image.width = byte_reader_u32(reader);
    image.height = byte_reader_u32(reader);
    bool is_there = image.media != PAGE_MEDIA_NONE;
    if (image.media > PAGE_MEDIA_JPEG || image.width > PAGE_IMAGE_SIDE_MOST ||
        image.height > PAGE_IMAGE_SIDE_MOST || is_there != (image.span.length > 0) ||
        is_there != (image.width > 0 && image.height > 0))
        reader->failed = true;
    return image;
}

static bool is_side(int32_t pixels)
{
    return pixels >= 0 && pixels <= READING_PIXELS_PER_SIDE_MOST;
}

/* Codes are printed by us: visible ASCII and blanks. */
static void decode_sheet(struct byte_reader *reader, struct page_facts *page)
{
    char *sheet = byte_reader_string(reader, sizeof page->sheet - 1);
    for (size_t i = 0; sheet != NULL && sheet[i] != '\0'; i++) {
        if (sheet[i] < ' ' || sheet[i] > '~')
            reader->failed = true;
        page->sheet[i] = sheet[i];
    }
    free(sheet);
}

void page_facts_decode(struct byte_reader *reader, struct page_facts *ret_page)
{
    struct page_facts page = {0};
    page.number = byte_reader_u32(reader);
    page.outcome = byte_reader_u8(reader);
    page.document = byte_reader_u32(reader);
    page.rotation = byte_reader_u16(reader);
    page.notes = byte_reader_u8(reader);
    page.width = byte_reader_i32(reader);
    page.height = byte_reader_i32(reader);
    page.dpi = byte_reader_i32(reader);
    page.health = page_health_decode(reader);
    page.preview = decode_image(reader);
    page.thumbnail = decode_image(reader);
    page.reading = decode_span(reader);
    page.text = decode_span(reader);
    page.pdf = decode_span(reader);
    decode_sheet(reader, &page);
    bool is_sound = page.number >= 1 && page.number <= READING_PAGES_MOST &&
                    page.outcome < OUTCOMES && page.document <= READING_PAGES_MOST &&
                    page.rotation < 360 && page.rotation % 90 == 0 &&
                    page.notes <= PAGE_NOTES_ALL && is_side(page.width) && is_side(page.height) &&
                    page.dpi >= 0 && page.dpi <= DPI_MOST;
    if (!is_sound)
        reader->failed = true;
    if (!reader->failed)
        *ret_page = page;
}

static bool lies_within(const struct page_span *span, uint64_t length)
{
    return span->offset <= length && span->length <= length - span->offset;
}

bool page_facts_lie_within(const struct page_facts *page, uint64_t length)
{
    return lies_within(&page->preview.span, length) && lies_within(&page->thumbnail.span, length) &&
           lies_within(&page->reading, length) && lies_within(&page->text, length) &&
           lies_within(&page->pdf, length);
}

/* How the bytes of each medium begin: PNG (ISO 15948) 5.2, JPEG (ISO 10918-1) B.1.1. */
static const struct {
    const char *type;
    const char *magic;
    size_t magic_length;
} media_rows[] = {
    [PAGE_MEDIA_NONE] = {"",           "",                  0},
    [PAGE_MEDIA_PNG] = {"image/png",  "\x89PNG\r\n\x1a\n", 8},
    [PAGE_MEDIA_JPEG] = {"image/jpeg", "\xff\xd8\xff",      3},
};

const char *page_media_type(enum page_media media)
{
    return media_rows[media].type;
}

bool page_media_matches(enum page_media media, const void *bytes, size_t length)
{
    size_t magic = media_rows[media].magic_length;
    return length >= magic && memcmp(bytes, media_rows[media].magic, magic) == 0;
}
