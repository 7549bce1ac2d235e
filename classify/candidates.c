/* candidates.c - see candidates.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify/candidates.h"
#include "classify/edit_distance.h"
#include "classify/known.h"

enum {
    NAMESAKES_MOST = 256,      /* more bearers of a name: only those that something else names */
    NEIGHBOURS_MOST = 64,      /* more at one address: only those that something else names */
    EXPLAINED_COST_MOST = 210, /* two slips: still the same number, miswritten */
    SAID_WITHIN = 20,          /* tokens behind a name that can still be said of it */
    CASES_LEAST = 1000,        /* small registers are weighed as if they had so many cases */
    NAME_PRIOR_PERSONS = 5000  /* persons seen elsewhere, for the frequency of rare names */
};

struct search {
    const struct facts *facts;
    const struct register_index *index;
    struct candidates *candidates;
    const struct evidence_weights *weights;
    double log_cases;
};

void candidates_done(struct candidates *candidates)
{
    free(candidates->list);
    text_done(&candidates->known);
    *candidates = (struct candidates){0};
}

/* ---- who comes into question --------------------------------------------------------------- */

static void add_case(struct search *search, uint32_t case_id)
{
    struct candidates *candidates = search->candidates;
    for (size_t i = 0; i < candidates->count; i++) {
        if (candidates->list[i].case_id == case_id)
            return;
    }
    if (candidates->count < CANDIDATES_MOST)
        candidates->list[candidates->count++] = (struct scored){
            .case_id = case_id, .case_number = register_index_number(search->index, case_id)};
}

static void add_person(struct search *search, uint32_t person)
{
    add_case(search, search->index->persons[person].case_id);
}

/* All of them or none: which persons come into question must not depend on their order. */
static void add_range(struct search *search, struct lookup_range range, size_t most)
{
    if (range.count > most || search->candidates->count + range.count > CANDIDATES_MOST)
        return;
    for (size_t i = 0; i < range.count; i++)
        add_person(search, range.entries[i].value);
}

static void add_by_number(struct search *search)
{
    const struct facts *facts = search->facts;
    for (size_t i = 0; i < facts->code_count; i++) {
        if (facts->codes[i].case_id != CASE_NONE)
            add_case(search, facts->codes[i].case_id);
    }
    for (size_t i = 0; i < facts->numbers.count; i++) {
        const struct number_sighting *sighting = &facts->numbers.sightings[i];
        for (size_t k = 0; k < sighting->hit_count; k++)
            add_case(search, sighting->hits[k].case_id);
    }
    for (size_t i = 0; i < facts->identifier_count; i++) {
        const struct identifier *identifier = &facts->identifiers[i].identifier;
        struct lookup_range range = register_index_by_identifier(search->index, identifier);
        for (size_t k = 0; range.count <= NEIGHBOURS_MOST && k < range.count; k++) {
            if (register_index_has_identifier(search->index, range.entries[k].value, identifier))
                add_person(search, range.entries[k].value);
        }
    }
}

/* Bearers of surname and birth date. */
static void add_by_birth(struct search *search, uint32_t surname, const struct date *date)
{
    uint32_t centuries[] = {date->year, 0};
    size_t count = 1;
    if (date->is_short) {
        centuries[0] = 1900 + date->year;
        centuries[1] = 2000 + date->year;
        count = 2;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t day = centuries[i] * 10000 + date->month * 100 + date->day;
        struct lookup_range range = register_index_by_birth(search->index, day, surname);
        add_range(search, range, NEIGHBOURS_MOST);
    }
}

static void add_by_births(struct search *search, const struct name_mention *mention)
{
    const struct facts *facts = search->facts;
    for (size_t i = 0; i < mention->surname_count; i++) {
        for (size_t k = 0; k < facts->date_count; k++)
            add_by_birth(search, mention->surnames[i], &facts->dates[k].date);
    }
}

