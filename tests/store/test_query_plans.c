/* test_query_plans.c - every list of the desk and of a scanning desk's day walks along an index.
 *
 * The statements are caught as they run, and the engine is asked how it does them: what reads a
 * whole table or sorts what it found grows with the ledger. Which rows there are makes no
 * difference to it, as no statistics are kept. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/desk.h"
#include "store/ledger_page.h"
#include "store/ledger_private.h"
#include "store/mailroom.h"
#include "store/open_matters.h"
#include "store/register.h"

/* ---- catching -------------------------------------------------------------------------------- */

enum { CAUGHT_MOST = 64, PLAN_BYTES = 16384 };

static sqlite3 *connection; /* the last that was opened */
static struct {
    char *statements[CAUGHT_MOST]; /* each once */
    size_t count;
    bool is_on;
} caught;

static int catch_statement(unsigned kind, void *context, void *statement, void *text)
{
    (void)kind;
    (void)context;
    (void)text;
    const char *sql = sqlite3_sql(statement);
    if (!caught.is_on || sql == NULL || strncmp(sql, "SELECT", 6) != 0)
        return 0;
    for (size_t i = 0; i < caught.count; i++)
        if (strcmp(caught.statements[i], sql) == 0)
            return 0;
    assert_true(caught.count < CAUGHT_MOST);
    caught.statements[caught.count] = string_copy(sql);
    assert_non_null(caught.statements[caught.count++]);
    return 0;
}

/* Called for each connection that is opened from now on. */
static int watch_connection(sqlite3 *handle, char **words, const void *routines)
{
    (void)words;
    (void)routines;
    connection = handle;
    return sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, catch_statement, NULL);
}

static void forget(void)
{
    for (size_t i = 0; i < caught.count; i++)
        free(caught.statements[i]);
    caught.count = 0;
    caught.is_on = false;
}

/* ---- looking --------------------------------------------------------------------------------- */

/* One step of a plan that costs more the more rows there are. A table of a handful of rows may be
 * read whole, and an index, or the audit by its numbers, may be walked from its end. */
static bool is_dear(const char *step)
{
    static const char *const small[] = {
        "SCAN t",       "SCAN site",  "SCAN v",    "SCAN CONSTANT ROW",
        "SCAN counted", "SCAN purge", "SCAN audit"};
    if (strstr(step, "AUTOMATIC") != NULL || strstr(step, "TEMP B-TREE FOR ORDER BY") != NULL)
        return true;
    if (strncmp(step, "SCAN ", 5) != 0 || strstr(step, "USING") != NULL)
        return false;
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
        if (strcmp(step, small[i]) == 0)
            return false;
    return true;
}

static void assert_cheap(struct scene *scene, const char *name, const char *sql)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *plan = NULL;
    char words[PLAN_BYTES];
    assert_true(snprintf(words, sizeof words, "EXPLAIN QUERY PLAN %s", sql) < PLAN_BYTES);
    assert_int_equal(sqlite3_open(scene->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, words, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if (is_dear(step))
            fail_msg("%s: \"%s\" in: %s", name, step, sql);
    }
    sqlite3_finalize(plan);
    sqlite3_close(handle);
}

static void assert_all_cheap(struct scene *scene, const char *name)
{
    caught.is_on = false;
    if (caught.count == 0)
        fail_msg("%s: nothing was asked", name);
    for (size_t i = 0; i < caught.count; i++)
        assert_cheap(scene, name, caught.statements[i]);
    forget();
}

/* ---- the desk -------------------------------------------------------------------------------- */

static enum status keep_nothing(void *context, const struct desk_item *item, struct fault *fault)
{
    (void)context;
    (void)item;
    (void)fault;
    return STATUS_OK;
}

/* The first page, the one behind it, and the count. */
static void ask_desk(struct scene *scene, const struct desk_scope *scope,
                     const struct desk_filter *filter, const char *name)
{
    const struct desk_place after = {.urgency = 0, .received_ms = scene->wall_ms};
    bool more = false;
    uint32_t count = 0;
    forget();
    caught.is_on = true;
    assert_ok(scene, desk_list(scene->ledger, scope, filter, NULL, 50, keep_nothing, NULL, &more,
                               &scene->fault));
    assert_ok(scene, desk_list(scene->ledger, scope, filter, &after, 50, keep_nothing, NULL, &more,
                               &scene->fault));
    assert_ok(scene, desk_count(scene->ledger, scope, filter, 1000, &count, &scene->fault));
    assert_all_cheap(scene, name);
}

