/* queue_scale.c - lengthens the queue of a ledger, and measures how long claiming and counting take.
 *
 * Usage: queue_scale LEDGER COUNT
 * LEDGER is a path or a postgresql:// URL. Accepts COUNT scans (rows alone, no bytes), then claims
 * CLAIMS of the waiting jobs, counts everything LOOKS times, and claims and completes CYCLES more
 * twice: each in two commits of its own, and as the dispatcher does it when GROUP workers are done at
 * once, whose results and next jobs go with one commit. Nobody is told anything before the commit of
 * it, which is durable when it comes back. The last line is a JSON object with milliseconds, and
 * cycles a second. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "store/ledger.h"

enum {
    CLAIMS = 300,
    LOOKS = 50,
    CYCLES = 2048,
    GROUP = 32,    /* results and jobs with one commit; at most 64 in workers/groups.c */
    TOGETHER = 64, /* scans accepted with one commit, to have them there */
    LEASE_MS = 1,
    CYCLE_MS = 60000,
    SITES = 4
};

static const char *const sites[SITES] = {"Demmin", "Neubrandenburg", "Neustrelitz", "Waren"};

static void check(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "queue_scale: %s\n", fault->text);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *left, const void *right)
{
    double first = *(const double *)left;
    double second = *(const double *)right;
    return (first > second) - (first < second);
}

static void accept_one(struct ledger *ledger, long number)
{
    char source[64];
    struct fault fault = {0};
    int64_t wall_ms = clock_wall_ms(clock_system());
    struct uuid id = uuid_new(wall_ms);
    (void)snprintf(source, sizeof source, "scan%08ld.tif", number);
    struct scan_arrival arrival = {.id = {id},
                                   .site = sites[number % SITES],
                                   .source = source,
                                   .format = "tiff",
                                   .digest = digest_of(&id, sizeof id),
                                   .size = 50000,
                                   .received_ms = wall_ms,
                                   .actor = "bench"};
    struct scan_acceptance acceptance;
    check(ledger_scan_accept(ledger, &arrival, &acceptance, &fault), &fault);
}

static double claim_one(struct ledger *ledger)
{
    bool is_found = false;
    struct job_record job = {0};
    struct fault fault = {0};
    double begun = now_ms();
    check(ledger_job_lease(ledger, JOB_READ, "bench", LEASE_MS, &is_found, &job, &fault), &fault);
    double took = now_ms() - begun;
    if (is_found)
        job_record_done(&job);
    return took;
}

static double count_one(struct ledger *ledger)
{
    struct ledger_summary summary = {0};
    struct fault fault = {0};
    double begun = now_ms();
    check(ledger_summarise(ledger, &summary, &fault), &fault);
    return now_ms() - begun;
}

static void claim_for_a_while(struct ledger *ledger, struct job_record *ret_job)
{
    bool is_found = false;
    struct fault fault = {0};
    check(ledger_job_lease(ledger, JOB_READ, "bench", CYCLE_MS, &is_found, ret_job, &fault),
          &fault);
    if (!is_found) {
        (void)fprintf(stderr, "queue_scale: no job is left; give a larger COUNT\n");
        exit(1);
    }
}

/* With a result of one page and one document. */
static void complete(struct ledger *ledger, struct job_record *job)
{
    bool is_held = false;
    struct fault fault = {0};
    struct digest digest = digest_of(&job->id, sizeof job->id);
    const struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    const struct read_document document = {.reading = digest, .text = digest, .pdf = digest};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = &document, .document_count = 1};
    check(ledger_read_complete(ledger, job->id, job->attempt, &result, &is_held, &fault), &fault);
    if (!is_held)
        abort();
    job_record_done(job);
}

/* Jobs from ready to done, each alone. */
static double cycles_alone(struct ledger *ledger)
{
    struct job_record job;
    double begun = now_ms();
    for (int done = 0; done < CYCLES; done++) {
        claim_for_a_while(ledger, &job);
        complete(ledger, &job);
    }
    return CYCLES * 1e3 / (now_ms() - begun);
}

/* The same GROUP at a time; each commit has the results of one round and the jobs of the next. */
static double cycles_together(struct ledger *ledger)
{
    struct job_record jobs[GROUP];
    struct fault fault = {0};
    double begun = now_ms();
    for (int done = 0; done <= CYCLES; done += GROUP) {
        ledger_group_begin_frail(ledger);
        for (int i = 0; i < GROUP && done > 0; i++)
            complete(ledger, &jobs[i]);
        for (int i = 0; i < GROUP && done < CYCLES; i++)
            claim_for_a_while(ledger, &jobs[i]);
        check(ledger_group_end(ledger, &fault), &fault);
    }
    return CYCLES * 1e3 / (now_ms() - begun);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3) {
        (void)fprintf(stderr, "usage: queue_scale LEDGER COUNT\n");
        return 2;
    }
    struct ledger *ledger = NULL;
    struct fault fault = {0};
    double claims[CLAIMS];
    double looks[LOOKS];
    check(ledger_open(arguments[1], LEDGER_CREATE, clock_system(), &ledger, &fault), &fault);
    long count = strtol(arguments[2], NULL, 10);
    for (long i = 0; i < count; i++) {
        if (i % TOGETHER == 0)
            ledger_group_begin(ledger);
        accept_one(ledger, i);
        if (i % TOGETHER == TOGETHER - 1 || i + 1 == count)
            check(ledger_group_end(ledger, &fault), &fault);
    }
    for (int i = 0; i < CLAIMS; i++)
        claims[i] = claim_one(ledger);
    for (int i = 0; i < LOOKS; i++)
        looks[i] = count_one(ledger);
    bool is_enough = count >= CLAIMS + 2 * CYCLES;
    double alone = is_enough ? cycles_alone(ledger) : 0;
    double cycles = is_enough ? cycles_together(ledger) : 0;
    ledger_close(&ledger);
    qsort(claims, CLAIMS, sizeof claims[0], compare);
    qsort(looks, LOOKS, sizeof looks[0], compare);
    printf("{\"claim_p50_ms\": %.3f, \"claim_p99_ms\": %.3f, \"count_p50_ms\": %.3f,"
           " \"cycles_alone_s\": %.1f, \"cycles_s\": %.1f}\n",
           claims[CLAIMS / 2], claims[CLAIMS * 99 / 100], looks[LOOKS / 2], alone, cycles);
    return 0;
}
