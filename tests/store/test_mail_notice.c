/* test_mail_notice.c - people are told that something waits, once an hour at most, and never what. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <string.h>

#include "store/desk.h"
#include "store/mail_notice.h"
#include "store/outbox.h"
#include "store/users.h"

enum { HOUR_MS = 3600000 };
static const char CASE[] = "50.21.000001-1"; // of SG 50.2

static void add_person(struct scene *scene, const char *name, enum user_role role, const char *team)
{
    const struct user_addition addition = {
        .name = name, .place = {.role = role, .team = team},
             .password = "ein langes Kennwort"
    };
    assert_ok(scene, user_add(scene->ledger, &addition, "clara", &scene->fault));
}

static void want(struct scene *scene, const char *name, const char *mail, enum status expected)
{
    assert_status(scene, mail_notice_set(scene->ledger, name, true, mail, &scene->fault), expected);
}

static uint32_t put(struct scene *scene)
{
    uint32_t count = 0;
    assert_ok(scene,
              mail_notices_put(scene->ledger, "Neues", "Bitte anmelden.\n", &count, &scene->fault));
    return count;
}

static int64_t count_notices(struct scene *scene)
{
    return scene_sql_number(scene, "SELECT count(*) FROM outbox");
}

static int open_office(void **state)
{
    int failed = scene_setup(state);
    struct scene *scene = *state;
    scene_register(scene);
    add_person(scene, "bernd", USER_CASEWORKER, "SG 50.2");
    add_person(scene, "emil", USER_CASEWORKER, "SG 50.3");
    add_person(scene, "lena", USER_LEAD, "SG 50.4; SG 50.2");
    return failed;
}

static void who_wants_it_is_told_once_of_what_is_new(void **state)
{
    struct scene *scene = *state;
    (void)scene_filed(scene, CASE); // before anybody asked to be told
    want(scene, "bernd", "bernd@kreis.example", STATUS_OK);
    want(scene, "emil", "emil@kreis.example", STATUS_OK);
    assert_int_equal(put(scene), 0);
    struct document_id id = scene_filed(scene, CASE);
    assert_int_equal(put(scene), 1); // bernd; emil has another team, lena did not ask
    assert_int_equal(put(scene), 0);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM outbox WHERE channel = 'mail'"
                                             " AND recipient = 'bernd@kreis.example'"
                                             " AND title = 'Neues'"),
                     1);
    scene->wall_ms += 2 * HOUR_MS;
    assert_int_equal(put(scene), 0); // nothing new
    assert_ok(scene, desk_note_sight(scene->ledger, id, "bernd", "document", &scene->fault));
    scene_assert_sound(scene);
}

static void at_most_once_an_hour(void **state)
{
    struct scene *scene = *state;
    want(scene, "lena", "lena@kreis.example", STATUS_OK);
    for (int i = 0; i < 3; i++) {
        (void)scene_filed(scene, CASE);
        (void)put(scene);
    }
    assert_int_equal(count_notices(scene), 1);
    scene->wall_ms += HOUR_MS;
    assert_int_equal(put(scene), 1); // of the other two, together
    assert_int_equal(count_notices(scene), 2);
}

static void what_was_looked_at_is_no_news(void **state)
{
    struct scene *scene = *state;
    want(scene, "bernd", "bernd@kreis.example", STATUS_OK);
    struct document_id id = scene_filed(scene, CASE);
    assert_ok(scene, desk_note_sight(scene->ledger, id, "bernd", "document", &scene->fault));
    assert_int_equal(put(scene), 0);
}

static void who_wants_no_more_is_not_told(void **state)
{
    struct scene *scene = *state;
    want(scene, "bernd", "bernd@kreis.example", STATUS_OK);
    want(scene, "lena", "lena@kreis.example", STATUS_OK);
    assert_ok(scene, mail_notice_set(scene->ledger, "bernd", false, NULL, &scene->fault));
    assert_ok(scene, user_set_disabled(scene->ledger, "lena", true, "clara", &scene->fault));
    (void)scene_filed(scene, CASE);
    assert_int_equal(put(scene), 0);
    want(scene, "bernd", NULL, STATUS_OK); // the address was kept
}

static void an_address_is_one(void **state)
{
    struct scene *scene = *state;
    static const char *const wrong[] = {"",          "bernd",        "@kreis.example", "bernd@",
                                        "a@b@c.de",  "a b@c.de",     "a@b.de,c@d.de",  "ä@kreis.de",
                                        "a@b.de\nx", "<a@b.example>"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        want(scene, "bernd", wrong[i], STATUS_REFUSE);
    want(scene, "bernd", NULL, STATUS_REFUSE); // there is none yet
    want(scene, "niemand", "a@b.example", STATUS_REFUSE);
    assert_ok(scene, user_settle(scene->ledger,
                                 &(struct user_card){
                                     .name = "karla",
                                     .mail = "karla@kreis.example",
                                     .place = {.role = USER_LEAD, .team = "SG 50.2"}
    },
                                 &scene->fault));
    want(scene, "karla", "karla@elsewhere.example", STATUS_REFUSE); // the directory says where to
    want(scene, "karla", NULL, STATUS_OK);
}

#define OFFICE_TEST(name) cmocka_unit_test_setup_teardown(name, open_office, scene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(who_wants_it_is_told_once_of_what_is_new),
        OFFICE_TEST(at_most_once_an_hour),
        OFFICE_TEST(what_was_looked_at_is_no_news),
        OFFICE_TEST(who_wants_no_more_is_not_told),
        OFFICE_TEST(an_address_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
