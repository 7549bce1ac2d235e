/* whole.h - is all of a file there? By its own structure, without decoding any of it.
 *
 * Answers whether something was cut off or is still to come, not whether the file is good: what
 * is whole but strange goes to the reader, which may look closer (in its sandbox). Safe on
 * hostile input: fixed memory, every size checked without overflow, time bounded by a few
 * readings of the file (byte_source.h) and the limits below. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_WHOLE_H
#define INGEST_WHOLE_H

#include "ingest/sniff.h"

enum whole {
    WHOLE_YES = 0,   /* everything that it speaks of is there */
    WHOLE_NOT_YET,   /* the end is missing */
    WHOLE_ODD,       /* contradicts itself, but does not look cut: worth a long wait, then a try */
    WHOLE_UNREADABLE /* reading it failed, or it shrank meanwhile */
};

enum {
    WHOLE_TIFF_DIRECTORIES_MOST = 8192, /* visited; more make the file odd */
    WHOLE_TIFF_BRANCHES_MOST = 256,     /* directories found and not yet visited */
    WHOLE_PDF_TAIL_BYTES = 8192,        /* %%EOF stands in these last bytes */
    WHOLE_PDF_STARTXREF_BYTES = 256,    /* before %%EOF, where startxref is looked for */
    WHOLE_PNG_CHUNKS_MOST = 1 << 20,
    WHOLE_JPEG_SEGMENTS_MOST = 1 << 20
};

/* Of a file of `format`, one that sniff_format() found in the same source. */
enum whole whole_check(enum file_format format, struct byte_source *source);

/* The parts, one a format, each in its own file. */
enum whole whole_check_tiff(struct byte_source *source);
enum whole whole_check_pdf(struct byte_source *source);
enum whole whole_check_jpeg(struct byte_source *source);
enum whole whole_check_png(struct byte_source *source);

/* What a walk that could not get its bytes has to say. */
enum whole whole_without_bytes(const struct byte_source *source);

#endif
