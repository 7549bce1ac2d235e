/* directory.c - see directory.h.
 *
 * Who searches is bound on one connection, the person on another, so that a search never runs with
 * the rights of who is still to be checked. An unknown name is bound as well, as somebody who
 * cannot be there: it takes as long as a wrong password. */
// SPDX-License-Identifier: EUPL-1.2
#include <ldap.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/durable.h"
#include "portal/directory.h"
#include "store/desk.h"

enum {
    GROUPS_MOST = 512, /* of one person */
    DEPTH_MOST = 10,   /* groups of groups of groups */
    PASSWORD_FILE_BYTES_MOST = 4096
};

static const char CHAIN_FILTER[] = "(member:1.2.840.113556.1.4.1941:={dn})";

struct groups {
    char *names[GROUPS_MOST]; /* DNs; owned */
    size_t count;
};

struct user_card directory_card(const struct directory_person *person)
{
    return (struct user_card){
        .name = person->name,
        .title = person->title,
        .mail = person->mail,
        .place = {.role = person->role,
                  .site = person->site,
                  .team = person->team,
                  .caseworker = person->caseworker},
    };
}

bool directory_can_look_up(const struct config *config)
{
    const struct config_directory *directory = &config->directory;
    return directory->uri != NULL && (directory->bind_dn != NULL || directory->user_dn == NULL);
}

/* ---- escaping ------------------------------------------------------------------------------ */

/* RFC 4515, 3: two hex digits behind a backslash. More is escaped than has to be. */
static void append_filter_value(struct text *text, const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if (byte < ' ' || byte >= 0x7f || strchr("*()\\&|!<>~/", byte) != NULL)
            text_append_format(text, "\\%02x", byte);
        else
            text_append_char(text, *value);
    }
}

/* RFC 4514, 2.4. */
static void append_dn_value(struct text *text, const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if (byte <= ' ' || byte >= 0x7f || strchr("\"#+,;<=>\\", byte) != NULL)
            text_append_format(text, "\\%02x", byte);
        else
            text_append_char(text, *value);
    }
}

typedef void value_writer(struct text *text, const char *value);

static void append_pattern(struct text *text, const char *pattern, const char *name, const char *dn,
                           value_writer *write)
{
    while (*pattern != '\0') {
        bool is_name = string_starts_with(pattern, "{name}");
        bool is_dn = string_starts_with(pattern, "{dn}");
        const char *value = is_name ? name : is_dn ? dn : NULL;
        if (value != NULL)
            write(text, value);
        else if (!is_name && !is_dn)
            text_append_char(text, *pattern);
        pattern += is_name ? strlen("{name}") : is_dn ? strlen("{dn}") : 1;
    }
}

void directory_append_filter(struct text *text, const char *pattern, const char *name,
                             const char *dn)
{
    append_pattern(text, pattern, name, dn, append_filter_value);
}

/* A name like NAME@DOMAIN is none of a DN and needs no escaping beyond what a name may hold. */
void directory_append_dn(struct text *text, const char *pattern, const char *name)
{
    append_pattern(text, pattern, name, NULL, append_dn_value);
}

/* ---- connections --------------------------------------------------------------------------- */

static enum directory_answer silent(struct fault *fault, const char *what, int code)
{
    (void)fault_set(fault, STATUS_LATER, "the directory: %s: %s", what, ldap_err2string(code));
    return DIRECTORY_SILENT;
}

static void hang_up(LDAP *connection)
{
    if (connection != NULL)
        (void)ldap_unbind_ext_s(connection, NULL, NULL);
}

