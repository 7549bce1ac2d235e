/* sniff.h - what a file is, by its bytes. Its name is never asked. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_SNIFF_H
#define INGEST_SNIFF_H

#include "ingest/byte_source.h"

enum file_format {
    FILE_FORMAT_UNKNOWN = 0, /* nothing that we read */
    FILE_FORMAT_UNDECIDED,   /* too little is written yet to say */
    FILE_FORMAT_TIFF,        /* either byte order, BigTIFF too */
    FILE_FORMAT_PDF,
    FILE_FORMAT_JPEG,
    FILE_FORMAT_PNG
};

/* The ledger's word: "tiff", "pdf", "jpeg", "png", "" for the first two; static. */
const char *file_format_name(enum file_format format);

enum { SNIFF_PDF_HEADER_BYTES = 1024 /* how deep %PDF- may stand, as PDF readers have it */ };

enum file_format sniff_format(struct byte_source *source);
/* Where the first `word` begins in the first `most` bytes; false when it is not there. */
bool sniff_find(struct byte_source *source, const char *word, size_t most, uint64_t *ret_offset);

#endif
