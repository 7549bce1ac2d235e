/* request.c - `posteingang request …`: papers that the office asks for, and what came of them. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/sheets.h"
#include "store/requests.h"

static bool read_number(const char *typed, int64_t most, int64_t *ret_number)
{
    char *end = NULL;
    *ret_number = strtoll(typed, &end, 10);
    return *end == '\0' && *ret_number > 0 && *ret_number <= most;
}

/* EXIT_DONE when it happened; else why not has been said. */
static int explain(enum request_verdict verdict)
{
    if (verdict == REQUEST_HAPPENED)
        return EXIT_DONE;
    complain("%s", request_verdict_words(verdict));
    return EXIT_FOUND;
}

/* ---- request new ----------------------------------------------------------------------------- */

/* "kontoauszug=Kontoauszüge seit Mai", "kontoauszug", or "=Schlüssel" for what is of no kind. */
static bool read_item(const char *typed, struct request_item *item)
{
    const char *equals = strchr(typed, '=');
    size_t length = equals == NULL ? strlen(typed) : (size_t)(equals - typed);
    item->kind = string_copy_bytes(typed, length);
    item->words = string_copy(equals == NULL ? typed : equals + 1);
    return item->kind != NULL && item->words != NULL;
}

static int create(struct instance *instance, struct request_draft *draft, const char *out)
{
    enum request_verdict verdict = REQUEST_HAPPENED;
    struct fault fault = {0};
    int64_t number = 0;
    if (request_create(instance->ledger, draft, &number, &verdict, &fault) != STATUS_OK)
        return outcome_of(&fault);
    int exit_code = explain(verdict);
    if (exit_code != EXIT_DONE)
        return exit_code;
    printf("Request %" PRId64 " of case %s, due %s.\n", number, draft->case_number, draft->due_day);
    return out == NULL ? EXIT_DONE
                       : sheets_print_return(instance, draft->case_number, (uint32_t)number, out);
}

int verb_request_new(struct call *call)
{
    const char *case_number = NULL, *due = NULL, *out = NULL;
    struct argument_list typed = {0};
    struct request_item items[REQUEST_ITEMS_MOST + 1] = {0};
    const struct argument table[] = {
        {"case", "NO",         "Case number, as the register has it",         ARGUMENT_STRING, &case_number},
        {"due",  "YYYY-MM-DD", "Until when",                                  ARGUMENT_STRING, &due        },
        {"item", "KIND=WORDS", "What is asked for; again for each",           ARGUMENT_LIST,   &typed      },
        {"out",  "FILE",       "Where the return sheet goes (default: none)", ARGUMENT_STRING, &out        },
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code))
        return exit_code;
    struct request_draft draft = {case_number, due, items, 0, outcome_actor()};
    bool is_read = true;
    while (is_read && draft.item_count < typed.count && draft.item_count <= REQUEST_ITEMS_MOST) {
        is_read = read_item(typed.values[draft.item_count], &items[draft.item_count]);
        draft.item_count++;
    }
    exit_code = is_read ? instance_open(call, LEDGER_WRITE, &instance) : EXIT_STORAGE;
    if (exit_code == EXIT_DONE)
        exit_code = create(&instance, &draft, out);
    instance_close(&instance);
    for (size_t i = 0; i < draft.item_count; i++) {
        free(items[i].kind);
        free(items[i].words);
    }
    argument_list_done(&typed);
    return exit_code;
}

/* ---- request list, show ---------------------------------------------------------------------- */

static json_t *describe_id(const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(uuid, text);
    return uuid_is_nil(uuid) ? json_null() : json_string(text);
}

static json_t *describe(const struct request_record *record)
{
    json_t *items = json_array();
    for (uint32_t i = 0; i < record->item_count; i++) {
        const struct request_item *item = &record->items[i];
        (void)json_array_append_new(items, json_pack("{s:i, s:s, s:s, s:b, s:o, s:o, s:s}", "item",
                                                     (int)item->number, "kind", item->kind, "words",
                                                     item->words, "open", item->is_open ? 1 : 0,
                                                     "document", describe_id(&item->document.uuid),
                                                     "changed", json_moment(item->changed_ms),
                                                     "changed_by", item->changed_by));
    }
    return json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:o, s:s, s:o, s:s?, s:s?, s:o}", "request",
                     (json_int_t)record->number, "case_number", record->case_number, "team",
                     record->team, "due", record->due_day, "open", record->is_open ? 1 : 0,
                     "overdue", record->is_overdue ? 1 : 0, "made", json_moment(record->made_ms),
                     "made_by", record->made_by, "ended", json_moment(record->ended_ms), "ended_by",
                     record->ended_by, "reason", record->reason, "items", items);
}

static enum status print_line(json_t *object, struct fault *fault)
{
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the requests");
}

static enum status print_request(void *context, const struct request_record *record,
                                 struct fault *fault)
{
    (void)context;
    return print_line(describe(record), fault);
}

