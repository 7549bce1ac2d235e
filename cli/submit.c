/* submit.c - `posteingang submit`: files taken over as if they had been dropped.
 *
 * The intake does it, so that there is one way into the spool: this verb becomes that program. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "cli/outcome.h"
#include "cli/roles.h"
#include "cli/verbs.h"
#include "config/config.h"

enum { SUBMIT_FIXED_WORDS = 8 };

/* Becomes `posteingang-intake --config FILE --actor NAME --submit SITE -- FILE…`; returns only when
 * that fails. */
static int become_intake(const char *folder, const char *config_path, const char *site,
                         const struct argument_list *files)
{
    char *program = path_join(folder, "posteingang-intake");
    const char **words = calloc(files->count + SUBMIT_FIXED_WORDS + 1, sizeof *words);
    if (program == NULL || words == NULL) {
        free(program);
        free(words);
        complain("out of memory");
        return EXIT_STORAGE;
    }
    // By name, so that who hands scans in does not check them as well.
    const char *const fixed[SUBMIT_FIXED_WORDS] = {
        program, "--config", config_path, "--actor", outcome_actor(), "--submit", site, "--"};
    memcpy(words, fixed, sizeof fixed);
    memcpy(words + SUBMIT_FIXED_WORDS, files->values, files->count * sizeof *words);
    char **argv = NULL;
    memcpy(&argv, &words, sizeof argv); // execv() takes char *const *, and changes nothing
    (void)execv(program, argv);
    complain("cannot start %s: %s", program, strerror(errno));
    free(program);
    free(words);
    return EXIT_CONFIGURATION;
}

static int submit(const struct call *call, const char *site, const struct argument_list *files)
{
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    int exit_code = EXIT_USAGE;
    char *folder = roles_folder();
    if (folder == NULL)
        complain("cannot find the folder of this program");
    else if (config_site(config, site) == NULL)
        complain("submit: the configuration has no site \"%s\"", site);
    else
        exit_code = become_intake(folder, config->path, site, files);
    free(folder);
    config_free(&config);
    return exit_code;
}

int verb_submit(struct call *call)
{
    const char *site = NULL;
    struct argument_list files = {0};
    const struct argument table[] = {
        {"site", "SITE", "the site that the files come from", ARGUMENT_STRING, &site}
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, 1, 1, (size_t)-1, &files, &exit_code))
        return exit_code;
    if (site == NULL) {
        complain("submit: from which site? usage: posteingang submit --site SITE FILE…");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = submit(call, site, &files);
    }
    argument_list_done(&files);
    return exit_code;
}
