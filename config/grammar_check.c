/* grammar_check.c - see grammar_check.h. The pattern is compiled as the matcher will compile it:
 * UTF-8, PCRE2. */
// SPDX-License-Identifier: EUPL-1.2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/grammar_check.h"

enum { GROUPS_MOST = 32, WORDS_BYTES = 512, GROUP_BYTES = 64 };

struct check {
    const struct config_case_grammar *grammar;
    grammar_fault_callback *found;
    void *context;
    const char *groups[GROUPS_MOST + 1]; /* names in the pattern, NULL-terminated */
};

__attribute__((format(printf, 3, 4))) static void tell(const struct check *check, const char *key,
                                                       const char *format, ...)
{
    char words[WORDS_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    check->found(check->context, key, words);
}

static bool has_group(const struct check *check, const char *name)
{
    for (size_t i = 0; check->groups[i] != NULL; i++)
        if (strcmp(check->groups[i], name) == 0)
            return true;
    return false;
}

static void tell_no_group(const struct check *check, const char *key, const char *name)
{
    const char *closest = string_closest(name, check->groups);
    if (check->groups[0] == NULL)
        tell(check, key,
             "names the group \"%s\", but the pattern has no named groups; write them "
             "as (?<name>…)",
             name);
    else if (closest != NULL)
        tell(check, key, "names the group \"%s\", which the pattern lacks; did you mean \"%s\"?",
             name, closest);
    else
        tell(check, key, "names the group \"%s\", which the pattern lacks; its first is \"%s\"",
             name, check->groups[0]);
}

/* ---- templates ----------------------------------------------------------------------------- */

/* Looks at one {name} at `open`; returns what follows it, or NULL when it is not closed. */
static const char *check_reference(const struct check *check, const char *key, const char *open)
{
    const char *close = strchr(open, '}');
    char name[GROUP_BYTES];
    if (close == NULL || (size_t)(close - open) > sizeof name) {
        tell(check, key, "has a { that no } closes");
        return NULL;
    }
    size_t length = (size_t)(close - open) - 1;
    memcpy(name, open + 1, length);
    name[length] = '\0';
    if (!has_group(check, name))
        tell_no_group(check, key, name);
    return close + 1;
}

/* `digits_only`: what stands outside of the braces must be digits. */
static void check_template(const struct check *check, const char *key, const char *form,
                           bool digits_only)
{
    bool has_reference = false;
    for (const char *place = form; place != NULL && *place != '\0';) {
        if (*place == '{') {
            has_reference = true;
            place = check_reference(check, key, place);
        } else if (*place == '}') {
            tell(check, key, "has a } without a {");
            return;
        } else if (digits_only && (*place < '0' || *place > '9')) {
            tell(check, key, "may hold digits and {groups} only, not \"%.1s\"", place);
            return;
        } else {
            place++;
        }
    }
    if (!has_reference)
        tell(check, key, "names no group; every number would be the same");
}

/* ---- pattern ------------------------------------------------------------------------------- */

/* Points check->groups into the name table of `code`: two bytes of number, the name, a NUL. */
static void list_groups(struct check *check, const pcre2_code *code)
{
    uint32_t count = 0;
    uint32_t width = 0;
    PCRE2_SPTR table = NULL;
    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &width);
    (void)pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count && i < GROUPS_MOST; i++)
        check->groups[i] = (const char *)table + (size_t)i * width + 2;
}

static bool matches_nothing_at_all(const pcre2_code *code)
{
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    if (match == NULL)
        return false;
    int found = pcre2_match(code, (PCRE2_SPTR) "", 0, 0, 0, match, NULL);
    pcre2_match_data_free(match);
    return found >= 0;
}

static void check_digit(const struct check *check)
{
    const struct config_case_grammar *grammar = check->grammar;
    if (grammar->check == CONFIG_CHECK_NONE) {
        if (grammar->check_over != NULL)
            tell(check, "check.over", "is given, but check.algorithm is none");
        if (grammar->check_group != NULL)
            tell(check, "check.group", "is given, but check.algorithm is none");
        return;
    }
    if (grammar->check_over == NULL)
        tell(check, "check.over",
             "is missing; it says which digits are checked, e.g. \"{number}\"");
    else
        check_template(check, "check.over", grammar->check_over, true);
    if (grammar->check_group == NULL)
        tell(check, "check.group", "is missing; it names the group that holds the check digits");
    else if (!has_group(check, grammar->check_group))
        tell_no_group(check, "check.group", grammar->check_group);
}

static void check_compiled(struct check *check, const pcre2_code *code)
{
    list_groups(check, code);
    if (matches_nothing_at_all(code))
        tell(check, "pattern", "matches the empty text, so it would find a number everywhere");
    check_template(check, "canonical", check->grammar->canonical, false);
    check_digit(check);
}

void grammar_check(const struct config_case_grammar *grammar, grammar_fault_callback *found,
                   void *context)
{
    struct check check = {.grammar = grammar, .found = found, .context = context};
    int error = 0;
    PCRE2_SIZE place = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)grammar->pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF,
                                     &error, &place, NULL);
    if (code == NULL) {
        PCRE2_UCHAR words[WORDS_BYTES / 2];
        (void)pcre2_get_error_message(error, words, sizeof words);
        tell(&check, "pattern", "does not compile: at byte %zu: %s", (size_t)place,
             (const char *)words);
        return;
    }
    check_compiled(&check, code);
    pcre2_code_free(code);
}
