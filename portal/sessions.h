/* sessions.h - who is logged in, by the token in their cookie.
 *
 * Kept in memory, as digests of tokens: a copy of the process or of its core gives no token away.
 * store/logins.h keeps the same digests, from which they are restored, so that a restart logs
 * nobody out; times are on the wall clock for that. Not thread-safe: the thread that answers
 * requests owns it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_SESSIONS_H
#define PORTAL_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "store/users.h"

enum {
    SESSIONS_MOST = 1024,
    SESSION_TOKEN_RANDOM_BYTES = 32, /* 256 bits; OWASP ASVS 7.2.3 asks for 128 */
    SESSION_ADDRESS_BYTES = 64,
    SESSION_KEEP_MS = 60000, /* a use is written to the ledger once in this time */
    SESSION_TOKEN_BYTES = 2 * SESSION_TOKEN_RANDOM_BYTES + 1
};

struct session {
    bool is_open;
    struct digest token;
    char user[USER_NAME_BYTES_MOST + 1];
    int64_t epoch; /* of the user when the session began */
    int64_t begun_ms, used_ms;
    int64_t kept_ms; /* used_ms as the ledger knows it */
    char address[SESSION_ADDRESS_BYTES];
};

struct sessions {
    struct session items[SESSIONS_MOST];
    int64_t idle_ms;     /* ends after this without use */
    int64_t absolute_ms; /* ends after this in any case */
};

void sessions_init(struct sessions *sessions, int64_t idle_ms, int64_t absolute_ms);
/* A new session with a new token; when all places are taken, the one unused for longest ends. */
struct session *sessions_begin(struct sessions *sessions, const char *user, int64_t epoch,
                               const char *address, int64_t now_ms,
                               char ret_token[SESSION_TOKEN_BYTES]);
/* Takes one up again that another process began; nothing happens when it has run out. */
void sessions_restore(struct sessions *sessions, const struct session *session, int64_t now_ms);
/* Whether there is an open one of that digest; no use of it. */
bool sessions_has(const struct sessions *sessions, const struct digest *token, int64_t now_ms);
/* Whether it has run out. */
bool session_is_over(const struct sessions *sessions, const struct session *session,
                     int64_t now_ms);
/* The first 16 hexadecimal digits of its digest: its name for people. */
enum { SESSION_ID_BYTES = 17 };
void session_id(const struct session *session, char ret_id[SESSION_ID_BYTES]);
/* The open session of a token (NULL gives NULL). Ends what has run out. `is_use`: a person did
 * something; what a page asks by itself does not keep a session open. */
struct session *sessions_find(struct sessions *sessions, const char *token, int64_t now_ms,
                              bool is_use);
/* Accepts NULL. */
void session_end(struct session *session);
size_t sessions_count(const struct sessions *sessions);

#endif
