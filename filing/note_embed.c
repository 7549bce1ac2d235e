/* note_embed.c - see note_embed.h.
 *
 * A reader of PDF finds the last cross-reference table from the file's end, and through it the
 * newest form of each object; that is all that is done here, too, with every number checked against
 * the file's length. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "filing/note_embed.h"

enum {
    TAIL_BYTES = 1024, /* in which "startxref" stands */
    ENTRY_BYTES = 20,  /* of a cross-reference table */
    DIGITS_MOST = 10,
    OBJECTS_MOST = 8388607 /* ISO 32000-1, annex C */
};

/* A piece of the file; reading behind its end gives nothing. */
struct piece {
    const char *bytes;
    size_t length;
    size_t at;
};

/* ---- tokens ------------------------------------------------------------------------------------ */

static bool is_blank(char character)
{
    return character == ' ' || character == '\n' || character == '\r' || character == '\t' ||
           character == '\f' || character == '\0';
}

static void skip_blanks(struct piece *piece)
{
    while (piece->at < piece->length && is_blank(piece->bytes[piece->at]))
        piece->at++;
}

/* Takes the word if it is next. */
static bool take_word(struct piece *piece, const char *word)
{
    size_t length = strlen(word);
    if (piece->length - piece->at < length || memcmp(piece->bytes + piece->at, word, length) != 0)
        return false;
    piece->at += length;
    return true;
}

static bool take_number(struct piece *piece, size_t *ret_number)
{
    size_t number = 0, digits = 0;
    skip_blanks(piece);
    for (; piece->at < piece->length && digits <= DIGITS_MOST; piece->at++, digits++) {
        char character = piece->bytes[piece->at];
        if (character < '0' || character > '9')
            break;
        number = number * 10 + (size_t)(character - '0');
    }
    *ret_number = number;
    return digits > 0 && digits <= DIGITS_MOST;
}

/* "(…)" with its escapes and inner pairs; the opening one is taken. */
static bool skip_string(struct piece *piece)
{
    for (unsigned depth = 1; piece->at < piece->length; piece->at++) {
        char character = piece->bytes[piece->at];
        if (character == '\\')
            piece->at++;
        else if (character == '(')
            depth++;
        else if (character == ')' && --depth == 0) {
            piece->at++;
            return true;
        }
    }
    return false;
}

/* Past one token; *ret_change is how much deeper it leads into dictionaries and arrays. */
static bool skip_token(struct piece *piece, int *ret_change)
{
    *ret_change = 0;
    if (take_word(piece, "<<") || take_word(piece, "[")) {
        *ret_change = 1;
        return true;
    }
    if (take_word(piece, ">>") || take_word(piece, "]")) {
        *ret_change = -1;
        return true;
    }
    if (take_word(piece, "("))
        return skip_string(piece);
    if (take_word(piece, "<")) {
        while (piece->at < piece->length && piece->bytes[piece->at] != '>')
            piece->at++;
        return take_word(piece, ">");
    }
    piece->at++; // of a name, number or keyword: at least one
    while (piece->at < piece->length && strchr("/<>[]() \n\r\t", piece->bytes[piece->at]) == NULL)
        piece->at++;
    return true;
}

/* Moves the piece behind the key of the dictionary that begins where it stands. False: the
 * dictionary has no such key, or does not end. */
static bool find_key(struct piece *piece, const char *key)
{
    int depth = 0, change = 0;
    size_t length = strlen(key);
    skip_blanks(piece);
    do {
        size_t begin = piece->at;
        if (piece->at >= piece->length || !skip_token(piece, &change))
            return false;
        depth += change;
        bool is_key = depth == 1 && change == 0 && piece->at - begin == length &&
                      memcmp(piece->bytes + begin, key, length) == 0;
        if (is_key)
            return true;
        skip_blanks(piece);
    } while (depth > 0);
    return false;
}

/* The value of a key that is a reference, "12 0 R", or a number. */
static bool read_reference(struct piece dictionary, const char *key, size_t *ret_object)
{
    size_t generation = 1;
    if (!find_key(&dictionary, key) || !take_number(&dictionary, ret_object) ||
        !take_number(&dictionary, &generation))
        return false;
    skip_blanks(&dictionary);
    return generation == 0 && take_word(&dictionary, "R");
}

static bool read_number(struct piece dictionary, const char *key, size_t *ret_number)
{
    return find_key(&dictionary, key) && take_number(&dictionary, ret_number);
}

