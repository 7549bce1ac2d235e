/* test_user_verbs.c - `posteingang user …` as an admin types it. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/durable.h"
#include "base/text.h"

/* What a shell line says on both outputs; owned by the caller. `%` stands for the command. */
static char *shell(const char *line, int expected)
{
    struct text whole = {0};
    text_append(&whole, "exec 2>&1 >said; ");
    for (; *line != '\0'; line++) {
        if (*line == '%')
            text_append_format(&whole, "%s/posteingang --config instance/posteingang.yaml",
                               getenv("BIN_DIR"));
        else
            text_append_char(&whole, *line);
    }
    text_append(&whole, " 2>&1");
    int status = system(text_string(&whole)); // NOLINT(cert-env33-c): a test of a command line
    char *said = NULL;
    size_t length = 0;
    assert_int_equal(file_read("said", 1 << 16, &said, &length, NULL), STATUS_OK);
    print_message("%s\n-> %d %s\n", text_string(&whole), WEXITSTATUS(status), said);
    assert_int_equal(WEXITSTATUS(status), expected);
    text_done(&whole);
    return said;
}

static void expect(const char *line, int expected, const char *part)
{
    char *said = shell(line, expected);
    assert_non_null(strstr(said, part));
    free(said);
}

static int make_instance(void **state)
{
    (void)state;
    struct text line = {0};
    text_append_format(&line, "%s/posteingang init instance >/dev/null", getenv("BIN_DIR"));
    int status = system(text_string(&line)); // NOLINT(cert-env33-c)
    text_done(&line);
    return status;
}

static void people_come_and_go(void **state)
{
    (void)state;
    expect("% user list", 0, "Nobody may log in yet");
    expect("echo ein langes Kennwort | % user add anna --role mailroom --site Demmin", 0,
           "anna may log in as mailroom of Demmin.");
    expect("echo ein langes Kennwort | % user add bernd --role caseworker --team 'SG 50.2'", 0,
           "bernd may log in as caseworker of SG 50.2.");
    expect("% user list", 0, "anna");
    expect("% user list --json", 0,
           "{\"name\":\"bernd\",\"role\":\"caseworker\",\"site\":null,\"team\":\"SG 50.2\",");
    expect("% user disable bernd", 0, "bernd may no longer log in");
    expect("% user list", 0, "disabled");
    expect("% user role bernd --role registry", 0, "bernd may log in as registry.");
    expect("% user role bernd --role lead", 1, "need a team");
    expect("% user role niemand --role admin", 1, "there is no user niemand");
    expect("% user enable bernd", 0, "bernd may log in again.");
    expect("echo noch ein Kennwort | % user password bernd", 0, "bernd has a new password");
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    expect("echo ein langes Kennwort | % user add Clara --role admin", 1, "lower-case letters");
    expect("echo kurz | % user add clara --role admin", 1, "at least 10 characters");
    expect("echo ein langes Kennwort | % user add clara --role boss", 2,
           "mailroom, caseworker, lead");
    expect("echo ein langes Kennwort | % user add clara", 2, "--role");
    expect("echo ein langes Kennwort | % user add clara --role mailroom", 1, "needs a site");
    expect("echo ein langes Kennwort | % user add clara --role mailroom --site Berlin", 1,
           "there is no site Berlin");
    expect("echo ein langes Kennwort | % user add anna --role admin", 1, "already");
    expect("% user add clara --role admin </dev/null", 2, "no password came");
    expect("% user disable niemand", 1, "there is no user niemand");
    expect("% user", 2, "user");
}

/* Whoever lists processes must not see it; nor does it stand in the ledger. */
static void the_password_stands_nowhere(void **state)
{
    (void)state;
    expect("echo geheim-und-lang-4711 | % user add dora --role admin", 0, "dora");
    expect("cat instance/ledger/* | grep -c geheim-und-lang || true", 0, "0");
    expect("% user add dora --role admin --password x </dev/null", 2, "unknown option");
}

static void machines_get_a_token_that_can_be_revoked(void **state)
{
    (void)state;
    expect("% token list", 0, "No machine has a token");
    expect("% token add scanner-7", 2, "as what?");
    expect("% token add scanner-7 --role mailroom --site Nirgendwo", 1, "no site Nirgendwo");
    char *secret = shell("% token add scanner-7 --role mailroom --site Demmin", 0);
    assert_int_equal(strncmp(secret, "pe_", 3), 0);
    assert_int_equal(strlen(secret), 47); // 46 letters and a newline, nothing else
    free(secret);
    expect("% token add scanner-7 --role mailroom --site Demmin", 1, "scanner-7");
    expect("% token list", 0, "scanner-7");
    expect("% token revoke scanner-7", 0, "good for nothing");
    expect("% token list --json", 0, "\"revoked\":true");
    expect("% token revoke scanner-7", 1, "");
}

static void a_second_factor_that_is_not_there_cannot_be_reset(void **state)
{
    (void)state;
    expect("% user reset-factor niemand", 1, "second factor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_come_and_go),
        cmocka_unit_test(what_cannot_be_is_said),
        cmocka_unit_test(the_password_stands_nowhere),
        cmocka_unit_test(machines_get_a_token_that_can_be_revoked),
        cmocka_unit_test(a_second_factor_that_is_not_there_cannot_be_reset),
    };
    return cmocka_run_group_tests(tests, make_instance, NULL);
}
