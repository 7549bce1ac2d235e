/* test_desk.c - lists are what their filter says, page by page; what people decide happens once. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/desk.h"
#include "tests/store/scene.h"

static const struct desk_scope everything = {.person = "quirin", .reach = DESK_SEES_ALL};
static const struct desk_scope registry = {.person = "rita", .reach = DESK_SEES_UNSETTLED};
static const struct desk_scope team_2 = {.person = "bernd",
                                         .reach = DESK_SEES_TEAMS,
                                         .caseworker = "Bernd B.",
                                         .teams = {"SG 50.2"},
                                         .team_count = 1};
static const struct desk_scope team_3 = {
    .person = "emil", .reach = DESK_SEES_TEAMS, .teams = {"SG 50.3"}, .team_count = 1};
static const struct desk_scope both = {
    .person = "lena", .reach = DESK_SEES_TEAMS, .teams = {"SG 50.2", "SG 50.3"},
            .team_count = 2
};
static const struct desk_scope nobody = {.person = "neu", .reach = DESK_SEES_TEAMS};

/* ---- lists ---------------------------------------------------------------------------------- */

enum { LIST_MOST = 64 };

struct found {
    struct uuid ids[LIST_MOST];
    struct desk_place last;
    size_t count;
};

static enum status take(void *context, const struct desk_item *item, struct fault *fault)
{
    (void)fault;
    struct found *found = context;
    found->ids[found->count++] = item->document.id.uuid;
    found->last = item->place;
    return STATUS_OK;
}

/* The whole list, read in pages of `limit`. */
static struct found walk(struct scene *scene, const struct desk_scope *scope,
                         const struct desk_filter *filter, uint32_t limit)
{
    struct found found = {0};
    bool more = true;
    while (more) {
        struct desk_place after = found.last;
        size_t before = found.count;
        assert_ok(scene, desk_list(scene->ledger, scope, filter, before == 0 ? NULL : &after, limit,
                                   take, &found, &more, &scene->fault));
        assert_true(found.count - before <= limit);
    }
    return found;
}

/* The same whatever the size of a page, and counted alike. */
static struct found list(struct scene *scene, const struct desk_scope *scope,
                         const struct desk_filter *filter)
{
    static const uint32_t limits[] = {1, 2, 3, LIST_MOST - 1};
    struct found whole = walk(scene, scope, filter, limits[3]);
    uint32_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        struct found paged = walk(scene, scope, filter, limits[i]);
        assert_int_equal(paged.count, whole.count);
        assert_memory_equal(paged.ids, whole.ids, whole.count * sizeof whole.ids[0]);
    }
    assert_ok(scene, desk_count(scene->ledger, scope, filter, LIST_MOST, &count, &scene->fault));
    assert_int_equal(count, whole.count);
    return whole;
}

