/* test_spool.c - bytes in the spool are whole, durable, checked, and found by their digest; wherever
 * they are kept: with SPOOL_S3 (tests/support/s3.sh) in the bucket of an object store. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/bucket.h"
#include "tests/store/scene.h"

static bool is_in_bucket(const struct scene *scene)
{
    return spool_place_is_bucket(scene->spool_url);
}

static void every_object_is_found_under_its_digest(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    struct digest expected = digest_of("abc", 3);
    char *bytes = NULL;
    size_t length = 0;
    assert_ok(scene, spool_put(scene->spool, "abc", 3, &digest, &scene->fault));
    assert_true(digest_equal(&digest, &expected));
    assert_true(spool_has(scene->spool, &digest));
    assert_ok(scene, spool_get(scene->spool, &digest, 3, &bytes, &length, &scene->fault));
    assert_int_equal(length, 3);
    assert_string_equal(bytes, "abc");
    free(bytes);
    char *path = spool_path(scene->spool, &digest);
    // SHA-256 of "abc", FIPS 180-2 B.1
    assert_true(string_ends_with(path, "/ba/ba7816bf8f01cfea414140de5dae2223b00361a3"
                                       "96177a9cb410ff61f20015ad"));
    assert_non_null(strstr(path, is_in_bucket(scene) ? "/sha256/" : "/spool/objects/"));
    free(path);
}

static void objects_can_only_be_read(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    struct stat found;
    if (is_in_bucket(scene))
        skip(); // its rights are the store's
    assert_ok(scene, spool_put(scene->spool, "abc", 3, &digest, &scene->fault));
    char *path = spool_path(scene->spool, &digest);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0440);
    free(path);
}

static void an_empty_object_and_a_large_one_come_back(void **state)
{
    struct scene *scene = *state;
    const size_t sizes[] = {0, 1, (1 << 18) - 1, 1 << 18, (1 << 20) + 17};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct digest digest = {0};
        size_t length = 1;
        char *back = NULL;
        char *bytes = malloc(sizes[i] + 1);
        assert_non_null(bytes);
        for (size_t j = 0; j < sizes[i]; j++)
            bytes[j] = (char)(j * 31 + i);
        assert_ok(scene, spool_put(scene->spool, bytes, sizes[i], &digest, &scene->fault));
        assert_ok(scene, spool_check(scene->spool, &digest, &scene->fault));
        assert_ok(scene, spool_get(scene->spool, &digest, sizes[i], &back, &length, &scene->fault));
        assert_int_equal(length, sizes[i]);
        assert_int_equal(memcmp(back, bytes, length), 0);
        free(back);
        free(bytes);
    }
}

static void the_same_bytes_twice_are_one_object(void **state)
{
    struct scene *scene = *state;
    struct digest first = {0};
    struct digest second = {0};
    uint32_t left = 1;
    assert_ok(scene, spool_put(scene->spool, "twice", 5, &first, &scene->fault));
    assert_ok(scene, spool_put(scene->spool, "twice", 5, &second, &scene->fault));
    assert_true(digest_equal(&first, &second));
    assert_ok(scene, spool_check(scene->spool, &first, &scene->fault));
    assert_ok(scene, spool_sweep(scene->spool, 0, &left, &scene->fault));
    assert_int_equal(left, 0); // nothing left behind in tmp/
}

static void nothing_is_visible_before_the_commit(void **state)
{
    struct scene *scene = *state;
    struct spool_writer *writer = NULL;
    struct digest digest = digest_of("pieces", 6);
    uint64_t size = 0;
    assert_ok(scene, spool_writer_open(scene->spool, &writer, &scene->fault));
    assert_ok(scene, spool_writer_add(writer, "pie", 3, &scene->fault));
    assert_ok(scene, spool_writer_add(writer, "ces", 3, &scene->fault));
    assert_false(spool_has(scene->spool, &digest));
    assert_ok(scene, spool_writer_commit(&writer, &digest, &size, &scene->fault));
    assert_null(writer);
    assert_int_equal(size, 6);
    assert_true(spool_has(scene->spool, &digest));
}

/* How many files are in the spool's folder of drafts. */
static unsigned drafts(const struct scene *scene)
{
    unsigned count = 0;
    char *path = path_join(scene->spool_folder, "tmp");
    DIR *folder = opendir(path);
    assert_true(folder != NULL || is_in_bucket(scene));
    free(path);
    for (struct dirent *entry = NULL; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] == '.' ? 0U : 1U;
    if (folder != NULL)
        (void)closedir(folder);
    return count;
}