/* All that ldap.conf(5) might say otherwise is said here. */
static int set_options(LDAP *connection, const struct config_directory *directory)
{
    const int version = LDAP_VERSION3;
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int client = 0;
    struct timeval wait = {.tv_sec = directory->timeout_ms / 1000,
                           .tv_usec = directory->timeout_ms % 1000 * 1000};
    const struct {
        int option;
        const void *value;
    } options[] = {
        {LDAP_OPT_PROTOCOL_VERSION,   &version     },
        {LDAP_OPT_REFERRALS,          LDAP_OPT_OFF },
        {LDAP_OPT_NETWORK_TIMEOUT,    &wait        },
        {LDAP_OPT_TIMEOUT,            &wait        },
        {LDAP_OPT_X_TLS_REQUIRE_CERT, &demand      },
        {LDAP_OPT_X_TLS_PROTOCOL_MIN, &least       },
        {LDAP_OPT_X_TLS_CACERTFILE,   directory->ca},
        {LDAP_OPT_X_TLS_NEWCTX,       &client      }, // last: takes up the others of TLS
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].value == NULL)
            continue; // the system's certificates
        if (ldap_set_option(connection, options[i].option, options[i].value) != LDAP_OPT_SUCCESS)
            return LDAP_PARAM_ERROR;
    }
    return LDAP_SUCCESS;
}

static enum directory_answer connect_to(const struct config_directory *directory,
                                        LDAP **ret_connection, struct fault *fault)
{
    LDAP *connection = NULL;
    int code = ldap_initialize(&connection, directory->uri);
    if (code == LDAP_SUCCESS)
        code = set_options(connection, directory);
    if (code == LDAP_SUCCESS && directory->start_tls)
        code = ldap_start_tls_s(connection, NULL, NULL);
    if (code == LDAP_SUCCESS) {
        *ret_connection = connection;
        return DIRECTORY_MAY;
    }
    hang_up(connection);
    return silent(fault, "no connection", code);
}

/* DIRECTORY_UNKNOWN: it says that this is not the password, or nobody's. */
static enum directory_answer bind_as(LDAP *connection, const char *dn, const char *password,
                                     struct fault *fault)
{
    char *secret = string_copy(password);
    if (secret == NULL)
        return silent(fault, "log-in", LDAP_NO_MEMORY);
    struct berval credentials = {.bv_len = strlen(secret), .bv_val = secret};
    int code = ldap_sasl_bind_s(connection, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL);
    sodium_memzero(secret, credentials.bv_len);
    free(secret);
    switch (code) {
    case LDAP_SUCCESS:
        return DIRECTORY_MAY;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_INVALID_DN_SYNTAX:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_CONSTRAINT_VIOLATION: // locked by the directory's own policy
    case LDAP_INSUFFICIENT_ACCESS:
        return DIRECTORY_UNKNOWN;
    default:
        return silent(fault, "log-in", code);
    }
}

/* The first line of the file; the caller owns and wipes it. */
static char *read_password(const struct config_directory *directory, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    if (directory->password_file == NULL)
        return string_copy("");
    if (file_read(directory->password_file, PASSWORD_FILE_BYTES_MOST, &bytes, &length, fault) !=
        STATUS_OK)
        return NULL;
    char *line = string_copy_bytes(bytes, strcspn(bytes, "\r\n"));
    sodium_memzero(bytes, length);
    free(bytes);
    return line;
}

/* Connects as who searches. A wrong password of that account is the directory's silence. */
static enum directory_answer connect_to_search(const struct config_directory *directory,
                                               LDAP **ret_connection, struct fault *fault)
{
    char *password = read_password(directory, fault);
    if (password == NULL)
        return DIRECTORY_SILENT;
    enum directory_answer answer = connect_to(directory, ret_connection, fault);
    if (answer == DIRECTORY_MAY && directory->bind_dn != NULL && password[0] == '\0')
        answer = silent(fault, "the file of its password is empty", LDAP_INVALID_CREDENTIALS);
    else if (answer == DIRECTORY_MAY && directory->bind_dn != NULL)
        answer = bind_as(*ret_connection, directory->bind_dn, password, fault);
    if (answer == DIRECTORY_UNKNOWN)
        answer = silent(fault, directory->bind_dn, LDAP_INVALID_CREDENTIALS);
    if (answer != DIRECTORY_MAY) {
        hang_up(*ret_connection);
        *ret_connection = NULL;
    }
    sodium_memzero(password, strlen(password));
    free(password);
    return answer;
}

