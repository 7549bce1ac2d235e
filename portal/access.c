/* access.c - see access.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/access.h"
#include "store/audit.h"
#include "store/guard.h"

/* A person may belong to several teams: their names stand parted by semicolons. */
static void take_teams(struct access *access, const char *names)
{
    while (names != NULL && *names != '\0' && access->team_count < ACCESS_TEAMS_MOST) {
        names += strspn(names, "; ");
        size_t length = strcspn(names, ";");
        if (length > 0 && length < ACCESS_TEAM_BYTES) {
            memcpy(access->teams[access->team_count], names, length);
            access->teams[access->team_count++][length] = '\0';
        }
        names += length;
    }
}

struct access access_of(const struct user_record *user)
{
    static const enum access_reach reaches[USER_ROLES] = {
        [USER_CASEWORKER] = REACH_TEAM,
        [USER_LEAD] = REACH_TEAM,
        [USER_QUALITY] = REACH_ALL,
        [USER_REGISTRY] = REACH_CLEARING,
    };
    struct access access = {
        .reach = (size_t)user->role < USER_ROLES ? reaches[user->role] : REACH_NOTHING,
        .person = user->name,
        .caseworker = user->caseworker,
        .rights = user->rights,
    };
    take_teams(&access, user->team);
    return access;
}

struct desk_scope access_scope(const struct access *access)
{
    static const enum desk_reach reaches[] = {
        [REACH_NOTHING] = DESK_SEES_NOTHING,
        [REACH_CLEARING] = DESK_SEES_UNSETTLED,
        [REACH_TEAM] = DESK_SEES_TEAMS,
        [REACH_ALL] = DESK_SEES_ALL,
    };
    struct desk_scope scope = {.reach = reaches[access->reach],
                               .person = access->person,
                               .caseworker = access->caseworker,
                               .rights = access->rights};
    for (; scope.team_count < access->team_count; scope.team_count++)
        scope.teams[scope.team_count] = access->teams[scope.team_count];
    return scope;
}

struct desk_scope access_oversight(const struct user_record *user, struct access *ret_access)
{
    *ret_access = access_of(user);
    struct desk_scope scope = access_scope(ret_access);
    if (user->role == USER_REGISTRY || user->role == USER_QUALITY || user->role == USER_AUDITOR)
        scope.reach = DESK_SEES_ALL;
    scope.sees_unassigned = user->role == USER_LEAD;
    return scope;
}

static bool is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcmp(one, other) == 0;
}

static bool sees_team(const struct access *access, const struct document_record *document)
{
    for (size_t i = 0; i < access->team_count; i++)
        if (is_same(access->teams[i], document->team))
            return true;
    return is_same(access->caseworker, document->caseworker);
}

/* ---- documents and sites --------------------------------------------------------------------- */

static bool is_moving(enum document_state state)
{
    return state == DOCUMENT_MATCHING || state == DOCUMENT_CLEARING || state == DOCUMENT_RECALLED ||
           state == DOCUMENT_CORRUPT || state == DOCUMENT_ARRANGING;
}

bool access_may_see_document(const struct user_record *user, const struct document_record *document)
{
    const struct access access = access_of(user);
    if (!guard_is_seen(document->guard, access.rights))
        return false;
    switch (access.reach) {
    case REACH_ALL:
        return true;
    case REACH_CLEARING:
        return is_moving(document->state) || is_same(access.person, document->decided_by);
    case REACH_TEAM:
        return sees_team(&access, document);
    case REACH_NOTHING:
    default:
        return false;
    }
}

bool access_may_see_trace(const struct user_record *user, const struct document_record *document)
{
    return guard_is_seen(document->trace_guard, user->rights);
}

enum status access_may_see_case(struct service *service, const struct user_record *user,
                                const char *case_number, bool *ret_may, struct fault *fault)
{
    uint32_t guard = 0;
    enum status status = guard_of_case(service->ledger, case_number, &guard, fault);
    *ret_may = status == STATUS_OK && guard_is_seen(guard, user->rights);
    return status;
}

bool access_lacks_factor(const struct config *config, const struct user_record *user)
{
    const char *list = config->portal.factor_roles;
    const char *role = user_role_name(user->role);
    while (!user->has_factor && list != NULL && *list != '\0') {
        list += strspn(list, "; ");
        size_t length = strcspn(list, "; ");
        if (length == strlen(role) && strncmp(list, role, length) == 0)
            return true;
        list += length;
    }
    return false;
}

bool access_may_see_site(const struct user_record *user, const char *site)
{
    return user->role == USER_ADMIN || (user->role == USER_MAILROOM && is_same(user->site, site));
}

/* ---- looks --------------------------------------------------------------------------------- */

/* The place of this look in the ring, or the oldest one. *ret_is_known: it was there. */
static struct look *place_of(struct looks *looks, const struct digest *digest, int64_t now_ms,
                             bool *ret_is_known)
{
    struct look *oldest = &looks->items[0];
    for (size_t i = 0; i < LOOKS_MOST; i++) {
        struct look *look = &looks->items[i];
        if (look->at_ms != 0 && now_ms - look->at_ms < LOOK_MS &&
            digest_equal(&look->digest, digest)) {
            *ret_is_known = true;
            return look;
        }
        if (look->at_ms < oldest->at_ms)
            oldest = look;
    }
    *ret_is_known = false;
    return oldest;
}

/* Of the same person, action and subject again within LOOK_MS nothing is written. */
static enum status note_once(struct service *service, const char *person, const char *action,
                             const char *subject, struct fault *fault)
{
    struct text key = {0};
    bool is_known = false;
    int64_t now_ms = clock_monotonic_ms(service->clock);
    text_append_format(&key, "%s %s %s", person, action, subject);
    struct digest digest = digest_of(text_string(&key), key.length);
    text_done(&key);
    struct look *look = place_of(&service->looks, &digest, now_ms, &is_known);
    if (is_known)
        return STATUS_OK;
    enum status status = audit_note(service->ledger, person, action, subject, fault);
    if (status == STATUS_OK)
        *look = (struct look){.digest = digest, .at_ms = now_ms};
    return status;
}

enum status access_note_look(struct service *service, const struct exchange *exchange,
                             const char *action, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&exchange->id, id);
    return note_once(service, exchange->user.name, action, id, fault);
}

enum status access_answer_foreign(struct service *service, struct exchange *exchange,
                                  const char *noun, const char *name, struct fault *fault)
{
    struct text subject = {0};
    text_append_format(&subject, "%s %s", noun, name);
    log_warning(NULL, "denied: %s asked for something foreign: %s", exchange->user.name,
                text_string(&subject));
    enum status status =
        note_once(service, exchange->user.name, "access.denied", text_string(&subject), fault);
    text_done(&subject);
    return status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
}
