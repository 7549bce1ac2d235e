/* totp.h - codes that a telephone makes from a secret and the time (RFC 6238, HMAC-SHA-1, steps of
 * 30 s, six digits: what every such app can do), the sealing of that secret, and codes on paper.
 *
 * A code of the step before and of the next one is taken as well: clocks differ, and people type.
 * Who may use a code twice, and how often may be guessed, is not said here. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_TOTP_H
#define PORTAL_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "store/second_factor.h"

enum {
    TOTP_STEP_MS = 30000,
    TOTP_STEPS_ASIDE = 1,
    TOTP_DIGITS = 6,
    TOTP_SECRET_TEXT_BYTES = 33, /* base 32, with its NUL */
    RECOVERY_CODE_LETTERS = 12,
    RECOVERY_CODE_BYTES = RECOVERY_CODE_LETTERS + 3 /* dashes between groups of four, and NUL */
};

/* The code of one step; false when the digest cannot be made. `digits`: 6 to 8. */
bool totp_code(const uint8_t *secret, size_t length, uint64_t step, unsigned digits,
               uint32_t *ret_code);
/* The step whose code was typed, near `now_ms` (wall clock); 0: of none. Constant time. */
int64_t totp_find_step(const uint8_t secret[SECOND_FACTOR_SECRET_BYTES], const char *typed,
                       int64_t now_ms);
/* Whether it has the form of a code: six digits, blanks between them or not. */
bool totp_is_code(const char *typed);

void totp_secret_text(const uint8_t secret[SECOND_FACTOR_SECRET_BYTES],
                      char ret_text[TOTP_SECRET_TEXT_BYTES]);

/* A new secret, sealed for this account, and a new salt. */
void totp_new(const uint8_t key[SECRET_BYTES], const char *account,
              uint8_t ret_secret[SECOND_FACTOR_SECRET_BYTES], struct second_factor *ret_factor);
/* False: sealed with another key, or for another account. */
bool totp_open(const uint8_t key[SECRET_BYTES], const char *account,
               const struct second_factor *factor, uint8_t ret_secret[SECOND_FACTOR_SECRET_BYTES]);

/* Twelve of 32 letters that are not mistaken for each other: 60 bits. */
void recovery_code_new(char ret_code[RECOVERY_CODE_BYTES]);
/* As it was printed, however it was typed; false: no code. */
bool recovery_code_fold(const char *typed, char ret_code[RECOVERY_CODE_BYTES]);
/* argon2id, which takes 8 MiB and a hundredth of a second. False: no memory. Any thread. */
bool recovery_code_hash(const char *code, const uint8_t salt[SECOND_FACTOR_SALT_BYTES],
                        struct digest *ret_hash);

#endif
