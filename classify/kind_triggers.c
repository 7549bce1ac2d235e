/* kind_triggers.c - see kind_triggers.h. The tables hold folded stems: "nachgereicht" finds
 * "nachgereichte", too. The kinds and why they matter: the list of papers that a Sozialamt gets
 * (SGB I, X, XII; SGG). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/classify.h"
#include "classify/edit_distance.h"
#include "classify/fold.h"
#include "classify/kind_triggers.h"
#include "classify/machine_zone.h"

enum {
    HEADING_TOKENS_MOST = 9,
    NEAR_LEAST = 7,           /* stems of so many letters may have one misread */
    REPEATS_MOST = 2,         /* a trigger counts so often in running text */
    UPPER_HALF_NUMERATOR = 6, /* headings stand in the upper six tenths of a page */
    UPPER_HALF_DENOMINATOR = 10
};

static const double HEADING_FACTOR = 4.0;
static const double ZONE_WEIGHT = 6.0;       /* of the machine readable zone of an identity paper */
static const double CONFIGURED_WEIGHT = 3.0; /* of a configured trigger that names none */

struct builtin_trigger {
    const char *kind;
    const char *phrase; /* folded stems, parted by blanks */
    double weight;
};

// clang-format off
static const struct builtin_trigger TRIGGERS[] = {
    {"widerspruch", "widerspruch", 1.5},
    {"widerspruch", "lege ich fristgerecht widerspruch", 3},
    {"widerspruch", "lege ich widerspruch", 3},
    {"widerspruch", "lege ich hiermit widerspruch", 3},
    {"widerspruch", "widerspruch ein", 2},
    {"widerspruch", "einspruch", 1.5},
    {"widerspruch", "nicht einverstanden", 1},
    {"ueberpruefungsantrag", "ueberpruefungsantrag", 2.5},
    {"ueberpruefungsantrag", "ueberpruefung des bescheides", 2},
    {"ueberpruefungsantrag", "44 sgb x", 2},
    {"klage", "klageschrift", 3},
    {"klage", "sozialgericht", 1.2},
    {"klage", "landessozialgericht", 1.5},
    {"klage", "in dem rechtsstreit", 3},
    {"klage", "gerichtsbescheid", 2},
    {"klage", "klage", 1},
    {"eilantrag", "einstweilige anordnung", 2.5},
    {"eilantrag", "einstweiligen anordnung", 2.5},
    {"eilantrag", "eilantrag", 2.5},
    {"zustellung", "zustellungsurkunde", 3},
    {"zustellung", "empfangsbekenntnis", 2.5},
    {"zustellung", "foermliche zustellung", 2.5},
    {"kuendigung_wohnung", "raeumungsklage", 2.5},
    {"kuendigung_wohnung", "fristlose kuendigung", 2.5},
    {"kuendigung_wohnung", "zwangsraeumung", 2.5},
    {"kuendigung_wohnung", "mietrueckstand", 1.5},
    {"kuendigung_wohnung", "kuendigung des mietverhaeltnisses", 3},
    {"energiesperre", "sperrandrohung", 3},
    {"energiesperre", "sperrankuendigung", 3},
    {"energiesperre", "versorgungsunterbrechung", 3},
    {"energiesperre", "liefersperre", 3},
    {"energiesperre", "stromschulden", 1.5},
    {"antrag_formular", "antrag auf leistungen der", 1.5},
    {"antrag_formular", "antrag auf leistungen", 1},
    {"antrag_formular", "familienname", 1.5},
    {"antrag_formular", "vorname", 1},
    {"antrag_formular", "familienstand", 1.5},
    {"antrag_formular", "staatsangehoerigkeit", 1.5},
    {"antrag_formular", "angaben zur unterkunft", 1.5},
    {"antrag_formular", "angaben zur person", 1.5},
    {"antrag_formular", "aktenzeichen falls bekannt", 1.5},
    {"antrag_formlos", "formloser antrag", 2.5},
    {"antrag_formlos", "antrag auf kostenuebernahme", 2},
    {"antrag_formlos", "antrag auf einmalige beihilfe", 2},
    {"antrag_formlos", "hiermit beantrage ich", 2.5},
    {"antrag_formlos", "beantrage ich", 1},
    {"antrag_formlos", "stelle ich den antrag", 2},
    {"antrag_formlos", "antrag auf", 0.7},
    {"weiterbewilligung", "weiterbewilligung", 2},
    {"weiterbewilligung", "folgeantrag", 2},
    {"weiterbewilligung", "weitergewaehrung", 1.5},
    {"eingliederungshilfe", "teilhabeplan", 1.5},
    {"eingliederungshilfe", "gesamtplan", 1.5},
    {"eingliederungshilfe", "schulbegleitung", 1.5},
    {"eingliederungshilfe", "fruehfoerderung", 1.5},
    {"krankenhaus", "aufnahmeanzeige", 2.5},
    {"krankenhaus", "25 sgb xii", 2},
    {"krankenhaus", "entlassungsbericht", 1.5},
    {"hilfe_zur_pflege", "antrag auf hilfe zur pflege", 2.5},
    {"hilfe_zur_pflege", "heimvertrag", 2},
    {"hilfe_zur_pflege", "einzug in das pflegeheim", 2},
    {"hilfe_zur_pflege", "heimaufnahme", 1.5},
    {"bestattung", "bestattungskosten", 2.5},
    {"bestattung", "bestatter", 1},
    {"sterbefall", "sterbeurkunde", 2.5},
    {"sterbefall", "nachlassgericht", 0.7},
    {"sterbefall", "erbausschlagung", 2},
    {"sterbefall", "ist verstorben", 2},
    {"sterbefall", "todesfall", 1.5},
    {"asyl", "aufenthaltsgestattung", 2},
    {"asyl", "behandlungsschein", 2},
    {"asyl", "asylblg", 1.5},
    {"asyl", "analogleistungen", 2},
    {"bildung_teilhabe", "bildung und teilhabe", 1},
    {"bildung_teilhabe", "mittagsverpflegung", 1.5},
    {"bildung_teilhabe", "lernfoerderung", 1.5},
    {"bildung_teilhabe", "schulbedarf", 1.5},
    {"nachreichung", "nachreichung", 2},
    {"nachreichung", "reiche ich ihnen die angeforderten unterlagen nach", 3},
    {"nachreichung", "angeforderten unterlagen", 1.5},
    {"nachreichung", "fehlende unterlagen", 1.5},
    {"nachreichung", "unterlagen zu meinem antrag", 1.5},
    {"nachreichung", "unterlagen zum", 2.5},
    {"nachreichung", "unterlagen zur", 2},
    {"nachreichung", "unterlagen nun vollstaendig", 2},
    {"nachreichung", "wie mit schreiben vom", 1},
    {"nachreichung", "nachweise zum", 2},
    {"nachreichung", "nachgereicht", 1},
    {"nachreichung", "wie angefordert", 1},
    {"nachreichung", "anbei uebersende ich", 1.5},
    {"nachreichung", "anbei erhalten sie", 1.5},
    {"anhoerung", "anhoerung", 1.5},
    {"anhoerung", "24 sgb x", 2},
    {"anhoerung", "stellungnahme zu ihrem schreiben", 2.5},
    {"fristverlaengerung", "fristverlaengerung", 2.5},
    {"fristverlaengerung", "wiedereinsetzung", 2.5},
    {"kontoauszug", "kontoauszug", 2},
    {"kontoauszug", "kontoauszug nr", 2},
    {"kontoauszug", "lastschrift", 1},
    {"kontoauszug", "dauerauftrag", 1},
    {"kontoauszug", "kartenzahlung", 1},
    {"kontoauszug", "bargeldauszahlung", 1},
    {"kontoauszug", "kontostand", 1.5},
    {"kontoauszug", "buchungstag", 1.5},
    {"kontoauszug", "gutschrift", 0.7},
    {"mietbescheinigung", "mietbescheinigung", 1.5},
    {"mietbescheinigung", "vermieterbescheinigung", 2},
    {"mietbescheinigung", "zur vorlage beim sozialamt", 1},
    {"mietbescheinigung", "grundmiete", 1.5},
    {"mietbescheinigung", "mieter in", 1},
    {"mietbescheinigung", "mieterin", 0.5},
    {"mietbescheinigung", "stellplatz", 0.7},
    {"mietbescheinigung", "kabelgebuehr", 0.7},
    {"mietvertrag", "mietvertrag", 1},
    {"nebenkosten", "betriebskostenabrechnung", 1.2},
    {"nebenkosten", "nebenkostenabrechnung", 2},
    {"nebenkosten", "heizkostenabrechnung", 2},
    {"nebenkosten", "grundsteuer", 1},
    {"nebenkosten", "muellabfuhr", 1},
    {"nebenkosten", "hausreinigung", 1},
    {"nebenkosten", "gartenpflege", 1},
    {"nebenkosten", "vorauszahlungen", 0.7},
    {"rentenbescheid", "rentenbescheid", 2},
    {"rentenbescheid", "rentenanpassung", 2},
    {"rentenbescheid", "rentenversicherung nord", 1},
    {"rentenbescheid", "deutsche rentenversicherung", 1.2},
    {"rentenbescheid", "leistung aus der gesetzlichen rentenversicherung", 3},
    {"rentenbescheid", "gesetzlichen rentenversicherung", 1},
    {"behoerde", "erstattungsanspruch", 2},
    {"behoerde", "104 sgb x", 1.5},
    {"behoerde", "leistungsberechtigte person", 2},
    {"behoerde", "jobcenter", 1},
    {"behoerde", "familienkasse", 1.2},
    {"behoerde", "wohngeldbescheid", 1.2},
    {"behoerde", "aufhebungsbescheid", 1.5},
    {"behoerde", "amtshilfeersuchen", 2},
    {"behoerde", "amtsgericht", 1},
    {"behoerde", "rechtspfleger", 2},
    {"behoerde", "auf ihre anfrage", 2},
    {"behoerde", "wird mitgeteilt", 1},
    {"behoerde", "maschinell erstellt", 1},
    {"behoerde", "auskunftsersuchen", 2},
    {"lohnabrechnung", "entgeltabrechnung", 2},
    {"lohnabrechnung", "lohnabrechnung", 2},
    {"lohnabrechnung", "gehaltsabrechnung", 2},
    {"lohnabrechnung", "verdienstbescheinigung", 2},
    {"lohnabrechnung", "verdienstabrechnung", 2},
    {"lohnabrechnung", "bruttolohn", 1.5},
    {"lohnabrechnung", "lohnsteuer", 1.5},
    {"lohnabrechnung", "solidaritaetszuschlag", 1},
    {"lohnabrechnung", "auszahlungsbetrag", 1},
    {"attest", "aerztliche bescheinigung", 2},
    {"attest", "aerztliches attest", 2},
    {"attest", "attest", 0.6},
    {"attest", "befundbericht", 2},
    {"attest", "aerztliches gutachten", 2},
    {"attest", "hiermit wird bescheinigt", 2},
    {"attest", "in unserer behandlung", 2},
    {"attest", "patient", 1},
    {"attest", "gemeinschaftspraxis", 1},
    {"attest", "diagnose", 1},
    {"schwerbehinderung", "merkzeichen", 1.5},
    {"schwerbehinderung", "grad der behinderung", 2},
    {"schwerbehinderung", "feststellungsbescheid", 1.5},
    {"betreuung", "betreuerausweis", 2.5},
    {"betreuung", "bestellungsurkunde", 2.5},
    {"betreuung", "vorsorgevollmacht", 2},
    {"betreuung", "einwilligungsvorbehalt", 2},
    {"betreuung", "rechtliche betreuung", 1.5},
    {"betreuung", "gesetzliche betreuer", 1},
    {"betreuung", "betreuungsbuero", 1},
    {"anwalt", "zeige ich die vertretung", 3},
    {"anwalt", "zeigen wir die vertretung", 3},
    {"anwalt", "akteneinsicht", 1.5},
    {"anwalt", "rechtsanwalt", 1},
    {"anwalt", "rechtsanwaelt", 1},
    {"ausweis", "aufenthaltstitel", 1.5},
    {"ausweis", "fiktionsbescheinigung", 2},
    {"ausweis", "bundesrepublik deutschland personalausweis", 3},
    {"veraenderung", "veraenderungsmitteilung", 2.5},
    {"veraenderung", "mitteilung ueber umzug", 2},
    {"veraenderung", "verhaeltnisse geaendert", 2.5},
    {"veraenderung", "ich bin umgezogen", 2},
    {"veraenderung", "neue anschrift", 1.5},
    {"veraenderung", "neue adresse", 1.5},
    {"veraenderung", "arbeitsaufnahme", 1.5},
    {"veraenderung", "habe geheiratet", 1.5},
    {"rechnung_pflege", "rechnung ueber heimkosten", 3},
    {"rechnung_pflege", "heimkosten", 1.5},
    {"rechnung_pflege", "pflegesatz", 1.5},
    {"rechnung_pflege", "investitionskosten", 1.5},
    {"rechnung_pflege", "ausbildungsumlage", 1.5},
    {"rechnung_pflege", "verpflegung", 0.7},
    {"rechnung_pflege", "leistungsnachweis", 1.2},
    {"rechnung_pflege", "bewohner", 0.7},
    {"rechnung_pflege", "ambulante pflege", 1},
    {"rechnung_pflege", "ambulanter pflegedienst", 1},
    {"rechnung_pflege", "koerperpflege", 1.5},
    {"rechnung_pflege", "wegepauschale", 1.5},
    {"rechnung_pflege", "rechnung fuer den monat", 1.5},
    {"rechnung_pflege", "leistungskomplex", 1},
    {"rechnung_pflege", "eigenanteil", 0.7},
    {"pfaendung", "pfaendungs und ueberweisungsbeschluss", 3},
    {"pfaendung", "drittschuldner", 2},
    {"pfaendung", "insolvenzverfahren", 2},
    {"pfaendung", "abtretungserklaerung", 1.5},
    {"auskunft", "art 15 dsgvo", 2.5},
    {"auskunft", "buergerbeauftragt", 2},
    {"auskunft", "landesbeauftragt", 2},
    {"auskunft", "informationsfreiheitsgesetz", 2},
    {"sachstand", "untaetigkeitsklage", 2.5},
    {"sachstand", "sachstandsanfrage", 2.5},
    {"schulbescheinigung", "schulbescheinigung", 2.5},
    {"schulbescheinigung", "besucht unsere schule", 2.5},
    {"schulbescheinigung", "schuelerin der schueler", 1.5},
    {"schulbescheinigung", "immatrikulationsbescheinigung", 2.5},
    {"werbung", "jetzt sparen", 2},
    {"werbung", "zum halben preis", 2},
    {"werbung", "nur bis monatsende", 1.5},
    {"werbung", "sonderangebot", 2},
    {"werbung", "rabatt", 1.2},
    {"werbung", "gratis", 1},
    {"werbung", "newsletter", 1},
    {"werbung", "jetzt bestellen", 2},
    {"werbung", "unverbindliches angebot", 1.5},
};
// clang-format on

