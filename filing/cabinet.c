/* cabinet.c - see cabinet.h.
 *
 * Putting a document: write every part into a folder below .tmp and make it durable, make the
 * case's folder, rename the document's folder into it, fsync both. A crash before the rename
 * leaves only what cabinet_open() sweeps; after it, the next attempt finds the same content. A document
 * that is there with parts that may change is written whole beside, and the two folders change
 * places. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "filing/cabinet.h"
#include "filing/place.h"

enum {
    FOLDER_MODE = 0750,
    FILE_MODE = 0640,
    NUMBER_BYTES = 32,
    TAIL_BYTES_MOST = 16 << 20 /* behind the fixed part of a file */
};

struct cabinet {
    char *path;
    char *temporary; /* path of its .tmp */
    unsigned last_number;
};

/* ---- temporary folders ---------------------------------------------------------------------- */

/* Removes a folder of plain files. What is not removed is swept another time. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder != NULL) {
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
            if (!string_equal(entry->d_name, ".") && !string_equal(entry->d_name, ".."))
                (void)unlinkat(dirfd(folder), entry->d_name, 0);
        (void)closedir(folder);
    }
    (void)rmdir(path);
}

/* Locks it as long as the descriptor is open; -1 and errno when it is another's. */
static int lock_folder(const char *path)
{
    int file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;
        (void)close(file);
        errno = error;
        return -1;
    }
    return file;
}

static void sweep_one(const struct cabinet *cabinet, const char *name)
{
    char *path = path_join(cabinet->temporary, name);
    int lock = path == NULL ? -1 : lock_folder(path);
    if (lock >= 0) {
        remove_folder(path);
        (void)close(lock);
    }
    free(path);
}

static enum status sweep(const struct cabinet *cabinet, struct fault *fault)
{
    DIR *folder = opendir(cabinet->temporary);
    if (folder == NULL)
        return fault_errno(fault, durable_status(errno), "cannot read \"%s\"", cabinet->temporary);
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.')
            sweep_one(cabinet, entry->d_name);
        errno = 0;
    }
    enum status status = errno == 0 ? STATUS_OK
                                    : fault_errno(fault, durable_status(errno),
                                                  "cannot read \"%s\"", cabinet->temporary);
    (void)closedir(folder);
    return status;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum status cabinet_open(const char *path, struct cabinet **ret_cabinet, struct fault *fault)
{
    struct cabinet *cabinet = calloc(1, sizeof *cabinet);
    if (cabinet == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    cabinet->path = string_copy(path);
    cabinet->temporary = path_join(path, ".tmp");
    enum status status = STATUS_OK;
    if (cabinet->path == NULL || cabinet->temporary == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = durable_make_folders(cabinet->temporary, FOLDER_MODE, fault);
    if (status == STATUS_OK)
        status = sweep(cabinet, fault);
    if (status == STATUS_OK)
        *ret_cabinet = cabinet;
    else
        cabinet_close(&cabinet);
    return status;
}

void cabinet_close(struct cabinet **cabinet_p)
{
    struct cabinet *cabinet = *cabinet_p;
    if (cabinet == NULL)
        return;
    free(cabinet->path);
    free(cabinet->temporary);
    free(cabinet);
    *cabinet_p = NULL;
}

/* ---- what is there already ------------------------------------------------------------------ */

/* Whether the file in `folder` has exactly the part's bytes. A missing one has not. */
static bool part_is_there(const char *folder, const struct cabinet_part *part)
{
    char *path = path_join(folder, part->name);
    char *bytes = NULL;
    size_t length = 0;
    bool same = path != NULL && file_read(path, part->length, &bytes, &length, NULL) == STATUS_OK &&
                length == part->length && (length == 0 || memcmp(bytes, part->bytes, length) == 0);
    free(bytes);
    free(path);
    return same;
}

/* Whether the file in `folder` begins as the part does, as far as that is fixed. */
static bool begins_alike(const char *folder, const struct cabinet_part *part)
{
    char *path = path_join(folder, part->name);
    char *bytes = NULL;
    size_t length = 0;
    bool same =
        part->fixed > 0 && part->fixed <= part->length && path != NULL &&
        file_read(path, part->fixed + TAIL_BYTES_MOST, &bytes, &length, NULL) == STATUS_OK &&
        length >= part->fixed && memcmp(bytes, part->bytes, part->fixed) == 0;
    free(bytes);
    free(path);
    return same;
}

static bool part_exists(const char *folder, const struct cabinet_part *part)
{
    char *path = path_join(folder, part->name);
    bool exists = path == NULL || access(path, F_OK) == 0;
    free(path);
    return exists;
}

static enum status replace_part(const char *folder, const struct cabinet_part *part,
                                struct fault *fault)
{
    char *path = path_join(folder, part->name);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = durable_write_file(path, part->bytes, part->length, FILE_MODE, fault);
    free(path);
    return status;
}

/* One after the other, where folders cannot change places. */
static enum status replace_parts(const char *folder, const struct cabinet_document *document,
                                 struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < document->part_count; i++)
        if (!part_is_there(folder, &document->parts[i]))
            status = replace_part(folder, &document->parts[i], fault);
    return status;
}

/* The document's folder is there. *ret_is_same: with the same content. */
static enum status compare(const char *folder, const struct cabinet_document *document,
                           bool *ret_is_same, struct fault *fault)
{
    *ret_is_same = true;
    for (size_t i = 0; i < document->part_count; i++) {
        const struct cabinet_part *part = &document->parts[i];
        if (part_is_there(folder, part))
            continue;
        *ret_is_same = false;
        if (!part->may_change && !begins_alike(folder, part) && part_exists(folder, part))
            return fault_set(fault, STATUS_REFUSE,
                             "the cabinet has another %s of this document already", part->name);
    }
    return STATUS_OK;
}

/* ---- putting -------------------------------------------------------------------------------- */

static enum status write_part(const char *folder, const struct cabinet_part *part,
                              struct fault *fault)
{
    char *path = path_join(folder, part->name);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = STATUS_OK;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (file < 0)
        status = fault_errno(fault, durable_status(errno), "cannot make \"%s\"", path);
    if (status == STATUS_OK)
        status = durable_write(file, part->bytes, part->length, fault);
    if (status == STATUS_OK)
        status = durable_sync(file, path, fault);
    if (file >= 0 && close(file) != 0 && status == STATUS_OK)
        status = fault_errno(fault, durable_status(errno), "cannot close \"%s\"", path);
    free(path);
    return status;
}

static enum status write_parts(const char *folder, const struct cabinet_document *document,
                               struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < document->part_count; i++)
        status = write_part(folder, &document->parts[i], fault);
    if (status == STATUS_OK)
        status = durable_sync_folder(folder, fault);
    return status;
}

