/* test_guard.c - what is guarded shows itself to those alone who have the right, in every list and
 * count; the guard follows its causes; rights are given by two persons. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "store/deadlines.h"
#include "store/desk.h"
#include "store/forwarding.h"
#include "store/guard.h"
#include "store/paper.h"
#include "store/purge.h"
#include "store/quality.h"
#include "store/recall.h"
#include "store/requests.h"
#include "store/search.h"
#include "store/users.h"

static const char CASE[] = "50.21.000001-1";
static const char OTHER[] = "50.31.000002-2";
static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

struct standing {
    uint32_t guard, trace;
};

static struct standing standing_of(struct scene *scene, struct document_id id)
{
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    const struct standing standing = {record.guard, record.trace_guard};
    document_record_done(&record);
    return standing;
}

static void assert_guard(struct scene *scene, struct document_id id, uint32_t guard, uint32_t trace)
{
    const struct standing standing = standing_of(scene, id);
    assert_int_equal(standing.guard, guard);
    assert_int_equal(standing.trace, trace);
}

static enum guard_verdict set_case(struct scene *scene, const char *number, uint32_t guard,
                                   bool is_set)
{
    const struct guard_act act = {
        .actor = "lena", .reason = "Kollegin", .guard = guard, .is_set = is_set};
    enum guard_verdict verdict = GUARD_NO_CASE;
    assert_ok(scene, guard_set_case(scene->ledger, number, &act, &verdict, &scene->fault));
    return verdict;
}

static enum guard_verdict set_document(struct scene *scene, struct document_id id, uint32_t guard,
                                       bool is_set)
{
    const struct guard_act act = {
        .actor = "bernd", .reason = "Diagnose", .guard = guard, .is_set = is_set};
    enum guard_verdict verdict = GUARD_NO_CASE;
    assert_ok(scene, guard_set_document(scene->ledger, id, &act, &verdict, &scene->fault));
    return verdict;
}

/* ---- causes ------------------------------------------------------------------------------------ */

static void a_case_guards_what_is_in_it_and_what_comes(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id before = scene_filed(scene, CASE);
    assert_guard(scene, before, 0, 0);
    assert_int_equal(set_case(scene, CASE, GUARD_STAFF, true), GUARD_DONE);
    assert_int_equal(set_case(scene, CASE, GUARD_STAFF, true), GUARD_NO_CHANGE);
    struct document_id after = scene_filed(scene, CASE);
    struct document_id other = scene_filed(scene, OTHER);
    assert_guard(scene, before, GUARD_STAFF, GUARD_STAFF);
    assert_guard(scene, after, GUARD_STAFF, GUARD_STAFF);
    assert_guard(scene, other, 0, 0);
    assert_int_equal(set_case(scene, CASE, GUARD_ADDRESS, true), GUARD_DONE);
    assert_guard(scene, after, GUARD_STAFF | GUARD_ADDRESS, GUARD_STAFF | GUARD_ADDRESS);
    assert_int_equal(set_case(scene, CASE, GUARD_STAFF, false), GUARD_DONE);
    assert_int_equal(set_case(scene, CASE, GUARD_STAFF, false), GUARD_NO_CHANGE);
    assert_guard(scene, before, GUARD_ADDRESS, GUARD_ADDRESS);
    scene_assert_sound(scene);
}

static void a_person_guards_one_document(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    assert_int_equal(set_document(scene, id, GUARD_MEDICAL, true), GUARD_DONE);
    assert_int_equal(set_document(scene, id, GUARD_MEDICAL, true), GUARD_NO_CHANGE);
    assert_guard(scene, id, GUARD_MEDICAL, GUARD_MEDICAL);
    assert_int_equal(set_document(scene, id, GUARD_MEDICAL, false), GUARD_DONE);
    assert_guard(scene, id, 0, 0);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action IN"
                                             " ('document.guard', 'document.unguard')"),
                     2);
    scene_assert_sound(scene);
}

