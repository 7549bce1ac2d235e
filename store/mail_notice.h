/* mail_notice.h - tells people by mail that something waits in their inbox, and never what.
 *
 * Who wants it says so (mail_notice_set()). A notice goes into the outbox when a document came into
 * the person's inbox, or changed there, that they have not looked at and were not told of; at most
 * one an hour for each person. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MAIL_NOTICE_H
#define STORE_MAIL_NOTICE_H

#include "store/ledger.h"

enum { MAIL_NOTICE_EVERY_MS = 3600000, MAIL_ADDRESS_BYTES_MOST = 254 /* RFC 5321, 4.5.3.1.3 */ };

/* Whether this person wants notices, and where to: `mail` NULL keeps the address, which is all that
 * may be said of an account of the directory. STATUS_REFUSE: there is nobody of that name, the
 * address is none, or there is none to send to. */
enum status mail_notice_set(struct ledger *ledger, const char *account, bool is_wanted,
                            const char *mail, struct fault *fault);
/* Puts in what is due; how many. `title` and `body` are the same for everybody. */
enum status mail_notices_put(struct ledger *ledger, const char *title, const char *body,
                             uint32_t *ret_count, struct fault *fault);

#endif
