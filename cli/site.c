/* site.c - `posteingang site` and `posteingang sites`: a desk far from the centre.
 *
 * At a desk the status speaks German, to whoever scans there; at a centre it is a table for the
 * administrator. Both come from the same rows: what each end last noted of the line. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/lifesign.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/run.h"
#include "cli/sites.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/verbs.h"
#include "store/sent.h"

enum { LIFESIGN_OLD_MS = 15000, KB = 1000, MB = 1000 * 1000 };

/* ---- the desk at work ----------------------------------------------------------------------- */

static int check_desk(const struct config *config)
{
    if (config->centre.connect == NULL) {
        complain("site: to which centre? --connect tcp://HOST:PORT, or centre.connect in %s",
                 config->path);
        return EXIT_CONFIGURATION;
    }
    if (!string_starts_with(config->centre.connect, "tcp://")) {
        complain("site: \"%s\" is not tcp://HOST:PORT", config->centre.connect);
        return EXIT_USAGE;
    }
    if (config->site_count == 1 && !config->sites[0].is_remote)
        return EXIT_DONE;
    complain("site: a desk that sends to a centre has exactly one site of its own in %s",
             config->path);
    return EXIT_CONFIGURATION;
}

int verb_site(struct call *call)
{
    struct run_centre centre = {NULL, NULL};
    const struct argument table[] = {
        {"connect", "ADDRESS", "the centre's reception.listen, tcp://HOST:PORT",     ARGUMENT_STRING,
         &centre.connect},
        {"key",     "FILE",    "this desk's key file, made by: posteingang key new", ARGUMENT_STRING,
         &centre.key    },
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 2, &exit_code))
        return exit_code;
    return run_instance(call, false, &centre, check_desk);
}

/* ---- how it is ------------------------------------------------------------------------------ */

void sites_bytes(uint64_t bytes, char ret_text[SITES_BYTES_TEXT])
{
    if (bytes < MB)
        (void)snprintf(ret_text, SITES_BYTES_TEXT, "%" PRIu64 " kB", (bytes + KB - 1) / KB);
    else
        (void)snprintf(ret_text, SITES_BYTES_TEXT, "%.1f MB", (double)bytes / MB);
}

unsigned sites_percent(const struct remote_site *site)
{
    return site->size == 0 ? 0 : (unsigned)(100 * site->done / site->size);
}

enum sites_line sites_line(const struct remote_site *site, int64_t silent_ms, int64_t now_ms)
{
    if (site->since_ms == 0 || now_ms - site->seen_ms >= silent_ms)
        return SITES_LINE_CUT;
    return site->trouble[0] == '\0' ? SITES_LINE_GOOD : SITES_LINE_WAITING;
}

bool sites_is_desk(const struct config *config)
{
    return config->centre.connect != NULL ||
           lifesign_look(config->store.runtime, "forward", NULL) > 0;
}

struct listing {
    const struct config *config;
    struct table table;
    int64_t now_ms;
    bool as_json, is_bad;
    size_t count;
};

static enum status print_json(const struct listing *listing, const struct remote_site *site,
                              struct fault *fault)
{
    static const char *const lines[] = {"up", "held", "cut"};
    enum sites_line line = sites_line(site, SITES_SILENT_MS, listing->now_ms);
    json_t *object = json_pack(
        "{ss ss ss ss ss so so sI sI sI so sI ss sI sI sI so ss}", "site", site->name, "line",
        lines[line], "key", site->worker_key, "host", site->host, "version", site->version, "since",
        json_moment(site->since_ms), "seen", json_moment(site->seen_ms), "clock_ahead_ms",
        (json_int_t)site->skew_ms, "waiting", (json_int_t)site->waiting, "waiting_bytes",
        (json_int_t)site->waiting_bytes, "oldest_waiting", json_moment(site->oldest_ms), "rate",
        (json_int_t)site->rate, "sending", site->source, "size", (json_int_t)site->size, "done",
        (json_int_t)site->done, "taken", (json_int_t)site->taken, "taken_last",
        json_moment(site->taken_ms), "trouble", site->trouble);
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the sites");
}

