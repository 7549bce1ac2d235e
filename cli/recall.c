/* recall.c - `posteingang recall …`: a misfiled document out of its case, and the note for data
 * protection. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/verdict.h"
#include "law/breach.h"
#include "store/guard.h"
#include "store/recall.h"

/* ---- recall --------------------------------------------------------------------------------- */

/* "2026-03-02 08:15", local; 0 for NULL. */
static bool read_moment(const char *written, int64_t *ret_ms)
{
    struct tm parts = {.tm_isdst = -1};
    *ret_ms = 0;
    if (written == NULL)
        return true;
    const char *end = strptime(written, "%Y-%m-%d %H:%M", &parts);
    if (end == NULL || *end != '\0')
        return false;
    *ret_ms = (int64_t)mktime(&parts) * 1000;
    return true;
}

static int call_back(struct instance *instance, const char *typed, const char *reason,
                     int64_t known_ms)
{
    struct lookup found = {0};
    struct fault fault = {0};
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = 0;
    int exit_code = lookup_id(instance->ledger, typed, &found);
    if (exit_code != EXIT_DONE)
        return exit_code;
    const struct desk_act act = {
        .id = {found.id}, .actor = outcome_actor(), .reason = reason, .rights = GUARD_ALL};
    if (desk_recall(instance->ledger, &act, known_ms, &number, &verdict, &fault) != STATUS_OK)
        return outcome_of(&fault);
    exit_code = verdict_explain(verdict);
    if (exit_code == EXIT_DONE)
        printf("Recall %" PRId64 ": it leaves the case and is matched again.\n"
               "The note for data protection: posteingang recall note %" PRId64 "\n",
               number, number);
    return exit_code;
}

int verb_recall_document(struct call *call)
{
    const char *reason = NULL, *known = NULL;
    const struct argument table[] = {
        {"reason", "WORDS",            "Why it is wrong there, in German",         ARGUMENT_STRING, &reason},
        {"known",  "YYYY-MM-DD HH:MM", "Since when somebody knows (default: now)", ARGUMENT_STRING,
         &known                                                                                            },
    };
    int exit_code = EXIT_DONE;
    int64_t known_ms = 0;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 2, 1, 1, &rest, &exit_code))
        return exit_code;
    if (!read_moment(known, &known_ms)) {
        complain("--known takes a moment like \"2026-03-02 08:15\", not \"%s\"", known);
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = call_back(&instance, rest.values[0], reason, known_ms);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- recall list ---------------------------------------------------------------------------- */

static enum status print_recall(void *context, const struct recall_record *record,
                                struct fault *fault)
{
    char document[UUID_TEXT_BYTES];
    (void)context;
    uuid_to_text(&record->document.uuid, document);
    json_t *object =
        json_pack("{sI ss ss ss so so so so ss ss ss? ss? ss?}", "number",
                  (json_int_t)record->number, "document", document, "case_number",
                  record->case_number, "team", record->team, "filed", json_moment(record->filed_ms),
                  "recalled", json_moment(record->made_ms), "known", json_moment(record->known_ms),
                  "report_by", json_moment(breach_report_by_ms(record->known_ms)), "actor",
                  record->actor, "reason", record->reason, "outcome", record->outcome, "settled_by",
                  record->settled_by, "settled_reason", record->settled_why);
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the recalls");
}

int verb_recall_list(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE && recalls_each(instance.ledger, NULL, &desk_everything,
                                               print_recall, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

/* ---- recall note ---------------------------------------------------------------------------- */

static enum status print_note(void *context, const struct recall_record *record,
                              struct fault *fault)
{
    const struct instance *instance = context;
    struct text text = {0};
    enum status status =
        recall_note_append(instance->ledger, record, instance->config->authority, &text, fault);
    if (status == STATUS_OK)
        (void)fputs(text_string(&text), stdout);
    text_done(&text);
    return status;
}

static bool read_number(const char *typed, int64_t *ret_number)
{
    char *end = NULL;
    *ret_number = strtoll(typed, &end, 10);
    return *end == '\0' && *ret_number > 0;
}

int verb_recall_note(struct call *call)
{
    int exit_code = EXIT_DONE;
    int64_t number = 0;
    bool is_found = false;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = read_number(rest.values[0], &number) ? instance_open(call, LEDGER_READ, &instance)
                                                     : EXIT_USAGE;
    if (exit_code == EXIT_DONE && recall_get(instance.ledger, number, &desk_everything, print_note,
                                             &instance, &is_found, &fault) != STATUS_OK) {
        exit_code = outcome_of(&fault);
    } else if (!is_found) {
        complain("there is no recall \"%s\"", rest.values[0]);
        exit_code = exit_code == EXIT_DONE ? EXIT_FOUND : exit_code;
    }
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- recall settle -------------------------------------------------------------------------- */

int verb_recall_settle(struct call *call)
{
    bool is_reported = false, is_not = false;
    const char *reason = NULL;
    const struct argument table[] = {
        {"reported",     NULL,    "The supervisory authority was told", ARGUMENT_FLAG,   &is_reported},
        {"not-reported", NULL,    "A risk is unlikely",                 ARGUMENT_FLAG,   &is_not     },
        {"reason",       "WORDS", "Why, in German",                     ARGUMENT_STRING, &reason     },
    };
    int exit_code = EXIT_DONE;
    int64_t number = 0;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read(call, table, 3, 1, 1, &rest, &exit_code))
        return exit_code;
    if (is_reported == is_not || !read_number(rest.values[0], &number)) {
        complain("recall settle: NUMBER and either --reported or --not-reported");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE && recall_settle(instance.ledger, number, is_reported,
                                                outcome_actor(), reason, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
