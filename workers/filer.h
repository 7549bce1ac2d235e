/* filer.h - matches readings against the register, and puts decided documents into the cabinet.
 *
 * Holds no decision: a file job comes with the one the ledger committed. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_FILER_H
#define WORKERS_FILER_H

#include "base/arguments.h"
#include "base/loop.h"
#include "config/config.h"

struct filer;

enum { FILER_FINISH_MS = 15000 /* after SIGTERM, for the job in hand to be settled */ };

/* Other dispatchers than that of the configuration (links.h); both empty: that one. */
struct filer_dispatchers {
    struct argument_list connect, keys;
};

/* `name`: NULL for one made of host and process number. The rest is borrowed. */
enum status filer_new(struct loop *loop, const struct clock *clock, const struct config *config,
                      const char *name, const struct filer_dispatchers *dispatchers,
                      struct filer **ret_filer, struct fault *fault);
void filer_free(struct filer **filer_p);
void filer_stop(struct filer *filer);
enum exit_code filer_outcome(const struct filer *filer);

#endif
