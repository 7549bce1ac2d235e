/* xdomea.c - writing of xdomea.h: versions as a table, the message element by element. */
// SPDX-License-Identifier: EUPL-1.2
#include <libxml/xmlwriter.h>
#include <string.h>

#include "base/clock.h"
#include "filing/xdomea.h"

enum { EXTENSION_VERSION = 1 };

struct version {
    const char *text;
    const char *name_space;
    const char *id_element;          /* of a document's identification */
    const char *format_list_version; /* of the code list "dateiformat" */
    bool has_xoev_head;              /* "nachrichtenkopf" as in 4.0.0 instead of "Kopf" */
    bool has_hash;                   /* a primary document carries its SHA-256 */
};

static const struct version VERSIONS[XDOMEA_VERSIONS] = {
    [XDOMEA_3_0_0] = {"3.0.0", "urn:xoev-de:xdomea:schema:3.0.0", "ID",         "1.0", false, false},
    [XDOMEA_3_1_0] = {"3.1.0", "urn:xoev-de:xdomea:schema:3.1.0", "ID",         "1.0", false, false},
    [XDOMEA_4_0_0] = {"4.0.0", "urn:xoev-de:xdomea:schema:4.0.0", "xdomeaUUID", "2.0", true,  true },
};

/* Code list "dateiformat". */
static const char *const FORMAT_CODES[] = {
    [XDOMEA_PDF_A] = "044", [XDOMEA_PDF] = "018", [XDOMEA_TIFF] = "024",
    [XDOMEA_PNG] = "019",   [XDOMEA_XML] = "030", [XDOMEA_OTHER] = "100",
};

static const char MEDIUM_ELECTRONIC[] = "001"; /* code list "medium" */

const char *xdomea_version_text(enum xdomea_version version)
{
    return VERSIONS[version].text;
}

bool xdomea_version_from_text(const char *text, enum xdomea_version *ret_version)
{
    for (int i = 0; i < XDOMEA_VERSIONS; i++) {
        if (strcmp(VERSIONS[i].text, text) != 0)
            continue;
        *ret_version = (enum xdomea_version)i;
        return true;
    }
    return false;
}

/* ---- elements ------------------------------------------------------------------------------ */

struct writer {
    xmlTextWriterPtr xml;
    const struct version *version;
    bool failed;     /* no memory */
    const char *bad; /* the element whose value XML cannot carry */
};

static const xmlChar *as_xml(const char *string)
{
    return (const xmlChar *)string;
}

static void note(struct writer *writer, int result)
{
    if (result < 0)
        writer->failed = true;
}

static void begin(struct writer *writer, const char *name)
{
    note(writer, xmlTextWriterStartElementNS(writer->xml, as_xml("xdomea"), as_xml(name), NULL));
}

static void end(struct writer *writer)
{
    note(writer, xmlTextWriterEndElement(writer->xml));
}

static void attribute(struct writer *writer, const char *name, const char *value)
{
    note(writer, xmlTextWriterWriteAttribute(writer->xml, as_xml(name), as_xml(value)));
}

/* Char of XML 1.0, production [2]. */
static bool is_xml_string(const char *value)
{
    size_t length = strlen(value), at = 0;
    if (!utf8_is_valid(value, length))
        return false;
    while (at < length) {
        uint32_t point = utf8_next(value, length, &at);
        if (point < 0x20 && point != '\t' && point != '\n' && point != '\r')
            return false;
        if (point == 0xFFFE || point == 0xFFFF)
            return false;
    }
    return true;
}

static void write_string(struct writer *writer, const char *name, const char *value)
{
    if (is_xml_string(value))
        note(writer, xmlTextWriterWriteString(writer->xml, as_xml(value)));
    else
        writer->bad = name;
}

/* <xdomea:name>value</xdomea:name>; nothing when `value` is NULL. */
static void element(struct writer *writer, const char *name, const char *value)
{
    if (value == NULL)
        return;
    begin(writer, name);
    write_string(writer, name, value);
    end(writer);
}

/* An element of no namespace, as codes and the head of 4.0.0 have them. */
static void plain_element(struct writer *writer, const char *name, const char *value)
{
    note(writer, xmlTextWriterStartElement(writer->xml, as_xml(name)));
    write_string(writer, name, value);
    end(writer);
}

static void id_element(struct writer *writer, const char *name, const struct uuid *id)
{
    char written[UUID_TEXT_BYTES];
    uuid_to_text(id, written);
    element(writer, name, written);
}

static void time_element(struct writer *writer, const char *name, int64_t wall_ms)
{
    char written[TIMESTAMP_BYTES];
    timestamp_local(wall_ms, written);
    element(writer, name, written);
}

static void number_element(struct writer *writer, const char *name, size_t number)
{
    begin(writer, name);
    note(writer, xmlTextWriterWriteFormatString(writer->xml, "%zu", number));
    end(writer);
}