/* ---- for whoever scans ---------------------------------------------------------------------- */

static void print_waiting(const struct sent_backlog *backlog, int64_t now_ms)
{
    char since[TIMES_BYTES];
    char bytes[SITES_BYTES_TEXT];
    if (backlog->scans == 0) {
        printf("Es wartet nichts: alle Scans sind in der Zentrale.\n");
        return;
    }
    times_moment(backlog->oldest_ms, now_ms, since);
    sites_bytes(backlog->bytes, bytes);
    printf("Hier %s %" PRIu64 " Scan%s (%s) auf die Übertragung, der älteste seit %s.\n",
           backlog->scans == 1 ? "wartet" : "warten", backlog->scans,
           backlog->scans == 1 ? "" : "s", bytes, since);
    printf("Sie sind auf diesem Rechner gesichert; das Eingangsdatum bleibt erhalten.\n");
}

static void print_line(const struct remote_site *site, enum sites_line line, int64_t now_ms)
{
    char moment[TIMES_BYTES];
    char bytes[SITES_BYTES_TEXT];
    times_moment(line == SITES_LINE_CUT ? site->seen_ms : site->since_ms, now_ms, moment);
    if (line == SITES_LINE_CUT && site->seen_ms == 0)
        printf("Die Zentrale war noch nie zu erreichen.\n");
    else if (line == SITES_LINE_CUT)
        printf("Die Leitung zur Zentrale ist unterbrochen; zuletzt war sie um %s zu erreichen.\n",
               moment);
    else
        printf("Die Leitung zur Zentrale steht seit %s.\n", moment);
    if (site->trouble[0] != '\0')
        printf("Für die Technik: %s\n", site->trouble);
    if (line == SITES_LINE_GOOD && site->rate == 0 && site->waiting > 0)
        printf("Um diese Uhrzeit wird nichts übertragen (Einstellung centre.rates).\n");
    if (site->source[0] != '\0' && line != SITES_LINE_CUT) {
        sites_bytes(site->size, bytes);
        printf("Gerade wird „%s“ übertragen: %u %% von %s.\n", site->source, sites_percent(site),
               bytes);
    }
}

static enum status print_own(void *context, const struct remote_site *site, struct fault *fault)
{
    struct listing *listing = context;
    enum sites_line line = sites_line(site, SITES_SILENT_MS, listing->now_ms);
    (void)fault;
    if (!string_equal(site->name, listing->config->sites[0].name))
        return STATUS_OK;
    listing->count++;
    listing->is_bad = listing->is_bad || line != SITES_LINE_GOOD;
    print_line(site, line, listing->now_ms);
    return STATUS_OK;
}

static enum status print_desk(const struct instance *instance, struct listing *listing,
                              struct fault *fault)
{
    struct sent_backlog backlog = {0};
    struct sent_summary summary = {0};
    const char *runtime = instance->config->store.runtime;
    enum status status = sent_backlog(instance->ledger, &backlog, fault);
    if (status == STATUS_OK)
        status = sent_summarise(instance->ledger, &summary, fault);
    if (status != STATUS_OK)
        return status;
    printf("Annahmestelle %s\n\n", instance->config->sites[0].name);
    print_waiting(&backlog, listing->now_ms);
    bool is_running = listing->now_ms - lifesign_look(runtime, "forward", NULL) < LIFESIGN_OLD_MS;
    if (!is_running) {
        printf("Das Übertragungsprogramm läuft nicht: bitte die Technik rufen.\n");
        listing->is_bad = true;
        return STATUS_OK;
    }
    status = remote_sites_each(instance->ledger, print_own, listing, fault);
    if (status == STATUS_OK && listing->count == 0)
        printf("Die Zentrale war noch nie zu erreichen.\n");
    listing->is_bad = listing->is_bad || listing->count == 0;
    if (status == STATUS_OK && summary.last_ms > 0) {
        char moment[TIMES_BYTES];
        times_moment(summary.last_ms, listing->now_ms, moment);
        printf("Übertragen sind %" PRIu64 " Scans, der letzte um %s.\n", summary.scans, moment);
    }
    return status;
}

