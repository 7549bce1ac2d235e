/* monitor.c - see monitor.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "monitor/alarm_kinds.h"
#include "monitor/delivery.h"
#include "monitor/findings.h"
#include "monitor/health.h"
#include "monitor/housekeeping.h"
#include "monitor/metrics.h"
#include "monitor/monitor.h"
#include "monitor/server.h"
#include "monitor/telling.h"
#include "store/leadership.h"
#include "store/mail_notice.h"
#include "store/quality.h"

enum {
    FOLLOW_ROWS = 2000, /* of the audit at a time … */
    FOLLOW_ROUNDS = 5,  /* … and so often before others have their turn */
    DUE_MOST = 2 * DELIVERY_SLOTS
};

struct monitor {
    struct loop *loop;
    const struct clock *clock;
    const struct config *config;
    struct ledger *ledger;
    struct leadership *leadership;
    bool leads; /* among the monitors of the ledger: it alone changes something */
    struct meters *meters;
    struct observation *seen;
    bool has_looked;
    int64_t looked_ms; /* monotonic */
    struct fault look_fault;
    uint64_t standing[ALARM_SEVERITIES];
    struct suspicions suspicions;
    struct delivery *delivery;
    struct server *server;
    struct server_pages pages;
    struct housekeeping housekeeping;
    int64_t kept_cursor, followed_cursor; /* of the audit: up to which counters are kept, made */
    int64_t kept_ms, moved_ms;            /* monotonic: when they were kept, when there was news */
    unsigned turn_timer;                  /* 0: no notice is under way */
    bool is_troubled;                     /* the ledger could not be used; said once */
    enum status outcome;
};

/* ---- the ledger's answers -------------------------------------------------------------------------------- */

/* True for STATUS_OK. Trouble is said once, and that it is over; what cannot be trusted ends us. */
static bool heed(struct monitor *monitor, enum status status, const struct fault *fault)
{
    if (status == STATUS_OK) {
        if (monitor->is_troubled)
            log_warning(NULL, "the ledger can be used again");
        monitor->is_troubled = false;
        return true;
    }
    if (status == STATUS_HALT) {
        log_error(NULL, "%s", fault->text);
        monitor->outcome = STATUS_HALT;
        loop_stop(monitor->loop);
    } else if (!monitor->is_troubled) {
        log_warning(NULL, "the ledger cannot be used now: %s", fault->text);
        monitor->is_troubled = true;
    }
    return false;
}

/* ---- leading ---------------------------------------------------------------------------------------------- */

static enum status restore(void *context, const struct alarm_record *record, struct fault *fault)
{
    struct monitor *monitor = context;
    if (!alarm_kind_of(record->kind)->is_ours)
        return STATUS_OK;
    if (!suspicion_restore(&monitor->suspicions, record, clock_monotonic_ms(monitor->clock)))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}

/* What was counted and which alarms hold, as whoever led before has left them. */
static enum status take_over(struct monitor *monitor, struct fault *fault)
{
    enum status status = meters_load(monitor->ledger, monitor->meters, fault);
    monitor->kept_cursor = monitor->followed_cursor = monitor->meters->cursor;
    suspicions_done(&monitor->suspicions);
    monitor->suspicions = (struct suspicions){0};
    if (status == STATUS_OK)
        status = alarms_standing(monitor->ledger, restore, monitor, fault);
    return status;
}

/* Of several monitors one warns, tells, draws and clears away; the others show numbers. */
static void look_who_leads(struct monitor *monitor)
{
    struct fault fault = {0};
    bool leads = false;
    enum status status = leadership_look(monitor->leadership, monitor->ledger, &leads, &fault);
    if (status == STATUS_OK && leads && !monitor->leads) {
        status = take_over(monitor, &fault);
        leads = status == STATUS_OK;
        if (leads)
            log_info(NULL, "leads the monitors of this ledger, epoch %lld",
                     (long long)leadership_epoch(monitor->leadership));
    }
    (void)heed(monitor, status, &fault);
    if (monitor->leads && !leads)
        log_warning(NULL, "does not lead the monitors of this ledger any more");
    monitor->leads = leads;
    if (leads)
        ledger_lead(monitor->ledger, monitor->leadership);
    else
        ledger_follow(monitor->ledger);
}

/* ---- looking ---------------------------------------------------------------------------------------------- */

static enum status count_standing(void *context, const struct alarm_record *record,
                                  struct fault *fault)
{
    (void)fault;
    uint64_t *standing = context;
    standing[record->severity]++;
    return STATUS_OK;
}

