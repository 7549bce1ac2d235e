/* network.c - see network.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "tests/simulator/chance.h"
#include "tests/simulator/network.h"

enum {
    DELAY_MS_MOST = 30,
    LATE_MS_MOST = 4000,
    PERMILLE_LOST = 8,
    PERMILLE_DOUBLED = 8,
    PERMILLE_OVERTAKEN = 8,
    PERMILLE_LATE = 10
};

void letter_done(struct letter *letter)
{
    for (size_t i = 0; i < letter->count; i++)
        free((void *)(uintptr_t)letter->frames[i].bytes);
    *letter = (struct letter){0};
}

void network_clear(struct network *network)
{
    for (size_t i = 0; i < network->letter_count; i++)
        letter_done(&network->letters[i]);
    *network = (struct network){0};
}

struct messaging_peer network_peer(uint64_t number)
{
    struct messaging_peer peer = {.length = 8};
    memcpy(peer.bytes, &number, sizeof number);
    return peer;
}

uint64_t network_number(const struct messaging_peer *peer)
{
    uint64_t number = 0;
    memcpy(&number, peer->bytes, sizeof number);
    return number;
}

struct connection *network_find(struct network *network, uint64_t number)
{
    if (number == 0 || number > network->connection_count)
        return NULL;
    struct connection *connection = &network->connections[number - 1];
    return connection->is_open ? connection : NULL;
}

void network_cut(struct network *network, unsigned worker)
{
    for (size_t i = 0; i < network->connection_count; i++)
        if (network->connections[i].worker == worker)
            network->connections[i].is_open = false;
}

static struct connection *open_connection(struct network *network, unsigned worker)
{
    if (network->connection_count == CONNECTIONS_MOST)
        return NULL;
    struct connection *connection = &network->connections[network->connection_count++];
    *connection =
        (struct connection){.number = network->connection_count, .worker = worker, .is_open = true};
    return connection;
}

struct connection *network_connect(struct network *network, unsigned worker)
{
    network_cut(network, worker);
    return open_connection(network, worker);
}

void network_restart_dispatcher(struct network *network)
{
    size_t count = network->connection_count;
    for (size_t i = 0; i < network->letter_count; i++)
        letter_done(&network->letters[i]);
    network->letter_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!network->connections[i].is_open)
            continue;
        network->connections[i].is_open = false;
        (void)open_connection(network, network->connections[i].worker);
    }
}

static void put(struct network *network, const struct letter *draft)
{
    if (network->letter_count == LETTERS_MOST)
        abort(); // the protocol's own bounds must keep it far below
    struct letter letter = *draft;
    for (size_t i = 0; i < letter.count; i++) {
        void *bytes = malloc(letter.frames[i].length + 1);
        if (bytes == NULL)
            abort();
        memcpy(bytes, draft->frames[i].bytes, letter.frames[i].length);
        letter.frames[i].bytes = bytes;
    }
    letter.number = ++network->sent;
    network->letters[network->letter_count++] = letter;
}

/* When it arrives: after those before it, unless the weather lets it overtake them. */
static int64_t due(struct network *network, struct connection *connection, bool to_dispatcher)
{
    int64_t *last = &connection->last_due_ms[to_dispatcher ? 1 : 0];
    int64_t at = network->now_ms + chance_between(1, DELAY_MS_MOST);
    if (network->is_stormy && chance_of(PERMILLE_LATE))
        at += chance_between(1, LATE_MS_MOST);
    if (network->is_stormy && chance_of(PERMILLE_OVERTAKEN)) {
        network->overtaken++;
        return at;
    }
    if (at <= *last)
        at = *last + 1;
    *last = at;
    return at;
}

bool network_send(struct network *network, uint64_t number, bool to_dispatcher,
                  const struct messaging_frame *frames, size_t count)
{
    struct connection *connection = network_find(network, number);
    if (connection == NULL)
        return false;
    bool is_cut_off = network->cut_off_until_ms[connection->worker] > network->now_ms;
    if (is_cut_off || (network->is_stormy && chance_of(PERMILLE_LOST))) {
        network->lost++;
        return true;
    }
    struct letter letter = {.connection = number,
                            .to_dispatcher = to_dispatcher,
                            .due_ms = due(network, connection, to_dispatcher),
                            .count = count};
    memcpy(letter.frames, frames, count * sizeof *frames);
    put(network, &letter);
    if (network->is_stormy && chance_of(PERMILLE_DOUBLED)) {
        letter.due_ms = due(network, connection, to_dispatcher);
        network->doubled++;
        put(network, &letter);
    }
    return true;
}

bool network_take(struct network *network, int64_t until_ms, struct letter *ret_letter)
{
    for (;;) {
        size_t first = network->letter_count;
        for (size_t i = 0; i < network->letter_count; i++) {
            const struct letter *letter = &network->letters[i];
            const struct letter *best =
                first == network->letter_count ? NULL : &network->letters[first];
            if (letter->due_ms <= until_ms &&
                (best == NULL || letter->due_ms < best->due_ms ||
                 (letter->due_ms == best->due_ms && letter->number < best->number)))
                first = i;
        }
        if (first == network->letter_count)
            return false;
        *ret_letter = network->letters[first];
        network->letters[first] = network->letters[--network->letter_count];
        if (network_find(network, ret_letter->connection) != NULL)
            return true;
        letter_done(ret_letter);
    }
}
