/* register_folder.c - see register_folder.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "ingest/register_folder.h"
#include "store/audit.h"

enum { NAME_BYTES = 256, REJECTED_IN_REPORT_MOST = 1000, STAMP_BYTES = 32 };

static const char actor[] = "register-folder";

/* A file that waits, as it was when it was last looked at. */
struct export_file {
    char name[NAME_BYTES];
    off_t size;
    struct timespec changed;
};

struct register_folder {
    const struct config *config;
    struct ledger *ledger;
    const struct clock *clock;
    char *done, *refused;       /* folders */
    struct export_file watched; /* the file that is to rest; name "" for none */
    int64_t rests_ms;           /* monotonic: since when it is as it is */
};

static enum status make_folder(const char *parent, const char *name, char **ret_path,
                               struct fault *fault)
{
    *ret_path = path_join(parent, name);
    if (*ret_path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    return durable_make_folders(*ret_path, 0770, fault);
}

enum status register_folder_new(const struct config *config, struct ledger *ledger,
                                const struct clock *clock, struct register_folder **ret_folder,
                                struct fault *fault)
{
    struct register_folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    folder->config = config;
    folder->ledger = ledger;
    folder->clock = clock;
    enum status status = make_folder(config->register_folder, "done", &folder->done, fault);
    if (status == STATUS_OK)
        status = make_folder(config->register_folder, "refused", &folder->refused, fault);
    if (status == STATUS_OK)
        *ret_folder = folder;
    else
        register_folder_free(&folder);
    return status;
}

void register_folder_free(struct register_folder **folder_p)
{
    struct register_folder *folder = *folder_p;
    if (folder == NULL)
        return;
    free(folder->done);
    free(folder->refused);
    free(folder);
    *folder_p = NULL;
}

/* ---- finding -------------------------------------------------------------------------------- */

static bool is_export_name(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && length < NAME_BYTES &&
           strcasecmp(name + length - 4, ".csv") == 0;
}

static bool is_older(const struct export_file *left, const struct export_file *right)
{
    if (left->changed.tv_sec != right->changed.tv_sec)
        return left->changed.tv_sec < right->changed.tv_sec;
    if (left->changed.tv_nsec != right->changed.tv_nsec)
        return left->changed.tv_nsec < right->changed.tv_nsec;
    return strcmp(left->name, right->name) < 0;
}

/* The oldest one that waits; its name is "" when there is none. */
static enum status find_oldest(const char *path, struct export_file *ret_oldest,
                               struct fault *fault)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return fault_errno(fault, STATUS_LATER, "cannot look into \"%s\"", path);
    struct export_file oldest = {.name = ""};
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat found;
        struct export_file candidate = {.name = ""};
        if (!is_export_name(entry->d_name) ||
            fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(found.st_mode))
            continue;
        memcpy(candidate.name, entry->d_name, strlen(entry->d_name) + 1);
        candidate.size = found.st_size;
        candidate.changed = found.st_mtim;
        if (oldest.name[0] == '\0' || is_older(&candidate, &oldest))
            oldest = candidate;
    }
    (void)closedir(folder);
    *ret_oldest = oldest;
    return STATUS_OK;
}

/* Has it been the same for long enough, on the clock of this host? */
static bool has_rested(struct register_folder *folder, const struct export_file *found)
{
    const struct export_file *before = &folder->watched;
    int64_t now_ms = clock_monotonic_ms(folder->clock);
    bool is_same = strcmp(before->name, found->name) == 0 && before->size == found->size &&
                   before->changed.tv_sec == found->changed.tv_sec &&
                   before->changed.tv_nsec == found->changed.tv_nsec;
    if (!is_same) {
        folder->watched = *found;
        folder->rests_ms = now_ms;
    }
    return now_ms - folder->rests_ms >= folder->config->register_quiet_ms;
}

/* ---- the report ----------------------------------------------------------------------------- */

struct rejections {
    struct text lines;
    uint64_t count;
};

static void note_rejection(void *context, uint64_t line, const char *reason)
{
    struct rejections *rejections = context;
    if (rejections->count++ < REJECTED_IN_REPORT_MOST)
        text_append_format(&rejections->lines, "  Zeile %" PRIu64 ": %s\n", line, reason);
}

static void append_counts(struct text *report, const struct register_import_result *result)
{
    text_append_format(report,
                       "Das Fallregister ist jetzt Fassung %" PRId64 ".\n\n"
                       "Personen:         %" PRIu64 " (vorher %" PRIu64 ")\n"
                       "Fälle:            %" PRIu64 "\n"
                       "  neu:            %" PRIu64 "\n"
                       "  geändert:       %" PRIu64 "\n"
                       "  nicht mehr da:  %" PRIu64 "\n"
                       "  unverändert:    %" PRIu64 "\n"
                       "Zeilen doppelt:   %" PRIu64 "\n"
                       "Zeilen zum Entfernen: %" PRIu64 "\n",
                       result->version, result->persons, result->persons_before, result->cases,
                       result->cases_new, result->cases_changed, result->cases_gone,
                       result->cases_same, result->folded, result->removed);
}

