/* test_log.c - one line an event whatever it says, in each format; repeats are counted, not said. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

enum { SAID_BYTES = 65536 };

static const char ID[] = "01a207cf-bbe8-7f08-8002-f1f423211a94";
static int error_before;

/* Standard error goes to a file until said(). */
static void listen_to_errors(void)
{
    int file = open("said", O_RDWR | O_CREAT | O_TRUNC, 0600);
    error_before = dup(STDERR_FILENO);
    assert_true(file >= 0 && error_before >= 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    (void)close(file);
}

static const char *said(void)
{
    static char bytes[SAID_BYTES];
    ssize_t length = pread(STDERR_FILENO, bytes, sizeof bytes - 1, 0);
    (void)dup2(error_before, STDERR_FILENO);
    (void)close(error_before);
    assert_true(length >= 0);
    bytes[length] = '\0';
    return bytes;
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void text_has_level_program_and_the_id_first(void **state)
{
    (void)state;
    log_open("tester", LOG_LEVEL_INFO);
    log_write_as(LOG_FORMAT_TEXT, "");
    listen_to_errors();
    log_info(ID, "was read, %d pages", 3);
    log_debug(ID, "not said");
    const char *text = said();
    char wanted[160];
    (void)snprintf(wanted, sizeof wanted, " info    tester[%d]: %s: was read, 3 pages\n",
                   (int)getpid(), ID);
    assert_non_null(strstr(text, wanted));
    assert_int_equal(lines_of(text), 1);
}

static void json_is_one_sound_object_a_line(void **state)
{
    (void)state;
    log_write_as(LOG_FORMAT_JSON, "");
    listen_to_errors();
    log_warning(ID, "a \"quoted\" \\ word,\na break, %s and %s", "\x01\x1b[31m",
                "M\xc3\xbcller \xff");
    const char *text = said();
    assert_int_equal(lines_of(text), 1);
    assert_int_equal(text[0], '{');
    assert_non_null(strstr(text, "\"level\":\"warning\""));
    assert_non_null(strstr(text, "\"subject\":\"01a207cf-bbe8-7f08-8002-f1f423211a94\""));
    assert_non_null(strstr(text,
                           "a \\\"quoted\\\" \\\\ word,\\u000aa break, \\u0001\\u001b[31m and "
                           "M\xc3\xbcller \xef\xbf\xbd\"}\n"));
}

static void what_is_too_long_is_cut(void **state)
{
    (void)state;
    char words[2 * LOG_LINE_BYTES];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    log_write_as(LOG_FORMAT_TEXT, "");
    listen_to_errors();
    log_info(NULL, "long %s", words);
    const char *text = said();
    assert_int_equal(lines_of(text), 1);
    assert_true(strlen(text) < LOG_LINE_BYTES + 200);
}

static void journald_gets_fields(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "journal"};
    char record[4096] = "";
    int journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    (void)unlink("journal");
    assert_int_equal(bind(journal, (struct sockaddr *)&address, sizeof address), 0);
    log_write_as(LOG_FORMAT_JOURNAL, "journal");
    log_error(ID, "is broken\nMESSAGE=forged");
    ssize_t length = recv(journal, record, sizeof record - 1, MSG_DONTWAIT);
    assert_true(length > 0);
    assert_non_null(strstr(record, "PRIORITY=3\n"));
    assert_non_null(strstr(record, "SYSLOG_IDENTIFIER=tester\n"));
    assert_non_null(strstr(record, "POSTEINGANG_SUBJECT=01a207cf-bbe8-7f08-8002-f1f423211a94\n"));
    assert_non_null(strstr(record, "a94: is broken MESSAGE=forged\n"));
    assert_int_equal(lines_of(record), 4);
    (void)close(journal);
}

static void without_a_journal_text_is_written(void **state)
{
    (void)state;
    log_write_as(LOG_FORMAT_JOURNAL, "no-such-socket");
    listen_to_errors();
    log_info(NULL, "here all the same");
    assert_non_null(strstr(said(), "here all the same\n"));
}

static void repeats_are_left_out_and_counted(void **state)
{
    (void)state;
    log_write_as(LOG_FORMAT_TEXT, "");
    listen_to_errors();
    for (int i = 0; i < LOG_REPEATS_MOST + 30; i++)
        log_warning(NULL, "the disk is full, %d", i);
    assert_int_equal(lines_of(said()), LOG_REPEATS_MOST);
}

static void events_about_others_are_no_repeats(void **state)
{
    (void)state;
    listen_to_errors();
    for (int i = 0; i < 3 * LOG_REPEATS_MOST; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "scan-%d", i);
        log_info(id, "was taken over");
    }
    size_t found = 0;
    for (const char *at = said(); (at = strstr(at, ": was taken over\n")) != NULL; at++)
        found++;
    assert_int_equal(found, 3 * LOG_REPEATS_MOST);
}

static void words_are_told_apart(void **state)
{
    (void)state;
    enum log_format format = LOG_FORMAT_AUTO;
    enum log_level level = LOG_LEVEL_INFO;
    assert_int_equal(log_format_from_name("journal", &format), 0);
    assert_int_equal(format, LOG_FORMAT_JOURNAL);
    assert_int_equal(log_format_from_name("xml", &format), -1);
    assert_int_equal(log_level_from_name("debug", &level), 0);
    assert_int_equal(log_level_from_name("loud", &level), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_level_program_and_the_id_first),
        cmocka_unit_test(json_is_one_sound_object_a_line),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(journald_gets_fields),
        cmocka_unit_test(without_a_journal_text_is_written),
        cmocka_unit_test(repeats_are_left_out_and_counted),
        cmocka_unit_test(events_about_others_are_no_repeats),
        cmocka_unit_test(words_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
