/* test_document_kind.c - kinds compete, flags do not. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/kinds.h"
#include "classify/document_kind.h"
#include "classify/kind_triggers.h"
#include "tests/classify/sample.h"

static const struct row {
    const char *text;
    const char *kind; /* NULL: unknown */
    const char *flags;
} ROWS[] = {
    {"Widerspruch\n\nhiermit lege ich Widerspruch ein.\n",                                          "widerspruch",        "deadline"       },
    {"W1derspruch\n\nhiermit lege ich fristgerecht Widerspnuch ein.\n",                             "widerspruch",        "deadline"       },
    {"Nachreichung\n\nhiermit reiche ich Ihnen die angeforderten Unterlagen nach.\n",
     "nachreichung",                                                                                                      ""               },
    {"Veränderungsmitteilung\n\nMeine Verhältnisse haben sich geändert, ich bin umgezogen.\n",
     "veraenderung",                                                                                                      ""               },
    {"Kontoauszug Nr. 4\n\nLastschrift Strom\nDauerauftrag Miete\nGutschrift\n",                    "kontoauszug",        ""               },
    {"Entgeltabrechnung März\n\nBruttolohn\nLohnsteuer\nAuszahlungsbetrag\n",                      "lohnabrechnung",     ""               },
    {"Ärztliche Bescheinigung\n\nHiermit wird bescheinigt, dass der Patient krank ist.\n",         "attest",
     ""                                                                                                                                    },
    {"Betriebskostenabrechnung 2024\n\nGrundsteuer\nMüllabfuhr\nHausreinigung\n",                  "nebenkosten",
     ""                                                                                                                                    },
    {"Schulbescheinigung\n\nDas Kind besucht unsere Schule.\n",                                     "schulbescheinigung", ""               },
    {"Mietbescheinigung\n\nGrundmiete\nStellplatz\n",                                               "mietbescheinigung",  ""               },
    {"Rechnung über Heimkosten\n\nPflegesatz\nInvestitionskosten\n",                               "rechnung_pflege",    ""               },
    {"Deutsche Rentenversicherung\n\nRentenbescheid\n",                                             "rentenbescheid",     ""               },
    {"Erstattungsanspruch nach § 104 SGB X\n\nLeistungsberechtigte Person: A. B.\n",               "behoerde",
     ""                                                                                                                                    },
    {"Antrag auf Leistungen der Grundsicherung\n\nFamilienname\nVorname(n)\nFamilienstand\n",
     "antrag_formular",                                                                                                   ""               },
    {"Formloser Antrag\n\nhiermit beantrage ich eine Beihilfe.\n",                                  "antrag_formlos",     ""               },
    {"Jetzt sparen\n\nNur bis Monatsende gibt es Rabatt.\n",                                        "werbung",            ""               },
    {"Räumungsklage\n\nIn dem Rechtsstreit wird die Räumungsklage zugestellt.\n",
     "kuendigung_wohnung",                                                                                                "deadline urgent"},
    {"Sperrandrohung\n\nWir kündigen die Versorgungsunterbrechung an.\n",                          "energiesperre",
     "urgent"                                                                                                                              },
    {"Amtsgericht Lindenau\nNachlassgericht\n\nauf Ihre Anfrage wird mitgeteilt, dass Erben nicht "
     "bekannt sind.\n\nKrause\nRechtspflegerin\n",                                             "behoerde",           ""               },
    {"Unterlagen zum Weiterbewilligungsantrag\n\nanbei übersende ich Ihnen den Rentenbescheid.\n",
     "nachreichung",                                                                                                      ""               },
    {"Rechnung für den Monat Mai\n\nGroße Körperpflege\nWegepauschale\nEigenanteil\n",
     "rechnung_pflege",                                                                                                   ""               },
    {"Ein Foto ohne Worte, die etwas bedeuten.\n",                                                  NULL,                 ""               },
    {"",                                                                                            NULL,                 ""               },
};

/* Kinds that settings may name (base/kinds.h) and kinds that have triggers are the same. */
static void every_kind_has_triggers_and_a_name(void **state)
{
    (void)state;
    struct reading reading = sample_reading("Guten Tag.\n");
    struct letter letter;
    struct kind_scores scores = {.count = 0};
    size_t count = 0;
    assert_true(letter_init(&letter, &reading));
    kind_triggers_score(&letter, NULL, &scores);
    while (kind_built_in(count) != NULL)
        count++;
    for (size_t i = 0; i < scores.count; i++)
        assert_true(kind_is_built_in(scores.kinds[i], strlen(scores.kinds[i])));
    assert_int_equal(scores.count, count);
    letter_done(&letter);
    reading_done(&reading);
}

