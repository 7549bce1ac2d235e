/* test_portal_openapi.c - the API's description names every route, and no other. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "portal/openapi.h"
#include "portal/routes.h"

static json_t *description(void)
{
    struct text web = {0};
    struct fault fault = {0};
    char *written = NULL;
    text_append_format(&web, "%s/portal/web", getenv("SOURCE_DIR"));
    enum status status = openapi_make(text_string(&web), &written, &fault);
    print_message("%s\n", fault.text);
    assert_int_equal(status, STATUS_OK);
    json_t *json = json_loads(written, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    free(written);
    text_done(&web);
    return json;
}

/* "/documents/{id}" for "/documents/:id". */
static void write_template(const char *path, char template[128])
{
    size_t length = 0;
    bool is_open = false;
    for (; *path != '\0'; path++) {
        if (*path == '/' && is_open)
            template[length++] = '}';
        is_open = *path == ':' || (is_open && *path != '/');
        template[length++] = *path == ':' ? '{' : *path;
    }
    if (is_open)
        template[length++] = '}';
    template[length] = '\0';
}

static size_t count_routes(void)
{
    size_t count = 0;
    while (routes_at(count) != NULL)
        count++;
    return count;
}

static void each_route_is_described_and_nothing_else(void **state)
{
    (void)state;
    json_t *json = description();
    json_t *paths = json_object_get(json, "paths");
    const char *path = NULL;
    json_t *item = NULL;
    size_t described = 0;
    json_object_foreach(paths, path, item) described += json_object_size(item);
    assert_int_equal(described, count_routes());
    for (size_t i = 0; i < count_routes(); i++) {
        char template[128];
        write_template(routes_at(i)->path, template);
        print_message("%s %s\n", routes_at(i)->method, template);
        const char *method = strcmp(routes_at(i)->method, "GET") == 0 ? "get" : "post";
        assert_non_null(json_object_get(json_object_get(paths, template), method));
    }
    json_decref(json);
}

/* Every {mark} of the path must be among the operation's parameters. */
static void check_marks(const char *path, const json_t *operation)
{
    char *parameters = json_dumps(json_object_get(operation, "parameters"), JSON_ENCODE_ANY);
    for (const char *mark = strchr(path, '{'); mark != NULL; mark = strchr(mark + 1, '{')) {
        char reference[96];
        (void)snprintf(reference, sizeof reference, "#/components/parameters/%.*s\"",
                       (int)strcspn(mark + 1, "}"), mark + 1);
        assert_non_null(parameters);
        assert_non_null(strstr(parameters, reference));
    }
    free(parameters);
}

static void check_operation(const char *path, const json_t *operation, json_t *names)
{
    const char *name = json_string_value(json_object_get(operation, "operationId"));
    print_message("%s: %s\n", path, name == NULL ? "no operationId" : name);
    assert_non_null(name);
    assert_null(json_object_get(names, name)); // names are unique
    (void)json_object_set_new(names, name, json_true());
    assert_true(strlen(json_string_value(json_object_get(operation, "summary"))) > 5);
    json_t *responses = json_object_get(operation, "responses");
    assert_true(json_object_get(responses, "200") != NULL ||
                json_object_get(responses, "201") != NULL);
    check_marks(path, operation);
}

static void each_operation_is_whole(void **state)
{
    (void)state;
    json_t *json = description();
    json_t *names = json_object();
    const char *path = NULL;
    const char *method = NULL;
    json_t *item = NULL;
    json_t *operation = NULL;
    json_object_foreach(json_object_get(json, "paths"), path, item)
        json_object_foreach(item, method, operation) check_operation(path, operation, names);
    json_decref(names);
    json_decref(json);
}

/* What "#/a/b/c" points to. */
static const json_t *resolve(const json_t *whole, const char *reference)
{
    const json_t *here = whole;
    assert_true(string_starts_with(reference, "#/"));
    for (reference += 1; *reference == '/';) {
        char key[64];
        size_t length = strcspn(++reference, "/");
        assert_true(length < sizeof key);
        (void)snprintf(key, sizeof key, "%.*s", (int)length, reference);
        here = json_object_get(here, key);
        reference += length;
    }
    return here;
}

static void check_references(const json_t *whole, json_t *part)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t i = 0;
    if (json_is_array(part))
        json_array_foreach(part, i, value) check_references(whole, value);
    if (!json_is_object(part))
        return;
    json_object_foreach(part, key, value)
    {
        if (strcmp(key, "$ref") == 0) {
            print_message("%s\n", json_string_value(value));
            assert_non_null(resolve(whole, json_string_value(value)));
        }
        check_references(whole, value);
    }
}

static void every_reference_leads_somewhere(void **state)
{
    (void)state;
    json_t *json = description();
    assert_string_equal(json_string_value(json_object_get(json, "openapi")), "3.1.0");
    check_references(json, json);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_described_and_nothing_else),
        cmocka_unit_test(each_operation_is_whole),
        cmocka_unit_test(every_reference_leads_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
