/* test_findings.c - what is found needs days or many failures: with a clock of its own. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/store/scene.h"

#include "base/durable.h"
#include "monitor/findings.h"
#include "monitor/mail.h"
#include "monitor/scanner.h"
#include "monitor/silence.h"
#include "monitor/telling.h"
#include "store/remote_sites.h"

#define SECOND_MS      INT64_C(1000)
#define HOUR_MS        (3600 * SECOND_MS)
#define DAY_MS         (24 * HOUR_MS)
#define MONDAY_MS      INT64_C(1772409600000)    /* 2026-03-02T00:00:00Z, a Monday */
#define GOOD_FRIDAY_MS (MONDAY_MS + 32 * DAY_MS) /* 2026-04-03 */

/* ---- a silent site ----------------------------------------------------------------------------------- */

static void scan_at(struct scene *scene, int64_t wall_ms)
{
    scene->wall_ms = wall_ms;
    (void)scene_accept(scene, "Demmin");
}

/* Four Mondays, each with its first scan at 8 and further ones, before the one that is asked about. */
static void four_mondays(struct scene *scene)
{
    for (int week = 0; week < 4; week++)
        for (int hour = 8; hour < 15; hour += 3)
            scan_at(scene, MONDAY_MS + week * 7 * DAY_MS + hour * HOUR_MS);
}

static bool is_silent(struct scene *scene, int64_t now_ms, int64_t *ret_since_ms)
{
    bool silent = false;
    assert_ok(scene, silence_look(scene->ledger, "Demmin", now_ms, HOUR_MS, &silent, ret_since_ms,
                                  &scene->fault));
    return silent;
}

static void a_site_is_missed_after_the_time_it_usually_has_scanned_by(void **state)
{
    struct scene *scene = *state;
    int64_t since_ms = 0;
    four_mondays(scene);
    int64_t today = MONDAY_MS + 28 * DAY_MS; // the fifth Monday
    setenv("TZ", "UTC", 1);
    tzset();
    assert_false(is_silent(scene, today + 8 * HOUR_MS, &since_ms));
    assert_true(is_silent(scene, today + 9 * HOUR_MS, &since_ms));
    assert_int_equal(since_ms, today + 8 * HOUR_MS);
    scan_at(scene, today + 9 * HOUR_MS + SECOND_MS);
    assert_false(is_silent(scene, today + 10 * HOUR_MS, &since_ms));
}

static void nobody_is_missed_on_days_that_are_free_or_unknown(void **state)
{
    struct scene *scene = *state;
    int64_t since_ms = 0;
    setenv("TZ", "UTC", 1);
    tzset();
    for (int week = 0; week < 4; week++)
        scan_at(scene, GOOD_FRIDAY_MS - (4 - week) * 7 * DAY_MS + 8 * HOUR_MS);
    assert_false(is_silent(scene, GOOD_FRIDAY_MS + 12 * HOUR_MS, &since_ms));          // a holiday
    assert_false(is_silent(scene, GOOD_FRIDAY_MS + DAY_MS + 12 * HOUR_MS, &since_ms)); // Saturday
    assert_false(is_silent(scene, GOOD_FRIDAY_MS + 5 * DAY_MS + 12 * HOUR_MS, &since_ms)); // new
}

static void too_little_of_the_past_says_nothing(void **state)
{
    (void)state;
    struct silence_past past = {
        .was_working_day = {true,    true,    true, true},
          .first_ms = {HOUR_MS, HOUR_MS, -1,   -1  }
    };
    assert_false(silence_is_unusual(&past, false, 5 * HOUR_MS, HOUR_MS));
    past.first_ms[2] = 2 * HOUR_MS;
    assert_true(silence_is_unusual(&past, false, 5 * HOUR_MS, HOUR_MS));
    assert_false(silence_is_unusual(&past, false, 2 * HOUR_MS, HOUR_MS));
    assert_false(silence_is_unusual(&past, true, 5 * HOUR_MS, HOUR_MS));
    past.was_working_day[2] = false; // a holiday says nothing
    assert_false(silence_is_unusual(&past, false, 5 * HOUR_MS, HOUR_MS));
}

