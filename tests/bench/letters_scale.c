/* letters_scale.c - letters of metadata alone, and workers that play a pool of readers and filers.
 *
 * Usage: letters_scale feed CONFIG COUNT [together]
 *        letters_scale work CONFIG READERS FILERS LETTERS SECONDS WORK_MS
 *
 * feed accepts COUNT scans of 1 to 8 sheets (2.7 on the average, the Bundesagentur's 260,000 letters
 * of 700,000 sheets), each with one durable commit, or 64 `together`; their bytes lie in the spool
 * as scans do, and are a few words. work joins the dispatcher, which runs already, as so many real
 * workers (workers/link.c over ZeroMQ), takes jobs, waits WORK_MS (half of it to half more) for a
 * reading, and delivers readings without words, decisions and places. It ends when LETTERS were
 * filed or SECONDS have passed. The last line of both is a JSON object. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/loop.h"
#include "base/reading.h"
#include "base/text.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/link.h"

enum {
    TOGETHER = 64,
    TICK_MS = 2,
    PAGES_MOST = 16, /* of eight sheets, both sides */
    WAITS_MOST = 4000000,
    NAME_BYTES = 64
};

static void check(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "letters_scale: %s\n", fault->text);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- letters -------------------------------------------------------------------------------- */

/* Of twenty letters; 54 sheets. */
static uint32_t sheets_of(unsigned long number)
{
    static const uint32_t sheets[20] = {1, 2, 1, 3, 1, 2, 4, 1, 6, 2, 1, 3, 1, 2, 8, 1, 4, 3, 2, 6};
    return sheets[number % 20];
}

static unsigned long number_of(const char *source)
{
    return strtoul(source + strlen("letter-"), NULL, 10);
}

static void accept_one(struct ledger *ledger, struct spool *spool, unsigned long number)
{
    static const char *const sites[] = {"Demmin", "Neubrandenburg", "Neustrelitz", "Waren"};
    char source[NAME_BYTES];
    struct fault fault = {0};
    struct digest digest;
    int64_t wall_ms = clock_wall_ms(clock_system());
    struct uuid id = uuid_new(wall_ms);
    (void)snprintf(source, sizeof source, "letter-%08lu.tif", number);
    check(spool_put(spool, &id, sizeof id, &digest, &fault), &fault);
    const struct scan_arrival arrival = {.id = {id},
                                         .site = sites[number % 4],
                                         .source = source,
                                         .format = "tiff",
                                         .digest = digest,
                                         .size = sizeof id,
                                         .received_ms = wall_ms,
                                         .actor = "bench"};
    struct scan_acceptance acceptance;
    check(ledger_scan_accept(ledger, &arrival, &acceptance, &fault), &fault);
}

static void feed(const struct config *config, unsigned long count, bool is_together)
{
    struct ledger *ledger = NULL;
    struct spool *spool = NULL;
    struct fault fault = {0};
    uint64_t sheets = 0;
    check(ledger_open(config->store.ledger, LEDGER_WRITE, clock_system(), &ledger, &fault), &fault);
    check(spool_open_at(config_spool_place(config), &spool, &fault), &fault);
    int64_t begun = now_us();
    for (unsigned long i = 0; i < count; i++) {
        if (is_together && i % TOGETHER == 0)
            ledger_group_begin(ledger);
        accept_one(ledger, spool, i);
        sheets += sheets_of(i);
        if (is_together && (i % TOGETHER == TOGETHER - 1 || i + 1 == count))
            check(ledger_group_end(ledger, &fault), &fault);
    }
    double took_s = (double)(now_us() - begun) / 1e6;
    spool_close(&spool);
    ledger_close(&ledger);
    printf("{\"letters\": %lu, \"sheets\": %llu, \"letters_s\": %.1f}\n", count,
           (unsigned long long)sheets, (double)count / took_s);
}

/* ---- workers -------------------------------------------------------------------------------- */

struct pool;

struct worker {
    struct pool *pool;
    struct link *link;
    enum wire_worker_kind kind;
    int64_t free_us; /* since when it has nothing to do; 0: it has, or never had anything */
    int64_t done_us; /* when its reading is done; 0: none is under way */
    uint32_t pages;
    uint8_t job; /* enum wire_job_kind of the one in hand */
};

struct pool {
    struct loop *loop;
    struct worker *workers;
    size_t count;
    int64_t work_us;
    int64_t begun_us, first_us, last_us, end_us;
    uint64_t letters_most;
    uint64_t reads, matches, files, sheets, others; /* done; others: not accepted */
    float *waits_ms;                                /* of readers, from free to a whole job */
    size_t wait_count;
};

static uint8_t *copy_of(const void *bytes, size_t length)
{
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, length);
    return copy;
}

static void add_part(struct outgoing *parts, const char *name, const void *bytes, size_t length)
{
    struct fault fault = {0};
    check(outgoing_add_bytes(parts, name, copy_of(bytes, length), length, &fault), &fault);
}

