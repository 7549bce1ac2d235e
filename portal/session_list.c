/* session_list.c - see session_list.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/session_list.h"
#include "store/logins.h"

static json_t *describe_session(const struct session *session, bool is_own)
{
    char id[SESSION_ID_BYTES];
    session_id(session, id);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "session", id, "user", session->user,
                     "address", session->address, "begun", describe_time(session->begun_ms), "used",
                     describe_time(session->used_ms), "own", is_own);
}

static bool is_of(const struct session *session, const char *user)
{
    return user == NULL || strcmp(session->user, user) == 0;
}

enum status session_list_answer(struct service *service, struct exchange *exchange,
                                const char *user, struct fault *fault)
{
    json_t *list = json_array();
    int64_t now_ms = clock_wall_ms(service->clock);
    for (size_t i = 0; i < SESSIONS_MOST; i++) {
        const struct session *session = &service->sessions.items[i];
        if (!session_is_over(&service->sessions, session, now_ms) && is_of(session, user))
            (void)json_array_append_new(list,
                                        describe_session(session, session == exchange->session));
    }
    return paging_answer(exchange, list, (int64_t)json_array_size(list), NULL, fault);
}

enum status session_list_end(struct service *service, struct exchange *exchange, const char *user,
                             struct fault *fault)
{
    char id[SESSION_ID_BYTES];
    int64_t now_ms = clock_wall_ms(service->clock);
    for (size_t i = 0; i < SESSIONS_MOST; i++) {
        struct session *session = &service->sessions.items[i];
        session_id(session, id);
        if (session_is_over(&service->sessions, session, now_ms) || !is_of(session, user) ||
            strcmp(id, exchange->name) != 0)
            continue;
        enum status status =
            login_end(service->ledger, &session->token, exchange->user.name, fault);
        if (status != STATUS_OK)
            return status;
        session_end(session);
        return answer_json(exchange, 200, json_pack("{s:b}", "done", 1), fault);
    }
    return answer_nothing_there(exchange, fault);
}
