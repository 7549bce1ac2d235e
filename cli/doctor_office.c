/* doctor_office.c - checks of doctor.h: where the office's own programs meet ours: exports of the
 * register, packages for a document management system, seals and time stamps. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/doctor.h"

/* ---- folders that others write to or take from ---------------------------------------------- */

static bool folder_is_there(struct checkup *checkup, const char *setting, const char *path)
{
    struct stat found;
    const char *trouble = NULL;
    if (stat(path, &found) != 0)
        trouble = strerror(errno);
    else if (!S_ISDIR(found.st_mode))
        trouble = "is no folder";
    else if (access(path, R_OK | W_OK | X_OK) != 0)
        trouble = "cannot be written to";
    if (trouble != NULL)
        checkup_bad(checkup,
                    "Make the folder (or mount the share), writable for the programs and for the "
                    "system that it is shared with.",
                    "%s: %s: %s", setting, path, trouble);
    return trouble == NULL;
}

static bool takes_packages(const struct config_team *team)
{
    return team->destination != CONFIG_FOLDER;
}

static unsigned check_packages(struct checkup *checkup)
{
    const struct config *config = checkup->config;
    bool is_any = false, is_common = false;
    unsigned well = 0;
    for (size_t i = 0; i < config->team_count; i++) {
        const struct config_team *team = &config->teams[i];
        bool has_own = team->xdomea != NULL && !string_equal(team->xdomea, config->xdomea.folder);
        is_any = is_any || takes_packages(team);
        is_common = is_common || (takes_packages(team) && !has_own);
        if (takes_packages(team) && has_own)
            well += folder_is_there(checkup, team->name, team->xdomea);
    }
    if (is_common)
        well += folder_is_there(checkup, "xdomea.folder", config->xdomea.folder);
    if (is_any)
        well += folder_is_there(checkup, "xdomea.answers", config->xdomea.answers);
    return well;
}

void check_handover(struct checkup *checkup)
{
    const struct config *config = checkup->config;
    size_t bad = checkup->counts[FINDING_BAD];
    unsigned well = check_packages(checkup);
    if (config->register_folder != NULL)
        well += folder_is_there(checkup, "register.folder", config->register_folder);
    if (checkup->counts[FINDING_BAD] == bad && well == 0)
        checkup_well(checkup, "no folder is shared with another system");
    else if (checkup->counts[FINDING_BAD] == bad)
        checkup_well(checkup, "folders shared with other systems: %u", well);
}

/* ---- seals ------------------------------------------------------------------------------------ */

static bool program_is_there(struct checkup *checkup, const char *setting, const char *command)
{
    char *program = string_copy_bytes(command, strcspn(command, " "));
    bool is_there = program != NULL && program[0] == '/' && access(program, X_OK) == 0;
    if (!is_there)
        checkup_bad(checkup,
                    "Install that program, executable for the programs' user, or mend its path.",
                    "%s: %s cannot be run", setting, program == NULL ? "?" : program);
    free(program);
    return is_there;
}

void check_seals(struct checkup *checkup)
{
    const struct config_seal *seal = &checkup->config->seal;
    const struct {
        const char *setting, *command;
    } programs[] = {
        {"seal.command",     seal->command    },
        {"seal.check",       seal->check      },
        {"seal.stamp",       seal->stamp      },
        {"seal.stamp_check", seal->stamp_check},
    };
    bool is_well = true;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (programs[i].command != NULL)
            is_well =
                program_is_there(checkup, programs[i].setting, programs[i].command) && is_well;
    if (!is_well)
        return;
    if (seal->command == NULL && seal->stamp == NULL)
        checkup_well(checkup, "none: each day's digest is kept without a seal");
    else
        checkup_well(checkup, "the programs for seals and time stamps are there");
}
