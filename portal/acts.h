/* acts.h - what the routes by which people decide have in common: reading what they said, and
 * answering what it came to. In api_actions.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ACTS_H
#define PORTAL_ACTS_H

#include "portal/exchange.h"
#include "portal/service.h"
#include "store/desk.h"

/* One string of a body and what must hold of it. */
struct act_field {
    const char *name;
    size_t bytes_most;
    bool is_needed;
    const char *what; /* German, for "… fehlt" */
};

/* Printable, and no longer than it may be. `*ret_text` is NULL when it is not there or empty. */
bool act_read_field(const struct exchange *exchange, const struct act_field *field,
                    const char **ret_text);
/* 400: the field is missing or too long. */
enum status act_answer_missing(struct exchange *exchange, const struct act_field *field,
                               struct fault *fault);
/* The person, the document of the route, and its revision as the person saw it. */
struct desk_act act_of(const struct exchange *exchange, const char *reason);
/* The document as it is now, or why nothing happened. */
enum status act_answer_verdict(struct service *service, struct exchange *exchange,
                               enum desk_verdict verdict, struct fault *fault);

#endif
