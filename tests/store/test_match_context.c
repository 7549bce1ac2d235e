/* test_match_context.c - what is known of a document before it is matched: the cases of what came
 * in with it, once they are settled, and the cases that it was taken out of. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/mailroom.h"
#include "store/match_context.h"

enum { DOCUMENTS = 4 };

static struct digest put(struct scene *scene, const char *bytes)
{
    struct digest digest;
    assert_ok(scene, spool_put(scene->spool, bytes, strlen(bytes), &digest, &scene->fault));
    return digest;
}

/* Page 1 letter, page 2 a return sheet's first page, page 3 separator, page 4 letter, page 5 one
 * with a sticker. */
static struct scan_id read_pile(struct scene *scene, struct document_id documents[DOCUMENTS])
{
    // clang-format off
    const struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1},
        {.number = 2,
         .outcome = PAGE_IN_DOCUMENT,
         .document = 2,
         .sheet = "PE1:R:50.21.000001-1:ABCDEFGH:1234"},
        {.number = 3, .outcome = PAGE_SEPARATOR, .sheet = "PATCHT"},
        {.number = 4, .outcome = PAGE_IN_DOCUMENT, .document = 3},
        {.number = 5, .outcome = PAGE_IN_DOCUMENT, .document = 4, .sheet = "ASN7"},
    };
    // clang-format on
    struct read_document read[DOCUMENTS];
    for (size_t i = 0; i < DOCUMENTS; i++)
        read[i] = (struct read_document){put(scene, "r"), put(scene, "t"), put(scene, "p")};
    const struct read_result result = {
        .pages = pages, .page_count = 5, .documents = read, .document_count = DOCUMENTS};
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    job_record_done(&job);
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        const uint8_t purpose[] = {'d', 0, (uint8_t)(i + 1)};
        documents[i].uuid = uuid_derived(&scan.uuid, purpose, sizeof purpose);
    }
    return scan;
}

/* Decides the next document in line for the case; NULL: a person has to. */
static void decide(struct scene *scene, const char *case_number)
{
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {.to_file = case_number != NULL,
                                      .case_number = case_number,
                                      .team = "SG 50.2",
                                      .decided_by = "auto",
                                      .reason = "So.",
                                      .flags = ""};
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

static void file(struct scene *scene)
{
    struct job_record job = scene_lease(scene, JOB_FILE);
    bool held = false;
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "SG 50.2/x", &held,
                                          &scene->fault));
    job_record_done(&job);
}

/* What is known of the document is that `neighbour` came in with it, in these ways ("envelope
 * batch"; "" for nothing). */
static void assert_known(struct scene *scene, struct document_id of, const char *ways,
                         struct document_id neighbour)
{
    struct text lines = {0}, wanted = {0};
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&neighbour.uuid, id);
    text_append(&wanted, "");
    while (*ways != '\0') {
        size_t length = strcspn(ways, " ");
        text_append_bytes(&wanted, ways, length);
        text_append_format(&wanted, "\t50.21.000001-1\t\t%s\n", id);
        ways += length + (ways[length] == ' ' ? 1 : 0);
    }
    assert_ok(scene, match_context_append(scene->ledger, of, &lines, &scene->fault));
    assert_string_equal(lines.length == 0 ? "" : text_string(&lines), text_string(&wanted));
    text_done(&lines);
    text_done(&wanted);
}

static void a_sheet_or_sticker_parts_envelopes_and_a_return_sheet_does_not(void **state)
{
    struct scene *scene = *state;
    struct document_id documents[DOCUMENTS];
    scene_register(scene);
    (void)read_pile(scene, documents);
    assert_known(scene, documents[1], "", documents[0]);
    decide(scene, "50.21.000001-1");
    // On its way into the cabinet already.
    assert_known(scene, documents[1], "envelope batch", documents[0]);
    assert_known(scene, documents[2], "batch", documents[0]);
    assert_known(scene, documents[0], "", documents[0]);
    file(scene);
    assert_known(scene, documents[1], "envelope batch", documents[0]);
    assert_known(scene, documents[3], "batch", documents[0]);
}

static void what_a_person_still_has_to_decide_says_nothing(void **state)
{
    struct scene *scene = *state;
    struct document_id documents[DOCUMENTS];
    scene_register(scene);
    (void)read_pile(scene, documents);
    for (size_t i = 0; i < DOCUMENTS; i++)
        decide(scene, NULL);
    assert_known(scene, documents[1], "", documents[0]);
    assert_ok(scene, ledger_document_assign(scene->ledger, documents[2], "50.21.000001-1", "eva",
                                            &scene->fault));
    // Behind the sticker it is another envelope.
    assert_known(scene, documents[3], "batch", documents[2]);
    assert_known(scene, documents[0], "batch", documents[2]);
}

static void what_was_handed_in_together_belongs_together(void **state)
{
    struct scene *scene = *state;
    char code[RECEIPT_CODE_BYTES];
    scene_register(scene);
    struct document_id filed = scene_filed(scene, "50.21.000001-1");
    struct document_id other = scene_document(scene, "Waren");
    struct document_record one = {0}, two = {0};
    assert_known(scene, other, "", filed);
    assert_ok(scene, ledger_document_get(scene->ledger, filed, &one, &scene->fault));
    assert_ok(scene, ledger_document_get(scene->ledger, other, &two, &scene->fault));
    const struct scan_id scans[] = {one.scan, two.scan};
    assert_ok(scene, receipt_make(scene->ledger, "Waren", scans, 2, 2, "eva", code, &scene->fault));
    assert_known(scene, other, "submission", filed);
    document_record_done(&one);
    document_record_done(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_sheet_or_sticker_parts_envelopes_and_a_return_sheet_does_not),
        SCENE_TEST(what_a_person_still_has_to_decide_says_nothing),
        SCENE_TEST(what_was_handed_in_together_belongs_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
