/* letters_scale.c - letters of metadata alone, and workers that play a pool of readers and filers.
 *
 * Usage: letters_scale feed CONFIG COUNT [together]
 *        letters_scale work CONFIG READERS FILERS LETTERS SECONDS WORK_MS
 *
 * feed accepts COUNT scans of 1 to 8 sheets (2.7 on the average, the Bundesagentur's 260,000 letters
 * of 700,000 sheets), each with one durable commit, or 64 `together`; their bytes lie in the spool
 * as scans do, and are a few words. work joins the dispatcher, which runs already, as so many real
 * workers (workers/link.c over ZeroMQ), some in each of several processes, takes jobs, waits WORK_MS
 * (half of it to half more) for a reading, and delivers readings without words, decisions and places.
 * It ends when LETTERS were filed or SECONDS have passed, and says every MINUTE on stderr how far it
 * is. Of each reader two times are taken: "dispatch", from handing over a result, whose parts have to
 * be stored and which has to be committed, to holding the next whole job; and "idle", from hearing
 * that the result is taken. The last line of both is a JSON object. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/reading.h"
#include "base/text.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/link.h"

enum {
    TOGETHER = 64,
    TICK_MS = 5,
    MINUTE = 60,
    CROWD = 24,      /* workers of one process: a loop has 32 timers */
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

/* As spool_put() does, but for the fsync of each: the machine does not go down in between, and one
 * sync at the end of feed() stands for all. */
static void put_in_folder(const char *spool, const void *bytes, size_t length,
                          struct digest *ret_digest)
{
    char hex[DIGEST_HEX_BYTES];
    char path[4096];
    *ret_digest = digest_of(bytes, length);
    digest_to_hex(ret_digest, hex);
    (void)snprintf(path, sizeof path, "%s/objects/%.2s", spool, hex);
    (void)mkdir(path, 0750);
    (void)snprintf(path, sizeof path, "%s/objects/%.2s/%s", spool, hex, hex);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0440);
    if (file < 0 || write(file, bytes, length) != (ssize_t)length || close(file) != 0)
        abort();
}

/* `folder` is the spool's, or NULL: each scan's bytes are made durable by themselves. */
static void accept_one(struct ledger *ledger, struct spool *spool, const char *folder,
                       unsigned long number)
{
    static const char *const sites[] = {"Demmin", "Neubrandenburg", "Neustrelitz", "Waren"};
    char source[NAME_BYTES];
    struct fault fault = {0};
    struct digest digest;
    int64_t wall_ms = clock_wall_ms(clock_system());
    struct uuid id = uuid_new(wall_ms);
    (void)snprintf(source, sizeof source, "letter-%08lu.tif", number);
    if (folder != NULL)
        put_in_folder(folder, &id, sizeof id, &digest);
    else
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
        accept_one(ledger, spool, is_together ? config->store.spool : NULL, i);
        sheets += sheets_of(i);
        if (is_together && (i % TOGETHER == TOGETHER - 1 || i + 1 == count))
            check(ledger_group_end(ledger, &fault), &fault);
    }
    if (is_together)
        sync();
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
    int64_t handed_us; /* when its result was handed over; 0: it has had no job yet */
    int64_t free_us;   /* since when it has nothing to do; 0: it has, or never had anything */
    int64_t done_us;   /* when its reading is done; 0: none is under way */
    uint32_t pages;
    uint8_t job; /* enum wire_job_kind of the one in hand */
};

struct waits {
    atomic_size_t count;
    float ms[WAITS_MOST];
};

/* What the processes count together; in memory that they share. */
struct account {
    atomic_ullong reads, matches, files, sheets, others; /* done; others: not accepted */
    atomic_llong first_us, last_us;
    struct waits dispatch, idle; /* of readers */
};

