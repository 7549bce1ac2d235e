/* written.c - see written.h. The schema is a tree of arrays in one arena: dotted keys of the table
 * become nested mappings that all write into one flat struct. */
// SPDX-License-Identifier: EUPL-1.2
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/written.h"

enum {
    FIELDS_MOST = 2 * SETTINGS_MOST + 32, /* every row, every section, and the ends */
    NAMES_BYTES = SETTINGS_MOST * 48
};

struct schema {
    struct cyaml_schema_field fields[FIELDS_MOST];
    size_t field_count;
    char names[NAMES_BYTES];
    size_t names_used;
    struct cyaml_schema_value entries[SETTING_LISTS];
    struct cyaml_schema_value document;
};

struct written_file {
    struct schema schema;
    struct written *values;
};

static void *allocate(void *context, void *pointer, size_t size)
{
    (void)context;
    if (size > 0)
        return realloc(pointer, size);
    free(pointer);
    return NULL;
}

static const cyaml_config_t cyaml_settings = {
    .log_fn = NULL,
    .mem_fn = allocate,
    .log_level = CYAML_LOG_ERROR,
    // Unknown keys are among the problems already, with a suggestion.
    .flags = CYAML_CFG_IGNORE_UNKNOWN_KEYS,
};

/* ---- schema -------------------------------------------------------------------------------- */

/* A copy of the first `length` bytes of `name`, living as long as the schema. */
static const char *keep_name(struct schema *schema, const char *name, size_t length)
{
    char *kept = schema->names + schema->names_used;
    memcpy(kept, name, length);
    kept[length] = '\0';
    schema->names_used += length + 1;
    return kept;
}

static bool is_below(const struct setting *setting, enum setting_list list, const char *prefix)
{
    return setting->list == list && strncmp(setting->key, prefix, strlen(prefix)) == 0;
}

/* Whether an earlier row stands in the same sub-mapping of `prefix` as row `index`. */
static bool is_repeated(size_t index, enum setting_list list, size_t length)
{
    for (size_t i = 0; i < index; i++)
        if (settings[i].list == list &&
            strncmp(settings[i].key, settings[index].key, length + 1) == 0)
            return true;
    return false;
}

static size_t count_children(enum setting_list list, const char *prefix)
{
    size_t count = 0;
    for (size_t i = 0; i < setting_count; i++) {
        if (!is_below(&settings[i], list, prefix))
            continue;
        const char *dot = strchr(settings[i].key + strlen(prefix), '.');
        count += dot == NULL || !is_repeated(i, list, (size_t)(dot - settings[i].key));
    }
    return count;
}

static struct cyaml_schema_field *take_fields(struct schema *schema, size_t count)
{
    struct cyaml_schema_field *fields = schema->fields + schema->field_count;
    schema->field_count += count + 1; // the last one stays zero: the end
    return fields;
}

static struct cyaml_schema_field value_field(const char *name, size_t row)
{
    return (struct cyaml_schema_field){
        .key = name,
        .data_offset = (uint32_t)(row * sizeof(char *)),
        .value = {.type = CYAML_STRING,
                  .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                  .data_size = sizeof(char),
                  .string = {.min = 0, .max = CYAML_UNLIMITED}},
    };
}

static struct cyaml_schema_field mapping_field(const char *name,
                                               const struct cyaml_schema_field *fields, size_t size)
{
    return (struct cyaml_schema_field){
        .key = name,
        .value = {.type = CYAML_MAPPING,
                  .flags = CYAML_FLAG_OPTIONAL,
                  .data_size = (uint32_t)size,
                  .mapping = {.fields = fields}},
    };
}

/* The fields of the mapping whose rows begin with `prefix`, and room for `spare` more that the
 * caller fills in behind them. */
static struct cyaml_schema_field *make_fields(struct schema *schema, enum setting_list list,
                                              const char *prefix, size_t spare)
{
    size_t count = count_children(list, prefix);
    struct cyaml_schema_field *fields = take_fields(schema, count + spare);
    size_t used = 0;
    size_t size = list == SETTING_SINGLE ? sizeof(struct written) : sizeof(struct written_entry);
    for (size_t i = 0; i < setting_count; i++) {
        if (!is_below(&settings[i], list, prefix))
            continue;
        const char *name = settings[i].key + strlen(prefix);
        const char *dot = strchr(name, '.');
        if (dot == NULL) {
            fields[used++] = value_field(name, i);
        } else if (!is_repeated(i, list, (size_t)(dot - settings[i].key))) {
            char below[SETTING_KEY_BYTES];
            (void)snprintf(below, sizeof below, "%.*s", (int)(dot + 1 - settings[i].key),
                           settings[i].key);
            const char *kept = keep_name(schema, name, (size_t)(dot - name));
            fields[used++] = mapping_field(kept, make_fields(schema, list, below, 0), size);
        }
    }
    return fields;
}

static void make_schema(struct schema *schema)
{
    for (enum setting_list list = 0; list < SETTING_LISTS; list++) {
        schema->entries[list] = (struct cyaml_schema_value){
            .type = CYAML_MAPPING,
            .data_size = sizeof(struct written_entry),
            .mapping = {.fields = make_fields(schema, list, "", 0)},
        };
    }
    size_t count = count_children(SETTING_SINGLE, "");
    struct cyaml_schema_field *fields = make_fields(schema, SETTING_SINGLE, "", SETTING_LISTS);
    for (enum setting_list list = 0; list < SETTING_LISTS; list++) {
        fields[count + list] = (struct cyaml_schema_field){
            .key = setting_list_key(list),
            .data_offset = (uint32_t)(offsetof(struct written, entries) +
                                      list * sizeof(struct written_entry *)),
            .count_offset =
                (uint32_t)(offsetof(struct written, entry_counts) + list * sizeof(unsigned)),
            .count_size = sizeof(unsigned),
            .value = {.type = CYAML_SEQUENCE,
                      .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                      .data_size = sizeof(struct written_entry),
                      .sequence = {.entry = &schema->entries[list],
                                   .min = 0,
                                   .max = SETTING_ENTRIES_MOST}},
        };
    }
    schema->document = (struct cyaml_schema_value){
        .type = CYAML_MAPPING,
        .flags = CYAML_FLAG_POINTER,
        .data_size = sizeof(struct written),
        .mapping = {.fields = fields},
    };
}

/* ---- reading ------------------------------------------------------------------------------- */

enum status written_read(const char *bytes, size_t length, struct written_file **ret_file,
                         struct fault *fault)
{
    struct written_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    make_schema(&file->schema);
    cyaml_data_t *values = NULL;
    cyaml_err_t error = cyaml_load_data((const uint8_t *)bytes, length, &cyaml_settings,
                                        &file->schema.document, &values, NULL);
    file->values = values;
    if (error == CYAML_OK) {
        *ret_file = file;
        return STATUS_OK;
    }
    written_free(&file);
    return fault_set(fault, error == CYAML_ERR_OOM ? STATUS_LATER : STATUS_REFUSE,
                     "the configuration cannot be read: %s", cyaml_strerror(error));
}

void written_free(struct written_file **file_p)
{
    struct written_file *file = *file_p;
    if (file == NULL)
        return;
    (void)cyaml_free(&cyaml_settings, &file->schema.document, file->values, 0);
    free(file);
    *file_p = NULL;
}

const struct written *written_values(const struct written_file *file)
{
    return file->values;
}
