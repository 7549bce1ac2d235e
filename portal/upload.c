/* upload.c - see upload.h. Nothing is flushed here: the intake copies the file into the spool and
 * makes that durable; what a crash leaves behind here is cleared at the next start. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "portal/upload.h"

enum { NAME_BYTES_MOST = 200 };

struct upload {
    struct errand errand;
    const struct config *config;
    char *program;
    char *site;
    char *actor;
    char *name;   /* what the file is called where it comes from: never a path here */
    char *folder; /* of this file alone */
    char *path;
    char id[UUID_TEXT_BYTES];
    int file;
    uint64_t size;
    bool is_too_large, has_failed;
    int exit_code;
};

static char *uploads_folder(const struct config *config)
{
    return path_join(config->store.runtime, "uploads");
}

/* ---- names ------------------------------------------------------------------------------------ */

/* The last part of a path of any system, if it can be a file's name here; NULL otherwise. */
static const char *fit_name(const char *name)
{
    for (const char *letter = name; *letter != '\0'; letter++) {
        if (*letter == '/' || *letter == '\\')
            name = letter + 1;
        if ((unsigned char)*letter < ' ' || *letter == 0x7f)
            return NULL;
    }
    bool is_fit = name[0] != '\0' && name[0] != '.' && strlen(name) <= NAME_BYTES_MOST &&
                  utf8_is_valid(name, strlen(name));
    return is_fit ? name : NULL;
}

static bool copy_order(struct upload *upload, const struct upload_order *order, const char *name)
{
    char *folder = uploads_folder(order->config);
    uuid_to_text(&order->id.uuid, upload->id);
    upload->config = order->config;
    upload->program = path_join(order->programs, "posteingang-intake");
    upload->site = string_copy(order->site);
    upload->actor = string_copy(order->actor);
    upload->folder = folder == NULL ? NULL : path_join(folder, upload->id);
    upload->name = string_copy(name);
    upload->path = upload->folder == NULL ? NULL : path_join(upload->folder, "file");
    free(folder);
    return upload->program != NULL && upload->site != NULL && upload->actor != NULL &&
           upload->name != NULL && upload->path != NULL;
}

/* ---- taking bytes ------------------------------------------------------------------------------ */

static enum status open_file(struct upload *upload, struct fault *fault)
{
    char *folder = uploads_folder(upload->config);
    bool is_made = folder != NULL && durable_make_folders(folder, 0700, NULL) == STATUS_OK &&
                   (mkdir(upload->folder, 0700) == 0 || errno == EEXIST);
    free(folder);
    if (is_made)
        upload->file =
            open(upload->path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (upload->file < 0)
        return fault_errno(fault, STATUS_LATER, "cannot take an upload into \"%s\"",
                           upload->folder);
    return STATUS_OK;
}

static void run(struct errand *errand);

enum status upload_open(const struct upload_order *order, struct upload **ret_upload,
                        struct fault *fault)
{
    const char *name = fit_name(order->name);
    struct upload *upload = calloc(1, sizeof *upload);
    if (upload == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for an upload");
    upload->file = -1;
    upload->exit_code = -1;
    upload->errand.run = run;
    enum status status = STATUS_OK;
    if (name == NULL)
        status = fault_set(fault, STATUS_REFUSE, "the file's name is none");
    else if (!copy_order(upload, order, name))
        status = fault_set(fault, STATUS_LATER, "no memory for an upload");
    if (status == STATUS_OK)
        status = open_file(upload, fault);
    if (status == STATUS_OK)
        *ret_upload = upload;
    else
        upload_free(&upload);
    return status;
}

void upload_write(struct upload *upload, const char *bytes, size_t length)
{
    upload->size += length;
    upload->is_too_large |= upload->size > (uint64_t)upload->config->limits.scan_bytes_most;
    if (upload->is_too_large || upload->has_failed)
        return;
    upload->has_failed = durable_write(upload->file, bytes, length, NULL) != STATUS_OK;
}

bool upload_is_too_large(const struct upload *upload)
{
    return upload->is_too_large;
}

bool upload_has_failed(const struct upload *upload)
{
    return upload->has_failed;
}

struct errand *upload_errand(struct upload *upload)
{
    return &upload->errand;
}

int upload_exit_code(const struct upload *upload)
{
    return upload->exit_code;
}

/* ---- handing over ------------------------------------------------------------------------------ */

/* The intake inherits nothing but standard error, and no blocked signals. */
static int spawn(struct upload *upload, pid_t *ret_process)
{
    char *const words[] = {upload->program,      (char[]){"--config"},
                           upload->config->path, (char[]){"--submit"},
                           upload->site,         (char[]){"--id"},
                           upload->id,           (char[]){"--name"},
                           upload->name,         (char[]){"--actor"},
                           upload->actor,        (char[]){"--"},
                           upload->path,         NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int error = posix_spawn(ret_process, upload->program, &files, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&files);
    return error;
}

static void run(struct errand *errand)
{
    struct upload *upload = (struct upload *)errand; // its first member
    pid_t process = 0;
    int ended = 0;
    (void)close(upload->file);
    upload->file = -1;
    int error = spawn(upload, &process);
    if (error != 0) {
        log_error(upload->id, "cannot start %s: %s", upload->program, strerror(error));
        return;
    }
    while (waitpid(process, &ended, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(ended))
        upload->exit_code = WEXITSTATUS(ended);
}

void upload_free(struct upload **upload_p)
{
    struct upload *upload = *upload_p;
    if (upload == NULL)
        return;
    if (upload->file >= 0)
        (void)close(upload->file);
    if (upload->path != NULL) {
        (void)unlink(upload->path);
        (void)rmdir(upload->folder);
    }
    free(upload->program);
    free(upload->site);
    free(upload->actor);
    free(upload->name);
    free(upload->folder);
    free(upload->path);
    free(upload);
    *upload_p = NULL;
}

/* ---- what was left behind ---------------------------------------------------------------------- */

/* Removes what lies in a folder, and the folders in it when `depth` says so. */
static void empty_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    const struct dirent *entry = NULL;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inner = path_join(path, entry->d_name);
        if (inner != NULL && unlink(inner) != 0 && depth > 0) {
            empty_folder(inner, depth - 1);
            (void)rmdir(inner);
        }
        free(inner);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

void upload_clear(const struct config *config)
{
    char *folder = uploads_folder(config);
    if (folder != NULL)
        empty_folder(folder, 1);
    free(folder);
}
