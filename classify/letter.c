/* letter.c - see letter.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>

#include "classify/fold.h"
#include "classify/letter.h"

enum { TOKENS_LEAST = 256, LINES_LEAST = 64, PIECE_BYTES_MOST = 512 };

static const uint32_t MIDDLE_DOT = 0x00B7;
static const uint32_t BULLET = 0x2022;
static const uint32_t EN_DASH = 0x2013;
static const uint32_t EM_DASH = 0x2014;

static const double ROW_SLACK = 0.6; /* heights that a row may be off */

/* ---- building ------------------------------------------------------------------------------ */

static bool reserve_token(struct letter *letter)
{
    if (letter->token_count < letter->token_capacity)
        return true;
    uint32_t capacity = letter->token_capacity == 0 ? TOKENS_LEAST : letter->token_capacity * 2;
    struct token *tokens = realloc(letter->tokens, capacity * sizeof *tokens);
    if (tokens == NULL) {
        letter->failed = true;
        return false;
    }
    letter->tokens = tokens;
    letter->token_capacity = capacity;
    return true;
}

static bool reserve_line(struct letter *letter)
{
    if (letter->line_count < letter->line_capacity)
        return true;
    uint32_t capacity = letter->line_capacity == 0 ? LINES_LEAST : letter->line_capacity * 2;
    struct letter_line *lines = realloc(letter->lines, capacity * sizeof *lines);
    if (lines == NULL) {
        letter->failed = true;
        return false;
    }
    letter->lines = lines;
    letter->line_capacity = capacity;
    return true;
}

static void count_characters(struct token *token, const char *piece)
{
    size_t length = strlen(piece);
    bool is_first = true;
    for (size_t at = 0; at < length;) {
        UChar32 character = (UChar32)utf8_next(piece, length, &at);
        if (u_isalpha(character)) {
            if (is_first)
                token->is_capital = u_isupper(character);
            is_first = false;
            token->letters++;
        } else if (u_isdigit(character)) {
            is_first = false;
            token->digits++;
        }
        token->ends_with_dash = character == '-' || character == (UChar32)EN_DASH;
    }
}

static void add_token(struct letter *letter, const struct token *like, const char *piece,
                      size_t length)
{
    if (length == 0 || letter->failed || letter->token_count >= LETTER_TOKENS_MOST ||
        !reserve_token(letter))
        return;
    char bytes[PIECE_BYTES_MOST];
    char folded[FOLD_WORD_BYTES];
    length = length < sizeof bytes ? length : sizeof bytes - 1;
    memcpy(bytes, piece, length);
    bytes[length] = '\0';
    struct token token = *like;
    count_characters(&token, bytes);
    token.text = letter->bytes.length;
    text_append_bytes(&letter->bytes, bytes, length + 1);
    token.folded = letter->bytes.length;
    text_append_bytes(&letter->bytes, folded, fold_word(bytes, folded) + 1);
    letter->tokens[letter->token_count++] = token;
    letter->lines[letter->line_count - 1].count++;
}

/* Where words are cut. Between digits a comma or colon belongs to the number. */
static bool is_cut(const char *text, size_t start, size_t next, uint32_t character)
{
    if (character == MIDDLE_DOT || character == BULLET || character == EN_DASH ||
        character == EM_DASH)
        return true;
    if (character == 0 || character > 0x7F || strchr(":;,()[]|", (int)character) == NULL)
        return false;
    return start == 0 || !ascii_is_digit(text[start - 1]) || !ascii_is_digit(text[next]);
}

static void add_word(struct letter *letter, const struct token *like)
{
    const char *text = like->word->text;
    size_t length = strlen(text);
    size_t piece = 0;
    for (size_t at = 0; at < length;) {
        size_t start = at;
        uint32_t character = utf8_next(text, length, &at);
        if (!is_cut(text, start, at, character))
            continue;
        add_token(letter, like, text + piece, start - piece);
        if ((character == ',' || character == ';') && letter->token_count > 0)
            letter->tokens[letter->token_count - 1].ends_with_comma = true;
        piece = at;
    }
    add_token(letter, like, text + piece, length - piece);
}

static void open_line(struct letter *letter, uint32_t page, uint32_t block)
{
    if (!letter->failed && reserve_line(letter))
        letter->lines[letter->line_count++] =
            (struct letter_line){.first = letter->token_count, .page = page, .block = block};
}

