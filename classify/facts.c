/* facts.c - see facts.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/facts.h"
#include "classify/words.h"

enum { BIRTH_LABEL_TOKENS = 3, BESIDE_LABEL_MOST = 3 };

static const double FORM_ROW_SLACK = 0.6; /* heights */

/* What our return sheets write before the number in their code. */
static const char CODE_PREFIX[] = "AZ:";

static const char *const BIRTH_WORDS[] = {"geb",          "geboren",     "geborene", "geborener",
                                          "geburtsdatum", "gebdatum",    "gebdat",   "geburtstag",
                                          "geburtsdat",   "geburtsname", "gebam"};

static bool is_birth_word(const struct letter *letter, uint32_t token)
{
    if (IS_LIKE_ONE_OF(letter_folded(letter, token), BIRTH_WORDS))
        return true;
    return strcmp(letter_text(letter, token), "*") == 0;
}

/* "geb. 12.3.1961", "geboren am", "*12.3.1961", or the row "Geburtsdatum" of a form. */
static bool is_birth_date(const struct letter *letter, uint32_t first)
{
    if (letter_text(letter, first)[0] == '*')
        return true;
    for (uint32_t i = 1; i <= BIRTH_LABEL_TOKENS && i <= first; i++) {
        const struct token *token = &letter->tokens[first - i];
        if (token->page != letter->tokens[first].page || token->digits > 0)
            break;
        if (is_birth_word(letter, first - i))
            return true;
    }
    uint32_t beside[LETTER_BESIDE_MOST];
    size_t count = letter_beside(letter, first, FORM_ROW_SLACK, beside);
    for (size_t i = 0; i < count && i < BESIDE_LABEL_MOST; i++) {
        if (letter->tokens[beside[i]].digits > 0)
            break;
        if (is_birth_word(letter, beside[i]))
            return true;
    }
    return false;
}

/* "25.02, 2026": tokens are cut at commas, so the comma between them is not in the text. */
static bool is_cut_at_comma(const struct letter *letter, const struct date_sighting *sighting)
{
    return sighting->last == sighting->first + 1 &&
           letter->tokens[sighting->first].ends_with_comma &&
           strchr(letter_text(letter, sighting->first), '.') != NULL;
}

static void find_dates(struct facts *facts, const struct rules *rules, const struct stream *stream,
                       size_t own)
{
    struct date date;
    for (size_t from = 0; date_find(&rules->date_patterns, text_string(&stream->text),
                                    stream->text.length, from, &date);
         from = date.end) {
        if (date.start >= own || facts->date_count == FACTS_DATES_MOST)
            return;
        struct date_sighting sighting = {
            .date = date,
            .first = stream_token(stream, date.start),
            .last = stream_token(stream, date.end - 1),
        };
        sighting.is_birth = is_birth_date(&facts->letter, sighting.first);
        sighting.date.is_loose = date.is_loose && !is_cut_at_comma(&facts->letter, &sighting);
        if (sighting.date.is_loose && !sighting.is_birth)
            continue;
        facts->dates[facts->date_count++] = sighting;
    }
}

static void find_identifiers(struct facts *facts, const struct rules *rules,
                             const struct stream *stream, size_t own)
{
    for (size_t kind = 0; kind < IDENTIFIER_KINDS; kind++) {
        struct identifier identifier;
        if (rules->identifiers[kind] == IDENTIFIER_NEVER)
            continue;
        for (size_t from = 0;
             identifier_find(&rules->identifier_patterns, (enum identifier_kind)kind,
                             text_string(&stream->text), stream->text.length, from, &identifier);
             from = identifier.end) {
            if (identifier.start >= own || facts->identifier_count == FACTS_IDENTIFIERS_MOST)
                break;
            facts->identifiers[facts->identifier_count++] = (struct identifier_sighting){
                .identifier = identifier,
                .first = stream_token(stream, identifier.start),
                .last = stream_token(stream, identifier.end - 1),
            };
        }
    }
}

/* The case a code's text names: as it is, or as the only registered number that folds alike. */
static uint32_t find_code_case(const struct register_index *index, const char *text)
{
    uint32_t case_id = register_index_case(index, text);
    struct number_hit hits[2];
    char key[FOLD_KEY_BYTES];
    if (case_id != CASE_NONE || fold_number(text, key) == 0)
        return case_id;
    size_t count = register_index_by_number(index, key, 0, hits, 2);
    return count == 1 ? hits[0].case_id : CASE_NONE;
}

