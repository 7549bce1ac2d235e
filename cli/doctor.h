/* doctor.h - what an installation can get wrong, found before the mailroom finds it.
 *
 * A check looks at one thing and reports findings: what was seen and, where something is wrong,
 * one sentence that says how to mend it. Checks only look; they change nothing, and they work on
 * a running instance as well as on one that never started. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "config/config.h"
#include "store/ledger.h"

enum finding {
    FINDING_WELL,
    FINDING_NOTE, /* works, but a person should know */
    FINDING_BAD,  /* something does not work, or not safely */
    FINDINGS
};

struct checkup {
    const struct config *config;
    struct ledger *ledger; /* NULL when it cannot be opened */
    int64_t now_ms;
    uid_t owner;     /* who owns the instance's folder: the user that the programs run as */
    bool is_running; /* the dispatcher of this instance is at work */
    bool as_json;
    const char *name; /* of the check that is running */
    const char *title;
    size_t counts[FINDINGS];
};

void checkup_well(struct checkup *checkup, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* `remedy` is one sentence, borrowed; it may hold no formats. */
void checkup_note(struct checkup *checkup, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void checkup_bad(struct checkup *checkup, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The checks, by what they look at. */
void check_programs(struct checkup *checkup);
void check_settings_file(struct checkup *checkup);
void check_drop_folders(struct checkup *checkup);
void check_storage(struct checkup *checkup);
void check_space(struct checkup *checkup);
void check_object_store(struct checkup *checkup);
void check_reserve(struct checkup *checkup);
void check_shares(struct checkup *checkup);
void check_watches(struct checkup *checkup);
void check_process_limits(struct checkup *checkup);
void check_memory(struct checkup *checkup);
void check_sandbox(struct checkup *checkup);
void check_models(struct checkup *checkup);
void check_clock(struct checkup *checkup);
void check_ledger(struct checkup *checkup);
void check_register(struct checkup *checkup);
void check_people(struct checkup *checkup);
void check_waiting(struct checkup *checkup);
void check_keys(struct checkup *checkup);
void check_desks(struct checkup *checkup);
void check_portal(struct checkup *checkup);
void check_certificate(struct checkup *checkup);
void check_directory(struct checkup *checkup);
void check_listening(struct checkup *checkup);
void check_metrics(struct checkup *checkup);
void check_handover(struct checkup *checkup);
void check_seals(struct checkup *checkup);
void check_mail(struct checkup *checkup);
void check_warnings(struct checkup *checkup);

/* The name of a file system that is shared over a network and therefore sends no notices of new
 * files ("NFS", "SMB"), by its magic number (statfs(2)); NULL for all others. */
const char *network_file_system(long magic);

#endif
