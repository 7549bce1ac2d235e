/* arrival.c - see arrival.h.
 *
 * The commit protocol, and what recovery does after a crash behind each step:
 *   1. claim: rename drop/F to drop/.taken/<scan id>/F, durably   unknown id: put back
 *   2. copy into the spool, hashing; nothing changed meanwhile?   unknown id: put back
 *   3. fsync the copy, rename it to its digest, fsync the folder  unknown id: put back
 *   4. ledger: scan, read job and audit in one commit             known id: step 5
 *      -- from here on the scan is promised --
 *   5. unlink the claimed file; fsync the folder when all are in  nothing to do
 *   6. ring the dispatcher's bell                                 it polls
 * A refusal is: claim, ledger, note and file into drop/_refused, ledger again. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bell.h"
#include "ingest/arrival.h"
#include "ingest/door.h"
#include "ingest/folder.h"
#include "ingest/recovery.h"
#include "ingest/source.h"
#include "ingest/takeover.h"

enum {
    LOOK_AGAIN_LEAST_MS = 100,
    LOOK_AGAIN_RESTED_MS = 1000, /* at least, at what rests and is still not whole */
    LOOK_AGAIN_MOST_MS = 5000
};

/* One look at one candidate. */
struct arrival {
    const struct desk *desk;
    struct site *site;
    struct candidate *candidate;
    struct door_rule rule;
    struct door_view view;
    int file; /* -1 unless it was looked into */
};

/* ---- looking ------------------------------------------------------------------------------- */

static void wait_for(const struct arrival *arrival)
{
    int64_t left = arrival->rule.quiet_ms - arrival->view.rested_ms;
    if (left <= 0)
        left = arrival->rule.quiet_ms < LOOK_AGAIN_RESTED_MS ? LOOK_AGAIN_RESTED_MS
                                                             : arrival->rule.quiet_ms;
    if (left < LOOK_AGAIN_LEAST_MS)
        left = LOOK_AGAIN_LEAST_MS;
    if (left > LOOK_AGAIN_MOST_MS)
        left = LOOK_AGAIN_MOST_MS;
    arrival->candidate->due_ms = clock_monotonic_ms(arrival->desk->clock) + left;
}

static bool is_gone(const struct fault *fault)
{
    return fault->os_error == ENOENT || fault->os_error == ENOTDIR || fault->os_error == ELOOP;
}

static void view_from_outside(struct arrival *arrival, const struct stat *found)
{
    struct candidate *candidate = arrival->candidate;
    int64_t now = clock_monotonic_ms(arrival->desk->clock);
    candidate_see(candidate, found, now);
    arrival->view = (struct door_view){
        .mode = found->st_mode,
        .links = found->st_nlink,
        .bytes = (uint64_t)found->st_size,
        .is_plain = source_is_plain(candidate->source),
        .is_long = strlen(candidate->source) > DROP_SOURCE_BYTES_MOST,
        .is_renamed_in = candidate->is_renamed_in,
        .rested_ms = now - candidate->changed_ms,
    };
}