static void names_the_kind_or_admits_not_to_know(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct reading reading = sample_reading(ROWS[i].text);
        struct letter letter;
        struct text flags = {0};
        assert_true(letter_init(&letter, &reading));
        struct document_kind kind = document_kind_find(&letter, NULL);
        document_flags_append(&letter, NULL, &flags);
        if (!string_equal(kind.kind == NULL ? "-" : kind.kind,
                          ROWS[i].kind == NULL ? "-" : ROWS[i].kind) ||
            !string_equal(text_string(&flags), ROWS[i].flags))
            fail_msg("\"%s\": %s, flags \"%s\"", ROWS[i].text,
                     kind.kind == NULL ? "unknown" : kind.kind, text_string(&flags));
        assert_true(kind.confidence >= 0 && kind.confidence < 1);
        text_done(&flags);
        letter_done(&letter);
        reading_done(&reading);
    }
}

/* The first words of a wrapped line are no heading. */
static void running_text_is_no_heading(void **state)
{
    static const char text[] = "Unterlagen zu meinem Antrag\n\n"
                               "hiermit reiche ich Ihnen die angeforderten Unterlagen nach.\n"
                               "In der Zeit vom 3. bis zum 17. des Monats befand ich mich im\n"
                               "Krankenhaus lag. Das ärztliche Attest reiche ich nach,\n"
                               "Das ärztliche Attest reiche ich nach, sobald\n"
                               "mir der Befund vorliegt.\n";
    struct reading reading = sample_reading(text);
    struct letter letter;
    (void)state;
    assert_true(letter_init(&letter, &reading));
    assert_string_equal(document_kind_find(&letter, NULL).kind, "nachreichung");
    letter_done(&letter);
    reading_done(&reading);
}

static void the_configuration_adds_kinds_and_triggers(void **state)
{
    static const struct kind_option options[] = {
        {"jagdschein", "Jägerprüfung; Jagd- und Hundesteuer =0.5;; =2", "urgent"},
        {"attest",     "Reiseunfähigkeit",                               NULL    },
    };
    static const struct {
        const char *text, *kind, *flags;
    } cases[] = {
        {"Zeugnis über die bestandene Jägerprüfung\n",                               "jagdschein",  "urgent"},
        {"Die Jagd- und Hundesteuer wurde gezahlt.\n",                                  NULL,          "urgent"},
        {"Bescheinigung der Reiseunfähigkeit\n",                                       "attest",      ""      },
        {"Widerspruch\n\nhiermit lege ich gegen die Jägerprüfung Widerspruch ein.\n", "widerspruch",
         "deadline urgent"                                                                                     },
    };
    struct kind_rules rules;
    (void)state;
    assert_true(kind_rules_init(&rules, options, 2));
    assert_int_equal(rules.trigger_count, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading = sample_reading(cases[i].text);
        struct letter letter;
        struct text flags = {0};
        assert_true(letter_init(&letter, &reading));
        struct document_kind kind = document_kind_find(&letter, &rules);
        document_flags_append(&letter, &rules, &flags);
        if (!string_equal(kind.kind == NULL ? "-" : kind.kind,
                          cases[i].kind == NULL ? "-" : cases[i].kind) ||
            !string_equal(text_string(&flags), cases[i].flags))
            fail_msg("\"%s\": %s, flags \"%s\"", cases[i].text,
                     kind.kind == NULL ? "unknown" : kind.kind, text_string(&flags));
        text_done(&flags);
        letter_done(&letter);
        reading_done(&reading);
    }
    kind_rules_done(&rules);
}

static void a_deadline_inside_a_bundle_is_flagged(void **state)
{
    static const char text[] = "Kontoauszug Nr. 4\n\nLastschrift\nDauerauftrag\nGutschrift\n\f"
                               "Kontoauszug Nr. 5\n\nLastschrift\nDauerauftrag\nGutschrift\n\f"
                               "gegen den Bescheid lege ich Widerspruch ein. Ich bin mittellos.\n";
    struct reading reading = sample_reading(text);
    struct letter letter;
    struct text flags = {0};
    (void)state;
    assert_true(letter_init(&letter, &reading));
    assert_string_equal(document_kind_find(&letter, NULL).kind, "kontoauszug");
    document_flags_append(&letter, NULL, &flags);
    assert_string_equal(text_string(&flags), "deadline urgent");
    text_done(&flags);
    letter_done(&letter);
    reading_done(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_triggers_and_a_name),
        cmocka_unit_test(names_the_kind_or_admits_not_to_know),
        cmocka_unit_test(running_text_is_no_heading),
        cmocka_unit_test(the_configuration_adds_kinds_and_triggers),
        cmocka_unit_test(a_deadline_inside_a_bundle_is_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
