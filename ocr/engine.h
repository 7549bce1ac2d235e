/* engine.h - Tesseract with its model loaded, and the words it sees in a picture. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_ENGINE_H
#define OCR_ENGINE_H

#include <allheaders.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/affine.h"
#include "ocr/ocr.h"
#include "ocr/original.h"
#include "ocr/time_limit.h"
#include "ocr/word_list.h"

struct engine;

/* Loads the model and all that must not be loaded later, when there is no file system. HALT with
 * the reason. On STATUS_OK the caller owns *ret_engine (engine_close()). */
enum status engine_open(const struct ocr_options *options, struct engine **ret_engine,
                        struct fault *fault);
void engine_close(struct engine **engine_p);

/* Versions of all that has a part in a reading, e.g. "tesseract 5.3.0 deu:6b5c2a01 …". */
const char *engine_name(const struct engine *engine);
/* The font without glyphs that carries invisible text, as TrueType. */
const uint8_t *engine_font(const struct engine *engine, size_t *ret_length);

struct engine_result {
    bool cut_short;         /* the time ran out */
    double mean_confidence; /* 0 to 1, by characters; 0 without words */
    uint32_t characters;
};

/* Recognises `pix` (1 bit or 8 bit grey) and adds the words to `list`, which is empty, boxes mapped
 * by `to_page`. `has_tables`: columns of figures are likelier than form fields. What is in doubt or
 * was passed over is looked at again in `original`. Stops at `limit` with what it has. */
enum status engine_recognise(struct engine *engine, PIX *pix, int dpi, bool has_tables,
                             const struct original *original, const struct time_limit *limit,
                             struct affine to_page, struct word_list *list,
                             struct engine_result *ret_result, struct fault *fault);

#endif
