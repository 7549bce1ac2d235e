/* provider.h - a program of somebody else's that seals or stamps: what goes to its standard input, and
 * what comes from its standard output. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_PROVIDER_H
#define CLI_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/text.h"

enum { PROVIDER_WORDS_MOST = 64, PROVIDER_BYTES_MOST = 1 << 20 };

/* Runs `command` (words parted by blanks, the first an absolute path; no shell) with two more words
 * when they are not NULL. `folder`: for the files that stand for its input and output. STATUS_LATER:
 * it could not be run, did not end in time, or ended with another exit code than 0; the fault says
 * which. *ret_output: what it wrote; owned. */
enum status provider_run(const char *command, const char *const more[2], const char *folder,
                         const char *input, int64_t timeout_ms, struct text *ret_output,
                         struct fault *fault);

#endif