/* Looks, unless the last look is still fresh. */
static bool look(struct monitor *monitor, int64_t fresh_ms)
{
    struct fault fault = {0};
    uint64_t standing[ALARM_SEVERITIES] = {0};
    int64_t now_ms = clock_monotonic_ms(monitor->clock);
    if (monitor->has_looked && now_ms - monitor->looked_ms < fresh_ms)
        return true;
    enum status status = observe_instance(monitor->config, monitor->ledger,
                                          clock_wall_ms(monitor->clock), monitor->seen, &fault);
    if (status == STATUS_OK)
        status = alarms_standing(monitor->ledger, count_standing, standing, &fault);
    monitor->has_looked = heed(monitor, status, &fault);
    monitor->looked_ms = now_ms;
    monitor->look_fault = fault;
    if (monitor->has_looked)
        memcpy(monitor->standing, standing, sizeof standing);
    return monitor->has_looked;
}

/* ---- pages ------------------------------------------------------------------------------------------------- */

static void append_clearing(struct text *page, const struct housekeeping *housekeeping)
{
    text_append(page, "# HELP posteingang_cleared_away_total What housekeeping removed.\n"
                      "# TYPE posteingang_cleared_away_total counter\n");
    for (int job = 0; job < HOUSEKEEPING_JOBS; job++)
        text_append_format(page, "posteingang_cleared_away_total{of=\"%s\"} %llu\n",
                           housekeeping_name((enum housekeeping_job)job),
                           (unsigned long long)housekeeping->removed[job]);
}

static bool metrics_page(void *context, struct text *page)
{
    struct monitor *monitor = context;
    if (!look(monitor, MONITOR_FRESH_MS)) {
        text_append_format(page, "# the ledger cannot be looked at: %s\n",
                           monitor->look_fault.text);
        return false;
    }
    metrics_append(page, monitor->seen, monitor->meters, monitor->standing);
    append_clearing(page, &monitor->housekeeping);
    return true;
}

static bool ready_page(void *context, struct text *page)
{
    struct monitor *monitor = context;
    bool has_looked = look(monitor, MONITOR_FRESH_MS);
    return health_append_ready(page, monitor->config, has_looked ? monitor->seen : NULL,
                               &monitor->look_fault);
}

static void listen(void *context)
{
    struct monitor *monitor = context;
    const struct config_monitor *settings = &monitor->config->monitor;
    struct fault fault = {0};
    if (monitor->server != NULL)
        return;
    if (server_open(monitor->loop, settings->address, (uint16_t)settings->port, &monitor->pages,
                    &monitor->server, &fault) == STATUS_OK)
        log_info(NULL, "metrics on http://%s:%u/metrics", settings->address,
                 (unsigned)server_port(monitor->server));
    else
        log_warning(NULL, "no metrics are served, tried again every %d s: %s",
                    MONITOR_LISTEN_MS / 1000, fault.text);
}

/* ---- following -------------------------------------------------------------------------------------------- */

static void follow(struct monitor *monitor)
{
    bool more = true;
    struct fault fault = {0};
    for (int round = 0; round < FOLLOW_ROUNDS && more; round++) {
        enum status status =
            meters_follow(monitor->ledger, monitor->meters, FOLLOW_ROWS, &more, &fault);
        if (!heed(monitor, status, &fault))
            return;
    }
}

static void keep(struct monitor *monitor)
{
    struct fault fault = {0};
    if (!monitor->leads || monitor->meters->cursor == monitor->kept_cursor)
        return;
    if (heed(monitor, meters_keep(monitor->ledger, monitor->meters, &fault), &fault))
        monitor->kept_cursor = monitor->meters->cursor;
    monitor->kept_ms = clock_monotonic_ms(monitor->clock);
}

/* Counters are kept when it is quiet, and from time to time when it is not. */
static void keep_now_and_then(struct monitor *monitor)
{
    int64_t now_ms = clock_monotonic_ms(monitor->clock);
    if (monitor->meters->cursor != monitor->followed_cursor)
        monitor->moved_ms = now_ms;
    monitor->followed_cursor = monitor->meters->cursor;
    if (now_ms - monitor->moved_ms >= MONITOR_QUIET_MS ||
        now_ms - monitor->kept_ms >= MONITOR_KEEP_MS)
        keep(monitor);
}

/* ---- alarms ------------------------------------------------------------------------------------------------ */

static void log_alarm(void *context, const struct suspicion *suspicion, bool is_raised)
{
    (void)context;
    log_warning(NULL, "alarm %s%s%s%s: %s", is_raised ? "raised, " : "over, ", suspicion->kind,
                suspicion->subject[0] == '\0' ? "" : " of ", suspicion->subject, suspicion->words);
}

