/* test_xdomea.c - what cannot be sent is refused with a reason, and a full disk is no loss. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "filing/xdomea.h"

static struct xdomea_document one_document(void)
{
    return (struct xdomea_document){.object_id = "1",
                                    .case_number = "50.21.004711-7",
                                    .subject = "Widerspruch",
                                    .kind = "widerspruch",
                                    .receipt_day = "2026-03-02"};
}

static struct xdomea_message message_of(const struct xdomea_document *document, size_t count)
{
    return (struct xdomea_message){.version = XDOMEA_3_1_0,
                                   .created_ms = INT64_C(1772435700000),
                                   .sender = "Scanstelle Demmin",
                                   .recipient = "SG 50.2",
                                   .creator = "scan.dem01",
                                   .documents = document,
                                   .document_count = count};
}

static void versions_have_their_written_form(void **state)
{
    (void)state;
    enum xdomea_version version = XDOMEA_VERSIONS;
    for (int i = 0; i < XDOMEA_VERSIONS; i++) {
        assert_true(
            xdomea_version_from_text(xdomea_version_text((enum xdomea_version)i), &version));
        assert_int_equal(version, i);
    }
    assert_false(xdomea_version_from_text("2.4.0", &version));
    assert_false(xdomea_version_from_text("", &version));
}

static void what_xml_cannot_carry_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a\x01", "\xff", "\xed\xa0\x80", "\xef\xbf\xbe"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct xdomea_document document = one_document();
        struct text xml = {0};
        struct fault fault = {0};
        document.subject = bad[i];
        const struct xdomea_message message = message_of(&document, 1);
        assert_int_equal(xdomea_append(&message, &xml, &fault), STATUS_REFUSE);
        assert_non_null(strstr(fault.text, "Betreff"));
        assert_int_equal(xml.length, 0);
        text_done(&xml);
    }
}

static void a_message_without_documents_is_refused(void **state)
{
    (void)state;
    struct text xml = {0};
    struct fault fault = {0};
    const struct xdomea_message message = message_of(NULL, 0);
    assert_int_equal(xdomea_append(&message, &xml, &fault), STATUS_REFUSE);
    text_done(&xml);
}

static void markup_in_values_stays_a_value(void **state)
{
    (void)state;
    struct xdomea_document document = one_document();
    struct text xml = {0};
    struct fault fault = {0};
    document.subject = "</xdomea:Betreff><xdomea:Kennzeichen>&amp;\"";
    const struct xdomea_message message = message_of(&document, 1);
    assert_int_equal(xdomea_append(&message, &xml, &fault), STATUS_OK);
    if (xdomea_check(xml.bytes, xml.length, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_non_null(strstr(xml.bytes, "&lt;/xdomea:Betreff&gt;"));
    text_done(&xml);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    struct xdomea_document document = one_document();
    const struct xdomea_message message = message_of(&document, 1);
    struct fault fault = {0};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_int_equal(xdomea_write_package(&message, full, &fault), STATUS_LATER);
    assert_non_null(strstr(fault.text, "xdomea package"));
    close(full);
    assert_int_equal(xdomea_write_package(&message, full, &fault), STATUS_HALT);
}

static void a_message_too_long_or_deep_is_refused(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_int_equal(xdomea_check("<a/>", (size_t)XDOMEA_XML_BYTES_MOST + 1, &fault),
                     STATUS_REFUSE);
    struct text deep = {0};
    for (int i = 0; i < 5000; i++)
        text_append(&deep, "<a>");
    assert_int_equal(xdomea_check(deep.bytes, deep.length, &fault), STATUS_REFUSE);
    assert_int_equal(xdomea_check("", 0, &fault), STATUS_REFUSE);
    text_done(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_their_written_form),
        cmocka_unit_test(what_xml_cannot_carry_is_refused),
        cmocka_unit_test(a_message_without_documents_is_refused),
        cmocka_unit_test(markup_in_values_stays_a_value),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(a_message_too_long_or_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
