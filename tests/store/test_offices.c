/* test_offices.c - several offices in one database: nobody finds anything of another's.
 *
 * Two ledgers lie in one database of a real server, of a user who may do in it whatever an owner
 * may. What one office holds is asked for by the other in every way that the ledger has, and then
 * once more without the first wall: with the connection looking into the other's schema, so that
 * the server's row-level security stands alone. Without LEDGER_SERVER (tests/support/postgresql.sh)
 * there is nothing to test. */
// SPDX-License-Identifier: EUPL-1.2
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/ledger_private.h"
#include "store/users.h"
#include "tests/store/scene.h"

enum { URL_BYTES = 512, TABLES_MOST = 200 };

struct town {
    struct scene scene; /* its ledger is the office nord's */
    char nord[URL_BYTES], sued[URL_BYTES];
    struct ledger *other; /* the office sued's */
    struct scan_id scan;  /* of nord */
};

static PGconn *connect_owner(void)
{
    PGconn *server = PQconnectdb(getenv("LEDGER_SERVER"));
    if (PQstatus(server) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(server));
    return server;
}

static void as_owner(const char *sql)
{
    PGconn *server = connect_owner();
    PGresult *result = PQexec(server, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(server));
    PQclear(result);
    PQfinish(server);
}

/* LEDGER_SERVER for a user who is no superuser. */
static void address_of(const char *office, char url[URL_BYTES])
{
    const char *server = getenv("LEDGER_SERVER");
    const char *user = strstr(server, "user=postgres");
    assert_non_null(user);
    (void)snprintf(url, URL_BYTES, "%.*suser=clerk%s#%s", (int)(user - server), server,
                   user + strlen("user=postgres"), office);
}

static int64_t wall(void *context)
{
    return ((struct scene *)context)->wall_ms;
}

static int64_t monotonic(void *context)
{
    return ((struct scene *)context)->monotonic_ms;
}

static void add_person(struct town *town, struct ledger *ledger, const char *name)
{
    const struct user_addition addition = {
        .name = name, .place = {.role = USER_ADMIN}, .password = "ein langes Kennwort 7"};
    assert_ok(&town->scene, user_add(ledger, &addition, "test", &town->scene.fault));
}

static int build_town(void **state)
{
    struct town *town = calloc(1, sizeof *town);
    assert_non_null(town);
    if (getenv("LEDGER_SERVER") == NULL) {
        *state = town;
        return 0;
    }
    struct scene *scene = &town->scene;
    as_owner("DROP SCHEMA IF EXISTS office_nord CASCADE; DROP SCHEMA IF EXISTS office_sued CASCADE;"
             "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk') THEN CREATE"
             " ROLE clerk LOGIN; END IF; EXECUTE format('GRANT CREATE ON DATABASE %I TO clerk',"
             " current_database()); END $$");
    address_of("nord", town->nord);
    address_of("sued", town->sued);
    (void)snprintf(scene->folder, sizeof scene->folder, "town");
    scene->wall_ms = 1767600000000;
    scene->monotonic_ms = 5000000;
    scene->clock = (struct clock){wall, monotonic, scene};
    assert_ok(scene,
              ledger_open(town->nord, LEDGER_CREATE, &scene->clock, &scene->ledger, &scene->fault));
    assert_ok(scene,
              ledger_open(town->sued, LEDGER_CREATE, &scene->clock, &town->other, &scene->fault));
    assert_ok(scene, spool_open("town/spool", &scene->spool, &scene->fault));
    town->scan = scene_accept(scene, "Demmin");
    add_person(town, scene->ledger, "nora");
    *state = town;
    return 0;
}

static int leave_town(void **state)
{
    struct town *town = *state;
    ledger_close(&town->scene.ledger);
    ledger_close(&town->other);
    spool_close(&town->scene.spool);
    free(town);
    return 0;
}

static struct town *town_of(void **state)
{
    if (getenv("LEDGER_SERVER") == NULL)
        skip();
    return *state;
}