/* ---- the file ---------------------------------------------------------------------------------- */

/* What is known of the PDF after its end was read. */
struct layout {
    struct piece file;
    size_t table;         /* where the newest cross-reference table stands */
    size_t first, count;  /* the objects in it */
    size_t entries;       /* where its first entry stands */
    struct piece trailer; /* its dictionary */
    size_t root, size;    /* the catalogue's object; how many objects there are */
};

static bool find_table(struct layout *layout)
{
    static const char word[] = "startxref";
    struct piece *file = &layout->file;
    size_t least = file->length > TAIL_BYTES ? file->length - TAIL_BYTES : 0;
    for (size_t at = file->length; at-- > least;) {
        file->at = at;
        if (!take_word(file, word))
            continue;
        return take_number(file, &layout->table) && layout->table < file->length;
    }
    return false;
}

/* One section of entries, and the trailer behind it. */
static bool read_table(struct layout *layout)
{
    struct piece at = layout->file;
    at.at = layout->table;
    if (!take_word(&at, "xref") || !take_number(&at, &layout->first) ||
        !take_number(&at, &layout->count) || layout->count > OBJECTS_MOST)
        return false;
    skip_blanks(&at);
    layout->entries = at.at;
    if ((at.length - at.at) / ENTRY_BYTES < layout->count)
        return false;
    at.at += layout->count * ENTRY_BYTES;
    skip_blanks(&at);
    if (!take_word(&at, "trailer"))
        return false;
    skip_blanks(&at);
    layout->trailer = at;
    return read_reference(at, "/Root", &layout->root) && read_number(at, "/Size", &layout->size) &&
           layout->size <= OBJECTS_MOST;
}

/* Where the dictionary of an object begins, if this very table has it. */
static bool find_object(const struct layout *layout, size_t object, struct piece *ret_object)
{
    size_t offset = 0, number = 0, generation = 1;
    if (object < layout->first || object - layout->first >= layout->count)
        return false;
    struct piece at = layout->file;
    at.at = layout->entries + (object - layout->first) * ENTRY_BYTES;
    if (!take_number(&at, &offset) || offset >= at.length)
        return false;
    at.at = offset;
    if (!take_number(&at, &number) || !take_number(&at, &generation) || number != object ||
        generation != 0)
        return false;
    skip_blanks(&at);
    if (!take_word(&at, "obj"))
        return false;
    skip_blanks(&at);
    *ret_object = at;
    return true;
}

/* The bytes of the metadata stream that `dictionary` begins. */
static bool read_stream(struct piece dictionary, struct piece *ret_stream)
{
    struct piece at = dictionary;
    size_t length = 0;
    if (find_key(&at, "/Filter"))
        return false;
    at = dictionary;
    if (!read_number(dictionary, "/Length", &length) || length > NOTE_METADATA_BYTES_MOST)
        return false;
    (void)find_key(&at, "/"); // no such key: to the dictionary's end
    if (!take_word(&at, "stream") || !(take_word(&at, "\r\n") || take_word(&at, "\n")) ||
        at.length - at.at < length)
        return false;
    *ret_stream = (struct piece){.bytes = at.bytes + at.at, .length = length};
    return true;
}

static enum status not_ours(struct fault *fault, const char *what)
{
    return fault_set(fault, STATUS_REFUSE, "the PDF is not as our archive writes it: %s", what);
}

/* The metadata object and its stream, as the newest table has them. */
static enum status read_layout(const char *pdf, size_t length, struct layout *layout,
                               size_t *ret_object, struct piece *ret_metadata, struct fault *fault)
{
    struct piece catalogue, dictionary;
    *layout = (struct layout){
        .file = {.bytes = pdf, .length = length}
    };
    if (!find_table(layout) || !read_table(layout))
        return not_ours(fault, "no cross-reference table at its end");
    struct piece trailer = layout->trailer;
    if (find_key(&trailer, "/Encrypt"))
        return not_ours(fault, "it is encrypted");
    // The update has the metadata alone; the catalogue is then in the table before.
    *ret_object = layout->first;
    bool is_update = layout->count == 1 && layout->first != 0;
    if (!is_update && (!find_object(layout, layout->root, &catalogue) ||
                       !read_reference(catalogue, "/Metadata", ret_object)))
        return not_ours(fault, "no catalogue with metadata");
    if (!find_object(layout, *ret_object, &dictionary) || !read_stream(dictionary, ret_metadata))
        return not_ours(fault, "no metadata as they are");
    return STATUS_OK;
}

