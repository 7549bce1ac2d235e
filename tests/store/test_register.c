/* test_register.c - the register in the ledger: imported whole or not at all. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "tests/store/scene.h"

#define HEADER "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team\n"

/* Writes a register of `persons` persons, two in each case, all called `surname`. */
static const char *write_csv(struct scene *scene, const char *surname, int persons)
{
    static char path[64];
    struct text text = {0};
    text_append(&text, HEADER);
    for (int i = 0; i < persons; i++)
        text_append_format(&text, "50.21.%06d;%s;Nr %d;1950-01-01;Weg;1;17033;Ort;SG 1\n", i / 2,
                           surname, i);
    (void)snprintf(path, sizeof path, "%s/register.csv", scene->folder);
    assert_ok(scene, durable_write_file(path, text.bytes, text.length, 0600, &scene->fault));
    text_done(&text);
    return path;
}

static struct register_import import_of(const char *path)
{
    return (struct register_import){.csv_path = path, .drop_share_most = 0.10, .actor = "admin"};
}

static struct register_import_result import(struct scene *scene, const char *surname, int persons)
{
    struct register_import_result result = {0};
    const struct register_import import = import_of(write_csv(scene, surname, persons));
    assert_ok(scene, register_import_csv(scene->ledger, &import, &result, &scene->fault));
    return result;
}

struct walk {
    int rows;
    char first[64], last[64];
    int stop_at; /* 0: never */
};

static enum status note(void *context, const struct register_row *row, struct fault *fault)
{
    struct walk *walk = context;
    char words[64];
    (void)snprintf(words, sizeof words, "%s %s %s", row->fields[REGISTER_CASE_NUMBER],
                   row->fields[REGISTER_SURNAME], row->fields[REGISTER_GIVEN_NAMES]);
    if (walk->rows++ == 0)
        memcpy(walk->first, words, sizeof words);
    memcpy(walk->last, words, sizeof words);
    assert_string_equal(row->fields[REGISTER_BIRTH_DATE], "1950-01-01");
    assert_string_equal(row->fields[REGISTER_OTHER_IDS], "");
    return walk->rows == walk->stop_at ? fault_set(fault, STATUS_HALT, "stop") : STATUS_OK;
}

static void an_import_is_there_in_the_order_of_the_file(void **state)
{
    struct scene *scene = *state;
    struct walk walk = {0};
    int64_t version = 9;
    assert_ok(scene, register_version(scene->ledger, &version, &scene->fault));
    assert_int_equal(version, 0);
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 0);
    struct register_import_result result = import(scene, "Erste", 51);
    assert_int_equal(result.persons, 51);
    assert_int_equal(result.cases, 26);
    assert_int_equal(result.rejected, 0);
    assert_int_equal(result.persons_before, 0);
    assert_ok(scene, register_version(scene->ledger, &version, &scene->fault));
    assert_int_equal(version, result.version);
    scene_reopen(scene);
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 51);
    assert_string_equal(walk.first, "50.21.000000 Erste Nr 0");
    assert_string_equal(walk.last, "50.21.000025 Erste Nr 50");
    scene_assert_sound(scene);
}

