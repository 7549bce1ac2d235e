/* pattern.c - see pattern.h. */
// SPDX-License-Identifier: EUPL-1.2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "classify/pattern.h"

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
};

enum status pattern_new(const char *expression, struct pattern **ret_pattern, struct fault *fault)
{
    int error = 0;
    PCRE2_SIZE place = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &place, NULL);
    if (code == NULL) {
        PCRE2_UCHAR words[128] = "";
        (void)pcre2_get_error_message(error, words, sizeof words);
        return fault_set(fault, STATUS_REFUSE, "%s at character %zu", (const char *)words, place);
    }
    struct pattern *pattern = calloc(1, sizeof *pattern);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (pattern == NULL || limits == NULL) {
        free(pattern);
        pcre2_match_context_free(limits);
        pcre2_code_free(code);
        return fault_set(fault, STATUS_LATER, "no memory for a pattern");
    }
    (void)pcre2_set_match_limit(limits, PATTERN_STEPS_MOST);
    (void)pcre2_set_heap_limit(limits, PATTERN_MEMORY_KIB_MOST);
    *pattern = (struct pattern){code, limits};
    *ret_pattern = pattern;
    return STATUS_OK;
}

void pattern_free(struct pattern **pattern_p)
{
    struct pattern *pattern = *pattern_p;
    if (pattern == NULL)
        return;
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    free(pattern);
    *pattern_p = NULL;
}

bool pattern_find(const struct pattern *pattern, const char *text, size_t length, size_t from,
                  struct pattern_match *ret_match)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    if (data == NULL)
        return false;
    int count =
        pcre2_match(pattern->code, (PCRE2_SPTR)text, length, from, 0, data, pattern->limits);
    if (count > 0) {
        const PCRE2_SIZE *places = pcre2_get_ovector_pointer(data);
        *ret_match = (struct pattern_match){0};
        for (int i = 0; i < count && i < PATTERN_GROUPS_MOST; i++) {
            if (places[2 * i] != PCRE2_UNSET)
                ret_match->groups[i] = (struct pattern_span){places[2 * i], places[2 * i + 1]};
        }
    }
    pcre2_match_data_free(data);
    return count > 0;
}

int pattern_group(const struct pattern *pattern, const char *name)
{
    int number = pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);
    return number > 0 && number < PATTERN_GROUPS_MOST ? number : -1;
}
