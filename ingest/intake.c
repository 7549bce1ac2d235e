/* intake.c - see intake.h.
 *
 * One thread, one loop. Work is done in slices, one step of sweeping and one file a site, so that
 * signals are served in between and no site waits for another's million files. An eventfd that
 * stays readable while there is work makes the loop call the next slice. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/lifesign.h"
#include "base/loop.h"
#include "base/share.h"
#include "config/reload.h"
#include "ingest/adoption.h"
#include "ingest/arrival.h"
#include "ingest/intake.h"
#include "ingest/recovery.h"
#include "ingest/returns.h"
#include "ingest/source.h"

struct intake {
    const struct desk *desk;
    struct loop *loop;
    struct watch *watch; /* NULL: sweeps alone */
    struct watch_callbacks watch_callbacks;
    struct site *sites;
    size_t site_count;
    size_t next_site; /* whose turn it is */
    int work;         /* eventfd: readable while there is work */
    int64_t returns_due_ms;
    bool is_pausing; /* the storage cannot take anything; said once */
    int64_t pause_ms;
    int64_t pause_until_ms;
    enum status end; /* what intake_run() says */
    struct fault *fault;
};

/* ---- when the storage cannot take anything ------------------------------------------------ */

static void pause_taking(struct intake *intake, const struct fault *fault)
{
    if (!intake->is_pausing)
        log_error(NULL, "nothing is taken over now, files stay in the drop folders: %s",
                  fault->text);
    intake->pause_ms = intake->is_pausing ? intake->pause_ms * 2 : INTAKE_PAUSE_MS;
    if (intake->pause_ms > INTAKE_PAUSE_MOST_MS)
        intake->pause_ms = INTAKE_PAUSE_MOST_MS;
    intake->is_pausing = true;
    intake->pause_until_ms = clock_monotonic_ms(intake->desk->clock) + intake->pause_ms;
}

static void go_on_taking(struct intake *intake)
{
    if (intake->is_pausing)
        log_warning(NULL, "files are taken over again");
    intake->is_pausing = false;
}

static bool may_take(const struct intake *intake)
{
    return !intake->is_pausing || clock_monotonic_ms(intake->desk->clock) >= intake->pause_until_ms;
}

/* The rungs of the ladder, for everything that uses the storage. True for STATUS_OK. */
static bool heed(struct intake *intake, enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return true;
    if (status == STATUS_HALT) {
        intake->end = fault_set(intake->fault, STATUS_HALT, "%s", fault->text);
        loop_stop(intake->loop);
    } else {
        pause_taking(intake, fault);
    }
    return false;
}

/* ---- work --------------------------------------------------------------------------------- */

static void wake(struct intake *intake)
{
    uint64_t one = 1;
    ssize_t written = write(intake->work, &one, sizeof one);
    (void)written; // a counter that is full is readable, too
}

/* Opens the drop folder when it is time to, and finishes what was in hand there. */
static bool site_is_ready(struct intake *intake, struct site *site)
{
    if (!sweep_is_going_on(&site->sweep) && site_wants_sweep(site) && !site_open(site))
        return false;
    if (site->root < 0)
        return false;
    if (!site_wants_recovery(site))
        return true;
    struct fault fault;
    enum status status = recovery_of_site(intake->desk, site, &fault);
    if (status == STATUS_HALT)
        heed(intake, status, &fault);
    else if (status != STATUS_OK)
        site_trouble(site, &fault);
    if (status == STATUS_OK && site->is_troubled) {
        desk_report(LOG_LEVEL_WARNING, NULL, site->config->name, site->config->drop,
                    "drop folder can be used again");
        site->is_troubled = false;
    }
    return status == STATUS_OK;
}

static struct candidate *due_candidate(const struct intake *intake, const struct site *site)
{
    if (site->root < 0 || !site->is_recovered || !may_take(intake))
        return NULL;
    return candidates_due(&site->candidates, clock_monotonic_ms(intake->desk->clock));
}

