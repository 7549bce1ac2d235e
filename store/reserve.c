/* reserve.c - see reserve.h. The file is as long as its room is taken, and empty otherwise; that is
 * all its state, so that every start finds it as it is. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/reserve.h"

struct reserve {
    int file;
    uint64_t bytes;
};

static char *path_of(const char *ledger)
{
    struct text path = {0};
    text_append_format(&path, "%s.reserve", ledger);
    return text_take(&path);
}

static bool is_on_this_host(const char *ledger)
{
    return strstr(ledger, "://") == NULL;
}

/* Bytes that are free where the file is; all there could be when that cannot be said. */
static uint64_t free_bytes(const struct reserve *reserve)
{
    struct statvfs disk;
    if (fstatvfs(reserve->file, &disk) != 0)
        return UINT64_MAX;
    return disk.f_bavail > UINT64_MAX / disk.f_frsize ? UINT64_MAX : disk.f_bavail * disk.f_frsize;
}

bool reserve_is_whole(const struct reserve *reserve)
{
    struct stat found;
    return reserve == NULL ||
           (fstat(reserve->file, &found) == 0 && (uint64_t)found.st_size >= reserve->bytes);
}

bool reserve_give_up(struct reserve *reserve)
{
    struct stat found;
    if (reserve == NULL || fstat(reserve->file, &found) != 0 || found.st_size == 0 ||
        free_bytes(reserve) >= RESERVE_FULL_BYTES)
        return false;
    return ftruncate(reserve->file, 0) == 0;
}

bool reserve_take_back(struct reserve *reserve)
{
    if (reserve_is_whole(reserve))
        return true;
    if (free_bytes(reserve) / 2 < reserve->bytes)
        return false;
    if (posix_fallocate(reserve->file, 0, (off_t)reserve->bytes) == 0)
        return true;
    int emptied = ftruncate(reserve->file, 0); // what was had of it in vain
    (void)emptied;
    return false;
}

enum status reserve_open(const char *ledger, uint64_t bytes, struct reserve **ret_reserve,
                         struct fault *fault)
{
    *ret_reserve = NULL;
    if (bytes == 0 || !is_on_this_host(ledger))
        return STATUS_OK;
    struct reserve *reserve = calloc(1, sizeof *reserve);
    char *path = path_of(ledger);
    enum status status = STATUS_OK;
    if (reserve != NULL && path != NULL)
        reserve->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, share_mode(0600));
    if (reserve == NULL || path == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else if (reserve->file < 0)
        status = fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    free(path);
    if (status != STATUS_OK) {
        free(reserve);
        return status;
    }
    reserve->bytes = bytes;
    (void)reserve_take_back(reserve);
    *ret_reserve = reserve;
    return STATUS_OK;
}

void reserve_close(struct reserve **reserve_p)
{
    struct reserve *reserve = *reserve_p;
    *reserve_p = NULL;
    if (reserve == NULL)
        return;
    (void)close(reserve->file);
    free(reserve);
}

bool reserve_look(const char *ledger, struct reserve_room *ret_room)
{
    enum { BLOCK_BYTES = 512 }; // stat(2): whatever the file system's own are
    struct stat found;
    char *path = is_on_this_host(ledger) ? path_of(ledger) : NULL;
    bool is_there = path != NULL && lstat(path, &found) == 0;
    free(path);
    if (is_there)
        *ret_room = (struct reserve_room){.bytes = (uint64_t)found.st_size,
                                          .taken = (uint64_t)found.st_blocks * BLOCK_BYTES};
    return is_there;
}

bool reserve_is_used(const char *ledger)
{
    struct reserve_room room = {0};
    return reserve_look(ledger, &room) && room.bytes == 0;
}
