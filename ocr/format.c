/* format.c - see format.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ocr/format.h"

static const struct format *const formats[] = {&format_tiff, &format_pdf, &format_jpeg,
                                               &format_png};

const struct format *format_of(const struct source *source)
{
    const struct format *best = NULL;
    int highest = 0;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        int bid = formats[i]->bid(source);
        if (bid > highest) {
            highest = bid;
            best = formats[i];
        }
    }
    return best;
}

enum status format_check_size(const struct ocr_options *options, uint64_t width, uint64_t height,
                              struct fault *fault)
{
    if (width == 0 || height == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "Die Seite hat keine Fläche. Bitte das Blatt neu scannen.");
    uint64_t side = (uint64_t)options->page_side_most;
    if (width > side || height > side || width > (uint64_t)options->page_pixels_most / height)
        return fault_set(fault, STATUS_REFUSE,
                         "Die Seite ist mit %llu × %llu Bildpunkten zu groß. Bitte mit 300 dpi "
                         "neu scannen.",
                         (unsigned long long)width, (unsigned long long)height);
    return STATUS_OK;
}

/* Files that people send in place of scans, by their first bytes. */
static const struct foreign {
    const char *start;
    size_t length;
    size_t offset;
    const char *name;
} foreign_kinds[] = {
    {"PK\3\4",          4, 0, "ein Office-Dokument oder ZIP-Archiv"},
    {"\320\317\21\340", 4, 0, "ein Office-Dokument"                },
    {"{\\rtf",          5, 0, "ein RTF-Dokument"                   },
    {"GIF8",            4, 0, "ein GIF-Bild"                       },
    {"BM",              2, 0, "ein BMP-Bild"                       },
    {"ftyp",            4, 4, "ein HEIC-Bild oder Video"           },
    {"WEBP",            4, 8, "ein WebP-Bild"                      },
    {"jP  ",            4, 4, "ein JPEG-2000-Bild"                 },
    {"%!PS",            4, 0, "eine PostScript-Datei"              },
};

enum status format_refuse_unknown(const struct source *source, struct fault *fault)
{
    if (source->length == 0)
        return fault_set(fault, STATUS_REFUSE, "Die Datei ist leer. Bitte neu scannen.");
    const char *name = "keine Scan-Datei";
    for (size_t i = 0; i < sizeof foreign_kinds / sizeof foreign_kinds[0]; i++) {
        const struct foreign *kind = &foreign_kinds[i];
        if (source->length >= kind->offset + kind->length &&
            memcmp(source->bytes + kind->offset, kind->start, kind->length) == 0) {
            name = kind->name;
            break;
        }
    }
    return fault_set(fault, STATUS_REFUSE,
                     "Die Datei ist %s. Gelesen werden TIFF, PDF, JPEG und PNG: bitte in einem "
                     "dieser Formate neu scannen.",
                     name);
}
