/* lifesign.c - see lifesign.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/lifesign.h"
#include "base/share.h"
#include "base/text.h"

/* "RUNTIME/alive/PROGRAM", or "RUNTIME/alive/PROGRAM SITE". The caller owns it; NULL on no memory. */
static char *mark_path(const char *runtime, const char *program, const char *site)
{
    struct text path = {0};
    text_append_format(&path, "%s/alive/%s%s%s", runtime, program, site == NULL ? "" : " ",
                       site == NULL ? "" : site);
    return text_take(&path);
}

static int open_mark(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, share_mode(0600));
}

static int open_first_mark(const char *runtime, const char *path)
{
    char *folder = path_join(runtime, "alive");
    bool is_made = folder != NULL && mkdir(folder, share_mode(0700)) == 0;
    free(folder);
    return is_made ? open_mark(path) : -1;
}

void lifesign_give(const char *runtime, const char *program, const char *site)
{
    char *path = mark_path(runtime, program, site);
    int file = path == NULL ? -1 : open_mark(path);
    if (path != NULL && file < 0)
        file = open_first_mark(runtime, path);
    free(path);
    if (file < 0)
        return;
    int failed = futimens(file, NULL);
    (void)failed;
    (void)close(file);
}

int64_t lifesign_look(const char *runtime, const char *program, const char *site)
{
    struct stat found;
    char *path = mark_path(runtime, program, site);
    bool is_there = path != NULL && stat(path, &found) == 0;
    free(path);
    return is_there ? (int64_t)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000 : 0;
}
