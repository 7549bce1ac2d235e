/* credentials.c - see credentials.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "portal/credentials.h"

static enum credentials_answer ask_directory(struct credentials *credentials)
{
    struct fault fault = {0};
    switch (directory_log_in(credentials->config, credentials->name, credentials->password,
                             &credentials->person, &fault)) {
    case DIRECTORY_MAY:
        return CREDENTIALS_RIGHT;
    case DIRECTORY_NO_ROLE:
        return CREDENTIALS_NO_ROLE;
    case DIRECTORY_SILENT:
        log_error(NULL, "%s", fault.text);
        return CREDENTIALS_SILENT;
    case DIRECTORY_UNKNOWN:
    default:
        return CREDENTIALS_WRONG;
    }
}

static void run(struct errand *errand)
{
    struct credentials *credentials = (struct credentials *)errand; // its first member
    if (credentials->asks_directory)
        credentials->answer = ask_directory(credentials);
    else if (credentials->hash[0] == '\0' ||
             user_password_fits(credentials->hash, credentials->password))
        credentials->answer = CREDENTIALS_RIGHT;
    sodium_memzero(credentials->password, sizeof credentials->password);
    for (size_t i = 0; i < SECOND_FACTOR_CODES && credentials->codes[i][0] != '\0'; i++)
        if (!recovery_code_hash(credentials->codes[i], credentials->salt, &credentials->hashes[i]))
            credentials->answer = CREDENTIALS_WRONG;
}

struct credentials *credentials_new(const struct config *config, const char *name)
{
    struct credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials == NULL)
        return NULL;
    credentials->errand.run = run;
    credentials->config = config;
    (void)snprintf(credentials->name, sizeof credentials->name, "%s", name);
    return credentials;
}

void credentials_free(struct credentials **credentials_p)
{
    struct credentials *credentials = *credentials_p;
    if (credentials == NULL)
        return;
    sodium_memzero(credentials, sizeof *credentials);
    free(credentials);
    *credentials_p = NULL;
}
