/* seed.c - see seed.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/seal.h"
#include "base/text.h"
#include "tests/cli/command.h"
#include "tests/cli/seed.h"

static const char place[] = "SG 50.2/50.21.004711-7/x"; /* in the cabinet */

enum { LEASE_MS = 60000, MINUTE_MS = 60000 };

static const char register_csv[] =
    "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team\n"
    "50.21.004711-7;Schröder;Anna;1961-03-02;Am Wall;3;17192;Waren;SG 50.2\n"
    "50.21.004712-5;Krüger;Uwe;1957-11-30;Lange Straße;12a;17109;Demmin;SG 50.1\n";

#define OK(call) assert_int_equal((call), STATUS_OK)

void seed_open(struct seed *seed)
{
    struct said said = {0};
    *seed = (struct seed){.received_ms = INT64_C(1772435700000)};
    command(&said, "init instance");
    expect_exit(&said, 0);
    OK(durable_write_file("register.csv", register_csv, sizeof register_csv - 1, 0600, NULL));
    command(&said, "--config instance/posteingang.yaml register import register.csv");
    expect_exit(&said, 0);
    said_done(&said);
    OK(config_load("instance/posteingang.yaml", &seed->config, NULL, NULL));
    OK(ledger_open(seed->config->store.ledger, LEDGER_WRITE, clock_system(), &seed->ledger, NULL));
    OK(spool_open(seed->config->store.spool, &seed->spool, NULL));
}

void seed_close(struct seed *seed)
{
    spool_close(&seed->spool);
    ledger_close(&seed->ledger);
    config_free(&seed->config);
}

static struct digest put(struct seed *seed, const char *string)
{
    struct digest digest;
    OK(spool_put(seed->spool, string, strlen(string), &digest, NULL));
    return digest;
}

static struct scan_arrival arrival_of(struct seed *seed, const char *site, const char *source,
                                      const char *bytes)
{
    seed->received_ms += MINUTE_MS;
    return (struct scan_arrival){.id = {uuid_new(seed->received_ms)},
                                 .site = site,
                                 .source = source,
                                 .format = "tiff",
                                 .digest = put(seed, bytes),
                                 .size = strlen(bytes),
                                 .received_ms = seed->received_ms,
                                 .actor = "intake"};
}

struct scan_id seed_scan(struct seed *seed, const char *site, const char *source)
{
    struct scan_arrival arrival = arrival_of(seed, site, source, source);
    struct scan_acceptance acceptance;
    OK(ledger_scan_accept(seed->ledger, &arrival, &acceptance, NULL));
    assert_false(acceptance.is_duplicate);
    return arrival.id;
}

struct scan_id seed_duplicate(struct seed *seed, const char *source, const char *of)
{
    struct scan_arrival arrival = arrival_of(seed, "Demmin", source, of);
    struct scan_acceptance acceptance;
    OK(ledger_scan_accept(seed->ledger, &arrival, &acceptance, NULL));
    assert_true(acceptance.is_duplicate);
    return arrival.id;
}

struct scan_id seed_refused(struct seed *seed, const char *source, const char *reason)
{
    struct scan_arrival arrival = arrival_of(seed, "Demmin", source, source);
    OK(ledger_scan_refuse(seed->ledger, &arrival, reason, NULL));
    OK(ledger_scan_returned(seed->ledger, arrival.id, NULL));
    return arrival.id;
}

static struct job_record lease(struct seed *seed, enum job_kind kind)
{
    struct job_record job = {0};
    bool is_found = false;
    OK(ledger_job_lease(seed->ledger, kind, "tester", LEASE_MS, &is_found, &job, NULL));
    assert_true(is_found);
    return job;
}

static enum status keep_document(void *context, const struct scan_record *scan,
                                 const struct document_record *document, struct fault *fault)
{
    (void)scan;
    (void)fault;
    struct document_id *id = context;
    if (document != NULL)
        *id = document->id; // the newest one comes last
    return STATUS_OK;
}