static void what_was_put_for_later_is_there_when_it_is_settled(void **state)
{
    struct scene *scene = *state;
    struct digest digests[SPOOL_TOGETHER_MOST + 5];
    const size_t count = is_in_bucket(scene) ? 5 : sizeof digests / sizeof *digests;
    for (size_t i = 0; i < count; i++) {
        assert_ok(scene, spool_put_later(scene->spool, &i, sizeof i, &digests[i], &scene->fault));
        struct digest expected = digest_of(&i, sizeof i);
        assert_true(digest_equal(&digests[i], &expected));
        // A bucket and a full list keep it at once.
        assert_int_equal(spool_has(scene->spool, &digests[i]),
                         is_in_bucket(scene) || i >= SPOOL_TOGETHER_MOST);
    }
    assert_int_equal(drafts(scene), is_in_bucket(scene) ? 0 : SPOOL_TOGETHER_MOST);
    assert_ok(scene, spool_settle(scene->spool, &scene->fault));
    for (size_t i = 0; i < count; i++)
        assert_ok(scene, spool_check(scene->spool, &digests[i], &scene->fault));
    assert_ok(scene, spool_settle(scene->spool, &scene->fault)); // nothing to do
    assert_int_equal(drafts(scene), 0);
}

static void the_same_bytes_put_for_later_twice_are_one_object(void **state)
{
    struct scene *scene = *state;
    struct digest first, second;
    assert_ok(scene, spool_put_later(scene->spool, "abc", 3, &first, &scene->fault));
    assert_ok(scene, spool_put_later(scene->spool, "abc", 3, &second, &scene->fault));
    assert_ok(scene, spool_settle(scene->spool, &scene->fault));
    assert_true(digest_equal(&first, &second));
    assert_ok(scene, spool_check(scene->spool, &first, &scene->fault));
    assert_int_equal(drafts(scene), 0);
}

/* One of them cannot be named: none may be counted on, and nothing of them is left behind. */
static void what_could_not_be_settled_is_not_counted_on(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0}, wedged = digest_of("wedged", 6);
    char command[4200];
    if (is_in_bucket(scene))
        skip();
    char *path = spool_path(scene->spool, &wedged);
    (void)snprintf(command, sizeof command, "mkdir -p '%s/in-the-way'", path);
    assert_int_equal(system(command), 0);
    assert_ok(scene, spool_put_later(scene->spool, "abc", 3, &digest, &scene->fault));
    assert_ok(scene, spool_put_later(scene->spool, "wedged", 6, &digest, &scene->fault));
    assert_status(scene, spool_settle(scene->spool, &scene->fault), STATUS_HALT);
    assert_int_equal(drafts(scene), 0);
    assert_status(scene, spool_put_later(scene->spool, "x", 1, &digest, NULL), STATUS_HALT);
    (void)snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
    free(path);
}

static void a_spool_that_is_closed_forgets_what_was_not_settled(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    if (is_in_bucket(scene))
        skip();
    assert_ok(scene, spool_put_later(scene->spool, "abc", 3, &digest, &scene->fault));
    spool_close(&scene->spool);
    assert_int_equal(drafts(scene), 0);
    assert_ok(scene, spool_open_at(scene_spool_place(scene), &scene->spool, &scene->fault));
    assert_false(spool_has(scene->spool, &digest));
}

