/* sniff.c - see sniff.h.
 *
 * TIFF 6.0 section 2 and the BigTIFF note; ISO 32000-1 7.5.2 with the leniency of its annex H
 * (the header within the first 1024 bytes); ITU T.81 B.1.1; ISO 15948 5.2. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ingest/sniff.h"

enum { MAGIC_BYTES_MOST = 8 };

static const struct magic {
    enum file_format format;
    size_t length;
    uint8_t bytes[MAGIC_BYTES_MOST];
} magics[] = {
    {FILE_FORMAT_TIFF, 4, {'I', 'I', 42, 0}                            },
    {FILE_FORMAT_TIFF, 4, {'M', 'M', 0, 42}                            },
    {FILE_FORMAT_TIFF, 8, {'I', 'I', 43, 0, 8, 0, 0, 0}                },
    {FILE_FORMAT_TIFF, 8, {'M', 'M', 0, 43, 0, 8, 0, 0}                },
    {FILE_FORMAT_JPEG, 3, {0xFF, 0xD8, 0xFF}                           },
    {FILE_FORMAT_PNG,  8, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}},
    {FILE_FORMAT_PDF,  5, {'%', 'P', 'D', 'F', '-'}                    },
};

static const char *const names[] = {
    [FILE_FORMAT_UNKNOWN] = "", [FILE_FORMAT_UNDECIDED] = "", [FILE_FORMAT_TIFF] = "tiff",
    [FILE_FORMAT_PDF] = "pdf",  [FILE_FORMAT_JPEG] = "jpeg",  [FILE_FORMAT_PNG] = "png",
};

const char *file_format_name(enum file_format format)
{
    return names[format];
}

bool sniff_find(struct byte_source *source, const char *word, size_t most, uint64_t *ret_offset)
{
    size_t length = strlen(word);
    size_t there = 0;
    // Windows are aligned and larger than any `most`, so one span holds all of it.
    const uint8_t *bytes = byte_source_span(source, 0, &there);
    if (bytes == NULL)
        return false;
    const uint8_t *found = memmem(bytes, there < most ? there : most, word, length);
    if (found == NULL)
        return false;
    *ret_offset = (uint64_t)(found - bytes);
    return true;
}

/* Nothing but zeros so far: the room was reserved, and the content is still to come. */
static bool is_blank(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static enum file_format match(const uint8_t *head, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        const struct magic *magic = &magics[i];
        size_t common = length < magic->length ? length : magic->length;
        if (memcmp(head, magic->bytes, common) == 0)
            return common == magic->length ? magic->format : FILE_FORMAT_UNDECIDED;
    }
    return is_blank(head, length) ? FILE_FORMAT_UNDECIDED : FILE_FORMAT_UNKNOWN;
}

enum file_format sniff_format(struct byte_source *source)
{
    uint8_t head[MAGIC_BYTES_MOST];
    size_t length = source->size < sizeof head ? (size_t)source->size : sizeof head;
    if (!byte_source_get(source, 0, head, length))
        return FILE_FORMAT_UNDECIDED;
    enum file_format format = match(head, length);
    uint64_t offset = 0;
    if (format == FILE_FORMAT_UNKNOWN &&
        sniff_find(source, "%PDF-", SNIFF_PDF_HEADER_BYTES, &offset))
        format = FILE_FORMAT_PDF;
    return source->failed ? FILE_FORMAT_UNDECIDED : format;
}
