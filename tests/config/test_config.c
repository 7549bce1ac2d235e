/* test_config.c - what the loader says of files that are wrong, and of those that are right. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "config/config.h"

/* Something behind a site, which every file needs. */
#define SITE "sites:\n  - name: A\n" /* lines 1 and 2 */

struct broken {
    const char *name;
    const char *text;
    const char *said[5]; /* parts of the answer; a line each */
};

static const struct broken files[] = {
    {"empty file",                             "",                                                  {":1: the file says nothing"}                                                            },
    {"comments only",                          "# nothing\n\n",                                     {":1: the file says nothing"}                                                            },
    {"no sites",                               "log: {level: info}\n",                              {":1: sites: there is no site"}                                                          },
    {"not a mapping",                          "- a\n- b\n",                                        {":1: not a configuration"}                                                              },
    {"one word",                               "hello\n",                                           {":1: not a configuration"}                                                              },
    {"bad YAML",                               SITE "log: [\n",                                     {"not YAML"}                                                                             },
    {"tab",                                    SITE "log:\n\tlevel: info\n",                        {":4: not YAML"}                                                                         },
    {"key twice",
     SITE "log: {level: info}\nlog: {level: debug}\n",
     {":4: \"log\" stands twice; it first is on line 3"}                                                                                                                                     },
    {"unknown section",
     "sits:\n  - name: A\n" SITE,
     {":1: unknown setting \"sits\"; did you mean \"sites\"?"}                                                                                                                               },
    {"unknown key",
     SITE "matching:\n  treshold: 0.9\n",
     {":4: unknown setting \"matching.treshold\"; did you mean \"threshold\"?"}                                                                                                              },
    {"medical kinds that are none",
     SITE "privacy: {medical_kinds: atest; klage}\nquality:\n  high_kinds: heimvertrag\n",
     {":3: privacy.medical_kinds: there is no kind of document \"atest\"",
      ":5: quality.high_kinds: there is no kind of document \"heimvertrag\""}                                                                                                                },
    {"a kind twice",
     SITE "privacy: {medical_kinds: klage; attest ;klage}\n",
     {":3: privacy.medical_kinds: \"klage\" stands here twice"}                                                                                                                              },
    {"key in the wrong place",
     SITE "threshold: 0.9\n",
     {":3: unknown setting \"threshold\"; did you mean \"matching.threshold\"?"}                                                                                                             },
    {"unknown key of a site",
     "sites:\n  - name: A\n    qiet: 2s\n",                                                         {":3: unknown setting \"sites[0].qiet\"; did you mean \"quiet\"?"}                       },
    {"unknown key, told once",
     SITE "frobnicate:\n  a: 1\n  b: {c: 2}\n",
     {":3: unknown setting \"frobnicate\"; all are in docs/settings.md"}                                                                                                                     },
    {"value instead of section",
     SITE "portal: on\n",
     {":3: \"portal\" must have settings below it, not one value"}                                                                                                                           },
    {"section instead of value",
     SITE "log:\n  level:\n    a: b\n",
     {":4: \"log.level\" must have one value, not settings below it"}                                                                                                                        },
    {"mapping instead of list",                "sites:\n  name: A\n",                               {":1: \"sites\" must have a list"}                                                       },
    {"word instead of entry",                  "sites:\n  - A\n",                                   {":2: \"sites[0]\" must have settings"}                                                  },
    {"nothing behind a key",
     SITE "log:\n  level:\n",
     {":4: \"log.level\" has nothing behind it; take the line away"}                                                                                                                         },
    {"unit missing",
     SITE "workers:\n  lease: 60\n",
     {":4: workers.lease: \"60\" has no unit; did you mean \"60s\"?"}                                                                                                                        },
    {"wrong unit",                             SITE "limits:\n  scan_size: 5min\n",                 {":4: limits.scan_size: \"5min\" has an"}                                                },
    {"out of range",
     SITE "portal:\n  port: 70000\n",
     {":4: portal.port: \"70000\" is above the most, 65535"}                                                                                                                                 },
    {"choice",
     SITE "reading:\n  sandbox: require\n",
     {":4: reading.sandbox: \"require\" is not one of preferred, required; did you mean "
      "\"required\"?"}                                                                                                                                                                       },
    {"several at once",
     SITE "log:\n  level: loud\nportal:\n  port: -1\nworkers:\n  poll: 1ms\n",
     {":4: log.level", ":6: portal.port", ":8: workers.poll: \"1ms\" is below the least, 50ms"}                                                                                              },
    {"site without a name",                    "sites:\n  - drop: x\n",                             {":2: sites[0]: \"name\" is missing"}                                                    },
    {"site name with a slash",                 "sites:\n  - name: a/b\n",                           {":2: sites[0].name: \"a/b\" cannot"}                                                    },
    {"site name that hides",                   "sites:\n  - name: .x\n",                            {":2: sites[0].name: \".x\" cannot"}                                                     },
    {"sites alike",
     "sites:\n  - name: Waren\n  - name: Demmin\n  - name: waren\n",                                {":4: sites[2].name: \"waren\" is taken by the entry on line 2"}                         },
    {"teams twice",
     SITE "teams:\n  - name: T\n  - name: T\n",
     {":5: teams[1].name: \"T\" is taken by the entry on line 4"}                                                                                                                            },
    {"drop in drop",
     "sites:\n  - name: A\n    drop: d\n  - name: B\n    drop: d/b\n",                              {":5: sites[1].drop: ", "lies inside"}                                                   },
    {"drop around drop",
     "sites:\n  - name: A\n    drop: d/a\n  - name: B\n    drop: d\n",                              {":5: sites[1].drop: ", "lies around"}                                                   },
    {"same drop",
     "sites:\n  - name: A\n    drop: d\n  - name: B\n    drop: ./x/../d/\n",                        {":5: sites[1].drop: ", "the folder of sites[0].drop too"}                               },
    {"drop in spool",                          "sites:\n  - name: A\n    drop: spool/a\n",          {":3: sites[0].drop: "}                                                                  },
    {"drop around everything",                 "sites:\n  - name: A\n    drop: .\n",                {":3: sites[0].drop: "}                                                                  },
    {"drop through a link",                    "sites:\n  - name: A\n    drop: link/a\n",           {":3: sites[0].drop: "}                                                                  },
    {"ledger in spool",                        SITE "store:\n  ledger: spool/l.db\n",               {":4: store.ledger: ", "inside"}                                                         },
    {"password in the ledger's address",
     SITE "store:\n  ledger: postgresql://anna:secret@db/ledger\n",
     {":4: store.ledger: ", "passfile"}                                                                                                                                                      },
    {"ledger elsewhere",
     SITE "store:\n  ledger: mysql://x\n",
     {":4: store.ledger: ", "postgresql://"}                                                                                                                                                 },
    {"quiet too long",                         "sites:\n  - name: A\n    quiet: 2min\n",            {":3: sites[0].quiet: "}                                                                 },
    {"lease too short",
     SITE "workers:\n  lease: 2s\n",
     {":4: workers.lease: 2s is too little beside workers.heartbeat; at least 3s"}                                                                                                           },
    {"heartbeat too long",
     SITE "workers:\n  heartbeat: 30s\n  vanished: 2min\n",
     {":4: workers.heartbeat: too much beside workers.lease, which is 1min and would have to be "
      "90s"}                                                                                                                                                                                 },
    {"processor time too short",
     SITE "reading:\n  page_cpu: 30s\n",
     {":4: reading.page_cpu: 30s is too little beside reading.page_ocr; at least 45s"}                                                                                                       },
    {"margin above threshold",
     SITE "matching:\n  threshold: 0.6\n  margin: 0.7\n",
     {":5: matching.margin: 0.7 is more than the threshold of 0.6"}                                                                                                                          },
    {"threshold that lets all through",
     SITE "matching:\n  threshold: 0.2\n",
     {":4: matching.threshold: \"0.2\" is below the least, 0.5"}                                                                                                                             },
    {"pattern does not compile",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]'\n    canonical: '{a}'\n",
     {":5: case_numbers[0].pattern: does not compile: at byte 10"}                                                                                                                           },
    {"pattern matches nothing",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]*)'\n    canonical: '{a}'\n",
     {":5: case_numbers[0].pattern: matches the empty text"}                                                                                                                                 },
    {"template names no group of the pattern",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<area>[0-9]+)'\n    canonical: 'x{aera}'\n",
     {":6: case_numbers[0].canonical: names the group \"aera\", which the pattern lacks; did you "
      "mean \"area\"?"}                                                                                                                                                                      },
    {"template without a group",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]+)'\n    canonical: x\n",
     {":6: case_numbers[0].canonical: names no group"}                                                                                                                                       },
    {"template not closed",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]+)'\n    canonical: 'x{a'\n",
     {":6: case_numbers[0].canonical: has a { that no } closes"}                                                                                                                             },
    {"check without its digits",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]+)'\n    canonical: '{a}'\n"
          "    check:\n      algorithm: luhn\n",                                                    {":7: case_numbers[0].check.over: is missing", "check.group: is missing"}                },
    {"digits without a check",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]+)'\n    canonical: '{a}'\n"
          "    check:\n      over: '{a}'\n",                                                        {":8: case_numbers[0].check.over: is given, but check.algorithm is none"}                },
    {"letters under the check",
     SITE "case_numbers:\n  - name: n\n    pattern: '(?<a>[0-9]+)'\n    canonical: '{a}'\n"
          "    check: {algorithm: damm, over: 'X{a}', group: b}\n",                                 {":7: case_numbers[0].check.over: may hold digits", "check.group: names the group \"b\""}},
    {"two fields, one column",
     SITE "register:\n  columns:\n    street: anschrift\n    city: anschrift\n",
     {"register.columns.city: the column \"anschrift\" stands for another"}                                                                                                                  },
    {"languages",                              SITE "reading:\n  languages: deu,eng\n",             {":4: reading.languages: "}                                                              },
    {"languages, unfinished",                  SITE "reading:\n  languages: deu+\n",                {":4: reading.languages: "}                                                              },
    {"portal address",
     SITE "portal:\n  address: localhost\n",
     {":4: portal.address: \"localhost\" is not the number of an address"}                                                                                                                   },
    {"worker address",
     SITE "workers:\n  address: tcp://host\n",
     {":4: workers.address: \"tcp://host\" is not ipc://PATH"}                                                                                                                               },
    {"worker address on the network",
     SITE "workers:\n  address: tcp://10.0.0.1:5570\n",
     {":4: workers.address: ", "by dispatch.listen"}                                                                                                                                         },
    {"door without a port",
     SITE "dispatch:\n  listen: tcp://10.0.0.1\n",
     {":4: dispatch.listen: \"tcp://10.0.0.1\" is not tcp://ADDRESS:PORT"}                                                                                                                   },
    {"door of another kind",                   SITE "dispatch:\n  listen: ipc:///x\n",              {":4: dispatch.listen: "}                                                                },
    {"socket path",
     SITE "workers:\n  address: ipc:///0123456789/0123456789/0123456789/0123456789/"
          "0123456789/0123456789/0123456789/0123456789/0123456789/0123456789\n",                    {":4: workers.address: ", "has at most 102"}                                             },
    {"anchor",                                 SITE "log: &a {level: info}\n",                      {":3: anchors (&), aliases (*) and tags (!)"}                                            },
    {"alias",                                  SITE "log: *a\n",                                    {":3: anchors (&), aliases (*) and tags (!)"}                                            },
    {"tag",                                    SITE "log: {level: !!str info}\n",                   {":3: anchors (&), aliases (*) and tags (!)"}                                            },
    {"two documents",                          SITE "---\nlog: {level: info}\n",                    {":3: a second document"}                                                                },
    {"too deep",                               SITE "log: [[[[[[[[[[[[]]]]]]]]]]]]\n",              {":3: nested deeper"}                                                                    },
    {"NUL in a value",
     SITE "instance: {office: \"a\\0b\"}\n",
     {":3: a value of 3 bytes with a NUL"}                                                                                                                                                   },
    {"line break in a value",                  SITE "instance: {office: \"a\\nb\"}\n",              {":3: instance.office: "}                                                                },
    {"not UTF-8",                              SITE "instance:\n  office: Caf\xE9\n",               {":4: bytes that are not UTF-8"}                                                         },
    {"list as a key",                          SITE "? [a]\n: b\n",                                 {":3: a list or mapping cannot be the name"}                                             },
    {"key that looks like a path",             SITE "'log.level': info\n",                          {":3: \"log.level\" cannot be"}                                                          },
};

