/* desk_list.c - lists of documents, by walks along the indexes of migration "desk".
 *
 * A list is made of runs: one for each urgency (where the urgent come first) and each team of the
 * scope. A run is one query that follows one index from a place on and stops at the limit; the
 * runs of one urgency are merged by time. Which index fits is chosen by what the filter names, the
 * most selective first; what else it names is asked of each row on the way. Only the keys are
 * read like this; the records of the one page that is shown follow by their ids. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/desk.h"
#include "store/ledger_private.h"

enum { URGENCY_MOST = 2, RUNS_MOST = DESK_TEAMS_MOST };

_Static_assert(DESK_SEES_TEAMS == 2 && DESK_SEES_ALL == 3, "as the statements have it");
_Static_assert(SCOPE_VALUES - SCOPE_FIRST == 4 + DESK_TEAMS_MOST, "as scope_fill() fills them");

/* ---- the statements ------------------------------------------------------------------------- */

/* $1 limit · $2 $3 behind this time and id · $4 urgency · $5 team · $6 case · $7 person · $8 kind
 * $9 site · $10 not before · $11 before · $12 least urgency · $13 state · $14 done · $15 own · $16 unread
 * $17 reach · $18 to $25 teams · $26 the person in the register · $27 what is hidden from them,
 * which is no condition of its own: SQLite takes each for one that leaves few rows, and sorts. */
#define WHAT                                                                                       \
    " AND d.received_ms >= $10 AND d.received_ms < $11"                                            \
    " AND ($8 IS NULL OR d.kind = $8)"                                                             \
    " AND ($9 IS NULL OR d.site = $9)"                                                             \
    " AND d.urgency >= $12"                                                                        \
    " AND (($15 = 0 AND " GUARD_IS_SEEN("$27") ") OR (d.caseworker = $26 AND " GUARD_IS_SEEN(      \
        "$27") "))"                                                                                \
               " AND ($16 = 0 OR NOT EXISTS (SELECT 1 FROM sight g WHERE g.document = d.id"        \
               "  AND g.person = $7 AND g.what = 'document'))"
#define IN_TEAM    " AND ($5 IS NULL OR d.team = $5)"
#define MOVING(of) of ".state IN ('matching', 'clearing', 'recalled', 'corrupt', 'arranging')"
#define OF_MINE                                                                                    \
    "$17 = 3 OR ($17 = 2 AND (d.caseworker = $26"                                                  \
    "  OR d.team IN ($18, $19, $20, $21, $22, $23, $24, $25)))"
#define MINE          " AND (" OF_MINE ")"
#define MINE_OR_MOVED " AND (" OF_MINE " OR ($17 = 1 AND (d.decider = $7 OR " MOVING("d") ")))"
#define IN_STATE(of)                                                                               \
    "($13 IS NULL AND " of ".state NOT IN ('replaced', 'purged') OR " of ".state = $13)"
#define IS_DONE " AND ($14 IS NULL OR d.done = $14)"
/* Of an index with the state, and of one without: then it is asked of the rows that are left. */
#define WHICH " AND " IN_STATE("d") IS_DONE
#define WHICH_LOOKED_UP                                                                            \
    IS_DONE " AND EXISTS (SELECT 1 FROM document s WHERE s.id = d.id AND " IN_STATE("s") ")"

#define KEYS          "SELECT d.received_ms, d.id FROM document d WHERE "
#define OLDER         " AND (d.received_ms, d.id) < ($2, $3)"
#define NEWER         " AND (d.received_ms, d.id) > ($2, $3)"
#define DOWNWARD      " ORDER BY d.received_ms DESC, d.id DESC LIMIT $1"
#define UPWARD        " ORDER BY d.received_ms, d.id LIMIT $1"
#define COUNTED(from) "SELECT count(*) FROM (" from ") AS counted"

#define OPEN     "d.state = 'filed' AND d.done = 0 AND d.urgency = $4"
#define CLEARING "d.state = 'clearing' AND d.waiting = $14 AND d.urgency = $4"

