/* series_forward.c - Tesseract's Series::Forward(), for networks that we compute faster.
 *
 * More than half of the time of a page goes into the networks that read its lines, and most of that
 * into moving single numbers. This is the same function (an object of the program stands before
 * that of a shared library; the linker is told to take it along, see CMakeLists.txt). It computes
 * the line with ocr/network.c when it may, and else hands on to Tesseract's own.
 *
 * It may when three things are so. The library is a version whose objects are laid out as the
 * structs here say. Tesseract announced the object as a whole network, which it does by giving it
 * its random numbers (SetRandomizer(), defined here too for that). And the first lines of that very
 * object came out the same here and there, to the last bit, in all values: that, and no assumption
 * about models or processors, is why readings do not change. An object that once came out otherwise
 * stays Tesseract's. */
// SPDX-License-Identifier: EUPL-1.2
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

#include "ocr/series_forward.h"

enum {
    SERIES_MOST = 16,
    PROOFS = 2,      /* lines that have to come out the same … */
    PROOF_STEPS = 8, /* … of at least this many steps */
    HEIGHT_AND_WIDTH = 3,
};

static const char known_version[] = "5.3.0";

/* What Tesseract 5.3.0 keeps in a table of numbers … */
struct table {
    void *methods;
    void *values;
    int32_t outside;
    int32_t rows, columns;
    int32_t allocated;
};
/* … of bytes, whose value outside is one as well … */
struct byte_table {
    void *methods;
    int8_t *values;
    int8_t outside;
    int32_t rows, columns;
    int32_t allocated;
};
/* … and in a NetworkIO: what goes into a network or comes out. */
struct network_io {
    struct table floats;
    struct byte_table bytes;
    bool is_bytes;
    struct shape {
        int32_t sizes[HEIGHT_AND_WIDTH]; /* pictures, height, width */
        int32_t steps[HEIGHT_AND_WIDTH];
        void *heights[3], *widths[3];
    } shape;
};
#if defined(__x86_64__)
_Static_assert(sizeof(struct network_io) == 144, "as g++ lays it out");
_Static_assert(offsetof(struct network_io, shape) == 72, "as g++ lays it out");
#endif

typedef void forward_function(void *series, bool debug, const struct network_io *input,
                              const void *transposed, void *scratch, struct network_io *output);
typedef void set_randomizer_function(void *plumbing, uint64_t *random);
typedef void resize_scaled_function(struct network_io *output, const struct network_io *input,
                                    int across, int down, int values);
typedef void resize_to_map_function(struct network_io *output, bool is_bytes,
                                    const struct shape *shape, int values);

forward_function series_forward __asm__(
    "_ZN9tesseract6Series7ForwardEbRKNS_9NetworkIOEPKNS_15TransposedArrayEPNS_14NetworkScratch"
    "EPS1_");
set_randomizer_function
    plumbing_set_randomizer __asm__("_ZN9tesseract8Plumbing13SetRandomizerEPNS_5TRandE");

/* Tesseract's own. */
static struct {
    forward_function *forward;
    set_randomizer_function *set_randomizer;
    resize_scaled_function *resize_scaled;
    resize_to_map_function *resize_to_map;
    bool is_known;
} theirs;

static struct {
    struct network *networks[SERIES_FORWARD_NETWORKS_MOST];
    size_t network_count;
    struct series {
        void *object;
        uint64_t *random;
        const struct network *network; /* whose values have been the same */
        unsigned proofs;
        bool is_theirs;
    } series[SERIES_MOST];
    size_t series_count;
    unsigned depth; /* of plumbing within plumbing */
    bool compares_all;
    struct series_forward_counts counts;
    void *scratch;
    size_t scratch_bytes;
} state;

static bool find(const char *name, void *ret_function)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &found, sizeof found);
    return found != NULL;
}

static void find_theirs(void)
{
    if (theirs.forward != NULL)
        return;
    bool has_both =
        find("_ZN9tesseract6Series7ForwardEbRKNS_9NetworkIOEPKNS_15TransposedArrayEPNS_14Network"
             "ScratchEPS1_",
             &theirs.forward) &&
        find("_ZN9tesseract8Plumbing13SetRandomizerEPNS_5TRandE", &theirs.set_randomizer);
    if (!has_both)
        abort(); // nobody but Tesseract calls this
    theirs.is_known =
        strcmp(TessVersion(), known_version) == 0 &&
        find("_ZN9tesseract9NetworkIO12ResizeScaledERKS0_iii", &theirs.resize_scaled) &&
        find("_ZN9tesseract9NetworkIO11ResizeToMapEbRKNS_9StrideMapEi", &theirs.resize_to_map);
}

void series_forward_offer(struct network *network)
{
    if (network != NULL && state.network_count < SERIES_FORWARD_NETWORKS_MOST)
        state.networks[state.network_count++] = network;
    else
        network_free(network);
}

void series_forward_release(void)
{
    while (state.network_count > 0)
        network_free(state.networks[--state.network_count]);
    state.series_count = 0;
    free(state.scratch);
    state.scratch = NULL;
    state.scratch_bytes = 0;
}

struct series_forward_counts series_forward_counts(void)
{
    return state.counts;
}

void series_forward_compare_all(bool on)
{
    state.compares_all = on;
}

static struct series *series_of(const void *object)
{
    for (size_t i = 0; i < state.series_count; i++)
        if (state.series[i].object == object)
            return &state.series[i];
    return NULL;
}

/* Called once for each network after it was loaded, from the outermost object inwards; an object
 * may lie where a freed one did. */
