/* history.c - see history.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/audit.h"
#include "tests/simulator/chance.h"
#include "tests/simulator/history.h"
#include "tests/simulator/network.h"
#include "workers/dispatch_state.h"
#include "workers/link.h"

enum {
    READERS = 3,
    FILERS = 2,
    WORKERS = READERS + FILERS,
    SCANS_MOST = 4,
    DOCUMENTS_MOST = 64,
    STORM_MS = 40000,
    END_MS = 400000, /* by when everything must rest */
    BEAT_MS = 1000,
    POLL_MS = 1000,
    TICK_MS = 500,
    VERIFY_EVERY = 16, /* histories: the audit chain and every digest */
    EMPTYING_BYTES = 8192,
    HEAD_BYTES = 512, /* of a message, that tell it from all others */
    LONG_PDF_BYTES = WIRE_CHUNK_BYTES + 1000
};

static const struct config_workers rule = {
    .lease_ms = 6000,
    .heartbeat_ms = BEAT_MS,
    .vanished_ms = 3500,
    .content_attempts = 3,
    .lost_attempts = 10,
    .backoff_ms = 500,
    .backoff_most_ms = 2000,
    .poll_ms = POLL_MS,
};

enum { PERMILLE_COMMIT_CRASH = 12, PERMILLE_WORK_FAILS = 60, PERMILLE_LONG_PDF = 10 };

/* A worker's program, as far as it matters here. */
struct worker {
    unsigned number;
    bool is_filer;
    struct link *link; /* NULL: it is down */
    int64_t up_at_ms;
    int64_t paused_until_ms;
    int64_t tick_ms;
    int64_t job;      /* in work; 0: none */
    bool was_dropped; /* just now: its job is over without its doing */
    enum wire_job_kind kind;
    struct uuid document;
    int64_t done_at_ms;
};

/* What stands in the cabinet, outside of everything that can crash. */
struct placed {
    struct uuid document;
    char case_number[32];
};

static struct history {
    struct history_result *result;
    struct digest_stream stream;
    struct clock clock;
    struct network network;
    struct dispatch *dispatch; /* NULL: it is down */
    int64_t dispatch_up_at_ms, beat_ms, poll_ms, weather_ms;
    struct ledger *ledger;
    struct spool *spool;
    struct worker workers[WORKERS];
    struct placed cabinet[DOCUMENTS_MOST];
    size_t placed;
    size_t scans_due, scans_accepted;
    int64_t next_scan_ms;
    bool is_told, must_crash;
} history;

/* Another eye on the same file. */
static struct {
    sqlite3 *look;
    sqlite3_stmt *job_row, *doubles, *scan_count, *open_work;
} eye;

/* One for all histories: opening it, with all its tables, costs more than a short history. Each
 * begins with it as it was when it was new. */
static struct ledger *common_ledger;
static struct text emptying;       /* the statements that make it so */
static struct spool *common_spool; /* objects are named after their bytes: it may be shared */
static char folder_path[256], ledger_path[300], spool_path_[300];

/* ---- telling -------------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    digest_add(&history.stream, &history.network.now_ms, sizeof history.network.now_ms);
    digest_add(&history.stream, line, (size_t)length < sizeof line ? (size_t)length : 0);
    if (history.is_told)
        printf("%8lld  %s\n", (long long)history.network.now_ms, line);
}

__attribute__((format(printf, 1, 2))) static void broken(const char *format, ...)
{
    struct history_result *result = history.result;
    if (!result->is_sound)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(result->violation, sizeof result->violation, format, arguments);
    va_end(arguments);
    result->is_sound = false;
    tell("BROKEN: %s", result->violation);
}

static void must(enum status status, const struct fault *fault, const char *what)
{
    if (status == STATUS_OK)
        return;
    printf("simulator: %s: %s\n", what, fault->text);
    (void)fflush(stdout);
    abort();
}

/* ---- the other eye: what the ledger's file says --------------------------------------------- */

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(eye.look, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "simulator: %s\n", sqlite3_errmsg(eye.look));
        abort();
    }
    return statement;
}

