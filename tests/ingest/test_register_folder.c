/* test_register_folder.c - exports put into the folder are imported when they are whole, and what
 * became of them is told beside them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "ingest/register_folder.h"

#define HEADER                                                                                     \
    "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team;status\n"

struct office {
    struct config config;
    struct ledger *ledger;
    struct clock clock;
    struct register_folder *folder;
    int64_t monotonic_ms;
    struct fault fault;
};

static int64_t wall(void *context)
{
    const struct office *office = context;
    return 1772435700000 + office->monotonic_ms;
}

static int64_t monotonic(void *context)
{
    const struct office *office = context;
    return office->monotonic_ms;
}

static int setup(void **state)
{
    static unsigned count;
    char path[64];
    struct office *office = calloc(1, sizeof *office);
    assert_non_null(office);
    office->clock = (struct clock){.wall_ms = wall, .monotonic_ms = monotonic, .context = office};
    (void)snprintf(path, sizeof path, "office%u/exports", ++count);
    office->config = (struct config){.register_folder = string_copy(path),
                                     .register_quiet_ms = 10000,
                                     .register_removed_words = string_copy("gelöscht"),
                                     .register_drop_share_most = 0.1};
    (void)snprintf(path, sizeof path, "office%u/ledger.db", count);
    assert_int_equal(
        ledger_open(path, LEDGER_CREATE, &office->clock, &office->ledger, &office->fault),
        STATUS_OK);
    assert_int_equal(register_folder_new(&office->config, office->ledger, &office->clock,
                                         &office->folder, &office->fault),
                     STATUS_OK);
    *state = office;
    return 0;
}

static int teardown(void **state)
{
    struct office *office = *state;
    register_folder_free(&office->folder);
    ledger_close(&office->ledger);
    free(office->config.register_folder);
    free(office->config.register_removed_words);
    free(office);
    return 0;
}

static void put(struct office *office, const char *name, const char *text)
{
    char *path = path_join(office->config.register_folder, name);
    assert_int_equal(durable_write_file(path, text, strlen(text), 0640, &office->fault), STATUS_OK);
    free(path);
}

static bool look(struct office *office)
{
    bool taken = false;
    assert_int_equal(register_folder_look(office->folder, &taken, &office->fault), STATUS_OK);
    return taken;
}

static int64_t version(struct office *office)
{
    int64_t now = -1;
    assert_int_equal(register_version(office->ledger, &now, &office->fault), STATUS_OK);
    return now;
}

/* The report beside the only file of a folder below the exports. */
static char *report_in(struct office *office, const char *name)
{
    char *path = path_join(office->config.register_folder, name);
    char *report = NULL;
    unsigned files = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t length = 0;
        if (entry->d_name[0] == '.')
            continue;
        files++;
        char *file = path_join(path, entry->d_name);
        if (string_ends_with(entry->d_name, ".csv.txt"))
            assert_int_equal(file_read(file, 100000, &report, &length, &office->fault), STATUS_OK);
        free(file);
    }
    (void)closedir(folder);
    free(path);
    assert_int_equal(files, report == NULL ? 0 : 2); // the export and its report
    return report;
}

static void an_export_is_imported_when_it_has_rested(void **state)
{
    struct office *office = *state;
    put(office, "faelle.CSV", HEADER "1;A;;;;;;;T;\n;B;;;;;;;T;\n");
    assert_false(look(office));
    office->monotonic_ms += 9999;
    assert_false(look(office));
    put(office, "faelle.CSV", HEADER "1;A;;;;;;;T;\n;B;;;;;;;T;\n2;C;;;;;;;T;\n"); // grows
    assert_false(look(office));
    office->monotonic_ms += 9999;
    assert_false(look(office));
    assert_int_equal(version(office), 0);
    office->monotonic_ms += 1;
    assert_true(look(office));
    assert_int_equal(version(office), 1);
    assert_false(look(office));
    char *path = path_join(office->config.register_folder, "faelle.CSV");
    assert_int_not_equal(access(path, F_OK), 0);
    free(path);
}

static void the_report_says_what_became_of_it(void **state)
{
    struct office *office = *state;
    put(office, "faelle.csv", HEADER "1;A;;;;;;;T;\n;B;;;;;;;T;\n2;C;;;;;;;T;\n");
    (void)look(office);
    office->monotonic_ms += 10000;
    assert_true(look(office));
    char *report = report_in(office, "done");
    assert_non_null(report);
    assert_non_null(strstr(report, "Fassung 1"));
    assert_non_null(strstr(report, "Nicht übernommene Zeilen: 1"));
    assert_non_null(strstr(report, "Zeile 3: there is no case number"));
    free(report);
}

static void what_is_no_register_is_refused_and_the_old_one_stays(void **state)
{
    struct office *office = *state;
    put(office, "faelle.csv", HEADER "1;A;;;;;;;T;\n");
    (void)look(office);
    office->monotonic_ms += 10000;
    assert_true(look(office));
    put(office, "mehr.csv", "Mahlzeit;Preis\nSuppe;3\n");
    (void)look(office);
    office->monotonic_ms += 10000;
    assert_true(look(office));
    assert_int_equal(version(office), 1);
    char *report = report_in(office, "refused");
    assert_non_null(report);
    assert_non_null(strstr(report, "NICHT übernommen"));
    assert_non_null(strstr(report, "case_number"));
    free(report);
}

static void half_written_and_foreign_files_are_left_alone(void **state)
{
    struct office *office = *state;
    static const char *const names[] = {".faelle.csv", "faelle.csv.part", "liesmich.txt", "csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(office, names[i], HEADER "1;A;;;;;;;T;\n");
    for (int i = 0; i < 3; i++) {
        assert_false(look(office));
        office->monotonic_ms += 20000;
    }
    assert_int_equal(version(office), 0);
}

static void increments_are_merged_when_the_configuration_says_so(void **state)
{
    struct office *office = *state;
    office->config.register_is_incremental = true;
    put(office, "a.csv", HEADER "1;A;;;;;;;T;\n2;B;;;;;;;T;\n3;C;;;;;;;T;\n");
    (void)look(office);
    office->monotonic_ms += 10000;
    assert_true(look(office));
    put(office, "b.csv", HEADER "2;Neu;;;;;;;T;\n");
    (void)look(office);
    office->monotonic_ms += 10000;
    assert_true(look(office));
    struct ledger_summary summary = {0};
    assert_int_equal(ledger_summarise(office->ledger, &summary, &office->fault), STATUS_OK);
    assert_int_equal(summary.register_persons, 3);
}

#define OFFICE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(an_export_is_imported_when_it_has_rested),
        OFFICE_TEST(the_report_says_what_became_of_it),
        OFFICE_TEST(what_is_no_register_is_refused_and_the_old_one_stays),
        OFFICE_TEST(half_written_and_foreign_files_are_left_alone),
        OFFICE_TEST(increments_are_merged_when_the_configuration_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
