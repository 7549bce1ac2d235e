/* test_intake.c - promises of posteingang-intake, the program, with a real ledger and spool: what
 * is dropped is taken over for good, once, and only when it is whole; the rest comes back with a
 * reason. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/durable.h"
#include "store/spool.h"
#include "tests/ingest/instance.h"
#include "tests/ingest/small_files.h"

static const char *const no_arguments[] = {NULL};
static const char *const sweep_arguments[] = {"--sweep-only", "--sweep-ms=100", NULL};

static const struct instance_settings quick = {.quiet = "100ms", .incomplete = "1s"};
/* For what must not be refused, however slow the machine is. */
static const struct instance_settings patient = {.quiet = "200ms", .incomplete = "10min"};

static struct text small_png_of(unsigned char shade)
{
    struct text file = {0};
    small_png(&file, shade);
    return file;
}

static void drop_png(const char *path, unsigned char shade)
{
    struct text file = small_png_of(shade);
    write_file(path, &file);
    text_done(&file);
}

struct expected_count {
    enum scan_state state;
    size_t count;
};

static bool count_is(const void *context)
{
    const struct expected_count *expected = context;
    return instance_count(expected->state) >= expected->count;
}

static void wait_for_count(enum scan_state state, size_t count)
{
    struct expected_count expected = {.state = state, .count = count};
    instance_wait(count_is, &expected, scan_state_name(state));
    assert_int_equal(instance_count(state), count);
}

/* The scan's bytes are in the spool, and are these. */
static void expect_in_spool(const struct text *bytes)
{
    struct spool *spool = NULL;
    struct fault fault;
    assert_int_equal(spool_open("spool", &spool, &fault), STATUS_OK);
    struct digest digest = digest_of(bytes->bytes, bytes->length);
    assert_int_equal(spool_check(spool, &digest, &fault), STATUS_OK);
    spool_close(&spool);
}

/* ---- taking over ---------------------------------------------------------------------------- */

static void takes_over_every_format_from_every_folder(void **state)
{
    (void)state;
    instance_make(&quick);
    struct text files[4] = {{0}};
    static const char *const paths[] = {DROP_DEMMIN "/a.tif", DROP_DEMMIN "/Scanner 1/b.PDF",
                                        DROP_WAREN "/x/y/c.jpg", DROP_WAREN "/ohne-endung"};
    static const char *const sources[] = {"a.tif", "Scanner 1/b.PDF", "x/y/c.jpg", "ohne-endung"};
    struct small_tiff tiff = {.pages = 3, .strips = 2, .shade = 7};
    small_tiff(&files[0], &tiff);
    small_pdf(&files[1], "Antrag");
    small_jpeg(&files[2], 9);
    small_png(&files[3], 9);
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/Scanner 1", 0700, &fault), STATUS_OK);
    pid_t intake = instance_start(no_arguments);
    assert_int_equal(durable_make_folders(DROP_WAREN "/x/y", 0700, &fault), STATUS_OK);
    for (size_t i = 0; i < 4; i++)
        write_file(paths[i], &files[i]);
    wait_for_count(SCAN_RECEIVED, 4);
    instance_wait_until_empty();
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(instance_state_of(sources[i]), SCAN_RECEIVED);
        assert_false(file_is_there(paths[i]));
        expect_in_spool(&files[i]);
        text_done(&files[i]);
    }
    instance_stop(intake);
}

static void links_the_same_bytes_to_the_first(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(no_arguments);
    drop_png(DROP_DEMMIN "/first.png", 1);
    wait_for_count(SCAN_RECEIVED, 1);
    drop_png(DROP_WAREN "/second.png", 1);
    wait_for_count(SCAN_DUPLICATE, 1);
    instance_wait_until_empty();
    instance_stop(intake);
    static struct instance_scans scans;
    instance_scans(&scans);
    assert_int_equal(scans.count, 2);
    assert_true(uuid_equal(&scans.records[0].id.uuid, &scans.records[1].duplicate_of.uuid));
    instance_scans_done(&scans);
}

/* Watching begins some time after "ready": files come in until one is noticed. None of them rests
 * for the quiet time. */
