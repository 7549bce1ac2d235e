/* decision.c - see decision.h.
 *
 * A letter is filed when one of the WAYS holds for the best candidate (two kinds of evidence that
 * agree, or a code that nothing contradicts), nothing is AGAINST it, no other case CONFLICTS, and
 * probability and margin are reached. The first rule that forbids it gives the reason. */
// SPDX-License-Identifier: EUPL-1.2
#include "classify/decision.h"
#include "classify/edit_distance.h"

enum {
    NAMED = SUPPORT_NAME | SUPPORT_NAME_PARTLY | SUPPORT_SURNAME,
    LATER = SUPPORT_BIRTH_LATER | SUPPORT_ADDRESS_LATER,
    UNCONFIRMED = AGAINST_ADDRESS | AGAINST_UNREAD,
    RELATIVES_LOOKED_AT = 256,
    SECOND_KINDS = SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS | SUPPORT_IDENTIFIER
};

/* Combinations of evidence that file: all bits of `needs`, one of `one_of` (0: none is needed),
 * and none of `never`. */
// clang-format off
static const struct {
    unsigned needs;
    unsigned one_of;
    unsigned never;
} WAYS[] = {
    {SUPPORT_CODE | SUPPORT_NAME, 0, 0},
    {SUPPORT_CODE, SECOND_KINDS, AGAINST_ADDRESS},
    {SUPPORT_CODE, 0, UNCONFIRMED},
    {SUPPORT_NUMBER | SUPPORT_NAME, 0, 0},
    {SUPPORT_NUMBER, SUPPORT_NAME_PARTLY | SUPPORT_SURNAME, UNCONFIRMED},
    {SUPPORT_NUMBER | SUPPORT_BIRTH_DATE, SUPPORT_ADDRESS | SUPPORT_IDENTIFIER, 0},
    {SUPPORT_NUMBER, SUPPORT_BIRTH_DATE | SUPPORT_IDENTIFIER, UNCONFIRMED},
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME, SECOND_KINDS, 0},
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME, 0, SUPPORT_NAME_NEAR},
    {SUPPORT_NUMBER_THEIRS | SUPPORT_NAME, SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0},
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0, 0},
    {SUPPORT_NAME | SUPPORT_IDENTIFIER, 0, SUPPORT_NAME_NEAR | AGAINST_OTHERS},
    {SUPPORT_NAME | SUPPORT_IDENTIFIER, SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0},
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE, 0,
     SUPPORT_NAME_NEAR | SUPPORT_BIRTH_WEAK | AGAINST_ADDRESS | AGAINST_OTHERS},
};
// clang-format on

/* For the sentence: what agrees, in the order in which clerks think of it. */
static const struct {
    unsigned support;
    const char *title;
} TITLES[] = {
    {SUPPORT_CODE,                           "Code des Rückantwortblatts"        },
    {SUPPORT_NUMBER | SUPPORT_NUMBER_THEIRS, "Aktenzeichen"                       },
    {SUPPORT_NUMBER_NEAR,                    "Aktenzeichen (bis auf einen Fehler)"},
    {SUPPORT_NAME | SUPPORT_NAME_PARTLY,     "Name"                               },
    {SUPPORT_SURNAME,                        "Familienname"                       },
    {SUPPORT_BIRTH_DATE,                     "Geburtsdatum"                       },
    {SUPPORT_ADDRESS,                        "Anschrift"                          },
    {SUPPORT_IDENTIFIER,                     "eine weitere Nummer"                },
};

static bool has_way(const struct scored *best)
{
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        if ((best->support & WAYS[i].needs) == WAYS[i].needs &&
            (WAYS[i].one_of == 0 || (best->support & WAYS[i].one_of) != 0) &&
            (best->support & WAYS[i].never) == 0)
            return true;
    }
    return false;
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

/* Somebody of another case among `range` with the same surname and, when `same_name`, with one of
 * the same given names. */
