/* transfer_note.c - see transfer_note.h.
 *
 * Nothing in it is guessed: what nobody said is said to be missing, as an anomaly where the
 * guideline wants it (the creator must be a natural person). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "filing/note_embed.h"
#include "filing/transfer_note.h"
#include "store/anomaly.h"

struct note {
    struct text *xml;
    const struct document_record *document;
    const struct transfer_facts *facts;
    const struct transfer_setting *setting;
};

/* ---- XML ------------------------------------------------------------------------------------- */

/* What XML 1.0 does not allow becomes a question mark. */
static void append_words(struct text *xml, const char *words)
{
    size_t length = strlen(words);
    for (size_t at = 0; at < length;) {
        uint32_t letter = utf8_next(words, length, &at);
        if (letter == '&')
            text_append(xml, "&amp;");
        else if (letter == '<')
            text_append(xml, "&lt;");
        else if (letter == '>')
            text_append(xml, "&gt;");
        else if (letter == '"')
            text_append(xml, "&quot;");
        else if ((letter < ' ' && letter != '\n' && letter != '\t') || letter == 0xFFFE ||
                 letter == 0xFFFF)
            text_append_char(xml, '?');
        else
            text_append_code_point(xml, letter);
    }
}

/* name="words"; nothing for NULL. */
static void attribute(const struct note *note, const char *name, const char *words)
{
    if (words == NULL)
        return;
    text_append_format(note->xml, " %s=\"", name);
    append_words(note->xml, words);
    text_append(note->xml, "\"");
}

static void attribute_number(const struct note *note, const char *name, int64_t number)
{
    text_append_format(note->xml, " %s=\"%lld\"", name, (long long)number);
}

static void attribute_time(const struct note *note, const char *name, int64_t wall_ms)
{
    char stamp[TIMESTAMP_BYTES];
    if (wall_ms == 0)
        return;
    timestamp_local(wall_ms, stamp);
    attribute(note, name, stamp);
}

static void attribute_digest(const struct note *note, const char *name, const struct digest *digest)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(digest, hex);
    attribute(note, name, hex);
}

static void open_element(const struct note *note, const char *name)
{
    text_append_format(note->xml, "  <%s", name);
}

static void element(const struct note *note, const char *name, const char *words)
{
    text_append(note->xml, ">");
    append_words(note->xml, words);
    text_append_format(note->xml, "</%s>\n", name);
}

static void close_empty(const struct note *note)
{
    text_append(note->xml, "/>\n");
}

/* ---- what it is about ------------------------------------------------------------------------ */

static void append_document(const struct note *note)
{
    const struct document_record *document = note->document;
    char id[UUID_TEXT_BYTES];
    open_element(note, "dokument");
    uuid_to_text(&document->id.uuid, id);
    attribute(note, "id", id);
    uuid_to_text(&document->scan.uuid, id);
    attribute(note, "scan", id);
    attribute_number(note, "seiten", document->page_count);
    attribute_digest(note, "sha256_scan", &document->scan_digest);
    attribute_digest(note, "sha256_archiv", &document->pdf);
    close_empty(note);
}

static const char *creator_of(const struct note *note, const char **ret_known_by)
{
    static const char *const known_by[TRANSFER_CREATORS] = {
        [CREATOR_UNKNOWN] = "nicht angegeben",
        [CREATOR_BATCH] = "Deckblatt des Stapels",
        [CREATOR_DESK] = "Angabe am Tresen",
        [CREATOR_SENDER] = "Anmeldung beim Übertragen",
    };
    *ret_known_by = known_by[note->facts->creator];
    if (note->facts->creator != CREATOR_UNKNOWN)
        return note->facts->creator_name;
    if (note->setting->operator_name != NULL)
        *ret_known_by = "Einstellung des Standorts";
    return note->setting->operator_name;
}

