/* ruling.h - lines that are no letters: the rules of forms and tables, and the streaks that fax
 * machines and dirty scanners draw across a page. Letters that touch them keep their strokes. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_RULING_H
#define OCR_RULING_H

#include <allheaders.h>

#include "base/fault.h"

/* Takes streaks (rows that are black nearly all the way across) out of a 1-bit page, in place. */
void ruling_erase_streaks(PIX *bits, double dpi);

/* Takes level and upright rules, also dotted ones, out of a grey page whose lines are level, in
 * place. */
enum status ruling_erase_rules(PIX *grey, double dpi, struct fault *fault);

#endif
