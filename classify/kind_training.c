/* kind_training.c - see kind_training.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <linear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify/kind_training.h"

static const double COST = 24.0; /* of an error against the penalty, for letters of length one */
static const double POSITIVES_MOST =
    3.0; /* how much more a letter of the kind counts than others */
static const double PRECISION = 0.001;
static const double WEIGHT_LEAST = 1e-4;

struct example {
    struct kind_features features;
    uint32_t kind; /* index in `names` */
};

struct kind_training {
    char **names;
    uint32_t *documents; /* of each name */
    size_t name_count;
    struct example *examples;
    size_t count, capacity;
};

struct kind_training *kind_training_new(void)
{
    return calloc(1, sizeof(struct kind_training));
}

void kind_training_free(struct kind_training **training_p)
{
    struct kind_training *training = *training_p;
    if (training == NULL)
        return;
    for (size_t i = 0; i < training->name_count; i++)
        free(training->names[i]);
    for (size_t i = 0; i < training->count; i++)
        kind_features_done(&training->examples[i].features);
    free(training->names);
    free(training->documents);
    free(training->examples);
    free(training);
    *training_p = NULL;
}

/* ---- adding --------------------------------------------------------------------------------- */

/* The kind's number; name_count when there is no room or memory for a new one. */
static size_t number_of(struct kind_training *training, const char *kind)
{
    size_t at = 0;
    while (at < training->name_count && strcmp(training->names[at], kind) != 0)
        at++;
    if (at < training->name_count || at == KIND_MODEL_KINDS_MOST)
        return at;
    char **names = realloc(training->names, (at + 1) * sizeof *names);
    if (names == NULL)
        return at;
    training->names = names;
    uint32_t *documents = realloc(training->documents, (at + 1) * sizeof *documents);
    if (documents == NULL)
        return at;
    training->documents = documents;
    names[at] = string_copy(kind);
    documents[at] = 0;
    training->name_count += names[at] != NULL;
    return at;
}

static bool reserve(struct kind_training *training)
{
    if (training->count < training->capacity)
        return true;
    size_t capacity = training->capacity == 0 ? 64 : training->capacity * 2;
    struct example *examples = realloc(training->examples, capacity * sizeof *examples);
    if (examples == NULL)
        return false;
    training->examples = examples;
    training->capacity = capacity;
    return true;
}

bool kind_training_add(struct kind_training *training, const struct letter *letter,
                       const struct kind_rules *rules, const char *kind)
{
    struct kind_scores scores = {.count = 0};
    if (training->count == KIND_DOCUMENTS_MOST || strlen(kind) >= KIND_NAME_BYTES_MOST)
        return true;
    size_t number = number_of(training, kind);
    if (number == KIND_MODEL_KINDS_MOST)
        return true;
    if (number >= training->name_count || !reserve(training))
        return false;
    struct example *example = &training->examples[training->count];
    *example = (struct example){.kind = (uint32_t)number};
    kind_triggers_score(letter, rules, &scores);
    if (!kind_features_find(letter, &scores, &example->features)) {
        kind_features_done(&example->features);
        return false;
    }
    training->documents[number]++;
    training->count++;
    return true;
}

/* ---- the problem as LIBLINEAR wants it -------------------------------------------------------- */

/* Only places that some letter fills are numbered, from 1. */
struct table {
    int *numbers;     /* by place; 0: none has it */
    uint32_t *places; /* by number - 1 */
    int count;
    struct feature_node *nodes; /* of all letters, each ended by the bias and -1 */
    struct feature_node **rows;
    double *sides; /* +1 of the kind, -1 not */
};

static void table_done(struct table *table)
{
    free(table->numbers);
    free(table->places);
    free(table->nodes);
    free((void *)table->rows);
    free(table->sides);
}

static size_t number_places(struct table *table, const struct kind_training *training)
{
    size_t nodes = 0;
    for (size_t i = 0; i < training->count; i++) {
        const struct kind_features *features = &training->examples[i].features;
        nodes += features->count + 2;
        for (size_t k = 0; k < features->count; k++) {
            uint32_t place = features->list[k].index;
            if (table->numbers[place] != 0)
                continue;
            table->places[table->count] = place;
            table->numbers[place] = ++table->count;
        }
    }
    return nodes;
}

