/* scene.c - see scene.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "tests/store/scene.h"

const struct retry_rule scene_rule = {
    .content_most = 3, .lost_most = 10, .backoff_ms = 1000, .backoff_most_ms = 10000};

static int64_t wall(void *context)
{
    return ((struct scene *)context)->wall_ms;
}

static int64_t monotonic(void *context)
{
    return ((struct scene *)context)->monotonic_ms;
}

/* A connection to the server past the ledger; references are not checked on it. */
static PGconn *connect_server(const char *url)
{
    PGconn *server = PQconnectdb(url);
    if (PQstatus(server) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(server));
    PQclear(PQexec(server, "SET session_replication_role = replica; SET client_min_messages = "
                           "error"));
    return server;
}

static void run_on_server(const char *url, const char *sql)
{
    PGconn *server = connect_server(url);
    PGresult *result = PQexec(server, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(server));
    PQclear(result);
    PQfinish(server);
}

void scene_place(struct scene *scene, const char *name, char ret_path[SCENE_PATH_BYTES])
{
    const char *url = getenv("LEDGER_SERVER");
    char schema[96];
    (void)snprintf(schema, sizeof schema, "%s%d_%s", scene->folder, (int)getpid(), name);
    char sql[128];
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", schema);
    if (url != NULL)
        run_on_server(url, sql);
    if (url != NULL)
        (void)snprintf(ret_path, SCENE_PATH_BYTES, "%s&options=-csearch_path%%3D%s", url, schema);
    else
        (void)snprintf(ret_path, SCENE_PATH_BYTES, "%s/%s.sqlite", scene->folder, name);
}

static const char empty_all_tables[] =
    "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname ="
    " current_schema() AND tablename <> 'migration' LOOP EXECUTE format('DELETE FROM %I', name);"
    " END LOOP; DELETE FROM migration WHERE version > 9000; FOR name IN SELECT sequencename FROM "
    "pg_sequences WHERE schemaname ="
    " current_schema() LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP; END $$";

/* Functions of SQLite that tests use. */
static const char functions[] = "CREATE FUNCTION zeroblob(integer) RETURNS bytea LANGUAGE sql AS"
                                " $$ SELECT decode(repeat('00', $1), 'hex') $$;"
                                "CREATE FUNCTION json_valid(text) RETURNS boolean LANGUAGE sql AS"
                                " $$ SELECT CAST($1 AS json) IS NOT NULL $$";

/* Where the ledger of the scene of this number is to be. */
static void choose_ledger(struct scene *scene, int number)
{
    const char *url = getenv("LEDGER_SERVER");
    scene->is_server = url != NULL;
    if (!scene->is_server) {
        (void)snprintf(scene->path, sizeof scene->path, "%s/ledger.sqlite", scene->folder);
        return;
    }
    // Making all tables takes seconds there: one schema serves all scenes of a program.
    char schema[64];
    (void)snprintf(scene->path, sizeof scene->path, "%s&options=-csearch_path%%3Dp%d", url,
                   (int)getpid());
    (void)snprintf(schema, sizeof schema, "CREATE SCHEMA p%d", (int)getpid());
    if (number == 1)
        run_on_server(url, schema);
    run_on_server(scene->path, number == 1 ? functions : empty_all_tables);
}

/* The spool of the scene, too, is its own: below a prefix of its own in the bucket. */
static void choose_spool(struct scene *scene)
{
    const char *url = getenv("SPOOL_S3");
    (void)snprintf(scene->spool_folder, sizeof scene->spool_folder, "%s/spool", scene->folder);
    (void)snprintf(scene->spool_url, sizeof scene->spool_url, "%s", scene->spool_folder);
    if (url != NULL)
        (void)snprintf(scene->spool_url, sizeof scene->spool_url, "%s/%d-%s", url, (int)getpid(),
                       scene->folder);
}

struct spool_place scene_spool_place(const struct scene *scene)
{
    return (struct spool_place){.url = scene->spool_url,
                                .folder = scene->spool_folder,
                                .endpoint = getenv("SPOOL_S3_ENDPOINT"),
                                .region = "us-east-1",
                                .access_key = getenv("SPOOL_S3_KEY"),
                                .secret_file = getenv("SPOOL_S3_SECRET"),
                                .timeout_ms = 20000,
                                .cache_bytes = 1 << 30,
                                .cache_age_ms = 86400000};
}

