/* classify_fuzzer.c - the words of letters: strangers write them, and readers misread them.
 *
 * Promises: whatever the words are, there is a decision; probabilities are probabilities, sorted,
 * and no more than certainty together; nothing is filed below the threshold or without the margin;
 * everything said is UTF-8. An input is text: blanks and newlines part words, form feeds pages; a
 * word that begins with "QR=" is a code on the page. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "classify/classify.h"
#include "tests/fuzz/fuzzer.h"

enum { WORDS_MOST = 4000, PAGES_MOST = 8, CODES_MOST = 8, WORD_BYTES_MOST = 200 };

static const struct case_grammar grammars[] = {
    {"current", "(?<amt>50)[. /-]?(?<area>\\d{2})[. /-]?(?<number>\\d{6})[. /-]?(?<check>\\d)",
     "50.{area}.{number}-{check}",   CHECK_MOD11_10, "50{area}{number}", "check"},
    {"legacy",  "SG ?50\\.(?<area>\\d)/(?<number>\\d{5})/(?<year>\\d{2})",
     "SG 50.{area}/{number}/{year}", CHECK_NONE,     NULL,               NULL   },
};

/* Two of one name at one address, a household, one in two cases. */
static const struct register_person persons[] = {
    {"50.21.003318-9",   "Kowalke",    "Brigitte",     "1957-04-12", "Ihlenfelder Straße",  "118a", "17034",
     "Neubrandenburg", "SG 50.2", "laufend", "DE28150999900004410027", NULL, false, false},
    {"50.21.005601-5",   "Lembke",     "Hans-Jürgen", "1952-02-11", "Dorfstraße",          "33",   "17217",
     "Penzlin",        "SG 50.2", "laufend", "",                       NULL, false, false},
    {"50.22.008377-7",   "Lembke",     "Hans-Jürgen", "1981-02-11", "Dorfstraße",          "33",   "17217",
     "Penzlin",        "SG 50.2", "laufend", "",                       NULL, false, false},
    {"50.22.007802-0",   "Okonkwo",    "Grace Amara",  "1992-08-11", "Zierker Straße",      "67",   "17235",
     "Neustrelitz",    "SG 50.2", "",        "12345//0012345",         NULL, false, false},
    {"50.22.007802-0",   "Okonkwo",    "Daniel",       "2015-04-03", "Zierker Straße",      "67",   "17235",
     "Neustrelitz",    "SG 50.2", "",        "",                       NULL, false, false},
    {"SG 50.2/00412/12", "Dombrowski", "Erika",        "1937-09-17", "Clara-Zetkin-Straße", "60",   "17109",
     "Demmin",         "SG 50.2", "beendet", "",                       NULL, false, false},
};

static struct rules *rules;
static struct register_index *people;
static const struct classify_options options = {
    .grammars = grammars,
    .grammar_count = sizeof grammars / sizeof grammars[0],
    .identifiers = {[IDENTIFIER_IBAN] = IDENTIFIER_MATCH,
                    [IDENTIFIER_BG_NUMBER] = IDENTIFIER_MATCH,
                    [IDENTIFIER_HEALTH_NUMBER] = IDENTIFIER_HINT},
    .threshold = 0.98,
    .margin = 0.1,
    .candidates_most = 5,
};

static void free_all(void)
{
    register_index_free(&people);
    rules_free(&rules);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    (void)atexit(free_all);
    struct fault fault = {0};
    if (rules_new(&options, &rules, &fault) != STATUS_OK)
        (void)fprintf(stderr, "%s\n", fault.text);
    PROMISE(rules != NULL && register_index_new(rules, &people, NULL) == STATUS_OK);
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++)
        PROMISE(register_index_add(people, &persons[i], NULL) == STATUS_OK);
    PROMISE(register_index_finish(people, NULL) == STATUS_OK);
    return 0;
}

/* ---- input to reading ----------------------------------------------------------------------- */