struct flag {
    const char *name;
    const char *phrase;
};

/* In the order in which they are told. False alarms cost a glance, misses a right. */
// clang-format off
static const struct flag FLAGS[] = {
    {"deadline", "widerspruch"},
    {"deadline", "einspruch"},
    {"deadline", "rechtsbehelf"},
    {"deadline", "anfechten"},
    {"deadline", "klageschrift"},
    {"deadline", "klage"},
    {"deadline", "sozialgericht"},
    {"deadline", "landessozialgericht"},
    {"deadline", "in dem rechtsstreit"},
    {"deadline", "ladung zum termin"},
    {"deadline", "stellungnahme binnen"},
    {"deadline", "zustellungsurkunde"},
    {"deadline", "foermliche zustellung"},
    {"deadline", "empfangsbekenntnis"},
    {"deadline", "anhoerung"},
    {"deadline", "fristverlaengerung"},
    {"deadline", "wiedereinsetzung"},
    {"deadline", "ueberpruefungsantrag"},
    {"deadline", "antrag auf eingliederungshilfe"},
    {"deadline", "leistungen der eingliederungshilfe"},
    {"deadline", "teilhabeleistung"},
    {"deadline", "drittschuldner"},
    {"deadline", "art 15 dsgvo"},
    {"urgent", "einstweilige anordnung"},
    {"urgent", "einstweiligen anordnung"},
    {"urgent", "eilantrag"},
    {"urgent", "raeumungsklage"},
    {"urgent", "fristlose kuendigung"},
    {"urgent", "zwangsraeumung"},
    {"urgent", "gerichtsvollzieher"},
    {"urgent", "sperrandrohung"},
    {"urgent", "sperrankuendigung"},
    {"urgent", "versorgungsunterbrechung"},
    {"urgent", "liefersperre"},
    {"urgent", "stromsperre"},
    {"urgent", "mittellos"},
    {"urgent", "obdachlos"},
    {"urgent", "wohnungslos"},
    {"urgent", "kein geld mehr"},
    {"urgent", "nichts zu essen"},
    {"urgent", "suizid"},
    {"urgent", "selbstmord"},
    {"urgent", "keine krankenversicherung"},
};
// clang-format on

