/* test_server_lost.c - a ledger whose connection breaks: before, in and after a commit.
 *
 * Between the ledger and the server stands a relay that can be cut at a chosen word of the
 * conversation. Without LEDGER_SERVER (tests/support/postgresql.sh) there is nothing to test. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "store/database.h"
#include "tests/store/scene.h"

enum cut {
    CUT_NEVER,
    CUT_BEFORE_COMMIT, /* the server never sees it */
    CUT_AFTER_COMMIT,  /* the server does it, and its answer is lost */
};

struct relay {
    char folder[64];  /* with the relay's socket, .s.PGSQL.5432 */
    char server[160]; /* path of the server's */
    int door;
    atomic_int cut;      /* enum cut: done once */
    atomic_bool is_shut; /* nobody is let through */
    atomic_bool is_ending;
    pthread_t thread;
};

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.*s",
                   (int)sizeof address.sun_path - 1, path);
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(made, (struct sockaddr *)&address, sizeof address) != 0) {
        close(made);
        return -1;
    }
    return made;
}

/* Whether the bytes hold the word, which the client sends in one piece. */
static bool says(const char *bytes, size_t length, const char *word)
{
    return memmem(bytes, length, word, strlen(word)) != NULL;
}

/* One piece from one side to the other; false: the conversation is over. */
static bool pass_on(struct relay *relay, int from, int to, bool from_client)
{
    char bytes[65536];
    ssize_t length = read(from, bytes, sizeof bytes);
    if (length <= 0)
        return false;
    bool is_commit = from_client && says(bytes, (size_t)length, "COMMIT");
    int cut = is_commit ? atomic_exchange(&relay->cut, CUT_NEVER) : CUT_NEVER;
    if (cut == CUT_BEFORE_COMMIT)
        return false;
    if (write(to, bytes, (size_t)length) != length)
        return false;
    if (cut == CUT_AFTER_COMMIT)
        (void)!read(to, bytes, sizeof bytes); // it has answered: it has happened
    return cut == CUT_NEVER;
}

static void serve_one(struct relay *relay, int client)
{
    int server = atomic_load(&relay->is_shut) ? -1 : connect_to(relay->server);
    struct pollfd ends[2] = {
        {client, POLLIN, 0},
        {server, POLLIN, 0}
    };
    bool is_open = server >= 0;
    while (is_open && !atomic_load(&relay->is_ending)) {
        if (poll(ends, 2, 50) <= 0)
            continue;
        if (ends[0].revents != 0)
            is_open = pass_on(relay, client, server, true);
        if (is_open && ends[1].revents != 0)
            is_open = pass_on(relay, server, client, false);
    }
    if (server >= 0)
        close(server);
    close(client);
}

static void *serve(void *context)
{
    struct relay *relay = context;
    struct pollfd door = {relay->door, POLLIN, 0};
    while (!atomic_load(&relay->is_ending)) {
        if (poll(&door, 1, 50) <= 0)
            continue;
        int client = accept(relay->door, NULL, NULL);
        if (client >= 0)
            serve_one(relay, client);
    }
    return NULL;
}

static void start(struct relay *relay, const struct scene *scene)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *relay = (struct relay){.door = socket(AF_UNIX, SOCK_STREAM, 0)};
    assert_non_null(getcwd(relay->folder, sizeof relay->folder - 10));
    (void)snprintf(relay->server, sizeof relay->server, "%s/.s.PGSQL.5432",
                   getenv("POSTGRESQL_FOLDER"));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", scene->folder);
    assert_int_equal(bind(relay->door, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(relay->door, 4), 0);
    assert_int_equal(pthread_create(&relay->thread, NULL, serve, relay), 0);
}

static void stop(struct relay *relay)
{
    atomic_store(&relay->is_ending, true);
    assert_int_equal(pthread_join(relay->thread, NULL), 0);
    close(relay->door);
}

/* The scene's ledger by way of the relay. */
static struct database *open_through(struct scene *scene, const struct relay *relay)
{
    struct database *database = NULL;
    char url[SCENE_PATH_BYTES + 64];
    (void)snprintf(url, sizeof url, "postgresql:///ledger?host=%s/%s&user=postgres%s",
                   relay->folder, scene->folder, strstr(scene->path, "&options="));
    assert_ok(scene, database_open(url, DATABASE_WRITE, &database, &scene->fault));
    return database;
}

