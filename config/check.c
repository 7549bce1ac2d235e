/* check.c - see check.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/kinds.h"
#include "config/address.h"
#include "config/check.h"
#include "config/grammar_check.h"
#include "config/settings.h"
#include "config/values.h"

struct check {
    const struct config *config;
    const struct outline *outline;
    struct problems *problems;
};

enum { PLACE_BYTES = 128, SENTENCE_BYTES = 768 };

/* On the line of `path` (or of what it is below, when the default is in force). */
__attribute__((format(printf, 3, 4))) static void tell(const struct check *check, const char *path,
                                                       const char *format, ...)
{
    char words[SENTENCE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    problems_add(check->problems, outline_line(check->outline, path), "%s: %s", path, words);
}

/* ---- names --------------------------------------------------------------------------------- */

bool config_site_name_is_fit(const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || name[0] == '-' || name[0] == '_' || name[0] == ' ')
        return false;
    return strpbrk(name, "/\\:*?\"<>|\n\r\t") == NULL && name[strlen(name) - 1] != ' ' &&
           utf8_is_valid(name, strlen(name));
}

/* The name of entry `index` of a list; the struct's first member in all three. */
typedef const char *name_getter(const struct config *config, size_t index);

static const char *site_name(const struct config *config, size_t index)
{
    return config->sites[index].name;
}

static const char *team_name(const struct config *config, size_t index)
{
    return config->teams[index].name;
}

static const char *grammar_name(const struct config *config, size_t index)
{
    return config->grammars[index].name;
}

static const char *profile_name(const struct config *config, size_t index)
{
    return config->scan_profiles[index].name;
}

/* Sites differ in more than case: their folders may lie on a share that ignores it. */
static void check_names(const struct check *check, enum setting_list list, size_t count,
                        name_getter *name)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t before = 0; before < i; before++) {
            // An empty one is missing, which was told already.
            if (strcasecmp(name(check->config, i), name(check->config, before)) != 0 ||
                name(check->config, i)[0] == '\0')
                continue;
            char path[PLACE_BYTES];
            char first[PLACE_BYTES];
            (void)snprintf(path, sizeof path, "%s[%zu].name", setting_list_key(list), i);
            (void)snprintf(first, sizeof first, "%s[%zu].name", setting_list_key(list), before);
            tell(check, path, "\"%s\" is taken by the entry on line %u; names must differ",
                 name(check->config, i), outline_line(check->outline, first));
            break;
        }
    }
}

static void check_sites(const struct check *check)
{
    const struct config *config = check->config;
    if (config->site_count == 0)
        tell(check, "sites", "there is no site; write at least \"- name: …\" below it");
    for (size_t i = 0; i < config->site_count; i++) {
        const struct config_site *site = &config->sites[i];
        char path[PLACE_BYTES];
        (void)snprintf(path, sizeof path, "sites[%zu].name", i);
        if (site->name[0] != '\0' && !config_site_name_is_fit(site->name))
            tell(check, path, "\"%s\" cannot be the name of a folder; use letters, digits, - and _",
                 site->name);
        (void)snprintf(path, sizeof path, "sites[%zu].quiet", i);
        if (site->quiet_ms >= site->incomplete_ms)
            tell(check, path,
                 "a file would be refused as incomplete before it rested; make "
                 "incomplete_after longer than quiet");
        (void)snprintf(path, sizeof path, "sites[%zu].scan_profile", i);
        if (site->scan_profile != NULL && config_scan_profile_of(config, site->name) == NULL)
            tell(check, path, "there is no scan profile \"%s\" below scan_profiles",
                 site->scan_profile);
    }
    check_names(check, SETTING_SCAN_PROFILES, config->scan_profile_count, profile_name);
    check_names(check, SETTING_SITES, config->site_count, site_name);
    check_names(check, SETTING_TEAMS, config->team_count, team_name);
    check_names(check, SETTING_GRAMMARS, config->grammar_count, grammar_name);
}

/* ---- folders ------------------------------------------------------------------------------- */

