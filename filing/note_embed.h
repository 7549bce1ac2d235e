/* note_embed.h - puts a document's Transfervermerk into its PDF/A, so that the two cannot be parted.
 *
 * The PDF stays as it is, byte for byte; what is appended is an incremental update (ISO 32000-1,
 * 7.5.6) with one object, the XMP metadata, which says what they said before and the note besides:
 * its bytes as they lie beside the PDF, their digest, creator and statement, in a schema that is
 * described there, as PDF/A wants it (ISO 19005-1, 6.7.8).
 *
 * Only what our own archive writes is understood: one classic cross-reference table, a catalogue
 * with metadata that are not compressed. Everything else is refused, and never guessed at. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_NOTE_EMBED_H
#define FILING_NOTE_EMBED_H

#include "base/fault.h"
#include "base/text.h"

#define NOTE_NAMESPACE "urn:posteingang:transfervermerk:1"

enum { NOTE_BYTES_MOST = 1 << 20, NOTE_METADATA_BYTES_MOST = 4 << 20 };

struct note_embedding {
    const char *xml; /* the note; UTF-8 without NUL */
    size_t xml_length;
    const char *creator, *statement; /* of it, for whoever reads the metadata alone */
};

/* Appends to `tail` what comes behind the `length` bytes of the PDF. The same PDF and note give the
 * same bytes. STATUS_REFUSE: the PDF is not of our archive's making, or has a note already. */
enum status note_embed(const char *pdf, size_t length, const struct note_embedding *note,
                       struct text *tail, struct fault *fault);

/* Appends the note that is embedded in the PDF. STATUS_REFUSE: there is none, or it does not fit
 * the digest beside it. */
enum status note_read(const char *pdf, size_t length, struct text *xml, struct fault *fault);

#endif
