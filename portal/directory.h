/* directory.h - asks a directory (LDAP, Active Directory) who somebody is and what they may.
 *
 * Each call opens its own connections and closes them; it takes as long as directory.timeout for
 * each answer that does not come, so that it has no place in the thread that answers requests. Safe
 * to call from several threads. Names go into filters and DNs escaped (RFC 4515, RFC 4514);
 * referrals are not followed; an empty password, which directories take for "nobody in particular"
 * (RFC 4513, 5.1.2), never fits. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_DIRECTORY_H
#define PORTAL_DIRECTORY_H

#include <stdbool.h>

#include "base/text.h"
#include "config/config.h"
#include "store/users.h"

enum { DIRECTORY_WORD_BYTES = 256, DIRECTORY_TEAMS_BYTES = 1024 };

/* Somebody who may log in. */
struct directory_person {
    char name[USER_NAME_BYTES_MOST + 1]; /* as the directory has it, in lower case */
    char title[DIRECTORY_WORD_BYTES];    /* "" where nothing is known, here and below */
    char mail[DIRECTORY_WORD_BYTES];
    enum user_role role;
    char site[DIRECTORY_WORD_BYTES];
    char team[DIRECTORY_TEAMS_BYTES]; /* several are parted by semicolons */
    char caseworker[DIRECTORY_WORD_BYTES];
};
/* The same for the ledger; borrows from `person`. */
struct user_card directory_card(const struct directory_person *person);

enum directory_answer {
    DIRECTORY_MAY = 0,
    DIRECTORY_UNKNOWN, /* there is nobody of that name, or the password is another */
    DIRECTORY_NO_ROLE, /* none of their groups has a role here, or what it needs is missing */
    DIRECTORY_SILENT   /* it cannot be asked; `fault` says why */
};

/* Whether this is somebody's name and password. *ret_person is filled for DIRECTORY_MAY. */
enum directory_answer directory_log_in(const struct config *config, const char *name,
                                       const char *password, struct directory_person *ret_person,
                                       struct fault *fault);
/* The same without a password, of somebody who is logged in. Needs a bind_dn, or a directory that
 * answers everybody. */
enum directory_answer directory_look_up(const struct config *config, const char *name,
                                        struct directory_person *ret_person, struct fault *fault);
/* Connects, binds and searches, for `posteingang doctor`. */
enum status directory_try(const struct config *config, struct fault *fault);
/* Whether directory_look_up() can work with these settings. */
bool directory_can_look_up(const struct config *config);

/* Appends `pattern` with {name} and {dn} in their places (NULL: left out), escaped for a filter, or
 * {name} alone, escaped for a DN. */
void directory_append_filter(struct text *text, const char *pattern, const char *name,
                             const char *dn);
void directory_append_dn(struct text *text, const char *pattern, const char *name);

#endif
