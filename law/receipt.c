/* receipt.c - see receipt.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <string.h>

#include "law/day.h"
#include "law/receipt.h"

static const struct {
    const char *name, *german;
} EVIDENCE[RECEIPT_EVIDENCE_KINDS] = {
    [RECEIPT_DROP] = {"drop",        "Abwurf des Scans"               },
    [RECEIPT_STAMP] = {"stamp",       "Eingangsstempel"                },
    [RECEIPT_OPERATOR] = {"operator",    "Angabe der Scankraft"           },
    [RECEIPT_COVER_SHEET] = {"cover_sheet", "Deckblatt des Stapels"          },
    [RECEIPT_LETTERBOX] = {"letterbox",   "Leerung des Briefkastens"       },
    [RECEIPT_SERVICE] = {"service",     "Zustellvermerk auf dem Umschlag"},
    [RECEIPT_CORRECTION] = {"correction",  "Berichtigung"                   },
};

static const struct {
    const char *name, *german;
} CHANNELS[RECEIPT_CHANNELS] = {
    [CHANNEL_SCAN] = {"scan",            "Scanner (Weg nicht angegeben)"},
    [CHANNEL_POST] = {"post",            "Post"                         },
    [CHANNEL_LETTERBOX] = {"letterbox",       "Hausbriefkasten"              },
    [CHANNEL_NIGHT_LETTERBOX] = {"night_letterbox", "Nachtbriefkasten"             },
    [CHANNEL_DESK] = {"desk",            "persönlich abgegeben"        },
    [CHANNEL_SERVICE] = {"service",         "förmliche Zustellung"        },
    [CHANNEL_INTERNAL] = {"internal",        "Hauspost"                     },
    [CHANNEL_FAX] = {"fax",             "Fax"                          },
    [CHANNEL_EMAIL] = {"email",           "E-Mail oder Behördenpostfach"},
    [CHANNEL_UPLOAD] = {"upload",          "hochgeladen"                  },
};

static const char *const RULES[LETTERBOX_RULES] = {
    [LETTERBOX_SAME_DAY] = "same_day",
    [LETTERBOX_PREVIOUS_DAY] = "previous_day",
    [LETTERBOX_LAST_EMPTYING] = "last_emptying",
};

const char *receipt_evidence_name(enum receipt_evidence_kind kind)
{
    return EVIDENCE[kind].name;
}

const char *receipt_evidence_german(enum receipt_evidence_kind kind)
{
    return EVIDENCE[kind].german;
}

bool receipt_evidence_from_name(const char *name, enum receipt_evidence_kind *ret_kind)
{
    for (int i = 0; i < RECEIPT_EVIDENCE_KINDS; i++) {
        if (strcmp(EVIDENCE[i].name, name) != 0)
            continue;
        *ret_kind = (enum receipt_evidence_kind)i;
        return true;
    }
    return false;
}

const char *receipt_channel_name(enum receipt_channel channel)
{
    return CHANNELS[channel].name;
}

const char *receipt_channel_german(enum receipt_channel channel)
{
    return CHANNELS[channel].german;
}

bool receipt_channel_from_name(const char *name, enum receipt_channel *ret_channel)
{
    for (int i = 0; i < RECEIPT_CHANNELS; i++) {
        if (strcmp(CHANNELS[i].name, name) != 0)
            continue;
        *ret_channel = (enum receipt_channel)i;
        return true;
    }
    return false;
}

bool receipt_is_proof(const struct receipt_evidence *evidence, int32_t drop_day)
{
    if (evidence->kind == RECEIPT_CORRECTION)
        return true;
    if (evidence->day > drop_day)
        return false;
    return evidence->kind != RECEIPT_STAMP || drop_day - evidence->day <= RECEIPT_STAMP_DAYS_MOST;
}

static int32_t day_of_drop(const struct receipt_evidence *evidence, size_t count)
{
    int32_t day = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (evidence[i].kind == RECEIPT_DROP && evidence[i].day < day)
            day = evidence[i].day;
    return day;
}

/* Whether `one` counts before `other`; both prove. */
static bool counts_before(const struct receipt_evidence *one, const struct receipt_evidence *other)
{
    bool is_correction = one->kind == RECEIPT_CORRECTION;
    if (is_correction != (other->kind == RECEIPT_CORRECTION))
        return is_correction;
    return is_correction ? one->noted_ms > other->noted_ms : one->day < other->day;
}

size_t receipt_decide(const struct receipt_evidence *evidence, size_t count)
{
    int32_t drop_day = day_of_drop(evidence, count);
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (receipt_is_proof(&evidence[i], drop_day) &&
            (best == count || counts_before(&evidence[i], &evidence[best])))
            best = i;
    assert(best < count);
    return best;
}

/* ---- the letterbox ------------------------------------------------------------------------- */

const char *letterbox_rule_name(enum letterbox_rule rule)
{
    return RULES[rule];
}

bool letterbox_rule_from_name(const char *name, enum letterbox_rule *ret_rule)
{
    for (int i = 0; i < LETTERBOX_RULES; i++) {
        if (strcmp(RULES[i], name) != 0)
            continue;
        *ret_rule = (enum letterbox_rule)i;
        return true;
    }
    return false;
}

int32_t letterbox_day(enum letterbox_rule rule, int32_t emptied, int32_t last_emptied)
{
    bool is_known = last_emptied != DAY_UNKNOWN;
    if (rule == LETTERBOX_SAME_DAY || (is_known && last_emptied >= emptied))
        return emptied;
    if (rule == LETTERBOX_LAST_EMPTYING && is_known)
        return last_emptied;
    return emptied - 1;
}
