/* bell.c - see bell.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/share.h"
#include "base/text.h"

struct bell {
    int file;
    struct sockaddr_un name;
};

/* The bell of ipc:///run/x.sock hangs at /run/x.sock.bell. */
static bool bell_name(const char *address, struct sockaddr_un *ret_name)
{
    static const char scheme[] = "ipc://";
    if (!string_starts_with(address, scheme))
        return false;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length =
        snprintf(name.sun_path, sizeof name.sun_path, "%s.bell", address + sizeof scheme - 1);
    if (length < 0 || (size_t)length >= sizeof name.sun_path)
        return false;
    *ret_name = name;
    return true;
}

bool bell_ring(const char *address)
{
    struct sockaddr_un name;
    if (!bell_name(address, &name))
        return false;
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return false;
    ssize_t sent = sendto(file, "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&name,
                          sizeof name);
    (void)close(file);
    return sent == 1;
}

/* A socket file that a dead listener left is removed; any other file is left alone. */
static enum status clear_stale(const char *path, struct fault *fault)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return errno == ENOENT ? STATUS_OK
                               : fault_errno(fault, STATUS_REFUSE, "cannot look at \"%s\"", path);
    if (!S_ISSOCK(found.st_mode))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is in the way: it is not a socket", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return fault_errno(fault, STATUS_REFUSE, "cannot remove the old socket \"%s\"", path);
    return STATUS_OK;
}

static enum status bind_bell(struct bell *bell, struct fault *fault)
{
    enum status status = clear_stale(bell->name.sun_path, fault);
    if (status != STATUS_OK)
        return status;
    bell->file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bell->file < 0)
        return fault_errno(fault, STATUS_LATER, "cannot open a socket");
    // On Linux the new file's mode is that of the descriptor: no moment when others may ring.
    if (fchmod(bell->file, share_mode(0600)) != 0 ||
        bind(bell->file, (const struct sockaddr *)&bell->name, sizeof bell->name) != 0 ||
        chmod(bell->name.sun_path, share_mode(0600)) != 0)
        return fault_errno(fault, STATUS_REFUSE, "cannot listen on \"%s\"", bell->name.sun_path);
    return STATUS_OK;
}

enum status bell_open(const char *address, struct bell **ret_bell, struct fault *fault)
{
    struct sockaddr_un name;
    if (!bell_name(address, &name))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is no ipc:// address or is too long",
                         address);
    struct bell *bell = malloc(sizeof *bell);
    if (bell == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *bell = (struct bell){.file = -1, .name = name};
    enum status status = bind_bell(bell, fault);
    if (status == STATUS_OK)
        *ret_bell = bell;
    else
        bell_close(&bell);
    return status;
}

void bell_close(struct bell **bell_p)
{
    struct bell *bell = *bell_p;
    if (bell == NULL)
        return;
    if (bell->file >= 0) {
        (void)close(bell->file);
        (void)unlink(bell->name.sun_path);
    }
    free(bell);
    *bell_p = NULL;
}

int bell_file(const struct bell *bell)
{
    return bell->file;
}

bool bell_take(struct bell *bell)
{
    bool rang = false;
    char byte;
    while (recv(bell->file, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
        rang = true;
    return rang;
}
