/* alto.h - a reading as ALTO 4 (Library of Congress), which archives and editors of text read. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_ALTO_H
#define BASE_ALTO_H

#include "base/reading.h"
#include "base/text.h"

/* Appends the document: pages, blocks, lines and words with their boxes in pixels, confidences and
 * alternatives. `version` is the program's. */
void alto_append(const struct reading *reading, const char *version, struct text *xml);

#endif
