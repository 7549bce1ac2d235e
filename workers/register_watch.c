/* register_watch.c - see register_watch.h.
 *
 * What the thread touches is in struct build; it is the thread's alone from pthread_create() to
 * pthread_join(). */
// SPDX-License-Identifier: EUPL-1.2
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/register.h"
#include "workers/register_watch.h"

enum { BUILD_TRIES = 5 /* when the register changes while it is read */ };

struct build {
    const char *ledger_url;
    const struct clock *clock;
    const struct rules *rules;
    int done; /* eventfd */
    /* What comes of it: */
    struct register_index *index;
    int64_t version;
    enum status status;
    struct fault fault;
};

struct register_watch {
    struct ledger *ledger; /* for the version alone */
    struct build build;
    pthread_t thread;
    bool is_building;
    bool has_index;
    struct register_index *index;
    int64_t version;
};

/* ---- the thread ----------------------------------------------------------------------------- */

static enum status add_row(void *context, const struct register_row *row, struct fault *fault)
{
    struct register_index *index = context;
    const char *const *fields = row->fields;
    const struct register_person person = {
        .case_number = fields[REGISTER_CASE_NUMBER],
        .surname = fields[REGISTER_SURNAME],
        .given_names = fields[REGISTER_GIVEN_NAMES],
        .birth_date = fields[REGISTER_BIRTH_DATE],
        .street = fields[REGISTER_STREET],
        .house_number = fields[REGISTER_HOUSE_NUMBER],
        .postcode = fields[REGISTER_POSTCODE],
        .city = fields[REGISTER_CITY],
        .team = fields[REGISTER_TEAM],
        .status = fields[REGISTER_STATUS],
        .other_ids = fields[REGISTER_OTHER_IDS],
        .old_numbers = fields[REGISTER_OLD_NUMBERS],
        .is_closed = row->is_closed,
        .is_blocked = row->is_blocked,
    };
    return register_index_add(index, &person, fault);
}

static enum status read_register(struct build *build, struct ledger *ledger)
{
    enum status status = register_index_new(build->rules, &build->index, &build->fault);
    if (status == STATUS_OK)
        status = register_version(ledger, &build->version, &build->fault);
    if (status == STATUS_OK)
        status = register_each(ledger, add_row, build->index, &build->fault);
    if (status == STATUS_OK)
        status = register_index_finish(build->index, &build->fault);
    return status;
}

/* An import between two rows would mix two versions: the version must be the same after. */
static enum status build_index(struct build *build, struct ledger *ledger)
{
    for (int i = 0; i < BUILD_TRIES; i++) {
        int64_t after = 0;
        register_index_free(&build->index);
        enum status status = read_register(build, ledger);
        if (status == STATUS_OK)
            status = register_version(ledger, &after, &build->fault);
        if (status != STATUS_OK || after == build->version)
            return status;
    }
    return fault_set(&build->fault, STATUS_LATER, "the register changes faster than it is read");
}

enum status register_load(struct ledger *ledger, const struct rules *rules,
                          struct register_index **ret_index, int64_t *ret_version,
                          struct fault *fault)
{
    struct build build = {.rules = rules};
    enum status status = build_index(&build, ledger);
    if (status == STATUS_OK) {
        *ret_index = build.index;
        *ret_version = build.version;
        return STATUS_OK;
    }
    register_index_free(&build.index);
    return fault_set(fault, status, "%s", build.fault.text);
}

static void *run_build(void *context)
{
    struct build *build = context;
    struct ledger *ledger = NULL;
    build->status =
        ledger_open(build->ledger_url, LEDGER_READ, build->clock, &ledger, &build->fault);
    if (build->status == STATUS_OK)
        build->status = build_index(build, ledger);
    ledger_close(&ledger);
    (void)eventfd_write(build->done, 1);
    return NULL;
}

/* ---- the watch ------------------------------------------------------------------------------ */

enum status register_watch_new(const char *ledger_url, const struct clock *clock,
                               const struct rules *rules, struct register_watch **ret_watch,
                               struct fault *fault)
{
    struct register_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    watch->build = (struct build){.ledger_url = ledger_url, .clock = clock, .rules = rules};
    watch->build.done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum status status = STATUS_OK;
    if (watch->build.done < 0)
        status = fault_errno(fault, STATUS_LATER, "cannot open an event descriptor");
    if (status == STATUS_OK)
        status = ledger_open(ledger_url, LEDGER_READ, clock, &watch->ledger, fault);
    if (status == STATUS_OK)
        *ret_watch = watch;
    else
        register_watch_free(&watch);
    return status;
}

void register_watch_free(struct register_watch **watch_p)
{
    struct register_watch *watch = *watch_p;
    if (watch == NULL)
        return;
    if (watch->is_building)
        (void)pthread_join(watch->thread, NULL);
    register_index_free(&watch->build.index);
    register_index_free(&watch->index);
    ledger_close(&watch->ledger);
    if (watch->build.done >= 0)
        (void)close(watch->build.done);
    free(watch);
    *watch_p = NULL;
}

enum status register_watch_look(struct register_watch *watch, struct fault *fault)
{
    if (watch->is_building)
        return STATUS_OK;
    int64_t version = 0;
    enum status status = register_version(watch->ledger, &version, fault);
    if (status != STATUS_OK || (watch->has_index && version == watch->version))
        return status;
    if (pthread_create(&watch->thread, NULL, run_build, &watch->build) != 0)
        return fault_set(fault, STATUS_LATER, "cannot start a thread for the register");
    watch->is_building = true;
    return STATUS_OK;
}

int register_watch_file(const struct register_watch *watch)
{
    return watch->build.done;
}

enum status register_watch_take(struct register_watch *watch, struct fault *fault)
{
    eventfd_t count = 0;
    if (eventfd_read(watch->build.done, &count) != 0)
        return STATUS_OK; // nothing has ended
    (void)pthread_join(watch->thread, NULL);
    watch->is_building = false;
    if (watch->build.status != STATUS_OK) {
        register_index_free(&watch->build.index);
        return fault_set(fault, watch->build.status, "%s", watch->build.fault.text);
    }
    register_index_free(&watch->index);
    watch->index = watch->build.index;
    watch->build.index = NULL;
    watch->version = watch->build.version;
    watch->has_index = true;
    return STATUS_OK;
}

const struct register_index *register_watch_index(const struct register_watch *watch)
{
    return watch->index;
}

int64_t register_watch_version(const struct register_watch *watch)
{
    return watch->version;
}