static void a_case_gives_its_persons(void **state)
{
    struct scene *scene = *state;
    struct walk walk = {0};
    (void)import(scene, "Erste", 10);
    (void)import(scene, "Zweite", 10); // only of the current version
    assert_ok(scene, register_case(scene->ledger, "50.21.000003", note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 2);
    assert_string_equal(walk.first, "50.21.000003 Zweite Nr 6");
    walk = (struct walk){0};
    assert_ok(scene, register_case(scene->ledger, "50.21.999999", note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 0);
}

static void a_walk_ends_with_the_callback_s_status(void **state)
{
    struct scene *scene = *state;
    struct walk walk = {.stop_at = 3};
    (void)import(scene, "Erste", 10);
    assert_status(scene, register_each(scene->ledger, note, &walk, &scene->fault), STATUS_HALT);
    assert_int_equal(walk.rows, 3);
    (void)scene_accept(scene, "Waren"); // and the ledger goes on
}

static void versions_grow_and_only_two_are_kept(void **state)
{
    struct scene *scene = *state;
    int64_t last = 0;
    for (int i = 0; i < 4; i++) {
        struct register_import_result result = import(scene, i % 2 == 0 ? "Eins" : "Zwei", 20);
        assert_true(result.version > last);
        last = result.version;
        assert_int_equal(result.persons_before, i == 0 ? 0 : 20);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM register_row"), 40);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM register_version"), 4);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM register_version WHERE state = 'gone'"), 2);
    scene_assert_sound(scene);
}

static void a_register_that_shrank_too_much_is_refused_unless_forced(void **state)
{
    struct scene *scene = *state;
    struct register_import_result result = {0};
    struct walk walk = {0};
    (void)import(scene, "Alt", 100);
    struct register_import smaller = import_of(write_csv(scene, "Neu", 89));
    assert_status(scene, register_import_csv(scene->ledger, &smaller, &result, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "89 persons"));
    assert_non_null(strstr(scene->fault.text, "more than 10 %"));
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 100);
    smaller.force = true;
    assert_ok(scene, register_import_csv(scene->ledger, &smaller, &result, &scene->fault));
    assert_int_equal(result.persons_before, 100);
    (void)import(scene, "Wieder", 81); // just above 90 % of 89
    scene_assert_sound(scene);
}

static void a_dry_run_checks_everything_and_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct register_import_result result = {0};
    struct register_import dry = import_of(write_csv(scene, "Probe", 30));
    dry.dry_run = true;
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    assert_ok(scene, register_import_csv(scene->ledger, &dry, &result, &scene->fault));
    assert_int_equal(result.persons, 30);
    assert_int_equal(result.version, 0);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM register_version"), 0);
    (void)import(scene, "Alt", 100);
    dry.csv_path = write_csv(scene, "Neu", 50);
    assert_status(scene, register_import_csv(scene->ledger, &dry, &result, &scene->fault),
                  STATUS_REFUSE);
    // A reader may do it, too.
    struct ledger *reader = NULL;
    dry.csv_path = write_csv(scene, "Neu", 100);
    assert_ok(scene, ledger_open(scene->path, LEDGER_READ, &scene->clock, &reader, &scene->fault));
    assert_ok(scene, register_import_csv(reader, &dry, &result, &scene->fault));
    ledger_close(&reader);
}

struct rejections {
    int count;
    uint64_t line;
    char reason[128];
};

static void note_rejection(void *context, uint64_t line, const char *reason)
{
    struct rejections *rejections = context;
    rejections->count++;
    rejections->line = line;
    (void)snprintf(rejections->reason, sizeof rejections->reason, "%s", reason);
}

static enum status import_text(struct scene *scene, const char *text, struct rejections *rejections,
                               struct register_import_result *ret_result)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/text.csv", scene->folder);
    assert_ok(scene, durable_write_file(path, text, strlen(text), 0600, &scene->fault));
    struct register_import import = import_of(path);
    import.rejected = note_rejection;
    import.context = rejections;
    return register_import_csv(scene->ledger, &import, ret_result, &scene->fault);
}

static void rejected_rows_are_told_once_and_the_others_taken(void **state)
{
    struct scene *scene = *state;
    struct rejections rejections = {0};
    struct register_import_result result = {0};
    assert_ok(scene,
              import_text(scene, HEADER "1;A;;;;;;;T\n1;A;;;;;;;T\n;B;;;;;;;T\n2;C;;;;;;;T\n",
                          &rejections, &result));
    assert_int_equal(rejections.count, 1);
    assert_int_equal(rejections.line, 4);
    assert_string_equal(rejections.reason, "there is no case number");
    assert_int_equal(result.persons, 2);
    assert_int_equal(result.rejected, 1);
    assert_int_equal(result.folded, 1);
}