static void add_page(struct letter *letter, uint32_t page_index, uint32_t *block)
{
    const struct reading_page *page = &letter->reading->pages[page_index];
    bool is_line_open = false;
    for (uint32_t i = 0; i < page->word_count && !letter->failed; i++) {
        const struct reading_word *word = &page->words[i];
        if (!is_line_open)
            open_line(letter, page_index, *block);
        if (letter->failed)
            return;
        is_line_open = word->break_after == READING_BREAK_NONE;
        const struct token like = {
            .word = word, .box = word->box, .page = page_index, .line = letter->line_count - 1};
        add_word(letter, &like);
        if (word->break_after == READING_BREAK_BLOCK)
            (*block)++;
    }
    (*block)++;
}

bool letter_init(struct letter *letter, const struct reading *reading)
{
    *letter = (struct letter){.reading = reading};
    letter->pages = calloc((size_t)reading->page_count + 1, sizeof *letter->pages);
    letter->failed = letter->pages == NULL;
    uint32_t block = 0;
    for (uint32_t page = 0; page < reading->page_count && !letter->failed; page++) {
        letter->pages[page].first = letter->token_count;
        add_page(letter, page, &block);
        letter->pages[page].count = letter->token_count - letter->pages[page].first;
    }
    for (uint32_t i = 0; i < letter->line_count && !letter->failed; i++) {
        struct letter_line *line = &letter->lines[i];
        if (line->count > 0)
            line->box = letter_box(letter, line->first, line->first + line->count - 1);
    }
    return !letter->failed && text_ok(&letter->bytes);
}

void letter_done(struct letter *letter)
{
    text_done(&letter->bytes);
    free(letter->tokens);
    free(letter->lines);
    free(letter->pages);
    *letter = (struct letter){0};
}

/* ---- asking -------------------------------------------------------------------------------- */

const char *letter_text(const struct letter *letter, uint32_t token)
{
    return letter->bytes.bytes + letter->tokens[token].text;
}

const char *letter_folded(const struct letter *letter, uint32_t token)
{
    return letter->bytes.bytes + letter->tokens[token].folded;
}

uint32_t letter_page_number(const struct letter *letter, uint32_t token)
{
    return letter->reading->pages[letter->tokens[token].page].number;
}

bool letter_same_line(const struct letter *letter, uint32_t left, uint32_t right)
{
    return letter->tokens[left].line == letter->tokens[right].line;
}

static int32_t right_of(const struct reading_box *box)
{
    return box->left + box->width;
}

static double middle_of(const struct reading_box *box)
{
    return box->top + box->height / 2.0;
}

/* Sorts `token` into the list of nearest ones. */
static size_t keep_nearest(const struct letter *letter, uint32_t token, size_t count,
                           uint32_t *tokens)
{
    size_t at = count;
    int32_t right = right_of(&letter->tokens[token].box);
    while (at > 0 && right_of(&letter->tokens[tokens[at - 1]].box) <= right)
        at--;
    if (at == LETTER_BESIDE_MOST)
        return count;
    size_t kept = count < LETTER_BESIDE_MOST ? count : LETTER_BESIDE_MOST - 1;
    memmove(tokens + at + 1, tokens + at, (kept - at) * sizeof *tokens);
    tokens[at] = token;
    return kept + 1;
}

uint32_t letter_page_first(const struct letter *letter, uint32_t page)
{
    return letter->pages[page].first;
}

uint32_t letter_page_end(const struct letter *letter, uint32_t page)
{
    return letter->pages[page].first + letter->pages[page].count;
}

bool letter_is_right_of(const struct letter *letter, uint32_t token, uint32_t label)
{
    const struct reading_box *box = &letter->tokens[token].box;
    const struct reading_box *from = &letter->tokens[label].box;
    double off = middle_of(box) - middle_of(from);
    double slack = ROW_SLACK * (from->height > box->height ? from->height : box->height);
    return letter->tokens[token].page == letter->tokens[label].page && off <= slack &&
           -off <= slack && box->left >= right_of(from);
}

