/* keyring.c - see keyring.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "cli/keyring.h"

static enum status make_folder_of(const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    char *folder = string_copy_bytes(path, (size_t)(slash - path));
    enum status status = folder == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                        : durable_make_folders(folder, 0700, fault);
    free(folder);
    return status;
}

enum status keyring_make(const struct config *config, bool *ret_made, struct fault *fault)
{
    const char *path = config->dispatch.key;
    *ret_made = access(path, F_OK) != 0;
    if (!*ret_made)
        return STATUS_OK;
    struct key_file file = {0};
    enum status status = make_folder_of(path, fault);
    if (status == STATUS_OK)
        status = key_pair_new(&file.pair, fault);
    if (status == STATUS_OK)
        status = key_file_write(path, &file, fault);
    key_file_wipe(&file);
    return status;
}

enum status keyring_server(const struct config *config, struct public_key *ret_server,
                           struct fault *fault)
{
    struct key_file file = {0};
    enum status status = key_file_read(config->dispatch.key, &file, fault);
    if (status == STATUS_OK)
        *ret_server = file.pair.public_key;
    else
        (void)fault_within(fault, "the dispatcher's key is made by posteingang init %s",
                           config->folder);
    key_file_wipe(&file);
    return status;
}