static void a_file_that_is_mostly_wrong_is_refused(void **state)
{
    struct scene *scene = *state;
    struct rejections rejections = {0};
    struct register_import_result result = {0};
    assert_status(
        scene,
        import_text(scene, HEADER "1;A;;;;;;;T\n;B;;;;;;;T\n;C;;;;;;;T\n", &rejections, &result),
        STATUS_REFUSE);
    assert_status(scene, import_text(scene, HEADER, &rejections, &result), STATUS_REFUSE);
    const struct register_import missing = import_of("no/such/file.csv");
    assert_status(scene, register_import_csv(scene->ledger, &missing, &result, &scene->fault),
                  STATUS_REFUSE);
    int64_t version = 9;
    assert_ok(scene, register_version(scene->ledger, &version, &scene->fault));
    assert_int_equal(version, 0);
}

/* More rows than one portion, and an import that died in the middle before. */
static void what_a_dead_import_left_is_removed_by_the_next(void **state)
{
    struct scene *scene = *state;
    (void)import(scene, "Eins", 12);
    scene_sql(scene, "INSERT INTO register_version (id, state, imported_ms, sha256, persons, cases)"
                     " VALUES (70, 'staged', 0, x'00', 9, 9);"
                     "INSERT INTO register_row SELECT 70, line, case_number, surname, given_names,"
                     " birth_date, street, house_number, postcode, city, team, benefit,"
                     " caseworker, site, status, other_ids, '', '', 0 FROM register_row");
    struct walk walk = {0};
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 12); // nobody sees it meanwhile
    struct register_import_result result = import(scene, "Zwei", 25000);
    assert_int_equal(result.version, scene->is_server ? 2 : 71); // a server counts what it gave
    assert_int_equal(result.persons, 25000);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM register_row"), 25012);
    walk = (struct walk){0};
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 25000);
    scene_assert_sound(scene);
}

/* Two imports at once: the register is the one or the other, whole, and the ledger is sound. */
static void imports_at_the_same_time_do_not_mix(void **state)
{
    struct scene *scene = *state;
    enum { PERSONS = 15000 };
    char path[64];
    (void)snprintf(path, sizeof path, "%s", write_csv(scene, "Gleich", PERSONS));
    pid_t child = fork();
    assert_true(child >= 0);
    const struct register_import import = import_of(path);
    if (child == 0) {
        struct ledger *ledger = NULL;
        struct register_import_result result = {0};
        enum status status = ledger_open(scene->path, LEDGER_WRITE, clock_system(), &ledger, NULL);
        if (status == STATUS_OK)
            status = register_import_csv(ledger, &import, &result, NULL);
        ledger_close(&ledger);
        _exit(status != STATUS_OK && status != STATUS_LATER);
    }
    struct register_import_result result = {0};
    enum status status = register_import_csv(scene->ledger, &import, &result, &scene->fault);
    assert_true(status == STATUS_OK || status == STATUS_LATER);
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    struct walk walk = {0};
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, PERSONS);
    scene_assert_sound(scene);
}

struct undisturbed {
    struct scene *scene;
    struct walk walk;
};

/* Imports a new version, with another connection, from inside a walk over the old one. */
static enum status import_meanwhile(void *context, const struct register_row *row,
                                    struct fault *fault)
{
    struct undisturbed *undisturbed = context;
    if (undisturbed->walk.rows == 2)
        (void)import(undisturbed->scene, "Zwei", 10);
    return note(&undisturbed->walk, row, fault);
}

static void a_walk_sees_one_version_while_another_is_imported(void **state)
{
    struct scene *scene = *state;
    struct ledger *reader = NULL;
    struct undisturbed undisturbed = {.scene = scene};
    (void)import(scene, "Null", 10);
    (void)import(scene, "Eins", 10);
    assert_ok(scene, ledger_open(scene->path, LEDGER_READ, &scene->clock, &reader, &scene->fault));
    assert_ok(scene, register_each(reader, import_meanwhile, &undisturbed, &scene->fault));
    assert_int_equal(undisturbed.walk.rows, 10);
    assert_string_equal(undisturbed.walk.last, "50.21.000004 Eins Nr 9");
    undisturbed.walk = (struct walk){.rows = 3};
    assert_ok(scene, register_each(reader, import_meanwhile, &undisturbed, &scene->fault));
    assert_string_equal(undisturbed.walk.last, "50.21.000004 Zwei Nr 9");
    ledger_close(&reader);
}

