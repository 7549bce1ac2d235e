/* database_hosts.c - of the several hosts that a URL names, the server that takes writes.
 *
 * All are asked at once, so that one whose host is gone does not keep the others waiting. A primary
 * that was cut off while its standby was promoted still takes writes when its line is back, although
 * none of its commits can end (its synchronous standby is gone); who reads there sees an older
 * ledger. Each promotion begins a new timeline: the server with the newest one is the true one, and
 * a connection never goes back to an older one than it has seen.
 *
 * Leaves to others: which of two servers is right when both were promoted from the same one. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/database_server.h"

enum {
    HOSTS_MOST = 8,
    WORDS_MOST = 16,    /* keywords of a connection, with those of its host */
    HOST_WORDS = 3,     /* host, hostaddr, port */
    OTHERS_MS = 500,    /* for the others, when one that takes writes has answered */
    TIMELINE_BASE = 16, /* as names of WAL files begin */
};

/* What a URL says of its hosts: lists in the same order, cut at their commas. */
struct hosts {
    char *lists[HOST_WORDS];
    const char *parts[HOST_WORDS][HOSTS_MOST]; /* NULL: says nothing */
    size_t count;
    bool is_any; /* the URL wants another kind of server: libpq knows */
};

static const char *const host_words[HOST_WORDS] = {"host", "hostaddr", "port"};

static void hosts_done(struct hosts *hosts)
{
    for (size_t i = 0; i < HOST_WORDS; i++)
        free(hosts->lists[i]);
}

/* How many parts; those that are too many are not counted. */
static size_t cut(char *list, const char *parts[HOSTS_MOST])
{
    size_t count = 0;
    char *rest = list;
    for (char *part = strsep(&rest, ","); part != NULL && count < HOSTS_MOST;
         part = strsep(&rest, ","))
        parts[count++] = *part == '\0' ? NULL : part;
    return count;
}

/* One port may stand for all hosts. */
static void spread(const char *parts[HOSTS_MOST], size_t given, size_t count)
{
    for (size_t i = given; given == 1 && i < count; i++)
        parts[i] = parts[0];
}

static void hosts_of(const char *url, struct hosts *ret_hosts)
{
    size_t counts[HOST_WORDS] = {0};
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    *ret_hosts = (struct hosts){0};
    for (PQconninfoOption *one = options; one != NULL && one->keyword != NULL; one++) {
        if (one->val == NULL)
            continue;
        if (strcmp(one->keyword, "target_session_attrs") == 0)
            ret_hosts->is_any =
                strcmp(one->val, "read-write") != 0 && strcmp(one->val, "primary") != 0;
        for (size_t i = 0; i < HOST_WORDS; i++)
            if (strcmp(one->keyword, host_words[i]) == 0) {
                ret_hosts->lists[i] = string_copy(one->val);
                if (ret_hosts->lists[i] != NULL)
                    counts[i] = cut(ret_hosts->lists[i], ret_hosts->parts[i]);
            }
    }
    PQconninfoFree(options);
    ret_hosts->count = counts[0] > counts[1] ? counts[0] : counts[1];
    spread(ret_hosts->parts[2], counts[2], ret_hosts->count);
}

/* ---- asking --------------------------------------------------------------------------------- */

struct asked {
    PGconn *connection;             /* NULL when there is no memory */
    PostgresPollingStatusType next; /* what it waits for, or how it ended */
};

static bool is_over(const struct asked *asked)
{
    return asked->next == PGRES_POLLING_OK || asked->next == PGRES_POLLING_FAILED;
}