static void append_creator(const struct note *note)
{
    const char *known_by = NULL;
    const char *creator = creator_of(note, &known_by);
    open_element(note, "ersteller");
    attribute(note, "angegeben_durch", known_by);
    attribute(note, "stelle", note->setting->office);
    attribute(note, "behoerde", note->setting->authority);
    element(note, "ersteller", creator == NULL ? "" : creator);
}

static void append_environment(const struct note *note)
{
    const struct transfer_setting *setting = note->setting;
    static const char software[] = "Posteingang " POSTEINGANG_VERSION;
    open_element(note, "umgebung");
    attribute(note, "verfahrensdokumentation", setting->procedure);
    attribute(note, "software", software);
    attribute(note, "regelwerk", note->document->rules_version);
    element(note, "umgebung", setting->environment == NULL ? software : setting->environment);
    open_element(note, "erfassung");
    attribute(note, "standort", note->document->site);
    attribute(note, "scanner", setting->scanner);
    attribute(note, "profil", setting->profile);
    if (setting->profile != NULL) {
        attribute_number(note, "profil_dpi", setting->profile_dpi);
        attribute(note, "profil_farbe", setting->profile_colour);
        attribute(note, "profil_seiten",
                  setting->profile_is_one_sided ? "einseitig" : "beidseitig");
        attribute(note, "profil_freigegeben", setting->profile_released_by);
    }
    attribute_number(note, "seiten_des_scans", note->facts->scan_pages);
    close_empty(note);
}

static void append_times(const struct note *note)
{
    const struct transfer_facts *facts = note->facts;
    open_element(note, "zeiten");
    if (facts->receipt_day[0] != '\0') {
        attribute(note, "eingang", facts->receipt_day);
        attribute(note, "eingang_weg", receipt_channel_german(facts->channel));
        attribute(note, "eingang_nachweis", receipt_evidence_german(facts->evidence));
    }
    attribute_time(note, "gescannt", facts->scanned_ms);
    attribute_time(note, "gelesen", facts->read_ms);
    attribute_time(note, "zugeordnet", facts->decided_ms);
    attribute_time(note, "geprueft", facts->quality_ms);
    attribute(note, "zugeordnet_von",
              string_equal(note->document->decided_by, "auto") ? "Programm"
                                                               : note->document->decided_by);
    close_empty(note);
}

/* ---- checks ------------------------------------------------------------------------------------ */

static void append_completeness(const struct note *note)
{
    const struct batch_record *batch = &note->facts->batch;
    open_element(note, "vollstaendigkeit");
    if (!note->facts->has_batch) {
        element(note, "vollstaendigkeit",
                "Ohne Stapel gescannt: vorbereitete Seiten wurden nicht gezählt.");
        return;
    }
    attribute(note, "stapel", batch->id);
    attribute_number(note, "vorbereitet", batch->counts.prepared);
    attribute_number(note, "gescannt", batch->counts.scanned);
    attribute_number(note, "fehlende_trennblaetter", batch->counts.missing);
    attribute_time(note, "abgeschlossen", batch->closed_ms);
    attribute(note, "abgeschlossen_von", batch->closed_by);
    attribute(note, "begruendung", batch->reason);
    bool agrees = batch->counts.prepared > 0 && batch->counts.missing == 0 &&
                  batch->counts.prepared + batch->counts.duplicates == batch->counts.scanned;
    element(note, "vollstaendigkeit",
            agrees ? "Vorbereitete und gescannte Seiten des Stapels stimmen überein."
                   : "Vorbereitete und gescannte Seiten des Stapels stimmen (noch) nicht überein.");
}

static void append_quality(const struct note *note)
{
    const struct transfer_facts *facts = note->facts;
    const char *words = "Nicht in der Stichprobe, oder sie ist noch nicht gezogen.";
    if (facts->quality != NULL && facts->quality[0] == '\0')
        words = "Zur Prüfung ausgewählt, noch nicht geprüft.";
    else if (facts->quality != NULL)
        words = string_equal(facts->quality, "good")
                    ? "Mit dem Papier verglichen: stimmt bildlich und inhaltlich überein."
                    : "Mit dem Papier verglichen: mit Beanstandung.";
    open_element(note, "qualitaetspruefung");
    attribute(note, "geprueft_von", facts->quality_person);
    attribute(note, "befund", facts->quality_findings);
    attribute(note, "bemerkung", facts->quality_words);
    element(note, "qualitaetspruefung", words);
}