static void deliver_reading(struct worker *worker)
{
    static char engine[] = "simulated 1";
    struct reading_page pages[PAGES_MOST];
    struct wire_message result = {.command = WIRE_RESULT_READ};
    struct outgoing parts = {0};
    struct byte_writer bytes = {0};
    struct reading reading = {.engine = engine, .pages = pages, .page_count = worker->pages};
    struct wire_pages *facts = &result.as.result_read.pages;
    facts->pages = calloc(worker->pages, sizeof *facts->pages);
    facts->count = worker->pages;
    for (uint32_t i = 0; i < worker->pages; i++) {
        pages[i] =
            (struct reading_page){.number = i + 1, .width = 2480, .height = 3508, .dpi = 300};
        facts->pages[i] = (struct page_facts){.number = i + 1,
                                              .outcome = PAGE_IN_DOCUMENT,
                                              .document = 1,
                                              .width = 2480,
                                              .height = 3508,
                                              .dpi = 300};
    }
    reading_encode(&reading, &bytes);
    result.as.result_read.document_count = 1;
    add_part(&parts, "1/reading", bytes.bytes, bytes.length);
    add_part(&parts, "1/text", "\n", 1);
    add_part(&parts, "1/pdf", "%PDF-1.7\n", 9);
    add_part(&parts, "pages", "", 0);
    byte_writer_done(&bytes);
    worker->done_us = 0;
    link_finish(worker->link, &result, &parts);
}

static void deliver_decision(struct worker *worker, const struct wire_job *job)
{
    char number[NAME_BYTES];
    struct wire_message result = {.command = WIRE_RESULT_MATCH};
    struct outgoing parts = {0};
    (void)snprintf(number, sizeof number, "50.2-%05lu", number_of(job->source) % 40000);
    result.as.result_match = (struct wire_result_match){.to_file = 1,
                                                        .case_number = string_copy(number),
                                                        .team = string_copy("SG 50.2"),
                                                        .confidence = 0.999,
                                                        .runner_up = 0.001,
                                                        .reason = string_copy("Aktenzeichen"),
                                                        .kind = string_copy(""),
                                                        .flags = string_copy(""),
                                                        .rules_version = string_copy("simulated"),
                                                        .copies = string_copy(""),
                                                        .days = string_copy("")};
    add_part(&parts, "explanation", "{}", 2);
    link_finish(worker->link, &result, &parts);
}

static void deliver_place(struct worker *worker, const struct wire_job *job)
{
    char document[UUID_TEXT_BYTES];
    struct text place = {0};
    struct wire_message result = {.command = WIRE_RESULT_FILE};
    struct outgoing none = {0};
    uuid_to_text(&job->document, document);
    text_append_format(&place, "%s/%s/%s", job->team, job->case_number, document);
    result.as.result_file = (struct wire_result_file){
        .place = text_take(&place), .pdf = string_copy(""), .note = string_copy("")};
    link_finish(worker->link, &result, &none);
}

static void note_wait(struct worker *worker)
{
    struct pool *pool = worker->pool;
    if (worker->free_us != 0 && pool->wait_count < WAITS_MOST)
        pool->waits_ms[pool->wait_count++] = (float)(now_us() - worker->free_us) / 1000;
    worker->free_us = 0;
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct worker *worker = context;
    struct pool *pool = worker->pool;
    (void)parts;
    worker->job = job->kind;
    if (pool->first_us == 0)
        pool->first_us = now_us();
    if (job->kind == WIRE_JOB_MATCH) {
        deliver_decision(worker, job);
    } else if (job->kind == WIRE_JOB_FILE) {
        deliver_place(worker, job);
    } else {
        note_wait(worker);
        worker->pages = 2 * sheets_of(number_of(job->source));
        worker->done_us = now_us() + pool->work_us / 2;
        if (pool->work_us > 0)
            worker->done_us += random() % pool->work_us;
        else
            deliver_reading(worker);
    }
}

static void count_job(struct worker *worker)
{
    struct pool *pool = worker->pool;
    if (worker->job == WIRE_JOB_READ) {
        pool->reads++;
        pool->sheets += worker->pages / 2;
    } else if (worker->job == WIRE_JOB_MATCH) {
        pool->matches++;
    } else {
        pool->files++;
    }
}

static void settled(void *context, enum wire_settlement settlement, const char *reason)
{
    struct worker *worker = context;
    struct pool *pool = worker->pool;
    (void)reason;
    worker->free_us = now_us();
    pool->last_us = worker->free_us;
    if (settlement == WIRE_ACCEPTED)
        count_job(worker);
    else
        pool->others++;
    if (pool->letters_most > 0 && pool->files >= pool->letters_most)
        loop_stop(pool->loop);
}

static void dropped(void *context)
{
    struct worker *worker = context;
    worker->done_us = 0;
}

static void parted(void *context, enum wire_parting parting, const char *reason)
{
    (void)context;
    (void)fprintf(stderr, "letters_scale: the dispatcher parted (%d): %s\n", (int)parting, reason);
    exit(1);
}

