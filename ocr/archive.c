/* archive.c - see archive.h.
 *
 * The document information dictionary is left out: what stands in the XMP alone cannot contradict
 * it. Dates are left out as well, so that the same scan gives the same bytes at any time; the
 * ledger knows when. Facts beyond the usual ones have a schema of their own, which PDF/A wants
 * described in the file itself. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ocr/archive.h"
#include "ocr/pdf_file.h"
#include "ocr/srgb_profile.h"

const char *archive_language(const char *languages)
{
    static const char *const table[][2] = {
        {"deu", "de"},
        {"eng", "en"},
        {"fra", "fr"},
        {"pol", "pl"},
        {"rus", "ru"},
        {"ukr", "uk"},
        {"tur", "tr"},
        {"ara", "ar"},
        {"ces", "cs"},
        {"dan", "da"},
        {"nld", "nl"},
        {"frk", "de"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strncmp(languages, table[i][0], 3) == 0)
            return table[i][1];
    return "und";
}

bool archive_can_hold(const struct raster *raster, enum archive_level level)
{
    // CMYK would need an output intent of its own; PDF 1.4 knows no 16 bits.
    return raster->colours != 4 && (level != ARCHIVE_1B || raster->bits <= 8);
}

static void append_escaped(struct text *xmp, const char *words)
{
    for (; *words != '\0'; words++)
        switch (*words) {
        case '&':
            text_append(xmp, "&amp;");
            break;
        case '<':
            text_append(xmp, "&lt;");
            break;
        case '>':
            text_append(xmp, "&gt;");
            break;
        default:
            text_append_char(xmp, *words);
        }
}

static void append_title(struct text *title, const struct archive_facts *facts)
{
    if (facts->scans != NULL) {
        text_append_format(title, "Posteingang, %u Seiten, von Hand zusammengestellt",
                           facts->page_count);
        return;
    }
    uint32_t first = facts->pages[0].reading.number;
    uint32_t last = facts->pages[facts->page_count - 1].reading.number;
    if (first == last)
        text_append_format(title, "Posteingang, Seite %u des Scans", first);
    else
        text_append_format(title, "Posteingang, Seiten %u bis %u des Scans", first, last);
}

static void append_level(struct text *xmp, enum archive_level level)
{
    if (level == ARCHIVE_NONE)
        return;
    text_append_format(xmp,
                       "<rdf:Description rdf:about=\"\" "
                       "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">"
                       "<pdfaid:part>%d</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
                       "</rdf:Description>\n",
                       level == ARCHIVE_1B ? 1 : 2);
}

static void append_property(struct text *xmp, const char *name, const char *words)
{
    text_append_format(xmp,
                       "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>%s"
                       "</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
                       "<pdfaProperty:category>internal</pdfaProperty:category>"
                       "<pdfaProperty:description>%s</pdfaProperty:description></rdf:li>\n",
                       name, words);
}

static void append_schema(struct text *xmp)
{
    text_append_format(
        xmp,
        "<rdf:Description rdf:about=\"\" "
        "xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" "
        "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" "
        "xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">"
        "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">"
        "<pdfaSchema:schema>Facts of a scan</pdfaSchema:schema>"
        "<pdfaSchema:namespaceURI>%s</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>scan</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>\n",
        ARCHIVE_NAMESPACE);
    append_property(xmp, "sha256", "SHA-256 of the scan's bytes, or of each page's");
    append_property(xmp, "pages", "numbers of the pages in the scan");
    append_property(xmp, "resolution", "pixels an inch of each page");
    append_property(xmp, "turned", "clockwise degrees each page was turned to be read");
    append_property(xmp, "engine", "what recognised the text");
    text_append(xmp, "</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag>"
                     "</pdfaExtension:schemas></rdf:Description>\n");
}

/* One number of each page, parted by blanks. */
static void append_numbers(struct text *xmp, const struct archive_facts *facts, const char *name,
                           long (*number)(const struct page_result *page))
{
    text_append_format(xmp, "<scan:%s>", name);
    for (uint32_t i = 0; i < facts->page_count; i++)
        text_append_format(xmp, i == 0 ? "%ld" : " %ld", number(&facts->pages[i]));
    text_append_format(xmp, "</scan:%s>", name);
}

