/* metrics.c - see metrics.h. Names follow Prometheus' conventions: base units, _total for what only
 * grows; `promtool check metrics` reads them in tests/monitor. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "monitor/metrics.h"
#include "store/alarms.h"

static void head(struct text *text, const char *name, const char *type, const char *help)
{
    text_append_format(text, "# HELP posteingang_%s %s\n# TYPE posteingang_%s %s\n", name, help,
                       name, type);
}

static void append_label_value(struct text *text, const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            text_append_char(text, '\\');
        if (*c == '\n')
            text_append(text, "\\n");
        else
            text_append_char(text, *c);
    }
}

/* One label, or none with NULL. */
static void sample(struct text *text, const char *name, const char *label, const char *value,
                   double number)
{
    text_append_format(text, "posteingang_%s", name);
    if (label != NULL) {
        text_append_format(text, "{%s=\"", label);
        append_label_value(text, value);
        text_append(text, "\"}");
    }
    text_append_format(text, " %.15g\n", number);
}

static void gauge(struct text *text, const char *name, const char *help, double number)
{
    head(text, name, "gauge", help);
    sample(text, name, NULL, NULL, number);
}

static double age_s(const struct observation *seen, int64_t since_ms)
{
    if (since_ms == 0 || since_ms > seen->now_ms)
        return 0;
    return (double)(seen->now_ms - since_ms) / 1000;
}

/* ---- queues and states --------------------------------------------------------------------------------- */

static void append_states(struct text *text, const struct observation *seen)
{
    head(text, "scans", "gauge", "Scans by state.");
    for (int i = 0; i < SCAN_STATES; i++)
        sample(text, "scans", "state", scan_state_name((enum scan_state)i),
               (double)seen->summary.scans[i]);
    head(text, "documents", "gauge", "Documents by state.");
    for (int i = 0; i < DOCUMENT_STATES; i++)
        sample(text, "documents", "state", document_state_name((enum document_state)i),
               (double)seen->summary.documents[i]);
}