struct document_id seed_read(struct seed *seed)
{
    struct job_record job = lease(seed, JOB_READ);
    struct text text = {0};
    text_append_format(&text, "Text von %s\n\fzweite Seite\n", job.source);
    const struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1},
        {.number = 2, .outcome = PAGE_IN_DOCUMENT, .document = 1}
    };
    const struct read_document document = {put(seed, "reading"), put(seed, text_string(&text)),
                                           put(seed, "pdf")};
    const struct read_result result = {
        .pages = pages, .page_count = 2, .documents = &document, .document_count = 1};
    bool is_held = false;
    OK(ledger_read_complete(seed->ledger, job.id, job.attempt, &result, &is_held, NULL));
    assert_true(is_held);
    text_done(&text);
    job_record_done(&job);
    struct document_id id = {0};
    const struct list_filter all = {0};
    OK(ledger_list(seed->ledger, &all, keep_document, &id, NULL));
    return id;
}

void seed_fail(struct seed *seed, const char *reason)
{
    const struct retry_rule rule = {.content_most = 1, .lost_most = 1};
    struct job_record job = lease(seed, JOB_READ);
    bool is_held = false;
    OK(ledger_job_fail(seed->ledger, job.id, job.attempt, JOB_FAILURE_CONTENT, reason, &rule,
                       &is_held, NULL));
    assert_true(is_held);
    job_record_done(&job);
}

static const char explanation[] =
    "{\"candidates\":[{\"case_number\":\"50.21.004711-7\",\"team\":\"SG 50.2\","
    "\"probability\":0.9991,\"evidence\":[{\"kind\":\"case_number\",\"read\":\"50.21.004711-7\","
    "\"registered\":\"50.21.004711-7\",\"page\":1,\"weight\":9.2},{\"kind\":\"birth_date\","
    "\"read\":\"02.03.1962\",\"registered\":\"1961-03-02\",\"page\":2,\"weight\":-1.5}]}]}";

static void place_part(struct seed *seed, const char *name, const struct digest *digest)
{
    char path[256];
    char *bytes = NULL;
    size_t length = 0;
    (void)snprintf(path, sizeof path, "instance/cabinet/%s/%s", place, name);
    OK(spool_get(seed->spool, digest, 1 << 20, &bytes, &length, NULL));
    OK(durable_write_file(path, bytes, length, 0640, NULL));
    free(bytes);
}

/* Into the cabinet as the filer does it, as far as `verify` looks. */
static void place_document(struct seed *seed, struct document_id id)
{
    char original[32];
    struct document_record document = {0};
    struct scan_record scan = {0};
    struct text json = {0};
    OK(ledger_document_get(seed->ledger, id, &document, NULL));
    OK(ledger_scan_get(seed->ledger, document.scan, &scan, NULL));
    (void)snprintf(original, sizeof original, "original.%s", scan.format);
    OK(durable_make_folders("instance/cabinet/SG 50.2/50.21.004711-7/x", 0750, NULL));
    place_part(seed, "dokument.pdf", &document.pdf);
    place_part(seed, "text.txt", &document.text);
    place_part(seed, original, &document.scan_digest);
    text_append(&json, "{\n  \"format\": 1\n}\n");
    seal_append(&json);
    OK(durable_write_file("instance/cabinet/SG 50.2/50.21.004711-7/x/dokument.json", json.bytes,
                          json.length, 0640, NULL));
    text_done(&json);
    scan_record_done(&scan);
    document_record_done(&document);
}

void seed_decide(struct seed *seed, bool to_file, const char *case_number)
{
    struct job_record job = lease(seed, JOB_MATCH);
    const struct decision decision = {.to_file = to_file,
                                      .case_number = case_number,
                                      .team = "SG 50.2",
                                      .confidence = to_file ? 0.9991 : 0.62,
                                      .runner_up = 0.0002,
                                      .decided_by = "auto",
                                      .reason = to_file ? "Das Aktenzeichen steht im Brief."
                                                        : "Nur der Name stimmt überein.",
                                      .kind = "widerspruch",
                                      .kind_confidence = 0.97,
                                      .flags = "deadline",
                                      .explanation = put(seed, explanation),
                                      .rules_version = "1-test",
                                      .register_version = 1};
    bool is_held = false;
    OK(ledger_match_complete(seed->ledger, job.id, job.attempt, &decision, &is_held, NULL));
    assert_true(is_held);
    job_record_done(&job);
    if (!to_file)
        return;
    job = lease(seed, JOB_FILE);
    place_document(seed, job.document);
    OK(ledger_file_complete(seed->ledger, job.id, job.attempt, place, &is_held, NULL));
    assert_true(is_held);
    job_record_done(&job);
}
