/* api_actions.c - what a person decides about a document: one route for each thing to do.
 *
 * Every body may have `revision` (of the document as the person saw it) and `reason`. The answer is
 * the document as it is now; 409 when it is no longer as the person saw it. What people write goes
 * into the ledger as it is, and never into the log. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"

enum { CASE_BYTES_MOST = 128, KIND_BYTES_MOST = 64, DAY_BYTES = 10 };

/* ---- asking --------------------------------------------------------------------------------- */

/* Printable, and no longer than it may be. `*ret_text` is NULL when it is not there or empty. */
bool act_read_field(const struct exchange *exchange, const struct act_field *field,
                    const char **ret_text)
{
    const char *text = exchange_text(exchange, field->name);
    *ret_text = NULL;
    if (text == NULL || text[strspn(text, " \n\t")] == '\0')
        return !field->is_needed;
    if (strlen(text) > field->bytes_most)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t')
            return false;
    *ret_text = text;
    return true;
}

struct desk_act act_of(const struct exchange *exchange, const char *reason)
{
    json_int_t revision = json_integer_value(json_object_get(exchange->body, "revision"));
    return (struct desk_act){.id = exchange->document.id,
                             .actor = exchange->user.name,
                             .revision = revision,
                             .reason = reason,
                             .rights = exchange->user.rights};
}

enum status act_answer_missing(struct exchange *exchange, const struct act_field *field,
                               struct fault *fault)
{
    struct text words = {0};
    text_append_format(&words, "%s fehlt oder ist zu lang.", field->what);
    enum status status = answer_error(exchange, 400, text_string(&words), fault);
    text_done(&words);
    return status;
}

/* ---- answering ------------------------------------------------------------------------------ */

static enum status answer_document(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct document_record document = {0};
    enum status status =
        ledger_document_get(service->ledger, exchange->document.id, &document, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, describe_document(&document), fault);
    document_record_done(&document);
    return status;
}

enum status act_answer_verdict(struct service *service, struct exchange *exchange,
                               enum desk_verdict verdict, struct fault *fault)
{
    static const struct {
        unsigned status;
        const char *words;
    } refusals[] = {
        [DESK_TOO_LATE] = {409, "Das Dokument ist nicht mehr so, wie Sie es gesehen haben. "
                                "Vielleicht war jemand anderes schneller."},
        [DESK_BUSY] = {409, "Das Dokument wird gerade abgelegt. Bitte gleich noch einmal."           },
        [DESK_SHARED] = {409,
                           "Das Schreiben liegt in mehreren Fällen; seine Seiten bleiben zusammen."     },
        [DESK_UNKNOWN_CASE] = {422, "Dieses Aktenzeichen steht nicht im Fallregister."                       },
    };
    if (verdict == DESK_HAPPENED || verdict == DESK_NO_CHANGE)
        return answer_document(service, exchange, fault);
    return answer_error(exchange, refusals[verdict].status, refusals[verdict].words, fault);
}

/* ---- actions without a word of their own ------------------------------------------------------ */

static const struct act_field reason_needed = {"reason", DESK_REASON_BYTES_MOST, true,
                                               "Die Begründung"};
static const struct act_field reason_free = {"reason", DESK_REASON_BYTES_MOST, false,
                                             "Die Begründung"};

typedef enum status plain_action(struct ledger *ledger, const struct desk_act *act,
                                 enum desk_verdict *ret_verdict, struct fault *fault);

