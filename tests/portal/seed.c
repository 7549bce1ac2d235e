/* seed.c - see seed.h. Everything goes through the store's own functions, the way the intake, the
 * dispatcher and a filer use them. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/reading.h"
#include "base/text.h"
#include "store/quality.h"
#include "store/register.h"
#include "store/users.h"
#include "tests/portal/seed.h"

const char seed_password[] = "ein langes Kennwort";
const char seed_case[] = "50.21.000815-1";
const char seed_other_case[] = "50.21.000816-0";

static const char register_csv[] =
    "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team\n"
    "50.21.000815-1;Krögermann;Wilhelmine;1951-03-12;Am Fischerteich;4;17192;Waren (Müritz);"
    "SG 50.2\n"
    "50.21.000815-1;Krögermann;Albert;1949-11-30;Am Fischerteich;4;17192;Waren (Müritz);SG 50.2\n"
    "50.21.000816-0;Krügermann;Wilhelm;1951-03-21;Torfweg;17a;17109;Demmin;SG 50.2\n"
    "50.22.104477-0;Osterloh;Pia;1988-07-02;Lindenallee;9;17235;Neustrelitz;SG 50.3\n"
    "50.31.020304-2;Nadolny;Jens;1979-01-19;Ringstraße;21;17033;Neubrandenburg;SG 50.4\n";

static const char explanation_json[] =
    "{\"to_file\":false,\"reason\":\"\",\"missing\":[\"case_number\"],\"kind\":\"widerspruch\","
    "\"kind_confidence\":0.97,\"flags\":[\"deadline\"],\"rules_version\":\"test\","
    "\"register_version\":1,\"candidates\":[{\"case_number\":\"50.21.000815-1\",\"team\":"
    "\"SG 50.2\",\"probability\":0.874,\"evidence\":[{\"kind\":\"name\",\"weight\":6.1,\"read\":"
    "\"Wilhelmine Krögermann\",\"registered\":\"Krögermann, Wilhelmine\",\"page\":1,\"box\":"
    "[120,200,294,32]},{\"kind\":\"birth_date\",\"weight\":7.4,\"read\":\"12.03.1951\","
    "\"registered\":\"1951-03-12\",\"page\":1,\"box\":[862,640,140,32]},{\"kind\":\"address\","
    "\"weight\":-1.3,\"read\":\"Bahnhofstraße 3\",\"registered\":\"Am Fischerteich 4\",\"page\":1,"
    "\"box\":[120,240,210,32]}]},{\"case_number\":\"50.21.000816-0\",\"team\":\"SG 50.2\","
    "\"probability\":0.0921,\"evidence\":[{\"kind\":\"name\",\"weight\":2.2,\"read\":"
    "\"Wilhelmine Krögermann\",\"registered\":\"Krügermann, Wilhelm\",\"page\":1,\"box\":"
    "[120,200,294,32]}]}]}";

/* A letter of the office: what came in, and what became of it. */
struct letter {
    const char *site;
    const char *source;
    int64_t minutes_ago;
    const char *text; /* pages parted by a form feed; NULL: not read yet */
    const char *kind;
    const char *flags;
    const char *case_number;
    double confidence, runner_up;
    bool to_file;
    bool is_decided;
    bool is_filed;
    const char *reason;
};

