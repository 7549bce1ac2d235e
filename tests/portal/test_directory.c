/* test_directory.c - log-in with the accounts of a real directory. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "portal/directory.h"
#include "store/users.h"
#include "tests/portal/desk.h"
#include "tests/portal/slapd.h"

#define PEOPLE "ou=people," SLAPD_BASE
#define GROUPS "ou=groups," SLAPD_BASE

static const char service_password[] = "Dienst Kennwort";
static const char password[] = "Sommer an der Tollense";

static const char people[] =
    "dn: " SLAPD_BASE "\nobjectClass: dcObject\nobjectClass: organization\ndc: kreis\no: Kreis\n\n"
    "dn: " PEOPLE "\nobjectClass: organizationalUnit\nou: people\n\n"
    "dn: " GROUPS "\nobjectClass: organizationalUnit\nou: groups\n\n"
    "dn: cn=dienst," SLAPD_BASE "\nobjectClass: organizationalRole\n"
    "objectClass: simpleSecurityObject\ncn: dienst\nuserPassword: Dienst Kennwort\n\n";

/* Each is in the directory with the same password. */
static const char *const names[] = {"karla.kramer", "moritz", "olga", "nina", "bernd", "tom"};

/* Groups: their common name and one member after the other. Olga is in a group that has no role
 * here, Nina in a group of a group; Tom in none. */
static const struct {
    const char *name;
    const char *members[4];
} groups[] = {
    {"Sachbearbeitung 50.2", {"cn=karla.kramer," PEOPLE, "cn=bernd," PEOPLE}},
    {"Poststelle Demmin",    {"cn=moritz," PEOPLE}                          },
    {"Alle",                 {"cn=olga," PEOPLE}                            },
    {"Referat",              {"cn=nina," PEOPLE}                            },
    {"Aufsicht",             {"cn=Referat," GROUPS}                         },
    {"Verwalter",            {"cn=dienst," SLAPD_BASE}                      },
};

static struct slapd slapd;
static struct desk desk;

/* ---- settings ------------------------------------------------------------------------------- */

/* What the settings of a directory are made of; NULL: as usual. */
struct wish {
    const char *uri;
    const char *tls; /* further lines */
    const char *nested;
    const char *recheck;
    const char *user_dn;
    const char *base;
};

static void append_settings(struct text *text, const struct wish *wish)
{
    text_append(text, "directory:\n");
    if (wish->uri != NULL)
        text_append_format(text, "  uri: \"%s\"\n", wish->uri);
    else
        text_append_format(text, "  uri: \"ldap://127.0.0.1:%u\"\n", slapd.port);
    if (wish->user_dn != NULL)
        text_append_format(text, "  user_dn: \"%s\"\n", wish->user_dn);
    else
        text_append(text, "  bind_dn: \"cn=dienst," SLAPD_BASE "\"\n"
                          "  password_file: dienst.password\n");
    text_append_format(text, "%s  base: \"%s\"\n", wish->tls == NULL ? "" : wish->tls,
                       wish->base == NULL ? SLAPD_BASE : wish->base);
    text_append_format(text,
                       "  user_filter: \"(&(objectClass=inetOrgPerson)(uid={name}))\"\n"
                       "  attributes: {name: uid, team: ou, caseworker: employeeNumber}\n"
                       "  groups: {nested: %s}\n  timeout: 2s\n  recheck: %s\n",
                       wish->nested == NULL ? "no" : wish->nested,
                       wish->recheck == NULL ? "1h" : wish->recheck);
    text_append(text, "directory_groups:\n"
                      "  - {group: \"CN=sachbearbeitung 50.2, " GROUPS "\", role: caseworker, "
                      "team: \"SG 50.2\"}\n"
                      "  - {group: \"Poststelle Demmin\", role: mailroom, site: Demmin}\n"
                      "  - {group: \"Aufsicht\", role: auditor}\n"
                      "  - {group: \"Leitung\", role: lead, team: \"SG 50.2\"}\n");
}

static struct config *load(const struct wish *wish)
{
    struct text file = {0};
    struct text problems = {0};
    struct config *config = NULL;
    text_append(&file, "sites:\n  - name: Demmin\n");
    append_settings(&file, wish);
    assert_int_equal(durable_write_file("other.yaml", file.bytes, file.length, 0600, NULL),
                     STATUS_OK);
    if (config_load("other.yaml", &config, &problems, NULL) != STATUS_OK)
        print_message("%s\n", text_string(&problems));
    assert_non_null(config);
    text_done(&problems);
    text_done(&file);
    return config;
}