size_t letter_beside(const struct letter *letter, uint32_t token, double slack,
                     uint32_t ret_tokens[LETTER_BESIDE_MOST])
{
    const struct token *from = &letter->tokens[token];
    size_t count = 0;
    for (uint32_t i = letter_page_first(letter, from->page);
         i < letter_page_end(letter, from->page); i++) {
        const struct token *other = &letter->tokens[i];
        double off = middle_of(&other->box) - middle_of(&from->box);
        if (i != token && off <= slack * from->box.height && -off <= slack * from->box.height &&
            right_of(&other->box) <= from->box.left + from->box.height / 2)
            count = keep_nearest(letter, i, count, ret_tokens);
    }
    return count;
}

/* `lower` begins right below `upper`, flush left with it. */
static bool is_below(const struct token *upper, const struct token *lower)
{
    int32_t bottom = upper->box.top + upper->box.height;
    int32_t height = upper->box.height > lower->box.height ? upper->box.height : lower->box.height;
    int32_t gap = lower->box.top - bottom;
    int32_t shift = lower->box.left - upper->box.left;
    return gap > -height / 2 && gap < height * 3 / 2 && shift < height * 3 / 2 &&
           shift > -height * 3 / 2 && middle_of(&lower->box) > bottom;
}

uint32_t letter_below(const struct letter *letter, uint32_t token)
{
    const struct token *from = &letter->tokens[token];
    for (uint32_t i = letter_page_first(letter, from->page);
         i < letter_page_end(letter, from->page); i++) {
        if (is_below(from, &letter->tokens[i]))
            return i;
    }
    return LETTER_NONE;
}

uint32_t letter_above(const struct letter *letter, uint32_t token)
{
    const struct token *from = &letter->tokens[token];
    for (uint32_t i = letter_page_first(letter, from->page);
         i < letter_page_end(letter, from->page); i++) {
        if (is_below(&letter->tokens[i], from))
            return i;
    }
    return LETTER_NONE;
}

struct reading_box letter_box(const struct letter *letter, uint32_t first, uint32_t last)
{
    struct reading_box box = letter->tokens[first].box;
    for (uint32_t i = first + 1; i <= last; i++) {
        const struct token *token = &letter->tokens[i];
        if (token->page != letter->tokens[first].page)
            break;
        int32_t right =
            right_of(&box) > right_of(&token->box) ? right_of(&box) : right_of(&token->box);
        int32_t bottom = box.top + box.height;
        int32_t token_bottom = token->box.top + token->box.height;
        box.left = box.left < token->box.left ? box.left : token->box.left;
        box.top = box.top < token->box.top ? box.top : token->box.top;
        box.width = right - box.left;
        box.height = (bottom > token_bottom ? bottom : token_bottom) - box.top;
    }
    return box;
}

void letter_append_words(const struct letter *letter, uint32_t first, uint32_t last,
                         struct text *text)
{
    const struct reading_word *before = NULL;
    for (uint32_t i = first; i <= last; i++) {
        const struct reading_word *word = letter->tokens[i].word;
        if (word == before)
            continue;
        if (before != NULL)
            text_append_char(text, ' ');
        text_append(text, word->text);
        before = word;
    }
}

/* ---- streams ------------------------------------------------------------------------------- */

static void append_line(struct stream *stream, const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    for (uint32_t i = 0; i < from->count && stream->count < STREAM_TOKENS_MOST; i++) {
        if (stream->count > 0)
            text_append_char(&stream->text, ' ');
        stream->tokens[stream->count] = from->first + i;
        stream->starts[stream->count++] = stream->text.length;
        text_append(&stream->text, letter_text(letter, from->first + i));
    }
}

void stream_from_line(struct stream *stream, const struct letter *letter, uint32_t line,
                      size_t *ret_own)
{
    text_clear(&stream->text);
    stream->count = 0;
    append_line(stream, letter, line);
    *ret_own = stream->text.length;
    if (line + 1 < letter->line_count && letter->lines[line + 1].page == letter->lines[line].page)
        append_line(stream, letter, line + 1);
}

uint32_t stream_token(const struct stream *stream, size_t byte)
{
    size_t at = stream->count;
    while (at > 1 && stream->starts[at - 1] > byte)
        at--;
    return at == 0 ? LETTER_NONE : stream->tokens[at - 1];
}

void stream_done(struct stream *stream)
{
    text_done(&stream->text);
    stream->count = 0;
}
