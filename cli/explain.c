/* explain.c - `posteingang explain`: why a document went where it is.
 *
 * The explanation is the JSON that was kept when the decision was made (classify/classify.h); it
 * is shown, not computed anew, so that it says the same years later. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/law_facts.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"

enum { EXPLANATION_BYTES_MOST = 16 << 20 };

static const struct table_column columns[] = {
    {"WEIGHT",          true,  0 },
    {"EVIDENCE",        false, 0 },
    {"PAGE",            true,  0 },
    {"ON THE PAGE",     false, 16},
    {"IN THE REGISTER", false, 16},
};

/* "" when the member is missing or no string. */
static const char *member_string(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value == NULL ? "" : value;
}

static double member_number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* What was known before stands on no page: where it is known from. */
static void add_read(struct table *table, const json_t *evidence)
{
    const char *kind = member_string(evidence, "kind"), *read = member_string(evidence, "read");
    struct uuid document;
    char id[LOOKUP_SHORT_LETTERS + 1];
    if (string_starts_with(kind, "same_") && uuid_from_text(read, &document)) {
        lookup_short(&document, id);
        table_cell_format(table, "(document %s)", id);
    } else if (string_equal(kind, "expected_paper")) {
        table_cell_format(table, "(request %s)", read);
    } else {
        table_cell(table, read);
    }
}

static void add_evidence(struct table *table, const json_t *evidence)
{
    double page = member_number(evidence, "page");
    table_cell_format(table, "%+.1f", member_number(evidence, "weight"));
    table_cell(table, member_string(evidence, "kind"));
    if (page > 0)
        table_cell_format(table, "%.0f", page);
    else
        table_cell(table, "");
    add_read(table, evidence);
    table_cell(table, member_string(evidence, "registered"));
}

static void print_candidate(size_t number, const json_t *candidate)
{
    const char *team = member_string(candidate, "team");
    printf("\n%zu. %s%s%s%s%s%s   probability %.4f\n", number, terminal_paint(stdout, PAINT_BOLD),
           member_string(candidate, "case_number"), terminal_paint(stdout, PAINT_NONE),
           team[0] == '\0' ? "" : " (", team, team[0] == '\0' ? "" : ")",
           member_number(candidate, "probability"));
    struct table table = {0};
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    const json_t *list = json_object_get(candidate, "evidence");
    for (size_t i = 0; i < json_array_size(list); i++)
        add_evidence(&table, json_array_get(list, i));
    if (table.cell_count > 0)
        (void)table_print(&table, stdout, terminal_columns(stdout));
    table_done(&table);
}

/* Which kinds of evidence the pages did not have. */
static void print_missing(const json_t *explanation)
{
    const json_t *missing = json_object_get(explanation, "missing");
    printf("\nNothing on the pages leads to a case of the register");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const char *kind = json_string_value(json_array_get(missing, i));
        printf("%s%s", i == 0 ? "; looked for: " : ", ", kind == NULL ? "" : kind);
    }
    printf(".\n");
}

static void print_candidates(const json_t *explanation)
{
    const json_t *candidates = json_object_get(explanation, "candidates");
    if (json_array_size(candidates) == 0)
        print_missing(explanation);
    else
        printf("\nEvidence: weight above 0 speaks for the case, below 0 against it.\n");
    for (size_t i = 0; i < json_array_size(candidates); i++)
        print_candidate(i + 1, json_array_get(candidates, i));
}

static void print_decision(const struct document_record *document)
{
    char received[TIMES_BYTES];
    times_moment(document->received_ms, clock_wall_ms(clock_system()), received);
    printf("%s%s%s (%s, received %s) is %s%s", terminal_paint(stdout, PAINT_BOLD), document->source,
           terminal_paint(stdout, PAINT_NONE), document->site, received,
           document->state == DOCUMENT_CLEARING ? "in " : "", document_state_name(document->state));
    if (document->case_number != NULL)
        printf(": %s %s%s%s", document->state == DOCUMENT_CLEARING ? "perhaps" : "case",
               document->case_number, document->team == NULL ? "" : ", ",
               document->team == NULL ? "" : document->team);
    printf("\n");
    if (document->reason != NULL)
        printf("  %s\n", document->reason);
    if (document->decided_by != NULL)
        printf("  decided by %s, probability %.4f, next best %.4f\n", document->decided_by,
               document->confidence, document->runner_up);
    if (document->kind != NULL)
        printf("  kind %s (%.2f)%s%s\n", document->kind, document->kind_confidence,
               document->flags[0] == '\0' ? "" : ", flags ", document->flags);
    if (document->rules_version != NULL)
        printf("  rules %s, register version %lld\n", document->rules_version,
               (long long)document->register_version);
}

static void print_advice(const struct document_record *document)
{
    char id[LOOKUP_SHORT_LETTERS + 1];
    lookup_short(&document->id.uuid, id);
    if (document->state == DOCUMENT_CLEARING)
        printf("\nA person decides: posteingang assign %s --case %s\n", id,
               document->case_number == NULL ? "NO" : document->case_number);
}

/* Prints the kept bytes as they are. */
static int print_raw(const char *bytes, size_t length)
{
    bool is_written = fwrite(bytes, 1, length, stdout) == length && fputc('\n', stdout) != EOF;
    return is_written ? EXIT_DONE : EXIT_STORAGE;
}

static int print_explanation(struct ledger *ledger, const struct document_record *document,
                             const char *bytes, size_t length)
{
    json_error_t error;
    json_t *explanation = json_loadb(bytes, length, 0, &error);
    if (explanation == NULL) {
        complain("the explanation cannot be read: %s", error.text);
        return EXIT_STORAGE;
    }
    print_decision(document);
    int exit_code = law_facts_print(ledger, document->id);
    print_candidates(explanation);
    print_advice(document);
    json_decref(explanation);
    return exit_code;
}

static int explain(const struct instance *instance, const struct document_record *document,
                   bool as_json)
{
    if (digest_is_zero(&document->explanation)) {
        if (!as_json)
            print_decision(document);
        if (!as_json)
            (void)law_facts_print(instance->ledger, document->id);
        complain(document->decided_by == NULL ? "it has not been decided yet"
                                              : "a person decided: there is no evidence to show");
        return document->decided_by == NULL ? EXIT_FOUND : EXIT_DONE;
    }
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    if (spool_get(instance->spool, &document->explanation, EXPLANATION_BYTES_MOST, &bytes, &length,
                  &fault) != STATUS_OK)
        return outcome_of(&fault);
    int exit_code = as_json ? print_raw(bytes, length)
                            : print_explanation(instance->ledger, document, bytes, length);
    free(bytes);
    return exit_code;
}

int verb_explain(struct call *call)
{
    bool as_json = false;
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"json", NULL, "prints the explanation as it was kept", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    struct instance instance = {0};
    struct document_record document = {0};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_document(instance.ledger, rest.values[0], &document);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_note_sight(instance.ledger, document.id, "explanation");
    if (exit_code == EXIT_DONE)
        exit_code = explain(&instance, &document, as_json);
    document_record_done(&document);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
