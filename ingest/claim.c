/* claim.c - see claim.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/text.h"
#include "ingest/claim.h"
#include "ingest/folder.h"
#include "ingest/source.h"

enum { CLAIM_FOLDER_MODE = 0700 };

void claim_done(struct claim *claim)
{
    free(claim->source);
    free(claim->folder);
    *claim = (struct claim){0};
}

/* Fills in everything but the file system's part. */
static enum status claim_init(struct claim *claim, const char *source, struct scan_id id,
                              struct fault *fault)
{
    *claim = (struct claim){.id = id};
    uuid_to_text(&id.uuid, claim->id_text);
    char *above = source_folder(source);
    struct text folder = {0};
    text_append_format(&folder, "%s/%s", DROP_TAKEN_FOLDER, claim->id_text);
    if (above != NULL && above[0] != '\0')
        text_append_format(&folder, "/%s", above);
    claim->source = string_copy(source);
    claim->folder = text_take(&folder);
    bool complete = above != NULL && claim->source != NULL && claim->folder != NULL;
    free(above);
    if (complete)
        return STATUS_OK;
    claim_done(claim);
    return fault_set(fault, STATUS_LATER, "out of memory");
}

/* Moves the file `from`, a path below `root`, to `to`, whose folder is there or made, and fsyncs
 * that folder. With a journal, all of the move is durable then; without one, a power cut may show
 * the file in its old place: it is taken again, and the ledger knows its bytes. */
static enum status move_file(int root, const char *from, const char *to, mode_t mode,
                             struct fault *fault)
{
    char *from_folder = source_folder(from);
    char *to_folder = source_folder(to);
    int out = -1;
    int in = -1;
    enum status status = from_folder == NULL || to_folder == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : folder_open(root, from_folder, &out, fault);
    if (status == STATUS_OK)
        status = folder_make(root, to_folder, mode, &in, fault);
    if (status == STATUS_OK)
        status = folder_move(out, source_name(from), in, source_name(to), fault);
    if (status == STATUS_OK)
        status = folder_sync_open(in, fault);
    if (out >= 0)
        (void)close(out);
    if (in >= 0)
        (void)close(in);
    free(from_folder);
    free(to_folder);
    return status;
}

static char *claimed_path(const struct claim *claim)
{
    struct text path = {0};
    text_append_format(&path, "%s/%s", claim->folder, source_name(claim->source));
    return text_take(&path);
}

enum status claim_take(int root, const char *source, struct scan_id id, struct claim *ret_claim,
                       struct fault *fault)
{
    struct claim claim;
    enum status status = claim_init(&claim, source, id, fault);
    if (status != STATUS_OK)
        return status;
    char *path = claimed_path(&claim);
    status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                          : move_file(root, source, path, CLAIM_FOLDER_MODE, fault);
    free(path);
    if (status == STATUS_OK) {
        *ret_claim = claim;
        return STATUS_OK;
    }
    claim_clear(root, &claim);
    claim_done(&claim);
    return STATUS_LATER; // that a new claim's name is taken cannot be
}

enum status claim_open_folder(int root, const struct claim *claim, int *ret_folder,
                              struct fault *fault)
{
    return folder_open(root, claim->folder, ret_folder, fault);
}

/* The path `source`, with a number when it is not the first choice. */
static char *numbered_path(const char *source, unsigned number)
{
    if (number == 1)
        return string_copy(source);
    char *above = source_folder(source);
    char *name = source_numbered(source_name(source), number);
    char *path = NULL;
    if (above != NULL && name != NULL) {
        struct text text = {0};
        text_append_format(&text, "%s%s%s", above, above[0] == '\0' ? "" : "/", name);
        path = text_take(&text);
    }
    free(above);
    free(name);
    return path;
}

enum status claim_put_back(int root, const struct claim *claim, char **ret_source,
                           struct fault *fault)
{
    char *from = claimed_path(claim);
    if (from == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    struct stat top;
    mode_t mode = fstat(root, &top) == 0 ? top.st_mode & 0777 : CLAIM_FOLDER_MODE;
    enum status status = STATUS_REFUSE;
    for (unsigned number = 1; status == STATUS_REFUSE && number <= SOURCE_NUMBER_MOST; number++) {
        char *to = numbered_path(claim->source, number);
        status = to == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                            : move_file(root, from, to, mode, fault);
        if (status == STATUS_OK)
            *ret_source = to;
        else
            free(to);
    }
    free(from);
    if (status == STATUS_OK)
        claim_clear(root, claim);
    return status == STATUS_REFUSE ? STATUS_LATER : status;
}

enum status claim_remove(int root, const struct claim *claim, struct fault *fault)
{
    int folder = -1;
    enum status status = claim_open_folder(root, claim, &folder, fault);
    if (status != STATUS_OK)
        return status;
    if (unlinkat(folder, source_name(claim->source), 0) != 0 && errno != ENOENT)
        status = fault_errno(fault, STATUS_LATER, "cannot remove a claimed file");
    (void)close(folder);
    if (status != STATUS_OK)
        return status;
    claim_clear(root, claim);
    return STATUS_OK;
}

void claim_clear(int root, const struct claim *claim)
{
    folder_remove_empty(root, claim->folder, DROP_TAKEN_FOLDER);
}

/* ---- what a crash left -------------------------------------------------------------------- */

/* Appends the names of all entries of the folder `path` to `names`, each with its NUL; *ret_count
 * tells how many. */
static enum status list_folder(int root, const char *path, struct text *names, size_t *ret_count,
                               struct fault *fault)
{
    int folder = -1;
    enum status status = folder_open(root, path, &folder, fault);
    if (status != STATUS_OK)
        return status;
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        (void)close(folder);
        return fault_errno(fault, STATUS_LATER, "cannot list a folder");
    }
    size_t count = 0;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        text_append_bytes(names, entry->d_name, strlen(entry->d_name) + 1);
        count++;
    }
    if (errno != 0)
        status = fault_errno(fault, STATUS_LATER, "cannot list a folder");
    else if (names->failed)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else
        *ret_count = count;
    (void)closedir(entries);
    return status;
}

