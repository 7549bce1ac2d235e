/* classification.c - the value that classify() hands out: its end, and its form as JSON. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "classify/known.h"

enum { JSON_REAL_DIGITS = 6 };

static void candidate_done(struct candidate *candidate)
{
    for (uint32_t i = 0; candidate->evidence != NULL && i < candidate->evidence_count; i++) {
        free(candidate->evidence[i].read);
        free(candidate->evidence[i].registered);
    }
    free(candidate->evidence);
    free(candidate->case_number);
    free(candidate->team);
}

void classification_done(struct classification *classification)
{
    for (uint32_t i = 0; classification->candidates != NULL && i < classification->candidate_count;
         i++)
        candidate_done(&classification->candidates[i]);
    for (uint32_t i = 0; i < classification->copy_count; i++) {
        free(classification->copies[i].case_number);
        free(classification->copies[i].team);
    }
    free(classification->candidates);
    free(classification->reason);
    free(classification->missing);
    free(classification->kind);
    free(classification->flags);
    free(classification->days);
    free(classification->known);
    *classification = (struct classification){0};
}

static json_t *evidence_json(const struct evidence *evidence)
{
    json_t *json =
        json_pack("{s:s, s:f, s:s, s:s}", "kind", evidence->kind, "weight", evidence->weight,
                  "read", evidence->read, "registered", evidence->registered);
    if (json == NULL || evidence->page == 0)
        return json;
    (void)json_object_set_new(json, "page", json_integer(evidence->page));
    (void)json_object_set_new(json, "box",
                              json_pack("[i, i, i, i]", evidence->box.left, evidence->box.top,
                                        evidence->box.width, evidence->box.height));
    return json;
}

static json_t *candidate_json(const struct candidate *candidate)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < candidate->evidence_count; i++)
        (void)json_array_append_new(list, evidence_json(&candidate->evidence[i]));
    return json_pack("{s:s, s:s, s:f, s:o}", "case_number", candidate->case_number, "team",
                     candidate->team, "probability", candidate->probability, "evidence", list);
}

static json_t *copies_json(const struct classification *classification)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < classification->copy_count; i++)
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:f}", "case_number",
                                                    classification->copies[i].case_number, "team",
                                                    classification->copies[i].team, "probability",
                                                    classification->copies[i].probability));
    return list;
}

/* "deadline urgent" as a list. */
static json_t *words_json(const char *words)
{
    json_t *list = json_array();
    while (*words != '\0') {
        size_t length = 0;
        while (words[length] != '\0' && words[length] != ' ')
            length++;
        (void)json_array_append_new(list, json_stringn(words, length));
        words += length + (words[length] == ' ' ? 1 : 0);
    }
    return list;
}

/* What was known beforehand, as objects. NULL on no memory. */
static json_t *known_json(const char *lines)
{
    struct known_facts facts = {0};
    json_t *list = json_array();
    if (known_facts_read(lines, strlen(lines), &facts, NULL) != STATUS_OK) {
        json_decref(list);
        list = NULL;
    }
    for (size_t i = 0; list != NULL && i < facts.context.count; i++) {
        const struct known_fact *fact = &facts.list[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s}", "known", known_word(fact->what), "case_number",
                            fact->case_number, "kind", fact->kind, "source", fact->source));
    }
    known_facts_done(&facts);
    return list;
}

void classification_append_json(const struct classification *classification,
                                const struct rules *rules, int64_t register_version,
                                struct text *json)
{
    json_t *candidates = json_array();
    for (uint32_t i = 0; i < classification->candidate_count; i++)
        (void)json_array_append_new(candidates, candidate_json(&classification->candidates[i]));
    json_t *root = json_pack(
        "{s:b, s:s, s:o, s:o, s:o, s:s?, s:f, s:o, s:o, s:o, s:s, s:I}", "to_file",
        classification->to_file ? 1 : 0, "reason", classification->reason, "candidates", candidates,
        "copies", copies_json(classification), "missing", words_json(classification->missing),
        "kind", classification->kind, "kind_confidence", classification->kind_confidence, "flags",
        words_json(classification->flags), "days", words_json(classification->days), "known",
        known_json(classification->known), "rules_version", rules_version(rules),
        "register_version", (json_int_t)register_version);
    char *bytes = root == NULL
                      ? NULL
                      : json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(JSON_REAL_DIGITS));
    if (bytes == NULL)
        json->failed = true;
    else
        text_append(json, bytes);
    free(bytes);
    json_decref(root);
}