static void code_element(struct writer *writer, const char *name, const char *list,
                         const char *list_version, const char *code)
{
    begin(writer, name);
    attribute(writer, "listURI", list);
    attribute(writer, "listVersionID", list_version);
    plain_element(writer, "code", code);
    end(writer);
}

/* ---- the head ------------------------------------------------------------------------------ */

static void contact(struct writer *writer, const char *role, const char *unit)
{
    begin(writer, role);
    begin(writer, "Organisationseinheit");
    element(writer, "Name", unit);
    end(writer);
    end(writer);
}

static void our_system(struct writer *writer)
{
    begin(writer, "SendendesSystem");
    element(writer, "Produktname", "Posteingang");
    element(writer, "Version", POSTEINGANG_VERSION);
    end(writer);
}

static void head_end(struct writer *writer, const struct xdomea_message *message)
{
    element(writer, "Empfangsbestaetigung", "false");
    element(writer, "Importbestaetigung", "1"); // the schema fixes it to this very spelling
    element(writer, "Erstellerkennung", message->creator);
    element(writer, "Stapel", "true");
    number_element(writer, "Stapellaenge", message->document_count);
}

static void head(struct writer *writer, const struct xdomea_message *message)
{
    begin(writer, "Kopf");
    id_element(writer, "ProzessID", &message->process);
    code_element(writer, "Nachrichtentyp", "urn:xoev-de:xdomea:codeliste:nachrichtentyp", "2.0",
                 "0605");
    time_element(writer, "Erstellungszeitpunkt", message->created_ms);
    contact(writer, "Absender", message->sender);
    contact(writer, "Empfaenger", message->recipient);
    our_system(writer);
    head_end(writer, message);
    end(writer);
}

static void xoev_party(struct writer *writer, const char *role, const char *unit)
{
    begin(writer, role);
    begin(writer, "NameInstitution");
    element(writer, "Name", unit);
    end(writer);
    end(writer);
}

static void xoev_identification(struct writer *writer, const struct xdomea_message *message)
{
    char id[UUID_TEXT_BYTES], created[TIMESTAMP_BYTES];
    uuid_to_text(&message->process, id);
    timestamp_local(message->created_ms, created);
    begin(writer, "identifikation.nachricht");
    plain_element(writer, "nachrichtenUUID", id);
    note(writer, xmlTextWriterStartElement(writer->xml, as_xml("nachrichtentyp")));
    attribute(writer, "listURI", "urn:xoev-de:xdomea:codeliste:nachrichtentyp");
    attribute(writer, "listVersionID", "3.0");
    plain_element(writer, "code", "0605");
    end(writer);
    plain_element(writer, "erstellungszeitpunkt", created);
    end(writer);
}

static void xoev_head(struct writer *writer, const struct xdomea_message *message)
{
    begin(writer, "nachrichtenkopf");
    xoev_identification(writer, message);
    xoev_party(writer, "leser", message->recipient);
    xoev_party(writer, "autor", message->sender);
    id_element(writer, "ProzessID", &message->process);
    end(writer);
    head_end(writer, message);
}

/* ---- documents ----------------------------------------------------------------------------- */

void xdomea_append_file_name(const struct xdomea_file *file, struct text *name)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&file->id, id);
    text_append_format(name, "%s_%s", id, file->name);
}

static void hash(struct writer *writer, const struct xdomea_file *file)
{
    struct digest digest = digest_of(file->bytes, file->length);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&digest, hex);
    begin(writer, "Hash");
    element(writer, "Wert", hex);
    element(writer, "Algorithmus", "SHA-256");
    end(writer);
}

static void primary_document(struct writer *writer, const struct xdomea_message *message,
                             const struct xdomea_file *file)
{
    struct text name = {0};
    xdomea_append_file_name(file, &name);
    if (!text_ok(&name))
        writer->failed = true;
    begin(writer, "Primaerdokument");
    element(writer, "Dateiname", text_string(&name));
    element(writer, "Ersteller", message->creator);
    time_element(writer, "DatumUhrzeit", message->created_ms);
    if (writer->version->has_hash)
        hash(writer, file);
    end(writer);
    text_done(&name);
}

static void files(struct writer *writer, const struct xdomea_message *message,
                  const struct xdomea_document *document)
{
    if (document->file_count == 0)
        return;
    begin(writer, "Version");
    element(writer, "Nummer", "1");
    for (size_t i = 0; i < document->file_count; i++) {
        const struct xdomea_file *file = &document->files[i];
        begin(writer, "Format");
        code_element(writer, "Name", "urn:xoev-de:xdomea:codeliste:dateiformat",
                     writer->version->format_list_version, FORMAT_CODES[file->format]);
        if (file->format == XDOMEA_OTHER)
            element(writer, "SonstigerName", file->name);
        element(writer, "Version", file->format_version);
        primary_document(writer, message, file);
        end(writer);
    }
    end(writer);
}

