/* check_digit.c - see check_digit.h. Each algorithm is named by its standard or statute. */
// SPDX-License-Identifier: EUPL-1.2
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "classify/check_digit.h"

enum {
    IBAN_CHARACTERS_LEAST = 15,
    IBAN_CHARACTERS_MOST = 34,
    IBAN_CHARACTERS_DE = 22,
    INSURANCE_CHARACTERS = 12,
    HEALTH_CHARACTERS = 10,
    TAX_ID_DIGITS = 11,
    ID_CARD_CHARACTERS = 10,
    INSTITUTION_DIGITS = 9
};

/* What a check character can be, by its value; MOD 11-2 has X for ten. */
static const char ALPHANUMERIC[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
static const char DIGITS_AND_X[] = "0123456789X";

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_capital(char character)
{
    return character >= 'A' && character <= 'Z';
}

static bool is_all_digits(const char *string)
{
    if (*string == '\0')
        return false;
    for (; *string != '\0'; string++) {
        if (!is_digit(*string))
            return false;
    }
    return true;
}

int check_mod11_10(const char *digits)
{
    if (!is_all_digits(digits))
        return -1;
    int product = 10;
    for (; *digits != '\0'; digits++) {
        int sum = (*digits - '0' + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10;
}

int check_mod97_10(const char *digits)
{
    if (!is_all_digits(digits))
        return -1;
    int rest = 0;
    for (; *digits != '\0'; digits++)
        rest = (rest * 10 + (*digits - '0')) % 97;
    return 98 - rest * 100 % 97;
}

/* The totally anti-symmetric quasigroup of Damm's dissertation (Marburg 2004). */
static const uint8_t DAMM_TABLE[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

int check_damm(const char *digits)
{
    if (!is_all_digits(digits))
        return -1;
    int interim = 0;
    for (; *digits != '\0'; digits++)
        interim = DAMM_TABLE[interim][*digits - '0'];
    return interim;
}

static int digit_sum(int value)
{
    return value / 100 + value / 10 % 10 + value % 10;
}

int check_luhn(const char *digits)
{
    if (!is_all_digits(digits))
        return -1;
    int sum = 0;
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        int factor = i % 2 == 0 ? 2 : 1;
        sum += digit_sum((digits[length - 1 - i] - '0') * factor);
    }
    return (10 - sum % 10) % 10;
}

/* Digits as they are, A to Z as 10 to 35; -1 for another character. */
static int value_of(char character)
{
    if (is_digit(character))
        return character - '0';
    return is_capital(character) ? character - 'A' + 10 : -1;
}

/* A pure system of ISO 7064 with radix 2. */
static int check_pure(const char *characters, int modulus)
{
    int product = 0;
    if (*characters == '\0')
        return -1;
    for (; *characters != '\0'; characters++) {
        int value = value_of(*characters);
        if (value < 0)
            return -1;
        product = (product + value) * 2 % modulus;
    }
    return (modulus + 1 - product) % modulus;
}

int check_mod11_2(const char *digits)
{
    return is_all_digits(digits) ? check_pure(digits, 11) : -1;
}

int check_mod37_2(const char *characters)
{
    return check_pure(characters, 37);
}

int check_mod37_36(const char *characters)
{
    int product = 36;
    if (*characters == '\0')
        return -1;
    for (; *characters != '\0'; characters++) {
        int value = value_of(*characters);
        if (value < 0)
            return -1;
        int sum = (value + product) % 36;
        product = (sum == 0 ? 36 : sum) * 2 % 37;
    }
    return (37 - product) % 36;
}

static const struct algorithm {
    int (*compute)(const char *);
    const char *alphabet; /* of the check character; NULL: two digits */
} ALGORITHMS[] = {
    [CHECK_MOD11_10] = {check_mod11_10, DIGITS_AND_X},
    [CHECK_MOD97_10] = {check_mod97_10, NULL        },
    [CHECK_DAMM] = {check_damm,     DIGITS_AND_X},
    [CHECK_LUHN] = {check_luhn,     DIGITS_AND_X},
    [CHECK_MOD11_2] = {check_mod11_2,  DIGITS_AND_X},
    [CHECK_MOD37_2] = {check_mod37_2,  ALPHANUMERIC},
    [CHECK_MOD37_36] = {check_mod37_36, ALPHANUMERIC},
};

bool check_agrees(enum check_algorithm algorithm, const char *over, const char *check)
{
    if (algorithm == CHECK_NONE)
        return true;
    const struct algorithm *rule = &ALGORITHMS[algorithm];
    int expected = rule->compute(over);
    if (expected < 0)
        return false;
    if (rule->alphabet != NULL)
        return strlen(check) == 1 && check[0] == rule->alphabet[expected];
    return strlen(check) == 2 && is_all_digits(check) &&
           (check[0] - '0') * 10 + (check[1] - '0') == expected;
}

/* The remainder by 97 with letters counted as A=10 … Z=35, or -1 on another character. */
static int rest97(int rest, const char *string, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_digit(string[i]))
            rest = (rest * 10 + (string[i] - '0')) % 97;
        else if (is_capital(string[i]))
            rest = (rest * 100 + (string[i] - 'A' + 10)) % 97;
        else
            return -1;
    }
    return rest;
}

bool check_iban(const char *iban)
{
    size_t length = strlen(iban);
    if (length < IBAN_CHARACTERS_LEAST || length > IBAN_CHARACTERS_MOST)
        return false;
    if (!is_capital(iban[0]) || !is_capital(iban[1]) || !is_digit(iban[2]) || !is_digit(iban[3]))
        return false;
    if (strncmp(iban, "DE", 2) == 0 && (length != IBAN_CHARACTERS_DE || !is_all_digits(iban + 2)))
        return false;
    int rest = rest97(0, iban + 4, length - 4);
    return rest >= 0 && rest97(rest, iban, 4) == 1;
}

/* The digit sums of digit times factor, letters written as two digits (A=01 … Z=26); -1 on a
 * character that is neither. `factors` must cover the letter's two digits. */
static int weighted_sum(const char *string, size_t length, const int *factors)
{
    int sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_digit(string[i])) {
            sum += digit_sum((string[i] - '0') * factors[at++]);
        } else if (is_capital(string[i])) {
            int value = string[i] - 'A' + 1;
            sum += digit_sum(value / 10 * factors[at]) + digit_sum(value % 10 * factors[at + 1]);
            at += 2;
        } else {
            return -1;
        }
    }
    return sum;
}

