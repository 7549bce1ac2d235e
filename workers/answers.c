/* answers.c - see answers.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "filing/xdomea.h"
#include "store/packages.h"
#include "workers/answers.h"

enum { FOLDER_MODE = 0770, FILE_MODE = 0640, PIECE_BYTES = 65536 };

static const char actor[] = "xdomea";

struct desk {
    const char *folder;
    struct ledger *ledger;
    const struct clock *clock;
    struct answers_count count;
};

/* ---- reading a file ------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcasecmp(name + length - tail, end) == 0;
}

/* The content of the entry that the archive is at. */
static enum status read_entry(struct archive *archive, struct text *xml, struct fault *fault)
{
    char piece[PIECE_BYTES];
    la_ssize_t length = 0;
    while ((length = archive_read_data(archive, piece, sizeof piece)) > 0) {
        if (xml->length + (size_t)length > XDOMEA_XML_BYTES_MOST)
            return fault_set(fault, STATUS_REFUSE, "the message in the package is too long");
        text_append_bytes(xml, piece, (size_t)length);
    }
    if (length < 0)
        return fault_set(fault, STATUS_REFUSE, "the package is damaged");
    return text_ok(xml) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

static enum status read_archive(struct archive *archive, const char *path, struct text *xml,
                                struct fault *fault)
{
    struct archive_entry *entry = NULL;
    if (archive_read_support_format_zip(archive) != ARCHIVE_OK ||
        archive_read_open_filename(archive, path, PIECE_BYTES) != ARCHIVE_OK)
        return fault_set(fault, STATUS_REFUSE, "this is no ZIP package");
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        if (name != NULL && ends_with(name, ".xml"))
            return read_entry(archive, xml, fault);
    }
    return fault_set(fault, STATUS_REFUSE, "there is no message in the package");
}

static enum status read_package(const char *path, struct text *xml, struct fault *fault)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = read_archive(archive, path, xml, fault);
    archive_read_free(archive);
    return status;
}

static enum status read_plain(const char *path, struct text *xml, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = file_read(path, XDOMEA_XML_BYTES_MOST, &bytes, &length, fault);
    if (status == STATUS_OK)
        text_append_bytes(xml, bytes, length);
    free(bytes);
    return status == STATUS_OK && !text_ok(xml) ? fault_set(fault, STATUS_LATER, "out of memory")
                                                : status;
}

static enum status read_answer(const char *path, struct xdomea_answer *ret_answer,
                               struct fault *fault)
{
    struct text xml = {0};
    enum status status =
        ends_with(path, ".zip") ? read_package(path, &xml, fault) : read_plain(path, &xml, fault);
    if (status == STATUS_OK)
        status = xdomea_read_answer(xml.bytes, xml.length, ret_answer, fault);
    text_done(&xml);
    return status;
}

/* ---- putting it away ------------------------------------------------------------------------ */

static char *path_of(const struct desk *desk, const char *below, const char *name, const char *end)
{
    struct text path = {0};
    text_append_format(&path, "%s/%s%s%s", desk->folder, below, name, end);
    return text_take(&path);
}

static enum status put_away(const struct desk *desk, const char *name, const char *below,
                            const char *words, struct fault *fault)
{
    char *from = path_of(desk, "", name, "");
    char *to = path_of(desk, below, name, "");
    char *note = path_of(desk, below, name, ".txt");
    enum status status = STATUS_OK;
    if (from == NULL || to == NULL || note == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK && words != NULL)
        status = durable_write_file(note, words, strlen(words), FILE_MODE, fault);
    if (status == STATUS_OK)
        status = durable_rename(from, to, fault);
    free(from);
    free(to);
    free(note);
    return status;
}

static enum status refuse(struct desk *desk, const char *name, const char *why, struct fault *fault)
{
    struct text words = {0};
    text_append_format(&words, "Diese Rückmeldung konnte nicht übernommen werden: %s\n", why);
    log_warning(NULL, "an answer of the document management system was refused: %s", why);
    enum status status = put_away(desk, name, "refused/", text_string(&words), fault);
    text_done(&words);
    desk->count.refused++;
    return status;
}

/* ---- one answer ---------------------------------------------------------------------------- */

static enum status take(struct desk *desk, const char *name, const char *path, struct fault *fault)
{
    struct xdomea_answer answer = {0};
    struct fault why = {0};
    enum package_answer kept = PACKAGE_ANSWER_UNKNOWN;
    enum status status = read_answer(path, &answer, &why);
    if (status == STATUS_REFUSE)
        return refuse(desk, name, why.text, fault);
    if (status == STATUS_OK)
        status = package_answer(desk->ledger, &answer.process, answer.is_success,
                                answer.is_success ? NULL : answer.reason, actor, &kept, &why);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why.text);
    if (kept == PACKAGE_ANSWER_UNKNOWN)
        return refuse(desk, name, "zu dieser Prozess-ID wurde nichts abgegeben", fault);
    desk->count.kept++;
    return put_away(desk, name, "done/", NULL, fault);
}

static bool rests(const struct desk *desk, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return false;
    int64_t changed_ms = (int64_t)facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1000000;
    return clock_wall_ms(desk->clock) - changed_ms >= ANSWERS_QUIET_MS;
}

static enum status look_at(struct desk *desk, const struct dirent *entry, struct fault *fault)
{
    const char *name = entry->d_name;
    if (name[0] == '.' || (!ends_with(name, ".xml") && !ends_with(name, ".zip")))
        return STATUS_OK;
    char *path = path_join(desk->folder, name);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    bool is_whole = rests(desk, path);
    desk->count.waiting += !is_whole;
    enum status status = is_whole ? take(desk, name, path, fault) : STATUS_OK;
    free(path);
    return status;
}

static enum status make_folders(const struct desk *desk, struct fault *fault)
{
    static const char *const below[] = {"done", "refused"};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof below / sizeof below[0]; i++) {
        char *path = path_join(desk->folder, below[i]);
        status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                              : durable_make_folders(path, FOLDER_MODE, fault);
        free(path);
    }
    return status;
}

enum status answers_look(const char *folder, struct ledger *ledger, const struct clock *clock,
                         struct answers_count *ret_count, struct fault *fault)
{
    struct desk desk = {.folder = folder, .ledger = ledger, .clock = clock};
    enum status status = make_folders(&desk, fault);
    DIR *entries = status == STATUS_OK ? opendir(folder) : NULL;
    if (status == STATUS_OK && entries == NULL)
        return fault_errno(fault, STATUS_LATER, "cannot read \"%s\"", folder);
    while (status == STATUS_OK) {
        const struct dirent *entry = readdir(entries);
        if (entry == NULL)
            break;
        status = look_at(&desk, entry, fault);
    }
    if (entries != NULL)
        (void)closedir(entries);
    if (status == STATUS_OK)
        *ret_count = desk.count;
    return status;
}
