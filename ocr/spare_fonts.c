/* spare_fonts.c - see spare_fonts.h.
 *
 * Liberation has the widths of the fonts that every viewer is expected to have (ISO 32000-1,
 * 9.6.2.2), and of those of office programs; the two symbol fonts are those of Ghostscript. Which
 * one stands in is told by the font's name and, failing that, by the flags of its descriptor.
 * Limit: composite fonts that are not embedded have no spare, as their codes are the font's own. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/pdf_file.h"
#include "ocr/spare_fonts.h"

#define LIBERATION "/usr/share/fonts/truetype/liberation/Liberation"
#define URW        "/usr/share/fonts/type1/urw-base35/"

enum {
    FONT_BYTES_MOST = 4 << 20,
    DEPTH_MOST = 6,      /* of forms in forms */
    OBJECTS_MOST = 4000, /* looked at on one page */
    ITEMS_MOST = 256,    /* of one dictionary or array */
    NAME_BYTES = 128,
    FLAG_FIXED = 1,
    FLAG_SERIF = 2,
    FLAG_SYMBOLIC = 4,
    FLAG_NONSYMBOLIC = 32,
    FLAG_ITALIC = 64,
    FLAG_BOLD = 1 << 18,
};

enum family { SANS, SERIF, MONO, NARROW, SYMBOL, DINGBATS, NO_FAMILY };

enum { STYLES = 4, BOLD = 1, ITALIC = 2, FACES = NO_FAMILY * STYLES };

/* By family and style. */
static const char *const paths[FACES] = {
    [SANS * STYLES] = LIBERATION "Sans-Regular.ttf",
    [SANS * STYLES + BOLD] = LIBERATION "Sans-Bold.ttf",
    [SANS * STYLES + ITALIC] = LIBERATION "Sans-Italic.ttf",
    [SANS * STYLES + BOLD + ITALIC] = LIBERATION "Sans-BoldItalic.ttf",
    [SERIF * STYLES] = LIBERATION "Serif-Regular.ttf",
    [SERIF * STYLES + BOLD] = LIBERATION "Serif-Bold.ttf",
    [SERIF * STYLES + ITALIC] = LIBERATION "Serif-Italic.ttf",
    [SERIF * STYLES + BOLD + ITALIC] = LIBERATION "Serif-BoldItalic.ttf",
    [MONO * STYLES] = LIBERATION "Mono-Regular.ttf",
    [MONO * STYLES + BOLD] = LIBERATION "Mono-Bold.ttf",
    [MONO * STYLES + ITALIC] = LIBERATION "Mono-Italic.ttf",
    [MONO * STYLES + BOLD + ITALIC] = LIBERATION "Mono-BoldItalic.ttf",
    [NARROW * STYLES] = LIBERATION "SansNarrow-Regular.ttf",
    [NARROW * STYLES + BOLD] = LIBERATION "SansNarrow-Bold.ttf",
    [NARROW * STYLES + ITALIC] = LIBERATION "SansNarrow-Italic.ttf",
    [NARROW * STYLES + BOLD + ITALIC] = LIBERATION "SansNarrow-BoldItalic.ttf",
    [SYMBOL * STYLES] = URW "StandardSymbolsPS.t1",
    [DINGBATS * STYLES] = URW "D050000L.t1",
};

/* What stands in a font's name, the telling ones first. */
static const struct {
    const char *part;
    enum family family;
} families[] = {
    {"dingbat",    DINGBATS },
    {"wingding",   NO_FAMILY},
    {"webding",    NO_FAMILY},
    {"symbol",     SYMBOL   },
    {"narrow",     NARROW   },
    {"condensed",  NARROW   },
    {"courier",    MONO     },
    {"mono",       MONO     },
    {"consol",     MONO     },
    {"typewriter", MONO     },
    {"sans",       SANS     },
    {"arial",      SANS     },
    {"helvetica",  SANS     },
    {"calibri",    SANS     },
    {"verdana",    SANS     },
    {"times",      SERIF    },
    {"serif",      SERIF    },
    {"roman",      SERIF    },
    {"georgia",    SERIF    },
    {"garamond",   SERIF    },
    {"cambria",    SERIF    },
    {"palatino",   SERIF    },
    {"bookman",    SERIF    },
};