enum { FOLDERS_MOST = SETTING_ENTRIES_MOST + 5 };

struct folder {
    char place[PLACE_BYTES]; /* "sites[0].drop" */
    char *path;              /* as far as it is there: without symbolic links */
};

struct folders {
    struct folder items[FOLDERS_MOST];
    size_t count;
};

/* Follows the symbolic links of the part that is there; the rest stays as it is written. */
static char *resolved(const char *path)
{
    char *existing = string_copy(path);
    struct text whole = {0};
    while (existing != NULL && existing[0] != '\0') {
        char *real = realpath(existing, NULL);
        if (real != NULL) {
            text_append(&whole, strcmp(real, "/") == 0 ? "" : real);
            text_append(&whole, path + strlen(existing));
            free(real);
            break;
        }
        *strrchr(existing, '/') = '\0';
    }
    if (whole.length == 0)
        text_append(&whole, path);
    free(existing);
    return text_take(&whole);
}

static void add_folder(const struct check *check, struct folders *folders, const char *place,
                       const char *path)
{
    struct folder *folder = &folders->items[folders->count];
    (void)snprintf(folder->place, sizeof folder->place, "%s", place);
    folder->path = resolved(path);
    if (folder->path == NULL)
        check->problems->failed = true;
    else
        folders->count++;
}