int scene_setup(void **state)
{
    static int number = 0;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    number++;
    (void)snprintf(scene->folder, sizeof scene->folder, "scene%d", number);
    choose_ledger(scene, number);
    scene->wall_ms = 1767600000000; // 2026-01-05T08:00:00Z
    scene->monotonic_ms = 5000000;
    scene->clock = (struct clock){wall, monotonic, scene};
    choose_spool(scene);
    assert_ok(scene, ledger_open(scene->path, LEDGER_CREATE, &scene->clock, &scene->ledger,
                                 &scene->fault));
    assert_ok(scene, spool_open_at(scene_spool_place(scene), &scene->spool, &scene->fault));
    *state = scene;
    return 0;
}

int scene_teardown(void **state)
{
    struct scene *scene = *state;
    ledger_close(&scene->ledger);
    spool_close(&scene->spool);
    free(scene);
    return 0;
}

void scene_reopen(struct scene *scene)
{
    ledger_close(&scene->ledger);
    assert_ok(scene,
              ledger_open(scene->path, LEDGER_WRITE, &scene->clock, &scene->ledger, &scene->fault));
}

static struct digest put(struct scene *scene, const char *text)
{
    struct digest digest = {0};
    assert_ok(scene, spool_put(scene->spool, text, strlen(text), &digest, &scene->fault));
    return digest;
}

struct scan_arrival scene_arrival(struct scene *scene, const char *site)
{
    char bytes[32];
    scene->letters++;
    (void)snprintf(bytes, sizeof bytes, "letter %u", scene->letters);
    return (struct scan_arrival){
        .id = {uuid_new(scene->wall_ms)},
        .site = site,
        .source = "scan.tif",
        .format = "tiff",
        .digest = put(scene, bytes),
        .size = strlen(bytes),
        .received_ms = scene->wall_ms,
        .actor = "intake",
    };
}

struct scan_id scene_accept(struct scene *scene, const char *site)
{
    struct scan_arrival arrival = scene_arrival(scene, site);
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    assert_false(acceptance.is_repeat);
    assert_false(acceptance.is_duplicate);
    return arrival.id;
}

struct job_record scene_lease(struct scene *scene, enum job_kind kind)
{
    bool found = false;
    struct job_record job = {0};
    assert_ok(scene, ledger_job_lease(scene->ledger, kind, "worker-1", 60000, &found, &job,
                                      &scene->fault));
    assert_true(found);
    return job;
}

void scene_assert_idle(struct scene *scene, enum job_kind kind)
{
    bool found = true;
    struct job_record job = {0};
    assert_ok(scene, ledger_job_lease(scene->ledger, kind, "worker-1", 60000, &found, &job,
                                      &scene->fault));
    assert_false(found);
}

void scene_complete_reading(struct scene *scene, const struct job_record *job, uint32_t pages)
{
    struct page_facts table[SCENE_PAGES_MOST];
    assert_true(pages <= SCENE_PAGES_MOST);
    for (uint32_t i = 0; i < pages; i++)
        table[i] = (struct page_facts){.number = i + 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    char bytes[64];
    (void)snprintf(bytes, sizeof bytes, "of job %d", (int)job->id.number);
    const struct read_document document = {
        .reading = put(scene, bytes), .text = put(scene, "text"), .pdf = put(scene, "pdf")};
    const struct read_result result = {
        .pages = table, .page_count = pages, .documents = &document, .document_count = 1};
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job->id, job->attempt, &result, &held,
                                          &scene->fault));
    assert_true(held);
}

static enum status first_document(void *context, const struct scan_record *scan,
                                  const struct document_record *document, struct fault *fault)
{
    (void)scan;
    (void)fault;
    struct document_record *found = context;
    if (document != NULL && uuid_equal(&document->scan.uuid, &found->scan.uuid) &&
        uuid_is_nil(&found->id.uuid))
        found->id = document->id;
    return STATUS_OK;
}

struct document_id scene_document_of(struct scene *scene, struct scan_id scan)
{
    struct document_record found = {.scan = scan};
    assert_ok(scene, ledger_list(scene->ledger, NULL, first_document, &found, &scene->fault));
    assert_false(uuid_is_nil(&found.id.uuid));
    return found.id;
}

