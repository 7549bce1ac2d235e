/* queue_scale.c - lengthens the queue of a ledger, and measures how long claiming and counting take.
 *
 * Usage: queue_scale LEDGER COUNT
 * Accepts COUNT scans (rows alone, no bytes), then claims CLAIMS of the waiting jobs and counts
 * everything LOOKS times. The last line is a JSON object with milliseconds. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "store/ledger.h"

enum { CLAIMS = 300, LOOKS = 50, LEASE_MS = 1, SITES = 4 };

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
    check(ledger_open(arguments[1], LEDGER_WRITE, clock_system(), &ledger, &fault), &fault);
    long count = strtol(arguments[2], NULL, 10);
    for (long i = 0; i < count; i++)
        accept_one(ledger, i);
    for (int i = 0; i < CLAIMS; i++)
        claims[i] = claim_one(ledger);
    for (int i = 0; i < LOOKS; i++)
        looks[i] = count_one(ledger);
    ledger_close(&ledger);
    qsort(claims, CLAIMS, sizeof claims[0], compare);
    qsort(looks, LOOKS, sizeof looks[0], compare);
    printf("{\"claim_p50_ms\": %.3f, \"claim_p99_ms\": %.3f, \"count_p50_ms\": %.3f}\n",
           claims[CLAIMS / 2], claims[CLAIMS * 99 / 100], looks[LOOKS / 2]);
    return 0;
}
