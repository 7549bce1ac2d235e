/* test_kind_training.c - what people confirmed changes what the next letter is taken for. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/document_kind.h"
#include "classify/kind_training.h"
#include "classify/model.h"
#include "tests/classify/sample.h"

/* Letters of two kinds that no trigger knows, and one that triggers know. */
static const char *const bodies[] = {
    "Mitgliedsausweis des Angelvereins\nBeitrag bezahlt bis Jahr %d\nGewässerkarte liegt bei\n",
    "Fahrtenbuch zur Dialyse\nHinfahrt %d Kilometer\nTaxi Quittung liegt bei\n",
    "Widerspruch\n\nhiermit lege ich Widerspruch ein, Nummer %d.\n",
};
static const char *const kinds[] = {"vereinsausweis", "fahrtkosten", "widerspruch"};

static void add(struct kind_training *training, const char *text, const char *kind)
{
    struct reading reading = sample_reading(text);
    struct letter letter;
    assert_true(letter_init(&letter, &reading));
    assert_true(kind_training_add(training, &letter, NULL, kind));
    letter_done(&letter);
    reading_done(&reading);
}

static struct kind_model *train_with(unsigned of_each)
{
    struct kind_training *training = kind_training_new();
    struct kind_model *model = NULL;
    struct fault fault = {0};
    assert_non_null(training);
    for (unsigned i = 0; i < of_each * 3; i++) {
        struct text words = {0};
        const char *body = bodies[i % 3];
        const char *gap = strstr(body, "%d");
        text_append_bytes(&words, body, (size_t)(gap - body));
        text_append_format(&words, "%u%s", i + 10, gap + 2);
        add(training, text_string(&words), kinds[i % 3]);
        text_done(&words);
    }
    assert_int_equal(kind_training_finish(training, &model, &fault), STATUS_OK);
    kind_training_free(&training);
    return model;
}

static void expect(const struct kind_model *model, const char *text, const char *kind)
{
    struct reading reading = sample_reading(text);
    struct letter letter;
    const struct kind_rules rules = {.model = model};
    assert_true(letter_init(&letter, &reading));
    struct document_kind found = document_kind_find(&letter, &rules);
    if (!string_equal(found.kind == NULL ? "-" : found.kind, kind == NULL ? "-" : kind))
        fail_msg("\"%s\" is taken for %s (%.2f), not %s", text,
                 found.kind == NULL ? "unknown" : found.kind, found.confidence,
                 kind == NULL ? "unknown" : kind);
    assert_true(found.confidence >= 0 && found.confidence < 1);
    letter_done(&letter);
    reading_done(&reading);
}

static void confirmed_kinds_are_recognised_and_others_stay(void **state)
{
    (void)state;
    static const char angler[] = "Angelverein am See\nIhr Mitgliedsausweis und die Gewässerkarte\n";
    expect(NULL, angler, NULL); // on the first day
    struct kind_model *model = train_with(8);
    assert_non_null(model);
    expect(model, angler, "vereinsausweis");
    expect(model, "Dialyse: Hinfahrt und Rückfahrt mit dem Taxi, Quittung\n", "fahrtkosten");
    expect(model, "Widerspruch\n\ngegen den Bescheid lege ich Widerspruch ein.\n", "widerspruch");
    expect(model, "Kontoauszug Nr. 4\n\nLastschrift\nDauerauftrag\nGutschrift\n", "kontoauszug");
    expect(model, "Schulbescheinigung\n\nDas Kind besucht unsere Schule.\n", "schulbescheinigung");
    expect(model, "Ein Gedicht über den Herbst und die fallenden Blätter\n", NULL);
    expect(model, "", NULL);
    kind_model_free(&model);
}