static long page_number(const struct page_result *page)
{
    return page->reading.number;
}

static long page_dpi(const struct page_result *page)
{
    return page->reading.dpi;
}

static long page_rotation(const struct page_result *page)
{
    return page->reading.rotation;
}

static void append_scans(struct text *xmp, const struct archive_facts *facts)
{
    char hex[DIGEST_HEX_BYTES];
    text_append(xmp, "<scan:sha256>");
    for (uint32_t i = 0; i < (facts->scans == NULL ? 1 : facts->page_count); i++) {
        digest_to_hex(facts->scans == NULL ? &facts->scan : &facts->scans[i], hex);
        text_append_format(xmp, i == 0 ? "%s" : " %s", hex);
    }
    text_append(xmp, "</scan:sha256>");
}

static void append_facts(struct text *xmp, const struct archive_facts *facts)
{
    text_append_format(xmp, "<rdf:Description rdf:about=\"\" xmlns:scan=\"%s\">",
                       ARCHIVE_NAMESPACE);
    append_scans(xmp, facts);
    append_numbers(xmp, facts, "pages", page_number);
    append_numbers(xmp, facts, "resolution", page_dpi);
    append_numbers(xmp, facts, "turned", page_rotation);
    text_append(xmp, "<scan:engine>");
    append_escaped(xmp, facts->engine);
    text_append(xmp, "</scan:engine></rdf:Description>\n");
}

