/* users.h - people who may log in to the portal: their role, and the hash of their password.
 *
 * Passwords are kept as argon2id hashes only. Every change is a transaction with its audit row,
 * like everything in the ledger. Nobody is deleted: who may no longer log in is disabled. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/ledger.h"

enum user_role {
    USER_MAILROOM = 0, /* sees the scans of one site, never a document's content */
    USER_CASEWORKER,   /* sees documents and decides */
    USER_ADMIN         /* sees how the machine does, never a document's content */
};
enum { USER_ROLES = USER_ADMIN + 1 };

/* "mailroom", "caseworker" or "admin"; static. */
const char *user_role_name(enum user_role role);
bool user_role_from_name(const char *name, enum user_role *ret_role);

enum {
    USER_NAME_BYTES_MOST = 32,
    PASSWORD_LETTERS_LEAST = 10,
    PASSWORD_BYTES_MOST = 256,
    PASSWORD_HASH_BYTES = 128
};

struct user_record {
    char *name;
    enum user_role role;
    char *site;          /* of mailroom staff; NULL for the others */
    char *password_hash; /* for user_password_fits() */
    bool is_disabled;
    int64_t epoch; /* grows with every change; sessions of an older one are over */
    int64_t created_ms;
};
void user_record_done(struct user_record *record);

struct user_addition {
    const char *name; /* lower-case letters, digits, '.', '-' and '_', a letter first */
    enum user_role role;
    const char *site; /* must be given for mailroom staff, and only for them */
    const char *password;
};

/* STATUS_REFUSE: the name is taken or not fit, the password too weak, the site missing. */
enum status user_add(struct ledger *ledger, const struct user_addition *addition, const char *actor,
                     struct fault *fault);
/* *ret_found false: there is nobody of that name. */
enum status user_get(struct ledger *ledger, const char *name, bool *ret_found,
                     struct user_record *ret_record, struct fault *fault);
/* Disabling ends all of the person's sessions at their next request. STATUS_REFUSE: there is
 * nobody of that name. */
enum status user_set_disabled(struct ledger *ledger, const char *name, bool is_disabled,
                              const char *actor, struct fault *fault);
/* Ends all of the person's sessions, too. */
enum status user_set_password(struct ledger *ledger, const char *name, const char *password,
                              const char *actor, struct fault *fault);

/* Everybody, by name; `record` is borrowed. */
typedef enum status user_callback(void *context, const struct user_record *record,
                                  struct fault *fault);
enum status user_each(struct ledger *ledger, user_callback *callback, void *context,
                      struct fault *fault);

/* Takes 64 MiB and about a tenth of a second, on purpose. Safe to call from any thread. */
bool user_password_fits(const char *hash, const char *password);
/* A hash that no password fits and that costs as much to find out: for names that are unknown. */
const char *user_nobodys_hash(void);

#endif
