/* exit_code.h - how a program ends that cannot go on. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_EXIT_CODE_H
#define BASE_EXIT_CODE_H

#include "base/fault.h"

/* EXIT_UNREACHABLE over a service that cannot be reached (os_error is EHOSTUNREACH), else
 * EXIT_STORAGE. */
enum exit_code exit_code_of(const struct fault *fault);

#endif