static int64_t number_of(sqlite3_stmt *statement)
{
    int64_t number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    (void)sqlite3_reset(statement);
    return number;
}

static int64_t number_once(const char *sql)
{
    sqlite3_stmt *statement = prepare(sql);
    int64_t number = number_of(statement);
    (void)sqlite3_finalize(statement);
    return number;
}

/* Statements that empty every table that a new ledger has empty; the others do not change. */
static void plan_emptying(void)
{
    sqlite3_stmt *tables = prepare("SELECT name FROM sqlite_master WHERE type = 'table'"
                                   " AND name NOT LIKE 'sqlite_%'");
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);
        char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name);
        if (number_once(sql) == 0)
            text_append_format(&emptying, "DELETE FROM \"%s\";", name);
        sqlite3_free(sql);
    }
    (void)sqlite3_finalize(tables);
    if (number_once("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") != 0)
        text_append(&emptying, "DELETE FROM sqlite_sequence;");
    if (!text_ok(&emptying))
        abort();
}

static void empty_ledger(void)
{
    char *words = NULL;
    char script[EMPTYING_BYTES];
    (void)snprintf(script, sizeof script, "BEGIN IMMEDIATE;%sCOMMIT;", text_string(&emptying));
    if (sqlite3_exec(eye.look, script, NULL, NULL, &words) != SQLITE_OK) {
        (void)fprintf(stderr, "simulator: %s\n", words);
        abort();
    }
}

static void open_eye(void)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(ledger_path, &eye.look, flags, NULL) != SQLITE_OK)
        abort();
    // It closes last, and nobody needs the file after it.
    (void)sqlite3_db_config(eye.look, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    eye.job_row = prepare("SELECT attempt, state, worker FROM job WHERE id = ?1");
    eye.doubles = prepare("SELECT count(*) FROM (SELECT 1 FROM job WHERE state <> 'done'"
                          " GROUP BY scan, kind, document HAVING count(*) > 1)");
    eye.scan_count = prepare("SELECT count(*) FROM scan");
    eye.open_work =
        prepare("SELECT (SELECT count(*) FROM scan WHERE state IN ('received', 'reading'))"
                " + (SELECT count(*) FROM document WHERE state = 'matching')"
                " + (SELECT count(*) FROM job WHERE state IN ('ready', 'leased'))");
}

static void close_eye(void)
{
    sqlite3_stmt *const all[] = {eye.job_row, eye.doubles, eye.scan_count, eye.open_work};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        (void)sqlite3_finalize(all[i]);
    (void)sqlite3_close(eye.look);
}

/* The job of a message as the ledger has it; false: there is none. */
static bool look_at_job(int64_t job, uint32_t *ret_attempt, bool *ret_leased, char ret_worker[64])
{
    (void)sqlite3_bind_int64(eye.job_row, 1, job);
    bool found = sqlite3_step(eye.job_row) == SQLITE_ROW;
    if (found) {
        const char *worker = (const char *)sqlite3_column_text(eye.job_row, 2);
        *ret_attempt = (uint32_t)sqlite3_column_int64(eye.job_row, 0);
        *ret_leased = strcmp((const char *)sqlite3_column_text(eye.job_row, 1), "leased") == 0;
        (void)snprintf(ret_worker, 64, "%s", worker == NULL ? "" : worker);
    }
    (void)sqlite3_reset(eye.job_row);
    return found;
}

/* After each commit. */
static void check_commit(void)
{
    if (number_of(eye.scan_count) != (int64_t)history.scans_accepted)
        broken("a scan is lost: not all that were accepted are in the ledger");
    if (number_of(eye.doubles) != 0)
        broken("there is work twice: two open jobs of one kind about the same thing");
}

