/* fold.h - forms of words and numbers in which writing and reading differences are gone.
 *
 * Words: lower case, umlauts as ae, oe, ue, ß as ss, other accents dropped, everything that is
 * neither letter nor digit dropped. Numbers: separators dropped, letters that scanners confuse
 * with digits written as that digit (O as 0, l as 1 …). Both sides of a comparison are folded
 * alike. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_FOLD_H
#define CLASSIFY_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FOLD_WORD_BYTES = 128, /* a folded word and its NUL; longer words are cut */
    FOLD_KEY_BYTES = 48    /* a folded number and its NUL; longer numbers are cut */
};

/* Returns the bytes written to `ret_folded` without the NUL. */
size_t fold_word(const char *word, char ret_folded[FOLD_WORD_BYTES]);
/* A street: as a word, with the ending "strasse" written as "str". */
size_t fold_street(const char *street, char ret_folded[FOLD_WORD_BYTES]);
size_t fold_number(const char *number, char ret_key[FOLD_KEY_BYTES]);
/* One ASCII character of a number, 0 for a separator. */
char fold_number_character(char character);
/* Digits and capital letters only: the form the check digits want. */
size_t fold_identifier(const char *identifier, char ret_folded[FOLD_KEY_BYTES]);

bool ascii_is_digit(char character);
bool ascii_is_letter(char character);

#endif
