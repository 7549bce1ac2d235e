/* test_cabinet.c - documents come into the cabinet whole, once, and into the right case alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/durable.h"
#include "base/text.h"
#include "filing/cabinet.h"

enum { PARTS = 4, BIG_BYTES = 1 << 20 };

static const char id_text[] = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

static struct cabinet_document document(const char *team, const char *case_number,
                                        const struct cabinet_part *parts, size_t count)
{
    struct cabinet_document document = {
        .team = team, .case_number = case_number, .parts = parts, .part_count = count};
    assert_true(uuid_from_text(id_text, &document.id));
    return document;
}

static const struct cabinet_part good_parts[PARTS] = {
    {"dokument.pdf",  "%PDF",    4, false, 0},
    {"text.txt",      "Hallo\n", 6, false, 0},
    {"original.tiff", "II*",     3, false, 0},
    {"dokument.json", "{}\n",    3, true,  0},
};

static struct cabinet *open_cabinet(void)
{
    struct cabinet *cabinet = NULL;
    struct fault fault = {0};
    if (cabinet_open("cabinet", &cabinet, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return cabinet;
}

static enum status put(struct cabinet *cabinet, const struct cabinet_document *document,
                       struct fault *fault)
{
    char *place = NULL;
    enum status status = cabinet_put(cabinet, document, &place, fault);
    assert_true((status == STATUS_OK) == (place != NULL));
    free(place);
    return status;
}

static void expect_file(const char *path, const void *bytes, size_t length)
{
    char *found = NULL;
    size_t found_length = 0;
    struct fault fault = {0};
    if (file_read(path, 1 << 20, &found, &found_length, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(found_length, length);
    assert_memory_equal(found, bytes, length);
    free(found);
}

static size_t entries(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return 0;
    size_t count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return count;
}

/* Each test has a cabinet of its own. */
static int fresh_folder(void **state)
{
    static int number;
    static char root[512];
    char folder[600];
    (void)state;
    if (number == 0 && getcwd(root, sizeof root) == NULL)
        return -1;
    (void)snprintf(folder, sizeof folder, "%s/%d", root, ++number);
    return mkdir(folder, 0700) == 0 ? chdir(folder) : -1;
}

static void document_stands_in_its_case(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("SG 50.2", "SG 50.2/563800/12", good_parts, PARTS);
    char *place = NULL;
    assert_int_equal(cabinet_put(cabinet, &one, &place, NULL), STATUS_OK);
    assert_string_equal(place,
                        "SG 50.2/SG 50.2%2F563800%2F12/0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
    for (size_t i = 0; i < PARTS; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "cabinet/%s/%s", place, good_parts[i].name);
        expect_file(path, good_parts[i].bytes, good_parts[i].length);
    }
    free(place);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    cabinet_close(&cabinet);
}

static void names_cannot_leave_the_cabinet(void **state)
{
    (void)state;
    static const char *const names[] = {"..", "../..", "/etc", "a/../../b", "", ".", ".tmp"};
    struct cabinet *cabinet = open_cabinet();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct cabinet_document as_case = document("team", names[i], good_parts, PARTS);
        struct cabinet_document as_team = document(names[i], "case", good_parts, PARTS);
        assert_int_equal(put(cabinet, &as_case, NULL), STATUS_OK);
        assert_int_equal(put(cabinet, &as_team, NULL), STATUS_OK);
    }
    assert_int_equal(entries("."), 1);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    assert_int_equal(entries("cabinet/team"), sizeof names / sizeof names[0]);
    cabinet_close(&cabinet);
}

static void part_names_are_file_names(void **state)
{
    (void)state;
    static const char *const names[] = {"", ".", "..", "../x", "a/b", ".hidden"};
    struct cabinet *cabinet = open_cabinet();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct cabinet_part part = {names[i], "x", 1, false, 0};
        struct cabinet_document one = document("team", "case", &part, 1);
        if (put(cabinet, &one, NULL) != STATUS_REFUSE)
            fail_msg("\"%s\" was taken", names[i]);
    }
    assert_int_equal(entries("cabinet"), 1);
    cabinet_close(&cabinet);
}

static void same_content_again_is_a_success(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("team", "case", good_parts, PARTS);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    assert_int_equal(entries("cabinet/team/case"), 1);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    cabinet_close(&cabinet);
}

static void other_content_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("team", "case", good_parts, PARTS);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    static const struct cabinet_part others[] = {
        {"dokument.pdf", "%PDX",  4, false, 0},
        {"dokument.pdf", "%PD",   3, false, 0},
        {"dokument.pdf", "%PDF-", 5, false, 0},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct cabinet_document other = document("team", "case", &others[i], 1);
        assert_int_equal(put(cabinet, &other, NULL), STATUS_REFUSE);
    }
    char path[256];
    (void)snprintf(path, sizeof path, "cabinet/team/case/%s/dokument.pdf", id_text);
    expect_file(path, "%PDF", 4);
    cabinet_close(&cabinet);
}

