/* numbers.c - see numbers.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/edit_distance.h"
#include "classify/numbers.h"

enum {
    RUN_TOKENS_MOST = 24,        /* number-like tokens looked at together */
    RUN_ATOMS_MOST = 64,         /* pieces between separators in them */
    ALTERNATIVES_MOST = 4,       /* other readings of one word that are tried */
    ALTERNATIVE_COST = 20,       /* what another reading than the best costs */
    CONFUSABLE_LETTERS_MOST = 3, /* a word of so few letters may be digits misread */
    COLUMN_GAP_HEIGHTS = 2,      /* a gap so wide parts columns */
    CELLS_MOST = 4000,           /* tables of more numbers hold no broken case number */
    LABEL_TOKENS_MOST = 6        /* words before a number that can be its label */
};

static const double SAME_ROW_SLACK = 0.6;  /* heights */
static const double LABEL_ROW_SLACK = 1.6; /* heights: labels in cells of two lines */

struct search {
    const struct letter *letter;
    const struct register_index *index;
    struct numbers *numbers;
    uint32_t cells; /* runs that were looked for below */
};

/* Number-like tokens side by side, or one below the other in a table cell. */
struct run {
    uint32_t tokens[RUN_TOKENS_MOST];
    const char *texts[RUN_TOKENS_MOST]; /* as read, or one of the alternatives */
    size_t count;
    unsigned cost; /* of alternatives in it */
};

void numbers_done(struct numbers *numbers)
{
    free(numbers->sightings);
    *numbers = (struct numbers){0};
}

bool number_is_exact(const struct number_sighting *sighting)
{
    return sighting->hit_count > 0 && sighting->hits[0].cost == 0;
}

/* ---- labels -------------------------------------------------------------------------------- */

static const struct {
    const char *word; /* folded */
    enum number_role role;
} LABELS[] = {
    {"ihr",               NUMBER_OURS    },
    {"ihre",              NUMBER_OURS    },
    {"ihrem",             NUMBER_OURS    },
    {"ihnen",             NUMBER_OURS    },
    {"dortiges",          NUMBER_OURS    },
    {"unser",             NUMBER_THEIRS  },
    {"unsere",            NUMBER_THEIRS  },
    {"unserem",           NUMBER_THEIRS  },
    {"mein",              NUMBER_THEIRS  },
    {"hiesiges",          NUMBER_THEIRS  },
    {"kassenzeichen",     NUMBER_THEIRS  },
    {"kundennummer",      NUMBER_THEIRS  },
    {"rechnungsnummer",   NUMBER_THEIRS  },
    {"aktenzeichen",      NUMBER_LABELLED},
    {"az",                NUMBER_LABELLED},
    {"akte",              NUMBER_LABELLED},
    {"aktennr",           NUMBER_LABELLED},
    {"aktennummer",       NUMBER_LABELLED},
    {"geschaeftszeichen", NUMBER_LABELLED},
    {"geschz",            NUMBER_LABELLED},
    {"gz",                NUMBER_LABELLED},
    {"fallnummer",        NUMBER_LABELLED},
    {"fallnr",            NUMBER_LABELLED},
};

static enum number_role label_role(const char *folded)
{
    for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++) {
        if (strcmp(LABELS[i].word, folded) == 0)
            return LABELS[i].role;
    }
    return NUMBER_UNLABELLED;
}

/* "Unser Zeichen / Ihr Zeichen", "Mein Aktenzeichen bei Ihnen": ours wins over theirs. */
static enum number_role stronger(enum number_role left, enum number_role right)
{
    if (left == NUMBER_OURS || right == NUMBER_OURS)
        return NUMBER_OURS;
    if (left == NUMBER_THEIRS || right == NUMBER_THEIRS)
        return NUMBER_THEIRS;
    return left > right ? left : right;
}

