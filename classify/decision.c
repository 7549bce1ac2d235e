/* decision.c - see decision.h.
 *
 * A letter is filed when one of the WAYS holds for the best candidate (two kinds of evidence that
 * agree, or a code that nothing contradicts), nothing is AGAINST it, no other case CONFLICTS, and
 * probability and margin are reached. The first rule that forbids it gives the reason. */
// SPDX-License-Identifier: EUPL-1.2
#include "classify/decision.h"
#include "classify/edit_distance.h"

#include <string.h>

enum {
    NAMED = SUPPORT_NAME | SUPPORT_NAME_PARTLY | SUPPORT_SURNAME,
    LATER = SUPPORT_BIRTH_LATER | SUPPORT_ADDRESS_LATER,
    UNCONFIRMED = AGAINST_ADDRESS | AGAINST_UNREAD,
    NUMBER_WITHIN = 14, /* tokens between a person's name and the number that is theirs */
    SECOND_KINDS = SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS | SUPPORT_IDENTIFIER
};

/* Combinations of evidence that file: all bits of `needs`, one of `one_of` (0: none is needed),
 * and none of `never`. `is_alone`: only where nobody of another case lives at the address. */
// clang-format off
static const struct {
    unsigned needs;
    unsigned one_of;
    unsigned never;
    bool is_alone;
} WAYS[] = {
    {SUPPORT_CODE | SUPPORT_NAME, 0, 0, false},
    {SUPPORT_CODE, SECOND_KINDS, AGAINST_ADDRESS, false},
    {SUPPORT_CODE, 0, UNCONFIRMED, false},
    {SUPPORT_NUMBER | SUPPORT_NAME, 0, 0, false},
    {SUPPORT_NUMBER, SUPPORT_NAME_PARTLY | SUPPORT_SURNAME, UNCONFIRMED, false},
    {SUPPORT_NUMBER | SUPPORT_BIRTH_DATE, SUPPORT_ADDRESS | SUPPORT_IDENTIFIER, 0, false},
    {SUPPORT_NUMBER, SUPPORT_BIRTH_DATE | SUPPORT_IDENTIFIER, UNCONFIRMED, false},
    {SUPPORT_NUMBER | SUPPORT_ADDRESS_WHOLE, 0, AGAINST_SUBJECT | AGAINST_OTHERS, true},
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME, SECOND_KINDS, 0, false},
    {SUPPORT_NUMBER_NEAR | SUPPORT_NAME, 0, SUPPORT_NAME_NEAR, false},
    {SUPPORT_NUMBER_THEIRS | SUPPORT_NAME, SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0, false},
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0, 0, false},
    {SUPPORT_NAME | SUPPORT_BIRTH_NEAR | SUPPORT_ADDRESS, 0, SUPPORT_NAME_NEAR, false},
    {SUPPORT_NAME | SUPPORT_ADDRESS_WHOLE, 0,
     SUPPORT_NAME_NEAR | SUPPORT_ADDRESS_LATER | AGAINST_OTHERS, false},
    {SUPPORT_NAME | SUPPORT_IDENTIFIER, 0, SUPPORT_NAME_NEAR | AGAINST_OTHERS, false},
    {SUPPORT_NAME | SUPPORT_IDENTIFIER, SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS, 0, false},
    {SUPPORT_NAME | SUPPORT_BIRTH_DATE, 0,
     SUPPORT_NAME_NEAR | SUPPORT_BIRTH_WEAK | AGAINST_ADDRESS | AGAINST_OTHERS, false},
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

/* Nobody of another case lives where this person does. */
static bool lives_alone(const struct register_index *index, const struct scored *best)
{
    const struct person *one = &index->persons[best->person];
    struct lookup_range home = register_index_by_address(index, one->street, one->house_number);
    for (size_t i = 0; i < home.count; i++) {
        const struct person *other = &index->persons[home.entries[i].value];
        if (other->case_id != one->case_id && other->postcode == one->postcode)
            return false;
    }
    return true;
}

static bool has_way(const struct scored *best, const struct register_index *index)
{
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        if ((best->support & WAYS[i].needs) == WAYS[i].needs &&
            (WAYS[i].one_of == 0 || (best->support & WAYS[i].one_of) != 0) &&
            (best->support & WAYS[i].never) == 0 && (!WAYS[i].is_alone || lives_alone(index, best)))
            return true;
    }
    return false;
}

