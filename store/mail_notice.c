/* mail_notice.c - see mail_notice.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/audit.h"
#include "store/desk.h"
#include "store/ledger_private.h"
#include "store/mail_notice.h"
#include "store/outbox.h"

/* ---- who wants it ---------------------------------------------------------------------------- */

/* One word of visible ASCII with one "@" in it, neither first nor last. */
static bool is_address(const char *mail)
{
    const char *at = strchr(mail, '@');
    size_t length = strlen(mail);
    if (length > MAIL_ADDRESS_BYTES_MOST || at == NULL || at == mail || at[1] == '\0' ||
        strchr(at + 1, '@') != NULL)
        return false;
    for (const char *letter = mail; *letter != '\0'; letter++)
        if (*letter <= ' ' || *letter > '~' || strchr(",;<>\"", *letter) != NULL)
            return false;
    return true;
}

/* Whether there is somebody of that name, and whether the address may be changed here. */
static enum status check_account(struct ledger *ledger, const char *account, bool is_wanted,
                                 const char *mail, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, is_own = false, has_mail = false;
    enum status status =
        database_query(ledger->database, "SELECT origin, mail FROM account WHERE name = $1",
                       VALUES(value_text(account)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        is_own = string_equal(rows_text(rows, 0), "local");
        has_mail = !rows_is_null(rows, 1);
    }
    rows_done(&rows);
    if (status != STATUS_OK)
        return status;
    if (!there)
        return fault_set(fault, STATUS_REFUSE, "there is no user %s", account);
    if (mail != NULL && !is_own)
        return fault_set(fault, STATUS_REFUSE, "the directory says where mail for %s goes",
                         account);
    if (mail != NULL && !is_address(mail))
        return fault_set(fault, STATUS_REFUSE, "that is no mail address");
    if (is_wanted && mail == NULL && !has_mail)
        return fault_set(fault, STATUS_REFUSE, "there is no address for mail to %s", account);
    return STATUS_OK;
}

/* The audit says whether, and never where to. */
static enum status set(struct ledger *ledger, const char *account, bool is_wanted, const char *mail,
                       struct fault *fault)
{
    enum status status = check_account(ledger, account, is_wanted, mail, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE account SET notices = $2, mail = COALESCE($3, mail),"
            " notified_ms = 0, notified_revision = (SELECT COALESCE(max(a.id), 0)"
            " FROM audit a) WHERE name = $1",
            VALUES(value_text(account), value_integer(is_wanted ? 1 : 0), value_text(mail)), NULL,
            fault);
    return status;
}

enum status mail_notice_set(struct ledger *ledger, const char *account, bool is_wanted,
                            const char *mail, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, set(ledger, account, is_wanted, mail, fault), fault);
    if (status != STATUS_OK)
        return status;
    return audit_note(ledger, account, is_wanted ? "user.notices_on" : "user.notices_off", account,
                      fault);
}

/* ---- what is due ----------------------------------------------------------------------------- */

/* Somebody who wants notices and was not told for an hour. */
struct listener {
    char name[128];
    char mail[MAIL_ADDRESS_BYTES_MOST + 1];
    char caseworker[256];
    char teams[1024];
    uint32_t rights;
    int64_t revision; /* the newest that they were told of */
};

