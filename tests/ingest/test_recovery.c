/* test_recovery.c - promises of the intake about crashes and full disks: every step of the commit
 * protocol left as a crash leaves it, SIGKILL at random moments, and no room. Nothing is lost,
 * nothing is doubled. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/durable.h"
#include "store/spool.h"
#include "tests/ingest/instance.h"
#include "tests/ingest/small_files.h"

static const struct instance_settings quick = {.quiet = "100ms", .incomplete = "2s"};
static const char *const sweep_arguments[] = {"--sweep-only", "--sweep-ms=100", NULL};

static void drop_png(const char *path, unsigned char shade)
{
    struct text file = {0};
    small_png(&file, shade);
    write_file(path, &file);
    text_done(&file);
}

/* ---- each step, as a crash right after it leaves it ------------------------------------------ */

/* A claim of `source` at Demmin, with a new id, and a PNG of `shade` as its file. */
static struct scan_id make_claim(const char *source, unsigned char shade)
{
    struct scan_id id = {uuid_new(clock_wall_ms(clock_system()))};
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&id.uuid, text);
    struct text path = {0};
    text_append_format(&path, DROP_DEMMIN "/.taken/%s/%s", text, source);
    char *end = strrchr(path.bytes, '/');
    *end = '\0';
    struct fault fault;
    assert_int_equal(durable_make_folders(path.bytes, 0700, &fault), STATUS_OK);
    *end = '/';
    drop_png(path.bytes, shade);
    text_done(&path);
    return id;
}

struct storage {
    struct ledger *ledger;
    struct spool *spool;
};

static struct storage open_storage(void)
{
    struct storage storage = {0};
    struct fault fault;
    assert_int_equal(durable_make_folders("ledger", 0700, &fault), STATUS_OK);
    assert_int_equal(spool_open("spool", &storage.spool, &fault), STATUS_OK);
    assert_int_equal(ledger_open("ledger/posteingang.db", LEDGER_CREATE, clock_system(),
                                 &storage.ledger, &fault),
                     STATUS_OK);
    return storage;
}

static void close_storage(struct storage *storage)
{
    ledger_close(&storage->ledger);
    spool_close(&storage->spool);
}

static struct scan_arrival arrival_of(struct scan_id id, const char *source)
{
    return (struct scan_arrival){.id = id,
                                 .site = "Demmin",
                                 .source = source,
                                 .format = "png",
                                 .received_ms = clock_wall_ms(clock_system()),
                                 .actor = "intake"};
}

/* Accepts the PNG of `shade` as scan `id`: steps 2 to 4. */
static void accept(const struct storage *storage, struct scan_id id, const char *source,
                   unsigned char shade)
{
    struct text file = {0};
    small_png(&file, shade);
    struct fault fault;
    struct scan_arrival arrival = arrival_of(id, source);
    arrival.size = file.length;
    struct scan_acceptance acceptance;
    assert_int_equal(spool_put(storage->spool, file.bytes, file.length, &arrival.digest, &fault),
                     STATUS_OK);
    assert_int_equal(ledger_scan_accept(storage->ledger, &arrival, &acceptance, &fault), STATUS_OK);
    text_done(&file);
}

/* Lets an intake run until nothing is left to do. */
static void recover(void)
{
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_for_log("ready");
    instance_wait_until_empty();
    instance_stop(intake);
    assert_int_equal(rmdir(DROP_DEMMIN "/.taken"), 0); // not even an empty claim is left
}

static void takes_what_was_claimed_and_not_accepted(void **state)
{
    (void)state;
    instance_make(&quick);
    make_claim("Scanner 1/links/a.png", 1);
    recover();
    assert_int_equal(instance_state_of("Scanner 1/links/a.png"), SCAN_RECEIVED);
    assert_int_equal(instance_count(SCAN_RECEIVED), 1);
}

static void takes_both_when_the_place_has_another_by_now(void **state)
{
    (void)state;
    instance_make(&quick);
    make_claim("a.png", 1);
    drop_png(DROP_DEMMIN "/a.png", 2);
    recover();
    assert_int_equal(instance_state_of("a.png"), SCAN_RECEIVED);
    assert_int_equal(instance_state_of("a (2).png"), SCAN_RECEIVED);
}

static void finishes_what_was_accepted(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    accept(&storage, make_claim("x/a.png", 1), "x/a.png", 1);
    close_storage(&storage);
    recover();
    assert_int_equal(instance_state_of("x/a.png"), SCAN_RECEIVED);
    assert_int_equal(instance_count(SCAN_DUPLICATE), 0);
    assert_true(instance_log_says("was taken over before: finished"));
}

