/* cabinet_check.c - see cabinet_check.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/seal.h"
#include "base/text.h"
#include "cli/cabinet_check.h"
#include "store/filed_place.h"

enum { PIECE_BYTES = 1 << 16, SIDECAR_BYTES_MOST = 1 << 20 };

struct cabinet_walk {
    struct ledger *ledger;
    const char *cabinet;
    cabinet_damage *damage;
    void *context;
    uint64_t count;
};

static bool has_digest(const char *path, const struct digest *digest)
{
    struct digest_stream stream;
    char piece[PIECE_BYTES];
    ssize_t count = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return false;
    digest_begin(&stream);
    while ((count = read(file, piece, sizeof piece)) > 0)
        digest_add(&stream, piece, (size_t)count);
    (void)close(file);
    struct digest found = digest_end(&stream);
    return count == 0 && digest_equal(&found, digest);
}

static bool is_sealed(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    bool is_intact = file_read(path, SIDECAR_BYTES_MOST, &bytes, &length, NULL) == STATUS_OK &&
                     seal_is_intact(bytes, length);
    free(bytes);
    return is_intact;
}

/* Whether `name` in the document's folder is right; `digest` NULL: it has a seal. */
static bool part_is_right(const char *folder, const char *name, const struct digest *digest)
{
    char *path = path_join(folder, name);
    bool is_right = path != NULL && (digest == NULL ? is_sealed(path) : has_digest(path, digest));
    free(path);
    return is_right;
}

/* The first part that is wrong; NULL: none is. */
static const char *wrong_part(const char *folder, const struct document_record *document,
                              const char *original)
{
    static const struct digest none;
    bool has_note = !digest_equal(&document->filed_note, &none);
    const struct {
        const char *name;
        const struct digest *digest;
    } parts[] = {
        {"dokument.pdf",        has_note ? &document->filed_pdf : &document->pdf},
        {"text.txt",            &document->text                                 },
        {original,              &document->scan_digest                          },
        {"dokument.json",       NULL                                            },
        {"transfervermerk.xml", &document->filed_note                           },
    };
    size_t count = sizeof parts / sizeof parts[0] - (has_note ? 0 : 1);
    for (size_t i = 0; i < count; i++)
        if (!part_is_right(folder, parts[i].name, parts[i].digest))
            return parts[i].name;
    return NULL;
}

static enum status name_original(struct ledger *ledger, struct scan_id id, char *ret_name,
                                 size_t size, struct fault *fault)
{
    struct scan_record scan = {0};
    enum status status = ledger_scan_get(ledger, id, &scan, fault);
    if (status != STATUS_OK)
        return status;
    bool is_known = scan.format != NULL && scan.format[0] != '\0';
    (void)snprintf(ret_name, size, "original.%s", is_known ? scan.format : "bin");
    scan_record_done(&scan);
    return STATUS_OK;
}

/* It is filed at the same place still. */
static bool rests(struct ledger *ledger, const struct document_record *document)
{
    struct document_record now = {0};
    bool does = ledger_document_get(ledger, document->id, &now, NULL) == STATUS_OK &&
                now.state == DOCUMENT_FILED && string_equal(now.place, document->place);
    document_record_done(&now);
    return does;
}

/* `folder` is below the cabinet. */
static enum status check_folder(struct cabinet_walk *walk, const struct document_record *document,
                                const char *folder, struct fault *fault)
{
    char original[64];
    char *path = path_join(walk->cabinet, folder);
    enum status status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : name_original(walk->ledger, document->scan, original,
                                                      sizeof original, fault);
    const char *wrong = status == STATUS_OK ? wrong_part(path, document, original) : NULL;
    walk->count++;
    if (wrong != NULL && rests(walk->ledger, document)) {
        char words[FAULT_TEXT_BYTES];
        char id[UUID_TEXT_BYTES];
        uuid_to_text(&document->id.uuid, id);
        (void)snprintf(words, sizeof words, "document %s, %s in the cabinet is missing or damaged",
                       id, wrong);
        status = walk->damage(walk->context, &document->id.uuid, words, fault);
    }
    free(path);
    return status;
}

static enum status check_document(void *context, const struct scan_record *scan,
                                  const struct document_record *document, struct fault *fault)
{
    struct cabinet_walk *walk = context;
    struct filed_place place = {0};
    (void)scan;
    if (document == NULL || document->state != DOCUMENT_FILED || document->place == NULL)
        return STATUS_OK;
    enum status status = filed_place_read(document->place, &place, fault);
    if (status == STATUS_OK && place.cabinet != NULL)
        status = check_folder(walk, document, place.cabinet, fault);
    filed_place_done(&place);
    return status;
}

enum status cabinet_check(struct ledger *ledger, const char *cabinet, cabinet_damage *damage,
                          void *context, uint64_t *ret_count, struct fault *fault)
{
    struct cabinet_walk walk = {
        .ledger = ledger, .cabinet = cabinet, .damage = damage, .context = context};
    const struct list_filter filter = {.state = document_state_name(DOCUMENT_FILED)};
    enum status status = ledger_list(ledger, &filter, check_document, &walk, fault);
    if (status == STATUS_OK)
        *ret_count = walk.count;
    return status;
}
