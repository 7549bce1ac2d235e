/* match_job.c - see match_job.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sheet.h"
#include "base/text.h"
#include "workers/match_job.h"

_Static_assert((int)CONFIG_CHECK_NONE == (int)CHECK_NONE &&
                   (int)CONFIG_CHECK_MOD11_10 == (int)CHECK_MOD11_10 &&
                   (int)CONFIG_CHECK_MOD97_10 == (int)CHECK_MOD97_10 &&
                   (int)CONFIG_CHECK_DAMM == (int)CHECK_DAMM &&
                   (int)CONFIG_CHECK_LUHN == (int)CHECK_LUHN &&
                   (int)CONFIG_CHECK_MOD11_2 == (int)CHECK_MOD11_2 &&
                   (int)CONFIG_CHECK_MOD37_2 == (int)CHECK_MOD37_2 &&
                   (int)CONFIG_CHECK_MOD37_36 == (int)CHECK_MOD37_36,
               "check digits have one numbering");
_Static_assert((int)CONFIG_ID_IBAN == (int)IDENTIFIER_IBAN &&
                   (int)CONFIG_ID_BG_NUMBER == (int)IDENTIFIER_BG_NUMBER &&
                   (int)CONFIG_ID_INSURANCE_NUMBER == (int)IDENTIFIER_INSURANCE_NUMBER &&
                   (int)CONFIG_ID_HEALTH_NUMBER == (int)IDENTIFIER_HEALTH_NUMBER &&
                   (int)CONFIG_ID_TAX_ID == (int)IDENTIFIER_TAX_ID &&
                   (int)CONFIG_ID_CHILD_BENEFIT == (int)IDENTIFIER_CHILD_BENEFIT &&
                   (int)CONFIG_ID_ID_CARD == (int)IDENTIFIER_ID_CARD &&
                   (int)CONFIG_ID_CUSTOMER_NUMBER == (int)IDENTIFIER_CUSTOMER_NUMBER &&
                   (int)CONFIG_ID_COURT_REFERENCE == (int)IDENTIFIER_COURT_REFERENCE &&
                   (int)CONFIG_ID_AUTHORITY_REFERENCE == (int)IDENTIFIER_AUTHORITY_REFERENCE &&
                   (int)CONFIG_ID_INSTITUTION_NUMBER == (int)IDENTIFIER_INSTITUTION_NUMBER &&
                   (int)CONFIG_IDENTIFIERS == (int)IDENTIFIER_KINDS,
               "identifiers have one numbering");
_Static_assert((int)CONFIG_IDENTIFIER_NEVER == (int)IDENTIFIER_NEVER &&
                   (int)CONFIG_IDENTIFIER_HINT == (int)IDENTIFIER_HINT &&
                   (int)CONFIG_IDENTIFIER_MATCH == (int)IDENTIFIER_MATCH,
               "uses of identifiers have one numbering");
_Static_assert((int)CONFIG_SEVERAL_CASES_CLEAR == (int)SEVERAL_CASES_CLEAR &&
                   (int)CONFIG_SEVERAL_CASES_COPY == (int)SEVERAL_CASES_COPY,
               "several cases have one numbering");

/* What the configuration adds to the kinds of document; the caller frees it. */
static struct kind_option *kind_options(const struct config *config)
{
    struct kind_option *kinds = calloc(config->kind_count + 1, sizeof *kinds);
    for (size_t i = 0; kinds != NULL && i < config->kind_count; i++)
        kinds[i] = (struct kind_option){.name = config->kinds[i].name,
                                        .triggers = config->kinds[i].triggers,
                                        .flags = config->kinds[i].flags};
    return kinds;
}

/* Other bodies, and whose mail is not opened; the caller frees it. */
static struct addressee_option *addressee_options(const struct config *config)
{
    struct addressee_option *options =
        calloc(config->body_count + config->unopened_count + 1, sizeof *options);
    for (size_t i = 0; options != NULL && i < config->body_count; i++)
        options[i] = (struct addressee_option){.name = config->bodies[i].name,
                                               .title = config->bodies[i].title,
                                               .words = config->bodies[i].words};
    for (size_t i = 0; options != NULL && i < config->unopened_count; i++)
        options[config->body_count + i] =
            (struct addressee_option){.name = config->unopened[i].name,
                                      .title = config->unopened[i].title,
                                      .words = config->unopened[i].words,
                                      .is_sealed = true};
    return options;
}