static void clears_away_empty_claims(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    struct scan_id id = make_claim("x/y/a.png", 1);
    accept(&storage, id, "x/y/a.png", 1);
    close_storage(&storage);
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&id.uuid, text);
    struct text path = {0};
    text_append_format(&path, DROP_DEMMIN "/.taken/%s/x/y/a.png", text);
    assert_int_equal(unlink(path.bytes), 0);
    text_done(&path);
    recover();
    assert_int_equal(instance_count(SCAN_RECEIVED), 1);
}

/* The spool's copy did not survive, whatever the disk had said: the claim is still there. */
static void mends_the_spool_from_the_claim(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    accept(&storage, make_claim("a.png", 1), "a.png", 1);
    struct text file = {0};
    small_png(&file, 1);
    struct digest digest = digest_of(file.bytes, file.length);
    char *path = spool_path(storage.spool, &digest);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 10), 0);
    recover();
    assert_true(instance_log_says("damaged, written again"));
    struct fault fault;
    assert_int_equal(spool_check(storage.spool, &digest, &fault), STATUS_OK);
    free(path);
    text_done(&file);
    close_storage(&storage);
}

/* The same, but the claim has other bytes: it may be all there is, so it stays. */
static void keeps_the_claim_when_the_spool_cannot_be_mended(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    accept(&storage, make_claim("a.png", 2), "a.png", 1);
    struct text file = {0};
    small_png(&file, 1);
    struct digest digest = digest_of(file.bytes, file.length);
    char *path = spool_path(storage.spool, &digest);
    assert_int_equal(unlink(path), 0);
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_for_log("it stays in");
    drop_png(DROP_DEMMIN "/b.png", 3);
    instance_wait_for_log("b.png");
    instance_stop(intake);
    uint64_t pending = 0;
    assert_int_equal(drop_folder_pending(DROP_DEMMIN, &pending, NULL), STATUS_OK);
    assert_int_equal(pending, 1);
    free(path);
    text_done(&file);
    close_storage(&storage);
}

static void gives_back_what_was_refused(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    struct scan_arrival arrival = arrival_of(make_claim("x/a.png", 1), "x/a.png");
    struct fault fault;
    assert_int_equal(ledger_scan_refuse(storage.ledger, &arrival, "Die Datei ist leer.", &fault),
                     STATUS_OK);
    close_storage(&storage);
    recover();
    assert_true(file_is_there(DROP_DEMMIN "/_refused/x/a.png"));
    struct text note = {0};
    append_file(&note, DROP_DEMMIN "/_refused/x/a.png.txt");
    assert_non_null(strstr(text_string(&note), "Die Datei ist leer."));
    text_done(&note);
    static struct instance_scans scans;
    instance_scans(&scans);
    assert_int_equal(scans.count, 1);
    assert_true(scans.records[0].returned);
    instance_scans_done(&scans);
}

/* The note was written, the file not yet moved: no second note. */
static void gives_back_to_the_place_its_note_names(void **state)
{
    (void)state;
    instance_make(&quick);
    struct storage storage = open_storage();
    struct scan_arrival arrival = arrival_of(make_claim("a.png", 1), "a.png");
    struct fault fault;
    assert_int_equal(ledger_scan_refuse(storage.ledger, &arrival, "Die Datei ist leer.", &fault),
                     STATUS_OK);
    close_storage(&storage);
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&arrival.id.uuid, id);
    struct text note = {0};
    text_append_format(&note, "Vorgang: %s\n", id);
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/_refused", 0700, &fault), STATUS_OK);
    write_file(DROP_DEMMIN "/_refused/a.png.txt", &note);
    text_done(&note);
    recover();
    assert_true(file_is_there(DROP_DEMMIN "/_refused/a.png"));
    assert_false(file_is_there(DROP_DEMMIN "/_refused/a (2).png.txt"));
}

static void puts_strangers_back_out_of_its_own_folder(void **state)
{
    (void)state;
    instance_make(&quick);
    struct fault fault;
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/.taken/kein-scan", 0700, &fault),
                     STATUS_OK);
    drop_png(DROP_DEMMIN "/.taken/kein-scan/a.png", 1);
    drop_png(DROP_DEMMIN "/.taken/b.png", 2);
    recover();
    assert_int_equal(instance_state_of("kein-scan/a.png"), SCAN_RECEIVED);
    assert_int_equal(instance_state_of("b.png"), SCAN_RECEIVED);
}

