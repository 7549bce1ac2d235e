/* deadline.c - see deadline.h. The table follows the kinds of paper that a Sozialamt receives; the
 * norms are federal law (SGB I, IX, X, XII, SGG, BGB, ZPO, GDPR). */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "law/day.h"
#include "law/deadline.h"
#include "law/holidays.h"

#define AT_ONCE                                                                                    \
    {                                                                                              \
        .length = 0                                                                                \
    }
#define WEEKS(count)                                                                               \
    {                                                                                              \
        .length = (count), .unit = PERIOD_WEEKS                                                    \
    }
#define MONTHS(count)                                                                              \
    {                                                                                              \
        .length = (count), .unit = PERIOD_MONTHS                                                   \
    }
#define YEARS(count)                                                                               \
    {                                                                                              \
        .length = (count), .unit = PERIOD_YEARS                                                    \
    }

static const struct deadline_rule RULES[] = {
    {.name = "widerspruch",
     .kind = "widerspruch",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_NOTIFIED,
     .period = MONTHS(1),
     .title = "Widerspruchsfrist",
     .source = "§ 84 Abs. 1 S. 1 SGG",
     .counting = "§ 64 SGG"},
    {.name = "widerspruch_ausland",
     .kind = "widerspruch",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_NOTIFIED,
     .period = MONTHS(3),
     .title = "Widerspruchsfrist",
     .condition = "bei Bekanntgabe im Ausland",
     .source = "§ 84 Abs. 1 S. 2 SGG",
     .counting = "§ 64 SGG"},
    {.name = "widerspruch_belehrung",
     .kind = "widerspruch",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_NOTIFIED,
     .period = YEARS(1),
     .title = "Widerspruchsfrist",
     .condition = "bei fehlender oder unrichtiger Rechtsbehelfsbelehrung",
     .source = "§ 66 Abs. 2 SGG",
     .counting = "§ 64 SGG"},
    {.name = "ueberpruefungsantrag",
     .kind = "ueberpruefungsantrag",
     .meaning = DEADLINE_EFFECT,
     .start = START_RECEIPT,
     .reach = REACH_FIRST_OF_YEAR_BEFORE,
     .title = "Nachzahlung längstens ab",
     .source = "§ 44 Abs. 4 SGB X, § 116a SGB XII"                                                            },
    {.name = "klage",
     .kind = "klage",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_WRITTEN,
     .title = "Vom Gericht gesetzte Frist",
     .source = "§ 65 SGG"                 },
    {.name = "eilantrag",
     .kind = "eilantrag",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = AT_ONCE,
     .title = "Einstweiliger Rechtsschutz: sofort vorlegen",
     .source = "§ 86b SGG"                                                                           },
    {.name = "empfangsbekenntnis",
     .kind = "zustellung",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = AT_ONCE,
     .title = "Empfangsbekenntnis zurücksenden, Umschlag aufbewahren",
     .source = "§ 63 Abs. 2 SGG, §§ 173, 175 ZPO"                                                             },
    {.name = "schonfrist",
     .kind = "kuendigung_wohnung",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_SERVED,
     .period = MONTHS(2),
     .title = "Schonfrist: Mietrückstand begleichen oder Übernahme zusagen",
     .condition = "bei erhobener Räumungsklage",
     .source = "§ 569 Abs. 3 Nr. 2 BGB, § 36 SGB XII",
     .counting = "§§ 187 bis 193 BGB"},
    {.name = "energiesperre",
     .kind = "energiesperre",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_WRITTEN,
     .title = "Angekündigte Sperre",
     .source = "§ 36 SGB XII, § 19 StromGVV, § 19 GasGVV"                                              },
    {.name = "antrag_formlos",
     .kind = "antrag_formlos",
     .meaning = DEADLINE_EFFECT,
     .start = START_RECEIPT,
     .reach = REACH_FIRST_OF_MONTH,
     .title = "Antrag wirkt ab",
     .condition = "bei Grundsicherung",
     .source = "§ 44 Abs. 2 S. 1 SGB XII, § 16 Abs. 2 S. 2 SGB I"},
    {.name = "antrag_formular",
     .kind = "antrag_formular",
     .meaning = DEADLINE_EFFECT,
     .start = START_RECEIPT,
     .reach = REACH_FIRST_OF_MONTH,
     .title = "Antrag wirkt ab",
     .condition = "bei Grundsicherung",
     .source = "§ 44 Abs. 2 S. 1 SGB XII, § 16 Abs. 2 S. 2 SGB I"},
    {.name = "hilfe_zur_pflege",
     .kind = "hilfe_zur_pflege",
     .meaning = DEADLINE_EFFECT,
     .start = START_RECEIPT,
     .reach = REACH_THE_DAY,
     .title = "Bedarf bekannt seit",
     .source = "§ 18 Abs. 1 SGB XII"                                                                  },
    {.name = "teilhabe_weiterleiten",
     .kind = "eingliederungshilfe",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = WEEKS(2),
     .title = "Zuständigkeit feststellen, sonst weiterleiten",
     .source = "§ 14 Abs. 1 SGB IX",
     .counting = "§ 26 SGB X",
     .valid_from = "2018-01-01"},
    {.name = "teilhabe_entscheiden",
     .kind = "eingliederungshilfe",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = WEEKS(3),
     .title = "Über den Antrag entscheiden",
     .condition = "wenn nicht weitergeleitet und kein Gutachten nötig ist",
     .source = "§ 14 Abs. 2 S. 2 SGB IX",
     .counting = "§ 26 SGB X",
     .valid_from = "2018-01-01"},
    {.name = "nothelfer",
     .kind = "krankenhaus",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_EVENT,
     .period = MONTHS(1),
     .title = "Antrag des Nothelfers (angemessene Frist, Richtwert)",
     .event = "Ende der Eilhilfe",
     .source = "§ 25 S. 2 SGB XII",
     .counting = "§ 26 SGB X"},
    {.name = "mitwirkung",
     .kind = "nachreichung",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_WRITTEN,
     .title = "Vom Amt gesetzte Mitwirkungsfrist",
     .source = "§ 66 Abs. 3 SGB I, § 26 Abs. 3 S. 2 SGB X"                                                             },
    {.name = "anhoerung",
     .kind = "anhoerung",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_WRITTEN,
     .title = "Vom Amt gesetzte Anhörungsfrist",
     .source = "§ 24 Abs. 1 SGB X, § 26 Abs. 3 S. 2 SGB X"                                                       },
    {.name = "wiedereinsetzung",
     .kind = "fristverlaengerung",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_EVENT,
     .period = WEEKS(2),
     .title = "Antrag auf Wiedereinsetzung",
     .event = "Wegfall des Hindernisses",
     .source = "§ 27 Abs. 2 S. 1 SGB X",
     .counting = "§ 26 SGB X"},
    {.name = "erstattung",
     .kind = "behoerde",
     .meaning = DEADLINE_OF_SENDER,
     .start = START_EVENT,
     .period = MONTHS(12),
     .title = "Erstattungsanspruch eines anderen Trägers geltend machen",
     .event = "letzter Tag der erbrachten Leistung",
     .source = "§ 111 S. 1 SGB X",
     .counting = "§ 26 SGB X"},
    {.name = "drittschuldner",
     .kind = "pfaendung",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_SERVED,
     .period = WEEKS(2),
     .title = "Drittschuldnererklärung abgeben",
     .source = "§ 840 Abs. 1 ZPO",
     .counting = "§ 222 ZPO"},
    {.name = "auskunft",
     .kind = "auskunft",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = MONTHS(1),
     .title = "Auskunft über gespeicherte Daten geben",
     .source = "Art. 12 Abs. 3 DSGVO",
     .counting = "VO (EWG) 1182/71"},
    {.name = "untaetigkeit_antrag",
     .kind = "sachstand",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_EVENT,
     .period = MONTHS(6),
     .title = "Über den Antrag entscheiden, danach ist die Untätigkeitsklage zulässig",
     .condition = "bei einem Antrag",
     .event = "Eingang des Antrags",
     .source = "§ 88 Abs. 1 S. 1 SGG",
     .counting = "§ 64 SGG"},
    {.name = "untaetigkeit_widerspruch",
     .kind = "sachstand",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_EVENT,
     .period = MONTHS(3),
     .title = "Über den Widerspruch entscheiden, danach ist die Untätigkeitsklage zulässig",
     .condition = "bei einem Widerspruch",
     .event = "Eingang des Widerspruchs",
     .source = "§ 88 Abs. 2 SGG",
     .counting = "§ 64 SGG"},
    {.name = "irrlaeufer",
     .kind = "irrlaeufer",
     .meaning = DEADLINE_OF_OFFICE,
     .start = START_RECEIPT,
     .period = AT_ONCE,
     .title = "An die zuständige Stelle weiterleiten, das Eingangsdatum bleibt",
     .source = "§ 16 Abs. 2 S. 1 SGB I, § 84 Abs. 2 SGG"                                          },
};

