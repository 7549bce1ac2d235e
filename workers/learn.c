/* learn.c - see learn.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "classify/kind_training.h"
#include "classify/model.h"
#include "classify/register_index.h"
#include "classify/rules.h"
#include "classify/weight_training.h"
#include "store/correction.h"
#include "store/models.h"
#include "workers/learn.h"
#include "workers/match_job.h"
#include "workers/model_watch.h"
#include "workers/register_watch.h"

enum { READING_BYTES_MOST = 64 << 20 };

static const double KIND_CONFIDENCE_LEAST = 0.5; /* of a kind that somebody saw and let stand */

/* A document whose truth is known. */
struct source {
    struct digest reading;
    char *right_case, *right_kind; /* NULL: not known */
    bool is_stated, is_held_back;
};

struct school {
    const struct learn_options *options;
    struct rules *rules;
    struct register_index *index;
    int64_t register_version;
    struct source *sources;
    size_t source_count, source_capacity;
    struct reading *readings; /* of the lessons: those for training first */
    struct lesson *lessons;
    size_t trained, held_back; /* how many lessons of each */
    struct learn_outcome outcome;
};

static enum status no_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "no memory to learn");
}

/* ---- what people decided -------------------------------------------------------------------- */

static const char *right_case_of(const struct judged_decision *judged)
{
    if (judged->right_case != NULL)
        return judged->right_case;
    bool stands = judged->state == DOCUMENT_FILED && judged->to_file && !judged->is_misfiled;
    return stands ? judged->case_number : NULL;
}

static const char *right_kind_of(const struct judged_decision *judged)
{
    if (judged->right_kind != NULL)
        return judged->right_kind;
    bool was_seen = judged->corrected_by != NULL && judged->kind != NULL;
    return was_seen && judged->kind_confidence >= KIND_CONFIDENCE_LEAST ? judged->kind : NULL;
}

static bool is_held_back(const struct document_id *id)
{
    struct digest digest = digest_of(id->uuid.bytes, sizeof id->uuid.bytes);
    return digest.bytes[0] % LEARN_HELD_BACK == 0;
}

static bool reserve(struct school *school)
{
    if (school->source_count < school->source_capacity)
        return true;
    size_t capacity = school->source_capacity == 0 ? 256 : school->source_capacity * 2;
    struct source *sources = realloc(school->sources, capacity * sizeof *sources);
    if (sources == NULL)
        return false;
    school->sources = sources;
    school->source_capacity = capacity;
    return true;
}

static enum status note_decision(void *context, const struct judged_decision *judged,
                                 struct fault *fault)
{
    struct school *school = context;
    const char *right_case = right_case_of(judged);
    const char *right_kind = right_kind_of(judged);
    if (right_case == NULL && right_kind == NULL)
        return STATUS_OK;
    if (!reserve(school))
        return no_memory(fault);
    struct source *source = &school->sources[school->source_count++];
    *source = (struct source){.reading = judged->reading,
                              .is_stated = judged->corrected_by != NULL,
                              .is_held_back = is_held_back(&judged->document)};
    source->right_case = right_case == NULL ? NULL : string_copy(right_case);
    source->right_kind = right_kind == NULL ? NULL : string_copy(right_kind);
    bool is_whole = (right_case == NULL || source->right_case != NULL) &&
                    (right_kind == NULL || source->right_kind != NULL);
    return is_whole ? STATUS_OK : no_memory(fault);
}

/* ---- lessons -------------------------------------------------------------------------------- */

static enum status read_reading(struct school *school, const struct source *source,
                                struct reading *ret_reading, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = spool_get(school->options->spool, &source->reading, READING_BYTES_MOST,
                                   &bytes, &length, fault);
    if (status == STATUS_OK)
        status = reading_decode(bytes, length, ret_reading, fault);
    free(bytes);
    return status;
}

/* A case that the register does not have any more teaches nothing. */
static const char *known_case(const struct school *school, const char *right_case)
{
    if (right_case == NULL || right_case[0] == '\0')
        return right_case;
    return register_index_case(school->index, right_case) == CASE_NONE ? NULL : right_case;
}

