/* job_parcel.c - see job_parcel.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "filing/sidecar.h"
#include "filing/transfer_note.h"
#include "store/arrangement.h"
#include "store/match_context.h"
#include "workers/job_parcel.h"

struct spool_part {
    const char *name;
    const struct digest *digest;
};

static enum status add_object(struct job_parcel *parcel, struct spool *spool,
                              const struct spool_part *part, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_open_object(spool, part->digest, &file, &size, fault);
    if (status != STATUS_OK)
        return status;
    return outgoing_add_file(&parcel->outgoing, part->name, file, size, part->digest, fault);
}

static enum status fill_read(struct job_parcel *parcel, struct spool *spool, struct fault *fault)
{
    const struct spool_part scan = {"scan", &parcel->scan.digest};
    enum status status = add_object(parcel, spool, &scan, fault);
    if (status == STATUS_OK && parcel->outgoing.directory.parts[0].size != parcel->scan.size)
        return fault_set(fault, STATUS_REFUSE,
                         "the spool's copy has another length than was "
                         "recorded");
    return status;
}

static enum status fill_match(struct job_parcel *parcel, struct ledger *ledger, struct spool *spool,
                              struct fault *fault)
{
    const struct spool_part reading = {"reading", &parcel->document.reading};
    struct text lines = {0};
    enum status status = add_object(parcel, spool, &reading, fault);
    if (status == STATUS_OK)
        status = match_context_append(ledger, parcel->document.id, &lines, fault);
    if (status != STATUS_OK || lines.length == 0) {
        text_done(&lines);
        return status;
    }
    size_t length = lines.length;
    char *bytes = text_take(&lines);
    return outgoing_add_bytes(&parcel->outgoing, JOB_PARCEL_CONTEXT, (uint8_t *)bytes, length,
                              fault);
}

static enum status add_sidecar(struct job_parcel *parcel, struct fault *fault)
{
    struct text json = {0};
    enum status status = sidecar_append(&parcel->document, &parcel->scan, &json, fault);
    if (status != STATUS_OK) {
        text_done(&json);
        return status;
    }
    size_t length = json.length;
    char *bytes = text_take(&json);
    return outgoing_add_bytes(&parcel->outgoing, "dokument.json", (uint8_t *)bytes, length, fault);
}

/* Where the document lies until now: the filer takes it out of there. */
static enum status add_withdrawal(struct job_parcel *parcel, struct fault *fault)
{
    if (parcel->document.place == NULL)
        return STATUS_OK;
    char *bytes = string_copy(parcel->document.place);
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    return outgoing_add_bytes(&parcel->outgoing, JOB_PARCEL_WITHDRAW, (uint8_t *)bytes,
                              strlen(bytes), fault);
}

static enum status add_process(struct job_parcel *parcel, const struct job_record *job,
                               struct fault *fault)
{
    char purpose[64];
    int length = snprintf(purpose, sizeof purpose, "xdomea %lld", (long long)job->id.number);
    struct uuid process = uuid_derived(&job->document.uuid, purpose, (size_t)length);
    char *bytes = calloc(1, UUID_TEXT_BYTES);
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    uuid_to_text(&process, bytes);
    return outgoing_add_bytes(&parcel->outgoing, JOB_PARCEL_PROCESS, (uint8_t *)bytes,
                              UUID_TEXT_BYTES - 1, fault);
}

