/* logins.h - what survives a restart of the portal: open sessions, and the tokens of machines.
 *
 * Of both only digests of the secrets are kept. A session that ended or ran out is gone from here;
 * a token that was revoked stays, so that the audit's names keep their meaning. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LOGINS_H
#define STORE_LOGINS_H

#include "store/users.h"

/* ---- sessions --------------------------------------------------------------------------------- */

struct login_session {
    struct digest token;
    const char *account;
    int64_t epoch;    /* of the account when the session began */
    int64_t begun_ms; /* wall clock */
    int64_t used_ms;
    const char *address; /* of the person's machine */
};

/* Keeps a new session, and forgets those that ran out: unused since `idle_before_ms`, or begun
 * before `begun_before_ms`. */
enum status login_begin(struct ledger *ledger, const struct login_session *session,
                        int64_t idle_before_ms, int64_t begun_before_ms, struct fault *fault);
/* Remembers that it was used; no row of the audit. */
enum status login_touch(struct ledger *ledger, const struct digest *token, int64_t used_ms,
                        struct fault *fault);
/* `actor` ends it; nothing happens when it is gone already. */
enum status login_end(struct ledger *ledger, const struct digest *token, const char *actor,
                      struct fault *fault);
/* Each kept session, oldest first; borrowed. */
typedef enum status login_callback(void *context, const struct login_session *session,
                                   struct fault *fault);
enum status login_each(struct ledger *ledger, login_callback *callback, void *context,
                       struct fault *fault);

/* Forgets sessions that ran out: unused since `idle_before_ms`, or begun before `begun_before_ms`. */
enum status login_purge(struct ledger *ledger, int64_t idle_before_ms, int64_t begun_before_ms,
                        uint64_t *ret_removed, struct fault *fault);
/* Each account of the directory that is logged in, once; the names are read before the first call,
 * which may change the ledger. Ends with the first status that is not STATUS_OK. */
typedef enum status login_name_callback(void *context, const char *name, struct fault *fault);
enum status login_each_of_directory(struct ledger *ledger, login_name_callback *callback,
                                    void *context, struct fault *fault);

/* ---- tokens ------------------------------------------------------------------------------------ */

enum { LOGIN_TOKEN_BYTES = 48 }; /* "pe_", 43 letters, NUL; a secret of 256 bits */

struct login_token {
    const char *name; /* as names of accounts are; shown in the audit as "token:NAME" */
    struct user_place place;
    int64_t created_ms;
    int64_t revoked_ms; /* 0: it may be used */
};

/* Makes one; the secret is shown this once. STATUS_REFUSE: the name is taken or not fit, or the
 * place is not whole. */
enum status login_token_add(struct ledger *ledger, const char *name, const struct user_place *place,
                            const char *actor, char ret_secret[LOGIN_TOKEN_BYTES],
                            struct fault *fault);
/* STATUS_REFUSE: there is none of that name, or it is revoked already. */
enum status login_token_revoke(struct ledger *ledger, const char *name, const char *actor,
                               struct fault *fault);
/* Who a secret stands for, as a user record named "token:NAME"; *ret_found false: nobody. */
enum status login_token_find(struct ledger *ledger, const char *secret, bool *ret_found,
                             struct user_record *ret_record, struct fault *fault);
typedef enum status login_token_callback(void *context, const struct login_token *token,
                                         struct fault *fault);
enum status login_token_each(struct ledger *ledger, login_token_callback *callback, void *context,
                             struct fault *fault);

#endif