static bool is_inside(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (length == 1) // everything is inside "/"
        return true;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void compare_folders(const struct check *check, const struct folder *left,
                            const struct folder *right)
{
    if (strcmp(left->path, right->path) == 0)
        tell(check, right->place, "\"%s\" is the folder of %s too; each needs its own", right->path,
             left->place);
    else if (is_inside(right->path, left->path))
        tell(check, right->place, "\"%s\" lies inside \"%s\" (%s); put it beside", right->path,
             left->path, left->place);
    else if (is_inside(left->path, right->path))
        tell(check, right->place, "\"%s\" lies around \"%s\" (%s); put it beside", right->path,
             left->path, left->place);
}

static void list_folders(const struct check *check, struct folders *folders)
{
    const struct config *config = check->config;
    add_folder(check, folders,
               spool_place_is_bucket(config->store.spool) ? "store.s3.cache" : "store.spool",
               config_spool_folder(config));
    add_folder(check, folders, "store.cabinet", config->store.cabinet);
    add_folder(check, folders, "store.runtime", config->store.runtime);
    add_folder(check, folders, "reception.folder", config->reception.folder);
    for (size_t i = 0; i < config->site_count; i++) {
        char place[PLACE_BYTES];
        (void)snprintf(place, sizeof place, "sites[%zu].drop", i);
        if (config->sites[i].name[0] != '\0')
            add_folder(check, folders, place, config->sites[i].drop);
    }
}

/* The ledger is a file, and may lie beside the others but not in one of them. */
static void check_ledger(const struct check *check, const struct folders *folders)
{
    if (value_is_server(check->config->store.ledger))
        return;
    char *ledger = resolved(check->config->store.ledger);
    check->problems->failed |= ledger == NULL;
    for (size_t i = 0; ledger != NULL && i < folders->count; i++)
        if (is_inside(ledger, folders->items[i].path))
            tell(check, "store.ledger", "\"%s\" lies inside \"%s\" (%s); put it beside", ledger,
                 folders->items[i].path, folders->items[i].place);
    free(ledger);
}

/* Folders that are written to by different rules: none may be in another. */
static void check_folders(const struct check *check)
{
    struct folders *folders = calloc(1, sizeof *folders);
    if (folders == NULL) {
        check->problems->failed = true;
        return;
    }
    list_folders(check, folders);
    for (size_t right = 1; right < folders->count; right++)
        for (size_t left = 0; left < right; left++)
            compare_folders(check, &folders->items[left], &folders->items[right]);
    check_ledger(check, folders);
    for (size_t i = 0; i < folders->count; i++)
        free(folders->items[i].path);
    free(folders);
}

/* ---- pairs of numbers ---------------------------------------------------------------------- */

/* `left` must be at least `factor` times `right`. */
struct pair {
    const char *left;
    const char *right;
    size_t left_offset, right_offset; /* int64_t members of struct config */
    int64_t factor;
    int64_t unit_ratio; /* of the left's unit to the right's: 1000 for s beside ms */
    const char *why;
};

#define MEMBER(place) offsetof(struct config, place)
static const struct pair pairs[] = {
    {"workers.lease",        "workers.heartbeat", MEMBER(workers.lease_ms),        MEMBER(workers.heartbeat_ms),
     3,                                                                                                             1,    "a worker could lose its job over one heartbeat that comes late"},
    {"workers.vanished",     "workers.heartbeat", MEMBER(workers.vanished_ms),
     MEMBER(workers.heartbeat_ms),                                                                               2, 1,
     "a worker would be gone over one heartbeat that comes late"                                                                                                                          },
    {"workers.backoff_most", "workers.backoff",   MEMBER(workers.backoff_most_ms),
     MEMBER(workers.backoff_ms),                                                                                 1, 1,    "the first wait would be longer than the longest"               },
    {"reading.page_wall",    "reading.page_ocr",  MEMBER(reading.page_wall_ms),
     MEMBER(reading.page_ocr_ms),                                                                                1, 1,    "pages would be given up before recognition may end"            },
    {"reading.page_cpu",     "reading.page_ocr",  MEMBER(reading.page_cpu_s),
     MEMBER(reading.page_ocr_ms),                                                                                1, 1000, "pages would be killed before recognition may end"              },
    {"mail.backoff_most",    "mail.backoff",      MEMBER(mail.backoff_most_ms),    MEMBER(mail.backoff_ms),      1,
     1,                                                                                                                   "the first wait would be longer than the longest"               },
    {"portal.absolute",      "portal.idle",       MEMBER(portal.absolute_ms),      MEMBER(portal.idle_ms),       1, 1,
     "sessions would end before they are idle"                                                                                                                                            },
};

static const struct setting *setting_named(const char *key)
{
    for (size_t i = 0; i < setting_count; i++)
        if (settings[i].list == SETTING_SINGLE && strcmp(settings[i].key, key) == 0)
            return &settings[i];
    return NULL;
}

static void check_pair(const struct check *check, const struct pair *pair)
{
    int64_t left = 0;
    int64_t right = 0;
    memcpy(&left, (const char *)check->config + pair->left_offset, sizeof left);
    memcpy(&right, (const char *)check->config + pair->right_offset, sizeof right);
    int64_t least = right * pair->factor;
    if (left * pair->unit_ratio >= least)
        return;
    const struct setting *setting = setting_named(pair->left);
    struct text given = {0};
    struct text wanted = {0};
    value_append(setting, check->config, &given);
    int64_t least_of_left = (least + pair->unit_ratio - 1) / pair->unit_ratio; // rounded up
    value_append_number(setting, (double)least_of_left, &wanted);
    // On the line of the one that is written, when only one is.
    bool left_is_written = outline_find(check->outline, pair->left) != NULL;
    if (left_is_written || outline_find(check->outline, pair->right) == NULL)
        tell(check, pair->left, "%s is too little beside %s; at least %s, or %s",
             text_string(&given), pair->right, text_string(&wanted), pair->why);
    else
        tell(check, pair->right, "too much beside %s, which is %s and would have to be %s, or %s",
             pair->left, text_string(&given), text_string(&wanted), pair->why);
    text_done(&given);
    text_done(&wanted);
}

static void check_matching(const struct check *check)
{
    const struct config_matching *matching = &check->config->matching;
    if (matching->margin > matching->threshold)
        tell(check, "matching.margin",
             "%g is more than the threshold of %g, which would decide nothing then; make it "
             "smaller",
             matching->margin, matching->threshold);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void check_columns(const struct check *check)
{
    char *const *columns = check->config->register_columns;
    for (size_t i = 0; i < setting_count; i++) {
        if (!string_starts_with(settings[i].key, "register.columns."))
            continue;
        size_t index = (settings[i].offset - MEMBER(register_columns)) / sizeof(char *);
        for (size_t before = 0; before < index; before++)
            if (strcmp(columns[before], columns[index]) == 0)
                tell(check, settings[i].key, "the column \"%s\" stands for another field already",
                     columns[index]);
    }
}

static void check_languages(const struct check *check)
{
    const char *languages = check->config->reading.languages;
    bool begins = true;
    for (const char *letter = languages; *letter != '\0'; letter++) {
        bool is_letter = (*letter >= 'a' && *letter <= 'z') || (*letter >= 'A' && *letter <= 'Z');
        bool is_inner = *letter == '_' || *letter == '+' || (*letter >= '0' && *letter <= '9');
        if (!is_letter && (begins || !is_inner)) {
            tell(check, "reading.languages", "\"%s\" is not a list like deu+eng", languages);
            return;
        }
        begins = *letter == '+';
    }
    if (begins)
        tell(check, "reading.languages", "\"%s\" ends before the next language", languages);
}

/* Passwords go to the directory: in clear text only within this machine. */
static bool is_private(const char *uri, bool start_tls)
{
    static const char *const safe[] = {"ldaps://", "ldapi://"};
    static const char *const here[] = {"ldap://127.0.0.1", "ldap://[::1]", "ldap://localhost"};
    for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++)
        if (string_starts_with(uri, safe[i]))
            return true;
    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
        char behind = string_starts_with(uri, here[i]) ? uri[strlen(here[i])] : '.';
        if (strchr(" :/", behind) != NULL) // NUL is found, too
            return true;
    }
    return start_tls && string_starts_with(uri, "ldap://");
}