static void append_queue_states(struct text *text, enum job_kind kind,
                                const struct queue_state *queue)
{
    const struct {
        const char *state;
        uint64_t count;
    } rows[] = {
        {"ready",  queue->ready },
        {"leased", queue->leased},
        {"dead",   queue->dead  }
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        text_append_format(text, "posteingang_queue_jobs{queue=\"%s\",state=\"%s\"} %" PRIu64 "\n",
                           job_kind_name(kind), rows[i].state, rows[i].count);
}

static void append_queues(struct text *text, const struct observation *seen)
{
    head(text, "queue_jobs", "gauge",
         "Jobs by queue and state; of the queue read, each is a scan.");
    for (int i = 0; i < OBSERVED_QUEUES; i++)
        append_queue_states(text, (enum job_kind)i, &seen->queues[i]);
    head(text, "queue_oldest_age_seconds", "gauge",
         "How long ago the oldest ready job's scan was taken over; 0 when none is ready.");
    for (int i = 0; i < OBSERVED_QUEUES; i++)
        sample(text, "queue_oldest_age_seconds", "queue", job_kind_name((enum job_kind)i),
               age_s(seen, seen->queues[i].oldest_ms));
    gauge(text, "queue_pages", "Pages still to be read; of scans not begun yet, estimated.",
          seen->pages_waiting + (double)seen->pages_in_hand);
    gauge(text, "oldest_waiting_age_seconds",
          "How long ago the oldest scan was taken over that is not at rest; 0 when all are.",
          age_s(seen, seen->summary.oldest_waiting_ms));
    gauge(text, "expected_end_timestamp_seconds",
          "When all that waits is read at the pace of the last hour; 0 when nothing waits or the "
          "pace is not known.",
          (double)seen->expected_end_ms / 1000);
    gauge(text, "clearing_oldest_age_seconds",
          "How long ago the oldest document in clearing was taken over; 0 when there is none.",
          age_s(seen, seen->summary.oldest_clearing_ms));
    gauge(text, "refusals_to_return", "Refused scans whose site has not been told yet.",
          (double)seen->summary.refused_to_return);
}

static void append_open_matters(struct text *text, const struct observation *seen)
{
    head(text, "open_matters", "gauge",
         "What waits for people besides clearing: requests for papers, deadlines that nobody "
         "acknowledged, samples to be checked, deletions proposed and approved, recalls to be "
         "judged, forwardings not confirmed, packages not answered.");
    for (int i = 0; i < OPEN_MATTERS; i++)
        sample(text, "open_matters", "of", open_matter_name((enum open_matter)i),
               (double)seen->open_matters[i]);
}

/* ---- what happened ----------------------------------------------------------------------------------- */

/* A family of counters: rows of one name stand together. */
static const struct counter {
    const char *name, *help, *label, *value;
    enum meter meter;
} counters[] = {
    {"scans_accepted_total",      "Scans taken over, duplicates included.",       NULL,      NULL,
     METER_SCANS_ACCEPTED                                                                                                          },
    {"scans_duplicate_total",     "Scans whose very bytes had come before.",      NULL,      NULL,
     METER_SCANS_DUPLICATE                                                                                                         },
    {"scans_read_total",          "Scans read.",                                  NULL,      NULL,        METER_SCANS_READ         },
    {"scans_refused_total",       "Scans refused, at the door or by a reader.",   NULL,      NULL,
     METER_SCANS_REFUSED                                                                                                           },
    {"scans_failed_total",        "Scans given up after the last attempt.",       NULL,      NULL,
     METER_SCANS_FAILED                                                                                                            },
    {"pages_read_total",          "Pages read.",                                  NULL,      NULL,        METER_PAGES_READ         },
    {"documents_made_total",      "Documents that came of scans.",                NULL,      NULL,        METER_DOCUMENTS_MADE     },
    {"documents_decided_total",   "First decisions of the matcher, by outcome.",  "outcome", "filed",
     METER_DECIDED_TO_FILE                                                                                                         },
    {"documents_decided_total",   NULL,                                           "outcome", "clearing",  METER_DECIDED_TO_CLEARING},
    {"documents_filed_total",     "Documents put into the cabinet.",              NULL,      NULL,        METER_DOCUMENTS_FILED    },
    {"clearing_decisions_total",  "What people decided about documents.",         "outcome", "assigned",
     METER_CLEARING_ASSIGNED                                                                                                       },
    {"clearing_decisions_total",  NULL,                                           "outcome", "forwarded", METER_CLEARING_FORWARDED },
    {"clearing_decisions_total",  NULL,                                           "outcome", "discarded", METER_CLEARING_DISCARDED },
    {"attempts_total",            "Jobs handed to workers, by queue.",            "queue",   "read",      METER_ATTEMPTS_READ      },
    {"attempts_total",            NULL,                                           "queue",   "match",     METER_ATTEMPTS_MATCH     },
    {"attempts_total",            NULL,                                           "queue",   "file",      METER_ATTEMPTS_FILE      },
    {"attempts_total",            NULL,                                           "queue",   "compose",   METER_ATTEMPTS_COMPOSE   },
    {"attempts_failed_total",     "Attempts that failed, by whose doing it was.", "cause",   "content",
     METER_FAILURES_CONTENT                                                                                                        },
    {"attempts_failed_total",     NULL,                                           "cause",   "refused",   METER_FAILURES_REFUSED   },
    {"attempts_failed_total",     NULL,                                           "cause",   "system",    METER_FAILURES_SYSTEM    },
    {"attempts_failed_total",     NULL,                                           "cause",   "lost",      METER_FAILURES_LOST      },
    {"damaged_total",             "Scans and documents set aside as corrupt.",    NULL,      NULL,        METER_DAMAGED            },
    {"register_imports_total",    "Imports of the case register.",                NULL,      NULL,        METER_REGISTER_IMPORTS   },
    {"logins_total",              "Sessions begun in the portal.",                NULL,      NULL,        METER_LOGINS             },
    {"deadlines_escalated_total", "Deadlines that nobody acknowledged in time.",  NULL,      NULL,
     METER_ESCALATIONS                                                                                                             },
    {"documents_purged_total",    "Documents deleted for good.",                  NULL,      NULL,        METER_PURGED             },
};

static void append_counters(struct text *text, const struct meters *meters)
{
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        if (counters[i].help != NULL)
            head(text, counters[i].name, "counter", counters[i].help);
        sample(text, counters[i].name, counters[i].label, counters[i].value,
               (double)meters->counts[counters[i].meter]);
    }
    if (meters->reason_count == 0)
        return;
    head(text, "refusals_by_reason_total", "counter",
         "Scans refused, by reason; numbers and names in it are left out.");
    for (size_t i = 0; i < meters->reason_count; i++)
        sample(text, "refusals_by_reason_total", "reason", meters->reasons[i].words,
               (double)meters->reasons[i].count);
    sample(text, "refusals_by_reason_total", "reason", "other", (double)meters->other_reasons);
}