static void add_by_name(struct search *search, const struct name_mention *mention)
{
    for (size_t i = 0; i < mention->surname_count; i++) {
        for (size_t k = 0; k < mention->given_count; k++) {
            for (size_t n = 0; n < mention->given_names[k].count; n++) {
                struct lookup_range range = register_index_by_name(
                    search->index, mention->surnames[i], mention->given_names[k].numbers[n]);
                add_range(search, range, NAMESAKES_MOST);
            }
        }
    }
}

static void add_by_address(struct search *search, const struct address_mention *mention)
{
    if (mention->is_institution)
        return;
    for (size_t i = 0; i < mention->street_count; i++) {
        struct lookup_range range =
            register_index_by_address(search->index, mention->streets[i], mention->house_number);
        add_range(search, range, NEIGHBOURS_MOST);
    }
}

/* ---- weighing ------------------------------------------------------------------------------ */

static void add_finding(struct scored *scored, const struct finding *finding)
{
    scored->score += finding->weight;
    if (scored->finding_count < FINDINGS_MOST)
        scored->findings[scored->finding_count++] = *finding;
}

static struct finding finding_at(const char *kind, uint32_t first, uint32_t last, int field,
                                 double weight)
{
    return (struct finding){
        .kind = kind, .first = first, .last = last, .field = field, .weight = weight};
}

static void weigh_codes(const struct search *search, struct scored *scored)
{
    const struct evidence_weights *weights = search->weights;
    for (size_t i = 0; i < search->facts->code_count; i++) {
        const struct code_sighting *code = &search->facts->codes[i];
        if (code->case_id != scored->case_id)
            continue;
        struct finding finding =
            finding_at("code", LETTER_NONE, LETTER_NONE, -1,
                       search->log_cases + (code->is_sheet ? weights->code : weights->number));
        finding.code = code;
        scored->support |= code->is_sheet ? SUPPORT_CODE : SUPPORT_NUMBER;
        add_finding(scored, &finding);
        return;
    }
}

static unsigned cost_to(const struct search *search, const struct number_sighting *sighting,
                        uint32_t case_id)
{
    for (size_t i = 0; i < sighting->hit_count; i++) {
        if (sighting->hits[i].case_id == case_id)
            return sighting->hits[i].cost;
    }
    return edit_distance_number(&search->index->rules->edit_costs, sighting->key,
                                register_index_key(search->index, case_id), EXPLAINED_COST_MOST);
}

bool number_explains(const struct register_index *index, const struct number_sighting *sighting,
                     uint32_t case_id)
{
    const struct search search = {.index = index};
    return cost_to(&search, sighting, case_id) <= EXPLAINED_COST_MOST;
}

static double weigh_number(const struct search *search, const struct number_sighting *sighting,
                           unsigned cost)
{
    const struct evidence_weights *weights = search->weights;
    double weight =
        search->log_cases + weights->number + weights->number_per_slip * cost / EDIT_SLIP;
    if (sighting->role == NUMBER_OURS || sighting->role == NUMBER_LABELLED)
        weight += weights->number_ours;
    if (sighting->role == NUMBER_THEIRS)
        weight += weights->number_theirs;
    if (cost > 0 && sighting->is_checked)
        weight += weights->number_other_valid;
    return weight;
}

static void weigh_numbers(const struct search *search, struct scored *scored)
{
    const struct numbers *numbers = &search->facts->numbers;
    const struct number_sighting *best = NULL;
    double best_weight = 0;
    unsigned best_cost = EDIT_FAR;
    for (size_t i = 0; i < numbers->count; i++) {
        const struct number_sighting *sighting = &numbers->sightings[i];
        unsigned cost = cost_to(search, sighting, scored->case_id);
        if (cost > EXPLAINED_COST_MOST)
            continue;
        double weight =
            cost <= NUMBER_COST_MOST ? weigh_number(search, sighting, cost) : search->weights->slip;
        if (best == NULL || weight > best_weight) {
            best = sighting;
            best_weight = weight;
            best_cost = cost;
        }
    }
    scored->number_cost = best_cost;
    if (best == NULL)
        return;
    struct finding finding = finding_at("case_number", best->first, best->last, -1, best_weight);
    finding.is_broken = best->is_broken;
    if (best->role == NUMBER_THEIRS)
        scored->support |= SUPPORT_NUMBER_THEIRS;
    else
        scored->support |= best_cost == 0 ? SUPPORT_NUMBER : SUPPORT_NUMBER_NEAR;
    add_finding(scored, &finding);
}

