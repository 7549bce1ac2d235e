/* code128.h - a Code 128 of visible ASCII, as widths of bars and gaps (ISO/IEC 15417). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_CODE128_H
#define BASE_CODE128_H

#include <stddef.h>

enum { CODE128_CHARACTERS_MOST = 40 };

/* Calls back for each bar: where it begins and how wide it is, in modules. Returns the width of
 * the whole code in modules, without quiet zones (10 each side); 0 when `words` is empty, too long
 * or holds anything but visible ASCII. `bar` may be NULL, to measure. */
unsigned code128_draw(const char *words, void (*bar)(void *context, unsigned start, unsigned width),
                      void *context);

#endif