static void watch(void *context)
{
    struct monitor *monitor = context;
    struct fault fault = {0};
    int64_t now_ms = clock_monotonic_ms(monitor->clock);
    const struct findings findings = {.config = monitor->config,
                                      .seen = monitor->seen,
                                      .meters = monitor->meters,
                                      .ledger = monitor->ledger,
                                      .suspicions = &monitor->suspicions};
    if (!look(monitor, 0) || !monitor->leads)
        return;
    enum status status = findings_make(&findings, &fault);
    if (status == STATUS_OK) {
        suspicions_settle(&monitor->suspicions, now_ms);
        status = suspicions_report(&monitor->suspicions, monitor->ledger, now_ms,
                                   monitor->config->alarms.hold_ms, log_alarm, NULL, &fault);
    }
    if (status == STATUS_OK)
        status = telling_do(monitor->config, monitor->ledger, &fault);
    (void)heed(monitor, status, &fault);
}

/* ---- notices ------------------------------------------------------------------------------------------------ */

static void on_told(void *context, int64_t id, const char *error)
{
    struct monitor *monitor = context;
    const struct config_mail *mail = &monitor->config->mail;
    const struct outbox_rule rule = {.backoff_ms = mail->backoff_ms,
                                     .backoff_most_ms = mail->backoff_most_ms,
                                     .give_up_ms = mail->give_up_ms};
    struct fault fault = {0};
    bool given_up = false;
    enum status status = error == NULL
                             ? outbox_sent(monitor->ledger, id, &fault)
                             : outbox_failed(monitor->ledger, id, error, &rule, &given_up, &fault);
    if (error == NULL)
        log_info(NULL, "notice %lld is sent", (long long)id);
    else
        log_warning(NULL, "notice %lld could not be sent%s: %s", (long long)id,
                    given_up ? " and is given up" : "", error);
    (void)heed(monitor, status, &fault);
}

static void turn(void *context)
{
    struct monitor *monitor = context;
    delivery_turn(monitor->delivery);
    if (delivery_is_busy(monitor->delivery))
        return;
    loop_remove_timer(monitor->loop, monitor->turn_timer);
    monitor->turn_timer = 0;
}

/* A notice whose answer is not heard would be sent again by whoever is the monitor next. */
static void finish_deliveries(struct monitor *monitor)
{
    int64_t until = clock_monotonic_ms(monitor->clock) + MONITOR_FAREWELL_MS;
    while (monitor->outcome == STATUS_OK && delivery_is_busy(monitor->delivery) &&
           clock_monotonic_ms(monitor->clock) < until) {
        delivery_turn(monitor->delivery);
        delivery_wait(monitor->delivery, MONITOR_TURN_MS);
    }
}

static enum status start_delivery(void *context, const struct outbox_record *record,
                                  struct fault *fault)
{
    struct monitor *monitor = context;
    if (delivery_room(monitor->delivery) == 0 || delivery_has(monitor->delivery, record->id))
        return STATUS_OK;
    return delivery_start(monitor->delivery, record, fault);
}

static void send_due(struct monitor *monitor)
{
    struct fault fault = {0};
    if (!monitor->leads || delivery_room(monitor->delivery) == 0)
        return;
    enum status status = outbox_due(monitor->ledger, DUE_MOST, start_delivery, monitor, &fault);
    (void)heed(monitor, status, &fault);
    if (delivery_is_busy(monitor->delivery) && monitor->turn_timer == 0)
        monitor->turn_timer = loop_add_timer(monitor->loop, MONITOR_TURN_MS, turn, monitor);
}

static void follow_and_send(void *context)
{
    struct monitor *monitor = context;
    look_who_leads(monitor);
    follow(monitor);
    keep_now_and_then(monitor);
    send_due(monitor);
}

/* The same words for everybody: nothing of any letter is in them. */
static const char NOTICE_TITLE[] = "Posteingang: Es liegt Neues für Sie bereit";
static const char NOTICE_BODY[] =
    "In Ihrem Posteingang liegt etwas, das Sie noch nicht gesehen haben.\n"
    "Bitte melden Sie sich im Portal an.\n\n"
    "Diese Nachricht nennt weder Namen noch Inhalte und kommt höchstens einmal in der Stunde.\n"
    "Abbestellen: im Portal, ein Klick auf Ihren Namen.\n";

