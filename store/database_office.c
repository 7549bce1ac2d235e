/* database_office.c - several offices in one database on a server, each behind two walls.
 *
 * A ledger's URL may name its office behind a "#": postgresql://…#NAME. All its tables lie in the
 * schema office_NAME, which is the only one that its connections look into: the first wall. The
 * second is the server's: every table there has row-level security, which binds its owner too, and
 * shows and takes rows only in sessions that have said that they are of this office. Whatever a
 * statement is made to name, it finds nothing of another office.
 *
 * Roles that the server's row-level security does not bind (superusers, BYPASSRLS) are refused, and
 * so is a ledger of an office with a table that is not walled. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/database_server.h"

enum { QUESTION_BYTES = 1024 };

static bool office_name_is_good(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= OFFICE_BYTES_MOST &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length && isalpha(name[0]);
}

enum status office_split(const char *url, char **ret_url, char ret_office[OFFICE_BYTES_MOST + 1],
                         struct fault *fault)
{
    const char *mark = strrchr(url, '#');
    ret_office[0] = '\0';
    if (mark != NULL && !office_name_is_good(mark + 1))
        return fault_set(fault, STATUS_REFUSE,
                         "ledger: behind # stands the name of an office: at most %d small letters,"
                         " digits and _, with a letter first",
                         OFFICE_BYTES_MOST);
    *ret_url = string_copy(url);
    if (*ret_url == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (mark != NULL) {
        (*ret_url)[mark - url] = '\0';
        (void)snprintf(ret_office, OFFICE_BYTES_MOST + 1, "%s", mark + 1);
    }
    return STATUS_OK;
}

void office_options(const char *office, char ret_options[OFFICE_OPTIONS_BYTES])
{
    ret_options[0] = '\0';
    if (office[0] != '\0')
        (void)snprintf(ret_options, OFFICE_OPTIONS_BYTES, "-csearch_path=office_%s", office);
}

/* Its schema is made with the ledger, unless the server's administrator has made it. */
enum status office_make(struct server *server, struct fault *fault)
{
    char sql[QUESTION_BYTES];
    char *schema = NULL;
    if (server->office[0] == '\0')
        return STATUS_OK;
    enum status status = server_ask(server, "SELECT current_schema()", &schema, fault);
    bool is_there = schema != NULL;
    free(schema);
    if (status != STATUS_OK || is_there)
        return status;
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA office_%s", server->office);
    return server_command(server, sql, "make the schema of the office", fault);
}

/* What every session says first: of which office it is. */
enum status office_enter(struct server *server, struct fault *fault)
{
    char sql[QUESTION_BYTES];
    char *found = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT set_config('posteingang.office', '%s', false)",
                   server->office);
    enum status status = server_command(server, sql, "enter the office", fault);
    if (status != STATUS_OK || server->office[0] == '\0')
        return status;
    status = server_ask(
        server,
        "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)",
        &found, fault);
    if (status == STATUS_OK && found != NULL)
        status = fault_set(fault, STATUS_REFUSE,
                           "ledger: the server's row-level security does not bind this user; an"
                           " office's ledger needs one that is no superuser and has not BYPASSRLS");
    free(found);
    return status;
}

/* Rows of one schema that have no wall yet. Copies of older forms lie in schemas beside it. */
#define UNWALLED                                                                                   \
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')" \
    " AND (n.nspname = current_schema() OR starts_with(n.nspname, current_schema() ||"             \
    " '.schema-')) AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM"  \
    " pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'office'))"

enum status office_wall(struct server *server, struct fault *fault)
{
    char sql[QUESTION_BYTES];
    if (server->office[0] == '\0')
        return STATUS_OK;
    (void)snprintf(
        sql, sizeof sql,
        "SELECT format('ALTER TABLE %%1$I.%%2$I ENABLE ROW LEVEL SECURITY; ALTER TABLE %%1$I.%%2$I"
        " FORCE ROW LEVEL SECURITY; DROP POLICY IF EXISTS office ON %%1$I.%%2$I; CREATE POLICY "
        "office ON %%1$I.%%2$I USING"
        " (current_setting(''posteingang.office'', true) = %%3$L)', n.nspname, c.relname,"
        " '%s')" UNWALLED,
        server->office);
    return server_run_each(server, sql, fault);
}

enum status office_check(struct server *server, struct fault *fault)
{
    char *found = NULL;
    if (server->office[0] == '\0')
        return STATUS_OK;
    enum status status = server_ask(server, "SELECT c.relname" UNWALLED " LIMIT 1", &found, fault);
    if (status == STATUS_OK && found != NULL)
        status = fault_set(fault, STATUS_REFUSE,
                           "ledger: the table \"%s\" of the office %s is open to other offices;"
                           " \"posteingang init\" walls it in",
                           found, server->office);
    free(found);
    return status;
}
