/* server.c - see server.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/server.h"

bool server_place(char ret_url[SERVER_PLACE_BYTES])
{
    static int count = 0;
    const char *url = getenv("LEDGER_SERVER");
    if (url == NULL)
        return false;
    char schema[32];
    char sql[64];
    (void)snprintf(schema, sizeof schema, "t%d_%d", (int)getpid(), ++count);
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", schema);
    (void)snprintf(ret_url, SERVER_PLACE_BYTES, "%s&options=-csearch_path%%3D%s", url, schema);
    PGconn *server = PQconnectdb(url);
    PGresult *result = PQexec(server, sql);
    bool is_made = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!is_made)
        (void)fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(server));
    PQclear(result);
    PQfinish(server);
    if (!is_made)
        exit(1);
    return true;
}