/* Sets what the rows of a list are chosen by, behind the ledger's back. */
static void paint(struct scene *scene, struct document_id id, const char *columns)
{
    char hex[2 * UUID_BYTES + 1];
    char sql[512];
    for (size_t i = 0; i < UUID_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", id.uuid.bytes[i]);
    (void)snprintf(sql, sizeof sql, "UPDATE document SET %s WHERE id = x'%s'", columns, hex);
    scene_sql(scene, sql);
}

static void the_inbox_shows_the_urgent_first_then_the_newest(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[6];
    static const char *const columns[] = {
        "urgency = 0, received_ms = 100",
        "urgency = 0, received_ms = 300, team = 'SG 50.3'",
        "urgency = 1, received_ms = 50",
        "urgency = 2, received_ms = 10, team = 'SG 50.3'",
        "urgency = 0, received_ms = 301, done = 1",
        "urgency = 1, received_ms = 60, team = 'SG 50.3', caseworker = 'Bernd B.'",
    };
    for (size_t i = 0; i < 6; i++) {
        ids[i] = scene_filed(scene, "50.21.000001-1");
        paint(scene, ids[i], columns[i]);
    }
    (void)scene_in_clearing(scene, "Waren");
    const struct {
        const struct desk_scope *scope;
        const char *what;
        struct desk_filter filter;
        const char *expected; /* digits: indexes above */
    } cases[] = {
        {&everything, "all",             {.view = DESK_INBOX},                                           "35210" },
        {&both,       "two teams",       {.view = DESK_INBOX},                                           "35210" },
        {&team_2,     "one team",        {.view = DESK_INBOX},                                           "20"    },
        {&team_3,     "the other team",  {.view = DESK_INBOX},                                           "351"   },
        {&nobody,     "no team",         {.view = DESK_INBOX},                                           ""      },
        {&team_2,     "own",             {.view = DESK_INBOX, .is_own = true},                           "5"     },
        {&team_2,     "another's team",  {.view = DESK_INBOX, .team = "SG 50.3"},                        ""      },
        {&everything, "a team",          {.view = DESK_INBOX, .team = "SG 50.3"},                        "351"   },
        {&everything, "since",           {.view = DESK_INBOX, .from_ms = 60},                            "510"   },
        {&everything, "until",           {.view = DESK_INBOX, .until_ms = 100},                          "352"   },
        {&everything, "done",            {.view = DESK_DONE},                                            "4"     },
        {&everything, "no such kind",    {.view = DESK_INBOX, .kind = "klage"},                          ""      },
        {&everything, "kind",            {.view = DESK_INBOX, .kind = "widerspruch"},                    "35210" },
        {&everything, "site",            {.view = DESK_INBOX, .site = "Waren"},                          "35210" },
        {&everything, "no such site",    {.view = DESK_ALL, .site = "Demmin"},                           ""      },
        {&team_2,     "case",            {.view = DESK_ALL, .case_number = "50.21.000001-1"},            "4052"  },
        {&everything, "urgent",          {.view = DESK_INBOX, .flag = "urgent"},                         "3"     },
        {&everything, "with a day",      {.view = DESK_INBOX, .flag = "deadline"},                       "352"   },
        {&everything, "of two days",     {.view = DESK_ALL, .from_ms = 50, .until_ms = 101},             "052"   },
        {&everything,
         "a team's kind",                {.view = DESK_ALL, .team = "SG 50.3", .kind = "widerspruch"},
         "153"                                                                                                   },
        {&both,       "kind, two teams", {.view = DESK_ALL, .kind = "widerspruch"},                      "410523"},
        {&team_2,     "own of a team",   {.view = DESK_INBOX, .is_own = true, .team = "SG 50.2"},        ""      },
        {&registry,   "settled",         {.view = DESK_ALL, .kind = "widerspruch"},                      ""      },
        {&registry,   "of a team",       {.view = DESK_ALL, .team = "SG 50.2"},                          ""      },
        {&everything,
         "filed",                        {.view = DESK_ALL, .has_state = true, .state = DOCUMENT_FILED},
         "410523"                                                                                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char seen[LIST_MOST] = "";
        struct found found = list(scene, cases[i].scope, &cases[i].filter);
        for (size_t n = 0; n < found.count; n++)
            for (size_t k = 0; k < 6; k++)
                if (uuid_equal(&found.ids[n], &ids[k].uuid))
                    seen[n] = (char)('0' + k);
        print_message("%s: %s\n", cases[i].what, seen);
        assert_string_equal(seen, cases[i].expected);
    }
}

static void clearing_shows_the_oldest_first_and_the_waiting_apart(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[3];
    static const char *const columns[] = {"urgency = 0, received_ms = 300",
                                          "urgency = 0, received_ms = 100",
                                          "urgency = 1, received_ms = 200"};
    enum desk_verdict verdict = DESK_TOO_LATE;
    for (size_t i = 0; i < 3; i++) {
        ids[i] = scene_in_clearing(scene, "Demmin");
        paint(scene, ids[i], columns[i]);
    }
    const struct desk_filter clearing = {.view = DESK_CLEARING};
    const struct desk_filter new_cases = {.view = DESK_NEW_CASES};
    struct found found = list(scene, &everything, &clearing);
    assert_int_equal(found.count, 3);
    assert_true(uuid_equal(&found.ids[0], &ids[2].uuid));
    assert_true(uuid_equal(&found.ids[1], &ids[1].uuid));
    assert_true(uuid_equal(&found.ids[2], &ids[0].uuid));
    assert_int_equal(list(scene, &team_2, &clearing).count, 0); // nobody's yet
    const struct desk_act act = {.id = ids[1], .actor = "rita"};
    assert_ok(scene, desk_set_waiting(scene->ledger, &act, true, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    assert_int_equal(list(scene, &everything, &clearing).count, 2);
    assert_int_equal(list(scene, &everything, &new_cases).count, 1);
    assert_ok(scene, desk_set_waiting(scene->ledger, &act, true, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_NO_CHANGE);
    assert_ok(scene, desk_set_waiting(scene->ledger, &act, false, &verdict, &scene->fault));
    assert_int_equal(list(scene, &everything, &clearing).count, 3);
}

static void the_registry_sees_what_moves_and_what_it_decided(void **state)
{
    struct scene *scene = *state;
    enum desk_verdict verdict = DESK_TOO_LATE;
    const struct desk_filter all = {.view = DESK_ALL};
    const struct desk_filter inbox = {.view = DESK_INBOX};
    struct document_id mine = scene_in_clearing(scene, "Demmin");
    (void)scene_in_clearing(scene, "Waren");
    (void)scene_filed(scene, "50.21.000001-1");
    const struct desk_act act = {.id = mine, .actor = "rita", .reason = "Werbung"};
    assert_ok(scene, desk_discard(scene->ledger, &act, &verdict, &scene->fault));
    assert_int_equal(list(scene, &registry, &all).count, 2);
    assert_int_equal(list(scene, &registry, &inbox).count, 0);
    assert_int_equal(list(scene, &everything, &all).count, 3);
}

static void what_one_has_looked_at_is_read_and_stands_in_the_audit(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    const struct desk_filter unread = {.view = DESK_INBOX, .is_unread = true};
    static const char views[] = "SELECT count(*) FROM audit WHERE action = 'document.view'";
    assert_int_equal(list(scene, &team_2, &unread).count, 1);
    for (int i = 0; i < 3; i++) { // one look
        assert_ok(scene, desk_note_sight(scene->ledger, id, "bernd", "document", &scene->fault));
        scene->wall_ms += DESK_SIGHT_MS / 4;
    }
    assert_int_equal(scene_sql_number(scene, views), 1);
    assert_int_equal(list(scene, &team_2, &unread).count, 0);
    assert_int_equal(list(scene, &both, &unread).count, 1); // for herself
    assert_ok(scene, desk_note_sight(scene->ledger, id, "bernd", "pdf", &scene->fault));
    assert_ok(scene, desk_note_sight(scene->ledger, id, "lena", "document", &scene->fault));
    scene->wall_ms += DESK_SIGHT_MS;
    assert_ok(scene, desk_note_sight(scene->ledger, id, "bernd", "document", &scene->fault));
    assert_int_equal(scene_sql_number(scene, views), 4);
    scene_assert_sound(scene);
}

/* ---- deciding ------------------------------------------------------------------------------- */

static struct document_record get(struct scene *scene, struct document_id id)
{
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    return record;
}

static int64_t revision_of(struct scene *scene, struct document_id id)
{
    struct document_record record = get(scene, id);
    int64_t revision = record.revision;
    document_record_done(&record);
    return revision;
}

/* The filer does the job that is due. */
static void do_filing(struct scene *scene, const char *place)
{
    struct job_record job = scene_lease(scene, JOB_FILE);
    bool held = false;
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, place, &held,
                                          &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

#define assert_verdict(scene, expression, expected)                                                \
    do {                                                                                           \
        enum desk_verdict verdict = DESK_HAPPENED;                                                 \
        assert_ok(scene, expression);                                                              \
        assert_int_equal(verdict, expected);                                                       \
    } while (0)

static void a_filed_document_moves_to_another_case(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    struct ledger *ledger = scene->ledger;
    const struct desk_act act = {.id = id,
                                 .actor = "bernd",
                                 .revision = revision_of(scene, id),
                                 .reason = "Gehört zum Nachbarn."};
    assert_verdict(scene, desk_assign(ledger, &act, "50.99.000000-0", &verdict, &scene->fault),
                   DESK_UNKNOWN_CASE);
    assert_verdict(scene, desk_assign(ledger, &act, "50.21.000001-1", &verdict, &scene->fault),
                   DESK_NO_CHANGE);
    assert_verdict(scene, desk_assign(ledger, &act, "50.31.000002-2", &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_verdict(scene, desk_assign(ledger, &act, "50.31.000002-2", &verdict, &scene->fault),
                   DESK_TOO_LATE); // the revision is another by now
    scene_assert_sound(scene);
    struct document_record record = get(scene, id);
    assert_int_equal(record.state, DOCUMENT_MATCHING);
    assert_string_equal(record.place, "SG 50.2/x"); // until the filer has moved it
    assert_string_equal(record.team, "SG 50.3");
    assert_string_equal(record.reason, "Gehört zum Nachbarn.");
    document_record_done(&record);
    do_filing(scene, "SG 50.3/y");
    record = get(scene, id);
    assert_int_equal(record.state, DOCUMENT_FILED);
    assert_string_equal(record.place, "SG 50.3/y");
    assert_false(digest_equal(&record.explanation, &(struct digest){0})); // the machine's, still
    document_record_done(&record);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE detail LIKE"
                                             " '%Nachbar%' OR detail LIKE '%50.31%'"),
                     0);
    scene_assert_sound(scene);
}

static void not_mine_leaves_the_cabinet_and_comes_to_clearing(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    const struct desk_act act = {.id = id, .actor = "bernd"};
    assert_verdict(scene, desk_release(scene->ledger, &act, &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_RECALLED);
    scene_assert_sound(scene);
    assert_verdict(scene, desk_undo(scene->ledger, &act, &verdict, &scene->fault), DESK_BUSY);
    do_filing(scene, "SG 50.2/x");
    struct document_record record = get(scene, id);
    assert_int_equal(record.state, DOCUMENT_CLEARING);
    assert_null(record.place);
    assert_null(record.case_number);
    assert_null(record.team);
    document_record_done(&record);
    scene_assert_sound(scene);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM correction WHERE misfiled = 1"),
                     1);
}

static void what_cannot_leave_the_cabinet_stays_recalled_until_somebody_tries_again(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    const struct desk_act act = {.id = id, .actor = "bernd"};
    assert_verdict(scene, desk_release(scene->ledger, &act, &verdict, &scene->fault),
                   DESK_HAPPENED);
    for (int i = 0; i < 3; i++) {
        bool held = false;
        struct job_record job = scene_lease(scene, JOB_FILE);
        assert_ok(scene,
                  ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_CONTENT,
                                  "the folder is a file", &scene_rule, &held, &scene->fault));
        job_record_done(&job);
        scene->monotonic_ms += 20000;
        scene_assert_sound(scene);
    }
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_RECALLED);
    assert_ok(scene, ledger_retry(scene->ledger, &id.uuid, "clara", &scene->fault));
    scene_assert_sound(scene);
    do_filing(scene, "SG 50.2/x");
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_sound(scene);
}

static void misdirected_mail_is_forwarded_from_clearing_and_from_the_cabinet(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[] = {scene_in_clearing(scene, "Waren"),
                                scene_filed(scene, "50.21.000001-1")};
    for (size_t i = 0; i < 2; i++) {
        const struct desk_act act = {.id = ids[i], .actor = "bernd", .reason = "Nicht zuständig."};
        assert_verdict(
            scene,
            desk_forward(scene->ledger, &act, "Jobcenter", "2026-03-02", &verdict, &scene->fault),
            DESK_HAPPENED);
        scene_assert_sound(scene);
    }
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_FORWARDED);
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_RECALLED);
    do_filing(scene, "SG 50.2/x");
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_FORWARDED);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM handover WHERE target ="
                                             " 'Jobcenter' AND day = '2026-03-02'"),
                     2);
    scene_assert_sound(scene);
}

