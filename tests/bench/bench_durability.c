/* bench_durability.c - how many promises a second: whole intakes, ledger commits, round trips.
 *
 * Usage: bench_durability FOLDER SECONDS
 * FOLDER must be on the disk that is to be measured (never tmpfs). Each figure is taken for
 * SECONDS, by one process and one connection, as the intake and the dispatcher work:
 *   intakes       a scan of 50 kB into the spool (write, fsync, rename, fsync the folder), a line
 *                 in the list of arrivals (fsync), then the commit that is the promise
 *   transactions  that commit alone
 *   round trips   a message of 64 bytes from a DEALER to a ROUTER in another thread and back over
 *                 ipc, 16 on the way at once
 * p50 and p99 are of single ones; those of round trips include waiting behind the other 15. Exit 1
 * when a figure is below its floor. The last line is a JSON object. */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/messaging.h"
#include "base/uuid.h"
#include "store/arrivals.h"
#include "store/ledger.h"
#include "store/spool.h"

enum {
    SCAN_BYTES = 50000,
    INTAKES_LEAST = 500, /* floors, a second */
    TRANSACTIONS_LEAST = 1000,
    ROUND_TRIPS_LEAST = 20000,
    SAMPLES_MOST = 1 << 20,
    MESSAGE_BYTES = 64,
    ON_THE_WAY = 16,
    POLL_MS = 100,
    BATCH = 64, /* round trips between two looks at the clock */
    PATH_BYTES = 4096
};

struct figure {
    const char *name;
    double rate;     /* a second */
    double floor;    /* least rate */
    double *samples; /* milliseconds each */
    size_t count;
};

static const char *folder;
static int64_t measured_ms;

static void check(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "bench_durability: %s\n", fault->text);
    exit(1);
}

static void path_below(const char *name, char ret_path[PATH_BYTES])
{
    (void)snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);
}

static double rate(uint64_t count, int64_t begun_ms)
{
    int64_t spent_ms = clock_monotonic_ms(clock_system()) - begun_ms;
    return (double)count * 1000.0 / (double)(spent_ms > 0 ? spent_ms : 1);
}

static bool is_over(int64_t begun_ms)
{
    return clock_monotonic_ms(clock_system()) - begun_ms >= measured_ms;
}

static double now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void figure_init(struct figure *figure, const char *name, double floor)
{
    *figure = (struct figure){.name = name, .floor = floor};
    figure->samples = malloc(SAMPLES_MOST * sizeof *figure->samples);
    if (figure->samples == NULL)
        check(STATUS_LATER, &(struct fault){.text = "out of memory"});
}

static void figure_add(struct figure *figure, double begun_ms)
{
    if (figure->count < SAMPLES_MOST)
        figure->samples[figure->count++] = now_ms() - begun_ms;
}

static int compare(const void *left, const void *right)
{
    double first = *(const double *)left;
    double second = *(const double *)right;
    return (first > second) - (first < second);
}

/* Samples must be sorted. */
static double percentile(const struct figure *figure, double share)
{
    return figure->count == 0 ? 0 : figure->samples[(size_t)(share * (double)(figure->count - 1))];
}

/* ---- promises ------------------------------------------------------------------------------- */

static void accept_scan(struct ledger *ledger, uint64_t number, const struct digest *digest)
{
    char source[64];
    (void)snprintf(source, sizeof source, "scan%08llu.tif", (unsigned long long)number);
    struct fault fault = {0};
    int64_t now_ms = clock_wall_ms(clock_system());
    struct scan_arrival arrival = {.id = {uuid_new(now_ms)},
                                   .site = "Demmin",
                                   .source = source,
                                   .format = "tiff",
                                   .digest = *digest,
                                   .size = SCAN_BYTES,
                                   .received_ms = now_ms,
                                   .actor = "bench"};
    struct scan_acceptance acceptance;
    check(ledger_scan_accept(ledger, &arrival, &acceptance, &fault), &fault);
}

static void note_arrival(struct spool *spool, uint64_t number, const struct digest *digest)
{
    struct fault fault = {0};
    struct scan_arrival arrival = {.site = "Demmin",
                                   .source = "scan.tif",
                                   .format = "tiff",
                                   .digest = *digest,
                                   .size = number,
                                   .received_ms = clock_wall_ms(clock_system())};
    check(arrivals_note(spool, &arrival, &fault), &fault);
}

static double measure_intakes(struct ledger *ledger, struct spool *spool, struct figure *figure)
{
    static uint8_t scan[SCAN_BYTES];
    for (size_t i = 0; i < sizeof scan; i++)
        scan[i] = (uint8_t)(i * 131 + (i >> 7));
    uint64_t count = 0;
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    for (; !is_over(begun_ms); count++) {
        double begun = now_ms();
        memcpy(scan, &count, sizeof count);
        struct digest digest;
        struct fault fault = {0};
        check(spool_put(spool, scan, sizeof scan, &digest, &fault), &fault);
        note_arrival(spool, count, &digest);
        accept_scan(ledger, count, &digest);
        figure_add(figure, begun);
    }
    return rate(count, begun_ms);
}

static double measure_transactions(struct ledger *ledger, struct figure *figure)
{
    uint64_t count = 0;
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    for (; !is_over(begun_ms); count++) {
        double begun = now_ms();
        struct digest digest = {{0x42}};
        memcpy(digest.bytes + 8, &count, sizeof count);
        accept_scan(ledger, count, &digest);
        figure_add(figure, begun);
    }
    return rate(count, begun_ms);
}

/* ---- round trips ---------------------------------------------------------------------------- */

struct echo {
    struct messaging_socket *router;
    atomic_bool is_ending;
};