static void news(void *context, const char *words)
{
    (void)context;
    (void)words;
}

static void broken(void *context, const struct fault *fault)
{
    (void)context;
    check(fault->status, fault);
}

static void tick(void *context)
{
    struct pool *pool = context;
    int64_t now = now_us();
    for (size_t i = 0; i < pool->count; i++)
        if (pool->workers[i].done_us != 0 && pool->workers[i].done_us <= now)
            deliver_reading(&pool->workers[i]);
    if (now >= pool->end_us)
        loop_stop(pool->loop);
}

static void hire(struct pool *pool, const struct config *config, size_t index,
                 enum wire_worker_kind kind)
{
    struct worker *worker = &pool->workers[index];
    char name[NAME_BYTES];
    struct fault fault = {0};
    *worker = (struct worker){.pool = pool, .kind = kind};
    (void)snprintf(name, sizeof name, "simulated-%zu", index);
    const struct link_options options = {.address = config->workers.address,
                                         .name = name,
                                         .kind = kind,
                                         .part_bytes_most = 1U << 30};
    const struct link_events events = {.job = take_job,
                                       .dropped = dropped,
                                       .settled = settled,
                                       .parted = parted,
                                       .news = news,
                                       .broken = broken,
                                       .context = worker};
    check(link_new(pool->loop, clock_system(), &options, &events, &worker->link, &fault), &fault);
}

static int compare(const void *left, const void *right)
{
    float first = *(const float *)left;
    float second = *(const float *)right;
    return (first > second) - (first < second);
}

static double share(const struct pool *pool, size_t hundredth)
{
    return pool->wait_count == 0 ? 0 : (double)pool->waits_ms[pool->wait_count * hundredth / 100];
}

static void report(struct pool *pool)
{
    double took_s = (double)(pool->last_us - pool->first_us) / 1e6;
    qsort(pool->waits_ms, pool->wait_count, sizeof *pool->waits_ms, compare);
    printf("{\"seconds\": %.1f, \"read\": %llu, \"matched\": %llu, \"filed\": %llu, \"sheets\": "
           "%llu, \"not_accepted\": %llu, \"letters_s\": %.1f, \"sheets_s\": %.1f, \"waits\": %zu,"
           " \"wait_p50_ms\": %.2f, \"wait_p99_ms\": %.2f, \"wait_most_ms\": %.2f}\n",
           took_s, (unsigned long long)pool->reads, (unsigned long long)pool->matches,
           (unsigned long long)pool->files, (unsigned long long)pool->sheets,
           (unsigned long long)pool->others, (double)pool->files / took_s,
           (double)pool->sheets / took_s, pool->wait_count, share(pool, 50), share(pool, 99),
           pool->wait_count == 0 ? 0 : (double)pool->waits_ms[pool->wait_count - 1]);
}

static void work(const struct config *config, char **words)
{
    struct fault fault = {0};
    size_t readers = strtoul(words[0], NULL, 10);
    size_t filers = strtoul(words[1], NULL, 10);
    struct pool pool = {.count = readers + filers,
                        .letters_most = strtoull(words[2], NULL, 10),
                        .work_us = strtoll(words[4], NULL, 10) * 1000,
                        .begun_us = now_us()};
    pool.end_us = pool.begun_us + strtoll(words[3], NULL, 10) * 1000000;
    pool.workers = calloc(pool.count, sizeof *pool.workers);
    pool.waits_ms = calloc(WAITS_MOST, sizeof *pool.waits_ms);
    check(loop_new(clock_system(), &pool.loop, &fault), &fault);
    for (size_t i = 0; i < pool.count; i++)
        hire(&pool, config, i, i < readers ? WIRE_READER : WIRE_FILER);
    (void)loop_add_timer(pool.loop, TICK_MS, tick, &pool);
    check(loop_run(pool.loop, &fault), &fault);
    report(&pool);
    for (size_t i = 0; i < pool.count; i++)
        link_free(&pool.workers[i].link);
    loop_free(&pool.loop);
    free(pool.workers);
    free(pool.waits_ms);
}

/* Two descriptors a worker, and libzmq's own. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **words)
{
    bool is_feed = count >= 4 && strcmp(words[1], "feed") == 0;
    bool is_work = count == 8 && strcmp(words[1], "work") == 0;
    if (!is_feed && !is_work) {
        (void)fprintf(stderr,
                      "usage: letters_scale feed CONFIG COUNT [together]\n"
                      "       letters_scale work CONFIG READERS FILERS LETTERS SECONDS WORK_MS\n");
        return 2;
    }
    raise_descriptor_limit();
    struct config *config = config_load_or_explain(words[2]);
    if (config == NULL)
        return 1;
    if (is_feed)
        feed(config, strtoul(words[3], NULL, 10), count == 5);
    else
        work(config, words + 3);
    config_free(&config);
    return 0;
}
