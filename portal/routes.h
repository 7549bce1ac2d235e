/* routes.h - every address of the API, with its method, who may ask, and about what: one table for
 * each noun, kept beside its handlers.
 *
 * To add a route, add a row to the table of its api_ file and a path to portal/web/openapi/. The
 * matrix of test_portal_matrix asks each row as every role about own, foreign, deleted and unknown
 * things; test_portal_openapi compares rows and paths. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ROUTES_H
#define PORTAL_ROUTES_H

#include "portal/exchange.h"
#include "portal/service.h"

#define API "/api/v1" /* in front of every path */

/* Fills the answer, also when it is "no" (then STATUS_OK comes back all the same). STATUS_LATER:
 * 503; STATUS_REFUSE: 404; STATUS_HALT: 500, and the portal stops. */
typedef enum status route_handler(struct service *service, struct exchange *exchange,
                                  struct fault *fault);

/* Sets of roles. */
enum {
    ANYBODY = 0, /* also who is not logged in */
    MAILROOM = 1U << USER_MAILROOM,
    CASEWORKER = 1U << USER_CASEWORKER,
    LEAD = 1U << USER_LEAD,
    QUALITY = 1U << USER_QUALITY,
    REGISTRY = 1U << USER_REGISTRY,
    AUDITOR = 1U << USER_AUDITOR,
    ADMIN = 1U << USER_ADMIN,
    DECIDERS = CASEWORKER | LEAD | REGISTRY, /* who decides about documents */
    READERS = DECIDERS | QUALITY,            /* who sees documents at all */
    EVERY_ROLE = READERS | MAILROOM | AUDITOR | ADMIN,
    BEFORE_FACTOR = 1U << 16, /* also who has yet to get the second factor of their role */
    NO_MACHINE = 1U << 17     /* people only: not with a token */
};

/* What the ":id" of a path is. The record is read before the handler, into the exchange, and who
 * may not see it gets 404, as for an id of nothing. */
enum route_about {
    ABOUT_NOTHING = 0,
    ABOUT_DOCUMENT,
    ABOUT_SCAN,
    ABOUT_NEW_SCAN /* no id: the body is a file, which the handler is asked about before it comes */
};

struct route {
    const char *method; /* "GET" (which answers HEAD, too) or "POST" */
    const char *path;   /* behind API; ":id" stands for a UUID, ":name" for a word of
                           [A-Za-z0-9._-], ":number" for up to nine digits */
    unsigned roles;     /* who may; ANYBODY or a set */
    route_handler *handle;
    enum route_about about;
};

struct route_table {
    const struct route *rows;
    size_t count;
};

/* Of api_session.c and so on. */
extern const struct route_table routes_session;      /* api_session.c */
extern const struct route_table routes_account;      /* api_account.c */
extern const struct route_table routes_documents;    /* api_documents.c */
extern const struct route_table routes_pages;        /* api_pages.c */
extern const struct route_table routes_actions;      /* api_actions.c */
extern const struct route_table routes_search;       /* api_search.c */
extern const struct route_table routes_scans;        /* api_scans.c */
extern const struct route_table routes_desk;         /* api_desk.c */
extern const struct route_table routes_people;       /* api_people.c */
extern const struct route_table routes_operations;   /* api_operations.c */
extern const struct route_table routes_recalls;      /* api_recalls.c */
extern const struct route_table routes_deadlines;    /* api_deadlines.c */
extern const struct route_table routes_letterbox;    /* api_letterbox.c */
extern const struct route_table routes_arrangements; /* api_arrangements.c */
extern const struct route_table routes_anomalies;    /* api_anomalies.c */
extern const struct route_table routes_disclosure;   /* api_disclosure.c */
extern const struct route_table routes_guard;        /* api_guard.c */
extern const struct route_table routes_purge;        /* api_purge.c */
extern const struct route_table routes_quality;      /* api_quality.c */
extern const struct route_table routes_requests;     /* api_requests.c */

/* All of them, one after the other; NULL behind the last. */
const struct route *routes_at(size_t number);

/* Answers any request: a page's file, a route, or the reason why not. STATUS_HALT when the portal
 * must stop; there is an answer then, too. Call it again when exchange->work was done. */
enum status routes_answer(struct service *service, struct exchange *exchange, struct fault *fault);

/* Whether this request brings a file. Then routes_answer() is called before its bytes come;
 * exchange->work is WORK_UPLOAD when they may. */
bool routes_takes_file(struct exchange *exchange);

#endif