/* Read before the process is confined; the children only look. */
static struct {
    uint8_t *bytes;
    size_t length;
} loaded[FACES];
static unsigned users;

static void load_face(size_t face)
{
    FILE *file = paths[face] == NULL ? NULL : fopen(paths[face], "rbe");
    if (file == NULL)
        return;
    uint8_t *bytes = malloc(FONT_BYTES_MOST);
    size_t length = bytes == NULL ? 0 : fread(bytes, 1, FONT_BYTES_MOST, file);
    (void)fclose(file);
    uint8_t *fitting = length == 0 || length == FONT_BYTES_MOST ? NULL : realloc(bytes, length);
    if (fitting == NULL) {
        free(bytes);
        return;
    }
    loaded[face].bytes = fitting;
    loaded[face].length = length;
}

void spare_fonts_load(void)
{
    for (size_t face = 0; users == 0 && face < FACES; face++)
        load_face(face);
    users++;
}

void spare_fonts_release(void)
{
    if (users == 0 || --users > 0)
        return;
    for (size_t face = 0; face < FACES; face++) {
        free(loaded[face].bytes);
        loaded[face].bytes = NULL;
    }
}

/* The work on one page. */
struct gift {
    qpdf_data pdf;
    qpdf_oh streams[FACES]; /* made so far; 0: not yet */
    unsigned objects, given;
    bool is_missing;
};

static bool is_name(qpdf_data pdf, qpdf_oh object, const char *name)
{
    return qpdf_oh_is_name(pdf, object) && strcmp(qpdf_oh_get_name(pdf, object), name) == 0;
}

static double number(qpdf_data pdf, qpdf_oh dictionary, const char *key)
{
    if (!qpdf_oh_is_dictionary(pdf, dictionary))
        return 0;
    qpdf_oh value = qpdf_oh_get_key(pdf, dictionary, key);
    return qpdf_oh_is_number(pdf, value) ? qpdf_oh_get_numeric_value(pdf, value) : 0;
}

/* BaseFont in small letters. */
static void read_name(qpdf_data pdf, qpdf_oh font, char name[NAME_BYTES])
{
    qpdf_oh base = qpdf_oh_get_key(pdf, font, "/BaseFont");
    (void)snprintf(name, NAME_BYTES, "%s",
                   qpdf_oh_is_name(pdf, base) ? qpdf_oh_get_name(pdf, base) : "");
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
}

static enum family family_of(const char *name, unsigned flags)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strstr(name, families[i].part) != NULL)
            return families[i].family;
    if ((flags & FLAG_SYMBOLIC) != 0 && (flags & FLAG_NONSYMBOLIC) == 0)
        return NO_FAMILY;
    return (flags & FLAG_FIXED) != 0 ? MONO : (flags & FLAG_SERIF) != 0 ? SERIF : SANS;
}

static unsigned style_of(const char *name, unsigned flags)
{
    bool is_bold = strstr(name, "bold") != NULL || strstr(name, "black") != NULL ||
                   strstr(name, "heavy") != NULL || (flags & FLAG_BOLD) != 0;
    bool is_italic = strstr(name, "italic") != NULL || strstr(name, "oblique") != NULL ||
                     (flags & FLAG_ITALIC) != 0;
    return (is_bold ? (unsigned)BOLD : 0U) + (is_italic ? (unsigned)ITALIC : 0U);
}

/* The face that stands in for the font; FACES: none. */
static size_t face_of(qpdf_data pdf, qpdf_oh font, qpdf_oh descriptor)
{
    char name[NAME_BYTES];
    read_name(pdf, font, name);
    double written = number(pdf, descriptor, "/Flags");
    unsigned flags = written > 0 && written < (double)UINT32_MAX ? (unsigned)written : 0;
    enum family family = family_of(name, flags);
    if (family == NO_FAMILY)
        return FACES;
    size_t face = (size_t)family * STYLES;
    face += family == SYMBOL || family == DINGBATS ? 0 : style_of(name, flags);
    return loaded[face].bytes == NULL ? FACES : face;
}

