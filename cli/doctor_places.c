/* doctor_places.c - checks of doctor.h: files and folders, who may use them, and their disks. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/durable.h"
#include "cli/doctor.h"
#include "cli/times.h"
#include "store/reserve.h"
#include "store/spool.h"

enum {
    CLAIM_AGE_MS_MOST = 60 * 60 * 1000, /* intake finishes what it claimed in seconds */
    INODES_LEAST = 10000,               /* a scan takes about eight */
    SPACE_NOTE_FACTOR = 4               /* so many times the limit is little */
};

/* ---- rights -------------------------------------------------------------------------------- */

/* Whether the instance's user may make and remove files in the folder. Root is judged as the user
 * that the programs run as, so that a check by root tells the truth. */
static bool owner_may_write(const struct checkup *checkup, const struct stat *folder)
{
    if (checkup->owner == 0)
        return (folder->st_mode & S_IRWXU) == S_IRWXU || geteuid() != 0;
    if (folder->st_uid == checkup->owner)
        return (folder->st_mode & S_IRWXU) == S_IRWXU;
    return (folder->st_mode & S_IRWXG) == S_IRWXG || (folder->st_mode & S_IRWXO) == S_IRWXO;
}

/* False when a finding was reported. */
static bool folder_is_usable(struct checkup *checkup, const char *what, const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        checkup_bad(checkup,
                    "Run `posteingang init` on the instance again: it makes what is missing.",
                    "%s: %s: %s", what, path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(found.st_mode)) {
        checkup_bad(checkup, "Move the file away and run `posteingang init` on the instance again.",
                    "%s: %s is no folder", what, path);
        return false;
    }
    if (owner_may_write(checkup, &found) && access(path, R_OK | W_OK | X_OK) == 0)
        return true;
    checkup_bad(checkup,
                "Give the folder to the user that owns the instance's folder (chown), mode u+rwx.",
                "%s: the programs cannot write to %s", what, path);
    return false;
}

/* Whether nobody but owner and group gets in. */
static bool is_closed_to_others(const char *path)
{
    struct stat found;
    return stat(path, &found) != 0 || (found.st_mode & S_IRWXO) == 0;
}

/* ---- checks -------------------------------------------------------------------------------- */

void check_settings_file(struct checkup *checkup)
{
    struct stat found;
    const char *path = checkup->config->path;
    if (stat(path, &found) == 0 && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        checkup_bad(checkup, "chmod go-w the file: whoever may write to it rules the instance.",
                    "others than its owner may change %s", path);
    else
        checkup_well(checkup, "%s; sites: %zu, case-number schemes: %zu", path,
                     checkup->config->site_count, checkup->config->grammar_count);
}

/* The age of the oldest claim below the site's folder; 0: none. */
static int64_t oldest_claim_ms(const struct checkup *checkup, const char *taken)
{
    int64_t oldest = 0;
    DIR *folder = opendir(taken);
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat found;
        if (entry->d_name[0] == '.' || fstatat(dirfd(folder), entry->d_name, &found, 0) != 0)
            continue;
        int64_t age = checkup->now_ms - (int64_t)found.st_ctim.tv_sec * 1000;
        if (age > oldest)
            oldest = age;
    }
    closedir(folder);
    return oldest;
}

static bool site_is_well(struct checkup *checkup, const struct config_site *site)
{
    if (site->is_remote)
        return true;
    if (!folder_is_usable(checkup, site->name, site->drop))
        return false;
    char *taken = path_join(site->drop, ".taken");
    int64_t age = taken == NULL ? 0 : oldest_claim_ms(checkup, taken);
    free(taken);
    if (age <= CLAIM_AGE_MS_MOST)
        return true;
    char written[TIMES_BYTES];
    times_duration(age, written);
    checkup_bad(
        checkup,
        "Start the programs: the intake finishes what it began. See its log when it does not.",
        "%s: a scan that was claimed has not been taken over for %s", site->name, written);
    return false;
}

void check_drop_folders(struct checkup *checkup)
{
    size_t well = 0;
    for (size_t i = 0; i < checkup->config->site_count; i++)
        well += site_is_well(checkup, &checkup->config->sites[i]);
    if (well > 0)
        checkup_well(checkup, "scans can be dropped at %zu of %zu", well,
                     checkup->config->site_count);
}