static bool has_bearer(const struct register_index *index, struct lookup_range range,
                       uint32_t person, bool same_name, uint32_t *ret_case)
{
    const struct person *one = &index->persons[person];
    for (size_t i = 0; i < range.count && i < RELATIVES_LOOKED_AT; i++) {
        const struct person *other = &index->persons[range.entries[i].value];
        bool is_alike = !same_name;
        for (uint32_t k = 0; k < one->given_count * other->given_count; k++)
            is_alike = is_alike || one->given_names[k / other->given_count] ==
                                       other->given_names[k % other->given_count];
        if (other->case_id != one->case_id && other->surname == one->surname && is_alike) {
            *ret_case = other->case_id;
            return true;
        }
    }
    return false;
}

/* Whether the register has somebody of another case whom the same evidence fits: a twin; under the
 * same address, unless the birth date tells them apart. */
static bool has_relative(const struct register_index *index, const struct scored *best,
                         bool same_name, uint32_t *ret_case)
{
    const struct person *one = &index->persons[best->person];
    struct lookup_range twins = register_index_by_birth(index, one->birth_date, one->surname);
    struct lookup_range home = register_index_by_address(index, one->street, one->house_number);
    if (has_bearer(index, twins, best->person, same_name, ret_case))
        return true;
    bool is_said = (best->support & LATER) == 0 || (best->support & SUPPORT_NUMBER) != 0;
    bool has_birth = (best->support & SUPPORT_BIRTH_DATE) != 0 && is_said;
    return !has_birth && has_bearer(index, home, best->person, same_name, ret_case);
}

/* Father and son of one name, and their numbers but a slip apart (schemes without a check digit):
 * then even an exact number does not tell which of them is meant. */
static bool has_number_neighbour(struct text *reason, const struct scored *best,
                                 const struct register_index *index)
{
    uint32_t relative = CASE_NONE;
    if ((best->support & SUPPORT_CODE) != 0 || !has_relative(index, best, true, &relative) ||
        edit_distance_number(&index->rules->edit_costs, register_index_key(index, best->case_id),
                             register_index_key(index, relative), EDIT_SLIP) == EDIT_FAR)
        return false;
    text_append_format(reason,
                       "Zwei Personen eines Namens, deren Aktenzeichen sich kaum "
                       "unterscheiden: %s und %s.",
                       best->case_number, register_index_number(index, relative));
    return true;
}

/* In a household, surname, address and even the birth date (twins) are shared, between father and
 * son even the name. A number or code tells its members apart only together with the full name;
 * name, birth date and address only where they are said of the person at the first mention, not
 * of somebody later in the letter. */
static bool has_household(struct text *reason, const struct scored *best,
                          const struct register_index *index)
{
    uint32_t relative = CASE_NONE;
    bool has_number = (best->support & (SUPPORT_CODE | SUPPORT_NUMBER)) != 0;
    bool has_name = (best->support & SUPPORT_NAME) != 0;
    bool is_later = (best->support & LATER) != 0;
    if (has_name && has_number)
        return has_number_neighbour(reason, best, index);
    // A code alone is not a matter of who is named.
    if ((best->support & SUPPORT_CODE) != 0 && (best->support & NAMED) == 0)
        return false;
    if (!has_relative(index, best, has_name && !is_later, &relative))
        return false;
    text_append_format(reason, "Mehrere Personen einer Familie kommen in Frage: %s und %s.",
                       best->case_number, register_index_number(index, relative));
    return true;
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

/* "Aktenzeichen, Name und Anschrift stimmen mit 50.… überein." */
static void append_agreeing(struct text *reason, const struct scored *best)
{
    const char *titles[sizeof TITLES / sizeof *TITLES];
    size_t count = 0;
    for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++) {
        if (best->support & TITLES[i].support)
            titles[count++] = TITLES[i].title;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append(reason, i + 1 == count ? " und " : ", ");
        text_append(reason, titles[i]);
    }
    text_append_format(reason, " %s mit %s überein.", count > 1 ? "stimmen" : "stimmt",
                       best->case_number);
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
        has_household(reason, best, index) || is_against(reason, best))
        return false;
    if (!has_way(best)) {
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
    append_agreeing(reason, best);
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