bool number_is_another(const struct register_index *index, const struct number_sighting *sighting,
                       uint32_t case_id)
{
    const struct search search = {.index = index};
    if (number_is_exact(sighting))
        return cost_to(&search, sighting, case_id) != 0;
    bool is_ours = sighting->role == NUMBER_OURS || sighting->role == NUMBER_LABELLED;
    bool is_number = sighting->canonical[0] != '\0' ||
                     (sighting->hit_count > 0 && sighting->hits[0].cost <= EDIT_SLIP);
    return is_ours && is_number && !number_explains(index, sighting, case_id);
}

static void weigh_other_numbers(const struct search *search, struct scored *scored)
{
    const struct numbers *numbers = &search->facts->numbers;
    for (size_t i = 0; i < numbers->count; i++) {
        const struct number_sighting *sighting = &numbers->sightings[i];
        if (!number_is_another(search->index, sighting, scored->case_id))
            continue;
        struct finding finding = finding_at("other_case_number", sighting->first, sighting->last,
                                            -1, search->weights->other_number);
        finding.is_broken = sighting->is_broken;
        scored->support |= AGAINST_NUMBER;
        add_finding(scored, &finding);
        return;
    }
}

static double log_rarity(const struct search *search, double bearers, double persons)
{
    return log(search->weights->agrees * (persons + NAME_PRIOR_PERSONS) / (bearers + 0.5));
}

static double weigh_name(const struct search *search, uint32_t person,
                         const struct name_mention *mention, enum name_agreement agreement,
                         bool is_near)
{
    const struct register_index *index = search->index;
    const struct person *one = &index->persons[person];
    double persons = (double)index->person_count;
    double surname = log_rarity(search, dictionary_uses(&index->surnames, one->surname), persons);
    double weight = surname + search->weights->surname;
    if (agreement == NAME_OTHER)
        return weight + search->weights->other_given;
    if (agreement == NAME_SOUNDS)
        return search->weights->name_sounds;
    if (agreement == NAME_FULL || agreement == NAME_PARTLY) {
        double bearers = 1;
        for (uint32_t i = 0; i < one->given_count; i++) {
            double count =
                (double)register_index_by_name(index, one->surname, one->given_names[i]).count;
            bearers = count > bearers ? count : bearers;
        }
        weight = log_rarity(search, bearers, persons);
        weight += agreement == NAME_PARTLY ? search->weights->name_partly : 0;
        weight += mention->is_reversed ? search->weights->reversed : 0;
    }
    return weight + (is_near ? search->weights->near : 0);
}

static void weigh_names(const struct search *search, struct scored *scored)
{
    static const unsigned supports[] = {[NAME_ABSENT] = 0,
                                        [NAME_SOUNDS] = 0,
                                        [NAME_OTHER] = AGAINST_NAME,
                                        [NAME_SURNAME] = SUPPORT_SURNAME,
                                        [NAME_PARTLY] = SUPPORT_NAME_PARTLY,
                                        [NAME_FULL] = SUPPORT_NAME};
    const struct names *names = &search->facts->names;
    struct finding best =
        finding_at("name", LETTER_NONE, LETTER_NONE, PERSON_SURNAME, search->weights->name_missing);
    enum name_agreement best_agreement = NAME_ABSENT;
    bool best_near = false;
    scored->mention = LETTER_NONE;
    for (size_t i = 0; i < names->count; i++) {
        const struct name_mention *mention = &names->mentions[i];
        bool is_near = false;
        enum name_agreement agreement =
            name_agrees(mention, search->index, scored->person, &is_near);
        if (agreement >= NAME_SURNAME && scored->named_count < NAMED_AT_MOST)
            scored->named_at[scored->named_count++] = (uint32_t)i;
        double weight = agreement == NAME_ABSENT
                            ? search->weights->name_missing
                            : weigh_name(search, scored->person, mention, agreement, is_near);
        if (agreement < best_agreement || (agreement == best_agreement && weight <= best.weight))
            continue;
        best = finding_at(agreement == NAME_SOUNDS ? "name_sounds" : "name", mention->first,
                          mention->last, PERSON_SURNAME, weight);
        best_agreement = agreement;
        best_near = is_near;
        scored->mention = (uint32_t)i;
    }
    scored->support |= supports[best_agreement];
    if (best_near)
        scored->support |= SUPPORT_NAME_NEAR;
    add_finding(scored, &best);
}

