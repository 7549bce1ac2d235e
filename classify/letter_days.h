/* letter_days.h - the days in a letter on which periods hang: receipt stamp, date of the decision
 * that it is about, formal service, and the last day that it names.
 *
 * What is found is a hint for people: the reading may be wrong, and so may the letter. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_LETTER_DAYS_H
#define CLASSIFY_LETTER_DAYS_H

#include "base/text.h"
#include "classify/facts.h"

/* Appends "stamp:2026-03-02:1 posted:2026-02-12:1": name, day and page in the scan of each that is
 * there, the first in the letter's order. */
void letter_days_append(const struct facts *facts, struct text *days);

#endif
