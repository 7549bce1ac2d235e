/* desk.h - a portal on a seeded office, with a clock that the test moves, for the flow tests. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_PORTAL_DESK_H
#define TESTS_PORTAL_DESK_H

#include "portal/portal.h"
#include "tests/portal/client.h"
#include "tests/portal/seed.h"

struct desk {
    struct config *config;
    struct portal *portal;
    struct seed seed;
    uint16_t port;
};

/* In the current folder, which must be empty. Ends the test program when it does not work. */
void desk_open(struct desk *desk);
/* The same with further settings: lines of portal, which begin with two blanks, and others. */
void desk_open_with(struct desk *desk, const char *portal, const char *more);
void desk_close(struct desk *desk);
/* Stops the portal and starts it again: nobody is logged in, nothing is throttled. */
void desk_restart(struct desk *desk);
/* Lets time pass for the portal. */
void desk_wait(int64_t milliseconds);
const struct clock *desk_clock(void);

/* What our own pages send with every change. */
#define OUR_PAGES "X-Posteingang: person\r\nContent-Type: application/json\r\n"

struct reply desk_login(const struct desk *desk, const char *name, const char *password);
/* The Cookie line of a new session of this person (who must exist); owned by the caller. */
char *desk_cookie(const struct desk *desk, const char *name);
struct reply desk_get(const struct desk *desk, const char *cookie, const char *path);
struct reply desk_post(const struct desk *desk, const char *cookie, const char *path,
                       const char *body);

#endif
