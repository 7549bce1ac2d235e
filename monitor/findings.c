/* findings.c - see findings.h. One function a rule; words are for admins, with numbers and names of
 * sites, workers and keys alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "monitor/findings.h"
#include "monitor/scanner.h"
#include "monitor/silence.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

/* "40 s", "35 min", "7 h" or "12 days". */
static void span(int64_t ms, char ret_text[32])
{
    if (ms < 2 * MINUTE_MS)
        (void)snprintf(ret_text, 32, "%" PRId64 " s", ms / 1000);
    else if (ms < 2 * HOUR_MS)
        (void)snprintf(ret_text, 32, "%" PRId64 " min", ms / MINUTE_MS);
    else if (ms < 2 * DAY_MS)
        (void)snprintf(ret_text, 32, "%" PRId64 " h", ms / HOUR_MS);
    else
        (void)snprintf(ret_text, 32, "%" PRId64 " days", ms / DAY_MS);
}

static enum status find(const struct findings *findings, const char *kind, const char *subject,
                        enum alarm_severity severity, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

static enum status find(const struct findings *findings, const char *kind, const char *subject,
                        enum alarm_severity severity, struct fault *fault, const char *format, ...)
{
    char words[SUSPICION_WORDS_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (!suspicion_see(findings->suspicions, kind, subject, severity, words))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}

/* ---- the queue ---------------------------------------------------------------------------------------- */

static enum status find_backlog(const struct findings *findings, struct fault *fault)
{
    uint64_t most = (uint64_t)findings->config->alarms.backlog;
    uint64_t waiting = findings->seen->summary.scans[SCAN_RECEIVED];
    if (most == 0 || waiting <= most)
        return STATUS_OK;
    return find(findings, "backlog", "", ALARM_WARNING, fault,
                "More than %" PRIu64 " scans wait to be read.", most);
}

static enum status find_oldest(const struct findings *findings, struct fault *fault)
{
    char most[32];
    int64_t oldest_ms = findings->seen->summary.oldest_waiting_ms;
    int64_t most_ms = findings->config->alarms.oldest_ms;
    if (most_ms == 0 || oldest_ms == 0 || findings->seen->now_ms - oldest_ms <= most_ms)
        return STATUS_OK;
    span(most_ms, most);
    return find(findings, "oldest", "", ALARM_WARNING, fault,
                "The oldest scan that is not filed or in clearing has waited for more than %s.",
                most);
}

static enum status find_clearing(const struct findings *findings, struct fault *fault)
{
    char most[32];
    int64_t oldest_ms = findings->seen->summary.oldest_clearing_ms;
    int64_t most_ms = findings->config->alarms.clearing_ms;
    if (most_ms == 0 || oldest_ms == 0 || findings->seen->now_ms - oldest_ms <= most_ms)
        return STATUS_OK;
    span(most_ms, most);
    return find(findings, "clearing_age", "", ALARM_WARNING, fault,
                "The oldest document in clearing came more than %s ago.", most);
}

static enum status find_failed(const struct findings *findings, struct fault *fault)
{
    const struct ledger_summary *summary = &findings->seen->summary;
    uint64_t corrupt = summary->scans[SCAN_CORRUPT] + summary->documents[DOCUMENT_CORRUPT];
    enum status status = STATUS_OK;
    if (summary->scans[SCAN_FAILED] > 0)
        status = find(findings, "failed", "", ALARM_WARNING, fault,
                      "Scans were given up after several attempts: %" PRIu64 ".",
                      summary->scans[SCAN_FAILED]);
    if (status == STATUS_OK && corrupt > 0)
        status = find(findings, "corrupt", "", ALARM_CRITICAL, fault,
                      "Scans or documents are damaged: %" PRIu64 ".", corrupt);
    return status;
}

static enum status find_refused(const struct findings *findings, struct fault *fault)
{
    int64_t most = findings->config->alarms.refused;
    if (most == 0 || findings->seen->refused_hourly < most)
        return STATUS_OK;
    return find(findings, "refused", "", ALARM_WARNING, fault,
                "%" PRId64 " scans or more were refused within an hour.", most);
}

/* ---- programs ------------------------------------------------------------------------------------------- */

/* Whether the intake has anything to do here. */
static bool has_folders(const struct observation *seen)
{
    for (size_t i = 0; i < seen->site_count; i++)
        if (!seen->sites[i].is_remote)
            return true;
    return false;
}

static enum status find_programs(const struct findings *findings, struct fault *fault)
{
    const struct observation *seen = findings->seen;
    enum status status = STATUS_OK;
    bool is_work_waiting = seen->summary.scans[SCAN_RECEIVED] > 0;
    if (!seen->dispatcher_runs)
        status =
            find(findings, "dispatcher", "", ALARM_CRITICAL, fault,
                 "The dispatcher has given no sign of life for %d s.", OBSERVED_ALIVE_MS / 1000);
    if (status == STATUS_OK && !seen->intake_runs && has_folders(seen))
        status = find(findings, "intake", "", ALARM_CRITICAL, fault,
                      "No drop folder has been swept for %d s.", OBSERVED_ALIVE_MS / 1000);
    if (status == STATUS_OK && is_work_waiting && observed_workers(seen->readers) == 0)
        status = find(findings, "no_reader", "", ALARM_CRITICAL, fault,
                      "Scans wait, and no reader is there.");
    return status;
}

static enum status find_failing_workers(const struct findings *findings, struct fault *fault)
{
    const struct meters *meters = findings->meters;
    uint32_t most = (uint32_t)findings->config->alarms.failures;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < meters->worker_count && status == STATUS_OK && most > 0; i++)
        if (meters->workers[i].failures >= most &&
            findings->seen->now_ms - meters->workers[i].at_ms < HOUR_MS)
            status = find(findings, "worker_failing", meters->workers[i].name, ALARM_WARNING, fault,
                          "The worker %s failed %u times or more in a row.",
                          meters->workers[i].name, most);
    return status;
}

/* ---- sites ---------------------------------------------------------------------------------------------- */

static enum status find_silence(const struct findings *findings, const struct site_state *site,
                                struct fault *fault)
{
    bool is_silent = false;
    int64_t since_ms = 0;
    char when[TIMESTAMP_BYTES];
    int64_t grace_ms = findings->config->alarms.silence_ms;
    if (grace_ms == 0)
        return STATUS_OK;
    enum status status = silence_look(findings->ledger, site->name, findings->seen->now_ms,
                                      grace_ms, &is_silent, &since_ms, fault);
    if (status != STATUS_OK || !is_silent)
        return status;
    timestamp_local(since_ms, when);
    return find(findings, "site_silent", site->name, ALARM_WARNING, fault,
                "%s has not scanned today; on such a day it usually has by %.5s.", site->name,
                when + 11);
}

/* A desk that ever came: nothing is said of one that is being set up. */
static enum status find_desk(const struct findings *findings, const struct site_state *site,
                             struct fault *fault)
{
    char most[32];
    const struct config_alarms *alarms = &findings->config->alarms;
    int64_t now_ms = findings->seen->now_ms;
    enum status status = STATUS_OK;
    if (!site->is_remote || !site->has_line)
        return STATUS_OK;
    if (alarms->desk_silent_ms != 0 && now_ms - site->line_seen_ms > alarms->desk_silent_ms) {
        span(alarms->desk_silent_ms, most);
        status = find(findings, "desk_silent", site->name, ALARM_WARNING, fault,
                      "The desk %s has not been heard for more than %s.", site->name, most);
    }
    bool is_behind = site->line_waiting > 0 && site->line_oldest_ms != 0 &&
                     now_ms - site->line_oldest_ms > alarms->desk_behind_ms;
    if (status == STATUS_OK && alarms->desk_behind_ms != 0 && is_behind) {
        span(alarms->desk_behind_ms, most);
        status =
            find(findings, "desk_behind", site->name, ALARM_WARNING, fault,
                 "At the desk %s a scan has waited to be sent for more than %s.", site->name, most);
    }
    if (status == STATUS_OK && site->is_held)
        status = find(findings, "desk_held", site->name, ALARM_CRITICAL, fault,
                      "Nothing is taken from the desk %s; what comes in waits there.", site->name);
    return status;
}

static enum status find_sites(const struct findings *findings, struct fault *fault)
{
    const struct observation *seen = findings->seen;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < seen->site_count && status == STATUS_OK; i++) {
        const struct site_state *site = &seen->sites[i];
        bool is_unswept = seen->intake_runs && site->swept_ms != 0 &&
                          seen->now_ms - site->swept_ms > OBSERVED_ALIVE_MS;
        if (!site->is_folder_readable || is_unswept)
            status = find(findings, "site_folder", site->name, ALARM_CRITICAL, fault,
                          "The drop folder of %s cannot be used.", site->name);
        if (status == STATUS_OK)
            status = find_silence(findings, site, fault);
        if (status == STATUS_OK)
            status = find_desk(findings, site, fault);
    }
    return status;
}

