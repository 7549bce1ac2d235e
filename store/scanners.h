/* scanners.h - the newest pages of a site, by what they say of the scanner that made them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SCANNERS_H
#define STORE_SCANNERS_H

#include "store/ledger.h"

struct scanned_page {
    struct page_health health;
    int32_t width, height, dpi; /* as a person reads it; 0 when unreadable */
};

/* Fills up to `most` rows, the newest page first; *ret_count says how many. */
enum status scanned_pages(struct ledger *ledger, const char *site, struct scanned_page *ret_pages,
                          size_t most, size_t *ret_count, struct fault *fault);

#endif
