/* fault.h - why something did not work, in one sentence for a person.
 *
 * The caller provides the struct; functions that fail fill it and return its status, so that
 * `return fault_set(fault, STATUS_LATER, "…")` reads as one thought. A NULL fault is allowed
 * everywhere and means that the caller does not want the words. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/status.h"

enum { FAULT_TEXT_BYTES = 512 };

struct fault {
    enum status status;
    int os_error; /* errno at the time, 0 when the system had no part in it */
    char text[FAULT_TEXT_BYTES];
};

/* Fills `fault` (when not NULL) with a formatted sentence and returns `status`. */
enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Like fault_set(), and adds ": " and the words for errno, which is kept in os_error. */
enum status fault_errno(struct fault *fault, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before what `fault` already says. Returns the fault's status. */
enum status fault_within(struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes `fault` say nothing: status OK, no text. */
void fault_clear(struct fault *fault);

#endif