static enum directory_answer ask(const struct wish *wish, const char *name, const char *word)
{
    struct directory_person person = {0};
    struct fault fault = {0};
    struct config *config = load(wish);
    enum directory_answer answer = directory_log_in(config, name, word, &person, &fault);
    print_message("%s: %d %s\n", name, (int)answer, fault.text);
    config_free(&config);
    return answer;
}

/* ---- what the directory answers -------------------------------------------------------------- */

static void says_who_somebody_is_and_what_they_may(void **state)
{
    (void)state;
    struct directory_person person = {0};
    struct config *config = load(&(struct wish){0});
    assert_int_equal(directory_log_in(config, "Karla.Kramer", password, &person, NULL),
                     DIRECTORY_MAY);
    assert_string_equal(person.name, "karla.kramer");
    assert_string_equal(person.title, "Person Karla.kramer");
    assert_string_equal(person.mail, "karla.kramer@kreis.example");
    assert_int_equal(person.role, USER_CASEWORKER);
    assert_string_equal(person.team, "SG 50.9;SG 50.2");
    assert_string_equal(person.caseworker, "K-77");
    assert_string_equal(person.site, "");
    assert_int_equal(directory_log_in(config, "moritz", password, &person, NULL), DIRECTORY_MAY);
    assert_int_equal(person.role, USER_MAILROOM);
    assert_string_equal(person.site, "Demmin");
    assert_string_equal(person.team, "");
    assert_int_equal(directory_look_up(config, "moritz", &person, NULL), DIRECTORY_MAY);
    config_free(&config);
}

static void lets_nobody_in_by_tricks(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"karla.kramer",                   "falsch"                },
        {"karla.kramer",                   ""                      }, // a log-in of nobody, RFC 4513
        {"",                               ""                      },
        {"",                               "Sommer an der Tollense"},
        {"niemand",                        "Sommer an der Tollense"},
        {"*",                              "Sommer an der Tollense"},
        {"k*",                             "Sommer an der Tollense"},
        {"karla.kramer)(uid=*",            "Sommer an der Tollense"},
        {"*)(|(uid=*",                     "Sommer an der Tollense"},
        {"karla.kramer))(|(objectClass=*", "Sommer an der Tollense"},
        {"karla.kramer\\00",               "Sommer an der Tollense"},
        {"karla.kramer\\2a",               "Sommer an der Tollense"},
        {"cn=karla.kramer," PEOPLE,        "Sommer an der Tollense"},
        {"dienst",                         "Dienst Kennwort"       }, // no person
        {"leitung",                        SLAPD_ADMIN_PASSWORD    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ask(&(struct wish){0}, cases[i][0], cases[i][1]), DIRECTORY_UNKNOWN);
    const struct wish direct = {.user_dn = "cn={name}," PEOPLE};
    assert_int_equal(ask(&direct, "karla.kramer", password), DIRECTORY_MAY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ask(&direct, cases[i][0], cases[i][1]), DIRECTORY_UNKNOWN);
    assert_int_equal(ask(&direct, "karla.kramer,ou=people", password), DIRECTORY_UNKNOWN);
}

static void escapes_what_people_type(void **state)
{
    (void)state;
    static const struct {
        const char *name, *filter, *dn;
    } cases[] = {
        {"anna",       "(uid=anna)",              "uid=anna,x"                     },
        {"a*",         "(uid=a\\2a)",             "uid=a*,x"                       },
        {"a)(uid=*",   "(uid=a\\29\\28uid=\\2a)", "uid=a)(uid\\3d*,x"              },
        {"a\\",        "(uid=a\\5c)",             "uid=a\\5c,x"                    },
        {"a,ou=b+c",   "(uid=a,ou=b+c)",          "uid=a\\2cou\\3db\\2bc,x"        },
        {"\xc3\xa4",   "(uid=\\c3\\a4)",          "uid=\\c3\\a4,x"                 },
        {"a\"<;> #",   "(uid=a\"\\3c;\\3e #)",    "uid=a\\22\\3c\\3b\\3e\\20\\23,x"},
        {"{dn}{name}", "(uid={dn}{name})",        "uid={dn}{name},x"               },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text filter = {0};
        struct text dn = {0};
        directory_append_filter(&filter, "(uid={name})", cases[i].name, NULL);
        directory_append_dn(&dn, "uid={name},x", cases[i].name);
        print_message("%s\n", cases[i].name);
        assert_string_equal(text_string(&filter), cases[i].filter);
        assert_string_equal(text_string(&dn), cases[i].dn);
        text_done(&filter);
        text_done(&dn);
    }
    struct text chain = {0};
    directory_append_filter(&chain, "(member:1.2.840.113556.1.4.1941:={dn})", "x", "CN=A (b),DC=c");
    assert_string_equal(text_string(&chain),
                        "(member:1.2.840.113556.1.4.1941:=CN=A \\28b\\29,DC=c)");
    text_done(&chain);
}

