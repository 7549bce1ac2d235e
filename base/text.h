/* text.h - a growing string, and what may be asked of UTF-8.
 *
 * A struct text lives inside its owner; {0} is a valid empty one. Appending never fails on the
 * spot: when memory runs out the text turns `failed`, later appends do nothing, and the one
 * check at the end (text_ok) tells. `bytes` is always NUL-terminated once anything was appended. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes;     /* NULL until something was appended */
    size_t length;   /* bytes without the NUL */
    size_t capacity; /* bytes allocated */
    bool failed;     /* an allocation failed; the content is not complete */
};

void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const char *bytes, size_t length);
void text_append_char(struct text *text, char character);
void text_append_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends one Unicode code point as UTF-8; surrogates and beyond U+10FFFF become U+FFFD. */
void text_append_code_point(struct text *text, uint32_t code_point);

bool text_ok(const struct text *text);
/* Never NULL: "" when empty. */
const char *text_string(const struct text *text);
/* Keeps the memory, drops the content and the failure. */
void text_clear(struct text *text);
/* Frees the memory; the text is {0} again. */
void text_done(struct text *text);
/* The caller owns the returned string (free()); NULL when failed. The text is {0} again. */
char *text_take(struct text *text);

/* Reads the code point at *position and moves past it. Malformed bytes give U+FFFD and move one
 * byte. Call only while *position < length. */
uint32_t utf8_next(const char *bytes, size_t length, size_t *position);
bool utf8_is_valid(const char *bytes, size_t length);
/* Appends Windows-1252 bytes as UTF-8; the five undefined bytes become U+FFFD. */
void text_append_windows_1252(struct text *text, const char *bytes, size_t length);
/* Appends `string` with bytes a terminal or log line could misread (controls, malformed UTF-8)
 * as \xNN, and `"` and `\` escaped: one line, whatever came in. */
void text_append_quoted(struct text *text, const char *string);

/* strdup() that is spelled where the standard library's is not; NULL on no memory. */
char *string_copy(const char *string);
char *string_copy_bytes(const char *bytes, size_t length);
bool string_equal(const char *left, const char *right);
bool string_starts_with(const char *string, const char *prefix);
bool string_ends_with(const char *string, const char *suffix);
/* The word of `words` (NULL-terminated) closest to `word`, or NULL when none is close enough to
 * be meant (more than a third of the letters differ). For "did you mean …". */
const char *string_closest(const char *word, const char *const *words);
/* Number of columns a UTF-8 string takes in a terminal. */
size_t string_columns(const char *string);

#endif
