/* address.c - see address.h.
 *
 * The short address is flat in /tmp, not in a folder there and not in a user's own runtime
 * folder: programs of one instance run as several users and with several environments, and all of
 * them must come to the same name. /tmp is sticky, so nobody else can replace a socket that is
 * there; who can put one there first keeps the dispatcher from starting, and no more. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "config/address.h"
#include "config/values.h"

enum { SHORT_NAME_DIGITS = 16 };

static enum status shorten(const char *path, char **ret_address, struct text *note)
{
    struct digest digest = digest_of(path, strlen(path));
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&digest, hex);
    struct text address = {0};
    text_append_format(&address, "ipc:///tmp/posteingang-%.*s.sock", SHORT_NAME_DIGITS, hex);
    text_append_format(
        note,
        "workers.address: \"%s\" has %zu bytes and a socket's path at most %d; %s is "
        "used instead\n",
        path, strlen(path), ADDRESS_SOCKET_PATH_BYTES_MOST, text_string(&address));
    char *kept = text_take(&address);
    if (kept == NULL)
        return STATUS_LATER;
    *ret_address = kept;
    return STATUS_OK;
}

static enum status keep_path(const char *path, char **ret_address)
{
    struct text address = {0};
    text_append_format(&address, "ipc://%s", path);
    char *kept = text_take(&address);
    if (kept == NULL)
        return STATUS_LATER;
    *ret_address = kept;
    return STATUS_OK;
}

static enum status resolve_path(const char *written, const char *folder, char **ret_address,
                                struct text *note, struct text *reason)
{
    bool is_written_in_full = written[0] == '/';
    char *path = value_absolute_path(folder, written);
    if (path == NULL)
        return STATUS_LATER;
    enum status status;
    if (strlen(path) <= ADDRESS_SOCKET_PATH_BYTES_MOST) {
        status = keep_path(path, ret_address);
    } else if (is_written_in_full) {
        text_append_format(reason, " has a path of %zu bytes; a socket's path has at most %d",
                           strlen(path), ADDRESS_SOCKET_PATH_BYTES_MOST);
        status = STATUS_REFUSE;
    } else {
        status = shorten(path, ret_address, note);
    }
    free(path);
    return status;
}

/* HOST:PORT with both there and a port of 1 to 65535. */
static bool is_host_and_port(const char *rest)
{
    const char *colon = strrchr(rest, ':');
    if (colon == NULL || colon == rest || strpbrk(rest, " /") != NULL)
        return false;
    char *end = NULL;
    long port = colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : 0;
    return port >= 1 && port <= 65535 && *end == '\0';
}

bool address_is_tcp(const char *written)
{
    return string_starts_with(written, "tcp://") && is_host_and_port(written + 6);
}

enum status address_resolve(const char *written, const char *runtime, const char *folder,
                            char **ret_address, struct text *note, struct text *reason)
{
    if (written == NULL) {
        struct text socket = {0};
        text_append_format(&socket, "%s/dispatch.sock", runtime);
        enum status status = STATUS_LATER;
        // Not written in full by anybody: made relative, so that it may be shortened.
        if (text_ok(&socket))
            status = resolve_path(socket.bytes + 1, "/", ret_address, note, reason);
        text_done(&socket);
        return status;
    }
    if (string_starts_with(written, "ipc://") && written[6] != '\0')
        return resolve_path(written + 6, folder, ret_address, note, reason);
    text_append(reason, address_is_tcp(written)
                            ? " is not ipc://PATH; workers of other hosts come by dispatch.listen"
                            : " is not ipc://PATH");
    return STATUS_REFUSE;
}
