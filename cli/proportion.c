/* proportion.c - see proportion.h. Wilson 1927: unlike the textbook interval it is right for
 * shares near 0, which is where the share of misfiled letters has to be. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "cli/proportion.h"

static const double QUANTILE = 1.959963984540054; /* of the normal distribution at 97.5 % */

struct proportion proportion_of(uint64_t count, uint64_t of)
{
    if (of == 0)
        return (struct proportion){.share = 0, .least = 0, .most = 1};
    double n = (double)of;
    double share = (double)count / n;
    double square = QUANTILE * QUANTILE;
    double centre = (share + square / (2 * n)) / (1 + square / n);
    double reach =
        QUANTILE / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n));
    double least = centre - reach;
    double most = centre + reach;
    return (struct proportion){.share = share,
                               .least = count == 0 || least < 0 ? 0 : least,
                               .most = count == of || most > 1 ? 1 : most};
}