static void description_may_be_replaced(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_part parts[PARTS];
    memcpy(parts, good_parts, sizeof parts);
    struct cabinet_document one = document("team", "case", parts, PARTS);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    parts[PARTS - 1].bytes = "{\"a\":1}";
    parts[PARTS - 1].length = 7;
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    char path[256];
    (void)snprintf(path, sizeof path, "cabinet/team/case/%s/dokument.json", id_text);
    expect_file(path, "{\"a\":1}", 7);
    cabinet_close(&cabinet);
}

/* What is renewed is another folder: who has the old one open never finds a mixture in it. */
static void a_renewed_document_changes_in_one_step(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_part parts[PARTS];
    memcpy(parts, good_parts, sizeof parts);
    struct cabinet_document one = document("team", "case", parts, PARTS);
    char path[256];
    (void)snprintf(path, sizeof path, "cabinet/team/case/%s", id_text);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    int before = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(before >= 0);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK); // the same: nothing is touched
    assert_int_equal(faccessat(before, "dokument.json", F_OK, 0), 0);
    parts[PARTS - 1].bytes = "{\"a\":1}";
    parts[PARTS - 1].length = 7;
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    assert_int_not_equal(faccessat(before, "dokument.json", F_OK, 0), 0);
    assert_int_equal(close(before), 0);
    assert_int_equal(entries(path), PARTS);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    cabinet_close(&cabinet);
}