static void append_xmp(struct text *xmp, const struct archive_facts *facts)
{
    text_append(xmp, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                     "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                     "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
    append_level(xmp, facts->level);
    text_append(xmp, "<rdf:Description rdf:about=\"\" "
                     "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
                     "<dc:format>application/pdf</dc:format><dc:title><rdf:Alt>"
                     "<rdf:li xml:lang=\"x-default\">");
    append_title(xmp, facts);
    text_append_format(xmp,
                       "</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>%s</rdf:li>"
                       "</rdf:Bag></dc:language></rdf:Description>\n",
                       facts->language);
    append_schema(xmp);
    append_facts(xmp, facts);
    text_append(xmp, "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>");
}

static qpdf_oh add_stream(qpdf_data pdf, const char *dictionary, const void *bytes, size_t length)
{
    qpdf_oh stream = qpdf_oh_new_stream(pdf);
    qpdf_oh_replace_stream_data(pdf, stream, bytes, length, qpdf_oh_new_null(pdf),
                                qpdf_oh_new_null(pdf));
    qpdf_oh entries = qpdf_oh_parse(pdf, dictionary);
    qpdf_oh_begin_dict_key_iter(pdf, entries);
    while (qpdf_oh_dict_more_keys(pdf)) {
        const char *key = qpdf_oh_dict_next_key(pdf);
        qpdf_oh_replace_key(pdf, qpdf_oh_get_dict(pdf, stream), key,
                            qpdf_oh_get_key(pdf, entries, key));
    }
    return stream;
}

static bool add_output_intent(qpdf_data pdf, qpdf_oh root)
{
    struct byte_writer profile = {0};
    srgb_profile_write(&profile);
    bool good = !profile.failed;
    if (good) {
        qpdf_oh stream = add_stream(pdf, "<< /N 3 >>", profile.bytes, profile.length);
        qpdf_oh intent = qpdf_oh_parse(
            pdf, "<< /Type /OutputIntent /S /GTS_PDFA1 "
                 "/OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) >>");
        qpdf_oh_replace_key(pdf, intent, "/DestOutputProfile", stream);
        qpdf_oh_replace_key(pdf, root, "/OutputIntents",
                            qpdf_oh_wrap_in_array(pdf, qpdf_make_indirect_object(pdf, intent)));
    }
    byte_writer_done(&profile);
    return good;
}

/* Keeps the named entries of a dictionary and removes all others. */
static void keep_keys(qpdf_data pdf, qpdf_oh dictionary, const char *const *kept)
{
    qpdf_oh copy = qpdf_oh_new_dictionary(pdf);
    for (; *kept != NULL; kept++)
        if (qpdf_oh_has_key(pdf, dictionary, *kept))
            qpdf_oh_replace_key(pdf, copy, *kept, qpdf_oh_get_key(pdf, dictionary, *kept));
    qpdf_oh_begin_dict_key_iter(pdf, dictionary);
    char name[64];
    while (qpdf_oh_dict_more_keys(pdf)) {
        (void)snprintf(name, sizeof name, "%s", qpdf_oh_dict_next_key(pdf));
        if (!qpdf_oh_has_key(pdf, copy, name))
            qpdf_oh_remove_key(pdf, dictionary, name);
    }
}

/* The filters of scans; LZW and JPX are not PDF/A-1's. */
static bool filter_is_allowed(qpdf_data pdf, qpdf_oh filter)
{
    static const char *const names[] = {"/CCITTFaxDecode",  "/DCTDecode",     "/FlateDecode",
                                        "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"};
    if (qpdf_oh_is_array(pdf, filter)) {
        for (int i = 0; i < qpdf_oh_get_array_n_items(pdf, filter); i++)
            if (!filter_is_allowed(pdf, qpdf_oh_get_array_item(pdf, filter, i)))
                return false;
        return true;
    }
    for (size_t i = 0; qpdf_oh_is_name(pdf, filter) && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(qpdf_oh_get_name(pdf, filter), names[i]) == 0)
            return true;
    return qpdf_oh_is_null(pdf, filter);
}

/* Samples a pixel of a colour space that is plain grey or RGB, with or without a profile; 0: it is
 * another. A mask has none, and counts as grey. */
static int colours_of_space(qpdf_data pdf, qpdf_oh space)
{
    static const struct {
        const char *name;
        int colours;
    } names[] = {
        {"/DeviceGray", 1},
        {"/CalGray",    1},
        {"/DeviceRGB",  3},
        {"/CalRGB",     3},
    };
    if (qpdf_oh_is_null(pdf, space))
        return 1;
    qpdf_oh kind = qpdf_oh_is_array(pdf, space) ? qpdf_oh_get_array_item(pdf, space, 0) : space;
    if (!qpdf_oh_is_name(pdf, kind))
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(qpdf_oh_get_name(pdf, kind), names[i].name) == 0)
            return names[i].colours;
    if (strcmp(qpdf_oh_get_name(pdf, kind), "/ICCBased") != 0 || !qpdf_oh_is_array(pdf, space))
        return 0;
    qpdf_oh profile = qpdf_oh_get_array_item(pdf, space, 1);
    if (!qpdf_oh_is_stream(pdf, profile))
        return 0;
    qpdf_oh count = qpdf_oh_get_key(pdf, qpdf_oh_get_dict(pdf, profile), "/N");
    int64_t colours =
        qpdf_oh_is_integer(pdf, count) ? (int64_t)qpdf_oh_get_int_value(pdf, count) : 0;
    return colours == 1 || colours == 3 ? (int)colours : 0;
}

static qpdf_oh find_image(qpdf_data pdf, qpdf_oh page, const char *name)
{
    qpdf_oh resources = pdf_page_attribute(pdf, page, "/Resources");
    qpdf_oh objects = qpdf_oh_is_dictionary(pdf, resources)
                          ? qpdf_oh_get_key(pdf, resources, "/XObject")
                          : qpdf_oh_new_null(pdf);
    return qpdf_oh_is_dictionary(pdf, objects) ? qpdf_oh_get_key(pdf, objects, name) : objects;
}

