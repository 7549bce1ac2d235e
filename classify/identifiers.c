/* identifiers.c - see identifiers.h. Forms after: ISO 13616 (IBAN), VKVV § 2 (insurance number),
 * SGB V § 290 and § 293 (health number, institution number), StIdV § 1 (tax id), ICAO 9303 (identity card); AktO of the courts
 * (registers of the social and local courts); the Jobcenter's, the Familienkasse's and the
 * Bundesagentur's numbers as they print them. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/check_digit.h"
#include "classify/identifiers.h"

/* Digits as recognition may give them. */
#define DIGIT "[0-9OoIl]"

struct identifier_rule {
    const char *name;
    const char *pattern;               /* groups 1 to 3: letters stand only in group 2 */
    bool (*check)(const char *folded); /* NULL: no check digit */
    bool is_check_needed;              /* the form alone could be anything */
    bool drops_letters;                /* the letters between the digits are only a separator */
};

// clang-format off
static const struct identifier_rule RULES[IDENTIFIER_KINDS] = {
    [IDENTIFIER_IBAN] = {
        "iban",
        "(?<![A-Za-z0-9])()(DE)((?: ?" DIGIT "){20})(?![0-9])",
        check_iban, false, false},
    [IDENTIFIER_BG_NUMBER] = {
        "bg_number",
        "(?<![A-Za-z0-9])(" DIGIT "{5})( ?(?:/ ?/|BG|ll|II|/l|l/|/1|1/|11) ?)(" DIGIT "{7})(?![0-9])",
        NULL, false, true},
    [IDENTIFIER_INSURANCE_NUMBER] = {
        "insurance_number",
        "(?<![A-Za-z0-9])(" DIGIT "{2} ?" DIGIT "{6}) ?([A-Z])( ?" DIGIT "{2} ?" DIGIT ")(?![0-9])",
        check_insurance_number, false, false},
    [IDENTIFIER_HEALTH_NUMBER] = {
        "health_number",
        // on the card the insurer's number and one more check digit follow it
        "(?<![A-Za-z0-9])()([A-Z])( ?(?:" DIGIT " ?){9})(?:(?:" DIGIT " ?){10})?(?![0-9])",
        check_health_number, true, false},
    [IDENTIFIER_TAX_ID] = {
        "tax_id",
        "(?<![A-Za-z0-9])(" DIGIT "{2} ?" DIGIT "{3} ?" DIGIT "{3} ?" DIGIT "{3})()()(?![0-9])",
        check_tax_id, true, false},
    [IDENTIFIER_CHILD_BENEFIT] = {
        "child_benefit",
        "(?<![A-Za-z0-9])(" DIGIT "{3} ?)(FK)( ?" DIGIT "{6})(?![0-9])",
        NULL, false, false},
    [IDENTIFIER_ID_CARD] = {
        "id_card",
        "(?<![A-Za-z0-9])()([CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8})([0-9])(?![0-9A-Z])",
        check_id_card, true, false},
    [IDENTIFIER_CUSTOMER_NUMBER] = {
        "customer_number",
        "(?<![A-Za-z0-9])([0-9]{3} ?)([A-Z])( ?[0-9]{6})(?![0-9A-Za-z])",
        NULL, false, false},
    [IDENTIFIER_COURT_REFERENCE] = {
        "court_reference",
        "(?<![A-Za-z0-9])()([SLB] ?[0-9]{1,3} (?:SO|AY|AS|R|KR|P|SB|BK|VE|AL|U) [0-9]{1,5} ?/ ?[0-9]{2}"
        "|[0-9]{1,3} (?:XVII|VI|C|K|M|IN|IK|F) [0-9]{1,5} ?/ ?[0-9]{2})(?: (?:ER|B|R|NZB|PKH))*()"
        "(?![0-9A-Za-z])",
        NULL, false, false},
    [IDENTIFIER_AUTHORITY_REFERENCE] = {
        "authority_reference",
        "(?<![A-Za-z0-9])()(?:Wohngeld-?(?:nummer|Nr)|WG-?Nr|Gesch(?:ä|ae)ftszeichen|Gesch\\.? ?-?Z|GZ)"
        "[ :.]{0,3}((?=[A-Z0-9./-]*[0-9])[A-Z0-9][A-Z0-9./-]{2,15}(?: [0-9][0-9./-]{1,15}){0,3})()",
        NULL, false, false},
    [IDENTIFIER_INSTITUTION_NUMBER] = {
        "institution_number",
        "(?<![A-Za-z0-9])(?:IK|Institutionskennzeichen)(?:-?(?:Nummer|Nr))?[ :.]{0,3}()()"
        "((?:" DIGIT " ?){8}" DIGIT ")(?![0-9])",
        check_institution_number, true, false},
};
// clang-format on

enum status identifier_patterns_init(struct identifier_patterns *patterns, struct fault *fault)
{
    *patterns = (struct identifier_patterns){{0}};
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++) {
        enum status status = pattern_new(RULES[kind].pattern, &patterns->patterns[kind], fault);
        if (status != STATUS_OK) {
            identifier_patterns_done(patterns);
            return fault_within(fault, "pattern of %s", RULES[kind].name);
        }
    }
    return STATUS_OK;
}

void identifier_patterns_done(struct identifier_patterns *patterns)
{
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++)
        pattern_free(&patterns->patterns[kind]);
}

static void append_span(const char *text, const struct pattern_span *span, bool is_digits,
                        struct identifier *identifier, size_t *length)
{
    for (size_t i = span->start; i < span->end && *length + 1 < FOLD_KEY_BYTES; i++) {
        char character = text[i];
        if (is_digits)
            character = fold_number_character(character);
        else if (!ascii_is_digit(character) && !ascii_is_letter(character))
            character = '\0';
        if (character != '\0')
            identifier->folded[(*length)++] = character;
    }
    identifier->folded[*length] = '\0';
}

/* Fills `folded` and judges the check digit; false when it is needed and does not agree. */
static bool judge(const struct identifier_rule *rule, const char *text,
                  const struct pattern_match *match, struct identifier *identifier)
{
    size_t length = 0;
    append_span(text, &match->groups[1], true, identifier, &length);
    if (!rule->drops_letters)
        append_span(text, &match->groups[2], false, identifier, &length);
    append_span(text, &match->groups[3], true, identifier, &length);
    identifier->start = match->groups[0].start;
    identifier->end = match->groups[0].end;
    identifier->is_checked = rule->check != NULL && rule->check(identifier->folded);
    return identifier->is_checked || !rule->is_check_needed;
}

bool identifier_find(const struct identifier_patterns *patterns, enum identifier_kind kind,
                     const char *text, size_t length, size_t from,
                     struct identifier *ret_identifier)
{
    struct pattern_match match;
    while (from < length && pattern_find(patterns->patterns[kind], text, length, from, &match)) {
        struct identifier identifier = {.kind = kind};
        if (judge(&RULES[kind], text, &match, &identifier)) {
            *ret_identifier = identifier;
            return true;
        }
        from = match.groups[0].end;
    }
    return false;
}

bool identifier_recognise(const struct identifier_patterns *patterns, const char *entry,
                          struct identifier *ret_identifier)
{
    size_t length = strlen(entry);
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++) {
        struct identifier identifier;
        if (identifier_find(patterns, (enum identifier_kind)kind, entry, length, 0, &identifier) &&
            identifier.start == 0 && identifier.end == length) {
            *ret_identifier = identifier;
            return true;
        }
    }
    return false;
}

const char *identifier_name(enum identifier_kind kind)
{
    return RULES[kind].name;
}
