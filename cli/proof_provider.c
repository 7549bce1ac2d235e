/* proof_provider.c - see proof_provider.h.
 *
 * The providers are programs of the office: openssl with a key of its own, or the client of a trust
 * service that makes qualified seals. They get the record on standard input and give the seal or
 * token on standard output; to check, they get the paths of two files, record and proof. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/status.h"
#include "cli/outcome.h"
#include "cli/proof_provider.h"
#include "cli/provider.h"
#include "store/alarms.h"

enum { ATTEMPTS = 3 };

struct kind {
    const char *name, *file;
    const char *command, *check; /* NULL: not set */
};

enum { KINDS = 2 };

static void kinds_of(const struct config *config, struct kind kinds[KINDS])
{
    kinds[0] = (struct kind){"seal", "seal.bin", config->seal.command, config->seal.check};
    kinds[1] = (struct kind){"stamp", "stamp.tsr", config->seal.stamp, config->seal.stamp_check};
}

void proof_append_record(const struct proof_root *root, struct text *text)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&root->root, hex);
    text_append_format(text, "posteingang %s %" PRIu64 " %s\n", root->day, root->documents, hex);
}

/* ---- getting them ------------------------------------------------------------------------------ */

struct days {
    struct proof_root *list;
    size_t count, room;
};

static enum status keep_day(void *context, const struct proof_root *root, struct fault *fault)
{
    struct days *days = context;
    if (days->count == days->room) {
        size_t room = days->room == 0 ? 64 : days->room * 2;
        struct proof_root *list = realloc(days->list, room * sizeof *list);
        if (list == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        days->list = list;
        days->room = room;
    }
    days->list[days->count++] = *root;
    return STATUS_OK;
}

static enum status make_one(struct instance *instance, const struct kind *kind,
                            const struct proof_root *root, struct fault *fault)
{
    static const char *const nothing[2] = {NULL, NULL};
    struct text record = {0}, proof = {0};
    proof_append_record(root, &record);
    enum status status = STATUS_LATER;
    for (int attempt = 0; attempt < ATTEMPTS && status == STATUS_LATER; attempt++) {
        text_clear(&proof);
        status =
            provider_run(kind->command, nothing, instance->config->store.runtime,
                         text_string(&record), instance->config->seal.timeout_ms, &proof, fault);
    }
    if (status == STATUS_OK && proof.length == 0)
        status = fault_set(fault, STATUS_LATER, "the provider gave nothing");
    if (status == STATUS_OK)
        status =
            proof_keep(instance->ledger, root->day, kind->name, proof.bytes, proof.length, fault);
    if (status == STATUS_OK)
        printf("%s %s\n", root->day, kind->name);
    text_done(&record);
    text_done(&proof);
    return status;
}

static enum status make_kind(struct instance *instance, const struct kind *kind,
                             const struct days *days, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && kind->command != NULL && i < days->count; i++) {
        bool has = false;
        status = proof_has(instance->ledger, days->list[i].day, kind->name, &has, fault);
        if (status == STATUS_OK && !has)
            status = make_one(instance, kind, &days->list[i], fault);
    }
    return status;
}

/* Reports how it went with one kind; the ledger's own failure comes before. */
static enum status report(struct instance *instance, const struct kind *kind, enum status made,
                          struct fault *fault)
{
    const struct alarm_report alarm = {.kind = "seal",
                                       .subject = kind->name,
                                       .severity = ALARM_WARNING,
                                       .words = "The provider cannot be had; it is tried again."};
    return made == STATUS_OK ? alarm_clear(instance->ledger, "seal", kind->name, NULL, fault)
                             : alarm_raise(instance->ledger, &alarm, NULL, fault);
}

int proof_provide(struct instance *instance)
{
    struct kind kinds[KINDS];
    struct days days = {0};
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    kinds_of(instance->config, kinds);
    enum status status = proof_roots(instance->ledger, keep_day, &days, &fault);
    for (int i = 0; i < KINDS && status == STATUS_OK; i++) {
        struct fault why = {0};
        enum status made = make_kind(instance, &kinds[i], &days, &why);
        if (made != STATUS_OK)
            exit_code = outcome_of(&why);
        status = report(instance, &kinds[i], made, &fault);
    }
    free(days.list);
    return status == STATUS_OK ? exit_code : outcome_of(&fault);
}

/* ---- checking ---------------------------------------------------------------------------------- */

static bool write_file(const char *folder, const char *name, const void *bytes, size_t length)
{
    struct fault fault = {0};
    char *path = path_join(folder, name);
    bool is_done =
        path != NULL && durable_write_file(path, bytes, length, 0600, &fault) == STATUS_OK;
    free(path);
    return is_done;
}

static void remove_file(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    if (path != NULL)
        (void)unlink(path);
    free(path);
}

