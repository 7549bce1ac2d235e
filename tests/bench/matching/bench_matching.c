/* bench_matching.c - 100,000 made-up letters against the matcher: how many reach their case, how
 * many a wrong one, and whether its probabilities hold what they say.
 *
 * bench_matching [LETTERS] [SEED]. Three registers with different schemes of case numbers share
 * the letters. Everything follows from the seed, which is printed. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/matching/noise.h"
#include "tests/bench/matching/post.h"

enum {
    LETTERS = 100000,
    SEED = 20261,
    HOUSEHOLDS = 20000,
    SCENARIOS_MOST = 32,
    BINS = 10,
    BIN_LETTERS_LEAST = 100, /* smaller bins say nothing */
    MISFILED_SHOWN = 20
};

struct tally {
    size_t letters, resolvable, filed, resolvable_filed, misfiled, copies;
};

struct bin {
    size_t letters, right;
    double sum;
};

/* Letters of a candidate of which something was known before, and what it changed. */
struct known_tally {
    size_t letters, filed, filed_without, misfiled;
};

struct bench {
    uint64_t seed;
    size_t letters;
    struct tally scenarios[SCENARIOS_MOST];
    struct tally all;
    struct bin bins[BINS];
    struct bin known_bins[BINS]; /* the same of those of which something was known */
    struct known_tally known;
    double slowest_ms;
    double sum_ms;
    FILE *dump; /* probability and outcome of each letter; NULL: not wanted */
    FILE *lost; /* resolvable letters that were not filed; NULL: not wanted */
};

