/* proportion.h - how sure a share is that was counted on few. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_PROPORTION_H
#define CLI_PROPORTION_H

#include <stdint.h>

struct proportion {
    double share;       /* counted; 0 when nothing was */
    double least, most; /* Wilson's score interval at 95 %; 0 to 1 when nothing was counted */
};

/* `count` of `of`. */
struct proportion proportion_of(uint64_t count, uint64_t of);

#endif