/* ---- finding phrases ----------------------------------------------------------------------- */

/* The token begins with the stem; long stems may have one letter misread. */
static bool has_stem(const char *folded, const char *stem, size_t length)
{
    if (strncmp(folded, stem, length) == 0)
        return true;
    size_t folded_length = strlen(folded);
    if (length < NEAR_LEAST || folded_length + 1 < length ||
        (folded[0] != stem[0] && folded[1] != stem[1]))
        return false;
    char beginning[FOLD_WORD_BYTES];
    char wanted[FOLD_WORD_BYTES];
    memcpy(wanted, stem, length);
    wanted[length] = '\0';
    for (size_t cut = length - 1; cut <= length + 1 && cut <= folded_length; cut++) {
        memcpy(beginning, folded, cut);
        beginning[cut] = '\0';
        if (edit_distance_word(beginning, wanted, 1) <= 1)
            return true;
    }
    return false;
}

/* Rules out nearly every token at the price of two characters; has_stem() allows no more. */
static bool may_begin(const struct letter *letter, uint32_t token, const char *phrase)
{
    const char *folded = letter_folded(letter, token);
    return folded[0] == phrase[0] || (folded[0] != '\0' && folded[1] == phrase[1]);
}

/* The phrase begins at the token; words without letters or digits in between do not count. */
static bool has_phrase(const struct letter *letter, uint32_t token, const char *phrase)
{
    uint32_t page = letter->tokens[token].page;
    while (*phrase != '\0') {
        size_t length = strcspn(phrase, " ");
        while (token < letter->token_count && letter_folded(letter, token)[0] == '\0')
            token++;
        if (token >= letter->token_count || letter->tokens[token].page != page ||
            !has_stem(letter_folded(letter, token), phrase, length))
            return false;
        token++;
        phrase += length + (phrase[length] == ' ' ? 1 : 0);
    }
    return true;
}

