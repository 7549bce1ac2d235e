/* giveback.c - see giveback.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dropfolder.h"
#include "base/durable.h"
#include "ingest/folder.h"
#include "ingest/giveback.h"
#include "ingest/source.h"

enum { NOTE_BYTES_MOST = 16 * 1024, COPY_BYTES = 128 * 1024 };

/* Where a refused file goes. */
struct place {
    char *path; /* of the folder, below the drop folder */
    int folder;
    mode_t file_mode; /* for what we write: as open as the drop folder itself */
    char *name;       /* of the file */
    char *note;       /* of its note */
    bool is_copy;     /* of the spool's bytes: one that is there already is as good */
    bool is_ours;     /* the note of this very scan is there already */
    bool has_file;    /* a file of that name too */
};

static void place_done(struct place *place)
{
    if (place->folder >= 0)
        (void)close(place->folder);
    free(place->path);
    free(place->name);
    free(place->note);
}

static bool exists(int folder, const char *name)
{
    struct stat found;
    return fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* The note there speaks of this scan. */
static bool note_is_of(int folder, const char *note, const char *scan)
{
    int file = openat(folder, note, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return false;
    char bytes[NOTE_BYTES_MOST];
    ssize_t count = read(file, bytes, sizeof bytes);
    (void)close(file);
    return count > 0 && memmem(bytes, (size_t)count, scan, strlen(scan)) != NULL;
}

/* The place is free, or this very scan's from before. */
static bool may_have(const struct place *place)
{
    if (place->is_ours)
        return !place->has_file || place->is_copy;
    return !place->has_file && !exists(place->folder, place->note);
}

/* Tries number `number` of the wanted name. STATUS_REFUSE: another's. */
static enum status try_name(struct place *place, const char *wanted, unsigned number,
                            const char *scan, struct fault *fault)
{
    struct text note = {0};
    place->name = source_numbered(wanted, number);
    text_append_format(&note, "%s.txt", place->name == NULL ? "" : place->name);
    place->note = text_take(&note);
    if (place->name == NULL || place->note == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    place->is_ours = note_is_of(place->folder, place->note, scan);
    place->has_file = exists(place->folder, place->name);
    if (may_have(place))
        return STATUS_OK;
    free(place->name);
    free(place->note);
    place->name = NULL;
    place->note = NULL;
    return fault_set(fault, STATUS_REFUSE, "a name is taken");
}

static enum status place_open(struct place *place, int root, const struct refusal_slip *slip,
                              bool is_copy, struct fault *fault)
{
    *place = (struct place){.folder = -1, .is_copy = is_copy};
    struct stat top;
    if (fstat(root, &top) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot look at the drop folder");
    place->file_mode = (top.st_mode & 0666) | S_IRUSR | S_IWUSR;
    char *above = source_folder(slip->source);
    struct text path = {0};
    text_append(&path, DROP_REFUSED_FOLDER);
    if (above != NULL && above[0] != '\0')
        text_append_format(&path, "/%s", above);
    free(above);
    place->path = text_take(&path);
    if (place->path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status =
        folder_make(root, place->path, (top.st_mode & 07777) | S_IRWXU, &place->folder, fault);
    if (status != STATUS_OK)
        return status;
    status = STATUS_REFUSE;
    for (unsigned number = 1; status == STATUS_REFUSE && number <= SOURCE_NUMBER_MOST; number++)
        status = try_name(place, source_name(slip->source), number, slip->scan, fault);
    return status == STATUS_REFUSE ? STATUS_LATER : status;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A file being written under a name that nobody takes up. */
static enum status partial_open(const struct place *place, int *ret_file, struct fault *fault)
{
    struct text partial = {0};
    text_append_format(&partial, "%s.part", place->name);
    if (!text_ok(&partial)) {
        text_done(&partial);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    (void)unlinkat(place->folder, partial.bytes, 0); // of an attempt that a crash ended
    enum status status = STATUS_OK;
    int file = openat(place->folder, partial.bytes,
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        status = fault_errno(fault, STATUS_LATER, "cannot make a file in %s", DROP_REFUSED_FOLDER);
    else
        *ret_file = file;
    text_done(&partial);
    return status;
}

/* Ends it: whole under `name` when `status` is STATUS_OK, gone otherwise. */
static enum status partial_close(const struct place *place, int file, const char *name,
                                 enum status status, struct fault *fault)
{
    struct text partial = {0};
    text_append_format(&partial, "%s.part", place->name);
    if (status == STATUS_OK && fchmod(file, place->file_mode) != 0)
        status = fault_errno(fault, STATUS_LATER, "cannot set a file's mode");
    if (status == STATUS_OK && fsync(file) != 0)
        status = fault_errno(fault, STATUS_LATER, "cannot fsync a file");
    if (close(file) != 0 && status == STATUS_OK)
        status = fault_errno(fault, STATUS_LATER, "cannot close a file");
    if (status == STATUS_OK)
        status = folder_move(place->folder, text_string(&partial), place->folder, name, fault);
    if (status != STATUS_OK)
        (void)unlinkat(place->folder, text_string(&partial), 0);
    text_done(&partial);
    return status;
}

static enum status write_note(const struct place *place, const struct refusal_slip *slip,
                              struct fault *fault)
{
    if (place->is_ours)
        return STATUS_OK;
    struct text note = {0};
    refusal_slip_append(&note, slip);
    int file = -1;
    enum status status = !text_ok(&note) ? fault_set(fault, STATUS_LATER, "out of memory")
                                         : partial_open(place, &file, fault);
    if (status == STATUS_OK) {
        status = durable_write(file, note.bytes, note.length, fault);
        status = partial_close(place, file, place->note, status, fault);
    }
    text_done(&note);
    return status;
}

/* Reads all of `object`, writes it to `file` unless that is -1, and gives the digest. */
static enum status read_all(int object, int file, struct digest *ret_digest, struct fault *fault)
{
    static uint8_t bytes[COPY_BYTES]; // too large for a stack; one thread
    struct digest_stream stream;
    digest_begin(&stream);
    for (off_t offset = 0;;) {
        ssize_t count = pread(object, bytes, sizeof bytes, offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_errno(fault, STATUS_LATER, "cannot read from the spool");
        if (count == 0)
            break;
        digest_add(&stream, bytes, (size_t)count);
        enum status status =
            file < 0 ? STATUS_OK : durable_write(file, bytes, (size_t)count, fault);
        if (status != STATUS_OK)
            return status;
        offset += count;
    }
    *ret_digest = digest_end(&stream);
    return STATUS_OK;
}

/* Copies `object` to `file`, or only reads it when that is -1, and compares the digest. */
static enum status copy_all(int object, int file, const struct digest *digest, struct fault *fault)
{
    struct digest found;
    enum status status = read_all(object, file, &found, fault);
    if (status == STATUS_OK && !digest_equal(&found, digest))
        status = fault_set(fault, STATUS_REFUSE, "the spool's bytes have changed");
    return status;
}

static enum status write_copy(const struct place *place, int object, const struct digest *digest,
                              struct fault *fault)
{
    if (place->has_file)
        return STATUS_OK;
    int file = -1;
    enum status status = partial_open(place, &file, fault);
    if (status != STATUS_OK)
        return status;
    status = copy_all(object, file, digest, fault);
    return partial_close(place, file, place->name, status, fault);
}

static enum status move_claim(const struct place *place, int root, const struct claim *claim,
                              struct fault *fault)
{
    int folder = -1;
    enum status status = claim_open_folder(root, claim, &folder, fault);
    if (status != STATUS_OK)
        return status;
    status = folder_move(folder, source_name(claim->source), place->folder, place->name, fault);
    (void)close(folder);
    return status;
}

/* Trouble in the site's folder concerns that site alone. */
static enum status soften(enum status status)
{
    return status == STATUS_HALT ? STATUS_LATER : status;
}

enum status giveback_claim(int root, const struct claim *claim, const struct refusal_slip *slip,
                           struct fault *fault)
{
    struct place place;
    enum status status = place_open(&place, root, slip, false, fault);
    if (status == STATUS_OK)
        status = write_note(&place, slip, fault);
    if (status == STATUS_OK)
        status = move_claim(&place, root, claim, fault);
    if (status == STATUS_OK)
        status = folder_sync(root, place.path, fault);
    place_done(&place);
    if (status == STATUS_OK)
        claim_clear(root, claim);
    return status == STATUS_REFUSE ? STATUS_LATER : soften(status);
}

enum status giveback_copy(int root, int object, const struct digest *digest,
                          const struct refusal_slip *slip, struct fault *fault)
{
    struct place place;
    enum status status = copy_all(object, -1, digest, fault);
    if (status != STATUS_OK)
        return soften(status);
    status = place_open(&place, root, slip, true, fault);
    if (status == STATUS_OK)
        status = write_note(&place, slip, fault);
    if (status == STATUS_OK)
        status = write_copy(&place, object, digest, fault);
    if (status == STATUS_OK)
        status = folder_sync(root, place.path, fault);
    place_done(&place);
    return soften(status);
}

enum status giveback_note(int root, const struct refusal_slip *slip, struct fault *fault)
{
    struct place place;
    enum status status = place_open(&place, root, slip, true, fault);
    if (status == STATUS_OK)
        status = write_note(&place, slip, fault);
    if (status == STATUS_OK)
        status = folder_sync(root, place.path, fault);
    place_done(&place);
    return soften(status);
}
