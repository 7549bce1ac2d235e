/* report.c - `posteingang report matching`: how right the matcher is, by what people said since.
 *
 * The truth of a decision is what a person stated; without a statement, a document that was filed
 * by itself and that nobody objected to counts as right. What only waits in clearing has no truth
 * yet. A decision that was sure enough and still went to a person (a twin, a blocked case) would
 * go there under every other threshold, too. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/proportion.h"
#include "store/correction.h"

enum { KINDS_MOST = 200, CONFUSIONS_SHOWN = 12, DAY_MS = 24 * 60 * 60 * 1000 };

static const double bin_starts[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.999};
static const double thresholds[] = {0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999};
enum { BINS = sizeof bin_starts / sizeof *bin_starts };
enum { THRESHOLDS = sizeof thresholds / sizeof *thresholds };

struct bin {
    uint64_t count, right;
    double sum; /* of the probabilities that were told */
};

/* What a threshold does, or would have done. */
struct outcome_at {
    uint64_t filed, misfiled, untold; /* untold: filed by it, and nobody said what is right */
};

/* How often people found `right` where the matcher said `said`; "" for unknown, for none. */
struct kind_pair {
    char *said, *right;
    uint64_t count;
};

struct matching_report {
    double threshold, margin;
    int64_t since_ms;
    uint64_t decisions, filed, misfiled, stated, told;
    struct bin bins[BINS];
    struct outcome_at now, at[THRESHOLDS];
    struct kind_pair kinds[KINDS_MOST];
    size_t kind_count;
    uint64_t kinds_told, kinds_right;
};

/* ---- counting ------------------------------------------------------------------------------- */

enum truth { TRUTH_UNTOLD, TRUTH_RIGHT, TRUTH_WRONG };

static enum truth truth_of(const struct judged_decision *judged)
{
    if (judged->right_case != NULL && judged->case_number != NULL)
        return string_equal(judged->right_case, judged->case_number) ? TRUTH_RIGHT : TRUTH_WRONG;
    if (judged->is_misfiled)
        return TRUTH_WRONG;
    if (judged->state == DOCUMENT_FILED && judged->to_file && judged->right_case == NULL)
        return TRUTH_RIGHT;
    return TRUTH_UNTOLD;
}

static void count_bin(struct matching_report *report, const struct judged_decision *judged,
                      enum truth truth)
{
    size_t at = BINS - 1;
    while (at > 0 && judged->confidence < bin_starts[at])
        at--;
    if (truth == TRUTH_UNTOLD || judged->case_number == NULL)
        return;
    report->bins[at].count++;
    report->bins[at].right += truth == TRUTH_RIGHT;
    report->bins[at].sum += judged->confidence;
}

static void count_outcome(struct outcome_at *outcome, bool is_filed, enum truth truth)
{
    outcome->filed += is_filed;
    outcome->misfiled += is_filed && truth == TRUTH_WRONG;
    outcome->untold += is_filed && truth == TRUTH_UNTOLD;
}

static void count_thresholds(struct matching_report *report, const struct judged_decision *judged,
                             enum truth truth)
{
    bool has_lead = judged->confidence - judged->runner_up >= report->margin;
    bool is_held = !judged->to_file && has_lead && judged->confidence >= report->threshold;
    count_outcome(&report->now, judged->to_file, truth);
    for (size_t i = 0; i < THRESHOLDS; i++)
        count_outcome(&report->at[i],
                      !is_held && judged->case_number != NULL && has_lead &&
                          judged->confidence >= thresholds[i],
                      truth);
}

static bool count_kind(struct matching_report *report, const struct judged_decision *judged)
{
    const char *said = judged->kind == NULL ? "" : judged->kind;
    const char *right = judged->right_kind;
    size_t at = 0;
    if (right == NULL)
        return true;
    report->kinds_told++;
    report->kinds_right += string_equal(said, right);
    while (at < report->kind_count && !(string_equal(report->kinds[at].said, said) &&
                                        string_equal(report->kinds[at].right, right)))
        at++;
    if (at == KINDS_MOST)
        return true;
    if (at == report->kind_count) {
        report->kinds[at] =
            (struct kind_pair){.said = string_copy(said), .right = string_copy(right)};
        report->kind_count++;
    }
    report->kinds[at].count++;
    return report->kinds[at].said != NULL && report->kinds[at].right != NULL;
}

