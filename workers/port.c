/* port.c - see port.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/port.h"

static enum status send_by_socket(void *context, const struct messaging_peer *peer,
                                  const struct messaging_frame *frames, size_t count,
                                  bool *ret_gone, struct fault *fault)
{
    return messaging_send(context, peer, frames, count, ret_gone, fault);
}

struct port port_of_socket(struct messaging_socket *socket)
{
    return (struct port){.send = send_by_socket, .context = socket};
}