/* The workers of one process. */
struct pool {
    struct loop *loop;
    struct account *account;
    struct worker *workers;
    size_t count;
    int64_t work_us;
    int64_t end_us;
    uint64_t letters_most;
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
    char text[NAME_BYTES], pdf[2 * NAME_BYTES]; // of no two letters the same
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
    (void)snprintf(text, sizeof text, "%lx %lx\n", random(), random());
    (void)snprintf(pdf, sizeof pdf, "%%PDF-1.7\n%% %s", text);
    add_part(&parts, "1/text", text, strlen(text));
    add_part(&parts, "1/pdf", pdf, strlen(pdf));
    add_part(&parts, "pages", "", 0);
    byte_writer_done(&bytes);
    worker->done_us = 0;
    worker->handed_us = now_us();
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

static void note_wait(struct waits *waits, int64_t since_us)
{
    if (since_us == 0)
        return;
    size_t place = atomic_fetch_add(&waits->count, 1);
    if (place < WAITS_MOST)
        waits->ms[place] = (float)(now_us() - since_us) / 1000;
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct worker *worker = context;
    struct pool *pool = worker->pool;
    (void)parts;
    worker->job = job->kind;
    long long none = 0;
    (void)atomic_compare_exchange_strong(&pool->account->first_us, &none, now_us());
    if (job->kind == WIRE_JOB_MATCH) {
        deliver_decision(worker, job);
    } else if (job->kind == WIRE_JOB_FILE) {
        deliver_place(worker, job);
    } else {
        note_wait(&pool->account->dispatch, worker->handed_us);
        note_wait(&pool->account->idle, worker->free_us);
        worker->handed_us = worker->free_us = 0;
        worker->pages = 2 * sheets_of(number_of(job->source));
        worker->done_us = now_us() + pool->work_us / 2;
        if (pool->work_us > 0)
            worker->done_us += random() % pool->work_us;
        else
            deliver_reading(worker);
    }
}

static void count_job(const struct worker *worker)
{
    struct account *account = worker->pool->account;
    if (worker->job == WIRE_JOB_READ) {
        account->reads++;
        account->sheets += worker->pages / 2;
    } else if (worker->job == WIRE_JOB_MATCH) {
        account->matches++;
    } else {
        account->files++;
    }
}

static void settled(void *context, enum wire_settlement settlement, const char *reason)
{
    struct worker *worker = context;
    struct account *account = worker->pool->account;
    (void)reason;
    worker->free_us = now_us();
    account->last_us = worker->free_us;
    if (settlement == WIRE_ACCEPTED)
        count_job(worker);
    else
        account->others++;
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
    bool is_through = pool->letters_most > 0 && pool->account->files >= pool->letters_most;
    if (now >= pool->end_us || is_through)
        loop_stop(pool->loop);
}

static void hire(struct pool *pool, const struct config *config, size_t index,
                 enum wire_worker_kind kind)
{
    struct worker *worker = &pool->workers[pool->count++];
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

static void tell_waits(const char *name, struct waits *waits)
{
    size_t count = waits->count < WAITS_MOST ? waits->count : WAITS_MOST;
    qsort(waits->ms, count, sizeof *waits->ms, compare);
    printf("\"%s_count\": %zu, ", name, count);
    if (count > 0)
        printf("\"%s_p50_ms\": %.2f, \"%s_p99_ms\": %.2f, \"%s_most_ms\": %.2f, ", name,
               (double)waits->ms[count / 2], name, (double)waits->ms[count * 99 / 100], name,
               (double)waits->ms[count - 1]);
}

static void report(struct account *account)
{
    double took_s = (double)(account->last_us - account->first_us) / 1e6;
    printf("{");
    tell_waits("dispatch", &account->dispatch);
    tell_waits("idle", &account->idle);
    printf("\"seconds\": %.1f, \"read\": %llu, \"matched\": %llu, \"filed\": %llu, \"sheets\": "
           "%llu, \"not_accepted\": %llu, \"letters_s\": %.1f, \"sheets_s\": %.1f}\n",
           took_s, account->reads, account->matches, account->files, account->sheets,
           account->others, (double)account->files / took_s, (double)account->sheets / took_s);
}

/* One process of workers number `first` and on; the first `readers` of all are readers. */
static void run_crowd(struct pool *pool, const struct config *config, size_t first, size_t behind,
                      size_t readers)
{
    struct fault fault = {0};
    struct worker workers[CROWD];
    pool->workers = workers;
    check(loop_new(clock_system(), &pool->loop, &fault), &fault);
    for (size_t i = first; i < behind; i++)
        hire(pool, config, i, i < readers ? WIRE_READER : WIRE_FILER);
    (void)loop_add_timer(pool->loop, TICK_MS, tick, pool);
    check(loop_run(pool->loop, &fault), &fault);
    for (size_t i = 0; i < pool->count; i++)
        link_free(&workers[i].link);
    loop_free(&pool->loop);
}

/* Until all have ended; says how far they are. */
static bool wait_for(size_t processes, const struct account *account)
{
    bool is_good = true;
    for (int seconds = 1; processes > 0; seconds++) {
        int outcome = 0;
        (void)sleep(1);
        while (processes > 0 && waitpid(-1, &outcome, WNOHANG) > 0) {
            processes--;
            is_good = is_good && WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0;
        }
        if (seconds % MINUTE == 0)
            (void)fprintf(stderr, "%4d min: %llu read, %llu matched, %llu filed, %llu sheets\n",
                          seconds / MINUTE, account->reads, account->matches, account->files,
                          account->sheets);
    }
    return is_good;
}

static bool work(const struct config *config, char **words)
{
    size_t readers = strtoul(words[0], NULL, 10);
    size_t all = readers + strtoul(words[1], NULL, 10);
    struct account *account = mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct pool pool = {.account = account,
                        .letters_most = strtoull(words[2], NULL, 10),
                        .work_us = strtoll(words[4], NULL, 10) * 1000,
                        .end_us = now_us() + strtoll(words[3], NULL, 10) * 1000000};
    size_t processes = 0;
    if (account == MAP_FAILED)
        abort();
    for (size_t first = 0; first < all; first += CROWD, processes++) {
        pid_t child = fork();
        if (child < 0)
            abort();
        if (child > 0)
            continue;
        srandom((unsigned)first + 1);
        run_crowd(&pool, config, first, first + CROWD < all ? first + CROWD : all, readers);
        _exit(0);
    }
    bool is_good = wait_for(processes, account);
    report(account);
    return is_good;
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
    bool is_good = true;
    if (is_feed)
        feed(config, strtoul(words[3], NULL, 10), count == 5);
    else
        is_good = work(config, words + 3);
    config_free(&config);
    return is_good ? 0 : 1;
}
