/* law_facts.c - see law_facts.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/law_facts.h"
#include "cli/outcome.h"
#include "cli/times.h"
#include "store/deadlines.h"
#include "store/receipt_date.h"

/* ---- for people ------------------------------------------------------------------------------ */

static enum status print_proof(void *context, const struct receipt_proof *proof,
                               struct fault *fault)
{
    (void)context;
    (void)fault;
    printf("  %-11s %s %s%s%s (%s)%s%s%s\n", "", proof->day, receipt_evidence_german(proof->kind),
           proof->reference[0] == '\0' ? "" : " ", proof->reference, proof->actor,
           proof->reason == NULL ? "" : ": ", proof->reason == NULL ? "" : proof->reason,
           proof->proves ? "" : ", does not count");
    return STATUS_OK;
}

static enum status print_hint(void *context, const struct deadline_record *record,
                              struct fault *fault)
{
    (void)context;
    (void)fault;
    printf("  %-11s %s\n", "", record->words);
    return STATUS_OK;
}

static void print_standing(const struct deadline_standing *standing)
{
    char moment[TIMES_BYTES];
    int64_t now_ms = clock_wall_ms(clock_system());
    if (standing->due[0] != '\0' || standing->is_flagged)
        printf("  %-11s %s", "deadlines", standing->due[0] == '\0' ? "not known" : standing->due);
    if (standing->acknowledged_by != NULL) {
        times_moment(standing->acknowledged_ms, now_ms, moment);
        printf(", acknowledged by %s (%s)", standing->acknowledged_by, moment);
    } else if (standing->escalated_ms != 0) {
        times_moment(standing->escalated_ms, now_ms, moment);
        printf(", ESCALATED (%s): nobody has acknowledged it", moment);
    } else if (standing->flagged_ms != 0) {
        printf(", not acknowledged yet");
    }
    if (standing->due[0] != '\0' || standing->is_flagged)
        printf("\n");
}

int law_facts_print(struct ledger *ledger, struct document_id document)
{
    struct receipt_date date = {0};
    struct deadline_standing standing = {0};
    struct fault fault = {0};
    bool is_there = false;
    enum status status = receipt_date_get(ledger, document, &is_there, &date, &fault);
    if (status == STATUS_OK && is_there) {
        printf("  %-11s %s, %s, %s (%s)\n", "receipt", date.day, date.site,
               receipt_channel_german(date.channel), receipt_evidence_german(date.evidence));
        status = receipt_date_proofs(ledger, document, print_proof, NULL, &fault);
    }
    receipt_date_done(&date);
    if (status == STATUS_OK)
        status = deadlines_standing(ledger, document, &standing, &fault);
    if (status == STATUS_OK) {
        print_standing(&standing);
        status = deadlines_of(ledger, document, print_hint, NULL, &fault);
    }
    deadline_standing_done(&standing);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static enum status keep(json_t *list, json_t *each, struct fault *fault)
{
    return each != NULL && json_array_append_new(list, each) == 0
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "no memory to show a document");
}

static enum status keep_proof(void *context, const struct receipt_proof *proof, struct fault *fault)
{
    return keep(context,
                json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s?, s:b}", "kind",
                          receipt_evidence_name(proof->kind), "day", proof->day, "site",
                          proof->site, "reference", proof->reference, "noted",
                          json_moment(proof->noted_ms), "actor", proof->actor, "reason",
                          proof->reason, "proves", proof->proves),
                fault);
}

static enum status keep_hint(void *context, const struct deadline_record *record,
                             struct fault *fault)
{
    return keep(context,
                json_pack("{s:s, s:s, s:s, s:s?, s:b, s:s, s:s}", "rule", record->rule, "meaning",
                          record->meaning, "title", record->title, "due", record->due, "past",
                          record->is_past, "source", record->source, "words", record->words),
                fault);
}

static json_t *receipt_json(const struct receipt_date *date, json_t *proofs)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:O}", "day", date->day, "channel",
                     receipt_channel_name(date->channel), "site", date->site, "evidence",
                     receipt_evidence_name(date->evidence), "proofs", proofs);
}

int law_facts_to_json(struct ledger *ledger, struct document_id document, json_t *object)
{
    struct receipt_date date = {0};
    struct deadline_standing standing = {0};
    struct fault fault = {0};
    bool is_there = false;
    json_t *proofs = json_array();
    json_t *hints = json_array();
    enum status status = receipt_date_get(ledger, document, &is_there, &date, &fault);
    if (status == STATUS_OK)
        status = receipt_date_proofs(ledger, document, keep_proof, proofs, &fault);
    if (status == STATUS_OK)
        status = deadlines_of(ledger, document, keep_hint, hints, &fault);
    if (status == STATUS_OK)
        status = deadlines_standing(ledger, document, &standing, &fault);
    if (status == STATUS_OK &&
        (json_object_set_new(object, "receipt",
                             is_there ? receipt_json(&date, proofs) : json_null()) != 0 ||
         json_object_set(object, "deadlines", hints) != 0 ||
         json_object_set_new(object, "flagged", json_moment(standing.flagged_ms)) != 0 ||
         json_object_set_new(object, "escalated", json_moment(standing.escalated_ms)) != 0 ||
         json_object_set_new(object, "acknowledged", json_moment(standing.acknowledged_ms)) != 0 ||
         json_object_set_new(object, "acknowledged_by",
                             standing.acknowledged_by == NULL
                                 ? json_null()
                                 : json_string(standing.acknowledged_by)) != 0))
        status = fault_set(&fault, STATUS_LATER, "no memory to show a document");
    json_decref(proofs);
    json_decref(hints);
    receipt_date_done(&date);
    deadline_standing_done(&standing);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}
