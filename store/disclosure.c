/* disclosure.c - see disclosure.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/zip.h"
#include "store/disclosure.h"
#include "store/ledger_private.h"
#include "store/register.h"

enum { CASES_MOST = 64, OBJECT_BYTES_MOST = 1 << 30, TIME_BYTES = 32 };

struct collection {
    struct ledger *ledger;
    struct spool *spool;
    struct zip *zip;
    struct text json;
    const struct disclosure_order *order;
    char *cases[CASES_MOST];
    size_t case_count;
    bool has_rows; /* the register knows one of them */
    struct disclosure result;
};

/* ---- JSON ------------------------------------------------------------------------------------- */

static void add_string(struct text *json, const char *string)
{
    if (string == NULL) {
        text_append(json, "null");
        return;
    }
    text_append_char(json, '"');
    for (; *string != '\0'; string++) {
        unsigned char byte = (unsigned char)*string;
        if (byte == '"' || byte == '\\')
            text_append_char(json, '\\');
        if (byte < ' ')
            text_append_format(json, "\\u%04x", byte);
        else
            text_append_char(json, *string);
    }
    text_append_char(json, '"');
}

static void add_member(struct text *json, const char *key, const char *string)
{
    bool is_first = json->length > 0 && json->bytes[json->length - 1] == '{';
    text_append_format(json, "%s\"%s\": ", is_first ? "" : ", ", key);
    add_string(json, string);
}

static void add_time(struct text *json, const char *key, int64_t wall_ms)
{
    char written[TIME_BYTES] = "";
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm moment;
    if (wall_ms != 0 && localtime_r(&seconds, &moment) != NULL)
        (void)strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%S%z", &moment);
    add_member(json, key, wall_ms == 0 ? NULL : written);
}

/* ---- cases ------------------------------------------------------------------------------------ */

static enum status add_case(struct collection *collection, const char *number, struct fault *fault)
{
    for (size_t i = 0; i < collection->case_count; i++)
        if (strcmp(collection->cases[i], number) == 0)
            return STATUS_OK;
    if (collection->case_count == CASES_MOST)
        return fault_set(fault, STATUS_REFUSE, "too many cases for one archive");
    char *copy = string_copy(number);
    if (copy == NULL)
        return ledger_out_of_memory(fault);
    collection->cases[collection->case_count++] = copy;
    return STATUS_OK;
}

/* Other cases of the persons of the case that was asked for. */
static enum status find_cases(struct collection *collection, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = add_case(collection, collection->order->case_number, fault);
    if (status == STATUS_OK)
        status = database_query(
            collection->ledger->database,
            "SELECT DISTINCT o.case_number FROM register_version v JOIN register_by_case k ON"
            " k.version = v.id AND k.case_number = $1 JOIN register_row r ON r.version = v.id AND"
            " r.line = k.line JOIN register_row o ON o.version = v.id AND o.surname = r.surname AND"
            " o.given_names = r.given_names AND o.birth_date = r.birth_date AND o.birth_date <> ''"
            " WHERE v.state = 'current'" CASE_SEEN("o.case_number", "$2") " ORDER BY o.case_number",
            VALUES(value_text(collection->order->case_number),
                   value_lacking(collection->order->rights)),
            &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = add_case(collection, rows_text(rows, 0), fault);
    }
    rows_done(&rows);
    return status;
}

