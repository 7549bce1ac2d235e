/* routes.h - every address of the API, with its method and who may ask: one table. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ROUTES_H
#define PORTAL_ROUTES_H

#include "portal/exchange.h"
#include "portal/service.h"

/* Fills the answer, also when it is "no" (then STATUS_OK comes back all the same). STATUS_LATER:
 * 503; STATUS_REFUSE: 404; STATUS_HALT: 500, and the portal stops. */
typedef enum status route_handler(struct service *service, struct exchange *exchange,
                                  struct fault *fault);

/* Sets of roles. */
enum {
    MAILROOM = 1U << USER_MAILROOM,
    CASEWORKER = 1U << USER_CASEWORKER,
    ADMIN = 1U << USER_ADMIN,
    ANYBODY = 0 /* also who is not logged in */
};

struct route {
    const char *method; /* "GET" (which answers HEAD, too) or "POST" */
    const char *path;   /* ":id" stands for a UUID */
    unsigned roles;     /* who may; ANYBODY or a set */
    route_handler *handle;
};

extern const struct route routes[];
extern const size_t route_count;

/* Answers any request: a page's file, a route, or the reason why not. STATUS_HALT when the portal
 * must stop; there is an answer then, too. Call it again when exchange->work was done. */
enum status routes_answer(struct service *service, struct exchange *exchange, struct fault *fault);

/* api_session.c */
route_handler api_health, api_session, api_login, api_logout, api_changes;
/* api_documents.c */
route_handler api_documents, api_document, api_document_text, api_document_pdf,
    api_document_explanation, api_document_assign, api_case;
/* api_scans.c */
route_handler api_scans;
/* api_operations.c */
route_handler api_operations, api_users;

#endif