static void append_histogram(struct text *text, enum meter_stage stage,
                             const struct meter_histogram *histogram)
{
    uint64_t below = 0;
    const char *name = meter_stage_name(stage);
    for (size_t i = 0; i < METER_BOUNDS; i++) {
        below += histogram->counts[i];
        text_append_format(
            text, "posteingang_stage_seconds_bucket{stage=\"%s\",le=\"%" PRId64 "\"} %" PRIu64 "\n",
            name, meter_bounds_s[i], below);
    }
    below += histogram->counts[METER_BOUNDS];
    text_append_format(text,
                       "posteingang_stage_seconds_bucket{stage=\"%s\",le=\"+Inf\"} %" PRIu64
                       "\nposteingang_stage_seconds_sum{stage=\"%s\"} %.3f\n"
                       "posteingang_stage_seconds_count{stage=\"%s\"} %" PRIu64 "\n",
                       name, below, name, (double)histogram->sum_ms / 1000, name, below);
}

static void append_stages(struct text *text, const struct meters *meters)
{
    head(text, "stage_seconds", "histogram",
         "How long it took: read is from taken over to read, match from read to matched, file from "
         "decided to filed, whole from taken over to filed without a person, clearing until a "
         "person decided.");
    for (int i = 0; i < METER_STAGES; i++)
        append_histogram(text, (enum meter_stage)i, &meters->stages[i]);
    uint64_t filed = meters->counts[METER_DECIDED_TO_FILE];
    uint64_t all = filed + meters->counts[METER_DECIDED_TO_CLEARING];
    if (all > 0)
        gauge(text, "auto_filed_ratio",
              "Share of all documents ever that were filed by themselves.",
              (double)filed / (double)all);
}

/* ---- programs, files, space ---------------------------------------------------------------------------- */

static void append_workers(struct text *text, const struct observation *seen)
{
    head(text, "workers", "gauge", "Workers that are there, by kind and state.");
    for (int i = 0; i < WORKER_STATES; i++)
        text_append_format(text,
                           "posteingang_workers{kind=\"reader\",state=\"%s\"} %u\n"
                           "posteingang_workers{kind=\"filer\",state=\"%s\"} %u\n",
                           worker_state_name((enum worker_state)i), seen->readers[i],
                           worker_state_name((enum worker_state)i), seen->filers[i]);
    head(text, "program_up", "gauge", "Whether the program gives signs of life.");
    sample(text, "program_up", "program", "dispatch", seen->dispatcher_runs);
    sample(text, "program_up", "program", "intake", seen->intake_runs);
}

static void append_spaces(struct text *text, const struct observation *seen)
{
    static const struct {
        const char *name, *help;
        size_t offset;
    } rows[] = {
        {"space_free_bytes", "Free space, by what is kept there.",
         offsetof(struct space_state,                                                           free_bytes)},
        {"space_size_bytes", "Size of the file system.",           offsetof(struct space_state, size_bytes)},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        head(text, rows[row].name, "gauge", rows[row].help);
        for (int i = 0; i < SPACES; i++) {
            uint64_t bytes = 0;
            memcpy(&bytes, (const char *)&seen->spaces[i] + rows[row].offset, sizeof bytes);
            if (seen->spaces[i].is_known)
                sample(text, rows[row].name, "place", space_name((enum observed_space)i),
                       (double)bytes);
        }
    }
    if (seen->has_object_store)
        gauge(text, "object_store_up", "Whether the object store answers.",
              seen->object_store_answers ? 1 : 0);
    gauge(text, "ledger_size_bytes", "Size of the ledger.", (double)seen->ledger_bytes);
    gauge(text, "ledger_last_change_timestamp_seconds", "When the ledger was last changed.",
          (double)seen->ledger_newest_ms / 1000);
}

/* One family of numbers about the lines of desks far away. */
static void
append_line(struct text *text, const struct observation *seen, const char *name, const char *help,
            double (*number)(const struct observation *seen, const struct site_state *site))
{
    head(text, name, "gauge", help);
    for (size_t i = 0; i < seen->site_count; i++)
        if (seen->sites[i].has_line)
            sample(text, name, "site", seen->sites[i].name, number(seen, &seen->sites[i]));
}

static double line_is_up(const struct observation *seen, const struct site_state *site)
{
    (void)seen;
    return site->line_since_ms != 0;
}

static double line_heard_age(const struct observation *seen, const struct site_state *site)
{
    return age_s(seen, site->line_seen_ms);
}

static double line_waiting(const struct observation *seen, const struct site_state *site)
{
    (void)seen;
    return (double)site->line_waiting;
}

