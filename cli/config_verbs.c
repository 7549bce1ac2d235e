/* config_verbs.c - `posteingang config check` and `config show`. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/outcome.h"
#include "cli/verbs.h"
#include "config/config.h"

int verb_config_check(struct call *call)
{
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    printf("%s is good: %zu site%s, %zu case-number grammar%s, %lld reader%s.\n", config->path,
           config->site_count, config->site_count == 1 ? "" : "s", config->grammar_count,
           config->grammar_count == 1 ? "" : "s", (long long)config_reader_count(config),
           config_reader_count(config) == 1 ? "" : "s");
    if (config->notes != NULL)
        printf("\nGood to know:\n%s", config->notes);
    config_free(&config);
    return EXIT_DONE;
}

int verb_config_show(struct call *call)
{
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    struct config *config = config_load_or_explain(call->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    struct text settings = {0};
    config_append_effective(config, &settings);
    if (text_ok(&settings))
        fputs(text_string(&settings), stdout);
    else
        exit_code = EXIT_STORAGE;
    text_done(&settings);
    config_free(&config);
    return exit_code;
}