static enum status add_lessons(struct school *school, bool held_back, size_t first,
                               struct fault *fault)
{
    size_t *count = held_back ? &school->held_back : &school->trained;
    for (size_t i = first; i < school->source_count; i++) {
        const struct source *source = &school->sources[i];
        size_t at = school->trained + school->held_back;
        const char *right_case = known_case(school, source->right_case);
        if (source->is_held_back != held_back || (right_case == NULL && source->right_kind == NULL))
            continue;
        enum status status = read_reading(school, source, &school->readings[at], fault);
        if (status == STATUS_REFUSE)
            continue; // verify names what is wrong with the spool
        if (status != STATUS_OK)
            return status;
        school->lessons[at] = (struct lesson){.reading = &school->readings[at],
                                              .right_case = right_case,
                                              .right_kind = source->right_kind};
        (*count)++;
        school->outcome.stated += source->is_stated;
    }
    return STATUS_OK;
}

static enum status make_lessons(struct school *school, struct fault *fault)
{
    enum status status = judged_each(school->options->ledger, false, note_decision, school, fault);
    if (status != STATUS_OK)
        return status;
    size_t first =
        school->source_count > LEARN_LESSONS_MOST ? school->source_count - LEARN_LESSONS_MOST : 0;
    school->readings = calloc(school->source_count - first + 1, sizeof *school->readings);
    school->lessons = calloc(school->source_count - first + 1, sizeof *school->lessons);
    if (school->readings == NULL || school->lessons == NULL)
        return no_memory(fault);
    status = add_lessons(school, false, first, fault);
    if (status == STATUS_OK)
        status = add_lessons(school, true, first, fault);
    school->outcome.lessons = school->trained + school->held_back;
    school->outcome.held_back = school->held_back;
    if (status == STATUS_OK &&
        (school->outcome.stated < LEARN_STATED_LEAST || school->held_back == 0))
        return fault_set(fault, STATUS_REFUSE,
                         "people have stated something of %" PRIu64 " documents only, %d are "
                         "needed; nothing is learned yet",
                         school->outcome.stated, LEARN_STATED_LEAST);
    return status;
}

/* ---- training ------------------------------------------------------------------------------- */

static enum status train_kinds(struct school *school, struct model *model, struct fault *fault)
{
    struct kind_training *training = kind_training_new();
    bool is_whole = training != NULL;
    for (size_t i = 0; is_whole && i < school->trained; i++) {
        struct letter letter;
        if (school->lessons[i].right_kind == NULL)
            continue;
        is_whole = letter_init(&letter, school->lessons[i].reading) &&
                   kind_training_add(training, &letter, &school->rules->kinds,
                                     school->lessons[i].right_kind);
        letter_done(&letter);
    }
    enum status status =
        is_whole ? kind_training_finish(training, &model->kinds, fault) : no_memory(fault);
    kind_training_free(&training);
    return status;
}

static enum status train(struct school *school, struct model **ret_model, struct fault *fault)
{
    struct model *model = model_new();
    if (model == NULL)
        return no_memory(fault);
    enum status status = weight_training(school->rules, school->index, school->lessons,
                                         school->trained, &model->weights, fault);
    if (status == STATUS_OK)
        status = train_kinds(school, model, fault);
    if (status == STATUS_OK)
        *ret_model = model;
    else
        model_free(&model);
    return status;
}

static enum status read_model(const char *path, struct model **ret_model, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = file_read(path, MODEL_BYTES_MOST, &bytes, &length, fault);
    if (status == STATUS_OK)
        status = model_decode(bytes, length, ret_model, fault);
    free(bytes);
    return status;
}

/* ---- measuring ------------------------------------------------------------------------------ */

/* Takes the model; the rules have their own weights again afterwards. */
static enum status measure(struct school *school, struct model **model_p,
                           struct lesson_score *ret_score, struct fault *fault)
{
    struct model *none = NULL;
    enum status status = rules_use_model(school->rules, model_p, "trial", fault);
    if (status == STATUS_OK)
        status = lessons_score(school->rules, school->index, school->lessons + school->trained,
                               school->held_back, ret_score, fault);
    if (status == STATUS_OK)
        status = rules_use_model(school->rules, &none, NULL, fault);
    return status;
}