static void an_abandoned_object_leaves_nothing(void **state)
{
    struct scene *scene = *state;
    struct spool_writer *writer = NULL;
    uint32_t left = 1;
    assert_ok(scene, spool_writer_open(scene->spool, &writer, &scene->fault));
    assert_ok(scene, spool_writer_add(writer, "x", 1, &scene->fault));
    spool_writer_abandon(&writer);
    assert_null(writer);
    spool_writer_abandon(&writer); // nothing to do
    assert_ok(scene, spool_sweep(scene->spool, 0, &left, &scene->fault));
    assert_int_equal(left, 0);
}

static void what_dead_writers_left_is_swept_when_it_is_old(void **state)
{
    struct scene *scene = *state;
    char path[96];
    uint32_t count = 9;
    (void)snprintf(path, sizeof path, "%s/spool/tmp/left", scene->folder);
    assert_ok(scene, durable_write_file(path, "x", 1, 0600, &scene->fault));
    assert_ok(scene, spool_sweep(scene->spool, 3600 * 1000, &count, &scene->fault));
    assert_int_equal(count, 0);
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_ok(scene, spool_sweep(scene->spool, 3600 * 1000, &count, &scene->fault));
    assert_int_equal(count, 1);
    assert_int_equal(access(path, F_OK), -1);
}

static void missing_and_too_large_objects_are_refused_with_words(void **state)
{
    struct scene *scene = *state;
    struct digest digest = digest_of("never", 5);
    char *bytes = NULL;
    size_t length = 0;
    assert_status(scene, spool_get(scene->spool, &digest, 99, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "missing"));
    assert_ok(scene, spool_put(scene->spool, "never", 5, &digest, &scene->fault));
    assert_status(scene, spool_get(scene->spool, &digest, 4, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "more than the 4 allowed"));
}

/* The object gets other bytes where it is kept: one bit of a file, or all of them in a bucket. */
static void flip_bit_in_bucket(struct scene *scene, const struct digest *digest)
{
    const struct spool_place place = scene_spool_place(scene);
    struct bucket *bucket = NULL;
    char hex[DIGEST_HEX_BYTES];
    char key[BUCKET_KEY_BYTES];
    digest_to_hex(digest, hex);
    (void)snprintf(key, sizeof key, "sha256/%.2s/%s", hex, hex);
    assert_ok(scene, bucket_open(&place, &bucket, &scene->fault));
    assert_ok(scene, bucket_put(bucket, key, "other", 5, &scene->fault));
    bucket_close(&bucket);
    // A copy in the cache is right still, and would be given.
    (void)snprintf(key, sizeof key, "%s/objects/%.2s/%s", scene->spool_folder, hex, hex);
    assert_int_equal(unlink(key), 0);
}

static void flip_bit(struct scene *scene, const struct digest *digest, off_t offset)
{
    if (is_in_bucket(scene)) {
        flip_bit_in_bucket(scene, digest);
        return;
    }
    char *path = spool_path(scene->spool, digest);
    char byte = 0;
    assert_int_equal(chmod(path, 0600), 0);
    int file = open(path, O_RDWR);
    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, offset), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(file, &byte, 1, offset), 1);
    close(file);
    free(path);
}