void check_storage(struct checkup *checkup)
{
    const struct config_store *store = &checkup->config->store;
    char *ledger_folder = config_ledger_folder(checkup->config);
    const struct {
        const char *what, *path;
    } places[] = {
        {"spool",   config_spool_folder(checkup->config)},
        {"cabinet", store->cabinet                      },
        {"ledger",  ledger_folder                       },
        {"runtime", store->runtime                      },
    };
    bool is_well = ledger_folder != NULL;
    for (size_t i = 0; ledger_folder != NULL && i < sizeof places / sizeof places[0]; i++) {
        if (!folder_is_usable(checkup, places[i].what, places[i].path)) {
            is_well = false;
        } else if (!is_closed_to_others(places[i].path)) {
            is_well = false;
            checkup_bad(checkup, "chmod o-rwx the folder: it holds what citizens wrote.",
                        "%s: every user of this machine gets into %s", places[i].what,
                        places[i].path);
        }
    }
    free(ledger_folder);
    if (is_well)
        checkup_well(checkup, "spool, cabinet, ledger and runtime folder can be written to");
}

static void check_disk(struct checkup *checkup, const char *what, const char *path)
{
    struct statvfs disk;
    int64_t least = checkup->config->limits.free_bytes_least;
    if (statvfs(path, &disk) != 0)
        return; // check_storage has said so
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    if (free_bytes < (double)least)
        checkup_bad(
            checkup,
            "Make room, or lower limits.free_space: until then scans stay in the drop folders.",
            "%s: %.1f GB free, less than the limit of %.1f GB", what, free_bytes / 1e9,
            (double)least / 1e9);
    else if (disk.f_files > 0 && disk.f_favail < INODES_LEAST)
        checkup_bad(checkup, "Use a file system with more inodes (mkfs.ext4 -i 16384).",
                    "%s: only %llu more files fit", what, (unsigned long long)disk.f_favail);
    else if (free_bytes < SPACE_NOTE_FACTOR * (double)least)
        checkup_note(checkup, "Plan for more room: a letter takes about 100 kB, three times over.",
                     "%s: %.1f GB free", what, free_bytes / 1e9);
    else
        checkup_well(checkup, "%s: %.1f GB free", what, free_bytes / 1e9);
}

void check_space(struct checkup *checkup)
{
    check_disk(checkup, "spool", config_spool_folder(checkup->config));
    check_disk(checkup, "cabinet", checkup->config->store.cabinet);
}

/* ---- the object store ----------------------------------------------------------------------- */

static void tell_store(void *context, enum spool_finding_kind kind, const char *words,
                       const char *advice)
{
    struct checkup *checkup = context;
    if (kind == SPOOL_WELL)
        checkup_well(checkup, "%s", words);
    else if (kind == SPOOL_NOTE)
        checkup_note(checkup, advice, "%s", words);
    else
        checkup_bad(checkup, advice, "%s", words);
}

static void check_secret(struct checkup *checkup)
{
    struct stat found;
    const char *path = checkup->config->store.s3.secret_file;
    if (stat(path, &found) == 0 && (found.st_mode & S_IRWXO) != 0)
        checkup_bad(checkup, "chmod o-rwx the file.", "every user of this machine may read %s",
                    path);
}

void check_object_store(struct checkup *checkup)
{
    struct spool *spool = NULL;
    struct fault fault = {0};
    if (!spool_place_is_bucket(checkup->config->store.spool)) {
        checkup_well(checkup, "none: the spool is a folder");
        return;
    }
    check_secret(checkup);
    enum status status = spool_open_at(config_spool_place(checkup->config), &spool, &fault);
    if (status == STATUS_OK)
        status = spool_examine(spool, tell_store, checkup, &fault);
    if (status != STATUS_OK)
        checkup_bad(checkup, "See store.spool and the settings below store.s3.", "%s", fault.text);
    spool_close(&spool);
}

/* ---- the ledger's reserve ------------------------------------------------------------------- */

/* Whether the ledger's disk has the reserve's room twice over: only then is it taken. */
static bool has_room_for_reserve(const struct checkup *checkup, double bytes)
{
    struct statvfs disk;
    char *folder = config_ledger_folder(checkup->config);
    bool has_room = folder == NULL || statvfs(folder, &disk) != 0 || // check_storage says so
                    (double)disk.f_bavail * (double)disk.f_frsize >= 2 * bytes;
    free(folder);
    return has_room;
}