static struct asked ask(const struct hosts *hosts, size_t host, const char *const *names,
                        const char *const *values)
{
    const char *words[WORDS_MOST] = {NULL};
    const char *said[WORDS_MOST] = {NULL};
    size_t count = 0;
    for (; names[count] != NULL && count < WORDS_MOST - HOST_WORDS - 1; count++) {
        words[count] = names[count];
        said[count] = values[count];
    }
    // What stands behind the URL counts.
    for (size_t i = 0; i < HOST_WORDS; i++)
        if (hosts->parts[i][host] != NULL) {
            words[count] = host_words[i];
            said[count++] = hosts->parts[i][host];
        }
    struct asked asked = {.connection = PQconnectStartParams(words, said, 1),
                          .next = PGRES_POLLING_WRITING};
    if (asked.connection == NULL || PQstatus(asked.connection) == CONNECTION_BAD)
        asked.next = PGRES_POLLING_FAILED;
    return asked;
}

static void go_on(struct asked *asked, size_t count, int64_t wait_ms)
{
    struct pollfd ends[HOSTS_MOST];
    for (size_t i = 0; i < count; i++) {
        ends[i] = (struct pollfd){.fd = -1};
        if (is_over(&asked[i]))
            continue;
        ends[i].fd = PQsocket(asked[i].connection);
        ends[i].events = asked[i].next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    }
    if (poll(ends, (nfds_t)count, (int)wait_ms) <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (ends[i].fd >= 0 && ends[i].revents != 0)
            asked[i].next = PQconnectPoll(asked[i].connection);
}

/* Until all have answered, or time is over: there is less of it once one takes writes. */
static void wait_for_answers(struct asked *asked, size_t count, int64_t patience_ms)
{
    const struct clock *clock = clock_system();
    int64_t until = clock_monotonic_ms(clock) + patience_ms;
    bool is_found = false;
    for (;;) {
        int64_t now = clock_monotonic_ms(clock);
        size_t over = 0;
        for (size_t i = 0; i < count; i++) {
            over += is_over(&asked[i]);
            if (asked[i].next != PGRES_POLLING_OK || is_found)
                continue;
            is_found = true;
            until = now + OTHERS_MS < until ? now + OTHERS_MS : until;
        }
        if (over == count || now >= until)
            return;
        go_on(asked, count, until - now);
    }
}

/* ---- choosing ------------------------------------------------------------------------------- */

int64_t hosts_timeline(PGconn *connection)
{
    PGresult *result =
        PQexec(connection, "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)");
    bool is_told = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    int64_t timeline = is_told ? strtoll(PQgetvalue(result, 0, 0), NULL, TIMELINE_BASE) : 0;
    PQclear(result);
    return timeline;
}

/* The newest of those that take writes; otherwise the first, whose words say what is wrong. */
static size_t choose(const struct asked *asked, size_t count)
{
    size_t best = 0;
    int64_t newest = -1;
    for (size_t i = 0; i < count; i++) {
        if (asked[i].next != PGRES_POLLING_OK)
            continue;
        int64_t timeline = hosts_timeline(asked[i].connection);
        if (timeline > newest) {
            newest = timeline;
            best = i;
        }
    }
    return best;
}

PGconn *hosts_connect(const char *url, const char *const *names, const char *const *values,
                      int64_t patience_ms, int *ret_primaries)
{
    struct hosts hosts;
    struct asked asked[HOSTS_MOST];
    hosts_of(url, &hosts);
    if (hosts.count < 2 || hosts.is_any) {
        hosts_done(&hosts);
        PGconn *connection = PQconnectdbParams(names, values, 1);
        *ret_primaries = PQstatus(connection) == CONNECTION_OK;
        return connection;
    }
    *ret_primaries = 0;
    for (size_t i = 0; i < hosts.count; i++)
        asked[i] = ask(&hosts, i, names, values);
    wait_for_answers(asked, hosts.count, patience_ms);
    size_t chosen = choose(asked, hosts.count);
    for (size_t i = 0; i < hosts.count; i++) {
        *ret_primaries += asked[i].next == PGRES_POLLING_OK;
        if (i != chosen)
            PQfinish(asked[i].connection);
    }
    hosts_done(&hosts);
    return asked[chosen].connection;
}

bool hosts_are_several(const char *url)
{
    struct hosts hosts;
    hosts_of(url, &hosts);
    hosts_done(&hosts);
    return hosts.count > 1 && !hosts.is_any;
}