static void general(struct writer *writer, const struct xdomea_document *document)
{
    begin(writer, "AllgemeineMetadaten");
    element(writer, "Betreff", document->subject);
    element(writer, "Kennzeichen", document->case_number);
    begin(writer, "Medium");
    plain_element(writer, "code", MEDIUM_ELECTRONIC);
    end(writer);
    end(writer);
}

static void history(struct writer *writer, const struct xdomea_document *document)
{
    for (size_t i = 0; i < document->event_count; i++) {
        const struct xdomea_event *event = &document->events[i];
        begin(writer, "HistorienProtokollInformation");
        element(writer, "Akteur", event->actor);
        time_element(writer, "DatumUhrzeit", event->wall_ms);
        element(writer, "Aktion", event->action);
        end(writer);
    }
}

static void extension(struct writer *writer, const struct xdomea_document *document)
{
    if (document->field_count == 0)
        return;
    begin(writer, "AnwendungsspezifischeErweiterung");
    element(writer, "Kennung", "posteingang");
    element(writer, "Name", "Transfervermerk");
    number_element(writer, "Versionsnummer", EXTENSION_VERSION);
    for (size_t i = 0; i < document->field_count; i++) {
        begin(writer, "Feld");
        element(writer, "Name", document->fields[i].name);
        element(writer, "Wert", document->fields[i].value);
        end(writer);
    }
    end(writer);
}

static void document_element(struct writer *writer, const struct xdomea_message *message,
                             const struct xdomea_document *document)
{
    begin(writer, "Dokument");
    begin(writer, "Identifikation");
    id_element(writer, writer->version->id_element, &document->id);
    end(writer);
    general(writer, document);
    element(writer, "FremdesGeschaeftszeichen", document->sender_reference);
    element(writer, "Posteingangsdatum", document->receipt_day);
    element(writer, "DatumDesSchreibens", document->letter_day);
    element(writer, "Bearbeiter", document->caseworker);
    element(writer, "Typ", document->kind);
    history(writer, document);
    files(writer, message, document);
    extension(writer, document);
    end(writer);
}

static void to_file(struct writer *writer, const struct xdomea_message *message, size_t index)
{
    const struct xdomea_document *document = &message->documents[index];
    begin(writer, "SchriftgutobjektZumAblegen");
    number_element(writer, "NummerImStapel", index + 1);
    element(writer, "FachverfahrenObjektID", document->object_id);
    element(writer, "IDContainer", document->case_number);
    begin(writer, "Schriftgutobjekt");
    document_element(writer, message, document);
    end(writer);
    end(writer);
}

/* ---- the message --------------------------------------------------------------------------- */

static void root_attributes(struct writer *writer)
{
    if (!writer->version->has_xoev_head)
        return;
    attribute(writer, "produkt", "Posteingang " POSTEINGANG_VERSION);
    attribute(writer, "produkthersteller", "Posteingang");
    attribute(writer, "standard", "xdomea");
    attribute(writer, "version", writer->version->text);
}

static void write_message(struct writer *writer, const struct xdomea_message *message)
{
    note(writer, xmlTextWriterSetIndent(writer->xml, 1));
    note(writer, xmlTextWriterStartDocument(writer->xml, "1.0", "UTF-8", NULL));
    note(writer, xmlTextWriterStartElementNS(writer->xml, as_xml("xdomea"),
                                             as_xml("FVDaten.SGOAblegen.0605"),
                                             as_xml(writer->version->name_space)));
    root_attributes(writer);
    if (writer->version->has_xoev_head)
        xoev_head(writer, message);
    else
        head(writer, message);
    for (size_t i = 0; i < message->document_count; i++)
        to_file(writer, message, i);
    end(writer);
    note(writer, xmlTextWriterEndDocument(writer->xml));
}

enum status xdomea_append(const struct xdomea_message *message, struct text *xml,
                          struct fault *fault)
{
    struct writer writer = {.version = &VERSIONS[message->version]};
    if (message->document_count == 0)
        return fault_set(fault, STATUS_REFUSE, "an xdomea message needs a document");
    xmlBufferPtr buffer = xmlBufferCreate();
    writer.xml = buffer == NULL ? NULL : xmlNewTextWriterMemory(buffer, 0);
    writer.failed = writer.xml == NULL;
    if (!writer.failed)
        write_message(&writer, message);
    xmlFreeTextWriter(writer.xml); // flushes
    if (!writer.failed && writer.bad == NULL)
        text_append_bytes(xml, (const char *)xmlBufferContent(buffer),
                          (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
    if (writer.bad != NULL)
        return fault_set(fault, STATUS_REFUSE, "the value of %s is not text that XML can carry",
                         writer.bad);
    if (writer.failed || !text_ok(xml))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}

void xdomea_append_name(const struct xdomea_message *message, struct text *name)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&message->process, id);
    text_append_format(name, "%s%s", id,
                       VERSIONS[message->version].has_xoev_head ? "_0605_1"
                                                                : "_FVDaten.SGOAblegen.0605");
}
