/* kind_model.c - see kind_model.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify/fold.h"
#include "classify/kind_model.h"
#include "classify/lookup.h"

enum {
    TOKENS_MOST = 3000, /* of a letter; what comes after says no more of its kind */
    FEATURES_LEAST = 256,
    STRETCH = 4, /* characters */
    STRETCHED_LEAST = 5,
    FEATURE_BYTES = 2 * FOLD_WORD_BYTES + 8
};

static const double TRIGGER_SCORE_MOST = 8.0;

/* ---- features ------------------------------------------------------------------------------- */

static bool add(struct kind_features *features, const char *bytes, size_t length, float value)
{
    if (features->count == features->capacity) {
        size_t capacity = features->capacity == 0 ? FEATURES_LEAST : features->capacity * 2;
        struct kind_feature *list = realloc(features->list, capacity * sizeof *list);
        if (list == NULL)
            return false;
        features->list = list;
        features->capacity = capacity;
    }
    features->list[features->count++] =
        (struct kind_feature){hash_bytes(bytes, length) & (KIND_FEATURES - 1), value};
    return true;
}

/* `mark` keeps apart what is of another sort. */
static bool add_words(struct kind_features *features, char mark, const char *first,
                      const char *second)
{
    char bytes[FEATURE_BYTES];
    size_t first_length = strlen(first);
    size_t second_length = strlen(second);
    bytes[0] = mark;
    memcpy(bytes + 1, first, first_length);
    bytes[1 + first_length] = ' ';
    memcpy(bytes + 2 + first_length, second, second_length);
    return add(features, bytes, 2 + first_length + second_length, 1);
}

/* A word's digits say only that there are some: dates and amounts are all alike. */
static void blur(const char *folded, char ret_word[FOLD_WORD_BYTES])
{
    size_t length = strlen(folded);
    for (size_t i = 0; i <= length; i++)
        ret_word[i] = ascii_is_digit(folded[i]) ? '0' : folded[i];
}

static bool add_stretches(struct kind_features *features, const char *word)
{
    char framed[FOLD_WORD_BYTES + 2];
    size_t length = strlen(word);
    if (length < STRETCHED_LEAST || ascii_is_digit(word[0]))
        return true;
    framed[0] = '<';
    memcpy(framed + 1, word, length);
    framed[length + 1] = '>';
    for (size_t i = 0; i + STRETCH <= length + 2; i++)
        if (!add(features, framed + i, STRETCH, 0.5F))
            return false;
    return true;
}

static bool add_letter(struct kind_features *features, const struct letter *letter)
{
    char before[FOLD_WORD_BYTES] = "";
    for (uint32_t token = 0; token < letter->token_count && token < TOKENS_MOST; token++) {
        char word[FOLD_WORD_BYTES];
        blur(letter_folded(letter, token), word);
        if (word[0] == '\0')
            continue;
        bool is_added = add_words(features, 'w', word, "") && add_stretches(features, word);
        if (is_added && before[0] != '\0')
            is_added = add_words(features, 'p', before, word);
        if (is_added && kind_is_heading(letter, letter->tokens[token].line))
            is_added = add_words(features, 'h', word, "");
        if (!is_added)
            return false;
        memcpy(before, word, sizeof before);
    }
    return true;
}

static int by_index(const void *left, const void *right)
{
    const struct kind_feature *a = left;
    const struct kind_feature *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

/* Each place once, its count damped, and all of them together of length one: a long letter says no
 * more than a short one. */
static void settle(struct kind_features *features)
{
    size_t count = 0;
    double square = 0;
    qsort(features->list, features->count, sizeof *features->list, by_index);
    for (size_t i = 0; i < features->count; i++) {
        if (count > 0 && features->list[count - 1].index == features->list[i].index)
            features->list[count - 1].value += features->list[i].value;
        else
            features->list[count++] = features->list[i];
    }
    features->count = count;
    for (size_t i = 0; i < count; i++) {
        float value = log1pf(features->list[i].value);
        features->list[i].value = value;
        square += (double)value * (double)value;
    }
    for (size_t i = 0; i < count; i++)
        features->list[i].value = (float)((double)features->list[i].value / sqrt(square));
}

static bool add_triggers(struct kind_features *features, const struct kind_scores *triggers)
{
    for (size_t i = 0; i < triggers->count; i++) {
        char bytes[FEATURE_BYTES] = "t";
        size_t length = strnlen(triggers->kinds[i], KIND_NAME_BYTES_MOST);
        double score =
            triggers->scores[i] < TRIGGER_SCORE_MOST ? triggers->scores[i] : TRIGGER_SCORE_MOST;
        memcpy(bytes + 1, triggers->kinds[i], length);
        if (score > 0 && !add(features, bytes, 1 + length, (float)(score / TRIGGER_SCORE_MOST)))
            return false;
    }
    return true;
}

bool kind_features_find(const struct letter *letter, const struct kind_scores *triggers,
                        struct kind_features *features)
{
    if (!add_letter(features, letter))
        return false;
    if (features->count > 0)
        settle(features);
    if (!add_triggers(features, triggers))
        return false;
    if (features->count > 0)
        qsort(features->list, features->count, sizeof *features->list, by_index);
    return true;
}

void kind_features_done(struct kind_features *features)
{
    free(features->list);
    *features = (struct kind_features){0};
}

/* ---- the model ------------------------------------------------------------------------------ */

struct learned_kind {
    char *name;
    uint32_t documents;
    float bias;
    struct kind_feature *weights;
    size_t weight_count;
};

struct kind_model {
    struct learned_kind *kinds;
    size_t count;
};

void kind_model_free(struct kind_model **model_p)
{
    struct kind_model *model = *model_p;
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->count; i++) {
        free(model->kinds[i].name);
        free(model->kinds[i].weights);
    }
    free(model->kinds);
    free(model);
    *model_p = NULL;
}