static void asks_for_a_role(void **state)
{
    (void)state;
    assert_int_equal(ask(&(struct wish){0}, "olga", password), DIRECTORY_NO_ROLE);
    assert_int_equal(ask(&(struct wish){0}, "tom", password), DIRECTORY_NO_ROLE);
    assert_int_equal(ask(&(struct wish){0}, "olga", "falsch"), DIRECTORY_UNKNOWN);
}

static void counts_groups_of_groups_where_the_settings_say_so(void **state)
{
    (void)state;
    assert_int_equal(ask(&(struct wish){0}, "nina", password), DIRECTORY_NO_ROLE);
    assert_int_equal(ask(&(struct wish){.nested = "walk"}, "nina", password), DIRECTORY_MAY);
    // slapd does not know Active Directory's rule, and finds nothing with it.
    assert_int_equal(ask(&(struct wish){.nested = "chain"}, "karla.kramer", password),
                     DIRECTORY_NO_ROLE);
}

static void speaks_tls_with_whom_the_authority_vouches_for(void **state)
{
    (void)state;
    char secure[64], plain[64], silent[128];
    static const char ours[] = "  ca: directory/ca.pem\n";
    static const char turned[] = "  start_tls: true\n  ca: directory/ca.pem\n";
    static const char other[] = "  start_tls: true\n  ca: directory/other-ca.pem\n";
    (void)snprintf(secure, sizeof secure, "ldaps://127.0.0.1:%u", slapd.tls_port);
    (void)snprintf(plain, sizeof plain, "ldap://127.0.0.1:%u", slapd.port);
    (void)snprintf(silent, sizeof silent, "ldap://127.0.0.1:1 %s", plain);
    const struct {
        struct wish wish;
        enum directory_answer answer;
    } cases[] = {
        {{.uri = secure, .tls = ours},                             DIRECTORY_MAY   },
        {{.uri = plain, .tls = turned},                            DIRECTORY_MAY   },
        {{.uri = silent, .tls = turned},                           DIRECTORY_MAY   },
        {{.uri = plain, .tls = other},                             DIRECTORY_SILENT},
        {{.uri = secure, .tls = "  ca: directory/other-ca.pem\n"}, DIRECTORY_SILENT},
        {{.uri = secure},                                          DIRECTORY_SILENT},
        {{.uri = "ldap://127.0.0.1:1"},                            DIRECTORY_SILENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ask(&cases[i].wish, "karla.kramer", password), cases[i].answer);
}

static void tells_the_admin_what_is_wrong(void **state)
{
    (void)state;
    struct fault fault = {0};
    const struct wish wishes[] = {
        {0}, {.uri = "ldap://127.0.0.1:1"}, {.base = "dc=anderswo"}, {.user_dn = "cn={name}"}};
    const enum status expected[] = {STATUS_OK, STATUS_REFUSE, STATUS_REFUSE, STATUS_OK};
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        struct config *config = load(&wishes[i]);
        assert_int_equal(directory_try(config, &fault), expected[i]);
        config_free(&config);
    }
    print_message("%s\n", fault.text);
    assert_non_null(strstr(fault.text, "dc=anderswo"));
}

/* ---- the log-in ------------------------------------------------------------------------------ */

static int status_of(const char *cookie, const char *path)
{
    struct reply reply = desk_get(&desk, cookie, path);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

static char *cookie_of(const char *name)
{
    struct text cookie = {0};
    struct reply reply = desk_login(&desk, name, password);
    print_message("%s: %d %s\n", name, reply.status, reply.body);
    assert_int_equal(reply.status, 200);
    text_append_format(&cookie, "Cookie: posteingang=%s\r\n", reply_token(&reply));
    reply_done(&reply);
    return text_take(&cookie);
}

static void refused(const char *name, const char *word, int status, const char *sentence)
{
    struct reply reply = desk_login(&desk, name, word);
    print_message("%s: %d %s\n", name, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    assert_non_null(strstr(reply.body, sentence));
    assert_string_equal(reply_token(&reply), "");
    reply_done(&reply);
}

static struct user_record read_user(const char *name)
{
    struct ledger *ledger = NULL;
    struct user_record user = {0};
    bool is_found = false;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_READ, desk_clock(), &ledger, NULL),
        STATUS_OK);
    assert_int_equal(user_get(ledger, name, &is_found, &user, NULL), STATUS_OK);
    ledger_close(&ledger);
    return user;
}

