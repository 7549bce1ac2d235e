/* rules.c - see rules.h and classify.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "classify/fold.h"
#include "classify/rules.h"

/* Raise it with every change of the code or of its tables that can change a decision. */
static const char CODE_VERSION[] = "4";

enum { VERSION_DIGEST_CHARACTERS = 12, CANDIDATES_LEAST = 1, CANDIDATES_DEFAULT = 5 };

static const struct evidence_weights *weights_of(const struct classify_options *options)
{
    return options->weights == NULL ? &STANDARD_WEIGHTS : options->weights;
}

/* Everything that a decision depends on, in one unambiguous line each. */
static void append_options(struct text *text, const struct classify_options *options)
{
    for (size_t i = 0; i < options->grammar_count; i++) {
        const struct case_grammar *grammar = &options->grammars[i];
        const char *const strings[] = {grammar->name, grammar->pattern, grammar->canonical,
                                       grammar->check_over, grammar->check_group};
        for (size_t k = 0; k < sizeof strings / sizeof *strings; k++) {
            text_append_quoted(text, strings[k] == NULL ? "" : strings[k]);
            text_append(text, "\n");
        }
        text_append_format(text, "check %d\n", (int)grammar->check);
    }
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++)
        text_append_format(text, "use %d\n", (int)options->identifiers[kind]);
    text_append_format(text, "%.17g %.17g %u %d\n", options->threshold, options->margin,
                       options->candidates_most, (int)options->several_cases);
    for (size_t i = 0; i < options->kind_count; i++) {
        const struct kind_option *kind = &options->kinds[i];
        const char *const strings[] = {kind->name, kind->triggers, kind->flags};
        for (size_t k = 0; k < sizeof strings / sizeof *strings; k++) {
            text_append_quoted(text, strings[k] == NULL ? "" : strings[k]);
            text_append(text, "\n");
        }
    }
    for (size_t i = 0; i < options->addressee_count; i++) {
        const struct addressee_option *addressee = &options->addressees[i];
        text_append_quoted(text, addressee->name);
        text_append_quoted(text, addressee->words == NULL ? "" : addressee->words);
        text_append_format(text, "\nsealed %d\n", addressee->is_sealed ? 1 : 0);
    }
    // The sheet key is a secret, and the same for all of an instance's life.
    text_append_quoted(text, options->authority == NULL ? "" : options->authority);
    text_append_format(text, "\nsheets %d\n", options->sheet_key != NULL ? 1 : 0);
    for (size_t i = 0; i < weights_count(); i++)
        text_append_format(text, "%.17g\n", weights_get(weights_of(options), i));
}

/* Each word folded, parted by blanks. */
static char *fold_words(const char *words)
{
    struct text text = {0};
    text_append(&text, "");
    while (*words != '\0') {
        char word[FOLD_WORD_BYTES];
        char folded[FOLD_WORD_BYTES];
        size_t length = strcspn(words, " ");
        size_t kept = length < sizeof word ? length : sizeof word - 1;
        memcpy(word, words, kept);
        word[kept] = '\0';
        if (fold_word(word, folded) > 0)
            text_append_format(&text, "%s%s", text.length == 0 ? "" : " ", folded);
        words += length + (words[length] == ' ' ? 1 : 0);
    }
    return text_take(&text);
}

static char *make_version(const struct classify_options *options)
{
    struct text text = {0};
    append_options(&text, options);
    if (!text_ok(&text)) {
        text_done(&text);
        return NULL;
    }
    char hex[DIGEST_HEX_BYTES];
    struct digest digest = digest_of(text_string(&text), text.length);
    digest_to_hex(&digest, hex);
    text_clear(&text);
    text_append_format(&text, "%s-%.*s", CODE_VERSION, (int)VERSION_DIGEST_CHARACTERS, hex);
    return text_take(&text);
}

