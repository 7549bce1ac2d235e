/* user.c - `posteingang user …`: who may log in to the portal, and with what.
 *
 * A password is asked for twice on a terminal, without showing it, and read as one line from
 * standard input otherwise. It never stands on the command line, where others could see it. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/user_place.h"
#include "store/second_factor.h"
#include "store/users.h"

enum { SECRET_BYTES = PASSWORD_BYTES_MOST + 2 }; /* its newline and NUL */

/* ---- passwords ----------------------------------------------------------------------------- */

/* One line without its newline; false when there is none or it is too long. */
static bool read_line(char line[SECRET_BYTES])
{
    if (fgets(line, SECRET_BYTES, stdin) == NULL)
        return false;
    size_t length = strcspn(line, "\r\n");
    bool is_whole = line[length] != '\0' || feof(stdin) != 0;
    line[length] = '\0';
    return is_whole;
}

static bool ask_once(const char *words, char line[SECRET_BYTES])
{
    struct termios shown;
    (void)fprintf(stderr, "%s: ", words);
    if (tcgetattr(STDIN_FILENO, &shown) != 0)
        return false;
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool is_read = read_line(line);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    (void)fputc('\n', stderr);
    return is_read;
}

static int read_password(const char *name, char password[SECRET_BYTES])
{
    char again[SECRET_BYTES];
    char words[96];
    if (isatty(STDIN_FILENO) == 0) {
        if (read_line(password))
            return EXIT_DONE;
        complain("no password came on standard input: one line of at most %d bytes",
                 PASSWORD_BYTES_MOST);
        return EXIT_USAGE;
    }
    (void)snprintf(words, sizeof words, "Password for %.32s", name);
    bool is_read = ask_once(words, password) && ask_once("Once more", again);
    bool is_same = is_read && strcmp(password, again) == 0;
    sodium_memzero(again, sizeof again);
    if (is_same)
        return EXIT_DONE;
    complain(is_read ? "the two are not the same" : "no password was typed");
    return EXIT_FOUND;
}

/* ---- adding -------------------------------------------------------------------------------- */

static int check_site(const struct config *config, const char *site)
{
    if (site == NULL || config_site(config, site) != NULL)
        return EXIT_DONE;
    complain("there is no site %s in %s", site, config->path);
    return EXIT_FOUND;
}

/* " of Demmin", or "". */
static void print_may(const char *name, const struct user_place *place)
{
    const char *of = place->site != NULL ? place->site : place->team;
    printf("%s may log in as %s%s%s.\n", name, user_role_name(place->role),
           of == NULL ? "" : " of ", of == NULL ? "" : of);
}