/* ---- metadata ---------------------------------------------------------------------------------- */

static const char *find(const struct piece *piece, const char *words)
{
    return memmem(piece->bytes, piece->length, words, strlen(words));
}

static void append_escaped(struct text *xmp, const char *words, size_t length)
{
    for (size_t i = 0; i < length; i++)
        switch (words[i]) {
        case '&':
            text_append(xmp, "&amp;");
            break;
        case '<':
            text_append(xmp, "&lt;");
            break;
        case '>':
            text_append(xmp, "&gt;");
            break;
        case '\r':
            text_append(xmp, "&#13;");
            break;
        default:
            text_append_char(xmp, words[i]);
        }
}

static const struct property {
    const char *name, *words;
} properties[] = {
    {"creator",   "who made the scan"                          },
    {"statement", "that the scan agrees with its paper"        },
    {"sha256",    "SHA-256 of the note, in UTF-8"              },
    {"note",      "the note (Transfervermerk), as XML in UTF-8"},
};

static void append_schema(struct text *xmp)
{
    text_append(xmp, "<rdf:li rdf:parseType=\"Resource\">"
                     "<pdfaSchema:schema>Transfervermerk of a scan</pdfaSchema:schema>"
                     "<pdfaSchema:namespaceURI>" NOTE_NAMESPACE "</pdfaSchema:namespaceURI>"
                     "<pdfaSchema:prefix>transfer</pdfaSchema:prefix>"
                     "<pdfaSchema:property><rdf:Seq>\n");
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
        text_append_format(xmp,
                           "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>%s"
                           "</pdfaProperty:name><pdfaProperty:valueType>Text"
                           "</pdfaProperty:valueType><pdfaProperty:category>internal"
                           "</pdfaProperty:category><pdfaProperty:description>%s"
                           "</pdfaProperty:description></rdf:li>\n",
                           properties[i].name, properties[i].words);
    text_append(xmp, "</rdf:Seq></pdfaSchema:property></rdf:li>\n");
}

static void append_property(struct text *xmp, const char *name, const char *words, size_t length)
{
    text_append_format(xmp, "<transfer:%s>", name);
    append_escaped(xmp, words, length);
    text_append_format(xmp, "</transfer:%s>\n", name);
}

static void append_note(struct text *xmp, const struct note_embedding *note)
{
    char hex[DIGEST_HEX_BYTES];
    struct digest digest = digest_of(note->xml, note->xml_length);
    digest_to_hex(&digest, hex);
    text_append(xmp, "<rdf:Description rdf:about=\"\" xmlns:transfer=\"" NOTE_NAMESPACE "\">\n");
    append_property(xmp, properties[0].name, note->creator, strlen(note->creator));
    append_property(xmp, properties[1].name, note->statement, strlen(note->statement));
    append_property(xmp, properties[2].name, hex, strlen(hex));
    append_property(xmp, properties[3].name, note->xml, note->xml_length);
    text_append(xmp, "</rdf:Description>\n");
}

/* What the metadata said, with the schema among its schemas and the note at the end. */
static enum status append_metadata(struct text *xmp, const struct piece *before,
                                   const struct note_embedding *note, struct fault *fault)
{
    const char *schemas = find(before, "</rdf:Bag></pdfaExtension:schemas>");
    const char *end = find(before, "</rdf:RDF>");
    if (find(before, NOTE_NAMESPACE) != NULL)
        return fault_set(fault, STATUS_REFUSE, "the PDF has a note already");
    if (schemas == NULL || end == NULL || schemas > end)
        return not_ours(fault, "its metadata describe no schema");
    text_append_bytes(xmp, before->bytes, (size_t)(schemas - before->bytes));
    append_schema(xmp);
    text_append_bytes(xmp, schemas, (size_t)(end - schemas));
    append_note(xmp, note);
    text_append_bytes(xmp, end, before->length - (size_t)(end - before->bytes));
    return STATUS_OK;
}

/* ---- the update -------------------------------------------------------------------------------- */