static enum status load(const char *text, size_t length, struct config **ret_config,
                        struct text *problems)
{
    assert_int_equal(durable_write_file("posteingang.yaml", text, length, 0600, NULL), STATUS_OK);
    return config_load("posteingang.yaml", ret_config, problems, NULL);
}

static void says_line_reason_and_suggestion(void **state)
{
    (void)state;
    assert_int_equal(mkdir("spool", 0700), 0);
    assert_int_equal(symlink("spool", "link"), 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct config *config = NULL;
        struct text problems = {0};
        enum status status = load(files[i].text, strlen(files[i].text), &config, &problems);
        print_message("%s:\n%s", files[i].name, text_string(&problems));
        assert_int_equal(status, STATUS_REFUSE);
        assert_null(config);
        assert_true(string_starts_with(text_string(&problems), "posteingang.yaml:"));
        for (size_t said = 0; files[i].said[said] != NULL; said++)
            assert_non_null(strstr(text_string(&problems), files[i].said[said]));
        text_done(&problems);
    }
}

static size_t count_lines(const struct text *text)
{
    size_t lines = 0;
    for (const char *byte = text_string(text); *byte != '\0'; byte++)
        lines += *byte == '\n';
    return lines;
}

static void lists_each_problem_once_in_the_order_of_the_file(void **state)
{
    (void)state;
    const char *text = "log:\n  level: loud\nsites:\n  - name: A\n    quit: 1s\n"
                       "workers:\n  lease: 2s\n  backoff: 30\nnonsense: 1\n";
    struct config *config = NULL;
    struct text problems = {0};
    assert_int_equal(load(text, strlen(text), &config, &problems), STATUS_REFUSE);
    print_message("%s", text_string(&problems));
    assert_int_equal(count_lines(&problems), 5);
    const char *after = text_string(&problems);
    static const char *const order[] = {":2: ", ":5: ", ":7: ", ":8: ", ":9: "};
    for (size_t i = 0; i < 5; i++) {
        after = strstr(after, order[i]);
        assert_non_null(after);
    }
    text_done(&problems);
}