static enum status add_one(struct scene *scene, struct database *database)
{
    enum status status = database_begin(database, &scene->fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(database,
                          "INSERT INTO tally (name, amount) VALUES ($1, 1) ON CONFLICT (name) DO"
                          " UPDATE SET amount = tally.amount + 1",
                          VALUES(value_text("probe")), NULL, &scene->fault);
    return database_end(database, status, &scene->fault);
}

static int64_t counted(struct scene *scene)
{
    return scene_sql_number(scene, "SELECT coalesce(sum(amount), 0) FROM tally WHERE name ="
                                   " 'probe'");
}

static void a_commit_that_never_arrived_is_reported_as_not_done(void **state)
{
    struct scene *scene = *state;
    struct relay relay;
    if (!scene->is_server)
        skip();
    start(&relay, scene);
    struct database *database = open_through(scene, &relay);
    assert_ok(scene, add_one(scene, database));
    atomic_store(&relay.cut, CUT_BEFORE_COMMIT);
    assert_status(scene, add_one(scene, database), STATUS_LATER);
    assert_int_equal(counted(scene), 1);
    assert_ok(scene, add_one(scene, database)); // as a caller does, who tries again
    assert_int_equal(counted(scene), 2);
    database_close(&database);
    stop(&relay);
}

static void a_commit_whose_answer_was_lost_counts_once(void **state)
{
    struct scene *scene = *state;
    struct relay relay;
    if (!scene->is_server)
        skip();
    start(&relay, scene);
    struct database *database = open_through(scene, &relay);
    for (int i = 1; i <= 3; i++) {
        atomic_store(&relay.cut, CUT_AFTER_COMMIT);
        assert_ok(scene, add_one(scene, database));
        assert_int_equal(counted(scene), i);
    }
    database_close(&database);
    stop(&relay);
}

/* The server's answer to the COMMIT is lost, and the server with it. */
static void a_commit_that_nobody_can_tell_of_is_final(void **state)
{
    struct scene *scene = *state;
    struct relay relay;
    if (!scene->is_server)
        skip();
    start(&relay, scene);
    struct database *database = open_through(scene, &relay);
    atomic_store(&relay.is_shut, true);
    atomic_store(&relay.cut, CUT_AFTER_COMMIT);
    assert_status(scene, add_one(scene, database), STATUS_HALT);
    atomic_store(&relay.is_shut, false);
    assert_status(scene, add_one(scene, database), STATUS_HALT); // … and stays so
    assert_int_equal(counted(scene), 1);
    database_close(&database);
    stop(&relay);
}

static void what_a_dead_server_was_asked_is_asked_again_when_it_only_looked(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    struct database *database = NULL;
    int64_t number = 0;
    assert_ok(scene, database_open(scene->path, DATABASE_WRITE, &database, &scene->fault));
    assert_ok(scene, add_one(scene, database));
    scene_sql(scene, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name"
                     " = 'posteingang'");
    assert_ok(scene, database_number(database, "SELECT amount FROM tally WHERE name = $1",
                                     VALUES(value_text("probe")), 0, &number, &scene->fault));
    assert_int_equal(number, 1);
    database_close(&database);
}

static void a_transaction_that_loses_its_connection_changes_nothing(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    struct database *database = NULL;
    assert_ok(scene, database_open(scene->path, DATABASE_WRITE, &database, &scene->fault));
    assert_ok(scene, database_begin(database, &scene->fault));
    assert_ok(scene, database_run(database, "INSERT INTO tally VALUES ($1, 1)",
                                  VALUES(value_text("probe")), NULL, &scene->fault));
    scene_sql(scene, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name"
                     " = 'posteingang'");
    uint64_t changed = 0;
    enum status status = database_run(database, "INSERT INTO tally VALUES ($1, 1)",
                                      VALUES(value_text("other")), &changed, &scene->fault);
    assert_int_equal(status, STATUS_LATER);
    // Forgetting what failed does not make half of it true.
    assert_status(scene, database_end(database, STATUS_OK, &scene->fault), STATUS_LATER);
    assert_int_equal(counted(scene), 0);
    assert_ok(scene, add_one(scene, database));
    assert_int_equal(counted(scene), 1);
    database_close(&database);
}

/* A writer that is stopped in the middle is ended by the server, and the others go on. */
static void a_writer_that_stands_still_does_not_hold_up_the_others(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    struct database *still = NULL;
    struct database *other = NULL;
    assert_ok(scene, database_open(scene->path, DATABASE_WRITE, &still, &scene->fault));
    assert_ok(scene, database_open(scene->path, DATABASE_WRITE, &other, &scene->fault));
    assert_ok(scene, database_begin(still, &scene->fault));
    assert_ok(scene, add_one(scene, other));
    assert_status(scene, database_end(still, STATUS_OK, &scene->fault), STATUS_LATER);
    database_close(&still);
    database_close(&other);
}

/* Of three hosts in the URL one takes the call and never says a word, and one is not there. */
static void hosts_that_do_not_answer_keep_nobody_from_the_one_that_does(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[160];
    int silent = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_non_null(getcwd(folder, sizeof folder - 40));
    (void)snprintf(folder + strlen(folder), 40, "/%.30s", scene->folder);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", scene->folder);
    assert_int_equal(bind(silent, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(silent, 4), 0);
    for (size_t i = 0; i < 2; i++) {
        struct database *database = NULL;
        char hosts[400];
        char url[SCENE_PATH_BYTES + 400];
        if (i == 0)
            (void)snprintf(hosts, sizeof hosts, "%s,/nowhere,%s", folder,
                           getenv("POSTGRESQL_FOLDER"));
        else
            (void)snprintf(hosts, sizeof hosts, "%s,%s,/nowhere", getenv("POSTGRESQL_FOLDER"),
                           folder);
        (void)snprintf(url, sizeof url, "postgresql:///ledger?host=%s&user=postgres%s", hosts,
                       strstr(scene->path, "&options="));
        assert_ok(scene, database_open(url, DATABASE_WRITE, &database, &scene->fault));
        assert_ok(scene, add_one(scene, database));
        database_close(&database);
    }
    assert_int_equal(counted(scene), 2);
    close(silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_commit_that_never_arrived_is_reported_as_not_done),
        SCENE_TEST(a_commit_whose_answer_was_lost_counts_once),
        SCENE_TEST(a_commit_that_nobody_can_tell_of_is_final),
        SCENE_TEST(what_a_dead_server_was_asked_is_asked_again_when_it_only_looked),
        SCENE_TEST(a_transaction_that_loses_its_connection_changes_nothing),
        SCENE_TEST(a_writer_that_stands_still_does_not_hold_up_the_others),
        SCENE_TEST(hosts_that_do_not_answer_keep_nobody_from_the_one_that_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
