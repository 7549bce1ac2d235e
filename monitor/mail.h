/* mail.h - a notice as a message of RFC 5322: plain text, UTF-8, one recipient. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_MAIL_H
#define MONITOR_MAIL_H

#include "base/text.h"

struct mail {
    const char *from, *to; /* addresses, without names */
    const char *title;     /* one line, UTF-8 */
    const char *body;      /* UTF-8, lines ended by \n */
    int64_t id;            /* of the notice: makes the Message-ID, the same for each attempt */
    int64_t made_ms;       /* wall clock: the Date, and part of the Message-ID */
};

/* Appends the whole message, lines ended by CRLF, without the final dot of SMTP. */
void mail_append(struct text *message, const struct mail *mail);

#endif