/* ---- from findings to notices ------------------------------------------------------------------------ */

struct watched {
    struct config config;
    struct config_site site;
    struct observation *seen;
    struct meters *meters;
    struct suspicions suspicions;
    unsigned changes;
};

static void watched_open(struct scene *scene, struct watched *watched)
{
    static char mail[] = "it@example.org, chief@example.org", authority[] = "Landkreis",
                office[] = "Sozialamt", name[] = "Demmin", nowhere[] = ".";
    *watched = (struct watched){
        .config = {.authority = authority,
                   .office_name = office,
                   .alarms = {.mail = mail,
                              .hold_ms = 60 * SECOND_MS,
                              .silence_ms = HOUR_MS,
                              .failures = 3},
                   .store = {.ledger = scene->path,
                             .spool = nowhere,
                             .cabinet = nowhere,
                             .runtime = nowhere},
                   .dispatch = {.key = nowhere},
                   .sheets = {.key = nowhere},
                   .site_count = 1},
        .site = {.name = name, .drop = nowhere},
        .seen = calloc(1, sizeof *watched->seen),
        .meters = calloc(1, sizeof *watched->meters),
    };
    watched->config.sites = &watched->site;
    assert_non_null(watched->seen);
    assert_non_null(watched->meters);
}

static void watched_close(struct watched *watched)
{
    free(watched->seen);
    free(watched->meters);
    suspicions_done(&watched->suspicions);
}

static void count_change(void *context, const struct suspicion *suspicion, bool is_raised)
{
    (void)suspicion;
    (void)is_raised;
    ((struct watched *)context)->changes++;
}

/* A look, a round, and what follows of it, as posteingang-monitor does. */
static void round_of(struct scene *scene, struct watched *watched)
{
    bool more = false;
    const struct findings findings = {.config = &watched->config,
                                      .seen = watched->seen,
                                      .meters = watched->meters,
                                      .ledger = scene->ledger,
                                      .suspicions = &watched->suspicions};
    assert_ok(scene, meters_follow(scene->ledger, watched->meters, 1000, &more, &scene->fault));
    assert_ok(scene, observe_instance(&watched->config, scene->ledger, scene->wall_ms,
                                      watched->seen, &scene->fault));
    assert_ok(scene, findings_make(&findings, &scene->fault));
    suspicions_settle(&watched->suspicions, scene->monotonic_ms);
    assert_ok(scene, suspicions_report(&watched->suspicions, scene->ledger, scene->monotonic_ms,
                                       watched->config.alarms.hold_ms, count_change, watched,
                                       &scene->fault));
    assert_ok(scene, telling_do(&watched->config, scene->ledger, &scene->fault));
}

static void time_passes(struct scene *scene, int64_t ms)
{
    scene->wall_ms += ms;
    scene->monotonic_ms += ms;
}

static int64_t standing(struct scene *scene, const char *kind)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM alarm WHERE kind = '%s' AND cleared_ms = 0", kind);
    return scene_sql_number(scene, sql);
}

static int64_t notices(struct scene *scene, const char *kind, const char *end)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM outbox WHERE once LIKE '%% %s %s%%'", end,
                   kind);
    return scene_sql_number(scene, sql);
}

static void silence_is_raised_and_over_and_both_are_told_to_everybody(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    setenv("TZ", "UTC", 1);
    tzset();
    watched_open(scene, &watched);
    four_mondays(scene);
    scene->wall_ms = MONDAY_MS + 28 * DAY_MS + 9 * HOUR_MS;
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "site_silent"), 0); // it has to hold first
    time_passes(scene, 60 * SECOND_MS);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "site_silent"), 1);
    assert_int_equal(notices(scene, "site_silent", "begin"), 2); // to both addresses
    (void)scene_accept(scene, "Demmin");
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "site_silent"), 1); // it has to be away first
    time_passes(scene, 60 * SECOND_MS);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "site_silent"), 0);
    assert_int_equal(notices(scene, "site_silent", "end"), 2);
    watched_close(&watched);
}