#define OPEN_ALL      KEYS OPEN OLDER WHAT DOWNWARD
#define OPEN_TEAM     KEYS "d.team = $5 AND " OPEN OLDER WHAT DOWNWARD
#define OPEN_OWN      KEYS "d.caseworker = $26 AND " OPEN OLDER WHAT IN_TEAM DOWNWARD
#define CLEARING_ALL  KEYS CLEARING NEWER WHAT UPWARD
#define CLEARING_TEAM KEYS "d.team = $5 AND " CLEARING NEWER WHAT UPWARD
#define ANY_ALL       KEYS "1 = 1" OLDER WHICH WHAT MINE DOWNWARD
#define ANY_TEAM      KEYS "d.team = $5" OLDER WHICH_LOOKED_UP WHAT MINE DOWNWARD
#define ANY_OWN       KEYS "d.caseworker = $26" OLDER WHICH_LOOKED_UP WHAT IN_TEAM DOWNWARD
#define ANY_CASE      KEYS "d.case_number = $6" OLDER WHICH WHAT IN_TEAM MINE_OR_MOVED DOWNWARD
#define ANY_KIND      KEYS "d.kind = $8" OLDER WHICH_LOOKED_UP WHAT IN_TEAM MINE DOWNWARD
#define ANY_SITE      KEYS "d.site = $9" OLDER WHICH_LOOKED_UP WHAT IN_TEAM MINE DOWNWARD
// A run for each state, so that the index gives them in order of time.
#define ANY_MOVING(state)                                                                          \
    KEYS "d.state = '" state "' AND d.state <> 'filed'" OLDER WHICH WHAT IN_TEAM DOWNWARD
#define ANY_DECIDED                                                                                \
    KEYS "d.decider = $7 AND d.decider <> 'auto'" OLDER IS_DONE                                    \
         " AND EXISTS (SELECT 1 FROM document s WHERE s.id = d.id AND NOT (" MOVING(               \
             "s") ") AND " IN_STATE("s") ")" WHAT IN_TEAM DOWNWARD
#define ANY_UNUSUAL                                                                                \
    KEYS "d.state = $13 AND d.state <> 'filed'" OLDER WHICH WHAT IN_TEAM MINE_OR_MOVED DOWNWARD

struct walk {
    const char *keys;
    const char *count;
    bool is_upward;          /* the oldest first */
    bool by_urgency;         /* a run for each urgency */
    bool by_team;            /* a run for each team of the scope */
    bool is_clearing;        /* $14 says whether it is waiting, and not whether it is done */
    const struct walk *also; /* merged with it, and so on; NULL for none */
};

// One line a walk: the statement, and the same counted.
// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define WALK(statement) .keys = statement, .count = COUNTED(statement)

static const struct walk open_all = {WALK(OPEN_ALL), .by_urgency = true};
static const struct walk open_team = {WALK(OPEN_TEAM), .by_urgency = true, .by_team = true};
static const struct walk open_own = {WALK(OPEN_OWN), .by_urgency = true};
static const struct walk clearing_all = {WALK(CLEARING_ALL), .is_upward = true, .by_urgency = true,
                                         .is_clearing = true};
static const struct walk clearing_team = {WALK(CLEARING_TEAM), .is_upward = true,
                                          .by_urgency = true, .by_team = true, .is_clearing = true};
static const struct walk any_all = {WALK(ANY_ALL)};
static const struct walk any_team = {WALK(ANY_TEAM), .by_team = true};
static const struct walk any_own = {WALK(ANY_OWN)};
static const struct walk any_case = {WALK(ANY_CASE)};
static const struct walk any_kind = {WALK(ANY_KIND)};
static const struct walk any_site = {WALK(ANY_SITE)};
static const struct walk any_decided = {WALK(ANY_DECIDED)};
static const struct walk any_arranging = {WALK(ANY_MOVING("arranging")), .also = &any_decided};
static const struct walk any_corrupt = {WALK(ANY_MOVING("corrupt")), .also = &any_arranging};
static const struct walk any_recalled = {WALK(ANY_MOVING("recalled")), .also = &any_corrupt};
static const struct walk any_clearing = {WALK(ANY_MOVING("clearing")), .also = &any_recalled};
static const struct walk any_moving = {WALK(ANY_MOVING("matching")), .also = &any_clearing};
static const struct walk any_unusual = {WALK(ANY_UNUSUAL)};

/* ---- lists of other things --------------------------------------------------------------------- */

const struct desk_scope desk_everything = {.reach = DESK_SEES_ALL, .rights = GUARD_ALL};

void scope_fill(const struct desk_scope *scope, struct value values[SCOPE_VALUES])
{
    struct value *next = values + SCOPE_FIRST;
    *next++ = value_lacking(scope->rights);
    *next++ = value_integer(scope->reach);
    *next++ = value_text(scope->caseworker);
    for (size_t i = 0; i < DESK_TEAMS_MOST; i++)
        *next++ = value_text(i < scope->team_count ? scope->teams[i] : NULL);
    *next = value_integer(scope->sees_unassigned);
}

/* ---- choosing ------------------------------------------------------------------------------- */

