/* telling.c - see telling.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "monitor/alarm_kinds.h"
#include "monitor/telling.h"
#include "store/alarms.h"
#include "store/outbox.h"

/* What is being told. */
struct told {
    struct alarm_telling *telling;
    const struct config *config;
    const struct alarm_record *alarm;
    const struct alarm_kind *kind;
    bool is_end;
    char once[OUTBOX_ONCE_BYTES_MOST + 1];
    char title[OUTBOX_TITLE_BYTES_MOST + 1];
};

static void append_mail(struct text *body, const struct told *told)
{
    char since[TIMESTAMP_BYTES];
    char until[TIMESTAMP_BYTES];
    timestamp_local(told->alarm->raised_ms, since);
    timestamp_local(told->alarm->cleared_ms, until);
    text_append_format(body, "%s\n\nInstance: %s, %s\nSince:    %s\n", told->alarm->words,
                       told->config->authority, told->config->office_name, since);
    if (told->is_end)
        text_append_format(body, "Over:     %s\n\nThis has ended; nothing is to be done.\n", until);
    else
        text_append_format(body,
                           "Severity: %s\nKind:     %s\n\nWhat to do: %s\n"
                           "You will be told when it is over.\n",
                           alarm_severity_name(told->alarm->severity), told->alarm->kind,
                           told->kind->remedy);
}

static void append_json(struct text *body, const struct told *told)
{
    char since[TIMESTAMP_BYTES];
    char until[TIMESTAMP_BYTES];
    timestamp_utc(told->alarm->raised_ms, since);
    timestamp_utc(told->alarm->cleared_ms, until);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "state",
                  told->is_end ? "cleared" : "raised", "kind", told->alarm->kind, "subject",
                  told->alarm->subject, "severity", alarm_severity_name(told->alarm->severity),
                  "title", told->title, "text", told->alarm->words, "remedy", told->kind->remedy,
                  "raised", since, "cleared", told->is_end ? until : NULL);
    char *bytes = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    if (bytes == NULL)
        body->failed = true;
    else
        text_append(body, bytes);
    free(bytes);
    json_decref(json);
}

static enum status put(const struct told *told, const char *channel, const char *recipient,
                       const struct text *body, struct fault *fault)
{
    const struct notice notice = {.once = told->once,
                                  .channel = channel,
                                  .recipient = recipient,
                                  .title = told->title,
                                  .body = text_string(body)};
    if (!text_ok(body))
        return fault_set(fault, STATUS_LATER, "out of memory");
    return alarm_tell(told->telling, &notice, fault);
}

/* To each of the addresses, which are parted by commas. */
static enum status put_mails(const struct told *told, const struct text *body, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (const char *at = told->config->alarms.mail; status == STATUS_OK && *at != '\0';) {
        at += strspn(at, ", ");
        size_t length = strcspn(at, ", ");
        char *address = length == 0 ? NULL : string_copy_bytes(at, length);
        if (address != NULL)
            status = put(told, "mail", address, body, fault);
        free(address);
        at += length;
    }
    return status;
}

static enum status put_all(const struct told *told, struct fault *fault)
{
    const struct config_alarms *alarms = &told->config->alarms;
    struct text body = {0};
    enum status status = STATUS_OK;
    if (alarms->mail != NULL) {
        append_mail(&body, told);
        status = put_mails(told, &body, fault);
    }
    text_clear(&body);
    if (status == STATUS_OK && alarms->webhook != NULL) {
        append_json(&body, told);
        status = put(told, "webhook", alarms->webhook, &body, fault);
    }
    text_done(&body);
    return status;
}

static enum status tell(void *context, struct alarm_telling *telling,
                        const struct alarm_record *alarm, bool is_end, struct fault *fault)
{
    struct told told = {.telling = telling,
                        .config = context,
                        .alarm = alarm,
                        .kind = alarm_kind_of(alarm->kind),
                        .is_end = is_end};
    (void)snprintf(told.once, sizeof told.once, "alarm %lld %s %s %.100s",
                   (long long)alarm->raised_ms, is_end ? "end" : "begin", alarm->kind,
                   alarm->subject);
    (void)snprintf(told.title, sizeof told.title, "[Posteingang] %s: %s%s%.80s",
                   is_end ? "over" : alarm_severity_name(alarm->severity), told.kind->title,
                   alarm->subject[0] == '\0' ? "" : ", ", alarm->subject);
    return put_all(&told, fault);
}

enum status telling_do(const struct config *config, struct ledger *ledger, struct fault *fault)
{
    return alarms_to_tell(ledger, tell, (void *)(uintptr_t)config, fault);
}