/* What the reception keeps of a desk; `trouble` "" for none. */
static void desk_says(struct scene *scene, int64_t oldest_ms, const char *trouble)
{
    const struct remote_site line = {
        .name = "Demmin",
        .worker_key = "demmin",
        .host = "desk-1",
        .version = "0.1",
        .since_ms = scene->wall_ms,
        .seen_ms = scene->wall_ms,
        .waiting = oldest_ms == 0 ? 0 : 3,
        .oldest_ms = oldest_ms,
        .source = "",
        .trouble = trouble,
    };
    assert_ok(scene, remote_site_keep(scene->ledger, &line, &scene->fault));
}

static void rounds_until_it_holds(struct scene *scene, struct watched *watched)
{
    round_of(scene, watched);
    time_passes(scene, 60 * SECOND_MS);
    round_of(scene, watched);
}

static void a_desk_far_away_is_missed_behind_or_held(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    watched_open(scene, &watched);
    watched.site.is_remote = true;
    watched.config.alarms.desk_silent_ms = HOUR_MS;
    watched.config.alarms.desk_behind_ms = DAY_MS;
    scene->wall_ms = MONDAY_MS;
    rounds_until_it_holds(scene, &watched); // it never came: nothing is said
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM alarm"
                                             " WHERE kind LIKE 'desk%' OR kind = 'site_folder'"
                                             " OR kind = 'intake'"),
                     0);
    desk_says(scene, scene->wall_ms - HOUR_MS, "");
    rounds_until_it_holds(scene, &watched);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM alarm WHERE kind LIKE 'desk%'"),
                     0);
    desk_says(scene, scene->wall_ms - 2 * DAY_MS, "no room");
    rounds_until_it_holds(scene, &watched);
    assert_int_equal(standing(scene, "desk_behind"), 1);
    assert_int_equal(standing(scene, "desk_held"), 1);
    assert_int_equal(standing(scene, "desk_silent"), 0);
    desk_says(scene, 0, "");
    rounds_until_it_holds(scene, &watched);
    assert_int_equal(standing(scene, "desk_behind") + standing(scene, "desk_held"), 0);
    time_passes(scene, 2 * HOUR_MS);
    rounds_until_it_holds(scene, &watched);
    assert_int_equal(standing(scene, "desk_silent"), 1);
    watched_close(&watched);
}

static void what_flickers_wakes_nobody(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    setenv("TZ", "UTC", 1);
    tzset();
    watched_open(scene, &watched);
    four_mondays(scene);
    scene->wall_ms = MONDAY_MS + 28 * DAY_MS + 9 * HOUR_MS;
    for (int i = 0; i < 10; i++) {
        watched.config.alarms.silence_ms = i % 2 == 0 ? HOUR_MS : 10 * HOUR_MS;
        round_of(scene, &watched);
        time_passes(scene, 50 * SECOND_MS);
    }
    assert_int_equal(notices(scene, "site_silent", "begin"), 0);
    watched_close(&watched);
}

/* Nobody listens on port 9 of this host. */
static void an_object_store_that_is_away_is_told(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    char url[] = "s3://bucket/office", endpoint[] = "http://127.0.0.1:9", word[] = "us-east-1",
         secret[] = "secret";
    watched_open(scene, &watched);
    char *folder = watched.config.store.spool;
    assert_ok(scene, durable_write_file(secret, "words", 5, 0600, &scene->fault));
    watched.config.store.s3 = (struct config_s3){.endpoint = endpoint,
                                                 .region = word,
                                                 .access_key = word,
                                                 .secret_file = secret,
                                                 .timeout_ms = 1000,
                                                 .cache = folder};
    watched.config.store.spool = url;
    round_of(scene, &watched);
    time_passes(scene, 60 * SECOND_MS);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "object_store"), 1);
    assert_true(watched.seen->has_object_store);
    assert_false(watched.seen->object_store_answers);
    watched.config.store.spool = folder;
    round_of(scene, &watched);
    time_passes(scene, 60 * SECOND_MS);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "object_store"), 0);
    watched_close(&watched);
}

