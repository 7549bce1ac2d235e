/* mail.c - see mail.h. Titles with letters beyond ASCII are encoded words (RFC 2047), bodies are
 * base64 (RFC 2045): no line is ever too long, and no server may change one. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "monitor/mail.h"

enum {
    WORD_BYTES_MOST = 42, /* before base64, so that an encoded word has less than 75 characters */
    LINE_BYTES = 54       /* before base64: 72 characters */
};

static void append_base64(struct text *text, const char *bytes, size_t length)
{
    char encoded[sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)bytes, length,
                      sodium_base64_VARIANT_ORIGINAL);
    text_append(text, encoded);
}

static bool is_plain(const char *string)
{
    for (; *string != '\0'; string++)
        if (*string < ' ' || *string > '~')
            return false;
    return true;
}

/* Up to `most` bytes that end with a whole letter. */
static size_t whole_letters(const char *string, size_t most)
{
    size_t length = strlen(string);
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)string[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void append_title(struct text *text, const char *title)
{
    if (is_plain(title)) {
        text_append(text, title);
        return;
    }
    for (size_t length = 0; *title != '\0'; title += length) {
        if (length > 0)
            text_append(text, "\r\n ");
        length = whole_letters(title, WORD_BYTES_MOST);
        text_append(text, "=?UTF-8?B?");
        append_base64(text, title, length);
        text_append(text, "?=");
    }
}

/* Fixed words: the locale's must not stand in a header. */
static void append_date(struct text *text, int64_t wall_ms)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm utc;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (gmtime_r(&seconds, &utc) == NULL)
        return;
    text_append_format(text, "%s, %d %s %d %02d:%02d:%02d +0000", days[utc.tm_wday], utc.tm_mday,
                       months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void append_body(struct text *text, const char *body)
{
    struct text lines = {0};
    for (; *body != '\0'; body++) {
        if (*body == '\n')
            text_append_char(&lines, '\r');
        text_append_char(&lines, *body);
    }
    const char *bytes = text_string(&lines);
    for (size_t at = 0; at < lines.length; at += LINE_BYTES) {
        size_t left = lines.length - at;
        append_base64(text, bytes + at, left < LINE_BYTES ? left : LINE_BYTES);
        text_append(text, "\r\n");
    }
    text->failed = text->failed || !text_ok(&lines);
    text_done(&lines);
}

void mail_append(struct text *message, const struct mail *mail)
{
    const char *at = strrchr(mail->from, '@');
    text_append(message, "Date: ");
    append_date(message, mail->made_ms);
    text_append_format(message, "\r\nFrom: Posteingang <%s>\r\nTo: <%s>\r\n", mail->from, mail->to);
    text_append_format(message,
                       "Message-ID: <posteingang.%lld.%lld%s>\r\nSubject: ", (long long)mail->id,
                       (long long)mail->made_ms, at == NULL ? "@localhost" : at);
    append_title(message, mail->title);
    text_append(message, "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                         "Content-Type: text/plain; charset=UTF-8\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n");
    append_body(message, mail->body);
}