/* The file's identifier stays: it is the same document. */
static bool append_identifier(struct text *tail, struct piece trailer)
{
    int depth = 0, change = 0;
    if (!find_key(&trailer, "/ID"))
        return false;
    skip_blanks(&trailer);
    size_t begin = trailer.at;
    do {
        if (trailer.at >= trailer.length || !skip_token(&trailer, &change))
            return false;
        depth += change;
    } while (depth > 0);
    text_append(tail, "/ID ");
    text_append_bytes(tail, trailer.bytes + begin, trailer.at - begin);
    return true;
}

static enum status append_update(const struct layout *layout, size_t object, const struct text *xmp,
                                 struct text *tail, struct fault *fault)
{
    size_t length = layout->file.length;
    if (layout->file.bytes[length - 1] != '\n')
        text_append_char(tail, '\n');
    size_t begin = length + tail->length;
    text_append_format(tail, "%zu 0 obj\n<< /Length %zu /Subtype /XML /Type /Metadata >>\nstream\n",
                       object, xmp->length);
    text_append_bytes(tail, text_string(xmp), xmp->length);
    text_append(tail, "\nendstream\nendobj\n");
    size_t table = length + tail->length;
    text_append_format(tail, "xref\n%zu 1\n%010zu 00000 n \ntrailer\n<< ", object, begin);
    if (!append_identifier(tail, layout->trailer))
        return not_ours(fault, "no identifier");
    text_append_format(tail, " /Prev %zu /Root %zu 0 R /Size %zu >>\nstartxref\n%zu\n%%%%EOF\n",
                       layout->table, layout->root, layout->size, table);
    return text_ok(tail) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

enum status note_embed(const char *pdf, size_t length, const struct note_embedding *note,
                       struct text *tail, struct fault *fault)
{
    struct layout layout;
    struct piece before = {0};
    struct text xmp = {0};
    size_t object = 0;
    if (note->xml_length > NOTE_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a note has at most %d bytes", NOTE_BYTES_MOST);
    enum status status = read_layout(pdf, length, &layout, &object, &before, fault);
    if (status == STATUS_OK)
        status = append_metadata(&xmp, &before, note, fault);
    if (status == STATUS_OK && !text_ok(&xmp))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = append_update(&layout, object, &xmp, tail, fault);
    text_done(&xmp);
    return status;
}

/* ---- reading it back ----------------------------------------------------------------------------- */

/* The words of a property, with the five escapes that append_escaped() makes undone. */
static bool append_property_words(struct text *words, const struct piece *metadata,
                                  const char *name)
{
    static const struct {
        const char *escape;
        char character;
    } escapes[] = {
        {"&amp;", '&' },
        {"&lt;",  '<' },
        {"&gt;",  '>' },
        {"&#13;", '\r'},
    };
    char open[32], close[32];
    (void)snprintf(open, sizeof open, "<transfer:%s>", name);
    (void)snprintf(close, sizeof close, "</transfer:%s>", name);
    const char *begin = find(metadata, open);
    const char *end = find(metadata, close);
    if (begin == NULL || end == NULL || end < begin)
        return false;
    struct piece at = {.bytes = begin + strlen(open)};
    at.length = (size_t)(end - at.bytes);
    while (at.at < at.length) {
        bool was_escaped = false;
        for (size_t i = 0; i < sizeof escapes / sizeof escapes[0] && !was_escaped; i++) {
            was_escaped = take_word(&at, escapes[i].escape);
            if (was_escaped)
                text_append_char(words, escapes[i].character);
        }
        if (!was_escaped)
            text_append_char(words, at.bytes[at.at++]);
    }
    return true;
}

enum status note_read(const char *pdf, size_t length, struct text *xml, struct fault *fault)
{
    struct layout layout;
    struct piece metadata = {0};
    struct text hex = {0};
    size_t object = 0, before = xml->length;
    enum status status = read_layout(pdf, length, &layout, &object, &metadata, fault);
    if (status == STATUS_OK && (!append_property_words(xml, &metadata, "note") ||
                                !append_property_words(&hex, &metadata, "sha256")))
        status = fault_set(fault, STATUS_REFUSE, "the PDF has no note");
    if (status == STATUS_OK && (!text_ok(xml) || !text_ok(&hex)))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK) {
        char found[DIGEST_HEX_BYTES];
        struct digest digest = digest_of(text_string(xml) + before, xml->length - before);
        digest_to_hex(&digest, found);
        if (!string_equal(found, text_string(&hex)))
            status = fault_set(fault, STATUS_REFUSE, "the note in the PDF does not fit its digest");
    }
    text_done(&hex);
    return status;
}
