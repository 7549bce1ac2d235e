/* pdf_text.c - see pdf_text.h.
 *
 * Sanity, because a text layer is only what the producer claims: fonts without ToUnicode give
 * private or replacement characters, shuffled subsets give letters that are no language. Judged
 * are the share of characters that cannot be text, the share of vowels among the letters (German
 * prose has 38 %, and hardly any language leaves 22 to 65 %), and the length of words. Scripts
 * without Latin letters are not judged by vowels. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/pdf_text.h"
#include "ocr/word_list.h"

enum {
    REPLACEMENT = 0xFFFD,
    PRIVATE_FIRST = 0xE000,
    PRIVATE_LAST = 0xF8FF,
    SOFT_HYPHEN = 0x00AD,
    LETTERS_TO_JUDGE = 40, /* fewer say nothing about vowels */
};

static const double UNREADABLE_SHARE_MOST = 0.04;
static const double VOWELS_LEAST = 0.22, VOWELS_MOST = 0.65;
static const double WORD_LETTERS_MOST = 25;
static const double BLOCK_GAP = 0.9; /* of the line's height, between lines of two blocks */
/* A gap of this share of the letters' height parts two words where no blank stands between them,
 * as between the cells of a table. Blanks take 0.25; widely spaced letters stay below 0.4. */
static const double WORD_GAP = 0.5;
static const float CERTAIN = 1.0F;

static bool is_blank(gunichar character)
{
    return g_unichar_isspace(character) || character == 0x00A0 || character == 0x202F ||
           (character >= 0x2000 && character <= 0x200B);
}

static bool is_unreadable(gunichar character)
{
    return character == REPLACEMENT || g_unichar_iscntrl(character) ||
           (character >= PRIVATE_FIRST && character <= PRIVATE_LAST);
}

/* A word that is being put together, and where. */
struct gathering {
    struct word_list *list;
    struct text text;
    double left, top, right, bottom; /* pt */
    double scale;                    /* px a pt */
};

static void gather(struct gathering *word, gunichar character, const PopplerRectangle *box)
{
    static const char *const ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    if (character == SOFT_HYPHEN)
        return;
    bool is_first = word->text.length == 0;
    word->left = is_first ? box->x1 : fmin(word->left, box->x1);
    word->top = is_first ? box->y1 : fmin(word->top, box->y1);
    word->right = is_first ? box->x2 : fmax(word->right, box->x2);
    word->bottom = is_first ? box->y2 : fmax(word->bottom, box->y2);
    if (character >= 0xFB00 && character <= 0xFB06)
        text_append(&word->text, ligatures[character - 0xFB00]);
    else
        text_append_code_point(&word->text, g_unichar_iscntrl(character) ? REPLACEMENT : character);
}

static struct reading_box box_in_pixels(const struct gathering *word)
{
    return (struct reading_box){
        .left = (int32_t)floor(word->left * word->scale),
        .top = (int32_t)floor(word->top * word->scale),
        .width = (int32_t)ceil((word->right - word->left) * word->scale),
        .height = (int32_t)ceil((word->bottom - word->top) * word->scale),
    };
}

static void finish_word(struct gathering *word)
{
    if (word->text.length == 0)
        return;
    struct reading_word *added = word_list_add(word->list, text_string(&word->text));
    if (added != NULL) {
        added->box = box_in_pixels(word);
        added->confidence = CERTAIN;
        added->from = READING_SOURCE_TEXT_LAYER;
    }
    text_clear(&word->text);
}

/* The next letter stands apart from the word: beside it with a gap, before it, or on another line. */
static bool stands_apart(const struct gathering *word, const PopplerRectangle *box)
{
    if (word->text.length == 0)
        return false;
    double height = fmax(word->bottom - word->top, box->y2 - box->y1);
    double overlap = fmin(word->bottom, box->y2) - fmax(word->top, box->y1);
    return box->x1 - word->right > WORD_GAP * height || word->left - box->x2 > WORD_GAP * height ||
           overlap < 0;
}

static void split_into_words(const char *text, const PopplerRectangle *boxes, guint count,
                             struct gathering *word)
{
    guint index = 0;
    for (const char *at = text; *at != '\0' && index < count; at = g_utf8_next_char(at), index++) {
        gunichar character = g_utf8_get_char(at);
        if (!is_blank(character)) {
            if (stands_apart(word, &boxes[index]))
                finish_word(word);
            gather(word, character, &boxes[index]);
            continue;
        }
        finish_word(word);
        if (character == '\n')
            word_list_break(word->list, READING_BREAK_LINE);
    }
    finish_word(word);
    word_list_break(word->list, READING_BREAK_BLOCK);
}

/* A line that stands apart from the next one ends a block. */
static void find_blocks(struct word_list *list)
{
    for (uint32_t i = 0; i + 1 < list->count; i++) {
        struct reading_word *word = &list->words[i];
        const struct reading_box *here = &word->box, *next = &list->words[i + 1].box;
        if (word->break_after != READING_BREAK_LINE)
            continue;
        double gap = next->top - (here->top + here->height);
        if (gap > BLOCK_GAP * here->height || next->top + next->height < here->top)
            word->break_after = READING_BREAK_BLOCK;
    }
}

/* Where in reading order a field at `box` belongs: behind the last word that stands left of it
 * on its line, or at the end. */
