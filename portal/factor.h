/* factor.h - checks the second factor of somebody whose password is right, or who is logged in. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_FACTOR_H
#define PORTAL_FACTOR_H

#include "portal/service.h"
#include "portal/totp.h"

/* What wrong codes are counted under, beside the person's name, wherever they come from: who types
 * codes has the password, so that nobody else can be kept out with them. */
extern const char FACTOR_ADDRESS[];

enum factor_answer {
    FACTOR_WRONG = 0, /* or used already */
    FACTOR_RIGHT,
    FACTOR_CLOSED /* the instance's key is not there, or another than it was sealed with */
};

/* Takes a code of the app, or one on paper by its hash, which is of what was typed; each counts
 * once. */
enum status factor_check(struct service *service, const char *account, const char *typed,
                         const struct digest *hash, enum factor_answer *ret_answer,
                         struct fault *fault);
/* Begins a new one: the secret for the app, which is shown now and never again. STATUS_REFUSE:
 * there is a confirmed one. */
enum status factor_begin(struct service *service, const char *account,
                         char ret_secret[TOTP_SECRET_TEXT_BYTES], struct fault *fault);

#endif
