/* command.c - see command.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/durable.h"
#include "base/text.h"
#include "tests/cli/command.h"

enum { SAID_BYTES_MOST = 64 << 20 };

static char *read_whole(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, SAID_BYTES_MOST, &bytes, &length, NULL), STATUS_OK);
    return bytes;
}

void said_done(struct said *said)
{
    free(said->out);
    free(said->error);
    *said = (struct said){0};
}

void command_at(struct said *said, const char *path, const char *arguments)
{
    struct text line = {0};
    text_append_format(&line, "%s %s >said.out 2>said.error </dev/null", path, arguments);
    said_done(said);
    int wait_status = system(text_string(&line));
    text_done(&line);
    assert_true(WIFEXITED(wait_status));
    said->exit_code = WEXITSTATUS(wait_status);
    said->out = read_whole("said.out");
    said->error = read_whole("said.error");
}

void command(struct said *said, const char *arguments)
{
    const char *folder = getenv("BIN_DIR");
    assert_non_null(folder);
    char *path = path_join(folder, "posteingang");
    command_at(said, path, arguments);
    free(path);
}

void expect_exit(const struct said *said, int exit_code)
{
    if (said->exit_code != exit_code)
        fail_msg("exit code %d, not %d\nout: %s\nerror: %s", said->exit_code, exit_code, said->out,
                 said->error);
}

void expect_out(const struct said *said, const char *part)
{
    if (strstr(said->out, part) == NULL)
        fail_msg("\"%s\" is not in the output\nout: %s\nerror: %s", part, said->out, said->error);
}

void expect_error(const struct said *said, const char *part)
{
    if (strstr(said->error, part) == NULL)
        fail_msg("\"%s\" is not in the error\nout: %s\nerror: %s", part, said->out, said->error);
}

json_t *expect_json_line(const struct said *said, unsigned number)
{
    const char *line = said->out;
    for (unsigned i = 0; i < number && line != NULL; i++) {
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    if (line == NULL || *line == '\0') {
        fail_msg("no line %u in: %s", number, said->out);
        return NULL;
    }
    json_error_t error;
    json_t *value = json_loadb(line, strcspn(line, "\n"), 0, &error);
    if (value == NULL)
        fail_msg("line %u is not JSON (%s): %s", number, error.text, line);
    return value;
}

unsigned count_lines(const char *string)
{
    unsigned count = 0;
    for (; *string != '\0'; string++)
        count += *string == '\n' ? 1 : 0;
    return count;
}
