/* certificates.h - when certificates run out, read from their PEM files. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_CERTIFICATES_H
#define MONITOR_CERTIFICATES_H

#include <stddef.h>
#include <stdint.h>

enum { CERTIFICATES_MOST = 16, CERTIFICATE_NAME_BYTES = 96, CERTIFICATE_BYTES_MOST = 1 << 20 };

struct certificate_state {
    char name[CERTIFICATE_NAME_BYTES]; /* of the file, without its folder */
    int64_t end_ms;                    /* wall clock; 0: it cannot be read, or is none */
};

/* `files`: paths parted by commas, NULL for none. Fills up to CERTIFICATES_MOST rows; how many. Of a
 * chain, the first certificate counts: it is the server's own. */
size_t certificates_look(const char *files, struct certificate_state *ret_states);

#endif