static enum status nothing_is_listed(void *context, const struct scan_record *scan,
                                     const struct document_record *document, struct fault *fault)
{
    (void)context;
    (void)scan;
    (void)document;
    (void)fault;
    fail_msg("a row of another office is in a list");
    return STATUS_OK;
}

/* The ledger answers as one in which nothing has ever happened. */
static void finds_nothing(struct town *town, struct ledger *ledger)
{
    struct fault *fault = &town->scene.fault;
    struct scan_record record = {0};
    struct job_record job = {0};
    struct ledger_summary summary = {0};
    const struct list_filter everything = {0};
    bool is_there = true;
    assert_int_equal(ledger_scan_get(ledger, town->scan, &record, fault), STATUS_REFUSE);
    assert_ok(&town->scene, ledger_list(ledger, &everything, nothing_is_listed, NULL, fault));
    assert_ok(&town->scene,
              ledger_job_lease(ledger, JOB_READ, "thief", 60000, &is_there, &job, fault));
    assert_false(is_there);
    assert_ok(&town->scene, ledger_summarise(ledger, &summary, fault));
    const struct ledger_summary none = {0};
    assert_memory_equal(&summary.scans, &none.scans, sizeof none.scans);
}

static void an_office_knows_nothing_of_another(void **state)
{
    struct town *town = town_of(state);
    finds_nothing(town, town->other);
    // The same names and numbers are everybody's own.
    add_person(town, town->other, "nora");
}

/* Names of all tables of an office. */
static size_t tables_of(struct ledger *ledger, char *names[TABLES_MOST])
{
    struct rows *rows = NULL;
    struct fault fault = {0};
    bool there = true;
    bool failed = false;
    size_t count = 0;
    assert_int_equal(database_query(ledger->database, database_tables_sql(ledger->database),
                                    NO_VALUES, &rows, &fault),
                     STATUS_OK);
    while (rows_next(rows, &there, &fault) == STATUS_OK && there && count < TABLES_MOST)
        names[count++] = rows_text_copy(rows, 0, &failed);
    rows_done(&rows);
    return count;
}

/* A statement of nobody's program about a table of nord, in the other office's session. */
static PGresult *say(PGconn *session, const char *verb, const char *table)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql, "%s office_nord.%s", verb, table);
    return PQexec(session, sql);
}

static void number_is(PGresult *result, const char *found, const char *expected, const char *doing,
                      const char *table)
{
    if (found == NULL || strcmp(found, expected) != 0)
        fail_msg("%s %s of another office: %s %s", doing, table, found,
                 PQresultErrorMessage(result));
    PQclear(result);
}

static void row_level_security_alone_hides_every_table(void **state)
{
    struct town *town = town_of(state);
    char *names[TABLES_MOST];
    char url[URL_BYTES];
    size_t count = tables_of(town->scene.ledger, names);
    assert_true(count > 60);
    (void)snprintf(url, sizeof url, "%.*s", (int)strcspn(town->sued, "#"), town->sued);
    PGconn *session = PQconnectdb(url);
    assert_int_equal(PQstatus(session), CONNECTION_OK);
    PQclear(PQexec(session, "SET posteingang.office = 'sued'"));
    for (size_t i = 0; i < count; i++) {
        PGresult *seen = say(session, "SELECT count(*) FROM", names[i]);
        number_is(seen, PQgetvalue(seen, 0, 0), "0", "rows are seen in", names[i]);
        PGresult *gone = say(session, "DELETE FROM", names[i]);
        number_is(gone, PQcmdTuples(gone), "0", "rows are deleted in", names[i]);
        free(names[i]);
    }
    PGresult *changed = PQexec(session, "UPDATE office_nord.scan SET source = 'stolen'");
    number_is(changed, PQcmdTuples(changed), "0", "rows are changed in", "scan");
    PGresult *added = PQexec(session, "INSERT INTO office_nord.site (name) VALUES ('Neustadt')");
    assert_string_equal(PQresultErrorField(added, PG_DIAG_SQLSTATE), "42501");
    PQclear(added);
    PQfinish(session);
}

