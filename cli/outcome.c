/* outcome.c - see outcome.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "cli/outcome.h"

enum { ACTOR_BYTES = 64 };

void complain(const char *format, ...)
{
    va_list arguments;
    (void)fflush(stdout);
    fputs("posteingang: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int outcome_of(const struct fault *fault)
{
    complain("%s", fault->text);
    if (fault->os_error == EACCES || fault->os_error == EPERM)
        return EXIT_NOT_PERMITTED;
    return fault->status == STATUS_REFUSE ? EXIT_FOUND : (int)exit_code_of(fault);
}

const char *outcome_actor(void)
{
    static char actor[ACTOR_BYTES];
    const struct passwd *user = getpwuid(getuid());
    if (user != NULL)
        (void)snprintf(actor, sizeof actor, "%s", user->pw_name);
    else
        (void)snprintf(actor, sizeof actor, "uid %u", (unsigned)getuid());
    return actor;
}