/* Text that goes on in the next line of its block with a small letter. */
static bool runs_on(const struct letter *letter, uint32_t line)
{
    if (line + 1 >= letter->line_count ||
        letter->lines[line + 1].block != letter->lines[line].block ||
        letter->lines[line + 1].page != letter->lines[line].page ||
        letter->lines[line + 1].count == 0)
        return false;
    const struct token *next = &letter->tokens[letter->lines[line + 1].first];
    return next->letters > 0 && !next->is_capital;
}

bool kind_is_heading(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    const struct reading_page *page = &letter->reading->pages[from->page];
    if (from->count == 0 || from->count > HEADING_TOKENS_MOST ||
        !letter->tokens[from->first].is_capital ||
        from->box.top > page->height / UPPER_HALF_DENOMINATOR * UPPER_HALF_NUMERATOR)
        return false;
    const char *last = letter_text(letter, from->first + from->count - 1);
    if (string_ends_with(last, ".") ||
        letter->tokens[from->first + from->count - 1].ends_with_comma)
        return false;
    if (line == 0 || letter->lines[line - 1].page != from->page)
        return true;
    const struct letter_line *above = &letter->lines[line - 1];
    return above->block != from->block ||
           (above->count <= HEADING_TOKENS_MOST && !runs_on(letter, line));
}

