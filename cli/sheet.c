/* sheet.c - `posteingang sheet separator|cover|return`: prints the sheets that steer scanning.
 *
 * A cover makes its batch in the ledger, so that it is awaited from then on. A return sheet is
 * sealed with the instance's sheet key, which is made when the first one is printed. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/sheet_print.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/sheets.h"
#include "store/ledger_batch.h"
#include "store/register.h"

enum { FILE_MODE = 0644, KEY_FOLDER_MODE = 0700 };

static int print(const struct config *config, const struct sheet *sheets, uint32_t count,
                 const char *out)
{
    struct byte_writer pdf = {0};
    struct fault fault = {0};
    enum status status = sheet_print(sheets, count, config->authority, &pdf, &fault);
    if (status == STATUS_OK)
        status = durable_write_file(out, pdf.bytes, pdf.length, FILE_MODE, &fault);
    byte_writer_done(&pdf);
    return status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
}

bool sheets_has_out(const char *out, int *ret_exit_code)
{
    if (out != NULL)
        return true;
    complain("say where to write the PDF: --out FILE.pdf");
    *ret_exit_code = EXIT_USAGE;
    return false;
}

static bool copy_word(char word[SHEET_WORD_BYTES], const char *from)
{
    return snprintf(word, SHEET_WORD_BYTES, "%s", from == NULL ? "" : from) < SHEET_WORD_BYTES;
}

/* ---- separators ------------------------------------------------------------------------------ */

int verb_sheet_separator(struct call *call)
{
    const char *out = NULL;
    long count = 1;
    const struct argument table[] = {
        {"out",   "FILE",   "Where the PDF goes",                                  ARGUMENT_STRING, &out},
        {"count", "NUMBER", "How many, numbered from 1 (default: 1, at most 500)", ARGUMENT_COUNT,
         &count                                                                                         },
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code) ||
        !sheets_has_out(out, &exit_code))
        return exit_code;
    if (count < 1 || count > SHEET_PRINT_MOST) {
        complain("--count takes 1 to %d, not %ld", SHEET_PRINT_MOST, count);
        return EXIT_USAGE;
    }
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    struct sheet *sheets = calloc((size_t)count, sizeof *sheets);
    for (long i = 0; sheets != NULL && i < count; i++)
        sheets[i] = (struct sheet){
            .kind = SHEET_SEPARATOR, .number = (uint32_t)i + 1, .of = (uint32_t)count};
    if (exit_code == EXIT_DONE)
        exit_code =
            sheets == NULL ? EXIT_STORAGE : print(instance.config, sheets, (uint32_t)count, out);
    if (exit_code == EXIT_DONE)
        printf("%s: %ld separator%s.\n", out, count, count == 1 ? "" : "s");
    free(sheets);
    instance_close(&instance);
    return exit_code;
}

/* ---- covers ---------------------------------------------------------------------------------- */

static int print_cover(struct instance *instance, const struct batch_draft *draft, const char *out)
{
    struct sheet cover = {.kind = SHEET_COVER, .prepared = draft->prepared};
    struct fault fault = {0};
    if (config_site(instance->config, draft->site) == NULL) {
        complain("there is no site %s in %s", draft->site, instance->config->path);
        return EXIT_FOUND;
    }
    if (ledger_batch_create(instance->ledger, draft, outcome_actor(), cover.batch, &fault) !=
        STATUS_OK)
        return outcome_of(&fault);
    // They fit, or no batch would have been made of them.
    (void)copy_word(cover.site, draft->site);
    (void)copy_word(cover.operator_name, draft->operator_name);
    (void)snprintf(cover.received, sizeof cover.received, "%s", draft->received_day);
    int exit_code = print(instance->config, &cover, 1, out);
    if (exit_code == EXIT_DONE)
        printf("%s: cover of batch %s.\n", out, cover.batch);
    return exit_code;
}