/* ---- for the administrator ------------------------------------------------------------------ */

static const struct table_column columns[] = {
    {"SITE",    false, 8 },
    {"LINE",    false, 0 },
    {"SEEN",    false, 0 },
    {"WAITING", true,  0 },
    {"SIZE",    true,  0 },
    {"OLDEST",  false, 0 },
    {"SENDING", false, 10},
    {"TAKEN",   true,  0 },
};

static enum status add_row(void *context, const struct remote_site *site, struct fault *fault)
{
    static const char *const lines[] = {"up", "held", "cut"};
    struct listing *listing = context;
    char moment[TIMES_BYTES];
    char bytes[SITES_BYTES_TEXT];
    enum sites_line line = sites_line(site, SITES_SILENT_MS, listing->now_ms);
    listing->is_bad = listing->is_bad || line != SITES_LINE_GOOD;
    listing->count++;
    if (listing->as_json)
        return print_json(listing, site, fault);
    table_cell(&listing->table, site->name);
    table_cell(&listing->table, lines[line]);
    times_moment(site->seen_ms, listing->now_ms, moment);
    table_cell(&listing->table, moment);
    table_cell_format(&listing->table, "%" PRIu64, site->waiting);
    sites_bytes(site->waiting_bytes, bytes);
    table_cell(&listing->table, site->waiting == 0 ? "" : bytes);
    times_moment(site->oldest_ms, listing->now_ms, moment);
    table_cell(&listing->table, site->oldest_ms == 0 ? "" : moment);
    if (site->source[0] == '\0')
        table_cell(&listing->table, "");
    else
        table_cell_format(&listing->table, "%u %% %s", sites_percent(site), site->source);
    table_cell_format(&listing->table, "%" PRIu64, site->taken);
    if (site->trouble[0] != '\0')
        table_note(&listing->table, site->trouble);
    return STATUS_OK;
}

enum status sites_print(struct ledger *ledger, bool as_json, size_t *ret_count, bool *ret_is_bad,
                        struct fault *fault)
{
    struct listing listing = {.now_ms = clock_wall_ms(clock_system()), .as_json = as_json};
    table_init(&listing.table, columns, sizeof columns / sizeof columns[0]);
    enum status status = remote_sites_each(ledger, add_row, &listing, fault);
    if (status == STATUS_OK && !as_json && listing.count > 0)
        (void)table_print(&listing.table, stdout, terminal_columns(stdout));
    table_done(&listing.table);
    *ret_count = listing.count;
    *ret_is_bad = listing.is_bad;
    return status;
}

static int show_status(const struct instance *instance, bool as_json)
{
    struct fault fault = {0};
    struct listing listing = {.config = instance->config, .now_ms = clock_wall_ms(clock_system())};
    bool is_desk = !as_json && sites_is_desk(instance->config);
    enum status status =
        is_desk ? print_desk(instance, &listing, &fault)
                : sites_print(instance->ledger, as_json, &listing.count, &listing.is_bad, &fault);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    if (!is_desk && listing.count == 0 && !as_json)
        printf("No desk far away ever came.\n");
    return listing.is_bad ? EXIT_FOUND : EXIT_DONE;
}

int verb_sites(struct call *call)
{
    bool as_json = false;
    struct instance instance = {0};
    const struct argument table[] = {
        {"json", NULL, "prints JSON Lines, one site a line", ARGUMENT_FLAG, &as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = show_status(&instance, as_json);
    instance_close(&instance);
    return exit_code;
}