/* ---- kinds --------------------------------------------------------------------------------- */

static void add_score(struct kind_scores *scores, const char *kind, double score)
{
    double *of_kind = kind_scores_of(scores, kind);
    if (of_kind != NULL)
        *of_kind += score;
}

double *kind_scores_of(struct kind_scores *scores, const char *kind)
{
    size_t at = 0;
    while (at < scores->count && strcmp(scores->kinds[at], kind) != 0)
        at++;
    if (at == KINDS_MOST)
        return NULL;
    if (at == scores->count) {
        scores->kinds[at] = kind;
        scores->scores[at] = 0;
        scores->count++;
    }
    return &scores->scores[at];
}

/* One heading counts once, running text a few times. */
static double weigh_trigger(const struct letter *letter, const char *phrase, double weight)
{
    bool in_heading = false;
    unsigned repeats = 0;
    for (uint32_t token = 0; token < letter->token_count; token++) {
        if (!may_begin(letter, token, phrase) || !has_phrase(letter, token, phrase))
            continue;
        if (kind_is_heading(letter, letter->tokens[token].line))
            in_heading = true;
        else if (repeats < REPEATS_MOST)
            repeats++;
    }
    return weight * (repeats + (in_heading ? HEADING_FACTOR : 0));
}

void kind_triggers_score(const struct letter *letter, const struct kind_rules *rules,
                         struct kind_scores *scores)
{
    for (size_t i = 0; i < sizeof TRIGGERS / sizeof *TRIGGERS; i++)
        add_score(scores, TRIGGERS[i].kind,
                  weigh_trigger(letter, TRIGGERS[i].phrase, TRIGGERS[i].weight));
    for (size_t i = 0; rules != NULL && i < rules->trigger_count; i++) {
        const struct kind_trigger *trigger = &rules->triggers[i];
        add_score(scores, trigger->kind, weigh_trigger(letter, trigger->phrase, trigger->weight));
    }
    if (machine_zone_is_in(letter))
        add_score(scores, "ausweis", ZONE_WEIGHT);
}

