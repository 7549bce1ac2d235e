/* meters.c - see meters.h. A row of the table `rules` says what an audit row counts for. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/meters.h"

enum { FOLLOW_MOST = 2000, NAME_BYTES = METER_REASON_BYTES + 32 };

const int64_t meter_bounds_s[METER_BOUNDS] = {1,   2,   5,    10,   30,    60,    120,
                                              300, 600, 1800, 3600, 14400, 86400, 604800};

static const char *const meter_names[METERS] = {
    "scans_accepted",      "scans_duplicate",  "scans_read",        "scans_refused",
    "scans_failed",        "pages_read",       "documents_made",    "decided_to_file",
    "decided_to_clearing", "documents_filed",  "clearing_assigned", "clearing_forwarded",
    "clearing_discarded",  "attempts_read",    "attempts_match",    "attempts_file",
    "attempts_compose",    "failures_content", "failures_refused",  "failures_system",
    "failures_lost",       "damaged",          "register_imports",  "logins",
    "escalations",         "purged",
};
static const char *const stage_names[METER_STAGES] = {"read", "match", "file", "whole", "clearing"};

const char *meter_name(enum meter meter)
{
    return meter_names[meter];
}

const char *meter_stage_name(enum meter_stage stage)
{
    return stage_names[stage];
}

/* ---- one row of the audit -------------------------------------------------------------------------- */

/* A copy, so that other queries can run while it is counted. */
struct row {
    int64_t id, at_ms;
    char actor[METER_WORKER_BYTES];
    char action[48];
    struct uuid subject; /* nil when it is none */
    char subject_name[METER_WORKER_BYTES];
    char *detail; /* owned */
};

/* Details are JSON in fixed pieces (audit.c): "key":"word". */
static bool detail_says(const struct row *row, const char *key, const char *word)
{
    char piece[96];
    (void)snprintf(piece, sizeof piece, "\"%s\":\"%s\"", key, word);
    return strstr(row->detail, piece) != NULL;
}

static uint64_t detail_number_of(const struct row *row, const char *key)
{
    char piece[96];
    (void)snprintf(piece, sizeof piece, "\"%s\":", key);
    const char *found = strstr(row->detail, piece);
    return found == NULL ? 0 : strtoull(found + strlen(piece), NULL, 10);
}

/* What a row counts for: `key` and `word` must stand in its detail (NULL: whatever stands there). */
static const struct rule {
    const char *action, *key, *word;
    enum meter meter;
} rules[] = {
    {"scan.accept",       NULL,      NULL,        METER_SCANS_ACCEPTED    },
    {"scan.accept",       "scan",    "duplicate", METER_SCANS_DUPLICATE   },
    {"scan.read",         NULL,      NULL,        METER_SCANS_READ        },
    {"scan.refuse",       NULL,      NULL,        METER_SCANS_REFUSED     },
    {"job.fail",          "scan",    "refused",   METER_SCANS_REFUSED     },
    {"job.fail",          "scan",    "failed",    METER_SCANS_FAILED      },
    {"document.make",     NULL,      NULL,        METER_DOCUMENTS_MADE    },
    {"document.file",     NULL,      NULL,        METER_DOCUMENTS_FILED   },
    {"document.assign",   NULL,      NULL,        METER_CLEARING_ASSIGNED },
    {"document.forward",  NULL,      NULL,        METER_CLEARING_FORWARDED},
    {"document.discard",  NULL,      NULL,        METER_CLEARING_DISCARDED},
    {"job.lease",         "kind",    "read",      METER_ATTEMPTS_READ     },
    {"job.lease",         "kind",    "match",     METER_ATTEMPTS_MATCH    },
    {"job.lease",         "kind",    "file",      METER_ATTEMPTS_FILE     },
    {"job.lease",         "kind",    "compose",   METER_ATTEMPTS_COMPOSE  },
    {"job.fail",          "failure", "content",   METER_FAILURES_CONTENT  },
    {"job.fail",          "failure", "refused",   METER_FAILURES_REFUSED  },
    {"job.fail",          "failure", "system",    METER_FAILURES_SYSTEM   },
    {"job.fail",          "failure", "lost",      METER_FAILURES_LOST     },
    {"job.corrupt",       NULL,      NULL,        METER_DAMAGED           },
    {"scan.damage",       NULL,      NULL,        METER_DAMAGED           },
    {"document.damage",   NULL,      NULL,        METER_DAMAGED           },
    {"register.import",   NULL,      NULL,        METER_REGISTER_IMPORTS  },
    {"session.begin",     NULL,      NULL,        METER_LOGINS            },
    {"document.escalate", NULL,      NULL,        METER_ESCALATIONS       },
    {"purge.erase",       NULL,      NULL,        METER_PURGED            },
};

