/* token.c - `posteingang token add|list|revoke`: what machines show instead of a password.
 *
 * The secret is printed once, alone on standard output, so that it can go straight into the file of
 * whoever is to use it; the ledger keeps its hash. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/user_place.h"
#include "store/logins.h"

static int add(struct instance *instance, const char *name, const struct user_place *place)
{
    struct fault fault = {0};
    char secret[LOGIN_TOKEN_BYTES];
    if (login_token_add(instance->ledger, name, place, outcome_actor(), secret, &fault) !=
        STATUS_OK)
        return outcome_of(&fault);
    if (isatty(STDOUT_FILENO) != 0)
        (void)fprintf(stderr, "The token of %s, which is shown this once:\n", name);
    printf("%s\n", secret);
    sodium_memzero(secret, sizeof secret);
    return EXIT_DONE;
}

int verb_token_add(struct call *call)
{
    return user_place_call(call, "token add", add);
}

static int make_useless(struct instance *instance, const char *name)
{
    struct fault fault = {0};
    if (login_token_revoke(instance->ledger, name, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("The token of %s is good for nothing any more.\n", name);
    return EXIT_DONE;
}

int verb_token_revoke(struct call *call)
{
    return user_name_call(call, make_useless);
}

/* ---- listing ------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"NAME",  false, 0},
    {"ROLE",  false, 0},
    {"OF",    false, 8},
    {"SINCE", false, 0},
    {"GOOD",  false, 0},
};

struct listing {
    bool as_json;
    int64_t now_ms;
    struct table table;
};

static enum status print_json(const struct login_token *token, struct fault *fault)
{
    char since[TIMESTAMP_BYTES];
    timestamp_local(token->created_ms, since);
    json_t *json =
        json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:b}", "name", token->name, "role",
                  user_role_name(token->place.role), "site", token->place.site, "team",
                  token->place.team, "since", since, "revoked", (int)(token->revoked_ms != 0));
    return json_print_line(json, stdout) ? STATUS_OK
                                         : fault_set(fault, STATUS_LATER, "no memory for a list");
}

static enum status show(void *context, const struct login_token *token, struct fault *fault)
{
    struct listing *listing = context;
    const struct user_place *place = &token->place;
    char since[TIMES_BYTES];
    if (listing->as_json)
        return print_json(token, fault);
    times_moment(token->created_ms, listing->now_ms, since);
    table_cell(&listing->table, token->name);
    table_cell(&listing->table, user_role_name(place->role));
    table_cell(&listing->table, place->site != NULL ? place->site : place->team);
    table_cell(&listing->table, since);
    table_cell(&listing->table, token->revoked_ms != 0 ? "revoked" : "yes");
    return STATUS_OK;
}

static int list(struct instance *instance, bool as_json)
{
    struct listing listing = {.as_json = as_json, .now_ms = clock_wall_ms(clock_system())};
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    table_init(&listing.table, columns, sizeof columns / sizeof columns[0]);
    if (login_token_each(instance->ledger, show, &listing, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (!as_json && listing.table.cell_count == 0)
        printf("No machine has a token; see: posteingang token add --help\n");
    else if (!as_json)
        (void)table_print(&listing.table, stdout, terminal_columns(stdout));
    table_done(&listing.table);
    return exit_code;
}

int verb_token_list(struct call *call)
{
    bool as_json = false;
    struct instance instance = {0};
    const struct argument table[] = {
        {"json", NULL, "one JSON object a line", ARGUMENT_FLAG, &as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = list(&instance, as_json);
    instance_close(&instance);
    return exit_code;
}
