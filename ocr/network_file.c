/* network_file.c - see network_file.h.
 *
 * A .traineddata file is a table of offsets and the parts at those; one part is the network: layers
 * within layers, each with its kind as a word, its sizes and what it needs. Only the arrangement
 * that network.h tells of is taken. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ocr/network_file.h"

enum {
    PARTS_MOST = 1000,
    NETWORK_PART = 17,
    NAME_BYTES_MOST = 256,
    LEARNING_RATES = 64, /* bit of a layer's flags: one rate for each of its parts follows */
    RATES_MOST = 1000,
    IN_TRAINING = 1,
    MODE_BYTES = 1,     /* weights are bytes … */
    MODE_DOUBLES = 128, /* … and their scales are doubles */
    AROUND = 3,         /* pixels that a convolution takes, across and down */
    HEIGHT_MOST = 256,
    VALUES_MOST = 1024, /* inputs or outputs of a layer */
    OUTSIDE_LAYERS = 5, /* input, convolution, largest of cells, columns, output */
    SCALES_SPARE = 64,  /* unused ones at the end */
    SCALE_MOST = 1000,  /* real ones are below 1 */
};

struct part {
    struct byte_reader reader;
    struct fault *fault;
    enum status status;
};

struct head {
    size_t inputs, outputs, children;
    uint32_t flags;
};

static bool fail(struct part *part, const char *why)
{
    if (part->status == STATUS_OK)
        part->status = fault_set(part->fault, STATUS_REFUSE, "the network is not known: %s", why);
    return false;
}

static bool starve(struct part *part)
{
    if (part->status == STATUS_OK)
        part->status = fault_set(part->fault, STATUS_LATER, "out of memory for a network");
    return false;
}

/* Everything so far was there. */
static bool is_whole(struct part *part)
{
    if (part->reader.starved)
        return starve(part);
    return part->reader.failed ? fail(part, "it is cut off") : part->status == STATUS_OK;
}

static bool skip_name(struct part *part)
{
    uint32_t length = byte_reader_u32(&part->reader);
    if (length > NAME_BYTES_MOST)
        return fail(part, "a name is too long");
    (void)byte_reader_borrow(&part->reader, length);
    return is_whole(part);
}

static bool read_kind(struct part *part, char ret_kind[NAME_BYTES_MOST + 1])
{
    uint8_t is_number = byte_reader_u8(&part->reader);
    uint32_t length = byte_reader_u32(&part->reader);
    if (is_number != 0 || length > NAME_BYTES_MOST)
        return fail(part, "a layer has no kind");
    const uint8_t *kind = byte_reader_borrow(&part->reader, length);
    if (!is_whole(part))
        return false;
    memcpy(ret_kind, kind, length);
    ret_kind[length] = '\0';
    return true;
}

static bool read_sizes(struct part *part, struct head *ret_head)
{
    uint8_t training = byte_reader_u8(&part->reader);
    (void)byte_reader_u8(&part->reader); // what only training wants
    uint32_t flags = byte_reader_u32(&part->reader);
    uint32_t inputs = byte_reader_u32(&part->reader), outputs = byte_reader_u32(&part->reader);
    (void)byte_reader_u32(&part->reader); // count of weights
    if (!skip_name(part))
        return false;
    if (training == IN_TRAINING)
        return fail(part, "it is in training");
    if (inputs == 0 || inputs > VALUES_MOST || outputs == 0 || outputs > VALUES_MOST)
        return fail(part, "a layer's size");
    *ret_head = (struct head){.inputs = inputs, .outputs = outputs, .flags = flags};
    return true;
}

static bool read_head(struct part *part, const char *expected, struct head *ret_head)
{
    char kind[NAME_BYTES_MOST + 1];
    if (!read_kind(part, kind))
        return false;
    if (strcmp(kind, expected) != 0)
        return fail(part, "its layers");
    return read_sizes(part, ret_head);
}

static bool read_parent(struct part *part, const char *expected, struct head *ret_head)
{
    if (!read_head(part, expected, ret_head))
        return false;
    ret_head->children = byte_reader_u32(&part->reader);
    return is_whole(part);
}

static bool end_parent(struct part *part, const struct head *head)
{
    if ((head->flags & LEARNING_RATES) == 0)
        return true;
    uint32_t rates = byte_reader_u32(&part->reader);
    if (rates > RATES_MOST)
        return fail(part, "its learning rates");
    (void)byte_reader_borrow(&part->reader, rates * sizeof(float));
    return is_whole(part);
}

/* Where the weights of one table go. */
struct place {
    struct byte_matrix *from_input, *from_states; /* the second may be NULL */
    size_t inputs;
    size_t gate, gates;
    bool is_by_columns; /* of three pixels, each a group of four inputs */
};