static const struct letter letters[] = {
    {.site = "Demmin",
     .source = "widerspruch-0412.tif",
     .minutes_ago = 50,
     .text = "Wilhelmine Krögermann\nBahnhofstraße 3\n17192 Waren (Müritz)\n\n"
             "Landkreis Mecklenburgische Seenplatte\nSozialamt\n\n"
             "Widerspruch gegen Ihren Bescheid\n\n"
             "Sehr geehrte Damen und Herren,\n\n"
             "hiermit lege ich Widerspruch ein. Geboren bin ich am 12.03.1951.\n"
             "Die neue Anschrift seit Januar steht oben.\n\n"
             "Mit freundlichen Grüßen\nWilhelmine Krögermann\fAnlage: Mietvertrag, Seite 1\n", .kind = "widerspruch",
     .flags = "deadline",
     .case_number = seed_case,
     .confidence = 0.874,
     .runner_up = 0.0921,
     .is_decided = true,
     .reason = "Name und Geburtsdatum passen, aber das Aktenzeichen fehlt und die Anschrift ist "
               "eine andere."},
    {.site = "Waren",
     .source = "scan00017.tif",
     .minutes_ago = 95,
     .text = "Kontoauszug 3/2026\nIhr Zeichen 50.22.104477-0\nSaldo 812,44 EUR\n",
     .kind = "kontoauszug",
     .flags = "",
     .case_number = "50.22.104477-0",
     .confidence = 0.9994,
     .runner_up = 0.0001,
     .to_file = true,
     .is_decided = true,
     .is_filed = true,
     .reason = "Das Aktenzeichen steht mit gültiger Prüfziffer im Schreiben."},
    {.site = "Neustrelitz",
     .source = "post/0007.pdf",
     .minutes_ago = 20,
     .text = "Bescheinigung über den Schulbesuch\nPia Osterloh\n"},
    {.site = "Neubrandenburg",        .source = "eingang-2.pdf",        .minutes_ago = 1       },
};

/* ---- a PDF --------------------------------------------------------------------------------- */

/* One line of a page in PDF's WinAnsi, for the few letters that the texts above have. */
static void append_pdf_line(struct text *page, const char *line, size_t length)
{
    text_append(page, "(");
    for (size_t position = 0; position < length;) {
        uint32_t letter = utf8_next(line, length, &position);
        if (letter == '(' || letter == ')' || letter == '\\')
            text_append_char(page, '\\');
        text_append_char(page, letter < 256 ? (char)(unsigned char)letter : '?');
    }
    text_append(page, ") Tj T*\n");
}

static void append_object(struct text *pdf, size_t *offsets, int number, const char *body)
{
    offsets[number] = pdf->length;
    text_append_format(pdf, "%d 0 obj\n%s\nendobj\n", number, body);
}