static void wait_readable(struct messaging_socket *socket)
{
    zmq_pollitem_t item = {.socket = messaging_socket_handle(socket), .events = ZMQ_POLLIN};
    (void)zmq_poll(&item, 1, POLL_MS);
}

static struct messaging_message *receive(struct messaging_socket *socket)
{
    struct messaging_message *message = NULL;
    struct fault fault = {0};
    check(messaging_receive(socket, &message, &fault), &fault);
    return message;
}

static void send_one(struct messaging_socket *socket, const struct messaging_peer *peer,
                     const struct messaging_frame *frame)
{
    struct fault fault = {0};
    bool is_gone = false;
    enum status status = STATUS_LATER;
    while (status == STATUS_LATER && !is_gone)
        status = messaging_send(socket, peer, frame, 1, &is_gone, &fault);
    check(status, &fault);
}

static void *run_echo(void *context)
{
    struct echo *echo = context;
    while (!atomic_load(&echo->is_ending)) {
        struct messaging_message *message = receive(echo->router);
        if (message == NULL) {
            wait_readable(echo->router);
            continue;
        }
        const struct messaging_frame frame = messaging_message_frame(message, 0);
        send_one(echo->router, messaging_message_peer(message), &frame);
        messaging_message_done(&message);
    }
    return NULL;
}

static void await_answer(struct messaging_socket *dealer)
{
    struct messaging_message *message = NULL;
    while ((message = receive(dealer)) == NULL)
        wait_readable(dealer);
    messaging_message_done(&message);
}

static double converse(struct messaging_socket *dealer, struct figure *figure)
{
    double sent_ms[ON_THE_WAY];
    static const uint8_t bytes[MESSAGE_BYTES] = {1};
    const struct messaging_frame frame = {bytes, sizeof bytes};
    for (int i = 0; i < ON_THE_WAY; i++) {
        sent_ms[i] = now_ms();
        send_one(dealer, NULL, &frame);
    }
    uint64_t count = 0;
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    while (!is_over(begun_ms))
        for (int i = 0; i < BATCH; i++, count++) {
            await_answer(dealer);
            figure_add(figure, sent_ms[count % ON_THE_WAY]);
            sent_ms[count % ON_THE_WAY] = now_ms();
            send_one(dealer, NULL, &frame);
        }
    double result = rate(count, begun_ms);
    for (int i = 0; i < ON_THE_WAY; i++)
        await_answer(dealer);
    return result;
}

static double measure_round_trips(struct figure *figure)
{
    char address[PATH_BYTES + 8];
    (void)snprintf(address, sizeof address, "ipc://%s/echo.sock", folder);
    struct messaging *messaging = NULL;
    struct messaging_socket *dealer = NULL;
    struct echo echo = {0};
    struct fault fault = {0};
    check(messaging_open(&messaging, &fault), &fault);
    check(messaging_router(messaging, address, &echo.router, &fault), &fault);
    check(messaging_dealer(messaging, address, &dealer, &fault), &fault);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_echo, &echo) != 0)
        check(STATUS_LATER, &(struct fault){.text = "no thread"});
    double result = converse(dealer, figure);
    atomic_store(&echo.is_ending, true);
    (void)pthread_join(thread, NULL);
    messaging_socket_close(&dealer);
    messaging_socket_close(&echo.router);
    messaging_close(&messaging);
    return result;
}

/* The table and the JSON object; the exit code. */
static int print(struct figure *figures, size_t count)
{
    bool is_good = true;
    printf("%-14s %12s %10s %10s %10s\n", "durability", "a second", "floor", "p50 ms", "p99 ms");
    for (size_t i = 0; i < count; i++) {
        struct figure *figure = &figures[i];
        qsort(figure->samples, figure->count, sizeof *figure->samples, compare);
        is_good = is_good && figure->rate >= figure->floor;
        printf("%-14s %12.0f %10.0f %10.3f %10.3f%s\n", figure->name, figure->rate, figure->floor,
               percentile(figure, 0.5), percentile(figure, 0.99),
               figure->rate >= figure->floor ? "" : "  BELOW THE FLOOR");
    }
    for (size_t i = 0; i < count; i++)
        printf("%s\"%s_s\": %.1f, \"%s_p50_ms\": %.3f, \"%s_p99_ms\": %.3f", i == 0 ? "{" : ", ",
               figures[i].name, figures[i].rate, figures[i].name, percentile(&figures[i], 0.5),
               figures[i].name, percentile(&figures[i], 0.99));
    printf("}\n");
    for (size_t i = 0; i < count; i++)
        free(figures[i].samples);
    return is_good ? 0 : 1;
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3 || atoi(arguments[2]) < 1) {
        (void)fprintf(stderr, "usage: bench_durability FOLDER SECONDS\n");
        return 2;
    }
    folder = arguments[1];
    measured_ms = (int64_t)atoi(arguments[2]) * 1000;
    char path[PATH_BYTES];
    struct ledger *ledger = NULL;
    struct spool *spool = NULL;
    struct fault fault = {0};
    path_below("ledger.db", path);
    check(ledger_open(path, LEDGER_CREATE, clock_system(), &ledger, &fault), &fault);
    path_below("spool", path);
    check(spool_open(path, &spool, &fault), &fault);
    struct figure figures[3];
    figure_init(&figures[0], "intakes", INTAKES_LEAST);
    figure_init(&figures[1], "transactions", TRANSACTIONS_LEAST);
    figure_init(&figures[2], "round_trips", ROUND_TRIPS_LEAST);
    figures[0].rate = measure_intakes(ledger, spool, &figures[0]);
    figures[1].rate = measure_transactions(ledger, &figures[1]);
    spool_close(&spool);
    ledger_close(&ledger);
    figures[2].rate = measure_round_trips(&figures[2]);
    return print(figures, 3);
}
