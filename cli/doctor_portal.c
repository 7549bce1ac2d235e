/* doctor_portal.c - checks of doctor.h that only the portal's program can make: of its certificate,
 * and of the directory whose people log in. It is started for each with --check. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "cli/roles.h"

enum { WORDS_BYTES = 512, SOON_DAYS = 21 };

static pid_t start(const char *program, const char *config_path, const char *what, int output)
{
    const char *const words[] = {program, "--config", config_path, "--check", what, NULL};
    char *argv[sizeof words / sizeof words[0]];
    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    memcpy(&argv, &words, sizeof argv); // posix_spawn() takes char *const *, and changes nothing
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    bool is_ready = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0;
    if (!is_ready || posix_spawn(&child, program, &actions, NULL, argv, environ) != 0)
        child = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

/* The line that it says; its exit code, or -1 when it could not be asked. */
static int ask(const struct checkup *checkup, const char *what, char words[WORDS_BYTES])
{
    int ends[2] = {-1, -1};
    int code = -1;
    char *folder = roles_folder();
    char *program = folder == NULL ? NULL : path_join(folder, "posteingang-portal");
    words[0] = '\0';
    if (program != NULL && pipe2(ends, O_CLOEXEC) == 0) {
        pid_t child = start(program, checkup->config->path, what, ends[1]);
        (void)close(ends[1]);
        FILE *said = fdopen(ends[0], "r");
        if (said != NULL && fgets(words, WORDS_BYTES, said) != NULL)
            words[strcspn(words, "\n")] = '\0';
        if (said != NULL)
            (void)fclose(said);
        if (child > 0 && waitpid(child, &code, 0) == child)
            code = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
    }
    free(program);
    free(folder);
    return code;
}

void check_certificate(struct checkup *checkup)
{
    char words[WORDS_BYTES];
    const struct config_portal *portal = &checkup->config->portal;
    if (!portal->enabled || portal->certificate == NULL) {
        checkup_well(checkup, "the portal has none of its own");
        return;
    }
    int code = ask(checkup, "certificate", words);
    if (code != EXIT_DONE)
        checkup_bad(checkup,
                    "Put certificate and key of one pair at portal.certificate and portal.key, "
                    "readable by the portal's user, then posteingang run reloads with SIGHUP.",
                    "%s", words[0] == '\0' ? "posteingang-portal cannot be asked" : words);
    else if (strncmp(words, "valid for ", 10) == 0 && strtol(words + 10, NULL, 10) < SOON_DAYS)
        checkup_note(checkup, "Get a new one and put it into the same place.", "%s: %s",
                     portal->certificate, words);
    else
        checkup_well(checkup, "%s: %s", portal->certificate, words);
}

void check_directory(struct checkup *checkup)
{
    char words[WORDS_BYTES];
    const char *uri = checkup->config->directory.uri;
    if (!checkup->config->portal.enabled || uri == NULL) {
        checkup_well(checkup, "none: people have accounts of the portal's own");
        return;
    }
    int code = ask(checkup, "directory", words);
    if (code == EXIT_DONE)
        checkup_well(checkup, "%s: %s", uri, words);
    else
        checkup_bad(checkup,
                    "Check directory.uri, the certificates in directory.ca, and bind_dn with its "
                    "password; own accounts work meanwhile.",
                    "%s", words[0] == '\0' ? "posteingang-portal cannot be asked" : words);
}