static const struct desk_scope caseworker = {
    .reach = DESK_SEES_TEAMS,
    .person = "clara",
    .caseworker = "Beispiel",
    .teams = {"SG 50.2", "SG 50.3"},
    .team_count = 2
};
static const struct desk_scope registry = {.reach = DESK_SEES_UNSETTLED, .person = "rita"};
static const struct desk_scope quality = {.reach = DESK_SEES_ALL, .person = "quirin"};

static void lists_of_the_desk_walk_along_an_index(void **state)
{
    static const struct {
        const char *name;
        const struct desk_scope *scope;
        struct desk_filter filter;
    } rows[] = {
        {"inbox of a team",       &caseworker, {.view = DESK_INBOX}                           },
        {"own inbox",             &caseworker, {.view = DESK_INBOX, .is_own = true}           },
        {"unread",                &caseworker, {.view = DESK_INBOX, .is_unread = true}        },
        {"urgent",                &caseworker, {.view = DESK_INBOX, .flag = "deadline"}       },
        {"clearing of a team",    &caseworker, {.view = DESK_CLEARING}                        },
        {"clearing of all",       &registry,   {.view = DESK_CLEARING}                        },
        {"new cases",             &registry,   {.view = DESK_NEW_CASES}                       },
        {"unsettled",             &registry,   {.view = DESK_ALL}                             },
        {"done",                  &caseworker, {.view = DESK_DONE}                            },
        {"all of a team",         &caseworker, {.view = DESK_ALL}                             },
        {"all of one's own",      &caseworker, {.view = DESK_ALL, .is_own = true}             },
        {"all of a case",         &caseworker, {.view = DESK_ALL, .case_number = "50.2"}      },
        {"all of a kind",         &quality,    {.view = DESK_ALL, .kind = "widerspruch"}      },
        {"all of a site",         &quality,    {.view = DESK_ALL, .site = "Waren"}            },
        {"all of two days",       &quality,    {.view = DESK_ALL, .from_ms = 1, .until_ms = 9}},
        {"everything",            &quality,    {.view = DESK_ALL}                             },
        {"inbox of a kind",       &caseworker, {.view = DESK_INBOX, .kind = "klage"}          },
        {"inbox of a site",       &quality,    {.view = DESK_INBOX, .site = "Waren"}          },
        {"clearing of a kind",    &registry,   {.view = DESK_CLEARING, .kind = "klage"}       },
        {"done of a kind",        &caseworker, {.view = DESK_DONE, .kind = "klage"}           },
        {"inbox of everybody",    &quality,    {.view = DESK_INBOX}                           },
        {"everything in a state",
         &quality,
         {.view = DESK_ALL, .has_state = true, .state = DOCUMENT_DISCARDED}                   },
    };
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    scene_register(scene);
    (void)scene_filed(scene, "50.21.000001-1");
    (void)scene_in_clearing(scene, "Waren");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ask_desk(scene, rows[i].scope, &rows[i].filter, rows[i].name);
}

/* Of what is open, a filter that nothing passes is asked of the index: it has every column. */
static void filters_are_asked_of_the_index_alone(void **state)
{
    static const char *const walks[] = {
        "d.state = 'filed' AND d.done = 0 AND d.urgency = 0",
        "d.team = 'a' AND d.state = 'filed' AND d.done = 0 AND d.urgency = 0",
        "d.caseworker = 'a' AND d.state = 'filed' AND d.done = 0 AND d.urgency = 0",
        "d.state = 'clearing' AND d.waiting = 0 AND d.urgency = 0",
        "d.team = 'a' AND d.state = 'clearing' AND d.waiting = 0 AND d.urgency = 0",
    };
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(scene->path, &handle), SQLITE_OK);
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        sqlite3_stmt *plan = NULL;
        char words[PLAN_BYTES];
        (void)snprintf(words, sizeof words,
                       "EXPLAIN QUERY PLAN SELECT d.received_ms, d.id FROM document d WHERE %s"
                       " AND (d.received_ms, d.id) < (9, x'ff') AND d.kind = 'klage' AND d.site = 7"
                       " AND d.caseworker = 'b' AND d.decision = 1 AND d.guard = 0"
                       " ORDER BY d.received_ms DESC, d.id DESC LIMIT 26",
                       walks[i]);
        assert_int_equal(sqlite3_prepare_v2(handle, words, -1, &plan, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
        if (strstr((const char *)sqlite3_column_text(plan, 3), "USING COVERING INDEX") == NULL)
            fail_msg("%s: %s", walks[i], (const char *)sqlite3_column_text(plan, 3));
        sqlite3_finalize(plan);
    }
    sqlite3_close(handle);
}

