/* test_key.c - keys of workers on other hosts, as an admin handles them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/keypair.h"
#include "base/status.h"
#include "tests/cli/command.h"

#define AT "--config here/posteingang.yaml "

static int make_instance(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init here");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
    return 0;
}

/* The public half of a key file, quoted for a shell. */
static void quoted_public(const char *path, char ret_text[KEY_TEXT_BYTES + 3])
{
    struct key_file file = {0};
    char text[KEY_TEXT_BYTES];
    assert_int_equal(key_file_read(path, &file, NULL), STATUS_OK);
    public_key_to_text(&file.pair.public_key, text);
    (void)snprintf(ret_text, KEY_TEXT_BYTES + 3, "'%s'", text);
}

static void a_new_key_trusts_this_instances_dispatcher(void **state)
{
    (void)state;
    struct said said = {0};
    struct key_file worker = {0};
    struct key_file server = {0};
    command(&said, AT "key new reader-1");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "key enrol reader-1 '");
    assert_int_equal(key_file_read("reader-1.key", &worker, NULL), STATUS_OK);
    assert_int_equal(key_file_read("here/keys/dispatch.key", &server, NULL), STATUS_OK);
    assert_true(worker.has_server);
    assert_true(public_key_equal(&worker.server, &server.pair.public_key));
    assert_false(public_key_equal(&worker.pair.public_key, &server.pair.public_key));
    command(&said, AT "key new reader-1");
    expect_exit(&said, EXIT_FOUND);
    expect_error(&said, "already");
    said_done(&said);
}

static void a_key_is_made_without_an_instance_when_the_server_is_named(void **state)
{
    (void)state;
    struct said said = {0};
    char server[KEY_TEXT_BYTES + 3];
    char arguments[256];
    quoted_public("here/keys/dispatch.key", server);
    (void)snprintf(arguments, sizeof arguments,
                   "--config nowhere.yaml key new far --file far-away.key --server %s", server);
    command(&said, arguments);
    expect_exit(&said, EXIT_DONE);
    struct stat found;
    assert_int_equal(stat("far-away.key", &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    command(&said, "--config nowhere.yaml key new far2 --server nonsense");
    expect_exit(&said, EXIT_USAGE);
    said_done(&said);
}

static void enrolled_and_revoked_keys_are_listed(void **state)
{
    (void)state;
    struct said said = {0};
    char public[KEY_TEXT_BYTES + 3];
    char arguments[256];
    command(&said, AT "key new listed");
    quoted_public("listed.key", public);
    (void)snprintf(arguments, sizeof arguments, AT "key enrol listed %s", public);
    command(&said, arguments);
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "listed may connect as a reader");
    expect_out(&said, "dispatch.listen");
    command(&said, AT "key list --json");
    expect_exit(&said, EXIT_DONE);
    json_t *object = expect_json_line(&said, 0);
    assert_string_equal(json_string_value(json_object_get(object, "name")), "listed");
    assert_true(json_is_null(json_object_get(object, "revoked")));
    json_decref(object);
    command(&said, AT "key revoke listed");
    expect_exit(&said, EXIT_DONE);
    command(&said, AT "key revoke listed");
    expect_exit(&said, EXIT_FOUND);
    command(&said, arguments);
    expect_exit(&said, EXIT_FOUND);
    command(&said, AT "key list");
    expect_out(&said, "revoked");
    expect_out(&said, "dispatcher's public key");
    command(&said, AT "verify");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
}

static void wrong_usage_says_what_is_wanted(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int exit_code;
        const char *part;
    } cases[] = {
        {AT "key new 'No Name'",          EXIT_USAGE, "lower-case"         },
        {AT "key enrol x short",          EXIT_USAGE, "is not a public key"},
        {AT "key enrol x y --role queen", EXIT_USAGE, "--role reader"      },
        {AT "key revoke nobody",          EXIT_FOUND, "no enrolled key"    },
        {AT "key",                        EXIT_USAGE, "key what?"          },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = {0};
        command(&said, cases[i].arguments);
        expect_exit(&said, cases[i].exit_code);
        expect_error(&said, cases[i].part);
        said_done(&said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_key_trusts_this_instances_dispatcher),
        cmocka_unit_test(a_key_is_made_without_an_instance_when_the_server_is_named),
        cmocka_unit_test(enrolled_and_revoked_keys_are_listed),
        cmocka_unit_test(wrong_usage_says_what_is_wanted),
    };
    return cmocka_run_group_tests(tests, make_instance, NULL);
}
