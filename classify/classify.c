/* classify.c - see classify.h: facts, candidates, decision and kind put together, and handed out
 * as values of their own that need neither reading nor index any more. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "classify/candidates.h"
#include "classify/decision.h"
#include "classify/document_kind.h"
#include "classify/letter_days.h"

static const double SHOWN_LEAST = 1e-4;

/* The register's side of a finding, in words. */
static void append_registered(const struct register_index *index, const struct scored *scored,
                              const struct finding *finding, struct text *text)
{
    static const enum person_field names[] = {PERSON_GIVEN_NAMES, PERSON_SURNAME};
    static const enum person_field address[] = {PERSON_STREET, PERSON_HOUSE_NUMBER, PERSON_POSTCODE,
                                                PERSON_CITY};
    enum person_field one[1] = {finding->field < 0 ? PERSON_SURNAME
                                                   : (enum person_field)finding->field};
    const enum person_field *fields = one;
    size_t count = 1;
    if (finding->field < 0) {
        text_append(text, scored->case_number);
        return;
    }
    if (finding->field == PERSON_IDENTIFIERS)
        return;
    if (finding->field == PERSON_SURNAME) {
        fields = names;
        count = sizeof names / sizeof *names;
    } else if (finding->field == PERSON_STREET) {
        fields = address;
        count = sizeof address / sizeof *address;
    }
    for (size_t i = 0; i < count; i++) {
        text_append(text, i == 0 ? "" : " ");
        text_append(text, register_index_field(index, scored->person, fields[i]));
    }
}

static void append_read(const struct letter *letter, const struct finding *finding,
                        struct text *text)
{
    if (finding->source != NULL) {
        text_append(text, finding->source);
    } else if (finding->code != NULL) {
        text_append(text, finding->code->code->text);
    } else if (finding->first != LETTER_NONE && finding->is_broken) {
        letter_append_words(letter, finding->first, finding->first, text);
        text_append_char(text, ' ');
        letter_append_words(letter, finding->last, finding->last, text);
    } else if (finding->first != LETTER_NONE) {
        letter_append_words(letter, finding->first, finding->last, text);
    }
}

static bool fill_evidence(const struct facts *facts, const struct register_index *index,
                          const struct scored *scored, const struct finding *finding,
                          struct evidence *ret_evidence)
{
    struct text read = {0};
    struct text registered = {0};
    append_read(&facts->letter, finding, &read);
    append_registered(index, scored, finding, &registered);
    if (finding->field == PERSON_IDENTIFIERS)
        append_read(&facts->letter, finding, &registered);
    *ret_evidence = (struct evidence){.kind = finding->kind, .weight = finding->weight};
    if (finding->code != NULL) {
        ret_evidence->page = finding->code->page;
        ret_evidence->box = finding->code->code->box;
    } else if (finding->first != LETTER_NONE) {
        uint32_t last = finding->is_broken ? finding->first : finding->last;
        ret_evidence->page = letter_page_number(&facts->letter, finding->first);
        ret_evidence->box = letter_box(&facts->letter, finding->first, last);
    }
    text_append(&read, "");
    text_append(&registered, "");
    ret_evidence->read = text_ok(&read) ? string_copy(text_string(&read)) : NULL;
    ret_evidence->registered = text_ok(&registered) ? string_copy(text_string(&registered)) : NULL;
    text_done(&read);
    text_done(&registered);
    return ret_evidence->read != NULL && ret_evidence->registered != NULL;
}

static bool fill_candidate(const struct facts *facts, const struct register_index *index,
                           const struct scored *scored, struct candidate *candidate)
{
    candidate->probability = scored->probability;
    candidate->case_number = string_copy(scored->case_number);
    candidate->team = string_copy(register_index_team(index, scored->case_id));
    candidate->evidence = calloc(scored->finding_count + 1, sizeof *candidate->evidence);
    if (candidate->case_number == NULL || candidate->team == NULL || candidate->evidence == NULL)
        return false;
    for (size_t i = 0; i < scored->finding_count; i++) {
        candidate->evidence_count++;
        if (!fill_evidence(facts, index, scored, &scored->findings[i], &candidate->evidence[i]))
            return false;
    }
    return true;
}

/* The best, and others that are likely at all or whose number stands in the letter. */
static size_t count_shown(const struct rules *rules, const struct candidates *candidates)
{
    size_t count = candidates->count > 0 ? 1 : 0;
    while (count < candidates->count && count < rules->candidates_most &&
           (candidates->list[count].probability >= SHOWN_LEAST ||
            (candidates->list[count].support & (SUPPORT_CODE | SUPPORT_NUMBER)) != 0))
        count++;
    return count;
}

static bool fill_candidates(const struct rules *rules, const struct facts *facts,
                            const struct register_index *index, const struct candidates *candidates,
                            struct classification *classification)
{
    size_t count = count_shown(rules, candidates);
    classification->candidates = calloc(count + 1, sizeof *classification->candidates);
    if (classification->candidates == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        classification->candidate_count++;
        if (!fill_candidate(facts, index, &candidates->list[i], &classification->candidates[i]))
            return false;
    }
    return true;
}

/* What a sure decision could have had and this one lacks. */
static char *list_missing(const struct candidates *candidates)
{
    static const struct {
        unsigned support;
        const char *name;
    } kinds[] = {
        {SUPPORT_CODE | SUPPORT_NUMBER | SUPPORT_NUMBER_NEAR,  "case_number"},
        {SUPPORT_NAME | SUPPORT_NAME_PARTLY | SUPPORT_SURNAME, "name"       },
        {SUPPORT_BIRTH_DATE,                                   "birth_date" },
        {SUPPORT_ADDRESS,                                      "address"    },
        {SUPPORT_IDENTIFIER,                                   "identifier" },
    };
    struct text text = {0};
    unsigned support = candidates->count > 0 ? candidates->list[0].support : 0;
    text_append(&text, "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (support & kinds[i].support)
            continue;
        text_append(&text, text.length == 0 ? "" : " ");
        text_append(&text, kinds[i].name);
    }
    char *missing = text_ok(&text) ? string_copy(text_string(&text)) : NULL;
    text_done(&text);
    return missing;
}

