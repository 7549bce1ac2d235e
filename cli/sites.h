/* sites.h - desks far away, as the command shows them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_SITES_H
#define CLI_SITES_H

#include "config/config.h"
#include "store/remote_sites.h"

enum {
    SITES_BYTES_TEXT = 32,
    SITES_SILENT_MS = 120000 /* without a word for so long the line counts as cut */
};

enum sites_line { SITES_LINE_GOOD = 0, SITES_LINE_WAITING, SITES_LINE_CUT };

/* Whether this instance is a desk far away itself; its centre may have been named on a command line
 * alone. */
bool sites_is_desk(const struct config *config);
/* WAITING: it stands, but nothing is taken or sent. */
enum sites_line sites_line(const struct remote_site *site, int64_t silent_ms, int64_t now_ms);
/* "812 kB", "5.2 MB". */
void sites_bytes(uint64_t bytes, char ret_text[SITES_BYTES_TEXT]);
/* Of the scan that is being sent; 0 for none. */
unsigned sites_percent(const struct remote_site *site);
/* Prints a row for each desk, or a JSON line. *ret_is_bad: of one of them nothing comes now. */
enum status sites_print(struct ledger *ledger, bool as_json, size_t *ret_count, bool *ret_is_bad,
                        struct fault *fault);

#endif