/* ---- what stands against the best candidate ------------------------------------------------ */

static bool is_against(struct text *reason, const struct scored *best, unsigned excused)
{
    const char *number = best->case_number;
    const unsigned against = best->support & AGAINST_ANY & ~excused;
    if (against & AGAINST_BIRTH_DATE)
        text_append_format(
            reason, "Das genannte Geburtsdatum ist ein anderes als im Register zu %s.", number);
    else if (against & AGAINST_NAME)
        text_append_format(reason,
                           "Der Familienname passt zu %s, der Vorname gehört zu einer anderen "
                           "Person.",
                           number);
    else if (against & AGAINST_SUBJECT)
        text_append_format(reason, "Das Schreiben nennt eine andere Person als das Register zu %s.",
                           number);
    else if (against & AGAINST_NUMBER)
        text_append_format(
            reason, "Das Schreiben nennt noch ein anderes Aktenzeichen als das von %s.", number);
    return against != 0;
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
    // A namesake shares the mention: then what agrees with one of them alone counts.
    const unsigned personal = SUPPORT_BIRTH_DATE | SUPPORT_ADDRESS | SUPPORT_IDENTIFIER;
    return other->mention != best->mention || (other->support & personal & ~best->support) != 0;
}

/* The sighting is this case's number, exactly. */
static bool is_number_of(const struct number_sighting *sighting, uint32_t case_id)
{
    for (size_t i = 0; i < sighting->hit_count && sighting->hits[i].cost == 0; i++) {
        if (sighting->hits[i].case_id == case_id)
            return true;
    }
    return false;
}

/* "Petra Wendt, Aktenzeichen 50.…": the number stands beside one of the person's mentions. */
static bool has_number_beside_name(const struct facts *facts, const struct scored *scored)
{
    for (size_t i = 0; i < facts->numbers.count; i++) {
        const struct number_sighting *sighting = &facts->numbers.sightings[i];
        if (!is_number_of(sighting, scored->case_id) || sighting->role == NUMBER_THEIRS)
            continue;
        for (size_t k = 0; k < scored->named_count; k++) {
            const struct name_mention *mention = &facts->names.mentions[scored->named_at[k]];
            if (sighting->first <= mention->last + NUMBER_WITHIN &&
                mention->first <= sighting->last + NUMBER_WITHIN)
                return true;
        }
    }
    return false;
}

/* The letter belongs to this case as well: its own person, fully named, with its own number. */
static bool is_further_case(const struct facts *facts, const struct scored *best,
                            const struct scored *other)
{
    const unsigned needs = SUPPORT_NUMBER | SUPPORT_NAME;
    const unsigned never = SUPPORT_NAME_NEAR | AGAINST_BIRTH_DATE | AGAINST_NAME;
    return (best->support & (SUPPORT_CODE | SUPPORT_NUMBER | SUPPORT_NUMBER_NEAR)) != 0 &&
           (other->support & needs) == needs && (other->support & never) == 0 &&
           other->mention != best->mention && has_number_beside_name(facts, other);
}

static bool is_conflict(const struct scored *best, const struct scored *other,
                        const char **ret_sentence)
{
    bool is_named_case = (other->support & (SUPPORT_CODE | SUPPORT_NUMBER)) != 0 ||
                         ((other->support & SUPPORT_NUMBER_THEIRS) != 0 && other->number_cost == 0);
    *ret_sentence = is_named_case ? "Zwei Aktenzeichen oder Personen verschiedener Fälle"
                                  : "Zwei bekannte Personen verschiedener Fälle";
    const unsigned own = SUPPORT_CODE | SUPPORT_NUMBER | SUPPORT_NUMBER_NEAR | SUPPORT_IDENTIFIER |
                         SUPPORT_BIRTH_DATE;
    bool is_identified = (other->support & SUPPORT_IDENTIFIER) != 0 && (best->support & own) == 0;
    return is_named_case || is_identified || is_person_in_letter(best, other);
}