/* The parts have the names that their files get in the cabinet. One that was recalled gets none. */
static enum status fill_file(struct job_parcel *parcel, struct spool *spool,
                             const struct job_record *job, struct fault *fault)
{
    if (parcel->document.state == DOCUMENT_RECALLED)
        return add_withdrawal(parcel, fault);
    char original[WIRE_PART_NAME_BYTES_MOST];
    const char *format = parcel->scan.format[0] == '\0' ? "bin" : parcel->scan.format;
    (void)snprintf(original, sizeof original, "original.%s", format);
    const struct spool_part parts[] = {
        {"dokument.pdf", &parcel->document.pdf },
        {"text.txt",     &parcel->document.text},
        {original,       &parcel->scan.digest  }
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        enum status status = add_object(parcel, spool, &parts[i], fault);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = add_sidecar(parcel, fault);
    if (status == STATUS_OK)
        status = add_process(parcel, job, fault);
    return status == STATUS_OK ? add_withdrawal(parcel, fault) : status;
}

static bool is_new_scan(const struct document_record *document, uint32_t page)
{
    if (uuid_equal(&document->places[page].scan.uuid, &document->scan.uuid))
        return false;
    for (uint32_t i = 0; i < page; i++)
        if (uuid_equal(&document->places[i].scan.uuid, &document->places[page].scan.uuid))
            return false;
    return true;
}

/* The further scans that an arranged document has pages of: "original-2.tiff" and so on. */
static enum status add_further_scans(struct job_parcel *parcel, struct ledger *ledger,
                                     struct spool *spool, struct fault *fault)
{
    const struct document_record *document = &parcel->document;
    enum status status = STATUS_OK;
    unsigned number = 1;
    for (uint32_t i = 0; status == STATUS_OK && i < document->page_count; i++) {
        char name[WIRE_PART_NAME_BYTES_MOST];
        struct scan_record scan = {0};
        if (!is_new_scan(document, i))
            continue;
        status = ledger_scan_get(ledger, document->places[i].scan, &scan, fault);
        if (status == STATUS_OK) {
            (void)snprintf(name, sizeof name, "original-%u.%s", ++number,
                           scan.format[0] == '\0' ? "bin" : scan.format);
            status = add_object(parcel, spool, &(struct spool_part){name, &scan.digest}, fault);
        }
        scan_record_done(&scan);
    }
    return status;
}

static enum status add_plan(struct job_parcel *parcel, const struct composition *composition,
                            struct fault *fault)
{
    struct byte_writer plan = {0};
    composition_encode(composition, &plan);
    if (plan.failed) {
        byte_writer_done(&plan);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    return outgoing_add_bytes(&parcel->outgoing, "plan", plan.bytes, plan.length, fault);
}

static struct transfer_setting setting_of(const struct config *config, const char *site_name)
{
    static const char *const colours[] = {[CONFIG_COLOUR_FULL] = "farbig",
                                          [CONFIG_COLOUR_GREY] = "Graustufen",
                                          [CONFIG_COLOUR_BITONAL] = "schwarzweiß"};
    const struct config_site *site = config_site(config, site_name);
    const struct config_scan_profile *profile = config_scan_profile_of(config, site_name);
    struct transfer_setting setting = {.authority = config->authority,
                                       .office = config->office_name,
                                       .procedure = config->procedure.version,
                                       .environment = config->procedure.environment,
                                       .scanner = site == NULL ? NULL : site->scanner,
                                       .operator_name = site == NULL ? NULL : site->operator_name};
    if (profile != NULL) {
        setting.profile = profile->name;
        setting.profile_dpi = profile->dpi;
        setting.profile_colour = colours[profile->colour];
        setting.profile_is_one_sided = profile->is_one_sided;
        setting.profile_released_by = profile->released_by;
    }
    return setting;
}

/* The Transfervermerk, from what is known now; it is kept in the spool, too, where the ledger will
 * find it by its digest. */
static enum status add_note(struct job_parcel *parcel, struct ledger *ledger, struct spool *spool,
                            const struct config *config, struct fault *fault)
{
    const struct transfer_setting setting = setting_of(config, parcel->document.site);
    struct transfer_facts facts = {0};
    struct digest digest;
    struct text xml = {0};
    enum status status = transfer_facts_find(ledger, &parcel->document, &facts, fault);
    if (status == STATUS_OK)
        status = transfer_note_append(&parcel->document, &facts, &setting, &xml, fault);
    transfer_facts_done(&facts);
    if (status == STATUS_OK)
        status = spool_put_later(spool, xml.bytes, xml.length, &digest, fault);
    if (status != STATUS_OK) {
        text_done(&xml);
        return status;
    }
    size_t length = xml.length;
    char *bytes = text_take(&xml);
    return outgoing_add_bytes(&parcel->outgoing, TRANSFER_NOTE_NAME, (uint8_t *)bytes, length,
                              fault);
}

/* What is to come of which pages, and reading and PDF of each document that they are in. */
static enum status fill_compose(struct job_parcel *parcel, struct ledger *ledger,
                                struct spool *spool, struct job_id job, struct fault *fault)
{
    struct arrangement_order order = {0};
    enum status status = arrangement_order(ledger, job, &order, fault);
    if (status == STATUS_OK)
        status = add_plan(parcel, &order.composition, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < order.composition.source_count; i++) {
        char reading[WIRE_PART_NAME_BYTES_MOST], pdf[WIRE_PART_NAME_BYTES_MOST];
        (void)snprintf(reading, sizeof reading, "%u/reading", i + 1);
        (void)snprintf(pdf, sizeof pdf, "%u/pdf", i + 1);
        status = add_object(parcel, spool, &(struct spool_part){reading, &order.sources[i].reading},
                            fault);
        if (status == STATUS_OK)
            status =
                add_object(parcel, spool, &(struct spool_part){pdf, &order.sources[i].pdf}, fault);
    }
    arrangement_order_done(&order);
    return status;
}

static void fill_facts(struct job_parcel *parcel, const struct job_record *job, int64_t lease_ms)
{
    struct document_record *document = &parcel->document;
    bool is_filing = job->kind == JOB_FILE && document->state != DOCUMENT_RECALLED;
    parcel->message =
        (struct wire_message){.command = WIRE_JOB, .job = job->id.number, .attempt = job->attempt};
    parcel->message.as.job = (struct wire_job){
        .kind = (uint8_t)job->kind,
        .lease_ms = (uint32_t)lease_ms,
        .scan = job->scan.uuid,
        .document = job->document.uuid,
        .site = parcel->scan.site,
        .source = parcel->scan.source,
        .format = parcel->scan.format,
        .received_ms = parcel->scan.received_ms,
        .case_number = is_filing ? document->case_number : NULL,
        .team = is_filing ? document->team : NULL,
        .directory = parcel->outgoing.directory,
    };
}

enum status job_parcel_fill(struct ledger *ledger, struct spool *spool, const struct config *config,
                            const struct job_record *job, int64_t lease_ms,
                            struct job_parcel *ret_parcel, struct fault *fault)
{
    *ret_parcel = (struct job_parcel){0};
    enum status status = ledger_scan_get(ledger, job->scan, &ret_parcel->scan, fault);
    if (status == STATUS_OK && job->kind != JOB_READ)
        status = ledger_document_get(ledger, job->document, &ret_parcel->document, fault);
    if (status != STATUS_OK)
        return status;
    switch (job->kind) {
    case JOB_READ:
        status = fill_read(ret_parcel, spool, fault);
        break;
    case JOB_MATCH:
        status = fill_match(ret_parcel, ledger, spool, fault);
        break;
    case JOB_FILE:
        status = fill_file(ret_parcel, spool, job, fault);
        if (status == STATUS_OK && ret_parcel->document.state != DOCUMENT_RECALLED)
            status = add_further_scans(ret_parcel, ledger, spool, fault);
        if (status == STATUS_OK && ret_parcel->document.state != DOCUMENT_RECALLED &&
            config != NULL)
            status = add_note(ret_parcel, ledger, spool, config, fault);
        break;
    case JOB_COMPOSE:
        status = fill_compose(ret_parcel, ledger, spool, job->id, fault);
        break;
    }
    fill_facts(ret_parcel, job, lease_ms);
    return status;
}

void job_parcel_done(struct job_parcel *parcel)
{
    outgoing_done(&parcel->outgoing);
    scan_record_done(&parcel->scan);
    document_record_done(&parcel->document);
    *parcel = (struct job_parcel){0};
}
