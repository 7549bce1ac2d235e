/* model_watch.c - see model_watch.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "classify/model.h"
#include "store/models.h"
#include "workers/model_watch.h"

struct model_watch {
    struct ledger *ledger;
    struct rules *rules;
    int64_t version; /* in use */
    int64_t bad;     /* could not be read; 0: none */
};

void model_label(int64_t version, char ret_label[MODEL_LABEL_BYTES])
{
    (void)snprintf(ret_label, MODEL_LABEL_BYTES, "m%" PRId64, version);
}

enum status model_load(struct ledger *ledger, int64_t version, struct model **ret_model,
                       struct fault *fault)
{
    void *bytes = NULL;
    size_t length = 0;
    if (version == 0) {
        *ret_model = model_new();
        return *ret_model != NULL ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
    }
    enum status status = model_bytes(ledger, version, &bytes, &length, fault);
    if (status == STATUS_OK)
        status = model_decode(bytes, length, ret_model, fault);
    free(bytes);
    return status;
}

enum status model_watch_new(const char *ledger_url, const struct clock *clock, struct rules *rules,
                            struct model_watch **ret_watch, struct fault *fault)
{
    struct model_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    watch->rules = rules;
    enum status status = ledger_open(ledger_url, LEDGER_READ, clock, &watch->ledger, fault);
    if (status == STATUS_OK)
        *ret_watch = watch;
    else
        model_watch_free(&watch);
    return status;
}

void model_watch_free(struct model_watch **watch_p)
{
    struct model_watch *watch = *watch_p;
    if (watch == NULL)
        return;
    ledger_close(&watch->ledger);
    free(watch);
    *watch_p = NULL;
}

static enum status put_to_use(struct model_watch *watch, int64_t version, struct fault *fault)
{
    struct model *model = NULL;
    char label[MODEL_LABEL_BYTES];
    enum status status = STATUS_OK;
    if (version != 0)
        status = model_load(watch->ledger, version, &model, fault);
    model_label(version, label);
    if (status == STATUS_OK)
        status = rules_use_model(watch->rules, &model, version == 0 ? NULL : label, fault);
    model_free(&model);
    return status;
}

enum status model_watch_look(struct model_watch *watch, bool *ret_changed, struct fault *fault)
{
    int64_t version = 0;
    enum status status = model_current(watch->ledger, &version, fault);
    *ret_changed = false;
    if (status != STATUS_OK || version == watch->version || version == watch->bad)
        return status;
    status = put_to_use(watch, version, fault);
    if (status == STATUS_REFUSE) {
        log_error(NULL, "model %" PRId64 " is not used: %s", version, fault->text);
        watch->bad = version;
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        watch->version = version;
        watch->bad = 0;
        *ret_changed = true;
    }
    return status;
}

int64_t model_watch_version(const struct model_watch *watch)
{
    return watch->version;
}
