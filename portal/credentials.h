/* credentials.h - what somebody shows to prove who they are, checked beside the requests.
 *
 * A password's hash takes 64 MiB and a tenth of a second, and a directory may take seconds to
 * answer: done in threads of their own, one at a time, neither holds up the requests nor takes the
 * machine's memory. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_CREDENTIALS_H
#define PORTAL_CREDENTIALS_H

#include "portal/directory.h"
#include "portal/errands.h"
#include "portal/totp.h"

enum { CREDENTIALS_WAITING_MOST = 16 };

enum credentials_answer {
    CREDENTIALS_WRONG = 0,
    CREDENTIALS_RIGHT,
    CREDENTIALS_NO_ROLE, /* the directory knows them, and no role of theirs */
    CREDENTIALS_SILENT   /* the directory does not answer */
};

struct credentials {
    struct errand errand; /* the first member */
    const struct config *config;
    bool asks_directory;
    char name[USER_NAME_BYTES_MOST + 1];
    char password[PASSWORD_BYTES_MOST + 1]; /* wiped when it was checked */
    char hash[PASSWORD_HASH_BYTES];         /* without directory; "" : no password is checked */
    char codes[SECOND_FACTOR_CODES][RECOVERY_CODE_BYTES]; /* on paper, to be hashed; "": no more */
    uint8_t salt[SECOND_FACTOR_SALT_BYTES];

    enum credentials_answer answer;
    struct directory_person person; /* RIGHT of the directory */
    struct digest hashes[SECOND_FACTOR_CODES];
};

/* NULL: no memory. The caller fills in what is to be checked. */
struct credentials *credentials_new(const struct config *config, const char *name);
/* Wipes it. Accepts NULL; sets the pointer to NULL. */
void credentials_free(struct credentials **credentials_p);

#endif