static void append_processing(const struct note *note)
{
    const struct transfer_facts *facts = note->facts;
    text_append(note->xml, "  <nachbearbeitung bild=\"unverändert\">\n");
    for (uint32_t i = 0; i < facts->page_count; i++) {
        const struct transfer_page *page = &facts->pages[i];
        text_append(note->xml, "    <seite");
        attribute_number(note, "nummer", page->number);
        attribute_number(note, "breite", page->width);
        attribute_number(note, "hoehe", page->height);
        attribute_number(note, "dpi", page->dpi);
        attribute_number(note, "angezeigt_gedreht", page->turned);
        close_empty(note);
    }
    text_append(note->xml, "  </nachbearbeitung>\n");
}

/* ---- anomalies ----------------------------------------------------------------------------------- */

static void anomaly(const struct note *note, const char *code, const char *format,
                    const char *words)
{
    struct text said = {0};
    text_append_format(note->xml, "    <auffaelligkeit code=\"%s\">", code);
    for (const char *c = format; *c != '\0'; c++)
        if (*c == '*')
            text_append(&said, words);
        else
            text_append_char(&said, *c);
    append_words(note->xml, text_string(&said));
    note->xml->failed = note->xml->failed || !text_ok(&said);
    text_append(note->xml, "</auffaelligkeit>\n");
    text_done(&said);
}

/* By people: what the code says, and what they said besides. */
static void append_stated(const struct note *note)
{
    for (size_t i = 0; i < note->facts->anomaly_count; i++) {
        const struct transfer_anomaly *stated = &note->facts->anomalies[i];
        const char *german = anomaly_german(stated->code);
        struct text words = {0};
        text_append(&words, german == NULL ? "" : german);
        if (stated->words != NULL)
            text_append_format(&words, " %s", stated->words);
        anomaly(note, stated->code, "*", text_string(&words));
        note->xml->failed = note->xml->failed || !text_ok(&words);
        text_done(&words);
    }
}

static bool is_below_profile(const struct note *note)
{
    for (uint32_t i = 0; i < note->facts->page_count; i++) {
        int32_t dpi = note->facts->pages[i].dpi;
        if (note->setting->profile != NULL && dpi > 0 && dpi < note->setting->profile_dpi)
            return true;
    }
    return false;
}

static void append_anomalies(const struct note *note)
{
    const struct transfer_facts *facts = note->facts;
    const char *known_by = NULL;
    text_append(note->xml, "  <auffaelligkeiten>\n");
    if (creator_of(note, &known_by) == NULL)
        anomaly(note, "ERSTELLER_OFFEN",
                "Wer gescannt hat, wurde nicht angegeben; zu klären beim Standort *.",
                note->document->site);
    if (facts->blanks[0] != '\0')
        anomaly(note, "LEERSEITE_ENTFERNT", "Leere Seiten des Scans wurden beiseitegelegt: *.",
                facts->blanks);
    if (facts->refused[0] != '\0')
        anomaly(note, "UNLESERLICH", "Seiten des Scans waren nicht lesbar: *.", facts->refused);
    if (facts->symbol_coded[0] != '\0')
        anomaly(note, "SYMBOLKODIERUNG",
                "So kodiert (JBIG2), dass Zeichen vertauscht sein können, kamen vom Scanner die "
                "Seiten: *.",
                facts->symbol_coded);
    if (facts->has_batch && facts->batch.counts.missing > 0)
        anomaly(note, "UNVOLLSTAENDIG", "Im Stapel * fehlt ein Trennblatt.", facts->batch.id);
    if (facts->has_batch && facts->batch.reason != NULL)
        anomaly(note, "UNVOLLSTAENDIG", "Der Stapel wurde mit Begründung abgeschlossen: *",
                facts->batch.reason);
    if (is_below_profile(note))
        anomaly(note, "PROFIL_ABWEICHUNG", "Weniger Bildpunkte als das Scanprofil „*“ vorsieht.",
                note->setting->profile);
    if (note->document->arrangement != 0)
        anomaly(note, "ZUSAMMENGESTELLT", "Seiten wurden von Hand neu zusammengestellt.", "");
    if (note->document->is_copy)
        anomaly(note, "MEHRERE_FAELLE",
                "Das Schreiben betrifft mehrere Fälle; dies ist eine Kopie.", "");
    if (facts->was_corrected)
        anomaly(note, "EINGANG_BERICHTIGT", "Das Eingangsdatum wurde von Hand berichtigt.", "");
    if (string_equal(facts->quality, "bad"))
        anomaly(note, "BEANSTANDET", "Befund der Prüfung: *.",
                facts->quality_findings == NULL ? "" : facts->quality_findings);
    append_stated(note);
    text_append(note->xml, "  </auffaelligkeiten>\n");
}