/* One step for one site. */
static void serve_site(struct intake *intake, struct site *site)
{
    if (!site_is_ready(intake, site))
        return;
    if (site_wants_sweep(site)) {
        site_sweep_step(site);
        if (site->root >= 0 && !site->was_cut && !sweep_is_going_on(&site->sweep))
            lifesign_give(intake->desk->config->store.runtime, "intake", site->config->name);
    }
    struct candidate *candidate = due_candidate(intake, site);
    if (candidate == NULL) {
        site_sync(site);
        return;
    }
    struct fault fault;
    // Nothing in the storage is used while everything is only looked at: that room is there again
    // shows before the next file, not after it.
    enum status status = intake->is_pausing ? desk_check_room(intake->desk, 0, &fault) : STATUS_OK;
    if (heed(intake, status, &fault) &&
        heed(intake, arrival_handle(intake->desk, site, candidate, &fault), &fault))
        go_on_taking(intake);
}

static void give_returns(struct intake *intake)
{
    int64_t now = clock_monotonic_ms(intake->desk->clock);
    if (now < intake->returns_due_ms || !may_take(intake))
        return;
    struct fault fault;
    bool more = false;
    enum status status =
        returns_give(intake->desk, intake->sites, intake->site_count, &more, &fault);
    heed(intake, status, &fault);
    intake->returns_due_ms = more && status == STATUS_OK ? now : now + INTAKE_RETURNS_MS;
}

static bool has_work(const struct intake *intake)
{
    for (size_t i = 0; i < intake->site_count; i++) {
        const struct site *site = &intake->sites[i];
        if (site_wants_sweep(site) || site_wants_recovery(site) ||
            due_candidate(intake, site) != NULL)
            return true;
    }
    return clock_monotonic_ms(intake->desk->clock) >= intake->returns_due_ms && may_take(intake);
}

static void serve_slice(void *context)
{
    struct intake *intake = context;
    for (size_t i = 0; i < intake->site_count && !loop_is_stopping(intake->loop); i++) {
        struct site *site = &intake->sites[intake->next_site];
        intake->next_site = (intake->next_site + 1) % intake->site_count;
        serve_site(intake, site);
    }
    if (!loop_is_stopping(intake->loop))
        give_returns(intake);
    uint64_t count = 0;
    if (!has_work(intake) && read(intake->work, &count, sizeof count) < 0 && errno != EAGAIN)
        log_error(NULL, "cannot read an eventfd: %s", strerror(errno));
}

static void tick(void *context)
{
    struct intake *intake = context;
    if (has_work(intake))
        wake(intake);
}

/* ---- notices ------------------------------------------------------------------------------ */

static void take_notices(void *context)
{
    const struct intake *intake = context;
    watch_take(intake->watch);
}

static void file_arrived(void *context, size_t index, const char *source, bool is_renamed_in)
{
    struct intake *intake = context;
    bool is_top = strchr(source, '/') == NULL;
    if (is_top ? drop_top_name_is_ignored(source) : drop_name_is_ignored(source_name(source)))
        return;
    if (!site_note(&intake->sites[index], source, is_renamed_in))
        intake->sites[index].was_cut = true; // no room: a sweep finds it when there is
    wake(intake);
}

static void folder_is_unclear(void *context, size_t index)
{
    struct intake *intake = context;
    site_sweep_soon(&intake->sites[index], INTAKE_TICK_MS);
}

static void take_signal(void *context, int number)
{
    struct intake *intake = context;
    if (number == SIGTERM || number == SIGINT || reload_is_asked(number))
        loop_stop(intake->loop);
}

/* ---- beginning and end -------------------------------------------------------------------- */

static bool is_wanted(const struct argument_list *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->values[i], name) == 0)
            return true;
    return names->count == 0;
}