/* What a code says of a case; false when it says nothing of one. Return sheets of ours carry a
 * seal: without the key, or with a seal that is wrong, the code is a number like any other. */
static bool read_code(const struct register_index *index, const char *code,
                      struct code_sighting *sighting)
{
    struct sheet sheet;
    if (sheet_read(code, &sheet) == SHEET_GOOD) {
        const struct rules *rules = index->rules;
        if (sheet.kind != SHEET_RETURN)
            return false;
        sighting->is_sheet = rules->has_sheet_key && sheet_seal_is_valid(&rules->sheet_key, &sheet);
        sighting->case_id = find_code_case(index, sheet.case_number);
        return true;
    }
    bool is_ours = string_starts_with(code, CODE_PREFIX);
    code += is_ours ? strlen(CODE_PREFIX) : 0;
    sighting->is_sheet = true;
    sighting->case_id = find_code_case(index, code + strspn(code, " "));
    return is_ours || sighting->case_id != CASE_NONE;
}

static void find_codes(struct facts *facts, const struct reading *reading,
                       const struct register_index *index)
{
    for (uint32_t i = 0; i < reading->page_count; i++) {
        const struct reading_page *page = &reading->pages[i];
        for (uint32_t k = 0; k < page->code_count && facts->code_count < FACTS_CODES_MOST; k++) {
            struct code_sighting sighting = {.code = &page->codes[k], .page = page->number};
            if (read_code(index, page->codes[k].text, &sighting))
                facts->codes[facts->code_count++] = sighting;
        }
    }
}

uint32_t facts_name_before(const struct facts *facts, uint32_t token)
{
    uint32_t last = LETTER_NONE;
    for (size_t i = 0; i < facts->names.count; i++) {
        const struct name_mention *mention = &facts->names.mentions[i];
        if (mention->given_count > 0 && mention->first < token &&
            (last == LETTER_NONE || mention->first > last))
            last = mention->first;
    }
    for (size_t i = 0; i < facts->subjects.count; i++) {
        uint32_t first = facts->subjects.list[i].first;
        if (first < token && (last == LETTER_NONE || first > last))
            last = first;
    }
    return last;
}

static bool find_all(struct facts *facts, const struct reading *reading,
                     const struct register_index *index)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return false;
    bool complete = letter_init(&facts->letter, reading) &&
                    numbers_find(&facts->numbers, &facts->letter, index) &&
                    names_find(&facts->names, &facts->letter, index) &&
                    addresses_find(&facts->addresses, &facts->letter, index);
    for (uint32_t line = 0; complete && line < facts->letter.line_count; line++) {
        size_t own = 0;
        stream_from_line(stream, &facts->letter, line, &own);
        complete = text_ok(&stream->text);
        if (!complete || own == 0)
            continue;
        find_dates(facts, index->rules, stream, own);
        find_identifiers(facts, index->rules, stream, own);
    }
    if (complete) {
        subjects_find(&facts->subjects, &facts->letter);
        find_codes(facts, reading, index);
        for (size_t i = 0; i < facts->date_count; i++)
            facts->dates[i].name_before = facts_name_before(facts, facts->dates[i].first);
    }
    stream_done(stream);
    free(stream);
    return complete;
}

enum status facts_new(const struct reading *reading, const struct register_index *index,
                      struct facts **ret_facts, struct fault *fault)
{
    struct facts *facts = calloc(1, sizeof *facts);
    if (facts == NULL || !find_all(facts, reading, index)) {
        facts_free(&facts);
        return fault_set(fault, STATUS_LATER, "no memory to classify a letter");
    }
    *ret_facts = facts;
    return STATUS_OK;
}

void facts_free(struct facts **facts_p)
{
    struct facts *facts = *facts_p;
    if (facts == NULL)
        return;
    addresses_done(&facts->addresses);
    names_done(&facts->names);
    numbers_done(&facts->numbers);
    letter_done(&facts->letter);
    free(facts);
    *facts_p = NULL;
}
