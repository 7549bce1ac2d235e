/* number_zones.c - see number_zones.h.
 *
 * The second reading is another one in three ways: the word is cut out alone and enlarged, it is
 * taken as one line whose gaps do not count, and where no letters were seen but those that digits
 * are taken for, only digits and the marks that numbers are written with are allowed.
 * Its least sure symbols give further alternatives. The first reading stays what it was: which of
 * them is right is for the register to say. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/number_zones.h"

enum {
    DIGITS_LEAST = 6,
    PADDING = 6, /* px of paper around a word */
    SYMBOLS_MOST = 64,
    SYMBOL_BYTES = 8,
    OTHERS_MOST = 6, /* alternatives with another symbol */
};

static const float SURE = 0.94F;
static const float OTHER_LEAST = 0.02F; /* a symbol less likely is none */
static const float ENLARGEMENT = 1.4F;
static const char allowed[] = "0123456789.,-/:";
static const char like_digits[] = "OoDQlIiZzSsBbGgqT";

static void count_kinds(const char *text, unsigned *ret_digits, unsigned *ret_letters)
{
    unsigned digits = 0, letters = 0;
    for (const char *at = text; *at != '\0'; at++) {
        digits += isdigit((unsigned char)*at) != 0;
        // Any letter beyond ASCII is counted by its first byte.
        letters += isalpha((unsigned char)*at) != 0 || (unsigned char)*at >= 0xC0;
    }
    *ret_digits = digits;
    *ret_letters = letters;
}

/* No letter is in it but those that digits are taken for. */
static bool may_be_digits_alone(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at >= 0xC0 ||
            (isalpha((unsigned char)*at) && strchr(like_digits, *at) == NULL))
            return false;
    return true;
}

bool number_zones_want(const char *text, float confidence)
{
    unsigned digits = 0, letters = 0;
    count_kinds(text, &digits, &letters);
    return confidence < SURE && digits >= DIGITS_LEAST && digits > letters;
}

void number_zones_add(struct number_zones *zones, struct reading_box box, uint32_t word)
{
    if (zones->count < NUMBER_ZONES_MOST)
        zones->zones[zones->count++] = (struct number_zone){box, word};
}

/* The word on paper of its own, enlarged. */
static PIX *cut_out(PIX *pix, struct reading_box box)
{
    BOX *area = boxCreate(box.left, box.top, box.width, box.height);
    PIX *word = area == NULL ? NULL : pixClipRectangle(pix, area, NULL);
    boxDestroy(&area);
    PIX *grey = word == NULL ? NULL : pixConvertTo8(word, 0);
    pixDestroy(&word);
    PIX *padded = grey == NULL ? NULL : pixAddBorder(grey, PADDING, 255);
    pixDestroy(&grey);
    PIX *large = padded == NULL ? NULL : pixScale(padded, ENLARGEMENT, ENLARGEMENT);
    pixDestroy(&padded);
    return large;
}

/* Without the blanks and line ends that surround or part it; false when nothing is left. */
static bool squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
    *to = '\0';
    return to != text;
}

static bool hang_on(struct reading_word *word, const char *text, float confidence)
{
    if (strcmp(word->text, text) == 0 || !utf8_is_valid(text, strlen(text)) ||
        word->alternative_count >= READING_ALTERNATIVES_MOST)
        return true;
    struct reading_alternative *alternatives =
        realloc(word->alternatives, (word->alternative_count + 1) * sizeof *alternatives);
    if (alternatives == NULL)
        return false;
    word->alternatives = alternatives;
    char *copy = string_copy(text);
    if (copy == NULL)
        return false;
    alternatives[word->alternative_count++] =
        (struct reading_alternative){.text = copy, .confidence = confidence};
    return true;
}

/* The zone's symbols in order, the likely other ones beside them. */
struct symbols {
    struct symbol {
        char best[SYMBOL_BYTES], other[SYMBOL_BYTES];
        float other_confidence; /* 0: there is none */
    } list[SYMBOLS_MOST];
    unsigned count;
};

