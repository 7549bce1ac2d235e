/* tiff_memory.c - see tiff_memory.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/tiff_memory.h"

enum { SINGLE_ALLOCATION_MOST = 256 << 20 };

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t size)
{
    struct tiff_memory *memory = handle;
    if (size <= 0 || memory->position >= memory->length)
        return 0;
    size_t count = memory->length - memory->position;
    if (count > (size_t)size)
        count = (size_t)size;
    memcpy(buffer, memory->bytes + memory->position, count);
    memory->position += count;
    return (tmsize_t)count;
}

static tmsize_t read_nothing(thandle_t handle, void *buffer, tmsize_t size)
{
    struct tiff_memory *memory = handle;
    if (size <= 0 || memory->position + (size_t)size > memory->written.length)
        return 0;
    memcpy(buffer, memory->written.bytes + memory->position, (size_t)size);
    memory->position += (size_t)size;
    return size;
}

/* libtiff goes back to write the offset of the directory into the header. */
static tmsize_t write_bytes(thandle_t handle, void *buffer, tmsize_t size)
{
    struct tiff_memory *memory = handle;
    struct byte_writer *written = &memory->written;
    if (size <= 0)
        return 0;
    size_t end = memory->position + (size_t)size;
    while (written->length < end && !written->failed)
        byte_writer_raw(written, buffer,
                        end - written->length < (size_t)size ? end - written->length
                                                             : (size_t)size);
    if (written->failed)
        return -1;
    memcpy(written->bytes + memory->position, buffer, (size_t)size);
    memory->position = end;
    return size;
}

static tmsize_t write_nothing(thandle_t handle, void *buffer, tmsize_t size)
{
    (void)handle;
    (void)buffer;
    (void)size;
    return -1;
}

static size_t size_now(const struct tiff_memory *memory)
{
    return memory->bytes != NULL ? memory->length : memory->written.length;
}

static toff_t seek(thandle_t handle, toff_t offset, int from)
{
    struct tiff_memory *memory = handle;
    toff_t base = from == SEEK_CUR ? memory->position : from == SEEK_END ? size_now(memory) : 0;
    memory->position = (size_t)(base + offset);
    return memory->position;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    const struct tiff_memory *memory = handle;
    return size_now(memory);
}

static int note_error(TIFF *tiff, void *context, const char *module, const char *format,
                      va_list arguments)
{
    struct tiff_memory *memory = context;
    (void)tiff;
    (void)module;
    if (memory->error_count++ == 0)
        (void)vsnprintf(memory->first_error, sizeof memory->first_error, format, arguments);
    return 1;
}

static int note_warning(TIFF *tiff, void *context, const char *module, const char *format,
                        va_list arguments)
{
    struct tiff_memory *memory = context;
    (void)tiff;
    (void)module;
    (void)format;
    (void)arguments;
    memory->warning_count++;
    return 1;
}

static TIFF *open_memory(struct tiff_memory *memory, const char *mode, TIFFReadWriteProc reader,
                         TIFFReadWriteProc writer)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL)
        return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, SINGLE_ALLOCATION_MOST);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, memory);
    TIFFOpenOptionsSetWarningHandlerExtR(options, note_warning, memory);
    TIFF *tiff = TIFFClientOpenExt("scan", mode, memory, reader, writer, seek, close_nothing,
                                   size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

TIFF *tiff_memory_read(struct tiff_memory *memory, const uint8_t *bytes, size_t length)
{
    *memory = (struct tiff_memory){.bytes = bytes, .length = length};
    return open_memory(memory, "rm", read_bytes, write_nothing);
}

TIFF *tiff_memory_write(struct tiff_memory *memory)
{
    *memory = (struct tiff_memory){0};
    return open_memory(memory, "wm", read_nothing, write_bytes);
}

void tiff_memory_done(struct tiff_memory *memory)
{
    byte_writer_done(&memory->written);
}

/* One strip that holds the whole page. */
static bool write_g4(TIFF *tiff, PIX *pix)
{
    uint32_t width = (uint32_t)pixGetWidth(pix), height = (uint32_t)pixGetHeight(pix);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, height);
    size_t row_bytes = ((size_t)width + 7) / 8;
    uint8_t *row = malloc(row_bytes + sizeof(l_uint32));
    bool good = row != NULL;
    for (uint32_t y = 0; good && y < height; y++) {
        const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        for (size_t i = 0; i < row_bytes; i++)
            row[i] = (uint8_t)(line[i / 4] >> (24 - 8 * (i % 4)));
        good = TIFFWriteScanline(tiff, row, y, 0) == 1;
    }
    free(row);
    return good;
}

static enum status take_strip(struct tiff_memory *memory, uint8_t **ret_bytes, size_t *ret_length,
                              struct fault *fault)
{
    struct tiff_memory finished;
    TIFF *tiff = tiff_memory_read(&finished, memory->written.bytes, memory->written.length);
    if (tiff == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while packing a page");
    uint64_t size = TIFFRawStripSize64(tiff, 0);
    uint8_t *bytes = size > 0 && size < memory->written.length ? malloc(size) : NULL;
    bool good = bytes != NULL && TIFFReadRawStrip(tiff, 0, bytes, (tmsize_t)size) == (tmsize_t)size;
    TIFFClose(tiff);
    if (!good) {
        free(bytes);
        return fault_set(fault, STATUS_LATER, "out of memory while packing a page");
    }
    *ret_bytes = bytes;
    *ret_length = size;
    return STATUS_OK;
}

enum status tiff_memory_encode_g4(PIX *pix, uint8_t **ret_bytes, size_t *ret_length,
                                  struct fault *fault)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_write(&memory);
    if (tiff == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while packing a page");
    bool good = write_g4(tiff, pix) && TIFFFlush(tiff) == 1;
    TIFFClose(tiff);
    enum status status =
        good ? take_strip(&memory, ret_bytes, ret_length, fault)
             : fault_set(fault, STATUS_LATER, "cannot pack a page: %s", memory.first_error);
    tiff_memory_done(&memory);
    return status;
}