/* What the dispatcher says must be true in the ledger by then. */
static void check_words(const struct wire_message *message, unsigned worker)
{
    uint32_t attempt = 0;
    bool leased = false;
    char holder[64] = "";
    char name[16];
    (void)snprintf(name, sizeof name, "worker-%u", worker);
    bool is_accepted =
        message->command == WIRE_SETTLED && message->as.settled.settlement == WIRE_ACCEPTED;
    if (message->command != WIRE_JOB && !is_accepted)
        return;
    if (!look_at_job(message->job, &attempt, &leased, holder))
        broken("%s about a job that is not in the ledger", wire_command_name(message->command));
    else if (message->command == WIRE_JOB &&
             (!leased || attempt != message->attempt || strcmp(holder, name) != 0))
        broken("job %lld goes to %s without its lease", (long long)message->job, name);
    else if (is_accepted && (leased || attempt != message->attempt))
        broken("job %lld: the result of attempt %u is accepted, but attempt %u counts (%s)",
               (long long)message->job, message->attempt, attempt, leased ? "leased" : "not");
}

/* ---- the store's crashes -------------------------------------------------------------------- */

static enum status crash_maybe(struct fault *fault)
{
    if (history.dispatch == NULL || !history.network.is_stormy || !chance_of(PERMILLE_COMMIT_CRASH))
        return STATUS_OK;
    history.must_crash = true;
    return fault_set(fault, STATUS_HALT, "the power is gone");
}

static enum status before_commit(void *context, struct fault *fault)
{
    (void)context;
    return crash_maybe(fault);
}

static enum status after_commit(void *context, struct fault *fault)
{
    (void)context;
    history.result->commits++;
    check_commit();
    return crash_maybe(fault);
}

static const struct commit_watch watch = {.before = before_commit, .after = after_commit};

/* ---- clock ---------------------------------------------------------------------------------- */

static int64_t wall_ms(void *context)
{
    (void)context;
    return 1800000000000 + history.network.now_ms;
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return 1000000 + history.network.now_ms;
}

/* ---- the dispatcher ------------------------------------------------------------------------- */

static enum status say_to_worker(void *context, const struct messaging_peer *peer,
                                 const struct messaging_frame *frames, size_t count, bool *ret_gone,
                                 struct fault *fault)
{
    (void)context;
    uint64_t number = network_number(peer);
    const struct connection *connection = network_find(&history.network, number);
    struct wire_message message = {0};
    if (ret_gone != NULL)
        *ret_gone = connection == NULL;
    if (connection == NULL)
        return fault_set(fault, STATUS_LATER, "the peer is gone");
    must(wire_decode(frames, count, &message, NULL, fault), fault, "the dispatcher's words");
    check_words(&message, connection->worker);
    tell("dispatcher -> worker %u: %s job %lld attempt %u", connection->worker,
         wire_command_name(message.command), (long long)message.job, message.attempt);
    wire_message_done(&message);
    (void)network_send(&history.network, number, false, frames, count);
    return STATUS_OK;
}

static const struct port dispatcher_port = {.send = say_to_worker};

static void start_dispatcher(void)
{
    struct fault fault = {0};
    history.dispatch = dispatch_make(&history.clock, &rule);
    if (history.dispatch == NULL)
        abort();
    history.dispatch->ledger = history.ledger;
    history.dispatch->spool = history.spool;
    tell("the dispatcher starts");
    (void)dispatch_take_over(history.dispatch, &fault); // may crash as well
    history.beat_ms = history.network.now_ms + BEAT_MS;
    history.poll_ms = history.network.now_ms + 1;
}

static void end_dispatcher(void)
{
    tell("the dispatcher crashes");
    history.dispatch->ledger = NULL;
    history.dispatch->spool = NULL;
    dispatch_free(&history.dispatch);
    network_restart_dispatcher(&history.network);
    history.must_crash = false;
    history.result->dispatcher_crashes++;
    history.dispatch_up_at_ms = history.network.now_ms + chance_between(10, 9000);
}

/* ---- workers -------------------------------------------------------------------------------- */