/* ---- searching ------------------------------------------------------------------------------ */

/* At most `most` entries below `base`; *ret_result is freed by the caller. */
static enum directory_answer search(LDAP *connection, const char *base, const char *filter,
                                    const char *const *attributes, int most,
                                    LDAPMessage **ret_result, struct fault *fault)
{
    char *wanted[8] = {NULL};
    for (size_t i = 0, count = 0; i < 7; i++)
        if (attributes[i] != NULL)
            wanted[count++] = string_copy(attributes[i]);
    int code =
        ldap_search_ext_s(connection, base, LDAP_SCOPE_SUBTREE, filter,
                          wanted[0] == NULL ? NULL : wanted, 0, NULL, NULL, NULL, most, ret_result);
    for (size_t i = 0; i < 7; i++)
        free(wanted[i]);
    if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED)
        return DIRECTORY_MAY;
    ldap_msgfree(*ret_result);
    *ret_result = NULL;
    return code == LDAP_NO_SUCH_OBJECT ? DIRECTORY_UNKNOWN : silent(fault, "search", code);
}

/* The one entry of that name; DIRECTORY_UNKNOWN when there is none, or more than one. */
static enum directory_answer find_entry(LDAP *connection, const struct config_directory *directory,
                                        const char *name, LDAPMessage **ret_result,
                                        struct fault *fault)
{
    struct text filter = {0};
    const char *attributes[7] = {
        directory->name_attribute, directory->title_attribute,      directory->mail_attribute,
        directory->team_attribute, directory->caseworker_attribute,
    };
    // Left out ones are NULL between others: move them to the end.
    for (size_t i = 0, count = 0; i < 7; i++)
        if (attributes[i] != NULL) {
            const char *attribute = attributes[i];
            attributes[i] = NULL;
            attributes[count++] = attribute;
        }
    directory_append_filter(&filter, directory->user_filter, name, NULL);
    enum directory_answer answer = filter.failed
                                       ? silent(fault, "search", LDAP_NO_MEMORY)
                                       : search(connection, directory->base, text_string(&filter),
                                                attributes, 2, ret_result, fault);
    text_done(&filter);
    if (answer == DIRECTORY_MAY && ldap_count_entries(connection, *ret_result) != 1) {
        ldap_msgfree(*ret_result);
        *ret_result = NULL;
        answer = DIRECTORY_UNKNOWN;
    }
    return answer;
}

/* A value that can be shown and kept; "" otherwise. */
static void take_word(LDAP *connection, LDAPMessage *entry, const char *attribute, size_t number,
                      char *ret_word, size_t size)
{
    ret_word[0] = '\0';
    struct berval **values =
        attribute == NULL ? NULL : ldap_get_values_len(connection, entry, attribute);
    size_t count = (size_t)ldap_count_values_len(values);
    const struct berval *value = number < count ? values[number] : NULL;
    bool is_fit =
        value != NULL && value->bv_len < size && utf8_is_valid(value->bv_val, value->bv_len);
    for (size_t i = 0; is_fit && i < value->bv_len; i++)
        is_fit = (unsigned char)value->bv_val[i] >= ' ' && value->bv_val[i] != 0x7f;
    if (is_fit) {
        memcpy(ret_word, value->bv_val, value->bv_len);
        ret_word[value->bv_len] = '\0';
    }
    ldap_value_free_len(values);
}

/* ---- groups -------------------------------------------------------------------------------- */

/* The DN as every server and person would write it the same; the caller frees with ldap_memfree().
 * NULL: it is none. */
static char *plain_dn(const char *written)
{
    LDAPDN parsed = NULL;
    char *plain = NULL;
    if (ldap_str2dn(written, &parsed, LDAP_DN_FORMAT_LDAP) == LDAP_SUCCESS)
        (void)ldap_dn2str(parsed, &plain, LDAP_DN_FORMAT_LDAPV3);
    ldap_dnfree(parsed);
    return plain;
}

