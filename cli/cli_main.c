/* cli_main.c - the posteingang command: finds the verb and hands it its words.
 *
 * Standard output carries what was asked for, standard error what people should know. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/privileges.h"
#include "base/status.h"
#include "cli/outcome.h"
#include "cli/verbs.h"

/* Takes the options before the verb. Returns the verb's place in argv, or 0 when the call is
 * answered, with *ret_exit_code. */
static int take_global_options(int argc, char **argv, const char **ret_config, int *ret_exit_code)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        *ret_exit_code = EXIT_DONE;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            verbs_print_overview(NULL);
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("posteingang %s\n", POSTEINGANG_VERSION);
            return 0;
        }
        *ret_exit_code = EXIT_USAGE;
        if (strncmp(argv[i], "--config=", 9) == 0) {
            *ret_config = argv[i] + 9;
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            *ret_config = argv[++i];
        } else if (strcmp(argv[i], "--config") == 0) {
            complain("--config needs a value: --config FILE");
            return 0;
        } else {
            complain("unknown option %s; see: posteingang --help", argv[i]);
            return 0;
        }
    }
    if (i < argc)
        return i;
    *ret_exit_code = EXIT_USAGE;
    verbs_print_overview(NULL);
    return 0;
}

/* "posteingang register --help": the verbs of a group. */
static bool asks_about_group(int argc, char **argv)
{
    return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

int main(int argc, char **argv)
{
    log_open("posteingang", LOG_LEVEL_INFO);
    if (privileges_forbid_core(NULL) != STATUS_OK) // also of all that `run` starts
        complain("core files cannot be forbidden");
    struct call call = {0};
    int exit_code = EXIT_USAGE;
    int first = take_global_options(argc, argv, &call.config, &exit_code);
    if (first == 0)
        return exit_code;
    int words = 0;
    call.verb = verb_find(argc - first, argv + first, &words);
    if (call.verb == NULL) {
        if (asks_about_group(argc - first, argv + first) && verbs_has_group(argv[first])) {
            verbs_print_overview(argv[first]);
            return EXIT_DONE;
        }
        verb_explain_unknown(argc - first, argv + first);
        return EXIT_USAGE;
    }
    call.argc = argc - first - words + 1;
    call.argv = argv + first + words - 1;
    exit_code = call.verb->run(&call);
    if (fflush(stdout) != 0 && exit_code == EXIT_DONE)
        exit_code = EXIT_STORAGE;
    return exit_code;
}
