/* test_note_embed.c - a note goes into the archive's PDF behind its last byte, is found there by
 * whoever reads PDF, and whatever is not of our archive's making is left alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "filing/note_embed.h"
#include "ocr/archive.h"

static const char note_xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<transfervermerk>\r\n"
                               "  <ersteller>Änne & Söhne ]]></ersteller>\n</transfervermerk>\n";
static const struct note_embedding embedding = {.xml = note_xml,
                                                .xml_length = sizeof note_xml - 1,
                                                .creator = "Änne <Krüger> & Co",
                                                .statement = "Stimmt überein."};

/* A PDF of one empty page as the archive describes and writes it; the caller frees. */
static char *archive_pdf(enum archive_level level, enum qpdf_object_stream_e streams,
                         size_t *ret_length)
{
    struct page_result page = {
        .reading = {.number = 1, .dpi = 300}
    };
    const struct archive_facts facts = {
        .level = level, .language = "de", .engine = "test", .pages = &page, .page_count = 1};
    qpdf_data pdf = qpdf_init();
    assert_int_equal(qpdf_empty_pdf(pdf), QPDF_SUCCESS);
    qpdf_oh sheet = qpdf_make_indirect_object(
        pdf, qpdf_oh_parse(pdf, "<< /Type /Page /MediaBox [0 0 595 842] /Resources << >> >>"));
    assert_int_equal(qpdf_add_page(pdf, pdf, sheet, QPDF_TRUE), QPDF_SUCCESS);
    assert_true(archive_describe(pdf, &facts));
    qpdf_init_write_memory(pdf);
    qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
    archive_prepare_writing(pdf, level);
    if (streams != qpdf_o_disable)
        qpdf_set_object_stream_mode(pdf, streams);
    assert_int_equal(qpdf_write(pdf), QPDF_SUCCESS);
    *ret_length = qpdf_get_buffer_length(pdf);
    char *bytes = string_copy_bytes((const char *)qpdf_get_buffer(pdf), *ret_length);
    assert_non_null(bytes);
    qpdf_cleanup(&pdf);
    return bytes;
}

/* PDF and note together; the caller frees. */
static char *with_note(const char *pdf, size_t length, size_t *ret_length)
{
    struct text tail = {0}, whole = {0};
    struct fault fault = {0};
    if (note_embed(pdf, length, &embedding, &tail, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    text_append_bytes(&whole, pdf, length);
    text_append_bytes(&whole, tail.bytes, tail.length);
    text_done(&tail);
    *ret_length = whole.length;
    return text_take(&whole);
}

static void the_note_is_where_readers_of_pdf_look(void **state)
{
    static const enum archive_level levels[] = {ARCHIVE_2B, ARCHIVE_1B, ARCHIVE_NONE};
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        size_t length = 0, whole_length = 0;
        struct text xml = {0};
        struct fault fault = {0};
        char *pdf = archive_pdf(levels[i], qpdf_o_disable, &length);
        char *whole = with_note(pdf, length, &whole_length);
        char *again = with_note(pdf, length, &whole_length);
        assert_memory_equal(whole, pdf, length); // byte for byte, and more behind
        assert_memory_equal(whole, again, whole_length);
        assert_int_equal(durable_write_file("note.pdf", whole, whole_length, 0600, &fault),
                         STATUS_OK);
        assert_int_equal(
            system("qpdf --check note.pdf >check.txt 2>&1 && "
                   "pdfinfo -meta note.pdf >meta.xml && xmllint --noout meta.xml && "
                   "grep -q 'Änne &lt;Krüger&gt; &amp; Co' meta.xml && "
                   "grep -q 'Facts of a scan' meta.xml && grep -q '<transfer:sha256>' meta.xml"),
            0);
        if (note_read(whole, whole_length, &xml, &fault) != STATUS_OK)
            fail_msg("%s", fault.text);
        assert_string_equal(text_string(&xml), note_xml);
        text_done(&xml);
        free(pdf);
        free(whole);
        free(again);
    }
}

static void assert_refused(const char *name, const char *pdf, size_t length)
{
    struct text tail = {0};
    if (note_embed(pdf, length, &embedding, &tail, NULL) != STATUS_REFUSE)
        fail_msg("%s is not refused", name);
    assert_int_equal(tail.length, 0);
    text_done(&tail);
}

static void what_is_not_of_our_making_is_left_alone(void **state)
{
    (void)state;
    size_t length = 0, whole_length = 0;
    char *streams = archive_pdf(ARCHIVE_2B, qpdf_o_generate, &length);
    assert_refused("a PDF with object streams", streams, length);
    free(streams);
    char *pdf = archive_pdf(ARCHIVE_2B, qpdf_o_disable, &length);
    char *whole = with_note(pdf, length, &whole_length);
    assert_refused("a PDF that has a note", whole, whole_length);
    assert_refused("nothing", "", 0);
    assert_refused("no PDF", "startxref\n0\n%%EOF\n", 18);
    for (size_t cut = 0; cut + 16 < length; cut += 7)
        assert_refused("a PDF that was cut", pdf, cut);
    free(pdf);
    free(whole);
}

/* Whatever byte is another: nothing reads beyond the file, and no other note comes out. */
static void one_other_byte_never_gives_another_note(void **state)
{
    (void)state;
    size_t length = 0, whole_length = 0;
    char *pdf = archive_pdf(ARCHIVE_2B, qpdf_o_disable, &length);
    char *whole = with_note(pdf, length, &whole_length);
    for (size_t at = length; at < whole_length; at++) {
        struct text xml = {0};
        char before = whole[at];
        whole[at] = (char)(before ^ 0x01);
        if (note_read(whole, whole_length, &xml, NULL) == STATUS_OK)
            assert_string_equal(text_string(&xml), note_xml);
        text_done(&xml);
        whole[at] = before;
    }
    for (size_t at = 0; at < length; at++) {
        struct text tail = {0};
        char before = pdf[at];
        pdf[at] = (char)(before ^ 0x10);
        (void)note_embed(pdf, length, &embedding, &tail, NULL);
        text_done(&tail);
        pdf[at] = before;
    }
    free(pdf);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_note_is_where_readers_of_pdf_look),
        cmocka_unit_test(what_is_not_of_our_making_is_left_alone),
        cmocka_unit_test(one_other_byte_never_gives_another_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
