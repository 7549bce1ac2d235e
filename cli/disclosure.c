/* disclosure.c - `posteingang disclose`: all that is kept about one person, as an archive for them. See
 * store/disclosure.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "store/disclosure.h"
#include "store/guard.h"

static int disclose(const struct instance *instance, const struct disclosure_order *order,
                    const char *path)
{
    struct disclosure disclosure = {0};
    struct fault fault = {0};
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        (void)fault_errno(&fault, STATUS_REFUSE, "cannot make \"%s\"", path);
        return outcome_of(&fault);
    }
    enum status status =
        disclosure_write(instance->ledger, instance->spool, order, file, &disclosure, &fault);
    if (close(file) != 0 && status == STATUS_OK)
        status = fault_errno(&fault, STATUS_LATER, "cannot close \"%s\"", path);
    if (status != STATUS_OK) {
        (void)unlink(path);
        return outcome_of(&fault);
    }
    printf("%" PRIu32 " documents of %" PRIu32 " cases, %" PRIu64 " bytes.\n", disclosure.documents,
           disclosure.cases, disclosure.size);
    if (disclosure.in_clearing > 0)
        printf("%" PRIu32 " documents in clearing may be this person's: look at them.\n",
               disclosure.in_clearing);
    return EXIT_DONE;
}

int verb_disclose(struct call *call)
{
    const char *number = NULL, *path = NULL, *reason = NULL;
    const struct argument table[] = {
        {"case",   "NO",       "One of the person's case numbers",     ARGUMENT_STRING, &number},
        {"out",    "FILE.zip", "The archive, which must not be there", ARGUMENT_STRING, &path  },
        {"reason", "WORDS",    "Who asked for it and when, in German", ARGUMENT_STRING, &reason},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    if (!call_read_options(call, table, 3, &exit_code))
        return exit_code;
    if (number == NULL || path == NULL) {
        complain("disclose: --case and --out");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    const struct disclosure_order order = {.case_number = number,
                                           .authority = instance.config->authority,
                                           .actor = outcome_actor(),
                                           .reason = reason,
                                           .rights = GUARD_ALL};
    exit_code = disclose(&instance, &order, path);
    instance_close(&instance);
    return exit_code;
}