static void what_is_no_act_is_refused(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    const struct guard_act acts[] = {
        {.actor = "lena", .reason = NULL, .guard = GUARD_STAFF, .is_set = true},
        {.actor = "lena", .reason = "",   .guard = GUARD_STAFF, .is_set = true},
        {.actor = "lena", .reason = "x",  .guard = 3,           .is_set = true},
        {.actor = "lena", .reason = "x",  .guard = 0,           .is_set = true},
        {.actor = "lena", .reason = "x",  .guard = 8,           .is_set = true},
    };
    enum guard_verdict verdict = GUARD_DONE;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_status(scene,
                      guard_set_document(scene->ledger, id, &acts[i], &verdict, &scene->fault),
                      STATUS_REFUSE);
        assert_status(scene, guard_set_case(scene->ledger, CASE, &acts[i], &verdict, &scene->fault),
                      STATUS_REFUSE);
    }
    const struct guard_act sound = {
        .actor = "lena", .reason = "x", .guard = GUARD_STAFF, .is_set = true};
    assert_ok(scene, guard_set_case_of(scene->ledger, id, &sound, &verdict, &scene->fault));
    assert_int_equal(verdict, GUARD_NO_CASE);
    id.uuid = uuid_new(1);
    assert_status(scene, guard_set_document(scene->ledger, id, &sound, &verdict, &scene->fault),
                  STATUS_REFUSE);
    assert_guard(scene, scene_filed(scene, CASE), 0, 0);
}

