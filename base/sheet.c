/* sheet.c - see sheet.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/sheet.h"
#include "base/text.h"

_Static_assert(sizeof(struct sheet_key) == SECRET_BYTES, "the key is such a file");

static const char prefix[] = "PE1:";

enum {
    CHECK_DIGITS = 4,
    PARTS_MOST = 8,
};

/* CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF). */
static uint16_t crc_of(const char *bytes, size_t length)
{
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned)(uint8_t)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 0x8000U) != 0 ? (crc << 1 ^ 0x1021U) & 0xFFFFU : crc << 1 & 0xFFFFU;
    }
    return (uint16_t)crc;
}

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_plain(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '.' ||
           character == '/' || character == '_';
}

static void append_word(struct text *text, const char *word)
{
    for (const char *at = word; *at != '\0'; at++)
        if (is_plain(*at))
            text_append_bytes(text, at, 1);
        else
            text_append_format(text, "%%%02X", (unsigned)(uint8_t)*at);
    text_append(text, ":");
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* False when it is too long, badly encoded, or not UTF-8 without controls. */
static bool read_word(const char *part, char ret_word[SHEET_WORD_BYTES])
{
    size_t length = 0;
    for (const char *at = part; *at != '\0'; at++) {
        char character = *at;
        if (character == '%') {
            int high = hex_value(at[1]), low = high < 0 ? -1 : hex_value(at[2]);
            if (low < 0)
                return false;
            character = (char)(high << 4 | low);
            at += 2;
        } else if (!is_plain(character)) {
            return false;
        }
        if (length + 1 >= SHEET_WORD_BYTES || (uint8_t)character < ' ' || character == 0x7F)
            return false;
        ret_word[length++] = character;
    }
    ret_word[length] = '\0';
    return utf8_is_valid(ret_word, length);
}

static bool read_number(const char *part, uint32_t *ret_number)
{
    size_t length = strlen(part);
    if (length == 0 || length > 4 || strspn(part, "0123456789") != length)
        return false;
    *ret_number = (uint32_t)strtoul(part, NULL, 10);
    return *ret_number <= SHEET_NUMBER_MOST;
}

/* 1 to SHEET_REQUEST_MOST, written without zeros in front. */
static bool read_request(const char *part, uint32_t *ret_request)
{
    size_t length = strlen(part);
    if (length == 0 || length > 9 || part[0] == '0' || strspn(part, "0123456789") != length)
        return false;
    *ret_request = (uint32_t)strtoul(part, NULL, 10);
    return true;
}

static bool read_date(const char *part, char ret_date[11])
{
    static const char form[] = "dddd-dd-dd";
    size_t length = strlen(part);
    if (length != 0 && length != sizeof form - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        if (form[i] == '-' ? part[i] != '-' : part[i] < '0' || part[i] > '9')
            return false;
    memcpy(ret_date, part, length + 1);
    return true;
}

static bool read_seal(const char *part, char ret_seal[SHEET_SEAL_BYTES])
{
    size_t length = strlen(part);
    if (length != 0 && length != SHEET_SEAL_BYTES - 1)
        return false;
    memcpy(ret_seal, part, length + 1);
    return true;
}

/* ---- codes ----------------------------------------------------------------------------------- */

static bool read_parts(char *const *parts, size_t count, struct sheet *sheet)
{
    if (count == 4 && strcmp(parts[0], "T") == 0) {
        sheet->kind = SHEET_SEPARATOR;
        return read_number(parts[1], &sheet->number) && read_number(parts[2], &sheet->of) &&
               read_word(parts[3], sheet->batch);
    }
    if (count == 6 && strcmp(parts[0], "D") == 0) {
        sheet->kind = SHEET_COVER;
        return read_word(parts[1], sheet->batch) && sheet->batch[0] != '\0' &&
               read_word(parts[2], sheet->site) && read_word(parts[3], sheet->operator_name) &&
               read_number(parts[4], &sheet->prepared) && read_date(parts[5], sheet->received);
    }
    if ((count == 3 || count == 4) && strcmp(parts[0], "R") == 0) {
        sheet->kind = SHEET_RETURN;
        return read_word(parts[1], sheet->case_number) && sheet->case_number[0] != '\0' &&
               read_seal(parts[2], sheet->seal) &&
               (count == 3 || read_request(parts[3], &sheet->request));
    }
    return false;
}

/* The code's parts between prefix and check; `copy` is cut up. */
static size_t cut_parts(char *copy, char **parts)
{
    size_t count = 0;
    char *at = copy + sizeof prefix - 1;
    for (char *colon = strchr(at, ':'); colon != NULL && count < PARTS_MOST;
         colon = strchr(at, ':')) {
        *colon = '\0';
        parts[count++] = at;
        at = colon + 1;
    }
    return count;
}

enum sheet_verdict sheet_read(const char *code, struct sheet *ret_sheet)
{
    char copy[SHEET_CODE_BYTES];
    char *parts[PARTS_MOST];
    char check[CHECK_DIGITS + 1];
    size_t length = strlen(code);
    if (strncmp(code, prefix, sizeof prefix - 1) != 0)
        return SHEET_FOREIGN;
    if (length >= sizeof copy || length < sizeof prefix + CHECK_DIGITS)
        return SHEET_MALFORMED;
    size_t body = length - CHECK_DIGITS;
    (void)snprintf(check, sizeof check, "%04X", (unsigned)crc_of(code, body));
    if (strcmp(code + body, check) != 0)
        return SHEET_MALFORMED;
    memcpy(copy, code, body);
    copy[body] = '\0';
    struct sheet sheet = {0};
    if (!read_parts(parts, cut_parts(copy, parts), &sheet))
        return SHEET_MALFORMED;
    *ret_sheet = sheet;
    return SHEET_GOOD;
}

static void append_parts(struct text *text, const struct sheet *sheet)
{
    switch (sheet->kind) {
    case SHEET_SEPARATOR:
        text_append_format(text, "T:%u:%u:", sheet->number, sheet->of);
        append_word(text, sheet->batch);
        break;
    case SHEET_COVER:
        text_append(text, "D:");
        append_word(text, sheet->batch);
        append_word(text, sheet->site);
        append_word(text, sheet->operator_name);
        text_append_format(text, "%u:%s:", sheet->prepared, sheet->received);
        break;
    case SHEET_RETURN:
        text_append(text, "R:");
        append_word(text, sheet->case_number);
        text_append_format(text, "%s:", sheet->seal);
        if (sheet->request > 0)
            text_append_format(text, "%u:", sheet->request);
        break;
    }
}

bool sheet_write(const struct sheet *sheet, char ret_code[SHEET_CODE_BYTES])
{
    struct text text = {0};
    struct sheet again;
    text_append(&text, prefix);
    append_parts(&text, sheet);
    text_append_format(&text, "%04X", (unsigned)crc_of(text_string(&text), text.length));
    bool good = text_ok(&text) && text.length < SHEET_CODE_BYTES &&
                sheet_read(text_string(&text), &again) == SHEET_GOOD;
    if (good)
        memcpy(ret_code, text_string(&text), text.length + 1);
    text_done(&text);
    return good;
}

/* ---- seals ----------------------------------------------------------------------------------- */

enum status sheet_key_load(const char *path, struct sheet_key *ret_key, struct fault *fault)
{
    return secret_load(path, ret_key->bytes, fault);
}

enum status sheet_key_make(const char *path, struct sheet_key *ret_key, struct fault *fault)
{
    return secret_make(path, ret_key->bytes, fault);
}

void sheet_seal(const struct sheet_key *key, const struct sheet *sheet,
                char ret_seal[SHEET_SEAL_BYTES])
{
    // Crockford's digits: none that are mistaken for another.
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint8_t code[crypto_auth_hmacsha256_BYTES];
    char sealed[SHEET_WORD_BYTES + 16]; // room for a newline and any uint32_t
    if (sheet->request == 0)
        (void)snprintf(sealed, sizeof sealed, "%s", sheet->case_number);
    else
        (void)snprintf(sealed, sizeof sealed, "%s\n%u", sheet->case_number, sheet->request);
    crypto_auth_hmacsha256(code, (const uint8_t *)sealed, strlen(sealed), key->bytes);
    uint64_t bits = 0;
    for (int i = 0; i < 5; i++)
        bits = bits << 8 | code[i];
    for (int i = 0; i < SHEET_SEAL_BYTES - 1; i++)
        ret_seal[i] = digits[bits >> (35 - 5 * i) & 31];
    ret_seal[SHEET_SEAL_BYTES - 1] = '\0';
}

bool sheet_seal_is_valid(const struct sheet_key *key, const struct sheet *sheet)
{
    char seal[SHEET_SEAL_BYTES];
    if (sheet->kind != SHEET_RETURN || strlen(sheet->seal) != SHEET_SEAL_BYTES - 1)
        return false;
    sheet_seal(key, sheet, seal);
    return sodium_memcmp(seal, sheet->seal, sizeof seal) == 0;
}
