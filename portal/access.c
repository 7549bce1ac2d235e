/* access.c - see access.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/text.h"
#include "portal/access.h"
#include "store/audit.h"
#include "store/register.h"

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
    };
    take_teams(&access, user->team);
    return access;
}

static bool is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcmp(one, other) == 0;
}

/* ---- own cases ----------------------------------------------------------------------------- */

struct ownership {
    const char *caseworker;
    bool is_own;
};

static enum status look_at_row(void *context, const struct register_row *row, struct fault *fault)
{
    (void)fault;
    struct ownership *ownership = context;
    ownership->is_own |= is_same(row->fields[REGISTER_CASEWORKER], ownership->caseworker);
    return STATUS_OK;
}

static enum status sees_team(struct ledger *ledger, const struct access *access,
                             const struct document_record *document, bool *ret_may,
                             struct fault *fault)
{
    struct ownership ownership = {.caseworker = access->caseworker};
    *ret_may = false;
    for (size_t i = 0; i < access->team_count; i++)
        *ret_may |= is_same(access->teams[i], document->team);
    if (*ret_may || access->caseworker == NULL || document->case_number == NULL)
        return STATUS_OK;
    enum status status =
        register_case(ledger, document->case_number, look_at_row, &ownership, fault);
    if (status == STATUS_OK)
        *ret_may = ownership.is_own;
    return status;
}

/* ---- documents and sites --------------------------------------------------------------------- */

static bool is_moving(enum document_state state)
{
    return state == DOCUMENT_MATCHING || state == DOCUMENT_CLEARING || state == DOCUMENT_RECALLED ||
           state == DOCUMENT_CORRUPT;
}

enum status access_may_see_document(struct ledger *ledger, const struct user_record *user,
                                    const struct document_record *document, bool *ret_may,
                                    struct fault *fault)
{
    const struct access access = access_of(user);
    *ret_may = false;
    switch (access.reach) {
    case REACH_ALL:
        *ret_may = true;
        break;
    case REACH_CLEARING:
        *ret_may = is_moving(document->state) || is_same(access.person, document->decided_by);
        break;
    case REACH_TEAM:
        return sees_team(ledger, &access, document, ret_may, fault);
    case REACH_NOTHING:
        break;
    }
    return STATUS_OK;
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

enum status access_note_look(struct service *service, const struct exchange *exchange,
                             const char *action, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    struct text key = {0};
    bool is_known = false;
    int64_t now_ms = clock_monotonic_ms(service->clock);
    uuid_to_text(&exchange->id, id);
    text_append_format(&key, "%s %s %s", exchange->user.name, action, id);
    struct digest digest = digest_of(text_string(&key), key.length);
    text_done(&key);
    struct look *look = place_of(&service->looks, &digest, now_ms, &is_known);
    if (is_known)
        return STATUS_OK;
    enum status status = audit_note(service->ledger, exchange->user.name, action, id, fault);
    if (status == STATUS_OK)
        *look = (struct look){.digest = digest, .at_ms = now_ms};
    return status;
}