static void append_report(struct text *report, const char *name, const struct fault *fault,
                          const struct register_import_result *result,
                          const struct rejections *rejections)
{
    text_append_format(report, "Export des Fallregisters: %s\n\n", name);
    if (result == NULL)
        text_append_format(report,
                           "Die Datei wurde NICHT übernommen; das bisherige Register gilt "
                           "weiter.\nGrund: %s\n",
                           fault->text);
    else
        append_counts(report, result);
    if (rejections->count == 0)
        return;
    text_append_format(report, "\nNicht übernommene Zeilen: %" PRIu64 "\n%s", rejections->count,
                       text_string(&rejections->lines));
    if (rejections->count > REJECTED_IN_REPORT_MOST)
        text_append_format(report, "  … und %" PRIu64 " weitere\n",
                           rejections->count - REJECTED_IN_REPORT_MOST);
}

/* ---- taking --------------------------------------------------------------------------------- */

/* "20260302T081500Z-" in front of the name, so that nothing in done/ is ever overwritten. */
static enum status put_away(const struct register_folder *folder, const char *path,
                            const char *name, bool is_done, const struct text *report,
                            struct fault *fault)
{
    char stamp[STAMP_BYTES];
    struct tm parts;
    time_t now = (time_t)(clock_wall_ms(folder->clock) / 1000);
    struct text target = {0};
    struct text words = {0};
    (void)gmtime_r(&now, &parts);
    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    text_append_format(&target, "%s/%s-%s", is_done ? folder->done : folder->refused, stamp, name);
    text_append_format(&words, "%s.txt", text_string(&target));
    enum status status = STATUS_OK;
    if (!text_ok(&target) || !text_ok(&words) || !text_ok(report))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = durable_write_file(text_string(&words), text_string(report), report->length, 0640,
                                    fault);
    if (status == STATUS_OK)
        status = durable_rename(path, text_string(&target), fault);
    text_done(&target);
    text_done(&words);
    return status;
}

static struct register_import import_of(const struct config *config, const char *path,
                                        struct rejections *rejections)
{
    struct register_import import = {
        .csv_path = path,
        .words = {.closed = config->register_closed_words,
                  .blocked = config->register_blocked_words,
                  .staff = config->register_staff_words,
                  .not_blocked = config->register_unblocked_words,
                  .removed = config->register_removed_words},
        .is_incremental = config->register_is_incremental,
        .drop_share_most = config->register_drop_share_most,
        .actor = actor,
        .rejected = note_rejection,
        .context = rejections,
    };
    for (size_t i = 0; i < REGISTER_FIELDS; i++)
        import.columns[i] = config->register_columns[i];
    return import;
}

/* A refusal is an answer like any other: told in the report, kept in the audit. */
static enum status take(struct register_folder *folder, const char *path, const char *name,
                        struct fault *fault)
{
    struct rejections rejections = {0};
    struct register_import_result result = {0};
    struct text report = {0};
    const struct register_import import = import_of(folder->config, path, &rejections);
    enum status status = register_import_csv(folder->ledger, &import, &result, fault);
    bool is_done = status == STATUS_OK;
    if (status == STATUS_REFUSE) {
        log_warning(NULL, "%s: not imported: %s", name, fault->text);
        status = audit_note(folder->ledger, actor, "register.refuse", "register", fault);
    } else if (is_done) {
        log_info(NULL, "%s: the register is version %" PRId64 " now, %" PRIu64 " persons", name,
                 result.version, result.persons);
    }
    if (status == STATUS_OK) {
        append_report(&report, name, fault, is_done ? &result : NULL, &rejections);
        status = put_away(folder, path, name, is_done, &report, fault);
    }
    text_done(&rejections.lines);
    text_done(&report);
    return status;
}

enum status register_folder_look(struct register_folder *folder, bool *ret_taken,
                                 struct fault *fault)
{
    struct export_file found = {.name = ""};
    *ret_taken = false;
    enum status status = find_oldest(folder->config->register_folder, &found, fault);
    if (status != STATUS_OK || found.name[0] == '\0' || !has_rested(folder, &found))
        return status;
    char *path = path_join(folder->config->register_folder, found.name);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    status = take(folder, path, found.name, fault);
    free(path);
    *ret_taken = status == STATUS_OK;
    return status;
}
