/* register_fuzzer.c - the case register as another program exported it, whatever that wrote.
 *
 * Promises: whatever the file holds, an import ends with rows or with a refusal that says why; a
 * refused one leaves no version behind, one that is only tried changes nothing; rows that were
 * taken come back as UTF-8. The ledger is a file in a folder of its own, new with every start. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/register.h"
#include "tests/fuzz/fuzzer.h"

static char folder[] = "/tmp/posteingang-fuzz-XXXXXX";
static char csv_path[sizeof folder + sizeof "/register.csv"];
static struct ledger *ledger;

static int remove_entry(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_folder(void)
{
    ledger_close(&ledger);
    (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    PROMISE(mkdtemp(folder) != NULL);
    char path[sizeof folder + sizeof "/ledger.db"];
    (void)snprintf(path, sizeof path, "%s/ledger.db", folder);
    (void)snprintf(csv_path, sizeof csv_path, "%s/register.csv", folder);
    struct fault fault = {0};
    if (ledger_open(path, LEDGER_CREATE, clock_system(), &ledger, &fault) != STATUS_OK)
        (void)fprintf(stderr, "%s\n", fault.text);
    PROMISE(ledger != NULL);
    (void)atexit(remove_folder);
    return 0;
}

static void write_csv(const uint8_t *bytes, size_t length)
{
    int file = open(csv_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    PROMISE(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    (void)close(file);
}

static void check_rejection(void *context, uint64_t line, const char *reason)
{
    (void)context;
    PROMISE(line > 0 && reason != NULL && reason[0] != '\0');
    PROMISE(utf8_is_valid(reason, strlen(reason)));
}

static enum status check_row(void *context, const struct register_row *row, struct fault *fault)
{
    (void)fault;
    for (size_t i = 0; i < REGISTER_FIELDS; i++)
        PROMISE(row->fields[i] != NULL && utf8_is_valid(row->fields[i], strlen(row->fields[i])));
    PROMISE(row->fields[REGISTER_CASE_NUMBER][0] != '\0');
    (*(uint64_t *)context)++;
    return STATUS_OK;
}

static int64_t version_now(void)
{
    int64_t version = -1;
    PROMISE(register_version(ledger, &version, NULL) == STATUS_OK);
    return version;
}

/* An input whose first byte is '!' is imported for good, others are only tried. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    bool is_tried = length == 0 || bytes[0] != '!';
    size_t skipped = is_tried ? 0 : 1;
    write_csv(bytes + skipped, length - skipped);
    const struct register_import import = {.csv_path = csv_path,
                                           .dry_run = is_tried,
                                           .force = true,
                                           .drop_share_most = 0.1,
                                           .actor = "fuzzer",
                                           .rejected = check_rejection};
    struct register_import_result result = {0};
    struct fault fault = {0};
    int64_t before = version_now();
    enum status status = register_import_csv(ledger, &import, &result, &fault);
    PROMISE(status == STATUS_OK || status == STATUS_REFUSE);
    PROMISE(status == STATUS_OK || fault.text[0] != '\0');
    if (status != STATUS_OK || is_tried) {
        PROMISE(version_now() == before);
        return 0;
    }
    uint64_t rows = 0;
    PROMISE(register_each(ledger, check_row, &rows, &fault) == STATUS_OK);
    PROMISE(version_now() == result.version && rows == result.persons);
    return 0;
}
