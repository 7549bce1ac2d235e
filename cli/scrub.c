/* scrub.c - `posteingang scrub`: everything at rest is read, slowly, and what is damaged set aside.
 *
 * With --nightly it never ends: it waits for the hour of the configuration, and begins anew each
 * night. It reads at most store.scrub_rate objects a second, so that nobody has to wait for it.
 * What is damaged is logged and goes to corrupt, where a person looks; nothing is changed or
 * removed. */
// SPDX-License-Identifier: EUPL-1.2
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/cabinet_check.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "store/audit.h"

enum { LOOK_MS = 60000, HOURS = 24 };

static const char actor[] = "scrub";
static const char reason[] = "Gespeicherte Daten sind beschädigt; bitte die Administration rufen.";

struct scrub {
    struct instance instance;
    uint64_t damaged;
    uint64_t cabinet; /* documents whose parts were checked there */
};

static enum status set_aside(void *context, const struct uuid *id, const char *words,
                             struct fault *fault)
{
    struct scrub *scrub = context;
    char text[UUID_TEXT_BYTES] = "-";
    bool is_changed = false;
    scrub->damaged++;
    if (id != NULL)
        uuid_to_text(id, text);
    log_error(text, "damaged: %s", words);
    if (id == NULL)
        return STATUS_OK;
    enum status status =
        ledger_set_aside(scrub->instance.ledger, id, reason, actor, &is_changed, fault);
    return status == STATUS_REFUSE ? STATUS_OK : status;
}

/* Called for each object: waits so long that no more than the rate are read in a second. */
static void pace(void *context, uint64_t done, uint64_t all)
{
    const struct scrub *scrub = context;
    (void)done;
    (void)all;
    (void)poll(NULL, 0, (int)(1000 / scrub->instance.config->store.scrub_rate));
}

static int run_once(struct scrub *scrub)
{
    struct verify_result result = {0};
    struct fault fault = {0};
    enum status status = ledger_scrub(scrub->instance.ledger, scrub->instance.spool, pace,
                                      set_aside, scrub, &result, &fault);
    if (status == STATUS_OK)
        status = cabinet_check(scrub->instance.ledger, scrub->instance.config->store.cabinet,
                               set_aside, scrub, &scrub->cabinet, &fault);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    if (result.faults > 0)
        log_error(NULL, "%llu faults at rest, the first: %s", (unsigned long long)result.faults,
                  result.first_fault);
    log_info(NULL, "scrubbed: %llu audit rows, %llu spool files, %llu documents in the cabinet",
             (unsigned long long)result.audit_rows, (unsigned long long)result.objects,
             (unsigned long long)scrub->cabinet);
    return result.faults > 0 || scrub->damaged > 0 ? EXIT_FOUND : EXIT_DONE;
}

static int local_hour(void)
{
    time_t now = time(NULL);
    struct tm local = {0};
    (void)localtime_r(&now, &local);
    return local.tm_hour;
}

static int run_nightly(struct scrub *scrub)
{
    int hour = (int)scrub->instance.config->store.scrub_hour;
    bool is_done = local_hour() == hour; // begun in that hour: it waits for the next night
    for (;;) {
        (void)poll(NULL, 0, LOOK_MS);
        bool is_time = local_hour() == hour;
        int exit_code = is_time && !is_done ? run_once(scrub) : EXIT_DONE;
        if (exit_code == EXIT_STORAGE)
            return exit_code;
        is_done = is_time;
    }
}

int verb_scrub(struct call *call)
{
    int exit_code = EXIT_DONE;
    bool is_nightly = false;
    struct scrub scrub = {0};
    const struct argument table[] = {
        {"nightly", NULL, "waits for the hour of the configuration, again and again", ARGUMENT_FLAG,
         &is_nightly}
    };
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &scrub.instance);
    if (exit_code == EXIT_DONE)
        exit_code = is_nightly ? run_nightly(&scrub) : run_once(&scrub);
    instance_close(&scrub.instance);
    return exit_code;
}
