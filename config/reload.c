/* reload.c - see reload.h. One configuration a process, hence the two statics. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/reload.h"

static char *reload_path;
static bool is_reload_asked;

void reload_from(const char *path)
{
    free(reload_path);
    reload_path = string_copy(path);
}

/* The first problem only: `posteingang config check` says all. */
static bool is_usable(const char *path)
{
    struct config *config = NULL;
    struct fault fault = {0};
    if (config_load(path, &config, NULL, &fault) != STATUS_OK) {
        log_error(NULL, "the configuration cannot be used, the old one stays: %s", fault.text);
        return false;
    }
    config_free(&config);
    return true;
}

bool reload_is_asked(int signal_number)
{
    if (signal_number != SIGHUP || reload_path == NULL || !is_usable(reload_path))
        return false;
    log_info(NULL, "beginning anew with the configuration as it is now");
    is_reload_asked = true;
    return true;
}

int reload_exit_code(int exit_code)
{
    return is_reload_asked && exit_code == EXIT_DONE ? EXIT_AGAIN : exit_code;
}