static void check_uris(const struct check *check)
{
    const struct config_directory *directory = &check->config->directory;
    for (const char *uri = directory->uri; *uri != '\0';) {
        size_t length = strcspn(uri, " ");
        if (length > 0 && !is_private(uri, directory->start_tls))
            tell(check, "directory.uri",
                 "\"%.*s\" would carry passwords in clear text; write ldaps://…, or ldap://… with "
                 "start_tls: true",
                 (int)length, uri);
        uri += length + strspn(uri + length, " ");
    }
}

/* store/users.h has the same words; this room does not know it. */
static bool is_role(const char *role)
{
    static const char *const roles[] = {"mailroom", "caseworker", "lead", "quality",
                                        "registry", "auditor",    "admin"};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i], role) == 0)
            return true;
    return false;
}

static void check_directory_groups(const struct check *check)
{
    const struct config *config = check->config;
    for (size_t i = 0; i < config->directory_group_count; i++) {
        const struct config_directory_group *group = &config->directory_groups[i];
        char path[PLACE_BYTES];
        (void)snprintf(path, sizeof path, "directory_groups[%zu].role", i);
        if (group->role != NULL && !is_role(group->role))
            tell(check, path, "there is no role \"%s\"", group->role);
        (void)snprintf(path, sizeof path, "directory_groups[%zu].site", i);
        if (group->site != NULL && config_site(config, group->site) == NULL)
            tell(check, path, "there is no site \"%s\"", group->site);
    }
}

static void check_directory(const struct check *check)
{
    const struct config_directory *directory = &check->config->directory;
    check_directory_groups(check);
    if (directory->uri == NULL)
        return;
    check_uris(check);
    if (directory->base == NULL)
        tell(check, "directory.base", "is needed: where people are searched");
    if (check->config->directory_group_count == 0)
        tell(check, "directory_groups",
             "without a group that has a role nobody of the directory may log in");
    if (directory->bind_dn != NULL && directory->password_file == NULL)
        tell(check, "directory.password_file", "is needed for directory.bind_dn");
    if (strstr(directory->user_filter, "{name}") == NULL)
        tell(check, "directory.user_filter", "\"%s\" does not say where the {name} goes",
             directory->user_filter);
    if (directory->user_dn != NULL && strstr(directory->user_dn, "{name}") == NULL)
        tell(check, "directory.user_dn", "\"%s\" does not say where the {name} goes",
             directory->user_dn);
}

