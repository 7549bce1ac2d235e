/* roles.h - the programs that make up one host, and with which words each is started. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_ROLES_H
#define CLI_ROLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/supervisor.h"
#include "config/config.h"

/* Strings of one program's command line, owned. */
struct role {
    char *name; /* "intake", "reader 2" */
    char **argv;
    size_t argc;
};

struct roles {
    struct role *items; /* in the order of starting: whoever is needed by others comes first */
    size_t count;
};

/* Folder of the running program, where the others lie too. The caller owns it; NULL: unknown. */
char *roles_folder(void);
/* What `run` starts, or `site` at a desk that sends to a centre: `draining` leaves out what no letter needs. On STATUS_OK the caller owns what is in
 * *ret_roles (roles_done()). */
enum status roles_make(const struct config *config, const char *folder, bool draining,
                       struct roles *ret_roles, struct fault *fault);
/* What `worker` starts: `readers` reading programs, each with these words behind its name. */
enum status roles_make_readers(const char *folder, int64_t readers, const char *const *words,
                               size_t word_count, struct roles *ret_roles, struct fault *fault);
/* The readers of `run` alone. On STATUS_OK the caller owns what is in *ret_roles. */
enum status roles_make_local_readers(const struct config *config, const char *folder,
                                     struct roles *ret_roles, struct fault *fault);
void roles_done(struct roles *roles);
/* Hands them all to the supervisor, which borrows them; `standard_error` is a descriptor for
 * theirs, 0 for ours. The first one, the dispatcher, ends last: workers give back through it. */
enum status roles_supervise(const struct roles *roles, int standard_error,
                            struct supervisor *supervisor, struct fault *fault);

/* Logs that a program ended and when it starts again: for supervisor_observe(). */
void roles_report_death(void *context, size_t index, const char *name, const char *how,
                        int64_t restart_in_ms);

#endif