/* A PDF of one page that a browser shows: five objects, Helvetica. */
static void append_pdf(struct text *pdf, const char *text)
{
    size_t offsets[6] = {0};
    struct text page = {0};
    struct text stream = {0};
    text_append(&page, "BT /F1 12 Tf 17 TL 70 770 Td\n");
    for (const char *line = text; *line != '\0' && *line != '\f';) {
        size_t length = strcspn(line, "\n\f");
        append_pdf_line(&page, line, length);
        line += length + (line[length] == '\n');
    }
    text_append(&page, "ET");
    text_append(pdf, "%PDF-1.4\n");
    append_object(pdf, offsets, 1, "<< /Type /Catalog /Pages 2 0 R >>");
    append_object(pdf, offsets, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    append_object(pdf, offsets, 3,
                  "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                  "/Resources << /Font << /F1 5 0 R >> >> >>");
    text_append_format(&stream, "<< /Length %zu >>\nstream\n", page.length);
    text_append_bytes(&stream, page.bytes, page.length);
    text_append(&stream, "\nendstream");
    append_object(pdf, offsets, 4, text_string(&stream));
    append_object(pdf, offsets, 5,
                  "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
                  "/Encoding /WinAnsiEncoding >>");
    size_t start = pdf->length;
    text_append(pdf, "xref\n0 6\n0000000000 65535 f \n");
    for (int i = 1; i < 6; i++)
        text_append_format(pdf, "%010zu 00000 n \n", offsets[i]);
    text_append_format(pdf, "trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", start);
    text_done(&page);
    text_done(&stream);
}

/* ---- a reading ------------------------------------------------------------------------------- */

/* How the letters stand on their pages: as from a typewriter, at 150 px an inch. */
enum {
    PAGE_WIDTH = 1240,
    PAGE_HEIGHT = 1754,
    MARGIN_LEFT = 120,
    MARGIN_TOP = 200,
    LETTER_WIDTH = 14,
    LINE_HEIGHT = 40,
    LETTER_HEIGHT = 32,
    WORDS_MOST = 256
};

/* The words of one page from `text` on; returns what follows the page. */
static const char *lay_out(const char *text, struct reading_page *page)
{
    int32_t column = 0;
    int32_t line = 0;
    for (; *text != '\0' && *text != '\f'; text++) {
        size_t length = strcspn(text, " \n\f");
        if (length > 0) {
            char *word = string_copy_bytes(text, length);
            int32_t columns = (int32_t)string_columns(word);
            page->words[page->word_count++] = (struct reading_word){
                .text = word,
                .box = {MARGIN_LEFT + column * LETTER_WIDTH, MARGIN_TOP + line * LINE_HEIGHT,
                        columns * LETTER_WIDTH, LETTER_HEIGHT},
                .confidence = 0.95F
            };
            column += columns;
            text += length;
        }
        if (*text == '\0' || *text == '\f')
            break;
        bool ends_line = *text == '\n';
        column = ends_line ? 0 : column + 1;
        line += ends_line;
        if (ends_line && page->word_count > 0)
            page->words[page->word_count - 1].break_after = READING_BREAK_LINE;
    }
    return *text == '\f' ? text + 1 : text;
}

static enum status put_reading(struct spool *spool, const char *text, struct digest *ret_digest,
                               struct fault *fault)
{
    struct reading reading = {.engine = string_copy("seed")};
    struct byte_writer writer = {0};
    reading.pages = calloc(2, sizeof *reading.pages);
    while (*text != '\0' && reading.page_count < 2) {
        struct reading_page *page = &reading.pages[reading.page_count++];
        *page = (struct reading_page){.number = reading.page_count,
                                      .width = PAGE_WIDTH,
                                      .height = PAGE_HEIGHT,
                                      .dpi = 150,
                                      .words = calloc(WORDS_MOST, sizeof(struct reading_word))};
        text = lay_out(text, page);
    }
    reading_encode(&reading, &writer);
    enum status status = spool_put(spool, writer.bytes, writer.length, ret_digest, fault);
    byte_writer_done(&writer);
    reading_done(&reading);
    return status;
}

/* ---- letters ------------------------------------------------------------------------------- */

struct office {
    struct ledger *ledger;
    struct spool *spool;
    int64_t now_ms;
    struct seed *seed;
};

static enum status accept(struct office *office, const struct letter *letter,
                          struct scan_id *ret_scan, struct fault *fault)
{
    struct scan_acceptance acceptance = {0};
    struct scan_arrival arrival = {
        .site = letter->site,
        .source = letter->source,
        .format = string_ends_with(letter->source, ".pdf") ? "pdf" : "tiff",
        .received_ms = office->now_ms - letter->minutes_ago * 60 * 1000,
        .actor = "intake",
    };
    arrival.id = (struct scan_id){uuid_new(arrival.received_ms)};
    arrival.size = strlen(letter->source);
    enum status status =
        spool_put(office->spool, letter->source, arrival.size, &arrival.digest, fault);
    if (status == STATUS_OK)
        status = ledger_scan_accept(office->ledger, &arrival, &acceptance, fault);
    *ret_scan = arrival.id;
    return status;
}

/* Leases the one job of this kind that is due; there must be one. */
static enum status lease(struct office *office, enum job_kind kind, struct job_record *ret_job,
                         struct fault *fault)
{
    bool is_found = false;
    enum status status =
        ledger_job_lease(office->ledger, kind, "seed", 60000, &is_found, ret_job, fault);
    if (status == STATUS_OK && !is_found)
        status = fault_set(fault, STATUS_HALT, "no job of kind %s is due", job_kind_name(kind));
    return status;
}

static enum status put_objects(struct office *office, const struct letter *letter,
                               struct read_document *document, struct fault *fault)
{
    struct text pdf = {0};
    append_pdf(&pdf, letter->text);
    enum status status =
        spool_put(office->spool, letter->text, strlen(letter->text), &document->text, fault);
    if (status == STATUS_OK)
        status = spool_put(office->spool, pdf.bytes, pdf.length, &document->pdf, fault);
    if (status == STATUS_OK)
        status = put_reading(office->spool, letter->text, &document->reading, fault);
    text_done(&pdf);
    return status;
}

static enum status read_letter(struct office *office, const struct letter *letter,
                               struct fault *fault)
{
    struct job_record job = {0};
    struct read_document document;
    bool is_held = false;
    bool has_two_pages = strchr(letter->text, '\f') != NULL;
    const struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1},
        {.number = 2, .outcome = PAGE_IN_DOCUMENT, .document = 1}
    };
    enum status status = put_objects(office, letter, &document, fault);
    if (status == STATUS_OK)
        status = lease(office, JOB_READ, &job, fault);
    if (status != STATUS_OK)
        return status;
    const struct read_result result = {.pages = pages,
                                       .page_count = has_two_pages ? 2 : 1,
                                       .documents = &document,
                                       .document_count = 1};
    status = ledger_read_complete(office->ledger, job.id, job.attempt, &result, &is_held, fault);
    job_record_done(&job);
    return status;
}

