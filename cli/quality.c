/* quality.c - `posteingang quality …` and `posteingang paper …`: a sample of the documents is
 * compared with its paper by another person, and then the paper may go. See store/quality.h and
 * store/paper.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/guard.h"
#include "store/paper.h"
#include "store/quality.h"

static struct quality_rule rule_of(const struct config *config)
{
    const struct config_quality *quality = &config->quality;
    return (struct quality_rule){
        .sampling = {.protection = quality->protection == CONFIG_PROTECTION_HIGH
                                       ? PROTECTION_HIGH
                                       : PROTECTION_NORMAL,
                     .rate = (unsigned)quality->rate,
                     .tightened = (unsigned)quality->tightened_rate,
                     .clean_batches = (unsigned)quality->clean_batches},
        .high_kinds = quality->high_kinds,
    };
}

static uint32_t months_of(const struct instance *instance)
{
    return (uint32_t)instance->config->quality.paper_months;
}

static enum status print_object(json_t *object, struct fault *fault)
{
    return json_print_line(object, stdout) ? STATUS_OK
                                           : fault_set(fault, STATUS_LATER, "cannot write a line");
}

static json_t *id_of(const struct uuid *id)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(id, text);
    return json_string(text);
}

/* ---- quality draw --------------------------------------------------------------------------- */