static enum subject_fit fit_of_case(const struct search *search, const struct subject *subject,
                                    uint32_t case_id)
{
    const struct case_file *file = &search->index->cases[case_id];
    enum subject_fit best = SUBJECT_OTHER;
    for (uint32_t i = 0; i < file->person_count; i++) {
        enum subject_fit fit =
            subject_fits(subject, &search->facts->letter, search->index, file->first_person + i);
        best = fit > best ? fit : best;
    }
    return best;
}

static void add_other_person(const struct search *search, struct scored *scored, size_t subject,
                             const char *kind, double weight)
{
    const struct subject *other = &search->facts->subjects.list[subject];
    struct finding finding = finding_at(kind, other->first, other->last, PERSON_SURNAME, weight);
    add_finding(scored, &finding);
}

/* The letter names its persons; is one of them of this case, and is that the first of them? */
static void weigh_subjects(const struct search *search, struct scored *scored)
{
    const struct subjects *subjects = &search->facts->subjects;
    enum subject_fit best = SUBJECT_OTHER;
    enum subject_fit fit_of_first = SUBJECT_SAME;
    size_t first = 0;
    for (size_t i = 0; i < subjects->count; i++) {
        enum subject_fit fit = fit_of_case(search, &subjects->list[i], scored->case_id);
        best = fit > best ? fit : best;
        if (fit <= SUBJECT_STRANGE)
            scored->support |= AGAINST_OTHERS;
        if (i == 0 || subjects->list[i].first < subjects->list[first].first) {
            first = i;
            fit_of_first = fit;
        }
    }
    if (best != SUBJECT_SAME && (subjects->is_hinted || best > SUBJECT_OTHER))
        scored->support |= AGAINST_UNREAD;
    if (best == SUBJECT_OTHER && subjects->count > 0) {
        scored->support |= AGAINST_SUBJECT;
        add_other_person(search, scored, first, "other_person", search->weights->other_subject);
    } else if (fit_of_first == SUBJECT_OTHER) {
        add_other_person(search, scored, first, "named_later", search->weights->later_person);
    }
}

/* What stands at the token is said of this person: it follows one of their mentions closely
 * (`first_only`: the first one), and no other name begins in between (`name_before`). */
static bool is_said_of(const struct search *search, const struct scored *scored, uint32_t token,
                       uint32_t name_before, bool first_only)
{
    const struct names *names = &search->facts->names;
    for (size_t i = 0; i < scored->named_count; i++) {
        const struct name_mention *mention = &names->mentions[scored->named_at[i]];
        bool is_said = mention->first < token && token <= mention->last + SAID_WITHIN &&
                       (name_before == LETTER_NONE || name_before <= mention->last);
        if (is_said || first_only)
            return is_said;
    }
    return false;
}

static double weigh_date(const struct search *search, const struct scored *scored,
                         const struct date_sighting *sighting, uint32_t birth_date)
{
    if (date_is(&sighting->date, birth_date))
        return (sighting->date.is_short ? search->weights->birth_short : search->weights->birth) +
               (sighting->is_birth ? 0 : search->weights->birth_unlabelled);
    // Somebody else's birth date speaks against nobody else.
    if (!sighting->is_birth ||
        (scored->mention != LETTER_NONE &&
         !is_said_of(search, scored, sighting->first, sighting->name_before, false)))
        return 0;
    return date_differences(&sighting->date, birth_date) == 1 ? search->weights->birth_near
                                                              : search->weights->birth_other;
}