static void few_letters_teach_little_or_nothing(void **state)
{
    (void)state;
    assert_null(train_with(KIND_DOCUMENTS_LEAST - 1));
    struct kind_training *training = kind_training_new();
    struct kind_model *model = NULL;
    assert_non_null(training);
    for (int i = 0; i < 9; i++)
        add(training, "Nur eine Art von Brief\n", "attest");
    assert_int_equal(kind_training_finish(training, &model, NULL), STATUS_OK);
    assert_null(model); // of one kind alone nothing can be learned
    kind_training_free(&training);
}

static void what_people_find_to_be_no_kind_becomes_unknown(void **state)
{
    (void)state;
    static const char letter[] = "Grüße aus dem Garten\n\nKontoauszug mal anders: Rezept Nr. %u\n";
    struct kind_training *training = kind_training_new();
    struct kind_model *model = NULL;
    assert_non_null(training);
    for (unsigned i = 0; i < 12; i++) {
        struct text text = {0};
        text_append_format(&text, letter, i);
        add(training, text_string(&text), "");
        text_clear(&text);
        text_append_format(&text, "Kontoauszug Nr. %u\n\nLastschrift\nDauerauftrag\nGutschrift\n",
                           i);
        add(training, text_string(&text), "kontoauszug");
        text_done(&text);
    }
    assert_int_equal(kind_training_finish(training, &model, NULL), STATUS_OK);
    expect(model, "Grüße aus dem Garten\n\nKontoauszug mal anders: Rezept Nr. 77\n", NULL);
    expect(model, "Kontoauszug Nr. 99\n\nLastschrift\nDauerauftrag\nGutschrift\n", "kontoauszug");
    kind_model_free(&model);
    kind_training_free(&training);
}

static struct byte_writer encoded(unsigned of_each)
{
    struct byte_writer writer = {0};
    struct model *model = model_new();
    assert_non_null(model);
    model->kinds = train_with(of_each);
    assert_true(weights_set(&model->weights, weights_find("surname"), 1.25));
    model_encode(model, &writer);
    assert_false(writer.failed);
    model_free(&model);
    return writer;
}

static void a_model_comes_back_from_its_bytes(void **state)
{
    (void)state;
    struct byte_writer first = encoded(6);
    struct byte_writer again = encoded(6);
    struct byte_writer round = {0};
    struct model *model = NULL;
    struct fault fault = {0};
    assert_int_equal(first.length, again.length); // training takes no chances
    assert_memory_equal(first.bytes, again.bytes, first.length);
    assert_int_equal(model_decode(first.bytes, first.length, &model, &fault), STATUS_OK);
    assert_true(model->weights.surname == 1.25);
    model_encode(model, &round);
    assert_int_equal(round.length, first.length);
    assert_memory_equal(round.bytes, first.bytes, first.length);
    model_free(&model);
    byte_writer_done(&first);
    byte_writer_done(&again);
    byte_writer_done(&round);
}

static void bytes_that_are_no_model_are_refused(void **state)
{
    (void)state;
    struct byte_writer whole = encoded(4);
    struct model *model = NULL;
    struct fault fault = {0};
    for (size_t length = 0; length < whole.length; length += length < 64 ? 1 : 997)
        assert_int_equal(model_decode(whole.bytes, length, &model, &fault), STATUS_REFUSE);
    for (size_t at = 0; at < whole.length; at += 61) {
        uint8_t before = whole.bytes[at];
        whole.bytes[at] ^= 0xFF;
        if (model_decode(whole.bytes, whole.length, &model, &fault) == STATUS_OK)
            model_free(&model); // another number, but a model
        whole.bytes[at] = before;
    }
    assert_null(model);
    byte_writer_done(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confirmed_kinds_are_recognised_and_others_stay),
        cmocka_unit_test(few_letters_teach_little_or_nothing),
        cmocka_unit_test(what_people_find_to_be_no_kind_becomes_unknown),
        cmocka_unit_test(a_model_comes_back_from_its_bytes),
        cmocka_unit_test(bytes_that_are_no_model_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
