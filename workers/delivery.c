/* delivery.c - see delivery.h. What the message says comes from the job and from dokument.json. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "filing/place.h"
#include "filing/transfer.h"
#include "filing/transfer_note.h"
#include "store/filed_place.h"
#include "workers/delivery.h"

enum { FILES_MOST = 8, FIELDS_MOST = 16, DAY_CHARACTERS = 10 };

_Static_assert((int)XDOMEA_3_0_0 == 0 && (int)XDOMEA_3_1_0 == 1 && (int)XDOMEA_4_0_0 == 2,
               "xdomea.version has the numbering of enum xdomea_version");

/* ---- what the message says ------------------------------------------------------------------ */

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

/* Parts that go along, by the end of their names; text and sidecar do not. */
static bool format_of(const char *name, enum xdomea_format *ret_format)
{
    static const struct {
        const char *end;
        enum xdomea_format format;
    } ends[] = {
        {"dokument.pdf", XDOMEA_PDF_A},
        {".pdf",         XDOMEA_PDF  },
        {".tiff",        XDOMEA_TIFF },
        {".png",         XDOMEA_PNG  },
        {".xml",         XDOMEA_XML  },
        {".jpeg",        XDOMEA_OTHER},
        {".bin",         XDOMEA_OTHER},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(name, ends[i].end) == 0 || ends_with(name, ends[i].end)) {
            *ret_format = ends[i].format;
            return true;
        }
    return false;
}

static size_t take_files(const struct cabinet_document *document, const struct uuid *process,
                         struct xdomea_file files[FILES_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < document->part_count && count < FILES_MOST; i++) {
        const struct cabinet_part *part = &document->parts[i];
        enum xdomea_format format = XDOMEA_OTHER;
        if (!format_of(part->name, &format))
            continue;
        files[count++] =
            (struct xdomea_file){.id = uuid_derived(process, part->name, strlen(part->name)),
                                 .name = part->name,
                                 .format = format,
                                 .format_version = format == XDOMEA_PDF_A ? "PDF/A" : "",
                                 .bytes = part->length == 0 ? "" : part->bytes,
                                 .length = part->length};
    }
    return count;
}

static const struct cabinet_part *part_of(const struct cabinet_document *document, const char *name)
{
    for (size_t i = 0; i < document->part_count; i++)
        if (string_equal(document->parts[i].name, name))
            return &document->parts[i];
    return NULL;
}

static json_t *read_sidecar(const struct cabinet_document *document)
{
    const struct cabinet_part *part = part_of(document, "dokument.json");
    return part == NULL ? NULL
                        : json_loadb(part->bytes, part->length, JSON_DISABLE_EOF_CHECK, NULL);
}

static const char *word_of(const json_t *sidecar, const char *key)
{
    return json_string_value(json_object_get(sidecar, key));
}

/* What the standard has no element for, as far as the sidecar says it. */
static size_t take_fields(const json_t *sidecar, struct xdomea_field fields[FIELDS_MOST])
{
    static const char *const keys[] = {"scan", "site", "received", "decided_by", "rules_version"};
    static const char *const digests[] = {"original", "pdf", "text"};
    const json_t *files = json_object_get(sidecar, "sha256");
    size_t count = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (word_of(sidecar, keys[i]) != NULL)
            fields[count++] = (struct xdomea_field){keys[i], word_of(sidecar, keys[i])};
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
        if (word_of(files, digests[i]) != NULL)
            fields[count++] = (struct xdomea_field){digests[i], word_of(files, digests[i])};
    return count;
}

/* What the Transfervermerk says in short; the whole of it goes along as a file, and in the PDF. */
static const char *const NOTE_ELEMENTS[] = {"ersteller", "vollstaendigkeit", "erklaerung"};
enum { NOTE_ELEMENT_COUNT = sizeof NOTE_ELEMENTS / sizeof NOTE_ELEMENTS[0] };

