/* remote_sites.c - see remote_sites.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/remote_sites.h"
#include "store/ledger_private.h"

static enum status keep(struct ledger *ledger, const struct remote_site *site, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO remote_site (name, worker_key, host, version, since_ms, seen_ms, skew_ms,"
        " waiting, waiting_bytes, oldest_ms, rate, source, size, done, trouble)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " ON CONFLICT (name) DO UPDATE SET worker_key = excluded.worker_key,"
        " host = excluded.host, version = excluded.version, since_ms = excluded.since_ms,"
        " seen_ms = excluded.seen_ms, skew_ms = excluded.skew_ms, waiting = excluded.waiting,"
        " waiting_bytes = excluded.waiting_bytes, oldest_ms = excluded.oldest_ms,"
        " rate = excluded.rate, source = excluded.source, size = excluded.size,"
        " done = excluded.done, trouble = excluded.trouble",
        VALUES(value_text(site->name), value_text(site->worker_key), value_text(site->host),
               value_text(site->version), value_integer(site->since_ms),
               value_integer(site->seen_ms), value_integer(site->skew_ms),
               value_integer((int64_t)site->waiting), value_integer((int64_t)site->waiting_bytes),
               value_integer(site->oldest_ms), value_integer(site->rate), value_text(site->source),
               value_integer((int64_t)site->size), value_integer((int64_t)site->done),
               value_text(site->trouble)),
        NULL, fault);
}

enum status remote_site_keep(struct ledger *ledger, const struct remote_site *site,
                             struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, keep(ledger, site, fault), fault);
    return status;
}

enum status remote_site_took(struct ledger *ledger, const char *name, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger,
            database_run(ledger->database,
                         "UPDATE remote_site SET taken = taken + 1, taken_ms = $2 WHERE name = $1",
                         VALUES(value_text(name), value_integer(ledger_wall_ms(ledger))), NULL,
                         fault),
            fault);
    return status;
}

static struct remote_site read_site(struct rows *rows)
{
    return (struct remote_site){
        .name = rows_text(rows, 0),
        .worker_key = rows_text(rows, 1),
        .host = rows_text(rows, 2),
        .version = rows_text(rows, 3),
        .since_ms = rows_integer(rows, 4),
        .seen_ms = rows_integer(rows, 5),
        .skew_ms = rows_integer(rows, 6),
        .waiting = (uint64_t)rows_integer(rows, 7),
        .waiting_bytes = (uint64_t)rows_integer(rows, 8),
        .oldest_ms = rows_integer(rows, 9),
        .rate = rows_integer(rows, 10),
        .source = rows_text(rows, 11),
        .size = (uint64_t)rows_integer(rows, 12),
        .done = (uint64_t)rows_integer(rows, 13),
        .trouble = rows_text(rows, 14),
        .taken = (uint64_t)rows_integer(rows, 15),
        .taken_ms = rows_integer(rows, 16),
    };
}

enum status remote_sites_each(struct ledger *ledger, remote_site_callback *callback, void *context,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT name, worker_key, host, version, since_ms, seen_ms, skew_ms, waiting,"
        " waiting_bytes, oldest_ms, rate, source, size, done, trouble, taken, taken_ms"
        " FROM remote_site ORDER BY name",
        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct remote_site site = read_site(rows);
        status = callback(context, &site, fault);
    }
    rows_done(&rows);
    return status;
}