static void count_row(struct meters *meters, const struct row *row)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].action, row->action) == 0 &&
            (rules[i].key == NULL || detail_says(row, rules[i].key, rules[i].word)))
            meters->counts[rules[i].meter]++;
    if (strcmp(row->action, "scan.read") == 0)
        meters->counts[METER_PAGES_READ] += detail_number_of(row, "pages");
}

/* ---- how long it took -------------------------------------------------------------------------------- */

static void observe(struct meter_histogram *histogram, int64_t took_ms)
{
    size_t bucket = 0;
    if (took_ms < 0)
        took_ms = 0; // the clock was put back meanwhile
    while (bucket < METER_BOUNDS && took_ms > meter_bounds_s[bucket] * 1000)
        bucket++;
    histogram->counts[bucket]++;
    histogram->sum_ms += (uint64_t)took_ms;
}

/* Observes the time since what `sql` finds for the row's subject ($1) before the row ($2); nothing
 * when that is -1 or nothing. */
static enum status observe_since(struct ledger *ledger, struct meters *meters,
                                 enum meter_stage stage, const char *sql, const struct row *row,
                                 struct fault *fault)
{
    int64_t since_ms = -1;
    enum status status = database_number(ledger->database, sql,
                                         VALUES(value_uuid(&row->subject), value_integer(row->id)),
                                         -1, &since_ms, fault);
    if (status == STATUS_OK && since_ms >= 0)
        observe(&meters->stages[stage], row->at_ms - since_ms);
    return status;
}

/* Whether the matcher decides for the first time; what is matched again counts nowhere. */
static enum status is_first_decision(struct ledger *ledger, const struct row *row, bool *ret_is,
                                     struct fault *fault)
{
    int64_t first = 0;
    enum status status =
        database_number(ledger->database, "SELECT min(audit) FROM decision WHERE document = $1",
                        VALUES(value_uuid(&row->subject)), 0, &first, fault);
    *ret_is = first == row->id;
    return status;
}

static enum status take_decision(struct ledger *ledger, struct meters *meters,
                                 const struct row *row, struct fault *fault)
{
    bool is_first = false;
    enum status status = is_first_decision(ledger, row, &is_first, fault);
    if (status != STATUS_OK || !is_first)
        return status;
    meters->counts[detail_says(row, "document", "clearing") ? METER_DECIDED_TO_CLEARING
                                                            : METER_DECIDED_TO_FILE]++;
    return observe_since(ledger, meters, METER_STAGE_MATCH,
                         "SELECT a.at_ms FROM document d JOIN audit a ON a.id = d.born"
                         " WHERE d.id = $1 AND a.id < $2",
                         row, fault);
}

