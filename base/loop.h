/* loop.h - the one place where a program waits.
 *
 * Descriptors, ZeroMQ sockets, timers and signals call back from loop_run(), one at a time, in
 * one thread. Callbacks must not block for longer than a file sync takes. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

struct loop;

typedef void loop_callback(void *context);
typedef void loop_signal_callback(void *context, int signal_number);

/* On STATUS_OK the caller owns *ret_loop and ends it with loop_free(). `clock` is borrowed. */
enum status loop_new(const struct clock *clock, struct loop **ret_loop, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. Closes nothing that was added. */
void loop_free(struct loop **loop_p);

/* Calls back while `file` is readable (or hung up). One callback a descriptor. */
enum status loop_add_file(struct loop *loop, int file, loop_callback *callback, void *context,
                          struct fault *fault);
void loop_remove_file(struct loop *loop, int file);
/* The same for a ZeroMQ socket; the callback must take everything that is there. */
enum status loop_add_socket(struct loop *loop, void *zmq_socket, loop_callback *callback,
                            void *context, struct fault *fault);
void loop_remove_socket(struct loop *loop, void *zmq_socket);
/* Calls back every `interval_ms`, the first time after one interval. Returns a number for
 * loop_remove_timer(), or 0 on no memory. */
unsigned loop_add_timer(struct loop *loop, int64_t interval_ms, loop_callback *callback,
                        void *context);
void loop_remove_timer(struct loop *loop, unsigned timer);
/* Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD and delivers them here instead. */
enum status loop_catch_signals(struct loop *loop, loop_signal_callback *callback, void *context,
                               struct fault *fault);

/* Serves until loop_stop(). STATUS_HALT when waiting itself fails. */
enum status loop_run(struct loop *loop, struct fault *fault);
void loop_stop(struct loop *loop);
bool loop_is_stopping(const struct loop *loop);

#endif