static enum number_role role_before(const struct letter *letter, uint32_t first)
{
    enum number_role role = NUMBER_UNLABELLED;
    for (uint32_t i = 1; i <= LABEL_TOKENS_MOST && i <= first; i++) {
        if (!letter_same_line(letter, first - i, first))
            break;
        role = stronger(role, label_role(letter_folded(letter, first - i)));
    }
    return role;
}

static int32_t off_row(const struct letter *letter, uint32_t left, uint32_t right)
{
    int32_t off = letter->tokens[left].box.top - letter->tokens[right].box.top;
    return off < 0 ? -off : off;
}

/* A table cell's label stands left, in one line or two: the nearest row decides. */
static enum number_role role_beside(const struct letter *letter, uint32_t first, double slack)
{
    uint32_t beside[LETTER_BESIDE_MOST];
    size_t count = letter_beside(letter, first, slack, beside);
    enum number_role role = NUMBER_UNLABELLED;
    int32_t nearest = INT32_MAX;
    for (size_t i = 0; i < count; i++) {
        enum number_role one = label_role(letter_folded(letter, beside[i]));
        int32_t off = off_row(letter, beside[i], first);
        bool is_same_row = off - nearest <= 2 && nearest - off <= 2;
        if (one == NUMBER_UNLABELLED || (off > nearest && !is_same_row))
            continue;
        role = is_same_row ? stronger(role, one) : one;
        nearest = off;
    }
    return role;
}

/* DIN 5008's reference line has the labels above the values. */
static enum number_role role_above(const struct letter *letter, uint32_t first)
{
    enum number_role role = NUMBER_UNLABELLED;
    const struct token *from = &letter->tokens[first];
    for (uint32_t i = letter_page_first(letter, from->page);
         i < letter_page_end(letter, from->page); i++) {
        const struct token *other = &letter->tokens[i];
        int32_t gap = from->box.top - other->box.top;
        int32_t shift = other->box.left - from->box.left;
        if (gap > from->box.height / 2 && gap < from->box.height * 3 && shift > -from->box.height &&
            shift < from->box.height * 5)
            role = stronger(role, label_role(letter_folded(letter, i)));
    }
    return role;
}

/* The closest label wins: on the line, on the row, above in the column, in a cell of two lines. */
static enum number_role find_role(const struct letter *letter, uint32_t first)
{
    enum number_role role = role_before(letter, first);
    if (role == NUMBER_UNLABELLED)
        role = role_beside(letter, first, SAME_ROW_SLACK);
    if (role == NUMBER_UNLABELLED)
        role = role_above(letter, first);
    if (role == NUMBER_UNLABELLED)
        role = role_beside(letter, first, LABEL_ROW_SLACK);
    return role;
}

/* The page begins with our own name: it is a letter or form of ours, come back. */
static bool is_own_page(const struct letter *letter, uint32_t page, const char *authority)
{
    uint32_t at = letter_page_first(letter, page);
    uint32_t end = letter_page_end(letter, page);
    for (; *authority != '\0'; at++) {
        size_t length = strcspn(authority, " ");
        if (at >= end || strlen(letter_folded(letter, at)) != length ||
            memcmp(letter_folded(letter, at), authority, length) != 0)
            return false;
        authority += length + (authority[length] == ' ' ? 1 : 0);
    }
    return true;
}

/* On our own paper "Unser Zeichen" is our number. */
static enum number_role role_on_page(const struct letter *letter, uint32_t first,
                                     const char *authority)
{
    enum number_role role = find_role(letter, first);
    if (role == NUMBER_THEIRS && authority[0] != '\0' &&
        is_own_page(letter, letter->tokens[first].page, authority))
        return NUMBER_LABELLED;
    return role;
}

/* ---- keeping sightings --------------------------------------------------------------------- */

static unsigned best_cost(const struct number_sighting *sighting)
{
    return sighting->hit_count > 0 ? sighting->hits[0].cost : EDIT_FAR;
}

static bool overlaps(const struct number_sighting *left, const struct number_sighting *right)
{
    if (left->first == right->first || left->last == right->last || left->first == right->last ||
        left->last == right->first)
        return true;
    return !left->is_broken && !right->is_broken && left->first <= right->last &&
           right->first <= left->last;
}