/* A letter's nodes must rise in their numbers. */
static int by_number(const void *left, const void *right)
{
    const struct feature_node *a = left;
    const struct feature_node *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

static void fill_rows(struct table *table, const struct kind_training *training)
{
    struct feature_node *next = table->nodes;
    for (size_t i = 0; i < training->count; i++) {
        const struct kind_features *features = &training->examples[i].features;
        table->rows[i] = next;
        for (size_t k = 0; k < features->count; k++)
            *next++ = (struct feature_node){table->numbers[features->list[k].index],
                                            (double)features->list[k].value};
        qsort(table->rows[i], features->count, sizeof *table->rows[i], by_number);
        *next++ = (struct feature_node){table->count + 1, 1}; // the bias
        *next++ = (struct feature_node){-1, 0};
    }
}

static bool table_init(struct table *table, const struct kind_training *training)
{
    *table = (struct table){0};
    table->numbers = calloc(KIND_FEATURES, sizeof *table->numbers);
    table->places = calloc(KIND_FEATURES, sizeof *table->places);
    table->rows = calloc(training->count + 1, sizeof *table->rows);
    table->sides = calloc(training->count + 1, sizeof *table->sides);
    if (table->numbers == NULL || table->places == NULL || table->rows == NULL ||
        table->sides == NULL)
        return false;
    table->nodes = calloc(number_places(table, training) + 1, sizeof *table->nodes);
    if (table->nodes == NULL)
        return false;
    fill_rows(table, training);
    return true;
}

/* ---- training ------------------------------------------------------------------------------- */

static int by_weight(const void *left, const void *right)
{
    float a = fabsf(((const struct kind_feature *)left)->value);
    float b = fabsf(((const struct kind_feature *)right)->value);
    return (a < b) - (a > b);
}

static int by_place(const void *left, const void *right)
{
    const struct kind_feature *a = left;
    const struct kind_feature *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

/* The heaviest weights of a trained kind, in the order of their places. */
static bool take_weights(const struct table *table, const struct model *trained,
                         struct kind_weights *weights)
{
    struct kind_feature *list = calloc((size_t)table->count + 1, sizeof *list);
    size_t count = 0;
    if (list == NULL)
        return false;
    // LIBLINEAR calls the side that it met first the positive one.
    double sign = trained->label[0] > 0 ? 1 : -1;
    for (int i = 0; i < table->count; i++) {
        float value = (float)(sign * trained->w[i]);
        if (fabs((double)value) >= WEIGHT_LEAST)
            list[count++] = (struct kind_feature){table->places[i], value};
    }
    qsort(list, count, sizeof *list, by_weight);
    count = count < KIND_WEIGHTS_MOST ? count : KIND_WEIGHTS_MOST;
    qsort(list, count, sizeof *list, by_place);
    weights->bias = (float)(sign * trained->w[table->count]);
    weights->weights = list;
    weights->weight_count = count;
    return true;
}

static void say_nothing(const char *words)
{
    (void)words;
}

static bool train_kind(const struct kind_training *training, struct table *table, size_t kind,
                       struct kind_weights *weights)
{
    double others = (double)(training->count - training->documents[kind]);
    double share = others / (double)training->documents[kind];
    int labels[1] = {1};
    double factors[1] = {share > 1 ? fmin(sqrt(share), POSITIVES_MOST) : 1};
    for (size_t i = 0; i < training->count; i++)
        table->sides[i] = training->examples[i].kind == kind ? 1 : -1;
    const struct problem problem = {.l = (int)training->count,
                                    .n = table->count + 1,
                                    .y = table->sides,
                                    .x = table->rows,
                                    .bias = 1};
    const struct parameter parameter = {.solver_type = L2R_LR,
                                        .eps = PRECISION,
                                        .C = COST,
                                        .nr_weight = 1,
                                        .weight_label = labels,
                                        .weight = factors};
    set_print_string_function(say_nothing);
    struct model *trained = train(&problem, &parameter);
    bool is_taken = trained != NULL && take_weights(table, trained, weights);
    free_and_destroy_model(&trained);
    weights->name = training->names[kind];
    weights->documents = training->documents[kind];
    return is_taken;
}

static bool is_learnable(const struct kind_training *training, size_t kind)
{
    return training->documents[kind] >= KIND_DOCUMENTS_LEAST &&
           training->documents[kind] < training->count;
}

static enum status train_all(const struct kind_training *training, struct table *table,
                             struct kind_weights *weights, struct kind_model **ret_model,
                             struct fault *fault)
{
    size_t count = 0;
    for (size_t kind = 0; kind < training->name_count; kind++) {
        if (!is_learnable(training, kind))
            continue;
        if (!train_kind(training, table, kind, &weights[count]))
            return fault_set(fault, STATUS_LATER, "no memory to learn the kinds");
        count++;
    }
    *ret_model = count == 0 ? NULL : kind_model_new(weights, count);
    return count == 0 || *ret_model != NULL
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "no memory to learn the kinds");
}

enum status kind_training_finish(struct kind_training *training, struct kind_model **ret_model,
                                 struct fault *fault)
{
    struct table table;
    struct kind_weights *weights = calloc(training->name_count + 1, sizeof *weights);
    enum status status = STATUS_LATER;
    if (table_init(&table, training) && weights != NULL)
        status = train_all(training, &table, weights, ret_model, fault);
    else
        status = fault_set(fault, STATUS_LATER, "no memory to learn the kinds");
    for (size_t i = 0; weights != NULL && i < training->name_count; i++)
        free((void *)(uintptr_t)weights[i].weights);
    free(weights);
    table_done(&table);
    return status;
}
