/* secret.h - a file with a secret of 32 bytes: 64 hex digits, for its owner alone. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdint.h>

#include "base/fault.h"

enum { SECRET_BYTES = 32 };

/* STATUS_REFUSE: there is none, or it is no such file. */
enum status secret_load(const char *path, uint8_t ret_secret[SECRET_BYTES], struct fault *fault);
/* The same; made, durable, when it is not there. */
enum status secret_make(const char *path, uint8_t ret_secret[SECRET_BYTES], struct fault *fault);

#endif
