/* page_result.c - how a page comes from its child: see page.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ocr/page.h"

void page_result_done(struct page_result *result)
{
    reading_page_done(&result->reading);
    raster_done(&result->raster);
    preview_done(&result->preview);
    preview_done(&result->thumbnail);
    *result = (struct page_result){0};
}

void page_result_encode(const struct page_result *result, struct byte_writer *writer)
{
    struct byte_writer reading = {0};
    reading_page_encode(&result->reading, &reading);
    byte_writer_u64(writer, reading.length);
    byte_writer_raw(writer, reading.bytes, reading.length);
    writer->failed = writer->failed || reading.failed;
    byte_writer_done(&reading);
    raster_encode(&result->raster, writer);
    byte_writer_u8(writer, result->placement.is_mirrored);
    byte_writer_u16(writer, result->placement.turn);
    byte_writer_u8(writer, result->is_lifted);
    preview_encode(&result->preview, writer);
    preview_encode(&result->thumbnail, writer);
    page_health_encode(&result->health, writer);
}

enum status page_result_decode(const uint8_t *bytes, size_t length, struct page_result *ret_result,
                               struct fault *fault)
{
    struct page_result result = {0};
    struct byte_reader reader = byte_reader_over(bytes, length);
    uint64_t reading_length = byte_reader_u64(&reader);
    const uint8_t *reading = byte_reader_borrow(&reader, reading_length);
    enum status status = reading == NULL
                             ? STATUS_REFUSE
                             : reading_page_decode(reading, reading_length, &result.reading, fault);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_REFUSE, "not a page's result");
    raster_decode(&reader, &result.raster);
    result.placement.is_mirrored = byte_reader_u8(&reader) != 0;
    result.placement.turn = byte_reader_u16(&reader);
    result.is_lifted = byte_reader_u8(&reader) != 0;
    preview_decode(&reader, &result.preview);
    preview_decode(&reader, &result.thumbnail);
    result.health = page_health_decode(&reader);
    if (!byte_reader_finished(&reader) || result.placement.turn >= 360 ||
        result.placement.turn % 90 != 0) {
        page_result_done(&result);
        return fault_set(fault, STATUS_REFUSE, "not a page's result");
    }
    *ret_result = result;
    return STATUS_OK;
}
