/* test_spool_bucket.c - whatever an object store and the line to it do: no state is corrupted, what
 * was said to be kept is there, and work goes on when the trouble ends.
 *
 * tests/support/s3_faults.py stands in between and does harm by plan. Without SPOOL_S3
 * (tests/support/s3.sh) there is nothing to test. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/bucket.h"
#include "tests/store/scene.h"

static pid_t proxy;
static char endpoint[64];
static char plan[256], secret[256];

static void start_proxy(void)
{
    char port[256], script[1024], folder[128];
    const char *upstream = strrchr(getenv("SPOOL_S3_ENDPOINT"), ':');
    assert_non_null(getcwd(folder, sizeof folder));
    (void)snprintf(plan, sizeof plan, "%s/plan", folder);
    (void)snprintf(port, sizeof port, "%s/port", folder);
    (void)snprintf(secret, sizeof secret, "%s/secret", folder);
    (void)snprintf(script, sizeof script, "%s/tests/support/s3_faults.py", getenv("SOURCE_DIR"));
    proxy = fork();
    assert_true(proxy >= 0);
    if (proxy == 0) {
        (void)execlp("/usr/bin/python3", "python3", script, upstream + 1, plan, port, (char *)NULL);
        _exit(127);
    }
    char *number = NULL;
    size_t length = 0;
    for (int i = 0; i < 600 && number == NULL; i++)
        if (file_read(port, 16, &number, &length, NULL) != STATUS_OK)
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    assert_non_null(number);
    (void)snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%s", number);
    free(number);
}

static int begin(void **state)
{
    (void)state;
    if (getenv("SPOOL_S3") != NULL)
        start_proxy();
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (proxy > 0) {
        (void)kill(proxy, SIGKILL);
        (void)waitpid(proxy, NULL, 0);
    }
    return 0;
}

static void write_secret(const char *words)
{
    assert_int_equal(durable_write_file(secret, words, strlen(words), 0600, NULL), STATUS_OK);
}

static struct spool_place faulty_place(const struct scene *scene)
{
    struct spool_place place = scene_spool_place(scene);
    place.endpoint = endpoint;
    place.secret_file = secret;
    place.timeout_ms = 2000;
    return place;
}

/* The scene's spool, now by way of the proxy; skips without an object store. */
static void go_by_proxy(struct scene *scene)
{
    char *right = NULL;
    size_t length = 0;
    if (getenv("SPOOL_S3") == NULL)
        skip();
    assert_ok(scene, file_read(getenv("SPOOL_S3_SECRET"), 99, &right, &length, &scene->fault));
    write_secret(right);
    free(right);
    (void)unlink(plan);
    spool_close(&scene->spool);
    assert_ok(scene, spool_open_at(faulty_place(scene), &scene->spool, &scene->fault));
}

/* A plan that a test has not used up is not that of the next. */
static void plan_fault(const char *words)
{
    assert_int_equal(durable_write_file(plan, words, strlen(words), 0600, NULL), STATUS_OK);
}

static bool is_plan_done(void)
{
    return access(plan, F_OK) != 0;
}

/* What the store itself says, past the proxy. */
static bool is_kept(struct scene *scene, const struct digest *digest)
{
    struct spool *direct = NULL;
    assert_ok(scene, spool_open_at(scene_spool_place(scene), &direct, &scene->fault));
    bool is_kept = spool_check(direct, digest, NULL) == STATUS_OK;
    spool_close(&direct);
    return is_kept;
}

static void lose_cache(const struct scene *scene)
{
    char command[160];
    (void)snprintf(command, sizeof command, "rm -rf '%s/objects'", scene->spool_folder);
    assert_int_equal(system(command), 0);
}

/* ---- what passes ------------------------------------------------------------------------------ */

static void a_put_gets_over_what_passes(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    const char *const faults[] = {
        "PUT 500 2",  "PUT 503 3",  "PUT digest 1", "PUT cut 2",  "PUT lost 1",
        "PUT away 2", "HEAD 500 2", "HEAD lost 1",  "PUT slow 1", "HEAD away 1",
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct digest digest = {0};
        char bytes[4000];
        memset(bytes, 'a' + (int)i, sizeof bytes);
        plan_fault(faults[i]);
        print_message("%s\n", faults[i]);
        assert_ok(scene, spool_put(scene->spool, bytes, sizeof bytes, &digest, &scene->fault));
        assert_true(is_plan_done());
        assert_true(is_kept(scene, &digest));
    }
}

