/* read_corpus.c - reads the scans it is given as the reader does, and says what came of each.
 *
 * For developers: measures speed and feeds scores. One JSON object a scan goes to standard
 * output (file, status, reason, text, pages); a summary of processor time, of the program and all
 * its children, goes to standard error. With --pdf FOLDER the documents are written there. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arguments.h"
#include "base/text.h"
#include "ocr/ocr.h"

enum { MEBIBYTE = 1 << 20 };

/* What the command line asks for. */
struct wishes {
    const char *languages, *tessdata, *root, *pdf_folder, *archive;
    bool words;
    struct argument_list files;
};

struct totals {
    unsigned scans, pages, failed;
};

static const char *below(const char *path, const char *root)
{
    size_t length = root == NULL ? 0 : strlen(root);
    if (length == 0 || strncmp(path, root, length) != 0)
        return path;
    return path[length] == '/' ? path + length + 1 : path + length;
}

static void write_pdf(const struct wishes *wishes, const char *path, uint32_t number,
                      const struct ocr_document *document)
{
    struct text name = {0};
    text_append_format(&name, "%s/", wishes->pdf_folder);
    for (const char *at = below(path, wishes->root); *at != '\0'; at++)
        text_append_char(&name, *at == '/' ? '_' : *at);
    if (number > 1)
        text_append_format(&name, ".%u", number);
    text_append(&name, ".pdf");
    FILE *file = fopen(text_string(&name), "wb");
    if (file == NULL ||
        fwrite(document->pdf, 1, document->pdf_length, file) != document->pdf_length)
        fprintf(stderr, "%s: %s\n", text_string(&name), strerror(errno));
    if (file != NULL)
        fclose(file);
    text_done(&name);
}

static json_t *describe_words(const struct reading_page *page)
{
    json_t *words = json_array();
    for (uint32_t i = 0; i < page->word_count; i++) {
        const struct reading_word *word = &page->words[i];
        json_t *alternatives = json_array();
        for (uint32_t k = 0; k < word->alternative_count; k++)
            json_array_append_new(alternatives,
                                  json_pack("[s,f]", word->alternatives[k].text,
                                            (double)word->alternatives[k].confidence));
        json_array_append_new(words, json_pack("[s,i,i,i,i,f,i,o]", word->text, word->box.left,
                                               word->box.top, word->box.width, word->box.height,
                                               (double)word->confidence, (int)word->break_after,
                                               alternatives));
    }
    return words;
}

static json_t *describe_page(const struct wishes *wishes, const struct reading_page *page)
{
    json_t *codes = json_array();
    for (uint32_t i = 0; i < page->code_count; i++)
        json_array_append_new(codes, json_string(page->codes[i].text));
    double sum = 0;
    for (uint32_t i = 0; i < page->word_count; i++)
        sum += (double)page->words[i].confidence;
    json_t *described =
        json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:f,s:o}", "width", page->width, "height", page->height,
                  "dpi", page->dpi, "rotation", (int)page->rotation, "flags", (int)page->flags,
                  "words", (int)page->word_count, "confidence",
                  page->word_count == 0 ? 0 : sum / page->word_count, "codes", codes);
    if (wishes->words)
        json_object_set_new(described, "boxes", describe_words(page));
    return described;
}

/* The page in its document's reading; NULL when it is in none. */
static const struct reading_page *find_page(const struct ocr_event *event,
                                            const struct page_facts *facts)
{
    if (facts->document == 0)
        return NULL;
    const struct reading *reading = &event->documents[facts->document - 1].reading;
    for (uint32_t i = 0; i < reading->page_count; i++)
        if (reading->pages[i].number == facts->number)
            return &reading->pages[i];
    return NULL;
}

static json_t *describe_facts(const struct wishes *wishes, const struct ocr_event *event,
                              const struct page_facts *facts)
{
    static const struct reading_page none;
    const struct reading_page *page = find_page(event, facts);
    json_t *described = describe_page(wishes, page == NULL ? &none : page);
    json_object_set_new(described, "outcome", json_integer(facts->outcome));
    json_object_set_new(described, "document", json_integer(facts->document));
    json_object_set_new(described, "sheet", json_string(facts->sheet));
    json_object_set_new(described, "notes", json_integer(facts->notes));
    return described;
}

static void report(const struct wishes *wishes, const char *path, const struct ocr_event *event,
                   struct totals *totals)
{
    json_t *pages = json_array();
    struct text text = {0};
    for (uint32_t i = 0; i < event->document_count; i++) {
        text_append(&text, event->documents[i].text);
        if (wishes->pdf_folder != NULL)
            write_pdf(wishes, path, i + 1, &event->documents[i]);
    }
    for (uint32_t i = 0; i < event->scan_page_count; i++)
        json_array_append_new(pages, describe_facts(wishes, event, &event->pages[i]));
    totals->pages += event->scan_page_count;
    bool is_read = event->kind == OCR_EVENT_DONE;
    totals->scans++;
    totals->failed += !is_read;
    json_t *line = json_pack("{s:s,s:s,s:s,s:s,s:i,s:o}", "file", below(path, wishes->root),
                             "status", is_read ? "read" : status_name(event->fault.status),
                             "reason", is_read ? "" : event->fault.text, "text", text_string(&text),
                             "scan_pages", (int)event->scan_page_count, "pages", pages);
    if (line != NULL)
        json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
    text_done(&text);
}

