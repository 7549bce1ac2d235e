/* document_kind.c - see document_kind.h. The tables hold folded stems: "nachgereicht" finds
 * "nachgereichte", too. The kinds and why they matter: the list of papers that a Sozialamt gets
 * (SGB I, X, XII; SGG). */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/document_kind.h"
#include "classify/edit_distance.h"
#include "classify/fold.h"

enum {
    KINDS_MOST = 64,
    HEADING_TOKENS_MOST = 9,
    NEAR_LEAST = 7,           /* stems of so many letters may have one misread */
    REPEATS_MOST = 2,         /* a trigger counts so often in running text */
    UPPER_HALF_NUMERATOR = 6, /* headings stand in the upper six tenths of a page */
    UPPER_HALF_DENOMINATOR = 10
};

static const double HEADING_FACTOR = 4.0;
static const double SCORE_LEAST = 3.0; /* less is "unknown" */
static const double LEAD_LEAST = 1.0;  /* over the second kind */
static const double SCORE_DOUBT = 1.5; /* keeps few words from being sure */

struct trigger {
    const char *kind;
    const char *phrase; /* folded stems, parted by blanks */
    double weight;
};

static const struct trigger TRIGGERS[] = {
    {"widerspruch",          "widerspruch",                                        1.5},
    {"widerspruch",          "lege ich fristgerecht widerspruch",                  3  },
    {"widerspruch",          "lege ich widerspruch",                               3  },
    {"widerspruch",          "lege ich hiermit widerspruch",                       3  },
    {"widerspruch",          "widerspruch ein",                                    2  },
    {"widerspruch",          "einspruch",                                          1.5},
    {"widerspruch",          "nicht einverstanden",                                1  },
    {"ueberpruefungsantrag", "ueberpruefungsantrag",                               2.5},
    {"ueberpruefungsantrag", "ueberpruefung des bescheides",                       2  },
    {"ueberpruefungsantrag", "44 sgb x",                                           2  },
    {"klage",                "klageschrift",                                       3  },
    {"klage",                "sozialgericht",                                      1.2},
    {"klage",                "landessozialgericht",                                1.5},
    {"klage",                "in dem rechtsstreit",                                3  },
    {"klage",                "gerichtsbescheid",                                   2  },
    {"klage",                "klage",                                              1  },
    {"eilantrag",            "einstweilige anordnung",                             2.5},
    {"eilantrag",            "einstweiligen anordnung",                            2.5},
    {"eilantrag",            "eilantrag",                                          2.5},
    {"zustellung",           "zustellungsurkunde",                                 3  },
    {"zustellung",           "empfangsbekenntnis",                                 2.5},
    {"zustellung",           "foermliche zustellung",                              2.5},
    {"kuendigung_wohnung",   "raeumungsklage",                                     2.5},
    {"kuendigung_wohnung",   "fristlose kuendigung",                               2.5},
    {"kuendigung_wohnung",   "zwangsraeumung",                                     2.5},
    {"kuendigung_wohnung",   "mietrueckstand",                                     1.5},
    {"kuendigung_wohnung",   "kuendigung des mietverhaeltnisses",                  3  },
    {"energiesperre",        "sperrandrohung",                                     3  },
    {"energiesperre",        "sperrankuendigung",                                  3  },
    {"energiesperre",        "versorgungsunterbrechung",                           3  },
    {"energiesperre",        "liefersperre",                                       3  },
    {"energiesperre",        "stromschulden",                                      1.5},
    {"antrag_formular",      "antrag auf leistungen der",                          1.5},
    {"antrag_formular",      "antrag auf leistungen",                              1  },
    {"antrag_formular",      "familienname",                                       1.5},
    {"antrag_formular",      "vorname",                                            1  },
    {"antrag_formular",      "familienstand",                                      1.5},
    {"antrag_formular",      "staatsangehoerigkeit",                               1.5},
    {"antrag_formular",      "angaben zur unterkunft",                             1.5},
    {"antrag_formular",      "angaben zur person",                                 1.5},
    {"antrag_formular",      "aktenzeichen falls bekannt",                         1.5},
    {"antrag_formlos",       "formloser antrag",                                   2.5},
    {"antrag_formlos",       "antrag auf kostenuebernahme",                        2  },
    {"antrag_formlos",       "antrag auf einmalige beihilfe",                      2  },
    {"antrag_formlos",       "hiermit beantrage ich",                              2.5},
    {"antrag_formlos",       "beantrage ich",                                      1  },
    {"antrag_formlos",       "stelle ich den antrag",                              2  },
    {"antrag_formlos",       "antrag auf",                                         0.7},
    {"weiterbewilligung",    "weiterbewilligung",                                  2  },
    {"weiterbewilligung",    "folgeantrag",                                        2  },
    {"weiterbewilligung",    "weitergewaehrung",                                   1.5},
    {"eingliederungshilfe",  "teilhabeplan",                                       1.5},
    {"eingliederungshilfe",  "gesamtplan",                                         1.5},
    {"eingliederungshilfe",  "schulbegleitung",                                    1.5},
    {"eingliederungshilfe",  "fruehfoerderung",                                    1.5},
    {"krankenhaus",          "aufnahmeanzeige",                                    2.5},
    {"krankenhaus",          "25 sgb xii",                                         2  },
    {"krankenhaus",          "entlassungsbericht",                                 1.5},
    {"bestattung",           "bestattungskosten",                                  2.5},
    {"bestattung",           "bestatter",                                          1  },
    {"sterbefall",           "sterbeurkunde",                                      2.5},
    {"sterbefall",           "nachlassgericht",                                    2  },
    {"sterbefall",           "erbausschlagung",                                    2  },
    {"asyl",                 "aufenthaltsgestattung",                              2  },
    {"asyl",                 "behandlungsschein",                                  2  },
    {"asyl",                 "asylblg",                                            1.5},
    {"asyl",                 "analogleistungen",                                   2  },
    {"bildung_teilhabe",     "bildung und teilhabe",                               1  },
    {"bildung_teilhabe",     "mittagsverpflegung",                                 1.5},
    {"bildung_teilhabe",     "lernfoerderung",                                     1.5},
    {"bildung_teilhabe",     "schulbedarf",                                        1.5},
    {"nachreichung",         "nachreichung",                                       2  },
    {"nachreichung",         "reiche ich ihnen die angeforderten unterlagen nach", 3  },
    {"nachreichung",         "angeforderten unterlagen",                           1.5},
    {"nachreichung",         "fehlende unterlagen",                                1.5},
    {"nachreichung",         "unterlagen zu meinem antrag",                        1.5},
    {"nachreichung",         "nachgereicht",                                       1  },
    {"nachreichung",         "wie angefordert",                                    1  },
    {"nachreichung",         "anbei uebersende ich",                               1.5},
    {"nachreichung",         "anbei erhalten sie",                                 1.5},
    {"anhoerung",            "anhoerung",                                          1.5},
    {"anhoerung",            "24 sgb x",                                           2  },
    {"anhoerung",            "stellungnahme zu ihrem schreiben",                   2.5},
    {"fristverlaengerung",   "fristverlaengerung",                                 2.5},
    {"fristverlaengerung",   "wiedereinsetzung",                                   2.5},
    {"kontoauszug",          "kontoauszug",                                        2  },
    {"kontoauszug",          "kontoauszug nr",                                     2  },
    {"kontoauszug",          "lastschrift",                                        1  },
    {"kontoauszug",          "dauerauftrag",                                       1  },
    {"kontoauszug",          "kartenzahlung",                                      1  },
    {"kontoauszug",          "bargeldauszahlung",                                  1  },
    {"kontoauszug",          "kontostand",                                         1.5},
    {"kontoauszug",          "buchungstag",                                        1.5},
    {"kontoauszug",          "gutschrift",                                         0.7},
    {"mietbescheinigung",    "mietbescheinigung",                                  1.5},
    {"mietbescheinigung",    "vermieterbescheinigung",                             2  },
    {"mietbescheinigung",    "zur vorlage beim sozialamt",                         1  },
    {"mietbescheinigung",    "grundmiete",                                         1.5},
    {"mietbescheinigung",    "mieter in",                                          1  },
    {"mietbescheinigung",    "mieterin",                                           0.5},
    {"mietbescheinigung",    "stellplatz",                                         0.7},
    {"mietbescheinigung",    "kabelgebuehr",                                       0.7},
    {"mietvertrag",          "mietvertrag",                                        1  },
    {"nebenkosten",          "betriebskostenabrechnung",                           1.2},
    {"nebenkosten",          "nebenkostenabrechnung",                              2  },
    {"nebenkosten",          "heizkostenabrechnung",                               2  },
    {"nebenkosten",          "grundsteuer",                                        1  },
    {"nebenkosten",          "muellabfuhr",                                        1  },
    {"nebenkosten",          "hausreinigung",                                      1  },
    {"nebenkosten",          "gartenpflege",                                       1  },
    {"nebenkosten",          "vorauszahlungen",                                    0.7},
    {"rentenbescheid",       "rentenbescheid",                                     2  },
    {"rentenbescheid",       "rentenanpassung",                                    2  },
    {"rentenbescheid",       "rentenversicherung nord",                            1  },
    {"rentenbescheid",       "deutsche rentenversicherung",                        1.2},
    {"rentenbescheid",       "leistung aus der gesetzlichen rentenversicherung",   3  },
    {"rentenbescheid",       "gesetzlichen rentenversicherung",                    1  },
    {"behoerde",             "erstattungsanspruch",                                2  },
    {"behoerde",             "104 sgb x",                                          1.5},
    {"behoerde",             "leistungsberechtigte person",                        2  },
    {"behoerde",             "jobcenter",                                          1  },
    {"behoerde",             "familienkasse",                                      1.2},
    {"behoerde",             "wohngeldbescheid",                                   1.2},
    {"behoerde",             "aufhebungsbescheid",                                 1.5},
    {"behoerde",             "amtshilfeersuchen",                                  2  },
    {"lohnabrechnung",       "entgeltabrechnung",                                  2  },
    {"lohnabrechnung",       "lohnabrechnung",                                     2  },
    {"lohnabrechnung",       "gehaltsabrechnung",                                  2  },
    {"lohnabrechnung",       "verdienstbescheinigung",                             2  },
    {"lohnabrechnung",       "verdienstabrechnung",                                2  },
    {"lohnabrechnung",       "bruttolohn",                                         1.5},
    {"lohnabrechnung",       "lohnsteuer",                                         1.5},
    {"lohnabrechnung",       "solidaritaetszuschlag",                              1  },
    {"lohnabrechnung",       "auszahlungsbetrag",                                  1  },
    {"attest",               "aerztliche bescheinigung",                           2  },
    {"attest",               "aerztliches attest",                                 2  },
    {"attest",               "attest",                                             0.6},
    {"attest",               "befundbericht",                                      2  },
    {"attest",               "aerztliches gutachten",                              2  },
    {"attest",               "hiermit wird bescheinigt",                           2  },
    {"attest",               "in unserer behandlung",                              2  },
    {"attest",               "patient",                                            1  },
    {"attest",               "gemeinschaftspraxis",                                1  },
    {"attest",               "diagnose",                                           1  },
    {"schwerbehinderung",    "merkzeichen",                                        1.5},
    {"schwerbehinderung",    "grad der behinderung",                               2  },
    {"schwerbehinderung",    "feststellungsbescheid",                              1.5},
    {"betreuung",            "betreuerausweis",                                    2.5},
    {"betreuung",            "bestellungsurkunde",                                 2.5},
    {"betreuung",            "vorsorgevollmacht",                                  2  },
    {"betreuung",            "einwilligungsvorbehalt",                             2  },
    {"betreuung",            "rechtliche betreuung",                               1.5},
    {"anwalt",               "zeige ich die vertretung",                           3  },
    {"anwalt",               "zeigen wir die vertretung",                          3  },
    {"anwalt",               "akteneinsicht",                                      1.5},
    {"anwalt",               "rechtsanwalt",                                       1  },
    {"anwalt",               "rechtsanwaelt",                                      1  },
    {"ausweis",              "aufenthaltstitel",                                   1.5},
    {"ausweis",              "fiktionsbescheinigung",                              2  },
    {"ausweis",              "bundesrepublik deutschland personalausweis",         3  },
    {"veraenderung",         "veraenderungsmitteilung",                            2.5},
    {"veraenderung",         "mitteilung ueber umzug",                             2  },
    {"veraenderung",         "verhaeltnisse geaendert",                            2.5},
    {"veraenderung",         "ich bin umgezogen",                                  2  },
    {"veraenderung",         "neue anschrift",                                     1.5},
    {"veraenderung",         "neue adresse",                                       1.5},
    {"veraenderung",         "arbeitsaufnahme",                                    1.5},
    {"veraenderung",         "habe geheiratet",                                    1.5},
    {"rechnung_pflege",      "rechnung ueber heimkosten",                          3  },
    {"rechnung_pflege",      "heimkosten",                                         1.5},
    {"rechnung_pflege",      "pflegesatz",                                         1.5},
    {"rechnung_pflege",      "investitionskosten",                                 1.5},
    {"rechnung_pflege",      "ausbildungsumlage",                                  1.5},
    {"rechnung_pflege",      "verpflegung",                                        0.7},
    {"rechnung_pflege",      "leistungsnachweis",                                  1.2},
    {"rechnung_pflege",      "bewohner",                                           0.7},
    {"pfaendung",            "pfaendungs und ueberweisungsbeschluss",              3  },
    {"pfaendung",            "drittschuldner",                                     2  },
    {"pfaendung",            "insolvenzverfahren",                                 2  },
    {"pfaendung",            "abtretungserklaerung",                               1.5},
    {"auskunft",             "art 15 dsgvo",                                       2.5},
    {"auskunft",             "buergerbeauftragt",                                  2  },
    {"auskunft",             "landesbeauftragt",                                   2  },
    {"auskunft",             "informationsfreiheitsgesetz",                        2  },
    {"sachstand",            "untaetigkeitsklage",                                 2.5},
    {"sachstand",            "sachstandsanfrage",                                  2.5},
    {"schulbescheinigung",   "schulbescheinigung",                                 2.5},
    {"schulbescheinigung",   "besucht unsere schule",                              2.5},
    {"schulbescheinigung",   "schuelerin der schueler",                            1.5},
    {"schulbescheinigung",   "immatrikulationsbescheinigung",                      2.5},
    {"werbung",              "jetzt sparen",                                       2  },
    {"werbung",              "zum halben preis",                                   2  },
    {"werbung",              "nur bis monatsende",                                 1.5},
    {"werbung",              "sonderangebot",                                      2  },
    {"werbung",              "rabatt",                                             1.2},
    {"werbung",              "gratis",                                             1  },
    {"werbung",              "newsletter",                                         1  },
    {"werbung",              "jetzt bestellen",                                    2  },
    {"werbung",              "unverbindliches angebot",                            1.5},
};