static enum status say_to_dispatcher(void *context, const struct messaging_peer *peer,
                                     const struct messaging_frame *frames, size_t count,
                                     bool *ret_gone, struct fault *fault)
{
    struct worker *worker = context;
    (void)peer;
    (void)fault;
    if (ret_gone != NULL)
        *ret_gone = false;
    for (size_t i = 0; i < history.network.connection_count; i++) {
        const struct connection *connection = &history.network.connections[i];
        if (connection->is_open && connection->worker == worker->number)
            (void)network_send(&history.network, connection->number, true, frames, count);
    }
    return STATUS_OK;
}

static enum status connect_worker(void *context, struct link *link, struct port *ret_port,
                                  struct fault *fault)
{
    struct worker *worker = context;
    (void)link;
    if (network_connect(&history.network, worker->number) == NULL)
        return fault_set(fault, STATUS_HALT, "too many connections in one history");
    *ret_port = (struct port){.send = say_to_dispatcher, .context = worker};
    tell("worker %u connects", worker->number);
    return STATUS_OK;
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct worker *worker = context;
    (void)parts;
    worker->job = link_job_number(worker->link);
    worker->kind = (enum wire_job_kind)job->kind;
    worker->document = job->document;
    worker->done_at_ms = history.network.now_ms + chance_between(5, 5000);
    tell("worker %u works on job %lld", worker->number, (long long)worker->job);
}

static void drop_job(void *context)
{
    struct worker *worker = context;
    worker->job = 0;
    worker->was_dropped = true;
}

static void job_is_settled(void *context, enum wire_settlement settlement, const char *reason)
{
    struct worker *worker = context;
    if (settlement == WIRE_ACCEPTED && worker->was_dropped)
        broken("worker %u hears that its result is accepted, and has given none", worker->number);
    worker->was_dropped = false;
    tell("worker %u hears: settled as %d %s", worker->number, (int)settlement, reason);
}

static void dispatcher_parted(void *context, enum wire_parting parting, const char *reason)
{
    struct worker *worker = context;
    tell("worker %u hears: bye %d %s", worker->number, (int)parting, reason);
    worker->up_at_ms = history.network.now_ms + 1; // its supervisor starts it anew
}

static void ignore_news(void *context, const char *news)
{
    (void)context;
    (void)news;
}

static void link_is_broken(void *context, const struct fault *fault)
{
    (void)context;
    broken("a worker's link broke: %s", fault->text);
}

static void start_worker(struct worker *worker)
{
    static struct link_network networks[WORKERS];
    char name[16];
    struct fault fault = {0};
    (void)snprintf(name, sizeof name, "worker-%u", worker->number);
    networks[worker->number] = (struct link_network){connect_worker, worker};
    const struct link_options options = {.address = "",
                                         .name = name,
                                         .kind = worker->is_filer ? WIRE_FILER : WIRE_READER,
                                         .part_bytes_most = 1 << 24,
                                         .network = &networks[worker->number]};
    const struct link_events events = {.job = take_job,
                                       .dropped = drop_job,
                                       .settled = job_is_settled,
                                       .parted = dispatcher_parted,
                                       .news = ignore_news,
                                       .broken = link_is_broken,
                                       .context = worker};
    worker->job = 0;
    worker->up_at_ms = INT64_MAX;
    worker->tick_ms = history.network.now_ms + TICK_MS;
    must(link_new(NULL, &history.clock, &options, &events, &worker->link, &fault), &fault, "link");
}

static void end_worker(struct worker *worker, int64_t down_ms)
{
    tell("worker %u ends", worker->number);
    link_free(&worker->link);
    network_cut(&history.network, worker->number);
    worker->job = 0;
    worker->up_at_ms = history.network.now_ms + down_ms;
}

/* ---- what workers do ------------------------------------------------------------------------ */

static void add(struct outgoing *parts, const char *name, const void *bytes, size_t length)
{
    struct fault fault = {0};
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL)
        abort();
    if (length > 0)
        memcpy(copy, bytes, length);
    must(outgoing_add_bytes(parts, name, copy, length, &fault), &fault, "part");
}

