/* caller.h - who said something to the dispatcher: where an answer goes, and as whom it came in.
 *
 * A worker of this host comes by the socket whose file is its owner's alone, and is who it says.
 * One of another host comes through the gate, as an enrolled key; what it says of itself is only
 * a name below that key's name. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_CALLER_H
#define WORKERS_CALLER_H

#include "store/worker_keys.h"
#include "workers/port.h"

struct caller {
    struct port port;
    struct messaging_peer id;
    const struct worker_key *key; /* NULL: a worker of this host */
    unsigned version;             /* of the protocol, in which it spoke; 0: not known */
};

#endif
