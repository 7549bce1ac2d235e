/* fuzzer.h - what a fuzz target is, and how it says that a promise was broken.
 *
 * The two functions are libFuzzer's; replay.c calls them too. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_FUZZ_FUZZER_H
#define TESTS_FUZZ_FUZZER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Feeds one input. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
/* Called once before the first input. */
int LLVMFuzzerInitialize(int *argument_count, char ***arguments);

/* Ends the program as a finding when `holds` is false; also in builds without assert(). */
#define PROMISE(holds)                                                                             \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #holds);      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