static void encode_reading(struct byte_writer *writer)
{
    static char word_text[] = "Hallo", engine[] = "simulator";
    struct reading_word word = {
        .text = word_text, .box = {10, 10, 100, 20},
             .break_after = READING_BREAK_BLOCK
    };
    struct reading_page page = {
        .number = 1, .width = 1000, .height = 1400, .dpi = 120, .words = &word, .word_count = 1};
    const struct reading reading = {.engine = engine, .pages = &page, .page_count = 1};
    reading_encode(&reading, writer);
}

/* One or two documents of a page each, now and then a long one. */
static void finish_reading(struct worker *worker)
{
    static uint8_t pdf[LONG_PDF_BYTES] = "%PDF-1.7 simulated";
    struct wire_message result = {.command = WIRE_RESULT_READ};
    struct outgoing parts = {0};
    struct byte_writer reading = {0};
    uint32_t count = chance_of(300) ? 2 : 1;
    size_t length = chance_of(PERMILLE_LONG_PDF) ? LONG_PDF_BYTES : 64;
    encode_reading(&reading);
    struct page_facts *pages = calloc(count, sizeof *pages);
    if (pages == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        static const char *const what[] = {"reading", "text", "pdf"};
        const void *const bytes[] = {reading.bytes, "Hallo\n", pdf};
        const size_t lengths[] = {reading.length, 6, length};
        pages[i] = (struct page_facts){.number = i + 1, .document = i + 1};
        for (size_t j = 0; j < 3; j++) {
            char name[32];
            (void)snprintf(name, sizeof name, "%u/%s", i + 1, what[j]);
            add(&parts, name, bytes[j], lengths[j]);
        }
    }
    add(&parts, "pages", "", 0);
    byte_writer_done(&reading);
    result.as.result_read.pages = (struct wire_pages){pages, count};
    result.as.result_read.document_count = count;
    link_finish(worker->link, &result, &parts);
}

/* The case follows from the document alone, as it would for a real matcher. */
static void case_of(const struct uuid *document, char ret_case[32])
{
    (void)snprintf(ret_case, 32, "50.%02u", document->bytes[15] % 7);
}

static void finish_matching(struct worker *worker)
{
    static const char explanation[] = "{\"evidence\": []}";
    struct wire_message result = {.command = WIRE_RESULT_MATCH};
    struct outgoing parts = {0};
    char case_number[32];
    case_of(&worker->document, case_number);
    bool to_file = worker->document.bytes[14] % 5 != 0;
    result.as.result_match = (struct wire_result_match){.to_file = to_file,
                                                        .case_number = string_copy(case_number),
                                                        .team = string_copy("SG 50.2"),
                                                        .confidence = 0.995,
                                                        .reason = string_copy("Simuliert."),
                                                        .kind = string_copy(""),
                                                        .flags = string_copy(""),
                                                        .rules_version = string_copy("1"),
                                                        .copies = string_copy(""),
                                                        .days = string_copy("")};
    add(&parts, "explanation", explanation, sizeof explanation - 1);
    link_finish(worker->link, &result, &parts);
}

/* Into the cabinet: repeatable, and never under two cases. */
static void finish_filing(struct worker *worker)
{
    struct wire_message result = {.command = WIRE_RESULT_FILE};
    struct outgoing none = {0};
    struct placed entry = {.document = worker->document};
    case_of(&worker->document, entry.case_number);
    size_t i = 0;
    while (i < history.placed && !uuid_equal(&history.cabinet[i].document, &entry.document))
        i++;
    if (i < history.placed && strcmp(history.cabinet[i].case_number, entry.case_number) != 0)
        broken("a document stands in the cabinet under two cases");
    if (i == history.placed && history.placed < DOCUMENTS_MOST)
        history.cabinet[history.placed++] = entry;
    result.as.result_file =
        (struct wire_result_file){string_copy(entry.case_number), string_copy(""), string_copy("")};
    link_finish(worker->link, &result, &none);
}

