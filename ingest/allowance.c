/* allowance.c - see allowance.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>
#include <time.h>

#include "ingest/allowance.h"

enum { PIECES_A_SECOND = 4, PIECE_BYTES_LEAST = 1024, THOUSANDTHS = 1000 };

void allowance_init(struct allowance *allowance, const int64_t rates[CONFIG_HOURS], int64_t now_ms)
{
    *allowance = (struct allowance){.at_ms = now_ms};
    memcpy(allowance->rates, rates, sizeof allowance->rates);
}

int64_t allowance_rate(const struct allowance *allowance, int64_t wall_ms)
{
    struct tm local;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (localtime_r(&seconds, &local) == NULL)
        return CONFIG_RATE_UNLIMITED;
    return allowance->rates[(size_t)local.tm_hour % CONFIG_HOURS];
}

size_t allowance_piece(const struct allowance *allowance, int64_t wall_ms, size_t most)
{
    int64_t rate = allowance_rate(allowance, wall_ms);
    if (rate == CONFIG_RATE_UNLIMITED || rate / PIECES_A_SECOND >= (int64_t)most)
        return most;
    int64_t bytes = rate / PIECES_A_SECOND;
    return bytes < PIECE_BYTES_LEAST ? PIECE_BYTES_LEAST : (size_t)bytes;
}

size_t allowance_take(struct allowance *allowance, int64_t wall_ms, int64_t now_ms, size_t wanted)
{
    int64_t rate = allowance_rate(allowance, wall_ms);
    int64_t passed_ms = now_ms - allowance->at_ms;
    allowance->at_ms = now_ms;
    if (rate == CONFIG_RATE_UNLIMITED)
        return wanted;
    if (passed_ms > ALLOWANCE_GATHER_MS)
        passed_ms = ALLOWANCE_GATHER_MS;
    // On a line so slow that a second does not bring a piece, one gathers all the same.
    int64_t price = (int64_t)wanted * THOUSANDTHS;
    int64_t most = rate * ALLOWANCE_GATHER_MS > price ? rate * ALLOWANCE_GATHER_MS : price;
    allowance->stock += passed_ms > 0 ? rate * passed_ms : 0;
    if (allowance->stock > most)
        allowance->stock = most;
    if (rate == 0 || allowance->stock < price)
        return 0;
    allowance->stock -= price;
    return wanted;
}
