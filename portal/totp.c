/* totp.c - see totp.h. The keyed digest is GnuTLS's, which the web server brings for TLS: SHA-1 is
 * what RFC 6238 starts from and the apps know; libsodium has none. */
// SPDX-License-Identifier: EUPL-1.2
#include <gnutls/crypto.h>
#include <sodium.h>
#include <string.h>

#include "portal/totp.h"

_Static_assert(SECOND_FACTOR_SALT_BYTES == crypto_pwhash_SALTBYTES, "libsodium's salt");
_Static_assert(SECRET_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "libsodium's key");
_Static_assert(SECOND_FACTOR_SEALED_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                                 SECOND_FACTOR_SECRET_BYTES +
                                                 crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce, secret, tag");

/* Codes on paper are random, so that a tenth of a password's memory makes guessing dear enough, and
 * ten of them are hashed in no time. */
enum {
    SHA1_BYTES = 20,
    NONCE_BYTES = 24,
    RECOVERY_PASSES = 2,
    RECOVERY_MEMORY_BYTES = 8 * 1024 * 1024
};

/* ---- codes of a step ------------------------------------------------------------------------- */

bool totp_code(const uint8_t *secret, size_t length, uint64_t step, unsigned digits,
               uint32_t *ret_code)
{
    static const uint32_t powers[] = {1000000, 10000000, 100000000};
    uint8_t moment[8];
    uint8_t digest[SHA1_BYTES];
    for (int i = 7; i >= 0; i--, step >>= 8)
        moment[i] = (uint8_t)(step & 0xff);
    if (digits < 6 || digits > 8 ||
        gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret, length, moment, sizeof moment, digest) != 0)
        return false;
    // RFC 4226, 5.3: the last four bits say where the 31 bits are taken from.
    const uint8_t *at = digest + (digest[SHA1_BYTES - 1] & 0xf);
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                      (uint32_t)at[2] << 8 | (uint32_t)at[3];
    *ret_code = number % powers[digits - 6];
    return true;
}

/* The digits without blanks; false when they are not six. */
static bool read_code(const char *typed, uint32_t *ret_code)
{
    uint32_t code = 0;
    size_t digits = 0;
    for (; *typed != '\0'; typed++) {
        if (*typed == ' ')
            continue;
        if (*typed < '0' || *typed > '9' || ++digits > TOTP_DIGITS)
            return false;
        code = code * 10 + (uint32_t)(*typed - '0');
    }
    *ret_code = code;
    return digits == TOTP_DIGITS;
}

bool totp_is_code(const char *typed)
{
    uint32_t code = 0;
    return read_code(typed, &code);
}

int64_t totp_find_step(const uint8_t secret[SECOND_FACTOR_SECRET_BYTES], const char *typed,
                       int64_t now_ms)
{
    uint32_t wanted = 0;
    int64_t found = 0;
    int64_t now = now_ms / TOTP_STEP_MS;
    if (!read_code(typed, &wanted))
        return 0;
    for (int64_t step = now - TOTP_STEPS_ASIDE; step <= now + TOTP_STEPS_ASIDE; step++) {
        uint32_t code = 0;
        bool is_made =
            totp_code(secret, SECOND_FACTOR_SECRET_BYTES, (uint64_t)step, TOTP_DIGITS, &code);
        if (is_made && sodium_memcmp(&code, &wanted, sizeof code) == 0)
            found = step;
    }
    return found;
}

/* ---- secrets --------------------------------------------------------------------------------- */

void totp_secret_text(const uint8_t secret[SECOND_FACTOR_SECRET_BYTES],
                      char ret_text[TOTP_SECRET_TEXT_BYTES])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648, 6
    uint64_t bits = 0;
    unsigned held = 0;
    char *to = ret_text;
    for (size_t i = 0; i < SECOND_FACTOR_SECRET_BYTES; i++) {
        bits = bits << 8 | secret[i];
        for (held += 8; held >= 5; held -= 5)
            *to++ = letters[bits >> (held - 5) & 31];
    }
    *to = '\0';
}

void totp_new(const uint8_t key[SECRET_BYTES], const char *account,
              uint8_t ret_secret[SECOND_FACTOR_SECRET_BYTES], struct second_factor *ret_factor)
{
    *ret_factor = (struct second_factor){0};
    randombytes_buf(ret_secret, SECOND_FACTOR_SECRET_BYTES);
    randombytes_buf(ret_factor->salt, sizeof ret_factor->salt);
    randombytes_buf(ret_factor->sealed, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        ret_factor->sealed + NONCE_BYTES, NULL, ret_secret, SECOND_FACTOR_SECRET_BYTES,
        (const uint8_t *)account, strlen(account), NULL, ret_factor->sealed, key);
}

bool totp_open(const uint8_t key[SECRET_BYTES], const char *account,
               const struct second_factor *factor, uint8_t ret_secret[SECOND_FACTOR_SECRET_BYTES])
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               ret_secret, NULL, NULL, factor->sealed + NONCE_BYTES,
               sizeof factor->sealed - NONCE_BYTES, (const uint8_t *)account, strlen(account),
               factor->sealed, key) == 0;
}

/* ---- codes on paper -------------------------------------------------------------------------- */

/* Crockford's digits in small letters: none that are mistaken for another. */
static const char paper_letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Groups of four, parted by dashes. */
static void group(const char letters[RECOVERY_CODE_LETTERS], char ret_code[RECOVERY_CODE_BYTES])
{
    char *to = ret_code;
    for (size_t i = 0; i < RECOVERY_CODE_LETTERS; i++) {
        if (i > 0 && i % 4 == 0)
            *to++ = '-';
        *to++ = letters[i];
    }
    *to = '\0';
}

void recovery_code_new(char ret_code[RECOVERY_CODE_BYTES])
{
    char letters[RECOVERY_CODE_LETTERS];
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = paper_letters[randombytes_uniform(sizeof paper_letters - 1)];
    group(letters, ret_code);
}

bool recovery_code_fold(const char *typed, char ret_code[RECOVERY_CODE_BYTES])
{
    char letters[RECOVERY_CODE_LETTERS];
    size_t count = 0;
    for (; *typed != '\0'; typed++) {
        char letter = *typed >= 'A' && *typed <= 'Z' ? (char)(*typed + ('a' - 'A')) : *typed;
        if (letter == '-' || letter == ' ')
            continue;
        letter = letter == 'o' ? '0' : letter == 'i' || letter == 'l' ? '1' : letter;
        if (count == sizeof letters || strchr(paper_letters, letter) == NULL)
            return false;
        letters[count++] = letter;
    }
    if (count != sizeof letters)
        return false;
    group(letters, ret_code);
    return true;
}

bool recovery_code_hash(const char *code, const uint8_t salt[SECOND_FACTOR_SALT_BYTES],
                        struct digest *ret_hash)
{
    struct digest hash;
    if (crypto_pwhash(hash.bytes, sizeof hash.bytes, code, strlen(code), salt, RECOVERY_PASSES,
                      RECOVERY_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return false;
    *ret_hash = hash;
    return true;
}