const struct deadline_rule *deadline_rules(size_t *ret_count)
{
    *ret_count = sizeof RULES / sizeof RULES[0];
    return RULES;
}

/* ---- reckoning ----------------------------------------------------------------------------- */

static bool is_in_force(const struct deadline_rule *rule, int32_t day)
{
    int32_t bound;
    if (rule->valid_from != NULL && day_from_text(rule->valid_from, &bound) && day < bound)
        return false;
    return rule->valid_until == NULL || !day_from_text(rule->valid_until, &bound) || day <= bound;
}

/* DAY_UNKNOWN when nobody has said. */
static int32_t beginning(const struct deadline_rule *rule, const struct deadline_inputs *inputs)
{
    switch (rule->start) {
    case START_RECEIPT:
        return inputs->receipt;
    case START_NOTIFIED:
        if (inputs->served != DAY_UNKNOWN)
            return inputs->served;
        return inputs->posted == DAY_UNKNOWN ? DAY_UNKNOWN : deemed_notified(inputs->posted);
    case START_SERVED:
        return inputs->served;
    case START_EVENT:
        return inputs->event;
    case START_WRITTEN:
        return inputs->written;
    case DEADLINE_STARTS:
        break;
    }
    return DAY_UNKNOWN;
}

static int32_t reach_back(enum deadline_reach reach, int32_t receipt)
{
    struct civil_day civil = day_to_civil(receipt);
    int32_t day = receipt;
    if (reach == REACH_FIRST_OF_MONTH)
        day = receipt - civil.day + 1;
    else if (reach == REACH_FIRST_OF_YEAR_BEFORE)
        (void)day_from_civil((struct civil_day){civil.year - 1, 1, 1}, &day);
    return day;
}

