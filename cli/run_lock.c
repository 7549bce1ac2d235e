/* run_lock.c - see run_lock.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/share.h"
#include "base/status.h"
#include "cli/outcome.h"
#include "cli/run_lock.h"

enum { RUN_PID_BYTES = 32 };

static int explain_holder(int file)
{
    char pid[RUN_PID_BYTES] = {0};
    ssize_t length = pread(file, pid, sizeof pid - 1, 0);
    if (length > 0)
        pid[strcspn(pid, "\n")] = '\0';
    complain("this instance is running already (process %s)", length > 0 ? pid : "unknown");
    return EXIT_FOUND;
}

int run_lock_take(const struct config *config, int *ret_file)
{
    struct fault fault = {0};
    if (durable_make_folders(config->store.runtime, share_mode(0700), &fault) != STATUS_OK)
        return outcome_of(&fault);
    char *path = path_join(config->store.runtime, "run.lock");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (file < 0) {
        (void)fault_errno(&fault, STATUS_LATER, "cannot open run.lock in %s",
                          config->store.runtime);
        return outcome_of(&fault);
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        int exit_code = explain_holder(file);
        (void)close(file);
        return exit_code;
    }
    char pid[RUN_PID_BYTES];
    int length = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    bool is_noted = ftruncate(file, 0) == 0 && pwrite(file, pid, (size_t)length, 0) == length;
    if (!is_noted)
        log_warning(NULL, "cannot note the process in run.lock");
    *ret_file = file;
    return EXIT_DONE;
}