static void check_object_store(const struct check *check)
{
    const struct config_s3 *s3 = &check->config->store.s3;
    if (!spool_place_is_bucket(check->config->store.spool))
        return;
    if (s3->endpoint == NULL)
        tell(check, "store.s3.endpoint", "is needed: the spool is in an object store");
    else if (!string_starts_with(s3->endpoint, "https://") &&
             !string_starts_with(s3->endpoint, "http://"))
        tell(check, "store.s3.endpoint", "\"%s\" is not https://HOST", s3->endpoint);
    if (s3->access_key == NULL)
        tell(check, "store.s3.access_key", "is needed: the spool is in an object store");
    if (s3->secret_file == NULL)
        tell(check, "store.s3.secret_file", "is needed: the spool is in an object store");
}

static void check_certificate(const struct check *check)
{
    const struct config_portal *portal = &check->config->portal;
    if (portal->certificate != NULL && portal->key == NULL)
        tell(check, "portal.key", "is needed for portal.certificate");
    if (portal->key != NULL && portal->certificate == NULL)
        tell(check, "portal.certificate", "is needed for portal.key");
}

static void check_factor_roles(const struct check *check)
{
    const char *list = check->config->portal.factor_roles;
    while (list != NULL && *list != '\0') {
        char role[64];
        list += strspn(list, "; ");
        size_t length = strcspn(list, "; ");
        (void)snprintf(role, sizeof role, "%.*s", (int)length, list);
        if (length > 0 && !is_role(role))
            tell(check, "portal.second_factor.required", "there is no role \"%s\"", role);
        list += length;
    }
}

static bool is_kind(const struct config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->kind_count; i++)
        if (strlen(config->kinds[i].name) == length &&
            memcmp(config->kinds[i].name, name, length) == 0)
            return true;
    return kind_is_built_in(name, length);
}

/* A word that names no kind would hide nothing, or check nothing, and nobody would know. */
static void check_kinds(const struct check *check, const char *key, const char *list)
{
    const char *rest = list, *name = NULL;
    size_t length = 0;
    while (kind_list_next(&rest, &name, &length)) {
        if (!is_kind(check->config, name, length))
            tell(check, key,
                 "there is no kind of document \"%.*s\"; the program's own stand in "
                 "docs/matching.md, others are made under kinds",
                 (int)length, name);
        const char *later = rest, *other = NULL;
        size_t other_length = 0;
        while (kind_list_next(&later, &other, &other_length))
            if (other_length == length && memcmp(other, name, length) == 0)
                tell(check, key, "\"%.*s\" stands here twice", (int)length, name);
    }
}

static void check_address(const struct check *check, const char *key, const char *address)
{
    struct in6_addr bytes; // large enough for both families
    if (inet_pton(AF_INET, address, &bytes) != 1 && inet_pton(AF_INET6, address, &bytes) != 1)
        tell(check, key, "\"%s\" is not the number of an address, like 127.0.0.1 or ::1", address);
}

static void check_notices(const struct check *check)
{
    const struct config_alarms *alarms = &check->config->alarms;
    const struct config_mail *mail = &check->config->mail;
    const char *colon = mail->server == NULL ? NULL : strrchr(mail->server, ':');
    if (mail->server != NULL && (colon == NULL || colon == mail->server || colon[1] == '\0' ||
                                 strspn(colon + 1, "0123456789") != strlen(colon + 1)))
        tell(check, "mail.server", "\"%s\" is not HOST:PORT", mail->server);
    if (strchr(mail->from, '@') == NULL)
        tell(check, "mail.from", "\"%s\" is not a mail address", mail->from);
    if (alarms->mail != NULL && strchr(alarms->mail, '@') == NULL)
        tell(check, "alarms.mail", "\"%s\" is not a mail address", alarms->mail);
    else if (alarms->mail != NULL && mail->server == NULL)
        tell(check, "alarms.mail", "no mail can be sent without a mail.server");
    if (alarms->webhook != NULL && !string_starts_with(alarms->webhook, "https://") &&
        !string_starts_with(alarms->webhook, "http://"))
        tell(check, "alarms.webhook", "\"%s\" is not a URL of http or https", alarms->webhook);
}