static const char *const scanner_words[SCANNER_TROUBLES] = {
    [SCANNER_STREAK_TROUBLE] = "a line runs down many pages in the same place",
    [SCANNER_SKEW_TROUBLE] = "the pages are askew",
    [SCANNER_CONTRAST_TROUBLE] = "the pages are much paler than they were",
    [SCANNER_DOUBLE_TROUBLE] = "pages are longer than a sheet, as if two were pulled at once",
};

static enum status find_scanner(const struct findings *findings, const struct site_state *site,
                                struct fault *fault)
{
    size_t count = 0;
    struct scanned_page pages[SCANNER_PAGES];
    bool troubles[SCANNER_TROUBLES];
    enum status status =
        scanned_pages(findings->ledger, site->name, pages, SCANNER_PAGES, &count, fault);
    if (status != STATUS_OK)
        return status;
    scanner_judge(pages, count, troubles);
    for (int i = 0; i < SCANNER_TROUBLES && status == STATUS_OK; i++)
        if (troubles[i])
            status = find(findings, scanner_alarm((enum scanner_trouble)i), site->name,
                          ALARM_WARNING, fault, "Scanner of %s: %s.", site->name, scanner_words[i]);
    return status;
}

static enum status find_scanners(const struct findings *findings, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < findings->seen->site_count && status == STATUS_OK; i++)
        if (findings->seen->sites[i].last_ms != 0)
            status = find_scanner(findings, &findings->seen->sites[i], fault);
    return status;
}

