/* childlog.h - what the programs log while a person watches: only what concerns a person.
 *
 * On a terminal the programs' standard error comes through a pipe; warnings and errors are
 * printed above the line of progress, the rest is left out. Without a terminal nothing comes
 * through here: every line goes on to standard error, where a journal takes it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_CHILDLOG_H
#define CLI_CHILDLOG_H

#include "base/fault.h"
#include "base/loop.h"

struct childlog;

/* `loop` is borrowed until childlog_close(). */
enum status childlog_open(struct loop *loop, struct childlog **ret_log, struct fault *fault);
/* Where the programs shall write. */
int childlog_file(const struct childlog *log);
/* Prints what is still in the pipe. Accepts NULL; sets the pointer to NULL. */
void childlog_close(struct childlog **log_p);

#endif
