/* cleanup.c - see cleanup.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/cleanup.h"

enum status cleanup(PIX *page, double dpi, struct clean_picture *ret_clean, struct fault *fault)
{
    struct clean_picture clean = {.pix = pixClone(page), .dpi = (int)lround(dpi)};
    clean.to_page = affine_identity;
    if (clean.pix == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *ret_clean = clean;
    return STATUS_OK;
}