/* ---- what a list reads -------------------------------------------------------------------------- */

enum { CROWD = 600 /* documents that no filter below lets pass */ };

/* Pages of the database that the connection has read since it was opened, from wherever. */
static int64_t pages_read(void)
{
    int hits = 0;
    int misses = 0;
    int most = 0;
    assert_int_equal(sqlite3_db_status(connection, SQLITE_DBSTATUS_CACHE_HIT, &hits, &most, 0),
                     SQLITE_OK);
    assert_int_equal(sqlite3_db_status(connection, SQLITE_DBSTATUS_CACHE_MISS, &misses, &most, 0),
                     SQLITE_OK);
    return (int64_t)hits + misses;
}

static void add_crowd(struct scene *scene)
{
    char sql[1024];
    (void)scene_filed(scene, "50.21.000001-1");
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text, pdf,"
        " decision, born, audit,"
        " team, case_number, kind, caseworker, decider, done) WITH RECURSIVE n (i) AS"
        " (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT"
        " CAST(printf('%%016d', i) AS BLOB), d.scan, i, d.site, d.received_ms + i, CASE WHEN"
        " i %% 2 = 0 THEN 'filed' ELSE 'clearing' END, d.reading, d.text, d.pdf, d.decision, "
        "d.born, d.audit, 'SG 50.2',"
        " 'x', 'widerspruch', 'Beispiel', CASE WHEN i %% 4 = 0 THEN 'rita' ELSE 'auto' END, 1"
        " FROM n, document d WHERE d.state = 'filed'",
        CROWD);
    scene_sql(scene, sql);
}

/* Each step of such a list is one entry of an index; a row looked up would be two pages more. */
static void what_a_filter_leaves_out_is_not_looked_up(void **state)
{
    static const struct {
        const char *name;
        const struct desk_scope *scope;
        struct desk_filter filter;
    } rows[] = {
        {"a team's kind",      &caseworker, {.view = DESK_ALL, .kind = "klage"}                        },
        {"a team's site",      &caseworker, {.view = DESK_ALL, .site = "Demmin"}                       },
        {"done, of a site",    &caseworker, {.view = DESK_DONE, .site = "Demmin"}                      },
        {"done, urgent",       &caseworker, {.view = DESK_DONE, .flag = "urgent"}                      },
        {"one's own, flagged", &caseworker, {.view = DESK_ALL, .is_own = true, .flag = "deadline"}     },
        {"unsettled kind",     &registry,   {.view = DESK_ALL, .kind = "klage"}                        },
        {"unsettled site",     &registry,   {.view = DESK_ALL, .site = "Demmin"}                       },
        {"unsettled, flagged", &registry,   {.view = DESK_ALL, .flag = "deadline"}                     },
        {"a kind's flag",      &quality,    {.view = DESK_ALL, .kind = "widerspruch", .flag = "urgent"}},
        {"a kind's site",      &quality,    {.view = DESK_ALL, .kind = "widerspruch", .site = "Demmin"}},
        {"a site's flag",      &quality,    {.view = DESK_ALL, .site = "Waren", .flag = "urgent"}      },
        {"long ago",           &quality,    {.view = DESK_ALL, .until_ms = 2}                          },
        {"a team's long ago",  &caseworker, {.view = DESK_ALL, .until_ms = 2}                          },
        {"to come",            &registry,   {.view = DESK_CLEARING, .from_ms = INT64_MAX - 1}          },
    };
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    scene_register(scene);
    (void)scene_in_clearing(scene, "Demmin"); // the site is known, and has nothing of the crowd's
    scene_sql(scene, "UPDATE document SET team = 'SG 50.9', kind = 'antrag', urgency = 0,"
                     " state = 'purged'");
    add_crowd(scene);
    scene_reopen(scene);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool more = false;
        int64_t before = pages_read();
        assert_ok(scene, desk_list(scene->ledger, rows[i].scope, &rows[i].filter, NULL, 50,
                                   keep_nothing, NULL, &more, &scene->fault));
        int64_t pages = pages_read() - before;
        print_message("%s: %lld pages\n", rows[i].name, (long long)pages);
        assert_true(pages < CROWD / 3);
    }
}