/* The name is free again: another writer of the same document was first, or it is an old
 * document that comes again. */
static bool is_occupied(enum status status, const struct fault *fault)
{
    return status != STATUS_OK && (fault->os_error == ENOTEMPTY || fault->os_error == EEXIST);
}

/* Fills `folder` (just made, and ours) and lets it change places with `target`, so that whoever
 * looks sees the one or the other whole. */
static enum status fill_and_exchange(const char *folder, const char *target,
                                     const struct cabinet_document *document, struct fault *fault)
{
    enum status status = write_parts(folder, document, fault);
    if (status == STATUS_OK && renameat2(AT_FDCWD, folder, AT_FDCWD, target, RENAME_EXCHANGE) != 0)
        status = errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP
                     ? replace_parts(target, document, fault)
                     : fault_errno(fault, durable_status(errno), "cannot renew \"%s\"", target);
    if (status == STATUS_OK)
        status = durable_sync_parent(target, fault);
    remove_folder(folder);
    return status;
}

/* Fills `folder` and moves it to `target`, where nothing is; *ret_is_occupied: but now there is. */
static enum status fill_and_move(const char *folder, const char *case_folder, const char *target,
                                 const struct cabinet_document *document, bool *ret_is_occupied,
                                 struct fault *fault)
{
    enum status status = write_parts(folder, document, fault);
    if (status == STATUS_OK)
        status = durable_make_folders(case_folder, FOLDER_MODE, fault);
    struct fault moving = {0};
    if (status == STATUS_OK)
        status = durable_rename(folder, target, &moving);
    *ret_is_occupied = is_occupied(status, &moving);
    if (!*ret_is_occupied && moving.text[0] != '\0')
        status = fault_set(fault, status, "%s", moving.text);
    if (status != STATUS_OK)
        remove_folder(folder);
    return *ret_is_occupied ? STATUS_OK : status;
}

/* In a new folder of ours, which comes to `target`. `case_folder` NULL: in exchange for what is
 * there. */