static void the_first_log_in_makes_an_account(void **state)
{
    (void)state;
    struct user_record before = read_user("karla.kramer");
    assert_null(before.name);
    char *cookie = cookie_of("Karla.Kramer");
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    struct user_record after = read_user("karla.kramer");
    assert_true(after.is_of_directory);
    assert_string_equal(after.password_hash, "-");
    assert_string_equal(after.title, "Person Karla.kramer");
    assert_int_equal(after.role, USER_CASEWORKER);
    user_record_done(&after);
    free(cookie_of("karla.kramer"));
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200); // nothing has changed
    free(cookie);
}

static void says_the_same_to_all_who_may_not(void **state)
{
    (void)state;
    static const char same[] = "{\"error\":\"Name oder Kennwort stimmen nicht.\"}";
    refused("karla.kramer", "falsch", 401, same);
    refused("karla.kramer", "", 401, same);
    refused("niemand", password, 401, same);
    refused("*", password, 401, same);
    refused("k*)(uid=*", password, 401, same);
}

static void an_account_of_our_own_is_nobody_elses(void **state)
{
    (void)state;
    refused("bernd", password, 401, "Name oder Kennwort");
    free(desk_cookie(&desk, "bernd"));
    struct user_record bernd = read_user("bernd");
    assert_false(bernd.is_of_directory);
    user_record_done(&bernd);
}

static void who_has_no_role_is_told_so(void **state)
{
    (void)state;
    refused("olga", password, 403, "nicht freigeschaltet");
    struct user_record olga = read_user("olga");
    assert_null(olga.name);
}

static void set_disabled(const char *name, bool is_disabled)
{
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    assert_int_equal(user_set_disabled(ledger, name, is_disabled, "test", NULL), STATUS_OK);
    assert_int_equal(user_set_password(ledger, name, "ein neues Kennwort", "test", NULL),
                     STATUS_REFUSE);
    const struct user_place place = {.role = USER_ADMIN};
    assert_int_equal(user_set_place(ledger, name, &place, "test", NULL), STATUS_REFUSE);
    ledger_close(&ledger);
}

static void who_is_disabled_here_stays_out(void **state)
{
    (void)state;
    char *cookie = cookie_of("moritz");
    set_disabled("moritz", true);
    assert_int_equal(status_of(cookie, "/api/v1/scans"), 401);
    refused("moritz", password, 401, "Name oder Kennwort");
    set_disabled("moritz", false);
    free(cookie);
    free(cookie_of("moritz"));
}

static void another_group_is_another_role_at_the_next_log_in(void **state)
{
    (void)state;
    static const char group[] = "cn=Sachbearbeitung 50.2," GROUPS;
    static const char leads[] = "cn=Alle," GROUPS;
    char *cookie = cookie_of("karla.kramer");
    slapd_change(&slapd, group, "member", "cn=karla.kramer," PEOPLE, 0);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    refused("karla.kramer", password, 403, "nicht freigeschaltet");
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401); // what was open is over
    free(cookie);
    slapd_change(&slapd, "cn=Poststelle Demmin," GROUPS, "member", "cn=karla.kramer," PEOPLE, 1);
    cookie = cookie_of("karla.kramer");
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 403);
    assert_int_equal(status_of(cookie, "/api/v1/scans"), 200);
    slapd_change(&slapd, group, "member", "cn=karla.kramer," PEOPLE, 1);
    free(cookie_of("karla.kramer")); // caseworker again: the first group of the settings counts
    assert_int_equal(status_of(cookie, "/api/v1/scans"), 401);
    free(cookie);
    (void)leads;
}

static void a_silent_directory_keeps_nobody_else_out(void **state)
{
    (void)state;
    static const char sentence[] = "Das Verzeichnis der Behörde antwortet nicht";
    char *cookie = cookie_of("karla.kramer");
    slapd_stop(&slapd);
    refused("karla.kramer", password, 503, sentence);
    refused("karla.kramer", password, 503, sentence);
    free(desk_cookie(&desk, "clara"));
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200); // who is in, stays
    slapd_start(&slapd);
    refused("karla.kramer", password, 503, sentence); // it was not asked again so soon
    desk_wait(5001);
    free(cookie_of("karla.kramer"));
    free(cookie);
}

