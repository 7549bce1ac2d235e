/* network.h - messages under way between simulated programs: late, lost, doubled, out of order.
 *
 * Every connection has a number and two directions. While the weather is bad, a message may be
 * dropped, come twice, or overtake another one; a connection may be cut, and a whole host may be
 * cut off for a while. In good weather messages arrive once and in order. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_SIMULATOR_NETWORK_H
#define TESTS_SIMULATOR_NETWORK_H

#include "workers/port.h"
#include "workers/wire.h"

enum { CONNECTIONS_MOST = 2048, LETTERS_MOST = 2048, LETTER_FRAMES_MOST = WIRE_FRAMES_MOST };

struct letter {
    uint64_t connection;
    bool to_dispatcher;
    int64_t due_ms;
    uint64_t number; /* in the order of sending: parts those that are due together */
    struct messaging_frame frames[LETTER_FRAMES_MOST]; /* owned bytes */
    size_t count;
};

/* One end at a worker. */
struct connection {
    uint64_t number;
    unsigned worker;
    bool is_open;
    int64_t last_due_ms[2]; /* by direction: keeps the order */
};

struct network {
    int64_t now_ms;
    bool is_stormy;
    struct letter letters[LETTERS_MOST];
    size_t letter_count;
    uint64_t sent;
    struct connection connections[CONNECTIONS_MOST];
    size_t connection_count;
    int64_t cut_off_until_ms[16]; /* by worker */
    uint64_t lost, doubled, overtaken;
};

void network_clear(struct network *network);
/* A new connection of this worker, in place of its others; NULL when there are too many. */
struct connection *network_connect(struct network *network, unsigned worker);
void network_cut(struct network *network, unsigned worker);
/* The dispatcher is gone: what was under way is lost, and each worker's ZeroMQ connects anew
 * without telling it. */
void network_restart_dispatcher(struct network *network);
/* To the dispatcher over the worker's connection, or back. Copies the frames. false: the
 * connection is gone. */
bool network_send(struct network *network, uint64_t connection, bool to_dispatcher,
                  const struct messaging_frame *frames, size_t count);
/* The next letter that is due by `until_ms`, taken out; the caller frees it with letter_done().
 * Letters to and from connections that were cut are dropped on the way. */
bool network_take(struct network *network, int64_t until_ms, struct letter *ret_letter);
void letter_done(struct letter *letter);
/* The open connection of that number, or NULL. */
struct connection *network_find(struct network *network, uint64_t number);
/* The number as the routing id that a ROUTER would give. */
struct messaging_peer network_peer(uint64_t number);
uint64_t network_number(const struct messaging_peer *peer);

#endif