/* What a list is about, once the scope has been applied to the filter. */
struct query {
    struct ledger *ledger;
    const struct desk_filter *filter;
    const struct walk *walk;
    const struct desk_scope *scope;
    const char *teams[DESK_TEAMS_MOST]; /* a run for each; {NULL}: one run over all */
    size_t team_count;
    bool sees_nothing;
    int64_t site; /* of the filter; 0 for all */
};

/* The walk of a list that is in the order of time alone. */
static const struct walk *choose_plain_walk(const struct query *query)
{
    const struct desk_filter *filter = query->filter;
    bool is_unusual = filter->has_state && filter->state != DOCUMENT_FILED;
    if (filter->case_number != NULL)
        return &any_case;
    if (filter->is_own)
        return &any_own;
    if (filter->view == DESK_ALL && is_unusual)
        return &any_unusual;
    if (query->scope->reach == DESK_SEES_UNSETTLED)
        return &any_moving;
    if (filter->kind != NULL)
        return &any_kind;
    if (query->team_count > 0)
        return &any_team;
    return filter->site != NULL ? &any_site : &any_all;
}

static const struct walk *choose_walk(const struct query *query)
{
    bool has_teams = query->team_count > 0;
    switch (query->filter->view) {
    case DESK_INBOX:
        if (query->filter->is_own)
            return &open_own;
        return has_teams ? &open_team : &open_all;
    case DESK_CLEARING:
    case DESK_NEW_CASES:
        return has_teams ? &clearing_team : &clearing_all;
    case DESK_DONE:
    case DESK_ALL:
    default:
        return choose_plain_walk(query);
    }
}

static bool has_team(const struct desk_scope *scope, const char *team)
{
    for (size_t i = 0; i < scope->team_count; i++)
        if (string_equal(scope->teams[i], team))
            return true;
    return false;
}

/* Whoever sees what is unsettled has no inbox of settled things. */
static bool sees_nothing(const struct desk_scope *scope, const struct desk_filter *filter)
{
    bool is_settled = filter->view == DESK_INBOX || filter->view == DESK_DONE;
    if (scope->reach == DESK_SEES_NOTHING || (filter->is_own && scope->caseworker == NULL))
        return true;
    if (scope->reach == DESK_SEES_UNSETTLED)
        return is_settled;
    if (scope->reach == DESK_SEES_ALL || filter->is_own)
        return false;
    return filter->team == NULL ? scope->team_count == 0 : !has_team(scope, filter->team);
}

/* The site's number: a condition that looks it up itself is asked of rows, and not of the index. */
static enum status find_site(struct query *query, struct fault *fault)
{
    const char *site = query->filter->site;
    if (site == NULL || query->sees_nothing)
        return STATUS_OK;
    enum status status =
        database_number(query->ledger->database, "SELECT id FROM site WHERE name = $1",
                        VALUES(value_text(site)), 0, &query->site, fault);
    query->sees_nothing = query->site == 0;
    return status;
}

static enum status query_make(struct ledger *ledger, const struct desk_scope *scope,
                              const struct desk_filter *filter, struct query *ret_query,
                              struct fault *fault)
{
    struct query query = {.ledger = ledger,
                          .filter = filter,
                          .scope = scope,
                          .sees_nothing = sees_nothing(scope, filter)};
    if (filter->team != NULL)
        query.teams[query.team_count++] = filter->team;
    else if (scope->reach == DESK_SEES_TEAMS)
        for (; query.team_count < scope->team_count; query.team_count++)
            query.teams[query.team_count] = scope->teams[query.team_count];
    query.walk = choose_walk(&query);
    enum status status = find_site(&query, fault);
    if (status == STATUS_OK)
        *ret_query = query;
    return status;
}

/* ---- running -------------------------------------------------------------------------------- */

static struct value done_or_waiting(const struct query *query)
{
    const struct desk_filter *filter = query->filter;
    if (query->walk->is_clearing)
        return value_integer(filter->view == DESK_NEW_CASES);
    return filter->view == DESK_DONE ? value_integer(1) : value_null();
}

static struct value state_of(const struct desk_filter *filter)
{
    if (filter->view == DESK_DONE)
        return value_text(document_state_name(DOCUMENT_FILED));
    return filter->has_state ? value_text(document_state_name(filter->state)) : value_null();
}

/* A flag is an urgency (keep_standing() of deadlines.c): what has a last day is flagged, too. */
static int32_t least_urgency(const struct desk_filter *filter)
{
    if (string_equal(filter->flag, "urgent"))
        return URGENCY_MOST;
    return string_equal(filter->flag, "deadline") ? 1 : 0;
}

