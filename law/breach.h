/* breach.h - the note on a personal data breach, prepared for the data protection officer.
 *
 * A letter in another person's file is a breach of confidentiality (Art. 4 No. 12 GDPR; for social
 * data also § 83a SGB X). It is reported to the supervisory authority within 72 hours of becoming
 * known, unless a risk is unlikely (Art. 33(1)), and in any case documented (Art. 33(5)). The period
 * is one of hours: weekends do not move it. The note says what is known and asks what people have
 * to judge; it decides nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_BREACH_H
#define LAW_BREACH_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { BREACH_REPORT_HOURS = 72, BREACH_VIEWERS_MOST = 100 };

/* When the report is due at the latest. */
int64_t breach_report_by_ms(int64_t known_ms);

/* All strings are borrowed until breach_note_done(); times 0: unknown. */
struct breach_note {
    int64_t number;
    const char *authority;
    const char *document; /* id */
    const char *case_number;
    const char *team;
    int64_t filed_ms, made_ms, known_ms;
    const char *actor;
    const char *reason;
    const char *outcome; /* "reported", "not_reported"; NULL: open */
    const char *settled_by;
    const char *settled_why;
    int64_t settled_ms;
    struct text viewers; /* lines, by breach_note_add_viewer() */
    uint32_t viewer_count;
};

void breach_note_add_viewer(struct breach_note *note, const char *person, const char *what,
                            int64_t first_ms, int64_t last_ms, int64_t looks);
/* Appends the German note: paragraphs of plain text. */
void breach_note_append(const struct breach_note *note, struct text *text);
void breach_note_done(struct breach_note *note);

#endif
