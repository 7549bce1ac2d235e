/* roles.c - see roles.h.
 *
 * The reader reads no configuration: what it may know stands on its command line, after the names
 * of the settings. */
// SPDX-License-Identifier: EUPL-1.2
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/roles.h"

enum { SCRUB_NEVER = 24 /* store.scrub_hour */ };

enum option_kind { OPTION_NUMBER, OPTION_TEXT, OPTION_SANDBOX, OPTION_ARCHIVE };

/* A reader's option and where its value stands in struct config. */
static const struct reader_option {
    const char *name;
    enum option_kind kind;
    size_t offset;
} reader_options[] = {
    {"--connect",     OPTION_TEXT,    offsetof(struct config, workers.address)         },
    {"--languages",   OPTION_TEXT,    offsetof(struct config, reading.languages)       },
    {"--tessdata",    OPTION_TEXT,    offsetof(struct config, reading.tessdata)        },
    {"--page-wall",   OPTION_NUMBER,  offsetof(struct config, reading.page_wall_ms)    },
    {"--page-ocr",    OPTION_NUMBER,  offsetof(struct config, reading.page_ocr_ms)     },
    {"--page-cpu",    OPTION_NUMBER,  offsetof(struct config, reading.page_cpu_s)      },
    {"--page-memory", OPTION_NUMBER,  offsetof(struct config, reading.page_memory)     },
    {"--page-pixels", OPTION_NUMBER,  offsetof(struct config, reading.page_pixels_most)},
    {"--page-side",   OPTION_NUMBER,  offsetof(struct config, reading.page_side_most)  },
    {"--render-dpi",  OPTION_NUMBER,  offsetof(struct config, reading.render_dpi)      },
    {"--scan-size",   OPTION_NUMBER,  offsetof(struct config, limits.scan_bytes_most)  },
    {"--scan-pages",  OPTION_NUMBER,  offsetof(struct config, limits.scan_pages_most)  },
    {"--separators",  OPTION_TEXT,    offsetof(struct config, reading.separators)      },
    {"--stickers",    OPTION_TEXT,    offsetof(struct config, reading.stickers)        },
    {"--archive",     OPTION_ARCHIVE, offsetof(struct config, reading.archive_1b)      },
    {"--sandbox",     OPTION_SANDBOX, offsetof(struct config, reading.sandbox_required)},
};

static const char *const log_level_names[] = {"error", "warning", "info", "debug"};
static const char *const log_format_names[] = {"auto", "text", "json", "journal"};

/* One thread a page: several readers share the cores (with OpenMP's own threads they strangle
 * each other). */
static const char *const reader_environment[] = {"OMP_THREAD_LIMIT=1", NULL};

char *roles_folder(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    return slash == NULL ? NULL : string_copy_bytes(path, (size_t)(slash - path));
}

/* Takes `word`; false when it or the memory is missing. */
static bool add_word(struct role *role, char *word)
{
    char **argv = word == NULL ? NULL : realloc(role->argv, (role->argc + 2) * sizeof *argv);
    if (argv == NULL) {
        free(word);
        return false;
    }
    role->argv = argv;
    role->argv[role->argc++] = word;
    role->argv[role->argc] = NULL;
    return true;
}

static bool add_option(struct role *role, const char *name, const char *value)
{
    return add_word(role, string_copy(name)) && add_word(role, string_copy(value));
}

static bool add_reader_option(struct role *role, const struct config *config,
                              const struct reader_option *option)
{
    const char *field = (const char *)config + option->offset;
    char number[32];
    if (option->kind == OPTION_TEXT) {
        char *value = NULL;
        memcpy(&value, field, sizeof value);
        return value == NULL || add_option(role, option->name, value);
    }
    if (option->kind == OPTION_ARCHIVE) {
        bool is_1b = false;
        memcpy(&is_1b, field, sizeof is_1b);
        return add_option(role, option->name, is_1b ? "1b" : "2b");
    }
    if (option->kind == OPTION_SANDBOX) {
        bool is_required = false;
        memcpy(&is_required, field, sizeof is_required);
        return add_option(role, option->name, is_required ? "required" : "preferred");
    }
    int64_t value = 0;
    memcpy(&value, field, sizeof value);
    (void)snprintf(number, sizeof number, "%lld", (long long)value);
    return add_option(role, option->name, number);
}

static bool add_reader_options(struct role *role, const struct config *config)
{
    bool is_whole = add_option(role, "--log-level", log_level_names[config->log_level]) &&
                    add_option(role, "--log-format", log_format_names[config->log_format]);
    for (size_t i = 0; i < sizeof reader_options / sizeof reader_options[0]; i++)
        is_whole = is_whole && add_reader_option(role, config, &reader_options[i]);
    return is_whole;
}

static struct role *add_role(struct roles *roles, const char *folder, const char *program,
                             char *name)
{
    struct role *items = realloc(roles->items, (roles->count + 1) * sizeof *items);
    if (items == NULL) {
        free(name);
        return NULL;
    }
    roles->items = items;
    struct role *role = &items[roles->count++];
    *role = (struct role){.name = name};
    return name != NULL && add_word(role, path_join(folder, program)) ? role : NULL;
}

/* A program that reads the configuration itself. */
static bool add_configured(struct roles *roles, const struct config *config, const char *folder,
                           const char *program, const char *name)
{
    struct role *role = add_role(roles, folder, program, string_copy(name));
    return role != NULL && add_option(role, "--config", config->path);
}