static void takes_a_whole_file_that_is_renamed_in_at_once(void **state)
{
    (void)state;
    enum { FILES_MOST = 60, NOTICED_MS = 500 };
    static const struct instance_settings sluggish = {.quiet = "1h", .incomplete = "2h"};
    instance_make(&sluggish);
    pid_t intake = instance_start(no_arguments);
    instance_wait_for_log("ready");
    for (int i = 0; i < FILES_MOST && instance_count(SCAN_RECEIVED) == 0; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, DROP_DEMMIN "/scan%d.png", i);
        drop_png(DROP_DEMMIN "/scan.png.tmp", (unsigned char)i);
        assert_int_equal(rename(DROP_DEMMIN "/scan.png.tmp", path), 0);
        sleep_ms(NOTICED_MS);
    }
    assert_true(instance_count(SCAN_RECEIVED) > 0);
    instance_stop(intake);
}

static void finds_files_without_being_notified(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(sweep_arguments);
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/a/b", 0700, &fault), STATUS_OK);
    drop_png(DROP_DEMMIN "/a/b/scan.png", 1);
    drop_png(DROP_WAREN "/scan.png", 2);
    wait_for_count(SCAN_RECEIVED, 2);
    instance_stop(intake);
    assert_true(instance_log_says("swept only"));
}

static void leaves_files_in_the_making_alone(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(sweep_arguments);
    static const char *const names[] = {DROP_DEMMIN "/.scan.png", DROP_DEMMIN "/scan.png.tmp",
                                        DROP_DEMMIN "/scan.png.part", DROP_DEMMIN "/scan.png~"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        drop_png(names[i], (unsigned char)i);
    drop_png(DROP_DEMMIN "/last.png", 99);
    wait_for_count(SCAN_RECEIVED, 1);
    sleep_ms(500);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(file_is_there(names[i]));
    assert_int_equal(instance_count(SCAN_RECEIVED), 1);
    instance_stop(intake);
}

/* ---- only what is whole --------------------------------------------------------------------- */

static void append_to(const char *path, const char *bytes, size_t length)
{
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), length);
    assert_int_equal(close(file), 0);
}

/* One byte each 100 ms, the file opened and closed for each. */
static void waits_for_a_slow_writer(void **state)
{
    (void)state;
    instance_make(&patient);
    pid_t intake = instance_start(sweep_arguments);
    struct text file = small_png_of(1);
    size_t quickly = file.length - 30;
    append_to(DROP_DEMMIN "/slow.png", file.bytes, quickly);
    for (size_t i = quickly; i < file.length; i++) {
        assert_int_equal(instance_count(SCAN_RECEIVED), 0);
        sleep_ms(100);
        append_to(DROP_DEMMIN "/slow.png", file.bytes + i, 1);
    }
    wait_for_count(SCAN_RECEIVED, 1);
    expect_in_spool(&file);
    text_done(&file);
    instance_stop(intake);
}

/* A child that writes the first `length` bytes, stops itself, and writes the rest when it is told
 * to go on. */
static pid_t start_writer(const char *path, const struct text *file, size_t length)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int out = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        bool good = out >= 0 && write(out, file->bytes, length) == (ssize_t)length;
        (void)raise(SIGSTOP);
        good = good && write(out, file->bytes + length, file->length - length) ==
                           (ssize_t)(file->length - length);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    return child;
}