void plumbing_set_randomizer(void *plumbing, uint64_t *random)
{
    find_theirs();
    struct series *series = series_of(plumbing);
    if (series == NULL && state.depth == 0 && state.series_count < SERIES_MOST)
        series = &state.series[state.series_count++];
    if (series != NULL)
        *series =
            (struct series){.object = plumbing, .random = random, .is_theirs = state.depth > 0};
    state.depth++;
    theirs.set_randomizer(plumbing, random);
    state.depth--;
}

/* A line as the network wants it: one picture of bytes, all of it there. */
static bool is_line_for(const struct network_io *input, const struct network *network)
{
    const int32_t *sizes = input->shape.sizes;
    return input->is_bytes && input->bytes.columns == 1 && sizes[0] == 1 &&
           sizes[1] == (int32_t)network->height && sizes[2] > 0 &&
           input->bytes.rows == sizes[1] * sizes[2] && network_steps(network, (size_t)sizes[2]) > 0;
}

static void *scratch_of(size_t bytes)
{
    if (bytes > state.scratch_bytes) {
        free(state.scratch);
        state.scratch = malloc(bytes);
        state.scratch_bytes = state.scratch == NULL ? 0 : bytes;
    }
    return state.scratch;
}

/* False without memory; then nothing was changed. */
static bool compute(const struct network *network, const struct network_kernels *kernels,
                    const struct network_io *input, uint64_t *random, float *ret_values)
{
    size_t width = (size_t)input->shape.sizes[2];
    void *scratch = scratch_of(network_scratch_bytes(network, width));
    if (scratch != NULL)
        network_compute(network, kernels, input->bytes.values, width, random, scratch, ret_values);
    return scratch != NULL;
}

/* The output gets the size that it has in Tesseract: one row of values for each step. */
static bool compute_into(const struct series *series, const struct network_io *input,
                         struct network_io *output)
{
    const struct network *network = series->network;
    if (scratch_of(network_scratch_bytes(network, (size_t)input->shape.sizes[2])) == NULL)
        return false;
    theirs.resize_scaled(output, input, (int)network->across, (int)network->height, 1);
    theirs.resize_to_map(output, false, &output->shape, (int)network->classes);
    return compute(network, network_kernels_at(0), input, series->random, output->floats.values);
}

/* A line as it went through Tesseract's own. */
struct example {
    const struct network_io *input, *output;
    uint64_t random_before, random_after;
};

static bool is_same(const struct network *network, const struct network_kernels *kernels,
                    const struct example *example)
{
    const struct table *theirs_out = &example->output->floats;
    size_t steps = network_steps(network, (size_t)example->input->shape.sizes[2]);
    if (example->output->is_bytes || theirs_out->rows != (int32_t)steps ||
        theirs_out->columns != (int32_t)network->classes)
        return false;
    size_t bytes = steps * network->classes * sizeof(float);
    float *values = malloc(bytes);
    uint64_t random = example->random_before;
    bool same = values != NULL && compute(network, kernels, example->input, &random, values) &&
                memcmp(values, theirs_out->values, bytes) == 0 && random == example->random_after;
    free(values);
    state.counts.compared++;
    state.counts.unequal += !same;
    return same;
}

static const struct network *find_same(const struct example *example)
{
    for (size_t i = 0; i < state.network_count; i++)
        if (is_line_for(example->input, state.networks[i]) &&
            is_same(state.networks[i], network_kernels_at(0), example))
            return state.networks[i];
    return NULL;
}

/* What is not the same once is not trusted again. */
static void prove(struct series *series, const struct example *example)
{
    if (series->network == NULL)
        series->network = find_same(example);
    else if (!is_same(series->network, network_kernels_at(0), example))
        series->network = NULL;
    series->is_theirs = series->network == NULL;
    series->proofs++;
}

static void compare_kernels(const struct network *network, const struct example *example)
{
    const struct network_kernels *kernels = NULL;
    for (size_t rank = 0; (kernels = network_kernels_at(rank)) != NULL; rank++)
        (void)is_same(network, kernels, example);
}

static void compute_by_both(struct series *series, const struct network_io *input, void *scratch,
                            struct network_io *output)
{
    struct example example = {.input = input, .output = output, .random_before = *series->random};
    theirs.forward(series->object, false, input, NULL, scratch, output);
    example.random_after = *series->random;
    if (series->proofs < PROOFS)
        prove(series, &example);
    if (state.compares_all && series->network != NULL)
        compare_kernels(series->network, &example);
}

/* Whether a line says anything about an object that is still to be proved, or may be computed. */
static bool is_ours_to_try(const struct series *series, const struct network_io *input)
{
    if (!theirs.is_known || series->is_theirs || state.network_count == 0)
        return false;
    const struct network *network = series->network == NULL ? state.networks[0] : series->network;
    if (!is_line_for(input, network))
        return false;
    return series->proofs >= PROOFS ||
           network_steps(network, (size_t)input->shape.sizes[2]) >= PROOF_STEPS;
}

void series_forward(void *object, bool debug, const struct network_io *input,
                    const void *transposed, void *scratch, struct network_io *output)
{
    find_theirs();
    struct series *series = series_of(object);
    state.counts.lines += series != NULL;
    bool tries = series != NULL && !debug && transposed == NULL && is_ours_to_try(series, input);
    if (tries && (series->proofs < PROOFS || state.compares_all))
        compute_by_both(series, input, scratch, output);
    else if (tries && compute_into(series, input, output))
        state.counts.ours++;
    else
        theirs.forward(object, debug, input, transposed, scratch, output);
}

const char *series_forward_by(void)
{
    for (size_t i = 0; i < state.series_count; i++)
        if (state.series[i].network != NULL && state.series[i].proofs >= PROOFS)
            return network_kernels_at(0)->name;
    return "tesseract";
}
