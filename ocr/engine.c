/* engine.c - see engine.h.
 *
 * Everything that opens files happens in engine_open(). The models' digests stand in the engine's name, so that a reading can be replayed years later. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>
#include <tiffio.h>

#include "base/digest.h"
#include "base/text.h"
#include "ocr/engine.h"
#include "ocr/network_file.h"
#include "ocr/number_zones.h"
#include "ocr/series_forward.h"
#include "ocr/spare_fonts.h"
#include "ocr/unread.h"

enum {
    FONT_BYTES_MOST = 1 << 20,
    MODEL_BYTES_MOST = 256 << 20,
    DIGEST_CHARACTERS = 8, /* of the model's SHA-256: enough to tell models apart */
    PATH_BYTES = 4096,
};

static const double SENSIBLE_CONFIDENCE = 0.6;
static const float DOUBTFUL_CONFIDENCE = 0.25F;

struct engine {
    TessBaseAPI *api;
    char *name;
    uint8_t *font;
    size_t font_length;
};

/* Settings of Tesseract that differ from its own. */
static const struct setting {
    const char *name, *value;
} settings[] = {
    {"debug_file",         "/dev/null"},
 // Scans are black on white: only lines that make no sense are tried as white on black as well.
    {"tessedit_do_invert", "1"        },
    {"invert_threshold",   "0.3"      },
 // Looks for letters of one width; the model does without, and it takes 3 %.
    {"textord_all_prop",   "1"        },
};

static bool is_listed(char **names, const char *name, size_t length)
{
    bool is_found = false;
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        is_found = is_found || (strlen(names[i]) == length && memcmp(names[i], name, length) == 0);
    return is_found;
}

/* Tesseract passes over languages that it does not have, as long as one is left. */
static bool has_languages(const TessBaseAPI *api, const char *languages)
{
    char **loaded = TessBaseAPIGetLoadedLanguagesAsVector(api);
    bool has_all = true;
    for (const char *at = languages; *at != '\0'; at += *at == '+') {
        size_t length = strcspn(at, "+");
        has_all = has_all && (length == 0 || *at == '~' || is_listed(loaded, at, length));
        at += length;
    }
    TessDeleteTextArray(loaded);
    return has_all;
}

static enum status start_tesseract(struct engine *engine, const struct ocr_options *options,
                                   struct fault *fault)
{
    engine->api = TessBaseAPICreate();
    if (engine->api == NULL)
        return fault_set(fault, STATUS_HALT, "out of memory for Tesseract");
    if (TessBaseAPIInit2(engine->api, options->tessdata, options->languages, OEM_LSTM_ONLY) != 0 ||
        !has_languages(engine->api, options->languages))
        return fault_set(fault, STATUS_HALT,
                         "Tesseract cannot load \"%s\" from %s: install the language's data "
                         "package (tesseract-ocr-…) or mend reading.languages",
                         options->languages,
                         options->tessdata == NULL ? "its default folder" : options->tessdata);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        TessBaseAPISetVariable(engine->api, settings[i].name, settings[i].value);
    return STATUS_OK;
}

/* The whole file, or NULL; the caller frees. */
static uint8_t *read_whole(const char *path, size_t most, size_t *ret_length)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return NULL;
    uint8_t *bytes = malloc(most);
    size_t length = bytes == NULL ? 0 : fread(bytes, 1, most, file);
    (void)fclose(file);
    if (length == 0 || length == most) {
        free(bytes);
        return NULL;
    }
    *ret_length = length;
    return bytes;
}

static enum status load_font(struct engine *engine, struct fault *fault)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/pdf.ttf", TessBaseAPIGetDatapath(engine->api));
    engine->font = read_whole(path, FONT_BYTES_MOST, &engine->font_length);
    if (engine->font == NULL)
        return fault_set(fault, STATUS_HALT,
                         "%s, the font for invisible text that comes with Tesseract, is missing",
                         path);
    return STATUS_OK;
}

/* What is not known to us Tesseract computes alone. */
static void offer_network(const uint8_t *bytes, size_t length)
{
    struct network *network = NULL;
    if (network_file_read(bytes, length, &network, NULL) == STATUS_OK)
        series_forward_offer(network);
}