struct flag {
    const char *name;
    const char *phrase;
};

/* In the order in which they are told. False alarms cost a glance, misses a right. */
static const struct flag FLAGS[] = {
    {"deadline", "widerspruch"                       },
    {"deadline", "einspruch"                         },
    {"deadline", "rechtsbehelf"                      },
    {"deadline", "anfechten"                         },
    {"deadline", "klageschrift"                      },
    {"deadline", "klage"                             },
    {"deadline", "sozialgericht"                     },
    {"deadline", "landessozialgericht"               },
    {"deadline", "in dem rechtsstreit"               },
    {"deadline", "ladung zum termin"                 },
    {"deadline", "stellungnahme binnen"              },
    {"deadline", "zustellungsurkunde"                },
    {"deadline", "foermliche zustellung"             },
    {"deadline", "empfangsbekenntnis"                },
    {"deadline", "anhoerung"                         },
    {"deadline", "fristverlaengerung"                },
    {"deadline", "wiedereinsetzung"                  },
    {"deadline", "ueberpruefungsantrag"              },
    {"deadline", "antrag auf eingliederungshilfe"    },
    {"deadline", "leistungen der eingliederungshilfe"},
    {"deadline", "teilhabeleistung"                  },
    {"deadline", "drittschuldner"                    },
    {"deadline", "art 15 dsgvo"                      },
    {"urgent",   "einstweilige anordnung"            },
    {"urgent",   "einstweiligen anordnung"           },
    {"urgent",   "eilantrag"                         },
    {"urgent",   "raeumungsklage"                    },
    {"urgent",   "fristlose kuendigung"              },
    {"urgent",   "zwangsraeumung"                    },
    {"urgent",   "gerichtsvollzieher"                },
    {"urgent",   "sperrandrohung"                    },
    {"urgent",   "sperrankuendigung"                 },
    {"urgent",   "versorgungsunterbrechung"          },
    {"urgent",   "liefersperre"                      },
    {"urgent",   "stromsperre"                       },
    {"urgent",   "mittellos"                         },
    {"urgent",   "obdachlos"                         },
    {"urgent",   "wohnungslos"                       },
    {"urgent",   "kein geld mehr"                    },
    {"urgent",   "nichts zu essen"                   },
    {"urgent",   "suizid"                            },
    {"urgent",   "selbstmord"                        },
    {"urgent",   "keine krankenversicherung"         },
};

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