/* ---- incremental imports -------------------------------------------------------------------- */

static const struct register_words test_words = {.closed = "beendet; Abgeschlossen",
                                                 .blocked = "gesperrt",
                                                 .not_blocked = "nein;-",
                                                 .removed = "gelöscht"};

#define STATUS_HEADER                                                                              \
    "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team;status;"    \
    "old_numbers;blocked\n"

static struct register_import_result change(struct scene *scene, const char *text, bool incremental)
{
    char path[64];
    struct register_import_result result = {0};
    (void)snprintf(path, sizeof path, "%s/change.csv", scene->folder);
    assert_ok(scene, durable_write_file(path, text, strlen(text), 0600, &scene->fault));
    struct register_import import = import_of(path);
    import.words = test_words;
    import.is_incremental = incremental;
    import.force = true;
    assert_ok(scene, register_import_csv(scene->ledger, &import, &result, &scene->fault));
    return result;
}

static enum status collect(void *context, const struct register_row *row, struct fault *fault)
{
    (void)fault;
    text_append_format(context, "%s%s %s%s%s", ((struct text *)context)->length == 0 ? "" : ", ",
                       row->fields[REGISTER_CASE_NUMBER], row->fields[REGISTER_SURNAME],
                       row->is_closed ? " closed" : "", row->is_blocked ? " blocked" : "");
    return STATUS_OK;
}

static void assert_register(struct scene *scene, const char *expected)
{
    struct text rows = {0};
    assert_ok(scene, register_each(scene->ledger, collect, &rows, &scene->fault));
    assert_string_equal(text_string(&rows), expected);
    text_done(&rows);
}

static void an_incremental_import_changes_its_cases_and_no_others(void **state)
{
    struct scene *scene = *state;
    (void)change(scene,
                 STATUS_HEADER "1;A;;;;;;;T;;;\n1;B;;;;;;;T;;;\n2;C;;;;;;;T;;;\n3;D;;;;;;;T;;;\n"
                               "4;E;;;;;;;T;;;\n",
                 false);
    struct register_import_result result = change(
        scene,
        STATUS_HEADER "1;A;;;;;;;T;;;\n3;D;;;;;;;T;;;\n5;F;;;;;;;T;;;\n4;E;;;;;;;T;gelöscht;;\n",
        true);
    assert_register(scene, "2 C, 1 A, 3 D, 5 F"); // B has left case 1
    assert_int_equal(result.cases_new, 1);
    assert_int_equal(result.cases_changed, 1);
    assert_int_equal(result.cases_gone, 1);
    assert_int_equal(result.cases_same, 2);
    assert_int_equal(result.persons, 4);
    assert_int_equal(result.cases, 4);
    assert_int_equal(result.removed, 1);
    assert_int_equal(result.persons_before, 5);
    assert_int_equal(
        scene_sql_number(scene, "SELECT persons FROM register_version WHERE state = 'current'"), 4);
    (void)change(scene, STATUS_HEADER "2;C;;;;;;;T;beendet zum 1.3.;;\n", true);
    assert_register(scene, "1 A, 3 D, 5 F, 2 C closed");
    scene_assert_sound(scene);
}

static void an_incremental_import_of_the_same_changes_nothing(void **state)
{
    struct scene *scene = *state;
    static const char text[] = STATUS_HEADER "1;A;;;;;;;T;;;\n1;B;;;;;;;T;;;\n2;C;;;;;;;T;;;\n";
    (void)change(scene, text, false);
    struct register_import_result result = change(scene, text, true);
    assert_int_equal(result.cases_same, 2);
    assert_int_equal(result.cases_new + result.cases_changed + result.cases_gone, 0);
    assert_register(scene, "1 A, 1 B, 2 C");
}

static void an_incremental_import_on_an_empty_register_fills_it(void **state)
{
    struct scene *scene = *state;
    struct register_import_result result =
        change(scene, STATUS_HEADER "1;A;;;;;;;T;;;\n2;B;;;;;;;T;gelöscht;;\n", true);
    assert_int_equal(result.cases_new, 1);
    assert_register(scene, "1 A");
}

