/* openapi.c - see openapi.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "portal/openapi.h"
#include "portal/routes.h"

/* The first one is the frame that the others are put into. */
static const char *const nouns[] = {"frame",  "session",    "documents", "scans",   "desk",
                                    "people", "operations", "law",       "account", "quality",
                                    "purge",  "disclosure", "requests",  "guard"};

static enum status load(const char *web, const char *noun, json_t **ret_json, struct fault *fault)
{
    struct text path = {0};
    json_error_t error = {0};
    text_append_format(&path, "%s/openapi/%s.json", web, noun);
    json_t *json = json_load_file(text_string(&path), JSON_REJECT_DUPLICATES, &error);
    enum status status = STATUS_OK;
    if (!json_is_object(json)) {
        json_decref(json);
        status = fault_set(fault, STATUS_REFUSE, "\"%s\" line %d: %s", text_string(&path),
                           error.line, json == NULL ? error.text : "not an object");
    } else {
        *ret_json = json;
    }
    text_done(&path);
    return status;
}

/* Puts a noun's paths and schemas into the frame's. */
static enum status add_noun(json_t *frame, const char *web, const char *noun, struct fault *fault)
{
    json_t *part = NULL;
    enum status status = load(web, noun, &part, fault);
    if (status != STATUS_OK)
        return status;
    json_t *schemas = json_object_get(json_object_get(frame, "components"), "schemas");
    if (json_object_update(json_object_get(frame, "paths"), json_object_get(part, "paths")) != 0 ||
        json_object_update_missing(schemas, json_object_get(part, "schemas")) != 0)
        status = fault_set(fault, STATUS_REFUSE, "openapi/%s.json has no \"paths\" or \"schemas\"",
                           noun);
    json_decref(part);
    return status;
}

/* "/documents/:id/text" as "/documents/{id}/text"; owned by the caller. */
static char *template_of(const char *path)
{
    struct text made = {0};
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        if (*path == ':')
            text_append_format(&made, "{%.*s}", (int)length - 1, path + 1);
        else
            text_append_bytes(&made, path, length);
        path += length;
        if (*path == '/')
            text_append_char(&made, *path++);
    }
    return text_take(&made);
}

static json_t *roles_of(const struct route *route)
{
    json_t *roles = json_array();
    for (size_t role = 0; role < USER_ROLES; role++)
        if ((route->roles & (1U << role)) != 0)
            (void)json_array_append_new(roles, json_string(user_role_name((enum user_role)role)));
    return roles;
}

static void add_refusal(json_t *responses, const char *code)
{
    if (json_object_get(responses, code) == NULL)
        (void)json_object_set_new(responses, code,
                                  json_pack("{s:s}", "$ref", "#/components/responses/refusal"));
}

/* Who may, and how those are answered who may not. */
static void complete_operation(json_t *operation, const struct route *route)
{
    json_t *responses = json_object_get(operation, "responses");
    (void)json_object_set_new(operation, "x-roles", roles_of(route));
    if (route->roles == ANYBODY) {
        (void)json_object_set_new(operation, "security", json_array());
    } else {
        add_refusal(responses, "401");
        add_refusal(responses, "403");
    }
    if (strchr(route->path, ':') != NULL)
        add_refusal(responses, "404");
    if (strcmp(route->method, "POST") == 0)
        add_refusal(responses, "400");
}

static enum status complete(json_t *frame, struct fault *fault)
{
    const struct route *route = NULL;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        char *path = template_of(route->path);
        json_t *item = path == NULL ? NULL : json_object_get(json_object_get(frame, "paths"), path);
        free(path);
        json_t *operation =
            json_object_get(item, strcmp(route->method, "GET") == 0 ? "get" : "post");
        if (operation == NULL)
            return fault_set(fault, STATUS_REFUSE, "openapi/ does not describe %s %s",
                             route->method, route->path);
        complete_operation(operation, route);
    }
    return STATUS_OK;
}

enum status openapi_make(const char *web, char **ret_json, struct fault *fault)
{
    json_t *frame = NULL;
    enum status status = load(web, nouns[0], &frame, fault);
    for (size_t i = 1; i < sizeof nouns / sizeof nouns[0] && status == STATUS_OK; i++)
        status = add_noun(frame, web, nouns[i], fault);
    if (status == STATUS_OK)
        status = complete(frame, fault);
    char *json = status == STATUS_OK ? json_dumps(frame, JSON_COMPACT) : NULL;
    json_decref(frame);
    if (status == STATUS_OK && json == NULL)
        status = fault_set(fault, STATUS_LATER, "no memory for the API's description");
    if (status == STATUS_OK)
        *ret_json = json;
    return status;
}