/* One file that cannot be given back keeps no other waiting, and goes back when it can. */
static void goes_on_beside_a_claim_it_cannot_finish(void **state)
{
    (void)state;
    instance_make(&quick);
    struct fault fault;
    struct text words = {0};
    text_append(&words, "im Weg");
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/_refused", 0700, &fault), STATUS_OK);
    assert_int_equal(durable_make_folders(DROP_DEMMIN "/s", 0700, &fault), STATUS_OK);
    write_file(DROP_DEMMIN "/_refused/s", &words);
    write_file(DROP_DEMMIN "/s/brief.doc", &words);
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_for_log("stays in .taken for now");
    drop_png(DROP_DEMMIN "/a.png", 1);
    instance_wait_for_log("a.png");
    assert_int_equal(instance_state_of("a.png"), SCAN_RECEIVED);
    assert_int_equal(unlink(DROP_DEMMIN "/_refused/s"), 0);
    instance_wait_until_empty();
    instance_stop(intake);
    assert_true(file_is_there(DROP_DEMMIN "/_refused/s/brief.doc"));
    assert_int_equal(instance_count(SCAN_REFUSED), 1);
    text_done(&words);
}

/* ---- SIGKILL at random moments --------------------------------------------------------------- */

enum { KILL_FILES = 120, KILL_FOLDERS = 3, BAD_EVERY = 10 };

static void drop_numbered(int number)
{
    char path[128];
    char words[32];
    struct text file = {0};
    (void)snprintf(words, sizeof words, "Seite %d", number);
    if (number % BAD_EVERY == 0)
        text_append_format(&file, "kein Scan %d", number);
    else
        small_pdf(&file, words);
    (void)snprintf(path, sizeof path, DROP_DEMMIN "/s%d/%d.pdf.part", number % KILL_FOLDERS,
                   number);
    write_file(path, &file);
    char *end = strrchr(path, '.');
    struct text to = {0};
    text_append_bytes(&to, path, (size_t)(end - path));
    assert_int_equal(rename(path, to.bytes), 0);
    text_done(&to);
    text_done(&file);
}

/* Each file once: accepted or refused, with the right bytes, and nothing twice. */
static void expect_each_once(void)
{
    static struct instance_scans scans;
    static int seen[KILL_FILES];
    memset(seen, 0, sizeof seen);
    instance_scans(&scans);
    struct storage storage = open_storage();
    for (size_t i = 0; i < scans.count; i++) {
        const struct scan_record *scan = &scans.records[i];
        int number = atoi(strrchr(scan->source, '/') + 1);
        assert_in_range(number, 0, KILL_FILES - 1);
        seen[number]++;
        bool is_bad = number % BAD_EVERY == 0;
        if (scan->state != (is_bad ? SCAN_REFUSED : SCAN_RECEIVED))
            fail_msg("\"%s\" is %s", scan->source, scan_state_name(scan->state));
        struct fault fault;
        if (!is_bad && spool_check(storage.spool, &scan->digest, &fault) != STATUS_OK)
            fail_msg("\"%s\": %s", scan->source, fault.text);
    }
    close_storage(&storage);
    instance_scans_done(&scans);
    for (int i = 0; i < KILL_FILES; i++)
        if (seen[i] != 1)
            fail_msg("number %d is there %d times", i, seen[i]);
}

/* Where the refused file `number` is given back, with this end of its name. */
static bool is_given_back(int number, const char *end)
{
    char path[128];
    (void)snprintf(path, sizeof path, DROP_DEMMIN "/_refused/s%d/%d%s", number % KILL_FOLDERS,
                   number, end);
    return file_is_there(path);
}

static bool all_have_notes(const void *context)
{
    (void)context;
    for (int i = 0; i < KILL_FILES; i += BAD_EVERY)
        if (!is_given_back(i, ".pdf") || !is_given_back(i, ".pdf.txt"))
            return false;
    return true;
}

static void expect_no_note_twice(void)
{
    for (int i = 0; i < KILL_FILES; i += BAD_EVERY)
        assert_false(is_given_back(i, " (2).pdf.txt"));
}

static void loses_and_doubles_nothing_when_killed(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    instance_make(&quick);
    for (int i = 0; i < KILL_FOLDERS; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, DROP_DEMMIN "/s%d", i);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    int dropped = 0;
    int kills = 0;
    while (dropped < KILL_FILES) {
        pid_t intake = instance_start(sweep_arguments);
        int more = (int)(random() % 8);
        for (int i = 0; i < more && dropped < KILL_FILES; i++)
            drop_numbered(dropped++);
        // From before it is ready to a few files after.
        sleep_ms(random() % 250);
        instance_kill(intake);
        kills++;
    }
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_until_empty();
    instance_wait(all_have_notes, NULL, "each refused file with its note");
    sleep_ms(1500); // and none of them comes a second time
    instance_stop(intake);
    print_message("%d files, %d kills\n", dropped, kills);
    expect_each_once();
    expect_no_note_twice();
}

