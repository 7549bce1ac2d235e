/* peers.c - see peers.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "workers/peers.h"

static void peer_free(struct peer *peer)
{
    outbox_done(&peer->outbox);
    free(peer->name);
    free(peer->host);
    free(peer->version);
    free(peer);
}

struct peer *peers_find(const struct peers *peers, const struct caller *caller)
{
    for (struct peer *peer = peers->first; peer != NULL; peer = peer->next)
        if (peer->outbox.port.context == caller->port.context &&
            peer->outbox.peer.length == caller->id.length &&
            memcmp(peer->outbox.peer.bytes, caller->id.bytes, caller->id.length) == 0)
            return peer;
    return NULL;
}

struct peer *peers_find_name(const struct peers *peers, const char *name)
{
    for (struct peer *peer = peers->first; peer != NULL; peer = peer->next)
        if (string_equal(peer->name, name))
            return peer;
    return NULL;
}

static void append(struct peers *peers, struct peer *peer)
{
    struct peer **end = &peers->first;
    while (*end != NULL)
        end = &(*end)->next;
    peer->next = NULL;
    *end = peer;
}

static void detach(struct peers *peers, const struct peer *peer)
{
    struct peer **place = &peers->first;
    while (*place != peer)
        place = &(*place)->next;
    *place = peer->next;
}

struct peer *peers_add(struct peers *peers, const struct caller *caller, const char *name,
                       const struct wire_ready *ready)
{
    struct peer *peer = peers->count < PEERS_MOST ? calloc(1, sizeof *peer) : NULL;
    if (peer == NULL)
        return NULL;
    peer->outbox = (struct outbox){
        .port = caller->port, .has_peer = true, .peer = caller->id, .version = caller->version};
    peer->key = caller->key == NULL ? 0 : caller->key->id;
    peer->name = string_copy(name);
    peer->host = string_copy(ready->host);
    peer->version = string_copy(ready->version);
    peer->kind = (enum wire_worker_kind)ready->kind;
    peer->incarnation = ready->incarnation;
    if (peer->name == NULL || peer->host == NULL || peer->version == NULL) {
        peer_free(peer);
        return NULL;
    }
    append(peers, peer);
    peers->count++;
    return peer;
}

void peers_remove(struct peers *peers, struct peer *peer)
{
    detach(peers, peer);
    peers->count--;
    peer_free(peer);
}

void peers_rotate(struct peers *peers, struct peer *peer)
{
    detach(peers, peer);
    append(peers, peer);
}

void peers_done(struct peers *peers)
{
    while (peers->first != NULL)
        peers_remove(peers, peers->first);
}