/* Asks the program about the two files in `folder`. */
static enum status ask(struct instance *instance, const struct kind *kind, const char *folder,
                       struct fault *fault)
{
    struct text said = {0};
    char *record = path_join(folder, "record.txt"), *proof = path_join(folder, kind->file);
    const char *const paths[2] = {record, proof};
    enum status status = record == NULL || proof == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : provider_run(kind->check, paths, instance->config->store.runtime, "",
                                            instance->config->seal.timeout_ms, &said, fault);
    text_done(&said);
    free(record);
    free(proof);
    return status;
}

static enum status check_in(struct instance *instance, const struct kind *kind,
                            const struct proof_root *root, const struct text *proof,
                            const char *folder, struct fault *fault)
{
    struct text record = {0};
    proof_append_record(root, &record);
    bool is_written = write_file(folder, "record.txt", record.bytes, record.length) &&
                      write_file(folder, kind->file, proof->bytes, proof->length);
    text_done(&record);
    enum status status = is_written
                             ? ask(instance, kind, folder, fault)
                             : fault_set(fault, STATUS_LATER, "cannot write a proof's files");
    remove_file(folder, "record.txt");
    remove_file(folder, kind->file);
    return status;
}

static int check_one(struct instance *instance, const struct kind *kind,
                     const struct proof_root *root)
{
    struct text proof = {0};
    struct fault fault = {0};
    char *folder = path_join(instance->config->store.runtime, "proof.XXXXXX");
    bool has = false;
    int exit_code = EXIT_DONE;
    enum status status = proof_read(instance->ledger, root->day, kind->name, &has, &proof, &fault);
    if (status == STATUS_OK && !has) {
        printf("%s %s missing\n", root->day, kind->name);
        exit_code = EXIT_FOUND;
    } else if (status == STATUS_OK && (folder == NULL || mkdtemp(folder) == NULL)) {
        status = fault_errno(&fault, STATUS_LATER, "cannot make a folder for a proof");
    } else if (status == STATUS_OK) {
        bool is_good = check_in(instance, kind, root, &proof, folder, &fault) == STATUS_OK;
        printf("%s %s %s\n", root->day, kind->name, is_good ? "good" : "BAD");
        exit_code = is_good ? EXIT_DONE : EXIT_FOUND;
        (void)rmdir(folder);
    }
    if (status != STATUS_OK)
        exit_code = outcome_of(&fault);
    text_done(&proof);
    free(folder);
    return exit_code;
}

int proof_check_all(struct instance *instance, const char *day)
{
    struct kind kinds[KINDS];
    struct days days = {0};
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    kinds_of(instance->config, kinds);
    if (kinds[0].check == NULL && kinds[1].check == NULL) {
        complain("proof check: neither seal.check nor seal.stamp_check is set");
        return EXIT_USAGE;
    }
    if (proof_roots(instance->ledger, keep_day, &days, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    for (size_t i = 0; i < days.count; i++)
        for (int kind = 0; kind < KINDS; kind++) {
            bool is_asked = day == NULL || strcmp(day, days.list[i].day) == 0;
            if (!is_asked || kinds[kind].check == NULL)
                continue;
            int code = check_one(instance, &kinds[kind], &days.list[i]);
            exit_code = code == EXIT_DONE ? exit_code : code;
        }
    free(days.list);
    return exit_code;
}

/* ---- taking them away -------------------------------------------------------------------------- */

static enum status write_kinds(struct instance *instance, const struct proof_root *root,
                               const char *folder, struct fault *fault)
{
    struct kind kinds[KINDS];
    struct text record = {0};
    enum status status = STATUS_OK;
    kinds_of(instance->config, kinds);
    proof_append_record(root, &record);
    if (!write_file(folder, "record.txt", record.bytes, record.length))
        status = fault_set(fault, STATUS_LATER, "cannot write into \"%s\"", folder);
    for (int i = 0; i < KINDS && status == STATUS_OK; i++) {
        struct text proof = {0};
        bool has = false;
        status = proof_read(instance->ledger, root->day, kinds[i].name, &has, &proof, fault);
        if (status == STATUS_OK && has &&
            !write_file(folder, kinds[i].file, proof.bytes, proof.length))
            status = fault_set(fault, STATUS_LATER, "cannot write into \"%s\"", folder);
        text_done(&proof);
    }
    text_done(&record);
    return status;
}

int proof_write_files(struct instance *instance, const char *day, const char *folder)
{
    struct days days = {0};
    struct fault fault = {0};
    const struct proof_root *found = NULL;
    enum status status = proof_roots(instance->ledger, keep_day, &days, &fault);
    for (size_t i = 0; i < days.count; i++)
        if (strcmp(days.list[i].day, day) == 0)
            found = &days.list[i];
    if (status == STATUS_OK && found == NULL)
        status = fault_set(&fault, STATUS_REFUSE, "the day %s has no root", day);
    if (status == STATUS_OK && mkdir(folder, 0700) != 0)
        status = fault_errno(&fault, STATUS_REFUSE, "cannot make \"%s\"", folder);
    if (status == STATUS_OK)
        status = write_kinds(instance, found, folder, &fault);
    free(days.list);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}