/* A short line of its own in the upper part of a page: subject line or heading. */
static bool is_heading(const struct letter *letter, uint32_t line)
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
    return above->block != from->block || above->count <= HEADING_TOKENS_MOST;
}

/* ---- kinds --------------------------------------------------------------------------------- */

struct scores {
    const char *kinds[KINDS_MOST];
    double scores[KINDS_MOST];
    size_t count;
};

static void add_score(struct scores *scores, const char *kind, double score)
{
    size_t at = 0;
    while (at < scores->count && strcmp(scores->kinds[at], kind) != 0)
        at++;
    if (at == KINDS_MOST)
        return;
    if (at == scores->count) {
        scores->kinds[at] = kind;
        scores->scores[at] = 0;
        scores->count++;
    }
    scores->scores[at] += score;
}

/* One heading counts once, running text a few times. */
static double weigh_trigger(const struct letter *letter, const struct trigger *trigger)
{
    bool in_heading = false;
    unsigned repeats = 0;
    for (uint32_t token = 0; token < letter->token_count; token++) {
        if (!has_phrase(letter, token, trigger->phrase))
            continue;
        if (is_heading(letter, letter->tokens[token].line))
            in_heading = true;
        else if (repeats < REPEATS_MOST)
            repeats++;
    }
    return trigger->weight * (repeats + (in_heading ? HEADING_FACTOR : 0));
}