static enum status match_letter(struct office *office, const struct letter *letter,
                                struct fault *fault)
{
    struct job_record job = {0};
    bool is_held = false;
    struct decision decision = {
        .to_file = letter->to_file,
        .case_number = letter->case_number,
        .team = "SG 50.2",
        .confidence = letter->confidence,
        .runner_up = letter->runner_up,
        .decided_by = "auto",
        .reason = letter->reason,
        .kind = letter->kind,
        .kind_confidence = 0.97,
        .flags = letter->flags,
        .rules_version = "test",
        .register_version = 1,
    };
    enum status status = spool_put(office->spool, explanation_json, sizeof explanation_json - 1,
                                   &decision.explanation, fault);
    if (status == STATUS_OK)
        status = lease(office, JOB_MATCH, &job, fault);
    if (status != STATUS_OK)
        return status;
    struct document_id id = job.document;
    status = ledger_match_complete(office->ledger, job.id, job.attempt, &decision, &is_held, fault);
    job_record_done(&job);
    if (letter->to_file)
        office->seed->filed = id;
    else
        office->seed->clearing = id;
    return status;
}

static enum status file_letter(struct office *office, struct fault *fault)
{
    struct job_record job = {0};
    bool is_held = false;
    enum status status = lease(office, JOB_FILE, &job, fault);
    if (status == STATUS_OK)
        status = ledger_file_complete(office->ledger, job.id, job.attempt, "SG 50.2/x/y", &is_held,
                                      fault);
    job_record_done(&job);
    return status;
}

static enum status add_letter(struct office *office, const struct letter *letter,
                              struct fault *fault)
{
    struct scan_id scan;
    enum status status = accept(office, letter, &scan, fault);
    if (strcmp(letter->site, "Demmin") == 0)
        office->seed->scan = scan;
    else
        office->seed->foreign_scan = scan;
    if (status == STATUS_OK && letter->text != NULL)
        status = read_letter(office, letter, fault);
    if (status == STATUS_OK && letter->is_decided)
        status = match_letter(office, letter, fault);
    if (status == STATUS_OK && letter->is_filed)
        status = file_letter(office, fault);
    return status;
}