/* The next one behind `after` by name; *ret_found false: that was the last. */
static enum status next_listener(struct ledger *ledger, const char *after,
                                 struct listener *ret_listener, bool *ret_found,
                                 struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT name, mail, caseworker, team, notified_revision, (SELECT CAST(COALESCE("
        "sum(g.guard), 0) AS INTEGER) FROM account_right g WHERE g.account = account.name"
        " AND g.confirmed_ms > 0) FROM account WHERE notices = 1"
        " AND disabled = 0 AND mail IS NOT NULL AND role IN ('caseworker', 'lead')"
        " AND notified_ms <= $1 AND name > $2 ORDER BY name LIMIT 1",
        VALUES(value_integer(ledger_wall_ms(ledger) - MAIL_NOTICE_EVERY_MS), value_text(after)),
        &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        const char *caseworker = rows_text(rows, 2), *teams = rows_text(rows, 3);
        *ret_listener = (struct listener){.revision = rows_integer(rows, 4),
                                          .rights = (uint32_t)rows_integer(rows, 5)};
        (void)snprintf(ret_listener->name, sizeof ret_listener->name, "%s", rows_text(rows, 0));
        (void)snprintf(ret_listener->mail, sizeof ret_listener->mail, "%s", rows_text(rows, 1));
        (void)snprintf(ret_listener->caseworker, sizeof ret_listener->caseworker, "%s",
                       caseworker == NULL ? "" : caseworker);
        (void)snprintf(ret_listener->teams, sizeof ret_listener->teams, "%s",
                       teams == NULL ? "" : teams);
    }
    rows_done(&rows);
    return status;
}

/* What they see; cuts the list of teams into words, which are borrowed. */
static struct desk_scope scope_of(struct listener *listener)
{
    struct desk_scope scope = {.reach = DESK_SEES_TEAMS,
                               .person = listener->name,
                               .rights = listener->rights,
                               .caseworker =
                                   listener->caseworker[0] == '\0' ? NULL : listener->caseworker};
    char *rest = listener->teams, *team = NULL;
    while (scope.team_count < DESK_TEAMS_MOST && (team = strsep(&rest, ";")) != NULL) {
        team += strspn(team, " ");
        if (team[0] != '\0')
            scope.teams[scope.team_count++] = team;
    }
    return scope;
}

static enum status keep_newest(void *context, const struct desk_item *item, struct fault *fault)
{
    int64_t *newest = context;
    (void)fault;
    if (item->document.revision > *newest)
        *newest = item->document.revision;
    return STATUS_OK;
}

static enum status put(struct ledger *ledger, const struct listener *listener, int64_t newest,
                       const char *title, const char *body, struct fault *fault)
{
    char once[OUTBOX_ONCE_BYTES_MOST];
    (void)snprintf(once, sizeof once, "inbox %s %lld", listener->name, (long long)newest);
    const struct notice notice = {
        .once = once, .channel = "mail", .recipient = listener->mail, .title = title, .body = body};
    enum status status = outbox_put(ledger, &notice, NULL, fault);
    if (status == STATUS_REFUSE)
        status = STATUS_OK; // a directory's idea of an address; nobody else waits for it
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status =
        database_run(ledger->database,
                     "UPDATE account SET notified_ms = $2, notified_revision = $3 WHERE name = $1",
                     VALUES(value_text(listener->name), value_integer(ledger_wall_ms(ledger)),
                            value_integer(newest)),
                     NULL, fault);
    return ledger_end(ledger, status, fault);
}

enum status mail_notices_put(struct ledger *ledger, const char *title, const char *body,
                             uint32_t *ret_count, struct fault *fault)
{
    static const struct desk_filter unread = {.view = DESK_INBOX, .is_unread = true};
    struct listener listener = {.name = ""};
    uint32_t count = 0;
    bool found = true;
    enum status status = STATUS_OK;
    for (;;) {
        char after[sizeof listener.name];
        memcpy(after, listener.name, sizeof after);
        status = next_listener(ledger, after, &listener, &found, fault);
        if (status != STATUS_OK || !found)
            break;
        const struct desk_scope scope = scope_of(&listener);
        int64_t newest = listener.revision;
        bool more = false;
        status = desk_list(ledger, &scope, &unread, NULL, DESK_LIST_MOST, keep_newest, &newest,
                           &more, fault);
        if (status == STATUS_OK && newest > listener.revision) {
            status = put(ledger, &listener, newest, title, body, fault);
            count++;
        }
        if (status != STATUS_OK)
            break;
    }
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