enum { VALUE_COUNT = 27, FIRST_TEAM = 17, CASEWORKER = 25 };

/* The parameters of one run; `from` is where it starts. */
static void fill_values(const struct query *query, const struct desk_place *from, const char *team,
                        uint32_t limit, struct value values[VALUE_COUNT])
{
    const struct desk_filter *filter = query->filter;
    const struct value filled[VALUE_COUNT] = {
        value_integer(limit),
        value_integer(from->received_ms),
        value_uuid(&from->id),
        value_integer(from->urgency),
        value_text(team),
        value_text(filter->case_number),
        value_text(query->scope->person),
        value_text(filter->kind),
        query->site == 0 ? value_null() : value_integer(query->site),
        value_integer(filter->from_ms),
        value_integer(filter->until_ms == 0 ? INT64_MAX : filter->until_ms),
        value_integer(least_urgency(filter)),
        state_of(filter),
        done_or_waiting(query),
        value_integer(filter->is_own),
        value_integer(filter->is_unread),
        value_integer(query->scope->reach),
    };
    memcpy(values, filled, sizeof filled);
    for (size_t i = 0; i < DESK_TEAMS_MOST; i++)
        values[FIRST_TEAM + i] = value_text(query->teams[i]);
    values[CASEWORKER] = value_text(query->scope->caseworker);
    values[VALUE_COUNT - 1] = value_lacking(query->scope->rights);
}

/* Before the first day that is asked for, or behind the last one: the run begins there, and not
 * where everything does. */
static struct desk_place outermost(const struct desk_filter *filter, bool is_upward)
{
    struct desk_place place = {.received_ms = filter->until_ms};
    if (is_upward) {
        place.received_ms = filter->from_ms == 0 ? INT64_MIN : filter->from_ms - 1;
        memset(place.id.bytes, 0xFF, sizeof place.id.bytes);
    } else if (filter->until_ms == 0) {
        place.received_ms = INT64_MAX;
    }
    return place;
}

/* The first place of a run of that urgency, or where the list has got to. */
static struct desk_place start_of(const struct query *query, const struct desk_place *after,
                                  int32_t urgency)
{
    const struct walk *walk = query->walk;
    struct desk_place place = outermost(query->filter, walk->is_upward);
    if (after != NULL && (!walk->by_urgency || after->urgency == urgency))
        place = *after;
    place.urgency = urgency;
    return place;
}

/* Keys in order, from several runs. */
struct keys {
    struct desk_place *places;
    uint32_t count, room;
    bool is_upward;
};

static bool is_before(const struct keys *keys, const struct desk_place *left,
                      const struct desk_place *right)
{
    int order = 0;
    if (left->received_ms != right->received_ms)
        order = left->received_ms < right->received_ms ? -1 : 1;
    else
        order = memcmp(left->id.bytes, right->id.bytes, UUID_BYTES);
    return keys->is_upward ? order < 0 : order > 0;
}

/* Puts the key where it belongs among those from `first` on; what no longer fits falls off. */
static void insert_key(struct keys *keys, uint32_t first, const struct desk_place *place)
{
    uint32_t at = keys->count;
    while (at > first && is_before(keys, place, &keys->places[at - 1]))
        at--;
    if (at == keys->room)
        return;
    if (keys->count < keys->room)
        keys->count++;
    memmove(&keys->places[at + 1], &keys->places[at],
            (keys->count - at - 1) * sizeof *keys->places);
    keys->places[at] = *place;
}

/* Of a run for each team the one that it is about; of all others what the filter asks for. */
static const char *team_of(const struct query *query, const struct walk *walk, size_t run)
{
    return walk->by_team ? query->teams[run] : query->filter->team;
}

static enum status run(const struct query *query, const struct walk *walk,
                       const struct desk_place *from, const char *team, struct keys *keys,
                       uint32_t first, struct fault *fault)
{
    struct value values[VALUE_COUNT];
    struct rows *rows = NULL;
    bool there = true;
    fill_values(query, from, team, keys->room - first, values);
    enum status status =
        database_query(query->ledger->database, walk->keys, values, VALUE_COUNT, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct desk_place place = {.urgency = from->urgency,
                                         .received_ms = rows_integer(rows, 0),
                                         .id = rows_uuid(rows, 1)};
        insert_key(keys, first, &place);
    }
    rows_done(&rows);
    return status;
}

