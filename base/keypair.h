/* keypair.h - Curve25519 keys of the dispatcher and its workers, and the files that keep them.
 *
 * A key file is short text: "public" and "secret" with the pair, and in a worker's file "server"
 * with the public key of the dispatcher that it trusts. Keys stand there as Z85, 40 characters,
 * as every program of the ZeroMQ family writes them. Whoever has the file is the worker: it has
 * mode 0600, and one that others may read is not used. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_KEYPAIR_H
#define BASE_KEYPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = 41 /* Z85 and its NUL */ };

struct public_key {
    uint8_t bytes[KEY_BYTES];
};

struct key_pair {
    struct public_key public_key;
    uint8_t secret[KEY_BYTES];
};

struct key_file {
    struct key_pair pair;
    bool has_server;
    struct public_key server; /* of the dispatcher; only with has_server */
};

/* A new pair, from the system's random numbers. Its public key's text never begins with a dash. */
enum status key_pair_new(struct key_pair *ret_pair, struct fault *fault);
/* Whether the two halves belong together. */
bool key_pair_is_whole(const struct key_pair *pair);

void public_key_to_text(const struct public_key *key, char ret_text[KEY_TEXT_BYTES]);
/* false: not 40 characters of Z85, or a key that nobody has (all zero). */
bool public_key_from_text(const char *text, struct public_key *ret_key);
bool public_key_equal(const struct public_key *a, const struct public_key *b);

/* Makes the file, durable, of mode 0600. STATUS_REFUSE: there is one already, which stays. */
enum status key_file_write(const char *path, const struct key_file *file, struct fault *fault);
/* STATUS_REFUSE: it is not there, others may read it, or it is not a key file. */
enum status key_file_read(const char *path, struct key_file *ret_file, struct fault *fault);
/* Overwrites the secret. */
void key_file_wipe(struct key_file *file);

#endif