enum status match_rules(const struct config *config, struct rules **ret_rules, struct fault *fault)
{
    struct kind_option *kinds = kind_options(config);
    struct case_grammar *grammars = calloc(config->grammar_count + 1, sizeof *grammars);
    struct addressee_option *addressees = addressee_options(config);
    if (grammars == NULL || kinds == NULL || addressees == NULL) {
        free(addressees);
        free(grammars);
        free(kinds);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    for (size_t i = 0; i < config->grammar_count; i++) {
        const struct config_case_grammar *grammar = &config->grammars[i];
        grammars[i] = (struct case_grammar){.name = grammar->name,
                                            .pattern = grammar->pattern,
                                            .canonical = grammar->canonical,
                                            .check = (enum check_algorithm)grammar->check,
                                            .check_over = grammar->check_over,
                                            .check_group = grammar->check_group};
    }
    struct sheet_key key;
    struct fault why = {0};
    bool has_key = sheet_key_load(config->sheets.key, &key, &why) == STATUS_OK;
    if (!has_key && access(config->sheets.key, F_OK) == 0)
        log_warning(NULL, "return sheets count as plain numbers: %s", why.text);
    struct classify_options options = {
        .grammars = grammars,
        .grammar_count = config->grammar_count,
        .threshold = config->matching.threshold,
        .margin = config->matching.margin,
        .candidates_most = (uint32_t)config->matching.candidates_most,
        .several_cases = (enum several_cases)config->matching.several_cases,
        .authority = config->authority,
        .sheet_key = has_key ? &key : NULL, // none: nobody printed a return sheet yet
        .kinds = kinds,
        .kind_count = config->kind_count,
        .addressees = addressees,
        .addressee_count = config->body_count + config->unopened_count,
    };
    for (size_t i = 0; i < IDENTIFIER_KINDS; i++)
        options.identifiers[i] = (enum identifier_use)config->matching.identifiers[i];
    enum status status = rules_new(&options, ret_rules, fault);
    free(addressees);
    free(grammars);
    free(kinds);
    return status;
}

/* What no weighing can make up for. NULL: nothing stands against filing. */
static const char *reason_for_person(const struct register_index *index,
                                     const struct classification *classification)
{
    if (register_index_persons(index) == 0)
        return "Es ist noch kein Fallregister eingelesen; das Dokument muss von Hand zugeordnet "
               "werden.";
    if (!classification->to_file)
        return NULL;
    if (classification->candidate_count == 0 || classification->candidates[0].team == NULL ||
        classification->candidates[0].team[0] == '\0')
        return "Zu dem gefundenen Fall nennt das Fallregister kein Team.";
    return NULL;
}

static enum status send_to_person(struct classification *classification, const char *reason,
                                  struct fault *fault)
{
    char *copy = string_copy(reason);
    if (copy == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    free(classification->reason);
    classification->reason = copy;
    classification->to_file = false;
    return STATUS_OK;
}

static char *words(const char *text)
{
    return wire_text(text == NULL ? "" : text);
}

/* The further cases, as the wire has them; "" for none. */
static char *copies_words(const struct classification *classification)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < classification->copy_count; i++) {
        const struct case_copy *copy = &classification->copies[i];
        (void)json_array_append_new(
            list, json_pack("[s, s, f]", copy->case_number, copy->team, copy->probability));
    }
    bool has_any = classification->to_file && classification->copy_count > 0;
    char *bytes = has_any ? json_dumps(list, JSON_COMPACT) : NULL;
    char *words_of_copies = has_any && bytes == NULL ? NULL : words(bytes);
    free(bytes);
    json_decref(list);
    return words_of_copies;
}

static void fill_result(struct wire_result_match *result,
                        const struct classification *classification, const struct rules *rules,
                        int64_t register_version)
{
    const struct candidate *candidates = classification->candidates;
    uint32_t count = classification->candidate_count;
    *result = (struct wire_result_match){
        .to_file = classification->to_file ? 1 : 0,
        .case_number = words(count > 0 ? candidates[0].case_number : NULL),
        .team = words(count > 0 ? candidates[0].team : NULL),
        .confidence = count > 0 ? candidates[0].probability : 0.0,
        .runner_up = count > 1 ? candidates[1].probability : 0.0,
        .reason = words(classification->reason),
        .kind = words(classification->kind),
        .kind_confidence = classification->kind == NULL ? 0.0 : classification->kind_confidence,
        .flags = words(classification->flags),
        .rules_version = words(rules_version(rules)),
        .register_version = register_version,
        .copies = copies_words(classification),
        .days = words(classification->days),
    };
}

static enum status add_explanation(struct outgoing *parts,
                                   const struct classification *classification,
                                   const struct rules *rules, int64_t register_version,
                                   struct fault *fault)
{
    struct text json = {0};
    classification_append_json(classification, rules, register_version, &json);
    size_t length = json.length;
    char *bytes = text_take(&json);
    if (bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    return outgoing_add_bytes(parts, "explanation", (uint8_t *)bytes, length, fault);
}

enum status match_job(const struct rules *rules, const struct register_index *index,
                      int64_t register_version, const void *bytes, size_t length,
                      const struct classify_context *context, struct wire_message *ret_result,
                      struct outgoing *ret_parts, struct fault *fault)
{
    struct reading reading = {0};
    struct classification classification = {0};
    struct outgoing parts = {0};
    enum status status = reading_decode(bytes, length, &reading, fault);
    if (status == STATUS_OK)
        status = classify_within(rules, index, &reading, context, &classification, fault);
    const char *reason = status == STATUS_OK ? reason_for_person(index, &classification) : NULL;
    if (reason != NULL)
        status = send_to_person(&classification, reason, fault);
    if (status == STATUS_OK)
        status = add_explanation(&parts, &classification, rules, register_version, fault);
    if (status == STATUS_OK) {
        *ret_result = (struct wire_message){.command = WIRE_RESULT_MATCH};
        fill_result(&ret_result->as.result_match, &classification, rules, register_version);
        *ret_parts = parts;
    } else {
        outgoing_done(&parts);
    }
    classification_done(&classification);
    reading_done(&reading);
    return status;
}