static void a_flipped_bit_is_found_by_every_reading(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    char *bytes = NULL;
    size_t length = 0;
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    flip_bit(scene, &digest, 3);
    assert_status(scene, spool_check(scene->spool, &digest, &scene->fault), STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "damaged"));
    assert_status(scene, spool_get(scene->spool, &digest, 99, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_null(bytes);
}

static void the_same_bytes_again_mend_a_damaged_object(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    flip_bit(scene, &digest, 0);
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    assert_ok(scene, spool_check(scene->spool, &digest, &scene->fault));
}

static void a_link_in_the_place_of_an_object_is_not_followed(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    int file = -1;
    uint64_t size = 0;
    if (is_in_bucket(scene))
        skip(); // there are no links
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    char *path = spool_path(scene->spool, &digest);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_not_equal(spool_open_object(scene->spool, &digest, &file, &size, &scene->fault),
                         STATUS_OK);
    assert_false(spool_has(scene->spool, &digest));
    free(path);
}

static void other_kinds_of_storage_are_refused_with_words(void **state)
{
    struct scene *scene = *state;
    struct spool *spool = NULL;
    assert_status(scene, spool_open("s3://bucket", &spool, &scene->fault), STATUS_REFUSE);
    const char *const urls[] = {"s3://", "s3:///prefix", "s3://bucket/prä", "s3://bucket/a b",
                                "s3://bucket/a?b"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct spool_place place = {.url = urls[i],
                                    .folder = scene->spool_folder,
                                    .endpoint = "http://127.0.0.1:1",
                                    .region = "eu",
                                    .access_key = "key",
                                    .secret_file = "secret",
                                    .timeout_ms = 1000};
        print_message("%s\n", urls[i]);
        assert_status(scene, spool_open_at(place, &spool, &scene->fault), STATUS_REFUSE);
    }
    assert_null(spool);
}

/* Writers in several processes put the same and different objects at the same time. */
static void processes_share_a_spool(void **state)
{
    struct scene *scene = *state;
    enum { PROCESSES = 4, OBJECTS_MOST = 50 };
    const int objects = is_in_bucket(scene) ? 5 : OBJECTS_MOST;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct spool *spool = NULL;
            int bad = spool_open_at(scene_spool_place(scene), &spool, NULL) != STATUS_OK;
            for (int j = 0; j < objects && !bad; j++) {
                struct digest digest;
                bad = spool_put(spool, &j, sizeof j, &digest, NULL) != STATUS_OK ||
                      spool_check(spool, &digest, NULL) != STATUS_OK;
            }
            _exit(bad);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int result = -1;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_int_equal(result, 0);
    }
    for (int j = 0; j < objects; j++) {
        struct digest digest = digest_of(&j, sizeof j);
        assert_ok(scene, spool_check(scene->spool, &digest, &scene->fault));
    }
}

static void an_object_can_be_looked_at_without_its_bytes(void **state)
{
    struct scene *scene = *state;
    struct spool_object object = {.is_there = true};
    struct digest digest = digest_of("letter", 6);
    time_t now = time(NULL);
    assert_ok(scene, spool_look(scene->spool, &digest, &object, &scene->fault));
    assert_false(object.is_there);
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    assert_ok(scene, spool_look(scene->spool, &digest, &object, &scene->fault));
    assert_true(object.is_there);
    assert_int_equal(object.size, 6);
    assert_in_range(object.written_ms / 1000, now - 2, time(NULL) + 2);
}

static void a_removed_object_is_gone_for_every_reader(void **state)
{
    struct scene *scene = *state;
    struct digest digest = {0};
    char *bytes = NULL;
    size_t length = 0;
    assert_ok(scene, spool_put(scene->spool, "letter", 6, &digest, &scene->fault));
    assert_ok(scene, spool_remove(scene->spool, &digest, &scene->fault));
    assert_false(spool_has(scene->spool, &digest));
    assert_status(scene, spool_get(scene->spool, &digest, 99, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_status(scene, spool_check(scene->spool, &digest, &scene->fault), STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "missing"));
    assert_ok(scene, spool_remove(scene->spool, &digest, &scene->fault)); // nothing to do
}

struct seen {
    struct digest last;
    uint64_t bytes;
    unsigned count;
    bool is_sorted;
};

static enum status see(void *context, const struct digest *digest,
                       const struct spool_object *object, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    seen->is_sorted &=
        seen->count == 0 || memcmp(seen->last.bytes, digest->bytes, sizeof digest->bytes) < 0;
    seen->last = *digest;
    seen->count++;
    seen->bytes += object->size;
    return STATUS_OK;
}

static void a_walk_sees_every_object_once_in_order(void **state)
{
    struct scene *scene = *state;
    enum { OBJECTS = 20 };
    struct seen seen = {.is_sorted = true};
    for (int i = 0; i < OBJECTS; i++) {
        struct digest digest;
        assert_ok(scene, spool_put(scene->spool, &i, sizeof i, &digest, &scene->fault));
    }
    assert_ok(scene, spool_each(scene->spool, see, &seen, &scene->fault));
    assert_int_equal(seen.count, OBJECTS);
    assert_int_equal(seen.bytes, OBJECTS * sizeof(int));
    assert_true(seen.is_sorted);
}

static enum status note_line(void *context, char *line, struct fault *fault)
{
    struct text *lines = context;
    (void)fault;
    if (line[0] != '\0') // a file's first line is empty: the newline is in front
        text_append_format(lines, "%s;", line);
    return STATUS_OK;
}

static bool is_not_second(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "second") != 0;
}