/* Another case that is not a further one of the letter's. Fills decision->copies. */
static bool has_conflict(struct decision *decision, const struct candidates *candidates,
                         const struct facts *facts, const struct register_index *index)
{
    const struct scored *best = &candidates->list[0];
    bool is_copied = index->rules->several_cases == SEVERAL_CASES_COPY;
    for (size_t i = 1; i < candidates->count; i++) {
        const struct scored *other = &candidates->list[i];
        const char *sentence = NULL;
        if (!is_conflict(best, other, &sentence))
            continue;
        if (!is_copied || decision->copy_count == COPIES_MOST ||
            !is_further_case(facts, best, other)) {
            text_append_format(&decision->reason, "%s: %s und %s.", sentence, best->case_number,
                               other->case_number);
            return true;
        }
        decision->copies[decision->copy_count++] = i;
    }
    return false;
}

/* The other numbers in the letter are those of the further cases. */
static bool are_numbers_excused(const struct decision *decision,
                                const struct candidates *candidates, const struct facts *facts,
                                const struct register_index *index)
{
    for (size_t i = 0; i < facts->numbers.count; i++) {
        const struct number_sighting *sighting = &facts->numbers.sightings[i];
        bool is_excused = !number_is_another(index, sighting, candidates->list[0].case_id);
        for (size_t k = 0; k < decision->copy_count; k++)
            is_excused =
                is_excused || is_number_of(sighting, candidates->list[decision->copies[k]].case_id);
        if (!is_excused)
            return false;
    }
    return true;
}

static bool share_given_name(const struct person *one, const struct person *other)
{
    for (uint32_t i = 0; i < one->given_count; i++) {
        for (uint32_t k = 0; k < other->given_count; k++) {
            if (one->given_names[i] == other->given_names[k])
                return true;
        }
    }
    return false;
}

/* Somebody of another case among `range` with the same surname and, when `same_name`, with one of
 * the same given names; of several, the one of the lowest case number. */
