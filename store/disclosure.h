/* disclosure.h - all that is kept here about one person, for the person (Art. 15 GDPR, § 83 SGB X).
 *
 * A person is asked for by one of their case numbers; their other cases are found in the register by
 * the same surname, given names and date of birth. The archive holds auskunft.json (what the
 * register says, every document filed to these cases with what happened to it, whom it was passed
 * on or handed over to, and when somebody of the office looked at it), the documents (PDF and
 * text), and a page of words for whoever hands it out. Documents in clearing are only suggested to
 * a case, and may be about somebody else: they are counted, and a person looks.
 *
 * Who exported it, when and for which reason is in the audit, the case as a digest. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DISCLOSURE_H
#define STORE_DISCLOSURE_H

#include "store/ledger.h"
#include "store/spool.h"

struct disclosure_order {
    const char *case_number;
    const char *authority; /* who answers */
    const char *actor;
    const char *reason;      /* e.g. that the person has asked, and when */
    uint32_t documents_most; /* 0: no limit but the archive's */
    /* Of the actor (store/guard.h). Cases and documents that they do not see are not in it; unless
     * they have every right, it says so, whether there are any or not. */
    uint32_t rights;
};

struct disclosure {
    uint32_t cases, documents;
    uint32_t in_clearing; /* suggested to these cases, and not in the archive */
    uint64_t size;        /* of the archive */
};

/* Writes the archive to `file`, from where it stands. STATUS_REFUSE: no reason, a case that neither
 * the register nor a document knows, or too much for one archive. */
enum status disclosure_write(struct ledger *ledger, struct spool *spool,
                             const struct disclosure_order *order, int file,
                             struct disclosure *ret_disclosure, struct fault *fault);

#endif
