/* fold.c - see fold.h. Accents are taken off by ICU's canonical decomposition. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/text.h"
#include "classify/fold.h"

enum { COMBINING_DIAERESIS = 0x0308, SHARP_S = 0x00DF, CAPITAL_SHARP_S = 0x1E9E };

bool ascii_is_digit(char character)
{
    return character >= '0' && character <= '9';
}

bool ascii_is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/* Letters that canonical decomposition leaves whole. */
static const struct {
    UChar32 letter;
    const char *folded;
} WHOLE_LETTERS[] = {
    {SHARP_S,         "ss"},
    {CAPITAL_SHARP_S, "ss"},
    {0x00E6,          "ae"},
    {0x0153,          "oe"},
    {0x00F8,          "oe"},
    {0x0142,          "l" },
    {0x0111,          "d" },
    {0x00F0,          "d" },
    {0x00FE,          "th"},
    {0x0131,          "i" },
};

struct folding {
    char *bytes;
    size_t length;
};

static void append_ascii(struct folding *folding, const char *string)
{
    for (; *string != '\0' && folding->length + 1 < FOLD_WORD_BYTES; string++)
        folding->bytes[folding->length++] = *string;
}

static void append_code_point(struct folding *folding, UChar32 letter)
{
    for (size_t i = 0; i < sizeof WHOLE_LETTERS / sizeof *WHOLE_LETTERS; i++) {
        if (WHOLE_LETTERS[i].letter == letter) {
            append_ascii(folding, WHOLE_LETTERS[i].folded);
            return;
        }
    }
    struct text bytes = {0};
    text_append_code_point(&bytes, (uint32_t)letter);
    if (folding->length + bytes.length < FOLD_WORD_BYTES)
        append_ascii(folding, text_string(&bytes));
    text_done(&bytes);
}

/* The diaeresis of a, o and u is written as the e that it once was. */
static void append_part(struct folding *folding, UChar32 part)
{
    if (part == COMBINING_DIAERESIS) {
        char last = folding->length == 0 ? '\0' : folding->bytes[folding->length - 1];
        if (last == 'a' || last == 'o' || last == 'u')
            append_ascii(folding, "e");
        return;
    }
    if (u_isalnum(part)) {
        UChar32 lower = u_tolower(part);
        if (lower < 0x80) {
            const char letter[2] = {(char)lower, '\0'};
            append_ascii(folding, letter);
        } else {
            append_code_point(folding, lower);
        }
    }
}

static void append_decomposed(struct folding *folding, const UNormalizer2 *decomposer,
                              UChar32 code_point)
{
    UChar parts[32];
    UErrorCode error = U_ZERO_ERROR;
    int32_t count = decomposer == NULL ? -1
                                       : unorm2_getDecomposition(decomposer, code_point, parts,
                                                                 (int32_t)32, &error);
    if (count < 0 || U_FAILURE(error)) {
        append_part(folding, code_point);
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        UChar32 part = parts[i];
        if (part >= 0xD800 && part < 0xDC00 && i + 1 < count) {
            i++;
            part = (part - 0xD800) * 0x400 + (parts[i] - 0xDC00) + 0x10000;
        }
        append_part(folding, part);
    }
}

size_t fold_word(const char *word, char ret_folded[FOLD_WORD_BYTES])
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *decomposer = unorm2_getNFDInstance(&error);
    struct folding folding = {ret_folded, 0};
    size_t length = strlen(word);
    for (size_t at = 0; at < length;) {
        unsigned char byte = (unsigned char)word[at];
        if (byte < 0x80) {
            append_part(&folding, (UChar32)byte);
            at++;
        } else {
            append_decomposed(&folding, U_FAILURE(error) ? NULL : decomposer,
                              (UChar32)utf8_next(word, length, &at));
        }
    }
    ret_folded[folding.length] = '\0';
    return folding.length;
}

size_t fold_street(const char *street, char ret_folded[FOLD_WORD_BYTES])
{
    static const char ending[] = "strasse";
    size_t length = fold_word(street, ret_folded);
    size_t ending_length = sizeof ending - 1;
    if (length >= ending_length &&
        memcmp(ret_folded + length - ending_length, ending, ending_length) == 0) {
        length -= ending_length - 3;
        ret_folded[length] = '\0';
    }
    return length;
}

/* The digit that scanners make of a capital letter and the reverse; others stand for themselves.
 * Only letters are written as digits: two digits never become one. */
static const char LETTER_AS_DIGIT[26] = {
    ['A' - 'A'] = '4', ['B' - 'A'] = '8', ['D' - 'A'] = '0', ['G' - 'A'] = '6',
    ['I' - 'A'] = '1', ['L' - 'A'] = '1', ['O' - 'A'] = '0', ['Q' - 'A'] = '0',
    ['S' - 'A'] = '5', ['T' - 'A'] = '7', ['Z' - 'A'] = '2',
};

char fold_number_character(char character)
{
    if (ascii_is_digit(character))
        return character;
    if (character == '|' || character == '!')
        return '1';
    if (!ascii_is_letter(character))
        return '\0';
    char capital = (char)(character & ~0x20);
    char digit = LETTER_AS_DIGIT[capital - 'A'];
    return digit == '\0' ? capital : digit;
}

size_t fold_number(const char *number, char ret_key[FOLD_KEY_BYTES])
{
    size_t length = 0;
    char folded[FOLD_WORD_BYTES];
    fold_word(number, folded);
    for (size_t i = 0; folded[i] != '\0' && length + 1 < FOLD_KEY_BYTES; i++) {
        char character = fold_number_character(folded[i]);
        if (character != '\0')
            ret_key[length++] = character;
    }
    ret_key[length] = '\0';
    return length;
}

size_t fold_identifier(const char *identifier, char ret_folded[FOLD_KEY_BYTES])
{
    size_t length = 0;
    for (; *identifier != '\0' && length + 1 < FOLD_KEY_BYTES; identifier++) {
        if (ascii_is_digit(*identifier))
            ret_folded[length++] = *identifier;
        else if (ascii_is_letter(*identifier))
            ret_folded[length++] = (char)(*identifier & ~0x20);
    }
    ret_folded[length] = '\0';
    return length;
}