static void check_dispatch(const struct check *check)
{
    const char *listen = check->config->dispatch.listen;
    if (listen != NULL && !address_is_tcp(listen))
        tell(check, "dispatch.listen", "\"%s\" is not tcp://ADDRESS:PORT", listen);
}

/* The two ends of the line between a desk far away and its centre. */
static void check_line(const struct check *check)
{
    const struct config *config = check->config;
    const char *listen = config->reception.listen;
    const char *connect = config->centre.connect;
    int64_t rates[CONFIG_HOURS];
    struct text reason = {0};
    if (listen != NULL && !address_is_tcp(listen))
        tell(check, "reception.listen", "\"%s\" is not tcp://ADDRESS:PORT", listen);
    if (listen != NULL && config->dispatch.listen != NULL &&
        string_equal(listen, config->dispatch.listen))
        tell(check, "reception.listen",
             "workers come to \"%s\" (dispatch.listen); take another port", listen);
    if (connect != NULL && !address_is_tcp(connect))
        tell(check, "centre.connect", "\"%s\" is not tcp://HOST:PORT", connect);
    if (connect != NULL && (config->site_count != 1 || config->sites[0].is_remote))
        tell(check, "centre.connect",
             "a desk that sends to a centre has exactly one site of its own");
    if (connect != NULL && listen != NULL)
        tell(check, "centre.connect", "a desk that sends to a centre cannot be a centre itself");
    if (!config_rates_read(config->centre.rates, rates, &reason))
        tell(check, "centre.rates", "%s", text_string(&reason));
    text_done(&reason);
}

/* Carries a grammar's fault to its line. */
struct grammar_place {
    const struct check *check;
    size_t index;
};

static void tell_grammar_fault(void *context, const char *key, const char *words)
{
    const struct grammar_place *place = context;
    char path[PLACE_BYTES];
    (void)snprintf(path, sizeof path, "case_numbers[%zu].check.algorithm", place->index);
    // With an algorithm that is not one, what is said of its digits would mislead.
    if (place->check->config->grammars[place->index].check == CONFIG_CHECK_NONE &&
        string_starts_with(key, "check.") && outline_find(place->check->outline, path) != NULL &&
        problems_on_line(place->check->problems, outline_line(place->check->outline, path)))
        return;
    (void)snprintf(path, sizeof path, "case_numbers[%zu].%s", place->index, key);
    tell(place->check, path, "%s", words);
}

void config_check(const struct config *config, const struct outline *outline,
                  struct problems *problems)
{
    const struct check check = {.config = config, .outline = outline, .problems = problems};
    check_sites(&check);
    check_folders(&check);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_pair(&check, &pairs[i]);
    check_matching(&check);
    check_columns(&check);
    check_languages(&check);
    check_address(&check, "portal.address", check.config->portal.address);
    check_address(&check, "monitor.address", check.config->monitor.address);
    check_notices(&check);
    check_directory(&check);
    check_object_store(&check);
    check_certificate(&check);
    check_factor_roles(&check);
    check_dispatch(&check);
    check_kinds(&check, "privacy.medical_kinds", config->medical_kinds);
    check_kinds(&check, "quality.high_kinds", config->quality.high_kinds);
    check_line(&check);
    for (size_t i = 0; i < config->grammar_count; i++) {
        const struct config_case_grammar *grammar = &config->grammars[i];
        struct grammar_place place = {.check = &check, .index = i};
        if (grammar->pattern[0] != '\0' && grammar->canonical[0] != '\0')
            grammar_check(grammar, tell_grammar_fault, &place);
    }
}