static void finish_work(struct worker *worker)
{
    static void (*const finish[WIRE_JOB_KINDS])(struct worker *) = {
        [WIRE_JOB_READ] = finish_reading,
        [WIRE_JOB_MATCH] = finish_matching,
        [WIRE_JOB_FILE] = finish_filing};
    int64_t job = worker->job;
    worker->job = 0;
    if (history.network.is_stormy && chance_of(PERMILLE_WORK_FAILS)) {
        enum wire_failure failure = (enum wire_failure)chance_below(WIRE_FAILURES);
        tell("worker %u fails job %lld: %d", worker->number, (long long)job, (int)failure);
        link_fail(worker->link, failure, "it did not work out");
        return;
    }
    tell("worker %u has done job %lld", worker->number, (long long)job);
    if (finish[worker->kind] == NULL)
        broken("a job that nobody asked for");
    finish[worker->kind](worker);
}

/* ---- scans ---------------------------------------------------------------------------------- */

static void accept_scan(void)
{
    char bytes[64];
    struct fault fault = {0};
    struct scan_acceptance acceptance = {0};
    struct scan_arrival arrival = {.id = {uuid_new(wall_ms(NULL))},
                                   .site = history.scans_accepted % 2 == 0 ? "Demmin" : "Waren",
                                   .source = "scan.tif",
                                   .format = "tiff",
                                   .received_ms = wall_ms(NULL),
                                   .actor = "intake"};
    int length = snprintf(bytes, sizeof bytes, "scan %zu", history.scans_accepted);
    arrival.size = (uint64_t)length;
    must(spool_put(history.spool, bytes, arrival.size, &arrival.digest, &fault), &fault, "spool");
    ledger_watch(history.ledger, NULL); // another process: its crashes are not told here
    must(ledger_scan_accept(history.ledger, &arrival, &acceptance, &fault), &fault, "accept");
    ledger_watch(history.ledger, &watch);
    history.scans_accepted++;
    history.result->scans++;
    tell("a scan is accepted");
    history.next_scan_ms = history.network.now_ms + chance_between(1, 6000);
}

/* ---- weather -------------------------------------------------------------------------------- */

static void pause_worker(struct worker *worker)
{
    worker->paused_until_ms = history.network.now_ms + chance_between(100, 12000);
    history.result->pauses++;
    tell("worker %u sleeps until %lld", worker->number, (long long)worker->paused_until_ms);
}

/* Something every second or so while the storm lasts. */
static void change_weather(void)
{
    struct worker *worker = &history.workers[chance_below(WORKERS)];
    history.weather_ms = history.network.now_ms + chance_between(200, 2500);
    switch (chance_below(6)) {
    case 0:
        if (history.dispatch != NULL && chance_of(300))
            history.must_crash = true;
        break;
    case 1:
        if (worker->link != NULL) {
            history.result->worker_crashes++;
            end_worker(worker, chance_between(1, 8000));
        }
        break;
    case 2:
        pause_worker(worker);
        break;
    case 3:
        history.network.cut_off_until_ms[worker->number] =
            history.network.now_ms + chance_between(100, 9000);
        history.result->cuts++;
        tell("worker %u is cut off", worker->number);
        break;
    default:
        break;
    }
}

static void calm_down(void)
{
    tell("the weather is good");
    history.network.is_stormy = false;
    history.weather_ms = INT64_MAX;
    memset(history.network.cut_off_until_ms, 0, sizeof history.network.cut_off_until_ms);
    for (size_t i = 0; i < WORKERS; i++)
        history.workers[i].paused_until_ms = 0;
}

/* ---- time ----------------------------------------------------------------------------------- */

static bool is_awake(const struct worker *worker)
{
    return worker->link != NULL && worker->paused_until_ms <= history.network.now_ms;
}