static enum status count(void *context, const struct judged_decision *judged, struct fault *fault)
{
    struct matching_report *report = context;
    enum truth truth = truth_of(judged);
    if (judged->made_ms < report->since_ms)
        return STATUS_OK;
    report->decisions++;
    report->stated += judged->corrected_by != NULL;
    report->told += truth != TRUTH_UNTOLD;
    report->filed += judged->to_file;
    report->misfiled += judged->to_file && truth == TRUTH_WRONG;
    count_bin(report, judged, truth);
    count_thresholds(report, judged, truth);
    return count_kind(report, judged) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

static int by_count(const void *left, const void *right)
{
    const struct kind_pair *a = left;
    const struct kind_pair *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int said = strcmp(a->said, b->said);
    return said != 0 ? said : strcmp(a->right, b->right);
}

/* ---- for people ----------------------------------------------------------------------------- */

static void print_share(const char *what, uint64_t counted, uint64_t of)
{
    struct proportion share = proportion_of(counted, of);
    printf("  %-30s %8llu of %-8llu %8.3f %%   (95 %%: %.3f to %.3f %%)\n", what,
           (unsigned long long)counted, (unsigned long long)of, share.share * 100,
           share.least * 100, share.most * 100);
}

static void print_bins(const struct matching_report *report)
{
    printf("\nHow sure it said to be, and how often it was right:\n"
           "  probability        decisions     told    right\n");
    for (size_t i = 0; i < BINS; i++) {
        const struct bin *bin = &report->bins[i];
        if (bin->count == 0)
            continue;
        printf("  from %-8.4g %15llu  %6.1f %%  %6.1f %%\n", bin_starts[i],
               (unsigned long long)bin->count, bin->sum / (double)bin->count * 100,
               (double)bin->right / (double)bin->count * 100);
    }
}

static void print_threshold(const char *name, const struct matching_report *report,
                            const struct outcome_at *outcome)
{
    double all = report->decisions == 0 ? 1 : (double)report->decisions;
    printf("  %-12s %8llu  %6.1f %%  %8llu  %8llu\n", name, (unsigned long long)outcome->filed,
           (double)outcome->filed / all * 100, (unsigned long long)outcome->misfiled,
           (unsigned long long)outcome->untold);
}

static void print_thresholds(const struct matching_report *report)
{
    char name[32];
    printf("\nWhat another threshold would have done (least lead %.4g):\n"
           "  threshold       filed              misfiled  not known\n",
           report->margin);
    (void)snprintf(name, sizeof name, "%.6g now", report->threshold);
    print_threshold(name, report, &report->now);
    for (size_t i = 0; i < THRESHOLDS; i++) {
        (void)snprintf(name, sizeof name, "%.6g", thresholds[i]);
        print_threshold(name, report, &report->at[i]);
    }
}

static void print_kinds(const struct matching_report *report)
{
    size_t shown = 0;
    printf("\nKinds of document that people stated:\n");
    print_share("right", report->kinds_right, report->kinds_told);
    for (size_t i = 0; i < report->kind_count && shown < CONFUSIONS_SHOWN; i++) {
        const struct kind_pair *pair = &report->kinds[i];
        if (string_equal(pair->said, pair->right))
            continue;
        printf("  %6llu times %s instead of %s\n", (unsigned long long)pair->count,
               pair->said[0] == '\0' ? "unknown" : pair->said,
               pair->right[0] == '\0' ? "none of the kinds" : pair->right);
        shown++;
    }
}

static void print_report(const struct matching_report *report)
{
    printf("%llu decisions of the matcher; people stated something of %llu, the truth of %llu is "
           "known.\n",
           (unsigned long long)report->decisions, (unsigned long long)report->stated,
           (unsigned long long)report->told);
    print_share("filed without a person", report->filed, report->decisions);
    print_share("of those to a wrong case", report->misfiled, report->filed);
    print_bins(report);
    print_thresholds(report);
    if (report->kinds_told > 0)
        print_kinds(report);
}

/* ---- for programs --------------------------------------------------------------------------- */

static json_t *share_json(uint64_t counted, uint64_t of)
{
    struct proportion share = proportion_of(counted, of);
    return json_pack("{sI sI sf sf sf}", "count", (json_int_t)counted, "of", (json_int_t)of,
                     "share", share.share, "least", share.least, "most", share.most);
}

static json_t *outcome_json(double threshold, const struct outcome_at *outcome)
{
    return json_pack("{sf sI sI sI}", "threshold", threshold, "filed", (json_int_t)outcome->filed,
                     "misfiled", (json_int_t)outcome->misfiled, "not_known",
                     (json_int_t)outcome->untold);
}

static json_t *report_json(const struct matching_report *report)
{
    json_t *bins = json_array();
    json_t *others = json_array();
    json_t *kinds = json_array();
    for (size_t i = 0; i < BINS; i++) {
        const struct bin *bin = &report->bins[i];
        if (bin->count > 0)
            json_array_append_new(bins, json_pack("{sf sI sf sf}", "from", bin_starts[i],
                                                  "decisions", (json_int_t)bin->count, "told",
                                                  bin->sum / (double)bin->count, "right",
                                                  (double)bin->right / (double)bin->count));
    }
    for (size_t i = 0; i < THRESHOLDS; i++)
        json_array_append_new(others, outcome_json(thresholds[i], &report->at[i]));
    for (size_t i = 0; i < report->kind_count; i++)
        json_array_append_new(kinds, json_pack("{ss ss sI}", "said", report->kinds[i].said, "right",
                                               report->kinds[i].right, "count",
                                               (json_int_t)report->kinds[i].count));
    return json_pack("{sI sI sI so so so so so so so}", "decisions", (json_int_t)report->decisions,
                     "stated", (json_int_t)report->stated, "known", (json_int_t)report->told,
                     "filed", share_json(report->filed, report->decisions), "misfiled",
                     share_json(report->misfiled, report->filed), "kinds_right",
                     share_json(report->kinds_right, report->kinds_told), "reliability", bins,
                     "now", outcome_json(report->threshold, &report->now), "thresholds", others,
                     "kinds", kinds);
}

/* ---- the verb ------------------------------------------------------------------------------- */

static void report_done(struct matching_report *report)
{
    for (size_t i = 0; i < report->kind_count; i++) {
        free(report->kinds[i].said);
        free(report->kinds[i].right);
    }
    free(report);
}

static int make_report(struct instance *instance, bool as_json, long days)
{
    struct matching_report *report = calloc(1, sizeof *report);
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    if (report == NULL) {
        complain("out of memory");
        return EXIT_STORAGE;
    }
    report->threshold = instance->config->matching.threshold;
    report->margin = instance->config->matching.margin;
    if (days > 0)
        report->since_ms = clock_wall_ms(clock_system()) - (int64_t)days * DAY_MS;
    if (judged_each(instance->ledger, false, count, report, &fault) != STATUS_OK) {
        exit_code = outcome_of(&fault);
    } else {
        qsort(report->kinds, report->kind_count, sizeof *report->kinds, by_count);
        if (as_json)
            exit_code = json_print_line(report_json(report), stdout) ? EXIT_DONE : EXIT_STORAGE;
        else
            print_report(report);
    }
    report_done(report);
    return exit_code;
}

int verb_report_matching(struct call *call)
{
    bool as_json = false;
    long days = 0;
    const struct argument table[] = {
        {"days", "NUMBER", "only decisions of the last so many days", ARGUMENT_COUNT, &days   },
        {"json", NULL,     "prints one JSON object",                  ARGUMENT_FLAG,  &as_json},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = make_report(&instance, as_json, days);
    instance_close(&instance);
    return exit_code;
}