static void weigh_birth_dates(const struct search *search, struct scored *scored)
{
    const struct facts *facts = search->facts;
    uint32_t birth_date = search->index->persons[scored->person].birth_date;
    const struct date_sighting *best = NULL;
    double best_weight = 0;
    for (size_t i = 0; i < facts->date_count && birth_date != 0; i++) {
        double weight = weigh_date(search, scored, &facts->dates[i], birth_date);
        if (weight != 0 && (best == NULL || weight > best_weight)) {
            best = &facts->dates[i];
            best_weight = weight;
        }
    }
    if (best == NULL)
        return;
    bool agrees = date_is(&best->date, birth_date);
    if (agrees && (best->is_birth || !best->date.is_short))
        scored->support |= SUPPORT_BIRTH_DATE;
    if (agrees && (!best->is_birth || best->date.is_short))
        scored->support |= SUPPORT_BIRTH_WEAK;
    if (agrees && !is_said_of(search, scored, best->first, best->name_before, true))
        scored->support |= SUPPORT_BIRTH_LATER;
    if (!agrees && best_weight > 0)
        scored->support |= SUPPORT_BIRTH_NEAR;
    if (best_weight < 0)
        scored->support |= AGAINST_BIRTH_DATE;
    struct finding finding =
        finding_at("birth_date", best->first, best->last, PERSON_BIRTH_DATE, best_weight);
    add_finding(scored, &finding);
}

/* Against an address that agrees wholly: what is missing of it. */
static double weigh_address(const struct search *search, const struct address_mention *mention,
                            enum address_agreement agreement, double rarity)
{
    const struct evidence_weights *weights = search->weights;
    if (agreement == ADDRESS_HOUSE_NEAR)
        return weights->house_near;
    return rarity + (agreement == ADDRESS_STREET_ONLY ? weights->street_only : 0) +
           (mention->is_near ? weights->near : 0);
}

struct address_fit {
    const struct address_mention *mention; /* NULL: no address agrees */
    enum address_agreement agreement;
    double weight;
    bool is_other; /* persons live at other addresses in the letter */
};

static struct address_fit fit_addresses(const struct search *search, const struct scored *scored)
{
    const struct addresses *addresses = &search->facts->addresses;
    const struct person *person = &search->index->persons[scored->person];
    struct address_fit fit = {.weight = search->weights->other_address};
    double rarity = log_rarity(
        search,
        (double)register_index_by_address(search->index, person->street, person->house_number)
            .count,
        (double)search->index->person_count);
    for (size_t i = 0; i < addresses->count; i++) {
        const struct address_mention *mention = &addresses->mentions[i];
        enum address_agreement agreement = address_agrees(mention, search->index, scored->person);
        fit.is_other = fit.is_other || !mention->is_institution;
        if (agreement == ADDRESS_ABSENT)
            continue;
        double weight = weigh_address(search, mention, agreement, rarity);
        if (fit.mention == NULL || weight > fit.weight) {
            fit.mention = mention;
            fit.agreement = agreement;
            fit.weight = weight;
        }
    }
    return fit;
}

static void weigh_addresses(const struct search *search, struct scored *scored)
{
    struct address_fit fit = fit_addresses(search, scored);
    const struct address_mention *mention = fit.mention;
    if (mention == NULL && !fit.is_other)
        return;
    struct finding finding =
        finding_at("address", mention == NULL ? LETTER_NONE : mention->first,
                   mention == NULL ? LETTER_NONE : mention->last, PERSON_STREET, fit.weight);
    if (mention == NULL)
        scored->support |= AGAINST_ADDRESS;
    else if (fit.agreement != ADDRESS_HOUSE_NEAR)
        scored->support |= SUPPORT_ADDRESS;
    if (mention != NULL && fit.agreement == ADDRESS_FULL && !mention->is_near)
        scored->support |= SUPPORT_ADDRESS_WHOLE;
    if (mention != NULL && !is_said_of(search, scored, mention->first,
                                       facts_name_before(search->facts, mention->first), true))
        scored->support |= SUPPORT_ADDRESS_LATER;
    add_finding(scored, &finding);
}

