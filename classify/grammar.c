/* grammar.c - see grammar.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "classify/check_digit.h"
#include "classify/grammar.h"

enum { GROUP_NAME_BYTES = 64 };

/* Reads "{name}" at `form`; returns the length with braces, or 0 when it is none. */
static size_t read_group_name(const char *form, char ret_name[GROUP_NAME_BYTES])
{
    const char *end = *form == '{' ? strchr(form, '}') : NULL;
    if (end == NULL || end - form - 1 >= GROUP_NAME_BYTES)
        return 0;
    size_t length = (size_t)(end - form) - 1;
    memcpy(ret_name, form + 1, length);
    ret_name[length] = '\0';
    return length + 2;
}

/* Writes a template with the groups of a match; false when it does not fit. */
static bool expand(const struct grammar *grammar, const char *form, const char *text,
                   const struct pattern_match *match, char ret_expanded[GRAMMAR_NUMBER_BYTES])
{
    size_t length = 0;
    while (*form != '\0') {
        char name[GROUP_NAME_BYTES];
        size_t name_length = read_group_name(form, name);
        const char *from = form;
        size_t count = 1;
        if (name_length > 0) {
            int group = pattern_group(grammar->pattern, name);
            if (group < 0)
                return false;
            from = text + match->groups[group].start;
            count = match->groups[group].end - match->groups[group].start;
        }
        if (length + count >= GRAMMAR_NUMBER_BYTES)
            return false;
        memcpy(ret_expanded + length, from, count);
        length += count;
        form += name_length > 0 ? name_length : 1;
    }
    ret_expanded[length] = '\0';
    return length > 0;
}

/* Every {group} of the template is one of the pattern's. */
static bool names_known_groups(const struct grammar *grammar, const char *form)
{
    while (*form != '\0') {
        char name[GROUP_NAME_BYTES];
        size_t length = read_group_name(form, name);
        if (length > 0 && pattern_group(grammar->pattern, name) < 0)
            return false;
        form += length > 0 ? length : 1;
    }
    return true;
}

static enum status init_check(struct grammar *grammar, const struct case_grammar *options,
                              struct fault *fault)
{
    grammar->check_group = -1;
    grammar->check = options->check;
    if (options->check == CHECK_NONE)
        return STATUS_OK;
    if (options->check_over == NULL || options->check_group == NULL)
        return fault_set(fault, STATUS_REFUSE, "a check digit needs check_over and check_group");
    grammar->check_over = string_copy(options->check_over);
    if (grammar->check_over == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a grammar");
    grammar->check_group = pattern_group(grammar->pattern, options->check_group);
    if (grammar->check_group < 0 || !names_known_groups(grammar, options->check_over))
        return fault_set(fault, STATUS_REFUSE, "the check digit names a group that is not there");
    return STATUS_OK;
}

enum status grammar_init(struct grammar *grammar, const struct case_grammar *options,
                         struct fault *fault)
{
    *grammar = (struct grammar){.check_group = -1};
    enum status status = pattern_new(options->pattern, &grammar->pattern, fault);
    if (status == STATUS_OK)
        status = init_check(grammar, options, fault);
    if (status == STATUS_OK && !names_known_groups(grammar, options->canonical))
        status = fault_set(fault, STATUS_REFUSE, "the canonical form names an unknown group");
    if (status == STATUS_OK) {
        grammar->name = string_copy(options->name);
        grammar->canonical = string_copy(options->canonical);
        if (grammar->name == NULL || grammar->canonical == NULL)
            status = fault_set(fault, STATUS_LATER, "no memory for a grammar");
    }
    if (status != STATUS_OK) {
        grammar_done(grammar);
        return fault_within(fault, "case number grammar \"%s\"", options->name);
    }
    return STATUS_OK;
}

void grammar_done(struct grammar *grammar)
{
    free(grammar->name);
    free(grammar->canonical);
    free(grammar->check_over);
    pattern_free(&grammar->pattern);
    *grammar = (struct grammar){.check_group = -1};
}

/* A check digit that is not there (an optional group) says nothing. */
static void judge_check(const struct grammar *grammar, const char *text,
                        const struct pattern_match *match, struct grammar_match *number)
{
    if (grammar->check == CHECK_NONE)
        return;
    char over[GRAMMAR_NUMBER_BYTES];
    char check[GRAMMAR_NUMBER_BYTES];
    const struct pattern_span *span = &match->groups[grammar->check_group];
    size_t length = span->end - span->start;
    if (length == 0 || length >= sizeof check ||
        !expand(grammar, grammar->check_over, text, match, over))
        return;
    memcpy(check, text + span->start, length);
    check[length] = '\0';
    number->is_checked = check_agrees(grammar->check, over, check);
    number->is_wrong = !number->is_checked;
}

bool grammar_find(const struct grammar *grammar, const char *text, size_t length, size_t from,
                  struct grammar_match *ret_match)
{
    struct pattern_match match;
    while (from < length && pattern_find(grammar->pattern, text, length, from, &match)) {
        struct grammar_match number = {.start = match.groups[0].start, .end = match.groups[0].end};
        if (number.end > number.start &&
            expand(grammar, grammar->canonical, text, &match, number.canonical)) {
            judge_check(grammar, text, &match, &number);
            *ret_match = number;
            return true;
        }
        from = match.groups[0].end > from ? match.groups[0].end : from + 1;
    }
    return false;
}