static void append_score(struct text *figures, const char *name, const struct lesson_score *score)
{
    text_append_format(figures,
                       ",\"%s\":{\"cases\":%" PRIu64 ",\"filed\":%" PRIu64 ",\"misfiled\":%" PRIu64
                       ",\"kinds\":%" PRIu64 ",\"kinds_right\":%" PRIu64 "}",
                       name, score->cases, score->filed, score->misfiled, score->kinds,
                       score->kinds_right);
}

static enum status keep(struct school *school, const struct byte_writer *bytes, struct fault *fault)
{
    struct learn_outcome *outcome = &school->outcome;
    struct text figures = {0};
    text_append_format(&figures,
                       "{\"lessons\":%" PRIu64 ",\"held_back\":%" PRIu64 ",\"stated\":%" PRIu64
                       ",\"kinds_learned\":%" PRIu64 ",\"register\":%" PRId64
                       ",\"model_before\":%" PRId64,
                       outcome->lessons, outcome->held_back, outcome->stated,
                       outcome->kinds_learned, school->register_version, outcome->before);
    append_score(&figures, "before", &outcome->score_before);
    append_score(&figures, "after", &outcome->score_after);
    text_append_char(&figures, '}');
    const struct model_offer offer = {.bytes = bytes->bytes,
                                      .length = bytes->length,
                                      .figures = text_string(&figures),
                                      .is_accepted = outcome->is_accepted,
                                      .actor = school->options->actor};
    enum status status = bytes->failed || !text_ok(&figures)
                             ? no_memory(fault)
                             : model_add(school->options->ledger, &offer, &outcome->version, fault);
    text_done(&figures);
    return status;
}

static enum status compare_and_keep(struct school *school, struct model **model_p,
                                    struct fault *fault)
{
    struct learn_outcome *outcome = &school->outcome;
    struct byte_writer bytes = {0};
    struct model *before = NULL;
    model_encode(*model_p, &bytes);
    outcome->kinds_learned = kind_model_count((*model_p)->kinds);
    enum status status = model_current(school->options->ledger, &outcome->before, fault);
    if (status == STATUS_OK)
        status = model_load(school->options->ledger, outcome->before, &before, fault);
    if (status == STATUS_OK)
        status = measure(school, &before, &outcome->score_before, fault);
    if (status == STATUS_OK)
        status = measure(school, model_p, &outcome->score_after, fault);
    if (status == STATUS_OK) {
        outcome->is_accepted =
            lesson_score_is_no_worse(&outcome->score_after, &outcome->score_before);
        status = keep(school, &bytes, fault);
    }
    model_free(&before);
    byte_writer_done(&bytes);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static enum status attend(struct school *school, struct fault *fault)
{
    const struct learn_options *options = school->options;
    struct model *model = NULL;
    enum status status = match_rules(options->config, &school->rules, fault);
    if (status == STATUS_OK)
        status = register_load(options->ledger, school->rules, &school->index,
                               &school->register_version, fault);
    if (status == STATUS_OK && school->register_version == 0)
        status = fault_set(fault, STATUS_REFUSE, "there is no case register to learn with");
    if (status == STATUS_OK)
        status = make_lessons(school, fault);
    if (status == STATUS_OK && options->tried_path != NULL)
        status = read_model(options->tried_path, &model, fault);
    else if (status == STATUS_OK)
        status = train(school, &model, fault);
    if (status == STATUS_OK)
        status = compare_and_keep(school, &model, fault);
    model_free(&model);
    return status;
}

static void school_done(struct school *school)
{
    for (size_t i = 0; school->readings != NULL && i < school->trained + school->held_back; i++)
        reading_done(&school->readings[i]);
    for (size_t i = 0; i < school->source_count; i++) {
        free(school->sources[i].right_case);
        free(school->sources[i].right_kind);
    }
    free(school->readings);
    free(school->lessons);
    free(school->sources);
    register_index_free(&school->index);
    rules_free(&school->rules);
}

enum status learn(const struct learn_options *options, struct learn_outcome *ret_outcome,
                  struct fault *fault)
{
    struct school school = {.options = options};
    enum status status = attend(&school, fault);
    *ret_outcome = school.outcome;
    school_done(&school);
    return status;
}
