/* reader_options.c - see reader_options.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/arguments.h"
#include "base/text.h"
#include "workers/reader_options.h"

/* What the command line fills, with the defaults of posteingang.yaml. */
struct given {
    struct argument_list connect, keys;
    const char *name, *languages, *tessdata, *separators, *stickers, *archive, *sandbox, *log_level,
        *log_format;
    long page_wall, page_ocr, page_cpu, page_memory, page_pixels, page_side, render_dpi;
    long scan_size, scan_pages, retire_after;
};

static const struct given defaults = {
    .languages = "deu",
    .separators = "PATCHT,ADAR-NEXTDOC",
    .stickers = "ASN#,TAG:",
    .archive = "2b",
    .sandbox = "preferred",
    .log_level = "info",
    .log_format = "auto",
    .page_wall = 120000,
    .page_ocr = 45000,
    .page_cpu = 60,
    .page_memory = 1L << 30,
    .page_pixels = 100000000,
    .page_side = 32768,
    .render_dpi = 300,
    .scan_size = 200000000,
    .scan_pages = 500,
    .retire_after = 500,
};

/* The options point into `given`. */
#define OPTIONS(given)                                                                             \
    {                                                                                              \
        {"connect", "ADDRESS",                                                                     \
         "A dispatcher, e.g. ipc:///run/posteingang/dispatch.sock; given once for each",           \
         ARGUMENT_LIST, &(given).connect},                                                         \
            {"key", "FILE",                                                                        \
             "Key file of this worker, for tcp://HOST:PORT; once for all, or for each of these",   \
             ARGUMENT_LIST, &(given).keys},                                                        \
            {"name", "NAME", "Unique among workers (default: reader-HOST-PROCESS)",                \
             ARGUMENT_STRING, &(given).name},                                                      \
            {"languages", "LIST", "Tesseract's models, e.g. deu+eng (default: deu)",               \
             ARGUMENT_STRING, &(given).languages},                                                 \
            {"tessdata", "FOLDER", "Folder of the models (default: Tesseract's own)",              \
             ARGUMENT_STRING, &(given).tessdata},                                                  \
            {"page-wall", "MS", "A page that takes longer is given up (default: 120000)",          \
             ARGUMENT_COUNT, &(given).page_wall},                                                  \
            {"page-ocr", "MS",                                                                     \
             "Recognition of a page ends after this processor time (default: 45000)",              \
             ARGUMENT_COUNT, &(given).page_ocr},                                                   \
            {"page-cpu", "SECONDS", "Processor time for one page (default: 60)", ARGUMENT_COUNT,   \
             &(given).page_cpu},                                                                   \
            {"page-memory", "BYTES", "Address space for one page (default: 1 GiB)",                \
             ARGUMENT_COUNT, &(given).page_memory},                                                \
            {"page-pixels", "PIXELS", "Largest page (default: 100000000)", ARGUMENT_COUNT,         \
             &(given).page_pixels},                                                                \
            {"page-side", "PIXELS", "Longest side of a page (default: 32768)", ARGUMENT_COUNT,     \
             &(given).page_side},                                                                  \
            {"render-dpi", "DPI", "Resolution at which PDF pages are drawn (default: 300)",        \
             ARGUMENT_COUNT, &(given).render_dpi},                                                 \
            {"scan-size", "BYTES", "Largest scan (default: 200000000)", ARGUMENT_COUNT,            \
             &(given).scan_size},                                                                  \
            {"scan-pages", "PAGES", "Most pages in one scan (default: 500)", ARGUMENT_COUNT,       \
             &(given).scan_pages},                                                                 \
            {"separators", "CODES",                                                                \
             "Codes of sheets that part documents, parted by commas (default: "                    \
             "PATCHT,ADAR-NEXTDOC)",                                                               \
             ARGUMENT_STRING, &(given).separators},                                                \
            {"stickers", "CODES",                                                                  \
             "How codes begin whose page is the first of a document; # is a number "               \
             "(default: ASN#,TAG:)",                                                               \
             ARGUMENT_STRING, &(given).stickers},                                                  \
            {"archive", "LEVEL", "PDF/A level of the archive: 2b or 1b (default: 2b)",             \
             ARGUMENT_STRING, &(given).archive},                                                   \
            {"sandbox", "WORD",                                                                    \
             "required: refuse to start when a layer of the sandbox is missing; "                  \
             "preferred: use what the kernel has (default: preferred)",                            \
             ARGUMENT_STRING, &(given).sandbox},                                                   \
            {"retire-after", "SCANS",                                                              \
             "End after so many scans, to be started anew; 0: never "                              \
             "(default: 500)",                                                                     \
             ARGUMENT_COUNT, &(given).retire_after},                                               \
            {"log-level", "LEVEL", "error, warning, info or debug (default: info)",                \
             ARGUMENT_STRING, &(given).log_level},                                                 \
            {"log-format", "WORD", "auto, text, json or journal (default: auto)", ARGUMENT_STRING, \
             &(given).log_format},                                                                 \
    }