/* Two sightings of the same marks become one: the cheaper hits, and what a grammar said. */
static void merge(struct number_sighting *kept, const struct number_sighting *other)
{
    struct number_sighting merged = best_cost(other) < best_cost(kept) ? *other : *kept;
    const struct number_sighting *grammar = kept->canonical[0] != '\0' ? kept : other;
    if (merged.canonical[0] == '\0' && best_cost(&merged) > 0) {
        memcpy(merged.canonical, grammar->canonical, sizeof merged.canonical);
        merged.is_checked = grammar->is_checked;
        merged.is_wrong = grammar->is_wrong;
    }
    *kept = merged;
}

/* A part of what a grammar read whole: a shorter stretch of it proves nothing else. */
static bool is_part_of(const struct number_sighting *sighting, const struct number_sighting *whole)
{
    return whole->canonical[0] != '\0' && sighting->canonical[0] == '\0' && !whole->is_broken &&
           sighting->first >= whole->first && sighting->last <= whole->last &&
           strlen(sighting->key) < strlen(whole->key);
}

static void keep(struct search *search, const struct number_sighting *sighting)
{
    struct numbers *numbers = search->numbers;
    for (size_t i = 0; i < numbers->count; i++) {
        if (is_part_of(sighting, &numbers->sightings[i]))
            return;
        if (overlaps(&numbers->sightings[i], sighting)) {
            merge(&numbers->sightings[i], sighting);
            return;
        }
    }
    if (numbers->count < NUMBER_SIGHTINGS_MOST)
        numbers->sightings[numbers->count++] = *sighting;
}

static int compare_hits(const void *left, const void *right)
{
    const struct number_hit *one = left;
    const struct number_hit *other = right;
    if (one->cost != other->cost)
        return one->cost < other->cost ? -1 : 1;
    return one->case_id < other->case_id ? -1 : one->case_id > other->case_id ? 1 : 0;
}

static void find_hits(struct search *search, struct number_sighting *sighting, unsigned added_cost)
{
    sighting->hit_count =
        register_index_by_number(search->index, sighting->key, NUMBER_COST_MOST - added_cost,
                                 sighting->hits, NUMBER_HITS_MOST);
    for (size_t i = 0; i < sighting->hit_count; i++)
        sighting->hits[i].cost += added_cost;
    qsort(sighting->hits, sighting->hit_count, sizeof *sighting->hits, compare_hits);
}

/* ---- grammars ------------------------------------------------------------------------------ */

static void search_grammar(struct search *search, const struct grammar *grammar,
                           const struct stream *stream, size_t own)
{
    struct grammar_match match;
    const char *text = text_string(&stream->text);
    for (size_t from = 0; grammar_find(grammar, text, stream->text.length, from, &match);
         from = match.end) {
        if (match.start >= own)
            return;
        struct number_sighting sighting = {
            .first = stream_token(stream, match.start),
            .last = stream_token(stream, match.end - 1),
            .is_checked = match.is_checked,
            .is_wrong = match.is_wrong,
        };
        sighting.is_broken = !letter_same_line(search->letter, sighting.first, sighting.last);
        memcpy(sighting.canonical, match.canonical, sizeof sighting.canonical);
        fold_number(match.canonical, sighting.key);
        find_hits(search, &sighting, 0);
        keep(search, &sighting);
    }
}

/* ---- runs of number-like marks ------------------------------------------------------------- */

static bool is_confusable(const char *text)
{
    for (; *text != '\0'; text++) {
        char folded = fold_number_character(*text);
        if ((unsigned char)*text >= 0x80 || (folded != '\0' && !ascii_is_digit(folded)))
            return false;
    }
    return true;
}

/* Could be a part of a case number: has a digit, is a word of the register's numbers, a lone
 * separator, or a few letters that scanners make of digits. */
