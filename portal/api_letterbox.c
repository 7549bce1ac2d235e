/* api_letterbox.c - how letters came to a site: emptyings of its letterbox, and what the person at
 * the desk says of a scan, which mailroom staff write down for their own site; and where letters
 * are, for whoever has the code of a receipt. */
// SPDX-License-Identifier: EUPL-1.2
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/letterbox.h"
#include "store/receipt_date.h"
#include "store/whereabouts.h"

enum { EMPTYINGS_A_LIST = 100, WORD_BYTES_MOST = 32 };

/* ---- the letterbox ----------------------------------------------------------------------------- */

static json_t *describe_emptying(const struct letterbox_record *record)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "number",
                     (json_int_t)record->number, "site", record->site, "compartment",
                     letterbox_compartment_name(record->compartment), "day", record->day, "time",
                     record->time, "counts_for", record->counts_for, "rule",
                     letterbox_rule_name(record->rule), "pieces", (json_int_t)record->pieces, "by",
                     record->actor, "noted", describe_time(record->noted_ms));
}

static enum status keep_emptying(void *context, const struct letterbox_record *record,
                                 struct fault *fault)
{
    json_t *described = describe_emptying(record);
    if (described == NULL || json_array_append_new(context, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    return STATUS_OK;
}

static enum status api_letterbox(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    json_t *results = json_array();
    enum status status = letterbox_log(service->ledger, exchange->user.site, EMPTYINGS_A_LIST,
                                       keep_emptying, results, fault);
    if (status == STATUS_OK)
        return paging_answer(exchange, results, -1, NULL, fault);
    json_decref(results);
    return status;
}

/* The settings' words and those of the law are the same, in the same order. */
static enum letterbox_rule rule_of(const struct config *config, const char *site)
{
    static const enum letterbox_rule rules[] = {
        [CONFIG_LETTERBOX_SAME_DAY] = LETTERBOX_SAME_DAY,
        [CONFIG_LETTERBOX_PREVIOUS_DAY] = LETTERBOX_PREVIOUS_DAY,
        [CONFIG_LETTERBOX_LAST_EMPTYING] = LETTERBOX_LAST_EMPTYING,
    };
    const struct config_site *found = config_site(config, site);
    return found == NULL ? LETTERBOX_PREVIOUS_DAY : rules[found->letterbox];
}

/* NULL: it fits. */
static const char *read_draft(const struct exchange *exchange, struct letterbox_draft *draft)
{
    static const struct act_field day_rule = {"day", DAY_TEXT_BYTES, false, "Der Tag"};
    static const struct act_field time_rule = {"time", LETTERBOX_TIME_BYTES, false, "Die Uhrzeit"};
    static const struct act_field part_rule = {"compartment", WORD_BYTES_MOST, true, "Das Fach"};
    const char *part = NULL;
    const json_t *pieces = json_object_get(exchange->body, "pieces");
    json_int_t number = json_integer_value(pieces);
    if (!act_read_field(exchange, &part_rule, &part) ||
        !letterbox_compartment_from_name(part, &draft->compartment))
        return "Welches Fach? Vor oder nach Mitternacht, oder alles zusammen.";
    if (!act_read_field(exchange, &day_rule, &draft->day) ||
        !act_read_field(exchange, &time_rule, &draft->time))
        return "Tag oder Uhrzeit sind nicht zu verstehen.";
    if (number < 0 || number > LETTERBOX_PIECES_MOST)
        return "So viele Sendungen passen in keinen Briefkasten.";
    draft->pieces = (uint32_t)number;
    return NULL;
}

static enum status api_letterbox_empty(struct service *service, struct exchange *exchange,
                                       struct fault *fault)
{
    struct letterbox_record record = {0};
    struct letterbox_draft draft = {.site = exchange->user.site,
                                    .rule = rule_of(service->config, exchange->user.site)};
    const char *wrong = read_draft(exchange, &draft);
    if (wrong != NULL)
        return answer_error(exchange, 400, wrong, fault);
    enum status status =
        letterbox_empty(service->ledger, &draft, exchange->user.name, &record, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 400,
                            "Der Tag oder die Uhrzeit gibt es nicht, oder der Tag kommt erst noch.",
                            fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, describe_emptying(&record), fault);
    letterbox_record_done(&record);
    return status;
}

/* ---- what the desk says of a scan --------------------------------------------------------------- */

static enum status api_entry(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    static const struct act_field day_rule = {"day", RECEIPT_DAY_BYTES, true, "Das Eingangsdatum"};
    static const struct act_field channel_rule = {"channel", WORD_BYTES_MOST, true,
                                                  "Der Weg des Eingangs"};
    const char *day = NULL;
    const char *word = NULL;
    enum receipt_channel channel = CHANNEL_SCAN;
    if (!act_read_field(exchange, &day_rule, &day))
        return act_answer_missing(exchange, &day_rule, fault);
    if (!act_read_field(exchange, &channel_rule, &word) ||
        !receipt_channel_from_name(word, &channel))
        return act_answer_missing(exchange, &channel_rule, fault);
    enum status status = receipt_entry_keep(service->ledger, exchange->scan.id, day, channel,
                                            exchange->user.name, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Das geht nicht: Der Tag liegt nach dem Scan, oder über die Dokumente "
                            "ist schon entschieden. Dann berichtigt die Sachbearbeitung das Datum "
                            "am Dokument.",
                            fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200,
                       json_pack("{s:o, s:s, s:s}", "scan", describe_uuid(&exchange->scan.id.uuid),
                                 "day", day, "channel", receipt_channel_name(channel)),
                       fault);
}

/* ---- "where is my letter?" ----------------------------------------------------------------------- */

static enum status keep_letter(void *context, const struct letter_whereabouts *letter,
                               struct fault *fault)
{
    json_t *each =
        json_pack("{s:I, s:s, s:s, s:o}", "number", (json_int_t)letter->number, "where",
                  whereabouts_name(letter->where), "words", whereabouts_german(letter->where),
                  "since", describe_time(letter->since_ms));
    if (each == NULL || json_array_append_new(context, each) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for an answer");
    return STATUS_OK;
}

static enum status answer_whereabouts(struct service *service, struct exchange *exchange,
                                      const struct receipt_record *receipt, struct fault *fault)
{
    json_t *letters = json_array();
    enum status status =
        receipt_whereabouts(service->ledger, receipt->code, keep_letter, letters, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200,
                             json_pack("{s:s, s:s, s:o, s:I, s:O}", "code", receipt->code, "site",
                                       receipt->site, "created", describe_time(receipt->created_ms),
                                       "sheets", (json_int_t)receipt->sheets, "letters", letters),
                             fault);
    json_decref(letters);
    return status;
}

/* At any desk, whichever site the papers came to: the code is the right to ask. */
static enum status api_whereabouts(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct receipt_record receipt = {0};
    char code[RECEIPT_CODE_BYTES];
    if (!receipt_code_read(
            exchange_query(exchange, "code") == NULL ? "" : exchange_query(exchange, "code"), code))
        return answer_error(exchange, 400,
                            "Das Zeichen hat acht Buchstaben und Ziffern, zum Beispiel 7KQ4-M2XB.",
                            fault);
    enum status status = receipt_get(service->ledger, code, &receipt, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 404, "Dieses Zeichen gibt es nicht.", fault);
    if (status == STATUS_OK)
        status = answer_whereabouts(service, exchange, &receipt, fault);
    receipt_record_done(&receipt);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/letterbox",         MAILROOM,           api_letterbox,       ABOUT_NOTHING},
    {"POST", "/letterbox",         MAILROOM,           api_letterbox_empty, ABOUT_NOTHING},
    {"POST", "/scans/:id/receipt", MAILROOM,           api_entry,           ABOUT_SCAN   },
    {"GET",  "/whereabouts",       MAILROOM | READERS, api_whereabouts,     ABOUT_NOTHING},
};
const struct route_table routes_letterbox = {rows, sizeof rows / sizeof rows[0]};