static void weigh_identifiers(const struct search *search, struct scored *scored)
{
    const struct facts *facts = search->facts;
    for (size_t i = 0; i < facts->identifier_count; i++) {
        const struct identifier_sighting *sighting = &facts->identifiers[i];
        enum identifier_kind kind = sighting->identifier.kind;
        if (!register_index_has_identifier(search->index, scored->person, &sighting->identifier))
            continue;
        bool is_match = search->index->rules->identifiers[kind] == IDENTIFIER_MATCH;
        struct finding finding =
            finding_at(identifier_name(kind), sighting->first, sighting->last, PERSON_IDENTIFIERS,
                       is_match ? search->log_cases + search->weights->identifier : 0);
        if (is_match)
            scored->support |= SUPPORT_IDENTIFIER;
        add_finding(scored, &finding);
        if (is_match)
            return;
    }
}

static void weigh_status(const struct search *search, struct scored *scored)
{
    if (!search->index->cases[scored->case_id].is_closed)
        return;
    struct finding finding =
        finding_at("closed_case", LETTER_NONE, LETTER_NONE, -1, search->weights->closed);
    add_finding(scored, &finding);
}

static void weigh_person(const struct search *search, struct scored *scored)
{
    weigh_codes(search, scored);
    weigh_numbers(search, scored);
    weigh_other_numbers(search, scored);
    weigh_names(search, scored);
    weigh_subjects(search, scored);
    weigh_birth_dates(search, scored);
    weigh_addresses(search, scored);
    weigh_identifiers(search, scored);
    weigh_status(search, scored);
}

/* Any order that is not that of the rows. */
static bool is_before(const struct register_index *index, uint32_t left, uint32_t right)
{
    int order = strcmp(register_index_field(index, left, PERSON_GIVEN_NAMES),
                       register_index_field(index, right, PERSON_GIVEN_NAMES));
    if (order == 0)
        order = strcmp(register_index_field(index, left, PERSON_BIRTH_DATE),
                       register_index_field(index, right, PERSON_BIRTH_DATE));
    return order < 0;
}

/* A case is as likely as the person of it that fits best. */
static void weigh_case(const struct search *search, struct scored *scored)
{
    const struct case_file *file = &search->index->cases[scored->case_id];
    for (uint32_t i = 0; i < file->person_count; i++) {
        struct scored one = {.case_id = scored->case_id,
                             .case_number = scored->case_number,
                             .person = file->first_person + i};
        weigh_person(search, &one);
        if (i == 0 || one.score > scored->score ||
            (one.score == scored->score && is_before(search->index, one.person, scored->person)))
            *scored = one;
    }
}

/* ---- order and probability ----------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct scored *one = left;
    const struct scored *other = right;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return strcmp(one->case_number, other->case_number);
}

static bool is_excluded(size_t at, const size_t *excluded, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (excluded[i] == at)
            return true;
    }
    return false;
}

/* How much likelier than it, in sum, are the other candidates and "nobody we know"; `is_bare`:
 * without what was known before. Summed up in the order of the list, which does not depend on the
 * order in which they were found. */
static double sum_rivals(const struct candidates *candidates, size_t at, double own,
                         const size_t *excluded, size_t excluded_count, bool is_bare)
{
    own -= is_bare ? candidates->list[at].known : 0;
    double rest = exp(candidates->nobody - own);
    for (size_t i = 0; i < candidates->count; i++) {
        const struct scored *other = &candidates->list[i];
        if (i != at && !is_excluded(i, excluded, excluded_count))
            rest += exp(other->log_odds - (is_bare ? other->known : 0) - own);
    }
    return rest;
}

