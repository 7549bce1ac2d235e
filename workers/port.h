/* port.h - where messages go out: a ZeroMQ socket, or the network that a simulator plays. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_PORT_H
#define WORKERS_PORT_H

#include "base/messaging.h"

struct port {
    /* As messaging_send() has it. */
    enum status (*send)(void *context, const struct messaging_peer *peer,
                        const struct messaging_frame *frames, size_t count, bool *ret_gone,
                        struct fault *fault);
    void *context; /* tells ports apart */
};

struct port port_of_socket(struct messaging_socket *socket);

#endif
