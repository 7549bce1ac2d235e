/* api_disclosure.c - all that is kept about one person, as an archive to take away: for the lead of
 * the team that has the case. See store/disclosure.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "portal/access.h"
#include "portal/routes.h"
#include "store/disclosure.h"
#include "store/register.h"

/* More are for `posteingang disclose`: the request would hold up others. */
enum { DOCUMENTS_MOST = 300, REASON_BYTES_MOST = 500, CASE_BYTES_MOST = 128 };

struct owner {
    const struct access *access;
    bool is_own;
};

static enum status look_at_row(void *context, const struct register_row *row, struct fault *fault)
{
    struct owner *owner = context;
    (void)fault;
    for (size_t i = 0; i < owner->access->team_count; i++)
        owner->is_own |= strcmp(owner->access->teams[i], row->fields[REGISTER_TEAM]) == 0;
    return STATUS_OK;
}

static bool is_written(const char *words, size_t most)
{
    return words != NULL && words[0] != '\0' && strlen(words) <= most;
}

static enum status answer_archive(struct service *service, struct exchange *exchange,
                                  const struct disclosure_order *order, struct fault *fault)
{
    struct disclosure disclosure = {0};
    struct fault why = {0};
    int file = open(service->config->store.runtime, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        return fault_errno(fault, STATUS_LATER, "cannot make a file for an archive");
    enum status status =
        disclosure_write(service->ledger, service->spool, order, file, &disclosure, &why);
    if (status == STATUS_OK && lseek(file, 0, SEEK_SET) == 0) {
        status = answer_file(exchange, file, disclosure.size, "application/zip");
        (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                       "attachment; filename=\"auskunft.zip\"");
        return status;
    }
    (void)close(file);
    if (status == STATUS_REFUSE)
        return answer_error(
            exchange, 413,
            "Das ist zu viel für das Portal. Die Verwaltung kann das Paket erstellen.", fault);
    return fault_set(fault, status == STATUS_OK ? STATUS_LATER : status, "%s", why.text);
}

static enum status api_disclosure(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    struct owner owner = {.access = &access};
    const struct disclosure_order order = {.case_number = exchange_query(exchange, "case"),
                                           .authority = service->config->authority,
                                           .actor = exchange->user.name,
                                           .reason = exchange_query(exchange, "reason"),
                                           .documents_most = DOCUMENTS_MOST,
                                           .rights = exchange->user.rights};
    if (!is_written(order.case_number, CASE_BYTES_MOST) ||
        !is_written(order.reason, REASON_BYTES_MOST))
        return answer_error(exchange, 400, "Aktenzeichen oder Begründung fehlt.", fault);
    bool may = false;
    enum status status =
        register_case(service->ledger, order.case_number, look_at_row, &owner, fault);
    if (status == STATUS_OK)
        status = access_may_see_case(service, &exchange->user, order.case_number, &may, fault);
    if (status != STATUS_OK)
        return status;
    return owner.is_own && may ? answer_archive(service, exchange, &order, fault)
                               : answer_nothing_there(exchange, fault);
}

static const struct route rows[] = {
    {"GET", "/disclosure", LEAD | NO_MACHINE, api_disclosure, ABOUT_NOTHING},
};
const struct route_table routes_disclosure = {rows, sizeof rows / sizeof rows[0]};