static uint32_t place_of_field(const struct word_list *list, const struct reading_box *box)
{
    uint32_t place = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct reading_box *word = &list->words[i].box;
        int32_t middle = word->top + word->height / 2;
        if (middle >= box->top && middle <= box->top + box->height && word->left < box->left)
            place = i + 1;
    }
    return place;
}

static void add_field(struct word_list *list, const char *value, const struct reading_box *box)
{
    uint32_t place = place_of_field(list, box);
    char *copy = string_copy(value);
    char *rest = NULL;
    char *part = copy == NULL ? NULL : strtok_r(copy, " \t\r\n", &rest);
    for (; part != NULL; part = strtok_r(NULL, " \t\r\n", &rest)) {
        struct reading_word *word = word_list_insert(list, place++, part);
        if (word == NULL)
            break;
        word->box = *box;
        word->confidence = CERTAIN;
        word->from = READING_SOURCE_TEXT_LAYER;
    }
    free(copy);
}

static char *field_value(PopplerFormField *field)
{
    switch (poppler_form_field_get_field_type(field)) {
    case POPPLER_FORM_FIELD_TEXT:
        return poppler_form_field_text_is_password(field) ? NULL
                                                          : poppler_form_field_text_get_text(field);
    case POPPLER_FORM_FIELD_CHOICE:
        return poppler_form_field_choice_get_text(field);
    case POPPLER_FORM_FIELD_UNKNOWN:
    case POPPLER_FORM_FIELD_BUTTON:
    case POPPLER_FORM_FIELD_SIGNATURE:
        return NULL;
    }
    return NULL;
}

static void add_fields(PopplerPage *page, double page_height, double scale, struct word_list *list)
{
    GList *fields = poppler_page_get_form_field_mapping(page);
    for (GList *item = fields; item != NULL; item = item->next) {
        const PopplerFormFieldMapping *mapping = item->data;
        char *value = field_value(mapping->field);
        const PopplerRectangle *area = &mapping->area;
        struct reading_box box = {
            .left = (int32_t)(area->x1 * scale),
            .top = (int32_t)((page_height - area->y2) * scale),
            .width = (int32_t)((area->x2 - area->x1) * scale),
            .height = (int32_t)((area->y2 - area->y1) * scale),
        };
        if (value != NULL)
            add_field(list, value, &box);
        g_free(value);
    }
    poppler_page_free_form_field_mapping(fields);
}

bool pdf_text_read(PopplerPage *page, double dpi, struct reading_page *ret_page)
{
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    double scale = dpi / 72;
    struct word_list list = {0};
    struct gathering word = {.list = &list, .scale = scale};
    char *text = poppler_page_get_text(page);
    PopplerRectangle *boxes = NULL;
    guint count = 0;
    if (text != NULL && poppler_page_get_text_layout(page, &boxes, &count))
        split_into_words(text, boxes, count, &word);
    g_free(boxes);
    g_free(text);
    text_done(&word.text);
    find_blocks(&list);
    add_fields(page, height, scale, &list);

    struct reading_page result = {.width = (int32_t)ceil(width * scale),
                                  .height = (int32_t)ceil(height * scale),
                                  .dpi = (int32_t)lround(dpi)};
    bool good = word_list_finish(&list, &result);
    if (good)
        *ret_page = result;
    else
        reading_page_done(&result);
    return good;
}

/* What the letters of a page look like. */
struct tally {
    unsigned characters, unreadable, latin, vowels;
};

static void tally_word(const char *text, struct tally *tally)
{
    static const char vowels[] = "aeiouyAEIOUY";
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t character = utf8_next(text, length, &at);
        tally->characters++;
        tally->unreadable += is_unreadable(character);
        bool is_ascii =
            (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        bool is_accented = character >= 0xC0 && character <= 0x17F; // mostly vowels: ä ö ü é
        tally->latin += is_ascii || is_accented;
        tally->vowels += (is_ascii && strchr(vowels, (int)character) != NULL) || is_accented;
    }
}

bool pdf_text_is_sane(const struct reading_page *page)
{
    struct tally tally = {0};
    for (uint32_t i = 0; i < page->word_count; i++)
        tally_word(page->words[i].text, &tally);
    if (page->word_count == 0 || tally.unreadable > UNREADABLE_SHARE_MOST * tally.characters)
        return false;
    if (tally.characters > WORD_LETTERS_MOST * page->word_count)
        return false;
    return tally.latin < LETTERS_TO_JUDGE || (tally.vowels >= VOWELS_LEAST * tally.latin &&
                                              tally.vowels <= VOWELS_MOST * tally.latin);
}

double pdf_text_image_share(PopplerPage *page)
{
    double width = 0, height = 0, largest = 0;
    poppler_page_get_size(page, &width, &height);
    GList *images = poppler_page_get_image_mapping(page);
    for (GList *item = images; item != NULL; item = item->next) {
        const PopplerImageMapping *image = item->data;
        double across = fmin(width, image->area.x2) - fmax(0, image->area.x1);
        double down = fmin(height, image->area.y2) - fmax(0, image->area.y1);
        if (across > 0 && down > 0)
            largest = fmax(largest, across * down);
    }
    poppler_page_free_image_mapping(images);
    return width > 0 && height > 0 ? fmin(1, largest / (width * height)) : 0;
}
