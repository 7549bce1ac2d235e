/* replay.c - feeds the files of a corpus to a fuzz target, without a fuzzer.
 *
 * Usage: fuzz_X FOLDER-OR-FILE…
 * Each input is a copy of exactly its size on the heap, so that the address sanitizer sees one
 * byte too far. Ends with 1 when there was nothing to feed: a lost corpus must not look green. */
// SPDX-License-Identifier: EUPL-1.2
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzzer.h"

enum { FOLDERS_OPEN_MOST = 8, INPUT_BYTES_MOST = 16 << 20 };

static unsigned fed;

static int feed(const char *path, const struct stat *found, int type)
{
    if (type == FTW_D)
        return 0;
    FILE *stream = type == FTW_F && found->st_size <= INPUT_BYTES_MOST ? fopen(path, "rb") : NULL;
    if (stream == NULL) {
        (void)fprintf(stderr, "%s: cannot be fed\n", path);
        return 1;
    }
    size_t length = (size_t)found->st_size;
    uint8_t *bytes = malloc(length == 0 ? 1 : length);
    int status = bytes == NULL || fread(bytes, 1, length, stream) != length ? 1 : 0;
    (void)fclose(stream);
    if (status == 0) {
        (void)LLVMFuzzerTestOneInput(bytes, length);
        fed++;
    }
    free(bytes);
    return status;
}

int main(int argument_count, char **arguments)
{
    (void)LLVMFuzzerInitialize(&argument_count, &arguments);
    static const uint8_t nothing[1];
    (void)LLVMFuzzerTestOneInput(nothing, 0);
    for (int i = 1; i < argument_count; i++)
        if (ftw(arguments[i], feed, FOLDERS_OPEN_MOST) != 0) {
            (void)fprintf(stderr, "%s: not all of it could be fed\n", arguments[i]);
            return 1;
        }
    printf("%u inputs\n", fed);
    return fed > 0 ? 0 : 1;
}