static bool is_embedded(qpdf_data pdf, qpdf_oh descriptor)
{
    return qpdf_oh_is_dictionary(pdf, descriptor) &&
           (qpdf_oh_has_key(pdf, descriptor, "/FontFile") ||
            qpdf_oh_has_key(pdf, descriptor, "/FontFile2") ||
            qpdf_oh_has_key(pdf, descriptor, "/FontFile3"));
}

static qpdf_oh stream_of(struct gift *gift, size_t face)
{
    if (gift->streams[face] == 0) {
        qpdf_oh stream = qpdf_oh_new_stream(gift->pdf);
        qpdf_oh_replace_stream_data(gift->pdf, stream, loaded[face].bytes, loaded[face].length,
                                    qpdf_oh_new_null(gift->pdf), qpdf_oh_new_null(gift->pdf));
        gift->streams[face] = stream;
    }
    return gift->streams[face];
}

static void embed(struct gift *gift, qpdf_oh font, size_t face)
{
    qpdf_data pdf = gift->pdf;
    bool is_type_1 = face >= (size_t)SYMBOL * STYLES;
    qpdf_oh descriptor = qpdf_oh_parse(
        pdf, "<< /Type /FontDescriptor /FontBBox [-200 -250 1200 1000] /ItalicAngle 0 "
             "/Ascent 900 /Descent -212 /CapHeight 700 /StemV 80 >>");
    qpdf_oh_replace_key(pdf, descriptor, "/FontName", qpdf_oh_get_key(pdf, font, "/BaseFont"));
    qpdf_oh_replace_key(pdf, descriptor, "/Flags",
                        qpdf_oh_new_integer(pdf, is_type_1 ? FLAG_SYMBOLIC : FLAG_NONSYMBOLIC));
    qpdf_oh_replace_key(pdf, descriptor, is_type_1 ? "/FontFile" : "/FontFile2",
                        stream_of(gift, face));
    qpdf_oh_replace_key(pdf, font, "/FontDescriptor", qpdf_make_indirect_object(pdf, descriptor));
    qpdf_oh_replace_key(pdf, font, "/Subtype",
                        qpdf_oh_new_name(pdf, is_type_1 ? "/Type1" : "/TrueType"));
    if (!is_type_1 && !qpdf_oh_has_key(pdf, font, "/Encoding"))
        qpdf_oh_replace_key(pdf, font, "/Encoding", qpdf_oh_new_name(pdf, "/WinAnsiEncoding"));
    gift->given++;
}

static void look_at_font(struct gift *gift, qpdf_oh font)
{
    qpdf_data pdf = gift->pdf;
    if (!qpdf_oh_is_dictionary(pdf, font))
        return;
    qpdf_oh kind = qpdf_oh_get_key(pdf, font, "/Subtype");
    qpdf_oh descriptor = qpdf_oh_get_key(pdf, font, "/FontDescriptor");
    if (is_name(pdf, kind, "/Type0")) {
        qpdf_oh parts = qpdf_oh_get_key(pdf, font, "/DescendantFonts");
        qpdf_oh part = qpdf_oh_is_array(pdf, parts) ? qpdf_oh_get_array_item(pdf, parts, 0) : parts;
        gift->is_missing |= qpdf_oh_is_dictionary(pdf, part) &&
                            !is_embedded(pdf, qpdf_oh_get_key(pdf, part, "/FontDescriptor"));
        return;
    }
    if (is_name(pdf, kind, "/Type3") || is_embedded(pdf, descriptor))
        return;
    size_t face = face_of(pdf, font, descriptor);
    if (face < FACES)
        embed(gift, font, face);
    else
        gift->is_missing = true;
}

