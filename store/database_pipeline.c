/* database_pipeline.c - statements that are sent one after the other without waiting for answers.
 *
 * A change of the ledger is some thirty statements, most of which answer nothing that anybody waits
 * for. They are sent with the next question, or with the COMMIT: one way there and back for all.
 * When one fails the server skips those behind it. See "Pipeline Mode" in libpq's manual. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/database_server.h"

enum status pipeline_post(struct server *server, const struct posting *posting, struct fault *fault)
{
    enum status status = STATUS_OK;
    if (server->posted_count == POSTED_MOST)
        status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    PGconn *connection = server->connection;
    bool is_sent = server->posted_count > 0 || PQenterPipelineMode(connection) == 1;
    if (is_sent && posting->name == NULL)
        is_sent = PQsendQueryParams(connection, posting->sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
    else if (is_sent)
        is_sent = PQsendQueryPrepared(connection, posting->name, posting->count, posting->values,
                                      posting->lengths, posting->formats, 1) == 1;
    if (!is_sent) {
        status = server_failed(server, NULL, "send a statement", fault);
        if (server->connection != NULL)
            server_drop_connection(server); // it is in the middle of something
        return status;
    }
    server->posted[server->posted_count++] =
        (struct posted){.otherwise = posting->otherwise, .ahead = posting->ahead};
    return STATUS_OK;
}

/* What is wrong with an answer; NULL when nothing is. */
static const char *contradiction(PGresult *result, const char *otherwise)
{
    bool is_one = otherwise == NULL || strcmp(PQcmdTuples(result), "1") == 0;
    return is_one ? NULL : otherwise;
}

/* Where it was asked ahead for; else it is given back. */
static PGresult *keep_answer(const struct posted *posted, PGresult *result)
{
    if (posted->ahead == NULL || posted->ahead->sql == NULL)
        return result;
    posted->ahead->result = result;
    return NULL;
}

/* A place whose answer is on its way is not given to another question. */
static void ahead_tidy(struct server *server)
{
    while (server->posted_count == 0 && server->ahead_count > 0 &&
           server->ahead[server->ahead_count - 1].sql == NULL)
        server->ahead_count--;
}

/* All answers. The caller owns *ret_bad, the first of a failure, and *ret_last. */
static void take_answers(struct server *server, PGresult **ret_bad, PGresult **ret_last,
                         const char **ret_contradiction)
{
    for (size_t i = 0; i < server->posted_count && PQstatus(server->connection) == CONNECTION_OK;
         i++) {
        PGresult *result = PQgetResult(server->connection);
        PQclear(*ret_last);
        *ret_last = NULL;
        if (*ret_bad == NULL && !server_is_good(result)) {
            *ret_bad = result;
        } else {
            if (*ret_contradiction == NULL && *ret_bad == NULL)
                *ret_contradiction = contradiction(result, server->posted[i].otherwise);
            *ret_last = keep_answer(&server->posted[i], result);
        }
        if (result != NULL)
            PQclear(PQgetResult(server->connection)); // NULL: the end of this one
    }
}

/* Back to where one question has one answer. */
static bool leave(struct server *server)
{
    if (PQstatus(server->connection) != CONNECTION_OK)
        return false;
    PGresult *result = PQgetResult(server->connection);
    bool is_end = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    PQclear(result);
    return is_end && PQexitPipelineMode(server->connection) == 1;
}

enum status pipeline_settle(struct server *server, PGresult **ret_last, struct fault *fault)
{
    PGresult *bad = NULL;
    PGresult *last = NULL;
    const char *words = NULL;
    if (server->posted_count == 0)
        return STATUS_OK;
    bool is_whole = PQpipelineSync(server->connection) == 1;
    if (is_whole)
        take_answers(server, &bad, &last, &words);
    is_whole = is_whole && leave(server);
    server->posted_count = 0;
    ahead_tidy(server);
    server->is_part_first = server->is_part_first || (is_whole && bad == NULL);
    if (!is_whole || bad != NULL) {
        PQclear(last);
        enum status status = server_failed(server, bad, "run a statement", fault);
        if (!is_whole && server->connection != NULL)
            server_drop_connection(server);
        return status;
    }
    if (words == NULL && ret_last != NULL)
        *ret_last = last;
    else
        PQclear(last);
    return words == NULL ? STATUS_OK : fault_set(fault, STATUS_HALT, "%s", words);
}

void pipeline_drain(struct server *server)
{
    if (server->connection != NULL && server->posted_count > 0)
        (void)pipeline_settle(server, NULL, NULL);
}

/* ---- questions that are asked ahead ---------------------------------------------------------- */

static void append_values(struct text *bytes, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i];
        text_append_bytes(bytes, (const char *)&value->kind, sizeof value->kind);
        text_append_bytes(bytes, (const char *)&value->integer, sizeof value->integer);
        text_append_bytes(bytes, (const char *)&value->real, sizeof value->real);
        text_append_bytes(bytes, (const char *)&value->length, sizeof value->length);
        if (value->bytes != NULL)
            text_append_bytes(bytes, value->bytes, value->length);
    }
}

static void ahead_done(struct ahead *ahead)
{
    PQclear(ahead->result);
    text_done(&ahead->values);
    *ahead = (struct ahead){0};
}

struct ahead *ahead_add(struct server *server, const char *sql, const struct value *values,
                        size_t count)
{
    if (server->ahead_count == AHEAD_MOST)
        return NULL;
    struct ahead *ahead = &server->ahead[server->ahead_count];
    append_values(&ahead->values, values, count);
    if (!text_ok(&ahead->values)) {
        text_done(&ahead->values);
        return NULL;
    }
    server->ahead_count++;
    ahead->sql = sql;
    return ahead;
}

struct ahead *ahead_find(struct server *server, const char *sql, const struct value *values,
                         size_t count)
{
    struct ahead *found = NULL;
    struct text bytes = {0};
    append_values(&bytes, values, count);
    for (size_t i = 0; i < server->ahead_count && text_ok(&bytes) && found == NULL; i++) {
        struct ahead *ahead = &server->ahead[i];
        if (ahead->sql == sql && ahead->values.length == bytes.length &&
            memcmp(text_string(&ahead->values), text_string(&bytes), bytes.length) == 0)
            found = ahead;
    }
    text_done(&bytes);
    return found;
}

void ahead_forget(struct server *server)
{
    for (size_t i = 0; i < server->ahead_count; i++)
        ahead_done(&server->ahead[i]);
    ahead_tidy(server);
}

PGresult *ahead_take(struct server *server, struct ahead *ahead)
{
    PGresult *result = ahead->result;
    ahead->result = NULL;
    ahead_done(ahead);
    ahead_tidy(server);
    return result;
}
