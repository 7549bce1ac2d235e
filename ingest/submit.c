/* submit.c - see submit.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/text.h"
#include "ingest/arrival.h"
#include "ingest/refusal.h"
#include "ingest/source.h"
#include "ingest/submit.h"
#include "ingest/takeover.h"
#include "store/arrivals.h"

/* One file on its way in. */
struct submission {
    const struct desk *desk;
    const char *path;
    char *source; /* its name, plain */
    int file;
    struct stat seen;
    struct scan_arrival arrival;
    char id[UUID_TEXT_BYTES];
};

__attribute__((format(printf, 2, 3))) static void say(const char *path, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct text quoted = {0};
    text_append_quoted(&quoted, path);
    (void)fprintf(stderr, "%s: %s\n", text_string(&quoted), message);
    text_done(&quoted);
}

/* Why this file cannot come in. Nobody waits here: what is not whole now is refused. */
static bool is_barred(struct submission *submission, enum refusal *ret_refusal)
{
    const struct stat *seen = &submission->seen;
    enum file_format format = FILE_FORMAT_UNKNOWN;
    enum whole whole = WHOLE_NOT_YET;
    uint64_t most = (uint64_t)submission->desk->config->limits.scan_bytes_most;
    if (!S_ISREG(seen->st_mode)) {
        *ret_refusal = REFUSAL_SPECIAL;
        return true;
    }
    if (seen->st_size == 0 || (uint64_t)seen->st_size > most) {
        *ret_refusal = seen->st_size == 0 ? REFUSAL_EMPTY : REFUSAL_TOO_LARGE;
        return true;
    }
    arrival_look_inside(&submission->file, (uint64_t)seen->st_size, &format, &whole);
    submission->arrival.format = file_format_name(format);
    *ret_refusal = format == FILE_FORMAT_UNKNOWN ? REFUSAL_FORMAT
                   : whole == WHOLE_UNREADABLE   ? REFUSAL_UNREADABLE
                                                 : REFUSAL_INCOMPLETE;
    return format == FILE_FORMAT_UNKNOWN || whole == WHOLE_NOT_YET || whole == WHOLE_UNREADABLE;
}

/* Recorded like one that was refused at the door; the file is where its owner has it. */
static enum status refuse(const struct submission *submission, enum refusal refusal,
                          struct fault *fault)
{
    struct ledger *ledger = submission->desk->ledger;
    const char *reason = refusal_reason(refusal);
    enum status status = ledger_scan_refuse(ledger, &submission->arrival, reason, fault);
    if (status == STATUS_OK)
        status = ledger_scan_returned(ledger, submission->arrival.id, fault);
    if (status == STATUS_OK)
        say(submission->path, "refused as %s: %s", submission->id, reason);
    return status;
}

static void report(const struct submission *submission, const struct scan_acceptance *acceptance)
{
    (void)printf("%s\n", submission->id);
    (void)fflush(stdout);
    if (!acceptance->is_duplicate)
        return;
    char first[UUID_TEXT_BYTES];
    uuid_to_text(&acceptance->first.uuid, first);
    say(submission->path, "%s has the same bytes as %s", submission->id, first);
}

/* Whoever is told "no" may come again: the next start of the intake must not take in what the spool
 * has noted of this attempt. Where that cannot be written down either, the bytes that come again
 * are recognised as the same. */
static enum status withdraw(const struct submission *submission, enum status status)
{
    const struct desk *desk = submission->desk;
    const struct scan_id id = submission->arrival.id;
    bool is_known = true; // an earlier attempt with this id may have been accepted
    enum scan_state state;
    if (status == STATUS_HALT ||
        ledger_scan_known(desk->ledger, id, &is_known, &state, NULL) != STATUS_OK || is_known)
        return status;
    enum status withdrawn = arrivals_withdraw(desk->spool, id, clock_wall_ms(desk->clock), NULL);
    return withdrawn == STATUS_HALT ? STATUS_HALT : status;
}

static enum status take(struct submission *submission, struct fault *fault)
{
    enum takeover_outcome outcome = TAKEOVER_CHANGED;
    struct scan_acceptance acceptance;
    for (int i = 0; i < SUBMIT_CHANGES_MOST && outcome == TAKEOVER_CHANGED; i++) {
        if (fstat(submission->file, &submission->seen) != 0)
            return fault_errno(fault, STATUS_LATER, "cannot look at \"%s\"", submission->path);
        enum status status = takeover_run(submission->desk, submission->file, &submission->seen,
                                          &submission->arrival, &outcome, &acceptance, fault);
        if (status != STATUS_OK)
            return withdraw(submission, status);
    }
    if (outcome != TAKEOVER_ACCEPTED)
        return fault_set(fault, STATUS_REFUSE,
                         outcome == TAKEOVER_CHANGED ? "it keeps changing while it is copied"
                                                     : "it cannot be read to its end");
    report(submission, &acceptance);
    (void)bell_ring(submission->desk->config->workers.address);
    return STATUS_OK;
}

static enum status submit_open_file(struct submission *submission, bool *refused,
                                    struct fault *fault)
{
    if (fstat(submission->file, &submission->seen) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot look at \"%s\"", submission->path);
    uint64_t bytes = (uint64_t)submission->seen.st_size;
    submission->arrival.size = bytes;
    enum status status = desk_check_room(submission->desk, bytes, fault);
    if (status != STATUS_OK)
        return status;
    enum refusal refusal;
    if (is_barred(submission, &refusal)) {
        *refused = true;
        return refuse(submission, refusal, fault);
    }
    status = take(submission, fault);
    if (status != STATUS_REFUSE)
        return status;
    *refused = true;
    say(submission->path, "not taken over: %s", fault->text);
    return STATUS_OK;
}

enum status submit_file(const struct desk *desk, const struct config_site *site, const char *path,
                        bool *ret_refused, struct fault *fault)
{
    struct scan_id id = {uuid_new(clock_wall_ms(desk->clock))};
    return submit_file_as(desk, site, path, NULL, id, ret_refused, fault);
}

enum status submit_file_as(const struct desk *desk, const struct config_site *site,
                           const char *path, const char *name, struct scan_id id, bool *ret_refused,
                           struct fault *fault)
{
    struct submission submission = {.desk = desk, .path = path};
    int64_t now = clock_wall_ms(desk->clock);
    uuid_to_text(&id.uuid, submission.id);
    submission.file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (submission.file < 0) {
        say(path, "not taken over, it cannot be opened: %s", strerror(errno));
        *ret_refused = true;
        return STATUS_OK;
    }
    submission.source = source_escaped(source_name(name == NULL ? path : name));
    submission.arrival = (struct scan_arrival){.id = id,
                                               .site = site->name,
                                               .source = submission.source,
                                               .format = "",
                                               .received_ms = now,
                                               .actor = desk->actor};
    bool refused = false;
    enum status status = submission.source == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                                   : submit_open_file(&submission, &refused, fault);
    if (status == STATUS_OK)
        *ret_refused = refused;
    (void)close(submission.file);
    free(submission.source);
    return status;
}
