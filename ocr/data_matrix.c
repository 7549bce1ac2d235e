/* data_matrix.c - see data_matrix.h.
 *
 * libdmtx follows edges from many starting points; in a picture without a code it would do so for
 * seconds, hence the deadline. The first code that decodes is taken: its Reed-Solomon check makes
 * a false one next to impossible. */
// SPDX-License-Identifier: EUPL-1.2
#include <dmtx.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ocr/data_matrix.h"
#include "ocr/picture.h"

enum { SLICE_MS = 20 };

/* libdmtx counts rows from the bottom. */
static void take_box(DmtxRegion *region, int height, struct data_matrix *code)
{
    double left = INFINITY, right = -INFINITY, low = INFINITY, high = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        DmtxVector2 point = {.X = corner & 1, .Y = corner >> 1};
        dmtxMatrix3VMultiplyBy(&point, region->fit2raw);
        left = fmin(left, point.X);
        right = fmax(right, point.X);
        low = fmin(low, point.Y);
        high = fmax(high, point.Y);
    }
    code->left = (int)left;
    code->right = (int)ceil(right);
    code->top = height - (int)ceil(high);
    code->bottom = height - (int)low;
}

static long processor_ms(void)
{
    struct timespec time = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void take_message(DmtxDecode *decode, DmtxRegion *region, int height,
                         struct data_matrix *code)
{
    DmtxMessage *message = dmtxDecodeMatrixRegion(decode, region, DmtxUndefined);
    if (message == NULL)
        return;
    if (message->outputIdx > 0)
        code->bytes = malloc((size_t)message->outputIdx + 1);
    if (code->bytes != NULL) {
        code->length = (size_t)message->outputIdx;
        memcpy(code->bytes, message->output, code->length);
        code->bytes[code->length] = '\0';
        take_box(region, height, code);
    }
    dmtxMessageDestroy(&message);
}

/* libdmtx knows the wall clock alone, which on a busy machine says nothing: it gets slices of it
 * until the processor time is used up. */
static void search(DmtxDecode *decode, long milliseconds, int height, struct data_matrix *code)
{
    long end = processor_ms() + milliseconds;
    while (code->bytes == NULL && processor_ms() < end) {
        DmtxTime slice = dmtxTimeAdd(dmtxTimeNow(), SLICE_MS);
        DmtxRegion *region = dmtxRegionFindNext(decode, &slice);
        if (region == NULL && dmtxTimeExceeded(slice) == DmtxFalse)
            break; // looked everywhere
        if (region == NULL)
            continue;
        take_message(decode, region, height, code);
        dmtxRegionDestroy(&region);
    }
}

void data_matrix_find(PIX *grey, long milliseconds, struct data_matrix *ret_code)
{
    struct data_matrix code = {0};
    uint8_t *rows = picture_rows(grey);
    DmtxImage *image =
        rows == NULL ? NULL
                     : dmtxImageCreate(rows, pixGetWidth(grey), pixGetHeight(grey), DmtxPack8bppK);
    DmtxDecode *decode = image == NULL ? NULL : dmtxDecodeCreate(image, 1);
    if (decode != NULL) {
        search(decode, milliseconds, pixGetHeight(grey), &code);
        dmtxDecodeDestroy(&decode);
    }
    if (image != NULL)
        dmtxImageDestroy(&image);
    free(rows);
    *ret_code = code;
}
