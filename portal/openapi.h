/* openapi.h - the API's own description, as OpenAPI 3.1.
 *
 * Written by hand in portal/web/openapi/, a file for each noun, and put together at the start: what
 * every operation has in common (who may, and how it is refused) comes from the table of routes. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_OPENAPI_H
#define PORTAL_OPENAPI_H

#include "base/fault.h"

/* Reads the files below `web`/openapi. On STATUS_OK the caller owns *ret_json (free()). STATUS_REFUSE
 * names the file that is missing or no JSON. */
enum status openapi_make(const char *web, char **ret_json, struct fault *fault);

#endif