struct links_options reader_links(const struct reader_options *options)
{
    return (struct links_options){
        .addresses = options->connect.values,
        .count = options->connect.count,
        .keys = options->keys.values,
        .key_count = options->keys.count,
        .name = options->name,
        .kind = WIRE_READER,
        .part_bytes_most = (uint64_t)options->ocr.scan_bytes_most,
    };
}

void reader_options_done(struct reader_options *options)
{
    argument_list_done(&options->connect);
    argument_list_done(&options->keys);
}

static enum status check(const struct given *given, const struct argument_list *rest,
                         struct reader_options *ret_logging, struct fault *fault)
{
    if (rest->count != 0)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not an option; see --help",
                         rest->values[0]);
    const struct reader_options links = {.connect = given->connect, .keys = given->keys};
    const struct links_options wanted = reader_links(&links);
    enum status status = links_check(&wanted, fault);
    if (status != STATUS_OK)
        return status;
    if (!string_equal(given->sandbox, "required") && !string_equal(given->sandbox, "preferred"))
        return fault_set(fault, STATUS_REFUSE,
                         "--sandbox takes \"required\" or \"preferred\", not \"%s\"",
                         given->sandbox);
    if (!string_equal(given->archive, "2b") && !string_equal(given->archive, "1b"))
        return fault_set(fault, STATUS_REFUSE, "--archive takes \"2b\" or \"1b\", not \"%s\"",
                         given->archive);
    if (log_format_from_name(given->log_format, &ret_logging->log_format) != 0)
        return fault_set(fault, STATUS_REFUSE,
                         "--log-format \"%s\" is not one of auto, text, json and journal",
                         given->log_format);
    if (log_level_from_name(given->log_level, &ret_logging->log_level) != 0)
        return fault_set(fault, STATUS_REFUSE,
                         "--log-level \"%s\" is not one of error, warning, "
                         "info and debug",
                         given->log_level);
    return STATUS_OK;
}

static struct reader_options options_of(const struct given *given,
                                        const struct reader_options *logging)
{
    return (struct reader_options){
        .connect = given->connect,
        .keys = given->keys,
        .name = given->name,
        .retire_after = given->retire_after,
        .log_level = logging->log_level,
        .log_format = logging->log_format,
        .ocr = {.languages = given->languages,
                .tessdata = given->tessdata,
                .page_wall_ms = given->page_wall,
                .page_ocr_ms = given->page_ocr,
                .page_cpu_s = given->page_cpu,
                .page_memory = given->page_memory,
                .page_pixels_most = given->page_pixels,
                .page_side_most = given->page_side,
                .scan_bytes_most = given->scan_size,
                .scan_pages_most = given->scan_pages,
                .render_dpi = given->render_dpi,
                .separators = given->separators,
                .stickers = given->stickers,
                .archive_1b = string_equal(given->archive, "1b"),
                .sandbox_required = string_equal(given->sandbox, "required")},
    };
}

enum status reader_options_read(int argc, char **argv, struct reader_options *ret_options,
                                bool *ret_help, struct fault *fault)
{
    struct given given = defaults;
    const struct argument table[] = OPTIONS(given);
    const size_t count = sizeof table / sizeof table[0];
    *ret_help = arguments_ask_for_help(argc, argv);
    if (*ret_help) {
        arguments_print_help("posteingang-reader --connect ADDRESS [OPTION]…",
                             "Reads scans for a dispatcher: recognises text and codes in confined "
                             "processes. Needs no configuration, no ledger and no register.",
                             table, count);
        return STATUS_OK;
    }
    struct argument_list rest = {0};
    struct reader_options logging = {.log_level = LOG_LEVEL_INFO};
    enum status status = arguments_read(table, count, argc, argv, &rest, fault);
    if (status == STATUS_OK)
        status = check(&given, &rest, &logging, fault);
    argument_list_done(&rest);
    if (status == STATUS_OK) {
        *ret_options = options_of(&given, &logging);
    } else {
        argument_list_done(&given.connect);
        argument_list_done(&given.keys);
    }
    return status;
}
