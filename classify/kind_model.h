/* kind_model.h - what was learned of the kinds of document: a linear model.
 *
 * Features are words, pairs of words, words of headings and stretches of four characters, hashed
 * into KIND_FEATURES places, and what the trigger tables said. For each kind the model has a bias
 * and a weight a feature, trained one kind against all others (kind_training.h); a kind's odds are
 * their sum. The kind "" stands for letters that people found to be none of the kinds. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_KIND_MODEL_H
#define CLASSIFY_KIND_MODEL_H

#include "base/bytes.h"
#include "base/fault.h"
#include "classify/kind_triggers.h"

enum {
    KIND_FEATURES = 1 << 18,
    KIND_MODEL_KINDS_MOST = 128,
    KIND_MODEL_WEIGHTS_MOST = 1 << 20, /* over all kinds */
    KIND_NAME_BYTES_MOST = 64
};

struct kind_feature {
    uint32_t index; /* below KIND_FEATURES */
    float value;
};

/* In the order of their indexes, each once. */
struct kind_features {
    struct kind_feature *list;
    size_t count, capacity;
};

/* `triggers`: what kind_triggers_score() said of the letter. False when memory ran out. */
bool kind_features_find(const struct letter *letter, const struct kind_scores *triggers,
                        struct kind_features *features);
void kind_features_done(struct kind_features *features);

struct kind_model;

/* One kind of a model that is being put together. */
struct kind_weights {
    const char *name;
    uint32_t documents; /* it was trained with */
    float bias;
    const struct kind_feature *weights; /* in the order of their indexes */
    size_t weight_count;
};
/* NULL: out of memory. Copies everything. */
struct kind_model *kind_model_new(const struct kind_weights *kinds, size_t count);
void kind_model_free(struct kind_model **model_p);

size_t kind_model_count(const struct kind_model *model); /* 0 for NULL */
const char *kind_model_name(const struct kind_model *model, size_t kind);
double kind_model_documents(const struct kind_model *model, size_t kind);
/* The logarithm of the odds that the letter is of this kind. */
double kind_model_odds(const struct kind_model *model, size_t kind,
                       const struct kind_features *features);

void kind_model_encode(const struct kind_model *model, struct byte_writer *writer);
/* STATUS_REFUSE: not a model. *ret_model may be NULL on STATUS_OK: one of no kinds. */
enum status kind_model_decode(struct byte_reader *reader, struct kind_model **ret_model,
                              struct fault *fault);

#endif
