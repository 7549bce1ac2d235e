/* session_list.h - open sessions as people see them: all of them, or somebody's own. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_SESSION_LIST_H
#define PORTAL_SESSION_LIST_H

#include "portal/exchange.h"
#include "portal/service.h"

/* Answers the list; `user` NULL: of everybody. */
enum status session_list_answer(struct service *service, struct exchange *exchange,
                                const char *user, struct fault *fault);
/* Ends the session that the path names, and answers; another's than `user` (NULL: anybody) is not
 * there. */
enum status session_list_end(struct service *service, struct exchange *exchange, const char *user,
                             struct fault *fault);

#endif
