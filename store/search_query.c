/* search_query.c - the language of the search, parsed into what FTS5 matches.
 *
 *     kündigung miete      both words        "fristlose kündigung"   in this order
 *     kündig*              beginning so      -mahnung                without it
 *     50.21.000815-1       a number, however it is written
 *     typ: eingang: standort: team: az: ist:frist ist:eilig
 *
 * Nothing that a person writes gets into the expression but folded words between quotes. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/guard.h"
#include "store/search.h"

enum { PREFIX_DIGITS_LEAST = 6, WORDS_MOST = 24, PIECE_BYTES = 160 };

void search_query_done(struct search_query *query)
{
    text_done(&query->match);
}

bool search_is_meant(const struct search_query *query, const char *folded)
{
    for (size_t i = 0; i < query->term_count; i++) {
        const struct search_term *term = &query->terms[i];
        if (term->is_prefix ? string_starts_with(folded, term->folded)
                            : string_equal(folded, term->folded))
            return true;
    }
    return false;
}

static void mark(struct search_query *query, const char *folded, bool is_prefix)
{
    if (query->term_count == SEARCH_TERMS_MOST)
        return;
    struct search_term *term = &query->terms[query->term_count++];
    (void)snprintf(term->folded, sizeof term->folded, "%s", folded);
    term->is_prefix = is_prefix;
}

/* ---- pieces of the expression ---------------------------------------------------------------- */

/* One piece of a query as it was written. */
struct piece {
    char key[16];            /* before the colon; "" for none */
    char words[PIECE_BYTES]; /* without quotes */
    bool is_quoted, is_negative, is_prefix;
};

static void join(struct search_query *query, const struct piece *piece)
{
    if (query->match.length > 0)
        text_append(&query->match, piece->is_negative ? " NOT " : " AND ");
}

/* `letter` in front of the folded words: the form of facts. */
static void add_fact(struct search_query *query, const struct piece *piece, char letter,
                     bool is_prefix)
{
    char folded[SEARCH_WORD_BYTES];
    search_fold(piece->words, folded);
    join(query, piece);
    text_append_format(&query->match, "(facts : \"%c%s\"%s)", letter, folded,
                       is_prefix ? " *" : "");
}

static size_t digits_of(const char *words)
{
    size_t digits = 0;
    for (; *words != '\0'; words++)
        digits += *words >= '0' && *words <= '9';
    return digits;
}

/* A number is found as it stands, without what parts it, and as the number of the case. */
static void add_number(struct search_query *query, const struct piece *piece)
{
    char folded[SEARCH_WORD_BYTES];
    struct search_word word;
    size_t position = 0;
    search_fold(piece->words, folded);
    const char *beginning = digits_of(piece->words) >= PREFIX_DIGITS_LEAST ? " *" : "";
    join(query, piece);
    text_append_format(&query->match,
                       "((body : \"n%s\"%s) OR (body : \"%s\") OR (facts : \"c%s\"%s))", folded,
                       beginning, folded, folded, beginning);
    if (piece->is_negative)
        return;
    mark(query, folded, true);
    while (search_word_next(piece->words, strlen(piece->words), &position, &word))
        mark(query, word.folded, false);
}

/* Words that stand together, or one. */
static void add_words(struct search_query *query, const struct piece *piece)
{
    struct search_word word;
    size_t position = 0;
    size_t length = strlen(piece->words);
    bool is_first = true;
    while (search_word_next(piece->words, length, &position, &word)) {
        if (is_first)
            join(query, piece);
        text_append(&query->match, is_first ? "(body : \"" : " ");
        text_append(&query->match, word.folded);
        is_first = false;
        if (!piece->is_negative)
            mark(query, word.folded, piece->is_prefix);
    }
    if (!is_first)
        text_append(&query->match, piece->is_prefix ? "\" *)" : "\")");
}

/* ---- dates ----------------------------------------------------------------------------------- */