struct claim_walk {
    int root;
    struct scan_id id;
    const char *base; /* the claim's own folder below the drop folder */
    claim_callback *callback;
    void *context;
};

static enum status walk_claim(const struct claim_walk *walk, const char *path, int depth,
                              struct fault *fault);

/* One entry of a claim's folder: a folder of the source's path, or the file itself. */
static enum status walk_entry(const struct claim_walk *walk, const char *path, int depth,
                              struct fault *fault)
{
    struct stat found;
    enum status status = folder_look(walk->root, path, &found, fault);
    if (status != STATUS_OK)
        return status;
    if (S_ISDIR(found.st_mode) && depth <= DROP_DEPTH_MOST)
        return walk_claim(walk, path, depth + 1, fault);
    struct claim claim;
    status = claim_init(&claim, path + strlen(walk->base) + 1, walk->id, fault);
    if (status != STATUS_OK)
        return status;
    status = walk->callback(walk->context, &claim, fault);
    claim_done(&claim);
    return status;
}

static enum status walk_claim(const struct claim_walk *walk, const char *path, int depth,
                              struct fault *fault)
{
    struct text names = {0};
    size_t count = 0;
    enum status status = list_folder(walk->root, path, &names, &count, fault);
    const char *name = text_string(&names);
    for (size_t i = 0; status == STATUS_OK && i < count; i++, name += strlen(name) + 1) {
        struct text below = {0};
        text_append_format(&below, "%s/%s", path, name);
        status = text_ok(&below) ? walk_entry(walk, below.bytes, depth, fault)
                                 : fault_set(fault, STATUS_LATER, "out of memory");
        text_done(&below);
    }
    text_done(&names);
    if (status == STATUS_OK)
        folder_remove_empty(walk->root, path, DROP_TAKEN_FOLDER);
    return status;
}

/* Something in `.taken` that is no claim: it cannot have been taken over, so it goes back. */
static enum status put_back_stranger(int root, const char *path, struct fault *fault)
{
    enum status status = STATUS_REFUSE;
    for (unsigned number = 1; status == STATUS_REFUSE && number <= SOURCE_NUMBER_MOST; number++) {
        char *to = source_numbered(source_name(path), number);
        status = to == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                            : move_file(root, path, to, CLAIM_FOLDER_MODE, fault);
        free(to);
    }
    return status;
}

static enum status walk_taken_entry(struct claim_walk *walk, const char *name, struct fault *fault)
{
    struct text path = {0};
    text_append_format(&path, "%s/%s", DROP_TAKEN_FOLDER, name);
    struct stat found;
    enum status status = !text_ok(&path) ? fault_set(fault, STATUS_LATER, "out of memory")
                                         : folder_look(walk->root, path.bytes, &found, fault);
    walk->base = text_string(&path);
    if (status == STATUS_OK && S_ISDIR(found.st_mode) && uuid_from_text(name, &walk->id.uuid))
        status = walk_claim(walk, path.bytes, 1, fault);
    else if (status == STATUS_OK)
        status = put_back_stranger(walk->root, path.bytes, fault);
    text_done(&path);
    return status;
}

enum status claims_each(int root, claim_callback *callback, void *context, struct fault *fault)
{
    struct claim_walk walk = {.root = root, .callback = callback, .context = context};
    struct text names = {0};
    size_t count = 0;
    struct fault missing;
    enum status status = list_folder(root, DROP_TAKEN_FOLDER, &names, &count, &missing);
    if (status != STATUS_OK && missing.os_error == ENOENT) {
        text_done(&names);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        fault_set(fault, status, "%s", missing.text);
    const char *name = text_string(&names);
    for (size_t i = 0; status == STATUS_OK && i < count; i++, name += strlen(name) + 1)
        status = walk_taken_entry(&walk, name, fault);
    text_done(&names);
    return status;
}
