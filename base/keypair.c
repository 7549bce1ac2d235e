/* keypair.c - see keypair.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/durable.h"
#include "base/keypair.h"
#include "base/text.h"

_Static_assert(KEY_BYTES == crypto_box_PUBLICKEYBYTES && KEY_BYTES == crypto_box_SECRETKEYBYTES,
               "a key is a Curve25519 key");

enum { FILE_BYTES_MOST = 4096, FIELDS = 3 };

static const char *const field_names[FIELDS] = {"public", "secret", "server"};
enum field { FIELD_PUBLIC, FIELD_SECRET, FIELD_SERVER };

/* One key in 85 begins with a dash and reads like an option on a command line: another is made. */
enum status key_pair_new(struct key_pair *ret_pair, struct fault *fault)
{
    struct key_pair pair;
    char text[KEY_TEXT_BYTES];
    do {
        if (sodium_init() < 0 || crypto_box_keypair(pair.public_key.bytes, pair.secret) != 0)
            return fault_set(fault, STATUS_HALT, "cannot make a pair of keys");
        public_key_to_text(&pair.public_key, text);
    } while (text[0] == '-');
    *ret_pair = pair;
    sodium_memzero(&pair, sizeof pair);
    return STATUS_OK;
}

bool key_pair_is_whole(const struct key_pair *pair)
{
    struct public_key computed;
    return sodium_init() >= 0 && crypto_scalarmult_base(computed.bytes, pair->secret) == 0 &&
           public_key_equal(&computed, &pair->public_key);
}

/* ---- words ---------------------------------------------------------------------------------- */

void public_key_to_text(const struct public_key *key, char ret_text[KEY_TEXT_BYTES])
{
    (void)zmq_z85_encode(ret_text, key->bytes, KEY_BYTES);
}

/* The alphabet of Z85 is checked here: older decoders take what is not in it for zeroes. */
static bool decode(const char *text, uint8_t ret_bytes[KEY_BYTES])
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   ".-:+=^!/*?&<>()[]{}@%$#";
    if (strlen(text) != KEY_TEXT_BYTES - 1 || strspn(text, alphabet) != KEY_TEXT_BYTES - 1)
        return false;
    return zmq_z85_decode(ret_bytes, text) != NULL && !sodium_is_zero(ret_bytes, KEY_BYTES);
}

bool public_key_from_text(const char *text, struct public_key *ret_key)
{
    struct public_key key;
    if (!decode(text, key.bytes))
        return false;
    *ret_key = key;
    return true;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
    return sodium_memcmp(a->bytes, b->bytes, KEY_BYTES) == 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static void append_field(struct text *text, enum field field, const uint8_t bytes[KEY_BYTES])
{
    char word[KEY_TEXT_BYTES];
    (void)zmq_z85_encode(word, bytes, KEY_BYTES);
    text_append_format(text, "%s %s\n", field_names[field], word);
    sodium_memzero(word, sizeof word);
}

/* A path that a person mistyped is refused; a disk that fails is not their doing. */
static enum status write_new(const char *path, const struct text *text, struct fault *fault)
{
    struct fault own = {0};
    enum status status = durable_create_file(path, text->bytes, text->length, 0600, &own);
    if (status == STATUS_REFUSE)
        return fault_set(fault, STATUS_REFUSE, "there is a key in %s already", path);
    bool is_wrong_place = own.os_error == ENOENT || own.os_error == ENOTDIR ||
                          own.os_error == EACCES || own.os_error == EPERM;
    if (status == STATUS_HALT && is_wrong_place)
        status = STATUS_REFUSE;
    return status == STATUS_OK ? STATUS_OK : fault_set(fault, status, "%s", own.text);
}

enum status key_file_write(const char *path, const struct key_file *file, struct fault *fault)
{
    struct text text = {0};
    text_append(&text, "# A key of Posteingang. Whoever reads this file can pose as its owner.\n");
    append_field(&text, FIELD_PUBLIC, file->pair.public_key.bytes);
    append_field(&text, FIELD_SECRET, file->pair.secret);
    if (file->has_server)
        append_field(&text, FIELD_SERVER, file->server.bytes);
    enum status status = text_ok(&text) ? write_new(path, &text, fault)
                                        : fault_set(fault, STATUS_LATER, "out of memory");
    if (text.bytes != NULL)
        sodium_memzero(text.bytes, text.length);
    text_done(&text);
    return status;
}

/* One line; false when it is none that a key file has. */
static bool take_line(char *line, uint8_t fields[FIELDS][KEY_BYTES], bool seen[FIELDS])
{
    if (line[0] == '\0' || line[0] == '#')
        return true;
    char *value = strchr(line, ' ');
    if (value == NULL)
        return false;
    *value++ = '\0';
    for (size_t i = 0; i < FIELDS; i++)
        if (string_equal(line, field_names[i]))
            return !seen[i] && (seen[i] = decode(value, fields[i]));
    return false;
}

static enum status parse(const char *path, char *bytes, struct key_file *ret_file,
                         struct fault *fault)
{
    uint8_t fields[FIELDS][KEY_BYTES] = {0};
    bool seen[FIELDS] = {false};
    bool is_fit = true;
    char *rest = bytes;
    for (char *line = strsep(&rest, "\n"); line != NULL && is_fit; line = strsep(&rest, "\n"))
        is_fit = take_line(line, fields, seen);
    struct key_file file = {.has_server = seen[FIELD_SERVER]};
    memcpy(file.pair.public_key.bytes, fields[FIELD_PUBLIC], KEY_BYTES);
    memcpy(file.pair.secret, fields[FIELD_SECRET], KEY_BYTES);
    memcpy(file.server.bytes, fields[FIELD_SERVER], KEY_BYTES);
    sodium_memzero(fields, sizeof fields);
    is_fit = is_fit && seen[FIELD_PUBLIC] && seen[FIELD_SECRET] && key_pair_is_whole(&file.pair);
    if (is_fit)
        *ret_file = file;
    key_file_wipe(&file);
    return is_fit ? STATUS_OK : fault_set(fault, STATUS_REFUSE, "%s is not a whole key file", path);
}

enum status key_file_read(const char *path, struct key_file *ret_file, struct fault *fault)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return fault_errno(fault, STATUS_REFUSE, "cannot read the key %s", path);
    if (!S_ISREG(found.st_mode) || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fault_set(fault, STATUS_REFUSE,
                         "the key %s is not safe: it must be a file of mode 0600", path);
    char *bytes = NULL;
    size_t length = 0;
    enum status status = file_read(path, FILE_BYTES_MOST, &bytes, &length, fault);
    if (status != STATUS_OK)
        return status;
    status = parse(path, bytes, ret_file, fault);
    sodium_memzero(bytes, length);
    free(bytes);
    return status;
}

void key_file_wipe(struct key_file *file)
{
    sodium_memzero(file, sizeof *file);
}