/* ---- flags --------------------------------------------------------------------------------- */

static bool is_in_letter(const struct letter *letter, const char *phrase)
{
    for (uint32_t token = 0; token < letter->token_count; token++) {
        if (may_begin(letter, token, phrase) && has_phrase(letter, token, phrase))
            return true;
    }
    return false;
}

/* Is the word one of the words parted by blanks? */
static bool has_word(const char *words, const char *word, size_t length)
{
    while (*words != '\0') {
        size_t here = strcspn(words, " ");
        if (here == length && memcmp(words, word, length) == 0)
            return true;
        words += here + (words[here] == ' ' ? 1 : 0);
    }
    return false;
}

static void append_flags(struct text *flags, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (length > 0 && !has_word(text_string(flags), words, length)) {
            text_append(flags, flags->length == 0 ? "" : " ");
            text_append_bytes(flags, words, length);
        }
        words += length + (words[length] == ' ' ? 1 : 0);
    }
}

void kind_flags_append(const struct letter *letter, const struct kind_rules *rules,
                       struct text *flags)
{
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
        if (!has_word(text_string(flags), FLAGS[i].name, strlen(FLAGS[i].name)) &&
            is_in_letter(letter, FLAGS[i].phrase))
            append_flags(flags, FLAGS[i].name);
    for (size_t i = 0; rules != NULL && i < rules->trigger_count; i++)
        if (rules->triggers[i].flags[0] != '\0' && is_in_letter(letter, rules->triggers[i].phrase))
            append_flags(flags, rules->triggers[i].flags);
}