static enum status add_register_row(void *context, const struct register_row *row,
                                    struct fault *fault)
{
    static const struct {
        enum register_field field;
        const char *key;
    } shown[] = {
        {REGISTER_CASE_NUMBER,  "case_number" },
        {REGISTER_SURNAME,      "surname"     },
        {REGISTER_GIVEN_NAMES,  "given_names" },
        {REGISTER_BIRTH_DATE,   "birth_date"  },
        {REGISTER_STREET,       "street"      },
        {REGISTER_HOUSE_NUMBER, "house_number"},
        {REGISTER_POSTCODE,     "postcode"    },
        {REGISTER_CITY,         "city"        },
        {REGISTER_TEAM,         "team"        },
        {REGISTER_BENEFIT,      "benefit"     },
        {REGISTER_STATUS,       "status"      },
    };
    struct collection *collection = context;
    (void)fault;
    text_append(&collection->json, collection->has_rows ? ",\n  {" : "\n  {");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        add_member(&collection->json, shown[i].key, row->fields[shown[i].field]);
    text_append_char(&collection->json, '}');
    collection->has_rows = true;
    return STATUS_OK;
}

static enum status add_register(struct collection *collection, struct fault *fault)
{
    enum status status = STATUS_OK;
    text_append(&collection->json, ",\n \"register\": [");
    for (size_t i = 0; status == STATUS_OK && i < collection->case_count; i++)
        status = register_case(collection->ledger, collection->cases[i], add_register_row,
                               collection, fault);
    text_append(&collection->json, "]");
    return status;
}

/* ---- documents -------------------------------------------------------------------------------- */

static enum status add_object(struct collection *collection, const struct uuid *document,
                              const char *ending, const struct digest *digest, struct fault *fault)
{
    char id[UUID_TEXT_BYTES], name[UUID_TEXT_BYTES + 24];
    char *bytes = NULL;
    size_t length = 0;
    uuid_to_text(document, id);
    (void)snprintf(name, sizeof name, "dokumente/%s.%s", id, ending);
    enum status status =
        spool_get(collection->spool, digest, OBJECT_BYTES_MOST, &bytes, &length, fault);
    if (status == STATUS_OK)
        status = zip_add(collection->zip, name, bytes, length, fault);
    free(bytes);
    return status;
}

/* What was done with the document, without who of the office did it. */
static enum status add_events(struct collection *collection, const struct uuid *document,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    char id[UUID_TEXT_BYTES];
    bool there = true, is_first = true;
    uuid_to_text(document, id);
    enum status status =
        database_query(collection->ledger->database,
                       "SELECT at_ms, action FROM audit WHERE subject = $1 ORDER BY id",
                       VALUES(value_text(id)), &rows, fault);
    text_append(&collection->json, ", \"events\": [");
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        text_append(&collection->json, is_first ? "{" : ", {");
        add_time(&collection->json, "at", rows_integer(rows, 0));
        add_member(&collection->json, "action", rows_text(rows, 1));
        text_append_char(&collection->json, '}');
        is_first = false;
    }
    rows_done(&rows);
    text_append_char(&collection->json, ']');
    return status;
}

