/* plant.c - a planted bug for the fuzzer: reading one byte behind a short string of the wire.
 *
 * Linked in by --wrap in the target `planted` alone, so that the real code has no switch for it.
 * `run.sh planted 60` ends well only when the fuzzer finds it. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/bytes.h"

char *__real_byte_reader_string(struct byte_reader *reader, size_t most);
char *__wrap_byte_reader_string(struct byte_reader *reader, size_t most);

char *__wrap_byte_reader_string(struct byte_reader *reader, size_t most)
{
    char *string = __real_byte_reader_string(reader, most);
    if (string != NULL && string[0] == 'q' && strlen(string) < 3) {
        volatile const char *behind = string + strlen(string) + 1;
        (void)*behind;
    }
    return string;
}