static bool has_common_name(const char *dn, const char *name)
{
    LDAPDN parsed = NULL;
    if (ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAP) != LDAP_SUCCESS)
        return false;
    bool is_it = parsed != NULL && parsed[0] != NULL && parsed[0][0] != NULL &&
                 strcasecmp(parsed[0][0]->la_attr.bv_val, "cn") == 0 &&
                 parsed[0][0]->la_value.bv_len == strlen(name) &&
                 strncasecmp(parsed[0][0]->la_value.bv_val, name, strlen(name)) == 0;
    ldap_dnfree(parsed);
    return is_it;
}

static bool is_group(const char *dn, const char *configured)
{
    if (strchr(configured, '=') == NULL)
        return has_common_name(dn, configured);
    char *plain = plain_dn(dn);
    char *wanted = plain_dn(configured);
    bool is_it = plain != NULL && wanted != NULL && strcasecmp(plain, wanted) == 0;
    ldap_memfree(plain);
    ldap_memfree(wanted);
    return is_it;
}

static void groups_done(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        ldap_memfree(groups->names[i]);
    groups->count = 0;
}

/* Takes the DN. */
static void add_group(struct groups *groups, char *dn)
{
    bool is_known = dn == NULL || groups->count == GROUPS_MOST;
    for (size_t i = 0; i < groups->count && !is_known; i++)
        is_known = strcasecmp(groups->names[i], dn) == 0;
    if (is_known)
        ldap_memfree(dn);
    else
        groups->names[groups->count++] = dn;
}

/* Adds the groups that `dn` is a member of. */
static enum directory_answer find_groups(LDAP *connection, const struct config_directory *directory,
                                         const char *name, const char *dn, struct groups *groups,
                                         struct fault *fault)
{
    static const char *const nothing[7] = {LDAP_NO_ATTRS};
    struct text filter = {0};
    LDAPMessage *result = NULL;
    const char *base = directory->group_base == NULL ? directory->base : directory->group_base;
    directory_append_filter(&filter,
                            directory->nesting == CONFIG_NESTING_CHAIN ? CHAIN_FILTER
                                                                       : directory->group_filter,
                            name, dn);
    enum directory_answer answer = filter.failed ? silent(fault, "search", LDAP_NO_MEMORY)
                                                 : search(connection, base, text_string(&filter),
                                                          nothing, GROUPS_MOST, &result, fault);
    text_done(&filter);
    for (LDAPMessage *entry = answer == DIRECTORY_MAY ? ldap_first_entry(connection, result) : NULL;
         entry != NULL; entry = ldap_next_entry(connection, entry))
        add_group(groups, ldap_get_dn(connection, entry));
    ldap_msgfree(result);
    return answer == DIRECTORY_UNKNOWN ? DIRECTORY_MAY : answer; // no such base: no groups
}

/* The person's groups; with walking, level by level, those of the groups, too. */
static enum directory_answer find_all_groups(LDAP *connection,
                                             const struct config_directory *directory,
                                             const char *name, const char *dn,
                                             struct groups *groups, struct fault *fault)
{
    enum directory_answer answer = find_groups(connection, directory, name, dn, groups, fault);
    size_t done = 0;
    for (int depth = 1; directory->nesting == CONFIG_NESTING_WALK && depth < DEPTH_MOST; depth++) {
        size_t level_end = groups->count;
        for (; answer == DIRECTORY_MAY && done < level_end; done++)
            answer = find_groups(connection, directory, NULL, groups->names[done], groups, fault);
    }
    return answer;
}

/* ---- what somebody may ------------------------------------------------------------------------ */

static bool is_in(const struct groups *groups, const char *configured)
{
    for (size_t i = 0; i < groups->count; i++)
        if (is_group(groups->names[i], configured))
            return true;
    return false;
}

/* Adds a team to the list, once. */
static void add_team(struct directory_person *person, const char *team)
{
    char wanted[DIRECTORY_TEAMS_BYTES + 2];
    char known[DIRECTORY_TEAMS_BYTES + 2];
    size_t length = strlen(person->team);
    (void)snprintf(wanted, sizeof wanted, ";%s;", team);
    (void)snprintf(known, sizeof known, ";%s;", person->team);
    if (team[0] == '\0' || strstr(known, wanted) != NULL ||
        length + strlen(team) + 2 > sizeof person->team)
        return;
    (void)snprintf(person->team + length, sizeof person->team - length, "%s%s",
                   length == 0 ? "" : ";", team);
}