struct note_words {
    struct text words[NOTE_ELEMENT_COUNT];
    char digest[DIGEST_HEX_BYTES];
};

static void note_words_done(struct note_words *note)
{
    for (size_t i = 0; i < NOTE_ELEMENT_COUNT; i++)
        text_done(&note->words[i]);
}

/* Adds fields behind the `count` there are; *note owns their words. */
static enum status take_note_words(const struct cabinet_document *document, struct note_words *note,
                                   struct xdomea_field fields[FIELDS_MOST], size_t *count,
                                   struct fault *fault)
{
    const struct cabinet_part *part = part_of(document, TRANSFER_NOTE_NAME);
    enum status status = STATUS_OK;
    if (part == NULL)
        return STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < NOTE_ELEMENT_COUNT; i++) {
        status = transfer_note_element(part->bytes, part->length, NOTE_ELEMENTS[i], &note->words[i],
                                       fault);
        if (status == STATUS_OK && note->words[i].length > 0)
            fields[(*count)++] =
                (struct xdomea_field){NOTE_ELEMENTS[i], text_string(&note->words[i])};
    }
    struct digest digest = digest_of(part->bytes, part->length);
    digest_to_hex(&digest, note->digest);
    fields[(*count)++] = (struct xdomea_field){"transfervermerk", note->digest};
    return status;
}

/* The date of receipt as the sidecar has it, else the day on which the scan came. */
static void write_receipt_day(const json_t *sidecar, int64_t received_ms,
                              char ret_day[TIMESTAMP_BYTES])
{
    const char *day = word_of(sidecar, "receipt_day");
    timestamp_local(received_ms, ret_day);
    if (day != NULL && strlen(day) == DAY_CHARACTERS)
        (void)snprintf(ret_day, TIMESTAMP_BYTES, "%s", day);
    ret_day[DAY_CHARACTERS] = '\0';
}

static enum status send(const struct delivery *delivery, const struct cabinet_document *document,
                        const struct wire_job *job, const struct uuid *process, const char *folder,
                        struct fault *fault)
{
    const struct config_xdomea *xdomea = &delivery->config->xdomea;
    struct xdomea_file files[FILES_MOST];
    struct xdomea_field fields[FIELDS_MOST];
    struct note_words note = {.digest = ""};
    char day[TIMESTAMP_BYTES], id[UUID_TEXT_BYTES];
    json_t *sidecar = read_sidecar(document);
    const char *kind = word_of(sidecar, "kind");
    size_t field_count = take_fields(sidecar, fields);
    enum status status = take_note_words(document, &note, fields, &field_count, fault);
    write_receipt_day(sidecar, job->received_ms, day);
    uuid_to_text(&document->id, id);
    const struct xdomea_document described = {
        .id = document->id,
        .object_id = id,
        .case_number = document->case_number,
        .subject = "Posteingang",
        .kind = kind == NULL ? "unbekannt" : kind,
        .receipt_day = day,
        .files = files,
        .file_count = take_files(document, process, files),
        .fields = fields,
        .field_count = field_count,
    };
    const struct xdomea_message message = {
        .version = (enum xdomea_version)xdomea->version,
        .process = *process,
        .created_ms = delivery->wall_ms,
        .sender = xdomea->sender,
        .recipient = document->team,
        .creator = xdomea->creator,
        .documents = &described,
        .document_count = 1,
    };
    if (status == STATUS_OK)
        status = transfer_put(folder, &message, fault);
    note_words_done(&note);
    json_decref(sidecar);
    return status;
}

/* ---- in ------------------------------------------------------------------------------------- */

