/* anomaly.c - see anomaly.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/anomaly.h"
#include "store/ledger_private.h"

/* ---- codes ------------------------------------------------------------------------------------- */

static const struct {
    const char *code, *german;
} codes[] = {
    {"ANLAGE_FEHLT",          "Eine genannte Anlage lag nicht bei."                 },
    {"BESCHAEDIGT",           "Das Papier war beschädigt."                         },
    {"DOPPELEINZUG_VERDACHT", "Vielleicht wurden zwei Blätter zugleich eingezogen."},
    {"FARBE_RELEVANT",        "Farben gehören zum Inhalt."                         },
    {"FREMDSPRACHE",          "Das Schreiben ist nicht in deutscher Sprache."       },
    {"GEBUNDEN",              "Die Blätter waren gebunden oder geheftet."          },
    {"HANDSCHRIFT",           "Handschriftliches gehört zum Inhalt."               },
    {"KLEBEZETTEL",           "Klebezettel waren auf dem Papier."                   },
    {"KOPIE_STATT_ORIGINAL",  "Vorgelegt wurde eine Kopie, kein Original."          },
    {"UEBERFORMAT",           "Das Papier war größer als die Seite des Scans."    },
    {"UMSCHLAG_MITGESCANNT",  "Der Umschlag wurde mitgescannt."                     },
    {"UNLESERLICH",           "Teile sind nicht zu lesen."                          },
    {"UNVOLLSTAENDIG",        "Das Schreiben kam unvollständig an."                },
};

enum { CODES = sizeof codes / sizeof codes[0] };

const char *anomaly_code_at(size_t place)
{
    return place < CODES ? codes[place].code : NULL;
}

const char *anomaly_german(const char *code)
{
    for (size_t i = 0; i < CODES; i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].german;
    return NULL;
}

/* ---- looking ----------------------------------------------------------------------------------- */

static const char anomalies_of_document[] =
    "SELECT code, words, actor, at_ms FROM anomaly WHERE document = $1 ORDER BY code";

enum status anomalies_ask_ahead(struct ledger *ledger, struct document_id document,
                                struct fault *fault)
{
    return database_ask_ahead(ledger->database, anomalies_of_document,
                              VALUES(value_uuid(&document.uuid)), fault);
}

enum status anomalies_each(struct ledger *ledger, struct document_id document,
                           anomaly_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database, anomalies_of_document,
                                        VALUES(value_uuid(&document.uuid)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct anomaly_record record = {.code = rows_text(rows, 0),
                                              .words = rows_text(rows, 1),
                                              .actor = rows_text(rows, 2),
                                              .at_ms = rows_integer(rows, 3)};
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- stating ----------------------------------------------------------------------------------- */

/* One change of one code; `words` counts only when it is stated. */
struct statement {
    const struct uuid *document;
    const char *code, *words, *actor;
    bool is_withdrawn;
};

/* Whether the change may be made, and would change anything. */
static enum status judge(struct ledger *ledger, const struct statement *statement,
                         enum desk_verdict *ret_verdict, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum document_state state = DOCUMENT_CORRUPT;
    enum status status = database_query(
        ledger->database,
        "SELECT d.state, a.code, a.words FROM document d LEFT JOIN anomaly a ON a.document = d.id"
        " AND a.code = $2 WHERE d.id = $1",
        VALUES(value_uuid(statement->document), value_text(statement->code)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK && !document_state_from_name(rows_text(rows, 0), &state))
        state = DOCUMENT_CORRUPT;
    if (status == STATUS_OK) {
        bool is_stated = !rows_is_null(rows, 1);
        bool is_so = statement->is_withdrawn
                         ? !is_stated
                         : is_stated && string_equal(rows_text(rows, 2), statement->words);
        *ret_verdict = state == DOCUMENT_MATCHING                              ? DESK_BUSY
                       : state != DOCUMENT_FILED && state != DOCUMENT_CLEARING ? DESK_TOO_LATE
                       : is_so                                                 ? DESK_NO_CHANGE
                                                                               : DESK_HAPPENED;
    }
    rows_done(&rows);
    return status;
}

static enum status write_down(struct ledger *ledger, const struct statement *statement,
                              struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "code", statement->code);
    detail_digest_of(&detail, "words", statement->words);
    enum status status = audit_append_about(
        ledger, statement->actor,
        statement->is_withdrawn ? "document.anomaly_withdraw" : "document.anomaly",
        statement->document, detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "DELETE FROM anomaly WHERE document = $1 AND code = $2",
            VALUES(value_uuid(statement->document), value_text(statement->code)), NULL, fault);
    if (status == STATUS_OK && !statement->is_withdrawn)
        status = database_run(ledger->database,
                              "INSERT INTO anomaly (document, code, words, actor, at_ms, audit)"
                              " VALUES ($1, $2, $3, $4, $5, $6)",
                              VALUES(value_uuid(statement->document), value_text(statement->code),
                                     value_text(statement->words), value_text(statement->actor),
                                     value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                              NULL, fault);
    return status;
}

static enum status change(struct ledger *ledger, const struct statement *statement,
                          enum desk_verdict *ret_verdict, struct fault *fault)
{
    enum desk_verdict verdict = DESK_HAPPENED;
    if (anomaly_german(statement->code) == NULL)
        return fault_set(fault, STATUS_REFUSE, "there is no anomaly of this code");
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = judge(ledger, statement, &verdict, fault);
    if (status == STATUS_OK && verdict == DESK_HAPPENED) {
        status = write_down(ledger, statement, fault);
        if (status == STATUS_OK)
            status = document_renew_note(ledger, statement->document, statement->actor, fault);
    }
    status = ledger_end(ledger, status, fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

/* What a Transfervermerk repeats as it is: of control characters XML 1.0 has tab and newline. */
static bool are_words(const char *words, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)words[i] < ' ' && words[i] != '\n' && words[i] != '\t')
            return false;
    return length <= ANOMALY_WORDS_BYTES_MOST && utf8_is_valid(words, length);
}

enum status anomaly_state(struct ledger *ledger, struct document_id document, const char *code,
                          const char *words, const char *actor, enum desk_verdict *ret_verdict,
                          struct fault *fault)
{
    size_t length = words == NULL ? 0 : strlen(words);
    if (length > 0 && !are_words(words, length))
        return fault_set(fault, STATUS_REFUSE,
                         "an anomaly's words are printable UTF-8 of at most %d bytes",
                         ANOMALY_WORDS_BYTES_MOST);
    const struct statement statement = {.document = &document.uuid,
                                        .code = code,
                                        .words = length == 0 ? NULL : words,
                                        .actor = actor};
    return change(ledger, &statement, ret_verdict, fault);
}

enum status anomaly_withdraw(struct ledger *ledger, struct document_id document, const char *code,
                             const char *actor, enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct statement statement = {
        .document = &document.uuid, .code = code, .actor = actor, .is_withdrawn = true};
    return change(ledger, &statement, ret_verdict, fault);
}
