/* show.c - `posteingang show`: one document or scan. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>

#include "base/alto.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/law_facts.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/times.h"
#include "store/filed_place.h"

enum {
    TEXT_BYTES_MOST = 512 << 20,   /* of a document's text, for --text */
    READING_BYTES_MOST = 64 << 20, /* of its reading, for --alto */
    NOTE_BYTES_MOST = 1 << 20,     /* of its Transfervermerk */
};

enum form { FORM_PEOPLE, FORM_JSON, FORM_TEXT, FORM_ALTO, FORM_NOTE };

static void print_line(const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        printf("  %-11s %s\n", name, value);
}

static void print_id(const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_BYTES];
    uuid_to_text(id, text);
    printf("  %-11s %s\n", name, text);
}

static void print_arrival(const char *site, const char *source, int64_t received_ms)
{
    char received[TIMES_BYTES];
    times_moment(received_ms, clock_wall_ms(clock_system()), received);
    printf("  %-11s %s: %s, received %s\n", "from", site, source, received);
}

static void print_pages(const struct document_record *document)
{
    printf("  %-11s ", document->page_count == 1 ? "page" : "pages");
    for (uint32_t i = 0; i < document->page_count; i++)
        printf("%s%u", i == 0 ? "" : ", ", document->pages[i]);
    printf("\n");
}

static void print_object_path(const char *name, const struct spool *spool,
                              const struct digest *digest)
{
    char *path = digest_is_zero(digest) ? NULL : spool_path(spool, digest);
    print_line(name, path);
    free(path);
}

static void print_decision(const struct document_record *document)
{
    bool is_suggestion = document->state == DOCUMENT_CLEARING;
    if (document->case_number != NULL)
        printf("  %-11s %s%s%s%s, probability %.4f, next best %.4f\n",
               is_suggestion ? "suggestion" : "case", document->case_number,
               document->team == NULL ? "" : " (", document->team == NULL ? "" : document->team,
               document->team == NULL ? "" : ")", document->confidence, document->runner_up);
    print_line("decided by", document->decided_by);
    print_line("reason", document->reason);
    if (document->kind != NULL)
        printf("  %-11s %s (%.2f)\n", "kind", document->kind, document->kind_confidence);
    print_line("flags", document->flags);
}

static void print_place(const struct instance *instance, const char *written)
{
    struct filed_place place = {0};
    if (filed_place_read(written, &place, NULL) == STATUS_OK) {
        if (place.cabinet != NULL)
            printf("  %-11s %s/%s\n", "cabinet", instance->config->store.cabinet, place.cabinet);
        print_line("xdomea", place.package);
    }
    filed_place_done(&place);
}

static void print_document(const struct instance *instance, const struct document_record *document)
{
    print_id("document", &document->id.uuid);
    print_id("scan", &document->scan.uuid);
    print_arrival(document->site, document->source, document->received_ms);
    print_pages(document);
    print_line("state", document_state_name(document->state));
    print_decision(document);
    law_facts_print(instance->ledger, document->id);
    print_place(instance, document->place);
    print_object_path("text", instance->spool, &document->text);
    print_object_path("pdf", instance->spool, &document->pdf);
    print_object_path("note", instance->spool, &document->filed_note);
    print_line("error", document->error);
    if (document->state == DOCUMENT_CLEARING) {
        char id[LOOKUP_SHORT_LETTERS + 1];
        lookup_short(&document->id.uuid, id);
        printf("\nA person decides: posteingang explain %s, then posteingang assign %s --case NO\n",
               id, id);
    }
}

/* Prints the bytes of the document's text as they are in the spool. */
static int print_text(const struct instance *instance, const struct document_record *document)
{
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    if (spool_get(instance->spool, &document->text, TEXT_BYTES_MOST, &bytes, &length, &fault) !=
        STATUS_OK)
        return outcome_of(&fault);
    bool is_written = fwrite(bytes, 1, length, stdout) == length;
    free(bytes);
    return is_written ? EXIT_DONE : EXIT_STORAGE;
}

/* Prints the Transfervermerk that it was filed with. */
static int print_note(const struct instance *instance, const struct document_record *document)
{
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    if (digest_is_zero(&document->filed_note)) {
        complain("it is not filed with a Transfervermerk (yet)");
        return EXIT_FOUND;
    }
    if (spool_get(instance->spool, &document->filed_note, NOTE_BYTES_MOST, &bytes, &length,
                  &fault) != STATUS_OK)
        return outcome_of(&fault);
    bool is_written = fwrite(bytes, 1, length, stdout) == length;
    free(bytes);
    return is_written ? EXIT_DONE : EXIT_STORAGE;
}

/* Prints the document's reading as ALTO. */
static int print_alto(const struct instance *instance, const struct document_record *document)
{
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    struct reading reading = {0};
    enum status status =
        spool_get(instance->spool, &document->reading, READING_BYTES_MOST, &bytes, &length, &fault);
    if (status == STATUS_OK)
        status = reading_decode(bytes, length, &reading, &fault);
    free(bytes);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    struct text xml = {0};
    alto_append(&reading, POSTEINGANG_VERSION, &xml);
    bool is_written =
        text_ok(&xml) && fwrite(text_string(&xml), 1, xml.length, stdout) == xml.length;
    text_done(&xml);
    reading_done(&reading);
    return is_written ? EXIT_DONE : EXIT_STORAGE;
}