static void append_digest(const char *path, struct text *name)
{
    size_t length = 0;
    uint8_t *bytes = read_whole(path, MODEL_BYTES_MOST, &length);
    if (bytes == NULL)
        return;
    offer_network(bytes, length);
    struct digest digest = digest_of(bytes, length);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&digest, hex);
    text_append_bytes(name, hex, DIGEST_CHARACTERS);
    free(bytes);
}

/* " deu:6b5c2a01" for each language that was asked for. */
static void append_languages(const struct engine *engine, struct text *name)
{
    char *languages = string_copy(TessBaseAPIGetInitLanguagesAsString(engine->api));
    char *rest = NULL;
    char *language = languages == NULL ? NULL : strtok_r(languages, "+", &rest);
    for (; language != NULL; language = strtok_r(NULL, "+", &rest)) {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s.traineddata", TessBaseAPIGetDatapath(engine->api),
                       language);
        text_append_format(name, " %s:", language);
        append_digest(path, name);
    }
    free(languages);
}

static enum status make_name(struct engine *engine, struct fault *fault)
{
    struct text name = {0};
    text_append_format(&name, "tesseract %s", TessVersion());
    append_languages(engine, &name);
    char *leptonica = getLeptonicaVersion();
    const char *tiff = TIFFGetVersion();
    text_append_format(&name, " %s", leptonica == NULL ? "leptonica" : leptonica);
    text_append(&name, " ");
    text_append_bytes(&name, tiff, strcspn(tiff, "\n"));
    lept_free(leptonica);
    engine->name = text_take(&name);
    return engine->name == NULL ? fault_set(fault, STATUS_HALT, "out of memory") : STATUS_OK;
}

enum status engine_open(const struct ocr_options *options, struct engine **ret_engine,
                        struct fault *fault)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return fault_set(fault, STATUS_HALT, "out of memory for the reading engine");
    setMsgSeverity(L_SEVERITY_NONE);
    spare_fonts_load();
    enum status status = start_tesseract(engine, options, fault);
    if (status == STATUS_OK)
        status = load_font(engine, fault);
    if (status == STATUS_OK)
        status = make_name(engine, fault);
    if (status == STATUS_OK)
        *ret_engine = engine;
    else
        engine_close(&engine);
    return status;
}

void engine_close(struct engine **engine_p)
{
    struct engine *engine = *engine_p;
    if (engine == NULL)
        return;
    if (engine->api != NULL) {
        TessBaseAPIEnd(engine->api);
        TessBaseAPIDelete(engine->api);
    }
    series_forward_release();
    spare_fonts_release();
    free(engine->name);
    free(engine->font);
    free(engine);
    *engine_p = NULL;
}

const char *engine_name(const struct engine *engine)
{
    return engine->name;
}

const uint8_t *engine_font(const struct engine *engine, size_t *ret_length)
{
    *ret_length = engine->font_length;
    return engine->font;
}

/* Where the words go, and what is known of them so far. */
struct harvest {
    struct word_list *list;
    double confidence_sum; /* over characters */
    uint32_t characters;
    struct number_zones zones; /* to be read again */
};