static bool fill_kind(const struct letter *letter, const struct kind_rules *kinds,
                      struct classification *classification)
{
    struct document_kind kind = document_kind_find(letter, kinds);
    struct text flags = {0};
    document_flags_append(letter, kinds, &flags);
    classification->kind_confidence = kind.confidence;
    classification->kind = kind.kind == NULL ? NULL : string_copy(kind.kind);
    classification->flags = text_ok(&flags) ? string_copy(text_string(&flags)) : NULL;
    text_done(&flags);
    return classification->flags != NULL && (kind.kind == NULL || classification->kind != NULL);
}

/* A letter to somebody else goes to a person, who sees to whom. */
static bool heed_addressee(const struct rules *rules, const struct letter *letter,
                           const struct candidates *candidates,
                           struct classification *classification)
{
    struct text flags = {0}, reason = {0};
    bool has_sheet = candidates->count > 0 && (candidates->list[0].support & SUPPORT_CODE) != 0;
    const struct addressee *addressee =
        has_sheet ? NULL : addressee_find(&rules->addressees, letter, rules->authority);
    if (addressee == NULL)
        return true;
    text_append_format(&flags, "%s%s%s:%s", classification->flags,
                       classification->flags[0] == '\0' ? "" : " ",
                       addressee->is_sealed ? "sealed" : "to", addressee->name);
    text_append_format(&reason,
                       addressee->is_sealed
                           ? "Der Umschlag gehört zu „%s“: nicht öffnen oder scannen."
                           : "Das Schreiben ist an „%s“ gerichtet: wohl ein Irrläufer.",
                       addressee->title);
    free(classification->flags);
    free(classification->reason);
    classification->flags = text_take(&flags);
    classification->reason = text_take(&reason);
    classification->to_file = false;
    return classification->flags != NULL && classification->reason != NULL;
}

static bool fill_days(const struct facts *facts, struct classification *classification)
{
    struct text days = {0};
    letter_days_append(facts, &days);
    classification->days = text_ok(&days) ? string_copy(text_string(&days)) : NULL;
    text_done(&days);
    return classification->days != NULL;
}

static bool fill_known(const struct candidates *candidates, struct classification *classification)
{
    const char *lines = candidates->known.length == 0 ? "" : text_string(&candidates->known);
    classification->known = text_ok(&candidates->known) ? string_copy(lines) : NULL;
    return classification->known != NULL;
}

static bool fill_copies(const struct decision *decision, const struct register_index *index,
                        const struct candidates *candidates, struct classification *classification)
{
    for (size_t i = 0; i < decision->copy_count; i++) {
        const struct scored *scored = &candidates->list[decision->copies[i]];
        struct case_copy *copy = &classification->copies[classification->copy_count++];
        copy->probability = decision->copy_probabilities[i];
        copy->case_number = string_copy(scored->case_number);
        copy->team = string_copy(register_index_team(index, scored->case_id));
        if (copy->case_number == NULL || copy->team == NULL)
            return false;
    }
    return true;
}

static bool fill(const struct rules *rules, const struct register_index *index,
                 const struct facts *facts, const struct candidates *candidates,
                 struct classification *classification)
{
    struct decision decision;
    decide(&decision, candidates, facts, index);
    classification->to_file = decision.to_file;
    classification->reason =
        text_ok(&decision.reason) ? string_copy(text_string(&decision.reason)) : NULL;
    bool has_copies = fill_copies(&decision, index, candidates, classification);
    decision_done(&decision);
    classification->missing = list_missing(candidates);
    bool is_filled = has_copies && classification->reason != NULL &&
                     classification->missing != NULL &&
                     fill_candidates(rules, facts, index, candidates, classification);
    // The further cases of the letter are no rivals of the first.
    if (is_filled && classification->copy_count > 0)
        classification->candidates[0].probability = decision.probability;
    return is_filled && fill_kind(&facts->letter, &rules->kinds, classification) &&
           heed_addressee(rules, &facts->letter, candidates, classification) &&
           fill_days(facts, classification) && fill_known(candidates, classification);
}

enum status classify(const struct rules *rules, const struct register_index *index,
                     const struct reading *reading, struct classification *ret_classification,
                     struct fault *fault)
{
    return classify_within(rules, index, reading, NULL, ret_classification, fault);
}

enum status classify_within(const struct rules *rules, const struct register_index *index,
                            const struct reading *reading, const struct classify_context *context,
                            struct classification *ret_classification, struct fault *fault)
{
    struct facts *facts = NULL;
    enum status status = facts_new(reading, index, &facts, fault);
    if (status != STATUS_OK)
        return status;
    struct candidates candidates;
    struct classification classification = {.to_file = false};
    struct document_kind kind = {0};
    if (context != NULL && context->count > 0)
        kind = document_kind_find(&facts->letter, &rules->kinds);
    status = candidates_find(&candidates, facts, index, context, kind.kind, fault);
    if (status == STATUS_OK && !fill(rules, index, facts, &candidates, &classification))
        status = fault_set(fault, STATUS_LATER, "no memory to classify a letter");
    candidates_done(&candidates);
    facts_free(&facts);
    if (status == STATUS_OK)
        *ret_classification = classification;
    else
        classification_done(&classification);
    return status;
}
