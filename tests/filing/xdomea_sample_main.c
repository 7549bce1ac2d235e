/* xdomea_sample_main.c - writes a package of many invented documents, or judges a message, for
 * test_xdomea_schema.py: `write VERSION COUNT FILE`, `check FILE`, `answer FILE`. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filing/xdomea.h"

enum { DOCUMENTS_MOST = 100, FILE_BYTES_MOST = 1 << 20 };

static struct uuid id_of(uint8_t kind, size_t number)
{
    struct uuid id = {
        {kind, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)number}
    };
    return id;
}

static const struct xdomea_event EVENTS[] = {
    {"Scanstelle Demmin", INT64_C(1772435670000), "Gescannt"                                       },
    {"auto",              INT64_C(1772435690000), "Zugeordnet: Aktenzeichen & Geburtsdatum stimmen"},
};
static const struct xdomea_field FIELDS[] = {
    {"Verfahren",                  "Posteingang"                  },
    {"Ergebnis der Sichtprüfung", "nicht in der Stichprobe <4 %>"},
};

static void fill(struct xdomea_document *document, struct xdomea_file files[2], size_t number)
{
    files[0] = (struct xdomea_file){.id = id_of(2, number),
                                    .name = "dokument.pdf",
                                    .format = XDOMEA_PDF_A,
                                    .format_version = "PDF/A-2b",
                                    .bytes = "%PDF-1.7 invented",
                                    .length = 17};
    files[1] = (struct xdomea_file){.id = id_of(3, number),
                                    .name = "text.txt",
                                    .format = XDOMEA_OTHER,
                                    .format_version = "",
                                    .bytes = "Sehr geehrte",
                                    .length = 12};
    *document = (struct xdomea_document){.id = id_of(1, number),
                                         .object_id = "0192f0c1",
                                         .case_number = "50.21.004711-7",
                                         .subject = "Nachreichung: Kontoauszüge <Januar> & Miete",
                                         .kind = "nachreichung",
                                         .sender_reference = number % 2 == 0 ? "B 12/26" : NULL,
                                         .receipt_day = "2026-03-02",
                                         .letter_day = number % 3 == 0 ? "2026-02-27" : NULL,
                                         .caseworker = number % 5 == 0 ? "sb17" : NULL,
                                         .events = EVENTS,
                                         .event_count = 2,
                                         .files = files,
                                         .file_count = 2,
                                         .fields = FIELDS,
                                         .field_count = number % 2 == 0 ? 2 : 0};
}

static int write_package(const char *version, size_t count, const char *path)
{
    static struct xdomea_document documents[DOCUMENTS_MOST];
    static struct xdomea_file files[DOCUMENTS_MOST][2];
    struct xdomea_message message = {.process = id_of(9, 0),
                                     .created_ms = INT64_C(1772435700000),
                                     .sender = "Scanstelle Demmin",
                                     .recipient = "SG 50.2",
                                     .creator = "scan.dem01",
                                     .documents = documents,
                                     .document_count = count};
    struct fault fault = {0};
    if (count > DOCUMENTS_MOST || !xdomea_version_from_text(version, &message.version))
        return 2;
    for (size_t i = 0; i < count; i++)
        fill(&documents[i], files[i], i);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum status status = xdomea_write_package(&message, file, &fault);
    if (status != STATUS_OK)
        fprintf(stderr, "%s\n", fault.text);
    return close(file) == 0 && status == STATUS_OK ? 0 : 1;
}

static int judge(const char *path, bool is_answer)
{
    static char bytes[FILE_BYTES_MOST];
    struct fault fault = {0};
    struct xdomea_answer answer = {0};
    FILE *file = fopen(path, "rb");
    size_t length = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file == NULL || fclose(file) != 0)
        return 2;
    enum status status = is_answer ? xdomea_read_answer(bytes, length, &answer, &fault)
                                   : xdomea_check(bytes, length, &fault);
    if (status != STATUS_OK)
        printf("%s\n", fault.text);
    else if (is_answer)
        printf("%s %s\n", answer.is_success ? "success" : "failure", answer.reason);
    return status == STATUS_OK ? 0 : 1;
}

int main(int argument_count, char **arguments)
{
    if (argument_count == 5 && strcmp(arguments[1], "write") == 0)
        return write_package(arguments[2], strtoul(arguments[3], NULL, 10), arguments[4]);
    if (argument_count == 3 && strcmp(arguments[1], "check") == 0)
        return judge(arguments[2], false);
    if (argument_count == 3 && strcmp(arguments[1], "answer") == 0)
        return judge(arguments[2], true);
    fprintf(stderr, "usage: xdomea_sample write VERSION COUNT FILE | check FILE | answer FILE\n");
    return 2;
}