static void a_get_gets_over_what_passes(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    const char *const faults[] = {"GET 500 2",       "GET 503 3",     "GET lost 1", "GET away 2",
                                  "GET truncated 2", "GET altered 1", "GET slow 1"};
    struct digest digest = {0};
    char bytes[4000];
    memset(bytes, 'x', sizeof bytes);
    assert_ok(scene, spool_put(scene->spool, bytes, sizeof bytes, &digest, &scene->fault));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char *back = NULL;
        size_t length = 0;
        lose_cache(scene); // which loses nothing
        plan_fault(faults[i]);
        print_message("%s\n", faults[i]);
        assert_ok(scene, spool_get(scene->spool, &digest, 9999, &back, &length, &scene->fault));
        assert_true(is_plan_done());
        assert_int_equal(length, sizeof bytes);
        assert_memory_equal(back, bytes, length);
        free(back);
    }
}

/* ---- what does not ---------------------------------------------------------------------------- */

/* Once the pause is over. */
static void wait_for_store(struct scene *scene)
{
    for (int i = 0; i < 600; i++) {
        if (spool_ready(scene->spool, &scene->fault) == STATUS_OK)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    fail_msg("the store stays away: %s", scene->fault.text);
}

static void a_store_that_is_away_is_later_and_comes_back(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    const char *const faults[] = {"ANY 500 99", "ANY away 99", "PUT cut 99", "ANY 403 99"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct digest digest = digest_of(faults[i], 6);
        struct digest found = {0};
        print_message("%s\n", faults[i]);
        plan_fault(faults[i]);
        assert_status(scene, spool_put(scene->spool, faults[i], 6, &found, &scene->fault),
                      STATUS_LATER);
        // Nobody waits for it again so soon.
        assert_status(scene, spool_put(scene->spool, faults[i], 6, &found, &scene->fault),
                      STATUS_LATER);
        assert_non_null(strstr(scene->fault.text, "away"));
        assert_status(scene, spool_check(scene->spool, &digest, &scene->fault), STATUS_LATER);
        assert_false(is_kept(scene, &digest));
        assert_int_equal(unlink(plan), 0);
        wait_for_store(scene);
        assert_ok(scene, spool_put(scene->spool, faults[i], 6, &found, &scene->fault));
        assert_true(is_kept(scene, &found));
    }
}

static void an_upload_that_never_comes_whole_is_never_an_object(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    const char *const faults[] = {"PUT digest 99", "PUT cut 99", "HEAD 500 99"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct digest found = {0};
        print_message("%s\n", faults[i]);
        wait_for_store(scene);
        plan_fault(faults[i]);
        assert_status(scene, spool_put(scene->spool, "some letter", 11, &found, &scene->fault),
                      STATUS_LATER);
        assert_true(digest_equal(&found, &(struct digest){0}));
        assert_int_equal(unlink(plan), 0);
    }
}

static void bytes_that_always_come_changed_are_not_called_damaged(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct digest digest = {0};
    char *back = NULL;
    size_t length = 0;
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    lose_cache(scene);
    plan_fault("GET truncated 99");
    assert_status(scene, spool_get(scene->spool, &digest, 99, &back, &length, &scene->fault),
                  STATUS_LATER);
    assert_int_equal(unlink(plan), 0);
    wait_for_store(scene);
    assert_ok(scene, spool_get(scene->spool, &digest, 99, &back, &length, &scene->fault));
    free(back);
}

static void a_bucket_that_is_gone_is_no_missing_object(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct spool_place place = faulty_place(scene);
    struct spool *spool = NULL;
    struct spool_object object;
    struct digest digest = digest_of("letter", 6);
    place.url = "s3://no-such-bucket/tests";
    assert_ok(scene, spool_open_at(place, &spool, &scene->fault));
    assert_status(scene, spool_check(spool, &digest, &scene->fault), STATUS_LATER);
    assert_non_null(strstr(scene->fault.text, "NoSuchBucket"));
    spool_close(&spool);
    assert_ok(scene, spool_open_at(place, &spool, &scene->fault));
    assert_status(scene, spool_look(spool, &digest, &object, &scene->fault), STATUS_LATER);
    assert_non_null(strstr(scene->fault.text, "no such bucket"));
    spool_close(&spool);
}

static void a_wrong_key_is_told_and_a_new_one_is_used_at_once(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct digest digest = {0};
    char *right = NULL;
    size_t length = 0;
    assert_ok(scene, file_read(secret, 99, &right, &length, &scene->fault));
    write_secret("not it");
    struct spool *spool = NULL;
    assert_ok(scene, spool_open_at(faulty_place(scene), &spool, &scene->fault));
    assert_status(scene, spool_put(spool, "letter", 6, &digest, &scene->fault), STATUS_LATER);
    assert_non_null(strstr(scene->fault.text, "403"));
    write_secret(right);
    free(right);
    for (int i = 0; i < 50 && spool_ready(spool, NULL) != STATUS_OK; i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_ok(scene, spool_put(spool, "letter", 6, &digest, &scene->fault));
    spool_close(&spool);
}

/* Large ones take their time on a busy machine. */
static void be_patient(struct scene *scene)
{
    struct spool_place place = faulty_place(scene);
    place.timeout_ms = 60000;
    spool_close(&scene->spool);
    assert_ok(scene, spool_open_at(place, &scene->spool, &scene->fault));
}

/* ---- pieces ----------------------------------------------------------------------------------- */

static void put_pieces(struct scene *scene, const char *fault, char letter)
{
    enum { PIECES = 70 };
    static char bytes[1 << 20];
    struct spool_writer *writer = NULL;
    struct digest digest = {0};
    uint64_t size = 0;
    memset(bytes, letter, sizeof bytes);
    print_message("%s\n", fault);
    plan_fault(fault);
    assert_ok(scene, spool_writer_open(scene->spool, &writer, &scene->fault));
    for (int i = 0; i < PIECES; i++)
        assert_ok(scene, spool_writer_add(writer, bytes, sizeof bytes, &scene->fault));
    assert_ok(scene, spool_writer_commit(&writer, &digest, &size, &scene->fault));
    assert_int_equal(size, PIECES * sizeof bytes);
    assert_true(size > BUCKET_SINGLE_BYTES_MOST);
    assert_true(is_plan_done());
    assert_true(is_kept(scene, &digest));
}

static void a_large_object_goes_in_pieces_and_each_again_by_itself(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    be_patient(scene);
    put_pieces(scene, "PUT cut 1 partNumber=3", 'p');
    put_pieces(scene, "POST lost 1 uploadId", 'q');
}

static void unfinished_uploads_are_swept(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    static char bytes[1 << 20];
    struct spool_writer *writer = NULL;
    struct digest digest = {0};
    uint32_t count = 0;
    be_patient(scene);
    assert_ok(scene, spool_writer_open(scene->spool, &writer, &scene->fault));
    for (int i = 0; i < 66; i++)
        assert_ok(scene, spool_writer_add(writer, bytes, sizeof bytes, &scene->fault));
    plan_fault("ANY away 99 partNumber=2");
    assert_status(scene, spool_writer_commit(&writer, &digest, NULL, &scene->fault), STATUS_LATER);
    (void)unlink(plan);
    wait_for_store(scene);
    assert_ok(scene, spool_sweep(scene->spool, 3600000, &count, &scene->fault));
    assert_int_equal(count, 0); // it could be at work still
    assert_ok(scene, spool_sweep(scene->spool, -5000, &count, &scene->fault));
    assert_int_equal(count, 1);
    assert_ok(scene, spool_sweep(scene->spool, -5000, &count, &scene->fault));
    assert_int_equal(count, 0);
}

/* ---- the cache -------------------------------------------------------------------------------- */

static void a_damaged_copy_is_fetched_anew(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct digest digest = {0};
    char hex[DIGEST_HEX_BYTES], path[256];
    char *back = NULL;
    size_t length = 0;
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    digest_to_hex(&digest, hex);
    (void)snprintf(path, sizeof path, "%s/objects/%.2s/%s", scene->spool_folder, hex, hex);
    assert_ok(scene, durable_write_file(path, "lettre", 6, 0600, &scene->fault));
    assert_ok(scene, spool_get(scene->spool, &digest, 99, &back, &length, &scene->fault));
    assert_string_equal(back, "letter");
    free(back);
}

static void copies_are_given_only_so_long(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct digest digest = {0};
    char hex[DIGEST_HEX_BYTES], path[256];
    char *back = NULL;
    size_t length = 0;
    struct spool *other = NULL;
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    digest_to_hex(&digest, hex);
    (void)snprintf(path, sizeof path, "%s/objects/%.2s/%s", scene->spool_folder, hex, hex);
    // Another host, with a cache of its own, removes it.
    struct spool_place place = scene_spool_place(scene);
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/elsewhere", scene->folder);
    place.folder = folder;
    assert_ok(scene, spool_open_at(place, &other, &scene->fault));
    assert_ok(scene, spool_remove(other, &digest, &scene->fault));
    spool_close(&other);
    const struct timespec old[2] = {{.tv_sec = 1767600000}, {.tv_sec = 1767600000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_status(scene, spool_get(scene->spool, &digest, 99, &back, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void the_cache_keeps_what_was_used_last(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    enum { OBJECTS = 12, BYTES = 100000 };
    static char bytes[BYTES];
    struct digest digests[OBJECTS];
    struct spool_place place = faulty_place(scene);
    char path[256], hex[DIGEST_HEX_BYTES];
    int there = 0;
    place.cache_bytes = 6 * BYTES;
    spool_close(&scene->spool);
    assert_ok(scene, spool_open_at(place, &scene->spool, &scene->fault));
    for (int i = 0; i < OBJECTS; i++) {
        bytes[0] = (char)i;
        assert_ok(scene, spool_put(scene->spool, bytes, BYTES, &digests[i], &scene->fault));
        if (i == 0)
            continue;
        // The first is used again and again.
        int file = -1;
        uint64_t size = 0;
        assert_ok(scene, spool_open_object(scene->spool, &digests[0], &file, &size, &scene->fault));
        close(file);
    }
    for (int i = 0; i < OBJECTS; i++) {
        digest_to_hex(&digests[i], hex);
        (void)snprintf(path, sizeof path, "%s/objects/%.2s/%s", scene->spool_folder, hex, hex);
        bool is_copied = access(path, F_OK) == 0;
        there += is_copied ? 1 : 0;
        if (i == 0)
            assert_true(is_copied);
    }
    assert_in_range(there, 1, 7);
}

/* ---- what an administrator sees --------------------------------------------------------------- */

static void note_finding(void *context, enum spool_finding_kind kind, const char *words,
                         const char *advice)
{
    struct text *findings = context;
    text_append_format(findings, "%d %s|%s\n", (int)kind, words, advice == NULL ? "" : advice);
}

static void examine(struct scene *scene, struct spool_place place, struct text *findings)
{
    struct spool *spool = NULL;
    text_clear(findings);
    assert_ok(scene, spool_open_at(place, &spool, &scene->fault));
    assert_ok(scene, spool_examine(spool, note_finding, findings, &scene->fault));
    spool_close(&spool);
}

static void the_examination_says_what_to_do(void **state)
{
    struct scene *scene = *state;
    go_by_proxy(scene);
    struct text findings = {0};
    struct spool_place place = faulty_place(scene);
    examine(scene, place, &findings);
    assert_true(string_starts_with(findings.bytes, "0 s3://"));
    plan_fault("ANY away 99");
    examine(scene, place, &findings);
    assert_non_null(strstr(findings.bytes, "store.s3.endpoint"));
    plan_fault("PUT 403 99");
    examine(scene, place, &findings);
    assert_non_null(strstr(findings.bytes, "the right to list, get, put and delete"));
    (void)unlink(plan);
    place.url = "s3://no-such-bucket";
    examine(scene, place, &findings);
    assert_non_null(strstr(findings.bytes, "Make the bucket"));
    place = faulty_place(scene);
    place.access_key = "posteingang:nobody";
    examine(scene, place, &findings);
    assert_non_null(strstr(findings.bytes, "store.s3.access_key"));
    write_secret("not it");
    examine(scene, faulty_place(scene), &findings);
    assert_non_null(strstr(findings.bytes, "store.s3.secret_file"));
    text_done(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_put_gets_over_what_passes),
        SCENE_TEST(a_get_gets_over_what_passes),
        SCENE_TEST(a_store_that_is_away_is_later_and_comes_back),
        SCENE_TEST(an_upload_that_never_comes_whole_is_never_an_object),
        SCENE_TEST(bytes_that_always_come_changed_are_not_called_damaged),
        SCENE_TEST(a_bucket_that_is_gone_is_no_missing_object),
        SCENE_TEST(a_wrong_key_is_told_and_a_new_one_is_used_at_once),
        SCENE_TEST(a_large_object_goes_in_pieces_and_each_again_by_itself),
        SCENE_TEST(unfinished_uploads_are_swept),
        SCENE_TEST(a_damaged_copy_is_fetched_anew),
        SCENE_TEST(copies_are_given_only_so_long),
        SCENE_TEST(the_cache_keeps_what_was_used_last),
        SCENE_TEST(the_examination_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