/* A letter at `letter`, digits everywhere else. */
static bool has_one_letter_at(const char *string, size_t letter)
{
    for (size_t i = 0; string[i] != '\0'; i++) {
        if (i == letter ? !is_capital(string[i]) : !is_digit(string[i]))
            return false;
    }
    return true;
}

bool check_insurance_number(const char *number)
{
    static const int factors[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    if (strlen(number) != INSURANCE_CHARACTERS || !has_one_letter_at(number, 8))
        return false;
    int sum = weighted_sum(number, INSURANCE_CHARACTERS - 1, factors);
    return sum % 10 == number[INSURANCE_CHARACTERS - 1] - '0';
}

bool check_health_number(const char *number)
{
    static const int factors[] = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
    if (strlen(number) != HEALTH_CHARACTERS || !has_one_letter_at(number, 0))
        return false;
    int sum = weighted_sum(number, HEALTH_CHARACTERS - 1, factors);
    return sum % 10 == number[HEALTH_CHARACTERS - 1] - '0';
}

/* StIdV: among the first ten digits one value stands two or three times, the others at most once,
 * and never three of it side by side. */
static bool has_tax_id_repeats(const char *digits)
{
    int counts[10] = {0};
    for (size_t i = 0; i < TAX_ID_DIGITS - 1; i++)
        counts[digits[i] - '0']++;
    int repeated = 0;
    for (size_t i = 0; i < 10; i++) {
        if (counts[i] > 3)
            return false;
        repeated += counts[i] > 1 ? 1 : 0;
    }
    for (size_t i = 0; i + 2 < TAX_ID_DIGITS - 1; i++) {
        if (digits[i] == digits[i + 1] && digits[i] == digits[i + 2])
            return false;
    }
    return repeated == 1;
}

bool check_tax_id(const char *number)
{
    if (strlen(number) != TAX_ID_DIGITS || !is_all_digits(number) || number[0] == '0')
        return false;
    char over[TAX_ID_DIGITS];
    memcpy(over, number, TAX_ID_DIGITS - 1);
    over[TAX_ID_DIGITS - 1] = '\0';
    return has_tax_id_repeats(number) && check_mod11_10(over) == number[TAX_ID_DIGITS - 1] - '0';
}

int check_machine_readable(const char *characters, size_t length)
{
    static const int factors[] = {7, 3, 1};
    int sum = 0;
    for (size_t i = 0; i < length; i++) {
        int value = characters[i] == '<' ? 0 : value_of(characters[i]);
        if (value < 0)
            return -1;
        sum += value * factors[i % 3];
    }
    return length == 0 ? -1 : sum % 10;
}

bool check_id_card(const char *number)
{
    if (strlen(number) != ID_CARD_CHARACTERS || strchr(number, '<') != NULL)
        return false;
    return check_machine_readable(number, ID_CARD_CHARACTERS - 1) ==
           value_of(number[ID_CARD_CHARACTERS - 1]);
}

bool check_institution_number(const char *number)
{
    static const int factors[] = {2, 1, 2, 1, 2, 1};
    if (strlen(number) != INSTITUTION_DIGITS || !is_all_digits(number))
        return false;
    return weighted_sum(number + 2, INSTITUTION_DIGITS - 3, factors) % 10 ==
           number[INSTITUTION_DIGITS - 1] - '0';
}
