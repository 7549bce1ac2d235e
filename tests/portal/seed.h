/* seed.h - a small office to look at: a register, people, and letters in every state.
 *
 * Invented from end to end. Used by the tests of the portal and by the browser's. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_PORTAL_SEED_H
#define TESTS_PORTAL_SEED_H

#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"

/* The password of everybody. */
extern const char seed_password[];
/* Known to the register; the letter in clearing belongs to the first. */
extern const char seed_case[];
extern const char seed_other_case[];

struct seed {
    struct document_id clearing; /* a Widerspruch that a person must decide about, from Demmin */
    struct document_id filed;    /* a bank statement, from Waren */
    struct scan_id scan;         /* of the letter in clearing */
    struct scan_id foreign_scan; /* of another site than Demmin */
    struct scan_id refused;      /* today, at the door of Demmin */
};

/* Fills an empty instance; everything is meant for SG 50.2. People: anna (mailroom Demmin), bernd
 * (caseworker of SG 50.2), clara (admin), dirk (a caseworker of SG 50.2 who is disabled), emil
 * (caseworker of SG 50.3), lena and leo (leads of SG 50.2 and SG 50.3), quirin (quality), rita
 * (registry) and rolf (auditor). */
enum status seed_office(const struct config *config, const struct clock *clock,
                        struct seed *ret_seed, struct fault *fault);

/* What happens later. "more": the letter from Neustrelitz comes into clearing. "three": three
 * more letters, from Demmin, come into clearing. "checked": a letter of yesterday is filed and drawn
 * to be compared with its paper. "markup": a scan at Demmin whose name looks like HTML. */
enum status seed_later(const struct config *config, const struct clock *clock, const char *what,
                       struct fault *fault);

#endif
