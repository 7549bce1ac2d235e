/* xdomea_reader.c - reading of xdomea.h: a message is walked along a table of what each element
 * may hold, in which order and how often. The table covers 0605 as this program writes it and
 * 0630 as it comes back; elements of the standard that it never writes are accepted as they are.
 * Documents with a DTD are refused: no entity is ever expanded, nothing is fetched. */
// SPDX-License-Identifier: EUPL-1.2
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "filing/xdomea.h"

enum content {
    ELEMENTS, /* those of the particle's `type` */
    ANYTHING,
    WORDS, /* any text */
    UUID,
    FILE_NAME, /* begins with a UUID */
    BOOLEAN,
    ONE, /* "1", the only spelling that the schema allows */
    DAY,
    MOMENT,
    NUMBER,
    CODE,       /* <code> of no namespace */
    LISTED_CODE /* the same, with the version of its code list */
};

enum { ANY_NUMBER = 0 };

/* One place in the sequence of elements that a type holds. */
struct particle {
    const char *of;
    const char *name;
    int least;
    int most; /* or ANY_NUMBER */
    enum content content;
    const char *type; /* of ELEMENTS */
};

static const struct particle PARTICLES[] = {
    {"0605",           "Kopf",                                1, 1,          ELEMENTS,    "head to DMS"   },
    {"0605",           "SchriftgutobjektZumAblegen",          1, ANY_NUMBER, ELEMENTS,    "to file"       },

    {"0630",           "Kopf",                                1, 1,          ELEMENTS,    "head from DMS" },
    {"0630",           "ErfolgOderMisserfolg",                1, 1,          ELEMENTS,    "outcome"       },

    {"head to DMS",    "ProzessID",                           1, 1,          UUID,        NULL            },
    {"head to DMS",    "Nachrichtentyp",                      1, 1,          CODE,        NULL            },
    {"head to DMS",    "Erstellungszeitpunkt",                1, 1,          MOMENT,      NULL            },
    {"head to DMS",    "Absender",                            1, 1,          ANYTHING,    NULL            },
    {"head to DMS",    "Empfaenger",                          1, 1,          ANYTHING,    NULL            },
    {"head to DMS",    "SendendesSystem",                     0, 1,          ANYTHING,    NULL            },
    {"head to DMS",    "Hinweis",                             0, 1,          WORDS,       NULL            },
    {"head to DMS",    "AnwendungsspezifischeErweiterung",    0, 1,          ANYTHING,    NULL            },
    {"head to DMS",    "AnwendungsspezifischeErweiterungXML", 0, 1,          ANYTHING,    NULL            },
    {"head to DMS",    "EmpfangendesSystem",                  0, ANY_NUMBER, ANYTHING,    NULL            },
    {"head to DMS",    "WeiteresEmpfangendesSystem",          0, ANY_NUMBER, ANYTHING,    NULL            },
    {"head to DMS",    "Empfangsbestaetigung",                1, 1,          BOOLEAN,     NULL            },
    {"head to DMS",    "Importbestaetigung",                  1, 1,          ONE,         NULL            },
    {"head to DMS",    "Erstellerkennung",                    1, 1,          WORDS,       NULL            },
    {"head to DMS",    "ErstellerRolle",                      0, 1,          WORDS,       NULL            },
    {"head to DMS",    "Stapel",                              1, 1,          BOOLEAN,     NULL            },
    {"head to DMS",    "Stapellaenge",                        0, 1,          NUMBER,      NULL            },
    {"head to DMS",    "DMSSessionID",                        0, 1,          WORDS,       NULL            },

    {"to file",        "NummerImStapel",                      0, 1,          NUMBER,      NULL            },
    {"to file",        "FachverfahrenObjektID",               1, 1,          WORDS,       NULL            },
    {"to file",        "IDContainer",                         0, 1,          WORDS,       NULL            },
    {"to file",        "Schriftgutobjekt",                    1, 1,          ELEMENTS,    "object"        },
    {"to file",        "Ablageort",                           0, 1,          WORDS,       NULL            },

    {"object",         "Dokument",                            1, 1,          ELEMENTS,    "document"      },

    {"document",       "Identifikation",                      1, 1,          ELEMENTS,    "identification"},
    {"document",       "AllgemeineMetadaten",                 0, 1,          ELEMENTS,    "general"       },
    {"document",       "FremdesGeschaeftszeichen",            0, 1,          WORDS,       NULL            },
    {"document",       "Posteingangsdatum",                   0, 1,          DAY,         NULL            },
    {"document",       "Postausgangsdatum",                   0, 1,          DAY,         NULL            },
    {"document",       "DatumDesSchreibens",                  0, 1,          DAY,         NULL            },
    {"document",       "Bezug",                               0, 1,          WORDS,       NULL            },
    {"document",       "Hier",                                0, 1,          WORDS,       NULL            },
    {"document",       "Bearbeiter",                          0, 1,          WORDS,       NULL            },
    {"document",       "Typ",                                 0, 1,          WORDS,       NULL            },
    {"document",       "HistorienProtokollInformation",       0, ANY_NUMBER, ELEMENTS,    "event"         },
    {"document",       "InternerGeschaeftsgang",              0, 1,          ANYTHING,    NULL            },
    {"document",       "Version",                             0, ANY_NUMBER, ELEMENTS,    "version"       },
    {"document",       "Verweis",                             0, ANY_NUMBER, ANYTHING,    NULL            },
    {"document",       "Anlage",                              0, ANY_NUMBER, ANYTHING,    NULL            },
    {"document",       "Absender",                            0, ANY_NUMBER, ANYTHING,    NULL            },
    {"document",       "Empfaenger",                          0, ANY_NUMBER, ANYTHING,    NULL            },
    {"document",       "WeitererKontakt",                     0, ANY_NUMBER, ANYTHING,    NULL            },
    {"document",       "AnwendungsspezifischeErweiterung",    0, ANY_NUMBER, ELEMENTS,    "extension"     },
    {"document",       "AnwendungsspezifischeErweiterungXML", 0, 1,          ANYTHING,    NULL            },

    {"identification", "ID",                                  1, 1,          UUID,        NULL            },
    {"identification", "NummerImUebergeordnetenContainer",    0, 1,          NUMBER,      NULL            },

    {"general",        "Betreff",                             0, 1,          WORDS,       NULL            },
    {"general",        "Kennzeichen",                         0, 1,          WORDS,       NULL            },
    {"general",        "Federfuehrung",                       0, 1,          WORDS,       NULL            },
    {"general",        "Aktenfuehrung",                       0, 1,          WORDS,       NULL            },
    {"general",        "Vertraulichkeitsstufe",               0, 1,          CODE,        NULL            },
    {"general",        "Bemerkung",                           0, 1,          WORDS,       NULL            },
    {"general",        "Medium",                              0, 1,          CODE,        NULL            },
    {"general",        "Aktenplaneinheit",                    0, 1,          ANYTHING,    NULL            },

    {"event",          "MetadatumName",                       0, 1,          WORDS,       NULL            },
    {"event",          "MetadatumAlterWert",                  0, 1,          WORDS,       NULL            },
    {"event",          "MetadatumNeuerWert",                  0, 1,          WORDS,       NULL            },
    {"event",          "Akteur",                              1, 1,          WORDS,       NULL            },
    {"event",          "DatumUhrzeit",                        1, 1,          MOMENT,      NULL            },
    {"event",          "Bemerkung",                           0, 1,          WORDS,       NULL            },
    {"event",          "Aktion",                              1, 1,          WORDS,       NULL            },

    {"version",        "Nummer",                              1, 1,          WORDS,       NULL            },
    {"version",        "Format",                              1, ANY_NUMBER, ELEMENTS,    "format"        },
    {"format",         "Name",                                1, 1,          LISTED_CODE, NULL            },
    {"format",         "SonstigerName",                       0, 1,          WORDS,       NULL            },
    {"format",         "Version",                             1, 1,          WORDS,       NULL            },
    {"format",         "Primaerdokument",                     1, 1,          ELEMENTS,    "file"          },
    {"file",           "Dateiname",                           1, 1,          FILE_NAME,   NULL            },
    {"file",           "DateinameOriginal",                   0, 1,          WORDS,       NULL            },
    {"file",           "Ersteller",                           0, 1,          WORDS,       NULL            },
    {"file",           "DatumUhrzeit",                        0, 1,          MOMENT,      NULL            },
    {"file",           "SignaturSiegel",                      0, 1,          ANYTHING,    NULL            },

    {"extension",      "Kennung",                             1, 1,          WORDS,       NULL            },
    {"extension",      "Name",                                1, 1,          WORDS,       NULL            },
    {"extension",      "Beschreibung",                        0, 1,          WORDS,       NULL            },
    {"extension",      "Versionsnummer",                      0, 1,          WORDS,       NULL            },
    {"extension",      "Versionsdatum",                       0, 1,          DAY,         NULL            },
    {"extension",      "Feldgruppe",                          0, ANY_NUMBER, ANYTHING,    NULL            },
    {"extension",      "Feld",                                0, ANY_NUMBER, ELEMENTS,    "field"         },
    {"field",          "Name",                                1, 1,          WORDS,       NULL            },
    {"field",          "Beschreibung",                        0, 1,          WORDS,       NULL            },
    {"field",          "Datentyp",                            0, 1,          CODE,        NULL            },
    {"field",          "Wert",                                0, 1,          WORDS,       NULL            },

    {"head from DMS",  "ProzessID",                           1, 1,          UUID,        NULL            },
    {"head from DMS",  "Nachrichtentyp",                      1, 1,          CODE,        NULL            },
    {"head from DMS",  "Erstellungszeitpunkt",                1, 1,          MOMENT,      NULL            },
    {"head from DMS",  "Absender",                            1, 1,          ANYTHING,    NULL            },
    {"head from DMS",  "Empfaenger",                          1, 1,          ANYTHING,    NULL            },
    {"head from DMS",  "SendendesSystem",                     0, 1,          ANYTHING,    NULL            },
    {"head from DMS",  "Hinweis",                             0, 1,          WORDS,       NULL            },
    {"head from DMS",  "AnwendungsspezifischeErweiterung",    0, 1,          ANYTHING,    NULL            },
    {"head from DMS",  "AnwendungsspezifischeErweiterungXML", 0, 1,          ANYTHING,    NULL            },
    {"head from DMS",  "EmpfangendesSystem",                  0, ANY_NUMBER, ANYTHING,    NULL            },
    {"head from DMS",  "FVSessionID",                         1, 1,          WORDS,       NULL            },

    {"outcome",        "Rueckmeldung",                        1, ANY_NUMBER, ANYTHING,    NULL            },
    {"outcome",        "Rueckgabeparameter",                  0, ANY_NUMBER, ANYTHING,    NULL            },
};

