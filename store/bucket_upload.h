/* bucket_upload.h - large objects in pieces. Only bucket*.c include this. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_BUCKET_UPLOAD_H
#define STORE_BUCKET_UPLOAD_H

#include "store/bucket_request.h"

/* Puts the first `size` bytes of `file` in pieces of BUCKET_PIECE_BYTES. What was begun is ended when
 * it cannot be finished; what a dead process began, bucket_abort_uploads() ends. */
enum status bucket_upload(struct bucket *bucket, const char *key, int file, uint64_t size,
                          struct fault *fault);

#endif
