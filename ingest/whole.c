/* whole.c - see whole.h: asks the right part. */
// SPDX-License-Identifier: EUPL-1.2
#include "ingest/whole.h"

enum whole whole_without_bytes(const struct byte_source *source)
{
    if (source->failed)
        return WHOLE_UNREADABLE;
    return source->exhausted ? WHOLE_ODD : WHOLE_NOT_YET;
}

enum whole whole_check(enum file_format format, struct byte_source *source)
{
    enum whole whole = WHOLE_NOT_YET;
    switch (format) {
    case FILE_FORMAT_TIFF:
        whole = whole_check_tiff(source);
        break;
    case FILE_FORMAT_PDF:
        whole = whole_check_pdf(source);
        break;
    case FILE_FORMAT_JPEG:
        whole = whole_check_jpeg(source);
        break;
    case FILE_FORMAT_PNG:
        whole = whole_check_png(source);
        break;
    case FILE_FORMAT_UNKNOWN:
    case FILE_FORMAT_UNDECIDED:
        break;
    }
    return source->failed ? WHOLE_UNREADABLE : whole;
}