/* ---- no room --------------------------------------------------------------------------------- */

static bool mount_small(const char *path, const char *options)
{
    if (geteuid() != 0) {
        print_message("skipped: mounting a small disk needs root\n");
        return false;
    }
    assert_true(mkdir(path, 0700) == 0 || file_is_there(path));
    if (mount("tmpfs", path, "tmpfs", 0, options) != 0) {
        print_message("skipped: no small disk can be mounted here\n");
        return false;
    }
    return true;
}

/* Twenty files of 100 kB each. */
static void drop_large_ones(void)
{
    for (int i = 0; i < 20; i++) {
        struct text file = {0};
        small_png(&file, (unsigned char)i);
        while (file.length < 100000) // behind IEND, where anything may stand
            text_append_format(&file, "%d ", i);
        char path[64];
        (void)snprintf(path, sizeof path, DROP_DEMMIN "/%d.png", i);
        write_file(path, &file);
        text_done(&file);
    }
}

static bool all_twenty_received(const void *context)
{
    (void)context;
    return instance_count(SCAN_RECEIVED) == 20;
}

static void waits_for_room_and_goes_on(const char *free_space)
{
    struct instance_settings settings = quick;
    settings.spool = "disk/spool";
    settings.free_space = free_space;
    instance_make(&settings);
    drop_large_ones();
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_for_log("nothing is taken over now");
    size_t before = instance_count(SCAN_RECEIVED);
    uint64_t waiting = 0;
    assert_int_equal(drop_folder_pending(DROP_DEMMIN, &waiting, NULL), STATUS_OK);
    assert_true(before < 20);
    assert_true(waiting >= 20 - before - 1); // one may be on its way right now
    assert_int_equal(mount("tmpfs", "disk", "tmpfs", MS_REMOUNT, "size=16m"), 0);
    instance_wait(all_twenty_received, NULL, "all received");
    instance_wait_until_empty();
    assert_true(instance_log_says("files are taken over again"));
    assert_int_equal(instance_count(SCAN_DUPLICATE), 0);
    instance_stop(intake);
}

static void leaves_files_where_they_are_below_the_limit(void **state)
{
    (void)state;
    if (!mount_small("disk", "size=2m"))
        skip();
    waits_for_room_and_goes_on("1MB");
    assert_int_equal(umount("disk"), 0);
}

static void survives_a_disk_that_is_full(void **state)
{
    (void)state;
    if (!mount_small("disk", "size=1m"))
        skip();
    waits_for_room_and_goes_on("0B");
    assert_int_equal(umount("disk"), 0);
}

/* The drop folder itself may be on a full disk: files come out of it all the same. */
static void takes_files_out_of_a_full_drop_folder(void **state)
{
    (void)state;
    instance_make(&quick);
    if (!mount_small(DROP_WAREN, "size=1m"))
        skip();
    drop_png(DROP_WAREN "/a.png", 1);
    drop_png(DROP_WAREN "/b.png", 2);
    assert_int_not_equal(
        system("dd if=/dev/zero of=" DROP_WAREN "/filling.part bs=64k 2>/dev/null"), 0);
    pid_t intake = instance_start(sweep_arguments);
    instance_wait_until_empty();
    assert_int_equal(instance_count(SCAN_RECEIVED), 2);
    instance_stop(intake);
    assert_int_equal(umount(DROP_WAREN), 0);
}

/* Unmounts what a failed test left, so that the folder can be emptied. */
static int unmount_all(void **state)
{
    (void)state;
    (void)umount2("disk", MNT_DETACH);
    (void)umount2(DROP_WAREN, MNT_DETACH);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_was_claimed_and_not_accepted),
        cmocka_unit_test(takes_both_when_the_place_has_another_by_now),
        cmocka_unit_test(finishes_what_was_accepted),
        cmocka_unit_test(clears_away_empty_claims),
        cmocka_unit_test(mends_the_spool_from_the_claim),
        cmocka_unit_test(keeps_the_claim_when_the_spool_cannot_be_mended),
        cmocka_unit_test(gives_back_what_was_refused),
        cmocka_unit_test(gives_back_to_the_place_its_note_names),
        cmocka_unit_test(puts_strangers_back_out_of_its_own_folder),
        cmocka_unit_test(goes_on_beside_a_claim_it_cannot_finish),
        cmocka_unit_test(loses_and_doubles_nothing_when_killed),
        cmocka_unit_test_teardown(leaves_files_where_they_are_below_the_limit, unmount_all),
        cmocka_unit_test_teardown(survives_a_disk_that_is_full, unmount_all),
        cmocka_unit_test_teardown(takes_files_out_of_a_full_drop_folder, unmount_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
