/* users.h - people who may log in to the portal: their role, and the hash of their password.
 *
 * Passwords are kept as argon2id hashes only; of accounts that a directory vouches for, none is. Every change is a transaction with its audit row,
 * like everything in the ledger. Nobody is deleted: who may no longer log in is disabled. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/ledger.h"

enum user_role {
    USER_MAILROOM = 0, /* the scans of one site, never a document's content */
    USER_CASEWORKER,   /* the documents of the own team and the own cases; decides */
    USER_LEAD,         /* the documents of the own team; decides */
    USER_QUALITY,      /* every document; checks what others did */
    USER_REGISTRY,     /* what waits for a person, of every team; decides */
    USER_AUDITOR,      /* who did what when, never a document's content */
    USER_ADMIN         /* how the machine does, never a document's content */
};
enum { USER_ROLES = USER_ADMIN + 1 };

/* "mailroom", "caseworker", "lead", "quality", "registry", "auditor" or "admin"; static. */
const char *user_role_name(enum user_role role);
/* All of them for a sentence: "mailroom, caseworker, … or admin"; static. */
const char *user_role_names(void);
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
    char *site;           /* of mailroom staff; NULL for the others */
    char *team;           /* of caseworkers and team leads; NULL for the others. Several are
                            parted by semicolons, here and below */
    char *caseworker;     /* what the register calls this person; NULL: nothing */
    char *password_hash;  /* for user_password_fits(); none fits that of a directory's account */
    char *title;          /* what people call this person; NULL: nothing else */
    char *mail;           /* where notices go; NULL: nowhere */
    bool is_of_directory; /* the directory says who it is and what they may */
    bool wants_notices;   /* by mail, of what waits (mail_notice.h) */
    uint32_t rights;      /* classes of store/guard.h that two persons let them see */
    bool has_factor;      /* a second factor, which is asked for at each log-in */
    bool is_disabled;
    int64_t epoch; /* grows with every change; sessions of an older one are over */
    int64_t created_ms;
};
void user_record_done(struct user_record *record);

/* What somebody may see: the role, and of what. */
struct user_place {
    enum user_role role;
    const char *site;       /* must be given for mailroom staff, and only for them */
    const char *team;       /* must be given for caseworkers and team leads, and only for them */
    const char *caseworker; /* may be given for caseworkers; else NULL */
};

struct user_addition {
    const char *name; /* lower-case letters, digits, '.', '-' and '_', a letter first */
    struct user_place place;
    const char *password;
};

/* Somebody as a directory has them. */
struct user_card {
    const char *name;
    const char *title; /* NULL: none */
    const char *mail;  /* NULL: none */
    struct user_place place;
};

/* STATUS_REFUSE: the name is not fit, or the place not whole. */
enum status user_check(const char *name, const struct user_place *place, struct fault *fault);
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
/* Another role, site or team; ends all of the person's sessions. STATUS_REFUSE: there is nobody
 * of that name, or the place is not whole. */
enum status user_set_place(struct ledger *ledger, const char *name, const struct user_place *place,
                           const char *actor, struct fault *fault);
/* Ends all of the person's sessions, too. */
enum status user_set_password(struct ledger *ledger, const char *name, const char *password,
                              const char *actor, struct fault *fault);

/* Makes the account of somebody of the directory, or brings it up to date; another place ends all
 * of the person's sessions. STATUS_REFUSE: the name or place is not fit, or the name is that of an
 * account of this ledger's own. */
enum status user_settle(struct ledger *ledger, const struct user_card *card, struct fault *fault);
/* Ends all of the person's sessions, and says why in the audit: `action`. Nothing happens when
 * there is nobody of that name. */
enum status user_put_out(struct ledger *ledger, const char *name, const char *action,
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
