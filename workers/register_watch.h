/* register_watch.h - the current case register as an index, always ready.
 *
 * A thread of its own, with a ledger handle of its own, builds an index whenever the register's
 * version changes; until it is done the one before stays in use, so that no job waits. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_REGISTER_WATCH_H
#define WORKERS_REGISTER_WATCH_H

#include "base/clock.h"
#include "classify/classify.h"
#include "store/ledger.h"

struct register_watch;

/* Reads the current register into an index, at once: for programs that have nothing else to do.
 * The caller owns it. */
enum status register_load(struct ledger *ledger, const struct rules *rules,
                          struct register_index **ret_index, int64_t *ret_version,
                          struct fault *fault);

/* `rules`, `clock` and `ledger_url` are borrowed. */
enum status register_watch_new(const char *ledger_url, const struct clock *clock,
                               const struct rules *rules, struct register_watch **ret_watch,
                               struct fault *fault);
/* Waits for a build under way. */
void register_watch_free(struct register_watch **watch_p);

/* Looks whether the version changed, and if so starts a build, unless one is under way. */
enum status register_watch_look(struct register_watch *watch, struct fault *fault);
/* Readable when a build has ended: call register_watch_take(). */
int register_watch_file(const struct register_watch *watch);
/* Puts the new index to use. Not STATUS_OK: the build failed, and the index before stays; the next
 * register_watch_look() starts another. */
enum status register_watch_take(struct register_watch *watch, struct fault *fault);

/* NULL until the first build is done. */
const struct register_index *register_watch_index(const struct register_watch *watch);
/* Of that index; 0: there is no register, and the index is empty. */
int64_t register_watch_version(const struct register_watch *watch);

#endif
