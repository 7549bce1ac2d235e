/* secret.c - see secret.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/secret.h"
#include "base/share.h"

enum { HEX_DIGITS = 2 * SECRET_BYTES, FILE_MODE = 0600 };

enum status secret_load(const char *path, uint8_t ret_secret[SECRET_BYTES], struct fault *fault)
{
    char hex[HEX_DIGITS];
    uint8_t secret[SECRET_BYTES];
    size_t length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fault_errno(fault, STATUS_REFUSE, "cannot open the key \"%s\"", path);
    ssize_t got = read(file, hex, sizeof hex);
    (void)close(file);
    bool is_one =
        got == HEX_DIGITS &&
        sodium_hex2bin(secret, sizeof secret, hex, sizeof hex, NULL, &length, NULL) == 0 &&
        length == sizeof secret;
    sodium_memzero(hex, sizeof hex);
    if (!is_one)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is no key: 64 hex digits", path);
    memcpy(ret_secret, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return STATUS_OK;
}

enum status secret_make(const char *path, uint8_t ret_secret[SECRET_BYTES], struct fault *fault)
{
    uint8_t secret[SECRET_BYTES];
    char hex[HEX_DIGITS + 1];
    if (access(path, F_OK) == 0)
        return secret_load(path, ret_secret, fault);
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
    hex[HEX_DIGITS] = '\n'; // in place of the NUL
    enum status status = durable_create_file(path, hex, sizeof hex, share_mode(FILE_MODE), fault);
    sodium_memzero(hex, sizeof hex);
    if (status == STATUS_REFUSE) // somebody made it meanwhile
        return secret_load(path, ret_secret, fault);
    if (status == STATUS_OK)
        memcpy(ret_secret, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return status;
}