/* A note behind the PDF makes way for another one; the PDF before it for none. */
static void what_follows_the_fixed_bytes_may_be_replaced(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    static const struct {
        struct cabinet_part part;
        enum status expected;
    } rows[] = {
        {{"dokument.pdf", "%PDF note 1", 11, false, 4},       STATUS_OK    },
        {{"dokument.pdf", "%PDF note two", 13, false, 4},     STATUS_OK    },
        {{"dokument.pdf", "%PDF", 4, false, 4},               STATUS_OK    },
        {{"dokument.pdf", "%PDF note 1", 11, false, 0},       STATUS_REFUSE},
        {{"dokument.pdf", "%PDX note 1", 11, false, 4},       STATUS_REFUSE},
        {{"dokument.pdf", "%PDF note three", 15, false, 9},   STATUS_REFUSE},
        {{"dokument.pdf", "%PDF note three", 15, false, 400}, STATUS_REFUSE},
    };
    struct cabinet_document first = document("team", "case", good_parts, PARTS);
    assert_int_equal(put(cabinet, &first, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cabinet_document one = document("team", "case", &rows[i].part, 1);
        print_message("%s\n", (const char *)rows[i].part.bytes);
        assert_int_equal(put(cabinet, &one, NULL), rows[i].expected);
    }
    cabinet_close(&cabinet);
}

static void a_part_that_is_missing_comes_back(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("team", "case", good_parts, PARTS);
    char path[256];
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    (void)snprintf(path, sizeof path, "cabinet/team/case/%s/dokument.pdf", id_text);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    assert_int_equal(access(path, F_OK), 0);
    cabinet_close(&cabinet);
}

static void same_document_in_another_case_is_another_place(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("team", "a/b", good_parts, PARTS);
    struct cabinet_document two = document("team", "a%2Fb", good_parts, PARTS);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    assert_int_equal(put(cabinet, &two, NULL), STATUS_OK);
    assert_int_equal(entries("cabinet/team"), 2);
    cabinet_close(&cabinet);
}

static void a_withdrawn_document_is_gone_and_the_others_stay(void **state)
{
    (void)state;
    char *place = NULL;
    struct fault fault = {0};
    struct cabinet *cabinet = open_cabinet();
    struct cabinet_document one = document("team", "1", good_parts, PARTS);
    struct cabinet_document two = document("team", "2", good_parts, PARTS);
    assert_int_equal(put(cabinet, &two, NULL), STATUS_OK);
    assert_int_equal(cabinet_put(cabinet, &one, &place, &fault), STATUS_OK);
    static const char *const strange[] = {"team/1", "../x/y", "/etc/passwd", "team/1/x", ""};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        assert_int_equal(cabinet_withdraw(cabinet, &one.id, strange[i], &fault), STATUS_REFUSE);
    for (int i = 0; i < 2; i++) // gone is gone
        assert_int_equal(cabinet_withdraw(cabinet, &one.id, place, &fault), STATUS_OK);
    assert_int_equal(entries("cabinet/team/1"), 0);
    assert_int_equal(entries("cabinet/team/2"), 1);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    free(place);
    cabinet_close(&cabinet);
}

/* A process that holds the folder's lock until it is killed. */
static pid_t start_writer(const char *folder)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t writer = fork();
    if (writer == 0) {
        int file = open(folder, O_RDONLY | O_DIRECTORY);
        bool told = flock(file, LOCK_EX | LOCK_NB) == 0 && write(ready[1], "!", 1) == 1;
        while (told)
            (void)pause();
        _exit(1);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return writer;
}

static void leftovers_of_the_dead_are_swept_those_of_the_living_stay(void **state)
{
    (void)state;
    struct cabinet *first = open_cabinet();
    assert_int_equal(mkdir("cabinet/.tmp/dead.1.1", 0700), 0);
    FILE *file = fopen("cabinet/.tmp/dead.1.1/dokument.pdf", "w");
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(mkdir("cabinet/.tmp/alive.1.1", 0700), 0);
    cabinet_close(&first);
    pid_t writer = start_writer("cabinet/.tmp/alive.1.1");
    struct cabinet *second = open_cabinet();
    assert_int_equal(entries("cabinet/.tmp"), 1);
    assert_int_equal(access("cabinet/.tmp/alive.1.1", F_OK), 0);
    cabinet_close(&second);
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
}

/* A file size limit stands for a full disk: the write fails in the middle (EFBIG is no full disk
 * to durable_status(), but the path through the cabinet is the same). */
static void failed_write_leaves_nothing(void **state)
{
    (void)state;
    struct cabinet *cabinet = open_cabinet();
    char *big = calloc(1, BIG_BYTES);
    assert_non_null(big);
    const struct cabinet_part parts[] = {
        {"text.txt",     "Hallo\n", 6,         false, 0},
        {"dokument.pdf", big,       BIG_BYTES, false, 0}
    };
    struct cabinet_document one = document("team", "case", parts, 2);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {BIG_BYTES / 2, before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status = put(cabinet, &one, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(status, STATUS_OK);
    assert_int_equal(entries("cabinet/.tmp"), 0);
    assert_int_equal(entries("cabinet/team/case"), 0);
    assert_int_equal(put(cabinet, &one, NULL), STATUS_OK);
    free(big);
    cabinet_close(&cabinet);
}

static void mount_or_skip(const char *options)
{
    char command[128];
    assert_int_equal(mkdir("cabinet", 0700), 0);
    (void)snprintf(command, sizeof command, "mount -t tmpfs -o %s none cabinet 2>/dev/null",
                   options);
    if (geteuid() != 0 || system(command) != 0)
        skip();
}

/* Fills what the mount has with documents: at some point it is full. */
static void full_disk_gives_later_and_leaves_nothing(void **state)
{
    static const char *const options[] = {"size=256k", "size=4m,nr_inodes=24"};
    for (size_t i = 0; i < 2; i++) {
        if (i > 0)
            assert_int_equal(fresh_folder(state), 0);
        mount_or_skip(options[i]);
        struct cabinet *cabinet = open_cabinet();
        struct cabinet_document one = document("team", "case", good_parts, PARTS);
        enum status status = STATUS_OK;
        struct fault fault = {0};
        size_t filed = 0;
        while (status == STATUS_OK && filed < 200) {
            one.id.bytes[15] = (uint8_t)filed;
            one.id.bytes[14] = (uint8_t)(filed >> 8);
            status = put(cabinet, &one, &fault);
            filed += status == STATUS_OK;
        }
        size_t there = entries("cabinet/team/case");
        size_t left = entries("cabinet/.tmp");
        cabinet_close(&cabinet);
        assert_int_equal(system("umount cabinet"), 0);
        if (status != STATUS_LATER)
            fail_msg("%s: %s after %zu: %s", options[i], status_name(status), filed, fault.text);
        assert_int_equal(there, filed);
        assert_int_equal(left, 0);
    }
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup(name, fresh_folder)
    const struct CMUnitTest tests[] = {
        PROMISE(document_stands_in_its_case),
        PROMISE(names_cannot_leave_the_cabinet),
        PROMISE(part_names_are_file_names),
        PROMISE(same_content_again_is_a_success),
        PROMISE(other_content_is_refused_and_changes_nothing),
        PROMISE(description_may_be_replaced),
        PROMISE(a_renewed_document_changes_in_one_step),
        PROMISE(what_follows_the_fixed_bytes_may_be_replaced),
        PROMISE(a_part_that_is_missing_comes_back),
        PROMISE(same_document_in_another_case_is_another_place),
        PROMISE(a_withdrawn_document_is_gone_and_the_others_stay),
        PROMISE(leftovers_of_the_dead_are_swept_those_of_the_living_stay),
        PROMISE(failed_write_leaves_nothing),
        PROMISE(full_disk_gives_later_and_leaves_nothing),
    };
    return cmocka_run_group_tests_name("cabinet", tests, NULL, NULL);
}