static void row_level_security_alone_keeps_a_ledger_blind(void **state)
{
    struct town *town = town_of(state);
    struct fault fault = {0};
    const struct user_addition addition = {
        .name = "dieb", .place = {.role = USER_ADMIN}, .password = "ein langes Kennwort 8"};
    // The application's own wall is taken away: every statement finds the other's tables.
    assert_int_equal(
        database_script(town->other->database, "SET search_path = office_nord", &fault), STATUS_OK);
    finds_nothing(town, town->other);
    assert_int_equal(user_add(town->other, &addition, "test", &fault), STATUS_REFUSE);
    struct scan_record record = {0};
    assert_ok(&town->scene, ledger_scan_get(town->scene.ledger, town->scan, &record, &fault));
    assert_int_equal(record.state, SCAN_RECEIVED);
    scan_record_done(&record);
}

static void a_session_of_no_office_sees_none(void **state)
{
    struct town *town = town_of(state);
    char url[URL_BYTES];
    (void)snprintf(url, sizeof url, "%.*s", (int)strcspn(town->sued, "#"), town->sued);
    PGconn *session = PQconnectdb(url);
    PGresult *seen = PQexec(session, "SELECT count(*) FROM office_nord.scan");
    number_is(seen, PQgetvalue(seen, 0, 0), "0", "rows are seen in", "scan");
    PQfinish(session);
}

static void a_user_who_is_bound_by_nothing_is_refused(void **state)
{
    struct town *town = town_of(state);
    struct ledger *ledger = NULL;
    struct fault fault = {0};
    char url[URL_BYTES];
    (void)snprintf(url, sizeof url, "%s#nord", getenv("LEDGER_SERVER"));
    assert_int_equal(ledger_open(url, LEDGER_READ, &town->scene.clock, &ledger, &fault),
                     STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "BYPASSRLS"));
}

static void a_wall_with_a_hole_is_refused_until_it_is_mended(void **state)
{
    static const char *const holes[] = {
        "ALTER TABLE office_nord.document NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE office_nord.document DISABLE ROW LEVEL SECURITY",
        "DROP POLICY office ON office_nord.document",
        "CREATE TABLE office_nord.later (a int); ALTER TABLE office_nord.later OWNER TO clerk",
    };
    struct town *town = town_of(state);
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        struct ledger *ledger = NULL;
        struct fault fault = {0};
        as_owner(holes[i]);
        if (ledger_open(town->nord, LEDGER_WRITE, &town->scene.clock, &ledger, &fault) !=
            STATUS_REFUSE)
            fail_msg("opened with a hole: %s", holes[i]);
        assert_int_equal(
            ledger_open(town->nord, LEDGER_CREATE, &town->scene.clock, &ledger, &fault), STATUS_OK);
        ledger_close(&ledger);
        assert_int_equal(ledger_open(town->nord, LEDGER_WRITE, &town->scene.clock, &ledger, &fault),
                         STATUS_OK);
        ledger_close(&ledger);
    }
}

static void names_of_offices_are_small_and_plain(void **state)
{
    static const char *const names[] = {"",
                                        "Nord",
                                        "1nord",
                                        "nord-ost",
                                        "nord;drop",
                                        "n\"",
                                        "süd",
                                        "x'y",
                                        "nord sued",
                                        "_n",
                                        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"};
    struct town *town = town_of(state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ledger *ledger = NULL;
        struct fault fault = {0};
        char url[URL_BYTES];
        address_of(names[i], url);
        if (ledger_open(url, LEDGER_CREATE, &town->scene.clock, &ledger, &fault) != STATUS_REFUSE)
            fail_msg("an office may be called \"%s\"", names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_office_knows_nothing_of_another),
        cmocka_unit_test(row_level_security_alone_hides_every_table),
        cmocka_unit_test(row_level_security_alone_keeps_a_ledger_blind),
        cmocka_unit_test(a_session_of_no_office_sees_none),
        cmocka_unit_test(a_user_who_is_bound_by_nothing_is_refused),
        cmocka_unit_test(a_wall_with_a_hole_is_refused_until_it_is_mended),
        cmocka_unit_test(names_of_offices_are_small_and_plain),
    };
    return cmocka_run_group_tests(tests, build_town, leave_town);
}
