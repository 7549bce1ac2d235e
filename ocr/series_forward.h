/* series_forward.h - which of Tesseract's networks are computed here instead of there.
 *
 * Not for several threads: one reads, as in a reader's children. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SERIES_FORWARD_H
#define OCR_SERIES_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "ocr/network.h"

enum { SERIES_FORWARD_NETWORKS_MOST = 16 };

/* Offers a network, which is then ours to free: the first lines of each of Tesseract's networks
 * are computed by both, and whose values are equal to the last bit is computed here from then on.
 * NULL, and more than SERIES_FORWARD_NETWORKS_MOST, are dropped. */
void series_forward_offer(struct network *network);
/* Forgets all that were offered. */
void series_forward_release(void);

struct series_forward_counts {
    uint64_t lines;    /* that Tesseract asked for */
    uint64_t ours;     /* of these, computed here alone */
    uint64_t compared; /* computed by both, once for each set of kernels that was tried */
    uint64_t unequal;  /* of these */
};
struct series_forward_counts series_forward_counts(void);

/* Lets every line be computed by both and with every set of kernels that the processor has. */
void series_forward_compare_all(bool on);

/* What computes lines now: the name of a set of kernels, or "tesseract". */
const char *series_forward_by(void);

#endif