static void fail_once(struct scene *scene)
{
    bool held = false;
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_SYSTEM,
                                     "no memory", &scene_rule, &held, &scene->fault));
    job_record_done(&job);
    time_passes(scene, 60 * SECOND_MS);
}

static void a_worker_that_fails_in_a_row_is_named_until_it_succeeds(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    watched_open(scene, &watched);
    watched.config.alarms.hold_ms = 0;
    (void)scene_accept(scene, "Demmin");
    fail_once(scene);
    fail_once(scene);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "worker_failing"), 0);
    fail_once(scene);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "worker_failing"), 1);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM alarm WHERE kind ="
                                             " 'worker_failing' AND subject = 'worker-1'"),
                     1);
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    round_of(scene, &watched);
    assert_int_equal(standing(scene, "worker_failing"), 0);
    assert_int_equal(notices(scene, "worker_failing", "end"), 2);
    watched_close(&watched);
}

/* What others report is told, too, and not cleared by a monitor that knows nothing of it. */
static void alarms_of_others_are_told_and_left_alone(void **state)
{
    struct scene *scene = *state;
    struct watched watched;
    const struct alarm_report report = {.kind = "deadline",
                                        .subject = "SG 50.2",
                                        .severity = ALARM_CRITICAL,
                                        .words = "A deadline was escalated."};
    watched_open(scene, &watched);
    watched.config.alarms.hold_ms = 0;
    assert_ok(scene, alarm_raise(scene->ledger, &report, NULL, &scene->fault));
    for (int i = 0; i < 3; i++) {
        round_of(scene, &watched);
        time_passes(scene, HOUR_MS);
    }
    assert_int_equal(standing(scene, "deadline"), 1);
    assert_int_equal(notices(scene, "deadline", "begin"), 2);
    watched_close(&watched);
}

/* ---- scanners -------------------------------------------------------------------------------------------- */

enum { A4_WIDTH = 1654, A4_HEIGHT = 2339, A4_DPI = 200 };

static struct page_facts page_of(uint32_t number, struct page_health health, int32_t height)
{
    return (struct page_facts){.number = number,
                               .outcome = PAGE_IN_DOCUMENT,
                               .document = 1,
                               .width = A4_WIDTH,
                               .height = height,
                               .dpi = A4_DPI,
                               .health = health};
}

/* Twenty pages, in two scans, are read as one document each. */
static void read_twenty(struct scene *scene, struct page_health health, int32_t height)
{
    bool held = false;
    struct page_facts pages[10];
    for (uint32_t i = 0; i < 10; i++)
        pages[i] = page_of(i + 1, health, height);
    for (int scan = 0; scan < 2; scan++) {
        time_passes(scene, SECOND_MS);
        (void)scene_accept(scene, "Demmin");
        struct job_record job = scene_lease(scene, JOB_READ);
        const struct read_document document = {
            .reading = digest_of("r", 1), .text = digest_of("t", 1), .pdf = digest_of("p", 1)};
        const struct read_result result = {
            .pages = pages, .page_count = 10, .documents = &document, .document_count = 1};
        assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                              &scene->fault));
        assert_true(held);
        job_record_done(&job);
    }
}

static void a_scanner_is_named_while_its_pages_say_so(void **state)
{
    static const struct page_health well = {.skew = 10, .contrast = 80};
    const struct {
        const char *kind;
        struct page_health health;
        int32_t height;
    } cases[] = {
        {"scanner_streak",   {.contrast = 80, .streak = 331}, A4_HEIGHT      },
        {"scanner_skew",     {.contrast = 80, .skew = -150},  A4_HEIGHT      },
        {"scanner_contrast", {.contrast = 50},                A4_HEIGHT      },
        {"scanner_double",   well,                            A4_HEIGHT + 400},
    };
    struct scene *scene = *state;
    struct watched watched;
    watched_open(scene, &watched);
    watched.config.alarms.hold_ms = 0;
    read_twenty(scene, well, A4_HEIGHT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].kind);
        read_twenty(scene, well, A4_HEIGHT);
        round_of(scene, &watched);
        assert_int_equal(standing(scene, cases[i].kind), 0);
        read_twenty(scene, cases[i].health, cases[i].height);
        round_of(scene, &watched);
        assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM alarm WHERE cleared_ms = 0"
                                                 " AND kind LIKE 'scanner_%'"),
                         1);
        assert_int_equal(standing(scene, cases[i].kind), 1);
        read_twenty(scene, well, A4_HEIGHT);
        round_of(scene, &watched);
        assert_int_equal(standing(scene, cases[i].kind), 0);
        assert_int_equal(notices(scene, cases[i].kind, "end"), 2);
    }
    watched_close(&watched);
}

