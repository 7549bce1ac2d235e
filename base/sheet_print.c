/* sheet_print.c - see sheet_print.h.
 *
 * The PDF is written by hand: rectangles, and text in the standard fonts that every viewer and
 * printer has, in their Latin alphabet (letters beyond it become question marks; the codes hold
 * them all the same). Lengths are points from the lower left corner, 1/72 inch. */
// SPDX-License-Identifier: EUPL-1.2
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/code128.h"
#include "base/sheet_print.h"
#include "base/text.h"

static const double PAGE_WIDTH = 595.28, PAGE_HEIGHT = 841.89; /* A4 */
static const double MARGIN = 42, QR_SIDE = 112, BARS_WIDTH = 280, BARS_HEIGHT = 40;
static const double MODULE_LEAST = 0.85; /* 0.3 mm, for scanners of 200 dpi */

enum { OBJECTS_BEFORE_PAGES = 4, LINE_WORDS = 160 };

/* ---- drawing --------------------------------------------------------------------------------- */

/* UTF-8 as a string of WinAnsiEncoding in parentheses. */
static void append_string(struct text *content, const char *words)
{
    size_t length = strlen(words);
    text_append(content, "(");
    for (size_t at = 0; at < length;) {
        uint32_t character = utf8_next(words, length, &at);
        character = character == 0x2013 ? 0x96 : character;
        if (character > 0xFF)
            character = '?';
        text_append_format(content, "\\%03o", character);
    }
    text_append(content, ")");
}

static void write_line(struct text *content, const char *font, double size, double x, double y,
                       const char *words)
{
    text_append_format(content, "BT /%s %.1f Tf %.2f %.2f Td ", font, size, x, y);
    append_string(content, words);
    text_append(content, " Tj ET\n");
}

static void draw_box(struct text *content, double x, double y, double width, double height)
{
    text_append_format(content, "%.3f %.3f %.3f %.3f re\n", x, y, width, height);
}

static bool draw_qr(struct text *content, const char *code, double left, double bottom)
{
    QRcode *qr = QRcode_encodeString8bit(code, 0, QR_ECLEVEL_H);
    if (qr == NULL)
        return false;
    double module = QR_SIDE / qr->width;
    for (int row = 0; row < qr->width; row++)
        for (int column = 0; column < qr->width;) {
            int run = 0;
            while (column + run < qr->width && (qr->data[row * qr->width + column + run] & 1) != 0)
                run++;
            if (run > 0)
                draw_box(content, left + column * module, bottom + QR_SIDE - (row + 1) * module,
                         run * module, module);
            column += run + 1;
        }
    text_append(content, "f\n");
    QRcode_free(qr);
    return true;
}

struct bars {
    struct text *content;
    double left, bottom, module;
};

static void draw_bar(void *context, unsigned start, unsigned width)
{
    const struct bars *bars = context;
    draw_box(bars->content, bars->left + start * bars->module, bars->bottom, width * bars->module,
             BARS_HEIGHT);
}

/* Between the QR codes; not at all when its bars would be too fine. */
static void draw_bars(struct text *content, const char *code, double bottom)
{
    unsigned modules = code128_draw(code, NULL, NULL);
    if (modules == 0 || BARS_WIDTH / modules < MODULE_LEAST)
        return;
    struct bars bars = {content, (PAGE_WIDTH - BARS_WIDTH) / 2, bottom, BARS_WIDTH / modules};
    (void)code128_draw(code, draw_bar, &bars);
    text_append(content, "f\n");
}

static bool draw_codes(struct text *content, const char *code)
{
    const double top = PAGE_HEIGHT - MARGIN - QR_SIDE, right = PAGE_WIDTH - MARGIN - QR_SIDE;
    draw_bars(content, code, PAGE_HEIGHT - MARGIN - BARS_HEIGHT);
    draw_bars(content, code, MARGIN);
    return draw_qr(content, code, MARGIN, top) && draw_qr(content, code, right, top) &&
           draw_qr(content, code, MARGIN, MARGIN) && draw_qr(content, code, right, MARGIN);
}

/* ---- what people read ------------------------------------------------------------------------ */

static void write_fact(struct text *content, double *y, const char *label, const char *words)
{
    if (words[0] == '\0')
        return;
    write_line(content, "F1", 13, 110, *y, label);
    write_line(content, "F2", 16, 250, *y, words);
    *y -= 30;
}

static void write_separator(struct text *content, const struct sheet *sheet)
{
    char words[LINE_WORDS] = "";
    if (sheet->number > 0)
        (void)snprintf(words, sizeof words, "Nr. %u von %u", sheet->number, sheet->of);
    write_line(content, "F2", 52, 110, 520, "Trennblatt");
    write_line(content, "F2", 30, 110, 460, words);
    write_line(content, "F1", 12, 110, 400,
               "Vor jedes Schreiben legen; nach diesem Blatt beginnt ein neues Dokument.");
    write_line(
        content, "F1", 14, 110, 380,
        "Die Blätter eines Stapels der Reihe nach verwenden: so fällt auf, wenn eines fehlt.");
    write_line(content, "F1", 12, 110, 360, "Das Blatt kann immer wieder verwendet werden.");
}

