/* database_statement.c - statements as the server has them: prepared once, with the types of their values.
 *
 * A statement is known by the address of its words. PostgreSQL wants the type of every parameter when
 * it prepares it; where only NULL has come so far the server is asked what it would take it for. */
// SPDX-License-Identifier: EUPL-1.2
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/database_result.h"
#include "store/database_server.h"

static void take_number(struct parameters *parameters, size_t i, const void *number, Oid type)
{
    uint64_t bits = 0;
    memcpy(&bits, number, sizeof bits);
    parameters->numbers[i] = htobe64(bits);
    parameters->values[i] = (const char *)&parameters->numbers[i];
    parameters->lengths[i] = sizeof bits;
    parameters->types[i] = type;
}

void parameters_take(struct parameters *parameters, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i];
        parameters->formats[i] = 1;
        parameters->values[i] = NULL;
        parameters->lengths[i] = 0;
        parameters->types[i] = 0;
        switch (value->kind) {
        case VALUE_INTEGER:
            take_number(parameters, i, &value->integer, TYPE_INT8);
            break;
        case VALUE_REAL:
            take_number(parameters, i, &value->real, TYPE_FLOAT8);
            break;
        case VALUE_TEXT:
        case VALUE_BYTES:
            // no bytes and NULL are two things
            parameters->values[i] = value->bytes == NULL ? "" : value->bytes;
            parameters->lengths[i] = (int)value->length;
            parameters->types[i] = value->kind == VALUE_TEXT ? TYPE_TEXT : TYPE_BYTEA;
            break;
        case VALUE_NULL:
            break;
        }
    }
}

/* Whether it is prepared here and now for values of these types. A type that was not known is
 * learned. */
static bool fits(const struct server *server, struct prepared *prepared,
                 const struct parameters *parameters, size_t count)
{
    bool is_same = prepared->session == server->session;
    for (size_t i = 0; i < count; i++)
        if (parameters->types[i] != 0 && parameters->types[i] != prepared->types[i]) {
            prepared->types[i] = parameters->types[i];
            is_same = false;
        }
    return is_same;
}

static bool is_named(const char *sql, size_t number)
{
    for (const char *found = strchr(sql, '$'); found != NULL; found = strchr(found + 1, '$'))
        if (strtoul(found + 1, NULL, 10) == number)
            return true;
    return false;
}

/* What the statement does not use may be anything. */
static void settle_unused(const char *sql, Oid *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (types[i] == 0 && !is_named(sql, i + 1))
            types[i] = TYPE_TEXT;
}

/* The statement with "NULL IS" for each "$n IS". */
static void hide_tests_for_null(const char *sql, struct text *hidden)
{
    while (*sql != '\0') {
        size_t digits = *sql == '$' ? strspn(sql + 1, "0123456789") : 0;
        if (digits > 0 && strncmp(sql + 1 + digits, " IS ", 4) == 0) {
            text_append(hidden, "NULL");
            sql += 1 + digits;
        } else {
            text_append_char(hidden, *sql++);
        }
    }
}

/* The server knows the type of a parameter that only NULL came for from what it is compared with,
 * unless it has met "$n IS NULL" before: so it is asked without those first. */
static enum status find_types(struct server *server, const char *sql, Oid *types, size_t count,
                              struct fault *fault)
{
    struct text hidden = {0};
    bool is_known = true;
    for (size_t i = 0; i < count; i++)
        is_known = is_known && types[i] != 0;
    if (is_known)
        return STATUS_OK;
    hide_tests_for_null(sql, &hidden);
    if (!text_ok(&hidden)) {
        text_done(&hidden);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    settle_unused(text_string(&hidden), types, count);
    PGresult *result = PQprepare(server->connection, "", text_string(&hidden), (int)count, types);
    text_done(&hidden);
    if (server_is_good(result)) {
        PQclear(result);
        result = PQdescribePrepared(server->connection, "");
    }
    if (!server_is_good(result))
        return server_failed(server, result, "prepare a statement", fault);
    for (int i = 0; i < (int)count && i < PQnparams(result); i++)
        types[i] = PQparamtype(result, i);
    PQclear(result);
    return STATUS_OK;
}

static enum status prepare(struct server *server, struct prepared *prepared, size_t count,
                           struct fault *fault)
{
    enum status status = find_types(server, prepared->sql, prepared->types, count, fault);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(prepared->name, sizeof prepared->name, "s%u", ++server->names);
    PGresult *result =
        PQprepare(server->connection, prepared->name, prepared->sql, (int)count, prepared->types);
    if (!server_is_good(result)) {
        prepared->session = 0;
        return server_failed(server, result, "prepare a statement", fault);
    }
    PQclear(result);
    prepared->session = server->session;
    return STATUS_OK;
}

/* The cached statement for `sql`; NULL when the cache is full or there is no memory. */
static struct prepared *find_statement(struct server *server, const char *sql)
{
    size_t slot = database_slot(sql);
    while (server->statements[slot] != NULL && server->statements[slot]->sql != sql)
        slot = (slot + 1) % STATEMENT_SLOTS;
    if (server->statements[slot] != NULL || server->statement_count >= STATEMENT_SLOTS / 2)
        return server->statements[slot];
    struct prepared *prepared = calloc(1, sizeof *prepared);
    if (prepared != NULL) {
        prepared->sql = sql;
        server->statements[slot] = prepared;
        server->statement_count++;
    }
    return prepared;
}

enum status statement_ready(struct server *server, const char *sql, struct parameters *parameters,
                            size_t count, struct prepared **ret_prepared, struct fault *fault)
{
    struct prepared *prepared = find_statement(server, sql);
    enum status status = STATUS_OK;
    *ret_prepared = prepared;
    if (prepared != NULL && fits(server, prepared, parameters, count))
        return STATUS_OK;
    status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    return prepared == NULL ? find_types(server, sql, parameters->types, count, fault)
                            : prepare(server, prepared, count, fault);
}

struct posting statement_posting(const struct prepared *prepared,
                                 const struct parameters *parameters, size_t count)
{
    return (struct posting){.name = prepared->name,
                            .values = parameters->values,
                            .lengths = parameters->lengths,
                            .formats = parameters->formats,
                            .count = (int)count};
}