/* The first group with a role gives it; sites and teams come from all of them. */
static bool take_groups(const struct config *config, const struct groups *groups,
                        struct directory_person *person)
{
    bool has_role = false;
    for (size_t i = 0; i < config->directory_group_count; i++) {
        const struct config_directory_group *group = &config->directory_groups[i];
        if (!is_in(groups, group->group))
            continue;
        if (!has_role && group->role != NULL)
            has_role = user_role_from_name(group->role, &person->role);
        if (group->site != NULL && person->site[0] == '\0')
            (void)snprintf(person->site, sizeof person->site, "%s", group->site);
        if (group->team != NULL)
            add_team(person, group->team);
    }
    return has_role;
}

/* Only what the role has a use for, so that the place is one. */
static void trim_place(struct directory_person *person)
{
    bool has_team = person->role == USER_CASEWORKER || person->role == USER_LEAD;
    if (person->role != USER_MAILROOM)
        person->site[0] = '\0';
    if (!has_team)
        person->team[0] = '\0';
    if (person->role != USER_CASEWORKER)
        person->caseworker[0] = '\0';
}

static void fold(char *name)
{
    for (; *name != '\0'; name++)
        if (*name >= 'A' && *name <= 'Z')
            *name = (char)(*name + ('a' - 'A'));
}

static void read_entry(LDAP *connection, const struct config_directory *directory,
                       LDAPMessage *entry, struct directory_person *person)
{
    char team[DIRECTORY_WORD_BYTES];
    const struct {
        const char *attribute;
        char *word;
        size_t size;
    } words[] = {
        {directory->name_attribute,       person->name,       sizeof person->name      },
        {directory->title_attribute,      person->title,      sizeof person->title     },
        {directory->mail_attribute,       person->mail,       sizeof person->mail      },
        {directory->caseworker_attribute, person->caseworker, sizeof person->caseworker},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        take_word(connection, entry, words[i].attribute, 0, words[i].word, words[i].size);
    for (size_t i = 0; i < DESK_TEAMS_MOST; i++) {
        take_word(connection, entry, directory->team_attribute, i, team, sizeof team);
        add_team(person, team);
    }
    fold(person->name);
}

/* What the entry and its groups say. */
static enum directory_answer read_person(LDAP *connection, const struct config *config,
                                         LDAPMessage *entry, const char *dn,
                                         struct directory_person *ret_person, struct fault *fault)
{
    struct directory_person person = {0};
    struct groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL)
        return silent(fault, "groups", LDAP_NO_MEMORY);
    read_entry(connection, &config->directory, entry, &person);
    enum directory_answer answer =
        find_all_groups(connection, &config->directory, person.name, dn, groups, fault);
    bool has_role = answer == DIRECTORY_MAY && take_groups(config, groups, &person);
    groups_done(groups);
    free(groups);
    if (answer != DIRECTORY_MAY)
        return answer;
    trim_place(&person);
    struct user_card card = directory_card(&person);
    if (!has_role || user_check(card.name, &card.place, fault) != STATUS_OK)
        return DIRECTORY_NO_ROLE;
    *ret_person = person;
    return DIRECTORY_MAY;
}

/* ---- the calls ------------------------------------------------------------------------------ */

/* Whether the password is that of `dn`; NULL stands for somebody who cannot be there. */
static enum directory_answer check_password(const struct config_directory *directory,
                                            const char *dn, const char *password,
                                            struct fault *fault)
{
    LDAP *connection = NULL;
    struct text nobody = {0};
    text_append_format(&nobody, "cn=nobody at all,%s", directory->base);
    enum directory_answer answer = connect_to(directory, &connection, fault);
    if (answer == DIRECTORY_MAY)
        answer = bind_as(connection, dn == NULL ? text_string(&nobody) : dn, password, fault);
    if (answer == DIRECTORY_MAY && dn == NULL)
        answer = DIRECTORY_UNKNOWN;
    hang_up(connection);
    text_done(&nobody);
    return answer;
}

