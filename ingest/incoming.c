/* incoming.c - see incoming.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "ingest/incoming.h"

enum { DIGEST_DIGITS = 16 /* of the digest in the name */ };

static char *name_of(const struct uuid *scan, const struct digest *digest)
{
    char id[UUID_TEXT_BYTES];
    char hex[DIGEST_HEX_BYTES];
    struct text name = {0};
    uuid_to_text(scan, id);
    digest_to_hex(digest, hex);
    text_append_format(&name, "%s-%.*s.part", id, DIGEST_DIGITS, hex);
    return text_take(&name);
}

/* Beginnings of scans that the desk does not send any more. What cannot be removed now is next time. */
static void remove_others(const char *folder, const char *name)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return;
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        if (string_ends_with(entry->d_name, ".part") && !string_equal(entry->d_name, name))
            (void)unlinkat(dirfd(entries), entry->d_name, 0);
    (void)closedir(entries);
}

/* Whatever is there is durable afterwards; more than the whole scan is none of it. */
static enum status open_file(const char *folder, struct incoming *incoming, struct fault *fault)
{
    struct stat found;
    incoming->file = open(incoming->path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
                          share_mode(0600));
    if (incoming->file < 0 || fstat(incoming->file, &found) != 0)
        return fault_errno(fault, durable_status(errno), "cannot open \"%s\"", incoming->path);
    if (!S_ISREG(found.st_mode))
        return fault_set(fault, STATUS_LATER, "\"%s\" is no file", incoming->path);
    if ((uint64_t)found.st_size > incoming->size) {
        if (ftruncate(incoming->file, 0) != 0)
            return fault_errno(fault, durable_status(errno), "cannot empty \"%s\"", incoming->path);
        found.st_size = 0;
    }
    incoming->written = (uint64_t)found.st_size;
    enum status status = incoming_sync(incoming, fault);
    return status == STATUS_OK ? durable_sync_folder(folder, fault) : status;
}

enum status incoming_open(const char *folder, const char *site, const struct uuid *scan,
                          const struct digest *digest, uint64_t size, struct incoming *ret_incoming,
                          struct fault *fault)
{
    struct incoming incoming = {.file = -1, .size = size};
    char *place = path_join(folder, site);
    char *name = name_of(scan, digest);
    incoming.path = place == NULL || name == NULL ? NULL : path_join(place, name);
    enum status status = incoming.path == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : durable_make_folders(place, share_mode(0700), fault);
    if (status == STATUS_OK) {
        remove_others(place, name);
        status = open_file(place, &incoming, fault);
    }
    free(place);
    free(name);
    if (status == STATUS_OK)
        *ret_incoming = incoming;
    else
        incoming_close(&incoming);
    return status;
}

enum status incoming_add(struct incoming *incoming, const void *bytes, size_t length,
                         struct fault *fault)
{
    assert(length <= incoming->size - incoming->written);
    enum status status = durable_write(incoming->file, bytes, length, fault);
    if (status == STATUS_OK)
        incoming->written += length;
    // A part of it may be there: the next offer finds how much.
    return status;
}

enum status incoming_sync(struct incoming *incoming, struct fault *fault)
{
    enum status status = durable_sync(incoming->file, incoming->path, fault);
    if (status == STATUS_OK)
        incoming->durable = incoming->written;
    return status;
}

void incoming_close(struct incoming *incoming)
{
    if (incoming->file >= 0)
        (void)close(incoming->file);
    free(incoming->path);
    *incoming = (struct incoming){.file = -1};
}

enum status incoming_discard(struct incoming *incoming, struct fault *fault)
{
    enum status status = incoming->path == NULL ? STATUS_OK : durable_remove(incoming->path, fault);
    incoming_close(incoming);
    return status;
}
