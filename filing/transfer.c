/* transfer.c - see transfer.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "filing/transfer.h"

enum { FOLDER_MODE = 0770, NOTE_MODE = 0640 };

static const char being_made[] = ".making";
static const char sent[] = ".sent";

/* The paths of one package; all owned, NULL when memory ran out. */
struct paths {
    char *made;   /* .making/<name>.zip */
    char *shown;  /* <name>.zip */
    char *note;   /* .sent/<process> */
    char *taken;  /* .sent/<process>.withdrawn */
    char *recall; /* <process>_Ruecknahme.json */
};

static char *path_of(const char *folder, const char *below, const char *name, const char *end)
{
    struct text path = {0};
    text_append_format(&path, "%s/%s%s%s%s", folder, below, below[0] == '\0' ? "" : "/", name, end);
    return text_take(&path);
}

static void paths_done(struct paths *paths)
{
    free(paths->made);
    free(paths->shown);
    free(paths->note);
    free(paths->taken);
    free(paths->recall);
}

static enum status make_paths(const char *folder, const struct xdomea_message *message,
                              struct paths *paths, struct fault *fault)
{
    struct text name = {0};
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&message->process, id);
    xdomea_append_name(message, &name);
    *paths = (struct paths){
        .made = path_of(folder, being_made, text_string(&name), ".zip"),
        .shown = path_of(folder, "", text_string(&name), ".zip"),
        .note = path_of(folder, sent, id, ""),
        .taken = path_of(folder, sent, id, ".withdrawn"),
        .recall = path_of(folder, "", id, "_Ruecknahme.json"),
    };
    bool whole = text_ok(&name) && paths->made != NULL && paths->shown != NULL &&
                 paths->note != NULL && paths->taken != NULL && paths->recall != NULL;
    text_done(&name);
    return whole ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

static enum status make_folders(const char *folder, struct fault *fault)
{
    const char *const below[] = {being_made, sent};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof below / sizeof below[0]; i++) {
        char *path = path_join(folder, below[i]);
        status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                              : durable_make_folders(path, FOLDER_MODE, fault);
        free(path);
    }
    return status;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- putting ------------------------------------------------------------------------------- */

static enum status write_package(const struct xdomea_message *message, const char *path,
                                 struct fault *fault)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, NOTE_MODE);
    if (file < 0)
        return fault_errno(fault, durable_status(errno), "cannot write \"%s\"", path);
    enum status status = xdomea_write_package(message, file, fault);
    if (status == STATUS_OK)
        status = durable_sync(file, path, fault);
    if (close(file) != 0 && status == STATUS_OK)
        status = fault_errno(fault, durable_status(errno), "cannot write \"%s\"", path);
    if (status == STATUS_OK)
        return durable_sync_parent(path, fault);
    (void)unlink(path);
    return status;
}

static enum status put(const struct xdomea_message *message, const struct paths *paths,
                       struct fault *fault)
{
    enum status status = STATUS_OK;
    bool is_noted = exists(paths->note);
    if (is_noted && !exists(paths->made))
        return STATUS_OK; // it was in the folder already
    if (!is_noted)
        status = write_package(message, paths->made, fault);
    if (status == STATUS_OK && !is_noted)
        status = durable_write_file(paths->note, "", 0, NOTE_MODE, fault);
    return status == STATUS_OK ? durable_rename(paths->made, paths->shown, fault) : status;
}

enum status transfer_put(const char *folder, const struct xdomea_message *message,
                         struct fault *fault)
{
    struct paths paths = {0};
    enum status status = make_paths(folder, message, &paths, fault);
    if (status == STATUS_OK)
        status = make_folders(folder, fault);
    if (status == STATUS_OK)
        status = put(message, &paths, fault);
    paths_done(&paths);
    return status;
}

/* ---- withdrawing ---------------------------------------------------------------------------- */

/* The note in words for people and in fields for programs. */
static char *note_words(const struct transfer_withdrawal *withdrawal)
{
    char process[UUID_TEXT_BYTES], document[UUID_TEXT_BYTES], at[TIMESTAMP_BYTES];
    uuid_to_text(&withdrawal->process, process);
    uuid_to_text(&withdrawal->document, document);
    timestamp_local(withdrawal->wall_ms, at);
    json_t *note = json_pack(
        "{s:s, s:s, s:s, s:s, s:s}", "art", "Ruecknahme", "prozess_id", process, "dokument_id",
        document, "zeitpunkt", at, "hinweis",
        "Die Ablage mit dieser Prozess-ID gilt nicht mehr. Ein bereits übernommenes Dokument ist "
        "aus der Akte zu entfernen; eine berichtigte Ablage kommt gegebenenfalls als eigene "
        "Nachricht.");
    char *words = note == NULL ? NULL : json_dumps(note, JSON_INDENT(2));
    json_decref(note);
    return words;
}

static enum status write_note(const struct transfer_withdrawal *withdrawal,
                              const struct paths *paths, struct fault *fault)
{
    char *words = note_words(withdrawal);
    if (words == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = durable_write_file(paths->recall, words, strlen(words), NOTE_MODE, fault);
    free(words);
    return status;
}

static enum status withdraw(const struct transfer_withdrawal *withdrawal, const struct paths *paths,
                            struct fault *fault)
{
    if (exists(paths->taken))
        return STATUS_OK;
    enum status status = durable_remove(paths->shown, fault);
    if (status == STATUS_OK)
        status = durable_remove(paths->made, fault);
    if (status == STATUS_OK)
        status = write_note(withdrawal, paths, fault);
    return status == STATUS_OK ? durable_write_file(paths->taken, "", 0, NOTE_MODE, fault) : status;
}

enum status transfer_withdraw(const char *folder, const struct transfer_withdrawal *withdrawal,
                              struct fault *fault)
{
    const struct xdomea_message message = {.version = withdrawal->version,
                                           .process = withdrawal->process};
    struct paths paths = {0};
    enum status status = make_paths(folder, &message, &paths, fault);
    if (status == STATUS_OK)
        status = make_folders(folder, fault);
    if (status == STATUS_OK)
        status = withdraw(withdrawal, &paths, fault);
    paths_done(&paths);
    return status;
}