static enum status add_refused(struct office *office, struct fault *fault)
{
    struct scan_arrival arrival = {
        .id = {uuid_new(office->now_ms)},
        .site = "Demmin",
        .source = "vertrag.docx",
        .format = "",
        .digest = digest_of("docx", 4),
        .size = 48211,
        .received_ms = office->now_ms,
        .actor = "intake",
    };
    office->seed->refused = arrival.id;
    return ledger_scan_refuse(office->ledger, &arrival,
                              "Die Datei ist kein Scan (TIFF, PDF, JPEG oder PNG).", fault);
}

/* ---- register and people --------------------------------------------------------------------- */

static enum status import_register(struct office *office, struct fault *fault)
{
    struct register_import_result result = {0};
    const struct register_import import = {
        .csv_path = "register.csv", .drop_share_most = 0.1, .actor = "seed"};
    enum status status =
        durable_write_file("register.csv", register_csv, sizeof register_csv - 1, 0600, fault);
    if (status == STATUS_OK)
        status = register_import_csv(office->ledger, &import, &result, fault);
    return status;
}

static enum status add_people(struct office *office, struct fault *fault)
{
    static const struct user_addition people[] = {
        {"anna",   {.role = USER_MAILROOM, .site = "Demmin"},    seed_password},
        {"bernd",  {.role = USER_CASEWORKER, .team = "SG 50.2"}, seed_password},
        {"clara",  {.role = USER_ADMIN},                         seed_password},
        {"dirk",   {.role = USER_CASEWORKER, .team = "SG 50.2"}, seed_password},
        {"emil",   {.role = USER_CASEWORKER, .team = "SG 50.3"}, seed_password},
        {"lena",   {.role = USER_LEAD, .team = "SG 50.2"},       seed_password},
        {"leo",    {.role = USER_LEAD, .team = "SG 50.3"},       seed_password},
        {"quirin", {.role = USER_QUALITY},                       seed_password},
        {"rita",   {.role = USER_REGISTRY},                      seed_password},
        {"rolf",   {.role = USER_AUDITOR},                       seed_password},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof people / sizeof people[0] && status == STATUS_OK; i++)
        status = user_add(office->ledger, &people[i], "seed", fault);
    if (status == STATUS_OK)
        status = user_set_disabled(office->ledger, "dirk", true, "seed", fault);
    return status;
}

static enum status fill(struct office *office, struct fault *fault)
{
    enum status status = import_register(office, fault);
    if (status == STATUS_OK)
        status = add_people(office, fault);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0] && status == STATUS_OK; i++)
        status = add_letter(office, &letters[i], fault);
    if (status == STATUS_OK)
        status = add_refused(office, fault);
    if (status == STATUS_OK)
        status =
            ledger_worker_joined(office->ledger, "reader-nb-1", "reader", "nb-1", "0.1.0", fault);
    if (status == STATUS_OK)
        status =
            ledger_worker_joined(office->ledger, "filer-nb-1", "filer", "nb-1", "0.1.0", fault);
    return status;
}

/* ---- both -------------------------------------------------------------------------------------- */

typedef enum status work(struct office *office, struct fault *fault);

static enum status with_office(const struct config *config, const struct clock *clock,
                               struct seed *seed, work *work_on, struct fault *fault)
{
    struct office office = {.now_ms = clock_wall_ms(clock), .seed = seed};
    enum status status =
        ledger_open(config->store.ledger, LEDGER_CREATE, clock, &office.ledger, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &office.spool, fault);
    if (status == STATUS_OK)
        status = work_on(&office, fault);
    spool_close(&office.spool);
    ledger_close(&office.ledger);
    return status;
}

enum status seed_office(const struct config *config, const struct clock *clock,
                        struct seed *ret_seed, struct fault *fault)
{
    return with_office(config, clock, ret_seed, fill, fault);
}

static enum status clear_more(struct office *office, struct fault *fault)
{
    static const struct letter letter = {
        .kind = "anhoerung",
        .flags = "deadline urgent",
        .case_number = "50.22.104477-0",
        .confidence = 0.61,
        .runner_up = 0.2,
        .reason = "Nur der Name passt; zwei Fälle kommen in Frage.",
    };
    return match_letter(office, &letter, fault);
}