static enum status compile_grammars(struct rules *rules, const struct classify_options *options,
                                    struct fault *fault)
{
    rules->grammars = calloc(options->grammar_count + 1, sizeof *rules->grammars);
    if (rules->grammars == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the rules");
    for (size_t i = 0; i < options->grammar_count; i++) {
        enum status status = grammar_init(&rules->grammars[i], &options->grammars[i], fault);
        if (status != STATUS_OK)
            return status;
        rules->grammar_count++;
    }
    return STATUS_OK;
}

static enum status fill(struct rules *rules, const struct classify_options *options,
                        struct fault *fault)
{
    if (!weights_are_valid(weights_of(options)))
        return fault_set(fault, STATUS_REFUSE, "the weights of the evidence are out of bounds");
    rules->own_weights = *weights_of(options);
    rules->weights = rules->own_weights;
    rules->edit_costs = edit_costs_of(&rules->weights);
    rules->threshold = options->threshold;
    rules->margin = options->margin;
    rules->several_cases = options->several_cases;
    rules->has_sheet_key = options->sheet_key != NULL;
    if (rules->has_sheet_key)
        rules->sheet_key = *options->sheet_key;
    rules->authority = fold_words(options->authority == NULL ? "" : options->authority);
    if (rules->authority == NULL ||
        !addressees_init(&rules->addressees, options->addressees, options->addressee_count))
        return fault_set(fault, STATUS_LATER, "no memory for the rules");
    rules->candidates_most =
        options->candidates_most < CANDIDATES_LEAST ? CANDIDATES_DEFAULT : options->candidates_most;
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++)
        rules->identifiers[kind] = options->identifiers[kind];
    rules->own_version = make_version(options);
    rules->version = rules->own_version == NULL ? NULL : string_copy(rules->own_version);
    if (rules->version == NULL ||
        !kind_rules_init(&rules->kinds, options->kinds, options->kind_count))
        return fault_set(fault, STATUS_LATER, "no memory for the rules");
    enum status status = compile_grammars(rules, options, fault);
    if (status == STATUS_OK)
        status = identifier_patterns_init(&rules->identifier_patterns, fault);
    if (status == STATUS_OK)
        status = date_patterns_init(&rules->date_patterns, fault);
    return status;
}

enum status rules_new(const struct classify_options *options, struct rules **ret_rules,
                      struct fault *fault)
{
    struct rules *rules = calloc(1, sizeof *rules);
    if (rules == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the rules");
    enum status status = fill(rules, options, fault);
    if (status == STATUS_OK)
        *ret_rules = rules;
    else
        rules_free(&rules);
    return status;
}

void rules_free(struct rules **rules_p)
{
    struct rules *rules = *rules_p;
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->grammar_count; i++)
        grammar_done(&rules->grammars[i]);
    free(rules->grammars);
    identifier_patterns_done(&rules->identifier_patterns);
    date_patterns_done(&rules->date_patterns);
    kind_rules_done(&rules->kinds);
    model_free(&rules->model);
    free(rules->own_version);
    free(rules->version);
    free(rules->authority);
    addressees_done(&rules->addressees);
    free(rules);
    *rules_p = NULL;
}

void rules_try_weights(struct rules *rules, const struct evidence_weights *weights)
{
    rules->weights = *weights;
    rules->edit_costs = edit_costs_of(&rules->weights);
}

enum status rules_use_model(struct rules *rules, struct model **model_p, const char *label,
                            struct fault *fault)
{
    struct text version = {0};
    struct model *model = *model_p;
    text_append(&version, rules->own_version);
    if (model != NULL)
        text_append_format(&version, "-%s", label);
    char *taken = text_take(&version);
    if (taken == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the rules");
    free(rules->version);
    rules->version = taken;
    model_free(&rules->model);
    rules->model = model;
    *model_p = NULL;
    rules_try_weights(rules, model == NULL ? &rules->own_weights : &model->weights);
    rules->kinds.model = model == NULL ? NULL : model->kinds;
    return STATUS_OK;
}

const char *rules_version(const struct rules *rules)
{
    return rules->version;
}