/* ---- a document ------------------------------------------------------------------------------ */

static enum status keep_no_case(void *context, const char *case_number, struct fault *fault)
{
    (void)context;
    (void)case_number;
    (void)fault;
    return STATUS_OK;
}

static void the_page_of_a_document_walks_along_an_index(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    struct document_record record = {0};
    struct page_record page = {0};
    scene_register(scene);
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    forget();
    caught.is_on = true;
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    assert_ok(scene, ledger_page_get(scene->ledger, record.scan, 1, &page, &scene->fault));
    assert_ok(scene, desk_note_sight(scene->ledger, id, "clara", "document", &scene->fault));
    assert_ok(scene, register_household(scene->ledger, "50.21.000001-1", keep_no_case, NULL,
                                        &scene->fault));
    char *team = NULL;
    int64_t version = 0;
    assert_ok(scene,
              register_team(scene->ledger, "50.21.000001-1", &team, &version, &scene->fault));
    assert_all_cheap(scene, "a document's page");
    free(team);
    document_record_done(&record);
}

/* ---- the mailroom ---------------------------------------------------------------------------- */

static enum status keep_no_day(void *context, const struct day_scan *day, struct fault *fault)
{
    (void)context;
    (void)day;
    (void)fault;
    return STATUS_OK;
}

static enum status keep_no_site(void *context, const char *site, int64_t last_ms,
                                struct fault *fault)
{
    (void)context;
    (void)site;
    (void)last_ms;
    (void)fault;
    return STATUS_OK;
}

static void a_day_of_a_site_walks_along_an_index(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    (void)scene_document(scene, "Waren");
    struct day_query query = {.site = "Waren", .until_ms = INT64_MAX, .limit = 50};
    struct day_counts counts;
    forget();
    caught.is_on = true;
    assert_ok(scene, day_scans(scene->ledger, &query, keep_no_day, NULL, &scene->fault));
    query.has_after = true;
    query.after_ms = scene->wall_ms;
    assert_ok(scene, day_scans(scene->ledger, &query, keep_no_day, NULL, &scene->fault));
    assert_ok(scene, day_count(scene->ledger, "Waren", 0, INT64_MAX, &counts, &scene->fault));
    assert_ok(scene, sites_seen(scene->ledger, keep_no_site, NULL, &scene->fault));
    assert_all_cheap(scene, "the day of a site");
}

/* ---- what waits for people ---------------------------------------------------------------------- */

static void what_waits_for_people_is_counted_along_an_index(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    uint64_t counts[OPEN_MATTERS];
    forget();
    caught.is_on = true;
    assert_ok(scene, open_matters_count(scene->ledger, counts, &scene->fault));
    assert_all_cheap(scene, "open matters");
}

/* ---- the test itself ------------------------------------------------------------------------- */

static void what_would_grow_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *step;
        bool is_dear;
    } rows[] = {
        {"SCAN d",                                           true },
        {"SCAN document",                                    true },
        {"USE TEMP B-TREE FOR ORDER BY",                     true },
        {"SEARCH p USING AUTOMATIC COVERING INDEX (scan=?)", true },
        {"SCAN t",                                           false},
        {"SEARCH d USING INDEX document_of_team (team=?)",   false},
        {"SCAN d USING COVERING INDEX document_newest",      false},
        {"USE TEMP B-TREE FOR GROUP BY",                     false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_dear(rows[i].step) != rows[i].is_dear)
            fail_msg("%s", rows[i].step);
}

static int watch_connections(void **state)
{
    (void)state;
    return sqlite3_auto_extension((void (*)(void))watch_connection) == SQLITE_OK ? 0 : -1;
}

static int stop_watching(void **state)
{
    (void)state;
    sqlite3_reset_auto_extension();
    forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_grow_is_found),
        SCENE_TEST(lists_of_the_desk_walk_along_an_index),
        SCENE_TEST(filters_are_asked_of_the_index_alone),
        SCENE_TEST(what_a_filter_leaves_out_is_not_looked_up),
        SCENE_TEST(the_page_of_a_document_walks_along_an_index),
        SCENE_TEST(a_day_of_a_site_walks_along_an_index),
        SCENE_TEST(what_waits_for_people_is_counted_along_an_index),
    };
    return cmocka_run_group_tests(tests, watch_connections, stop_watching);
}