/* Finds somebody on a connection that may search. `password` NULL: it need not be checked, or was
 * already. */
static enum directory_answer find_person(LDAP *connection, const struct config *config,
                                         const char *name, const char *password,
                                         struct directory_person *ret_person, struct fault *fault)
{
    LDAPMessage *result = NULL;
    char *dn = NULL;
    enum directory_answer answer = find_entry(connection, &config->directory, name, &result, fault);
    LDAPMessage *entry = answer == DIRECTORY_MAY ? ldap_first_entry(connection, result) : NULL;
    if (entry != NULL)
        dn = ldap_get_dn(connection, entry);
    if (password != NULL && answer != DIRECTORY_SILENT)
        answer = check_password(&config->directory, dn, password, fault);
    if (answer == DIRECTORY_MAY)
        answer = dn == NULL ? silent(fault, "search", LDAP_NO_MEMORY)
                            : read_person(connection, config, entry, dn, ret_person, fault);
    ldap_memfree(dn);
    ldap_msgfree(result);
    return answer;
}

enum directory_answer directory_look_up(const struct config *config, const char *name,
                                        struct directory_person *ret_person, struct fault *fault)
{
    LDAP *connection = NULL;
    enum directory_answer answer = connect_to_search(&config->directory, &connection, fault);
    if (answer == DIRECTORY_MAY)
        answer = find_person(connection, config, name, NULL, ret_person, fault);
    hang_up(connection);
    return answer;
}

/* Bound at once as the person, who then searches for themselves. */
static enum directory_answer log_in_directly(const struct config *config, const char *name,
                                             const char *password,
                                             struct directory_person *ret_person,
                                             struct fault *fault)
{
    LDAP *connection = NULL;
    struct text dn = {0};
    directory_append_dn(&dn, config->directory.user_dn, name);
    enum directory_answer answer = connect_to(&config->directory, &connection, fault);
    if (answer == DIRECTORY_MAY)
        answer = bind_as(connection, text_string(&dn), password, fault);
    if (answer == DIRECTORY_MAY)
        answer = find_person(connection, config, name, NULL, ret_person, fault);
    hang_up(connection);
    text_done(&dn);
    return answer;
}

enum directory_answer directory_log_in(const struct config *config, const char *name,
                                       const char *password, struct directory_person *ret_person,
                                       struct fault *fault)
{
    LDAP *connection = NULL;
    if (password[0] == '\0' || name[0] == '\0')
        return DIRECTORY_UNKNOWN;
    if (config->directory.user_dn != NULL)
        return log_in_directly(config, name, password, ret_person, fault);
    enum directory_answer answer = connect_to_search(&config->directory, &connection, fault);
    if (answer == DIRECTORY_MAY)
        answer = find_person(connection, config, name, password, ret_person, fault);
    hang_up(connection);
    return answer;
}

enum status directory_try(const struct config *config, struct fault *fault)
{
    LDAP *connection = NULL;
    LDAPMessage *result = NULL;
    static const char *const nothing[7] = {LDAP_NO_ATTRS};
    const struct config_directory *directory = &config->directory;
    enum directory_answer answer = directory_can_look_up(config)
                                       ? connect_to_search(directory, &connection, fault)
                                       : connect_to(directory, &connection, fault);
    if (answer == DIRECTORY_MAY && directory_can_look_up(config))
        answer = search(connection, directory->base, "(objectClass=*)", nothing, 1, &result, fault);
    if (answer == DIRECTORY_UNKNOWN)
        (void)fault_set(fault, STATUS_REFUSE, "the directory has no %s", directory->base);
    ldap_msgfree(result);
    hang_up(connection);
    return answer == DIRECTORY_MAY ? STATUS_OK : STATUS_REFUSE;
}