static void the_first_problem_is_the_fault(void **state)
{
    (void)state;
    struct config *config = NULL;
    struct fault fault = {0};
    const char *text = SITE "log: {level: loud}\n";
    assert_int_equal(durable_write_file("posteingang.yaml", text, strlen(text), 0600, NULL),
                     STATUS_OK);
    assert_int_equal(config_load("posteingang.yaml", &config, NULL, &fault), STATUS_REFUSE);
    assert_int_equal(fault.status, STATUS_REFUSE);
    assert_true(string_starts_with(fault.text, "posteingang.yaml:3: log.level"));
}

static void a_file_with_only_sites_is_valid(void **state)
{
    (void)state;
    struct config *config = NULL;
    const char *text = "sites:\n- name: Waren (Müritz)\n";
    assert_int_equal(load(text, strlen(text), &config, NULL), STATUS_OK);
    char *here = getcwd(NULL, 0);
    assert_string_equal(config->folder, here);
    assert_true(string_starts_with(config->path, here));
    assert_true(string_ends_with(config->sites[0].drop, "/drop/Waren (Müritz)"));
    assert_int_equal(config->sites[0].quiet_ms, 2000);
    assert_int_equal(config->grammar_count, 0);
    assert_int_equal(config->workers.lease_ms, 60000);
    assert_int_equal(config->reading.page_cpu_s, 60);
    assert_int_equal(config->reading.page_memory, INT64_C(1) << 30);
    assert_int_equal(config->matching.identifiers[CONFIG_ID_INSURANCE_NUMBER],
                     CONFIG_IDENTIFIER_NEVER);
    assert_int_equal(config->matching.identifiers[CONFIG_ID_ID_CARD], CONFIG_IDENTIFIER_NEVER);
    assert_int_equal(config->matching.identifiers[CONFIG_ID_TAX_ID], CONFIG_IDENTIFIER_NEVER);
    assert_int_equal(config->matching.identifiers[CONFIG_ID_HEALTH_NUMBER], CONFIG_IDENTIFIER_HINT);
    assert_int_equal(config->matching.identifiers[CONFIG_ID_IBAN], CONFIG_IDENTIFIER_MATCH);
    assert_false(config->reading.sandbox_required);
    assert_true(config->portal.enabled);
    assert_null(config->reading.tessdata);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_true(config_reader_count(config) >= 1);
    free(here);
    config_free(&config);
}

