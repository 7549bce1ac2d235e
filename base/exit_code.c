/* exit_code.c - see exit_code.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>

#include "base/exit_code.h"

enum exit_code exit_code_of(const struct fault *fault)
{
    return fault->os_error == EHOSTUNREACH ? EXIT_UNREACHABLE : EXIT_STORAGE;
}
