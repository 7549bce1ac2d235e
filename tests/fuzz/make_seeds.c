/* make_seeds.c - writes the seeds of the binary formats into their corpora.
 *
 * Usage: make_seeds FOLDER        (the folder `corpus`)
 * Run it after the encoded form of readings or of the wire has changed: seeds of an old version
 * are refused at their first bytes and fuzz nothing. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/reading.h"
#include "ingest/line.h"
#include "workers/wire.h"

enum { PATH_BYTES = 4096 };

static const char *corpus;

static bool write_seed(const char *target, const char *name, const void *head, size_t head_length,
                       const struct byte_writer *body, const char *tail)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s/%s", corpus, target, name);
    FILE *stream = fopen(path, "wb");
    if (stream == NULL) {
        perror(path);
        return false;
    }
    bool is_written = fwrite(head, 1, head_length, stream) == head_length &&
                      fwrite(body->bytes, 1, body->length, stream) == body->length &&
                      fwrite(tail, 1, strlen(tail), stream) == strlen(tail);
    return fclose(stream) == 0 && is_written && !body->failed;
}

/* ---- readings ------------------------------------------------------------------------------- */

static char *writable(const char *literal)
{
    static char room[64][64];
    static size_t used;
    char *copy = room[used++ % 64];
    (void)snprintf(copy, sizeof room[0], "%s", literal);
    return copy;
}

static bool write_readings(void)
{
    struct reading_alternative alternatives[] = {
        {writable("50.21.003818-9"), 0.31F},
        {writable("5O.21.003318-9"), 0.07F},
    };
    struct reading_word words[] = {
        {writable("Aktenzeichen:"),  {290, 1180, 310, 48}, 0.96F, READING_BREAK_NONE,  0, NULL,         0},
        {writable("50.21.003318-9"),
         {612, 1180, 330, 48},
         0.88F,                                                   READING_BREAK_LINE,
         2,                                                                               alternatives,
         2                                                                                               },
        {writable("Grüße"),        {290, 1260, 120, 48}, 1.0F,  READING_BREAK_BLOCK, 1, NULL,         0},
    };
    struct reading_code codes[] = {
        {writable("AZ:50.22.007802-0"), {1500, 1200, 320, 320}, READING_CODE_QR},
    };
    struct reading_page pages[] = {
        {.number = 1,
         .width = 2480,
         .height = 3507,
         .dpi = 300,
         .rotation = 180,
         .words = words,
         .word_count = 3,
         .codes = codes,
         .code_count = 1},
        {.number = 2, .width = 2480, .height = 3507, .dpi = 300, .flags = READING_PAGE_BLANK},
    };
    const struct reading reading = {writable("tesseract 5.3.0 deu 4.1.0"), pages, 2};
    struct byte_writer whole = {0};
    struct byte_writer page = {0};
    reading_encode(&reading, &whole);
    reading_page_encode(&pages[0], &page);
    bool is_written = write_seed("reading", "two_pages", "R", 1, &whole, "") &&
                      write_seed("reading", "one_page", "P", 1, &page, "");
    byte_writer_done(&whole);
    byte_writer_done(&page);
    return is_written;
}

/* ---- the wire ------------------------------------------------------------------------------- */

static void fill_results(struct wire_message *messages, struct wire_part *parts,
                         struct page_facts *pages)
{
    messages[WIRE_RESULT_READ].as.result_read = (struct wire_result_read){
        .pages = {pages, 2},
          .document_count = 1, .directory = {parts, 2}
    };
    messages[WIRE_RESULT_MATCH].as.result_match = (struct wire_result_match){
        .to_file = 1,
        .case_number = writable("50.21.003318-9"),
        .team = writable("SG 50.2"),
        .confidence = 0.9991,
        .runner_up = 0.0002,
        .reason = writable("Aktenzeichen und Name stimmen überein."),
        .kind = writable("widerspruch"),
        .kind_confidence = 0.97,
        .flags = writable("deadline"),
        .rules_version = writable("1-8f3a"),
        .register_version = 7,
        .copies = writable("[[\"50.31.000002-2\",\"SG 50.3\",0.99]]"),
        .days = writable("stamp:2026-03-02:1 posted:2026-02-12:1"),
        .directory = {parts, 1}
    };
    messages[WIRE_RESULT_COMPOSE].as.result_compose = (struct wire_result_compose){
        .document_count = 1, .directory = {parts, 2}
    };
    messages[WIRE_RESULT_FILE].as.result_file = (struct wire_result_file){
        writable("SG 50.2/50.21.003318-9/0192"), writable("00ff"), writable("ff00")};
}

