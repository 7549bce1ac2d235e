/* doctor_ledger.c - checks of doctor.h: what the ledger knows: its form, register, people, and what
 * waits for a person. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "cli/doctor.h"
#include "cli/times.h"
#include "store/database.h"
#include "store/guard.h"
#include "store/states.h"
#include "store/users.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    REGISTER_DAYS_MOST = 7,
    SERVER_TRANSACTION_MS_MOST = 60 * 60 * 1000
};

/* What a database server can be set up to that breaks promises, or lets a pile grow. */
static void check_server(struct checkup *checkup)
{
    struct ledger_server server = {0};
    struct fault fault = {0};
    if (ledger_server_look(checkup->ledger, &server, &fault) != STATUS_OK) {
        checkup_bad(checkup, "See the server's log.", "%s", fault.text);
        return;
    }
    if (!server.has_fsync || !server.has_full_pages)
        checkup_bad(checkup, "Set fsync and full_page_writes to on: a power cut damages it else.",
                    "PostgreSQL %s does not write durably", server.version);
    else if (!server.has_checksums)
        checkup_note(checkup, "Make the cluster with initdb --data-checksums (or pg_checksums).",
                     "PostgreSQL %s would not notice damaged pages", server.version);
    else
        checkup_well(checkup, "PostgreSQL %s, %lld MB, %d of %d connections taken", server.version,
                     (long long)(server.bytes / 1000000), server.connections,
                     server.connections_most);
    if (server.connections * 10 > server.connections_most * 9)
        checkup_bad(checkup, "Raise max_connections: each program needs one to four.",
                    "PostgreSQL has %d of %d connections taken", server.connections,
                    server.connections_most);
    if (server.oldest_ms > SERVER_TRANSACTION_MS_MOST)
        checkup_note(checkup,
                     "End the session that pg_stat_activity shows with the oldest xact_start.",
                     "a transaction on PostgreSQL is %lld minutes old, and keeps old rows from "
                     "being swept up",
                     (long long)(server.oldest_ms / 60000));
}

/* A primary that was replaced and came back. */
static void check_primaries(struct checkup *checkup)
{
    int count = 0;
    if (database_primaries(checkup->config->store.ledger, &count, NULL) == STATUS_OK && count > 1)
        checkup_bad(
            checkup, "Stop the one that was replaced, and make it a standby of the other one.",
            "%d servers of store.ledger take writes; the one that was promoted last is used",
            count);
}

void check_ledger(struct checkup *checkup)
{
    struct ledger *again = NULL;
    struct fault fault = {0};
    if (checkup->ledger != NULL) {
        checkup_well(checkup, "%s can be read", checkup->config->store.ledger);
        if (config_ledger_is_on_server(checkup->config)) {
            check_server(checkup);
            check_primaries(checkup);
        }
        return;
    }
    (void)ledger_open(checkup->config->store.ledger, LEDGER_READ, clock_system(), &again, &fault);
    ledger_close(&again);
    checkup_bad(checkup,
                "No ledger yet: `posteingang init`. An older one: `posteingang init` brings it up "
                "to date. A broken one: `posteingang restore` from the last backup.",
                "%s", fault.text[0] == '\0' ? "the ledger cannot be opened" : fault.text);
}

void check_register(struct checkup *checkup)
{
    struct ledger_summary summary = {0};
    if (ledger_summarise(checkup->ledger, &summary, NULL) != STATUS_OK)
        return;
    int64_t age = checkup->now_ms - summary.register_imported_ms;
    char written[TIMES_BYTES];
    times_duration(age, written);
    if (summary.register_version == 0)
        checkup_bad(
            checkup,
            "posteingang register import FILE.csv: without it every letter waits for a person.",
            "no case register was brought in yet");
    else if (age > (int64_t)REGISTER_DAYS_MOST * DAY_MS)
        checkup_note(checkup,
                     "Import a fresh export; register.folder does so by itself every night.",
                     "the case register is %s old", written);
    else
        checkup_well(checkup, "%llu cases, %llu persons, %s old",
                     (unsigned long long)summary.register_cases,
                     (unsigned long long)summary.register_persons, written);
}

/* ---- people -------------------------------------------------------------------------------- */

static enum status count_user(void *context, const struct user_record *record, struct fault *fault)
{
    (void)fault;
    size_t *counts = context;
    counts[record->role] += !record->is_disabled;
    return STATUS_OK;
}

void check_people(struct checkup *checkup)
{
    size_t counts[USER_ROLES] = {0}, all = 0;
    if (!checkup->config->portal.enabled ||
        user_each(checkup->ledger, count_user, counts, NULL) != STATUS_OK)
        return;
    for (size_t i = 0; i < USER_ROLES; i++)
        all += counts[i];
    size_t deciders = counts[USER_REGISTRY] + counts[USER_CASEWORKER] + counts[USER_LEAD];
    if (counts[USER_ADMIN] == 0)
        checkup_note(checkup, "posteingang user add NAME --role admin.",
                     "nobody may look after the machine in the portal");
    if (deciders == 0)
        checkup_note(checkup,
                     "posteingang user add NAME --role registry: letters in doubt need somebody.",
                     "nobody in the portal may decide about letters in clearing");
    if (counts[USER_ADMIN] > 0 && deciders > 0)
        checkup_well(checkup, "%zu may log in, %zu of them decide", all, deciders);
}

/* Letters that only some may see, and nobody does who could decide about them. */
static void check_guarded(struct checkup *checkup)
{
    for (size_t i = 0; i < GUARDS; i++) {
        const char *name = guard_name(guard_at(i));
        uint64_t documents = 0, people = 0;
        if (guard_waiting(checkup->ledger, guard_at(i), &documents, &people, NULL) == STATUS_OK &&
            documents > 0 && people == 0)
            checkup_bad(
                checkup,
                "posteingang user right NAME --class CLASS, and somebody else confirms it.",
                "%llu documents in clearing are guarded (%s), and nobody who clears has the "
                "right to see them",
                (unsigned long long)documents, name);
    }
}

/* ---- what waits ---------------------------------------------------------------------------- */

void check_waiting(struct checkup *checkup)
{
    struct ledger_summary summary = {0};
    if (ledger_summarise(checkup->ledger, &summary, NULL) != STATUS_OK)
        return;
    uint64_t failed = summary.scans[SCAN_FAILED];
    uint64_t corrupt = summary.scans[SCAN_CORRUPT] + summary.documents[DOCUMENT_CORRUPT];
    int64_t age = summary.oldest_waiting_ms == 0 ? 0 : checkup->now_ms - summary.oldest_waiting_ms;
    char written[TIMES_BYTES];
    times_duration(age, written);
    if (corrupt > 0)
        checkup_bad(checkup, "posteingang verify names the first; restore it from the backup.",
                    "%llu scans or documents contradict themselves (corrupt)",
                    (unsigned long long)corrupt);
    if (failed > 0)
        checkup_note(
            checkup,
            "posteingang list --state failed, look at the paper, then posteingang retry ID.",
            "%llu scans could not be read", (unsigned long long)failed);
    if (age > DAY_MS && !checkup->is_running)
        checkup_bad(checkup,
                    "Start the programs (systemctl start posteingang.target, or posteingang run).",
                    "nothing is at work, and the oldest scan waits for %s", written);
    else if (age > DAY_MS)
        checkup_note(checkup, "See posteingang workers and the log for what holds it up.",
                     "the oldest scan waits for %s", written);
    check_guarded(checkup);
    if (corrupt + failed == 0 && age <= DAY_MS)
        checkup_well(checkup, "nothing that should not");
}