/* What `list --json` prints, and the facts that hang on the date of receipt. */
static int print_json(const struct instance *instance, const struct document_record *document)
{
    json_t *object = document_to_json(document, instance->spool);
    if (object == NULL)
        return EXIT_STORAGE;
    int exit_code = law_facts_to_json(instance->ledger, document->id, object);
    bool is_written = json_print_line(object, stdout);
    return exit_code == EXIT_DONE && !is_written ? EXIT_STORAGE : exit_code;
}

/* As somebody's look is noted in the audit. */
static const char *const form_names[] = {[FORM_PEOPLE] = "document",
                                         [FORM_JSON] = "document",
                                         [FORM_TEXT] = "text",
                                         [FORM_ALTO] = "page",
                                         [FORM_NOTE] = "transfer_note"};

/* Nothing is shown whose look was not noted. */
static int print_form(const struct instance *instance, const struct document_record *document,
                      enum form form)
{
    int exit_code = lookup_note_sight(instance->ledger, document->id, form_names[form]);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (form == FORM_TEXT)
        return print_text(instance, document);
    if (form == FORM_ALTO)
        return print_alto(instance, document);
    if (form == FORM_NOTE)
        return print_note(instance, document);
    if (form == FORM_JSON)
        return print_json(instance, document);
    print_document(instance, document);
    return EXIT_DONE;
}

static int show_document(const struct instance *instance, struct document_id id, enum form form)
{
    struct document_record document = {0};
    struct fault fault = {0};
    if (ledger_document_get(instance->ledger, id, &document, &fault) != STATUS_OK)
        return outcome_of(&fault);
    int exit_code = print_form(instance, &document, form);
    document_record_done(&document);
    return exit_code;
}

struct scan_documents {
    const struct instance *instance;
    struct scan_id scan;
    enum form form;
    size_t count;
};

static enum status show_if_of_scan(void *context, const struct scan_record *scan,
                                   const struct document_record *document, struct fault *fault)
{
    (void)scan;
    struct scan_documents *documents = context;
    if (document == NULL || !uuid_equal(&document->scan.uuid, &documents->scan.uuid))
        return STATUS_OK;
    documents->count++;
    if (documents->form == FORM_PEOPLE)
        printf("\n");
    int exit_code = print_form(documents->instance, document, documents->form);
    return exit_code == EXIT_DONE ? STATUS_OK
                                  : fault_set(fault, STATUS_LATER, "cannot show the documents");
}

static int print_scan(const struct instance *instance, const struct scan_record *scan, bool as_json)
{
    if (as_json)
        return json_print_line(scan_to_json(scan, instance->ledger), stdout) ? EXIT_DONE
                                                                             : EXIT_STORAGE;
    print_id("scan", &scan->id.uuid);
    print_arrival(scan->site, scan->source, scan->received_ms);
    print_line("state", scan_shown_state(scan->state));
    struct text error = {0};
    scan_append_error(scan, instance->ledger, &error);
    print_line("reason", text_string(&error));
    text_done(&error);
    if (scan->has_bytes)
        print_object_path("original", instance->spool, &scan->digest);
    return EXIT_DONE;
}

/* A scan shows as its documents, in JSON like in `list`; as itself while it has none. */
static int show_scan(const struct instance *instance, struct scan_id id, enum form form)
{
    struct scan_record scan = {0};
    struct fault fault = {0};
    if (ledger_scan_get(instance->ledger, id, &scan, &fault) != STATUS_OK)
        return outcome_of(&fault);
    int exit_code = EXIT_DONE;
    if (form == FORM_PEOPLE || (form == FORM_JSON && scan.state != SCAN_READ))
        exit_code = print_scan(instance, &scan, form == FORM_JSON);
    struct scan_documents documents = {.instance = instance, .scan = id, .form = form};
    struct list_filter filter = {.site = scan.site};
    if (scan.state == SCAN_READ &&
        ledger_list(instance->ledger, &filter, show_if_of_scan, &documents, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if ((form == FORM_TEXT || form == FORM_ALTO || form == FORM_NOTE) &&
             documents.count == 0) {
        complain("the scan has no text (yet): it is %s", scan_shown_state(scan.state));
        exit_code = EXIT_FOUND;
    }
    scan_record_done(&scan);
    return exit_code;
}

int verb_show(struct call *call)
{
    bool as_json = false;
    bool as_text = false;
    bool as_alto = false;
    bool as_note = false;
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"json", NULL, "prints what list --json prints, with proofs and deadlines", ARGUMENT_FLAG,
         &as_json                                                                                          },
        {"text", NULL, "prints the text on its pages",                              ARGUMENT_FLAG, &as_text},
        {"alto", NULL, "prints words and boxes as ALTO 4 (XML)",                    ARGUMENT_FLAG, &as_alto},
        {"note", NULL, "prints the Transfervermerk (XML)",                          ARGUMENT_FLAG, &as_note},
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, sizeof table / sizeof table[0], 1, 1, &rest, &exit_code))
        return exit_code;
    struct instance instance = {0};
    struct lookup lookup = {0};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_id(instance.ledger, rest.values[0], &lookup);
    if (exit_code == EXIT_DONE) {
        enum form form = as_note   ? FORM_NOTE
                         : as_alto ? FORM_ALTO
                         : as_text ? FORM_TEXT
                         : as_json ? FORM_JSON
                                   : FORM_PEOPLE;
        exit_code = lookup.is_document
                        ? show_document(&instance, (struct document_id){lookup.id}, form)
                        : show_scan(&instance, (struct scan_id){lookup.id}, form);
    }
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
