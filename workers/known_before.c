/* known_before.c - see known_before.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "workers/known_before.h"

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == '\n';
    return count;
}

/* Cuts the line at its tabs; false when it has not exactly three fields. */
static bool cut(char *line, const char *fields[3])
{
    for (size_t i = 0; i < 3; i++) {
        char *tab = strchr(line, '\t');
        fields[i] = line;
        if ((tab == NULL) != (i == 2))
            return false;
        if (tab != NULL)
            *tab = '\0';
        line = tab == NULL ? line : tab + 1;
    }
    return true;
}

static bool take_line(struct known_before *known, char *line)
{
    const char *fields[3];
    if (!cut(line, fields))
        return false;
    if (string_equal(fields[0], "excluded"))
        known->excluded[known->context.excluded_count++] = fields[1];
    else if (string_equal(fields[0], "expected"))
        known->expected[known->context.expected_count++] =
            (struct expected_paper){.case_number = fields[1], .kind = fields[2]};
    else
        return false;
    return true;
}

enum status known_before_read(const void *lines, size_t length, struct known_before *ret_known,
                              struct fault *fault)
{
    *ret_known = (struct known_before){.text = string_copy_bytes(lines, length)};
    size_t count = ret_known->text == NULL ? 0 : count_lines(ret_known->text);
    ret_known->excluded = calloc(count + 1, sizeof *ret_known->excluded);
    ret_known->expected = calloc(count + 1, sizeof *ret_known->expected);
    if (ret_known->text == NULL || ret_known->excluded == NULL || ret_known->expected == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    ret_known->context.excluded = ret_known->excluded;
    ret_known->context.expected = ret_known->expected;
    for (char *line = ret_known->text; *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            return fault_set(fault, STATUS_REFUSE, "a line of what is known has no end");
        *end = '\0';
        if (!take_line(ret_known, line))
            return fault_set(fault, STATUS_REFUSE, "a line of what is known has another form");
        line = end + 1;
    }
    return STATUS_OK;
}

void known_before_done(struct known_before *known)
{
    free(known->text);
    free(known->excluded);
    free(known->expected);
    *known = (struct known_before){0};
}