/* The curve was measured on what letters say themselves: what was known before is added to what
 * comes out of it. */
double candidates_probability(const struct candidates *candidates,
                              const struct evidence_weights *weights, size_t at, double own,
                              const size_t *excluded, size_t excluded_count)
{
    double rest = sum_rivals(candidates, at, own, excluded, excluded_count, false);
    double bare = sum_rivals(candidates, at, own, excluded, excluded_count, true);
    return weights_probability(weights, -log(bare), log(bare) - log(rest));
}

/* The calibration is the best one's. What it leaves, the others and "nobody we know" share as their
 * evidence says; none of them gets more than the best. */
static void normalise(const struct search *search)
{
    struct candidates *candidates = search->candidates;
    double prior = log(search->weights->prior_known) - search->log_cases;
    candidates->nobody = log(1 - search->weights->prior_known);
    for (size_t i = 0; i < candidates->count; i++)
        candidates->list[i].log_odds = candidates->list[i].score + prior;
    if (candidates->count == 0)
        return;
    struct scored *best = &candidates->list[0];
    best->probability =
        candidates_probability(candidates, search->weights, 0, best->log_odds, NULL, 0);
    double rest = exp(candidates->nobody - best->log_odds);
    for (size_t i = 1; i < candidates->count; i++)
        rest += exp(candidates->list[i].log_odds - best->log_odds);
    for (size_t i = 1; i < candidates->count; i++) {
        double part = exp(candidates->list[i].log_odds - best->log_odds) / rest;
        double probability = (1 - best->probability) * part;
        candidates->list[i].probability =
            probability < best->probability ? probability : best->probability;
    }
}

/* ---- what the office knew before ------------------------------------------------------------- */

/* Any letter fits a request that names no kind. */
static const double ANY_PAPER = 0.5;

static bool is_of_kind(const struct known_fact *fact, const char *kind)
{
    return fact->kind[0] == '\0' || (kind != NULL && strcmp(fact->kind, kind) == 0);
}

/* What is known of a candidate: the strongest fact of either sort (how near another document of
 * its case came in, and what was asked for). Of equal ones the first in the order of sources. */
struct known_of_case {
    struct scored *scored;
    bool is_excluded;
    const struct known_fact *near, *expected;
};

static bool is_stronger(const struct known_fact *fact, const struct known_fact *than)
{
    if (than == NULL || fact->what != than->what)
        return than == NULL || fact->what > than->what;
    bool is_named = fact->kind[0] != '\0', was_named = than->kind[0] != '\0';
    return is_named == was_named ? strcmp(fact->source, than->source) < 0 : is_named;
}

static void take_fact(struct known_of_case *known, const struct known_fact *fact, const char *kind)
{
    if (fact->what == KNOWN_EXCLUDED)
        known->is_excluded = true;
    else if (fact->what != KNOWN_EXPECTED)
        known->near = is_stronger(fact, known->near) ? fact : known->near;
    else if (is_of_kind(fact, kind) && is_stronger(fact, known->expected))
        known->expected = fact;
}

static int compare_known(const void *left, const void *right)
{
    const struct known_of_case *one = left, *other = right;
    return strcmp(one->scored->case_number, other->scored->case_number);
}

static int compare_fact(const void *fact, const void *known)
{
    return strcmp(((const struct known_fact *)fact)->case_number,
                  ((const struct known_of_case *)known)->scored->case_number);
}

/* At least two kinds of evidence name the candidate. */
static bool has_two_kinds(unsigned support)
{
    static const unsigned kinds[] = {SUPPORT_CODE | SUPPORT_NUMBER | SUPPORT_NUMBER_NEAR |
                                         SUPPORT_NUMBER_THEIRS,
                                     SUPPORT_NAME | SUPPORT_NAME_PARTLY | SUPPORT_SURNAME,
                                     SUPPORT_BIRTH_DATE, SUPPORT_ADDRESS, SUPPORT_IDENTIFIER};
    size_t count = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        count += (support & kinds[i]) != 0;
    return count >= 2;
}