struct document_id scene_document(struct scene *scene, const char *site)
{
    struct scan_id scan = scene_accept(scene, site);
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_true(uuid_equal(&job.scan.uuid, &scan.uuid));
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    return scene_document_of(scene, scan);
}

static struct document_id decided(struct scene *scene, const char *site, const char *case_number)
{
    struct document_id id = scene_document(scene, site);
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {
        .to_file = case_number != NULL,
        .case_number = case_number,
        .team = case_number == NULL ? NULL : "SG 50.2",
        .confidence = case_number == NULL ? 0.4 : 0.999,
        .runner_up = 0.1,
        .decided_by = "auto",
        .reason = "Weil.",
        .kind = "widerspruch",
        .kind_confidence = 0.9,
        .flags = "deadline",
        .explanation = put(scene, "{}"),
        .rules_version = "1",
        .register_version = 1,
    };
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
    return id;
}

struct document_id scene_in_clearing(struct scene *scene, const char *site)
{
    return decided(scene, site, NULL);
}

struct document_id scene_filed(struct scene *scene, const char *case_number)
{
    struct document_id id = decided(scene, "Waren", case_number);
    struct job_record job = scene_lease(scene, JOB_FILE);
    bool held = false;
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "SG 50.2/x", &held,
                                          &scene->fault));
    assert_true(held);
    job_record_done(&job);
    return id;
}

enum scan_state scene_scan_state(struct scene *scene, struct scan_id id)
{
    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_get(scene->ledger, id, &record, &scene->fault));
    enum scan_state state = record.state;
    scan_record_done(&record);
    return state;
}

enum document_state scene_document_state(struct scene *scene, struct document_id id)
{
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    enum document_state state = record.state;
    document_record_done(&record);
    return state;
}

void scene_register(struct scene *scene)
{
    static const char csv[] =
        "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team\n"
        "50.21.000001-1;Beispiel;Erika;1950-02-28;Am Markt;1;17033;Neubrandenburg;SG 50.2\n"
        "50.31.000002-2;Muster;Max;28.02.1961;Am Markt;2;17033;Neubrandenburg;SG 50.3\n";
    char path[64];
    (void)snprintf(path, sizeof path, "%s/register.csv", scene->folder);
    assert_ok(scene, durable_write_file(path, csv, strlen(csv), 0600, &scene->fault));
    const struct register_import import = {
        .csv_path = path, .drop_share_most = 0.1, .actor = "admin"};
    struct register_import_result result = {0};
    assert_ok(scene, register_import_csv(scene->ledger, &import, &result, &scene->fault));
    assert_int_equal(result.persons, 2);
}

/* Bytes are written x'00' in SQLite and '\\x00' here. */
static void run_translated(const char *url, const char *sql)
{
    char translated[1024];
    size_t length = 0;
    for (char before = ' '; *sql != '\0'; before = *sql++) {
        bool is_bytes = strncmp(sql, "x'", 2) == 0 && before != '\'';
        assert_true(length + 4 < sizeof translated);
        if (is_bytes) {
            memcpy(translated + length, "'\\x", 3);
            length += 3;
            sql++;
        } else {
            translated[length++] = *sql;
        }
    }
    translated[length] = '\0';
    run_on_server(url, translated);
}

void scene_sql(struct scene *scene, const char *sql)
{
    if (scene->is_server) {
        run_translated(scene->path, sql);
        return;
    }
    sqlite3 *handle = NULL;
    char *words = NULL;
    assert_int_equal(sqlite3_open(scene->path, &handle), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
    sqlite3_close(handle);
}

static int64_t server_number(const char *url, const char *sql)
{
    PGconn *server = connect_server(url);
    PGresult *result = PQexec(server, sql);
    if (PQntuples(result) < 1)
        fail_msg("%s: %s", sql, PQerrorMessage(server));
    int64_t number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(server);
    return number;
}

int64_t scene_sql_number(struct scene *scene, const char *sql)
{
    if (scene->is_server)
        return server_number(scene->path, sql);
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(scene->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return number;
}

void scene_assert_sound(struct scene *scene)
{
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    if (result.faults != 0)
        fail_msg("verify: %s", result.first_fault);
}