static bool is_only_blanks(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static float share_of_percent(float percent)
{
    return percent <= 0 ? 0.0F : percent >= 100 ? 1.0F : percent / 100;
}

static void take_word(TessResultIterator *results, struct harvest *harvest)
{
    const TessPageIterator *at = TessResultIteratorGetPageIteratorConst(results);
    char *text = TessResultIteratorGetUTF8Text(results, RIL_WORD);
    int left = 0, top = 0, right = 0, bottom = 0;
    if (text == NULL || is_only_blanks(text) ||
        !TessPageIteratorBoundingBox(at, RIL_WORD, &left, &top, &right, &bottom)) {
        TessDeleteText(text);
        return;
    }
    struct reading_word *word = word_list_add(harvest->list, text);
    if (word != NULL) {
        struct reading_box box = {left, top, right - left, bottom - top};
        uint32_t length = (uint32_t)strlen(text);
        word->box = box;
        word->confidence = share_of_percent(TessResultIteratorConfidence(results, RIL_WORD));
        word->from = READING_SOURCE_OCR;
        harvest->confidence_sum += (double)word->confidence * length;
        harvest->characters += length;
        if (number_zones_want(text, word->confidence))
            number_zones_add(&harvest->zones, box, harvest->list->count - 1);
    }
    TessDeleteText(text);
}

/* Also for words without text, so that no line runs on into the next. */
static void take_break(const TessPageIterator *at, struct word_list *list)
{
    if (TessPageIteratorIsAtFinalElement(at, RIL_PARA, RIL_WORD))
        word_list_break(list, READING_BREAK_BLOCK);
    else if (TessPageIteratorIsAtFinalElement(at, RIL_TEXTLINE, RIL_WORD))
        word_list_break(list, READING_BREAK_LINE);
}

static void take_words(TessBaseAPI *api, struct harvest *harvest)
{
    TessResultIterator *results = TessBaseAPIGetIterator(api);
    if (results == NULL)
        return;
    do {
        take_word(results, harvest);
        take_break(TessResultIteratorGetPageIteratorConst(results), harvest->list);
    } while (TessResultIteratorNext(results, RIL_WORD));
    TessResultIteratorDelete(results);
}

static double mean_confidence(const struct harvest *harvest)
{
    return harvest->characters == 0 ? 0 : harvest->confidence_sum / harvest->characters;
}

/* Asked before each word. */
static bool is_to_stop(void *context, int words)
{
    (void)words;
    return time_limit_is_over(context);
}

/* At numbers in doubt, and at what no sure word covers of the ink that was looked at (`bits`). */
static bool look_again(struct engine *engine, PIX *pix, int dpi, PIX *bits,
                       const struct original *original, const struct time_limit *limit,
                       struct harvest *harvest)
{
    struct unread unread = {.count = 0};
    return number_zones_read(&harvest->zones, engine->api, pix, dpi, limit, harvest->list) &&
           (bits == NULL || unread_find(bits, harvest->list, &unread)) &&
           unread_read(&unread, engine->api, original, dpi, limit, harvest->list);
}

enum status engine_recognise(struct engine *engine, PIX *pix, int dpi, bool has_tables,
                             const struct original *original, const struct time_limit *limit,
                             struct affine to_page, struct word_list *list,
                             struct engine_result *ret_result, struct fault *fault)
{
    ETEXT_DESC *monitor = TessMonitorCreate();
    if (monitor == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for recognition");
    struct time_limit until = *limit; // the monitor's context is not const
    TessMonitorSetCancelFunc(monitor, is_to_stop);
    TessMonitorSetCancelThis(monitor, &until);
    TessBaseAPISetPageSegMode(engine->api, PSM_AUTO);
    // What it takes for tables on letters are often form fields, whose lines it then tears apart;
    // in lists and catalogues it drops narrow columns of figures when it may not see tables.
    TessBaseAPISetVariable(engine->api, "textord_tabfind_find_tables", has_tables ? "1" : "0");
    TessBaseAPISetImage2(engine->api, pix);
    TessBaseAPISetSourceResolution(engine->api, dpi);
    struct harvest harvest = {.list = list};
    PIX *bits = NULL;
    if (TessBaseAPIRecognize(engine->api, monitor) == 0) {
        take_words(engine->api, &harvest);
        bits = TessBaseAPIGetThresholdedImage(engine->api);
    }
    TessMonitorDelete(monitor);
    bool is_late = time_limit_is_over(limit);
    bool good = true;
    // A page that makes no sense lies the wrong way round, is no text, or is handwriting, of which
    // everything is doubtful and all of it is kept.
    if (mean_confidence(&harvest) >= SENSIBLE_CONFIDENCE) {
        good = is_late || list->failed ||
               look_again(engine, pix, dpi, bits, original, limit, &harvest);
        word_list_drop_doubtful(list, DOUBTFUL_CONFIDENCE);
    }
    pixDestroy(&bits);
    TessBaseAPIClear(engine->api);
    for (uint32_t i = 0; i < list->count; i++)
        list->words[i].box = affine_box(to_page, list->words[i].box);
    if (list->failed || !good)
        return fault_set(fault, STATUS_LATER, "out of memory for the words of a page");
    *ret_result = (struct engine_result){
        .cut_short = is_late,
        .mean_confidence = mean_confidence(&harvest),
        .characters = harvest.characters,
    };
    return STATUS_OK;
}