/* ---- configured triggers --------------------------------------------------------------------- */

/* The phrase's words folded, and a weight behind "=" taken off. False: nothing is left of it. */
static bool fold_phrase(const char *bytes, size_t length, struct text *ret_phrase,
                        double *ret_weight)
{
    const char *equals = memchr(bytes, '=', length);
    *ret_weight = equals == NULL ? CONFIGURED_WEIGHT : strtod(equals + 1, NULL);
    length = equals == NULL ? length : (size_t)(equals - bytes);
    while (length > 0) {
        char word[FOLD_WORD_BYTES];
        char folded[FOLD_WORD_BYTES];
        size_t here = 0;
        while (here < length && bytes[here] != ' ')
            here++;
        if (here > 0 && here < sizeof word) {
            memcpy(word, bytes, here);
            word[here] = '\0';
            if (fold_word(word, folded) > 0) {
                text_append(ret_phrase, ret_phrase->length == 0 ? "" : " ");
                text_append(ret_phrase, folded);
            }
        }
        here += here < length ? 1 : 0;
        bytes += here;
        length -= here;
    }
    return ret_phrase->length > 0 && *ret_weight > 0;
}

static bool add_trigger(struct kind_rules *rules, const char *kind, const char *flags,
                        const char *bytes, size_t length)
{
    struct text phrase = {0};
    double weight = 0;
    if (!fold_phrase(bytes, length, &phrase, &weight)) {
        text_done(&phrase);
        return true;
    }
    struct kind_trigger *triggers =
        realloc(rules->triggers, (rules->trigger_count + 1) * sizeof *triggers);
    if (triggers == NULL) {
        text_done(&phrase);
        return false;
    }
    rules->triggers = triggers;
    struct kind_trigger *trigger = &triggers[rules->trigger_count++];
    *trigger = (struct kind_trigger){.kind = string_copy(kind),
                                     .flags = string_copy(flags == NULL ? "" : flags),
                                     .phrase = text_take(&phrase),
                                     .weight = weight};
    return trigger->kind != NULL && trigger->flags != NULL && trigger->phrase != NULL;
}

bool kind_rules_init(struct kind_rules *rules, const struct kind_option *options, size_t count)
{
    *rules = (struct kind_rules){0};
    for (size_t i = 0; i < count; i++) {
        const char *phrases = options[i].triggers == NULL ? "" : options[i].triggers;
        while (*phrases != '\0') {
            size_t length = strcspn(phrases, ";");
            if (!add_trigger(rules, options[i].name, options[i].flags, phrases, length))
                return false;
            phrases += length + (phrases[length] == ';' ? 1 : 0);
        }
    }
    return true;
}

void kind_rules_done(struct kind_rules *rules)
{
    for (size_t i = 0; i < rules->trigger_count; i++) {
        free(rules->triggers[i].kind);
        free(rules->triggers[i].flags);
        free(rules->triggers[i].phrase);
    }
    free(rules->triggers);
    *rules = (struct kind_rules){0};
}