int verb_request_list(struct call *call)
{
    struct request_filter filter = {0};
    const struct argument table[] = {
        {"case",    "NO", "Those of one case",                   ARGUMENT_STRING, &filter.case_number },
        {"open",    NULL, "Those of which something is missing", ARGUMENT_FLAG,   &filter.only_open   },
        {"overdue", NULL, "Those whose day is over",             ARGUMENT_FLAG,   &filter.only_overdue},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        requests_each(instance.ledger, &filter, print_request, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

static enum status add_event(void *context, const struct request_event *event, struct fault *fault)
{
    json_t *described =
        json_pack("{s:o, s:s, s:s, s:i, s:o, s:s?, s:s?}", "at", json_moment(event->at_ms), "actor",
                  event->actor, "what", event->what, "item", (int)event->item, "document",
                  describe_id(&event->document.uuid), "way", event->way, "reason", event->reason);
    return json_array_append_new(context, described) == 0
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "out of memory");
}

/* Runs `use` on the request that the call's first argument names. */
typedef int request_use(struct instance *instance, const struct request_record *record,
                        const char *out);

static int use_request(struct instance *instance, const char *typed, request_use *use,
                       const char *out)
{
    struct request_record record = {0};
    struct fault fault = {0};
    int64_t number = 0;
    bool is_found = false;
    if (read_number(typed, INT32_MAX, &number) &&
        request_get(instance->ledger, number, &is_found, &record, &fault) != STATUS_OK)
        return outcome_of(&fault);
    int exit_code = is_found ? use(instance, &record, out) : explain(REQUEST_UNKNOWN);
    request_record_done(&record);
    return exit_code;
}

static int show(struct instance *instance, const struct request_record *record, const char *out)
{
    struct fault fault = {0};
    json_t *described = describe(record), *events = json_array();
    (void)out;
    enum status status =
        request_events(instance->ledger, record->number, add_event, events, &fault);
    (void)json_object_set_new(described, "events", events);
    if (status == STATUS_OK)
        status = print_line(described, &fault);
    else
        json_decref(described);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

int verb_request_show(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = use_request(&instance, rest.values[0], show, NULL);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int print_sheet(struct instance *instance, const struct request_record *record,
                       const char *out)
{
    return sheets_print_return(instance, record->case_number, (uint32_t)record->number, out);
}

int verb_request_sheet(struct call *call)
{
    const char *out = NULL;
    const struct argument table[] = {
        {"out", "FILE", "Where the PDF goes", ARGUMENT_STRING, &out},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    if (sheets_has_out(out, &exit_code))
        exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = use_request(&instance, rest.values[0], print_sheet, out);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- request close, came, reopen ------------------------------------------------------------- */

struct statement {
    const char *reason, *document;
    bool is_item, came;
};

static int state(struct instance *instance, const struct statement *said,
                 const struct argument_list *typed)
{
    int64_t number = 0, item = 0;
    struct lookup found = {0};
    struct document_id document = {0};
    enum request_verdict verdict = REQUEST_UNKNOWN;
    struct fault fault = {0};
    enum status status = STATUS_OK;
    const char *actor = outcome_actor();
    int exit_code =
        said->document == NULL ? EXIT_DONE : lookup_id(instance->ledger, said->document, &found);
    document.uuid = found.id;
    if (exit_code != EXIT_DONE || !read_number(typed->values[0], INT32_MAX, &number))
        return exit_code == EXIT_DONE ? explain(REQUEST_UNKNOWN) : exit_code;
    if (said->is_item && !read_number(typed->values[1], REQUEST_ITEMS_MOST, &item))
        return explain(REQUEST_BAD_ITEM);
    if (!said->is_item)
        status = request_close(instance->ledger, number, said->reason, actor, &verdict, &fault);
    else if (said->came)
        status = request_item_came(instance->ledger, number, (uint32_t)item, document, actor,
                                   &verdict, &fault);
    else
        status = request_item_reopen(instance->ledger, number, (uint32_t)item, said->reason, actor,
                                     &verdict, &fault);
    return status == STATUS_OK ? explain(verdict) : outcome_of(&fault);
}

static int say(struct call *call, struct statement *said)
{
    const struct argument reason = {"reason", "WORDS", "Why, in German", ARGUMENT_STRING,
                                    &said->reason};
    const struct argument document = {"document", "ID", "What it came with", ARGUMENT_STRING,
                                      &said->document};
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    size_t words = said->is_item ? 2 : 1;
    if (!call_read(call, said->came ? &document : &reason, 1, words, words, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = state(&instance, said, &rest);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

int verb_request_close(struct call *call)
{
    return say(call, &(struct statement){.is_item = false});
}

int verb_request_came(struct call *call)
{
    return say(call, &(struct statement){.is_item = true, .came = true});
}

int verb_request_reopen(struct call *call)
{
    return say(call, &(struct statement){.is_item = true});
}

/* ---- request perhaps ------------------------------------------------------------------------- */

static enum status print_perhaps(void *context, const struct document_record *document,
                                 unsigned hints, struct fault *fault)
{
    json_t *words = json_array();
    (void)context;
    if ((hints & REQUEST_HINT_CASE) != 0)
        (void)json_array_append_new(words, json_string("case"));
    if ((hints & REQUEST_HINT_CANDIDATE) != 0)
        (void)json_array_append_new(words, json_string("candidate"));
    if ((hints & REQUEST_HINT_KIND) != 0)
        (void)json_array_append_new(words, json_string("kind"));
    return print_line(json_pack("{s:o, s:s?, s:s?, s:o, s:o}", "document",
                                describe_id(&document->id.uuid), "kind", document->kind,
                                "case_number", document->case_number, "received",
                                json_moment(document->received_ms), "hints", words),
                      fault);
}

int verb_request_perhaps(struct call *call)
{
    const char *case_number = NULL;
    const struct argument table[] = {
        {"case", "NO", "Case number", ARGUMENT_STRING, &case_number},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    if (case_number == NULL) {
        complain("say which case it is about: --case NO");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE && request_perhaps(instance.ledger, instance.spool, case_number,
                                                  print_perhaps, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}