static void end_writer(pid_t writer, int signal_number)
{
    assert_int_equal(kill(writer, signal_number), 0);
    int status = 0;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(signal_number == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void waits_for_a_writer_that_was_stopped(void **state)
{
    (void)state;
    instance_make(&patient);
    pid_t intake = instance_start(sweep_arguments);
    struct text file = {0};
    struct small_tiff tiff = {.pages = 2, .strips = 4, .shade = 3};
    small_tiff(&file, &tiff);
    pid_t writer = start_writer(DROP_DEMMIN "/stopped.tif", &file, file.length / 2);
    sleep_ms(1500); // many times the quiet time
    assert_int_equal(instance_count(SCAN_RECEIVED), 0);
    assert_int_equal(instance_count(SCAN_REFUSED), 0);
    end_writer(writer, SIGCONT);
    wait_for_count(SCAN_RECEIVED, 1);
    expect_in_spool(&file);
    text_done(&file);
    instance_stop(intake);
}

/* A first page that is whole by itself, and a writer that still has the file open: more pages may
 * come. Only some file systems tell. */
static void waits_for_whoever_has_the_file_open(void **state)
{
    (void)state;
    instance_make(&patient);
    struct statfs system;
    assert_int_equal(statfs(".", &system), 0);
    bool tells = system.f_type == 0xEF53 || system.f_type == 0x58465342 ||
                 system.f_type == 0x9123683E || system.f_type == 0x01021994;
    if (!tells) {
        print_message("skipped: this file system does not tell who has a file open\n");
        skip();
    }
    pid_t intake = instance_start(sweep_arguments);
    struct text file = small_png_of(5);
    pid_t writer = start_writer(DROP_DEMMIN "/open.png", &file, file.length);
    sleep_ms(1500);
    assert_int_equal(instance_count(SCAN_RECEIVED), 0);
    end_writer(writer, SIGCONT);
    wait_for_count(SCAN_RECEIVED, 1);
    text_done(&file);
    instance_stop(intake);
}

static void gives_back_what_a_killed_writer_left(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(no_arguments);
    struct text file = small_png_of(1);
    pid_t writer = start_writer(DROP_DEMMIN "/half.png", &file, file.length / 2);
    end_writer(writer, SIGKILL);
    wait_for_count(SCAN_REFUSED, 1);
    instance_wait_until_empty();
    struct text left = {0};
    append_file(&left, DROP_DEMMIN "/_refused/half.png");
    assert_int_equal(left.length, file.length / 2);
    assert_memory_equal(left.bytes, file.bytes, left.length);
    struct text note = {0};
    append_file(&note, DROP_DEMMIN "/_refused/half.png.txt");
    assert_non_null(strstr(text_string(&note), "unvollständig"));
    text_done(&left);
    text_done(&note);
    text_done(&file);
    instance_stop(intake);
}

static void takes_the_file_that_was_renamed_over_another(void **state)
{
    (void)state;
    instance_make(&patient);
    pid_t intake = instance_start(no_arguments);
    struct text file = small_png_of(1);
    append_to(DROP_DEMMIN "/scan.png", file.bytes, file.length / 2);
    sleep_ms(600);
    write_file(DROP_DEMMIN "/scan.png.tmp", &file);
    assert_int_equal(rename(DROP_DEMMIN "/scan.png.tmp", DROP_DEMMIN "/scan.png"), 0);
    wait_for_count(SCAN_RECEIVED, 1);
    instance_wait_until_empty();
    expect_in_spool(&file);
    assert_int_equal(instance_count(SCAN_REFUSED), 0);
    text_done(&file);
    instance_stop(intake);
}

/* ---- refusing ------------------------------------------------------------------------------- */

static void make_refusables(void)
{
    struct text words = {0};
    text_append(&words, "Sehr geehrte Damen und Herren");
    write_file(DROP_DEMMIN "/brief.docx", &words);
    text_clear(&words);
    write_file(DROP_DEMMIN "/leer.tif", &words);
    while (words.length < 20000)
        text_append(&words, "%PDF-");
    write_file(DROP_DEMMIN "/riese.pdf", &words);
    text_done(&words);
    drop_png("outside.png", 1);
    assert_int_equal(link("outside.png", DROP_DEMMIN "/zweitname.png"), 0);
    assert_int_equal(symlink("../../outside.png", DROP_DEMMIN "/verweis.png"), 0);
    assert_int_equal(mkfifo(DROP_DEMMIN "/roehre", 0600), 0);
    drop_png(DROP_DEMMIN "/zeilen\numbruch.png", 2);
    drop_png(DROP_DEMMIN "/M\xFCller.png", 3);
}

static void gives_back_what_can_never_be_taken(void **state)
{
    (void)state;
    static const struct {
        const char *source, *words;
    } cases[] = {
        {"brief.docx",           "weder TIFF noch PDF"     },
        {"leer.tif",             "leer"                    },
        {"riese.pdf",            "größer"                },
        {"zweitname.png",        "zweiten Namen"           },
        {"verweis.png",          "Verweis"                 },
        {"roehre",               "keine gewöhnliche Datei"},
        {"zeilen%0Aumbruch.png", "Dateiname"               },
        {"M%FCller.png",         "Dateiname"               },
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    struct instance_settings settings = quick;
    settings.scan_size = "10kB";
    instance_make(&settings);
    pid_t intake = instance_start(sweep_arguments);
    make_refusables();
    drop_png(DROP_DEMMIN "/gut.png", 9);
    wait_for_count(SCAN_REFUSED, CASES);
    wait_for_count(SCAN_RECEIVED, 1);
    instance_wait_until_empty();
    instance_stop(intake);
    for (size_t i = 0; i < CASES; i++) {
        assert_int_equal(instance_state_of(cases[i].source), SCAN_REFUSED);
        struct text path = {0};
        struct text note = {0};
        text_append_format(&path, DROP_DEMMIN "/_refused/%s", cases[i].source);
        assert_true(file_is_there(path.bytes));
        text_append(&path, ".txt");
        append_file(&note, path.bytes);
        if (strstr(text_string(&note), cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].source, text_string(&note));
        text_done(&path);
        text_done(&note);
    }
    assert_true(file_is_there("outside.png"));
}

static void gives_back_under_another_name_when_one_is_taken(void **state)
{
    (void)state;
    instance_make(&quick);
    struct text words = {0};
    text_append(&words, "eins");
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/s", 0700, &fault), STATUS_OK);
    write_file(DROP_DEMMIN "/s/x.doc", &words);
    pid_t intake = instance_start(no_arguments);
    wait_for_count(SCAN_REFUSED, 1);
    instance_wait_until_empty();
    text_append(&words, ", zwei");
    write_file(DROP_DEMMIN "/s/x.doc", &words);
    wait_for_count(SCAN_REFUSED, 2);
    instance_wait_until_empty();
    instance_stop(intake);
    struct text second = {0};
    append_file(&second, DROP_DEMMIN "/_refused/s/x (2).doc");
    assert_string_equal(text_string(&second), "eins, zwei");
    assert_true(file_is_there(DROP_DEMMIN "/_refused/s/x (2).doc.txt"));
    assert_true(file_is_there(DROP_DEMMIN "/_refused/s/x.doc"));
    text_done(&second);
    text_done(&words);
}

static bool is_returned(const void *context)
{
    (void)context;
    return file_is_there(DROP_DEMMIN "/_refused/sub/gut.png.txt");
}

/* A reader finds out later that a scan cannot be read: lets the job of it fail for good. */
static void refuse_as_a_reader(void)
{
    struct ledger *ledger = NULL;
    struct fault fault;
    assert_int_equal(
        ledger_open("ledger/posteingang.db", LEDGER_WRITE, clock_system(), &ledger, &fault),
        STATUS_OK);
    struct job_record job;
    bool found = false;
    bool held = false;
    struct retry_rule rule = {3, 10, 100, 100};
    assert_int_equal(ledger_job_lease(ledger, JOB_READ, "a test", 60000, &found, &job, &fault),
                     STATUS_OK);
    assert_true(found);
    assert_int_equal(ledger_job_fail(ledger, job.id, job.attempt, JOB_FAILURE_REFUSED,
                                     "Das PDF ist verschlüsselt.", &rule, &held, &fault),
                     STATUS_OK);
    assert_true(held);
    job_record_done(&job);
    ledger_close(&ledger);
}

static void gives_back_what_a_reader_refused_later(void **state)
{
    (void)state;
    instance_make(&quick);
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/sub", 0700, &fault), STATUS_OK);
    pid_t intake = instance_start(no_arguments);
    drop_png(DROP_DEMMIN "/sub/gut.png", 1);
    wait_for_count(SCAN_RECEIVED, 1);
    refuse_as_a_reader();
    instance_wait(is_returned, NULL, "the note");
    instance_wait_for_log("given back");
    sleep_ms(2500); // and it is not given back again
    instance_stop(intake);
    struct text copy = {0};
    struct text file = small_png_of(1);
    append_file(&copy, DROP_DEMMIN "/_refused/sub/gut.png");
    assert_int_equal(copy.length, file.length);
    assert_memory_equal(copy.bytes, file.bytes, copy.length);
    struct text note = {0};
    append_file(&note, DROP_DEMMIN "/_refused/sub/gut.png.txt");
    assert_non_null(strstr(text_string(&note), "verschlüsselt"));
    assert_false(file_is_there(DROP_DEMMIN "/_refused/sub/gut (2).png"));
    text_done(&note);
    text_done(&copy);
    text_done(&file);
    static struct instance_scans scans;
    instance_scans(&scans);
    assert_int_equal(scans.count, 1);
    assert_true(scans.records[0].returned);
    instance_scans_done(&scans);
}

/* ---- trouble -------------------------------------------------------------------------------- */

static void goes_on_when_a_drop_folder_vanishes_and_comes_back(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(sweep_arguments);
    drop_png(DROP_DEMMIN "/1.png", 1);
    wait_for_count(SCAN_RECEIVED, 1);
    // A file in its place: it cannot be made anew.
    assert_int_equal(rename(DROP_DEMMIN, "drop.away"), 0);
    struct text nothing = {0};
    write_file(DROP_DEMMIN, &nothing);
    instance_wait_for_log("cannot be used");
    drop_png("drop.away/2.png", 2);
    drop_png(DROP_WAREN "/3.png", 3);
    wait_for_count(SCAN_RECEIVED, 2);
    assert_int_equal(unlink(DROP_DEMMIN), 0);
    instance_wait_for_log("can be used again"); // made anew
    (void)rmdir(DROP_DEMMIN "/.taken");
    (void)rmdir(DROP_DEMMIN "/_refused");
    (void)rmdir(DROP_DEMMIN);
    assert_int_equal(system("rm -rf " DROP_DEMMIN " && mv drop.away " DROP_DEMMIN), 0);
    wait_for_count(SCAN_RECEIVED, 3);
    instance_stop(intake);
}

static void runs_only_once(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(no_arguments);
    instance_wait_for_log("ready");
    assert_int_equal(instance_run(no_arguments, NULL), 4);
    assert_true(instance_log_says("another intake is running"));
    instance_stop(intake);
}

static void stops_quickly_with_thousands_waiting(void **state)
{
    (void)state;
    enum { FILES = 3000 };
    instance_make(&patient);
    for (int i = 0; i < FILES; i++) {
        char path[64];
        struct text file = {0};
        char words[16];
        (void)snprintf(words, sizeof words, "%d", i);
        small_pdf(&file, words);
        (void)snprintf(path, sizeof path, DROP_DEMMIN "/%d.pdf", i);
        write_file(path, &file);
        text_done(&file);
    }
    pid_t intake = instance_start(no_arguments);
    struct expected_count some = {.state = SCAN_RECEIVED, .count = 1};
    instance_wait(count_is, &some, "the first");
    instance_stop(intake);
    uint64_t waiting = 0;
    assert_int_equal(drop_folder_pending(DROP_DEMMIN, &waiting, NULL), STATUS_OK);
    assert_int_equal(waiting + instance_count(SCAN_RECEIVED), FILES);
    assert_int_equal(instance_count(SCAN_DUPLICATE), 0);
}

static void serves_a_small_site_beside_a_full_one(void **state)
{
    (void)state;
    enum { FILES = 1500 };
    instance_make(&quick);
    for (int i = 0; i < FILES; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, DROP_DEMMIN "/%d.txt", i);
        struct text file = {0};
        text_append_format(&file, "kein Scan %d", i);
        write_file(path, &file);
        text_done(&file);
    }
    drop_png(DROP_WAREN "/one.png", 1);
    pid_t intake = instance_start(no_arguments);
    wait_for_count(SCAN_RECEIVED, 1);
    assert_true(instance_count(SCAN_REFUSED) < FILES);
    instance_kill(intake);
}

/* ---- submit --------------------------------------------------------------------------------- */

static void submits_files_and_prints_their_ids(void **state)
{
    (void)state;
    instance_make(&quick);
    drop_png("one.png", 1);
    drop_png("two.png", 2);
    struct text output = {0};
    const char *const good[] = {"--submit", "Waren", "one.png", "two.png", NULL};
    assert_int_equal(instance_run(good, &output), 0);
    assert_int_equal(output.length, 2 * UUID_TEXT_BYTES);
    struct scan_id id;
    output.bytes[UUID_TEXT_BYTES - 1] = '\0';
    assert_true(uuid_from_text(output.bytes, &id.uuid));
    assert_int_equal(instance_state_of("one.png"), SCAN_RECEIVED);
    assert_int_equal(instance_state_of("two.png"), SCAN_RECEIVED);
    assert_true(file_is_there("one.png"));
    // Again: the same bytes, a new id, and it says so.
    text_clear(&output);
    const char *const again[] = {"--submit=Waren", "one.png", NULL};
    assert_int_equal(instance_run(again, &output), 0);
    assert_int_equal(output.length, UUID_TEXT_BYTES);
    assert_int_equal(instance_count(SCAN_DUPLICATE), 1);
    assert_true(instance_log_says("has the same bytes as"));
    text_done(&output);
}

static void submit_says_what_it_refuses(void **state)
{
    (void)state;
    instance_make(&quick);
    struct text words = {0};
    text_append(&words, "kein Scan");
    write_file("brief.txt", &words);
    text_done(&words);
    drop_png("one.png", 1);
    struct text output = {0};
    const char *const mixed[] = {"--submit", "Waren", "brief.txt", "missing.png", "one.png", NULL};
    assert_int_equal(instance_run(mixed, &output), 1);
    assert_int_equal(output.length, UUID_TEXT_BYTES);
    assert_int_equal(instance_state_of("brief.txt"), SCAN_REFUSED);
    assert_true(instance_log_says("weder TIFF noch PDF"));
    assert_true(file_is_there("brief.txt"));
    text_done(&output);
}

static void submits_beside_a_running_intake(void **state)
{
    (void)state;
    instance_make(&quick);
    pid_t intake = instance_start(no_arguments);
    drop_png("one.png", 1);
    drop_png(DROP_WAREN "/two.png", 2);
    const char *const good[] = {"--submit", "Waren", "one.png", NULL};
    assert_int_equal(instance_run(good, NULL), 0);
    wait_for_count(SCAN_RECEIVED, 2);
    instance_stop(intake);
}

static void explains_wrong_usage(void **state)
{
    (void)state;
    instance_make(&quick);
    static const struct {
        const char *name;
        const char *arguments[6];
        int code;
    } cases[] = {
        {"unknown option",              {"--nonsense", NULL},                     2},
        {"files without --submit",      {"a.png", NULL},                          2},
        {"--submit without files",      {"--submit", "Waren", NULL},              2},
        {"unknown site",                {"--site", "Nirgendwo", NULL},            2},
        {"--submit to an unknown site", {"--submit", "Nirgendwo", "a.png", NULL}, 2},
        {"no configuration",            {"--config", "nowhere.yaml", NULL},       3},
        {"help",                        {"--help", NULL},                         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int code = instance_run(cases[i].arguments, NULL);
        if (code != cases[i].code)
            fail_msg("%s: %d", cases[i].name, code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_over_every_format_from_every_folder),
        cmocka_unit_test(links_the_same_bytes_to_the_first),
        cmocka_unit_test(takes_a_whole_file_that_is_renamed_in_at_once),
        cmocka_unit_test(finds_files_without_being_notified),
        cmocka_unit_test(leaves_files_in_the_making_alone),
        cmocka_unit_test(waits_for_a_slow_writer),
        cmocka_unit_test(waits_for_a_writer_that_was_stopped),
        cmocka_unit_test(waits_for_whoever_has_the_file_open),
        cmocka_unit_test(gives_back_what_a_killed_writer_left),
        cmocka_unit_test(takes_the_file_that_was_renamed_over_another),
        cmocka_unit_test(gives_back_what_can_never_be_taken),
        cmocka_unit_test(gives_back_under_another_name_when_one_is_taken),
        cmocka_unit_test(gives_back_what_a_reader_refused_later),
        cmocka_unit_test(goes_on_when_a_drop_folder_vanishes_and_comes_back),
        cmocka_unit_test(runs_only_once),
        cmocka_unit_test(stops_quickly_with_thousands_waiting),
        cmocka_unit_test(serves_a_small_site_beside_a_full_one),
        cmocka_unit_test(submits_files_and_prints_their_ids),
        cmocka_unit_test(submit_says_what_it_refuses),
        cmocka_unit_test(submits_beside_a_running_intake),
        cmocka_unit_test(explains_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