static void write_cover(struct text *content, const struct sheet *sheet)
{
    char pages[LINE_WORDS] = "nicht gezählt", day[LINE_WORDS] = "";
    if (sheet->prepared > 0)
        (void)snprintf(pages, sizeof pages, "%u", sheet->prepared);
    if (strlen(sheet->received) == 10)
        (void)snprintf(day, sizeof day, "%.2s.%.2s.%.4s", sheet->received + 8, sheet->received + 5,
                       sheet->received);
    double y = 450;
    write_line(content, "F2", 52, 110, 520, "Stapel-Deckblatt");
    write_fact(content, &y, "Stapel", sheet->batch);
    write_fact(content, &y, "Standort", sheet->site);
    write_fact(content, &y, "Vorbereitet von", sheet->operator_name);
    write_fact(content, &y, "Eingang am", day);
    write_fact(content, &y, "Seiten", pages);
    write_line(content, "F1", 12, 110, y - 10,
               "Als oberstes Blatt mitscannen. Trennblätter und dieses Blatt zählen nicht mit.");
}

static void write_return(struct text *content, const struct sheet *sheet)
{
    write_line(content, "F2", 52, 110, 520, "Rücklaufblatt");
    write_line(content, "F1", 13, 110, 460, "Aktenzeichen");
    write_line(content, "F2", 30, 110, 425, sheet->case_number);
    if (sheet->request > 0) {
        char words[LINE_WORDS];
        (void)snprintf(words, sizeof words, "Anforderung von Unterlagen Nr. %u", sheet->request);
        write_line(content, "F1", 13, 110, 398, words);
    }
    write_line(content, "F1", 12, 110, 375,
               "Bitte legen Sie dieses Blatt Ihrer Antwort als erste Seite bei.");
    write_line(content, "F1", 12, 110, 355, "So kommt sie ohne Umweg zu Ihrer Akte.");
}

static bool draw_sheet(struct text *content, const struct sheet *sheet, const char *office)
{
    static void (*const write[])(struct text *, const struct sheet *) = {
        [SHEET_SEPARATOR] = write_separator,
        [SHEET_COVER] = write_cover,
        [SHEET_RETURN] = write_return,
    };
    char code[SHEET_CODE_BYTES];
    if (!sheet_write(sheet, code) || !draw_codes(content, code))
        return false;
    write_line(content, "F1", 14, 110, 590, office);
    write[sheet->kind](content, sheet);
    write_line(content, "F1", 6.5, MARGIN, MARGIN - 16, code);
    return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

struct file {
    struct byte_writer *pdf;
    size_t start;    /* of the file in the writer */
    size_t *offsets; /* of the objects, from 1 */
    uint32_t objects;
};

static void write_words(struct file *file, const char *words)
{
    byte_writer_raw(file->pdf, words, strlen(words));
}

static void write_object(struct file *file, const char *body)
{
    char head[32];
    file->offsets[++file->objects] = file->pdf->length - file->start;
    (void)snprintf(head, sizeof head, "%u 0 obj\n", file->objects);
    write_words(file, head);
    write_words(file, body);
    write_words(file, "\nendobj\n");
}

static void write_front(struct file *file, uint32_t count)
{
    struct text pages = {0};
    write_words(file, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
    write_object(file, "<< /Type /Catalog /Pages 2 0 R /Lang (de) >>");
    text_append(&pages, "<< /Type /Pages /Kids [");
    for (uint32_t i = 0; i < count; i++)
        text_append_format(&pages, " %u 0 R", OBJECTS_BEFORE_PAGES + 1 + 2 * i);
    text_append_format(&pages, " ] /Count %u >>", count);
    write_object(file, text_string(&pages));
    text_done(&pages);
    write_object(file, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
                       "/Encoding /WinAnsiEncoding >>");
    write_object(file, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold "
                       "/Encoding /WinAnsiEncoding >>");
}

static bool write_page(struct file *file, const struct sheet *sheet, const char *office)
{
    struct text content = {0}, body = {0};
    bool good = draw_sheet(&content, sheet, office) && text_ok(&content);
    if (good) {
        text_append_format(
            &body,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %u 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
            PAGE_WIDTH, PAGE_HEIGHT, file->objects + 2);
        write_object(file, text_string(&body));
        text_clear(&body);
        text_append_format(&body, "<< /Length %zu >>\nstream\n%s\nendstream", content.length,
                           text_string(&content));
        write_object(file, text_string(&body));
        good = text_ok(&body);
    }
    text_done(&body);
    text_done(&content);
    return good;
}

static void write_end(struct file *file)
{
    struct text end = {0};
    size_t start = file->pdf->length - file->start;
    text_append_format(&end, "xref\n0 %u\n0000000000 65535 f \n", file->objects + 1);
    for (uint32_t i = 1; i <= file->objects; i++)
        text_append_format(&end, "%010zu 00000 n \n", file->offsets[i]);
    text_append_format(&end, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                       file->objects + 1, start);
    write_words(file, text_string(&end));
    text_done(&end);
}

enum status sheet_print(const struct sheet *sheets, uint32_t count, const char *office,
                        struct byte_writer *pdf, struct fault *fault)
{
    if (count == 0 || count > SHEET_PRINT_MOST)
        return fault_set(fault, STATUS_REFUSE, "1 to %d sheets can be printed at once, not %u",
                         SHEET_PRINT_MOST, count);
    struct file file = {
        .pdf = pdf,
        .start = pdf->length,
        .offsets = calloc(OBJECTS_BEFORE_PAGES + 2 * (size_t)count + 1, sizeof *file.offsets)};
    if (file.offsets == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a sheet");
    write_front(&file, count);
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++)
        good = write_page(&file, &sheets[i], office);
    if (good)
        write_end(&file);
    free(file.offsets);
    if (!good)
        return fault_set(fault, STATUS_REFUSE, "the sheet's words do not fit into its code");
    return pdf->failed ? fault_set(fault, STATUS_LATER, "out of memory for a sheet") : STATUS_OK;
}