/* Strings that one query gives, as a list. */
static enum status add_list(struct collection *collection, const char *key, const char *sql,
                            const struct uuid *document, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true, is_first = true;
    text_append_format(&collection->json, ", \"%s\": [", key);
    enum status status = database_query(collection->ledger->database, sql,
                                        VALUES(value_uuid(document)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        text_append(&collection->json, is_first ? "" : ", ");
        add_string(&collection->json, rows_text(rows, 0));
        is_first = false;
    }
    rows_done(&rows);
    text_append_char(&collection->json, ']');
    return status;
}

static enum status describe_document(struct collection *collection,
                                     const struct document_record *document, struct fault *fault)
{
    struct text *json = &collection->json;
    const struct uuid *id = &document->id.uuid;
    char written[UUID_TEXT_BYTES];
    uuid_to_text(id, written);
    text_append(json, collection->result.documents == 0 ? "\n  {" : ",\n  {");
    add_member(json, "document", written);
    add_member(json, "case_number", document->case_number);
    add_time(json, "received", document->received_ms);
    add_member(json, "site", document->site);
    add_member(json, "kind", document->kind);
    add_member(json, "flags", document->flags);
    bool is_told = !string_equal(document->decided_by, "auto") ||
                   guard_is_seen(document->trace_guard, collection->order->rights);
    add_member(json, "decision", is_told ? document->reason : NULL);
    enum status status = add_list(
        collection, "notes", "SELECT words FROM note WHERE document = $1 ORDER BY id", id, fault);
    if (status == STATUS_OK)
        status = add_list(collection, "recipients",
                          "SELECT target FROM handover WHERE document = $1 AND target IS NOT NULL"
                          " ORDER BY id",
                          id, fault);
    if (status == STATUS_OK)
        status =
            add_list(collection, "packages",
                     "SELECT team FROM package WHERE document = $1 ORDER BY sent_ms", id, fault);
    if (status == STATUS_OK)
        status = add_events(collection, id, fault);
    text_append_char(json, '}');
    return status;
}

static enum status add_document(struct collection *collection, struct document_id id,
                                struct fault *fault)
{
    struct document_record document = {0};
    uint32_t most = collection->order->documents_most;
    if (most > 0 && collection->result.documents >= most)
        return fault_set(fault, STATUS_REFUSE, "more than %u documents: too much at once", most);
    enum status status = ledger_document_get(collection->ledger, id, &document, fault);
    if (status != STATUS_OK)
        return status;
    status = describe_document(collection, &document, fault);
    if (status == STATUS_OK)
        status = add_object(collection, &id.uuid, "pdf", &document.pdf, fault);
    if (status == STATUS_OK)
        status = add_object(collection, &id.uuid, "txt", &document.text, fault);
    document_record_done(&document);
    collection->result.documents++;
    return status;
}

/* The next document that is filed to the case, behind `after`. */
static enum status next_document(struct collection *collection, const char *number,
                                 struct document_id *after, bool *ret_there, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(collection->ledger->database,
                       "SELECT d.id FROM document d WHERE d.case_number = $1 AND d.state = 'filed'"
                       " AND d.id > $2" GUARD_SEEN("$3") " ORDER BY d.id LIMIT 1",
                       VALUES(value_text(number), value_uuid(&after->uuid),
                              value_lacking(collection->order->rights)),
                       &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_there, fault);
    if (status == STATUS_OK && *ret_there)
        after->uuid = rows_uuid(rows, 0);
    rows_done(&rows);
    return status;
}

static enum status add_documents_of(struct collection *collection, const char *number,
                                    struct fault *fault)
{
    struct document_id id = {0};
    int64_t in_clearing = 0;
    bool there = true;
    enum status status = next_document(collection, number, &id, &there, fault);
    while (status == STATUS_OK && there) {
        status = add_document(collection, id, fault);
        if (status == STATUS_OK)
            status = next_document(collection, number, &id, &there, fault);
    }
    if (status == STATUS_OK)
        status =
            database_number(collection->ledger->database,
                            "SELECT count(*) FROM document d WHERE d.case_number = $1"
                            " AND d.state = 'clearing'" GUARD_SEEN("$2"),
                            VALUES(value_text(number), value_lacking(collection->order->rights)), 0,
                            &in_clearing, fault);
    collection->result.in_clearing += (uint32_t)in_clearing;
    collection->result.cases++;
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static const char words_for_people[] =
    "Auskunft nach Art. 15 DSGVO\r\n\r\n"
    "auskunft.json  was im Fallregister steht, jedes abgelegte Dokument mit Eingang, Art,\r\n"
    "               Entscheidung, Notizen, Empfängern und allen Vorgängen dazu\r\n"
    "dokumente/     die Dokumente als PDF und ihr gelesener Text\r\n\r\n"
    "Vor der Herausgabe von einem Menschen durchzusehen: Rechte und Freiheiten anderer Personen\r\n"
    "(Art. 15 Abs. 4 DSGVO, § 83 SGB X) und Dokumente in Klärung, die nur vermutet zu diesem "
    "Fall\r\n"
    "gehören und hier nicht enthalten sind (Anzahl: in_clearing).\r\n";

static const char words_without_rights[] =
    "\r\nDas Konto, das dies erstellt hat, hat nicht jedes Recht auf geschützte Dokumente "
    "(Sperrvermerk,\r\nMitarbeiterfall, Gesundheitsdaten). Vollständig ist die Auskunft, wenn ein "
    "Konto mit allen diesen\r\nRechten sie erstellt.\r\n";

static enum status collect(struct collection *collection, struct fault *fault)
{
    struct text *json = &collection->json;
    text_append(json, "{");
    add_member(json, "authority", collection->order->authority);
    add_time(json, "made", ledger_wall_ms(collection->ledger));
    enum status status = find_cases(collection, fault);
    text_append(json, ",\n \"cases\": [");
    for (size_t i = 0; i < collection->case_count; i++) {
        text_append(json, i == 0 ? "" : ", ");
        add_string(json, collection->cases[i]);
    }
    text_append_char(json, ']');
    if (status == STATUS_OK)
        status = add_register(collection, fault);
    text_append(json, ",\n \"documents\": [");
    for (size_t i = 0; status == STATUS_OK && i < collection->case_count; i++)
        status = add_documents_of(collection, collection->cases[i], fault);
    text_append_format(json, "],\n \"in_clearing\": %u}\n", collection->result.in_clearing);
    if (status == STATUS_OK && !collection->has_rows && collection->result.documents == 0)
        status = fault_set(fault, STATUS_REFUSE, "nothing is known of this case");
    if (status == STATUS_OK && !text_ok(json))
        status = ledger_out_of_memory(fault);
    return status;
}

static enum status note_disclosure(struct collection *collection, struct fault *fault)
{
    const char *number = collection->order->case_number;
    struct digest digest = digest_of(number, strlen(number));
    char subject[DIGEST_HEX_BYTES];
    struct text detail = {0};
    int64_t audit = 0;
    digest_to_hex(&digest, subject);
    detail_open(&detail);
    detail_number(&detail, "documents", collection->result.documents);
    detail_digest_of(&detail, "reason_sha256", collection->order->reason);
    enum status status = ledger_begin(collection->ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(collection->ledger,
                       audit_append(collection->ledger, collection->order->actor, "person.disclose",
                                    subject, detail_close(&detail), &audit, fault),
                       fault);
    text_done(&detail);
    return status;
}

static enum status finish(struct collection *collection, struct fault *fault)
{
    struct text words = {0};
    text_append(&words, words_for_people);
    if (!guard_is_seen(GUARD_ALL, collection->order->rights))
        text_append(&words, words_without_rights);
    enum status status = zip_add(collection->zip, "auskunft.json", collection->json.bytes,
                                 collection->json.length, fault);
    if (status == STATUS_OK && !text_ok(&words))
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        status = zip_add(collection->zip, "LIESMICH.txt", words.bytes, words.length, fault);
    text_done(&words);
    if (status == STATUS_OK)
        status = zip_close(&collection->zip, &collection->result.size, fault);
    return status == STATUS_OK ? note_disclosure(collection, fault) : status;
}

enum status disclosure_write(struct ledger *ledger, struct spool *spool,
                             const struct disclosure_order *order, int file,
                             struct disclosure *ret_disclosure, struct fault *fault)
{
    struct collection collection = {.ledger = ledger, .spool = spool, .order = order};
    if (order->reason == NULL || order->reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a disclosure needs its reason");
    enum status status = zip_open(file, ledger_wall_ms(ledger), &collection.zip, fault);
    if (status == STATUS_OK)
        status = collect(&collection, fault);
    if (status == STATUS_OK)
        status = finish(&collection, fault);
    zip_abandon(&collection.zip);
    text_done(&collection.json);
    for (size_t i = 0; i < collection.case_count; i++)
        free(collection.cases[i]);
    if (status == STATUS_OK)
        *ret_disclosure = collection.result;
    return status;
}
