/* passage.h - a request on its way: from libmicrohttpd to routes.c, and the answer back.
 *
 * The three functions are libmicrohttpd's callbacks; their context is the struct passage_server. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_PASSAGE_H
#define PORTAL_PASSAGE_H

#include <microhttpd.h>
#include <stddef.h>

#include "portal/errands.h"
#include "portal/service.h"

/* What passages need; all of it borrowed for as long as the daemon runs. */
struct passage_server {
    struct service *service;
    struct errands *hashing;  /* passwords of the ledger's own accounts */
    struct errands *lookups;  /* questions to the directory */
    struct errands *intaking; /* files on their way to the intake */
    int halt_file;            /* an eventfd that is rung when the portal must stop */
};

enum MHD_Result passage_on_request(void *context, struct MHD_Connection *connection,
                                   const char *path, const char *method, const char *version,
                                   const char *upload, size_t *upload_length, void **passage_p);
void passage_on_completed(void *context, struct MHD_Connection *connection, void **passage_p,
                          enum MHD_RequestTerminationCode code);
/* In place; returns the new length. libmicrohttpd's own would let "%00" end the string early, so
 * that "/x%00y" would pass for "/x". */
size_t passage_unescape(void *context, struct MHD_Connection *connection, char *string);

#endif