static void deliver(struct letter *letter)
{
    const struct connection *connection = network_find(&history.network, letter->connection);
    struct worker *worker = &history.workers[connection->worker];
    for (size_t i = 0; i < letter->count; i++)
        digest_add(&history.stream, letter->frames[i].bytes,
                   letter->frames[i].length < HEAD_BYTES ? letter->frames[i].length : HEAD_BYTES);
    history.result->messages++;
    if (letter->to_dispatcher && history.dispatch != NULL) {
        const struct caller caller = {.port = dispatcher_port,
                                      .id = network_peer(letter->connection)};
        dispatch_hear(history.dispatch, &caller, letter->frames, letter->count);
    } else if (!letter->to_dispatcher && worker->link != NULL) {
        if (is_awake(worker))
            link_hear(worker->link, letter->frames, letter->count);
        else // it waits in the sleeper's queue
            (void)network_send(&history.network, letter->connection, false, letter->frames,
                               letter->count);
    }
    letter_done(letter);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When something happens next, apart from letters. */
static int64_t next_event(void)
{
    int64_t next = history.weather_ms;
    if (history.dispatch != NULL)
        next = earlier(next, earlier(history.beat_ms, history.poll_ms));
    else
        next = earlier(next, history.dispatch_up_at_ms);
    if (history.scans_accepted < history.scans_due)
        next = earlier(next, history.next_scan_ms);
    if (history.network.is_stormy)
        next = earlier(next, STORM_MS);
    for (size_t i = 0; i < WORKERS; i++) {
        const struct worker *worker = &history.workers[i];
        int64_t own = worker->link == NULL ? worker->up_at_ms : worker->tick_ms;
        if (worker->link != NULL && worker->job != 0)
            own = earlier(own, worker->done_at_ms);
        if (worker->link != NULL && own < worker->paused_until_ms)
            own = worker->paused_until_ms;
        next = earlier(next, own);
    }
    return next;
}

static void run_worker(struct worker *worker)
{
    int64_t now = history.network.now_ms;
    if (worker->link != NULL && worker->up_at_ms <= now)
        end_worker(worker, chance_between(100, 1000)); // it was told to go
    if (worker->link == NULL && worker->up_at_ms <= now)
        start_worker(worker);
    if (!is_awake(worker))
        return;
    if (worker->job != 0 && worker->done_at_ms <= now)
        finish_work(worker);
    if (worker->tick_ms <= now) {
        worker->tick_ms = now + TICK_MS;
        link_tick(worker->link);
    }
}

static void run_dispatcher(void)
{
    int64_t now = history.network.now_ms;
    if (history.dispatch == NULL && history.dispatch_up_at_ms <= now)
        start_dispatcher();
    if (history.dispatch != NULL && history.poll_ms <= now && !history.must_crash) {
        history.poll_ms = now + POLL_MS;
        dispatch_poll(history.dispatch);
    }
    if (history.dispatch != NULL && history.beat_ms <= now && !history.must_crash) {
        history.beat_ms = now + BEAT_MS;
        dispatch_beat(history.dispatch);
    }
}

static void step(void)
{
    struct letter letter;
    int64_t until = next_event();
    if (network_take(&history.network, until, &letter)) {
        history.network.now_ms =
            letter.due_ms > history.network.now_ms ? letter.due_ms : history.network.now_ms;
        deliver(&letter);
    } else {
        history.network.now_ms = until > history.network.now_ms ? until : history.network.now_ms;
        if (history.network.is_stormy && history.network.now_ms >= STORM_MS)
            calm_down();
        if (history.weather_ms <= history.network.now_ms)
            change_weather();
        if (history.scans_accepted < history.scans_due &&
            history.next_scan_ms <= history.network.now_ms)
            accept_scan();
        for (size_t i = 0; i < WORKERS; i++)
            run_worker(&history.workers[i]);
        run_dispatcher();
    }
    if (history.must_crash && history.dispatch != NULL)
        end_dispatcher();
    else if (history.dispatch != NULL && history.dispatch->outcome != STATUS_OK)
        broken("the dispatcher stopped by itself");
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void check_end(uint64_t seed)
{
    struct fault fault = {0};
    struct verify_result verified = {0};
    struct history_result *result = history.result;
    if (number_of(eye.open_work) != 0)
        broken("limbo: not everything came to rest");
    if (number_once("SELECT count(*) FROM scan WHERE state IN ('refused', 'failed') AND"
                    " (error IS NULL OR error = '')") != 0)
        broken("a scan rests without a reason");
    if (number_once("SELECT count(*) FROM scan s WHERE s.state = 'read' AND s.documents <>"
                    " (SELECT count(*) FROM document d WHERE d.scan = s.id)") != 0)
        broken("a scan does not have its documents");
    if (number_once("SELECT count(*) FROM scan WHERE state = 'corrupt'") != 0)
        broken("something went to corrupt");
    result->documents_filed =
        (uint64_t)number_once("SELECT count(*) FROM document WHERE state = 'filed'");
    result->documents_cleared =
        (uint64_t)number_once("SELECT count(*) FROM document WHERE state = 'clearing'");
    result->scans_failed =
        (uint64_t)number_once("SELECT count(*) FROM scan WHERE state IN ('failed', 'refused')");
    if (result->documents_filed > history.placed)
        broken("a document is filed, but not in the cabinet");
    if (seed % VERIFY_EVERY != 0)
        return;
    must(ledger_verify(history.ledger, history.spool, NULL, NULL, &verified, &fault), &fault,
         "verify");
    if (verified.faults != 0)
        broken("verify: %s", verified.first_fault);
}

static void begin(uint64_t seed)
{
    chance_seed(seed);
    network_clear(&history.network);
    struct history_result *result = history.result;
    history = (struct history){.result = result, .is_told = history.is_told};
    history.clock = (struct clock){wall_ms, monotonic_ms, NULL};
    digest_begin(&history.stream);
    empty_ledger();
    history.ledger = common_ledger;
    history.spool = common_spool;
    ledger_watch(history.ledger, &watch);
    history.network.is_stormy = true;
    history.scans_due = 1 + chance_below(SCANS_MOST);
    history.next_scan_ms = 1;
    history.dispatch_up_at_ms = 1;
    history.weather_ms = chance_between(200, 2500);
    for (unsigned i = 0; i < WORKERS; i++)
        history.workers[i] = (struct worker){
            .number = i, .is_filer = i >= READERS, .up_at_ms = chance_between(1, 2000)};
}

static void end(void)
{
    for (size_t i = 0; i < WORKERS; i++)
        link_free(&history.workers[i].link);
    if (history.dispatch != NULL) {
        history.dispatch->ledger = NULL;
        history.dispatch->spool = NULL;
        dispatch_free(&history.dispatch);
    }
    ledger_watch(common_ledger, NULL);
    network_clear(&history.network);
}

void history_run(uint64_t seed, bool is_told, struct history_result *ret_result)
{
    *ret_result = (struct history_result){.is_sound = true};
    history.result = ret_result;
    history.is_told = is_told;
    begin(seed);
    bool rests = false;
    while (ret_result->is_sound && !rests && history.network.now_ms < END_MS) {
        step();
        rests = !history.network.is_stormy && history.scans_accepted == history.scans_due &&
                number_of(eye.open_work) == 0;
    }
    if (ret_result->is_sound)
        check_end(seed);
    ret_result->lost = history.network.lost;
    ret_result->doubled = history.network.doubled;
    ret_result->overtaken = history.network.overtaken;
    ret_result->simulated_ms = history.network.now_ms;
    ret_result->digest = digest_end(&history.stream);
    end();
}

void history_prepare(const char *folder)
{
    struct fault fault = {0};
    chance_seed(0);
    (void)snprintf(folder_path, sizeof folder_path, "%.200s", folder);
    (void)snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", folder_path);
    (void)snprintf(spool_path_, sizeof spool_path_, "%s/spool", folder_path);
    history.clock = (struct clock){wall_ms, monotonic_ms, NULL};
    must(ledger_open(ledger_path, LEDGER_CREATE, &history.clock, &common_ledger, &fault), &fault,
         "ledger");
    must(spool_open(spool_path_, &common_spool, &fault), &fault, "spool");
    open_eye();
    plan_emptying();
}

void history_finish(void)
{
    close_eye();
    text_done(&emptying);
    ledger_close(&common_ledger);
    spool_close(&common_spool);
}
