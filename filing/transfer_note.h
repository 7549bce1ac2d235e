/* transfer_note.h - transfervermerk.xml: how a document came from paper into the file (BSI TR-03138
 * RESISCAN, A.NB.4): creator, environment, anomalies, times, result of the checks, and the
 * statement that it agrees with its paper. German, as the office reads it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_TRANSFER_NOTE_H
#define FILING_TRANSFER_NOTE_H

#include "base/text.h"
#include "store/transfer_facts.h"

/* The file's name beside dokument.pdf. */
#define TRANSFER_NOTE_NAME "transfervermerk.xml"

/* What the office's configuration says. Strings are borrowed; NULL: not said. */
struct transfer_setting {
    const char *authority, *office;
    const char *procedure; /* version of the Verfahrensdokumentation */
    const char *environment;
    const char *scanner;       /* of the site */
    const char *operator_name; /* who scans at the site when no cover says so */
    const char *profile;       /* name of the scan profile; NULL: none is named */
    int64_t profile_dpi;
    const char *profile_colour;
    bool profile_is_one_sided;
    const char *profile_released_by;
};

/* The same facts and setting give the same bytes. STATUS_LATER on no memory. */
enum status transfer_note_append(const struct document_record *document,
                                 const struct transfer_facts *facts,
                                 const struct transfer_setting *setting, struct text *xml,
                                 struct fault *fault);

/* The words of the first element of that name in a note of ours, as they stand there (escapes are
 * undone); "" when it has none. */
enum status transfer_note_element(const char *xml, size_t length, const char *name,
                                  struct text *words, struct fault *fault);

#endif
