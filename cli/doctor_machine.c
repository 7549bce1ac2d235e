/* doctor_machine.c - checks of doctor.h: programs, kernel limits, memory, models, clock. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "cli/doctor.h"
#include "cli/roles.h"
#include "cli/times.h"

enum {
    PROGRAM_BYTES_MOST = 256 << 20,
    WATCHES_LEAST = 1000,   /* one a folder that scanners make */
    DESCRIPTORS_LEAST = 512 /* the portal's streams and the dispatcher's workers */
};

static const double BYTES_A_READER = 350e6; /* measured peak of a reader and its children */
static const char DEBIAN_TESSDATA[] = "/usr/share/tesseract-ocr/5/tessdata";

/* ---- programs ------------------------------------------------------------------------------ */

static const char *const PROGRAMS[] = {"posteingang-intake", "posteingang-dispatch",
                                       "posteingang-reader", "posteingang-filer",
                                       "posteingang-portal", "posteingang-monitor"};

/* The mark is read from the file, so that no program has to be started. */
static bool holds_version(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    if (file_read(path, PROGRAM_BYTES_MOST, &bytes, &length, NULL) != STATUS_OK)
        return false;
    bool is_there = memmem(bytes, length, log_program_mark, strlen(log_program_mark) + 1) != NULL;
    free(bytes);
    return is_there;
}

static bool program_is_well(struct checkup *checkup, const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    bool is_there = path != NULL && access(path, X_OK) == 0;
    bool is_ours = is_there && holds_version(path);
    free(path);
    if (!is_there)
        checkup_bad(checkup,
                    "Install the whole package: the programs belong together in one folder.",
                    "%s is not in %s", name, folder);
    else if (!is_ours)
        checkup_bad(checkup, "Install the whole package again, then restart.",
                    "%s is not of version " POSTEINGANG_VERSION, name);
    return is_ours;
}

void check_programs(struct checkup *checkup)
{
    char *folder = roles_folder();
    size_t well = 0, count = sizeof PROGRAMS / sizeof PROGRAMS[0];
    for (size_t i = 0; folder != NULL && i < count; i++)
        well += program_is_well(checkup, folder, PROGRAMS[i]);
    if (well == count)
        checkup_well(checkup, "all of version %s in %s%s", POSTEINGANG_VERSION, folder,
                     checkup->is_running ? ", at work" : "");
    free(folder);
}

/* ---- limits of the kernel ------------------------------------------------------------------ */

/* -1 when there is none. */
static long read_number(const char *path)
{
    long number = -1;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    if (fscanf(file, "%ld", &number) != 1)
        number = -1;
    (void)fclose(file);
    return number;
}

void check_watches(struct checkup *checkup)
{
    long watches = read_number("/proc/sys/fs/inotify/max_user_watches");
    long instances = read_number("/proc/sys/fs/inotify/max_user_instances");
    if (watches < 0 || instances < 0)
        checkup_note(checkup, "Nothing to do: the sweep finds new files, only later.",
                     "this kernel tells nothing of new files");
    else if (watches < WATCHES_LEAST || instances < 8)
        checkup_note(
            checkup, "Raise fs.inotify.max_user_watches and max_user_instances in /etc/sysctl.d.",
            "only %ld watches and %ld instances: new files are found later", watches, instances);
    else
        checkup_well(checkup, "%ld folders can be watched", watches);
}

static bool limit_is_well(struct checkup *checkup, int resource, const char *what, rlim_t least,
                          const char *remedy)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= least)
        return true;
    checkup_bad(checkup, remedy, "%s: %llu, at least %llu are needed", what,
                (unsigned long long)limit.rlim_cur, (unsigned long long)least);
    return false;
}

void check_process_limits(struct checkup *checkup)
{
    const rlim_t file_least = (rlim_t)checkup->config->limits.scan_bytes_most;
    bool is_well =
        limit_is_well(checkup, RLIMIT_NOFILE, "open files (ulimit -n)", DESCRIPTORS_LEAST,
                      "Set LimitNOFILE=4096 in the unit, or ulimit -n.");
    is_well = limit_is_well(checkup, RLIMIT_FSIZE, "size of a file (ulimit -f)", file_least,
                            "Take the limit away: a scan may be as large as limits.scan_size.") &&
              is_well;
    is_well = limit_is_well(checkup, RLIMIT_NPROC, "processes (ulimit -u)", 128,
                            "Set LimitNPROC=4096 in the unit, or ulimit -u.") &&
              is_well;
    if (is_well)
        checkup_well(checkup, "open files, file size and processes are enough");
}