static bool is_number_like(const struct search *search, uint32_t token)
{
    const struct token *from = &search->letter->tokens[token];
    if (from->digits > 0)
        return from->letters <= from->digits + CONFUSABLE_LETTERS_MOST;
    const char *text = letter_text(search->letter, token);
    if (from->letters == 0)
        return strlen(text) <= 2;
    return dictionary_find(&search->index->number_words, letter_folded(search->letter, token)) !=
               DICTIONARY_NONE ||
           (from->letters <= CONFUSABLE_LETTERS_MOST && is_confusable(text));
}

struct atoms {
    char keys[RUN_ATOMS_MOST][FOLD_KEY_BYTES];
    uint32_t tokens[RUN_ATOMS_MOST];
    uint32_t digits[RUN_ATOMS_MOST];
    size_t count;
};

static void add_atom(struct atoms *atoms, const char *text, size_t length, uint32_t token)
{
    char piece[FOLD_KEY_BYTES];
    if (length == 0 || atoms->count == RUN_ATOMS_MOST)
        return;
    length = length < sizeof piece ? length : sizeof piece - 1;
    memcpy(piece, text, length);
    piece[length] = '\0';
    if (fold_number(piece, atoms->keys[atoms->count]) == 0)
        return;
    atoms->tokens[atoms->count] = token;
    atoms->digits[atoms->count] = 0;
    for (size_t i = 0; i < length; i++)
        atoms->digits[atoms->count] += ascii_is_digit(piece[i]) ? 1U : 0U;
    atoms->count++;
}

static bool is_mark(char character)
{
    return fold_number_character(character) != '\0' || (unsigned char)character >= 0x80;
}

/* Cut at separators and where words and digits meet ("AZ50"). */
static void cut_atoms(struct atoms *atoms, const char *text, uint32_t token)
{
    size_t start = 0;
    size_t at = 0;
    for (; text[at] != '\0'; at++) {
        bool is_word_end = at >= 2 && ascii_is_digit(text[at]) && ascii_is_letter(text[at - 1]) &&
                           ascii_is_letter(text[at - 2]);
        if (is_mark(text[at]) && !is_word_end)
            continue;
        add_atom(atoms, text + start, at - start, token);
        start = is_mark(text[at]) ? at : at + 1;
    }
    add_atom(atoms, text + start, at - start, token);
}

/* There are registered numbers of this length, or of one character more or less. */
static bool is_length_known(const struct register_index *index, size_t length)
{
    return length >= 2 && length < 62 && (index->key_lengths >> (length - 1) & 7) != 0;
}

/* The marks from one atom on, longer and longer. */
static void search_from(struct search *search, const struct run *run, const struct atoms *atoms,
                        size_t first)
{
    struct number_sighting sighting = {.first = atoms->tokens[first]};
    size_t length = 0;
    uint32_t digits = 0;
    for (size_t i = first; i < atoms->count; i++) {
        size_t piece = strlen(atoms->keys[i]);
        if (length + piece >= FOLD_KEY_BYTES)
            return;
        memcpy(sighting.key + length, atoms->keys[i], piece + 1);
        length += piece;
        digits += atoms->digits[i];
        if (digits * 3 <= length || !is_length_known(search->index, length))
            continue;
        sighting.last = atoms->tokens[i];
        sighting.is_broken = !letter_same_line(search->letter, sighting.first, sighting.last);
        find_hits(search, &sighting, run->cost);
        if (sighting.hit_count > 0)
            keep(search, &sighting);
    }
}

static void search_run(struct search *search, const struct run *run)
{
    struct atoms *atoms = calloc(1, sizeof *atoms);
    if (atoms == NULL)
        return;
    for (size_t i = 0; i < run->count; i++)
        cut_atoms(atoms, run->texts[i], run->tokens[i]);
    for (size_t first = 0; first < atoms->count; first++)
        search_from(search, run, atoms, first);
    free(atoms);
}