static double line_waiting_bytes(const struct observation *seen, const struct site_state *site)
{
    (void)seen;
    return (double)site->line_bytes;
}

static double line_oldest_age(const struct observation *seen, const struct site_state *site)
{
    return age_s(seen, site->line_oldest_ms);
}

static double line_is_held(const struct observation *seen, const struct site_state *site)
{
    (void)seen;
    return site->is_held;
}

static void append_lines(struct text *text, const struct observation *seen)
{
    append_line(text, seen, "desk_up", "Whether the line of the desk far away stands.", line_is_up);
    append_line(text, seen, "desk_heard_age_seconds", "How long ago the desk was heard last.",
                line_heard_age);
    append_line(text, seen, "desk_waiting", "Scans that wait at the desk to be sent.",
                line_waiting);
    append_line(text, seen, "desk_waiting_bytes", "Their bytes.", line_waiting_bytes);
    append_line(text, seen, "desk_oldest_age_seconds",
                "How long ago the oldest of them was taken over there; 0 when none waits.",
                line_oldest_age);
    append_line(text, seen, "desk_held", "Whether nothing is taken from the desk for now.",
                line_is_held);
}

static void append_sites(struct text *text, const struct observation *seen)
{
    head(text, "site_folder_readable", "gauge",
         "Whether the site's drop folder can be looked into.");
    for (size_t i = 0; i < seen->site_count; i++)
        sample(text, "site_folder_readable", "site", seen->sites[i].name,
               seen->sites[i].is_folder_readable);
    head(text, "site_sweep_age_seconds", "gauge",
         "How long ago the site's drop folder was swept to its end; not there before the first.");
    for (size_t i = 0; i < seen->site_count; i++)
        if (seen->sites[i].swept_ms != 0)
            sample(text, "site_sweep_age_seconds", "site", seen->sites[i].name,
                   age_s(seen, seen->sites[i].swept_ms));
    head(text, "site_last_scan_timestamp_seconds", "gauge",
         "When the site's newest scan was taken over; 0 when there is none.");
    for (size_t i = 0; i < seen->site_count; i++)
        sample(text, "site_last_scan_timestamp_seconds", "site", seen->sites[i].name,
               (double)seen->sites[i].last_ms / 1000);
}

static void append_rest(struct text *text, const struct observation *seen,
                        const uint64_t standing[])
{
    gauge(text, "register_cases", "Cases of the register.", (double)seen->summary.register_cases);
    gauge(text, "register_imported_timestamp_seconds",
          "When the register was imported; 0 when there is none.",
          (double)seen->summary.register_imported_ms / 1000);
    head(text, "key_age_seconds", "gauge", "Age of the key files that there are.");
    for (size_t i = 0; i < OBSERVED_KEYS; i++)
        if (seen->keys[i].made_ms != 0)
            sample(text, "key_age_seconds", "key", seen->keys[i].name,
                   age_s(seen, seen->keys[i].made_ms));
    head(text, "certificate_end_timestamp_seconds", "gauge",
         "When the certificates of alarms.certificates run out; 0 when one cannot be read.");
    for (size_t i = 0; i < seen->certificate_count; i++)
        sample(text, "certificate_end_timestamp_seconds", "file", seen->certificates[i].name,
               (double)seen->certificates[i].end_ms / 1000);
    gauge(text, "notices_waiting", "Notices in the outbox.", (double)seen->outbox.waiting);
    gauge(text, "notices_oldest_age_seconds", "Age of the oldest notice that waits.",
          age_s(seen, seen->outbox.oldest_ms));
    gauge(text, "notices_given_up", "Notices given up within the last day.",
          (double)seen->outbox.given_up);
    head(text, "alarms", "gauge", "Alarms that hold, by severity.");
    for (int i = 0; i < ALARM_SEVERITIES; i++)
        sample(text, "alarms", "severity", alarm_severity_name((enum alarm_severity)i),
               (double)standing[i]);
    head(text, "build_info", "gauge", "The version that serves this.");
    sample(text, "build_info", "version", POSTEINGANG_VERSION, 1);
}

void metrics_append(struct text *text, const struct observation *seen, const struct meters *meters,
                    const uint64_t standing[])
{
    append_states(text, seen);
    append_queues(text, seen);
    append_open_matters(text, seen);
    append_counters(text, meters);
    append_stages(text, meters);
    append_workers(text, seen);
    append_spaces(text, seen);
    append_sites(text, seen);
    append_lines(text, seen);
    append_rest(text, seen, standing);
}
