/* model.c - see model.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/model.h"

static const char MARK[4] = {'P', 'E', 'M', '1'};

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof *model);
    if (model != NULL)
        model->weights = STANDARD_WEIGHTS;
    return model;
}

void model_free(struct model **model_p)
{
    struct model *model = *model_p;
    if (model == NULL)
        return;
    kind_model_free(&model->kinds);
    free(model);
    *model_p = NULL;
}

/* A double as the bits of IEEE 754. */
static uint64_t bits_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void model_encode(const struct model *model, struct byte_writer *writer)
{
    byte_writer_raw(writer, MARK, sizeof MARK);
    byte_writer_u32(writer, (uint32_t)weights_count());
    for (size_t i = 0; i < weights_count(); i++) {
        byte_writer_string(writer, weights_entry(i).name);
        byte_writer_u64(writer, bits_of(weights_get(&model->weights, i)));
    }
    kind_model_encode(model->kinds, writer);
}

static enum status read_weights(struct byte_reader *reader, struct evidence_weights *weights,
                                struct fault *fault)
{
    uint32_t count = byte_reader_u32(reader);
    if (count > MODEL_WEIGHTS_MOST)
        return fault_set(fault, STATUS_REFUSE, "a model of more weights than there can be");
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        char *name = byte_reader_string(reader, WEIGHT_NAME_BYTES);
        double value = double_of(byte_reader_u64(reader));
        size_t entry = name == NULL ? weights_count() : weights_find(name);
        free(name);
        if (!reader->failed && entry < weights_count() && !weights_set(weights, entry, value))
            return fault_set(fault, STATUS_REFUSE, "a model has a weight out of its bounds");
    }
    if (!reader->failed && !weights_are_valid(weights))
        return fault_set(fault, STATUS_REFUSE, "a model has weights that contradict each other");
    return STATUS_OK;
}

static enum status decode(struct byte_reader *reader, struct model *model, struct fault *fault)
{
    char mark[sizeof MARK];
    byte_reader_raw(reader, mark, sizeof mark);
    if (reader->failed || memcmp(mark, MARK, sizeof mark) != 0)
        return fault_set(fault, STATUS_REFUSE, "this is no model");
    enum status status = read_weights(reader, &model->weights, fault);
    if (status == STATUS_OK)
        status = kind_model_decode(reader, &model->kinds, fault);
    if (reader->starved)
        return fault_set(fault, STATUS_LATER, "no memory for a model");
    if (status == STATUS_OK && !byte_reader_finished(reader))
        return fault_set(fault, STATUS_REFUSE, "a model ends too early or too late");
    return status;
}

enum status model_decode(const void *bytes, size_t length, struct model **ret_model,
                         struct fault *fault)
{
    struct byte_reader reader = byte_reader_over(bytes, length);
    struct model *model = model_new();
    if (model == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a model");
    enum status status = decode(&reader, model, fault);
    if (status == STATUS_OK)
        *ret_model = model;
    else
        model_free(&model);
    return status;
}