static void fill_requests(struct wire_message *messages, struct wire_part *parts)
{
    messages[WIRE_READY].as.ready = (struct wire_ready){.worker = writable("reader-1"),
                                                        .host = writable("localhost"),
                                                        .version = writable("0.1.0"),
                                                        .kind = WIRE_READER,
                                                        .incarnation = 4711,
                                                        .session = 1,
                                                        .jobs = 1};
    messages[WIRE_WELCOME].as.welcome = (struct wire_welcome){1, 2000, 10000};
    messages[WIRE_JOB].as.job = (struct wire_job){
        .kind = WIRE_JOB_READ,
        .lease_ms = 60000,
        .site = writable("Neubrandenburg"),
        .source = writable("scan00001.tif"),
        .format = writable("tiff"),
        .received_ms = 1772435700000,
        .case_number = writable(""),
        .team = writable(""),
        .directory = {parts, 1}
    };
    messages[WIRE_CHUNK].as.chunk = (struct wire_chunk){.part = 0, .offset = 262144};
    messages[WIRE_CREDIT].as.credit.chunks = 4;
    messages[WIRE_PROGRESS].as.progress = (struct wire_progress){1, 2};
    messages[WIRE_FAIL].as.fail = (struct wire_fail){
        WIRE_FAILURE_REFUSED, writable("Die Datei ist mit einem Kennwort geschützt.")};
    messages[WIRE_SETTLED].as.settled =
        (struct wire_settled){WIRE_STALE, writable("attempt 2 runs")};
    messages[WIRE_BYE].as.bye =
        (struct wire_bye){WIRE_OTHER_VERSION, writable("version 1 is spoken")};
}

static bool write_messages(void)
{
    static struct wire_message messages[WIRE_COMMANDS];
    struct wire_part parts[] = {
        {.name = writable("1/reading"), .size = 3120  },
        {.name = writable("1/pdf"),     .size = 262144},
    };
    struct page_facts pages[] = {
        {.number = 1, .outcome = 0, .document = 1, .preview = {{0, 9}, PAGE_MEDIA_PNG, 4, 4}},
        {.number = 2,           .outcome = 1,             .sheet = "PATCHT"   }
    };
    fill_requests(messages, parts);
    fill_results(messages, parts, pages);
    for (int command = WIRE_READY; command < WIRE_COMMANDS; command++) {
        struct wire_message *message = &messages[command];
        message->command = (enum wire_command)command;
        message->job = 12;
        message->attempt = 1;
        struct byte_writer writer = {0};
        wire_encode(message, &writer);
        const unsigned char head[] = {(unsigned char)(writer.length & 0xFF),
                                      (unsigned char)(writer.length >> 8)};
        bool is_written = write_seed("wire", wire_command_name(message->command), head, sizeof head,
                                     &writer, command == WIRE_CHUNK ? "II*+ bytes" : "");
        byte_writer_done(&writer);
        if (!is_written)
            return false;
    }
    return true;
}

/* ---- the line of a desk --------------------------------------------------------------------- */

static bool write_line(void)
{
    bool is_written = true;
    for (int command = LINE_HELLO; command < LINE_COMMANDS && is_written; command++) {
        struct byte_writer writer = {0};
        const uint8_t head[] = {command == LINE_PIECE ? 200 : 0};
        const struct line_message message = {
            .command = (enum line_command)command,
            .session = 7,
            .scan = {{1, 2, 3}},
            .digest = {{4, 5, 6}},
            .size = 900000,
            .offset = 262144,
            .received_ms = 1700000000000,
            .clock_ms = 1700000003600,
            .waiting = 3,
            .waiting_bytes = 2700000,
            .oldest_ms = 1700000000000,
            .rate = 64000,
            .wait_ms = 30000,
            .parting = LINE_STRANGER,
            .site = writable("Demmin"),
            .host = writable("desk-1"),
            .version = writable("0.1.0"),
            .source = writable("Stapel 1/scan.tif"),
            .format = writable("tiff"),
            .reason = writable("Die Datei ist zu groß."),
        };
        line_encode(&message, &writer);
        is_written =
            write_seed("line", line_command_name(message.command), head, sizeof head, &writer, "");
        byte_writer_done(&writer);
    }
    return is_written;
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 2) {
        (void)fprintf(stderr, "usage: make_seeds FOLDER\n");
        return 2;
    }
    corpus = arguments[1];
    return write_readings() && write_messages() && write_line() ? 0 : 1;
}
