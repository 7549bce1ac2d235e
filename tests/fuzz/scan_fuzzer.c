/* scan_fuzzer.c - scans themselves: TIFF, JPEG and PNG, as a page child of the reader takes them.
 *
 * Promises: whatever the file holds, each page ends with a picture within the limits or with a
 * refusal that says why in German. PDF is left out: its decoder is a library that ends the program
 * on some inputs, which is what the child is for. The limits are small, so that the fuzzer is not
 * busy with white paper. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/text.h"
#include "ocr/format.h"
#include "tests/fuzz/fuzzer.h"

enum { PAGES_TRIED = 3, SIDE_MOST = 2000 };

static const struct ocr_options options = {
    .languages = "deu",
    .page_pixels_most = 500000,
    .page_side_most = SIDE_MOST,
    .scan_bytes_most = 1 << 20,
    .scan_pages_most = 20,
    .render_dpi = 100,
    .separators = "PATCHT,ADAR-NEXTDOC",
    .stickers = "ASN#,TAG:",
};

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    (void)setMsgSeverity(L_SEVERITY_NONE);
    return 0;
}

static void check_picture(const struct picture *picture)
{
    PROMISE(picture->pix != NULL || picture->has_words);
    if (picture->pix != NULL) {
        int depth = pixGetDepth(picture->pix);
        PROMISE(depth == 1 || depth == 8);
        PROMISE(pixGetWidth(picture->pix) <= SIDE_MOST && pixGetHeight(picture->pix) <= SIDE_MOST);
    }
    PROMISE((picture->raster.bytes != NULL) == (picture->raster.length > 0));
}

static void check_refusal(enum status status, const struct fault *fault)
{
    PROMISE(status == STATUS_REFUSE || status == STATUS_LATER);
    PROMISE(fault->text[0] != '\0' && utf8_is_valid(fault->text, strlen(fault->text)));
}

static void try_page(const struct format *format, const struct source *source, uint32_t index)
{
    struct picture picture = {0};
    struct fault fault = {0};
    enum status status = format->load(source, &options, index, &picture, &fault);
    if (status == STATUS_OK)
        check_picture(&picture);
    else
        check_refusal(status, &fault);
    picture_done(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct source source = {bytes, length};
    struct fault fault = {0};
    const struct format *format = format_of(&source);
    if (format == NULL) {
        check_refusal(format_refuse_unknown(&source, &fault), &fault);
        return 0;
    }
    if (format == &format_pdf)
        return 0;
    uint32_t pages = 0;
    enum status status = format->count(&source, &options, &pages, &fault);
    if (status != STATUS_OK) {
        check_refusal(status, &fault);
        return 0;
    }
    PROMISE(pages >= 1 && pages <= options.scan_pages_most);
    for (uint32_t i = 0; i < pages && i < PAGES_TRIED; i++)
        try_page(format, &source, i);
    return 0;
}
