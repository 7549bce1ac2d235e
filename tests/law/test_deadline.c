/* test_deadline.c - each kind of paper gets the periods of its law, with inputs, rule and source. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "law/day.h"
#include "law/deadline.h"

enum { HINTS_MOST = 8 };

static int32_t day_of(const char *text)
{
    int32_t day = DAY_UNKNOWN;
    if (text != NULL && !day_from_text(text, &day))
        fail_msg("%s is no day", text);
    return day;
}

struct written_inputs {
    const char *receipt, *posted, *served, *event, *written;
};

static size_t hints_of(const char *kind, struct written_inputs written,
                       struct deadline_hint hints[HINTS_MOST])
{
    size_t rule_count;
    const struct deadline_rule *rules = deadline_rules(&rule_count);
    struct deadline_inputs inputs = {day_of(written.receipt), day_of(written.posted),
                                     day_of(written.served), day_of(written.event),
                                     day_of(written.written)};
    return deadline_hints(rules, rule_count, kind, &inputs, hints, HINTS_MOST);
}

static void every_rule_names_its_source(void **state)
{
    (void)state;
    size_t count;
    const struct deadline_rule *rules = deadline_rules(&count);
    assert_true(count >= 20);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(rules[i].title);
        assert_non_null(rules[i].source);
        assert_int_equal(rules[i].event != NULL, rules[i].start == START_EVENT);
        assert_int_equal(rules[i].counting != NULL, rules[i].period.length > 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rules[i].name, rules[k].name);
        (void)day_of(rules[i].valid_from);
        (void)day_of(rules[i].valid_until);
    }
}

static const struct {
    const char *rule, *kind;
    struct written_inputs inputs;
    const char *end;
    bool is_past, is_month_end;
} last_days[] = {
    {"widerspruch",
     "widerspruch",                       {"2026-03-02", "2026-01-27", NULL, NULL, NULL},
     "2026-03-02",                                                                                              false,
     false                                                                                                                  },
    {"widerspruch",
     "widerspruch",                       {"2026-03-03", "2026-01-27", NULL, NULL, NULL},
     "2026-03-02",                                                                                              true,
     false                                                                                                                  },
    {"widerspruch",
     "widerspruch",                       {"2026-03-03", "2026-01-27", "2026-02-03", NULL, NULL},
     "2026-03-03",                                                                                              false,
     false                                                                                                                  },
    {"widerspruch_ausland",
     "widerspruch",                       {"2026-03-03", "2026-01-27", NULL, NULL, NULL},
     "2026-04-30",                                                                                              false,
     false                                                                                                                  },
    {"widerspruch_belehrung",
     "widerspruch",                       {"2026-03-03", "2026-01-28", NULL, NULL, NULL},
     "2027-02-01",                                                                                              false,
     false                                                                                                                  },
    {"ueberpruefungsantrag",
     "ueberpruefungsantrag",              {"2026-03-03", NULL, NULL, NULL, NULL},
     "2025-01-01",                                                                                              false,
     false                                                                                                                  },
    {"klage",                 "klage",    {"2026-03-03", NULL, NULL, NULL, "2026-04-04"},         "2026-04-04", false, false},
    {"schonfrist",
     "kuendigung_wohnung",                {"2026-03-03", NULL, "2026-03-01", NULL, NULL},
     "2026-05-04",                                                                                              false,
     false                                                                                                                  },
    {"antrag_formlos",
     "antrag_formlos",                    {"2026-03-03", NULL, NULL, NULL, NULL},
     "2026-03-01",                                                                                              false,
     false                                                                                                                  },
    {"antrag_formlos",
     "antrag_formlos",                    {"2026-05-29", NULL, NULL, NULL, NULL},
     "2026-05-01",                                                                                              false,
     true                                                                                                                   },
    {"antrag_formlos",
     "antrag_formlos",                    {"2026-05-31", NULL, NULL, NULL, NULL},
     "2026-05-01",                                                                                              false,
     true                                                                                                                   },
    {"teilhabe_weiterleiten",
     "eingliederungshilfe",               {"2026-03-02", NULL, NULL, NULL, NULL},
     "2026-03-16",                                                                                              false,
     false                                                                                                                  },
    {"teilhabe_entscheiden",
     "eingliederungshilfe",               {"2026-03-02", NULL, NULL, NULL, NULL},
     "2026-03-23",                                                                                              false,
     false                                                                                                                  },
    {"wiedereinsetzung",
     "fristverlaengerung",                {"2026-03-24", NULL, NULL, "2026-03-09", NULL},
     "2026-03-23",                                                                                              true,
     false                                                                                                                  },
    {"drittschuldner",
     "pfaendung",                         {"2026-03-24", NULL, "2026-03-23", NULL, NULL},
     "2026-04-07",                                                                                              false,
     false                                                                                                                  },
    {"auskunft",              "auskunft", {"2026-01-31", NULL, NULL, NULL, NULL},                 "2026-03-02", false, false},
    {"untaetigkeit_antrag",
     "sachstand",                         {"2026-03-24", NULL, NULL, "2026-01-05", NULL},
     "2026-07-06",                                                                                              false,
     false                                                                                                                  },
};

static void the_last_day_is_the_statutes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof last_days / sizeof last_days[0]; i++) {
        struct deadline_hint hints[HINTS_MOST];
        size_t count = hints_of(last_days[i].kind, last_days[i].inputs, hints), at = 0;
        while (at < count && strcmp(hints[at].rule->name, last_days[i].rule) != 0)
            at++;
        if (at == count)
            fail_msg("case %zu: no rule %s", i, last_days[i].rule);
        char end[DAY_TEXT_BYTES];
        day_to_text(hints[at].end.day, end);
        if (!hints[at].is_known || strcmp(end, last_days[i].end) != 0 ||
            hints[at].is_past != last_days[i].is_past ||
            hints[at].is_month_end != last_days[i].is_month_end)
            fail_msg("case %zu, %s: %s instead of %s, past %d, month's end %d", i,
                     last_days[i].rule, end, last_days[i].end, hints[at].is_past,
                     hints[at].is_month_end);
    }
}

static void a_rule_counts_only_while_it_is_in_force(void **state)
{
    (void)state;
    struct deadline_hint hints[HINTS_MOST];
    assert_int_equal(
        hints_of("eingliederungshilfe", (struct written_inputs){.receipt = "2018-01-01"}, hints),
        2);
    assert_int_equal(
        hints_of("eingliederungshilfe", (struct written_inputs){.receipt = "2017-12-31"}, hints),
        0);
    const struct deadline_rule past = {
        .name = "past",
        .kind = "widerspruch",
        .period = {1, PERIOD_WEEKS, false},
        .title = "Frist",
        .source = "§ 1",
        .valid_until = "2025-06-30"
    };
    struct deadline_inputs inputs = {day_of("2025-06-30"), DAY_UNKNOWN, DAY_UNKNOWN, DAY_UNKNOWN,
                                     DAY_UNKNOWN};
    assert_int_equal(deadline_hints(&past, 1, "widerspruch", &inputs, hints, HINTS_MOST), 1);
    inputs.receipt++;
    assert_int_equal(deadline_hints(&past, 1, "widerspruch", &inputs, hints, HINTS_MOST), 0);
}

static void more_hints_than_room_are_counted(void **state)
{
    (void)state;
    size_t rule_count;
    const struct deadline_rule *rules = deadline_rules(&rule_count);
    struct deadline_inputs inputs = {day_of("2026-03-02"), DAY_UNKNOWN, DAY_UNKNOWN, DAY_UNKNOWN,
                                     DAY_UNKNOWN};
    struct deadline_hint one;
    assert_int_equal(deadline_hints(rules, rule_count, "widerspruch", &inputs, &one, 1), 3);
    assert_int_equal(deadline_hints(rules, rule_count, "werbung", &inputs, &one, 1), 0);
}

static void a_hint_tells_inputs_rule_and_source(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        struct written_inputs inputs;
        const char *told;
    } cases[] = {
        {"widerspruch",
         {"2026-03-03", "2026-01-27", NULL, NULL, NULL},
         "Widerspruchsfrist: spätestens Mo 02.03.2026 (zur Post am Di 27.01.2026, gilt als "
         "bekannt gegeben am Sa 31.01.2026 nach 4 Tagen, § 37 Abs. 2 SGB X, 1 Monat, Ende am Sa "
         "28.02.2026 verschoben: Samstag); eingegangen erst am Di 03.03.2026. Quelle: § 84 Abs. 1 "
         "S. 1 SGG, gerechnet nach § 64 SGG. Hinweis, keine Entscheidung."                      },
        {"widerspruch",
         {"2026-03-02", NULL, NULL, NULL, NULL},
         "Widerspruchsfrist: 1 Monat; es fehlt: Datum der Aufgabe zur Post oder der Zustellung "
         "des Bescheids. Quelle: § 84 Abs. 1 S. 1 SGG, gerechnet nach § 64 SGG. Hinweis, keine "
         "Entscheidung."                                                                         },
        {"zustellung",
         {"2026-03-02", NULL, NULL, NULL, NULL},
         "Empfangsbekenntnis zurücksenden, Umschlag aufbewahren: unverzüglich (eingegangen am Mo "
         "02.03.2026). Quelle: § 63 Abs. 2 SGG, §§ 173, 175 ZPO. Hinweis, keine Entscheidung."},
        {"nachreichung",
         {"2026-03-02", NULL, NULL, NULL, NULL},
         "Vom Amt gesetzte Mitwirkungsfrist: es fehlt: das im Schreiben genannte Datum. Quelle: "
         "§ 66 Abs. 3 SGB I, § 26 Abs. 3 S. 2 SGB X. Hinweis, keine Entscheidung."             },
        {"antrag_formlos",
         {"2026-05-29", NULL, NULL, NULL, NULL},
         "Antrag wirkt ab (bei Grundsicherung): Fr 01.05.2026 (eingegangen am Fr 29.05.2026); "
         "Eingang am Monatsende, der Tag zählt. Quelle: § 44 Abs. 2 S. 1 SGB XII, § 16 Abs. 2 S. "
         "2 SGB I. Hinweis, keine Entscheidung."                                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct deadline_hint hints[HINTS_MOST];
        struct text told = {0};
        assert_true(hints_of(cases[i].kind, cases[i].inputs, hints) > 0);
        deadline_append(&told, &hints[0]);
        assert_string_equal(text_string(&told), cases[i].told);
        text_done(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_names_its_source),
        cmocka_unit_test(the_last_day_is_the_statutes),
        cmocka_unit_test(a_rule_counts_only_while_it_is_in_force),
        cmocka_unit_test(more_hints_than_room_are_counted),
        cmocka_unit_test(a_hint_tells_inputs_rule_and_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