static const char CODE_SUCCESS[] = "0000000"; /* code list "allgemeinerueckmeldung" */

struct walk {
    const xmlNs *name_space;
    struct fault *fault;
};

static const char *name_of(const xmlNode *node)
{
    return (const char *)node->name;
}

static enum status refuse(const struct walk *walk, const xmlNode *node, const char *why)
{
    return fault_set(walk->fault, STATUS_REFUSE, "line %ld: %s %s", xmlGetLineNo(node),
                     name_of(node), why);
}

static xmlNode *next_element(xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

/* ---- values -------------------------------------------------------------------------------- */

/* Whether `value` has the shape of `pattern`: '9' a digit, anything else itself. */
static bool has_shape(const char *value, const char *pattern)
{
    for (; *pattern != '\0'; value++, pattern++)
        if (*pattern == '9' ? *value < '0' || *value > '9' : *value != *pattern)
            return false;
    return true;
}

static bool begins_with_uuid(const char *value)
{
    char id[UUID_TEXT_BYTES] = {0};
    struct uuid uuid;
    strncpy(id, value, UUID_TEXT_BYTES - 1);
    return uuid_from_text(id, &uuid);
}

static bool is_digits(const char *value)
{
    return *value != '\0' && value[strspn(value, "0123456789")] == '\0';
}

static bool is_boolean(const char *value)
{
    static const char *const spellings[] = {"true", "false", "1", "0"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (strcmp(value, spellings[i]) == 0)
            return true;
    return false;
}

/* What is wrong with the value; NULL: nothing. */
static const char *value_fault(enum content content, const char *value)
{
    struct uuid uuid;
    switch (content) {
    case UUID:
        return uuid_from_text(value, &uuid) ? NULL : "is no UUID";
    case FILE_NAME:
        return begins_with_uuid(value) ? NULL : "does not begin with a UUID";
    case BOOLEAN:
        return is_boolean(value) ? NULL : "is neither true nor false";
    case ONE:
        return strcmp(value, "1") == 0 ? NULL : "must be spelt 1";
    case DAY:
        return has_shape(value, "9999-99-99") ? NULL : "is no day like 2026-03-02";
    case MOMENT:
        return has_shape(value, "9999-99-99T99:99:99") ? NULL
                                                       : "is no time like 2026-03-02T08:15:00";
    case NUMBER:
        return is_digits(value) ? NULL : "is no number";
    case ELEMENTS:
    case ANYTHING:
    case WORDS:
    case CODE:
    case LISTED_CODE:
        break;
    }
    return NULL;
}

static enum status check_value(const struct walk *walk, xmlNode *node, enum content content)
{
    if (xmlFirstElementChild(node) != NULL)
        return refuse(walk, node, "holds elements where a value belongs");
    xmlChar *value = xmlNodeGetContent(node);
    if (value == NULL)
        return fault_set(walk->fault, STATUS_LATER, "out of memory");
    const char *wrong = value_fault(content, (const char *)value);
    xmlFree(value);
    return wrong == NULL ? STATUS_OK : refuse(walk, node, wrong);
}

static enum status check_code(const struct walk *walk, xmlNode *node, bool is_listed)
{
    const xmlNode *code = xmlFirstElementChild(node);
    if (code == NULL || strcmp(name_of(code), "code") != 0)
        return refuse(walk, node, "has no code");
    if (code->ns != NULL)
        return refuse(walk, node, "has a code in a namespace, where it must be in none");
    if (is_listed && xmlHasProp(node, (const xmlChar *)"listVersionID") == NULL)
        return refuse(walk, node, "lacks listVersionID");
    return STATUS_OK;
}

/* ---- elements ------------------------------------------------------------------------------ */

static enum status check_elements(const struct walk *walk, xmlNode *node, const char *type,
                                  int depth);

static enum status check_content(const struct walk *walk, xmlNode *node,
                                 const struct particle *particle, int depth)
{
    switch (particle->content) {
    case ANYTHING:
        return STATUS_OK;
    case ELEMENTS:
        return check_elements(walk, node, particle->type, depth + 1);
    case CODE:
        return check_code(walk, node, false);
    case LISTED_CODE:
        return check_code(walk, node, true);
    case WORDS:
    case UUID:
    case FILE_NAME:
    case BOOLEAN:
    case ONE:
    case DAY:
    case MOMENT:
    case NUMBER:
        break;
    }
    return check_value(walk, node, particle->content);
}

static bool is_of(const struct walk *walk, const xmlNode *node, const struct particle *particle)
{
    return node != NULL && strcmp(name_of(node), particle->name) == 0 && node->ns != NULL &&
           xmlStrEqual(node->ns->href, walk->name_space->href);
}

/* Takes the elements of one particle; *node moves past them. */
static enum status check_particle(const struct walk *walk, const xmlNode *parent, xmlNode **node,
                                  const struct particle *particle, int depth)
{
    int count = 0;
    while (is_of(walk, *node, particle) &&
           (particle->most == ANY_NUMBER || count < particle->most)) {
        enum status status = check_content(walk, *node, particle, depth);
        if (status != STATUS_OK)
            return status;
        *node = next_element((*node)->next);
        count++;
    }
    if (count >= particle->least)
        return STATUS_OK;
    return fault_set(walk->fault, STATUS_REFUSE, "line %ld: %s lacks %s", xmlGetLineNo(parent),
                     name_of(parent), particle->name);
}

static enum status check_elements(const struct walk *walk, xmlNode *node, const char *type,
                                  int depth)
{
    if (depth > XDOMEA_DEPTH_MOST)
        return refuse(walk, node, "lies too deep");
    xmlNode *child = next_element(node->children);
    for (size_t i = 0; i < sizeof PARTICLES / sizeof PARTICLES[0]; i++) {
        if (strcmp(PARTICLES[i].of, type) != 0)
            continue;
        enum status status = check_particle(walk, node, &child, &PARTICLES[i], depth);
        if (status != STATUS_OK)
            return status;
    }
    return child == NULL ? STATUS_OK : refuse(walk, child, "does not belong here");
}

/* ---- messages ------------------------------------------------------------------------------ */

static enum status parse(const void *xml, size_t length, xmlDoc **ret_document, struct fault *fault)
{
    if (length > XDOMEA_XML_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "the message has %zu bytes, the most are %d", length,
                         XDOMEA_XML_BYTES_MOST);
    xmlResetLastError();
    xmlDoc *document = xmlReadMemory(xml, (int)length, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (document == NULL) {
        const xmlError *error = xmlGetLastError();
        return fault_set(fault, STATUS_REFUSE, "line %d: no well-formed XML",
                         error == NULL ? 1 : error->line);
    }
    if (document->intSubset != NULL || document->extSubset != NULL) {
        xmlFreeDoc(document);
        return fault_set(fault, STATUS_REFUSE, "line 1: a message has no DTD");
    }
    *ret_document = document;
    return STATUS_OK;
}

/* The root must be `name`, of a version of the 3.x line. */
static enum status check_root(xmlNode *root, const char *name, const char *type,
                              struct fault *fault)
{
    struct walk walk = {.fault = fault};
    if (root == NULL || strcmp(name_of(root), name) != 0)
        return fault_set(fault, STATUS_REFUSE, "line 1: this is %s, not %s",
                         root == NULL ? "nothing" : name_of(root), name);
    walk.name_space = root->ns;
    if (root->ns == NULL || root->ns->prefix == NULL ||
        strcmp((const char *)root->ns->prefix, "xdomea") != 0)
        return refuse(&walk, root, "is not of the prefix xdomea");
    if (strncmp((const char *)root->ns->href, "urn:xoev-de:xdomea:schema:3.",
                strlen("urn:xoev-de:xdomea:schema:3.")) != 0)
        return refuse(&walk, root, "is of no version 3 of xdomea");
    return check_elements(&walk, root, type, 1);
}

enum status xdomea_check(const void *xml, size_t length, struct fault *fault)
{
    xmlDoc *document = NULL;
    enum status status = parse(xml, length, &document, fault);
    if (status == STATUS_OK)
        status =
            check_root(xmlDocGetRootElement(document), "FVDaten.SGOAblegen.0605", "0605", fault);
    xmlFreeDoc(document);
    return status;
}

/* The element's child of this name; NULL: none. */
static xmlNode *child_of(xmlNode *node, const char *name)
{
    node = next_element(node->children);
    while (node != NULL && strcmp(name_of(node), name) != 0)
        node = next_element(node->next);
    return node;
}

/* Fills in the first failure; *ret_is_success stays as it is when this is none. */
static void take_response(xmlNode *response, struct xdomea_answer *answer)
{
    xmlChar *words = xmlNodeGetContent(response);
    const xmlNode *kind = next_element(response->children);
    char *trimmed = words == NULL ? NULL : (char *)words + strspn((char *)words, " \t\r\n");
    if (trimmed != NULL)
        trimmed[strcspn(trimmed, "\r\n")] = '\0';
    bool is_success = trimmed != NULL && kind != NULL &&
                      strcmp(name_of(kind), "AllgemeineRueckmeldung") == 0 &&
                      strcmp(trimmed, CODE_SUCCESS) == 0;
    if (!is_success && answer->is_success) {
        answer->is_success = false;
        strncpy(answer->reason, trimmed == NULL ? "?" : trimmed, XDOMEA_REASON_BYTES - 1);
    }
    xmlFree(words);
}

static void take_answer(xmlNode *root, struct xdomea_answer *answer)
{
    xmlNode *outcome = child_of(root, "ErfolgOderMisserfolg");
    xmlChar *process = xmlNodeGetContent(child_of(child_of(root, "Kopf"), "ProzessID"));
    *answer = (struct xdomea_answer){.is_success = true};
    if (process != NULL)
        (void)uuid_from_text((const char *)process, &answer->process);
    xmlFree(process);
    for (xmlNode *node = next_element(outcome->children); node != NULL;
         node = next_element(node->next)) {
        if (strcmp(name_of(node), "Rueckmeldung") == 0)
            take_response(node, answer);
        for (xmlNode *part = next_element(node->children); part != NULL;
             part = next_element(part->next))
            if (strcmp(name_of(part), "Rueckmeldung") == 0)
                take_response(part, answer);
    }
}

enum status xdomea_read_answer(const void *xml, size_t length, struct xdomea_answer *ret_answer,
                               struct fault *fault)
{
    xmlDoc *document = NULL;
    enum status status = parse(xml, length, &document, fault);
    if (status == STATUS_OK)
        status = check_root(xmlDocGetRootElement(document), "FVDaten.ImportBestaetigen.0630",
                            "0630", fault);
    if (status == STATUS_OK)
        take_answer(xmlDocGetRootElement(document), ret_answer);
    xmlFreeDoc(document);
    return status;
}
