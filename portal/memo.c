/* memo.c - see memo.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "portal/memo.h"

void memo_done(struct memo *memo)
{
    for (size_t i = 0; i < MEMO_ENTRIES; i++)
        free(memo->entries[i].bytes);
    *memo = (struct memo){0};
}

enum status memo_version(struct ledger *ledger, char ret_version[MEMO_VERSION_BYTES],
                         struct ledger_summary *ret_summary, struct fault *fault)
{
    struct ledger_summary summary;
    memset(&summary, 0, sizeof summary); // padding, too: it is digested whole
    enum status status = ledger_summarise(ledger, &summary, fault);
    if (status != STATUS_OK)
        return status;
    struct digest digest = digest_of(&summary, sizeof summary);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&digest, hex);
    memcpy(ret_version, hex, MEMO_VERSION_BYTES - 1);
    ret_version[MEMO_VERSION_BYTES - 1] = '\0';
    *ret_summary = summary;
    return STATUS_OK;
}

const char *memo_find(const struct memo *memo, const char *key, const char *version, int64_t now_ms)
{
    for (size_t i = 0; i < MEMO_ENTRIES; i++) {
        const struct memo_entry *entry = &memo->entries[i];
        if (entry->bytes != NULL && strcmp(entry->key, key) == 0 &&
            strcmp(entry->version, version) == 0 && now_ms - entry->made_ms < MEMO_AGE_MS)
            return entry->bytes;
    }
    return NULL;
}

/* The place of the key, a free one, or the oldest. */
static struct memo_entry *place_for(struct memo *memo, const char *key)
{
    struct memo_entry *oldest = &memo->entries[0];
    for (size_t i = 0; i < MEMO_ENTRIES; i++)
        if (strcmp(memo->entries[i].key, key) == 0)
            return &memo->entries[i];
    for (size_t i = 0; i < MEMO_ENTRIES && oldest->bytes != NULL; i++)
        if (memo->entries[i].bytes == NULL || memo->entries[i].made_ms < oldest->made_ms)
            oldest = &memo->entries[i];
    return oldest;
}

void memo_keep(struct memo *memo, const char *key, const char *version, int64_t now_ms,
               const char *bytes)
{
    char *kept = strlen(key) < MEMO_KEY_BYTES ? string_copy(bytes) : NULL;
    if (kept == NULL)
        return;
    struct memo_entry *entry = place_for(memo, key);
    free(entry->bytes);
    *entry = (struct memo_entry){.made_ms = now_ms, .bytes = kept};
    (void)snprintf(entry->key, sizeof entry->key, "%s", key);
    (void)snprintf(entry->version, sizeof entry->version, "%s", version);
}