/* The beginning of a year, month or day, or of the one after it. */
static bool read_date(const char *written, bool is_end, int64_t *ret_ms)
{
    struct tm day = {.tm_mday = 1, .tm_isdst = -1};
    int count = sscanf(written, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon, &day.tm_mday);
    size_t length = strlen(written);
    if (count < 1 || day.tm_year < 1900 || length != (size_t)(count == 1 ? 4 : count * 3 + 1))
        return false;
    day.tm_year -= 1900;
    day.tm_mon = count == 1 ? 0 : day.tm_mon - 1;
    day.tm_year += is_end && count == 1;
    day.tm_mon += is_end && count == 2;
    day.tm_mday += is_end && count == 3;
    *ret_ms = (int64_t)mktime(&day) * 1000;
    return true;
}

/* "2026", "2026-03", "2026-03-02" as a fact; "2026-03-01..2026-03-15" as bounds. */
static bool add_date(struct search_query *query, const struct piece *piece)
{
    static const char letters[] = {'y', 'm', 'd'};
    char from[PIECE_BYTES];
    int64_t ignored = 0;
    (void)snprintf(from, sizeof from, "%s", piece->words);
    char *until = strstr(from, "..");
    if (until == NULL && read_date(from, false, &ignored)) {
        add_fact(query, piece, letters[strlen(from) / 3 - 1], false);
        return true;
    }
    if (until == NULL)
        return false;
    *until = '\0';
    until += 2;
    return read_date(from, false, &query->from_ms) && read_date(until, true, &query->until_ms);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *add_keyed(struct search_query *query, const struct piece *piece)
{
    static const struct {
        const char *key;
        char letter;
        bool is_prefix;
    } facts[] = {
        {"typ",      'k', true },
        {"art",      'k', true },
        {"standort", 's', true },
        {"team",     't', false},
        {"az",       'c', true },
        {"ist",      'f', false},
    };
    if (piece->words[0] == '\0')
        return "Hinter dem Doppelpunkt fehlt etwas.";
    if (string_equal(piece->key, "eingang"))
        return add_date(query, piece) ? NULL
                                      : "Ein Eingang wird so geschrieben: eingang:2026-03-31, "
                                        "eingang:2026-03 oder eingang:2026-03-01..2026-03-15.";
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (string_equal(piece->key, facts[i].key)) {
            add_fact(query, piece, facts[i].letter, facts[i].is_prefix);
            return NULL;
        }
    return "Vor einem Doppelpunkt kann typ, eingang, standort, team, az oder ist stehen.";
}

static bool is_key_letter(char letter)
{
    return letter >= 'a' && letter <= 'z';
}

static const char *read_key(const char *words, struct piece *piece)
{
    size_t length = 0;
    while (is_key_letter((char)(words[length] | ' ')) && length + 1 < sizeof piece->key)
        length++;
    if (length == 0 || words[length] != ':')
        return words;
    for (size_t i = 0; i < length; i++)
        piece->key[i] = (char)(words[i] | ' ');
    piece->key[length] = '\0';
    return words + length + 1;
}

/* The next piece; NULL: there is none. */
static const char *read_piece(const char *words, struct piece *piece)
{
    *piece = (struct piece){.key = ""};
    words += strspn(words, " \t\n");
    if (*words == '\0')
        return NULL;
    if (*words == '-' && words[1] != '\0' && words[1] != ' ') {
        piece->is_negative = true;
        words++;
    }
    words = read_key(words, piece);
    piece->is_quoted = *words == '"';
    if (piece->is_quoted)
        words++;
    size_t length = strcspn(words, piece->is_quoted ? "\"" : " \t\n");
    size_t kept = length < PIECE_BYTES ? length : PIECE_BYTES - 1;
    memcpy(piece->words, words, kept);
    piece->words[kept] = '\0';
    if (!piece->is_quoted && kept > 1 && piece->words[kept - 1] == '*') {
        piece->is_prefix = true;
        piece->words[kept - 1] = '\0';
    }
    words += length;
    return *words == '"' ? words + 1 : words;
}

/* Digits, and what parts the groups of a number. */
static bool is_number(const struct piece *piece)
{
    char folded[SEARCH_WORD_BYTES];
    search_fold(piece->words, folded);
    size_t digits = digits_of(piece->words);
    return !piece->is_quoted && !piece->is_prefix && digits >= SEARCH_NUMBER_DIGITS_LEAST &&
           digits * 2 > strlen(folded);
}

static bool is_digits(const struct piece *piece)
{
    return piece->key[0] == '\0' && !piece->is_quoted && !piece->is_negative &&
           piece->words[0] != '\0' &&
           strspn(piece->words, "0123456789.-/ ") == strlen(piece->words);
}

/* Groups of digits that were typed with blanks between them are one number. */
static const char *gather_number(const char *rest, struct piece *piece)
{
    struct piece next;
    const char *behind = rest;
    while (is_digits(piece) && (behind = read_piece(rest, &next)) != NULL && is_digits(&next) &&
           strlen(piece->words) + strlen(next.words) + 2 < PIECE_BYTES) {
        size_t length = strlen(piece->words);
        (void)snprintf(piece->words + length, PIECE_BYTES - length, " %s", next.words);
        rest = behind;
    }
    return rest;
}

/* "z" is the fact of no document: whoever sees nothing finds nothing. */
static void add_scope(struct search_query *query, const struct desk_scope *scope)
{
    char folded[SEARCH_WORD_BYTES];
    if (scope->reach == DESK_SEES_ALL)
        return;
    text_append(&query->match, " AND (facts : (\"z\"");
    for (size_t i = 0; scope->reach == DESK_SEES_TEAMS && i < scope->team_count; i++) {
        search_fold(scope->teams[i], folded);
        text_append_format(&query->match, " OR \"t%s\"", folded);
    }
    if (scope->reach == DESK_SEES_TEAMS && scope->caseworker != NULL) {
        search_fold(scope->caseworker, folded);
        text_append_format(&query->match, " OR \"w%s\"", folded);
    }
    if (scope->reach == DESK_SEES_UNSETTLED) {
        search_fold(scope->person, folded);
        text_append_format(&query->match, " OR \"o\" OR \"p%s\"", folded);
    }
    text_append(&query->match, "))");
}

/* The classes that the person does not see are taken out of whatever was found. */
static void add_guards(struct search_query *query, const struct desk_scope *scope)
{
    struct text whole = {0};
    if (guard_is_seen(GUARD_ALL, scope->rights))
        return;
    text_append_format(&whole, "(%s) NOT (facts : (\"z\"", text_string(&query->match));
    for (size_t i = 0; i < GUARDS; i++)
        if (!guard_is_seen(guard_at(i), scope->rights))
            text_append_format(&whole, " OR \"g%s\"", guard_name(guard_at(i)));
    text_append(&whole, "))");
    whole.failed = whole.failed || query->match.failed;
    text_done(&query->match);
    query->match = whole;
}

static const char *add_piece(struct search_query *query, const struct piece *piece)
{
    if (piece->is_negative && query->match.length == 0)
        return "Was fehlen soll, steht hinter dem, was gesucht wird.";
    if (piece->key[0] != '\0')
        return add_keyed(query, piece);
    if (is_number(piece))
        add_number(query, piece);
    else
        add_words(query, piece);
    return NULL;
}

const char *search_parse(const char *words, const struct desk_scope *scope,
                         struct search_query *ret_query)
{
    struct search_query query = {.match = {0}};
    struct piece piece;
    const char *wrong = NULL;
    if (strlen(words) > SEARCH_QUERY_BYTES_MOST)
        return "Diese Suche ist zu lang.";
    for (int i = 0; i < WORDS_MOST && wrong == NULL; i++) {
        words = read_piece(words, &piece);
        if (words == NULL)
            break;
        words = gather_number(words, &piece);
        wrong = add_piece(&query, &piece);
    }
    bool has_bounds = query.from_ms != 0 || query.until_ms != 0;
    if (wrong == NULL && query.match.length == 0 && has_bounds)
        text_append(&query.match, "(facts : \"x\")"); // the fact of every document
    if (wrong == NULL && query.match.length == 0)
        wrong = "Bitte geben Sie ein, was Sie suchen.";
    if (wrong == NULL) {
        add_scope(&query, scope);
        add_guards(&query, scope);
    }
    if (wrong == NULL && !text_ok(&query.match))
        wrong = "Diese Suche ist zu lang.";
    if (wrong == NULL)
        *ret_query = query;
    else
        search_query_done(&query);
    return wrong;
}
