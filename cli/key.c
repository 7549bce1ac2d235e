/* key.c - `posteingang key new|enrol|revoke|list`: workers on other hosts and their keys.
 *
 * A secret is made where its owner is, or is carried there as a file; the ledger only ever knows
 * public keys. What the ledger says counts from its commit on: the dispatcher asks it at every
 * hand-shake and for every message. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/keypair.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/keyring.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "store/worker_keys.h"

/* ---- new ------------------------------------------------------------------------------------ */

/* The server's public key: as it was given, or of the instance's own key. */
static int find_server(const struct call *call, const char *given, struct public_key *ret_server)
{
    if (given != NULL && public_key_from_text(given, ret_server))
        return EXIT_DONE;
    if (given != NULL) {
        complain("key new: \"%s\" is not a public key: 40 characters, as \"key list\" shows them",
                 given);
        return EXIT_USAGE;
    }
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    struct fault fault = {0};
    enum status status = keyring_server(config, ret_server, &fault);
    config_free(&config);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

static int make_key(const char *name, const char *path, const struct public_key *server)
{
    struct fault fault = {0};
    struct key_file file = {.has_server = true, .server = *server};
    enum status status = key_pair_new(&file.pair, &fault);
    if (status == STATUS_OK)
        status = key_file_write(path, &file, &fault);
    char text[KEY_TEXT_BYTES];
    public_key_to_text(&file.pair.public_key, text);
    key_file_wipe(&file);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    printf("%s holds the key of %s. Carry it to the worker's host, and enrol it here:\n\n"
           "  posteingang key enrol %s '%s' --role reader\n\n"
           "There the worker is started with:\n\n"
           "  posteingang worker --connect tcp://HOST:PORT --key %s\n\n"
           "Of a desk far away that sends scans the role is site --site NAME, and it is started "
           "with:\n\n"
           "  posteingang site --connect tcp://HOST:PORT --key %s\n",
           path, name, name, text, path, path);
    return EXIT_DONE;
}

static int new_key(const struct call *call, const char *name, const char *file, const char *server)
{
    if (!worker_key_name_is_fit(name)) {
        complain("key new: a name has 2 to %d lower-case letters, digits, dots, dashes and "
                 "underlines, and begins with a letter",
                 WORKER_KEY_NAME_BYTES_MOST);
        return EXIT_USAGE;
    }
    struct public_key trusted;
    int exit_code = find_server(call, server, &trusted);
    struct text path = {0};
    text_append_format(&path, "%s.key", name);
    if (exit_code == EXIT_DONE)
        exit_code = make_key(name, file != NULL ? file : text_string(&path), &trusted);
    text_done(&path);
    return exit_code;
}

int verb_key_new(struct call *call)
{
    const char *file = NULL;
    const char *server = NULL;
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"file",   "FILE",   "where to write it (default: NAME.key in this folder)",        ARGUMENT_STRING,
         &file                                                                                                      },
        {"server", "PUBLIC",
         "the dispatcher's public key, where this is not its host (\"key list\" shows it)", ARGUMENT_STRING, &server},
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, 2, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = new_key(call, rest.values[0], file, server);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- enrol and revoke ----------------------------------------------------------------------- */

/* Says what a desk still needs at this end. */
static void advise_site(const struct config *config, const char *site)
{
    const struct config_site *found = config_site(config, site);
    if (config->reception.listen == NULL)
        printf("No desk can reach this centre yet: set reception.listen in %s.\n", config->path);
    if (found == NULL || !found->is_remote)
        printf("%s needs a site of that name with remote: true.\n", config->path);
}

static int enrol_site(struct instance *instance, const char *name, const char *site,
                      const struct public_key *key)
{
    struct fault fault = {0};
    if (!config_site_name_is_fit(site)) {
        complain("key enrol: \"%s\" cannot be the name of a site", site);
        return EXIT_USAGE;
    }
    if (worker_key_enrol_site(instance->ledger, name, site, key, outcome_actor(), &fault) !=
        STATUS_OK)
        return outcome_of(&fault);
    printf("%s may send scans of %s, and nothing else.\n", name, site);
    advise_site(instance->config, site);
    return EXIT_DONE;
}

/* `site`: only for WORKER_ROLE_SITE. */
static int enrol(struct instance *instance, const char *name, const char *public,
                 enum worker_role role, const char *site)
{
    struct public_key key;
    struct fault fault = {0};
    if (!public_key_from_text(public, &key)) {
        complain("key enrol: \"%s\" is not a public key: 40 characters, as key new prints them",
                 public);
        return EXIT_USAGE;
    }
    if (role == WORKER_ROLE_SITE)
        return enrol_site(instance, name, site, &key);
    if (worker_key_enrol(instance->ledger, name, role, &key, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("%s may connect as a %s.\n", name, worker_role_name(role));
    if (instance->config->dispatch.listen == NULL)
        printf("No other host can reach the dispatcher yet: set dispatch.listen in %s.\n",
               instance->config->path);
    return EXIT_DONE;
}

int verb_key_enrol(struct call *call)
{
    const char *role_name = "reader";
    const char *site = NULL;
    enum worker_role role = WORKER_ROLE_READER;
    struct argument_list rest = {0};
    struct instance instance = {0};
    const struct argument table[] = {
        {"role", "ROLE", "reader, filer or site (default: reader)",             ARGUMENT_STRING, &role_name},
        {"site", "NAME", "for the role site: whose scans may come by this key", ARGUMENT_STRING,
         &site                                                                                             },
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, 2, 2, 2, &rest, &exit_code))
        return exit_code;
    if (!worker_role_from_name(role_name, &role)) {
        complain("key enrol: as what? --role reader, filer or site");
        exit_code = EXIT_USAGE;
    } else if ((role == WORKER_ROLE_SITE) != (site != NULL)) {
        complain("key enrol: --role site and --site NAME go together");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = enrol(&instance, rest.values[0], rest.values[1], role, site);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int take_back(struct instance *instance, const char *name)
{
    struct fault fault = {0};
    uint32_t leases = 0;
    if (worker_key_revoke(instance->ledger, name, outcome_actor(), &leases, &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("%s may not connect any more; %u job%s that it had go%s to others.\n", name, leases,
           leases == 1 ? "" : "s", leases == 1 ? "es" : "");
    return EXIT_DONE;
}

int verb_key_revoke(struct call *call)
{
    struct argument_list rest = {0};
    struct instance instance = {0};
    int exit_code = EXIT_DONE;
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = take_back(&instance, rest.values[0]);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- list ----------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"NAME",       false, 8 },
    {"ROLE",       false, 0 },
    {"SINCE",      false, 0 },
    {"ACCESS",     false, 0 },
    {"PUBLIC KEY", false, 40},
};

struct listing {
    struct table table;
    int64_t now_ms;
    bool as_json;
};

static enum status print_json(const struct worker_key *key, const char *public, struct fault *fault)
{
    json_t *revoked = key->revoked_ms == 0 ? json_null() : json_moment(key->revoked_ms);
    json_t *object = json_pack(
        "{ss ss ss so so ss}", "name", key->name, "role", worker_role_name(key->role), "site",
        key->site, "since", json_moment(key->since_ms), "revoked", revoked, "public_key", public);
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the keys");
}

static enum status add_row(void *context, const struct worker_key *key, struct fault *fault)
{
    struct listing *listing = context;
    char public[KEY_TEXT_BYTES];
    char since[TIMES_BYTES];
    char revoked[TIMES_BYTES];
    public_key_to_text(&key->public_key, public);
    if (listing->as_json)
        return print_json(key, public, fault);
    times_moment(key->since_ms, listing->now_ms, since);
    times_moment(key->revoked_ms, listing->now_ms, revoked);
    table_cell(&listing->table, key->name);
    if (key->role == WORKER_ROLE_SITE)
        table_cell_format(&listing->table, "site %s", key->site);
    else
        table_cell(&listing->table, worker_role_name(key->role));
    table_cell(&listing->table, since);
    if (key->revoked_ms == 0)
        table_cell(&listing->table, "yes");
    else
        table_cell_format(&listing->table, "revoked %s", revoked);
    table_cell(&listing->table, public);
    return STATUS_OK;
}

static void print_server(const struct config *config)
{
    struct public_key server;
    char text[KEY_TEXT_BYTES];
    if (keyring_server(config, &server, NULL) != STATUS_OK)
        return;
    public_key_to_text(&server, text);
    printf("The dispatcher's public key: %s\n", text);
}

static int list(const struct instance *instance, bool as_json)
{
    struct fault fault = {0};
    struct listing listing = {.now_ms = clock_wall_ms(clock_system()), .as_json = as_json};
    table_init(&listing.table, columns, sizeof columns / sizeof columns[0]);
    int exit_code = EXIT_DONE;
    if (worker_key_each(instance->ledger, add_row, &listing, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (!as_json && listing.table.cell_count > 0)
        (void)table_print(&listing.table, stdout, terminal_columns(stdout));
    if (exit_code == EXIT_DONE && !as_json)
        print_server(instance->config);
    table_done(&listing.table);
    return exit_code;
}

int verb_key_list(struct call *call)
{
    bool as_json = false;
    struct instance instance = {0};
    const struct argument table[] = {
        {"json", NULL, "prints JSON Lines, one object a line", ARGUMENT_FLAG, &as_json},
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