/* Opens the candidate; -1 and errno when it cannot be. */
static int open_candidate(const struct arrival *arrival)
{
    char *above = source_folder(arrival->candidate->source);
    int folder = -1;
    int file = -1;
    if (above != NULL && folder_open(arrival->site->root, above, &folder, NULL) == STATUS_OK)
        file = openat(folder, source_name(arrival->candidate->source),
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int os_error = errno;
    if (folder >= 0)
        (void)close(folder);
    free(above);
    errno = os_error;
    return file;
}

/* Only these tell by their leases whether a file is open for writing; on network file systems a
 * lease is also refused for reasons of their own. */
static bool has_honest_leases(int file)
{
    static const long types[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                 F2FS_SUPER_MAGIC, TMPFS_MAGIC};
    struct statfs system;
    if (fstatfs(file, &system) != 0)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (system.f_type == types[i])
            return true;
    return false;
}

/* The kernel refuses a read lease on a file that anyone on this host has open for writing. It
 * needs to be our file, or CAP_LEASE; without either, and for writers on other hosts, the rest
 * that the site's quiet time asks for has to do. The lease is given up at once. */
static bool has_writer(int file)
{
    if (!has_honest_leases(file))
        return false;
    if (fcntl(file, F_SETLEASE, F_RDLCK) == 0) {
        (void)fcntl(file, F_SETLEASE, F_UNLCK);
        return false;
    }
    return errno == EAGAIN;
}

void arrival_look_inside(int *file, uint64_t bytes, enum file_format *ret_format,
                         enum whole *ret_whole)
{
    static struct byte_source source; // too large for a stack; one thread
    byte_source_init_file(&source, file, bytes);
    *ret_format = sniff_format(&source);
    *ret_whole = whole_check(*ret_format, &source);
}

/* Answers from what was seen before, as long as it was of the same bytes. */
static struct door_look look_inside(struct arrival *arrival)
{
    struct candidate *candidate = arrival->candidate;
    struct door_look look = {.is_openable = false};
    arrival->file = open_candidate(arrival);
    if (arrival->file < 0)
        return look;
    if (!takeover_is_unchanged(arrival->file, &candidate->seen)) {
        // Changed since lstat(): not now. What was seen stays, so that the next look notices.
        look = (struct door_look){true, FILE_FORMAT_UNDECIDED, WHOLE_UNREADABLE, false};
        return look;
    }
    if (!candidate->was_judged || candidate->whole == WHOLE_UNREADABLE)
        arrival_look_inside(&arrival->file, (uint64_t)candidate->seen.st_size, &candidate->format,
                            &candidate->whole);
    candidate->was_judged = true;
    look = (struct door_look){true, candidate->format, candidate->whole, has_writer(arrival->file)};
    return look;
}

static void tell_unreadable(const struct arrival *arrival, const struct door_look *look)
{
    if (arrival->candidate->was_told || look->is_openable)
        return;
    arrival->candidate->was_told = true;
    desk_report(LOG_LEVEL_WARNING, NULL, arrival->site->config->name, arrival->candidate->source,
                "cannot be opened, waiting: %s", strerror(errno));
}

/* ---- both ways out ------------------------------------------------------------------------- */

static void forget(const struct arrival *arrival)
{
    candidates_remove(&arrival->site->candidates, arrival->candidate);
}

/* Gives the claim back to its place; it is looked at again like a new file. */
static void put_back(const struct arrival *arrival, const struct claim *claim)
{
    struct fault fault;
    char *source = NULL;
    if (claim_put_back(arrival->site->root, claim, &source, &fault) != STATUS_OK) {
        site_trouble(arrival->site, &fault);
        return;
    }
    site_note_put_back(arrival->site, source);
    free(source);
}

/* The ledger or the spool failed with a claim in hand: it is settled as after a crash. */
static enum status settle(const struct arrival *arrival, const struct claim *claim,
                          enum status status)
{
    struct fault fault;
    if (status == STATUS_HALT)
        return status;
    enum status settled = recovery_settle(arrival->desk, arrival->site, claim, &fault);
    if (settled != STATUS_OK)
        site_leave_over(arrival->site, claim->id_text, claim->source, &fault);
    return settled == STATUS_HALT ? STATUS_HALT : STATUS_LATER;
}

/* Claims the candidate for the new scan *ret_id. False: it is gone, or the folder is in trouble;
 * nothing more is to be done. */
static bool claim(const struct arrival *arrival, struct claim *ret_claim)
{
    struct fault fault;
    struct scan_id id = {uuid_new(clock_wall_ms(arrival->desk->clock))};
    if (claim_take(arrival->site->root, arrival->candidate->source, id, ret_claim, &fault) ==
        STATUS_OK)
        return true;
    if (is_gone(&fault))
        forget(arrival);
    else
        site_trouble(arrival->site, &fault);
    return false;
}

/* What was claimed is what was seen before. */
static bool is_the_seen_one(const struct arrival *arrival, const struct claim *claim)
{
    struct stat found;
    int folder = -1;
    if (claim_open_folder(arrival->site->root, claim, &folder, NULL) != STATUS_OK)
        return false;
    const struct stat *seen = &arrival->candidate->seen;
    bool is_same = fstatat(folder, source_name(claim->source), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                   found.st_dev == seen->st_dev && found.st_ino == seen->st_ino &&
                   found.st_mode == seen->st_mode && found.st_size == seen->st_size &&
                   found.st_nlink == seen->st_nlink &&
                   found.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
                   found.st_mtim.tv_nsec == seen->st_mtim.tv_nsec;
    (void)close(folder);
    return is_same;
}

static struct scan_arrival describe(const struct arrival *arrival, const struct claim *claim,
                                    const char *source)
{
    return (struct scan_arrival){.id = claim->id,
                                 .site = arrival->site->config->name,
                                 .source = source,
                                 .format = file_format_name(arrival->candidate->format),
                                 .size = arrival->view.bytes,
                                 .received_ms = clock_wall_ms(arrival->desk->clock),
                                 .actor = arrival->desk->actor};
}

/* ---- taking over --------------------------------------------------------------------------- */

static void report_acceptance(const struct arrival *arrival, const struct claim *claim,
                              const struct scan_acceptance *acceptance)
{
    char first[UUID_TEXT_BYTES];
    uuid_to_text(&acceptance->first.uuid, first);
    desk_report(LOG_LEVEL_INFO, claim->id_text, arrival->site->config->name, claim->source,
                "taken over, %s, %llu bytes%s%s", file_format_name(arrival->candidate->format),
                (unsigned long long)arrival->view.bytes,
                acceptance->is_duplicate ? ", the same bytes as " : "",
                acceptance->is_duplicate ? first : "");
}

/* Steps 5 and 6. */
static void finish(const struct arrival *arrival, const struct claim *claim)
{
    struct fault fault;
    arrival->site->is_unsynced = true;
    if (!takeover_is_unchanged(arrival->file, &arrival->candidate->seen)) {
        desk_report(LOG_LEVEL_WARNING, claim->id_text, arrival->site->config->name, claim->source,
                    "was written to after it had been taken over: put back as another file");
        put_back(arrival, claim);
    } else if (claim_remove(arrival->site->root, claim, &fault) != STATUS_OK) {
        forget(arrival);
        site_trouble(arrival->site, &fault);
    } else {
        forget(arrival);
    }
    (void)bell_ring(arrival->desk->config->workers.address);
}

static enum status take_claimed(const struct arrival *arrival, const struct claim *claim,
                                struct fault *fault)
{
    if (!is_the_seen_one(arrival, claim)) {
        put_back(arrival, claim);
        return STATUS_OK;
    }
    struct scan_arrival described = describe(arrival, claim, claim->source);
    struct scan_acceptance acceptance;
    enum takeover_outcome outcome;
    enum status status = takeover_run(arrival->desk, arrival->file, &arrival->candidate->seen,
                                      &described, &outcome, &acceptance, fault);
    if (status == STATUS_LATER && digest_equal(&described.digest, &(struct digest){0})) {
        put_back(arrival, claim); // the spool has nothing of it: nothing has to be taken back
        return status;
    }
    if (status != STATUS_OK)
        return settle(arrival, claim, status);
    switch (outcome) {
    case TAKEOVER_ACCEPTED:
        report_acceptance(arrival, claim, &acceptance);
        finish(arrival, claim);
        break;
    case TAKEOVER_CHANGED:
        desk_report(LOG_LEVEL_INFO, claim->id_text, arrival->site->config->name, claim->source,
                    "changed while it was copied: put back");
        put_back(arrival, claim);
        break;
    case TAKEOVER_UNREADABLE:
        fault_set(fault, STATUS_LATER, "a file cannot be read to its end");
        put_back(arrival, claim);
        site_trouble(arrival->site, fault);
        break;
    }
    return STATUS_OK;
}

static enum status take(const struct arrival *arrival, struct fault *fault)
{
    enum status status = desk_check_room(arrival->desk, arrival->view.bytes, fault);
    if (status != STATUS_OK)
        return status;
    struct claim claimed;
    if (!claim(arrival, &claimed))
        return STATUS_OK;
    status = take_claimed(arrival, &claimed, fault);
    claim_done(&claimed);
    return status;
}

/* ---- refusing ------------------------------------------------------------------------------ */

static enum status refuse_claimed(const struct arrival *arrival, const struct claim *claim,
                                  enum refusal refusal, struct fault *fault)
{
    if (!is_the_seen_one(arrival, claim)) {
        put_back(arrival, claim);
        return STATUS_OK;
    }
    const char *site = arrival->site->config->name;
    char *source = source_escaped(claim->source);
    if (source == NULL)
        return settle(arrival, claim, fault_set(fault, STATUS_LATER, "out of memory"));
    struct scan_arrival described = describe(arrival, claim, source);
    const char *reason = refusal_reason(refusal);
    enum status status = ledger_scan_refuse(arrival->desk->ledger, &described, reason, fault);
    if (status != STATUS_OK) {
        free(source);
        return settle(arrival, claim, status);
    }
    desk_report(LOG_LEVEL_WARNING, claim->id_text, site, claim->source, "refused: %s", reason);
    status = recovery_give_back(arrival->desk, arrival->site, claim, source, reason,
                                refusal_advice(refusal), fault);
    free(source);
    forget(arrival);
    if (status != STATUS_OK) {
        site_leave_over(arrival->site, claim->id_text, claim->source, fault);
        return STATUS_OK;
    }
    return ledger_scan_returned(arrival->desk->ledger, claim->id, fault);
}

static enum status refuse(const struct arrival *arrival, enum refusal refusal, struct fault *fault)
{
    enum status status = desk_check_room(arrival->desk, 0, fault);
    if (status != STATUS_OK)
        return status;
    struct claim claimed;
    if (!claim(arrival, &claimed))
        return STATUS_OK;
    status = refuse_claimed(arrival, &claimed, refusal, fault);
    claim_done(&claimed);
    return status;
}

/* ---- deciding ------------------------------------------------------------------------------ */

static enum status decide(struct arrival *arrival, struct fault *fault)
{
    enum refusal refusal = REFUSAL_FORMAT;
    enum door_answer answer = door_outside(&arrival->rule, &arrival->view, &refusal);
    if (answer == DOOR_LOOK) {
        struct door_look look = look_inside(arrival);
        tell_unreadable(arrival, &look);
        answer = door_inside(&arrival->rule, &arrival->view, &look, &refusal);
    }
    switch (answer) {
    case DOOR_TAKE:
        return take(arrival, fault);
    case DOOR_REFUSE:
        return refuse(arrival, refusal, fault);
    case DOOR_WAIT:
    case DOOR_LOOK:
        break;
    }
    wait_for(arrival);
    return STATUS_OK;
}

enum status arrival_handle(const struct desk *desk, struct site *site, struct candidate *candidate,
                           struct fault *fault)
{
    struct arrival arrival = {
        .desk = desk,
        .site = site,
        .candidate = candidate,
        .rule = {.quiet_ms = site->config->quiet_ms,
                 .incomplete_ms = site->config->incomplete_ms,
                 .bytes_most = (uint64_t)desk->config->limits.scan_bytes_most},
        .file = -1,
    };
    struct stat found;
    struct fault why;
    if (folder_look(site->root, candidate->source, &found, &why) != STATUS_OK) {
        if (is_gone(&why))
            forget(&arrival);
        else
            site_trouble(site, &why);
        return STATUS_OK;
    }
    if (S_ISDIR(found.st_mode)) {
        forget(&arrival);
        return STATUS_OK;
    }
    view_from_outside(&arrival, &found);
    enum status status = decide(&arrival, fault);
    if (arrival.file >= 0)
        (void)close(arrival.file);
    return status;
}
