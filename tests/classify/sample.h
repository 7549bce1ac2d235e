/* sample.h - letters as plain text and a small register, for the tests of classify/. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_CLASSIFY_SAMPLE_H
#define TESTS_CLASSIFY_SAMPLE_H

#include "classify/classify.h"

/* A reading of plain text: lines end with \n, an empty line ends a block, \f a page. Two and more
 * blanks are a gap between columns; every character is SAMPLE_ADVANCE pixels wide. */
enum { SAMPLE_ADVANCE = 20, SAMPLE_HEIGHT = 34, SAMPLE_PITCH = 50 };
struct reading sample_reading(const char *text);
void sample_add_code(struct reading *reading, const char *code);
void sample_add_alternative(struct reading *reading, const char *word, const char *alternative);

/* The two schemes of case numbers that the tests use, and default permissions. */
struct classify_options sample_options(void);

/* A register index of the persons given, finished. */
struct register_index *sample_index(const struct rules *rules,
                                    const struct register_person *persons, size_t count);

#endif