static enum status await_end(struct ocr *ocr, struct ocr_event *event, struct fault *fault)
{
    for (;;) {
        struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
        if (poll(&entry, 1, -1) < 0 && errno != EINTR)
            return fault_errno(fault, STATUS_HALT, "cannot wait");
        enum status status = ocr_take(ocr, event, fault);
        if (status != STATUS_OK)
            return status;
        if (event->kind == OCR_EVENT_DONE || event->kind == OCR_EVENT_FAILED)
            return STATUS_OK;
        ocr_event_done(event);
    }
}

static enum status read_file(struct ocr *ocr, const struct wishes *wishes, const char *path,
                             struct totals *totals, struct fault *fault)
{
    struct stat facts;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &facts) != 0) {
        if (file >= 0)
            close(file);
        return fault_errno(fault, STATUS_LATER, "%s", path);
    }
    struct ocr_event event = {0};
    enum status status = ocr_submit(ocr, file, (uint64_t)facts.st_size, fault);
    close(file);
    if (status == STATUS_OK)
        status = await_end(ocr, &event, fault);
    if (status == STATUS_OK)
        report(wishes, path, &event, totals);
    ocr_event_done(&event);
    return status;
}

static double processor_seconds(void)
{
    double seconds = 0;
    const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < 2; i++) {
        struct rusage usage;
        getrusage((__rusage_who_t)whose[i], &usage);
        seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return seconds;
}

static int read_all(const struct wishes *wishes)
{
    const struct ocr_options options = {
        .languages = wishes->languages,
        .tessdata = wishes->tessdata,
        .page_wall_ms = 120000,
        .page_ocr_ms = 45000,
        .page_cpu_s = 60,
        .page_memory = 1024LL * MEBIBYTE,
        .page_pixels_most = 100000000,
        .page_side_most = 32768,
        .scan_bytes_most = 200000000,
        .scan_pages_most = 500,
        .render_dpi = 300,
        .separators = "PATCHT,ADAR-NEXTDOC",
        .stickers = "ASN#,TAG:",
        .archive_1b = string_equal(wishes->archive, "1b"),
    };
    struct fault fault = {0};
    struct ocr *ocr = NULL;
    if (ocr_start(&options, &ocr, &fault) != STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        return EXIT_CONFIGURATION;
    }
    struct totals totals = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < wishes->files.count && status != STATUS_HALT; i++) {
        status = read_file(ocr, wishes, wishes->files.values[i], &totals, &fault);
        if (status != STATUS_OK)
            fprintf(stderr, "%s: %s\n", wishes->files.values[i], fault.text);
    }
    ocr_stop(&ocr);
    double seconds = processor_seconds();
    fprintf(stderr, "%u scans, %u pages read, %u scans not; %.3f processor seconds a page\n",
            totals.scans, totals.pages, totals.failed,
            totals.pages == 0 ? 0 : seconds / totals.pages);
    return status == STATUS_HALT ? EXIT_STORAGE : EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct wishes wishes = {.languages = "deu", .archive = "2b"};
    const struct argument table[] = {
        {"languages", "LANGUAGES", "Tesseract's languages (deu)",                     ARGUMENT_STRING,
         &wishes.languages                                                                                               },
        {"tessdata",  "FOLDER",    "where their data is",                             ARGUMENT_STRING, &wishes.tessdata  },
        {"root",      "FOLDER",    "is left out of the names that are printed",       ARGUMENT_STRING,
         &wishes.root                                                                                                    },
        {"pdf",       "FOLDER",    "writes the documents there",                      ARGUMENT_STRING, &wishes.pdf_folder},
        {"archive",   "LEVEL",     "of PDF/A: 1b or 2b (2b)",                         ARGUMENT_STRING, &wishes.archive   },
        {"words",     NULL,        "prints every word with its box and alternatives", ARGUMENT_FLAG,
         &wishes.words                                                                                                   },
    };
    const size_t count = sizeof table / sizeof table[0];
    struct fault fault = {0};
    if (arguments_ask_for_help(argc, argv)) {
        arguments_print_help("read_corpus [OPTIONS] FILE…", "Reads scans and says what came of it.",
                             table, count);
        return EXIT_DONE;
    }
    if (arguments_read(table, count, argc, argv, &wishes.files, &fault) != STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        argument_list_done(&wishes.files);
        return EXIT_USAGE;
    }
    int code = read_all(&wishes);
    argument_list_done(&wishes.files);
    return code;
}
