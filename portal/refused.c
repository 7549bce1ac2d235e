/* refused.c - see refused.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/durable.h"
#include "base/text.h"
#include "portal/refused.h"

enum { NOTE_BYTES_MOST = 4096, NOTES_MOST = 5000, NAME_BYTES = 256 };

/* Where a file and its note lie, and where the file goes back to. */
struct place {
    int refused; /* folder below _refused; -1: none */
    int drop;    /* the same folder below the drop folder; -1: none */
    char name[NAME_BYTES];
    char note[NAME_BYTES];
};

static void place_done(struct place *place)
{
    if (place->refused >= 0)
        (void)close(place->refused);
    if (place->drop >= 0)
        (void)close(place->drop);
}

/* Opens the folder of `source` below `root`, part by part; closes `root`. -1: not there. */
static int open_below(int root, const char *source)
{
    char part[NAME_BYTES];
    const char *slash = NULL;
    while (root >= 0 && (slash = strchr(source, '/')) != NULL) {
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - source), source);
        int next = openat(root, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        (void)close(root);
        root = next;
        source = slash + 1;
    }
    return root;
}

static bool note_names(int folder, const char *note, const char *id)
{
    char bytes[NOTE_BYTES_MOST];
    int file = openat(folder, note, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t count = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (file >= 0)
        (void)close(file);
    return count > 0 && memmem(bytes, (size_t)count, id, strlen(id)) != NULL;
}

/* Looks for the note that names the scan; the file is called as the note without ".txt". */
static bool find_note(struct place *place, const char *id)
{
    int copy = fcntl(place->refused, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry = NULL;
    bool is_found = false;
    for (size_t i = 0; folder != NULL && !is_found && i < NOTES_MOST; i++) {
        entry = readdir(folder);
        if (entry == NULL)
            break;
        size_t length = strlen(entry->d_name);
        if (length < 5 || length >= NAME_BYTES || !string_ends_with(entry->d_name, ".txt") ||
            !note_names(place->refused, entry->d_name, id))
            continue;
        is_found = true;
        memcpy(place->note, entry->d_name, length + 1);
        memcpy(place->name, entry->d_name, length - 4);
        place->name[length - 4] = '\0';
    }
    if (folder != NULL)
        (void)closedir(folder);
    return is_found;
}

static enum status find(const struct config_site *site, const struct scan_record *scan,
                        struct place *place, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    int root = open(site->drop, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uuid_to_text(&scan->id.uuid, id);
    *place = (struct place){.refused = -1, .drop = -1};
    if (root < 0)
        return fault_errno(fault, errno == ENOENT ? STATUS_REFUSE : STATUS_LATER,
                           "cannot open \"%s\"", site->drop);
    int refused =
        openat(root, DROP_REFUSED_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    place->drop = open_below(root, scan->source);
    place->refused = open_below(refused, scan->source);
    if (place->refused < 0 || place->drop < 0 || !find_note(place, id))
        return fault_set(fault, STATUS_REFUSE, "its file is not in %s any more",
                         DROP_REFUSED_FOLDER);
    return STATUS_OK;
}

enum status refused_open(const struct config_site *site, const struct scan_record *scan,
                         int *ret_file, uint64_t *ret_size, struct fault *fault)
{
    struct place place;
    struct stat seen;
    enum status status = find(site, scan, &place, fault);
    int file = status == STATUS_OK ? openat(place.refused, place.name,
                                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                   : -1;
    place_done(&place);
    if (status != STATUS_OK)
        return status;
    if (file < 0 || fstat(file, &seen) != 0 || !S_ISREG(seen.st_mode)) {
        if (file >= 0)
            (void)close(file);
        return fault_set(fault, STATUS_REFUSE, "its file is not there any more");
    }
    *ret_file = file;
    *ret_size = (uint64_t)seen.st_size;
    return STATUS_OK;
}

/* link(2) and unlink(2) instead of rename(2), which would replace a file that waits there. */
static enum status move_back(const struct place *place, struct fault *fault)
{
    if (linkat(place->refused, place->name, place->drop, place->name, 0) != 0)
        return fault_errno(fault, errno == EEXIST || errno == ENOENT ? STATUS_REFUSE : STATUS_LATER,
                           "cannot put \"%s\" back", place->name);
    (void)unlinkat(place->refused, place->name, 0);
    (void)unlinkat(place->refused, place->note, 0);
    enum status status = durable_sync(place->drop, "drop", fault);
    return status == STATUS_OK ? durable_sync(place->refused, DROP_REFUSED_FOLDER, fault) : status;
}

enum status refused_drop_again(const struct config_site *site, const struct scan_record *scan,
                               struct fault *fault)
{
    struct place place;
    enum status status = find(site, scan, &place, fault);
    if (status == STATUS_OK)
        status = move_back(&place, fault);
    place_done(&place);
    return status;
}
