/* decision.c - see decision.h.
 *
 * A letter is filed when one of the WAYS holds for the best candidate (two kinds of evidence that
 * agree, or a code that nothing contradicts), nothing is AGAINST it, no other case CONFLICTS, and
 * probability and margin are reached. The first rule that forbids it gives the reason. */
// SPDX-License-Identifier: EUPL-1.2
#include "classify/decision.h"
#include "classify/edit_distance.h"

/* Combinations of evidence that file; all bits of `needs` and one of `one_of` (0: none). */
static const struct {
    unsigned needs;
    unsigned one_of;
    unsigned never; /* bits that spoil it */
    const char *agreeing;
} WAYS[] = {
    {SUPPORT_CODE,                                        0,                                                         0,                                       "Der Code des Rückantwortblatts nennt %s"     },
    {SUPPORT_NUMBER | SUPPORT_NAME,                       0,                                                         0,                                       "Aktenzeichen und Name stimmen mit %s überein"},
    {SUPPORT_NUMBER,                                      SUPPORT_NAME_PARTLY | SUPPORT_SURNAME,                     0,
     "Aktenzeichen und Familienname stimmen mit %s überein"                                                                                                                                                 },
    {SUPPORT_NUMBER | SUPPORT_BIRTH_DATE,                 0,                                                         0,
     "Aktenzeichen und Geburtsdatum stimmen mit %s überein"                                                                                                                                                 },
    {SUPPORT_NUMBER | SUPPORT_IDENTIFIER,                 0,                                                         0,
     "Aktenzeichen und eine weitere Nummer stimmen mit %s überein"                                                                                                                                          },
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME,                  SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS | SUPPORT_IDENTIFIER,
     0,                                                                                                                                                       "Das Aktenzeichen weicht in einem Zeichen ab; Name und weitere Angaben stimmen mit %s "
     "überein"                                                                                                                                                                                       },
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME,                  0,                                                         SUPPORT_NAME_NEAR,
     "Das Aktenzeichen weicht in einem Zeichen ab; Name und Aktenzeichen passen nur zu %s"                                                                                                                   },
    {SUPPORT_NUMBER_THEIRS | SUPPORT_NAME,                SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS,                      0,
     "Name, Aktenzeichen und weitere Angaben stimmen mit %s überein"                                                                                                                                        },
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0,                                                         0,
     "Name, Geburtsdatum und Anschrift stimmen mit %s überein"                                                                                                                                              },
    {SUPPORT_NAME | SUPPORT_IDENTIFIER,                   0,                                                         SUPPORT_NAME_NEAR,
     "Name und eine weitere Nummer stimmen mit %s überein"                                                                                                                                                  },
    {SUPPORT_NAME | SUPPORT_IDENTIFIER,                   SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS,                      0,
     "Name, eine weitere Nummer und weitere Angaben stimmen mit %s überein"                                                                                                                                 },
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE,                   0,                                                         SUPPORT_NAME_NEAR | SUPPORT_BIRTH_SHORT,
     "Name und Geburtsdatum stimmen mit %s überein"                                                                                                                                                         },
};

enum { WAY_NONE = -1, WAY_COUNT = sizeof WAYS / sizeof *WAYS };

static int find_way(const struct scored *best)
{
    for (int i = 0; i < WAY_COUNT; i++) {
        if ((best->support & WAYS[i].needs) == WAYS[i].needs &&
            (WAYS[i].one_of == 0 || (best->support & WAYS[i].one_of) != 0) &&
            (best->support & WAYS[i].never) == 0)
            return i;
    }
    return WAY_NONE;
}

/* ---- what stands against the best candidate ------------------------------------------------ */

static bool is_against(struct text *reason, const struct scored *best)
{
    const char *number = best->case_number;
    if (best->support & AGAINST_BIRTH_DATE)
        text_append_format(
            reason, "Das genannte Geburtsdatum ist ein anderes als im Register zu %s.", number);
    else if (best->support & AGAINST_NAME)
        text_append_format(reason,
                           "Der Familienname passt zu %s, der Vorname gehört zu einer anderen "
                           "Person.",
                           number);
    else if (best->support & AGAINST_SUBJECT)
        text_append_format(reason, "Das Schreiben nennt eine andere Person als das Register zu %s.",
                           number);
    else if (best->support & AGAINST_NUMBER)
        text_append_format(
            reason, "Das Schreiben nennt noch ein anderes Aktenzeichen als das von %s.", number);
    return (best->support & AGAINST_ANY) != 0;
}

/* ---- other cases in the letter ------------------------------------------------------------- */