static enum status put_anew(struct cabinet *cabinet, const char *case_folder, const char *target,
                            const struct cabinet_document *document, bool *ret_is_occupied,
                            struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    char name[UUID_TEXT_BYTES + 2 * NUMBER_BYTES];
    uuid_to_text(&document->id, id);
    (void)snprintf(name, sizeof name, "%s.%ld.%u", id, (long)getpid(), ++cabinet->last_number);
    char *folder = path_join(cabinet->temporary, name);
    if (folder == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = STATUS_OK;
    int lock = -1;
    if (mkdir(folder, FOLDER_MODE) != 0)
        status = fault_errno(fault, durable_status(errno), "cannot make \"%s\"", folder);
    else
        lock = lock_folder(folder);
    // Without locks (some network file systems) nothing is ever swept, and that is all.
    if (status == STATUS_OK && lock < 0 && (errno == EWOULDBLOCK || errno == ENOENT))
        status = fault_set(fault, STATUS_LATER, "\"%s\" was swept before it was locked", folder);
    if (status == STATUS_OK)
        status = case_folder == NULL
                     ? fill_and_exchange(folder, target, document, fault)
                     : fill_and_move(folder, case_folder, target, document, ret_is_occupied, fault);
    if (lock >= 0)
        (void)close(lock);
    free(folder);
    return status;
}

/* The same content that is there already is a success. */
static enum status put_over(struct cabinet *cabinet, const char *target,
                            const struct cabinet_document *document, struct fault *fault)
{
    bool is_same = false;
    enum status status = compare(target, document, &is_same, fault);
    if (status == STATUS_OK && !is_same)
        return put_anew(cabinet, NULL, target, document, NULL, fault);
    // Whoever moved it here may have died before its name was durable.
    return status == STATUS_OK ? durable_sync_parent(target, fault) : status;
}

static enum status check_parts(const struct cabinet_document *document, struct fault *fault)
{
    for (size_t i = 0; i < document->part_count; i++) {
        const char *name = document->parts[i].name;
        if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
            strlen(name) > PLACE_NAME_BYTES_MOST)
            return fault_set(fault, STATUS_REFUSE, "a part's name cannot be a file's name");
    }
    return STATUS_OK;
}

/* "team/case", and "team/case/document". */
static enum status find_place(const struct cabinet_document *document, struct text *case_place,
                              struct text *place, struct fault *fault)
{
    bool fits = place_append(case_place, document->team);
    text_append_char(case_place, '/');
    fits = place_append(case_place, document->case_number) && fits;
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&document->id, id);
    text_append_format(place, "%s/%s", text_string(case_place), id);
    if (!text_ok(case_place) || !text_ok(place))
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (!fits)
        return fault_set(fault, STATUS_REFUSE, "the name of the team or case is too long");
    return STATUS_OK;
}

static enum status put_at(struct cabinet *cabinet, const char *case_place, const char *place,
                          const struct cabinet_document *document, struct fault *fault)
{
    char *case_folder = path_join(cabinet->path, case_place);
    char *target = path_join(cabinet->path, place);
    bool is_there = false;
    enum status status = STATUS_OK;
    if (case_folder == NULL || target == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else if (access(target, F_OK) == 0)
        is_there = true;
    else
        status = put_anew(cabinet, case_folder, target, document, &is_there, fault);
    if (status == STATUS_OK && is_there)
        status = put_over(cabinet, target, document, fault);
    free(case_folder);
    free(target);
    return status;
}

enum status cabinet_put(struct cabinet *cabinet, const struct cabinet_document *document,
                        char **ret_place, struct fault *fault)
{
    struct text case_place = {0};
    struct text place = {0};
    enum status status = check_parts(document, fault);
    if (status == STATUS_OK)
        status = find_place(document, &case_place, &place, fault);
    if (status == STATUS_OK)
        status = put_at(cabinet, text_string(&case_place), text_string(&place), document, fault);
    text_done(&case_place);
    if (status == STATUS_OK)
        *ret_place = text_take(&place);
    text_done(&place);
    return status;
}

/* ---- withdrawing ---------------------------------------------------------------------------- */

/* "team/case/document" of this very document, and nothing that climbs out of the cabinet. */
static bool is_place_of(const char *place, const struct uuid *document)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(document, id);
    const char *team_end = strchr(place, '/');
    const char *case_end = team_end == NULL ? NULL : strchr(team_end + 1, '/');
    return case_end != NULL && team_end != place && case_end != team_end + 1 && place[0] != '.' &&
           team_end[1] != '.' && string_equal(case_end + 1, id);
}

/* Out of the case in one step, and durably so; what then lies in .tmp is removed, if not now then
 * by the next sweep. */
static enum status take_out(struct cabinet *cabinet, const struct uuid *document,
                            const char *folder, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    char name[UUID_TEXT_BYTES + 2 * NUMBER_BYTES];
    uuid_to_text(document, id);
    (void)snprintf(name, sizeof name, "%s.%ld.%u", id, (long)getpid(), ++cabinet->last_number);
    char *target = path_join(cabinet->temporary, name);
    if (target == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    struct fault moving = {0};
    enum status status = durable_rename(folder, target, &moving);
    if (status != STATUS_OK && moving.os_error == ENOENT)
        status = STATUS_OK;
    else if (status != STATUS_OK)
        status = fault_set(fault, status, "%s", moving.text);
    else
        status = durable_sync_parent(folder, fault);
    if (status == STATUS_OK)
        remove_folder(target);
    free(target);
    return status;
}

enum status cabinet_withdraw(struct cabinet *cabinet, const struct uuid *document,
                             const char *place, struct fault *fault)
{
    if (!is_place_of(place, document))
        return fault_set(fault, STATUS_REFUSE, "this is not the place of that document");
    char *folder = path_join(cabinet->path, place);
    if (folder == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = take_out(cabinet, document, folder, fault);
    free(folder);
    return status;
}