bool archive_can_lift(qpdf_data pdf, qpdf_oh page, const char *image_name)
{
    qpdf_oh stream = find_image(pdf, page, image_name);
    if (!qpdf_oh_is_stream(pdf, stream))
        return false;
    qpdf_oh image = qpdf_oh_get_dict(pdf, stream);
    bool is_masked = qpdf_oh_has_key(pdf, image, "/SMask") || qpdf_oh_has_key(pdf, image, "/Mask");
    return !is_masked && !qpdf_oh_has_key(pdf, image, "/F") &&
           filter_is_allowed(pdf, qpdf_oh_get_key(pdf, image, "/Filter")) &&
           colours_of_space(pdf, qpdf_oh_get_key(pdf, image, "/ColorSpace")) != 0;
}

/* The samples stay; what a profile said of their colours makes way for the output intent. */
static void clean_image(qpdf_data pdf, qpdf_oh stream)
{
    static const char *const kept[] = {
        "/Type",   "/Subtype", "/Width",       "/Height", "/BitsPerComponent", "/ColorSpace",
        "/Decode", "/Filter",  "/DecodeParms", "/Length", "/ImageMask",        NULL};
    qpdf_oh image = qpdf_oh_get_dict(pdf, stream);
    keep_keys(pdf, image, kept);
    qpdf_oh space = qpdf_oh_get_key(pdf, image, "/ColorSpace");
    if (qpdf_oh_is_array(pdf, space))
        qpdf_oh_replace_key(pdf, image, "/ColorSpace",
                            qpdf_oh_new_name(pdf, colours_of_space(pdf, space) == 1
                                                      ? "/DeviceGray"
                                                      : "/DeviceRGB"));
}

void archive_clean_page(qpdf_data pdf, qpdf_oh page, const char *image_name)
{
    static const char *const kept[] = {"/Type",   "/Parent",   "/MediaBox", "/CropBox",
                                       "/Rotate", "/Contents", NULL};
    qpdf_oh image = find_image(pdf, page, image_name);
    qpdf_oh resources = qpdf_oh_new_dictionary(pdf), objects = qpdf_oh_new_dictionary(pdf);
    clean_image(pdf, image);
    keep_keys(pdf, page, kept);
    qpdf_oh_replace_key(pdf, objects, image_name, image);
    qpdf_oh_replace_key(pdf, resources, "/XObject", objects);
    qpdf_oh_replace_key(pdf, page, "/Resources", resources);
}

bool archive_describe(qpdf_data pdf, const struct archive_facts *facts)
{
    qpdf_oh root = qpdf_get_root(pdf);
    struct text xmp = {0};
    append_xmp(&xmp, facts);
    bool good = text_ok(&xmp);
    if (good)
        qpdf_oh_replace_key(
            pdf, root, "/Metadata",
            add_stream(pdf, "<< /Type /Metadata /Subtype /XML >>", text_string(&xmp), xmp.length));
    text_done(&xmp);
    qpdf_oh_replace_key(pdf, root, "/Lang", qpdf_oh_new_unicode_string(pdf, facts->language));
    qpdf_oh_replace_key(pdf, root, "/ViewerPreferences",
                        qpdf_oh_parse(pdf, "<< /DisplayDocTitle true >>"));
    return good && (facts->level == ARCHIVE_NONE || add_output_intent(pdf, root));
}

void archive_prepare_writing(qpdf_data pdf, enum archive_level level)
{
    qpdf_set_newline_before_endstream(pdf, QPDF_TRUE); // ISO 19005-1, 6.1.7
    // A plain table of objects: what files the document appends its note to the PDF by it.
    qpdf_set_object_stream_mode(pdf, qpdf_o_disable);
    if (level != ARCHIVE_1B)
        return;
    qpdf_force_pdf_version(pdf, "1.4");
}