static bool has_bearer(const struct register_index *index, struct lookup_range range,
                       uint32_t person, bool same_name, uint32_t *ret_case)
{
    const struct person *one = &index->persons[person];
    uint32_t lowest = CASE_NONE;
    for (size_t i = 0; i < range.count; i++) {
        const struct person *other = &index->persons[range.entries[i].value];
        if (other->case_id == one->case_id || other->surname != one->surname ||
            (same_name && !share_given_name(one, other)))
            continue;
        if (lowest == CASE_NONE || strcmp(register_index_number(index, other->case_id),
                                          register_index_number(index, lowest)) < 0)
            lowest = other->case_id;
    }
    if (lowest != CASE_NONE)
        *ret_case = lowest;
    return lowest != CASE_NONE;
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

/* The first candidate that is neither the best nor a further case; NULL when there is none. */
static const struct scored *runner_up(const struct decision *decision,
                                      const struct candidates *candidates)
{
    for (size_t i = 1; i < candidates->count; i++) {
        bool is_copy = false;
        for (size_t k = 0; k < decision->copy_count; k++)
            is_copy = is_copy || decision->copies[k] == i;
        if (!is_copy)
            return &candidates->list[i];
    }
    return NULL;
}

/* Above the threshold, and so far ahead of the runner-up as the margin wants. */
static bool is_clear(struct decision *decision, const struct candidates *candidates,
                     const struct rules *rules)
{
    const struct scored *best = &candidates->list[0];
    const struct scored *second = runner_up(decision, candidates);
    double probability = candidates_probability(candidates, &rules->weights, 0, best->log_odds,
                                                decision->copies, decision->copy_count);
    decision->probability = probability;
    double lead = probability - (second == NULL ? 0 : second->probability);
    if (second != NULL && lead < rules->margin)
        text_append_format(&decision->reason, "Mehrere Fälle kommen in Frage, vor allem %s und %s.",
                           best->case_number, second->case_number);
    else if (probability < rules->threshold || lead < rules->margin)
        text_append_format(&decision->reason, "Der Fall %s ist nicht sicher genug.",
                           best->case_number);
    else
        return true;
    return false;
}

/* What the letter says of its first person does not speak against a further one. */
static double further_log_odds(const struct scored *further)
{
    static const char *const of_the_first[] = {"other_person", "named_later", "other_case_number",
                                               "address"};
    double log_odds = further->log_odds;
    for (size_t i = 0; i < further->finding_count; i++) {
        const struct finding *finding = &further->findings[i];
        for (size_t k = 0; k < sizeof of_the_first / sizeof *of_the_first; k++) {
            if (finding->weight < 0 && strcmp(finding->kind, of_the_first[k]) == 0)
                log_odds -= finding->weight;
        }
    }
    return log_odds;
}

/* Each further case must be as sure as the first. */
static bool are_copies_clear(struct decision *decision, const struct candidates *candidates,
                             const struct register_index *index)
{
    for (size_t i = 0; i < decision->copy_count; i++) {
        const struct scored *further = &candidates->list[decision->copies[i]];
        size_t others[COPIES_MOST];
        for (size_t k = 0; k < decision->copy_count; k++)
            others[k] = k == i ? 0 : decision->copies[k];
        decision->copy_probabilities[i] =
            candidates_probability(candidates, &index->rules->weights, decision->copies[i],
                                   further_log_odds(further), others, decision->copy_count);
        if (has_number_neighbour(&decision->reason, further, index))
            return false;
        if (decision->copy_probabilities[i] < index->rules->threshold) {
            text_append_format(&decision->reason,
                               "Das Schreiben nennt auch %s; dieser Fall ist nicht sicher genug.",
                               further->case_number);
            return false;
        }
    }
    return true;
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

static void append_copies(struct decision *decision, const struct candidates *candidates)
{
    for (size_t i = 0; i < decision->copy_count; i++)
        text_append_format(&decision->reason, "%s%s", i == 0 ? " Abschrift auch zu " : ", ",
                           candidates->list[decision->copies[i]].case_number);
    if (decision->copy_count > 0)
        text_append_char(&decision->reason, '.');
}

/* A Sperrvermerk: who may see such a case is for a person to decide. */
static bool is_blocked(struct decision *decision, const struct candidates *candidates,
                       const struct register_index *index)
{
    bool blocked = index->cases[candidates->list[0].case_id].is_blocked;
    for (size_t i = 0; i < decision->copy_count; i++)
        blocked = blocked || index->cases[candidates->list[decision->copies[i]].case_id].is_blocked;
    if (blocked)
        text_append(&decision->reason,
                    "Zu dem Fall besteht ein Sperrvermerk; bitte von Hand zuordnen.");
    return blocked;
}

/* Probability, margin, and what the register says of the case. */
static bool is_sure(struct decision *decision, const struct candidates *candidates,
                    const struct register_index *index)
{
    const struct scored *best = &candidates->list[0];
    if (!is_clear(decision, candidates, index->rules) ||
        !are_copies_clear(decision, candidates, index))
        return false;
    if (index->cases[best->case_id].is_closed &&
        (best->support & (SUPPORT_CODE | SUPPORT_NUMBER)) == 0) {
        text_append_format(&decision->reason, "%s ist laut Register abgeschlossen.",
                           best->case_number);
        return false;
    }
    if (is_blocked(decision, candidates, index))
        return false;
    append_agreeing(&decision->reason, best);
    append_copies(decision, candidates);
    return true;
}

static bool decide_reason(struct decision *decision, const struct candidates *candidates,
                          const struct facts *facts, const struct register_index *index)
{
    struct text *reason = &decision->reason;
    if (candidates->count == 0) {
        text_append(reason, "Nichts im Schreiben verweist auf einen bekannten Fall.");
        return false;
    }
    const struct scored *best = &candidates->list[0];
    if (has_foreign_code(reason, facts, best) || has_conflict(decision, candidates, facts, index))
        return false;
    bool is_excused =
        decision->copy_count > 0 && are_numbers_excused(decision, candidates, facts, index);
    if (has_household(reason, best, index) ||
        is_against(reason, best, is_excused ? AGAINST_NUMBER : 0))
        return false;
    if (!has_way(best, index)) {
        explain_missing(reason, best);
        return false;
    }
    return is_sure(decision, candidates, index);
}

void decide(struct decision *decision, const struct candidates *candidates,
            const struct facts *facts, const struct register_index *index)
{
    *decision = (struct decision){.to_file = false};
    decision->to_file = decide_reason(decision, candidates, facts, index);
    if (!decision->to_file)
        decision->copy_count = 0;
}

void decision_done(struct decision *decision)
{
    text_done(&decision->reason);
}
