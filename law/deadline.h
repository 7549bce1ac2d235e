/* deadline.h - which periods hang on a document of a kind, and when each ends: hints for people.
 *
 * A rule is a row of a table with its source and the days between which it is in force; the rule
 * that counts is the one in force on the day the period begins. A hint shows its inputs, the rule
 * and the source, and says "spätestens": whether something is late or inadmissible is decided by
 * people, never here. Where the day is missing on which a period begins, the hint says which. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_DEADLINE_H
#define LAW_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "law/period.h"

/* What a period begins with. */
enum deadline_start {
    START_RECEIPT,  /* the document's date of receipt */
    START_NOTIFIED, /* a decision was served, or else counts as notified after its posting */
    START_SERVED,   /* formal service, as the yellow envelope says */
    START_EVENT,    /* what the rule's `event` names */
    START_WRITTEN,  /* the last day itself, as the letter or the office's request names it */
    DEADLINE_STARTS
};

enum deadline_meaning {
    DEADLINE_OF_SENDER, /* what came is in time when it was received by then */
    DEADLINE_OF_OFFICE, /* what the office has to do by then */
    DEADLINE_EFFECT     /* from which day on an application works */
};

/* How DEADLINE_EFFECT reaches back from the receipt. */
enum deadline_reach { REACH_FIRST_OF_MONTH, REACH_FIRST_OF_YEAR_BEFORE, REACH_THE_DAY };

struct deadline_rule {
    const char *name; /* for settings and records, e.g. "widerspruch" */
    const char *kind; /* of the document */
    enum deadline_meaning meaning;
    enum deadline_start start;
    struct period period;      /* of the first two meanings */
    enum deadline_reach reach; /* of the third */
    const char *title;         /* German */
    const char *condition;     /* German: when this rule rather than another; NULL: as a rule */
    const char *event;         /* German: what begins the period (START_EVENT) */
    const char *source;        /* German citation of the norm */
    const char *counting;      /* and of the one by which its days are counted; NULL: none are */
    const char *valid_from;    /* "2008-01-01", the first day; NULL: always */
    const char *valid_until;   /* the last day; NULL: still */
};

/* The built-in rules. */
const struct deadline_rule *deadline_rules(size_t *ret_count);

/* Days that are not known are DAY_UNKNOWN. */
struct deadline_inputs {
    int32_t receipt; /* the document's date of receipt; always known */
    int32_t posted;  /* when the decision that the letter is about was given to the post */
    int32_t served;
    int32_t event;
    int32_t written;
};

struct deadline_hint {
    const struct deadline_rule *rule; /* borrowed */
    struct deadline_inputs inputs;
    bool is_known;         /* false: the day on which it begins is missing, or it has no end */
    int32_t from;          /* the day on which it begins, when known */
    struct period_end end; /* when known; of DEADLINE_EFFECT the day in `day` */
    bool is_past;          /* OF_SENDER: the receipt lies behind the end */
    bool is_month_end; /* EFFECT: received on the month's last working day: one later loses it */
};

/* The hints for a document of `kind`, in the order of the rules; at most `most` are written.
 * Returns how many there are. */
size_t deadline_hints(const struct deadline_rule *rules, size_t rule_count, const char *kind,
                      const struct deadline_inputs *inputs, struct deadline_hint *ret_hints,
                      size_t most);

/* Appends the hint in German, e.g. "Widerspruchsfrist: spätestens Mo 02.03.2026 (zur Post am
 * Di 27.01.2026, gilt als bekannt gegeben am Sa 31.01.2026 nach 4 Tagen, 1 Monat, Ende am
 * Sa 28.02.2026 verschoben: Samstag). Quelle: § 84 Abs. 1 S. 1 SGG, gerechnet nach § 64 SGG. …". */
void deadline_append(struct text *text, const struct deadline_hint *hint);

#endif