static void kinds_are_guarded_as_the_configuration_says(void **state)
{
    struct scene *scene = *state;
    static const struct guard_kind medical[] = {
        {"widerspruch", GUARD_MEDICAL},
        {"attest",      GUARD_MEDICAL}
    };
    scene_register(scene);
    struct document_id id = scene_filed(scene, CASE);
    assert_ok(scene, guard_settle_kinds(scene->ledger, medical, 2, "test", &scene->fault));
    assert_guard(scene, id, GUARD_MEDICAL, GUARD_MEDICAL);
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    assert_ok(scene, guard_settle_kinds(scene->ledger, medical, 2, "test", &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
    assert_guard(scene, scene_filed(scene, OTHER), GUARD_MEDICAL, GUARD_MEDICAL);
    const struct desk_act act = {.id = id, .actor = "bernd"};
    enum desk_verdict verdict = DESK_TOO_LATE;
    assert_ok(scene, desk_set_kind(scene->ledger, &act, "mietvertrag", &verdict, &scene->fault));
    assert_guard(scene, id, 0, 0);
    assert_ok(scene, guard_settle_kinds(scene->ledger, medical + 1, 1, "test", &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document WHERE guard > 0"), 0);
    scene_assert_sound(scene);
}

/* A letter in clearing whose explanation names these cases. */
static struct document_id doubtful(struct scene *scene, const char *explanation)
{
    struct text named = {0};
    struct digest digest;
    bool held = false;
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    guard_named_cases(explanation, strlen(explanation), &named);
    assert_ok(scene,
              spool_put(scene->spool, explanation, strlen(explanation), &digest, &scene->fault));
    const struct decision decision = {.decided_by = "auto",
                                      .reason = "Zwei Fälle.",
                                      .team = "SG 50.2",
                                      .flags = "",
                                      .kind = "attest",
                                      .explanation = digest,
                                      .rules_version = "1",
                                      .register_version = 1,
                                      .named_cases = text_string(&named)};
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
    text_done(&named);
    return id;
}

static const char EXPLANATION[] =
    "{\"reason\":\"\\\"case_number\\\":\\\"none\\\"\",\"candidates\":[{\"case_number\":"
    "\"50.21.000001-1\",\"team\":\"SG 50.2\"},{\"case_number\":\"50.31.000002-2\"}],\"known\":"
    "[{\"known\":\"batch\",\"case_number\":\"50.21.000003-3\",\"source\":\"x\"}]}";

static void explanations_name_cases(void **state)
{
    (void)state;
    static const struct {
        const char *explanation, *lines;
    } cases[] = {
        {EXPLANATION,                                                    "150.21.000001-1\n150.31.000002-2\n050.21.000003-3\n"},
        {"{}",                                                           ""                                                   },
        {"",                                                             ""                                                   },
        {"{\"case_number\":\"",                                          ""                                                   },
        {"{\"case_number\":\"\"}",                                       ""                                                   },
        {"{\"case_number\":\"a\\\"}",                                    ""                                                   },
        {"{\"case_number\":null}",                                       ""                                                   },
        {"[{\"case_number\":\"1/2\"}",                                   "11/2\n"                                             },
        {"[{\"case_number\":\"A\\\\7 \\\"x\\\"\",\"case_number\":\"8\"", "1A\\7 \"x\"\n08\n"                                  },
        {"[{\"case_number\":\"7\\\\\",\"x\":1",                          "17\\\n"                                             },
        {"[{\"case_number\":\"7\\",                                      ""                                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text lines = {0};
        guard_named_cases(cases[i].explanation, strlen(cases[i].explanation), &lines);
        assert_string_equal(text_string(&lines), cases[i].lines);
        text_done(&lines);
    }
}

static void a_letter_that_may_be_of_a_guarded_case_is_guarded_until_it_is_decided(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id early = doubtful(scene, EXPLANATION);
    assert_guard(scene, early, 0, 0);
    (void)set_case(scene, OTHER, GUARD_ADDRESS, true);
    (void)set_case(scene, "50.21.000003-3", GUARD_STAFF, true);
    struct document_id late = doubtful(scene, EXPLANATION);
    assert_guard(scene, early, GUARD_ADDRESS, GUARD_ADDRESS | GUARD_STAFF);
    assert_guard(scene, late, GUARD_ADDRESS, GUARD_ADDRESS | GUARD_STAFF);
    const struct desk_act act = {.id = late, .actor = "rita", .rights = GUARD_ADDRESS};
    enum desk_verdict verdict = DESK_TOO_LATE;
    assert_ok(scene, desk_assign(scene->ledger, &act, CASE, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    // It is of the other case; how the machine came to its doubt still names the guarded one.
    assert_guard(scene, late, 0, GUARD_ADDRESS | GUARD_STAFF);
    scene_assert_sound(scene);
}

static void a_letter_of_several_cases_is_guarded_as_a_whole(void **state)
{
    struct scene *scene = *state;
    bool held = false;
    const struct decision_copy copy = {.case_number = OTHER, .team = "SG 50.3", .confidence = 0.99};
    scene_register(scene);
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {.to_file = true,
                                      .case_number = CASE,
                                      .team = "SG 50.2",
                                      .decided_by = "auto",
                                      .reason = "Beide.",
                                      .flags = "",
                                      .rules_version = "1",
                                      .register_version = 1,
                                      .copies = &copy,
                                      .copy_count = 1};
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
    (void)set_case(scene, OTHER, GUARD_STAFF, true);
    assert_guard(scene, id, GUARD_STAFF, GUARD_STAFF);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document WHERE guard = 2"), 2);
    (void)set_case(scene, OTHER, GUARD_STAFF, false);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document WHERE guard = 2"), 0);
    scene_assert_sound(scene);
}

/* ---- the register ------------------------------------------------------------------------------ */

static void import(struct scene *scene, const char *rows)
{
    char path[64];
    struct text csv = {0};
    struct register_import_result result = {0};
    const struct register_import import = {
        .csv_path = path,
        .drop_share_most = 0.1,
        .actor = "admin",
        .force = true,
        .words = {.blocked = "gesperrt", .staff = "mitarbeiterfall", .not_blocked = "nein"}
    };
    (void)snprintf(path, sizeof path, "%s/blocked.csv", scene->folder);
    text_append(&csv, "case_number;surname;given_names;birth_date;street;house_number;postcode;"
                      "city;team;status;blocked\n");
    text_append(&csv, rows);
    assert_ok(scene, durable_write_file(path, csv.bytes, csv.length, 0600, &scene->fault));
    text_done(&csv);
    assert_ok(scene, register_import_csv(scene->ledger, &import, &result, &scene->fault));
}

#define PERSON ";Beispiel;Erika;1950-02-28;Am Markt;1;17033;Neubrandenburg;SG 50.2;"
#define MAN    ";Muster;Max;28.02.1961;Am Markt;2;17033;Neubrandenburg;SG 50.3;"

static void the_register_guards_and_lifts(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *rows;
        uint32_t first, second;
    } imports[] = {
        {"50.21.000001-1" PERSON "laufend;\n50.31.000002-2" MAN "laufend;nein\n",             0,             0            },
        {"50.21.000001-1" PERSON "laufend;ja\n50.31.000002-2" MAN "laufend;\n",               GUARD_ADDRESS, 0            },
        {"50.21.000001-1" PERSON "laufend;Mitarbeiterfall\n50.31.000002-2" MAN "gesperrt;\n",
         GUARD_STAFF,                                                                                        GUARD_ADDRESS},
        {"50.21.000001-1" PERSON "Mitarbeiterfall;\n50.21.000001-1" MAN "laufend;ja\n",
         GUARD_STAFF | GUARD_ADDRESS,                                                                        GUARD_ADDRESS}, // gone, and still guarded
        {"50.21.000001-1" PERSON "laufend;\n50.31.000002-2" MAN "laufend;\n",                 0,             0            },
    };
    scene_register(scene);
    struct document_id first = scene_filed(scene, CASE);
    struct document_id second = scene_filed(scene, OTHER);
    (void)set_case(scene, CASE, GUARD_MEDICAL, true); // a person's word is a person's to lift
    for (size_t i = 0; i < sizeof imports / sizeof imports[0]; i++) {
        print_message("import %zu\n", i);
        import(scene, imports[i].rows);
        assert_guard(scene, first, imports[i].first | GUARD_MEDICAL,
                     imports[i].first | GUARD_MEDICAL);
        assert_guard(scene, second, imports[i].second, imports[i].second);
    }
    scene_assert_sound(scene);
}

/* ---- lists ------------------------------------------------------------------------------------- */

/* How often something of a document shows, in each list that there is. */
enum {
    SHOWN_INBOX,
    SHOWN_CLEARING,
    SHOWN_ALL,
    SHOWN_OF_CASE,
    SHOWN_OF_KIND,
    SHOWN_UNSETTLED,
    SHOWN_OF_TEAM,
    SHOWN_COUNTED,
    SHOWN_DEADLINES,
    SHOWN_QUALITY,
    SHOWN_IN_LOTS,
    SHOWN_PAPER,
    SHOWN_PURGES,
    SHOWN_PURGE_ITEMS,
    SHOWN_RECALLS,
    SHOWN_RECALL,
    LISTS
};
static const char *const list_names[LISTS] = {"inbox",     "clearing",    "all",       "of a case",
                                              "of a kind", "unsettled",   "of a team", "counted",
                                              "deadlines", "quality",     "lots",      "paper",
                                              "purges",    "purge items", "recalls",   "recall"};

struct shown {
    uint32_t times[LISTS];
};

static enum status one_item(void *context, const struct desk_item *item, struct fault *fault)
{
    (void)item;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_deadline(void *context, const struct deadline_item *item,
                                struct fault *fault)
{
    (void)item;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_check(void *context, const struct quality_item *item, struct fault *fault)
{
    (void)item;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_lot(void *context, const struct lot_record *lot, struct fault *fault)
{
    (void)fault;
    *(uint32_t *)context += lot->documents + lot->drawn + lot->open_checks + lot->kept;
    return STATUS_OK;
}

static enum status one_paper(void *context, const struct paper_item *item, struct fault *fault)
{
    (void)item;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_purge(void *context, const struct purge_record *record, struct fault *fault)
{
    (void)record;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_purge_item(void *context, const struct purge_item *item, struct fault *fault)
{
    (void)item;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static enum status one_recall(void *context, const struct recall_record *record,
                              struct fault *fault)
{
    (void)record;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static uint32_t list(struct scene *scene, const struct desk_scope *scope, struct desk_filter filter,
                     uint32_t *ret_counted)
{
    uint32_t listed = 0, counted = 0;
    bool more = false;
    assert_ok(scene, desk_list(scene->ledger, scope, &filter, NULL, 100, one_item, &listed, &more,
                               &scene->fault));
    assert_ok(scene, desk_count(scene->ledger, scope, &filter, 100, &counted, &scene->fault));
    assert_int_equal(counted, listed);
    *ret_counted += counted;
    return listed;
}

static struct shown look(struct scene *scene, uint32_t rights, int64_t recall)
{
    const struct desk_scope all = {.reach = DESK_SEES_ALL, .person = "q", .rights = rights};
    const struct desk_scope registry = {
        .reach = DESK_SEES_UNSETTLED, .person = "rita", .rights = rights};
    const struct desk_scope team = {.reach = DESK_SEES_TEAMS,
                                    .person = "bernd",
                                    .teams = {"SG 50.2"},
                                    .team_count = 1,
                                    .rights = rights};
    const struct deadline_filter waiting = {.limit = 100};
    struct shown shown = {0};
    uint32_t *times = shown.times;
    bool is_found = false;
    times[SHOWN_INBOX] = list(scene, &all, (struct desk_filter){.view = DESK_INBOX}, &times[7]);
    times[SHOWN_CLEARING] =
        list(scene, &registry, (struct desk_filter){.view = DESK_CLEARING}, &times[7]);
    times[SHOWN_ALL] = list(scene, &all, (struct desk_filter){.view = DESK_ALL}, &times[7]);
    times[SHOWN_OF_CASE] =
        list(scene, &team, (struct desk_filter){.view = DESK_ALL, .case_number = CASE}, &times[7]);
    times[SHOWN_OF_KIND] =
        list(scene, &all, (struct desk_filter){.view = DESK_ALL, .kind = "widerspruch"}, &times[7]);
    times[SHOWN_UNSETTLED] =
        list(scene, &registry, (struct desk_filter){.view = DESK_ALL}, &times[7]);
    times[SHOWN_OF_TEAM] = list(scene, &team, (struct desk_filter){.view = DESK_ALL}, &times[7]);
    assert_ok(scene, deadlines_list(scene->ledger, &all, &waiting, one_deadline,
                                    &times[SHOWN_DEADLINES], &scene->fault));
    assert_ok(scene, quality_open(scene->ledger, rights, 0, one_check, &times[SHOWN_QUALITY],
                                  &scene->fault));
    assert_ok(scene,
              lots_each(scene->ledger, &all, 6, 0, one_lot, &times[SHOWN_IN_LOTS], &scene->fault));
    assert_ok(scene, paper_each(scene->ledger, &all, 6, false, one_paper, &times[SHOWN_PAPER],
                                &scene->fault));
    assert_ok(scene,
              purges_each(scene->ledger, &all, one_purge, &times[SHOWN_PURGES], &scene->fault));
    assert_ok(scene, purge_items_each(scene->ledger, 1, &all, one_purge_item,
                                      &times[SHOWN_PURGE_ITEMS], &scene->fault));
    assert_ok(scene, recalls_each(scene->ledger, NULL, &all, one_recall, &times[SHOWN_RECALLS],
                                  &scene->fault));
    assert_ok(scene, recall_get(scene->ledger, recall, &all, one_recall, &times[SHOWN_RECALL],
                                &is_found, &scene->fault));
    assert_int_equal(is_found, times[SHOWN_RECALL] > 0);
    return shown;
}

static const struct desk_scope unguarded = {.reach = DESK_SEES_ALL};
static const struct desk_scope medical = {.reach = DESK_SEES_ALL, .rights = GUARD_MEDICAL};
static const struct desk_scope staff = {.reach = DESK_SEES_ALL, .rights = GUARD_STAFF};
static char disposed[] = "aussortiert";
static const struct retention_rule rules[] = {
    {.name = disposed, .state = RETENTION_DISCARDED, .months = 3}
};

/* Letters in every list; the number of the recall. */
static int64_t fill(struct scene *scene, struct document_id ids[4])
{
    const struct quality_rule high = {.sampling = {.protection = PROTECTION_HIGH}};
    const struct purge_order order = {.rules = rules,
                                      .rule_count = 1,
                                      .reason = "Frist um",
                                      .actor = "lena",
                                      .scope = &unguarded};
    enum desk_verdict verdict = DESK_TOO_LATE;
    enum purge_verdict purged = PURGE_NOTHING;
    uint32_t lots = 0;
    int64_t recall = 0, purge = 0;
    scene_register(scene);
    ids[0] = scene_filed(scene, CASE);
    ids[1] = scene_in_clearing(scene, "Waren");
    ids[2] = scene_filed(scene, CASE);
    ids[3] = scene_in_clearing(scene, "Waren");
    const struct desk_act recalling = {.id = ids[2], .actor = "lena", .reason = "Falsche Akte"};
    assert_ok(scene, desk_recall(scene->ledger, &recalling, 0, &recall, &verdict, &scene->fault));
    const struct desk_act discarding = {.id = ids[3], .actor = "rita", .reason = "Werbung"};
    assert_ok(scene, desk_discard(scene->ledger, &discarding, &verdict, &scene->fault));
    scene->wall_ms += 120 * DAY_MS;
    assert_ok(scene, quality_draw_all(scene->ledger, &high, &lots, &scene->fault));
    assert_ok(scene,
              purge_propose_rule(scene->ledger, &order, &rules[0], &purge, &purged, &scene->fault));
    assert_int_equal(purged, PURGE_DONE);
    return recall;
}

static void nothing_of_a_guarded_document_shows_without_the_right(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[4];
    int64_t recall = fill(scene, ids);
    const struct shown open = look(scene, 0, recall);
    for (size_t i = 0; i < LISTS; i++)
        if (open.times[i] == 0)
            fail_msg("the list \"%s\" shows nothing to be hidden", list_names[i]);
    for (size_t place = 0; place < GUARDS; place++) {
        uint32_t guard = guard_at(place);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(set_document(scene, ids[i], guard, true), GUARD_DONE);
        const struct shown hidden = look(scene, GUARD_ALL & ~guard, recall);
        const struct shown seen = look(scene, guard, recall);
        for (size_t i = 0; i < LISTS; i++)
            if (hidden.times[i] != 0 || seen.times[i] != open.times[i])
                fail_msg("%s, list \"%s\": %u without the right, %u with it, %u unguarded",
                         guard_name(guard), list_names[i], hidden.times[i], seen.times[i],
                         open.times[i]);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(set_document(scene, ids[i], guard, false), GUARD_DONE);
    }
    scene_assert_sound(scene);
}

static void nobody_proposes_or_approves_the_deletion_of_what_they_do_not_see(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[4];
    enum purge_verdict verdict = PURGE_DONE;
    (void)fill(scene, ids);
    assert_int_equal(set_document(scene, ids[3], GUARD_STAFF, true), GUARD_DONE);
    assert_ok(scene, purge_approve(scene->ledger, 1, "rita", &medical, &verdict, &scene->fault));
    assert_int_equal(verdict, PURGE_UNKNOWN);
    assert_ok(scene, purge_approve(scene->ledger, 1, "lena", &staff, &verdict, &scene->fault));
    assert_int_equal(verdict, PURGE_SAME_PERSON);
    assert_ok(scene, purge_approve(scene->ledger, 1, "rita", &staff, &verdict, &scene->fault));
    assert_int_equal(verdict, PURGE_DONE);
    struct document_id later = scene_in_clearing(scene, "Waren");
    const struct desk_act act = {.id = later, .actor = "rita", .reason = "Werbung"};
    enum desk_verdict happened = DESK_TOO_LATE;
    assert_ok(scene, desk_discard(scene->ledger, &act, &happened, &scene->fault));
    assert_int_equal(set_document(scene, later, GUARD_STAFF, true), GUARD_DONE);
    scene->wall_ms += 120 * DAY_MS;
    struct purge_order order = {.rules = rules,
                                .rule_count = 1,
                                .reason = "Frist um",
                                .actor = "lena",
                                .scope = &unguarded};
    int64_t number = 0;
    assert_ok(scene, purge_propose_rule(scene->ledger, &order, &rules[0], &number, &verdict,
                                        &scene->fault));
    assert_int_equal(verdict, PURGE_NOTHING);
    order.scope = &staff;
    assert_ok(scene, purge_propose_rule(scene->ledger, &order, &rules[0], &number, &verdict,
                                        &scene->fault));
    assert_int_equal(verdict, PURGE_DONE);
}

/* ---- cases and requests ------------------------------------------------------------------------ */

static void a_case_that_one_does_not_see_is_not_in_the_register(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id id = scene_in_clearing(scene, "Waren");
    (void)set_case(scene, CASE, GUARD_ADDRESS, true);
    struct desk_act act = {.id = id, .actor = "rita", .rights = GUARD_ALL & ~GUARD_ADDRESS};
    enum desk_verdict verdict = DESK_HAPPENED;
    assert_ok(scene, desk_assign(scene->ledger, &act, CASE, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_UNKNOWN_CASE);
    act.rights = GUARD_ADDRESS;
    assert_ok(scene, desk_assign(scene->ledger, &act, CASE, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
}

static void a_request_is_as_guarded_as_what_came_with_it(void **state)
{
    struct scene *scene = *state;
    char kind[] = "attest", words[] = "Attest";
    const struct request_item items[] = {
        {.kind = kind, .words = words}
    };
    const struct request_draft draft = {.case_number = CASE,
                                        .due_day = "2099-01-01",
                                        .items = items,
                                        .item_count = 1,
                                        .actor = "bernd"};
    enum request_verdict verdict = REQUEST_NO_CASE;
    int64_t number = 0;
    uint32_t guard = 8;
    scene_register(scene);
    struct document_id id = scene_filed(scene, CASE);
    assert_ok(scene, request_create(scene->ledger, &draft, &number, &verdict, &scene->fault));
    assert_int_equal(verdict, REQUEST_HAPPENED);
    assert_ok(scene, request_guard(scene->ledger, number, &guard, &scene->fault));
    assert_int_equal(guard, 0);
    assert_ok(scene,
              request_item_came(scene->ledger, number, 1, id, "bernd", &verdict, &scene->fault));
    (void)set_document(scene, id, GUARD_MEDICAL, true);
    assert_ok(scene, request_guard(scene->ledger, number, &guard, &scene->fault));
    assert_int_equal(guard, GUARD_MEDICAL);
    (void)set_case(scene, CASE, GUARD_STAFF, true);
    assert_ok(scene, request_guard(scene->ledger, number, &guard, &scene->fault));
    assert_int_equal(guard, GUARD_MEDICAL | GUARD_STAFF);
}

/* ---- search ------------------------------------------------------------------------------------ */

static enum status one_hit(void *context, struct document_id document, int64_t number,
                           struct fault *fault)
{
    (void)document;
    (void)number;
    (void)fault;
    (*(uint32_t *)context)++;
    return STATUS_OK;
}

static uint32_t hits(struct scene *scene, struct search *search, const char *words, uint32_t rights)
{
    const struct desk_scope scope = {.reach = DESK_SEES_ALL, .person = "q", .rights = rights};
    struct search_query query = {.match = {0}};
    uint32_t found = 0;
    assert_null(search_parse(words, &scope, &query));
    assert_ok(scene, search_find(search, &query, 0, 10, one_hit, &found, &scene->fault));
    search_query_done(&query);
    return found;
}

static void the_search_does_not_find_what_is_guarded(void **state)
{
    struct scene *scene = *state;
    struct search *search = NULL;
    uint32_t taken = 0;
    char path[64];
    static const char *const queries[] = {
        "text",      "typ:widerspruch",         "text -nichts",
        "ist:frist", "text eingang:2000..2100", "az:50.21.000001-1"};
    scene_register(scene);
    struct document_id id = scene_filed(scene, CASE);
    (void)scene_filed(scene, CASE);
    (void)snprintf(path, sizeof path, "%s/search.db", scene->folder);
    assert_ok(scene, search_open(path, &search, &scene->fault));
    assert_ok(scene,
              search_follow(search, scene->ledger, scene->spool, 100, &taken, &scene->fault));
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        assert_int_equal(hits(scene, search, queries[i], 0), 2);
    (void)set_document(scene, id, GUARD_STAFF, true);
    assert_ok(scene,
              search_follow(search, scene->ledger, scene->spool, 100, &taken, &scene->fault));
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        assert_int_equal(hits(scene, search, queries[i], 0), 1);
        assert_int_equal(hits(scene, search, queries[i], GUARD_ADDRESS | GUARD_MEDICAL), 1);
        assert_int_equal(hits(scene, search, queries[i], GUARD_STAFF), 2);
        assert_int_equal(hits(scene, search, queries[i], GUARD_ALL), 2);
    }
    search_close(&search);
}

/* ---- rights ------------------------------------------------------------------------------------ */

static const char PASSWORD[] = "ein langes Kennwort";

static uint32_t rights_of(struct scene *scene, const char *name)
{
    struct user_record user = {0};
    bool found = false;
    assert_ok(scene, user_get(scene->ledger, name, &found, &user, &scene->fault));
    assert_true(found);
    uint32_t rights = user.rights;
    user_record_done(&user);
    return rights;
}

static void a_right_is_given_by_two_persons(void **state)
{
    struct scene *scene = *state;
    const struct user_addition people[] = {
        {"bernd", {.role = USER_CASEWORKER, .team = "SG 50.2"}, PASSWORD},
        {"clara", {.role = USER_ADMIN},                         PASSWORD},
    };
    static const struct {
        enum status (*change)(struct ledger *ledger, const char *account, uint32_t guard,
                              const char *actor, enum guard_right_verdict *ret_verdict,
                              struct fault *fault);
        const char *account, *actor;
        uint32_t guard;
        enum guard_right_verdict verdict;
        uint32_t rights; /* of bernd, afterwards */
    } steps[] = {
        {guard_right_confirm,  "bernd", "lena",  GUARD_STAFF,   GUARD_RIGHT_IS_SO,       0          },
        {guard_right_propose,  "bernd", "bernd", GUARD_STAFF,   GUARD_RIGHT_SAME_PERSON, 0          },
        {guard_right_propose,  "nemo",  "clara", GUARD_STAFF,   GUARD_RIGHT_NOBODY,      0          },
        {guard_right_propose,  "clara", "lena",  GUARD_STAFF,   GUARD_RIGHT_NOBODY,      0          },
        {guard_right_propose,  "bernd", "clara", GUARD_STAFF,   GUARD_RIGHT_DONE,        0          },
        {guard_right_propose,  "bernd", "clara", GUARD_STAFF,   GUARD_RIGHT_IS_SO,       0          },
        {guard_right_confirm,  "bernd", "clara", GUARD_STAFF,   GUARD_RIGHT_SAME_PERSON, 0          },
        {guard_right_confirm,  "bernd", "bernd", GUARD_STAFF,   GUARD_RIGHT_SAME_PERSON, 0          },
        {guard_right_confirm,  "bernd", "lena",  GUARD_MEDICAL, GUARD_RIGHT_IS_SO,       0          },
        {guard_right_confirm,  "bernd", "lena",  GUARD_STAFF,   GUARD_RIGHT_DONE,        GUARD_STAFF},
        {guard_right_confirm,  "bernd", "leo",   GUARD_STAFF,   GUARD_RIGHT_IS_SO,       GUARD_STAFF},
        {guard_right_withdraw, "bernd", "lena",  GUARD_STAFF,   GUARD_RIGHT_DONE,        0          },
        {guard_right_withdraw, "bernd", "lena",  GUARD_STAFF,   GUARD_RIGHT_IS_SO,       0          },
    };
    for (size_t i = 0; i < 2; i++)
        assert_ok(scene, user_add(scene->ledger, &people[i], "test", &scene->fault));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        enum guard_right_verdict verdict = GUARD_RIGHT_VERDICTS;
        assert_ok(scene, steps[i].change(scene->ledger, steps[i].account, steps[i].guard,
                                         steps[i].actor, &verdict, &scene->fault));
        if (verdict != steps[i].verdict || rights_of(scene, "bernd") != steps[i].rights)
            fail_msg("step %zu: verdict %d, rights %u", i, (int)verdict, rights_of(scene, "bernd"));
        assert_int_equal(guard_right_words(verdict) == NULL, verdict == GUARD_RIGHT_DONE);
    }
    scene_assert_sound(scene);
}

static void a_right_ends_with_the_role(void **state)
{
    struct scene *scene = *state;
    const struct user_addition bernd = {
        "bernd", {.role = USER_CASEWORKER, .team = "SG 50.2"},
         PASSWORD
    };
    const struct user_place elsewhere = {.role = USER_CASEWORKER, .team = "SG 50.3"};
    enum guard_right_verdict verdict = GUARD_RIGHT_VERDICTS;
    assert_ok(scene, user_add(scene->ledger, &bernd, "test", &scene->fault));
    assert_ok(scene, guard_right_propose(scene->ledger, "bernd", GUARD_MEDICAL, "clara", &verdict,
                                         &scene->fault));
    assert_ok(scene, guard_right_confirm(scene->ledger, "bernd", GUARD_MEDICAL, "lena", &verdict,
                                         &scene->fault));
    assert_int_equal(rights_of(scene, "bernd"), GUARD_MEDICAL);
    assert_ok(scene, user_set_place(scene->ledger, "bernd", &elsewhere, "clara", &scene->fault));
    assert_int_equal(rights_of(scene, "bernd"), 0);
}

static void classes_have_names(void **state)
{
    (void)state;
    uint32_t found = 0, all = 0;
    for (size_t i = 0; i < GUARDS; i++) {
        assert_true(guard_from_name(guard_name(guard_at(i)), &found));
        assert_int_equal(found, guard_at(i));
        assert_int_equal(all & guard_at(i), 0);
        all |= guard_at(i);
    }
    assert_int_equal(all, GUARD_ALL);
    assert_false(guard_from_name("geheim", &found));
    assert_false(guard_from_name("", &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_have_names),
        cmocka_unit_test(explanations_name_cases),
        SCENE_TEST(a_case_guards_what_is_in_it_and_what_comes),
        SCENE_TEST(a_person_guards_one_document),
        SCENE_TEST(what_is_no_act_is_refused),
        SCENE_TEST(kinds_are_guarded_as_the_configuration_says),
        SCENE_TEST(a_letter_that_may_be_of_a_guarded_case_is_guarded_until_it_is_decided),
        SCENE_TEST(a_letter_of_several_cases_is_guarded_as_a_whole),
        SCENE_TEST(the_register_guards_and_lifts),
        SCENE_TEST(nothing_of_a_guarded_document_shows_without_the_right),
        SCENE_TEST(nobody_proposes_or_approves_the_deletion_of_what_they_do_not_see),
        SCENE_TEST(a_case_that_one_does_not_see_is_not_in_the_register),
        SCENE_TEST(a_request_is_as_guarded_as_what_came_with_it),
        SCENE_TEST(the_search_does_not_find_what_is_guarded),
        SCENE_TEST(a_right_is_given_by_two_persons),
        SCENE_TEST(a_right_ends_with_the_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
