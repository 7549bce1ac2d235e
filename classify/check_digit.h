/* check_digit.h - the arithmetic that tells a mistyped number from a possible one.
 *
 * All functions take NUL-terminated strings in normal form: upper case, without blanks, dots,
 * dashes or strokes. Anything else in them makes the answer "no". */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_CHECK_DIGIT_H
#define CLASSIFY_CHECK_DIGIT_H

#include <stdbool.h>
#include <stddef.h>

#include "classify/classify.h"

/* The check digit(s) of a string of digits, or -1 when it holds anything else or nothing. */
int check_mod11_10(const char *digits); /* ISO 7064, 0 to 9 */
int check_mod97_10(const char *digits); /* ISO 7064, 2 to 98 */
int check_damm(const char *digits);     /* 0 to 9 */
int check_luhn(const char *digits);     /* ISO/IEC 7812-1, 0 to 9 */
int check_mod11_2(const char *digits);  /* ISO 7064, 0 to 10 (X) */

/* The same over digits and capital letters. */
int check_mod37_2(const char *characters);  /* ISO 7064, 0 to 36 (0 … 9, A … Z, *) */
int check_mod37_36(const char *characters); /* ISO 7064 MOD 37,36: 0 to 35 */

/* Over digits, capital letters and the filler "<" of a machine readable zone (ICAO 9303). */
int check_machine_readable(const char *characters, size_t length); /* 0 to 9 */

/* `check` are the right check digits of `over`. CHECK_NONE: always. */
bool check_agrees(enum check_algorithm algorithm, const char *over, const char *check);

bool check_iban(const char *iban);                 /* ISO 13616, and 22 characters for DE */
bool check_insurance_number(const char *number);   /* VKVV § 2: 12 characters */
bool check_health_number(const char *number);      /* SGB V § 290: 10 characters */
bool check_tax_id(const char *number);             /* StIdV § 1: 11 digits */
bool check_id_card(const char *number);            /* ICAO 9303: serial and its check digit */
bool check_institution_number(const char *number); /* SGB V § 293: IK, 9 digits */

#endif