/* Beside a lone name or number it weighs nothing and is only shown: how far it can be trusted there
 * depends on an office's mail more than on anything measured. */
static void add_known(struct scored *scored, const char *kind, double weight,
                      const struct known_fact *fact)
{
    double counted = has_two_kinds(scored->support) ? weight : 0;
    struct finding finding = finding_at(kind, LETTER_NONE, LETTER_NONE, -1, counted);
    finding.source = fact->source;
    scored->known += counted;
    add_finding(scored, &finding);
}

static void weigh_known(const struct known_of_case *known, const struct evidence_weights *weights)
{
    static const char *const kinds[] = {[KNOWN_BATCH] = "same_batch",
                                        [KNOWN_ENVELOPE] = "same_envelope",
                                        [KNOWN_SUBMISSION] = "same_submission"};
    struct scored *scored = known->scored;
    bool is_named = scored->score > 0;
    if (is_named && known->expected != NULL)
        add_known(scored, "expected_paper",
                  known->expected->kind[0] == '\0' ? weights->expected * ANY_PAPER
                                                   : weights->expected,
                  known->expected);
    if (is_named && known->near != NULL)
        add_known(scored, kinds[known->near->what],
                  known->near->what == KNOWN_BATCH ? weights->batch : weights->envelope,
                  known->near);
}

/* Only what other evidence names is lifted. What is known of no candidate cannot matter, and is
 * not kept. */
static void weigh_context(const struct search *search, const struct classify_context *context,
                          const char *kind)
{
    struct candidates *candidates = search->candidates;
    struct known_of_case known[CANDIDATES_MOST];
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++)
        known[i] = (struct known_of_case){.scored = &candidates->list[i]};
    qsort(known, candidates->count, sizeof *known, compare_known);
    for (size_t i = 0; i < context->count; i++) {
        const struct known_fact *fact = &context->facts[i];
        struct known_of_case *of =
            bsearch(fact, known, candidates->count, sizeof *known, compare_fact);
        if (of == NULL)
            continue;
        take_fact(of, fact, kind);
        known_fact_append(&candidates->known, fact);
    }
    for (size_t i = 0; i < candidates->count; i++) {
        weigh_known(&known[i], search->weights);
        known[i].scored->is_excluded = known[i].is_excluded;
    }
    for (size_t i = 0; i < candidates->count; i++)
        if (!candidates->list[i].is_excluded)
            candidates->list[kept++] = candidates->list[i];
    candidates->count = kept;
}

enum status candidates_find(struct candidates *candidates, const struct facts *facts,
                            const struct register_index *index,
                            const struct classify_context *context, const char *kind,
                            struct fault *fault)
{
    *candidates = (struct candidates){.list = calloc(CANDIDATES_MOST, sizeof *candidates->list)};
    if (candidates->list == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to classify a letter");
    double cases = index->case_count > CASES_LEAST ? (double)index->case_count : CASES_LEAST;
    struct search search = {facts, index, candidates, &index->rules->weights, log(cases)};
    // The surest first: there is room for CANDIDATES_MOST.
    add_by_number(&search);
    for (size_t i = 0; i < facts->names.count; i++)
        add_by_births(&search, &facts->names.mentions[i]);
    for (size_t i = 0; i < facts->addresses.count; i++)
        add_by_address(&search, &facts->addresses.mentions[i]);
    for (size_t i = 0; i < facts->names.count; i++)
        add_by_name(&search, &facts->names.mentions[i]);
    for (size_t i = 0; i < candidates->count; i++)
        weigh_case(&search, &candidates->list[i]);
    if (context != NULL)
        weigh_context(&search, context, kind);
    // Sorted before it is summed up: the order in which they were found must not matter.
    qsort(candidates->list, candidates->count, sizeof *candidates->list, compare);
    normalise(&search);
    return STATUS_OK;
}
