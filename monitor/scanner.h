/* scanner.h - is a site's scanner well? Told from its newest pages.
 *
 * One page says nothing: paper is crooked, letters are pale, and people draw lines. Many pages in a
 * row that say the same speak of the machine. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_SCANNER_H
#define MONITOR_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "store/scanners.h"

enum {
    SCANNER_PAGES = 100, /* looked at … */
    SCANNER_NEW = 20,    /* … of which these are now, and the others before */
    SCANNER_BEFORE_LEAST = 20,
    SCANNER_STREAKS = 8,           /* of the new ones at one place */
    SCANNER_STREAK_APART = 5,      /* thousandths of the width that one place is wide */
    SCANNER_SKEW = 100,            /* hundredths of a degree: the middle of the new ones */
    SCANNER_CONTRAST_PERCENT = 70, /* of what it was before */
    SCANNER_LONG_PAGES = 2         /* of the new ones, as wide as A4 and longer */
};

enum scanner_trouble {
    SCANNER_STREAK_TROUBLE = 0,
    SCANNER_SKEW_TROUBLE,
    SCANNER_CONTRAST_TROUBLE,
    SCANNER_DOUBLE_TROUBLE,
    SCANNER_TROUBLES
};

/* `pages`: the newest first. Sets what is the matter; with too few pages, nothing is. */
void scanner_judge(const struct scanned_page *pages, size_t count,
                   bool ret_troubles[SCANNER_TROUBLES]);
/* The kind of alarm. Static. */
const char *scanner_alarm(enum scanner_trouble trouble);

#endif
