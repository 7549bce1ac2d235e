/* zygote.h - the process that has everything loaded and forks a confined child for each step. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_ZYGOTE_H
#define OCR_ZYGOTE_H

#include <sys/types.h>

#include "ocr/ocr.h"

/* Serves on `socket` until the other side is gone; never returns. Called in a fresh fork of
 * `parent`, with whom it dies. */
_Noreturn void zygote_run(int socket, pid_t parent, const struct ocr_options *options);

#endif