/* No room is taken, or less than is wanted: nothing new is begun meanwhile. */
static void report_missing_reserve(struct checkup *checkup, double bytes, bool was_had)
{
    const char *state = was_had ? "was given up" : "cannot be taken";
    if (has_room_for_reserve(checkup, bytes) && checkup->is_running)
        checkup_note(checkup, "Look again in a minute; then see the dispatcher's log.",
                     "its %.1f MB are not all taken yet, though there is room", bytes / 1e6);
    else if (has_room_for_reserve(checkup, bytes))
        checkup_well(checkup, "%.1f MB, taken when the dispatcher begins", bytes / 1e6);
    else
        checkup_bad(checkup,
                    "Make room on the ledger's disk, elsewhere than beside the ledger; the reserve "
                    "is taken by itself once it fits twice over.",
                    "it %s: no scans are taken and no jobs given out until %.1f MB are free", state,
                    2 * bytes / 1e6);
}

void check_reserve(struct checkup *checkup)
{
    double wanted = (double)checkup->config->store.reserve_bytes;
    struct reserve_room room = {0};
    bool is_there = reserve_look(checkup->config->store.ledger, &room);
    if (config_ledger_is_on_server(checkup->config))
        checkup_well(checkup, "none: the ledger's disk is its server's");
    else if (checkup->config->store.reserve_bytes == 0)
        checkup_note(checkup,
                     "Set store.reserve (8MB): what is in hand can be written to a full disk then.",
                     "none is kept (store.reserve is 0)");
    else if ((double)room.bytes < wanted)
        report_missing_reserve(checkup, wanted, is_there && room.bytes == 0);
    else if (room.taken < room.bytes)
        checkup_note(
            checkup,
            "Stop the programs, remove the file, start them: the dispatcher makes it anew. "
            "When that does not help, the file system compresses it and keeps no reserve.",
            "only %.1f of its %.1f MB are taken from the disk", (double)room.taken / 1e6,
            (double)room.bytes / 1e6);
    else
        checkup_well(checkup, "%.1f MB are kept for the ledger's last words",
                     (double)room.bytes / 1e6);
}

/* statfs(2); the kernel's include/uapi/linux/magic.h. */
const char *network_file_system(long magic)
{
    static const struct {
        unsigned long magic;
        const char *name;
    } shared[] = {
        {0x6969,     "NFS"   },
        {0x517B,     "SMB"   },
        {0xFE534D42, "SMB"   },
        {0xFF534D42, "CIFS"  },
        {0x65735546, "FUSE"  },
        {0x01021997, "9P"    },
        {0x00C36400, "Ceph"  },
        {0x5346414F, "AFS"   },
        {0x47504653, "GPFS"  },
        {0x0BD00BD0, "Lustre"},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
        if (shared[i].magic == ((unsigned long)magic & 0xFFFFFFFFUL))
            return shared[i].name;
    return NULL;
}

static const char *share_of(const char *path)
{
    struct statfs found;
    return statfs(path, &found) == 0 ? network_file_system((long)found.f_type) : NULL;
}

void check_shares(struct checkup *checkup)
{
    char *ledger_folder = config_ledger_folder(checkup->config);
    bool is_file = !config_ledger_is_on_server(checkup->config);
    const char *share = ledger_folder == NULL || !is_file ? NULL : share_of(ledger_folder);
    free(ledger_folder);
    size_t shared_sites = 0;
    if (share != NULL)
        checkup_bad(
            checkup,
            "Move store.ledger to a local disk: locks and fsync of a share are not to be trusted.",
            "the ledger lies on a network share (%s)", share);
    for (size_t i = 0; i < checkup->config->site_count; i++) {
        const struct config_site *site = &checkup->config->sites[i];
        const char *kind = site->is_remote ? NULL : share_of(site->drop);
        shared_sites += kind != NULL;
        if (kind != NULL)
            checkup_note(
                checkup,
                "Nothing to do: the sweep finds new files there, only later than on a local disk.",
                "%s: %s is a network share (%s), which gives no notice of new files", site->name,
                site->drop, kind);
    }
    if (share == NULL && shared_sites == 0)
        checkup_well(checkup, "ledger and drop folders are on local disks");
}
