/* embed_note_main.c - puts a note into PDFs of our archive, as filing does: for run.sh archive.
 *
 * Usage: embed_note NOTE.xml FILE.pdf…; each file is replaced. Exit code 1: one was refused. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>

#include "base/durable.h"
#include "filing/note_embed.h"

enum { FILE_BYTES_MOST = 1 << 30 };

static enum status embed(const struct note_embedding *note, const char *path, struct fault *fault)
{
    char *pdf = NULL;
    size_t length = 0;
    struct text tail = {0}, whole = {0};
    enum status status = file_read(path, FILE_BYTES_MOST, &pdf, &length, fault);
    if (status == STATUS_OK)
        status = note_embed(pdf, length, note, &tail, fault);
    if (status == STATUS_OK) {
        text_append_bytes(&whole, pdf, length);
        text_append_bytes(&whole, text_string(&tail), tail.length);
        status = durable_write_file(path, text_string(&whole), whole.length, 0600, fault);
    }
    free(pdf);
    text_done(&tail);
    text_done(&whole);
    return status;
}

int main(int argc, char **argv)
{
    struct fault fault = {0};
    char *xml = NULL;
    int exit_code = 0;
    struct note_embedding note = {.creator = "Änne Krüger", .statement = "Stimmt überein."};
    if (argc < 3 || file_read(argv[1], NOTE_BYTES_MOST, &xml, &note.xml_length, &fault) != 0) {
        (void)fprintf(stderr, "usage: embed_note NOTE.xml FILE.pdf…\n");
        return 2;
    }
    note.xml = xml;
    for (int i = 2; i < argc; i++)
        if (embed(&note, argv[i], &fault) != STATUS_OK) {
            (void)fprintf(stderr, "%s: %s\n", argv[i], fault.text);
            exit_code = 1;
        }
    free(xml);
    return exit_code;
}