static void the_journal_tells_its_lines_in_order(void **state)
{
    struct scene *scene = *state;
    const int64_t day_ms = INT64_C(86400000), begin_ms = INT64_C(1767600000000);
    struct text lines = {0};
    assert_ok(scene, spool_journal_add(scene->spool, begin_ms, "first", "\none", 4, &scene->fault));
    assert_ok(scene, spool_journal_add(scene->spool, begin_ms + day_ms, "second", "\ntwo", 4,
                                       &scene->fault));
    assert_ok(scene, spool_journal_add(scene->spool, begin_ms + 40 * day_ms, "third", "\nthree", 6,
                                       &scene->fault));
    assert_ok(scene,
              spool_journal_each(scene->spool, 0, 99, NULL, note_line, &lines, &scene->fault));
    assert_string_equal(text_string(&lines), "one;two;three;");
    text_clear(&lines);
    assert_ok(scene, spool_journal_each(scene->spool, begin_ms + 35 * day_ms, 99, NULL, note_line,
                                        &lines, &scene->fault));
    assert_string_equal(text_string(&lines), "three;");
    text_clear(&lines);
    // A filter spares requests; a file is read anyway.
    assert_ok(scene, spool_journal_each(scene->spool, 0, 99, is_not_second, note_line, &lines,
                                        &scene->fault));
    assert_string_equal(text_string(&lines), is_in_bucket(scene) ? "one;three;" : "one;two;three;");
    text_done(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(every_object_is_found_under_its_digest),
        SCENE_TEST(objects_can_only_be_read),
        SCENE_TEST(an_empty_object_and_a_large_one_come_back),
        SCENE_TEST(the_same_bytes_twice_are_one_object),
        SCENE_TEST(nothing_is_visible_before_the_commit),
        SCENE_TEST(what_was_put_for_later_is_there_when_it_is_settled),
        SCENE_TEST(the_same_bytes_put_for_later_twice_are_one_object),
        SCENE_TEST(what_could_not_be_settled_is_not_counted_on),
        SCENE_TEST(a_spool_that_is_closed_forgets_what_was_not_settled),
        SCENE_TEST(an_abandoned_object_leaves_nothing),
        SCENE_TEST(what_dead_writers_left_is_swept_when_it_is_old),
        SCENE_TEST(missing_and_too_large_objects_are_refused_with_words),
        SCENE_TEST(a_flipped_bit_is_found_by_every_reading),
        SCENE_TEST(the_same_bytes_again_mend_a_damaged_object),
        SCENE_TEST(a_link_in_the_place_of_an_object_is_not_followed),
        SCENE_TEST(other_kinds_of_storage_are_refused_with_words),
        SCENE_TEST(processes_share_a_spool),
        SCENE_TEST(an_object_can_be_looked_at_without_its_bytes),
        SCENE_TEST(a_removed_object_is_gone_for_every_reader),
        SCENE_TEST(a_walk_sees_every_object_once_in_order),
        SCENE_TEST(the_journal_tells_its_lines_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
