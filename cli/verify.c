/* verify.c - `posteingang verify`: is everything at rest still what it was? */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/cabinet_check.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/terminal.h"
#include "store/audit.h"

enum { REDRAW_MS = 200 };

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    int64_t *drawn_ms = context;
    int64_t now_ms = clock_monotonic_ms(clock_system());
    if (!terminal_is(stderr) || (now_ms - *drawn_ms < REDRAW_MS && done < all))
        return;
    *drawn_ms = now_ms;
    char line[TERMINAL_COLUMNS_DEFAULT];
    (void)snprintf(line, sizeof line, "checking %llu of %llu files in the spool",
                   (unsigned long long)done, (unsigned long long)all);
    terminal_redraw_line(stderr, done < all ? line : "");
}

static enum status count_damage(void *context, const struct uuid *document, const char *words,
                                struct fault *fault)
{
    struct verify_result *result = context;
    (void)document;
    (void)fault;
    if (result->faults++ == 0)
        (void)snprintf(result->first_fault, sizeof result->first_fault, "%s", words);
    return STATUS_OK;
}

static int print_result(const struct verify_result *result, uint64_t filed)
{
    printf("%llu audit rows, %llu spool files and %llu filed documents checked: ",
           (unsigned long long)result->audit_rows, (unsigned long long)result->objects,
           (unsigned long long)filed);
    if (result->purged > 0)
        printf("%llu document%s deleted by two persons (see posteingang purge show %s): ",
               (unsigned long long)result->purged, result->purged == 1 ? "" : "s", result->purges);
    if (result->faults == 0) {
        char hex[DIGEST_HEX_BYTES];
        digest_to_hex(&result->state, hex);
        printf("%sall is well%s.\nState %s\n", terminal_paint(stdout, PAINT_GOOD),
               terminal_paint(stdout, PAINT_NONE), hex);
        return EXIT_DONE;
    }
    printf("%s%llu fault%s%s. The first:\n  %s\n", terminal_paint(stdout, PAINT_BAD),
           (unsigned long long)result->faults, result->faults == 1 ? "" : "s",
           terminal_paint(stdout, PAINT_NONE), result->first_fault);
    return EXIT_FOUND;
}

int verb_verify(struct call *call)
{
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    struct verify_result result = {0};
    struct fault fault = {0};
    int64_t drawn_ms = 0;
    enum status status =
        ledger_verify(instance.ledger, instance.spool, show_progress, &drawn_ms, &result, &fault);
    uint64_t filed = 0;
    if (status == STATUS_OK)
        status = cabinet_check(instance.ledger, instance.config->store.cabinet, count_damage,
                               &result, &filed, &fault);
    exit_code = status == STATUS_OK ? print_result(&result, filed) : outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}