/* All runs of one urgency. */
static enum status run_all(const struct query *query, const struct desk_place *from,
                           struct keys *keys, struct fault *fault)
{
    const struct walk *walk = query->walk;
    enum status status = STATUS_OK;
    uint32_t first = keys->count;
    size_t runs = walk->by_team ? query->team_count : 1;
    for (size_t i = 0; i < runs && status == STATUS_OK; i++)
        status = run(query, walk, from, team_of(query, walk, i), keys, first, fault);
    for (walk = walk->also; walk != NULL && status == STATUS_OK; walk = walk->also)
        status = run(query, walk, from, team_of(query, walk, 0), keys, first, fault);
    return status;
}

static enum status collect(const struct query *query, const struct desk_place *after,
                           struct keys *keys, struct fault *fault)
{
    if (query->sees_nothing)
        return STATUS_OK;
    if (!query->walk->by_urgency) {
        const struct desk_place from = start_of(query, after, 0);
        return run_all(query, &from, keys, fault);
    }
    enum status status = STATUS_OK;
    int32_t urgency = after == NULL ? URGENCY_MOST : after->urgency;
    int32_t least = least_urgency(query->filter);
    for (; urgency >= least && keys->count < keys->room && status == STATUS_OK; urgency--) {
        const struct desk_place from = start_of(query, after, urgency);
        status = run_all(query, &from, keys, fault);
    }
    return status;
}

/* ---- giving --------------------------------------------------------------------------------- */

static enum status give(struct ledger *ledger, const char *person, const struct desk_place *place,
                        desk_callback *callback, void *context, struct fault *fault)
{
    struct desk_item item = {.place = *place};
    int64_t seen = 0;
    enum status status =
        ledger_document_get(ledger, (struct document_id){place->id}, &item.document, fault);
    if (status == STATUS_OK)
        status =
            database_number(ledger->database,
                            "SELECT last_ms FROM sight WHERE document = $1 AND person = $2"
                            " AND what = 'document'",
                            VALUES(value_uuid(&place->id), value_text(person)), 0, &seen, fault);
    item.is_unread = seen == 0;
    if (status == STATUS_OK)
        status = callback(context, &item, fault);
    document_record_done(&item.document);
    return status;
}

enum status desk_list(struct ledger *ledger, const struct desk_scope *scope,
                      const struct desk_filter *filter, const struct desk_place *after,
                      uint32_t limit, desk_callback *callback, void *context, bool *ret_more,
                      struct fault *fault)
{
    struct desk_place places[DESK_LIST_MOST + 1];
    struct query query;
    struct keys keys = {.places = places};
    enum status status = query_make(ledger, scope, filter, &query, fault);
    if (limit > DESK_LIST_MOST)
        limit = DESK_LIST_MOST;
    if (status == STATUS_OK) {
        keys.room = limit + 1;
        keys.is_upward = query.walk->is_upward;
        status = collect(&query, after, &keys, fault);
    }
    for (uint32_t i = 0; i < keys.count && i < limit && status == STATUS_OK; i++)
        status = give(ledger, scope->person, &places[i], callback, context, fault);
    if (status == STATUS_OK)
        *ret_more = keys.count > limit;
    return status;
}

static enum status count_run(const struct query *query, const struct walk *walk,
                             const struct desk_place *from, const char *team, uint32_t most,
                             uint32_t *count, struct fault *fault)
{
    struct value values[VALUE_COUNT];
    int64_t counted = 0;
    fill_values(query, from, team, most - *count, values);
    enum status status = database_number(query->ledger->database, walk->count, values, VALUE_COUNT,
                                         0, &counted, fault);
    *count += (uint32_t)counted;
    return status;
}

enum status desk_count(struct ledger *ledger, const struct desk_scope *scope,
                       const struct desk_filter *filter, uint32_t most, uint32_t *ret_count,
                       struct fault *fault)
{
    struct query query;
    uint32_t count = 0;
    enum status status = query_make(ledger, scope, filter, &query, fault);
    if (status != STATUS_OK)
        return status;
    const struct walk *walk = query.walk;
    int32_t urgency = walk->by_urgency ? URGENCY_MOST : 0;
    int32_t least = walk->by_urgency ? least_urgency(filter) : 0;
    size_t runs = walk->by_team ? query.team_count : 1;
    for (; urgency >= least && !query.sees_nothing; urgency--) {
        const struct desk_place from = start_of(&query, NULL, urgency);
        for (size_t i = 0; i < runs && count < most && status == STATUS_OK; i++)
            status = count_run(&query, walk, &from, team_of(&query, walk, i), most, &count, fault);
        for (const struct walk *also = walk->also;
             also != NULL && count < most && status == STATUS_OK; also = also->also)
            status = count_run(&query, also, &from, team_of(&query, also, 0), most, &count, fault);
    }
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