static size_t output_at(const struct place *place, size_t output)
{
    return (output / MATRIX_BLOCK * place->gates + place->gate) * MATRIX_BLOCK +
           output % MATRIX_BLOCK;
}

static void put_weight(const struct place *place, size_t output, size_t input, int8_t weight)
{
    if (input >= place->inputs)
        byte_matrix_set(place->from_states, output, input - place->inputs, weight);
    else
        byte_matrix_set(
            place->from_input, output,
            place->is_by_columns ? input / AROUND * MATRIX_GROUP + input % AROUND : input, weight);
}

static double read_double(struct part *part)
{
    uint64_t bits = byte_reader_u64(&part->reader);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* `inputs` without the bias, which stands behind them. */
static bool read_weights(struct part *part, size_t outputs, size_t inputs,
                         const struct place *place)
{
    uint8_t mode = byte_reader_u8(&part->reader);
    uint32_t rows = byte_reader_u32(&part->reader), columns = byte_reader_u32(&part->reader);
    (void)byte_reader_u8(&part->reader); // what is outside of the table
    if (!is_whole(part))
        return false;
    if ((mode & MODE_BYTES) == 0 || (mode & MODE_DOUBLES) == 0)
        return fail(part, "its weights are no bytes");
    if (rows != outputs || columns != inputs + 1)
        return fail(part, "a table of weights has another size than its layer");
    const uint8_t *weights = byte_reader_borrow(&part->reader, (size_t)rows * columns);
    uint32_t scales = byte_reader_u32(&part->reader);
    if (!is_whole(part))
        return false;
    if (scales < outputs || scales > outputs + SCALES_SPARE)
        return fail(part, "a table of weights has no scales");
    for (size_t output = 0; output < outputs; output++) {
        const int8_t *row = (const int8_t *)weights + output * columns;
        double scale = read_double(part);
        if (!isfinite(scale) || scale < 0 || scale > SCALE_MOST)
            return fail(part, "a scale is no number");
        for (size_t input = 0; input < inputs; input++)
            put_weight(place, output_at(place, output), input, row[input]);
        byte_matrix_set_output(place->from_input, output_at(place, output), row[inputs],
                               (float)(scale / BYTE_MOST));
    }
    (void)byte_reader_borrow(&part->reader, (scales - outputs) * sizeof(double));
    return is_whole(part);
}

static bool read_plain(struct part *part, const struct head *head, struct byte_matrix *matrix,
                       bool is_by_columns)
{
    size_t inputs = is_by_columns ? (size_t)AROUND * MATRIX_GROUP : head->inputs;
    struct place place = {
        .from_input = matrix,
        .inputs = head->inputs,
        .gates = 1,
        .is_by_columns = is_by_columns,
    };
    if (!byte_matrix_init(matrix, head->outputs, inputs))
        return starve(part);
    return read_weights(part, head->outputs, head->inputs, &place);
}

static bool read_lstm(struct part *part, const char *kind, size_t inputs,
                      struct network_lstm *ret_lstm)
{
    struct head head;
    if (!read_head(part, kind, &head))
        return false;
    size_t all = byte_reader_u32(&part->reader), outputs = 0;
    if (!is_whole(part))
        return false;
    if (head.inputs != inputs || all != head.inputs + head.outputs)
        return fail(part, "an LSTM's size");
    outputs = (head.outputs + MATRIX_BLOCK - 1) / MATRIX_BLOCK * MATRIX_BLOCK * GATES;
    ret_lstm->inputs = head.inputs;
    ret_lstm->states = head.outputs;
    if (!byte_matrix_init(&ret_lstm->from_input, outputs, head.inputs) ||
        !byte_matrix_init(&ret_lstm->from_states, outputs, head.outputs))
        return starve(part);
    for (size_t gate = 0; gate < GATES; gate++) {
        struct place place = {
            .from_input = &ret_lstm->from_input,
            .from_states = &ret_lstm->from_states,
            .inputs = head.inputs,
            .gate = gate,
            .gates = GATES,
        };
        if (!read_weights(part, head.outputs, all, &place))
            return false;
    }
    return true;
}

static bool read_input(struct part *part, struct network *network)
{
    struct head head;
    if (!read_head(part, "Input", &head))
        return false;
    uint32_t batch = byte_reader_u32(&part->reader), height = byte_reader_u32(&part->reader);
    uint32_t width = byte_reader_u32(&part->reader), depth = byte_reader_u32(&part->reader);
    (void)byte_reader_u32(&part->reader); // how it was trained
    if (!is_whole(part))
        return false;
    if (batch != 1 || height < 2 || height > HEIGHT_MOST || width != 0 || depth != 1)
        return fail(part, "its input is not a grey line of any width");
    network->height = height;
    return true;
}

static bool read_convolution(struct part *part, struct network *network, size_t *ret_values)
{
    struct head series, reach, layer;
    if (!read_parent(part, "Series", &series) || !read_head(part, "Convolve", &reach))
        return false;
    uint32_t across = byte_reader_u32(&part->reader), down = byte_reader_u32(&part->reader);
    if (!is_whole(part) || !read_head(part, "Tanh", &layer))
        return false;
    if (series.children != 2 || across != 1 || down != 1 || reach.inputs != 1 ||
        layer.inputs != (size_t)AROUND * AROUND || layer.outputs > MATRIX_BLOCK)
        return fail(part, "its convolution");
    *ret_values = layer.outputs;
    return read_plain(part, &layer, &network->convolution, true) && end_parent(part, &series);
}

static bool read_cells(struct part *part, struct network *network, size_t values)
{
    struct head head;
    if (!read_head(part, "Maxpool", &head))
        return false;
    uint32_t across = byte_reader_u32(&part->reader), down = byte_reader_u32(&part->reader);
    if (!is_whole(part))
        return false;
    if (across == 0 || across > NETWORK_CELL_MOST || down == 0 || down > NETWORK_CELL_MOST ||
        network->height % down != 0 || head.inputs != values)
        return fail(part, "the size of its cells");
    network->across = across;
    network->down = down;
    return true;
}

/* An LSTM within one layer that turns what goes in and what comes out. */
static bool read_turned(struct part *part, const char *turn, const char *kind, size_t inputs,
                        struct network_lstm *ret_lstm)
{
    struct head head;
    if (!read_parent(part, turn, &head))
        return false;
    if (head.children != 1)
        return fail(part, "its layers");
    return read_lstm(part, kind, inputs, ret_lstm) && end_parent(part, &head);
}

static bool is_next(const struct part *part, const char *kind)
{
    struct part ahead = {.reader = part->reader};
    char found[NAME_BYTES_MOST + 1];
    return read_kind(&ahead, found) && strcmp(found, kind) == 0;
}

static bool read_along(struct part *part, struct network *network, size_t count, size_t inputs)
{
    for (; network->along_count < count; inputs = network->along[network->along_count - 1].states) {
        struct network_lstm *lstm = &network->along[network->along_count++];
        lstm->backward = is_next(part, "RTLReversed");
        if (!(lstm->backward ? read_turned(part, "RTLReversed", "LSTM", inputs, lstm)
                             : read_lstm(part, "LSTM", inputs, lstm)))
            return false;
    }
    network->output_inputs = inputs;
    return true;
}

static bool read_output(struct part *part, struct network *network)
{
    struct head head;
    if (!read_head(part, "Softmax", &head))
        return false;
    if (head.inputs != network->output_inputs)
        return fail(part, "its output's size");
    network->classes = head.outputs;
    return read_plain(part, &head, &network->output, false);
}

static bool read_network(struct part *part, struct network *network)
{
    struct head series;
    size_t values = 0;
    if (!read_parent(part, "Series", &series))
        return false;
    if (series.children < OUTSIDE_LAYERS || series.children > OUTSIDE_LAYERS + NETWORK_LSTMS_MOST)
        return fail(part, "the number of its layers");
    return read_input(part, network) && read_convolution(part, network, &values) &&
           read_cells(part, network, values) &&
           read_turned(part, "XYTranspose", "SummLSTM", values, &network->down_columns) &&
           read_along(part, network, series.children - OUTSIDE_LAYERS,
                      network->down_columns.states) &&
           read_output(part, network) && end_parent(part, &series);
}

/* The part's bytes end where the next begins, or the file. */
static bool find_network(struct part *part, const uint8_t *bytes, size_t length)
{
    struct byte_reader table = byte_reader_over(bytes, length);
    uint32_t parts = byte_reader_u32(&table);
    int64_t begin = -1, end = (int64_t)length;
    if (parts > PARTS_MOST)
        return fail(part, "the file is no table of parts");
    for (uint32_t i = 0; i < parts; i++) {
        int64_t offset = byte_reader_i64(&table);
        if (i == NETWORK_PART)
            begin = offset;
        else if (begin >= 0 && offset > begin && offset < end)
            end = offset;
    }
    if (table.failed || begin < 0 || begin > end)
        return fail(part, "the file has none");
    part->reader = byte_reader_over(bytes + begin, (size_t)(end - begin));
    return true;
}

enum status network_file_read(const uint8_t *bytes, size_t length, struct network **ret_network,
                              struct fault *fault)
{
    struct part part = {.fault = fault, .status = STATUS_OK};
    struct network *network = calloc(1, sizeof *network);
    if (network == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a network");
    if (find_network(&part, bytes, length) && read_network(&part, network))
        *ret_network = network;
    else
        network_free(network);
    return part.status;
}