static void take_choices(TessResultIterator *results, struct symbol *symbol)
{
    TessChoiceIterator *choices = TessResultIteratorGetChoiceIterator(results);
    if (choices == NULL)
        return;
    do {
        const char *text = TessChoiceIteratorGetUTF8Text(choices); // the iterator's own
        float confidence = TessChoiceIteratorConfidence(choices) / 100;
        if (text == NULL || *text == '\0' || *text == ' ' || strlen(text) >= SYMBOL_BYTES ||
            strcmp(text, symbol->best) == 0 || !(confidence > symbol->other_confidence))
            continue;
        symbol->other_confidence = confidence > 1 ? 1 : confidence;
        (void)snprintf(symbol->other, sizeof symbol->other, "%s", text);
    } while (TessChoiceIteratorNext(choices));
    TessChoiceIteratorDelete(choices);
}

static void take_symbols(TessBaseAPI *api, struct symbols *symbols)
{
    TessResultIterator *results = TessBaseAPIGetIterator(api);
    if (results == NULL)
        return;
    do {
        char *text = TessResultIteratorGetUTF8Text(results, RIL_SYMBOL);
        if (text != NULL && squeeze(text) && strlen(text) < SYMBOL_BYTES &&
            symbols->count < SYMBOLS_MOST) {
            struct symbol *symbol = &symbols->list[symbols->count++];
            (void)snprintf(symbol->best, sizeof symbol->best, "%s", text);
            take_choices(results, symbol);
        }
        TessDeleteText(text);
    } while (TessResultIteratorNext(results, RIL_SYMBOL));
    TessResultIteratorDelete(results);
}

/* The word with the symbol at `place` read the other way; nowhere for a place behind the end. */
static void spell(const struct symbols *symbols, unsigned place, struct text *text)
{
    for (unsigned i = 0; i < symbols->count; i++)
        text_append(text, i == place ? symbols->list[i].other : symbols->list[i].best);
}

/* The second reading itself, and those where its least sure symbol is another one. */
static bool hang_on_all(const struct symbols *symbols, float confidence, struct reading_word *word)
{
    struct text text = {0};
    spell(symbols, symbols->count, &text);
    bool good = text_string(&text)[0] == '\0' || confidence <= 0 ||
                hang_on(word, text_string(&text), confidence);
    unsigned kept = 0;
    for (float most = 2; good && kept < OTHERS_MOST; kept++) {
        unsigned place = symbols->count;
        float best = OTHER_LEAST;
        for (unsigned i = 0; i < symbols->count; i++)
            if (symbols->list[i].other_confidence >= best &&
                symbols->list[i].other_confidence < most) {
                best = symbols->list[i].other_confidence;
                place = i;
            }
        if (place == symbols->count)
            break;
        most = best;
        text_clear(&text);
        spell(symbols, place, &text);
        good = hang_on(word, text_string(&text), best);
    }
    good = good && !text.failed;
    text_done(&text);
    return good;
}

static bool read_zone(const struct number_zone *zone, TessBaseAPI *api, PIX *pix, int dpi,
                      struct reading_word *word)
{
    PIX *large = cut_out(pix, zone->box);
    if (large == NULL)
        return true; // off the picture: nothing to read
    TessBaseAPISetVariable(api, "tessedit_char_whitelist",
                           may_be_digits_alone(word->text) ? allowed : "");
    TessBaseAPISetImage2(api, large);
    TessBaseAPISetSourceResolution(api, (int)lround((double)(ENLARGEMENT * (float)dpi)));
    struct symbols symbols = {0};
    if (TessBaseAPIRecognize(api, NULL) == 0)
        take_symbols(api, &symbols);
    float confidence = (float)TessBaseAPIMeanTextConf(api) / 100;
    pixDestroy(&large);
    return hang_on_all(&symbols, confidence, word);
}

bool number_zones_read(const struct number_zones *zones, TessBaseAPI *api, PIX *pix, int dpi,
                       const struct time_limit *limit, struct word_list *list)
{
    bool good = true;
    TessBaseAPISetPageSegMode(api, PSM_SINGLE_LINE);
    TessBaseAPISetVariable(api, "lstm_choice_mode", "2"); // other symbols are kept as well
    for (unsigned i = 0; good && i < zones->count; i++) {
        if (time_limit_is_over(limit))
            break;
        good = read_zone(&zones->zones[i], api, pix, dpi, &list->words[zones->zones[i].word]);
    }
    TessBaseAPISetVariable(api, "tessedit_char_whitelist", "");
    TessBaseAPISetVariable(api, "lstm_choice_mode", "0");
    return good;
}