static void append_statement(const struct note *note)
{
    text_append(note->xml,
                "  <erklaerung>Das Scanprodukt gibt die Papiervorlage nach dem Verfahren "
                "der Verfahrensdokumentation");
    if (note->setting->procedure != NULL) {
        text_append(note->xml, " (Fassung ");
        append_words(note->xml, note->setting->procedure);
        text_append(note->xml, ")");
    }
    text_append(note->xml, " bildlich und inhaltlich übereinstimmend wieder, soweit keine "
                           "Auffälligkeit genannt ist.</erklaerung>\n");
}

enum status transfer_note_append(const struct document_record *document,
                                 const struct transfer_facts *facts,
                                 const struct transfer_setting *setting, struct text *xml,
                                 struct fault *fault)
{
    const struct note note = {xml, document, facts, setting};
    text_append(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<transfervermerk xmlns=\"" NOTE_NAMESPACE "\">\n");
    append_document(&note);
    append_creator(&note);
    append_environment(&note);
    append_times(&note);
    append_completeness(&note);
    append_quality(&note);
    append_processing(&note);
    append_anomalies(&note);
    append_statement(&note);
    text_append(xml, "</transfervermerk>\n");
    return text_ok(xml) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

/* ---- reading it back ------------------------------------------------------------------------------- */

static void append_unescaped(struct text *words, const char *xml, size_t length)
{
    static const struct {
        const char *escape;
        char character;
    } escapes[] = {
        {"&amp;",  '&'},
        {"&lt;",   '<'},
        {"&gt;",   '>'},
        {"&quot;", '"'},
    };
    for (size_t at = 0; at < length;) {
        size_t taken = 0;
        for (size_t i = 0; taken == 0 && i < sizeof escapes / sizeof escapes[0]; i++) {
            size_t size = strlen(escapes[i].escape);
            if (length - at < size || memcmp(xml + at, escapes[i].escape, size) != 0)
                continue;
            text_append_char(words, escapes[i].character);
            taken = size;
        }
        if (taken == 0)
            text_append_char(words, xml[at]);
        at += taken == 0 ? 1 : taken;
    }
}

enum status transfer_note_element(const char *xml, size_t length, const char *name,
                                  struct text *words, struct fault *fault)
{
    struct text open = {0}, close = {0};
    text_append_format(&open, "  <%s", name);
    text_append_format(&close, "</%s>", name);
    text_append(words, "");
    if (!text_ok(&open) || !text_ok(&close)) {
        text_done(&open);
        text_done(&close);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    const char *begin = memmem(xml, length, open.bytes, open.length);
    const char *end = memmem(xml, length, close.bytes, close.length);
    const char *inner = begin == NULL ? NULL : memchr(begin, '>', length - (size_t)(begin - xml));
    if (inner != NULL && end != NULL && inner < end)
        append_unescaped(words, inner + 1, (size_t)(end - inner - 1));
    text_done(&open);
    text_done(&close);
    return text_ok(words) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}
