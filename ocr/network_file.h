/* network_file.h - the network in a language's .traineddata file, as Tesseract 4 and 5 write it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_NETWORK_FILE_H
#define OCR_NETWORK_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/network.h"

/* REFUSE when the file is broken, or its network is of a kind that we do not compute: that is left
 * to Tesseract. On STATUS_OK the caller owns *ret_network (network_free()). */
enum status network_file_read(const uint8_t *bytes, size_t length, struct network **ret_network,
                              struct fault *fault);

#endif