static struct deadline_hint reckon(const struct deadline_rule *rule,
                                   const struct deadline_inputs *inputs)
{
    struct deadline_hint hint = {.rule = rule, .inputs = *inputs, .from = beginning(rule, inputs)};
    bool has_end =
        rule->start == START_WRITTEN || rule->meaning == DEADLINE_EFFECT || rule->period.length > 0;
    hint.is_known = has_end && hint.from != DAY_UNKNOWN;
    if (!hint.is_known)
        return hint;
    if (rule->meaning == DEADLINE_EFFECT) {
        hint.end.raw = hint.end.day = reach_back(rule->reach, hint.from);
        hint.is_month_end = rule->reach == REACH_FIRST_OF_MONTH &&
                            hint.from >= last_working_day_of_month(hint.from);
    } else if (rule->start == START_WRITTEN) {
        hint.end.raw = hint.end.day = hint.from; // a certain day: § 26(3) S. 2 SGB X
    } else {
        hint.end = period_end(hint.from, &rule->period);
    }
    hint.is_past = rule->meaning == DEADLINE_OF_SENDER && inputs->receipt > hint.end.day;
    return hint;
}

size_t deadline_hints(const struct deadline_rule *rules, size_t rule_count, const char *kind,
                      const struct deadline_inputs *inputs, struct deadline_hint *ret_hints,
                      size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].kind, kind) != 0)
            continue;
        int32_t from = beginning(&rules[i], inputs);
        if (!is_in_force(&rules[i], from == DAY_UNKNOWN ? inputs->receipt : from))
            continue;
        if (count < most)
            ret_hints[count] = reckon(&rules[i], inputs);
        count++;
    }
    return count;
}