static void a_full_import_tells_what_it_changed(void **state)
{
    struct scene *scene = *state;
    (void)change(scene, STATUS_HEADER "1;A;;;;;;;T;;;\n2;B;;;;;;;T;;;\n3;C;;;;;;;T;;;\n", false);
    struct register_import_result result = change(
        scene,
        STATUS_HEADER "3;C;;;;;;;T;;;\n4;D;;;;;;;T;;;\n2;B;;;;;;;Z;;;\n9;X;;;;;;;T;gelöscht;;\n",
        false);
    assert_int_equal(result.cases_new, 1);
    assert_int_equal(result.cases_changed, 1);
    assert_int_equal(result.cases_gone, 1);
    assert_int_equal(result.cases_same, 1);
    assert_register(scene, "3 C, 4 D, 2 B");
}

/* More rows than one portion stay, and a dry run of an increment tells without writing. */
static void a_large_register_is_carried_over(void **state)
{
    struct scene *scene = *state;
    (void)import(scene, "Viele", 11000);
    struct register_import_result result =
        change(scene, HEADER "50.21.000000;Neu;Nr 0;1950-01-01;Weg;1;17033;Ort;SG 1\n", true);
    assert_int_equal(result.persons, 10999);
    assert_int_equal(result.cases_changed, 1);
    struct walk walk = {0};
    assert_ok(scene, register_each(scene->ledger, note, &walk, &scene->fault));
    assert_int_equal(walk.rows, 10999);
    assert_string_equal(walk.last, "50.21.000000 Neu Nr 0");
    scene_assert_sound(scene);
}

static void what_the_register_s_words_mean_is_configured(void **state)
{
    struct scene *scene = *state;
    (void)change(scene,
                 STATUS_HEADER
                 "1;A;;;;;;;T;laufend;;\n2;B;;;;;;;T;BEENDET;;\n3;C;;;;;;;T;beendetes;;\n"
                 "4;D;;;;;;;T;gesperrt;;\n5;E;;;;;;;T;beendet;;ja\n"
                 "6;F;;;;;;;T;;;nein\n7;G;;;;;;;T;;;-\n8;H;;;;;;;T;;;bis 2031\n",
                 false);
    assert_register(scene, "1 A, 2 B closed, 3 C, 4 D blocked, 5 E closed blocked, 6 F, 7 G, "
                           "8 H blocked");
}

static void field_names_are_the_contract_s(void **state)
{
    (void)state;
    assert_string_equal(register_field_name(REGISTER_CASE_NUMBER), "case_number");
    assert_string_equal(register_field_name(REGISTER_TEAM), "team");
    assert_string_equal(register_field_name(REGISTER_OTHER_IDS), "other_ids");
    for (int i = 0; i < REGISTER_FIELDS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(register_field_name((enum register_field)i),
                                    register_field_name((enum register_field)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_import_is_there_in_the_order_of_the_file),
        SCENE_TEST(a_case_gives_its_persons),
        SCENE_TEST(a_walk_ends_with_the_callback_s_status),
        SCENE_TEST(versions_grow_and_only_two_are_kept),
        SCENE_TEST(a_register_that_shrank_too_much_is_refused_unless_forced),
        SCENE_TEST(a_dry_run_checks_everything_and_changes_nothing),
        SCENE_TEST(rejected_rows_are_told_once_and_the_others_taken),
        SCENE_TEST(a_file_that_is_mostly_wrong_is_refused),
        SCENE_TEST(what_a_dead_import_left_is_removed_by_the_next),
        SCENE_TEST(imports_at_the_same_time_do_not_mix),
        SCENE_TEST(a_walk_sees_one_version_while_another_is_imported),
        SCENE_TEST(an_incremental_import_changes_its_cases_and_no_others),
        SCENE_TEST(an_incremental_import_of_the_same_changes_nothing),
        SCENE_TEST(an_incremental_import_on_an_empty_register_fills_it),
        SCENE_TEST(a_full_import_tells_what_it_changed),
        SCENE_TEST(a_large_register_is_carried_over),
        SCENE_TEST(what_the_register_s_words_mean_is_configured),
        SCENE_TEST(field_names_are_the_contract_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
