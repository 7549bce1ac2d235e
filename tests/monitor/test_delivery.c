/* test_delivery.c - notices on their way out: a mail that is given up has arrived whole or not at all.
 *
 * The mail server is a process of its own that speaks as much SMTP as is needed, and writes what
 * came of each mail into a pipe. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "monitor/delivery.h"
#include "monitor/mail.h"

enum { TURNS_MOST = 16, LINE_BYTES = 1024, STEP_MS = 3, WAIT_MS = 200 };

static const struct outbox_record notice = {
    .id = 7,
    .channel = "mail",
    .recipient = "it@example.org",
    .title = "A title",
    .body = "Some words.\nThat make a line or two when they are encoded, and end in a full stop.\n",
    .made_ms = 1700000000000};
static char sender[] = "posteingang@example.org";

/* ---- the server ----------------------------------------------------------------------------- */

static void answer(FILE *lines, const char *words)
{
    (void)fprintf(lines, "%s\r\n", words);
    (void)fflush(lines);
}

static size_t whole_length(void)
{
    struct text message = {0};
    mail_append(&message, &(struct mail){.from = sender,
                                         .to = notice.recipient,
                                         .title = notice.title,
                                         .body = notice.body,
                                         .id = notice.id,
                                         .made_ms = notice.made_ms});
    size_t length = message.length;
    text_done(&message);
    return length;
}

/* 'w' for a mail that was whole, 'h' for half a one; nothing for one whose end never came. */
static void take_mail(FILE *lines, int told)
{
    char line[LINE_BYTES];
    size_t length = 0;
    while (fgets(line, sizeof line, lines) != NULL && strcmp(line, ".\r\n") != 0)
        length += strlen(line);
    if (feof(lines) || ferror(lines))
        return;
    if (write(told, length == whole_length() ? "w" : "h", 1) != 1)
        abort();
    answer(lines, "250 taken");
}

static void serve_one(int connection, int told)
{
    char line[LINE_BYTES];
    FILE *lines = fdopen(connection, "r+");
    if (lines == NULL)
        abort();
    answer(lines, "220 here");
    while (fgets(line, sizeof line, lines) != NULL) {
        if (strncmp(line, "DATA", 4) == 0) {
            answer(lines, "354 go on");
            take_mail(lines, told);
        } else {
            answer(lines, "250 yes");
        }
    }
    (void)fclose(lines);
}

struct server {
    pid_t process;
    int told; /* one letter a mail */
    char address[64];
};

static struct server server_start(void)
{
    struct server server = {0};
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int pipes[2];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &length), 0);
    assert_int_equal(pipe(pipes), 0);
    (void)snprintf(server.address, sizeof server.address, "127.0.0.1:%d", ntohs(here.sin_port));
    server.process = fork();
    if (server.process == 0) {
        (void)signal(SIGPIPE, SIG_IGN);
        (void)close(pipes[0]);
        for (;;)
            serve_one(accept(listener, NULL, NULL), pipes[1]);
    }
    assert_true(server.process > 0);
    (void)close(pipes[1]);
    (void)close(listener);
    server.told = pipes[0];
    return server;
}

/* Ends it; how many mails it took, whole ones and halves. */
static void server_end(struct server *server, int *ret_whole, int *ret_halves)
{
    char letter = 0;
    assert_int_equal(kill(server->process, SIGKILL), 0);
    assert_int_equal(waitpid(server->process, NULL, 0), server->process);
    while (read(server->told, &letter, 1) == 1) {
        *ret_whole += letter == 'w';
        *ret_halves += letter == 'h';
    }
    (void)close(server->told);
}

/* ---- the mails ------------------------------------------------------------------------------ */

static void count_told(void *context, int64_t id, const char *error)
{
    int *told = context;
    assert_int_equal(id, notice.id);
    assert_null(error);
    (*told)++;
}

static struct delivery *deliver(struct config *config, int *told)
{
    struct delivery *delivery = NULL;
    struct fault fault = {0};
    assert_int_equal(delivery_new(config, count_told, told, &delivery, &fault), STATUS_OK);
    assert_int_equal(delivery_start(delivery, &notice, &fault), STATUS_OK);
    return delivery;
}

static struct config mail_by(struct server *server)
{
    return (struct config){
        .mail = {.server = server->address,
                 .encryption = CONFIG_ENCRYPTION_NONE,
                 .from = sender,
                 .timeout_ms = 10000}
    };
}

static void a_mail_is_told_once_it_has_arrived(void **state)
{
    (void)state;
    int told = 0, whole = 0, halves = 0;
    struct server server = server_start();
    struct config config = mail_by(&server);
    struct delivery *delivery = deliver(&config, &told);
    while (delivery_is_busy(delivery)) {
        delivery_turn(delivery);
        delivery_wait(delivery, WAIT_MS);
    }
    assert_int_equal(told, 1);
    delivery_free(&delivery);
    server_end(&server, &whole, &halves);
    assert_int_equal(whole, 1);
    assert_int_equal(halves, 0);
}

/* However far it is: libcurl ends what is taken away from it while the server waits for its lines. */
static void a_mail_that_is_given_up_is_never_taken_by_halves(void **state)
{
    (void)state;
    int told = 0, whole = 0, halves = 0;
    struct server server = server_start();
    struct config config = mail_by(&server);
    for (int turns = 0; turns < TURNS_MOST; turns++) {
        struct delivery *delivery = deliver(&config, &told);
        for (int i = 0; i < turns; i++) {
            delivery_turn(delivery);
            (void)nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000}, NULL);
        }
        delivery_free(&delivery);
    }
    (void)nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000}, NULL);
    server_end(&server, &whole, &halves);
    assert_int_equal(halves, 0);
    assert_in_range(whole, 1, TURNS_MOST - 1); // the last ones had time, the first had none
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_told_once_it_has_arrived),
        cmocka_unit_test(a_mail_that_is_given_up_is_never_taken_by_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