/* ---- telling ------------------------------------------------------------------------------- */

static void append_day(struct text *text, const char *before, int32_t day)
{
    char written[DAY_TEXT_BYTES];
    day_to_german(day, written);
    text_append_format(text, "%s%s", before, written);
}

static void append_beginning(struct text *text, const struct deadline_hint *hint)
{
    const struct deadline_inputs *inputs = &hint->inputs;
    switch (hint->rule->start) {
    case START_RECEIPT:
        append_day(text, "eingegangen am ", hint->from);
        break;
    case START_NOTIFIED:
        if (inputs->served == DAY_UNKNOWN) {
            append_day(text, "zur Post am ", inputs->posted);
            append_day(text, ", gilt als bekannt gegeben am ", hint->from);
            text_append_format(text, " nach %d Tagen, § 37 Abs. 2 SGB X",
                               deemed_notified_days(inputs->posted));
            break;
        } // fall through
    case START_SERVED:
        append_day(text, "zugestellt am ", hint->from);
        break;
    case START_EVENT:
        text_append_format(text, "%s ", hint->rule->event);
        append_day(text, "am ", hint->from);
        break;
    case START_WRITTEN:
    case DEADLINE_STARTS:
        text_append(text, "Datum aus dem Schreiben, verschiebt sich nicht");
        break;
    }
}

static void append_missing(struct text *text, const struct deadline_hint *hint)
{
    static const char *const missing[DEADLINE_STARTS] = {
        [START_NOTIFIED] = "Datum der Aufgabe zur Post oder der Zustellung des Bescheids",
        [START_SERVED] = "Datum der Zustellung (gelber Umschlag)",
        [START_WRITTEN] = "das im Schreiben genannte Datum",
    };
    const struct deadline_rule *rule = hint->rule;
    if (rule->start == START_RECEIPT) {
        text_append(text, ": unverzüglich (");
        append_beginning(text, hint);
        text_append(text, ")");
        return;
    }
    text_append(text, ": ");
    if (rule->start != START_WRITTEN) {
        period_append(text, &rule->period);
        text_append(text, "; ");
    }
    const char *what = rule->start == START_EVENT ? rule->event : missing[rule->start];
    text_append_format(text, "es fehlt: %s", what);
}

static void append_reckoning(struct text *text, const struct deadline_hint *hint)
{
    const struct deadline_rule *rule = hint->rule;
    append_day(text, rule->meaning == DEADLINE_EFFECT ? ": " : ": spätestens ", hint->end.day);
    text_append(text, " (");
    append_beginning(text, hint);
    if (rule->meaning != DEADLINE_EFFECT && rule->start != START_WRITTEN) {
        text_append(text, ", ");
        period_append(text, &rule->period);
    }
    if (hint->end.reason != NULL) {
        append_day(text, ", Ende am ", hint->end.raw);
        text_append_format(text, " verschoben: %s", hint->end.reason);
    }
    text_append(text, ")");
    if (hint->is_past)
        append_day(text, "; eingegangen erst am ", hint->inputs.receipt);
    if (hint->is_month_end)
        text_append(text, "; Eingang am Monatsende, der Tag zählt");
}

void deadline_append(struct text *text, const struct deadline_hint *hint)
{
    const struct deadline_rule *rule = hint->rule;
    text_append(text, rule->title);
    if (rule->condition != NULL)
        text_append_format(text, " (%s)", rule->condition);
    if (hint->is_known)
        append_reckoning(text, hint);
    else
        append_missing(text, hint);
    text_append_format(text, ". Quelle: %s", rule->source);
    if (rule->counting != NULL)
        text_append_format(text, ", gerechnet nach %s", rule->counting);
    text_append(text, ". Hinweis, keine Entscheidung.");
}