/* "xdomea:<team>/<case number>/<process>" */
static enum status add_package_place(const struct cabinet_document *document,
                                     const struct uuid *process, struct text *place,
                                     struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(process, id);
    text_append(place, place->length > 0 ? FILED_PLACE_BAR FILED_PLACE_XDOMEA : FILED_PLACE_XDOMEA);
    bool fits = place_append(place, document->team);
    text_append_char(place, '/');
    fits = place_append(place, document->case_number) && fits;
    text_append_format(place, "/%s", id);
    if (!text_ok(place))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return fits ? STATUS_OK
                : fault_set(fault, STATUS_REFUSE, "the name of the team or case is too long");
}

static enum status put_into_cabinet(const struct delivery *delivery,
                                    const struct cabinet_document *document, struct text *place,
                                    struct fault *fault)
{
    char *folder = NULL;
    enum status status = cabinet_put(delivery->cabinet, document, &folder, fault);
    if (status == STATUS_OK)
        text_append(place, folder);
    free(folder);
    return status;
}

enum status delivery_put(const struct delivery *delivery, const struct cabinet_document *document,
                         const struct wire_job *job, const struct uuid *process, char **ret_place,
                         struct fault *fault)
{
    const struct config_team *team = config_team(delivery->config, document->team);
    enum config_destination destination = team == NULL ? CONFIG_FOLDER : team->destination;
    struct text place = {0};
    enum status status = STATUS_OK;
    if (destination != CONFIG_FOLDER && uuid_is_nil(process))
        return fault_set(fault, STATUS_REFUSE, "a package without the id of its process");
    if (destination != CONFIG_XDOMEA)
        status = put_into_cabinet(delivery, document, &place, fault);
    if (status == STATUS_OK && destination != CONFIG_FOLDER)
        status = send(delivery, document, job, process, team->xdomea, fault);
    if (status == STATUS_OK && destination != CONFIG_FOLDER)
        status = add_package_place(document, process, &place, fault);
    if (status == STATUS_OK && !text_ok(&place))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        *ret_place = text_take(&place);
    text_done(&place);
    return status;
}

/* ---- out ------------------------------------------------------------------------------------ */

/* Whether the place, which begins with the escaped name of a team, is one of this team's. */
static bool is_of_team(const char *package, const char *team)
{
    struct text name = {0};
    (void)place_append(&name, team);
    text_append_char(&name, '/');
    bool is = text_ok(&name) && strncmp(package, text_string(&name), name.length) == 0;
    text_done(&name);
    return is;
}

/* The folder that packages of this place go to: the team may have lost its own since. */
static const char *folder_of(const struct config *config, const char *package)
{
    for (size_t i = 0; i < config->team_count; i++)
        if (config->teams[i].xdomea != NULL && is_of_team(package, config->teams[i].name))
            return config->teams[i].xdomea;
    return config->xdomea.folder;
}

static enum status recall(const struct delivery *delivery, const struct uuid *document,
                          const struct filed_place *old, struct fault *fault)
{
    const struct transfer_withdrawal withdrawal = {
        .process = old->process,
        .document = *document,
        .version = (enum xdomea_version)delivery->config->xdomea.version,
        .wall_ms = delivery->wall_ms};
    return transfer_withdraw(folder_of(delivery->config, old->package), &withdrawal, fault);
}

enum status delivery_take_out(const struct delivery *delivery, const struct uuid *document,
                              const char *place, const char *old_place, struct fault *fault)
{
    struct filed_place now = {0}, old = {0};
    enum status status = filed_place_read(old_place, &old, fault);
    if (status == STATUS_OK)
        status = filed_place_read(place, &now, fault);
    bool left_cabinet =
        old.cabinet != NULL && (now.cabinet == NULL || !string_equal(now.cabinet, old.cabinet));
    if (status == STATUS_OK && left_cabinet)
        status = cabinet_withdraw(delivery->cabinet, document, old.cabinet, fault);
    if (status == STATUS_OK && old.package != NULL && !uuid_equal(&now.process, &old.process))
        status = recall(delivery, document, &old, fault);
    filed_place_done(&now);
    filed_place_done(&old);
    return status;
}
