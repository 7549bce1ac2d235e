/* work_notice.c - see work_notice.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/database_server.h"
#include "store/work_notice.h"

struct work_notice {
    PGconn *connection;
    int file; /* libpq forgets it when the line breaks */
};

static enum status failed(PGconn *connection, struct fault *fault)
{
    const char *words = PQerrorMessage(connection);
    return fault_set(fault, STATUS_LATER, "ledger: cannot listen for new work: %.*s",
                     (int)strcspn(words, "\n"), words);
}

/* The channel has the name of the schema, as the ledger does. */
static enum status listen_there(PGconn *connection, struct fault *fault)
{
    PGresult *name =
        PQexec(connection, "SELECT format('LISTEN %I', 'posteingang.' || current_schema())");
    bool is_named = PQresultStatus(name) == PGRES_TUPLES_OK && PQgetisnull(name, 0, 0) == 0;
    PGresult *result = is_named ? PQexec(connection, PQgetvalue(name, 0, 0)) : NULL;
    bool is_there = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(name);
    PQclear(result);
    return is_there ? STATUS_OK : failed(connection, fault);
}

enum status work_notice_open(const char *url, struct work_notice **ret_notice, struct fault *fault)
{
    char office[OFFICE_BYTES_MOST + 1];
    char *address = NULL;
    if (!database_is_server(url)) {
        *ret_notice = NULL;
        return STATUS_OK;
    }
    struct work_notice *notice = calloc(1, sizeof *notice);
    if (notice == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = office_split(url, &address, office, fault);
    if (status == STATUS_OK)
        status = server_connect(address, office, &notice->connection, fault);
    if (status == STATUS_OK)
        status = listen_there(notice->connection, fault);
    if (status == STATUS_OK)
        notice->file = PQsocket(notice->connection);
    free(address);
    if (status == STATUS_OK)
        *ret_notice = notice;
    else
        work_notice_close(&notice);
    return status;
}

void work_notice_close(struct work_notice **notice_p)
{
    struct work_notice *notice = *notice_p;
    *notice_p = NULL;
    if (notice == NULL)
        return;
    PQfinish(notice->connection);
    free(notice);
}

int work_notice_file(const struct work_notice *notice)
{
    return notice->file;
}

enum status work_notice_take(struct work_notice *notice, bool *ret_some, struct fault *fault)
{
    *ret_some = false;
    if (PQconsumeInput(notice->connection) == 0)
        return failed(notice->connection, fault);
    for (PGnotify *said = PQnotifies(notice->connection); said != NULL;
         said = PQnotifies(notice->connection)) {
        *ret_some = true;
        PQfreemem(said);
    }
    return STATUS_OK;
}