static int add(struct instance *instance, const char *name, const struct user_place *place)
{
    struct fault fault = {0};
    char password[SECRET_BYTES] = "";
    int exit_code = read_password(name, password);
    const struct user_addition addition = {name, *place, password};
    if (exit_code == EXIT_DONE &&
        user_add(instance->ledger, &addition, outcome_actor(), &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    sodium_memzero(password, sizeof password);
    if (exit_code == EXIT_DONE)
        print_may(name, place);
    return exit_code;
}

static int move(struct instance *instance, const char *name, const struct user_place *place)
{
    struct fault fault = {0};
    if (user_set_place(instance->ledger, name, place, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    print_may(name, place);
    return EXIT_DONE;
}

int user_place_call(struct call *call, const char *verb, user_place_work *work)
{
    const char *role_name = NULL;
    struct user_place place = {0};
    struct argument_list rest = {0};
    struct instance instance = {0};
    const struct argument table[] = {
        {"role",       "ROLE", "mailroom, caseworker, lead, quality, registry, auditor or admin",
         ARGUMENT_STRING,                                                                                               &role_name       },
        {"site",       "SITE", "the site, for mailroom staff (only them)",                             ARGUMENT_STRING, &place.site      },
        {"team",       "TEAM", "the team, for caseworkers and leads (only them); several parted by ;",
         ARGUMENT_STRING,                                                                                               &place.team      },
        {"caseworker", "WORD",
         "what the register's caseworker column calls the person, so that "
         "they see these cases, too",                                                                  ARGUMENT_STRING, &place.caseworker},
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, sizeof table / sizeof table[0], 1, 1, &rest, &exit_code))
        return exit_code;
    if (role_name == NULL || !user_role_from_name(role_name, &place.role)) {
        complain("%s: as what? --role %s", verb, user_role_names());
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = check_site(instance.config, place.site);
    if (exit_code == EXIT_DONE)
        exit_code = work(&instance, rest.values[0], &place);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

int verb_user_add(struct call *call)
{
    return user_place_call(call, "user add", add);
}

int verb_user_role(struct call *call)
{
    return user_place_call(call, "user role", move);
}

/* ---- changing ------------------------------------------------------------------------------ */

int user_name_call(struct call *call, user_name_work *work)
{
    struct argument_list rest = {0};
    struct instance instance = {0};
    int exit_code = EXIT_DONE;
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = work(&instance, rest.values[0]);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int set_disabled(struct instance *instance, const char *name, bool is_disabled)
{
    struct fault fault = {0};
    if (user_set_disabled(instance->ledger, name, is_disabled, outcome_actor(), &fault) !=
        STATUS_OK)
        return outcome_of(&fault);
    printf(is_disabled ? "%s may no longer log in, and is out of the portal.\n"
                       : "%s may log in again.\n",
           name);
    return EXIT_DONE;
}

static int disable(struct instance *instance, const char *name)
{
    return set_disabled(instance, name, true);
}

static int enable(struct instance *instance, const char *name)
{
    return set_disabled(instance, name, false);
}

static int set_password(struct instance *instance, const char *name)
{
    struct fault fault = {0};
    char password[SECRET_BYTES] = "";
    int exit_code = read_password(name, password);
    if (exit_code == EXIT_DONE &&
        user_set_password(instance->ledger, name, password, outcome_actor(), &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    sodium_memzero(password, sizeof password);
    if (exit_code == EXIT_DONE)
        printf("%s has a new password, and must log in anew.\n", name);
    return exit_code;
}

int verb_user_disable(struct call *call)
{
    return user_name_call(call, disable);
}

int verb_user_enable(struct call *call)
{
    return user_name_call(call, enable);
}

int verb_user_password(struct call *call)
{
    return user_name_call(call, set_password);
}

static int reset_factor(struct instance *instance, const char *name)
{
    struct fault fault = {0};
    if (second_factor_remove(instance->ledger, name, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("%s has no second factor any more, and must log in anew.\n", name);
    return EXIT_DONE;
}

int verb_user_reset_factor(struct call *call)
{
    return user_name_call(call, reset_factor);
}

/* ---- listing ------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"NAME",   false, 0},
    {"ROLE",   false, 0},
    {"OF",     false, 8},
    {"SINCE",  false, 0},
    {"ACCESS", false, 0},
};

struct listing {
    bool as_json;
    int64_t now_ms;
    struct table table;
};

static enum status print_json(const struct user_record *user, struct fault *fault)
{
    char since[TIMESTAMP_BYTES];
    timestamp_local(user->created_ms, since);
    json_t *json =
        json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s, s:b, s:b, s:b}", "name", user->name, "role",
                  user_role_name(user->role), "site", user->site, "team", user->team, "caseworker",
                  user->caseworker, "since", since, "disabled", user->is_disabled, "directory",
                  user->is_of_directory, "second_factor", user->has_factor);
    return json_print_line(json, stdout) ? STATUS_OK
                                         : fault_set(fault, STATUS_LATER, "no memory for a list");
}

static enum status show_user(void *context, const struct user_record *user, struct fault *fault)
{
    struct listing *listing = context;
    char since[TIMES_BYTES];
    if (listing->as_json)
        return print_json(user, fault);
    times_moment(user->created_ms, listing->now_ms, since);
    table_cell(&listing->table, user->name);
    table_cell(&listing->table, user_role_name(user->role));
    table_cell(&listing->table, user->site != NULL ? user->site : user->team);
    table_cell(&listing->table, since);
    table_cell(&listing->table, user->is_disabled  ? "disabled"
                                : user->has_factor ? "with a second factor"
                                                   : "yes");
    return STATUS_OK;
}

static int list(struct instance *instance, bool as_json)
{
    struct listing listing = {.as_json = as_json, .now_ms = clock_wall_ms(clock_system())};
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    table_init(&listing.table, columns, sizeof columns / sizeof columns[0]);
    if (user_each(instance->ledger, show_user, &listing, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (!as_json && listing.table.cell_count == 0)
        printf("Nobody may log in yet; see: posteingang user add --help\n");
    else if (!as_json)
        (void)table_print(&listing.table, stdout, terminal_columns(stdout));
    table_done(&listing.table);
    return exit_code;
}

int verb_user_list(struct call *call)
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