static void tell_people(void *context)
{
    struct monitor *monitor = context;
    struct fault fault = {0};
    uint32_t count = 0;
    if (!monitor->leads || monitor->config->mail.server == NULL)
        return;
    enum status status =
        mail_notices_put(monitor->ledger, NOTICE_TITLE, NOTICE_BODY, &count, &fault);
    if (count > 0)
        log_info(NULL, "%u people are told of their inbox", count);
    (void)heed(monitor, status, &fault);
}

/* Lots are drawn when a batch was closed or a day is over: store/quality.h. */
static void draw_samples(void *context)
{
    struct monitor *monitor = context;
    const struct config_quality *quality = &monitor->config->quality;
    const struct quality_rule rule = {
        .sampling = {.protection = quality->protection == CONFIG_PROTECTION_HIGH
                                       ? PROTECTION_HIGH
                                       : PROTECTION_NORMAL,
                     .rate = (unsigned)quality->rate,
                     .tightened = (unsigned)quality->tightened_rate,
                     .clean_batches = (unsigned)quality->clean_batches},
        .high_kinds = quality->high_kinds,
    };
    uint32_t lots = 0;
    struct fault fault = {0};
    if (!monitor->leads)
        return;
    enum status status = quality_draw_all(monitor->ledger, &rule, &lots, &fault);
    if (lots > 0)
        log_info(NULL, "samples were drawn of %u lots", lots);
    (void)heed(monitor, status, &fault);
}

static void clear_away(void *context)
{
    struct monitor *monitor = context;
    struct fault fault = {0};
    enum status status =
        housekeeping_do(monitor->config, monitor->ledger, monitor->leads,
                        clock_wall_ms(monitor->clock), &monitor->housekeeping, &fault);
    (void)heed(monitor, status, &fault);
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

static enum status add_timers(struct monitor *monitor, struct fault *fault)
{
    const struct {
        int64_t every_ms;
        loop_callback *callback;
    } timers[] = {
        {MONITOR_FOLLOW_MS,               follow_and_send},
        {monitor->config->alarms.look_ms, watch          },
        {MONITOR_LISTEN_MS,               listen         },
        {MONITOR_TELL_MS,                 tell_people    },
        {MONITOR_CLEAR_MS,                clear_away     },
        {MONITOR_DRAW_MS,                 draw_samples   },
    };
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++)
        if (loop_add_timer(monitor->loop, timers[i].every_ms, timers[i].callback, monitor) == 0)
            return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}

static enum status open_ledger(struct monitor *monitor, struct fault *fault)
{
    enum status status = ledger_open(monitor->config->store.ledger, LEDGER_WRITE, monitor->clock,
                                     &monitor->ledger, fault);
    char *holder = leadership_holder(monitor->config->store.runtime);
    if (status == STATUS_OK && holder == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = leadership_new(monitor->config->store.ledger, "monitor", holder, monitor->clock,
                                &monitor->leadership, fault);
    free(holder);
    return status == STATUS_OK ? take_over(monitor, fault) : status;
}

enum status monitor_new(struct loop *loop, const struct clock *clock, const struct config *config,
                        struct monitor **ret_monitor, struct fault *fault)
{
    struct monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *monitor = (struct monitor){.loop = loop,
                                .clock = clock,
                                .config = config,
                                .meters = calloc(1, sizeof *monitor->meters),
                                .seen = calloc(1, sizeof *monitor->seen)};
    monitor->pages =
        (struct server_pages){.metrics = metrics_page, .ready = ready_page, .context = monitor};
    enum status status = monitor->meters == NULL || monitor->seen == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : open_ledger(monitor, fault);
    if (status == STATUS_OK)
        status = delivery_new(config, on_told, monitor, &monitor->delivery, fault);
    if (status == STATUS_OK)
        status = add_timers(monitor, fault);
    if (status == STATUS_OK) {
        look_who_leads(monitor);
        follow(monitor);
        listen(monitor);
        clear_away(monitor);
        *ret_monitor = monitor;
    } else {
        monitor_free(&monitor);
    }
    return status;
}

void monitor_free(struct monitor **monitor_p)
{
    struct monitor *monitor = *monitor_p;
    if (monitor == NULL)
        return;
    if (monitor->delivery != NULL)
        finish_deliveries(monitor);
    if (monitor->ledger != NULL && monitor->outcome == STATUS_OK && monitor->meters != NULL)
        keep(monitor);
    server_close(&monitor->server);
    delivery_free(&monitor->delivery);
    suspicions_done(&monitor->suspicions);
    leadership_free(&monitor->leadership);
    ledger_close(&monitor->ledger);
    free(monitor->meters);
    free(monitor->seen);
    free(monitor);
    *monitor_p = NULL;
}

enum status monitor_outcome(const struct monitor *monitor)
{
    return monitor->outcome;
}