/* The values of a dictionary, or the items of an array. */
static int items_of(qpdf_data pdf, qpdf_oh all, qpdf_oh items[ITEMS_MOST])
{
    int count = 0;
    if (qpdf_oh_is_array(pdf, all))
        for (; count < qpdf_oh_get_array_n_items(pdf, all) && count < ITEMS_MOST; count++)
            items[count] = qpdf_oh_get_array_item(pdf, all, count);
    if (!qpdf_oh_is_dictionary(pdf, all))
        return count;
    qpdf_oh_begin_dict_key_iter(pdf, all);
    while (qpdf_oh_dict_more_keys(pdf)) {
        const char *key = qpdf_oh_dict_next_key(pdf);
        if (count < ITEMS_MOST)
            items[count++] = qpdf_oh_get_key(pdf, all, key);
    }
    return count;
}

static void look_at_fonts(struct gift *gift, qpdf_oh fonts)
{
    qpdf_oh items[ITEMS_MOST];
    int count = items_of(gift->pdf, fonts, items);
    for (int i = 0; i < count && gift->objects++ < OBJECTS_MOST; i++)
        look_at_font(gift, items[i]);
}

static void look_at_resources(struct gift *gift, qpdf_oh resources, int depth);

/* Forms and patterns, which have resources of their own. */
static void look_at_streams(struct gift *gift, qpdf_oh streams, int depth)
{
    qpdf_oh items[ITEMS_MOST];
    int count = items_of(gift->pdf, streams, items);
    for (int i = 0; i < count && gift->objects++ < OBJECTS_MOST; i++)
        if (qpdf_oh_is_stream(gift->pdf, items[i]))
            look_at_resources(
                gift,
                qpdf_oh_get_key(gift->pdf, qpdf_oh_get_dict(gift->pdf, items[i]), "/Resources"),
                depth + 1);
}

static void look_at_resources(struct gift *gift, qpdf_oh resources, int depth)
{
    if (depth > DEPTH_MOST || !qpdf_oh_is_dictionary(gift->pdf, resources))
        return;
    look_at_fonts(gift, qpdf_oh_get_key(gift->pdf, resources, "/Font"));
    look_at_streams(gift, qpdf_oh_get_key(gift->pdf, resources, "/XObject"), depth);
    look_at_streams(gift, qpdf_oh_get_key(gift->pdf, resources, "/Pattern"), depth);
}

/* What annotations look like: a stream, or one for each of their states. */
static void look_at_annotations(struct gift *gift, qpdf_oh annotations)
{
    qpdf_data pdf = gift->pdf;
    qpdf_oh items[ITEMS_MOST];
    int count = items_of(pdf, annotations, items);
    for (int i = 0; i < count; i++) {
        if (!qpdf_oh_is_dictionary(pdf, items[i]))
            continue;
        qpdf_oh looks = qpdf_oh_get_key(pdf, items[i], "/AP");
        qpdf_oh normal = qpdf_oh_is_dictionary(pdf, looks) ? qpdf_oh_get_key(pdf, looks, "/N")
                                                           : qpdf_oh_new_null(pdf);
        look_at_streams(
            gift, qpdf_oh_is_stream(pdf, normal) ? qpdf_oh_wrap_in_array(pdf, normal) : normal, 0);
    }
}

bool spare_fonts_give(qpdf_data pdf, qpdf_oh page, unsigned *ret_given)
{
    struct gift gift = {.pdf = pdf};
    look_at_resources(&gift, pdf_page_attribute(pdf, page, "/Resources"), 0);
    look_at_annotations(&gift, qpdf_oh_get_key(pdf, page, "/Annots"));
    qpdf_oh form = qpdf_oh_get_key(pdf, qpdf_get_root(pdf), "/AcroForm");
    if (qpdf_oh_is_dictionary(pdf, form))
        look_at_resources(&gift, qpdf_oh_get_key(pdf, form, "/DR"), 0);
    *ret_given = gift.given;
    return !gift.is_missing;
}