void check_memory(struct checkup *checkup)
{
    struct sysinfo machine;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t readers = checkup->config->workers.readers;
    if (readers == 0)
        readers = cores > 0 ? cores : 1;
    if (sysinfo(&machine) != 0)
        return;
    double all = (double)machine.totalram * machine.mem_unit;
    double needed = BYTES_A_READER * (double)readers + BYTES_A_READER;
    if (needed > all)
        checkup_bad(checkup, "Lower workers.readers, or give the machine more memory.",
                    "%lld readers want %.1f GB, the machine has %.1f GB", (long long)readers,
                    needed / 1e9, all / 1e9);
    else
        checkup_well(checkup, "%.1f GB for %lld readers on %ld cores", all / 1e9,
                     (long long)readers, cores);
}

/* ---- the readers' sandbox ------------------------------------------------------------------- */

void check_sandbox(struct checkup *checkup)
{
    enum { NAMES_BYTES = 128 };
    unsigned layers = 0;
    struct fault fault = {0};
    char missing[NAMES_BYTES];
    if (sandbox_probe(&layers, &fault) != STATUS_OK) {
        checkup_bad(checkup, "See that this user may start processes.", "%s", fault.text);
        return;
    }
    sandbox_layer_names(SANDBOX_ALL & ~layers, missing, sizeof missing);
    if (layers == SANDBOX_ALL)
        checkup_well(checkup, "this kernel offers every layer");
    else if (checkup->config->reading.sandbox_required)
        checkup_bad(checkup, "Boot a kernel that has it, or set reading.sandbox: preferred.",
                    "the readers will not start: this kernel lacks %s", missing);
    else
        checkup_note(checkup,
                     "A kernel of Debian 12 has every layer; the others protect meanwhile.",
                     "this kernel lacks %s", missing);
}

/* ---- models of the recognition ------------------------------------------------------------- */

static bool has_model(const char *folder, const char *language, size_t length)
{
    struct text path = {0};
    text_append_format(&path, "%s/%.*s.traineddata", folder, (int)length, language);
    bool is_there = text_ok(&path) && access(text_string(&path), R_OK) == 0;
    text_done(&path);
    return is_there;
}

void check_models(struct checkup *checkup)
{
    const struct config_reading *reading = &checkup->config->reading;
    const char *given = getenv("TESSDATA_PREFIX");
    const char *folder = reading->tessdata != NULL ? reading->tessdata
                         : given != NULL           ? given
                                                   : DEBIAN_TESSDATA;
    bool is_well = true;
    for (const char *at = reading->languages; *at != '\0';) {
        size_t length = strcspn(at, "+");
        if (!has_model(folder, at, length)) {
            is_well = false;
            checkup_bad(checkup, "apt install tesseract-ocr-LANGUAGE, or mend reading.languages.",
                        "no model for \"%.*s\" in %s", (int)length, at, folder);
        }
        at += length + (at[length] == '+');
    }
    if (!has_model(folder, "osd", 3)) {
        is_well = false;
        checkup_bad(checkup, "apt install tesseract-ocr-osd.",
                    "no model that tells which side of a page is up (osd) in %s", folder);
    }
    if (is_well)
        checkup_well(checkup, "%s and osd in %s", reading->languages, folder);
}

/* ---- clock --------------------------------------------------------------------------------- */

/* The newest moment that the ledger knows of; 0: none. */
static int64_t newest_moment(const struct checkup *checkup)
{
    int64_t newest = 0;
    if (checkup->ledger == NULL || ledger_newest_ms(checkup->ledger, &newest, NULL) != STATUS_OK)
        return 0;
    return newest;
}

static bool is_synchronised(void)
{
    struct timex state = {0};
    return adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

void check_clock(struct checkup *checkup)
{
    enum { AHEAD_MS_MOST = 60 * 1000 };
    int64_t ahead = newest_moment(checkup) - checkup->now_ms;
    struct tm local;
    time_t now = (time_t)(checkup->now_ms / 1000);
    char written[TIMES_BYTES];
    localtime_r(&now, &local);
    times_duration(ahead, written);
    if (ahead > AHEAD_MS_MOST)
        checkup_bad(
            checkup,
            "Set the clock right (timedatectl set-ntp true): dates of receipt come from it.",
            "the ledger's newest entry is %s in the future", written);
    else if (!is_synchronised())
        checkup_note(checkup,
                     "Let chrony or systemd-timesyncd keep it: dates of receipt come from it.",
                     "nothing keeps this machine's clock right");
    if (local.tm_gmtoff == 0 && strcmp(local.tm_zone, "UTC") == 0)
        checkup_note(
            checkup,
            "timedatectl set-timezone Europe/Berlin: near midnight a letter's day depends on it.",
            "the local time zone is UTC");
    else if (ahead <= AHEAD_MS_MOST)
        checkup_well(checkup, "the time zone is %s", local.tm_zone);
}
