/* backup_marker.c - see backup_marker.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/text.h"
#include "cli/backup_marker.h"

enum { MARKER_FORMAT = 1, MARKER_BYTES_MOST = 65536, MARKER_MODE = 0640 };

static char *marker_text(const struct verify_result *result)
{
    char hex[DIGEST_HEX_BYTES];
    char at[TIMESTAMP_BYTES];
    digest_to_hex(&result->state, hex);
    timestamp_utc(clock_wall_ms(clock_system()), at);
    json_t *marker = json_pack("{s:i, s:s, s:s, s:I, s:I}", "format", MARKER_FORMAT, "made", at,
                               "state", hex, "audit_rows", (json_int_t)result->audit_rows,
                               "objects", (json_int_t)result->objects);
    char *text = marker == NULL ? NULL : json_dumps(marker, JSON_INDENT(2));
    json_decref(marker);
    return text;
}

enum status backup_marker_write(const char *folder, const struct verify_result *result,
                                struct fault *fault)
{
    char *path = path_join(folder, BACKUP_MARKER);
    char *text = marker_text(result);
    enum status status = path == NULL || text == NULL
                             ? fault_set(fault, STATUS_LATER, "out of memory")
                             : durable_write_file(path, text, strlen(text), MARKER_MODE, fault);
    free(text);
    free(path);
    return status;
}

enum status backup_marker_read(const char *folder, struct digest *ret_state, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    char *path = path_join(folder, BACKUP_MARKER);
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (file_read(path, MARKER_BYTES_MOST, &bytes, &length, NULL) != STATUS_OK) {
        free(path);
        return fault_set(fault, STATUS_REFUSE, "%s is no whole backup: it has no " BACKUP_MARKER,
                         folder);
    }
    free(path);
    json_t *marker = json_loadb(bytes, length, 0, NULL);
    const char *state = json_string_value(json_object_get(marker, "state"));
    bool is_whole = json_integer_value(json_object_get(marker, "format")) == MARKER_FORMAT &&
                    state != NULL && digest_from_hex(state, ret_state);
    json_decref(marker);
    free(bytes);
    return is_whole ? STATUS_OK
                    : fault_set(fault, STATUS_REFUSE, "%s/" BACKUP_MARKER " cannot be understood",
                                folder);
}

enum status backup_check(const char *ledger_path, struct spool_place place,
                         struct verify_result *ret_result, struct fault *fault)
{
    struct ledger *ledger = NULL;
    struct spool *spool = NULL;
    enum status status = ledger_open(ledger_path, LEDGER_READ, clock_system(), &ledger, fault);
    if (status == STATUS_OK)
        status = spool_open_at(place, &spool, fault);
    if (status == STATUS_OK)
        status = ledger_verify(ledger, spool, NULL, NULL, ret_result, fault);
    spool_close(&spool);
    ledger_close(&ledger);
    return status;
}
