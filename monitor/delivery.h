/* delivery.h - carries notices out, by SMTP and HTTP, several at once and without waiting.
 *
 * Nothing is decided here: what became of each is told, and the outbox tries again. Mail is sent
 * encrypted or, when the configuration says starttls or tls, not at all. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_DELIVERY_H
#define MONITOR_DELIVERY_H

#include "config/config.h"
#include "store/outbox.h"

enum { DELIVERY_SLOTS = 4 };

struct delivery;

/* `error` is one sentence, NULL when the notice is out. */
typedef void delivery_told(void *context, int64_t id, const char *error);

/* `config` is borrowed until delivery_free(). */
enum status delivery_new(const struct config *config, delivery_told *told, void *context,
                         struct delivery **ret_delivery, struct fault *fault);
/* What is under way is given up, and nobody is told; of a mail nothing or all has arrived. Accepts
 * NULL; sets the pointer to NULL. */
void delivery_free(struct delivery **delivery_p);

/* How many notices can be started now. */
size_t delivery_room(const struct delivery *delivery);
bool delivery_is_busy(const struct delivery *delivery);
bool delivery_has(const struct delivery *delivery, int64_t id);
/* Takes what it needs of the record. What cannot even begin is told at the next turn. */
enum status delivery_start(struct delivery *delivery, const struct outbox_record *record,
                           struct fault *fault);
/* Moves everything on, and tells what has ended: to be called often while it is busy. */
void delivery_turn(struct delivery *delivery);
/* Until there is something to move on, at most so many milliseconds. */
void delivery_wait(struct delivery *delivery, int most_ms);

#endif