/* Three letters that nobody is sure about. */
static enum status add_three(struct office *office, struct fault *fault)
{
    static const struct letter doubtful[] = {
        {.site = "Demmin",
         .source = "antrag-0007.tif",
         .minutes_ago = 40,
         .text =
             "Pia Osterloh\nLindenallee 9\n17235 Neustrelitz\n\nIch beantrage Grundsicherung.\n"},
        {.site = "Demmin",
         .source = "rechnung-0008.tif",
         .minutes_ago = 30,
         .text = "Pflegedienst Tollensesee\n\nRechnung 4711 für März\n"                       },
        {.site = "Demmin",
         .source = "attest-0009.tif",
         .minutes_ago = 25,
         .text = "Dr. med. Wiese\n\nAttest für Herrn Nadolny\n"                                },
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0] && status == STATUS_OK; i++) {
        struct letter letter = doubtful[i];
        letter.is_decided = true;
        letter.kind = "nachreichung";
        letter.flags = "";
        letter.case_number = seed_case;
        letter.confidence = 0.5;
        letter.runner_up = 0.3;
        letter.reason = "Zwei Fälle kommen in Frage.";
        status = add_letter(office, &letter, fault);
    }
    return status;
}

/* A letter of yesterday, and everything that still moves, are filed; then the sample of that day is
 * drawn. */
static enum status add_checked(struct office *office, struct fault *fault)
{
    static const struct letter letter = {
        .site = "Waren",
        .source = "scan00003.tif",
        .minutes_ago = 26L * 60,
        .text = "Kontoauszug 2/2026\nIhr Zeichen 50.21.000815-1\nSaldo 96,10 EUR\n",
        .kind = "kontoauszug",
        .flags = "",
        .case_number = seed_case,
        .confidence = 0.9991,
        .runner_up = 0.0003,
        .to_file = true,
        .reason = "Das Aktenzeichen steht mit gültiger Prüfziffer im Schreiben.",
    };
    static const struct quality_rule rule = {.sampling = {.protection = PROTECTION_HIGH}};
    struct scan_id scan;
    uint32_t lots = 0;
    enum status status = accept(office, &letter, &scan, fault);
    for (int i = 0; i < 2 && status == STATUS_OK; i++) // with the one that is not read yet
        status = read_letter(office, &letter, fault);
    for (int i = 0; i < 3 && status == STATUS_OK; i++) // with the one that is not matched yet
        status = match_letter(office, &letter, fault);
    for (int i = 0; i < 3 && status == STATUS_OK; i++)
        status = file_letter(office, fault);
    if (status == STATUS_OK)
        status = quality_draw_all(office->ledger, &rule, &lots, fault);
    if (status == STATUS_OK && lots == 0)
        status = fault_set(fault, STATUS_HALT, "no lot was drawn");
    return status;
}

static enum status add_markup(struct office *office, struct fault *fault)
{
    static const struct letter letter = {.site = "Demmin",
                                         .source = "<img src=x onerror=alert(1)>.tif"};
    return add_letter(office, &letter, fault);
}

enum status seed_later(const struct config *config, const struct clock *clock, const char *what,
                       struct fault *fault)
{
    struct seed seed = {0};
    if (strcmp(what, "more") == 0)
        return with_office(config, clock, &seed, clear_more, fault);
    if (strcmp(what, "three") == 0)
        return with_office(config, clock, &seed, add_three, fault);
    if (strcmp(what, "checked") == 0)
        return with_office(config, clock, &seed, add_checked, fault);
    if (strcmp(what, "markup") == 0)
        return with_office(config, clock, &seed, add_markup, fault);
    return fault_set(fault, STATUS_REFUSE, "nothing is called \"%s\"", what);
}