static struct reading_page *add_page(struct reading *reading)
{
    struct reading_page *page = &reading->pages[reading->page_count++];
    *page = (struct reading_page){
        .number = reading->page_count, .width = 2480, .height = 3507, .dpi = 300};
    page->words = calloc(WORDS_MOST, sizeof *page->words);
    page->codes = calloc(CODES_MOST, sizeof *page->codes);
    PROMISE(page->words != NULL && page->codes != NULL);
    return page;
}

static void add_word(struct reading_page *page, const char *bytes, size_t length, bool ends_line)
{
    if (length == 0 || length > WORD_BYTES_MOST || !utf8_is_valid(bytes, length) ||
        memchr(bytes, 0, length) != NULL)
        return;
    if (length > 3 && memcmp(bytes, "QR=", 3) == 0 && page->code_count < CODES_MOST) {
        page->codes[page->code_count++] =
            (struct reading_code){.text = string_copy_bytes(bytes + 3, length - 3)};
        return;
    }
    if (page->word_count == WORDS_MOST)
        return;
    uint32_t at = page->word_count;
    page->words[page->word_count++] = (struct reading_word){
        .text = string_copy_bytes(bytes, length),
        .box = {(int32_t)(at % 10) * 240, (int32_t)(at / 10 % 80) * 42, 200, 36},
        .confidence = 0.9F,
        .break_after = ends_line ? READING_BREAK_LINE : READING_BREAK_NONE
    };
}

static void split(const char *bytes, size_t length, struct reading *reading)
{
    struct reading_page *page = add_page(reading);
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        char character = i < length ? bytes[i] : '\n';
        if (character != ' ' && character != '\n' && character != '\f')
            continue;
        add_word(page, bytes + start, i - start, character != ' ');
        start = i + 1;
        if (character == '\f' && reading->page_count < PAGES_MOST)
            page = add_page(reading);
    }
}

/* ---- what was decided ----------------------------------------------------------------------- */

static void check_candidates(const struct classification *decision)
{
    double sum = 0.0;
    double before = 1.0;
    PROMISE(decision->candidate_count <= options.candidates_most);
    for (uint32_t i = 0; i < decision->candidate_count; i++) {
        const struct candidate *candidate = &decision->candidates[i];
        PROMISE(isfinite(candidate->probability) && candidate->probability >= 0.0);
        PROMISE(candidate->probability <= before);
        PROMISE(candidate->case_number != NULL && candidate->case_number[0] != '\0');
        before = candidate->probability;
        sum += candidate->probability;
        for (uint32_t k = 0; k < candidate->evidence_count; k++)
            PROMISE(isfinite(candidate->evidence[k].weight));
    }
    PROMISE(sum <= 1.0 + 1e-9);
}

static void check(const struct classification *decision)
{
    check_candidates(decision);
    PROMISE(decision->reason != NULL && decision->reason[0] != '\0');
    PROMISE(utf8_is_valid(decision->reason, strlen(decision->reason)));
    if (decision->to_file) {
        PROMISE(decision->candidate_count > 0);
        double best = decision->candidates[0].probability;
        double second = decision->candidate_count > 1 ? decision->candidates[1].probability : 0.0;
        PROMISE(best >= options.threshold && best - second >= options.margin);
    }
    struct text json = {0};
    classification_append_json(decision, rules, 1, &json);
    PROMISE(text_ok(&json) && utf8_is_valid(text_string(&json), json.length));
    text_done(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct reading_page *pages = calloc(PAGES_MOST, sizeof *pages);
    PROMISE(pages != NULL);
    struct reading reading = {string_copy("fuzzer"), pages, 0};
    split((const char *)bytes, length, &reading);
    struct classification decision = {0};
    PROMISE(classify(rules, people, &reading, &decision, NULL) == STATUS_OK);
    check(&decision);
    classification_done(&decision);
    reading_done(&reading);
    return 0;
}
