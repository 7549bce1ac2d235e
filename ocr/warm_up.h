/* warm_up.h - everything that libraries load when they are first used, before the file system is
 * out of reach: a small page of each kind is read once. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_WARM_UP_H
#define OCR_WARM_UP_H

#include "base/fault.h"
#include "ocr/engine.h"
#include "ocr/ocr.h"

/* HALT when reading does not work here at all. */
enum status warm_up(struct engine *engine, const struct ocr_options *options, struct fault *fault);

#endif
