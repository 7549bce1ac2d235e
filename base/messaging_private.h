/* messaging_private.h - what messaging.c and messaging_keys.c share; nobody else includes it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_MESSAGING_PRIVATE_H
#define BASE_MESSAGING_PRIVATE_H

#include "base/messaging.h"

struct messaging {
    void *context;
};

struct messaging_socket {
    void *handle;
    void *monitor; /* tells of hand-shakes; NULL without keys */
    bool is_router;
    bool is_guarded; /* a ROUTER behind a gate: a message without a user is dropped */
};

/* A socket with the options of its kind, neither bound nor connected. */
enum status messaging_socket_new(struct messaging *messaging, bool is_router,
                                 struct messaging_socket **ret_socket, struct fault *fault);

#endif
