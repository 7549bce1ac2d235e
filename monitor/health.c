/* health.c - see health.h. Ready means that a scan dropped now would be taken over and read. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>

#include "monitor/health.h"

static void add(json_t *reasons, bool applies, const char *reason)
{
    if (applies)
        (void)json_array_append_new(reasons, json_string(reason));
}

static void find_reasons(json_t *reasons, const struct config *config,
                         const struct observation *seen)
{
    const struct space_state *spool = &seen->spaces[SPACE_SPOOL];
    add(reasons, !seen->intake_runs, "the intake gives no sign of life");
    add(reasons, !seen->dispatcher_runs, "the dispatcher gives no sign of life");
    add(reasons, observed_workers(seen->readers) == 0, "no reader is there");
    add(reasons, observed_workers(seen->filers) == 0, "no filer is there");
    add(reasons, spool->is_known && spool->free_bytes < (uint64_t)config->limits.free_bytes_least,
        "less space is free than limits.free_space");
    add(reasons, seen->has_object_store && !seen->object_store_answers,
        "the object store does not answer");
    add(reasons, seen->summary.register_version == 0, "there is no case register");
    for (size_t i = 0; i < seen->site_count; i++)
        if (!seen->sites[i].is_folder_readable)
            (void)json_array_append_new(
                reasons,
                json_sprintf("the drop folder of %s cannot be looked into", seen->sites[i].name));
}

bool health_append_ready(struct text *json, const struct config *config,
                         const struct observation *seen, const struct fault *fault)
{
    json_t *reasons = json_array();
    if (seen == NULL)
        (void)json_array_append_new(reasons, json_string(fault->text));
    else
        find_reasons(reasons, config, seen);
    bool is_ready = json_array_size(reasons) == 0;
    json_t *answer = json_pack("{s:b, s:o}", "ready", is_ready, "reasons", reasons);
    char *bytes = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
    text_append(json, bytes == NULL ? "{\"ready\":false,\"reasons\":[\"out of memory\"]}" : bytes);
    text_append_char(json, '\n');
    free(bytes);
    json_decref(answer);
    return is_ready;
}