/* Waits until the portal has asked the directory again; false: it did not. */
static bool is_put_out(const char *cookie)
{
    for (int i = 0; i < 600; i++) {
        if (status_of(cookie, "/api/v1/changes") == 401)
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return false;
}

static void who_is_gone_loses_what_is_open(void **state)
{
    (void)state;
    char *cookie = cookie_of("moritz");
    char *other = cookie_of("karla.kramer");
    slapd_change(&slapd, "cn=Poststelle Demmin," GROUPS, "member", "cn=karla.kramer," PEOPLE, 0);
    slapd_change(&slapd, "cn=moritz," PEOPLE, NULL, NULL, 0);
    assert_true(is_put_out(cookie));
    assert_int_equal(status_of(other, "/api/v1/documents"), 200);
    refused("moritz", password, 401, "Name oder Kennwort");
    free(cookie);
    free(other);
}

/* ---- the office ----------------------------------------------------------------------------- */

static void append_person(struct text *text, const char *name)
{
    text_append_format(text,
                       "dn: cn=%s," PEOPLE "\nobjectClass: inetOrgPerson\ncn: %s\nsn: X\n"
                       "uid: %c%s\ndisplayName: Person %c%s\nmail: %s@kreis.example\n"
                       "userPassword: %s\n",
                       name, name, name[0] - 'a' + 'A', name + 1, name[0] - 'a' + 'A', name + 1,
                       name, password);
    if (strcmp(name, "karla.kramer") == 0)
        text_append(text, "ou: SG 50.9\nemployeeNumber: K-77\n");
    text_append(text, "\n");
}

static void write_entries(void)
{
    struct text text = {0};
    text_append(&text, people);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        append_person(&text, names[i]);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        text_append_format(&text, "dn: cn=%s," GROUPS "\nobjectClass: groupOfNames\ncn: %s\n",
                           groups[i].name, groups[i].name);
        for (size_t member = 0; groups[i].members[member] != NULL; member++)
            text_append_format(&text, "member: %s\n", groups[i].members[member]);
        // A group must have a member: one that is no person.
        text_append(&text, strcmp(groups[i].name, "Verwalter") == 0
                               ? "\n"
                               : "member: cn=dienst," SLAPD_BASE "\n\n");
    }
    assert_int_equal(durable_write_file("entries.ldif", text.bytes, text.length, 0600, NULL),
                     STATUS_OK);
    text_done(&text);
}

static int open_office(void **state)
{
    (void)state;
    struct text settings = {0};
    write_entries();
    assert_int_equal(durable_write_file("dienst.password", service_password,
                                        sizeof service_password - 1, 0600, NULL),
                     STATUS_OK);
    slapd_make(&slapd, "entries.ldif");
    append_settings(&settings, &(struct wish){.recheck = "1s"});
    desk_open_with(&desk, "", text_string(&settings));
    text_done(&settings);
    return 0;
}

static int close_office(void **state)
{
    (void)state;
    desk_close(&desk);
    slapd_stop(&slapd);
    return 0;
}

static int forget_failures(void **state)
{
    (void)state;
    desk_restart(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_who_somebody_is_and_what_they_may),
        cmocka_unit_test(lets_nobody_in_by_tricks),
        cmocka_unit_test(escapes_what_people_type),
        cmocka_unit_test(asks_for_a_role),
        cmocka_unit_test(counts_groups_of_groups_where_the_settings_say_so),
        cmocka_unit_test(speaks_tls_with_whom_the_authority_vouches_for),
        cmocka_unit_test(tells_the_admin_what_is_wrong),
        cmocka_unit_test_setup(the_first_log_in_makes_an_account, forget_failures),
        cmocka_unit_test_setup(says_the_same_to_all_who_may_not, forget_failures),
        cmocka_unit_test_setup(an_account_of_our_own_is_nobody_elses, forget_failures),
        cmocka_unit_test(who_has_no_role_is_told_so),
        cmocka_unit_test_setup(who_is_disabled_here_stays_out, forget_failures),
        cmocka_unit_test_setup(another_group_is_another_role_at_the_next_log_in, forget_failures),
        cmocka_unit_test_setup(a_silent_directory_keeps_nobody_else_out, forget_failures),
        cmocka_unit_test_setup(who_is_gone_loses_what_is_open, forget_failures),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_office, close_office);
}