struct document_kind document_kind_find(const struct letter *letter)
{
    struct scores scores = {.count = 0};
    for (size_t i = 0; i < sizeof TRIGGERS / sizeof *TRIGGERS; i++)
        add_score(&scores, TRIGGERS[i].kind, weigh_trigger(letter, &TRIGGERS[i]));
    size_t best = 0;
    double second = 0;
    for (size_t i = 1; i < scores.count; i++) {
        if (scores.scores[i] > scores.scores[best]) {
            second = scores.scores[best];
            best = i;
        } else if (scores.scores[i] > second) {
            second = scores.scores[i];
        }
    }
    double score = scores.scores[best];
    if (score < SCORE_LEAST || score - second < LEAD_LEAST)
        return (struct document_kind){NULL, 0};
    return (struct document_kind){scores.kinds[best], score / (score + second + SCORE_DOUBT)};
}

/* ---- flags --------------------------------------------------------------------------------- */

static bool is_in_letter(const struct letter *letter, const char *phrase)
{
    for (uint32_t token = 0; token < letter->token_count; token++) {
        if (has_phrase(letter, token, phrase))
            return true;
    }
    return false;
}

void document_flags_append(const struct letter *letter, struct text *flags)
{
    const char *last = NULL;
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
        if ((last != NULL && strcmp(last, FLAGS[i].name) == 0) ||
            !is_in_letter(letter, FLAGS[i].phrase))
            continue;
        if (last != NULL)
            text_append_char(flags, ' ');
        text_append(flags, FLAGS[i].name);
        last = FLAGS[i].name;
    }
}