int verb_quality_draw(struct call *call)
{
    int exit_code = EXIT_DONE;
    uint32_t lots = 0;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    const struct quality_rule rule = rule_of(instance.config);
    if (quality_draw_all(instance.ledger, &rule, &lots, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        printf("Lots drawn: %" PRIu32 "\n", lots);
    instance_close(&instance);
    return exit_code;
}

/* ---- quality list, quality lots, paper list ------------------------------------------------- */

static enum status print_item(void *context, const struct quality_item *item, struct fault *fault)
{
    (void)context;
    return print_object(
        json_pack("{so so ss? ss ss ss? ss? ss ss? ss? ss? ss? so so}", "document",
                  id_of(&item->document.uuid), "lot", id_of(&item->lot), "batch", item->batch,
                  "site", item->site, "source", item->source, "kind", item->kind, "operator",
                  item->operator_name, "drawn", item->drawn, "verdict", item->verdict, "findings",
                  item->findings, "words", item->words, "checked_by", item->checked_by, "checked",
                  json_moment(item->checked_ms), "received", json_moment(item->received_ms)),
        fault);
}

static enum status print_lot(void *context, const struct lot_record *lot, struct fault *fault)
{
    char seed[DIGEST_HEX_BYTES];
    (void)context;
    digest_to_hex(&lot->seed, seed);
    return print_object(json_pack("{so ss? ss ss ss si ss si si si si sb so ss ss so ss?}", "lot",
                                  id_of(&lot->id), "batch", lot->batch, "site", lot->site, "day",
                                  lot->day, "protection", lot->protection, "rate", (int)lot->rate,
                                  "seed", seed, "documents", (int)lot->documents, "drawn",
                                  (int)lot->drawn, "open", (int)lot->open_checks, "kept",
                                  (int)lot->kept, "finding", lot->has_finding, "made",
                                  json_moment(lot->made_ms), "stand", lot_stand_name(lot->stand),
                                  "paper_from", lot->paper_from, "released",
                                  json_moment(lot->released_ms), "released_by", lot->released_by),
                        fault);
}

static enum status print_paper(void *context, const struct paper_item *item, struct fault *fault)
{
    (void)context;
    return print_object(json_pack("{so so ss? ss ss ss ss ss? so ss?}", "document",
                                  id_of(&item->document.uuid), "lot", id_of(&item->lot), "batch",
                                  item->batch, "site", item->site, "source", item->source, "stand",
                                  lot_stand_name(item->stand), "destroy_from", item->from, "keep",
                                  item->keep, "released", json_moment(item->released_ms),
                                  "released_by", item->released_by),
                        fault);
}

typedef enum status list_walk(const struct instance *instance, bool flag, struct fault *fault);

static enum status walk_items(const struct instance *instance, bool flag, struct fault *fault)
{
    (void)flag;
    return quality_open(instance->ledger, GUARD_ALL, 0, print_item, NULL, fault);
}

static enum status walk_lots(const struct instance *instance, bool flag, struct fault *fault)
{
    (void)flag;
    return lots_each(instance->ledger, &desk_everything, months_of(instance), 0, print_lot, NULL,
                     fault);
}

static enum status walk_papers(const struct instance *instance, bool flag, struct fault *fault)
{
    return paper_each(instance->ledger, &desk_everything, months_of(instance), flag, print_paper,
                      NULL, fault);
}

static int list(struct call *call, list_walk *walk, const struct argument *table, size_t count,
                const bool *flag)
{
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, table, count, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE && walk(&instance, *flag, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

int verb_quality_list(struct call *call)
{
    const bool flag = false;
    return list(call, walk_items, NULL, 0, &flag);
}

int verb_quality_lots(struct call *call)
{
    const bool flag = false;
    return list(call, walk_lots, NULL, 0, &flag);
}

int verb_paper_list(struct call *call)
{
    bool is_released = false;
    const struct argument table[] = {
        {"released", NULL, "Only boxes that were released", ARGUMENT_FLAG, &is_released},
    };
    return list(call, walk_papers, table, 1, &is_released);
}

/* ---- quality check -------------------------------------------------------------------------- */

static int explain_check(enum quality_verdict verdict)
{
    static const char *const words[] = {
        [QUALITY_KEPT] = NULL,
        [QUALITY_NO_LOT] = "this document is in no lot yet: its batch is open, or its day not over",
        [QUALITY_SAME_PERSON] = "who made the scan does not check it: another person has to",
    };
    if (words[verdict] == NULL)
        return EXIT_DONE;
    complain("%s", words[verdict]);
    return EXIT_FOUND;
}

static int check(struct instance *instance, const char *typed,
                 const struct quality_opinion *opinion)
{
    struct document_record document = {0};
    struct fault fault = {0};
    enum quality_verdict verdict = QUALITY_KEPT;
    int exit_code = lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (quality_check(instance->ledger, document.id, opinion, outcome_actor(), &verdict, &fault) !=
        STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        exit_code = explain_check(verdict);
    document_record_done(&document);
    return exit_code;
}

int verb_quality_check(struct call *call)
{
    bool is_good = false;
    const char *findings = NULL, *words = NULL;
    const struct argument table[] = {
        {"good",    NULL,    "It is as its paper",                       ARGUMENT_FLAG,   &is_good},
        {"finding", "WORDS", "What is wrong: findings parted by blanks", ARGUMENT_STRING,
         &findings                                                                                },
        {"words",   "WORDS", "More about it, in German",                 ARGUMENT_STRING, &words  },
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 3, 1, 1, &rest, &exit_code))
        return exit_code;
    const struct quality_opinion opinion = {
        .is_good = is_good, .findings = findings == NULL ? "" : findings, .words = words};
    if (is_good == (findings != NULL)) {
        complain("quality check: ID and either --good or --finding");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = check(&instance, rest.values[0], &opinion);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- paper release, paper keep -------------------------------------------------------------- */

static int explain_release(enum paper_verdict verdict)
{
    static const char *const words[] = {
        [PAPER_RELEASED] = NULL,
        [PAPER_UNKNOWN] = "there is no lot of this id",
        [PAPER_SHARED] = "there is paper of other teams in it",
        [PAPER_BEFORE] = "its paper is released already",
        [PAPER_NOT_CHECKED] = "something of it is not found good yet: see quality list",
        [PAPER_UNSETTLED] = "one of its documents still waits for a person",
        [PAPER_TOO_EARLY] = "its paper is to be kept for longer: see quality lots",
        [PAPER_SAME_PERSON] = "who made or checked the scans does not release the paper",
    };
    if (words[verdict] == NULL)
        return EXIT_DONE;
    complain("%s", words[verdict]);
    return EXIT_FOUND;
}

int verb_paper_release(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct uuid lot = {0};
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    enum paper_verdict verdict = PAPER_UNKNOWN;
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    bool is_id = uuid_from_text(rest.values[0], &lot);
    argument_list_done(&rest);
    if (!is_id) {
        complain("paper release: the whole id of a lot, as quality lots prints it");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (paper_release(instance.ledger, &lot, months_of(&instance), outcome_actor(),
                      &desk_everything, &verdict, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        exit_code = explain_release(verdict);
    instance_close(&instance);
    return exit_code;
}

static int keep(struct instance *instance, const char *typed, const char *reason)
{
    struct document_record document = {0};
    struct fault fault = {0};
    int exit_code = lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (paper_keep(instance->ledger, document.id, reason, outcome_actor(), &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    document_record_done(&document);
    return exit_code;
}

int verb_paper_keep(struct call *call)
{
    const char *reason = NULL;
    const struct argument table[] = {
        {"reason", "WORDS", "Why it is never destroyed, in German", ARGUMENT_STRING, &reason},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = keep(&instance, rest.values[0], reason);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