static void a_socket_that_lies_too_deep_gets_a_short_address(void **state)
{
    (void)state;
    const char *deep =
        "0123456789012345678901234567890123456789/0123456789012345678901234567890123/"
        "0123456789012345678901234567890123456789";
    assert_int_equal(durable_make_folders(deep, 0700, NULL), STATUS_OK);
    char *path = path_join(deep, "posteingang.yaml");
    struct config *first = NULL;
    struct config *second = NULL;
    assert_int_equal(durable_write_file(path, SITE, strlen(SITE), 0600, NULL), STATUS_OK);
    assert_int_equal(config_load(path, &first, NULL, NULL), STATUS_OK);
    assert_int_equal(config_load(path, &second, NULL, NULL), STATUS_OK);
    assert_true(string_starts_with(first->workers.address, "ipc:///tmp/posteingang-"));
    assert_true(strlen(first->workers.address) - strlen("ipc://") <= 102);
    assert_string_equal(first->workers.address, second->workers.address);
    assert_non_null(strstr(first->notes, "is used instead"));
    config_free(&first);
    config_free(&second);
    free(path);
}

static void the_socket_follows_the_runtime_folder(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {SITE "store: {runtime: /run/post}\n",             "ipc:///run/post/dispatch.sock"},
        {SITE "workers: {address: 'ipc:///run/x.sock'}\n", "ipc:///run/x.sock"            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = NULL;
        assert_int_equal(load(cases[i][0], strlen(cases[i][0]), &config, NULL), STATUS_OK);
        assert_string_equal(config->workers.address, cases[i][1]);
        config_free(&config);
    }
}

