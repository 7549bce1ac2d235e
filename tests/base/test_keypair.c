/* test_keypair.c - keys and the files that keep them: private, whole, and never overwritten. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/keypair.h"

static struct key_file new_file(bool has_server)
{
    struct key_file file = {.has_server = has_server};
    struct key_pair server;
    assert_int_equal(key_pair_new(&file.pair, NULL), STATUS_OK);
    assert_int_equal(key_pair_new(&server, NULL), STATUS_OK);
    if (has_server)
        file.server = server.public_key;
    return file;
}

static void keys_come_back_from_their_file(void **state)
{
    (void)state;
    for (int has_server = 0; has_server < 2; has_server++) {
        struct key_file file = new_file(has_server != 0);
        struct key_file back = {0};
        const char *path = has_server != 0 ? "worker.key" : "dispatch.key";
        assert_int_equal(key_file_write(path, &file, NULL), STATUS_OK);
        assert_int_equal(key_file_read(path, &back, NULL), STATUS_OK);
        assert_true(public_key_equal(&back.pair.public_key, &file.pair.public_key));
        assert_memory_equal(back.pair.secret, file.pair.secret, KEY_BYTES);
        assert_int_equal(back.has_server, has_server);
        assert_true(public_key_equal(&back.server, &file.server));
        struct stat found;
        assert_int_equal(stat(path, &found), 0);
        assert_int_equal(found.st_mode & 0777, 0600);
    }
}

static void two_pairs_are_never_the_same(void **state)
{
    (void)state;
    struct key_pair a;
    struct key_pair b;
    assert_int_equal(key_pair_new(&a, NULL), STATUS_OK);
    assert_int_equal(key_pair_new(&b, NULL), STATUS_OK);
    assert_true(key_pair_is_whole(&a) && key_pair_is_whole(&b));
    assert_false(public_key_equal(&a.public_key, &b.public_key));
    memcpy(a.secret, b.secret, sizeof a.secret);
    assert_false(key_pair_is_whole(&a));
}

/* 400 keys of which none begins with a dash: one chance in a hundred without the rule. */
static void a_public_key_never_reads_like_an_option(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct key_pair pair;
        char text[KEY_TEXT_BYTES];
        assert_int_equal(key_pair_new(&pair, NULL), STATUS_OK);
        assert_true(key_pair_is_whole(&pair));
        public_key_to_text(&pair.public_key, text);
        assert_int_not_equal(text[0], '-');
    }
}

static void a_file_that_is_there_stays(void **state)
{
    (void)state;
    struct key_file first = new_file(false);
    struct key_file second = new_file(false);
    struct key_file back = {0};
    struct fault fault = {0};
    assert_int_equal(key_file_write("once.key", &first, NULL), STATUS_OK);
    assert_int_equal(key_file_write("once.key", &second, &fault), STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "already"));
    assert_int_equal(key_file_read("once.key", &back, NULL), STATUS_OK);
    assert_true(public_key_equal(&back.pair.public_key, &first.pair.public_key));
}

static void a_key_that_others_may_read_is_not_used(void **state)
{
    (void)state;
    struct key_file file = new_file(false);
    struct key_file back = {0};
    assert_int_equal(key_file_write("open.key", &file, NULL), STATUS_OK);
    static const mode_t modes[] = {0640, 0604, 0660, 0610};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod("open.key", modes[i]), 0);
        assert_int_equal(key_file_read("open.key", &back, NULL), STATUS_REFUSE);
    }
    assert_int_equal(chmod("open.key", 0600), 0);
    assert_int_equal(symlink("open.key", "link.key"), 0);
    assert_int_equal(key_file_read("link.key", &back, NULL), STATUS_REFUSE);
    assert_int_equal(key_file_read("absent.key", &back, NULL), STATUS_REFUSE);
}

/* Lines of a sound file, one of them left out, doubled, cut or of another pair. */
static void what_is_no_key_file_is_refused(void **state)
{
    (void)state;
    struct key_file file = new_file(true);
    struct key_file other = new_file(true);
    char *bytes = NULL;
    char *others = NULL;
    size_t length = 0;
    assert_int_equal(key_file_write("sound.key", &file, NULL), STATUS_OK);
    assert_int_equal(key_file_write("other.key", &other, NULL), STATUS_OK);
    assert_int_equal(file_read("sound.key", 4096, &bytes, &length, NULL), STATUS_OK);
    assert_int_equal(file_read("other.key", 4096, &others, &length, NULL), STATUS_OK);
    char *public = strstr(bytes, "public ");
    char *secret = strstr(bytes, "secret ");
    char *strange = strstr(others, "secret ");
    char text[6][600];
    (void)snprintf(text[0], sizeof text[0], "%.48s", public);
    (void)snprintf(text[1], sizeof text[1], "%.48s", secret);
    (void)snprintf(text[2], sizeof text[2], "%.48s%.48s%.48s", public, public, secret);
    (void)snprintf(text[3], sizeof text[3], "%.48s%.48s", public, strange);
    (void)snprintf(text[4], sizeof text[4], "%.48s%.40s\n", public, secret);
    (void)snprintf(text[5], sizeof text[5], "%.48s%.48scolour blue\n", public, secret);
    for (size_t i = 0; i < 6; i++) {
        struct key_file back = {0};
        assert_int_equal(durable_write_file("bad.key", text[i], strlen(text[i]), 0600, NULL),
                         STATUS_OK);
        if (key_file_read("bad.key", &back, NULL) != STATUS_REFUSE)
            fail_msg("case %zu was taken:\n%s", i, text[i]);
    }
    free(bytes);
    free(others);
}

static void only_forty_characters_of_z85_are_a_key(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "short",
        "0000000000000000000000000000000000000000",
        "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!! \"",
        "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7rq",
        "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf\xc3",
        "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]y~7",
    };
    struct public_key key;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (public_key_from_text(cases[i], &key))
            fail_msg("\"%s\" was taken", cases[i]);
    char text[KEY_TEXT_BYTES];
    assert_true(public_key_from_text("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", &key));
    public_key_to_text(&key, text);
    assert_string_equal(text, "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_back_from_their_file),
        cmocka_unit_test(two_pairs_are_never_the_same),
        cmocka_unit_test(a_public_key_never_reads_like_an_option),
        cmocka_unit_test(a_file_that_is_there_stays),
        cmocka_unit_test(a_key_that_others_may_read_is_not_used),
        cmocka_unit_test(what_is_no_key_file_is_refused),
        cmocka_unit_test(only_forty_characters_of_z85_are_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
