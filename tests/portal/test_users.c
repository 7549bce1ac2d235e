/* test_users.c - who is taken as a user, and what a changed one means for passwords and epochs. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store/users.h"

static int open_ledger(void **state)
{
    static struct ledger *ledger;
    (void)unlink("ledger.db");
    if (ledger_open("ledger.db", LEDGER_CREATE, clock_system(), &ledger, NULL) != STATUS_OK)
        return 1;
    *state = ledger;
    return 0;
}

static int close_ledger(void **state)
{
    struct ledger *ledger = *state;
    ledger_close(&ledger);
    return 0;
}

static struct user_record get(struct ledger *ledger, const char *name)
{
    struct user_record record = {0};
    bool is_found = false;
    assert_int_equal(user_get(ledger, name, &is_found, &record, NULL), STATUS_OK);
    assert_true(is_found);
    return record;
}

static void adds_people_with_their_roles(void **state)
{
    const struct user_addition anna = {
        "anna", {.role = USER_MAILROOM, .site = "Demmin"},
         "lang genug für alle"
    };
    const struct user_addition clara = {
        "clara.b-2", {.role = USER_ADMIN, .site = NULL},
         "0123456789ab"
    };
    assert_int_equal(user_add(*state, &anna, "test", NULL), STATUS_OK);
    assert_int_equal(user_add(*state, &clara, "test", NULL), STATUS_OK);
    struct user_record record = get(*state, "anna");
    assert_int_equal(record.role, USER_MAILROOM);
    assert_string_equal(record.site, "Demmin");
    assert_false(record.is_disabled);
    assert_true(string_starts_with(record.password_hash, "$argon2id$"));
    assert_true(user_password_fits(record.password_hash, "lang genug für alle"));
    assert_false(user_password_fits(record.password_hash, "lang genug für alle "));
    user_record_done(&record);
    record = get(*state, "clara.b-2");
    assert_int_equal(record.role, USER_ADMIN);
    assert_null(record.site);
    user_record_done(&record);
}

static void refuses_what_cannot_be_a_user(void **state)
{
    static const struct {
        struct user_addition addition;
        const char *reason;
    } cases[] = {
        {{"", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                                  "a name has"      },
        {{"a", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                                 "a name has"      },
        {{"Anna", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                              "a name has"      },
        {{"anna b", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                            "a name has"      },
        {{"1anna", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                             "a name has"      },
        {{"an'na", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},                             "a name has"      },
        {{"a12345678901234567890123456789012", {.role = USER_ADMIN, .site = NULL}, "0123456789ab"},
         "a name has"                                                                                                 },
        {{"anna", {.role = USER_MAILROOM, .site = NULL}, "0123456789ab"},                           "needs a site"    },
        {{"anna", {.role = USER_MAILROOM, .site = ""}, "0123456789ab"},                             "needs a site"    },
        {{"anna", {.role = USER_CASEWORKER, .site = "Demmin"}, "0123456789ab"},                     "only mailroom"   },
        {{"anna", {.role = USER_CASEWORKER}, "0123456789ab"},                                       "need a team"     },
        {{"anna", {.role = USER_LEAD, .team = ""}, "0123456789ab"},                                 "need a team"     },
        {{"anna", {.role = USER_QUALITY, .team = "A"}, "0123456789ab"},                             "have a team"     },
        {{"anna", {.role = USER_LEAD, .team = "A", .caseworker = "B"}, "0123456789ab"},
         "only caseworkers"                                                                                           },
        {{"anna", {.role = USER_ADMIN, .site = NULL}, ""},                                          "at least 10"     },
        {{"anna", {.role = USER_ADMIN, .site = NULL}, "üüüüüüüüü"},                        "at least 10"     },
        {{"anna", {.role = USER_ADMIN, .site = NULL}, "xxxxxxxxxxxx"},                              "again and again" },
        {{"anna", {.role = USER_ADMIN, .site = NULL}, "die anna ist es"},                           "contain the name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        print_message("%s / %s\n", cases[i].addition.name, cases[i].addition.password);
        assert_int_equal(user_add(*state, &cases[i].addition, "test", &fault), STATUS_REFUSE);
        assert_non_null(strstr(fault.text, cases[i].reason));
    }
}

static void takes_a_name_only_once(void **state)
{
    const struct user_addition anna = {
        "anna", {.role = USER_ADMIN, .site = NULL},
         "lang genug für alle"
    };
    struct fault fault = {0};
    assert_int_equal(user_add(*state, &anna, "test", NULL), STATUS_OK);
    assert_int_equal(user_add(*state, &anna, "test", &fault), STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "already"));
}

static void every_change_begins_a_new_epoch(void **state)
{
    const struct user_addition anna = {
        "anna", {.role = USER_ADMIN, .site = NULL},
         "lang genug für alle"
    };
    assert_int_equal(user_add(*state, &anna, "test", NULL), STATUS_OK);
    struct user_record before = get(*state, "anna");
    assert_int_equal(user_set_disabled(*state, "anna", true, "test", NULL), STATUS_OK);
    struct user_record disabled = get(*state, "anna");
    assert_true(disabled.is_disabled);
    assert_true(disabled.epoch > before.epoch);
    assert_int_equal(user_set_disabled(*state, "anna", false, "test", NULL), STATUS_OK);
    assert_int_equal(user_set_password(*state, "anna", "ein anderes Kennwort", "test", NULL),
                     STATUS_OK);
    struct user_record after = get(*state, "anna");
    assert_false(after.is_disabled);
    assert_true(after.epoch > disabled.epoch + 1);
    assert_true(user_password_fits(after.password_hash, "ein anderes Kennwort"));
    assert_false(user_password_fits(after.password_hash, "lang genug für alle"));
    user_record_done(&before);
    user_record_done(&disabled);
    user_record_done(&after);
}

static void changes_nobody_who_is_not_there(void **state)
{
    bool is_found = true;
    struct user_record record = {0};
    assert_int_equal(user_set_disabled(*state, "nobody", true, "test", NULL), STATUS_REFUSE);
    assert_int_equal(user_set_password(*state, "nobody", "lang genug für alle", "test", NULL),
                     STATUS_REFUSE);
    assert_int_equal(user_get(*state, "nobody", &is_found, &record, NULL), STATUS_OK);
    assert_false(is_found);
}

static enum status count_users(void *context, const struct user_record *record, struct fault *fault)
{
    (void)fault;
    struct text *names = context;
    text_append_format(names, "%s ", record->name);
    return STATUS_OK;
}

static void lists_everybody_by_name(void **state)
{
    static const char *const names[] = {"clara", "anna", "bernd"};
    struct text listed = {0};
    for (size_t i = 0; i < 3; i++) {
        const struct user_addition addition = {
            names[i], {.role = USER_ADMIN, .site = NULL},
             "lang genug für alle"
        };
        assert_int_equal(user_add(*state, &addition, "test", NULL), STATUS_OK);
    }
    assert_int_equal(user_each(*state, count_users, &listed, NULL), STATUS_OK);
    assert_string_equal(text_string(&listed), "anna bernd clara ");
    text_done(&listed);
}

static void no_password_fits_nobody(void **state)
{
    (void)state;
    static const char *const guesses[] = {"", "a", "ein langes Kennwort", "AAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
        assert_false(user_password_fits(user_nobodys_hash(), guesses[i]));
    assert_false(user_password_fits("not a hash", "a"));
    assert_false(user_password_fits("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(adds_people_with_their_roles, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be_a_user, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(takes_a_name_only_once, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(every_change_begins_a_new_epoch, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(changes_nobody_who_is_not_there, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(lists_everybody_by_name, open_ledger, close_ledger),
        cmocka_unit_test(no_password_fits_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