static enum status make_sites(struct intake *intake, const struct intake_options *options,
                              struct fault *fault)
{
    const struct config *config = intake->desk->config;
    intake->sites =
        calloc(config->site_count == 0 ? 1 : config->site_count, sizeof intake->sites[0]);
    if (intake->sites == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    for (size_t i = 0; i < config->site_count; i++) {
        if (config->sites[i].is_remote || !is_wanted(options->sites, config->sites[i].name))
            continue;
        size_t index = intake->site_count++;
        site_init(&intake->sites[index], &config->sites[i], intake->desk->clock, index,
                  intake->watch, options->sweep_ms);
    }
    return STATUS_OK;
}

static void open_watch(struct intake *intake, const struct intake_options *options)
{
    intake->watch_callbacks = (struct watch_callbacks){
        .arrived = file_arrived, .unclear = folder_is_unclear, .context = intake};
    struct fault fault;
    if (!options->sweep_only &&
        watch_open(intake->desk->config->site_count, &intake->watch_callbacks, &intake->watch,
                   &fault) != STATUS_OK)
        log_warning(NULL, "drop folders are not watched, only swept: %s", fault.text);
}

/* Dead beginnings in the spool, of programs that were killed. */
static enum status tidy_spool(const struct desk *desk, struct fault *fault)
{
    uint32_t count = 0;
    enum status status =
        spool_sweep(desk->spool, INTAKE_SPOOL_AGE_H * INT64_C(3600000), &count, fault);
    if (count > 0)
        log_info(NULL, "%u unfinished files removed from the spool", count);
    return status == STATUS_HALT ? STATUS_HALT : STATUS_OK;
}

/* A folder or ledger that has no room now is no reason not to begin: the next beginning looks
 * again. */
static enum status adopt(const struct desk *desk, struct fault *fault)
{
    uint32_t count = 0;
    enum status status = adoption_run(desk, &count, fault);
    if (count > 0)
        log_warning(NULL, "%u scans of the spool were not in the ledger: taken in again", count);
    if (status == STATUS_HALT)
        return status;
    if (status != STATUS_OK)
        log_error(NULL, "cannot compare the spool with the ledger: %s", fault->text);
    return STATUS_OK;
}

static enum status serve(struct intake *intake, struct fault *fault)
{
    enum status status = loop_catch_signals(intake->loop, take_signal, intake, fault);
    if (status == STATUS_OK)
        status = loop_add_file(intake->loop, intake->work, serve_slice, intake, fault);
    if (status == STATUS_OK && intake->watch != NULL)
        status =
            loop_add_file(intake->loop, watch_file(intake->watch), take_notices, intake, fault);
    if (status == STATUS_OK && loop_add_timer(intake->loop, INTAKE_TICK_MS, tick, intake) == 0)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status != STATUS_OK)
        return status;
    log_info(NULL, "ready, %zu sites%s", intake->site_count,
             intake->watch == NULL ? ", swept only" : "");
    wake(intake);
    status = loop_run(intake->loop, fault);
    return status == STATUS_OK ? intake->end : status;
}

static enum status run_locked(const struct desk *desk, const struct intake_options *options,
                              struct fault *fault)
{
    struct intake intake = {.desk = desk, .work = -1, .end = STATUS_OK, .fault = fault};
    enum status status = tidy_spool(desk, fault);
    if (status == STATUS_OK)
        status = adopt(desk, fault);
    if (status == STATUS_OK)
        status = loop_new(desk->clock, &intake.loop, fault);
    if (status == STATUS_OK)
        open_watch(&intake, options);
    if (status == STATUS_OK)
        status = make_sites(&intake, options, fault);
    if (status == STATUS_OK && (intake.work = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
        status = fault_errno(fault, STATUS_LATER, "cannot make an eventfd");
    if (status == STATUS_OK)
        status = serve(&intake, fault);
    for (size_t i = 0; i < intake.site_count; i++)
        site_done(&intake.sites[i]);
    free(intake.sites);
    watch_close(&intake.watch);
    loop_free(&intake.loop);
    if (intake.work >= 0)
        (void)close(intake.work);
    return status;
}

/* One intake at a time: two would recover each other's claims. */
static enum status take_lock(const char *runtime, int *ret_lock, struct fault *fault)
{
    enum status status = durable_make_folders(runtime, share_mode(0700), fault);
    char *path = status == STATUS_OK ? path_join(runtime, "intake.lock") : NULL;
    if (path == NULL)
        return status == STATUS_OK ? fault_set(fault, STATUS_LATER, "out of memory") : status;
    int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        status = fault_errno(fault, STATUS_LATER, "cannot open \"%s\"", path);
    free(path);
    for (int waited = 0; lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0; waited += 100) {
        if (waited >= INTAKE_LOCK_WAIT_MS) {
            (void)close(lock);
            return fault_set(fault, STATUS_REFUSE, "another intake is running");
        }
        (void)poll(NULL, 0, 100);
    }
    if (lock >= 0)
        *ret_lock = lock;
    return status;
}

enum status intake_run(const struct desk *desk, const struct intake_options *options,
                       struct fault *fault)
{
    int lock = -1;
    enum status status = take_lock(desk->config->store.runtime, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = run_locked(desk, options, fault);
    (void)close(lock);
    return status;
}
