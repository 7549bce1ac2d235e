/* factor.c - see factor.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "portal/factor.h"

const char FACTOR_ADDRESS[] = "second factor";

static enum status check_app(struct service *service, const char *account, const char *typed,
                             enum factor_answer *ret_answer, struct fault *fault)
{
    struct second_factor factor = {0};
    uint8_t secret[SECOND_FACTOR_SECRET_BYTES];
    bool is_found = false;
    bool is_taken = false;
    enum status status = second_factor_get(service->ledger, account, &is_found, &factor, fault);
    if (status != STATUS_OK || !is_found)
        return status;
    if (!service->has_factor_key || !totp_open(service->factor_key, account, &factor, secret)) {
        log_error(NULL, "the second factor of %s was sealed with another key than %s", account,
                  service->config->portal.factor_key);
        *ret_answer = FACTOR_CLOSED;
        return STATUS_OK;
    }
    int64_t step = totp_find_step(secret, typed, clock_wall_ms(service->clock));
    sodium_memzero(secret, sizeof secret);
    if (step > 0)
        status = second_factor_take_step(service->ledger, account, step, &is_taken, fault);
    if (status == STATUS_OK && is_taken)
        *ret_answer = FACTOR_RIGHT;
    return status;
}

enum status factor_check(struct service *service, const char *account, const char *typed,
                         const struct digest *hash, enum factor_answer *ret_answer,
                         struct fault *fault)
{
    char folded[RECOVERY_CODE_BYTES];
    bool is_taken = false;
    *ret_answer = FACTOR_WRONG;
    if (totp_is_code(typed))
        return check_app(service, account, typed, ret_answer, fault);
    if (!recovery_code_fold(typed, folded))
        return STATUS_OK;
    enum status status = second_factor_take_code(service->ledger, account, hash, &is_taken, fault);
    if (status == STATUS_OK && is_taken)
        *ret_answer = FACTOR_RIGHT;
    return status;
}

static enum status make_key(const char *path, uint8_t key[SECRET_BYTES], struct fault *fault)
{
    char *folder = string_copy(path);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
    enum status status = slash == NULL ? fault_set(fault, STATUS_LATER, "no memory for a key")
                                       : durable_make_folders(folder, 0700, fault);
    free(folder);
    return status == STATUS_OK ? secret_make(path, key, fault) : status;
}

/* The key is made when the first factor is; one that is gone is never made anew under others. */
static enum status need_key(struct service *service, struct fault *fault)
{
    int64_t count = 0;
    if (service->has_factor_key)
        return STATUS_OK;
    enum status status = second_factor_count(service->ledger, &count, fault);
    if (status == STATUS_OK && count > 0)
        return fault_set(fault, STATUS_LATER, "the key of second factors \"%s\" is not there",
                         service->config->portal.factor_key);
    if (status != STATUS_OK)
        return status;
    status = make_key(service->config->portal.factor_key, service->factor_key, fault);
    service->has_factor_key = status == STATUS_OK;
    return status == STATUS_OK ? STATUS_OK : STATUS_LATER; // an admin can mend it
}

enum status factor_begin(struct service *service, const char *account,
                         char ret_secret[TOTP_SECRET_TEXT_BYTES], struct fault *fault)
{
    struct second_factor factor;
    uint8_t secret[SECOND_FACTOR_SECRET_BYTES];
    enum status status = need_key(service, fault);
    if (status != STATUS_OK)
        return status;
    totp_new(service->factor_key, account, secret, &factor);
    status = second_factor_begin(service->ledger, account, &factor, fault);
    if (status == STATUS_OK)
        totp_secret_text(secret, ret_secret);
    sodium_memzero(secret, sizeof secret);
    return status;
}
