/* ledger.c - opening, and the frame of every change. See ledger.h and ledger_private.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/ledger_move.h"
#include "store/ledger_private.h"
#include "store/migration.h"
#include "store/work_notice.h"

static enum status prepare(struct ledger *ledger, enum ledger_access access, struct fault *fault)
{
    if (access == LEDGER_CREATE)
        return migration_apply(ledger->database, ledger->clock, fault);
    return migration_check(ledger->database, fault);
}

/* An older ledger as it is before it is migrated is kept where it can be found again. */
static enum status keep_older(struct ledger *ledger, struct fault *fault)
{
    int64_t version = 0;
    enum status status = migration_version(ledger->database, &version, fault);
    if (status != STATUS_OK || version == 0 || version >= migration_newest())
        return status;
    return database_keep_older(ledger->database, version, fault);
}

enum status ledger_open(const char *url, enum ledger_access access, const struct clock *clock,
                        struct ledger **ret_ledger, struct fault *fault)
{
    static const enum database_access needed[] = {
        [LEDGER_READ] = DATABASE_READ,
        [LEDGER_WRITE] = DATABASE_WRITE,
        [LEDGER_CREATE] = DATABASE_CREATE,
    };
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL)
        return ledger_out_of_memory(fault);
    ledger->clock = clock;
    ledger->is_on_server = database_is_server(url);
    enum status status = database_open(url, needed[access], &ledger->database, fault);
    if (status == STATUS_OK) {
        status = access == LEDGER_CREATE ? keep_older(ledger, fault) : STATUS_OK;
        if (status == STATUS_OK)
            status = prepare(ledger, access, fault);
        if (status == STATUS_OK)
            status = database_clock_offset(ledger->database, clock_monotonic_ms(clock),
                                           &ledger->clock_offset, fault);
        if (status != STATUS_OK && !database_is_server(url)) // a URL may hold a password
            fault_within(fault, "\"%s\"", url);
    }
    if (status == STATUS_OK)
        *ret_ledger = ledger;
    else
        ledger_close(&ledger);
    return status;
}

enum status ledger_copy_to(struct ledger *ledger, const char *path, struct fault *fault)
{
    if (!ledger->is_on_server)
        return database_copy(ledger->database, path, fault);
    return ledger_copy_rows(ledger, path, fault);
}

enum status ledger_server_look(struct ledger *ledger, struct ledger_server *ret_server,
                               struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    if (!ledger->is_on_server)
        return fault_set(fault, STATUS_REFUSE, "the ledger is a file");
    enum status status = database_query(ledger->database, database_server_sql(ledger->database),
                                        NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        (void)snprintf(ret_server->version, sizeof ret_server->version, "%s", rows_text(rows, 0));
        ret_server->has_fsync = rows_integer(rows, 1) == 1;
        ret_server->has_full_pages = rows_integer(rows, 2) == 1;
        ret_server->has_checksums = rows_integer(rows, 3) == 1;
        ret_server->connections = (int)rows_integer(rows, 4);
        ret_server->connections_most = (int)rows_integer(rows, 5);
        ret_server->bytes = rows_integer(rows, 6);
        ret_server->oldest_ms = rows_integer(rows, 7);
    }
    rows_done(&rows);
    return status;
}

void ledger_close(struct ledger **ledger_p)
{
    struct ledger *ledger = *ledger_p;
    *ledger_p = NULL;
    if (ledger == NULL)
        return;
    database_close(&ledger->database);
    free(ledger);
}

/* A transaction that nobody knows anything of yet. */
static enum status begin_anew(struct ledger *ledger, struct fault *fault)
{
    ledger->head.is_known = false;
    ledger->tally.count = 0;
    ledger->has_new_work = false;
    enum status status = database_begin(ledger->database, fault);
    if (status != STATUS_OK)
        return status;
    status = audit_ask_ahead(ledger, fault); // nearly every change has a row in it
    return status == STATUS_OK ? status : database_end(ledger->database, status, fault);
}

static enum status begin_in_group(struct ledger *ledger, struct fault *fault)
{
    if (ledger->group == GROUP_LOST)
        return fault_set(fault, STATUS_LATER,
                         "ledger: an earlier change of the group took it away");
    enum status status = STATUS_OK;
    if (ledger->group == GROUP_EMPTY) {
        status = begin_anew(ledger, fault);
        ledger->group = status == STATUS_OK ? GROUP_OPEN : GROUP_EMPTY;
    }
    ledger->tally_before = ledger->tally;
    ledger->part_changes = database_changes(ledger->database);
    return status == STATUS_OK && !ledger->is_frail ? database_begin_part(ledger->database, fault)
                                                    : status;
}