static void a_few_such_pages_say_nothing(void **state)
{
    (void)state;
    bool troubles[SCANNER_TROUBLES];
    struct scanned_page pages[SCANNER_PAGES];
    for (size_t i = 0; i < SCANNER_PAGES; i++)
        pages[i] = (struct scanned_page){
            .health = {.contrast = 80}, .width = A4_WIDTH, .height = A4_HEIGHT, .dpi = A4_DPI};
    for (uint16_t i = 0; i < 15; i++)
        pages[i].health.streak = (uint16_t)(100 + 50 * i); // drawn by people, each elsewhere
    for (size_t i = 0; i < 9; i++) {
        pages[i].health.skew = 300;
        pages[i].health.contrast = 20;
    }
    pages[3].height = A4_HEIGHT + 400;
    scanner_judge(pages, SCANNER_PAGES, troubles);
    for (int i = 0; i < SCANNER_TROUBLES; i++)
        assert_false(troubles[i]);
    scanner_judge(pages, SCANNER_NEW - 1, troubles); // too few in all
    for (int i = 0; i < SCANNER_TROUBLES; i++)
        assert_false(troubles[i]);
}

/* ---- mail ------------------------------------------------------------------------------------------------ */

static void a_message_is_plain_ascii_with_short_lines(void **state)
{
    (void)state;
    struct text message = {0};
    char title[201];
    for (size_t i = 0; i < 100; i++)
        memcpy(title + 2 * i, "ü", 2);
    title[200] = '\0';
    mail_append(&message, &(struct mail){.from = "posteingang@example.org",
                                         .to = "it@example.org",
                                         .title = title,
                                         .body = "Ein Wort: Größe\n.\nnoch eines\n",
                                         .id = 7,
                                         .made_ms = MONDAY_MS});
    assert_true(text_ok(&message));
    const char *bytes = text_string(&message);
    assert_non_null(strstr(bytes, "Date: Mon, 2 Mar 2026 00:00:00 +0000\r\n"));
    assert_non_null(strstr(bytes, "Message-ID: <posteingang.7.1772409600000@example.org>\r\n"));
    size_t column = 0;
    for (size_t i = 0; bytes[i] != '\0'; i++) {
        assert_true((bytes[i] >= ' ' && bytes[i] <= '~') || bytes[i] == '\r' || bytes[i] == '\n');
        assert_true(bytes[i] != '\n' || (i > 0 && bytes[i - 1] == '\r'));
        column = bytes[i] == '\n' ? 0 : column + 1;
        assert_true(column <= 78);
    }
    text_done(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_site_is_missed_after_the_time_it_usually_has_scanned_by),
        SCENE_TEST(nobody_is_missed_on_days_that_are_free_or_unknown),
        cmocka_unit_test(too_little_of_the_past_says_nothing),
        SCENE_TEST(silence_is_raised_and_over_and_both_are_told_to_everybody),
        SCENE_TEST(a_desk_far_away_is_missed_behind_or_held),
        SCENE_TEST(what_flickers_wakes_nobody),
        SCENE_TEST(an_object_store_that_is_away_is_told),
        SCENE_TEST(a_worker_that_fails_in_a_row_is_named_until_it_succeeds),
        SCENE_TEST(alarms_of_others_are_told_and_left_alone),
        SCENE_TEST(a_scanner_is_named_while_its_pages_say_so),
        cmocka_unit_test(a_few_such_pages_say_nothing),
        cmocka_unit_test(a_message_is_plain_ascii_with_short_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