static enum status take_stages(struct ledger *ledger, struct meters *meters, const struct row *row,
                               struct fault *fault)
{
    static const struct {
        const char *action;
        enum meter_stage stage;
        const char *sql;
    } stages[] = {
        {"scan.read",        METER_STAGE_READ,     "SELECT received_ms FROM scan WHERE id = $1 AND $2 > 0"},
        {"document.file",    METER_STAGE_FILE,
         "SELECT made_ms FROM decision WHERE document = $1 AND audit < $2"
         " ORDER BY id DESC LIMIT 1"                                                                      },
        {"document.file",    METER_STAGE_WHOLE,
         "SELECT d.received_ms FROM document d WHERE d.id = $1 AND NOT EXISTS"
         " (SELECT 1 FROM decision c WHERE c.document = d.id AND c.audit < $2"
         " AND c.decided_by <> 'auto')"                                                                   },
        {"document.assign",  METER_STAGE_CLEARING,
         "SELECT made_ms FROM decision WHERE document = $1 AND audit < $2"
         " AND decided_by = 'auto' ORDER BY id DESC LIMIT 1"                                              },
        {"document.forward", METER_STAGE_CLEARING,
         "SELECT made_ms FROM decision WHERE document = $1 AND audit < $2"
         " AND decided_by = 'auto' ORDER BY id DESC LIMIT 1"                                              },
        {"document.discard", METER_STAGE_CLEARING,
         "SELECT made_ms FROM decision WHERE document = $1 AND audit < $2"
         " AND decided_by = 'auto' ORDER BY id DESC LIMIT 1"                                              },
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0] && status == STATUS_OK; i++)
        if (strcmp(stages[i].action, row->action) == 0)
            status = observe_since(ledger, meters, stages[i].stage, stages[i].sql, row, fault);
    if (status == STATUS_OK && strcmp(row->action, "document.decide") == 0)
        status = take_decision(ledger, meters, row, fault);
    return status;
}

/* ---- why scans were refused -------------------------------------------------------------------------- */

/* The sentence with each number as one #, quoted pieces as "…", and no longer than a label is. */
static void generalise(const char *reason, char ret_words[METER_REASON_BYTES])
{
    size_t used = 0;
    const char *c = reason;
    while (*c != '\0' && used + 8 < METER_REASON_BYTES) {
        if (isdigit((unsigned char)*c)) {
            while (isdigit((unsigned char)*c) || *c == '.' || *c == ',')
                c++;
            ret_words[used++] = '#';
        } else if (*c == '"' && strchr(c + 1, '"') != NULL) {
            c = strchr(c + 1, '"') + 1;
            ret_words[used++] = '#';
        } else {
            ret_words[used++] = *c++;
        }
    }
    while (used > 0 && *c != '\0' && ((unsigned char)ret_words[used - 1] & 0xc0) == 0x80)
        used--; // not in the middle of a letter
    ret_words[used] = '\0';
}

static void count_reason(struct meters *meters, const char *words, uint64_t count)
{
    size_t i = 0;
    while (i < meters->reason_count && strcmp(meters->reasons[i].words, words) != 0)
        i++;
    if (i == METER_REASONS_MOST) {
        meters->other_reasons += count;
        return;
    }
    if (i == meters->reason_count)
        (void)snprintf(meters->reasons[meters->reason_count++].words, METER_REASON_BYTES, "%s",
                       words);
    meters->reasons[i].count += count;
}

