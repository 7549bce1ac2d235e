/* suspicion.c - see suspicion.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/suspicion.h"

void suspicions_done(struct suspicions *suspicions)
{
    free(suspicions->items);
    *suspicions = (struct suspicions){0};
}

static struct suspicion *find(struct suspicions *suspicions, const char *kind, const char *subject)
{
    for (size_t i = 0; i < suspicions->count; i++)
        if (strcmp(suspicions->items[i].kind, kind) == 0 &&
            strcmp(suspicions->items[i].subject, subject) == 0)
            return &suspicions->items[i];
    return NULL;
}

static struct suspicion *find_or_add(struct suspicions *suspicions, const char *kind,
                                     const char *subject)
{
    char cut[SUSPICION_SUBJECT_BYTES];
    (void)snprintf(cut, sizeof cut, "%s", subject);
    struct suspicion *found = find(suspicions, kind, cut);
    if (found != NULL)
        return found;
    if (suspicions->count == suspicions->capacity) {
        size_t capacity = suspicions->capacity == 0 ? 16 : suspicions->capacity * 2;
        struct suspicion *items = realloc(suspicions->items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        suspicions->items = items;
        suspicions->capacity = capacity;
    }
    found = &suspicions->items[suspicions->count++];
    *found = (struct suspicion){0};
    (void)snprintf(found->kind, sizeof found->kind, "%s", kind);
    (void)snprintf(found->subject, sizeof found->subject, "%s", cut);
    return found;
}

bool suspicion_see(struct suspicions *suspicions, const char *kind, const char *subject,
                   enum alarm_severity severity, const char *words)
{
    struct suspicion *item = find_or_add(suspicions, kind, subject);
    if (item == NULL)
        return false;
    item->is_seen = true;
    item->severity = severity;
    (void)snprintf(item->words, sizeof item->words, "%s", words);
    return true;
}

bool suspicion_restore(struct suspicions *suspicions, const struct alarm_record *record,
                       int64_t monotonic_ms)
{
    struct suspicion *item = find_or_add(suspicions, record->kind, record->subject);
    if (item == NULL)
        return false;
    item->holds = true;
    item->severity = record->severity;
    item->changed_ms = monotonic_ms;
    (void)snprintf(item->words, sizeof item->words, "%s", record->words);
    return true;
}

void suspicions_settle(struct suspicions *suspicions, int64_t monotonic_ms)
{
    for (size_t i = 0; i < suspicions->count; i++) {
        struct suspicion *item = &suspicions->items[i];
        if (item->is_seen != item->holds)
            item->changed_ms = monotonic_ms;
        item->holds = item->is_seen;
        item->is_seen = false;
    }
}

static enum status report_one(const struct suspicion *item, struct ledger *ledger,
                              suspicion_told *told, void *context, struct fault *fault)
{
    bool has_changed = false;
    const struct alarm_report report = {.kind = item->kind,
                                        .subject = item->subject,
                                        .severity = item->severity,
                                        .words = item->words};
    enum status status = item->holds
                             ? alarm_raise(ledger, &report, &has_changed, fault)
                             : alarm_clear(ledger, item->kind, item->subject, &has_changed, fault);
    if (status == STATUS_OK && has_changed)
        told(context, item, item->holds);
    return status;
}

enum status suspicions_report(struct suspicions *suspicions, struct ledger *ledger,
                              int64_t monotonic_ms, int64_t hold_ms, suspicion_told *told,
                              void *context, struct fault *fault)
{
    size_t kept = 0;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < suspicions->count; i++) {
        struct suspicion *item = &suspicions->items[i];
        bool is_due = monotonic_ms - item->changed_ms >= hold_ms;
        if (status == STATUS_OK && is_due)
            status = report_one(item, ledger, told, context, fault);
        if (item->holds || !is_due || status != STATUS_OK)
            suspicions->items[kept++] = *item; // what has ended is forgotten
    }
    suspicions->count = kept;
    return status;
}