/* The run as read, and with each word's other readings, one at a time. */
static void search_readings(struct search *search, struct run *run)
{
    search_run(search, run);
    for (size_t i = 0; i < run->count; i++) {
        const struct reading_word *word = search->letter->tokens[run->tokens[i]].word;
        const char *text = run->texts[i];
        run->cost = ALTERNATIVE_COST;
        for (uint32_t k = 0; k < word->alternative_count && k < ALTERNATIVES_MOST; k++) {
            run->texts[i] = word->alternatives[k].text;
            search_run(search, run);
        }
        run->texts[i] = text;
        run->cost = 0;
    }
}

/* Appends the number-like tokens of a line from `token` on. */
static void extend_run(const struct search *search, uint32_t token, struct run *run)
{
    const struct letter *letter = search->letter;
    for (uint32_t at = token; at < letter->token_count && run->count < RUN_TOKENS_MOST &&
                              letter_same_line(letter, token, at) && is_number_like(search, at);
         at++) {
        run->tokens[run->count] = at;
        run->texts[run->count++] = letter_text(letter, at);
    }
}

/* A number that breaks in a narrow cell goes on below its beginning, or on the next line. */
static void search_runs(struct search *search, uint32_t token)
{
    const struct letter *letter = search->letter;
    struct run run = {.count = 0};
    extend_run(search, token, &run);
    size_t own = run.count;
    search_readings(search, &run);
    uint32_t below = search->cells++ < CELLS_MOST ? letter_below(letter, token) : LETTER_NONE;
    if (below != LETTER_NONE && is_number_like(search, below)) {
        extend_run(search, below, &run);
        search_readings(search, &run);
        run.count = own;
    }
    uint32_t next = run.tokens[own - 1] + 1;
    if (next < letter->token_count && next != below && is_number_like(search, next) &&
        letter->tokens[next].line == letter->tokens[token].line + 1 &&
        letter->tokens[next].page == letter->tokens[token].page) {
        extend_run(search, next, &run);
        search_readings(search, &run);
    }
}

static bool is_separator(const struct token *token)
{
    return token->letters == 0 && token->digits == 0;
}

/* Number-like, and what stands before it on its line is not, or is a column away. */
static bool begins_run(const struct search *search, uint32_t token)
{
    const struct token *from = &search->letter->tokens[token];
    if (!is_number_like(search, token) || is_separator(from))
        return false;
    if (token == 0 || !letter_same_line(search->letter, token - 1, token) ||
        !is_number_like(search, token - 1))
        return true;
    const struct token *before = &search->letter->tokens[token - 1];
    int32_t gap = from->box.left - before->box.left - before->box.width;
    return is_separator(before) || gap > COLUMN_GAP_HEIGHTS * from->box.height;
}

static void search_line(struct search *search, struct stream *stream, uint32_t line)
{
    size_t own = 0;
    stream_from_line(stream, search->letter, line, &own);
    const struct rules *rules = search->index->rules;
    for (size_t i = 0; i < rules->grammar_count; i++)
        search_grammar(search, &rules->grammars[i], stream, own);
    const struct letter_line *from = &search->letter->lines[line];
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t token = from->first + i;
        if (begins_run(search, token))
            search_runs(search, token);
    }
}

bool numbers_find(struct numbers *numbers, const struct letter *letter,
                  const struct register_index *index)
{
    *numbers =
        (struct numbers){.sightings = calloc(NUMBER_SIGHTINGS_MOST, sizeof *numbers->sightings)};
    struct stream *stream = calloc(1, sizeof *stream);
    if (numbers->sightings != NULL && stream != NULL) {
        struct search search = {letter, index, numbers, 0};
        for (uint32_t line = 0; line < letter->line_count; line++)
            search_line(&search, stream, line);
        for (size_t i = 0; i < numbers->count; i++)
            numbers->sightings[i].role =
                role_on_page(letter, numbers->sightings[i].first, index->rules->authority);
        stream_done(stream);
    }
    bool complete = numbers->sightings != NULL && stream != NULL;
    free(stream);
    return complete;
}
