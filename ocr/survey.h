/* survey.h - a small one-bit copy of a page, and what it says about the whole: which way up
 * is it, how far is it askew? Cheap, because it is coarse. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SURVEY_H
#define OCR_SURVEY_H

#include <allheaders.h>
#include <stdbool.h>

#include "base/fault.h"
#include "base/reading.h"

struct survey {
    PIX *bits;  /* 1 is ink */
    double dpi; /* 110 to 220 */
};

/* `page` is 1 bit, or grey with even light. On STATUS_OK the caller ends *ret_survey with
 * survey_done(). */
enum status survey_init(PIX *page, double dpi, struct survey *ret_survey, struct fault *fault);
void survey_done(struct survey *survey);

/* Takes out what is in the box and close around it: a code, which is no text. */
enum status survey_clear(struct survey *survey, struct reading_box box, struct fault *fault);

/* How the page lies, as far as the shapes of its letters tell. */
struct survey_lie {
    int turn;          /* clockwise degrees that make it upright: 0, 90, 180, 270 */
    bool is_axis_sure; /* turned or not by 180 degrees, but surely not by 90 */
    bool is_sure;      /* enough letters agree */
};

enum status survey_find_lie(const struct survey *survey, struct survey_lie *ret_lie,
                            struct fault *fault);
/* Turns the survey itself. */
enum status survey_turn(struct survey *survey, int degrees, struct fault *fault);

/* How large most letters are, in pixels of the survey: the median of the longer sides of what
 * hangs together; 0 where there is too little to tell. */
double survey_letter_size(const struct survey *survey);

/* Clockwise degrees that make the lines level; 0 when it cannot be told. */
double survey_find_skew(const struct survey *survey);

#endif