/* Somebody else of the register is in the letter with more than a name. */
static bool is_person_in_letter(const struct scored *best, const struct scored *other)
{
    const unsigned second = SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS | SUPPORT_IDENTIFIER |
                            SUPPORT_NUMBER_NEAR | SUPPORT_NUMBER_THEIRS;
    if ((other->support & (SUPPORT_NAME | SUPPORT_NAME_PARTLY)) == 0 ||
        (other->support & second) == 0 || (other->support & AGAINST_BIRTH_DATE) != 0)
        return false;
    // A namesake shares the mention; probability and margin tell the two apart.
    return other->mention != best->mention;
}

static bool has_conflict(struct text *reason, const struct candidates *candidates)
{
    const struct scored *best = &candidates->list[0];
    for (size_t i = 1; i < candidates->count; i++) {
        const struct scored *other = &candidates->list[i];
        if (other->support & (SUPPORT_CODE | SUPPORT_NUMBER) ||
            ((other->support & SUPPORT_NUMBER_THEIRS) && other->number_cost == 0)) {
            text_append_format(reason,
                               "Zwei Aktenzeichen oder Personen verschiedener Fälle: %s und %s.",
                               best->case_number, other->case_number);
            return true;
        }
        if (is_person_in_letter(best, other)) {
            text_append_format(reason, "Zwei bekannte Personen verschiedener Fälle: %s und %s.",
                               best->case_number, other->case_number);
            return true;
        }
    }
    return false;
}

static bool has_foreign_code(struct text *reason, const struct facts *facts,
                             const struct scored *best)
{
    for (size_t i = 0; i < facts->code_count; i++) {
        if (facts->codes[i].case_id != best->case_id) {
            text_append(reason, "Ein Code im Schreiben nennt einen anderen Fall oder einen, den "
                                "das Register nicht kennt.");
            return true;
        }
    }
    return false;
}

/* ---- too little ---------------------------------------------------------------------------- */

static void explain_missing(struct text *reason, const struct scored *best)
{
    if (best->support & (SUPPORT_NUMBER | SUPPORT_NUMBER_NEAR | SUPPORT_NUMBER_THEIRS)) {
        text_append_format(reason,
                           best->support & SUPPORT_NUMBER
                               ? "Das Aktenzeichen %s steht im Schreiben, aber nichts bestätigt "
                                 "die Person."
                               : "Das Aktenzeichen ist nicht sicher zu lesen; es könnte %s sein.",
                           best->case_number);
    } else if (best->support & SUPPORT_NAME) {
        text_append_format(reason,
                           best->support & SUPPORT_ADDRESS
                               ? "Nur Name und Anschrift passen zu %s; das genügt nicht."
                               : "Nur der Name passt zu %s; er allein genügt nicht.",
                           best->case_number);
    } else {
        text_append_format(reason, "Zu wenig spricht für einen Fall; am ehesten %s.",
                           best->case_number);
    }
}

static bool is_clear(struct text *reason, const struct candidates *candidates,
                     const struct rules *rules)
{
    const struct scored *best = &candidates->list[0];
    double second = candidates->count > 1 ? candidates->list[1].probability : 0;
    if (second > 0 && best->probability - second < rules->margin)
        text_append_format(reason, "Mehrere Fälle kommen in Frage, vor allem %s und %s.",
                           best->case_number, candidates->list[1].case_number);
    else if (best->probability < rules->threshold || best->probability - second < rules->margin)
        text_append_format(reason, "Der Fall %s ist nicht sicher genug.", best->case_number);
    else
        return true;
    return false;
}

static bool decide_reason(struct text *reason, const struct candidates *candidates,
                          const struct facts *facts, const struct register_index *index)
{
    if (candidates->count == 0) {
        text_append(reason, "Nichts im Schreiben verweist auf einen bekannten Fall.");
        return false;
    }
    const struct scored *best = &candidates->list[0];
    if (has_foreign_code(reason, facts, best) || has_conflict(reason, candidates) ||
        is_against(reason, best))
        return false;
    int way = find_way(best);
    if (way == WAY_NONE) {
        explain_missing(reason, best);
        return false;
    }
    if (!is_clear(reason, candidates, index->rules))
        return false;
    if (index->cases[best->case_id].is_closed &&
        (best->support & (SUPPORT_CODE | SUPPORT_NUMBER)) == 0) {
        text_append_format(reason, "%s ist laut Register abgeschlossen.", best->case_number);
        return false;
    }
    const char *rest = WAYS[way].agreeing;
    for (; *rest != '\0' && !(rest[0] == '%' && rest[1] == 's'); rest++)
        text_append_char(reason, *rest);
    text_append(reason, best->case_number);
    text_append(reason, *rest == '\0' ? "" : rest + 2);
    text_append_char(reason, '.');
    return true;
}

void decide(struct decision *decision, const struct candidates *candidates,
            const struct facts *facts, const struct register_index *index)
{
    *decision = (struct decision){.to_file = false};
    decision->to_file = decide_reason(&decision->reason, candidates, facts, index);
}

void decision_done(struct decision *decision)
{
    text_done(&decision->reason);
}