int verb_sheet_cover(struct call *call)
{
    const char *out = NULL, *site = NULL, *operator_name = outcome_actor(), *received = "";
    const char *channel = "";
    long pages = 0, letterbox = 0;
    const struct argument table[] = {
        {"channel",   "CHANNEL",    "How it came: post, desk, letterbox, fax, …",      ARGUMENT_STRING,
         &channel                                                                                                       },
        {"letterbox", "NUMBER",     "Of the emptying that it came out of",               ARGUMENT_COUNT,  &letterbox    },
        {"out",       "FILE",       "Where the PDF goes",                                ARGUMENT_STRING, &out          },
        {"site",      "SITE",       "Where the batch was prepared",                      ARGUMENT_STRING, &site         },
        {"operator",  "NAME",       "Who prepared it (default: you)",                    ARGUMENT_STRING, &operator_name},
        {"pages",     "NUMBER",     "Pages that were counted, without sheets like this", ARGUMENT_COUNT,
         &pages                                                                                                         },
        {"received",  "YYYY-MM-DD", "Date of receipt of what is in it",                  ARGUMENT_STRING, &received     },
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code) ||
        !sheets_has_out(out, &exit_code))
        return exit_code;
    if (site == NULL) {
        complain("say where the batch was prepared: --site SITE");
        return EXIT_USAGE;
    }
    if (pages < 0 || pages > SHEET_NUMBER_MOST) {
        complain("--pages takes 0 to %d, not %ld", SHEET_NUMBER_MOST, pages);
        return EXIT_USAGE;
    }
    struct instance instance = {0};
    const struct batch_draft draft = {site,     operator_name, (uint32_t)pages,
                                      received, channel,       letterbox};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = print_cover(&instance, &draft, out);
    instance_close(&instance);
    return exit_code;
}

/* ---- return sheets --------------------------------------------------------------------------- */

static enum status found_case(void *context, const struct register_row *row, struct fault *fault)
{
    (void)row;
    (void)fault;
    *(bool *)context = true;
    return STATUS_OK;
}

static enum status make_key(const char *path, struct sheet_key *ret_key, struct fault *fault)
{
    char *folder = string_copy(path);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');
    if (slash == NULL) {
        free(folder);
        return fault_set(fault, STATUS_LATER, "out of memory for the sheet key's path");
    }
    *slash = '\0';
    enum status status = durable_make_folders(folder, KEY_FOLDER_MODE, fault);
    free(folder);
    return status == STATUS_OK ? sheet_key_make(path, ret_key, fault) : status;
}

int sheets_print_return(struct instance *instance, const char *case_number, uint32_t request,
                        const char *out)
{
    struct sheet sheet = {.kind = SHEET_RETURN, .request = request};
    struct sheet_key key = {0};
    struct fault fault = {0};
    bool is_known = false;
    if (register_case(instance->ledger, case_number, found_case, &is_known, &fault) != STATUS_OK)
        return outcome_of(&fault);
    if (!is_known || !copy_word(sheet.case_number, case_number)) {
        complain("the case register does not know case \"%s\"", case_number);
        return EXIT_FOUND;
    }
    if (make_key(instance->config->sheets.key, &key, &fault) != STATUS_OK)
        return outcome_of(&fault);
    sheet_seal(&key, &sheet, sheet.seal);
    int exit_code = print(instance->config, &sheet, 1, out);
    if (exit_code == EXIT_DONE)
        printf("%s: return sheet of case %s.\n", out, case_number);
    return exit_code;
}

int verb_sheet_return(struct call *call)
{
    const char *out = NULL, *case_number = NULL;
    const struct argument table[] = {
        {"out",  "FILE", "Where the PDF goes",               ARGUMENT_STRING, &out        },
        {"case", "NO",   "Case number, as the register has", ARGUMENT_STRING, &case_number},
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code) ||
        !sheets_has_out(out, &exit_code))
        return exit_code;
    if (case_number == NULL) {
        complain("say which case the sheet is for: --case NO");
        return EXIT_USAGE;
    }
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = sheets_print_return(&instance, case_number, 0, out);
    instance_close(&instance);
    return exit_code;
}
