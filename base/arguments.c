/* arguments.c - see arguments.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arguments.h"
#include "base/log.h"
#include "base/text.h"

enum { ARGUMENT_NAMES_MOST = 64 };

static bool list_add(struct argument_list *list, const char *value)
{
    const char **values = realloc(list->values, (list->count + 1) * sizeof *values);
    if (values == NULL)
        return false;
    list->values = values;
    list->values[list->count++] = value;
    return true;
}

void argument_list_done(struct argument_list *list)
{
    free(list->values);
    *list = (struct argument_list){0};
}

static const struct argument *find(const struct argument *table, size_t count, const char *name,
                                   size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}

static enum status unknown(const struct argument *table, size_t count, const char *given,
                           struct fault *fault)
{
    const char *names[ARGUMENT_NAMES_MOST + 1];
    size_t known = 0;
    while (known < count && known < ARGUMENT_NAMES_MOST) {
        names[known] = table[known].name;
        known++;
    }
    names[known] = NULL;
    const char *closest = string_closest(given, names);
    if (closest != NULL)
        return fault_set(fault, STATUS_REFUSE, "unknown option --%s; did you mean --%s?", given,
                         closest);
    return fault_set(fault, STATUS_REFUSE, "unknown option --%s; see --help", given);
}

static enum status store_value(const struct argument *argument, const char *value,
                               struct fault *fault)
{
    switch (argument->kind) {
    case ARGUMENT_FLAG:
        *(bool *)argument->target = true;
        return STATUS_OK;
    case ARGUMENT_STRING:
        *(const char **)argument->target = value;
        return STATUS_OK;
    case ARGUMENT_LIST:
        return list_add(argument->target, value) ? STATUS_OK
                                                 : fault_set(fault, STATUS_LATER, "out of memory");
    case ARGUMENT_COUNT: {
        char *end = NULL;
        errno = 0;
        long number = strtol(value, &end, 10);
        if (errno != 0 || end == value || *end != '\0' || number < 0)
            return fault_set(fault, STATUS_REFUSE, "--%s takes a whole number, not \"%s\"",
                             argument->name, value);
        *(long *)argument->target = number;
        return STATUS_OK;
    }
    }
    return STATUS_OK;
}

/* Takes the option at argv[*index] and, where it needs one, its value. */
static enum status take_option(const struct argument *table, size_t count, int argc, char **argv,
                               int *index, struct fault *fault)
{
    const char *name = argv[*index] + 2;
    size_t length = strcspn(name, "=");
    const struct argument *argument = find(table, count, name, length);
    if (argument == NULL)
        return unknown(table, count, name, fault);
    bool has_value = name[length] == '=';
    if (argument->kind == ARGUMENT_FLAG) {
        if (has_value)
            return fault_set(fault, STATUS_REFUSE, "--%s takes no value", argument->name);
        return store_value(argument, NULL, fault);
    }
    if (has_value)
        return store_value(argument, name + length + 1, fault);
    if (*index + 1 >= argc)
        return fault_set(fault, STATUS_REFUSE, "--%s needs a value: --%s %s", argument->name,
                         argument->name, argument->value);
    (*index)++;
    return store_value(argument, argv[*index], fault);
}

enum status arguments_read(const struct argument *table, size_t count, int argc, char **argv,
                           struct argument_list *ret_rest, struct fault *fault)
{
    *ret_rest = (struct argument_list){0};
    bool options = true;
    for (int i = 1; i < argc; i++) {
        enum status status = STATUS_OK;
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (options && strncmp(argv[i], "--", 2) == 0)
            status = take_option(table, count, argc, argv, &i, fault);
        else if (options && argv[i][0] == '-' && argv[i][1] != '\0')
            status = fault_set(fault, STATUS_REFUSE,
                               "unknown option %s; see --help (what is no option goes after --)",
                               argv[i]);
        else if (!list_add(ret_rest, argv[i]))
            status = fault_set(fault, STATUS_LATER, "out of memory");
        if (status != STATUS_OK) {
            argument_list_done(ret_rest);
            return status;
        }
    }
    return STATUS_OK;
}

bool arguments_ask_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

void arguments_print_help(const char *usage, const char *about, const struct argument *table,
                          size_t count)
{
    printf("Usage: %s\n\n%s\n", usage, about);
    if (count > 0)
        printf("\nOptions:\n");
    for (size_t i = 0; i < count; i++) {
        struct text left = {0};
        text_append_format(&left, "--%s%s%s", table[i].name, table[i].value == NULL ? "" : " ",
                           table[i].value == NULL ? "" : table[i].value);
        printf("  %-24s %s\n", text_string(&left), table[i].help);
        text_done(&left);
    }
    printf("  %-24s %s\n", "--help", "shows this text");
}

bool program_line_read(const struct program_line *line, int argc, char **argv, int *ret_code)
{
    log_open(line->program, LOG_LEVEL_INFO);
    if (arguments_ask_for_help(argc, argv)) {
        arguments_print_help(line->usage, line->about, line->table, line->count);
        *ret_code = EXIT_DONE;
        return false;
    }
    struct argument_list rest = {0};
    struct fault fault = {0};
    enum status status = arguments_read(line->table, line->count, argc, argv, &rest, &fault);
    if (status == STATUS_OK && rest.count != 0)
        status =
            fault_set(&fault, STATUS_REFUSE, "\"%s\" is not an option; see --help", rest.values[0]);
    argument_list_done(&rest);
    if (status == STATUS_OK)
        return true;
    log_error(NULL, "%s", fault.text);
    *ret_code = EXIT_USAGE;
    return false;
}