static struct kind_model *model_of(size_t count)
{
    struct kind_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return NULL;
    model->kinds = calloc(count + 1, sizeof *model->kinds);
    model->count = count;
    if (model->kinds == NULL) {
        model->count = 0;
        kind_model_free(&model);
    }
    return model;
}

struct kind_model *kind_model_new(const struct kind_weights *kinds, size_t count)
{
    struct kind_model *model = model_of(count);
    for (size_t i = 0; model != NULL && i < count; i++) {
        struct learned_kind *kind = &model->kinds[i];
        size_t bytes = kinds[i].weight_count * sizeof *kind->weights;
        kind->name = string_copy(kinds[i].name);
        kind->documents = kinds[i].documents;
        kind->bias = kinds[i].bias;
        kind->weights = malloc(bytes + 1);
        if (kind->name == NULL || kind->weights == NULL) {
            kind_model_free(&model);
            break;
        }
        if (bytes > 0)
            memcpy(kind->weights, kinds[i].weights, bytes);
        kind->weight_count = kinds[i].weight_count;
    }
    return model;
}

size_t kind_model_count(const struct kind_model *model)
{
    return model == NULL ? 0 : model->count;
}

const char *kind_model_name(const struct kind_model *model, size_t kind)
{
    return model->kinds[kind].name;
}

double kind_model_documents(const struct kind_model *model, size_t kind)
{
    return model->kinds[kind].documents;
}

double kind_model_odds(const struct kind_model *model, size_t kind,
                       const struct kind_features *features)
{
    const struct learned_kind *learned = &model->kinds[kind];
    double odds = (double)learned->bias;
    size_t at = 0;
    for (size_t i = 0; i < features->count; i++) {
        while (at < learned->weight_count && learned->weights[at].index < features->list[i].index)
            at++;
        if (at < learned->weight_count && learned->weights[at].index == features->list[i].index)
            odds += (double)learned->weights[at].value * (double)features->list[i].value;
    }
    return odds;
}

/* ---- at rest -------------------------------------------------------------------------------- */

void kind_model_encode(const struct kind_model *model, struct byte_writer *writer)
{
    byte_writer_u32(writer, (uint32_t)kind_model_count(model));
    for (size_t i = 0; i < kind_model_count(model); i++) {
        const struct learned_kind *kind = &model->kinds[i];
        byte_writer_string(writer, kind->name);
        byte_writer_u32(writer, kind->documents);
        byte_writer_float(writer, kind->bias);
        byte_writer_u32(writer, (uint32_t)kind->weight_count);
        for (size_t k = 0; k < kind->weight_count; k++) {
            byte_writer_u32(writer, kind->weights[k].index);
            byte_writer_float(writer, kind->weights[k].value);
        }
    }
}

/* False: not what a kind can be. */
static bool read_kind(struct byte_reader *reader, struct learned_kind *kind)
{
    kind->name = byte_reader_string(reader, KIND_NAME_BYTES_MOST);
    kind->documents = byte_reader_u32(reader);
    kind->bias = byte_reader_float(reader);
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count > KIND_MODEL_WEIGHTS_MOST || !isfinite(kind->bias))
        return false;
    kind->weights = calloc((size_t)count + 1, sizeof *kind->weights);
    if (kind->weights == NULL) {
        reader->starved = true;
        return false;
    }
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        struct kind_feature *weight = &kind->weights[i];
        weight->index = byte_reader_u32(reader);
        weight->value = byte_reader_float(reader);
        if (weight->index >= KIND_FEATURES || !isfinite(weight->value) ||
            (i > 0 && weight->index <= kind->weights[i - 1].index))
            return false;
    }
    kind->weight_count = count;
    return !reader->failed;
}

enum status kind_model_decode(struct byte_reader *reader, struct kind_model **ret_model,
                              struct fault *fault)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count > KIND_MODEL_KINDS_MOST)
        return fault_set(fault, STATUS_REFUSE, "a model of more kinds than there can be");
    struct kind_model *model = count == 0 ? NULL : model_of(count);
    if (count > 0 && model == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a model");
    for (uint32_t i = 0; i < count; i++) {
        if (read_kind(reader, &model->kinds[i]))
            continue;
        kind_model_free(&model);
        if (reader->starved)
            return fault_set(fault, STATUS_LATER, "no memory for a model");
        return fault_set(fault, STATUS_REFUSE, "the kinds of a model cannot be read");
    }
    *ret_model = model;
    return STATUS_OK;
}
