/* config_fuzzer.c - posteingang.yaml, typed by people and written by tools.
 *
 * Promises: whatever the file holds, loading ends with settings or with problems that name it;
 * settings that were accepted are accepted again when they are written out. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "tests/fuzz/fuzzer.h"

static char folder[] = "/tmp/posteingang-fuzz-XXXXXX";
static char path[sizeof folder + sizeof "/posteingang.yaml"];

static void remove_folder(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    PROMISE(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/posteingang.yaml", folder);
    (void)atexit(remove_folder);
    return 0;
}

static void write_file(const void *bytes, size_t length)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    PROMISE(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    (void)close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    write_file(bytes, length);
    struct config *config = NULL;
    struct text problems = {0};
    struct fault fault = {0};
    enum status status = config_load(path, &config, &problems, &fault);
    PROMISE((status == STATUS_OK) == (config != NULL));
    PROMISE(status == STATUS_OK || fault.text[0] != '\0');
    text_done(&problems);
    if (status != STATUS_OK)
        return 0;

    struct text effective = {0};
    config_append_effective(config, &effective);
    config_free(&config);
    write_file(text_string(&effective), effective.length);
    status = config_load(path, &config, NULL, &fault);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "%s\n--\n%s", fault.text, text_string(&effective));
    PROMISE(status == STATUS_OK);
    config_free(&config);
    text_done(&effective);
    return 0;
}
