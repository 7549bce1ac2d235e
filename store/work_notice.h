/* work_notice.h - "there is new work": a hint from whoever changed a ledger on a server to the
 * dispatchers of every host.
 *
 * PostgreSQL's LISTEN on a connection of its own. A process that makes work says so with its commit,
 * at most once in WORK_NOTICE_PAUSE_MS: NOTIFY makes commits wait for each other. A hint may be
 * lost; whoever listens also looks by itself from time to time. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_WORK_NOTICE_H
#define STORE_WORK_NOTICE_H

#include <stdbool.h>

#include "base/fault.h"

enum { WORK_NOTICE_PAUSE_MS = 1000 };

struct work_notice;

/* Listens at the ledger `url`. On STATUS_OK the caller owns *ret_notice, which is NULL for a ledger
 * in a file: the bell is enough there. STATUS_LATER: the server cannot be reached now. */
enum status work_notice_open(const char *url, struct work_notice **ret_notice, struct fault *fault);
void work_notice_close(struct work_notice **notice_p);
/* For loop_add_file(); the same until work_notice_close(), also after the line broke. */
int work_notice_file(const struct work_notice *notice);
/* Takes all that came; *ret_some when there was one. STATUS_LATER: the connection is gone, and hints
 * may have gone with it; there is nothing left but to close it and to look. */
enum status work_notice_take(struct work_notice *notice, bool *ret_some, struct fault *fault);

#endif
