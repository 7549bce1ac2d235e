/* sessions.c - see sessions.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "portal/sessions.h"

void sessions_init(struct sessions *sessions, int64_t idle_ms, int64_t absolute_ms)
{
    memset(sessions, 0, sizeof *sessions);
    sessions->idle_ms = idle_ms;
    sessions->absolute_ms = absolute_ms;
}

bool session_is_over(const struct sessions *sessions, const struct session *session, int64_t now_ms)
{
    return !session->is_open || now_ms - session->used_ms >= sessions->idle_ms ||
           now_ms - session->begun_ms >= sessions->absolute_ms;
}

/* A free place, or the one whose session was not used for the longest time. */
static struct session *free_place(struct sessions *sessions, int64_t now_ms)
{
    struct session *oldest = &sessions->items[0];
    for (size_t i = 0; i < SESSIONS_MOST; i++) {
        struct session *session = &sessions->items[i];
        if (session_is_over(sessions, session, now_ms))
            return session;
        if (session->used_ms < oldest->used_ms)
            oldest = session;
    }
    return oldest;
}

struct session *sessions_begin(struct sessions *sessions, const char *user, int64_t epoch,
                               const char *address, int64_t now_ms,
                               char ret_token[SESSION_TOKEN_BYTES])
{
    uint8_t random[SESSION_TOKEN_RANDOM_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(ret_token, SESSION_TOKEN_BYTES, random, sizeof random);
    sodium_memzero(random, sizeof random);
    struct session *session = free_place(sessions, now_ms);
    *session = (struct session){
        .is_open = true,
        .token = digest_of(ret_token, SESSION_TOKEN_BYTES - 1),
        .epoch = epoch,
        .begun_ms = now_ms,
        .used_ms = now_ms,
        .kept_ms = now_ms,
    };
    (void)snprintf(session->user, sizeof session->user, "%s", user);
    (void)snprintf(session->address, sizeof session->address, "%s", address);
    return session;
}

void sessions_restore(struct sessions *sessions, const struct session *session, int64_t now_ms)
{
    if (!session_is_over(sessions, session, now_ms))
        *free_place(sessions, now_ms) = *session;
}

bool sessions_has(const struct sessions *sessions, const struct digest *token, int64_t now_ms)
{
    for (size_t i = 0; i < SESSIONS_MOST; i++) {
        const struct session *session = &sessions->items[i];
        if (!session_is_over(sessions, session, now_ms) && digest_equal(&session->token, token))
            return true;
    }
    return false;
}

void session_id(const struct session *session, char ret_id[SESSION_ID_BYTES])
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&session->token, hex);
    memcpy(ret_id, hex, SESSION_ID_BYTES - 1);
    ret_id[SESSION_ID_BYTES - 1] = '\0';
}

struct session *sessions_find(struct sessions *sessions, const char *token, int64_t now_ms,
                              bool is_use)
{
    if (token == NULL || strlen(token) != SESSION_TOKEN_BYTES - 1)
        return NULL;
    struct digest sought = digest_of(token, SESSION_TOKEN_BYTES - 1);
    for (size_t i = 0; i < SESSIONS_MOST; i++) {
        struct session *session = &sessions->items[i];
        if (!session->is_open || !digest_equal(&session->token, &sought))
            continue;
        if (session_is_over(sessions, session, now_ms)) {
            session_end(session);
            return NULL;
        }
        if (is_use)
            session->used_ms = now_ms;
        return session;
    }
    return NULL;
}

void session_end(struct session *session)
{
    if (session != NULL)
        sodium_memzero(session, sizeof *session);
}

size_t sessions_count(const struct sessions *sessions)
{
    size_t count = 0;
    for (size_t i = 0; i < SESSIONS_MOST; i++)
        count += sessions->items[i].is_open;
    return count;
}
