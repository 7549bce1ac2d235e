/* register_index.c - see register_index.h and classify.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/edit_distance.h"
#include "classify/fold.h"
#include "classify/register_index.h"

enum { PERSONS_LEAST = 256, KEY_LENGTHS_MOST = 63, NUMBER_RANGE_MOST = 4096 };

/* What the register's status column says of a case that is over, folded beginnings. */
static const char *const CLOSED_STATUS[] = {"beendet", "geschlossen", "abgeschlossen",
                                            "closed",  "eingestellt", "archiv"};

enum status register_index_new(const struct rules *rules, struct register_index **ret_index,
                               struct fault *fault)
{
    struct register_index *index = calloc(1, sizeof *index);
    if (index == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the register index");
    index->rules = rules;
    *ret_index = index;
    return STATUS_OK;
}

void register_index_free(struct register_index **index_p)
{
    struct register_index *index = *index_p;
    if (index == NULL)
        return;
    free(index->persons);
    free(index->cases);
    free(index->case_keys);
    struct dictionary *const dictionaries[] = {
        &index->numbers, &index->teams,         &index->surnames, &index->given_names,
        &index->streets, &index->house_numbers, &index->cities,   &index->number_words};
    for (size_t i = 0; i < sizeof dictionaries / sizeof *dictionaries; i++)
        dictionary_done(dictionaries[i]);
    struct lookup *const lookups[] = {&index->by_number, &index->by_name, &index->by_birth,
                                      &index->by_address, &index->by_identifier};
    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
        lookup_done(lookups[i]);
    text_done(&index->words);
    text_done(&index->keys);
    free(index);
    *index_p = NULL;
}

size_t register_index_persons(const struct register_index *index)
{
    return index->person_count;
}

/* ---- adding -------------------------------------------------------------------------------- */

static bool reserve(struct register_index *index)
{
    if (index->person_count == index->person_capacity) {
        size_t capacity = index->person_capacity == 0 ? PERSONS_LEAST : index->person_capacity * 2;
        struct person *persons = realloc(index->persons, capacity * sizeof *persons);
        if (persons == NULL)
            return false;
        index->persons = persons;
        index->person_capacity = capacity;
    }
    if ((size_t)index->numbers.count + 2 > index->case_capacity) {
        size_t capacity = index->case_capacity == 0 ? PERSONS_LEAST : index->case_capacity * 2;
        struct case_file *cases = realloc(index->cases, capacity * sizeof *cases);
        if (cases == NULL)
            return false;
        index->cases = cases;
        index->case_capacity = capacity;
    }
    return true;
}

/* Learns how the register's numbers look: their lengths and the words in them. */
static void learn_shape(struct register_index *index, const char *number, size_t key_length)
{
    if (key_length <= KEY_LENGTHS_MOST)
        index->key_lengths |= (uint64_t)1 << key_length;
    char word[FOLD_WORD_BYTES];
    size_t length = 0;
    for (;; number++) {
        if (*number != '\0' && !ascii_is_digit(*number) &&
            (ascii_is_letter(*number) || (unsigned char)*number >= 0x80)) {
            if (length + 1 < sizeof word)
                word[length++] = *number;
            continue;
        }
        word[length] = '\0';
        char folded[FOLD_WORD_BYTES];
        if (length > 0 && fold_word(word, folded) > 0)
            (void)dictionary_add(&index->number_words, folded);
        length = 0;
        if (*number == '\0')
            return;
    }
}

static void add_number(struct register_index *index, uint32_t case_id, const char *number)
{
    char key[FOLD_KEY_BYTES];
    size_t length = fold_number(number, key);
    if (index->case_key_count == index->case_key_capacity) {
        size_t capacity =
            index->case_key_capacity == 0 ? PERSONS_LEAST : index->case_key_capacity * 2;
        struct case_key *keys = realloc(index->case_keys, capacity * sizeof *keys);
        if (keys == NULL) {
            index->keys.failed = true;
            return;
        }
        index->case_keys = keys;
        index->case_key_capacity = capacity;
    }
    uint32_t at = (uint32_t)index->case_key_count++;
    index->case_keys[at] = (struct case_key){case_id, (uint32_t)index->keys.length};
    text_append_bytes(&index->keys, key, length + 1);
    learn_shape(index, number, length);
    for (size_t left_out = 0; left_out <= length && length > 0; left_out++)
        lookup_add(&index->by_number, hash_without(key, length, left_out), at);
}

static uint32_t add_case(struct register_index *index, const char *number)
{
    uint32_t case_id = dictionary_add(&index->numbers, number);
    if (case_id == DICTIONARY_NONE || case_id <= index->case_count)
        return case_id;
    index->case_count = case_id;
    index->cases[case_id] = (struct case_file){.key = (uint32_t)index->keys.length};
    add_number(index, case_id, number);
    return case_id;
}

/* Numbers that the case had before are numbers of the case. */
static void add_old_numbers(struct register_index *index, uint32_t case_id, const char *numbers)
{
    while (*numbers != '\0') {
        size_t length = strcspn(numbers, ";");
        char number[FOLD_WORD_BYTES];
        if (length > 0 && length < sizeof number) {
            memcpy(number, numbers, length);
            number[length] = '\0';
            add_number(index, case_id, number + strspn(number, " "));
        }
        numbers += length + (numbers[length] == ';' ? 1 : 0);
    }
}

/* Given names are parted by blanks and hyphens. */
static void add_given_names(struct register_index *index, const char *names, struct person *person)
{
    while (*names != '\0') {
        size_t length = strcspn(names, " -");
        char word[FOLD_WORD_BYTES];
        char folded[FOLD_WORD_BYTES];
        if (length > 0 && length < sizeof word && person->given_count < PERSON_GIVEN_NAMES_MOST) {
            memcpy(word, names, length);
            word[length] = '\0';
            fold_word(word, folded);
            uint32_t number = dictionary_add(&index->given_names, folded);
            if (number != DICTIONARY_NONE)
                person->given_names[person->given_count++] = number;
        }
        names += length + (names[length] == '\0' ? 0 : 1);
    }
}

/* Keeps the identifiers that may be used, and only those. */
static void append_identifiers(struct register_index *index, const char *entries)
{
    while (*entries != '\0') {
        size_t length = strcspn(entries, ";");
        char *entry = string_copy_bytes(entries, length);
        struct identifier identifier;
        if (entry == NULL) {
            index->words.failed = true;
            return;
        }
        char *start = entry + strspn(entry, " ");
        if (identifier_recognise(&index->rules->identifier_patterns, start, &identifier) &&
            index->rules->identifiers[identifier.kind] != IDENTIFIER_NEVER)
            text_append_format(&index->words, "%c%s ", 'a' + (int)identifier.kind,
                               identifier.folded);
        free(entry);
        entries += length + (entries[length] == ';' ? 1 : 0);
    }
    text_append_char(&index->words, '\0');
}

static void append_words(struct register_index *index, const struct register_person *person)
{
    const char *const fields[] = {person->surname, person->given_names,  person->birth_date,
                                  person->street,  person->house_number, person->postcode,
                                  person->city};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        text_append_bytes(&index->words, fields[i], strlen(fields[i]) + 1);
    append_identifiers(index, person->other_ids);
}

static bool is_closed(const char *status)
{
    char folded[FOLD_WORD_BYTES];
    fold_word(status, folded);
    for (size_t i = 0; i < sizeof CLOSED_STATUS / sizeof *CLOSED_STATUS; i++) {
        if (strncmp(folded, CLOSED_STATUS[i], strlen(CLOSED_STATUS[i])) == 0)
            return true;
    }
    return false;
}

static uint32_t add_word(struct dictionary *dictionary, const char *word)
{
    char folded[FOLD_WORD_BYTES];
    fold_word(word, folded);
    return dictionary_add(dictionary, folded);
}

static uint32_t read_postcode(const char *postcode)
{
    uint32_t value = 0;
    for (; ascii_is_digit(*postcode) && value < 100000; postcode++)
        value = value * 10 + (uint32_t)(*postcode - '0');
    return value;
}

enum status register_index_add(struct register_index *index, const struct register_person *person,
                               struct fault *fault)
{
    if (index->is_finished)
        return fault_set(fault, STATUS_HALT, "the register index is already finished");
    if (!reserve(index))
        return fault_set(fault, STATUS_LATER, "no memory for the register index");
    struct person added = {.case_id = add_case(index, person->case_number)};
    if (added.case_id == CASE_NONE)
        return index->numbers.failed
                   ? fault_set(fault, STATUS_LATER, "no memory for the register index")
                   : fault_set(fault, STATUS_REFUSE, "a person without a case number");
    char street[FOLD_WORD_BYTES];
    fold_street(person->street, street);
    added.surname = add_word(&index->surnames, person->surname);
    add_given_names(index, person->given_names, &added);
    added.street = dictionary_add(&index->streets, street);
    added.house_number = add_word(&index->house_numbers, person->house_number);
    added.city = add_word(&index->cities, person->city);
    added.postcode = read_postcode(person->postcode);
    added.birth_date = date_from_iso(person->birth_date);
    added.words = index->words.length;
    append_words(index, person);
    struct case_file *file = &index->cases[added.case_id];
    file->team = dictionary_add(&index->teams, person->team);
    file->is_closed = file->is_closed || person->is_closed || is_closed(person->status);
    file->is_blocked = file->is_blocked || person->is_blocked;
    if (person->old_numbers != NULL && file->person_count == 0)
        add_old_numbers(index, added.case_id, person->old_numbers);
    file->person_count++;
    index->persons[index->person_count++] = added;
    return STATUS_OK;
}

/* ---- finishing ----------------------------------------------------------------------------- */

/* Puts the persons of a case side by side, in the order of their adding. */
static bool sort_persons(struct register_index *index)
{
    struct person *sorted = malloc((index->person_count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return false;
    uint32_t start = 0;
    for (uint32_t id = 1; id <= index->case_count; id++) {
        index->cases[id].first_person = start;
        start += index->cases[id].person_count;
        index->cases[id].person_count = 0;
    }
    for (size_t i = 0; i < index->person_count; i++) {
        struct case_file *file = &index->cases[index->persons[i].case_id];
        sorted[file->first_person + file->person_count++] = index->persons[i];
    }
    free(index->persons);
    index->persons = sorted;
    index->person_capacity = index->person_count + 1;
    return true;
}

static void index_person(struct register_index *index, uint32_t number)
{
    const struct person *person = &index->persons[number];
    for (uint32_t i = 0; i < person->given_count; i++)
        lookup_add(&index->by_name, hash_numbers(person->surname, person->given_names[i]), number);
    if (person->birth_date != 0)
        lookup_add(&index->by_birth, hash_numbers(person->birth_date, person->surname), number);
    if (person->street != DICTIONARY_NONE)
        lookup_add(&index->by_address, hash_numbers(person->street, person->house_number), number);
    const char *entry = register_index_field(index, number, PERSON_IDENTIFIERS);
    while (*entry != '\0') {
        size_t length = strcspn(entry, " ");
        lookup_add(&index->by_identifier, hash_bytes(entry, length), number);
        entry += length + 1;
    }
}

enum status register_index_finish(struct register_index *index, struct fault *fault)
{
    bool complete = text_ok(&index->words) && text_ok(&index->keys) && sort_persons(index);
    for (size_t i = 0; complete && i < index->person_count; i++)
        index_person(index, (uint32_t)i);
    struct dictionary *const dictionaries[] = {&index->surnames, &index->given_names,
                                               &index->streets, &index->cities,
                                               &index->number_words};
    for (size_t i = 0; i < sizeof dictionaries / sizeof *dictionaries; i++)
        complete = dictionary_finish(dictionaries[i]) && complete;
    struct lookup *const lookups[] = {&index->by_number, &index->by_name, &index->by_birth,
                                      &index->by_address, &index->by_identifier};
    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
        complete = lookup_finish(lookups[i]) && complete;
    if (!complete || index->house_numbers.failed || index->teams.failed)
        return fault_set(fault, STATUS_LATER, "no memory for the register index");
    index->is_finished = true;
    return STATUS_OK;
}

/* ---- asking -------------------------------------------------------------------------------- */

const char *register_index_number(const struct register_index *index, uint32_t case_id)
{
    return dictionary_word(&index->numbers, case_id);
}

const char *register_index_team(const struct register_index *index, uint32_t case_id)
{
    return dictionary_word(&index->teams, index->cases[case_id].team);
}

const char *register_index_key(const struct register_index *index, uint32_t case_id)
{
    return index->keys.bytes + index->cases[case_id].key;
}

const char *register_index_field(const struct register_index *index, uint32_t person,
                                 enum person_field field)
{
    const char *word = index->words.bytes + index->persons[person].words;
    for (unsigned i = 0; i < (unsigned)field; i++)
        word += strlen(word) + 1;
    return word;
}

uint32_t register_index_case(const struct register_index *index, const char *case_number)
{
    return dictionary_find(&index->numbers, case_number);
}

static void identifier_entry(const struct identifier *identifier,
                             char ret_entry[FOLD_KEY_BYTES + 1])
{
    ret_entry[0] = (char)('a' + (int)identifier->kind);
    memcpy(ret_entry + 1, identifier->folded, FOLD_KEY_BYTES);
}

bool register_index_has_identifier(const struct register_index *index, uint32_t person,
                                   const struct identifier *identifier)
{
    char wanted[FOLD_KEY_BYTES + 1];
    identifier_entry(identifier, wanted);
    size_t wanted_length = strlen(wanted);
    const char *entry = register_index_field(index, person, PERSON_IDENTIFIERS);
    while (*entry != '\0') {
        size_t length = strcspn(entry, " ");
        if (length == wanted_length && memcmp(entry, wanted, length) == 0)
            return true;
        entry += length + 1;
    }
    return false;
}

struct lookup_range register_index_by_name(const struct register_index *index, uint32_t surname,
                                           uint32_t given_name)
{
    return lookup_find(&index->by_name, hash_numbers(surname, given_name));
}

struct lookup_range register_index_by_birth(const struct register_index *index, uint32_t birth_date,
                                            uint32_t surname)
{
    return lookup_find(&index->by_birth, hash_numbers(birth_date, surname));
}

struct lookup_range register_index_by_address(const struct register_index *index, uint32_t street,
                                              uint32_t house_number)
{
    return lookup_find(&index->by_address, hash_numbers(street, house_number));
}

struct lookup_range register_index_by_identifier(const struct register_index *index,
                                                 const struct identifier *identifier)
{
    char entry[FOLD_KEY_BYTES + 1];
    identifier_entry(identifier, entry);
    return lookup_find(&index->by_identifier, hash_bytes(entry, strlen(entry)));
}

/* ---- numbers ------------------------------------------------------------------------------- */

struct number_search {
    const struct register_index *index;
    const char *key; /* as read */
    unsigned most_cost;
    struct number_hit *hits;
    size_t count;
    size_t most;
};

static struct number_hit *find_hit(struct number_search *search, uint32_t case_id)
{
    for (size_t i = 0; i < search->count; i++) {
        if (search->hits[i].case_id == case_id)
            return &search->hits[i];
    }
    return NULL;
}

/* A free place, or that of a worse hit; NULL when all are better. Which numbers are kept does not
 * depend on the order of the register. */
static struct number_hit *place_for(struct number_search *search, uint32_t case_id, unsigned cost)
{
    if (search->count < search->most)
        return &search->hits[search->count++];
    struct number_hit *worst = NULL;
    const char *number = register_index_number(search->index, case_id);
    for (size_t i = 0; i < search->count; i++) {
        struct number_hit *hit = &search->hits[i];
        const char *other = register_index_number(search->index, hit->case_id);
        bool is_worse = worst == NULL || hit->cost > worst->cost ||
                        (hit->cost == worst->cost &&
                         strcmp(other, register_index_number(search->index, worst->case_id)) > 0);
        worst = is_worse ? hit : worst;
    }
    if (worst == NULL || cost > worst->cost ||
        (cost == worst->cost &&
         strcmp(number, register_index_number(search->index, worst->case_id)) > 0))
        return NULL;
    return worst;
}

static void take_range(struct number_search *search, struct lookup_range range)
{
    const struct register_index *index = search->index;
    for (size_t i = 0; i < range.count && i < NUMBER_RANGE_MOST; i++) {
        const struct case_key *found = &index->case_keys[range.entries[i].value];
        struct number_hit *hit = find_hit(search, found->case_id);
        unsigned cost = edit_distance_number(&index->rules->edit_costs, search->key,
                                             index->keys.bytes + found->key, search->most_cost);
        if (cost == EDIT_FAR || (hit != NULL && hit->cost <= cost))
            continue;
        if (hit == NULL)
            hit = place_for(search, found->case_id, cost);
        if (hit != NULL)
            *hit = (struct number_hit){found->case_id, cost};
    }
}

/* All registered numbers one edit away from `key`. */
static void take_neighbours(struct number_search *search, const char *key, size_t length)
{
    for (size_t left_out = 0; left_out <= length; left_out++)
        take_range(search,
                   lookup_find(&search->index->by_number, hash_without(key, length, left_out)));
}

size_t register_index_by_number(const struct register_index *index, const char *key,
                                unsigned most_cost, struct number_hit *ret_hits, size_t most)
{
    struct number_search search = {index, key, most_cost, ret_hits, 0, most};
    size_t length = strlen(key);
    if (length == 0 || length >= FOLD_KEY_BYTES)
        return 0;
    take_neighbours(&search, key, length);
    if (search.count > 0)
        return search.count;
    char changed[FOLD_KEY_BYTES];
    memcpy(changed, key, length + 1);
    for (size_t i = 0; i < length; i++) {
        for (const char *other = edit_meant_by(&index->rules->edit_costs, key[i]); *other != '\0';
             other++) {
            changed[i] = *other;
            take_neighbours(&search, changed, length);
        }
        changed[i] = key[i];
    }
    return search.count;
}