enum status ledger_begin(struct ledger *ledger, struct fault *fault)
{
    enum status status =
        ledger->group == GROUP_NONE ? begin_anew(ledger, fault) : begin_in_group(ledger, fault);
    ledger->is_changing = status == STATUS_OK;
    if (status == STATUS_OK && ledger->leader != NULL) {
        status = leader_check(ledger, fault);
        if (status != STATUS_OK)
            (void)ledger_end(ledger, status, NULL);
    }
    return status;
}

/* Other hosts hear of new work with the commit: the first time at once, and then now and again, for
 * whoever was told comes for everything there is. */
static enum status tell_of_work(struct ledger *ledger, struct fault *fault)
{
    int64_t now = clock_monotonic_ms(ledger->clock);
    bool was_just_told =
        ledger->told_of_work_ms != 0 && now - ledger->told_of_work_ms < WORK_NOTICE_PAUSE_MS;
    if (!ledger->is_on_server || !ledger->has_new_work || was_just_told)
        return STATUS_OK;
    ledger->told_of_work_ms = now;
    return database_notify(ledger->database, fault);
}

static enum status commit(struct ledger *ledger, enum status status, struct fault *fault)
{
    const struct commit_watch *watch = ledger->watch;
    if (status == STATUS_OK)
        status = tally_write(ledger, fault);
    if (status == STATUS_OK)
        status = tell_of_work(ledger, fault);
    if (status == STATUS_OK && watch != NULL)
        status = watch->before(watch->context, fault);
    status = database_end(ledger->database, status, fault);
    if (status == STATUS_OK && watch != NULL)
        status = watch->after(watch->context, fault);
    return status;
}

static enum status end_in_group(struct ledger *ledger, enum status status, struct fault *fault)
{
    bool is_lost = false;
    if (!ledger->is_frail)
        status = database_end_part(ledger->database, status, &is_lost, fault);
    else if (status != STATUS_OK)
        is_lost = database_changes(ledger->database) != ledger->part_changes ||
                  !database_is_whole(ledger->database);
    if (is_lost)
        ledger->group = GROUP_LOST;
    if (status != STATUS_OK) {
        ledger->tally = ledger->tally_before;
        ledger->head.is_known = false;
    }
    return status;
}

enum status ledger_end(struct ledger *ledger, enum status status, struct fault *fault)
{
    ledger->is_changing = false;
    if (ledger->group == GROUP_NONE)
        return commit(ledger, status, fault);
    return end_in_group(ledger, status, fault);
}

void ledger_group_begin(struct ledger *ledger)
{
    assert(ledger->group == GROUP_NONE);
    ledger->group = GROUP_EMPTY;
    ledger->is_frail = false;
}

void ledger_group_begin_frail(struct ledger *ledger)
{
    ledger_group_begin(ledger);
    ledger->is_frail = true;
}

bool ledger_group_has_changes(const struct ledger *ledger)
{
    return ledger->group == GROUP_OPEN || ledger->group == GROUP_LOST;
}

enum status ledger_group_end(struct ledger *ledger, struct fault *fault)
{
    enum group_state group = ledger->group;
    ledger->group = GROUP_NONE;
    if (group == GROUP_NONE || group == GROUP_EMPTY)
        return STATUS_OK;
    if (group == GROUP_OPEN)
        return commit(ledger, STATUS_OK, fault);
    (void)fault_set(fault, STATUS_LATER, "ledger: the changes of the group did not happen");
    return database_end(ledger->database, STATUS_LATER, fault);
}

void ledger_group_abandon(struct ledger *ledger)
{
    if (ledger->group == GROUP_OPEN)
        ledger->group = GROUP_LOST;
    (void)ledger_group_end(ledger, NULL);
}

void ledger_watch(struct ledger *ledger, const struct commit_watch *watch)
{
    ledger->watch = watch;
}

int64_t ledger_wall_ms(const struct ledger *ledger)
{
    return clock_wall_ms(ledger->clock);
}

int64_t ledger_monotonic_ms(const struct ledger *ledger)
{
    return clock_monotonic_ms(ledger->clock) + ledger->clock_offset;
}

enum status ledger_out_of_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "out of memory");
}