/* ---- what grows old or full ------------------------------------------------------------------------------ */

static enum status find_space(const struct findings *findings, struct fault *fault)
{
    uint64_t least = (uint64_t)findings->config->alarms.free_bytes;
    uint64_t stop = (uint64_t)findings->config->limits.free_bytes_least;
    enum status status = STATUS_OK;
    for (int i = 0; i < SPACES && status == STATUS_OK && least > 0; i++) {
        const struct space_state *space = &findings->seen->spaces[i];
        if (space->is_known && space->free_bytes < least)
            status = find(findings, "disk", space_name((enum observed_space)i),
                          space->free_bytes < stop ? ALARM_CRITICAL : ALARM_WARNING, fault,
                          "Less than %" PRIu64 " MB are free for the %s.", least / 1000000,
                          space_name((enum observed_space)i));
    }
    return status;
}

static enum status find_object_store(const struct findings *findings, struct fault *fault)
{
    const struct observation *seen = findings->seen;
    return !seen->has_object_store || seen->object_store_answers
               ? STATUS_OK
               : find(findings, "object_store", "", ALARM_CRITICAL, fault,
                      "Nothing is taken over or filed: %.200s", seen->object_store_words);
}

static enum status find_register(const struct findings *findings, struct fault *fault)
{
    char most[32];
    const struct ledger_summary *summary = &findings->seen->summary;
    int64_t most_ms = findings->config->alarms.register_ms;
    if (most_ms == 0)
        return STATUS_OK;
    if (summary->register_version == 0)
        return find(findings, "register_age", "", ALARM_WARNING, fault,
                    "There is no case register, so that nothing can be filed.");
    if (findings->seen->now_ms - summary->register_imported_ms <= most_ms)
        return STATUS_OK;
    span(most_ms, most);
    return find(findings, "register_age", "", ALARM_WARNING, fault,
                "The case register was imported more than %s ago.", most);
}

static enum status find_keys(const struct findings *findings, struct fault *fault)
{
    char most[32];
    int64_t most_ms = findings->config->alarms.key_ms;
    enum status status = STATUS_OK;
    span(most_ms, most);
    for (size_t i = 0; i < OBSERVED_KEYS && status == STATUS_OK && most_ms > 0; i++) {
        const struct key_state *key = &findings->seen->keys[i];
        if (key->made_ms != 0 && findings->seen->now_ms - key->made_ms > most_ms)
            status = find(findings, "key_age", key->name, ALARM_WARNING, fault,
                          "The key of the %s is older than %s.", key->name, most);
    }
    return status;
}

static enum status find_certificates(const struct findings *findings, struct fault *fault)
{
    int64_t before_ms = findings->config->alarms.expiry_ms;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < findings->seen->certificate_count && status == STATUS_OK; i++) {
        const struct certificate_state *certificate = &findings->seen->certificates[i];
        int64_t left_ms = certificate->end_ms - findings->seen->now_ms;
        if (before_ms == 0 || left_ms >= before_ms)
            continue;
        if (certificate->end_ms == 0)
            status = find(findings, "certificate", certificate->name, ALARM_WARNING, fault,
                          "The certificate %s cannot be read.", certificate->name);
        else
            status =
                find(findings, "certificate", certificate->name,
                     left_ms < 0 ? ALARM_CRITICAL : ALARM_WARNING, fault, "The certificate %s %s.",
                     certificate->name, left_ms < 0 ? "has run out" : "runs out soon");
    }
    return status;
}

static enum status find_undelivered(const struct findings *findings, struct fault *fault)
{
    char most[32];
    const struct outbox_counts *outbox = &findings->seen->outbox;
    int64_t most_ms = findings->config->alarms.undelivered_ms;
    bool is_old = outbox->oldest_ms != 0 && findings->seen->now_ms - outbox->oldest_ms > most_ms;
    if (most_ms == 0 || (!is_old && outbox->given_up == 0))
        return STATUS_OK;
    if (!is_old)
        return find(findings, "undelivered", "", ALARM_WARNING, fault,
                    "Notices were given up within the last day.");
    span(most_ms, most);
    return find(findings, "undelivered", "", ALARM_WARNING, fault,
                "A notice has waited to be sent for more than %s.", most);
}

enum status findings_make(const struct findings *findings, struct fault *fault)
{
    static enum status (*const rules[])(const struct findings *, struct fault *) = {
        find_backlog,      find_oldest,      find_clearing,        find_failed,
        find_refused,      find_programs,    find_failing_workers, find_sites,
        find_scanners,     find_space,       find_register,        find_keys,
        find_certificates, find_undelivered, find_object_store,
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && status == STATUS_OK; i++)
        status = rules[i](findings, fault);
    return status;
}
