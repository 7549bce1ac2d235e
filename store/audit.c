/* audit.c - the hash chain: one row a change, in the change's own transaction.
 *
 * Row n's hash is SHA-256 over, in this order: the 32 bytes of row n-1's hash (zeroes for row 1),
 * id and at_ms as little-endian 64-bit integers, then actor, action, subject and detail, each as
 * a little-endian 32-bit length and its bytes. An auditor can compute it without this program.
 * The check of the chain is in verify.c.
 *
 * The chain shows that nothing was changed or removed inside it. Whoever can write the whole
 * database could write a new chain: hence the head's hash should be kept elsewhere, too (the
 * backup does). */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "store/audit.h"
#include "store/ledger_private.h"

static void add_integer(struct digest_stream *stream, uint64_t value, int width)
{
    uint8_t bytes[8];
    for (int i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    digest_add(stream, bytes, (size_t)width);
}

static void add_string(struct digest_stream *stream, const char *string)
{
    size_t length = strlen(string);
    add_integer(stream, length, 4);
    digest_add(stream, string, length);
}

struct digest audit_hash(const struct digest *previous, int64_t id, int64_t at_ms,
                         const char *actor, const char *action, const char *subject,
                         const char *detail)
{
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, previous->bytes, sizeof previous->bytes);
    add_integer(&stream, (uint64_t)id, 8);
    add_integer(&stream, (uint64_t)at_ms, 8);
    add_string(&stream, actor);
    add_string(&stream, action);
    add_string(&stream, subject);
    add_string(&stream, detail);
    return digest_end(&stream);
}

static const char head_of_chain[] = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";

enum status audit_ask_ahead(struct ledger *ledger, struct fault *fault)
{
    return database_ask_ahead(ledger->database, head_of_chain, NO_VALUES, fault);
}

/* The end of the chain; 0 and zeroes when there is none yet. */
static enum status find_head(struct ledger *ledger, struct audit_head *ret_head,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    if (ledger->is_changing && ledger->head.is_known) {
        *ret_head = ledger->head;
        return STATUS_OK;
    }
    enum status status = database_query(ledger->database, head_of_chain, NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_head = (struct audit_head){.id = rows_integer(rows, 0), .hash = rows_digest(rows, 1)};
    rows_done(&rows);
    return status;
}

enum status audit_append(struct ledger *ledger, const char *actor, const char *action,
                         const char *subject, const char *detail, int64_t *ret_audit,
                         struct fault *fault)
{
    if (detail == NULL)
        return ledger_out_of_memory(fault);
    struct audit_head head = {0};
    enum status status = find_head(ledger, &head, fault);
    if (status != STATUS_OK)
        return status;
    int64_t now = ledger_wall_ms(ledger);
    int64_t id = head.id + 1;
    struct digest hash = audit_hash(&head.hash, id, now, actor, action, subject, detail);
    status = database_post(ledger->database,
                           "INSERT INTO audit (id, at_ms, actor, action, subject, detail, hash)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                           VALUES(value_integer(id), value_integer(now), value_text(actor),
                                  value_text(action), value_text(subject), value_text(detail),
                                  value_digest(&hash)),
                           fault);
    if (status == STATUS_OK) {
        ledger->head = (struct audit_head){.is_known = true, .id = id, .hash = hash};
        *ret_audit = id;
    }
    return status;
}

enum status audit_append_about(struct ledger *ledger, const char *actor, const char *action,
                               const struct uuid *subject, const char *detail, int64_t *ret_audit,
                               struct fault *fault)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(subject, text);
    return audit_append(ledger, actor, action, text, detail, ret_audit, fault);
}

enum status audit_note(struct ledger *ledger, const char *actor, const char *action,
                       const char *subject, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, audit_append(ledger, actor, action, subject, "{}", &audit, fault),
                      fault);
}

/* ---- details -------------------------------------------------------------------------------- */

void detail_open(struct text *detail)
{
    text_clear(detail);
    text_append_char(detail, '{');
}

static void add_key(struct text *detail, const char *key)
{
    if (detail->length > 1)
        text_append_char(detail, ',');
    text_append_format(detail, "\"%s\":", key);
}

void detail_word(struct text *detail, const char *key, const char *word)
{
    add_key(detail, key);
    text_append_format(detail, "\"%s\"", word);
}

void detail_number(struct text *detail, const char *key, int64_t number)
{
    add_key(detail, key);
    text_append_format(detail, "%" PRId64, number);
}

void detail_digest(struct text *detail, const char *key, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    detail_word(detail, key, hex);
}

void detail_digest_of(struct text *detail, const char *key, const char *secret)
{
    if (secret == NULL)
        return;
    struct digest digest = digest_of(secret, strlen(secret));
    detail_digest(detail, key, &digest);
}

const char *detail_close(struct text *detail)
{
    text_append_char(detail, '}');
    return text_ok(detail) ? text_string(detail) : NULL;
}