static enum status take_refusal(struct ledger *ledger, struct meters *meters, const struct row *row,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    char words[METER_REASON_BYTES];
    bool is_refusal = strcmp(row->action, "scan.refuse") == 0 ||
                      (strcmp(row->action, "job.fail") == 0 && detail_says(row, "scan", "refused"));
    if (!is_refusal)
        return STATUS_OK;
    enum status status = database_query(ledger->database, "SELECT error FROM scan WHERE id = $1",
                                        VALUES(value_uuid(&row->subject)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there && rows_text(rows, 0) != NULL) {
        generalise(rows_text(rows, 0), words);
        count_reason(meters, words, 1);
    }
    rows_done(&rows);
    return status;
}

/* ---- workers that fail ------------------------------------------------------------------------------- */

/* Whoever was not heard of for the longest makes room. */
static struct meter_worker *worker_of(struct meters *meters, const char *name)
{
    size_t oldest = 0;
    for (size_t i = 0; i < meters->worker_count; i++) {
        if (strcmp(meters->workers[i].name, name) == 0)
            return &meters->workers[i];
        if (meters->workers[i].at_ms < meters->workers[oldest].at_ms)
            oldest = i;
    }
    size_t where = meters->worker_count < METER_WORKERS_MOST ? meters->worker_count++ : oldest;
    meters->workers[where] = (struct meter_worker){0};
    (void)snprintf(meters->workers[where].name, METER_WORKER_BYTES, "%s", name);
    return &meters->workers[where];
}

/* A scan that is refused is an answer, not a failure of the worker. */
static void take_worker(struct meters *meters, const struct row *row)
{
    bool is_failure =
        strcmp(row->action, "job.fail") == 0 && !detail_says(row, "failure", "refused");
    bool is_success = strcmp(row->action, "scan.read") == 0 ||
                      strcmp(row->action, "document.decide") == 0 ||
                      strcmp(row->action, "document.file") == 0;
    if ((!is_failure && !is_success) || strcmp(row->actor, "dispatch") == 0)
        return;
    struct meter_worker *worker = worker_of(meters, row->actor);
    worker->failures = is_failure ? worker->failures + 1 : 0;
    worker->at_ms = row->at_ms;
}

/* ---- following ---------------------------------------------------------------------------------------- */

static enum status read_row(struct rows *rows, struct row *ret_row, struct fault *fault)
{
    bool failed = false;
    struct row row = {.id = rows_integer(rows, 0), .at_ms = rows_integer(rows, 1)};
    (void)snprintf(row.actor, sizeof row.actor, "%s", rows_text(rows, 2));
    (void)snprintf(row.action, sizeof row.action, "%s", rows_text(rows, 3));
    (void)snprintf(row.subject_name, sizeof row.subject_name, "%s", rows_text(rows, 4));
    (void)uuid_from_text(row.subject_name, &row.subject);
    row.detail = rows_text_copy(rows, 5, &failed);
    if (failed || row.detail == NULL) {
        free(row.detail);
        return ledger_out_of_memory(fault);
    }
    *ret_row = row;
    return STATUS_OK;
}

static enum status fetch(struct ledger *ledger, int64_t cursor, uint32_t limit, struct row *items,
                         size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    size_t count = 0;
    enum status status =
        database_query(ledger->database,
                       "SELECT id, at_ms, actor, action, subject, detail FROM audit"
                       " WHERE id > $1 ORDER BY id LIMIT $2",
                       VALUES(value_integer(cursor), value_integer(limit)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = read_row(rows, &items[count], fault);
        count += status == STATUS_OK;
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

static enum status take_row(struct ledger *ledger, struct meters *meters, const struct row *row,
                            struct fault *fault)
{
    count_row(meters, row);
    take_worker(meters, row);
    enum status status = take_stages(ledger, meters, row, fault);
    if (status == STATUS_OK)
        status = take_refusal(ledger, meters, row, fault);
    return status;
}

/* Takes all of the rows, or leaves `meters` as they were. */
static enum status take_rows(struct ledger *ledger, struct meters *meters, const struct row *items,
                             size_t count, struct fault *fault)
{
    struct meters *next = malloc(sizeof *next);
    if (next == NULL)
        return ledger_out_of_memory(fault);
    *next = *meters;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = take_row(ledger, next, &items[i], fault);
        next->cursor = items[i].id;
    }
    if (status == STATUS_OK)
        *meters = *next;
    free(next);
    return status;
}

enum status meters_follow(struct ledger *ledger, struct meters *meters, uint32_t limit,
                          bool *ret_more, struct fault *fault)
{
    size_t count = 0;
    if (limit > FOLLOW_MOST)
        limit = FOLLOW_MOST;
    struct row *items = calloc(limit, sizeof *items);
    if (items == NULL)
        return ledger_out_of_memory(fault);
    enum status status = database_begin_reading(ledger->database, fault);
    bool has_begun = status == STATUS_OK;
    if (status == STATUS_OK)
        status = fetch(ledger, meters->cursor, limit, items, &count, fault);
    if (status == STATUS_OK && count > 0)
        status = take_rows(ledger, meters, items, count, fault);
    if (has_begun)
        status = database_end(ledger->database, status, fault);
    for (size_t i = 0; i < count; i++)
        free(items[i].detail);
    free(items);
    if (status == STATUS_OK)
        *ret_more = count == limit;
    return status;
}

/* ---- keeping ------------------------------------------------------------------------------------------ */

/* The names in the table: "cursor", "count NAME", "STAGE NUMBER" of a bucket, "STAGE sum",
 * "refused WORDS" and "other reasons". */
static enum status keep_one(struct ledger *ledger, const char *name, uint64_t amount,
                            struct fault *fault)
{
    if (amount == 0)
        return STATUS_OK;
    return database_run(ledger->database,
                        "INSERT INTO meter (name, amount) VALUES ($1, $2)"
                        " ON CONFLICT (name) DO UPDATE SET amount = excluded.amount"
                        " WHERE meter.amount <> excluded.amount",
                        VALUES(value_text(name), value_integer((int64_t)amount)), NULL, fault);
}

static enum status keep_stage(struct ledger *ledger, enum meter_stage stage,
                              const struct meter_histogram *histogram, struct fault *fault)
{
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s sum", stage_names[stage]);
    enum status status = keep_one(ledger, name, histogram->sum_ms, fault);
    for (size_t i = 0; i <= METER_BOUNDS && status == STATUS_OK; i++) {
        (void)snprintf(name, sizeof name, "%s %zu", stage_names[stage], i);
        status = keep_one(ledger, name, histogram->counts[i], fault);
    }
    return status;
}

static enum status keep_all(struct ledger *ledger, const struct meters *meters, struct fault *fault)
{
    char name[NAME_BYTES];
    enum status status = keep_one(ledger, "cursor", (uint64_t)meters->cursor, fault);
    if (status == STATUS_OK)
        status = keep_one(ledger, "other reasons", meters->other_reasons, fault);
    for (size_t i = 0; i < METERS && status == STATUS_OK; i++) {
        (void)snprintf(name, sizeof name, "count %s", meter_names[i]);
        status = keep_one(ledger, name, meters->counts[i], fault);
    }
    for (size_t i = 0; i < METER_STAGES && status == STATUS_OK; i++)
        status = keep_stage(ledger, (enum meter_stage)i, &meters->stages[i], fault);
    for (size_t i = 0; i < meters->reason_count && status == STATUS_OK; i++) {
        (void)snprintf(name, sizeof name, "refused %s", meters->reasons[i].words);
        status = keep_one(ledger, name, meters->reasons[i].count, fault);
    }
    return status;
}

enum status meters_keep(struct ledger *ledger, const struct meters *meters, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, keep_all(ledger, meters, fault), fault);
}

static void load_histogram(struct meters *meters, const char *name, uint64_t amount)
{
    for (size_t i = 0; i < METER_STAGES; i++) {
        size_t length = strlen(stage_names[i]);
        if (!string_starts_with(name, stage_names[i]) || name[length] != ' ')
            continue;
        const char *rest = name + length + 1;
        unsigned long bucket = strtoul(rest, NULL, 10);
        if (strcmp(rest, "sum") == 0)
            meters->stages[i].sum_ms = amount;
        else if (bucket <= METER_BOUNDS)
            meters->stages[i].counts[bucket] = amount;
    }
}

static void load_one(struct meters *meters, const char *name, uint64_t amount)
{
    if (strcmp(name, "cursor") == 0)
        meters->cursor = (int64_t)amount;
    else if (strcmp(name, "other reasons") == 0)
        meters->other_reasons = amount;
    else if (string_starts_with(name, "refused "))
        count_reason(meters, name + strlen("refused "), amount);
    else if (!string_starts_with(name, "count "))
        load_histogram(meters, name, amount);
    for (size_t i = 0; i < METERS; i++)
        if (string_starts_with(name, "count ") && strcmp(name + 6, meter_names[i]) == 0)
            meters->counts[i] = amount;
}

enum status meters_load(struct ledger *ledger, struct meters *ret_meters, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    memset(ret_meters, 0, sizeof *ret_meters);
    enum status status =
        database_query(ledger->database, "SELECT name, amount FROM meter", NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        load_one(ret_meters, rows_text(rows, 0), (uint64_t)rows_integer(rows, 1));
    }
    rows_done(&rows);
    return status;
}
