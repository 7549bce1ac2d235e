/* known.c - see known.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/known.h"

enum { FIELDS = 4 };

static const char *const WORDS[] = {
    [KNOWN_EXCLUDED] = "excluded", [KNOWN_EXPECTED] = "expected",     [KNOWN_BATCH] = "batch",
    [KNOWN_ENVELOPE] = "envelope", [KNOWN_SUBMISSION] = "submission",
};

const char *known_word(enum known what)
{
    return WORDS[what];
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == '\n';
    return count;
}

/* Cuts the line at its tabs; false when it has another number of fields. */
static bool cut(char *line, const char *fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        char *tab = strchr(line, '\t');
        fields[i] = line;
        if ((tab == NULL) != (i == FIELDS - 1))
            return false;
        if (tab != NULL)
            *tab = '\0';
        line = tab == NULL ? line : tab + 1;
    }
    return true;
}

static bool take_line(struct known_facts *facts, char *line)
{
    const char *fields[FIELDS];
    if (!cut(line, fields))
        return false;
    for (size_t what = 0; what < sizeof WORDS / sizeof *WORDS; what++) {
        if (!string_equal(fields[0], WORDS[what]))
            continue;
        facts->list[facts->context.count++] = (struct known_fact){
            .what = (enum known)what,
            .case_number = fields[1],
            .kind = fields[2],
            .source = fields[3],
        };
        return true;
    }
    return false;
}

enum status known_facts_read(const void *lines, size_t length, struct known_facts *ret_facts,
                             struct fault *fault)
{
    *ret_facts = (struct known_facts){.text = string_copy_bytes(lines, length)};
    size_t count = ret_facts->text == NULL ? 0 : count_lines(ret_facts->text);
    ret_facts->list = calloc(count + 1, sizeof *ret_facts->list);
    if (ret_facts->text == NULL || ret_facts->list == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    ret_facts->context.facts = ret_facts->list;
    for (char *line = ret_facts->text; *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            return fault_set(fault, STATUS_REFUSE, "a line of what is known has no end");
        *end = '\0';
        if (!take_line(ret_facts, line))
            return fault_set(fault, STATUS_REFUSE, "a line of what is known has another form");
        line = end + 1;
    }
    return STATUS_OK;
}

void known_facts_done(struct known_facts *facts)
{
    free(facts->text);
    free(facts->list);
    *facts = (struct known_facts){0};
}

void known_fact_append(struct text *lines, const struct known_fact *fact)
{
    text_append_format(lines, "%s\t%s\t%s\t%s\n", WORDS[fact->what], fact->case_number, fact->kind,
                       fact->source);
}
