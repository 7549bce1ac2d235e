/* spool_copy.c - see spool_copy.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/arrivals.h"
#include "store/spool_copy.h"
#include "store/spool_engine.h"

struct copying {
    struct spool *from, *to;
    struct spool_copied copied;
    char *piece; /* SPOOL_PIECE_BYTES */
    struct uuid *known;
    size_t known_count, known_room;
};

/* ---- objects -------------------------------------------------------------------------------- */

static enum status write_pieces(struct copying *copying, int file, struct spool_writer *writer,
                                struct fault *fault)
{
    for (;;) {
        ssize_t count = read(file, copying->piece, SPOOL_PIECE_BYTES);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_errno(fault, STATUS_HALT, "cannot read a spool object");
        if (count == 0)
            return STATUS_OK;
        enum status status = spool_writer_add(writer, copying->piece, (size_t)count, fault);
        if (status != STATUS_OK)
            return status;
    }
}

static enum status write_object(struct copying *copying, int file, struct fault *fault)
{
    struct spool_writer *writer = NULL;
    struct digest digest;
    uint64_t size = 0;
    enum status status = spool_writer_open(copying->to, &writer, fault);
    if (status == STATUS_OK)
        status = write_pieces(copying, file, writer, fault);
    if (status == STATUS_OK)
        status = spool_writer_commit(&writer, &digest, &size, fault);
    spool_writer_abandon(&writer);
    if (status == STATUS_OK) {
        copying->copied.objects++;
        copying->copied.bytes += size;
    }
    return status;
}

static enum status copy_object(void *context, const struct digest *digest,
                               const struct spool_object *object, struct fault *fault)
{
    struct copying *copying = context;
    struct spool_object there = {0};
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_look(copying->to, digest, &there, fault);
    if (status != STATUS_OK)
        return status;
    if (there.is_there && there.size == object->size) {
        copying->copied.kept++;
        return STATUS_OK;
    }
    status = spool_open_object(copying->from, digest, &file, &size, fault);
    if (status == STATUS_OK)
        status = spool_check_file(file, digest, fault);
    if (status == STATUS_OK && lseek(file, 0, SEEK_SET) < 0)
        status = fault_errno(fault, STATUS_HALT, "cannot read a spool object");
    if (status == STATUS_OK)
        status = write_object(copying, file, fault);
    if (file >= 0)
        (void)close(file);
    if (status != STATUS_REFUSE)
        return status;
    copying->copied.damaged++;
    return STATUS_OK;
}

/* ---- the journal ---------------------------------------------------------------------------- */

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct uuid));
}

static bool is_known(const struct copying *copying, const struct uuid *id)
{
    return copying->known_count > 0 && bsearch(id, copying->known, copying->known_count,
                                               sizeof *copying->known, compare_ids) != NULL;
}

/* The names alone are wanted: where they can be had without the lines, no line is fetched. */
static bool note_known(void *context, struct scan_id id)
{
    struct copying *copying = context;
    if (copying->known_count == copying->known_room) {
        size_t room = copying->known_room == 0 ? 1024 : 2 * copying->known_room;
        struct uuid *more = reallocarray(copying->known, room, sizeof *more);
        if (more == NULL)
            return false; // it is noted once more, which does no harm
        copying->known = more;
        copying->known_room = room;
    }
    copying->known[copying->known_count++] = id.uuid;
    return false;
}

static enum status copy_line(void *context, const struct scan_arrival *arrival, struct fault *fault)
{
    struct copying *copying = context;
    enum status status = arrivals_note(copying->to, arrival, fault);
    copying->copied.lines += status == STATUS_OK ? 1 : 0;
    return status;
}

static bool is_new(void *context, struct scan_id id)
{
    return !is_known(context, &id.uuid);
}

/* What was withdrawn stays behind, and its withdrawal with it. */
static enum status copy_journal(struct copying *copying, struct fault *fault)
{
    enum status status = arrivals_each(copying->to, 0, note_known, copy_line, copying, fault);
    if (copying->known_count > 0)
        qsort(copying->known, copying->known_count, sizeof *copying->known, compare_ids);
    return status == STATUS_OK ? arrivals_each(copying->from, 0, is_new, copy_line, copying, fault)
                               : status;
}

enum status spool_copy(struct spool *from, struct spool *to, struct spool_copied *ret_copied,
                       struct fault *fault)
{
    struct copying copying = {.from = from, .to = to, .piece = malloc(SPOOL_PIECE_BYTES)};
    enum status status = copying.piece == NULL ? spool_no_memory(fault)
                                               : spool_each(from, copy_object, &copying, fault);
    if (status == STATUS_OK)
        status = copy_journal(&copying, fault);
    free(copying.known);
    free(copying.piece);
    if (status == STATUS_OK)
        *ret_copied = copying.copied;
    return status;
}
