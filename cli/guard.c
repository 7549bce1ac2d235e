/* guard.c - `posteingang guard …` and `posteingang user right …`: what only some may see, and who. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/verbs.h"
#include "store/guard.h"

static bool read_class(const char *verb, const char *name, uint32_t *ret_guard)
{
    if (name != NULL && guard_from_name(name, ret_guard))
        return true;
    complain("%s: which class? address, staff or medical", verb);
    return false;
}

/* ---- documents and cases ------------------------------------------------------------------------ */

static int explain_verdict(enum guard_verdict verdict, const struct guard_act *act)
{
    static const char *const words[] = {
        [GUARD_DONE] = NULL,
        [GUARD_NO_CHANGE] = "it is so already; what the register, the kind of document or a "
                            "candidate says is not lifted here",
        [GUARD_NO_CASE] = "the document is in no case yet",
    };
    if (words[verdict] != NULL) {
        complain("%s", words[verdict]);
        return EXIT_FOUND;
    }
    printf(act->is_set ? "Guarded: only who has the right \"%s\" sees it.\n"
                       : "No longer guarded as \"%s\".\n",
           guard_name(act->guard));
    return EXIT_DONE;
}

static int set_guard(struct instance *instance, const char *typed, const char *case_number,
                     const struct guard_act *act)
{
    struct lookup found = {0};
    struct fault fault = {0};
    enum guard_verdict verdict = GUARD_DONE;
    enum status status = STATUS_OK;
    if (case_number != NULL) {
        status = guard_set_case(instance->ledger, case_number, act, &verdict, &fault);
    } else {
        int exit_code = lookup_id(instance->ledger, typed, &found);
        if (exit_code != EXIT_DONE)
            return exit_code;
        status = guard_set_document(instance->ledger, (struct document_id){found.id}, act, &verdict,
                                    &fault);
    }
    return status == STATUS_OK ? explain_verdict(verdict, act) : outcome_of(&fault);
}

int verb_guard(struct call *call)
{
    const char *name = NULL, *reason = NULL, *case_number = NULL;
    bool is_lifted = false;
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    const struct argument table[] = {
        {"class",  "CLASS", "address, staff or medical",                 ARGUMENT_STRING, &name       },
        {"reason", "WORDS", "Why, in German",                            ARGUMENT_STRING, &reason     },
        {"case",   "NO",    "Of this whole case, instead of a document", ARGUMENT_STRING, &case_number},
        {"lift",   NULL,    "Lifts what a person has set",               ARGUMENT_FLAG,   &is_lifted  },
    };
    if (!call_read(call, table, 4, 0, 1, &rest, &exit_code))
        return exit_code;
    struct guard_act act = {.actor = outcome_actor(), .reason = reason, .is_set = !is_lifted};
    if ((rest.count == 1) == (case_number != NULL)) {
        complain("guard: a document or --case NO");
        exit_code = EXIT_USAGE;
    } else if (!read_class("guard", name, &act.guard)) {
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code =
            set_guard(&instance, rest.count == 1 ? rest.values[0] : NULL, case_number, &act);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- rights ------------------------------------------------------------------------------------ */

static int explain_right(enum guard_right_verdict verdict, const char *account, const char *done)
{
    static const char *const words[GUARD_RIGHT_VERDICTS] = {
        [GUARD_RIGHT_NOBODY] = "there is no such account, or its role sees no documents",
        [GUARD_RIGHT_IS_SO] = "it is so already, or there is nothing to confirm",
        [GUARD_RIGHT_SAME_PERSON] = "another person has to do that",
    };
    if (words[verdict] != NULL) {
        complain("%s", words[verdict]);
        return EXIT_FOUND;
    }
    printf("%s: %s.\n", account, done);
    return EXIT_DONE;
}

static int change_right(struct instance *instance, const char *account, uint32_t guard,
                        bool is_confirmed, bool is_withdrawn)
{
    struct fault fault = {0};
    enum guard_right_verdict verdict = GUARD_RIGHT_DONE;
    enum status status = (is_withdrawn   ? guard_right_withdraw
                          : is_confirmed ? guard_right_confirm
                                         : guard_right_propose)(instance->ledger, account, guard,
                                                                outcome_actor(), &verdict, &fault);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    return explain_right(verdict, account,
                         is_withdrawn   ? "the right is taken away"
                         : is_confirmed ? "the right is confirmed and holds from now on"
                                        : "the right is proposed; another person confirms it");
}

int verb_user_right(struct call *call)
{
    const char *name = NULL;
    bool is_confirmed = false, is_withdrawn = false;
    uint32_t guard = 0;
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    const struct argument table[] = {
        {"class",    "CLASS", "address, staff or medical",             ARGUMENT_STRING, &name        },
        {"confirm",  NULL,    "Confirms what another person proposed", ARGUMENT_FLAG,   &is_confirmed},
        {"withdraw", NULL,    "Takes it away",                         ARGUMENT_FLAG,   &is_withdrawn},
    };
    if (!call_read(call, table, 3, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = read_class("user right", name, &guard)
                    ? instance_open(call, LEDGER_WRITE, &instance)
                    : EXIT_USAGE;
    if (exit_code == EXIT_DONE)
        exit_code = change_right(&instance, rest.values[0], guard, is_confirmed, is_withdrawn);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static enum status print_right(void *context, const struct guard_right *right, struct fault *fault)
{
    char proposed[TIMESTAMP_BYTES], confirmed[TIMESTAMP_BYTES] = "";
    (void)context;
    timestamp_local(right->proposed_ms, proposed);
    if (right->confirmed_ms != 0)
        timestamp_local(right->confirmed_ms, confirmed);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?}", "account", right->account, "class",
                             guard_name(right->guard), "proposed_by", right->proposed_by,
                             "proposed", proposed, "confirmed_by", right->confirmed_by, "confirmed",
                             right->confirmed_ms == 0 ? NULL : confirmed);
    return json_print_line(json, stdout) ? STATUS_OK
                                         : fault_set(fault, STATUS_LATER, "no memory for a list");
}

int verb_user_rights(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct fault fault = {0};
    struct instance instance = {0};
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        guard_rights_each(instance.ledger, print_right, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}