static void what_was_decided_in_clearing_is_taken_back(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct ledger *ledger = scene->ledger;
    struct document_id id = scene_in_clearing(scene, "Waren");
    const struct desk_act act = {.id = id, .actor = "rita", .reason = "Werbung"};
    assert_verdict(scene, desk_undo(ledger, &act, &verdict, &scene->fault), DESK_TOO_LATE);
    assert_verdict(scene, desk_discard(ledger, &act, &verdict, &scene->fault), DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_DISCARDED);
    assert_verdict(scene, desk_undo(ledger, &act, &verdict, &scene->fault), DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    struct document_record record = get(scene, id);
    assert_string_equal(record.decided_by, "auto");
    assert_string_equal(record.reason, "Weil.");
    document_record_done(&record);
    scene_assert_sound(scene);

    assert_verdict(scene, desk_assign(ledger, &act, "50.31.000002-2", &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_verdict(scene, desk_undo(ledger, &act, &verdict, &scene->fault), DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_idle(scene, JOB_FILE); // nobody files it any more
    scene_assert_sound(scene);

    assert_verdict(scene, desk_assign(ledger, &act, "50.31.000002-2", &verdict, &scene->fault),
                   DESK_HAPPENED);
    struct job_record job = scene_lease(scene, JOB_FILE);
    assert_verdict(scene, desk_undo(ledger, &act, &verdict, &scene->fault), DESK_BUSY);
    bool held = false;
    assert_ok(scene,
              ledger_file_complete(ledger, job.id, job.attempt, "SG 50.3/z", &held, &scene->fault));
    job_record_done(&job);
    assert_verdict(scene, desk_undo(ledger, &act, &verdict, &scene->fault), DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_RECALLED);
    do_filing(scene, "SG 50.3/z");
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_sound(scene);
}

static void a_move_is_taken_back_before_the_filer_comes(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    const struct desk_act act = {.id = id, .actor = "bernd", .reason = "Falsch"};
    assert_verdict(scene,
                   desk_assign(scene->ledger, &act, "50.31.000002-2", &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_verdict(scene, desk_undo(scene->ledger, &act, &verdict, &scene->fault), DESK_HAPPENED);
    struct document_record record = get(scene, id);
    assert_int_equal(record.state, DOCUMENT_FILED);
    assert_string_equal(record.case_number, "50.21.000001-1");
    assert_string_equal(record.place, "SG 50.2/x");
    document_record_done(&record);
    scene_assert_sound(scene);
}

static void taking_note_is_per_document_and_can_be_undone(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    const struct desk_act act = {.id = id, .actor = "bernd"};
    const struct desk_filter inbox = {.view = DESK_INBOX};
    assert_verdict(scene, desk_set_done(scene->ledger, &act, true, &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_int_equal(list(scene, &team_2, &inbox).count, 0);
    assert_verdict(scene, desk_set_done(scene->ledger, &act, true, &verdict, &scene->fault),
                   DESK_NO_CHANGE);
    assert_verdict(scene, desk_set_done(scene->ledger, &act, false, &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_int_equal(list(scene, &team_2, &inbox).count, 1);
    scene_assert_sound(scene);
    struct document_id clearing = scene_in_clearing(scene, "Waren");
    const struct desk_act other = {.id = clearing, .actor = "bernd"};
    assert_verdict(scene, desk_set_done(scene->ledger, &other, true, &verdict, &scene->fault),
                   DESK_TOO_LATE);
}

static void a_changed_kind_goes_to_the_cabinet_too(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[] = {scene_filed(scene, "50.21.000001-1"),
                                scene_in_clearing(scene, "Waren")};
    static const enum document_state after[] = {DOCUMENT_MATCHING, DOCUMENT_CLEARING};
    for (size_t i = 0; i < 2; i++) {
        const struct desk_act act = {.id = ids[i], .actor = "bernd"};
        assert_verdict(scene, desk_set_kind(scene->ledger, &act, "klage", &verdict, &scene->fault),
                       DESK_HAPPENED);
        struct document_record record = get(scene, ids[i]);
        assert_string_equal(record.kind, "klage");
        assert_string_equal(record.flags, "deadline");
        assert_int_equal(record.state, after[i]);
        document_record_done(&record);
        scene_assert_sound(scene);
    }
    do_filing(scene, "SG 50.2/x");
    scene_assert_sound(scene);
}

struct events {
    char words[512];
};

static enum status take_event(void *context, const struct desk_event *event, struct fault *fault)
{
    (void)fault;
    struct events *events = context;
    size_t length = strlen(events->words);
    (void)snprintf(events->words + length, sizeof events->words - length, "%d %s %s|",
                   (int)event->kind, event->actor, event->words);
    return STATUS_OK;
}

static void the_history_tells_who_said_what(void **state)
{
    struct scene *scene = *state;
    struct events events = {""};
    struct document_id id = scene_in_clearing(scene, "Waren");
    const struct desk_act act = {.id = id, .actor = "rita", .reason = "Prospekt"};
    scene->wall_ms += 1000;
    assert_ok(scene, desk_add_note(scene->ledger, &act, "Bitte prüfen", &scene->fault));
    scene->wall_ms += 1000;
    assert_verdict(scene, desk_discard(scene->ledger, &act, &verdict, &scene->fault),
                   DESK_HAPPENED);
    assert_ok(scene, desk_history(scene->ledger, id, take_event, &events, &scene->fault));
    assert_string_equal(events.words,
                        "0 auto Weil.|1 rita Bitte prüfen|0 rita Aussortiert.|2 rita Prospekt|");
    assert_int_equal(scene_sql_number(scene,
                                      "SELECT count(*) FROM audit WHERE detail LIKE '%Prospekt%'"
                                      " OR detail LIKE '%prüfen%'"),
                     0);
    scene_assert_sound(scene);
}

static void nothing_happens_to_what_is_not_there(void **state)
{
    struct scene *scene = *state;
    enum desk_verdict verdict = DESK_HAPPENED;
    const struct desk_act act = {.id = {uuid_new(1)}, .actor = "rita"};
    assert_status(scene, desk_discard(scene->ledger, &act, &verdict, &scene->fault), STATUS_REFUSE);
    assert_status(scene, desk_add_note(scene->ledger, &act, "x", &scene->fault), STATUS_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_inbox_shows_the_urgent_first_then_the_newest),
        SCENE_TEST(clearing_shows_the_oldest_first_and_the_waiting_apart),
        SCENE_TEST(the_registry_sees_what_moves_and_what_it_decided),
        SCENE_TEST(what_one_has_looked_at_is_read_and_stands_in_the_audit),
        SCENE_TEST(a_filed_document_moves_to_another_case),
        SCENE_TEST(not_mine_leaves_the_cabinet_and_comes_to_clearing),
        SCENE_TEST(what_cannot_leave_the_cabinet_stays_recalled_until_somebody_tries_again),
        SCENE_TEST(misdirected_mail_is_forwarded_from_clearing_and_from_the_cabinet),
        SCENE_TEST(what_was_decided_in_clearing_is_taken_back),
        SCENE_TEST(a_move_is_taken_back_before_the_filer_comes),
        SCENE_TEST(taking_note_is_per_document_and_can_be_undone),
        SCENE_TEST(a_changed_kind_goes_to_the_cabinet_too),
        SCENE_TEST(the_history_tells_who_said_what),
        SCENE_TEST(nothing_happens_to_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
