/* outbox.c - see outbox.h. Times are on the wall clock: a notice outlives restarts. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/outbox.h"
#include "store/outbox_private.h"

/* ---- what may be put in ------------------------------------------------------------------------ */

/* Neither controls nor malformed UTF-8: it becomes one line of a mail. */
static bool is_line(const char *string, size_t most)
{
    size_t length = strlen(string);
    if (length == 0 || length > most || !utf8_is_valid(string, length))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)string[i] < ' ' || string[i] == 0x7f)
            return false;
    return true;
}

/* One address of visible ASCII, as RFC 5321 has it without its rarer forms. */
static bool is_mail_address(const char *address)
{
    const char *at = strrchr(address, '@');
    for (const char *c = address; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || strchr("<>()[],;:\\\"", *c) != NULL)
            return false;
    return at != NULL && at != address && at[1] != '\0';
}

static bool is_url(const char *url)
{
    return string_starts_with(url, "https://") || string_starts_with(url, "http://");
}

static enum status check(const struct notice *notice, struct fault *fault)
{
    bool is_mail = strcmp(notice->channel, "mail") == 0;
    if (!is_mail && strcmp(notice->channel, "webhook") != 0)
        return fault_set(fault, STATUS_REFUSE, "there is no channel %s", notice->channel);
    if (!is_line(notice->recipient, OUTBOX_RECIPIENT_BYTES_MOST) ||
        !(is_mail ? is_mail_address : is_url)(notice->recipient))
        return fault_set(fault, STATUS_REFUSE, "a notice's recipient is no %s",
                         is_mail ? "mail address" : "URL of http or https");
    size_t length = strlen(notice->body);
    if (!is_line(notice->once, OUTBOX_ONCE_BYTES_MOST) ||
        !is_line(notice->title, OUTBOX_TITLE_BYTES_MOST) || length > OUTBOX_BODY_BYTES_MOST ||
        !utf8_is_valid(notice->body, length))
        return fault_set(fault, STATUS_REFUSE, "a notice is too long, empty or no text");
    return STATUS_OK;
}

/* ---- in ------------------------------------------------------------------------------------------ */

enum status outbox_insert(struct ledger *ledger, const struct notice *notice, bool *ret_is_new,
                          struct fault *fault)
{
    uint64_t changed = 0;
    int64_t now_ms = ledger_wall_ms(ledger);
    enum status status = check(notice, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO outbox (once, channel, recipient, title, body, state, made_ms, due_ms,"
            " ended_ms, attempts) VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6, 0, 0)"
            " ON CONFLICT (channel, recipient, once) DO NOTHING",
            VALUES(value_text(notice->once), value_text(notice->channel),
                   value_text(notice->recipient), value_text(notice->title),
                   value_text(notice->body), value_integer(now_ms)),
            &changed, fault);
    if (status == STATUS_OK && ret_is_new != NULL)
        *ret_is_new = changed > 0;
    return status;
}

enum status outbox_put(struct ledger *ledger, const struct notice *notice, bool *ret_is_new,
                       struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, outbox_insert(ledger, notice, ret_is_new, fault), fault);
}

/* ---- out ----------------------------------------------------------------------------------------- */

enum status outbox_due(struct ledger *ledger, uint32_t limit, outbox_callback *callback,
                       void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT id, channel, recipient, title, body, made_ms, attempts FROM outbox"
        " WHERE state = 'waiting' AND due_ms <= $1 ORDER BY due_ms, id LIMIT $2",
        VALUES(value_integer(ledger_wall_ms(ledger)), value_integer(limit)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const struct outbox_record record = {
            .id = rows_integer(rows, 0),
            .channel = rows_text(rows, 1),
            .recipient = rows_text(rows, 2),
            .title = rows_text(rows, 3),
            .body = rows_text(rows, 4),
            .made_ms = rows_integer(rows, 5),
            .attempts = (uint32_t)rows_integer(rows, 6),
        };
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

enum status outbox_sent(struct ledger *ledger, int64_t id, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status =
        database_run(ledger->database,
                     "UPDATE outbox SET state = 'sent', ended_ms = $2, error = NULL"
                     " WHERE id = $1 AND state = 'waiting'",
                     VALUES(value_integer(id), value_integer(ledger_wall_ms(ledger))), NULL, fault);
    return ledger_end(ledger, status, fault);
}

static int64_t wait_before(const struct outbox_rule *rule, int64_t attempts)
{
    int64_t wait = rule->backoff_ms;
    for (int64_t i = 1; i < attempts && wait < rule->backoff_most_ms; i++)
        wait *= 2;
    return wait < rule->backoff_most_ms ? wait : rule->backoff_most_ms;
}

static enum status fail(struct ledger *ledger, int64_t id, const char *error,
                        const struct outbox_rule *rule, bool *ret_given_up, struct fault *fault)
{
    int64_t now_ms = ledger_wall_ms(ledger), made_ms = 0, attempts = 0;
    enum status status =
        database_number(ledger->database, "SELECT made_ms FROM outbox WHERE id = $1",
                        VALUES(value_integer(id)), now_ms, &made_ms, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database, "SELECT attempts FROM outbox WHERE id = $1",
                                 VALUES(value_integer(id)), 0, &attempts, fault);
    bool is_given_up = now_ms - made_ms >= rule->give_up_ms;
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE outbox SET state = $2, attempts = $3, due_ms = $4, ended_ms = $5, error = $6"
            " WHERE id = $1 AND state = 'waiting'",
            VALUES(value_integer(id), value_text(is_given_up ? "given_up" : "waiting"),
                   value_integer(attempts + 1),
                   value_integer(now_ms + wait_before(rule, attempts + 1)),
                   value_integer(is_given_up ? now_ms : 0), value_text(error)),
            NULL, fault);
    if (status == STATUS_OK && ret_given_up != NULL)
        *ret_given_up = is_given_up;
    return status;
}

enum status outbox_failed(struct ledger *ledger, int64_t id, const char *error,
                          const struct outbox_rule *rule, bool *ret_given_up, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, fail(ledger, id, error, rule, ret_given_up, fault), fault);
}

/* ---- looking and clearing away ----------------------------------------------------------------- */

enum status outbox_count(struct ledger *ledger, struct outbox_counts *ret_counts,
                         struct fault *fault)
{
    static const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    struct rows *rows = NULL;
    bool is_there = false;
    int64_t given_up = 0;
    struct outbox_counts counts = {0};
    enum status status =
        database_query(ledger->database,
                       "SELECT count(*), coalesce(sum(attempts), 0), coalesce(min(made_ms), 0)"
                       " FROM outbox WHERE state = 'waiting'",
                       NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there) {
        counts.waiting = (uint64_t)rows_integer(rows, 0);
        counts.overdue_attempts = (uint64_t)rows_integer(rows, 1);
        counts.oldest_ms = rows_integer(rows, 2);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "SELECT count(*) FROM outbox WHERE state = 'given_up' AND ended_ms >= $1",
            VALUES(value_integer(ledger_wall_ms(ledger) - day_ms)), 0, &given_up, fault);
    counts.given_up = (uint64_t)given_up;
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}

enum status outbox_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                         struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database,
                          "DELETE FROM outbox WHERE state <> 'waiting' AND ended_ms < $1",
                          VALUES(value_integer(before_ms)), ret_removed, fault);
    return ledger_end(ledger, status, fault);
}
