/* fault.c - see fault.h. Also names the rungs of the status ladder. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_LATER:
        return "later";
    case STATUS_REFUSE:
        return "refuse";
    case STATUS_HALT:
        return "halt";
    }
    return "?";
}

__attribute__((format(printf, 4, 0))) static enum status
fill(struct fault *fault, enum status status, int os_error, const char *format, va_list arguments)
{
    if (fault == NULL)
        return status;
    fault->status = status;
    fault->os_error = os_error;
    (void)vsnprintf(fault->text, sizeof fault->text, format, arguments);
    if (os_error != 0) {
        char words[128];
        const char *described = strerror_r(os_error, words, sizeof words);
        size_t used = strlen(fault->text);
        (void)snprintf(fault->text + used, sizeof fault->text - used, ": %s", described);
    }
    return status;
}

enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(fault, status, 0, format, arguments);
    va_end(arguments);
    return status;
}

enum status fault_errno(struct fault *fault, enum status status, const char *format, ...)
{
    int os_error = errno;
    va_list arguments;
    va_start(arguments, format);
    fill(fault, status, os_error, format, arguments);
    va_end(arguments);
    return status;
}

enum status fault_within(struct fault *fault, const char *format, ...)
{
    if (fault == NULL)
        return STATUS_OK;
    char before[FAULT_TEXT_BYTES];
    memcpy(before, fault->text, sizeof before);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    size_t used = strlen(fault->text);
    (void)snprintf(fault->text + used, sizeof fault->text - used, ": %s", before);
    return fault->status;
}

void fault_clear(struct fault *fault)
{
    if (fault != NULL)
        *fault = (struct fault){.status = STATUS_OK};
}
