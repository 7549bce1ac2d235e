/* test_sidecar.c - dokument.json tells what the ledger knows, the same way every time. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "filing/sidecar.h"

static char site[] = "Demmin", source[] = "tag/scan \xff.tif", format[] = "tiff";
static char case_number[] = "SG 50.2/563800/12", team[] = "SG 50.2", decided_by[] = "auto";
static char reason[] = "Aktenzeichen und Geburtsdatum stimmen.", kind[] = "widerspruch";
static char flags[] = "deadline urgent", rules_version[] = "3/abc";
static char receipt_day[] = "2026-02-27";
static uint32_t pages[] = {2, 3};

static void fill(struct document_record *document, struct scan_record *scan)
{
    *document = (struct document_record){
        .site = site,
        .source = source,
        .received_ms = 1772435700000,
        .state = DOCUMENT_MATCHING,
        .ordinal = 2,
        .receipt_day = receipt_day,
        .case_number = case_number,
        .confidence = 0.9991,
        .runner_up = 0.0002,
        .decided_by = decided_by,
        .reason = reason,
        .kind = kind,
        .kind_confidence = 0.97,
        .flags = flags,
        .team = team,
        .pages = pages,
        .page_count = 2,
        .rules_version = rules_version,
        .register_version = 7,
    };
    assert_true(uuid_from_text("0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001", &document->id.uuid));
    assert_true(uuid_from_text("0191aaaa-bbbb-7ccc-8ddd-eeeeffff0002", &document->scan.uuid));
    document->pdf = digest_of("pdf", 3);
    document->text = digest_of("text", 4);
    document->scan_digest = digest_of("scan", 4);
    *scan = (struct scan_record){.format = format};
}

static const char *word(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (value == NULL)
        fail_msg("\"%s\" is no string", key);
    return value;
}

static void everything_is_told(void **state)
{
    (void)state;
    struct document_record document;
    struct scan_record scan;
    fill(&document, &scan);
    struct text json = {0};
    assert_int_equal(sidecar_append(&document, &scan, &json, NULL), STATUS_OK);
    json_t *object = json_loads(text_string(&json), 0, NULL);
    assert_non_null(object);
    static const char *const words[][2] = {
        {"document",      "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001"  },
        {"scan",          "0191aaaa-bbbb-7ccc-8ddd-eeeeffff0002"  },
        {"site",          "Demmin"                                },
        {"source_format", "tiff"                                  },
        {"case_number",   "SG 50.2/563800/12"                     },
        {"team",          "SG 50.2"                               },
        {"receipt_day",   "2026-02-27"                            },
        {"kind",          "widerspruch"                           },
        {"flags",         "deadline urgent"                       },
        {"decided_by",    "auto"                                  },
        {"reason",        "Aktenzeichen und Geburtsdatum stimmen."},
        {"rules_version", "3/abc"                                 },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_string_equal(word(object, words[i][0]), words[i][1]);
    assert_true(json_real_value(json_object_get(object, "confidence")) > 0.999);
    assert_int_equal(json_integer_value(json_object_get(object, "register_version")), 7);
    const json_t *page_list = json_object_get(object, "pages");
    assert_int_equal(json_array_size(page_list), 2);
    assert_int_equal(json_integer_value(json_array_get(page_list, 1)), 3);
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&document.pdf, hex);
    assert_string_equal(word(json_object_get(object, "sha256"), "pdf"), hex);
    assert_string_equal(word(object, "source"), "\"tag/scan \\xFF.tif\"");
    json_decref(object);
    text_done(&json);
}

static void absent_facts_are_null(void **state)
{
    (void)state;
    struct document_record document;
    struct scan_record scan;
    fill(&document, &scan);
    document.kind = document.team = document.decided_by = NULL;
    struct text json = {0};
    assert_int_equal(sidecar_append(&document, &scan, &json, NULL), STATUS_OK);
    json_t *object = json_loads(text_string(&json), 0, NULL);
    assert_non_null(object);
    assert_true(json_is_null(json_object_get(object, "kind")));
    assert_true(json_is_null(json_object_get(object, "team")));
    json_decref(object);
    text_done(&json);
}

static void same_records_give_the_same_bytes(void **state)
{
    (void)state;
    struct document_record document;
    struct scan_record scan;
    fill(&document, &scan);
    struct text first = {0};
    struct text second = {0};
    assert_int_equal(sidecar_append(&document, &scan, &first, NULL), STATUS_OK);
    assert_int_equal(sidecar_append(&document, &scan, &second, NULL), STATUS_OK);
    assert_string_equal(text_string(&first), text_string(&second));
    text_done(&first);
    text_done(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_told),
        cmocka_unit_test(absent_facts_are_null),
        cmocka_unit_test(same_records_give_the_same_bytes),
    };
    return cmocka_run_group_tests_name("sidecar", tests, NULL, NULL);
}
