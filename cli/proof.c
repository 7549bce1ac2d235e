/* proof.c - `posteingang proof …`: the digest of a day over all documents, for a time stamp from
 * outside, and what anybody needs to compute it again. See store/proof.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/proof_provider.h"
#include "law/day.h"
#include "store/proof.h"

/* The moment at which the day ends: local midnight. */
static int64_t end_of(int32_t day)
{
    struct civil_day next = day_to_civil(day + 1);
    struct tm midnight = {
        .tm_year = next.year - 1900, .tm_mon = next.month - 1, .tm_mday = next.day, .tm_isdst = -1};
    return (int64_t)mktime(&midnight) * 1000;
}

static void print_root(const struct proof_root *root)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(&root->root, hex);
    printf("%s %" PRIu64 " %s\n", root->day, root->documents, hex);
}

/* ---- proof seal ---------------------------------------------------------------------------- */

int verb_proof_seal(struct call *call)
{
    const char *written = NULL;
    const struct argument table[] = {
        {"day", "DAY", "as 2026-03-02; default: yesterday", ARGUMENT_STRING, &written},
    };
    int exit_code = EXIT_DONE;
    char day[DAY_TEXT_BYTES];
    int32_t number = day_of_wall_ms(clock_wall_ms(clock_system())) - 1;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    if (written != NULL && !day_from_text(written, &number)) {
        complain("proof seal: \"%s\" is no day like 2026-03-02", written);
        return EXIT_USAGE;
    }
    day_to_text(number, day);
    struct instance instance = {0};
    struct proof_root root = {0};
    struct fault fault = {0};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (proof_seal_day(instance.ledger, day, end_of(number), &root, &fault) == STATUS_OK)
        print_root(&root);
    else
        exit_code = outcome_of(&fault);
    if (exit_code == EXIT_DONE)
        exit_code = proof_provide(&instance);
    instance_close(&instance);
    return exit_code;
}

/* ---- proof check, proof files --------------------------------------------------------------- */

int verb_proof_check(struct call *call)
{
    const char *day = NULL;
    const struct argument table[] = {
        {"day", "DAY", "as 2026-03-02; default: every day", ARGUMENT_STRING, &day},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = proof_check_all(&instance, day);
    instance_close(&instance);
    return exit_code;
}

int verb_proof_files(struct call *call)
{
    const char *day = NULL, *folder = NULL;
    const struct argument table[] = {
        {"day", "DAY",    "as 2026-03-02",                  ARGUMENT_STRING, &day   },
        {"out", "FOLDER", "is made, and must not be there", ARGUMENT_STRING, &folder},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    if (!call_read_options(call, table, 2, &exit_code))
        return exit_code;
    if (day == NULL || folder == NULL) {
        complain("proof files: --day and --out");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = proof_write_files(&instance, day, folder);
    instance_close(&instance);
    return exit_code;
}

/* ---- proof list, proof export -------------------------------------------------------------- */

static enum status list_root(void *context, const struct proof_root *root, struct fault *fault)
{
    (void)context;
    (void)fault;
    print_root(root);
    return STATUS_OK;
}

static enum status print_line(void *context, uint64_t index, const char *line, struct fault *fault)
{
    (void)context;
    (void)index;
    (void)fault;
    puts(line);
    return STATUS_OK;
}

/* Lists what `walk` gives. */
static int print_all(struct call *call, bool are_documents)
{
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    struct instance instance = {0};
    struct fault fault = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    enum status status = are_documents ? proof_lines(instance.ledger, 0, print_line, NULL, &fault)
                                       : proof_roots(instance.ledger, list_root, NULL, &fault);
    if (status != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

int verb_proof_list(struct call *call)
{
    return print_all(call, false);
}

int verb_proof_export(struct call *call)
{
    return print_all(call, true);
}

/* ---- proof show ---------------------------------------------------------------------------- */

/* The leaves of the day, and the document's among them. */
struct search {
    const char *id;
    struct digest *leaves;
    uint64_t count, room;
    uint64_t index;
    bool is_found;
    char line[PROOF_LINE_BYTES];
};

static enum status gather(void *context, uint64_t index, const char *line, struct fault *fault)
{
    struct search *search = context;
    if (search->count == search->room) {
        uint64_t room = search->room == 0 ? 1024 : search->room * 2;
        struct digest *leaves = realloc(search->leaves, room * sizeof *leaves);
        if (leaves == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        search->leaves = leaves;
        search->room = room;
    }
    search->leaves[search->count++] = merkle_leaf(line, strlen(line));
    if (strncmp(line, search->id, strlen(search->id)) != 0)
        return STATUS_OK;
    search->is_found = true;
    search->index = index;
    (void)snprintf(search->line, sizeof search->line, "%s", line);
    return STATUS_OK;
}

/* The first day that covers the document. */
struct day_search {
    uint64_t index;
    bool is_found;
    struct proof_root root;
};

static enum status find_day(void *context, const struct proof_root *root, struct fault *fault)
{
    struct day_search *search = context;
    (void)fault;
    if (!search->is_found && root->documents > search->index) {
        search->is_found = true;
        search->root = *root;
    }
    return STATUS_OK;
}

static void print_path(const struct search *search, const struct proof_root *root)
{
    struct digest path[MERKLE_PATH_MOST];
    char hex[DIGEST_HEX_BYTES];
    size_t length = merkle_path(search->leaves, root->documents, search->index, path);
    printf("document  %s\nleaf      %" PRIu64 " of %" PRIu64 "\n", search->line, search->index,
           root->documents);
    for (size_t i = 0; i < length; i++) {
        digest_to_hex(&path[i], hex);
        printf("path      %s\n", hex);
    }
    printf("root      ");
    print_root(root);
}

static int show(const struct instance *instance, const char *id)
{
    struct search search = {.id = id};
    struct fault fault = {0};
    enum status status = proof_lines(instance->ledger, 0, gather, &search, &fault);
    struct day_search day = {.index = search.index};
    if (status == STATUS_OK && search.is_found)
        status = proof_roots(instance->ledger, find_day, &day, &fault);
    int exit_code = EXIT_DONE;
    if (status != STATUS_OK) {
        exit_code = outcome_of(&fault);
    } else if (!day.is_found) {
        complain("no day covers this document yet; posteingang proof seal makes yesterday's root");
        exit_code = EXIT_FOUND;
    } else {
        print_path(&search, &day.root);
    }
    free(search.leaves);
    return exit_code;
}

int verb_proof_show(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct uuid id;
    char written[UUID_TEXT_BYTES];
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    if (!uuid_from_text(rest.values[0], &id)) {
        complain("proof show: \"%s\" is no whole document id", rest.values[0]);
        argument_list_done(&rest);
        return EXIT_USAGE;
    }
    argument_list_done(&rest);
    uuid_to_text(&id, written);
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = show(&instance, written);
    instance_close(&instance);
    return exit_code;
}