static bool add_readers(struct roles *roles, const struct config *config, const char *folder)
{
    int64_t count = config_reader_count(config);
    for (int64_t i = 1; i <= count; i++) {
        struct text name = {0};
        text_append_format(&name, "reader %lld", (long long)i);
        struct role *role = add_role(roles, folder, "posteingang-reader", text_take(&name));
        if (role == NULL || !add_reader_options(role, config))
            return false;
    }
    return true;
}

enum status roles_make_readers(const char *folder, int64_t readers, const char *const *words,
                               size_t word_count, struct roles *ret_roles, struct fault *fault)
{
    struct roles roles = {0};
    bool is_whole = true;
    for (int64_t i = 1; i <= readers && is_whole; i++) {
        struct text name = {0};
        text_append_format(&name, "reader %lld", (long long)i);
        struct role *role = add_role(&roles, folder, "posteingang-reader", text_take(&name));
        is_whole = role != NULL;
        for (size_t j = 0; j < word_count && is_whole; j++)
            is_whole = add_word(role, string_copy(words[j]));
    }
    if (is_whole)
        *ret_roles = roles;
    else
        roles_done(&roles);
    return is_whole ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
}

enum status roles_make_local_readers(const struct config *config, const char *folder,
                                     struct roles *ret_roles, struct fault *fault)
{
    struct roles roles = {0};
    if (!add_readers(&roles, config, folder)) {
        roles_done(&roles);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    *ret_roles = roles;
    return STATUS_OK;
}

/* Not every program is part of every installation. */
static bool has_program(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    bool is_there = path != NULL && access(path, X_OK) == 0;
    free(path);
    return is_there;
}

static bool hands_over(const struct config *config)
{
    for (size_t i = 0; i < config->team_count; i++)
        if (config->teams[i].destination != CONFIG_FOLDER)
            return true;
    return false;
}

/* Reads everything at rest once a night. */
static bool add_scrub(struct roles *roles, const struct config *config, const char *folder)
{
    return config->store.scrub_hour >= SCRUB_NEVER ||
           (add_configured(roles, config, folder, "posteingang", "scrub") &&
            add_option(&roles->items[roles->count - 1], "scrub", "--nightly"));
}

/* A desk far away reads nothing: it takes over, and sends on. */
static bool add_desk(struct roles *roles, const struct config *config, const char *folder,
                     bool draining)
{
    return add_configured(roles, config, folder, "posteingang-forward", "forward") &&
           add_option(&roles->items[0], "--connect", config->centre.connect) &&
           add_option(&roles->items[0], "--key", config->centre.key) &&
           add_configured(roles, config, folder, "posteingang-intake", "intake") &&
           (draining || add_scrub(roles, config, folder));
}

static bool add_centre(struct roles *roles, const struct config *config, const char *folder,
                       bool draining)
{
    bool is_whole = add_configured(roles, config, folder, "posteingang-dispatch", "dispatcher") &&
                    add_readers(roles, config, folder) &&
                    add_configured(roles, config, folder, "posteingang-filer", "filer") &&
                    add_configured(roles, config, folder, "posteingang-intake", "intake");
    if (is_whole && !draining && config->portal.enabled &&
        has_program(folder, "posteingang-portal"))
        is_whole = add_configured(roles, config, folder, "posteingang-portal", "portal");
    if (is_whole && !draining && config->monitor.enabled &&
        has_program(folder, "posteingang-monitor"))
        is_whole = add_configured(roles, config, folder, "posteingang-monitor", "monitor");
    if (is_whole && !draining && config->register_folder != NULL)
        is_whole = add_configured(roles, config, folder, "posteingang-register", "register");
    if (is_whole && !draining && hands_over(config))
        is_whole = add_configured(roles, config, folder, "posteingang-answers", "answers");
    if (is_whole && !draining && config->reception.listen != NULL)
        is_whole = add_configured(roles, config, folder, "posteingang-reception", "reception");
    return is_whole && (draining || add_scrub(roles, config, folder));
}

enum status roles_make(const struct config *config, const char *folder, bool draining,
                       struct roles *ret_roles, struct fault *fault)
{
    struct roles roles = {0};
    bool is_whole = config->centre.connect != NULL ? add_desk(&roles, config, folder, draining)
                                                   : add_centre(&roles, config, folder, draining);
    if (!is_whole) {
        roles_done(&roles);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    *ret_roles = roles;
    return STATUS_OK;
}

void roles_done(struct roles *roles)
{
    for (size_t i = 0; i < roles->count; i++) {
        for (size_t j = 0; j < roles->items[i].argc; j++)
            free(roles->items[i].argv[j]);
        free(roles->items[i].argv);
        free(roles->items[i].name);
    }
    free(roles->items);
    *roles = (struct roles){0};
}

enum status roles_supervise(const struct roles *roles, int standard_error,
                            struct supervisor *supervisor, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < roles->count && status == STATUS_OK; i++) {
        const struct role *role = &roles->items[i];
        bool is_reader = string_starts_with(role->name, "reader ");
        const struct supervisor_child child = {
            .name = role->name,
            .argv = (const char *const *)role->argv,
            .environment = is_reader ? reader_environment : NULL,
            .ends_last = i == 0 && !is_reader,
            .standard_error = standard_error,
        };
        status = supervisor_add(supervisor, &child, fault);
    }
    return status;
}

void roles_report_death(void *context, size_t index, const char *name, const char *how,
                        int64_t restart_in_ms)
{
    (void)context;
    (void)index;
    // readers retire by themselves after some hundred scans
    bool is_retired = strcmp(how, "exit code 0") == 0;
    log_event(is_retired ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, NULL,
              "%s ended: %s; starting it again in %.1f s", name, how, (double)restart_in_ms / 1000);
}