static enum status do_plainly(struct service *service, struct exchange *exchange,
                              const struct act_field *reason_rule, plain_action *action,
                              struct fault *fault)
{
    const char *reason = NULL;
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!act_read_field(exchange, reason_rule, &reason))
        return act_answer_missing(exchange, reason_rule, fault);
    const struct desk_act act = act_of(exchange, reason);
    enum status status = action(service->ledger, &act, &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

static enum status api_release(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    return do_plainly(service, exchange, &reason_needed, desk_release, fault);
}

static enum status api_discard(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    bool is_duplicate = json_is_true(json_object_get(exchange->body, "duplicate"));
    return do_plainly(service, exchange, &reason_needed,
                      is_duplicate ? desk_discard_duplicate : desk_discard, fault);
}

/* Nothing to say, but whoever sends no word at all must not take anything back by accident. */
static enum status api_undo(struct service *service, struct exchange *exchange, struct fault *fault)
{
    if (!json_is_integer(json_object_get(exchange->body, "revision")))
        return answer_error(exchange, 400, "Der Stand des Dokuments fehlt.", fault);
    return do_plainly(service, exchange, &reason_free, desk_undo, fault);
}

/* ---- yes or no ------------------------------------------------------------------------------ */

typedef enum status mark_action(struct ledger *ledger, const struct desk_act *act, bool is_set,
                                enum desk_verdict *ret_verdict, struct fault *fault);

static enum status set_mark(struct service *service, struct exchange *exchange, const char *name,
                            mark_action *action, struct fault *fault)
{
    const json_t *mark = json_object_get(exchange->body, name);
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!json_is_boolean(mark))
        return answer_error(exchange, 400, "Ja oder nein?", fault);
    const struct desk_act act = act_of(exchange, NULL);
    enum status status = action(service->ledger, &act, json_is_true(mark), &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

static enum status api_done(struct service *service, struct exchange *exchange, struct fault *fault)
{
    return set_mark(service, exchange, "done", desk_set_done, fault);
}

static enum status api_wait(struct service *service, struct exchange *exchange, struct fault *fault)
{
    return set_mark(service, exchange, "waiting", desk_set_waiting, fault);
}

/* ---- with words ----------------------------------------------------------------------------- */

/* Moving what is filed needs a reason; putting what is in clearing into a case does not. */
static enum status api_assign(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    static const struct act_field number_rule = {"case_number", CASE_BYTES_MOST, true,
                                                 "Das Aktenzeichen"};
    bool is_filed = exchange->document.state == DOCUMENT_FILED;
    const struct act_field *reason_rule = is_filed ? &reason_needed : &reason_free;
    const char *number = NULL;
    const char *reason = NULL;
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!act_read_field(exchange, &number_rule, &number))
        return act_answer_missing(exchange, &number_rule, fault);
    if (!act_read_field(exchange, reason_rule, &reason))
        return act_answer_missing(exchange, reason_rule, fault);
    const struct desk_act act = act_of(exchange, reason);
    enum status status = desk_assign(service->ledger, &act, number, &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

/* YYYY-MM-DD */
static bool is_day(const char *day)
{
    static const char form[] = "dddd-dd-dd";
    if (strlen(day) != DAY_BYTES)
        return false;
    for (size_t i = 0; i < DAY_BYTES; i++)
        if (form[i] == 'd' ? day[i] < '0' || day[i] > '9' : day[i] != form[i])
            return false;
    return true;
}

static enum status api_forward(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    static const struct act_field target_rule = {"target", DESK_REASON_BYTES_MOST, true,
                                                 "Das Ziel"};
    static const struct act_field day_rule = {"day", DAY_BYTES, true, "Das Datum"};
    const char *target = NULL;
    const char *day = NULL;
    const char *reason = NULL;
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!act_read_field(exchange, &target_rule, &target))
        return act_answer_missing(exchange, &target_rule, fault);
    if (!act_read_field(exchange, &day_rule, &day) || !is_day(day))
        return act_answer_missing(exchange, &day_rule, fault);
    if (!act_read_field(exchange, &reason_free, &reason))
        return act_answer_missing(exchange, &reason_free, fault);
    const struct desk_act act = act_of(exchange, reason);
    enum status status = desk_forward(service->ledger, &act, target, day, &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

/* A kind's name is a word of the rules: small letters, digits and underscores. */
static enum status api_kind(struct service *service, struct exchange *exchange, struct fault *fault)
{
    static const struct act_field kind_rule = {"kind", KIND_BYTES_MOST, true,
                                               "Die Art des Schreibens"};
    const char *kind = NULL;
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!act_read_field(exchange, &kind_rule, &kind) ||
        strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(kind))
        return act_answer_missing(exchange, &kind_rule, fault);
    const struct desk_act act = act_of(exchange, NULL);
    enum status status = desk_set_kind(service->ledger, &act, kind, &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

static enum status api_note(struct service *service, struct exchange *exchange, struct fault *fault)
{
    static const struct act_field words_rule = {"words", DESK_NOTE_BYTES_MOST, true, "Die Notiz"};
    const char *words = NULL;
    if (!act_read_field(exchange, &words_rule, &words))
        return act_answer_missing(exchange, &words_rule, fault);
    const struct desk_act act = act_of(exchange, NULL);
    enum status status = desk_add_note(service->ledger, &act, words, fault);
    return status == STATUS_OK ? answer_document(service, exchange, fault) : status;
}

static const struct route rows[] = {
    {"POST", "/documents/:id/assign",  DECIDERS, api_assign,  ABOUT_DOCUMENT},
    {"POST", "/documents/:id/release", DECIDERS, api_release, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/forward", DECIDERS, api_forward, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/discard", DECIDERS, api_discard, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/wait",    DECIDERS, api_wait,    ABOUT_DOCUMENT},
    {"POST", "/documents/:id/undo",    DECIDERS, api_undo,    ABOUT_DOCUMENT},
    {"POST", "/documents/:id/done",    DECIDERS, api_done,    ABOUT_DOCUMENT},
    {"POST", "/documents/:id/kind",    DECIDERS, api_kind,    ABOUT_DOCUMENT},
    {"POST", "/documents/:id/note",    DECIDERS, api_note,    ABOUT_DOCUMENT},
};
const struct route_table routes_actions = {rows, sizeof rows / sizeof rows[0]};