static void a_missing_or_oversized_file_is_refused(void **state)
{
    (void)state;
    struct config *config = NULL;
    struct fault fault = {0};
    assert_int_equal(config_load("not-there.yaml", &config, NULL, &fault), STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "not-there.yaml"));
    size_t length = (1 << 20) + 1;
    char *bytes = malloc(length);
    memset(bytes, '#', length);
    assert_int_equal(load(bytes, length, &config, NULL), STATUS_REFUSE);
    free(bytes);
}

static void is_found_where_the_contract_says(void **state)
{
    (void)state;
    assert_int_equal(mkdir("elsewhere", 0700), 0);
    assert_int_equal(chdir("elsewhere"), 0);
    unsetenv("POSTEINGANG_CONFIG");
    assert_string_equal(config_find("given.yaml"), "given.yaml");
    assert_string_equal(config_find(NULL), "/etc/posteingang/posteingang.yaml");
    assert_int_equal(durable_write_file("posteingang.yaml", SITE, strlen(SITE), 0600, NULL),
                     STATUS_OK);
    assert_string_equal(config_find(NULL), "posteingang.yaml");
    setenv("POSTEINGANG_CONFIG", "/named.yaml", 1);
    assert_string_equal(config_find(NULL), "/named.yaml");
    assert_string_equal(config_find("given.yaml"), "given.yaml");
    unsetenv("POSTEINGANG_CONFIG");
    assert_int_equal(chdir(".."), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_line_reason_and_suggestion),
        cmocka_unit_test(lists_each_problem_once_in_the_order_of_the_file),
        cmocka_unit_test(the_first_problem_is_the_fault),
        cmocka_unit_test(a_file_with_only_sites_is_valid),
        cmocka_unit_test(a_socket_that_lies_too_deep_gets_a_short_address),
        cmocka_unit_test(the_socket_follows_the_runtime_folder),
        cmocka_unit_test(a_missing_or_oversized_file_is_refused),
        cmocka_unit_test(is_found_where_the_contract_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