static double now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Something that was known before counted for or against the best candidate. */
static bool has_known(const struct classification *result)
{
    static const char *const kinds[] = {"same_batch", "same_envelope", "expected_paper"};
    for (uint32_t i = 0; result->candidate_count > 0 && i < result->candidates[0].evidence_count;
         i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (strcmp(result->candidates[0].evidence[i].kind, kinds[k]) == 0)
                return true;
    return false;
}

static void count_probability(struct bench *bench, const struct classification *result,
                              const struct story *story)
{
    if (result->candidate_count == 0)
        return;
    double probability = result->candidates[0].probability;
    bool is_right = story_accepts(story, result->candidates[0].case_number);
    size_t at = (size_t)(probability * BINS);
    struct bin *const bins[] = {&bench->bins[at < BINS ? at : BINS - 1],
                                &bench->known_bins[at < BINS ? at : BINS - 1]};
    for (size_t i = 0; i < (has_known(result) ? 2U : 1U); i++) {
        bins[i]->letters++;
        bins[i]->right += is_right ? 1 : 0;
        bins[i]->sum += probability;
    }
    if (bench->dump != NULL)
        (void)fprintf(bench->dump, "%.17g %d %d %s\n", probability, is_right ? 1 : 0,
                      has_known(result) ? 1 : 0, story->name);
}

static bool is_wrong(const struct classification *result, const struct story *story)
{
    bool wrong = !story_accepts(story, result->candidates[0].case_number);
    for (uint32_t i = 0; i < result->copy_count; i++)
        wrong = wrong || !story_accepts(story, result->copies[i].case_number);
    return wrong;
}

static void show(FILE *out, const struct classification *result, const struct story *story,
                 const struct paper *paper)
{
    (void)fprintf(out, "%s: %s (right: %s): %s\n", story->name,
                  result->candidate_count > 0 ? result->candidates[0].case_number : "-",
                  story->accepted_count > 0 ? story->accepted[0] : "-", result->reason);
    int line = 0;
    for (size_t i = 0; i < paper->word_count; i++) {
        const struct paper_word *word = &paper->words[i];
        (void)fprintf(out, "%s%s", word->line > line ? "\n    | " : " ",
                      word->is_lost ? "_" : word->text);
        line = word->line;
    }
    (void)fprintf(out, "\n    code %s\n", paper->code);
}

static void count_letter(struct bench *bench, size_t scenario, const struct story *story,
                         const struct paper *paper, const struct classification *result)
{
    bool is_resolvable = story_is_resolvable(story, paper);
    bool is_misfiled = result->to_file && is_wrong(result, story);
    struct tally *const tallies[] = {&bench->scenarios[scenario], &bench->all};
    for (size_t i = 0; i < 2; i++) {
        tallies[i]->letters++;
        tallies[i]->resolvable += is_resolvable ? 1 : 0;
        tallies[i]->filed += result->to_file ? 1 : 0;
        tallies[i]->misfiled += is_misfiled ? 1 : 0;
        tallies[i]->resolvable_filed += is_resolvable && result->to_file && !is_misfiled ? 1 : 0;
        tallies[i]->copies += result->copy_count;
    }
    if (is_misfiled && bench->all.misfiled <= MISFILED_SHOWN)
        show(stdout, result, story, paper);
    if (is_resolvable && !result->to_file && bench->lost != NULL)
        show(bench->lost, result, story, paper);
    count_probability(bench, result, story);
}

/* What it would have been without. */
static bool count_known(struct bench *bench, const struct rules *rules,
                        const struct register_index *index, const struct reading *reading,
                        const struct story *story, const struct classification *result)
{
    struct classification without = {0};
    struct fault fault;
    if (!has_known(result))
        return true;
    bool is_fine = classify(rules, index, reading, &without, &fault) == STATUS_OK;
    bench->known.letters++;
    bench->known.filed += result->to_file ? 1 : 0;
    bench->known.filed_without += without.to_file ? 1 : 0;
    bench->known.misfiled += result->to_file && is_wrong(result, story) ? 1 : 0;
    classification_done(&without);
    return is_fine;
}

static bool match_letters(struct bench *bench, struct world *world, const struct rules *rules,
                          const struct register_index *index, size_t letters)
{
    struct paper *paper = calloc(1, sizeof *paper);
    struct post *post = calloc(1, sizeof *post);
    bool is_fine = paper != NULL && post != NULL;
    if (is_fine)
        post_init(post, world, bench->seed);
    for (size_t i = 0; is_fine && i < letters; i++) {
        struct story story;
        struct reading reading = {0};
        struct classification result = {0};
        struct fault fault;
        const struct classify_context context = post_next(post, world);
        size_t scenario = story_write(world, paper, &story);
        noise_apply(paper, &world->chance, 1);
        is_fine = paper_read(paper, &reading);
        double began = now_ms();
        is_fine = is_fine &&
                  classify_within(rules, index, &reading, &context, &result, &fault) == STATUS_OK;
        double took = now_ms() - began;
        bench->sum_ms += took;
        bench->slowest_ms = took > bench->slowest_ms ? took : bench->slowest_ms;
        if (is_fine) {
            count_letter(bench, scenario, &story, paper, &result);
            is_fine = count_known(bench, rules, index, &reading, &story, &result);
            post_settle(post, world, &story, &result);
        }
        classification_done(&result);
        reading_done(&reading);
    }
    free(post);
    free(paper);
    return is_fine;
}

static bool run_shape(struct bench *bench, enum world_shape shape, size_t letters)
{
    struct classify_options options = {.threshold = 0.99,
                                       .margin = 0.5,
                                       .candidates_most = 5,
                                       .several_cases = SEVERAL_CASES_COPY};
    struct rules *rules = NULL;
    struct register_index *index = NULL;
    struct world world;
    struct fault fault = {0};
    for (size_t i = 0; i < IDENTIFIER_KINDS; i++)
        options.identifiers[i] = IDENTIFIER_MATCH;
    options.grammars = world_grammars(shape, &options.grammar_count);
    uint64_t seed = bench->seed + (uint64_t)shape;
    bool is_fine = world_init(&world, shape, HOUSEHOLDS, seed) &&
                   rules_new(&options, &rules, &fault) == STATUS_OK;
    if (is_fine)
        index = world_index(&world, rules, seed);
    is_fine = index != NULL && match_letters(bench, &world, rules, index, letters);
    if (!is_fine)
        (void)fprintf(stderr, "bench_matching: %s\n", fault.text);
    register_index_free(&index);
    rules_free(&rules);
    world_done(&world);
    return is_fine;
}

static double share(size_t part, size_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

static void print_scenarios(const struct bench *bench)
{
    (void)printf("%-26s %8s %10s %8s %8s %8s %7s\n", "letters", "number", "resolvable", "filed",
                 "share", "misfiled", "copies");
    for (size_t i = 0; i <= story_scenarios(); i++) {
        const struct tally *tally = i < story_scenarios() ? &bench->scenarios[i] : &bench->all;
        (void)printf("%-26s %8zu %10zu %8zu %8.4f %8zu %7zu\n",
                     i < story_scenarios() ? story_scenario_name(i) : "all", tally->letters,
                     tally->resolvable, tally->filed,
                     share(tally->resolvable_filed, tally->resolvable), tally->misfiled,
                     tally->copies);
    }
}

static double print_curve(const struct bin *bins)
{
    double worst = 0;
    (void)printf("\n%-12s %8s %10s %8s %8s\n", "probability", "letters", "mean", "right", "gap");
    for (size_t i = 0; i < BINS; i++) {
        const struct bin *bin = &bins[i];
        double mean = bin->letters == 0 ? 0 : bin->sum / (double)bin->letters;
        double gap = fabs(mean - share(bin->right, bin->letters));
        bool counts = bin->letters >= BIN_LETTERS_LEAST;
        worst = counts && gap > worst ? gap : worst;
        (void)printf("%.1f to %.1f   %8zu %10.4f %8.4f %8.4f%s\n", (double)i / BINS,
                     (double)(i + 1) / BINS, bin->letters, mean, share(bin->right, bin->letters),
                     gap, counts ? "" : " (too few)");
    }
    return worst;
}

static bool run(struct bench *bench)
{
    static const double shares[WORLD_SHAPES] = {0.5, 0.25, 0.25};
    for (size_t shape = 0; shape < WORLD_SHAPES; shape++) {
        if (!run_shape(bench, (enum world_shape)shape,
                       (size_t)((double)bench->letters * shares[shape])))
            return false;
    }
    print_scenarios(bench);
    double worst = print_curve(bench->bins);
    (void)printf("\nof which something was known: %zu letters, %zu filed (%zu without it), %zu "
                 "misfiled\n",
                 bench->known.letters, bench->known.filed, bench->known.filed_without,
                 bench->known.misfiled);
    double worst_known = print_curve(bench->known_bins);
    size_t letters = bench->all.letters;
    (void)printf("\n%.3f ms a letter on average, %.1f ms at most; seed %llu\n",
                 bench->sum_ms / (double)(letters == 0 ? 1 : letters), bench->slowest_ms,
                 (unsigned long long)bench->seed);
    (void)printf("{\"letters\":%zu,\"filed_share\":%.5f,\"misfiled\":%zu,\"worst_bin_gap\":%.4f,"
                 "\"worst_known_bin_gap\":%.4f,\"seed\":%llu}\n",
                 letters, share(bench->all.resolvable_filed, bench->all.resolvable),
                 bench->all.misfiled, worst, worst_known, (unsigned long long)bench->seed);
    return true;
}

static FILE *open_named(const char *variable)
{
    const char *path = getenv(variable);
    return path == NULL ? NULL : fopen(path, "w");
}

int main(int argc, char **argv)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL || story_scenarios() > SCENARIOS_MOST)
        return 1;
    bench->letters = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : LETTERS;
    bench->seed = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED;
    bench->dump = open_named("BENCH_MATCHING_DUMP");
    bench->lost = open_named("BENCH_MATCHING_LOST");
    bool is_fine = run(bench);
    if (bench->dump != NULL && fclose(bench->dump) != 0)
        is_fine = false;
    if (bench->lost != NULL && fclose(bench->lost) != 0)
        is_fine = false;
    free(bench);
    return is_fine ? 0 : 1;
}
