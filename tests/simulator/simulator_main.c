/* simulator_main.c - thousands of histories, each from its own seed; see history.h.
 *
 * Usage: simulator [--count N] [--seed FIRST] [--folder FOLDER] [--tell]
 * Prints what the histories went through and a digest over all of them; two runs with the same
 * seeds print the same. Ends with 1 at the first broken promise, naming the seed that breaks it:
 * simulator --seed THAT --count 1 --tell tells its story. */
// SPDX-License-Identifier: EUPL-1.2
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arguments.h"
#include "base/log.h"
#include "base/status.h"
#include "tests/simulator/chance.h"
#include "tests/simulator/history.h"

static void add(struct history_result *sum, const struct history_result *one)
{
    sum->messages += one->messages;
    sum->lost += one->lost;
    sum->doubled += one->doubled;
    sum->overtaken += one->overtaken;
    sum->dispatcher_crashes += one->dispatcher_crashes;
    sum->worker_crashes += one->worker_crashes;
    sum->pauses += one->pauses;
    sum->cuts += one->cuts;
    sum->commits += one->commits;
    sum->scans += one->scans;
    sum->documents_filed += one->documents_filed;
    sum->documents_cleared += one->documents_cleared;
    sum->scans_failed += one->scans_failed;
    sum->simulated_ms += one->simulated_ms;
}

static void print(const struct history_result *sum, long count, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    printf("%ld histories, %.1f hours: %llu messages (%llu lost, %llu doubled, %llu overtaken), "
           "%llu commits\n",
           count, (double)sum->simulated_ms / 3600000, (unsigned long long)sum->messages,
           (unsigned long long)sum->lost, (unsigned long long)sum->doubled,
           (unsigned long long)sum->overtaken, (unsigned long long)sum->commits);
    printf("%llu dispatcher crashes, %llu worker crashes, %llu sleeps, %llu hosts cut off\n",
           (unsigned long long)sum->dispatcher_crashes, (unsigned long long)sum->worker_crashes,
           (unsigned long long)sum->pauses, (unsigned long long)sum->cuts);
    printf("%llu scans: %llu documents filed, %llu in clearing, %llu scans failed or refused; "
           "0 lost, 0 twice, 0 in limbo\n",
           (unsigned long long)sum->scans, (unsigned long long)sum->documents_filed,
           (unsigned long long)sum->documents_cleared, (unsigned long long)sum->scans_failed);
    printf("digest %s\n", hex);
}

static int run(uint64_t first, long count, bool is_told)
{
    struct history_result sum = {0};
    struct digest_stream stream;
    digest_begin(&stream);
    for (long i = 0; i < count; i++) {
        struct history_result one;
        uint64_t seed = first + (uint64_t)i;
        history_run(seed, is_told, &one);
        if (!one.is_sound) {
            printf("seed %llu breaks a promise: %s\n", (unsigned long long)seed, one.violation);
            return EXIT_FOUND;
        }
        digest_add(&stream, one.digest.bytes, sizeof one.digest.bytes);
        add(&sum, &one);
    }
    const struct digest digest = digest_end(&stream);
    print(&sum, count, &digest);
    return EXIT_DONE;
}

static int remove_entry(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found;
    (void)type;
    (void)place;
    return remove(path);
}

int main(int argc, char **argv)
{
    long count = 1000, seed = 1;
    bool is_told = false;
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    const struct argument table[] = {
        {"count",  "N",      "Histories (default: 1000)",          ARGUMENT_COUNT,  &count  },
        {"seed",   "FIRST",  "Seed of the first one (default: 1)", ARGUMENT_COUNT,  &seed   },
        {"folder", "FOLDER", "Where to work (default: in memory)", ARGUMENT_STRING, &parent },
        {"tell",   NULL,     "Tells every event",                  ARGUMENT_FLAG,   &is_told},
    };
    struct argument_list rest = {0};
    struct fault fault = {0};
    if (arguments_read(table, 4, argc, argv, &rest, &fault) != STATUS_OK || rest.count != 0) {
        (void)fprintf(stderr, "simulator: %s\n", fault.text);
        return EXIT_USAGE;
    }
    argument_list_done(&rest);
    char folder[200];
    (void)snprintf(folder, sizeof folder, "%.150s/posteingang-simulator-XXXXXX", parent);
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return EXIT_STORAGE;
    }
    log_open("simulator", LOG_LEVEL_ERROR);
    if (freopen("/dev/null", "w", stderr) == NULL) // crashes are reported as what they are
        return EXIT_STORAGE;
    chance_take_over();
    history_prepare(folder);
    int exit_code = run((uint64_t)seed, count, is_told);
    history_finish();
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return exit_code;
}
